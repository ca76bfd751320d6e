"""truceline demo / check / brief."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import pyarrow as pa
import typer

from truceline.cli.talk import (
    cannot_open,
    data,
    files_of,
    progress,
    say,
    show_counts,
    stop,
    terms_of,
)
from truceline.faces.briefing import briefing
from truceline.faces.tables import write_findings, write_table
from truceline.model.batch import Context
from truceline.model.finding import Findings
from truceline.model.problem import problem_table
from truceline.pipeline.check import Intake
from truceline.pipeline.check import check as judge
from truceline.pipeline.exercise import write_exercise
from truceline.pipeline.terms import Terms

Events = Annotated[
    list[str] | None,
    typer.Option("--events", help="A file of events, or SOURCE=FILE. May be repeated."),
]


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command()(demo)
    app.command()(check)
    app.command()(brief)


def intake_of(terms: Terms, moved: object = None) -> Intake:
    """An intake in the agreement's timezone with the boundaries at hand."""
    context = Context(timezone=terms.agreement.timezone, units=terms.units)
    return Intake(context, moved)  # type: ignore[arg-type] # rich's callback has this shape


def findings_of(
    terms: Terms,
    source: str,
    events: list[str],
    threads: int | None,
    keep: list[pa.Table] | None = None,
) -> tuple[Findings, Intake]:
    """Judge files of events, with a progress bar. ``keep`` collects the events themselves."""
    pairs = files_of(source, events)
    with progress() as moved:
        intake = intake_of(terms, moved)
        try:
            findings = judge(terms, kept(intake.read(pairs), keep), threads)
        except OSError as error:
            stop(cannot_open(error, str(pairs[0][1])))
    return findings, intake


def kept(tables: Iterable[pa.Table], keep: list[pa.Table] | None) -> Iterator[pa.Table]:
    """The tables, each also put into ``keep`` where it is given."""
    for table in tables:
        if keep is not None:
            keep.append(table)
        yield table


def show_findings(findings: Findings) -> None:
    """The numbers that reconcile, and the findings by verdict."""
    say(
        f"{findings.checked:,} incidents judged, {findings.untouched:,} touch no zone and window; "
        f"{findings.summaries:,} summaries and {findings.leads:,} leads kept apart"
    )
    data(f"findings\t{len(findings)}")
    for name, count in findings.counts().items():
        data(f"{name}\t{count}")
    for (provision, verdict), count in findings.counted().items():
        data(f"acts counted\t{provision}\t{verdict}\t{count}")
    data(f"digest\t{findings.digest()}")


def demo(
    folder: Annotated[
        Path, typer.Option("--dir", help="Where to write the exercise and what comes of it.")
    ] = Path("truceline-demo"),
) -> None:
    """Run the whole line on the built-in exercise (SIMULATED) and end."""
    terms = terms_of("idlib-2020", with_boundaries=False)
    say(f"{terms.agreement.title}")
    say("An exercise: every report in it is SIMULATED.")
    try:
        made, files = write_exercise(terms, folder)
        intake = intake_of(terms)
        reports: list[pa.Table] = []
        findings = judge(terms, kept(intake.read([("table", f) for f in files]), reports))
        write_findings(findings, folder / "findings.csv")
        page = folder / "case.html"
        page.write_text(
            briefing(
                terms,
                findings,
                intake.counts,
                intake.problems,
                events=pa.concat_tables(reports),
                clearance="cleared",
                command="truceline demo",
            ),
            encoding="utf-8",
        )
    except OSError as error:
        stop(cannot_open(error, str(folder)))
    say(f"{made.truth.num_rows} simulated incidents, reported by {len(files)} simulated sources")
    show_counts(intake.counts)
    show_findings(findings)
    data(f"findings table\t{folder / 'findings.csv'}")
    data(f"page\t{page.resolve()}")


def check(
    case: Annotated[Path | None, typer.Argument(metavar="DIR", help="A case folder.")] = None,
    agreement: Annotated[str, typer.Option(help="A library name or an agreement file.")] = "",
    events: Events = None,
    source: Annotated[str, typer.Option(help="What kind of file the events are.")] = "",
    out: Annotated[Path | None, typer.Option(help="Findings: .parquet .csv .geojson .json")] = None,
    problems: Annotated[Path | None, typer.Option(help="Where to write the problems.")] = None,
    threads: Annotated[int | None, typer.Option(help="How many threads (all cores).")] = None,
) -> None:
    """Judge events against an agreement: findings, with their reasons."""
    if case is not None:
        stop("checking a case folder needs 'truceline new' and 'ingest'")
    if not agreement or not events:
        stop("give --agreement X and --events FILE --source S")
    terms = terms_of(agreement)
    findings, intake = findings_of(terms, source, events, threads)
    show_counts(intake.counts)
    try:
        if out is not None:
            write_findings(findings, out)
        if problems is not None:
            write_table(problem_table(intake.problems), problems)
    except ValueError as error:
        stop(str(error))
    except OSError as error:
        stop(cannot_open(error, str(out)))
    for problem in intake.problems[:10] if problems is None else []:
        say(f"  {problem}")
    if problems is None and len(intake.problems) > 10:
        say(f"  … and {len(intake.problems) - 10:,} more: --problems FILE writes them all")
    show_findings(findings)


def brief(
    agreement: Annotated[str, typer.Option(help="A library name or an agreement file.")] = "",
    events: Events = None,
    source: Annotated[str, typer.Option(help="What kind of file the events are.")] = "",
    out: Annotated[Path, typer.Option(help="The page to write: .html")] = Path("case.html"),
    clearance: Annotated[str, typer.Option(help="Who may read it: 'open' or 'cleared'.")] = "open",
) -> None:
    """Write the briefing: one page that needs no network."""
    if not agreement or not events:
        stop("give --agreement X and --events FILE --source S")
    if clearance not in ("open", "cleared"):
        stop(f"'{clearance}' is no clearance; there are: open, cleared")
    terms = terms_of(agreement)
    reports: list[pa.Table] = []
    findings, intake = findings_of(terms, source, events, None, reports)
    show_counts(intake.counts)
    files = " ".join(f"--events {Path(e).name}" for e in events)
    try:
        out.write_text(
            briefing(
                terms,
                findings,
                intake.counts,
                intake.problems,
                events=pa.concat_tables(reports) if reports else None,
                clearance=clearance,
                command=f"truceline brief --agreement {terms.agreement.agreement} {files}",
            ),
            encoding="utf-8",
        )
    except OSError as error:
        stop(cannot_open(error, str(out)))
    show_findings(findings)
    data(f"page\t{out}")

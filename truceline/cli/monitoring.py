"""truceline demo / check / brief."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import pyarrow as pa
import typer

from truceline.cli.case import opened
from truceline.cli.talk import (
    Events,
    cannot_open,
    data,
    files_of,
    must_end_in,
    progress,
    say,
    show_counts,
    stop,
    terms_of,
)
from truceline.faces.sides import DAYS
from truceline.faces.tables import ENDINGS, write_findings, write_table
from truceline.model.batch import Context
from truceline.model.finding import Findings
from truceline.model.problem import Problem, problem_table
from truceline.model.review import Look, Review
from truceline.pipeline.answers import Answers, answers
from truceline.pipeline.check import Count, Intake
from truceline.pipeline.check import check as judge
from truceline.pipeline.exercise import write_exercise
from truceline.pipeline.incidents import Incidents, check_case, check_linked
from truceline.pipeline.ingest import case_counts, case_events, case_problems
from truceline.pipeline.ledger import Ledger, of_case
from truceline.pipeline.obligations import Owed, case_obligations
from truceline.pipeline.patrols_case import watch_of
from truceline.pipeline.terms import Terms
from truceline.store.errors import CaseError

if TYPE_CHECKING:
    from truceline.pipeline.rates import RatesReport

_MOST_ANSWERS = 100_000  # some 15 seconds; 'truceline answers' takes any number
Linked = Annotated[
    bool, typer.Option("--link", help="Judge linked incidents (a case always does).")
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


@dataclass(frozen=True)
class Judged:
    """What ``check`` and ``brief`` show: of a case folder, or of files."""

    terms: Terms
    findings: Findings
    counts: Sequence[Count]
    problems: Sequence[Problem]
    events: list[pa.Table]
    command: str
    incidents: Incidents | None = None
    looks: Sequence[Look] = ()
    reviews: Sequence[Review] = ()
    owed: Owed | None = None
    ledger: Ledger | None = None


def judged_of(
    case: Path | None,
    agreement: str,
    source: str,
    events: list[str] | None,
    threads: int | None,
    *,
    keep: bool = False,
    link: bool = False,
    on: str = "",
) -> Judged:
    """Judge a case folder, or files of events, with a progress bar. ``keep`` the events, and
    take in what is owed as of ``on``.

    A case is judged on its linked incidents, files only with ``link``.
    """
    tables: list[pa.Table] = []
    if case is not None:
        folder, terms = opened(case)
        try:
            done = check_case(folder, terms, threads)
            tables = list(case_events(folder)) if keep else []
            troubles = [
                Problem(**row) for table in case_problems(folder) for row in table.to_pylist()
            ]
            owed = case_obligations(folder, terms.agreement, on=on) if keep else None
        except (CaseError, ValueError) as error:
            stop(str(error))
        command = f"truceline brief {case.name}"
        return Judged(
            terms,
            done.findings,
            case_counts(folder),
            troubles,
            tables,
            command,
            done.incidents,
            done.looks,
            done.reviews,
            owed,
            of_case(folder) if keep else None,
        )
    if not agreement or not events:
        stop("give a case folder, or --agreement X --events FILE --source S")
    terms = terms_of(agreement)
    pairs = files_of(source, events)
    with progress() as moved:
        intake = intake_of(terms, moved)
        incidents = None
        try:
            reports = kept(intake.read(pairs), tables if keep else None)
            if link:
                linked = check_linked(terms, reports, threads)
                findings, incidents = linked.findings, linked.incidents
            else:
                findings = judge(terms, reports, threads)
        except OSError as error:
            stop(cannot_open(error, str(pairs[0][1])))
    files = " ".join(f"--events {Path(e).name}" for e in events)
    command = f"truceline brief --agreement {terms.agreement.agreement} {files}"
    command += " --link" * link
    return Judged(terms, findings, intake.counts, intake.problems, tables, command, incidents)


def kept(tables: Iterable[pa.Table], keep: list[pa.Table] | None) -> Iterator[pa.Table]:
    """The tables, each also put into ``keep`` where it is given."""
    for table in tables:
        if keep is not None:
            keep.append(table)
        yield table


def show_findings(
    findings: Findings, incidents: Incidents | None = None, looks: Sequence[Look] = ()
) -> None:
    """The numbers that reconcile, the findings by verdict, and what needs another look."""
    if incidents is not None:
        say(str(incidents))
        for note in incidents.notes:
            say(f"  {note}")
    say(
        f"{findings.checked:,} incidents judged, {findings.untouched:,} touch no zone and window; "
        f"{findings.summaries:,} summaries and {findings.leads:,} leads kept apart"
    )
    data(f"findings\t{len(findings)}")
    for name, count in findings.counts().items():
        data(f"{name}\t{count}")
    for (provision, verdict), count in findings.counted().items():
        data(f"acts counted\t{provision}\t{verdict}\t{count}")
    for standing, count in findings.standings().items():
        data(f"standing\t{standing}\t{count}")
    for look in looks:
        data(f"another look\t{look}")
    data(f"digest\t{findings.digest()}")


def demo(
    folder: Annotated[
        Path, typer.Option("--dir", help="Where to write the exercise and what comes of it.")
    ] = Path("truceline-demo"),
) -> None:
    """Run the whole line on the built-in exercise (SIMULATED) and end."""
    from truceline.faces.briefing import briefing  # noqa: PLC0415 # slow; for pages alone

    terms = terms_of("idlib-2020", with_boundaries=False)
    say(f"{terms.agreement.title}")
    say("An exercise: every report in it is SIMULATED.")
    try:
        made, files = write_exercise(terms, folder)
        intake = intake_of(terms)
        reports: list[pa.Table] = []
        done = check_linked(terms, kept(intake.read([("table", f) for f in files]), reports), None)
        write_findings(done.findings, folder / "findings.csv")
        judged = Judged(
            terms,
            done.findings,
            intake.counts,
            intake.problems,
            reports,
            "truceline demo",
            done.incidents,
        )
        page = folder / "case.html"
        page.write_text(
            briefing(
                terms,
                done.findings,
                intake.counts,
                intake.problems,
                events=pa.concat_tables(reports),
                incidents=done.incidents.table,
                answers=_answers(judged),
                clearance="cleared",
                command=judged.command,
            ),
            encoding="utf-8",
        )
    except OSError as error:
        stop(cannot_open(error, str(folder)))
    say(f"{made.truth.num_rows} simulated incidents, reported by {len(files)} simulated sources")
    show_counts(intake.counts)
    show_findings(done.findings, done.incidents)
    data(f"findings table\t{folder / 'findings.csv'}")
    data(f"page\t{page.resolve()}")


def check(
    case: Annotated[Path | None, typer.Argument(metavar="DIR", help="A case folder.")] = None,
    agreement: Annotated[str, typer.Option(help="A library name or an agreement file.")] = "",
    events: Events = None,
    source: Annotated[str, typer.Option(help="What kind of file the events are.")] = "",
    out: Annotated[Path | None, typer.Option(help="Findings: .parquet .csv .geojson .json")] = None,
    problems: Annotated[Path | None, typer.Option(help="Where to write the problems.")] = None,
    threads: Annotated[
        int | None, typer.Option(min=1, help="How many threads (all cores).")
    ] = None,
    link: Linked = False,
) -> None:
    """Judge events against an agreement: findings, with their reasons.

    A case is judged on its linked incidents; files of events one by one, unless --link.
    """
    must_end_in(out, ENDINGS)
    must_end_in(problems, ENDINGS)
    judged = judged_of(case, agreement, source, events, threads, link=link)
    findings, counts, troubles = judged.findings, judged.counts, judged.problems
    show_counts(counts)
    try:
        if out is not None:
            write_findings(findings, out)
        if problems is not None:
            write_table(problem_table(troubles), problems)
    except ValueError as error:
        stop(str(error))
    except OSError as error:
        stop(cannot_open(error, str(out)))
    for problem in troubles[:10] if problems is None else []:
        say(f"  {problem}")
    if problems is None and len(troubles) > 10:
        say(f"  … and {len(troubles) - 10:,} more: --problems FILE writes them all")
    show_findings(findings, judged.incidents, judged.looks)


def _today() -> str:
    return date.today().isoformat()


def watched_rates(case: Path | None, judged: Judged) -> "RatesReport | None":
    """Before and after with the watch beside each count; None where the case has no watch."""
    from truceline.pipeline.rates import rates  # noqa: PLC0415 # slow; for pages alone

    if case is None or not judged.events:
        return None
    watch, posts = watch_of(opened(case)[0], judged.terms)
    if watch is None:
        return None
    incidents = judged.incidents.table if judged.incidents is not None else None
    return rates(
        judged.terms, judged.events, days=DAYS, incidents=incidents, watch=watch, posts=posts
    )


def brief(
    case: Annotated[Path | None, typer.Argument(metavar="DIR", help="A case folder.")] = None,
    agreement: Annotated[str, typer.Option(help="A library name or an agreement file.")] = "",
    events: Events = None,
    source: Annotated[str, typer.Option(help="What kind of file the events are.")] = "",
    out: Annotated[Path, typer.Option(help="The page to write: .html")] = Path("case.html"),
    clearance: Annotated[str, typer.Option(help="Who may read it: 'open' or 'cleared'.")] = "open",
    link: Linked = False,
    on: Annotated[str, typer.Option(help="The day whose deadlines it shows (today).")] = "",
) -> None:
    """Write the briefing: one page that needs no network."""
    from truceline.faces.briefing import briefing  # noqa: PLC0415 # slow; for pages alone

    must_end_in(out, (".html",))
    judged = judged_of(
        case, agreement, source, events, None, keep=True, link=link, on=on or _today()
    )
    show_counts(judged.counts)
    events_ = pa.concat_tables(judged.events) if judged.events else None
    incidents = judged.incidents.table if judged.incidents is not None else None
    try:
        compared = watched_rates(case, judged)
        out.write_text(
            briefing(
                judged.terms,
                judged.findings,
                judged.counts,
                judged.problems,
                events=events_,
                incidents=incidents,
                answers=_answers(judged),
                reviews=judged.reviews,
                looks=judged.looks,
                owed=judged.owed,
                rates=compared,
                clearance=clearance,
                command=judged.command,
                ledger=judged.ledger,
            ),
            encoding="utf-8",
        )
    except ValueError as error:
        stop(str(error))
    except OSError as error:
        stop(cannot_open(error, str(out)))
    show_findings(judged.findings, judged.incidents, judged.looks)
    data(f"page\t{out}")


def _answers(judged: Judged) -> Answers | None:
    """What the incidents of a page may have answered; of very many it says nothing."""
    if judged.incidents is None or judged.incidents.table.num_rows > _MOST_ANSWERS:
        return None
    return answers(judged.terms, judged.incidents.table, judged.events)

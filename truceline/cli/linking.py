"""truceline link."""

from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

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
from truceline.faces.tables import ENDINGS, write_table
from truceline.model.problem import problem_table
from truceline.pipeline.link import ENGINES, link_files
from truceline.pipeline.link_learned import LearnedError


def register(app: typer.Typer) -> None:
    """Add this command to the command line."""
    app.command()(link)


def link(
    out: Annotated[
        Path, typer.Option(help="Where to write incident_id,event_id: .csv .parquet .json")
    ],
    events: Events = None,
    source: Annotated[str, typer.Option(help="What kind of file the events are.")] = "",
    timezone: Annotated[
        str,
        typer.Option(help="The zone of times without an offset (UTC, or the agreement's own)."),
    ] = "",
    agreement: Annotated[
        str, typer.Option(help="An agreement whose list of actors says which names are one party.")
    ] = "",
    engine: Annotated[
        str, typer.Option(help=f"Where the weights come from: {' or '.join(ENGINES)}.")
    ] = "default",
    incidents: Annotated[
        Path | None, typer.Option(help="Where to write the incidents in full.")
    ] = None,
    pairs: Annotated[
        Path | None, typer.Option(help="Where to write the compared pairs, their scores in words.")
    ] = None,
    report: Annotated[
        Path | None, typer.Option(help="Where to write Splink's chart of match weights: .html")
    ] = None,
    problems: Annotated[Path | None, typer.Option(help="Where to write the problems.")] = None,
) -> None:
    """Link what several sources say about one happening: every event in exactly one incident."""
    for path in (out, incidents, pairs, problems):
        must_end_in(path, ENDINGS)
    must_end_in(report, (".html",))
    if not events:
        stop("give the events: --events FILE --source S, or --events S=FILE")
    if engine not in ENGINES:
        stop(f"no engine '{engine}'; there are: {', '.join(ENGINES)}")
    if report is not None and engine != "splink":
        stop("--report is the chart of --engine splink; the default weights are in docs/linking.md")
    terms = terms_of(agreement) if agreement else None
    zone = timezone or (terms.agreement.timezone if terms else "UTC")
    try:
        ZoneInfo(zone)
    except (ValueError, LookupError, OSError):
        stop(f"no time zone '{zone}'; use an IANA name like Asia/Damascus")
    pairs_of_files = files_of(source, events)
    with progress() as moved:
        try:
            linked, intake = link_files(
                pairs_of_files,
                timezone=zone,
                terms=terms,
                engine=engine,
                chart=report,
                progress=moved,  # type: ignore[arg-type] # rich's callback has this shape
            )
        except OSError as error:
            stop(cannot_open(error, str(pairs_of_files[0][1])))
        except LearnedError as error:
            stop(str(error))
    show_counts(intake.counts)
    try:
        membership = linked.membership
        write_table(membership, out)
        if incidents is not None:
            write_table(linked.incidents, incidents)
        if pairs is not None:
            write_table(linked.pairs, pairs)
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
    for note in linked.notes:
        say(note)
    for name, count in linked.counts.items():
        data(f"{name}\t{count}")

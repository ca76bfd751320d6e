"""truceline answers: what each incident may have been an answer to. Never a verdict."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import pyarrow as pa
import typer

from truceline.cli.case import opened
from truceline.cli.monitoring import intake_of
from truceline.cli.talk import (
    Events,
    cannot_open,
    data,
    files_of,
    must_end_in,
    say,
    show_counts,
    stop,
    terms_of,
)
from truceline.faces.tables import write_table
from truceline.model.event import EVENT_SCHEMA
from truceline.pipeline.answers import Options, chained
from truceline.pipeline.answers import answers as find
from truceline.pipeline.incidents import Incidents, case_incidents, link_events
from truceline.pipeline.ingest import case_events
from truceline.pipeline.terms import Terms
from truceline.store.errors import CaseError

_DEFAULT = Options()


def register(app: typer.Typer) -> None:
    """Add this command to the command line."""
    app.command()(answers)


def answers(
    case: Annotated[Path | None, typer.Argument(metavar="DIR", help="A case folder.")] = None,
    agreement: Annotated[str, typer.Option(help="A library name or an agreement file.")] = "",
    events: Events = None,
    source: Annotated[str, typer.Option(help="What kind of file the events are.")] = "",
    out: Annotated[
        Path | None, typer.Option(help="Where to write: .json (with chains), .csv .parquet")
    ] = None,
    link: Annotated[bool, typer.Option("--link", help="Link files of events first.")] = False,
    hours: Annotated[float, typer.Option(help="At most so much earlier.")] = _DEFAULT.hours,
    km: Annotated[float, typer.Option(help="At most so far apart.")] = _DEFAULT.km,
    least: Annotated[
        float, typer.Option(help="The least chance of both that makes a candidate.")
    ] = _DEFAULT.least,
    most: Annotated[int, typer.Option(help="How many are listed of each.")] = _DEFAULT.most,
    open_sides: Annotated[
        bool, typer.Option("--open", help="Also where who acted is not known.")
    ] = False,
) -> None:
    """List earlier acts that each incident may have answered, with what speaks for each."""
    must_end_in(out, (".json", ".csv", ".parquet"))
    try:
        options = Options(hours=hours, km=km, least=least, most=most, open_sides=open_sides)
    except ValueError as error:
        stop(str(error))
    terms, reports, incidents = _given(case, agreement, events, source, link)
    found = find(terms, incidents, reports, options)
    counts = found.counts
    say(
        f"{counts['answering']:,} of {counts['incidents']:,} incidents may have answered an "
        f"earlier act of the other side; of {counts['said']:,} a source says so, and for "
        f"{counts['unmatched']:,} of these no act that fits is reported in this data"
    )
    say(
        f"not asked: {counts['open']:,} where who acted is not known"
        f"{' (asked here: --open)' if open_sides else ''}, {counts['unplaced']:,} without a place, "
        f"{counts['unarmed']:,} that are no act of armed force"
    )
    for (one, other), number in found.opposed.items():
        data(f"named against each other\t{one}\t{other}\t{number}")
    data(f"candidates\t{found.candidates.num_rows}")
    if out is None:
        return
    try:
        if out.suffix.lower() == ".json":
            whole = {"options": asdict(options), "counts": counts, "incidents": chained(found)}
            out.write_text(json.dumps(whole, ensure_ascii=False, indent=1), encoding="utf-8")
        else:
            write_table(found.candidates, out)
    except (OSError, ValueError) as error:
        stop(cannot_open(error, str(out)) if isinstance(error, OSError) else str(error))


def _given(
    case: Path | None, agreement: str, events: list[str] | None, source: str, link: bool
) -> tuple[Terms, list[pa.Table], pa.Table]:
    """The terms, the reports, and the incidents (or the reports again)."""
    incidents: Incidents | None = None
    if case is not None:
        folder, terms = opened(case)
        try:
            reports = list(case_events(folder))
            incidents = case_incidents(folder, terms)
        except CaseError as error:
            stop(str(error))
    elif agreement and events:
        terms = terms_of(agreement)
        pairs = files_of(source, events)
        intake = intake_of(terms)
        try:
            reports = list(intake.read(pairs))
        except OSError as error:
            stop(cannot_open(error, str(pairs[0][1])))
        show_counts(intake.counts)
        incidents = link_events(terms, reports) if link else None
    else:
        stop("give a case folder, or --agreement X --events FILE --source S")
    if incidents is not None:
        say(str(incidents))
        return terms, reports, incidents.table
    return terms, reports, pa.concat_tables(reports) if reports else EVENT_SCHEMA.empty_table()

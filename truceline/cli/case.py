"""truceline new / ingest / verify / rates: a case folder from its first day to its proof."""

import json
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
    stop,
    terms_of,
    user_units,
)
from truceline.model.batch import Context
from truceline.pipeline.check import Intake, UnknownSourceError
from truceline.pipeline.incidents import Incidents, case_incidents, link_events
from truceline.pipeline.ingest import (
    Case,
    case_events,
    case_terms,
    new_case,
    open_case,
)
from truceline.pipeline.ingest import (
    ingest as take_in,
)
from truceline.pipeline.ingest import (
    verify_folder as look,
)
from truceline.pipeline.patrols_case import watch_of
from truceline.pipeline.terms import AgreementFaultsError, Terms
from truceline.store.errors import CaseError
from truceline.store.library import UnknownAgreementError

Dir = Annotated[Path, typer.Argument(metavar="DIR", help="The case folder.")]


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    for command in (new, ingest, verify, rates):
        app.command()(command)


def opened(folder: Path) -> tuple[Case, Terms]:
    """A case and its terms, or the end of the command."""
    try:
        case = open_case(folder)
        return case, case_terms(case)
    except CaseError as error:
        stop(str(error))
    except AgreementFaultsError as error:
        for fault in error.faults:
            data(str(fault))
        stop(f"the agreement of {folder} has faults", 1)


def new(
    folder: Dir,
    agreement: Annotated[str, typer.Option(help="A library name or an agreement file.")],
) -> None:
    """Make a case folder: the agreement, its geometry and the boundaries it needs."""
    terms_of(agreement)
    try:
        case = new_case(folder, agreement, user_units())
    except (CaseError, UnknownAgreementError, AgreementFaultsError) as error:
        stop(str(error))
    except OSError as error:
        stop(cannot_open(error, str(folder)))
    say(f"a case in {case.path}: edit agreement.yaml, then 'truceline ingest {folder} SOURCE FILE'")


def ingest(
    folder: Dir,
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="What kind of file it is.")],
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="The files.")],
) -> None:
    """Take files into a case: nothing lost, nothing twice; safe against a killed process."""
    try:
        case = open_case(folder)
        with progress() as moved:
            take_in(
                case,
                source,
                files,
                progress=moved,  # type: ignore[arg-type] # rich's callback has this shape
                acknowledged=lambda batch: say(str(batch)),
                counted=lambda count: data(str(count)),
            )
    except (CaseError, UnknownSourceError, AgreementFaultsError) as error:
        stop(str(error))
    except OSError as error:
        stop(cannot_open(error, str(files[0])))


def verify(folder: Dir) -> None:
    """Prove that a case holds: originals, counts and the chained audit log."""
    try:
        found = look(folder)
    except CaseError as error:
        stop(str(error))
    data(str(found))
    if not found.holds:
        raise typer.Exit(1)


def rates(
    folder: Annotated[Path | None, typer.Argument(metavar="DIR", help="A case folder.")] = None,
    agreement: Annotated[str, typer.Option(help="A library name or an agreement file.")] = "",
    events: Annotated[
        list[str] | None, typer.Option("--events", help="A file of events, or SOURCE=FILE.")
    ] = None,
    source: Annotated[str, typer.Option(help="What kind of file the events are.")] = "",
    days: Annotated[int, typer.Option(help="Days on either side.", min=1)] = 30,
    draws: Annotated[int, typer.Option(help="How often counts are drawn.", min=20)] = 200,
    seed: Annotated[int, typer.Option(help="The seed of the draws.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    link: Annotated[bool, typer.Option("--link", help="Link files of events too.")] = False,
) -> None:
    """Compare reports before and after the cessation starts, per zone and per source.

    A case is also compared by its linked incidents, each happening once.
    """
    from truceline.pipeline.rates import rates as compare  # noqa: PLC0415 # slow to load
    from truceline.pipeline.rates import rates_text  # noqa: PLC0415 # slow to load

    incidents: Incidents | None = None
    if folder is not None:
        case, terms = opened(folder)
        try:
            tables: list[pa.Table] = list(case_events(case))
            incidents = case_incidents(case, terms)
        except CaseError as error:
            stop(str(error))
        watched, posts = watch_of(case, terms)
    elif agreement and events:
        terms = terms_of(agreement)
        intake = Intake(Context(timezone=terms.agreement.timezone, units=terms.units))
        tables = list(intake.read(files_of(source, events)))
        for count in intake.counts:
            say(str(count))
        incidents = link_events(terms, tables) if link else None
        watched, posts = None, None
    else:
        stop("give a case folder, or --agreement X --events FILE --source S")
    if incidents is not None:
        say(str(incidents))
    report = compare(
        terms,
        tables,
        days=days,
        draws=draws,
        seed=seed,
        incidents=None if incidents is None else incidents.table,
        watch=watched,
        posts=posts,
    )
    data(json.dumps(report.to_json(), ensure_ascii=False) if as_json else rates_text(report))

"""truceline agreement list / show / check / cases / schema / calendar / diff."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from truceline.cli.talk import cannot_open, data, must_end_in, say, show_faults, stop, terms_of
from truceline.model.agreement import Agreement
from truceline.pipeline.differences import agreement_differences
from truceline.pipeline.heads import heads
from truceline.pipeline.words import show_agreement
from truceline.sources.agreement import undecodable
from truceline.store.library import UnknownAgreementError

app = typer.Typer(help="Agreements: the library and files of your own.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(metavar="X", help="A library name or an agreement file.")]


def register(parent: typer.Typer) -> None:
    """Add these commands to the command line."""
    parent.add_typer(app, name="agreement")


@app.command("list")
def list_() -> None:
    """List the ceasefires of the library: name, signature, title."""
    for name, agreement, faults in heads():
        if agreement is None or faults:
            data(f"{name}\t\t(has {len(faults)} faults: truceline agreement check {name})")
            continue
        data(f"{name}\t{agreement.signed or ''}\t{agreement.title}")


@app.command()
def show(name: Name) -> None:
    """Show an agreement as a person reads it."""
    data(show_agreement(terms_of(name).agreement))


@app.command()
def check(name: Name) -> None:
    """Check an agreement file and the geometry it names: every fault as file:line:column."""
    from truceline.pipeline.terms import AgreementFaultsError, load  # noqa: PLC0415 # slow to load

    try:
        terms = load(name)
    except AgreementFaultsError as error:
        show_faults(error.faults)
        raise typer.Exit(1) from None
    except UnknownAgreementError as error:
        stop(str(error.args[0]))
    except OSError as error:
        stop(cannot_open(error, name))
    agreement = terms.agreement
    say(
        f"{terms.folder.name}: no faults; {len(agreement.provisions)} provisions, "
        f"{len(terms.zones)} zones, {len(agreement.parties)} parties"
    )


@app.command()
def cases(name: Name) -> None:
    """Run the sentences of cases.yaml; ends with 'N passed, M failed'."""
    from truceline.pipeline.cases import CaseFileError, run_cases  # noqa: PLC0415 # slow to load

    terms = terms_of(name, with_boundaries=False)
    path = terms.folder.cases
    try:
        results = run_cases(terms, path.read_text(encoding="utf-8"), str(path))
    except OSError as error:
        stop(cannot_open(error, str(path)))
    except UnicodeDecodeError as error:
        stop(str(undecodable(str(path), error)), 1)
    except CaseFileError as error:
        stop(str(error), 1)
    failed = [r for r in results if not r.passed]
    for result in failed:
        data(f"{path}:{result.line}: {result.case}")
        for difference in result.differences:
            data(f"    {difference}")
    data(f"{len(results) - len(failed)} passed, {len(failed)} failed")
    if failed:
        raise typer.Exit(1)


@app.command()
def schema() -> None:
    """Print the JSON Schema of agreement files, for editors to complete from."""
    found = Agreement.model_json_schema(by_alias=True)
    found["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    found["title"] = "Truceline agreement"
    data(json.dumps(found, indent=2, ensure_ascii=False))


@app.command()
def diff(
    first: Annotated[str, typer.Argument(metavar="X", help="A library name or a file.")],
    second: Annotated[str, typer.Argument(metavar="Y", help="Another.")],
) -> None:
    """Show what differs between two versions, clause by clause."""
    lines = agreement_differences(terms_of(first).agreement, terms_of(second).agreement)
    for line in lines:
        data(line)
    say(f"{len(lines)} differences" if lines else "the two say the same")


@app.command()
def calendar(
    name: Name,
    out: Annotated[Path | None, typer.Option(help="The file to write: .ics")] = None,
) -> None:
    """Print the agreement's dates as iCalendar: every reading an entry of its own."""
    from truceline.faces.calendar import calendar as write_calendar  # noqa: PLC0415 # slow to load

    must_end_in(out, (".ics",))
    made = write_calendar(terms_of(name).agreement)
    if b"BEGIN:VEVENT" not in made:
        stop("the agreement gives no date, so there is nothing for a calendar", 1)
    if out is None:
        sys.stdout.buffer.write(made)
        sys.stdout.buffer.flush()
        return
    try:
        out.write_bytes(made)
    except OSError as error:
        stop(cannot_open(error, str(out)))
    say(f"{made.count(b'BEGIN:VEVENT')} entries in {out}")

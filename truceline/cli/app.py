"""The commands, put together."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from truceline.cli import (
    agreement,
    answering,
    case,
    deciding,
    exercise,
    ledger,
    linking,
    monitoring,
    obligations,
    patrols,
    patrols_case,
    reading,
)
from truceline.cli.talk import cannot_open, data, must_end_in, say, stop, terms_of
from truceline.monitor.zones import features
from truceline.store import boundaries
from truceline.version import __version__

app = typer.Typer(
    name="truceline",
    help="Monitor and verify ceasefires: judge reported events against the clauses of an agreement.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(agreement.app, name="agreement")
monitoring.register(app)
case.register(app)
reading.register(app)
answering.register(app)
deciding.register(app)
exercise.register(app)
linking.register(app)
obligations.register(app)
ledger.register(app)
patrols.register(app)
patrols_case.register(app)
boundary_app = typer.Typer(help="Admin units that commands without a case may use.")
app.add_typer(boundary_app, name="boundaries")


def _version(wanted: bool) -> None:
    if wanted:
        data(f"truceline {__version__}")
        raise typer.Exit


@app.callback()
def _top(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    del version


@boundary_app.command("add")
def boundaries_add(file: Path) -> None:
    """Add admin units from a COD-AB shapefile, a GeoJSON file or a GeoPackage."""
    try:
        added = boundaries.add(file)
    except (ValueError, LookupError) as error:
        stop(str(error))
    except OSError as error:
        stop(cannot_open(error, str(file)))
    say(str(added))


@boundary_app.command("list")
def boundaries_list() -> None:
    """List the admin units at hand, one a line: P-code, level, names."""
    for unit in boundaries.load():
        data(f"{unit.code}\t{unit.level}\t{' / '.join(unit.names)}")


@app.command()
def zones(
    agreement_name: Annotated[str, typer.Argument(metavar="X", help="A library name or a file.")],
    out: Annotated[Path, typer.Option(help="The GeoJSON file to write.")],
) -> None:
    """Write the zones, lines and routes of an agreement as GeoJSON."""
    must_end_in(out, (".geojson", ".json"))
    terms = terms_of(agreement_name)
    collection = {"type": "FeatureCollection", "features": features(terms.ground, terms.routes)}
    try:
        out.write_text(json.dumps(collection, ensure_ascii=False), encoding="utf-8")
    except OSError as error:
        stop(cannot_open(error, str(out)))
    say(f"{len(collection['features'])} features in {out}")


def main() -> None:
    """Run the command line. Ends the process with the code that the contract gives."""
    try:
        app()
    except KeyboardInterrupt:
        say("stopped")
        sys.exit(130)

"""truceline zones; truceline boundaries add / list."""

import json
from pathlib import Path
from typing import Annotated

import typer

from truceline.cli.talk import cannot_open, data, must_end_in, say, stop, terms_of
from truceline.monitor.zones.zones import features
from truceline.store import boundaries

app = typer.Typer(help="Admin units that commands without a case may use.")


def register(parent: typer.Typer) -> None:
    """Add these commands to the command line."""
    parent.command()(zones)
    parent.add_typer(app, name="boundaries")


@app.command("add")
def boundaries_add(file: Path) -> None:
    """Add admin units from a COD-AB shapefile, a GeoJSON file or a GeoPackage."""
    try:
        added = boundaries.add(file)
    except (ValueError, LookupError) as error:
        stop(str(error))
    except OSError as error:
        stop(cannot_open(error, str(file)))
    say(str(added))


@app.command("list")
def boundaries_list() -> None:
    """List the admin units at hand, one a line: P-code, level, names."""
    for unit in boundaries.load():
        data(f"{unit.code}\t{unit.level}\t{' / '.join(unit.names)}")


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

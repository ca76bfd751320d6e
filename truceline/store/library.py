"""The library of ceasefires, and agreement files on disk with the geometry they name."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from truceline.model.agreement import Agreement
from truceline.model.amendments import dated_zones
from truceline.model.references import Path as Where
from truceline.model.zone import Admin, Drawn


class UnknownAgreementError(LookupError):
    """No library agreement of this name and no file of this path."""


@dataclass(frozen=True)
class AgreementFolder:
    """An agreement file's place on disk: its text and the folder its geometry lies in."""

    path: Path
    text: str

    @property
    def name(self) -> str:
        """The file's path as the user gave it, for messages."""
        return str(self.path)

    @property
    def cases(self) -> Path:
        """Where this agreement's cases are."""
        return self.path.with_name("cases.yaml")


@dataclass(frozen=True)
class Geometry:
    """The geometry files of an agreement: by name, (lon, lat) WGS 84, and their SHA-256."""

    files: Mapping[str, BaseGeometry]
    hashes: Mapping[str, str]
    faults: tuple[tuple[Where, str], ...]


def names() -> list[str]:
    """The agreements that come with Truceline."""
    return sorted(p.parent.name for p in _root().glob("*/agreement.yaml"))


def _root() -> Path:
    return Path(str(resources.files("truceline").joinpath("agreements")))


def find(name: str) -> AgreementFolder:
    """An agreement by its library name, its file, or a folder that holds agreement.yaml.

    Raises:
        UnknownAgreementError: none of these; the message lists the library.
        OSError, UnicodeDecodeError: the file cannot be read.
    """
    given = Path(name)
    if given.is_dir() and (given / "agreement.yaml").is_file():
        given = given / "agreement.yaml"
    if not given.is_file():
        own = _root() / name / "agreement.yaml"
        if "/" in name or not own.is_file():
            raise UnknownAgreementError(
                f"no agreement '{name}': it is neither a file nor in the library "
                f"({', '.join(names())})"
            )
        given = own
    return AgreementFolder(given, given.read_text(encoding="utf-8"))


def geometry(agreement: Agreement, folder: Path) -> Geometry:
    """Read every geometry file that an agreement names, from ``folder``."""
    files: dict[str, BaseGeometry] = {}
    hashes: dict[str, str] = {}
    faults: list[tuple[Where, str]] = []
    for where, name, wanted in named_files(agreement):
        path = folder / name
        try:
            content = path.read_bytes()
            found = _geometry(content, wanted)
        except (OSError, ValueError, shapely.errors.ShapelyError) as error:
            faults.append((where, _why(name, error)))
            continue
        files[name] = found
        hashes[name] = hashlib.sha256(content).hexdigest()
    return Geometry(files, hashes, tuple(faults))


def _why(name: str, error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return f"the geometry file '{name}' is not beside the agreement; add it there"
    if isinstance(error, IsADirectoryError):
        return f"the geometry file '{name}' is a folder; name a GeoJSON file"
    if isinstance(error, UnicodeDecodeError):
        return f"'{name}' is not UTF-8 text; save it as GeoJSON in UTF-8"
    if isinstance(error, json.JSONDecodeError):
        return f"'{name}' is not GeoJSON ({error}); correct or replace it"
    what = " ".join(str(error).split())
    return f"'{name}' cannot be used: {what}; correct or replace it"


def named_files(agreement: Agreement) -> Iterator[tuple[Where, str, str]]:
    """Each geometry file an agreement names: its path in the file, its name, line or area."""
    for name, line in agreement.lines.items():
        if line.file is not None:
            yield ("lines", name, "file"), line.file, "line"
    for name, definition in dated_zones(agreement).items():
        yield from _zone_files(definition, ("zones", name))


def _zone_files(definition: Any, where: Where) -> Iterator[tuple[Where, str, str]]:
    if isinstance(definition, Drawn):
        yield (*where, "file"), definition.file, "area"
    elif isinstance(definition, Admin):
        if definition.outline is not None:
            yield (*where, "outline"), definition.outline, "area"
    else:
        for key in ("versions", "union", "intersection", "difference"):
            for number, part in enumerate(getattr(definition, key, ())):
                yield from _zone_files(part, (*where, key, number))
        if hasattr(definition, "within"):
            yield from _zone_files(definition.within, (*where, "within"))


def _geometry(content: bytes, wanted: str) -> BaseGeometry:
    """The lines, or the areas, of a GeoJSON text, as one geometry.

    Raises ValueError with what is wrong.
    """
    try:
        document = json.loads(content.decode("utf-8-sig"), parse_constant=_no_number)
        shapes = [shape(part) for part in _parts(document)]
    except (AttributeError, KeyError, TypeError, IndexError, RecursionError) as error:
        raise ValueError(f"it is not GeoJSON as RFC 7946 has it ({error})") from error
    dimension = 1 if wanted == "line" else 2
    kept = [g for g in shapes if shapely.get_dimensions(g) == dimension and not g.is_empty]
    if not kept:
        raise ValueError(f"it holds no {wanted}")
    found = shapely.force_2d(shapely.union_all(kept) if dimension == 2 else _line(kept))
    west, south, east, north = found.bounds
    if not (west >= -180 and east <= 180 and south >= -90 and north <= 90):
        raise ValueError(
            "its coordinates are not longitude and latitude in degrees (WGS 84), in that order"
        )
    if dimension == 2 and not found.is_valid:
        raise ValueError(f"its area is not valid ({shapely.is_valid_reason(found)})")
    return found


def _no_number(word: str) -> float:
    raise ValueError(f"{word} is no coordinate")


def _parts(document: Any) -> list[Any]:
    """The geometry objects of a GeoJSON document, those that are null left out."""
    if not isinstance(document, dict) or "type" not in document:
        raise ValueError("it is no GeoJSON object")
    if document["type"] == "FeatureCollection":
        parts = [feature.get("geometry") for feature in document["features"]]
    elif document["type"] == "Feature":
        parts = [document.get("geometry")]
    else:
        parts = [document]
    return [part for part in parts if part]


def _line(parts: list[BaseGeometry]) -> BaseGeometry:
    if len(parts) == 1:
        return parts[0]
    lines = shapely.MultiLineString([line for p in parts for line in getattr(p, "geoms", [p])])
    drawn = shapely.line_merge(lines, directed=True)  # left and right are by this direction
    if drawn.geom_type == "LineString":
        return drawn
    return shapely.line_merge(lines)

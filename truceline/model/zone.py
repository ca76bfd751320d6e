"""Zones: where a provision holds, as the agreement defines it and as ground.

Coordinates are (lon, lat) in degrees, WGS 84. ``accuracy`` is at 95 %: the true edge
lies within that many metres of the drawn one (two standard deviations), and the error
is shared along the whole edge.
"""

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from truceline.model.quantity import Metres, When


def kebab(name: str) -> str:
    """``valid_from`` as a file writes it: ``valid-from``."""
    return name.rstrip("_").replace("_", "-")


class Noun(BaseModel):
    """A frozen part of an agreement. Unknown keys are refused; keys are kebab-case."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=kebab, populate_by_name=True
    )


LonLat = tuple[
    Annotated[float, Field(ge=-180, le=180)],
    Annotated[float, Field(ge=-90, le=90)],
]


class _Dated(Noun):
    accuracy: Metres | None = None
    valid_from: When | None = None
    valid_to: When | None = None
    source: str = ""
    note: str = ""


class Line(_Dated):
    """A reference line or route: from a GeoJSON file beside the agreement, or by points."""

    file: str | None = None
    points: tuple[LonLat, ...] | None = None
    name: str = ""


class Place(Noun):
    """A place that the agreement or its cases name."""

    at: LonLat
    accuracy: Metres = 0.0
    names: tuple[str, ...] = ()
    source: str = ""
    note: str = ""


class End(Noun):
    """Where along its line a corridor begins or ends: at the point of the line nearest to it."""

    place: str
    inferred: str = ""


class Depth(Noun):
    """How deep a corridor is on either side: by compass, or by the line's own direction."""

    north: Metres | None = None
    south: Metres | None = None
    east: Metres | None = None
    west: Metres | None = None
    left: Metres | None = None
    right: Metres | None = None


def _depth_shape(value: Any) -> str:
    return "sides" if isinstance(value, dict | Depth) else "both"


class Corridor(_Dated):
    """What lies within a depth of a line."""

    along: str
    depth: Annotated[
        Annotated[Depth, Tag("sides")] | Annotated[Metres, Tag("both")],
        Discriminator(_depth_shape),
    ]
    from_: End | None = Field(None, alias="from")
    to: End | None = None
    ends: Literal["round", "flat"] = "round"


class Disc(_Dated):
    """What lies within a radius of a place or a point."""

    around: str | LonLat
    radius: Metres


class Drawn(_Dated):
    """An area from a GeoJSON file beside the agreement."""

    file: str


class Polygon(_Dated):
    """An area by the points of its outer ring; the last joins the first."""

    polygon: Annotated[tuple[LonLat, ...], Field(min_length=3)]


class Admin(_Dated):
    """Admin units by P-code. ``outline`` is a generalised area (a GeoJSON file) that stands in
    where the user has supplied no boundaries; ``accuracy`` is the outline's, and
    ``unit_accuracy`` that of the boundaries themselves.
    """

    admin: Annotated[tuple[str, ...], Field(min_length=1)]
    outline: str | None = None
    unit_accuracy: Metres = 0.0


class Union(_Dated):
    """All of several zones together."""

    union: Annotated[tuple["ZoneRef", ...], Field(min_length=1)]


class Intersection(_Dated):
    """What several zones share."""

    intersection: Annotated[tuple["ZoneRef", ...], Field(min_length=1)]


class Difference(_Dated):
    """The first zone without the others."""

    difference: Annotated[tuple["ZoneRef", ...], Field(min_length=2)]


class Beyond(_Dated):
    """What lies at least a distance from a line, inside another zone."""

    beyond: Metres
    of: str
    within: "ZoneRef"
    side: Literal["north", "south", "east", "west", "left", "right"] | None = None


class Versions(Noun):
    """A zone that changes by phase: definitions with ``valid-from`` and ``valid-to``."""

    versions: Annotated[tuple["ZoneDef", ...], Field(min_length=1)]
    note: str = ""


class Unknown(Noun):
    """A zone whose ground the text does not give. Nothing can be told of it."""

    unknown: Literal["undisclosed", "to-be-agreed", "disputed"]
    because: str = ""
    source: str = ""
    note: str = ""
    valid_from: When | None = None
    valid_to: When | None = None


class Everywhere(Noun):
    """The whole world: a provision that holds wherever the act is done."""

    everywhere: Literal[True]
    note: str = ""
    source: str = ""


ZONE_KEYS = {
    "along": "Corridor",
    "around": "Disc",
    "file": "Drawn",
    "polygon": "Polygon",
    "admin": "Admin",
    "union": "Union",
    "intersection": "Intersection",
    "difference": "Difference",
    "beyond": "Beyond",
    "versions": "Versions",
    "unknown": "Unknown",
    "everywhere": "Everywhere",
}


def _zone_kind(value: Any) -> str | None:
    if isinstance(value, dict):
        return next((tag for key, tag in ZONE_KEYS.items() if key in value), None)
    name = type(value).__name__
    return name if name in ZONE_KEYS.values() else None


ZoneDef = Annotated[
    Annotated[Corridor, Tag("Corridor")]
    | Annotated[Disc, Tag("Disc")]
    | Annotated[Drawn, Tag("Drawn")]
    | Annotated[Polygon, Tag("Polygon")]
    | Annotated[Admin, Tag("Admin")]
    | Annotated[Union, Tag("Union")]
    | Annotated[Intersection, Tag("Intersection")]
    | Annotated[Difference, Tag("Difference")]
    | Annotated[Beyond, Tag("Beyond")]
    | Annotated[Versions, Tag("Versions")]
    | Annotated[Unknown, Tag("Unknown")]
    | Annotated[Everywhere, Tag("Everywhere")],
    Discriminator(
        _zone_kind,
        custom_error_type="zone_kind",
        custom_error_message="a zone is defined by one of: " + ", ".join(ZONE_KEYS),
    ),
]


def _ref_kind(value: Any) -> str:
    return "name" if isinstance(value, str) else "inline"


ZoneRef = Annotated[
    Annotated[str, Tag("name")] | Annotated[ZoneDef, Tag("inline")], Discriminator(_ref_kind)
]

for _model in (Union, Intersection, Difference, Beyond, Versions):
    _model.model_rebuild()


@dataclass(frozen=True, slots=True)
class Spine:
    """The line of a corridor: parts of (lon, lat) points, and its depths in metres.

    ``left`` and ``right`` are by the line's direction. Equal depths make the corridor all
    that lies within that distance of the line. ``flat`` ends are cut across the line.
    """

    line: Any  # shapely LineString or MultiLineString
    left_m: float
    right_m: float
    flat: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """A zone's ground on the days it is valid, ready to be asked about.

    ``polygon`` is a shapely Polygon or MultiPolygon, (lon, lat). ``accuracy_m`` is at
    95 %; 0 is exact. A corridor keeps its ``spine`` so that a distance is measured from
    the line itself. A composed zone keeps its ``parts``: their accuracies differ.
    ``known`` is False where the text does not give the ground.
    """

    id: str
    op: Literal["leaf", "union", "intersection", "difference", "everywhere", "unknown"]
    polygon: Any
    accuracy_m: float = 0.0
    spine: Spine | None = None
    parts: tuple["Shape", ...] = field(default=())
    of: str = ""
    kind: str = "zone"
    why: str = ""


@dataclass(frozen=True, slots=True)
class DatedShape:
    """A shape with the days it is valid, UTC instants; None is open."""

    shape: Shape
    valid_from: Any = None
    valid_to: Any = None

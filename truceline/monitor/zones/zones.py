"""Zones as ground: an agreement's definitions turned into dated shapes, and into GeoJSON.

Pure: geometries come in by file name. What cannot be drawn is a fault, with its path into
the agreement file, and leaves its zone without ground; the others are still built.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import shapely

from truceline.model.unit import Units
from truceline.model.zone import DatedShape, Line, Place, ZoneDef
from truceline.monitor.zones.build import Builder, Fault
from truceline.monitor.zones.line import Coords, GroundError, nearest
from truceline.monitor.zones.spine import DatedLine, as_lines, stretch


@dataclass(frozen=True)
class Ground:
    """What an agreement's zones and lines are on the ground, and what could not be drawn.

    ``faults`` are (path into the agreement file, message). A zone with a fault has no shapes.
    ``about`` holds each zone's (source, note).
    """

    zones: Mapping[str, tuple[DatedShape, ...]]
    lines: Mapping[str, tuple[DatedLine, ...]]
    faults: tuple[Fault, ...]
    timezone: ZoneInfo
    about: Mapping[str, tuple[str, str]] = field(default_factory=dict)


def build(
    zones: Mapping[str, ZoneDef],
    lines: Mapping[str, Line | tuple[Line, ...]],
    places: Mapping[str, Place],
    files: Mapping[str, Any],
    units: Units,
    zone: ZoneInfo,
) -> Ground:
    """Turn zone definitions into ground.

    Args:
        zones: definitions by name.
        lines: lines by name; a sequence of Line is a line that changes by date.
        places: places by name.
        files: shapely geometries, (lon, lat), by the file name that a definition gives.
        units: the admin units at hand; may be empty.
        zone: the agreement's timezone; a date alone is that local day, ``valid-to`` included.

    Never raises for what the definitions say: see ``Ground.faults``.
    """
    work = Builder(zones, lines, places, files, units, zone)
    ground_lines = {name: work.line(name) for name in lines}
    shapes = {name: work.named(name, ("zones", name)) for name in zones}
    about = {name: (getattr(d, "source", ""), getattr(d, "note", "")) for name, d in zones.items()}
    return Ground(shapes, ground_lines, tuple(work.faults), zone, about)


@dataclass(frozen=True, slots=True)
class Route:
    """A stretch of a line that a requirement names: from one place to another, or all of it.

    ``start`` and ``end`` are (name, place), or None for the line's own end.
    """

    id: str
    along: str
    start: tuple[str, Place] | None = None
    end: tuple[str, Place] | None = None


def route_lines(ground: Ground, route: Route) -> tuple[DatedLine, ...]:
    """A route's line by date, (lon, lat), running from its start to its end.

    Raises:
        KeyError: the ground has no such line.
        ValueError: it cannot be cut there; the message says why and what to do.
    """
    found = []
    for line in ground.lines[route.along]:
        pieces = stretch(line, route.start, route.end)
        if len(pieces) == 1 and _backwards(pieces[0], route):
            pieces = [pieces[0][::-1].copy()]
        found.append(
            DatedLine(
                route.id,
                as_lines(pieces),
                line.accuracy_m,
                line.valid_from,
                line.valid_to,
                line.name,
                line.source,
                line.note,
                tuple(pieces),
            )
        )
    return tuple(found)


def _backwards(piece: Coords, route: Route) -> bool:
    """Whether a cut line starts where its route ends."""
    if route.start is not None:
        return nearest(piece, *route.start[1].at)[0] > (len(piece) - 1) / 2
    return route.end is not None and nearest(piece, *route.end[1].at)[0] < (len(piece) - 1) / 2


def features(ground: Ground, routes: Iterable[Route] = ()) -> list[dict[str, Any]]:
    """GeoJSON features (RFC 7946): one per zone, line and route, and per version of each.

    Properties: ``id``, ``kind`` (zone, line, route), ``of`` (its line, or null),
    ``accuracy_m`` (95 %), ``valid_from`` and ``valid_to`` (null is open; a date alone is that
    whole day in the agreement's timezone, ``valid_to`` included), ``name``, ``source``,
    ``note``. A corridor has ``left_m`` and ``right_m``. A zone whose ground the text does not
    give has a null geometry, and ``note`` says why. A route that cannot be cut is left out:
    ``route_lines`` says why.
    """
    return list(_features(ground, routes))


def _features(ground: Ground, routes: Iterable[Route]) -> Iterator[dict[str, Any]]:
    for name, versions in ground.zones.items():
        source, note = ground.about.get(name, ("", ""))
        for one in versions:
            shape = one.shape
            extra: dict[str, Any] = {"name": "", "source": source, "note": shape.why or note}
            if shape.spine is not None:
                extra |= {"left_m": shape.spine.left_m, "right_m": shape.spine.right_m}
            yield _feature(
                ground, one, name, "zone", shape.of, shape.accuracy_m, shape.polygon, extra
            )
    for lines in ground.lines.values():
        yield from (_line_feature(ground, line, "line", "") for line in lines)
    for route in routes:
        try:
            lines = route_lines(ground, route)
        except (KeyError, GroundError):
            continue
        yield from (_line_feature(ground, line, "route", route.along) for line in lines)


def _line_feature(ground: Ground, line: DatedLine, kind: str, of: str) -> dict[str, Any]:
    extra = {"name": line.name, "source": line.source, "note": line.note}
    return _feature(ground, line, line.id, kind, of, line.accuracy_m, line.geometry, extra)


def _feature(
    ground: Ground,
    one: DatedShape | DatedLine,
    name: str,
    kind: str,
    of: str,
    accuracy_m: float,
    geometry: Any,
    extra: Mapping[str, Any],
) -> dict[str, Any]:
    empty = geometry is None or geometry.is_empty
    return {
        "type": "Feature",
        "geometry": None if empty else shapely.geometry.mapping(geometry),
        "properties": {
            "id": name,
            "kind": kind,
            "of": of or None,
            "accuracy_m": accuracy_m,
            "valid_from": _day(one.valid_from, ground.timezone, 0),
            "valid_to": _day(one.valid_to, ground.timezone, 1),
            **extra,
        },
    }


def _day(moment: datetime | None, zone: ZoneInfo, back: int) -> str | None:
    """A local midnight as its date (the end of a day as that day), else the moment."""
    if moment is None:
        return None
    local = moment.astimezone(zone)
    if local.time() == time(0):
        return (local.date() - timedelta(days=back)).isoformat()
    return local.isoformat()

"""Spines: the stretch of a line that a corridor or a route follows, and its depths."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import shapely

from truceline.model.zone import Depth, Place
from truceline.monitor.zones.line import Coords, GroundError, Side, cut, nearest, side_of
from truceline.monitor.zones.world import wrap

FAR_M = 20_000.0  # a place farther from its line than this is not on it


@dataclass(frozen=True, slots=True)
class DatedLine:
    """A line or route with the days it is valid, UTC instants; None is open.

    ``geometry`` is a shapely LineString or MultiLineString, (lon, lat), in its own direction.
    """

    id: str
    geometry: Any
    accuracy_m: float = 0.0
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    name: str = ""
    source: str = ""
    note: str = ""
    pieces: tuple[Coords, ...] = field(default=(), repr=False, compare=False)


def stretch(
    line: DatedLine, start: tuple[str, Place] | None, end: tuple[str, Place] | None
) -> list[Coords]:
    """A line between its points nearest to two places, in the line's own direction.

    Raises:
        GroundError: a place is far from the line, both ends are one point, or the line is
            in several pieces so that no way leads from one end to the other.
    """
    pieces = list(line.pieces)
    marks = []
    for key, given in (("from", start), ("to", end)):
        if given is None:
            continue
        name, place = given
        found = [nearest(p, *place.at) for p in pieces]
        piece = min(range(len(pieces)), key=lambda i: found[i][1])
        position, distance = found[piece]
        limit = max(FAR_M, 3 * line.accuracy_m)
        if distance > limit:
            raise GroundError(
                f"'{name}' is {distance / 1000:.0f} km from '{line.id}', more than "
                f"{limit / 1000:.0f} km; correct the place, or the line",
                key,
                "place",
            )
        marks.append((key, piece, position))
    if not marks:
        return pieces
    if len({piece for _, piece, _ in marks}) > 1 or (len(pieces) > 1 and len(marks) == 1):
        raise GroundError(
            f"'{line.id}' is in {len(pieces)} pieces that do not touch, so it cannot be cut "
            "there; join them in its file",
            marks[0][0],
        )
    chain = pieces[marks[0][1]]
    at = {key: position for key, _, position in marks}
    first, last = at.get("from", 0.0), at.get("to", float(len(chain) - 1))
    if abs(first - last) < 1e-9:
        raise GroundError(
            f"'from' and 'to' meet at one point of '{line.id}', which leaves no line; "
            "give two places apart from one another",
            marks[-1][0],
        )
    return [cut(chain, first, last)]


def as_lines(pieces: Sequence[Coords]) -> Any:
    """Pieces as a LineString or MultiLineString within -180 to 180."""
    lines = [shapely.LineString(p) for p in pieces]
    return wrap(lines[0] if len(lines) == 1 else shapely.MultiLineString(lines))


def side_named(word: str, pieces: Sequence[Coords], *at: str) -> Side:
    """Left or right of a line for left, right, north, south, east or west.

    Raises:
        GroundError: the line has no such side; it is about the key ``at``.
    """
    if word in ("left", "right"):
        return "left" if word == "left" else "right"
    try:
        sides = {side_of(piece, word) for piece in pieces}
    except GroundError as error:
        raise GroundError(str(error), *at) from error
    if len(sides) > 1:
        raise GroundError(
            f"the line's pieces run in different directions, so {word} is left of one and "
            "right of another; join them in its file",
            *at,
        )
    return sides.pop()


def depths(depth: Depth | float, pieces: Sequence[Coords]) -> tuple[float, float]:
    """A depth as metres to the (left, right) of a line's own direction; a side left out is 0.

    Raises:
        GroundError: no side, no depth, or a compass side that the line does not have.
    """
    if not isinstance(depth, Depth):
        found = {"left": depth, "right": depth}
    else:
        found = {}
        said: dict[str, str] = {}
        for word in ("left", "right", "north", "south", "east", "west"):
            value = getattr(depth, word)
            if value is None:
                continue
            side = side_named(word, pieces, "depth", word)
            if side in found and found[side] != value:
                raise GroundError(
                    f"{word} and {said[side]} are the same side of this line but have different "
                    "depths; keep one",
                    "depth",
                    word,
                )
            found[side], said[side] = value, word
    left, right = found.get("left", 0.0), found.get("right", 0.0)
    if max(left, right) <= 0:
        raise GroundError("has no depth; give one side a depth above 0", "depth")
    return left, right

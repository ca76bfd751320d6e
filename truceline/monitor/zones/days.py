"""Days on which ground is valid, and the composition of dated ground day by day."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import shapely

from truceline.model.quantity import When
from truceline.model.zone import DatedShape, Shape
from truceline.monitor.zones.world import NOTHING, finish

ALWAYS = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
Span = tuple[datetime, datetime]


def span(start: When | None, end: When | None, zone: ZoneInfo) -> Span:
    """The UTC instants from the first to the one after the last; open ends are ``ALWAYS``."""
    return (
        start.start(zone).astimezone(UTC) if start else ALWAYS[0],
        end.end(zone).astimezone(UTC) if end else ALWAYS[1],
    )


def meet(a: Span, b: Span) -> Span | None:
    """The days that two spans share, or None."""
    first, last = max(a[0], b[0]), min(a[1], b[1])
    return (first, last) if first < last else None


def span_of(dated: Any) -> Span:
    """The span of a dated shape or line."""
    return dated.valid_from or ALWAYS[0], dated.valid_to or ALWAYS[1]


def open_ends(days: Span) -> tuple[datetime | None, datetime | None]:
    """A span with None for an open end."""
    first, last = days
    return None if first == ALWAYS[0] else first, None if last == ALWAYS[1] else last


def dated(shape: Shape, days: Span) -> DatedShape:
    """A shape valid on these days."""
    return DatedShape(shape, *open_ends(days))


def each_day(parts: Sequence[Sequence[Any]]) -> Iterator[tuple[Span, list[Any]]]:
    """The spans between changes of any part, with what each part then is (None: nothing)."""
    edges = sorted({edge for part in parts for one in part for edge in span_of(one)})
    for days in pairwise(edges):
        yield (
            days,
            [next((one for one in part if meet(span_of(one), days)), None) for part in parts],
        )


_OVERLAY: dict[str, Callable[[list[Any]], Any]] = {
    "union": shapely.union_all,
    "intersection": shapely.intersection_all,
    "difference": lambda found: shapely.difference(found[0], shapely.union_all(found[1:])),
}


def compose(op: Any, name: str, parts: list[Shape], accuracy: float | None) -> Shape:
    """Shapes put together. ``op`` is union, intersection or difference (the first less the rest).

    The parts are kept: each has its own accuracy. Where the definition gives an accuracy
    for the whole, that one holds and the parts are dropped, unless one is unknown.
    """
    ground = finish(_OVERLAY[op]([NOTHING if p.polygon is None else p.polygon for p in parts]))
    if accuracy is not None and all(p.op != "unknown" and not unknown(p) for p in parts):
        return Shape(name, "leaf", ground, accuracy)
    return Shape(name, op, ground, max(p.accuracy_m for p in parts), parts=tuple(parts))


def unknown(shape: Shape) -> bool:
    """Whether any part of a shape is ground that the text does not give."""
    return shape.op == "unknown" or any(unknown(p) for p in shape.parts)

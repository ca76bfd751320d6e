"""When: anchors resolved, doubtful moments chosen, windows of a provision.

A *choice* picks one reading of every doubtful word: a mapping from the doubt's key to the
index of the reading. The same anchor is read the same way wherever a provision uses it.

An ``Edge`` is a moment that may be known only to lie between two instants: an anchor that
is given as a date is somewhere in that local day.
"""

import functools
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from truceline.model.agreement import Agreement
from truceline.model.provision import (
    Daily,
    MomentReading,
    MomentReadings,
    Point,
    Provision,
    ZoneReadings,
)
from truceline.model.quantity import When

Choice = Mapping[str, int]


@dataclass(frozen=True, slots=True, order=True)
class Edge:
    """A moment, UTC, that lies in ``[lo, hi]``."""

    lo: datetime
    hi: datetime

    @classmethod
    def at(cls, moment: datetime) -> "Edge":
        """An exact moment."""
        utc = moment.astimezone(UTC)
        return cls(utc, utc)


@dataclass(frozen=True, slots=True)
class Doubt:
    """A doubtful word: its key, and for each reading the words that say how it is read."""

    key: str
    labels: tuple[str, ...]


class UnresolvedError(ValueError):
    """A moment that the text leaves open (undisclosed, to be agreed, disputed)."""


def anchor_edge(agreement: Agreement, name: str, choice: Choice) -> Edge:
    """When an anchor is, under a choice of readings.

    Raises:
        UnresolvedError: the text leaves it open.
        KeyError: no such anchor.
    """
    anchor = agreement.all_anchors()[name]
    tz = agreement.tz
    if anchor.unknown:
        raise UnresolvedError(f"the moment '{name}' is {anchor.unknown}")
    if anchor.done is not None:
        raise UnresolvedError(f"the moment '{name}' is when '{anchor.done}' is done")
    if anchor.after is not None and anchor.plus is not None:
        base = anchor_edge(agreement, anchor.after, choice)
        lo, hi = (anchor.plus.after(m.astimezone(tz)).astimezone(UTC) for m in (base.lo, base.hi))
        return Edge(lo, hi)
    if anchor.readings:
        at = anchor.readings[choice.get(f"anchor {name}", 0)].at
    else:
        assert anchor.at is not None
        at = anchor.at
    return Edge(at.start(tz).astimezone(UTC), at.end(tz).astimezone(UTC))


def when_edge(agreement: Agreement, when: When, closing: bool) -> Edge:
    """A date or moment as a window's edge: a closing date counts to the end of its day."""
    return Edge.at(when.end(agreement.tz) if closing else when.start(agreement.tz))


def point_edge(
    agreement: Agreement, point: Point, key: str, choice: Choice, *, closing: bool = False
) -> Edge:
    """When a point of a clause is, under a choice. Raises as ``anchor_edge`` does."""
    if isinstance(point, MomentReadings):
        reading = point.readings[choice.get(key, 0)]
        if isinstance(reading, MomentReading):
            inner: When | str = reading.at if reading.at is not None else str(reading.anchor)
        else:
            inner = reading
    else:
        inner = point
    if isinstance(inner, When):
        return when_edge(agreement, inner, closing)
    return anchor_edge(agreement, inner, choice)


def _anchor_doubts(agreement: Agreement, name: str, seen: dict[str, Doubt]) -> None:
    anchor = agreement.all_anchors().get(name)
    while anchor is not None:
        if anchor.readings:
            key = f"anchor {name}"
            seen[key] = Doubt(
                key,
                tuple(
                    f"{name} at {r.at}" + (f" ({r.because})" if r.because else "")
                    for r in anchor.readings
                ),
            )
        if anchor.after is None or anchor.after == name:
            return
        name = anchor.after
        anchor = agreement.all_anchors().get(name)


def point_doubts(agreement: Agreement, point: Point | None, key: str) -> Iterator[Doubt]:
    """The doubts that stand between a point and its moment."""
    seen: dict[str, Doubt] = {}
    if isinstance(point, str):
        _anchor_doubts(agreement, point, seen)
    elif isinstance(point, MomentReadings):
        labels = []
        for reading in point.readings:
            if isinstance(reading, str):
                labels.append(f"from {reading}")
                _anchor_doubts(agreement, reading, seen)
            else:
                said = reading.at or reading.anchor
                labels.append(f"{said}" + (f" ({reading.because})" if reading.because else ""))
                if reading.anchor:
                    _anchor_doubts(agreement, reading.anchor, seen)
        seen[key] = Doubt(key, tuple(labels))
    yield from seen.values()


def provision_doubts(agreement: Agreement, provision: Provision) -> tuple[Doubt, ...]:
    """Every doubt that a finding against this provision depends on, in a fixed order."""
    seen: dict[str, Doubt] = {}
    points = [("from", provision.from_), ("until", provision.until)]
    for number, exception in enumerate(provision.except_):
        points += [(f"except {number} from", exception.from_)]
        points += [(f"except {number} until", exception.until)]
    for name, point in points:
        for doubt in point_doubts(agreement, point, f"{provision.id} {name}"):
            seen.setdefault(doubt.key, doubt)
    if provision.status:
        for party_id, party in agreement.parties.items():
            for number, status in enumerate(party.status):
                for point in (status.from_, status.until):
                    for doubt in point_doubts(agreement, point, f"{party_id} {number}"):
                        seen.setdefault(doubt.key, doubt)
    if isinstance(provision.zone, ZoneReadings):
        key = f"{provision.id} zone"
        seen[key] = Doubt(
            key,
            tuple(
                f"in {r.zone}" + (f" ({r.because})" if r.because else "")
                for r in provision.zone.readings
            ),
        )
    return tuple(seen.values())


def choices(doubts: tuple[Doubt, ...]) -> list[dict[str, int]]:
    """Every way to choose one reading of each doubt; the leading readings come first."""
    ranges = [range(len(d.labels)) for d in doubts]
    return [
        dict(zip((d.key for d in doubts), combination, strict=True))
        for combination in itertools.product(*ranges)
    ]


Interval = tuple[Edge, Edge]
_ALWAYS = Edge.at(datetime(1800, 1, 1, tzinfo=UTC))
_NEVER = Edge.at(datetime(2200, 1, 1, tzinfo=UTC))


def bounds(agreement: Agreement, provision: Provision, choice: Choice) -> Interval:
    """First and last edge of a provision's window, before days, suspensions and conditions.

    Raises:
        UnresolvedError: an edge that the text leaves open.
    """
    start, end, left_open = widest_bounds(agreement, provision, choice)
    if left_open:
        raise UnresolvedError(left_open)
    return start, end


def widest_bounds(
    agreement: Agreement, provision: Provision, choice: Choice
) -> tuple[Edge, Edge, str]:
    """As ``bounds``, but an edge that the text leaves open is as far out as it can be.

    The third part says what is left open; '' where nothing is. Outside these edges the
    provision is surely not in force; between them it is, or may be.
    """
    start, end, left_open = _ALWAYS, _NEVER, ""
    if provision.from_ is not None:
        try:
            start = point_edge(agreement, provision.from_, f"{provision.id} from", choice)
        except UnresolvedError as error:
            left_open = str(error)
    if provision.until is not None:
        key = f"{provision.id} until"
        try:
            end = point_edge(agreement, provision.until, key, choice, closing=True)
        except UnresolvedError as error:
            left_open = left_open or str(error)
    elif provision.for_ is not None and provision.renewal is None and start != _ALWAYS:
        local = [m.astimezone(agreement.tz) for m in (start.lo, start.hi)]
        end = Edge(*(provision.for_.after(m).astimezone(UTC) for m in local))
    return start, end, left_open


def span_bounds(
    agreement: Agreement, start: Point | None, end: Point | None, key: str, choice: Choice
) -> Interval:
    """The edges of a dated part (a status, an exception, a suspension); open where left out."""
    lo = _ALWAYS if start is None else point_edge(agreement, start, f"{key} from", choice)
    hi = _NEVER if end is None else point_edge(agreement, end, f"{key} until", choice, closing=True)
    return lo, hi


def daily_intervals(
    agreement: Agreement, provision: Provision, whole: Interval, last: datetime
) -> list[Interval]:
    """The daily windows of a provision inside ``whole``, up to the instant ``last``.

    A window that would begin in an hour that the clocks skip begins when they have moved on.
    """
    daily = provision.daily
    if daily is None:
        return [whole]
    tz = agreement.tz
    start, end = whole
    first = start.lo.astimezone(tz).date() - timedelta(days=1)
    return [
        (max(Edge(a, a), start), min(Edge(b, b), end))
        for a, b in _every_day(tz, daily, first, min(end.hi, last))
        if b > start.lo
    ]


@functools.lru_cache(maxsize=16)  # readings of one clause mostly share their days
def _every_day(
    tz: ZoneInfo, daily: Daily, day: date, stop: datetime
) -> tuple[tuple[datetime, datetime], ...]:
    found: list[tuple[datetime, datetime]] = []
    while True:
        midnight = datetime(day.year, day.month, day.day)
        opens, closes = (
            midnight + timedelta(minutes=c.minutes) for c in (daily.from_, daily.until)
        )
        if daily.until.minutes <= daily.from_.minutes:
            closes += timedelta(days=1)
        a, b = (m.replace(tzinfo=tz).astimezone(UTC) for m in (opens, closes))
        if a >= stop:
            return tuple(found)
        found.append((a, b))
        day += timedelta(days=1)


def without(intervals: list[Interval], holes: list[Interval]) -> list[Interval]:
    """The intervals less the holes."""
    for hole_start, hole_end in holes:
        left: list[Interval] = []
        for start, end in intervals:
            if hole_end.hi <= start.lo or hole_start.lo >= end.hi:
                left.append((start, end))
                continue
            if hole_start > start:
                left.append((start, hole_start))
            if hole_end < end:
                left.append((hole_end, end))
        intervals = left
    return intervals


def meet(intervals: list[Interval], start: Edge, end: Edge) -> list[Interval]:
    """The intervals cut to ``[start, end]``."""
    return [(max(a, start), min(b, end)) for a, b in intervals if a.lo < end.hi and b.hi > start.lo]

"""Before and after: reports in the zones, over windows of one length on either side.

The window before ends at the earliest reading of the moment at which the fighting is to
stop, the one after begins at the latest, so no reading is chosen. ``sure`` counts the
reports whose p (share of the region inside the zone times share of the span inside the
window) reaches the agreement's threshold; ``expected`` is the sum of p. Reports are
counted, not incidents: several sources may report one happening.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from truceline.faces.moments import cessation
from truceline.model.agreement import Agreement
from truceline.model.zone import DatedShape
from truceline.monitor.clauses import Part, judges_events
from truceline.monitor.locate import Regions
from truceline.monitor.windows import Window, micros
from truceline.pipeline.terms import Terms

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
LENGTHS = (7, 28, 90)
_DAY = 86_400_000_000


@dataclass(frozen=True)
class Reports:
    """Events (no summaries, no leads) with the share of each inside each zone.

    ``start`` and ``end`` are microseconds, UTC. ``inside`` holds, by zone, the share of the
    region inside (NaN: it cannot be told) on the days that the zone is in force.
    """

    start: Ints
    end: Ints
    inside: Mapping[str, Floats]

    def anywhere(self) -> Floats:
        """The largest share that any one zone has of each report; what cannot be told is 0."""
        shares = [np.nan_to_num(v) for v in self.inside.values()]
        largest: Floats = np.max(shares, axis=0) if shares else np.zeros(len(self.start))
        return largest


@dataclass(frozen=True)
class Side:
    """One zone and one length of window: reports before and after, and those between."""

    zone: str
    days: int
    before: tuple[int, float]  # sure, expected
    after: tuple[int, float]
    between: int  # in the zone, and known only to a span that crosses the moment


@dataclass(frozen=True)
class Sides:
    """All that can be compared. ``why`` says why nothing can, where ``rows`` is empty."""

    anchor: str
    rows: tuple[Side, ...]
    first: datetime | None = None
    last: datetime | None = None
    why: str = ""


def reports(terms: Terms, events: pa.Table, until: int) -> Reports:
    """Lay the events beside every zone that a judged clause names.

    Those that end ``LENGTHS[-1]`` days or more before the fighting is to stop, or start at
    ``until`` (microseconds, UTC) or later, and that many days after it, are left out: no
    window takes them in, and it is slow to place what is vague.
    """
    table = events.filter(pc.equal(events["kind"], "event"))
    start = cessation(terms.agreement)
    if start is not None:
        edges = [m.edge for m in start[1] if m.edge is not None]
        reach = (LENGTHS[-1] + 1) * _DAY
        low = min(micros(e.lo) for e in edges) - reach
        high = max(until, max(micros(e.hi) for e in edges) + reach)
        begins, ends = (table[n].cast(pa.int64()) for n in ("start", "end"))
        table = table.filter(pc.and_(pc.greater(ends, low), pc.less(begins, high)))
    return _laid(terms, table)


def _laid(terms: Terms, table: pa.Table) -> Reports:
    regions = Regions.of(table)
    start, end = (
        table[name].cast(pa.int64()).to_numpy(zero_copy_only=False).astype(np.int64)
        for name in ("start", "end")
    )
    inside = {}
    for name in _zones(terms.agreement):
        versions = terms.zones.get(name, ())
        if not versions or any(v.shape.op in ("unknown", "everywhere") for v in versions):
            continue
        inside[name] = _share(terms, name, versions, regions, start, end)
    return Reports(start, end, inside)


def _zones(agreement: Agreement) -> list[str]:
    named: dict[str, None] = {}
    for provision in agreement.provisions:
        if not judges_events(provision) or provision.zone is None:
            continue
        if isinstance(provision.zone, str):
            named[provision.zone] = None
        else:
            named |= dict.fromkeys(r.zone for r in provision.zone.readings)
    return list(named)


def _share(
    terms: Terms,
    name: str,
    versions: tuple[DatedShape, ...],
    regions: Regions,
    start: Ints,
    end: Ints,
) -> Floats:
    """p_zone by the version in force at a report's start; before the first version, the first."""
    found = np.zeros(len(start))
    done = np.zeros(len(start), dtype=bool)
    for number, version in enumerate(versions):
        here = ~done
        if number + 1 < len(versions) and version.valid_to is not None:
            here &= start < micros(version.valid_to)
        rows = np.flatnonzero(here).astype(np.int64)
        if len(rows):
            part = Part(f"{name} {number}", version.shape, Window.of([]))
            found[rows] = terms.checker.locator(part).share(regions.take(rows))
        done |= here
    return found


def sides(terms: Terms, found: Reports) -> Sides:
    """Counts before and after, for the longest windows that the reports cover on both sides."""
    start = cessation(terms.agreement)
    if start is None:
        return Sides("", (), why="the terms give no dated moment to count from")
    name, readings = start
    edges = [m.edge for m in readings if m.edge is not None]
    first, last = min(e.lo for e in edges), max(e.hi for e in edges)
    if not found.inside:
        return Sides(name, (), first, last, "no judged clause has a zone with known ground")
    if not len(found.start):
        return Sides(name, (), first, last, "there are no reports")
    lo, hi = micros(first), micros(last)
    room = min(lo - int(found.start.min()), int(found.end.max()) - hi) / _DAY
    lengths = [n for n in LENGTHS if n <= room + 1.1][-2:] or ([int(room)] if room >= 1 else [])
    if not lengths:
        why = "the reports do not cover a day on both sides of it"
        return Sides(name, (), first, last, why)
    rows = []
    for zone, share in found.inside.items():
        for days in lengths:
            rows.append(
                _side(found, share, zone, days, lo, hi, terms.agreement.threshold),
            )
    return Sides(name, tuple(rows), first, last)


def _side(
    found: Reports, share: Floats, zone: str, days: int, lo: int, hi: int, threshold: float
) -> Side:
    p = np.nan_to_num(share)
    counted = []
    for opens, closes in ((lo - days * _DAY, lo), (hi, hi + days * _DAY)):
        q = p * _overlap(found.start, found.end, opens, closes)
        counted.append((int((q >= threshold - 1e-9).sum()), round(float(q.sum()), 1)))
    crossing = (found.start < hi) & (found.end > lo) & (p >= threshold - 1e-9)
    return Side(zone, days, counted[0], counted[1], int(crossing.sum()))


def _overlap(start: Ints, end: Ints, opens: int, closes: int) -> Floats:
    """The share of each span that lies in ``[opens, closes)``; a moment lies in it or not."""
    length = np.maximum(end - start, 1)
    share = (np.minimum(end, closes) - np.maximum(start, opens)) / length
    moment = (start == end) & (start >= opens) & (start < closes)
    found: Floats = np.where(start == end, moment.astype(float), np.clip(share, 0, 1))
    return found

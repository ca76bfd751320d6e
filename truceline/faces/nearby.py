"""Reports in the zones, before and after a clause holds: what a timeline sets findings beside."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from truceline.faces.moments import cessation
from truceline.model.agreement import Agreement
from truceline.model.zone import DatedShape
from truceline.monitor.check.clauses import Part, judges_events
from truceline.monitor.check.windows import Window, micros
from truceline.monitor.locate.locate import Regions
from truceline.pipeline.terms import Terms

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
REACH_DAYS = 90  # how long before the fighting is to stop, and after, reports are looked at
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


def reports(terms: Terms, events: pa.Table, until: int) -> Reports:
    """Lay the events beside every zone that a judged clause names.

    Those that end ``REACH_DAYS`` or more before the fighting is to stop, or start at
    ``until`` (microseconds, UTC) or later, and that many days after it, are left out: a
    timeline does not need them, and it is slow to place what is vague.
    """
    table = events.filter(pc.equal(events["kind"], "event"))
    start = cessation(terms.agreement)
    if start is not None:
        edges = [m.edge for m in start[1] if m.edge is not None]
        reach = REACH_DAYS * _DAY
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

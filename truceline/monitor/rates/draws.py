"""Counts drawn from the reports' own uncertainty.

In each draw every report gets one place, evenly in its region, and one instant, evenly in
its span. The zone's edge errs once per draw, for all reports alike: with e the error and
sigma its standard deviation, a point is inside where clearance + e > 0. As e = sigma z with
one standard normal z, that is where Phi(clearance / sigma) > w with w = Phi(-z) uniform, and
Phi(clearance / sigma) is what ``Ground.inside`` gives; parts of a composed zone share z.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from pyproj import Geod

from truceline.model.event import REGIONS
from truceline.model.provision import Daily
from truceline.model.unit import Unit, Units
from truceline.monitor.check.windows import Floats, Ints, micros
from truceline.monitor.locate.clearance import Ground
from truceline.monitor.locate.locate import Regions

_GEOD = Geod(ellps="WGS84")
_DISC, _SECTOR, _UNIT = (REGIONS.index(kind) for kind in ("disc", "sector", "unit"))
DAY_US = 86_400_000_000
_AT_ONCE = 2_000_000  # places drawn at a time: bounds the memory
MEASURES = ("events", "deaths_low", "deaths_best", "deaths_high")


@dataclass(frozen=True)
class Reports:
    """The events of one source. ``start`` and ``end`` are microseconds, UTC.

    ``sizes`` are what each report adds to ``MEASURES``: 1, and its deaths (NaN where the
    source gives none).
    """

    source: str
    regions: Regions
    start: Ints
    end: Ints
    sizes: Floats

    @classmethod
    def of(cls, source: str, events: pa.Table) -> "Reports":
        """From ``EVENT_SCHEMA`` rows of one source, put in the order of their ids, so that
        the order in a file changes nothing.
        """
        events = events.take(pc.sort_indices(events, [("event_id", "ascending")]))
        start, end = (
            events[c].cast(pa.int64()).to_numpy(zero_copy_only=False).astype(np.int64)
            for c in ("start", "end")
        )
        deaths = [events[c].cast(pa.float64()).to_numpy(zero_copy_only=False) for c in MEASURES[1:]]
        sizes = np.column_stack([np.ones(len(start)), *deaths])
        return cls(source, Regions.of(events), start, np.maximum(end, start), sizes)

    def __len__(self) -> int:
        return len(self.start)

    def take(self, rows: Ints) -> "Reports":
        """Some of the reports."""
        return Reports(
            self.source,
            self.regions.take(rows),
            self.start[rows],
            self.end[rows],
            self.sizes[rows],
        )


@dataclass(frozen=True)
class Slots:
    """Stretches of time that are counted apart, ``[opens, closes)`` in microseconds, UTC:
    the local days, or of each day the hours in which a daily ban holds.
    """

    opens: Ints
    closes: Ints

    @classmethod
    def of(cls, first: datetime, last: datetime, tz: ZoneInfo, daily: Daily | None) -> "Slots":
        """The slots that lie in or touch the time from ``first`` to ``last``."""
        day = first.astimezone(tz).date() - timedelta(days=1)
        stop = last.astimezone(tz).date() + timedelta(days=1)
        opens, closes = [], []
        while day <= stop:
            midnight = datetime(day.year, day.month, day.day)
            a, b = midnight, midnight + timedelta(days=1)
            if daily is not None:
                a = midnight + timedelta(minutes=daily.from_.minutes)
                b = midnight + timedelta(minutes=daily.until.minutes)
                b += timedelta(days=int(b <= a))
            opens.append(micros(a.replace(tzinfo=tz)))
            closes.append(micros(b.replace(tzinfo=tz)))
            day += timedelta(days=1)
        return cls(np.array(opens, dtype=np.int64), np.array(closes, dtype=np.int64))

    def exposure(self, low: Ints, high: Ints) -> Floats:
        """Days of each slot inside ``[low, high)``, one row for each pair."""
        first = np.maximum(self.opens[None, :], low[:, None])
        last = np.minimum(self.closes[None, :], high[:, None])
        return np.asarray(np.maximum(last - first, 0) / DAY_US)


@dataclass(frozen=True)
class Drawn:
    """Counts of one zone and window: ``counts`` by measure (measure, draw, cell), with the
    ``exposure`` of each cell in days (draw, cell); ``after`` says which cells lie after.
    """

    counts: Floats
    exposure: Floats
    after: npt.NDArray[np.bool_]


def draw(
    reports: Reports,
    share: Floats,
    ground: Ground | None,
    units: Units,
    start: tuple[int, int],
    length: int,
    slots: Slots,
    draws: int,
    rng: np.random.Generator,
) -> Drawn:
    """Count reports in ``[start - length, start)`` and ``[start, start + length)``, ``draws`` times.

    ``share`` is how much of each report's region is inside (from ``monitor.locate``);
    reports that share nothing, or for which it cannot be told (NaN), count nowhere.
    ``start`` is known to lie between two instants (microseconds); it is drawn once per draw.
    ``ground`` None is everywhere.
    """
    edge = rng.random(draws)  # w, one for each draw
    moment = start[0] + np.floor(rng.random(draws) * (start[1] - start[0] + 1)).astype(np.int64)
    exposure = np.hstack(
        [slots.exposure(moment - length, moment), slots.exposure(moment, moment + length)]
    )
    cells = exposure.shape[1]
    counts = np.zeros((len(MEASURES), draws * cells))
    near = (reports.end >= start[0] - length) & (reports.start < start[1] + length)
    rows = np.flatnonzero(near & (share > 0))
    base = np.arange(draws) * cells
    for some in _stretches(rows, draws):
        inside = _inside(reports.regions, some, share[some], ground, units, edge, rng)
        first, last = reports.start[some, None], reports.end[some, None]
        at = first + np.floor(rng.random((len(some), draws)) * (last - first)).astype(np.int64)
        slot = np.searchsorted(slots.opens, at, side="right") - 1
        inside &= (slot >= 0) & (at < slots.closes[np.maximum(slot, 0)])
        inside &= (at >= moment - length) & (at < moment + length)
        cell = base + slot + np.where(at >= moment, cells // 2, 0)
        row, _ = np.nonzero(inside)
        flat = cell[inside]
        for k in range(len(MEASURES)):
            size = np.nan_to_num(reports.sizes[some, k])[row]
            counts[k] += np.bincount(flat, size, minlength=draws * cells)
    after = np.arange(cells) >= cells // 2
    return Drawn(counts.reshape(len(MEASURES), draws, cells), exposure, after)


def _stretches(rows: Ints, draws: int) -> Iterator[Ints]:
    step = max(_AT_ONCE // draws, 1)
    for first in range(0, len(rows), step):
        yield rows[first : first + step]


def _inside(
    regions: Regions,
    rows: Ints,
    share: Floats,
    ground: Ground | None,
    units: Units,
    edge: Floats,
    rng: np.random.Generator,
) -> npt.NDArray[np.bool_]:
    """Whether each report (rows) is inside in each draw (columns)."""
    inside = np.ones((len(rows), len(edge)), dtype=np.bool_)
    unsure = np.flatnonzero(share < 1)
    if ground is None or not len(unsure):
        return inside
    lon, lat = places(regions.take(rows[unsure]), units, len(edge), rng)
    chance = ground.inside(lon.ravel(), lat.ravel()).reshape(lon.shape)
    inside[unsure] = chance > edge
    return inside


def places(
    regions: Regions, units: Units, draws: int, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Places drawn evenly in each region: lon and lat in degrees, each (regions, draws).

    Discs and sectors are even in area, their points laid off along geodesics. A unit whose
    polygon is not at hand is the disc that stands in for it. What falls outside the unit of a
    disc that names one is thrown again.
    """
    shape = (len(regions), draws)
    code = regions.code
    sector = (code == _SECTOR) & np.isfinite(regions.bearing) & np.isfinite(regions.spread)
    far = np.where(code == REGIONS.index("point"), 0.0, np.nan_to_num(regions.radius_m))[:, None]
    near = np.where(code == _SECTOR, np.nan_to_num(regions.range_min_m), 0.0)[:, None]
    near = np.clip(near, 0.0, far)
    bearing = np.where(sector, regions.bearing, 0.0)[:, None]
    spread = np.where(sector, np.clip(regions.spread, 0.0, 180.0), 180.0)[:, None]
    away = np.sqrt(near**2 + rng.random(shape) * (far**2 - near**2))
    turn = bearing + spread * (2 * rng.random(shape) - 1)
    lon, lat = (np.broadcast_to(c[:, None], shape).copy() for c in (regions.lon, regions.lat))
    out = np.flatnonzero(far[:, 0] > 0)
    lon[out], lat[out], _ = _GEOD.fwd(lon[out], lat[out], turn[out], away[out])
    for row in np.flatnonzero((code == _DISC) & (regions.unit >= 0)):
        unit = units.get(regions.units[regions.unit[row]])
        if unit is not None and unit.polygon is not None and not unit.polygon.is_empty:
            at = float(regions.lon[row]), float(regions.lat[row]), float(far[row, 0])
            lon[row], lat[row] = _in_both(unit, *at, lon[row], lat[row], rng)
    for row in np.flatnonzero((code == _UNIT) & (regions.unit >= 0)):
        unit = units.get(regions.units[regions.unit[row]])
        if unit is not None and unit.polygon is not None and not unit.polygon.is_empty:
            lon[row], lat[row] = _in_unit(unit, draws, rng)
    return lon, lat


def _in_both(
    unit: Unit,
    lon: float,
    lat: float,
    radius_m: float,
    x: Floats,
    y: Floats,
    rng: np.random.Generator,
) -> tuple[Floats, Floats]:
    """Places in a disc, those outside the unit thrown again, up to 50 times."""
    for _ in range(50):
        out = np.flatnonzero(~shapely.contains_xy(unit.polygon, x, y))
        if not len(out):
            break
        away = radius_m * np.sqrt(rng.random(len(out)))
        at = np.full(len(out), lon), np.full(len(out), lat)
        x[out], y[out], _ = _GEOD.fwd(*at, 360.0 * rng.random(len(out)), away)
    return x, y


def _in_unit(unit: Unit, draws: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Places evenly in a unit: thrown at its box (even in lon and sin lat), kept if inside."""
    west, south, east, north = shapely.bounds(unit.polygon)
    low, high = np.sin(np.radians([south, north]))
    lon, lat = np.full(draws, unit.lon), np.full(draws, unit.lat)
    have = 0
    for _ in range(200):
        x = west + (east - west) * rng.random(4 * draws)
        y = np.degrees(np.arcsin(low + (high - low) * rng.random(4 * draws)))
        hit = np.flatnonzero(shapely.contains_xy(unit.polygon, x, y))[: draws - have]
        lon[have : have + len(hit)], lat[have : have + len(hit)] = x[hit], y[hit]
        have += len(hit)
        if have == draws:
            break
    return lon, lat

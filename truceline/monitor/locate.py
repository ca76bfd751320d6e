"""Where a report lies: the share of its region inside a zone, the zone's accuracy counted in.

The method, its formulas and their sources: docs/method-place.md.
"""

import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from truceline.model.event import REGIONS
from truceline.model.unit import Units
from truceline.model.zone import Shape
from truceline.monitor.clearance import TAIL, Floats, Ground, metres_per_degree, wrap
from truceline.monitor.fields import Classes, Fields, cell_m
from truceline.monitor.locate_samples import samples_for, sector_shares, unit_share

_POINT, _DISC, _UNIT, _SECTOR, _NOWHERE = (
    REGIONS.index(name) for name in ("point", "disc", "unit", "sector", "nowhere")
)
_CHUNK = 65_536
_SECTOR_POINTS = 987


@dataclass(frozen=True, slots=True)
class Regions:
    """The regions of a batch of reports, as arrays of one length.

    ``code`` indexes ``REGIONS``; ``lon``, ``lat`` in degrees (NaN where there is none);
    ``radius_m``, ``range_min_m`` in metres; ``bearing`` and ``spread`` in degrees;
    ``unit`` indexes ``units`` (P-codes), -1 where there is none.
    """

    code: npt.NDArray[np.int8]
    lon: Floats
    lat: Floats
    radius_m: Floats
    unit: npt.NDArray[np.int32]
    units: tuple[str, ...]
    bearing: Floats
    spread: Floats
    range_min_m: Floats

    def __len__(self) -> int:
        return len(self.code)

    @classmethod
    def of(cls, table: pa.Table | pa.RecordBatch) -> "Regions":
        """From a table that has the region columns of ``EVENT_SCHEMA``; others are not read.

        Only ``region``, ``lon`` and ``lat`` must be there.

        Raises:
            KeyError: one of these three columns is missing.
        """
        if isinstance(table, pa.RecordBatch):
            table = pa.Table.from_batches([table])
        words = _whole(table.column("region"))
        if pa.types.is_dictionary(words.type):
            words = words.cast(pa.string())
        code = pc.fill_null(pc.index_in(words, pa.array(REGIONS)), _NOWHERE)
        code = code.to_numpy(zero_copy_only=False).astype(np.int8)
        unit = np.full(len(code), -1, dtype=np.int32)
        units: tuple[str, ...] = ()
        rows = np.nonzero(code == _UNIT)[0]
        if len(rows) and "unit" in table.column_names:
            some = _whole(table.column("unit").take(pa.array(rows))).cast(pa.string())
            coded = some.dictionary_encode()
            unit[rows] = pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False)
            units = tuple(coded.dictionary.to_pylist())

        def numbers(name: str) -> Floats:
            if name not in table.column_names:
                return np.full(len(code), np.nan)
            column = _whole(table.column(name)).cast(pa.float64())
            found: Floats = column.to_numpy(zero_copy_only=False)
            return found

        return cls(
            code=code,
            lon=numbers("lon"),
            lat=numbers("lat"),
            radius_m=numbers("radius_m"),
            unit=unit,
            units=units,
            bearing=numbers("bearing_deg"),
            spread=numbers("spread_deg"),
            range_min_m=numbers("range_min_m"),
        )

    def rows(self, start: int, stop: int) -> "Regions":
        """A stretch of the batch, without copying."""
        return self._cut(slice(start, stop))

    def take(self, index: npt.NDArray[np.int64]) -> "Regions":
        """The rows of these indices, in their order."""
        return self._cut(index)

    def _cut(self, cut: slice | npt.NDArray[np.int64]) -> "Regions":
        return Regions(
            self.code[cut],
            self.lon[cut],
            self.lat[cut],
            self.radius_m[cut],
            self.unit[cut],
            self.units,
            self.bearing[cut],
            self.spread[cut],
            self.range_min_m[cut],
        )


def _whole(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    if isinstance(column, pa.ChunkedArray):
        return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
    return column


class Locator:
    """One zone, prepared once, that answers for whole batches. Safe in many threads."""

    def __init__(self, shape: Shape, units: Units | None = None) -> None:
        """``units`` are the admin units at hand, for reports placed only in a unit."""
        self.shape = shape
        low = _Sharer(Ground(shape, True), shape, units)
        self._low = low
        self._high = _Sharer(Ground(shape, False), shape, units) if low.ground.unsure else low

    def share(self, regions: Regions) -> Floats:
        """How much of each region is inside the zone: float64 in [0, 1], one per row.

        NaN where nothing can be told: a region that is ``nowhere`` or lacks what its kind
        needs, or a zone whose ground is unknown there. A zone ``everywhere`` is 1 for
        every row. A row's answer depends on nothing else in its batch.
        """
        if self.shape.op == "everywhere":
            return np.ones(len(regions))
        if self.shape.op == "unknown":
            return np.full(len(regions), np.nan)
        out = np.empty(len(regions))
        for start in range(0, len(regions), _CHUNK):
            some = regions.rows(start, start + _CHUNK)
            found = self._low.share(some)
            if self._high is not self._low:
                found = np.where(np.abs(self._high.share(some) - found) < 1e-6, found, np.nan)
            out[start : start + _CHUNK] = found
        return out


def shares(
    locators: Sequence[Locator], regions: Regions, threads: int | None = None
) -> npt.NDArray[np.float64]:
    """The shares of each zone: an array (zones, rows). ``threads`` None takes every core.

    The answers are bit for bit those of ``Locator.share`` on any number of threads.
    """
    out = np.empty((len(locators), len(regions)))
    step = 4 * _CHUNK

    def work(task: tuple[int, int]) -> None:
        zone, start = task
        some = regions.rows(start, start + step)
        out[zone, start : start + step] = locators[zone].share(some)

    tasks = [(i, at) for at in range(0, len(regions), step) for i in range(len(locators))]
    count = threads or os.cpu_count() or 1
    if count == 1 or len(tasks) < 2:
        for task in tasks:
            work(task)
        return out
    with ThreadPoolExecutor(count) as pool:
        list(pool.map(work, tasks))
    return out


class _Sharer:
    """The shares of one ground, unknown parts settled."""

    def __init__(self, ground: Ground, shape: Shape, units: Units | None) -> None:
        self.ground = ground
        self._shape = shape
        self._units = units
        self._lock = threading.RLock()
        self._by_unit: dict[str, float] = {}
        self._made: tuple[Fields, Classes] | None = None
        west, south, east, north = ground.bounds
        self._middle = (west + east) / 2, (south + north) / 2
        self._half = (east - west) / 2, (north - south) / 2
        self._tail = TAIL * max(ground.sigmas, default=0.0)

    def _prepared(self) -> tuple[Fields, Classes]:
        with self._lock:
            if self._made is None:
                self._made = Fields(self.ground), Classes(self.ground)
            return self._made

    def share(self, regions: Regions) -> Floats:
        code = regions.code
        radius = regions.radius_m
        if (code == _POINT).any():
            radius = np.where(code == _POINT, 0.0, radius)
        usable = np.isfinite(regions.lon) & np.isfinite(regions.lat) & (code != _NOWHERE)
        usable &= (np.abs(regions.lat) <= 90.0) & (radius >= 0) & (radius < np.inf)
        out = np.full(len(regions), np.nan)
        if not self.ground.leaves:
            out[usable | (code == _UNIT)] = self.ground.beyond
            return out
        whole = self._unit_rows(regions, out)
        rows = np.nonzero(usable & ~whole)[0] if whole is not None else np.nonzero(usable)[0]
        lon, lat, radius = regions.lon[rows], regions.lat[rows], radius[rows]
        out[rows] = self.ground.beyond
        near = self._near(lon, lat, radius)
        rows, lon, lat, radius = rows[near], lon[near], lat[near], radius[near]
        if not len(rows):
            return out
        fields, classes = self._prepared()
        inside, outside = classes.settle(lon, lat, radius)
        out[rows[inside]] = 1.0
        out[rows[outside]] = 0.0
        edge = ~(inside | outside)
        rows, lon, lat, radius = rows[edge], lon[edge], lat[edge], radius[edge]
        sector = (code[rows] == _SECTOR) & (radius > 0)
        exact = radius == 0
        out[rows[exact]] = self.ground.inside(lon[exact], lat[exact])
        disc = np.nonzero(~exact & ~sector)[0]
        out[rows[disc]] = self._discs(fields, lon[disc], lat[disc], radius[disc])
        if sector.any():
            self._sectors(regions, rows[sector], out)
        return out

    def _near(self, lon: Floats, lat: Floats, radius: Floats) -> npt.NDArray[np.intp]:
        """Rows whose region can reach the zone's box."""
        reach = (radius + self._tail) * 1.02 + 1.0
        up = np.abs(lat - self._middle[1]) - self._half[1]
        rows = np.nonzero(up * 110_500.0 <= reach)[0]
        reach = reach[rows]
        high = np.minimum(np.abs(lat[rows]) + reach / 110_500.0, 89.9)
        aside = np.abs(wrap(lon[rows] - self._middle[0])) - self._half[0]
        return rows[aside * metres_per_degree(high)[0] <= reach]

    def _discs(self, fields: Fields, lon: Floats, lat: Floats, radius: Floats) -> Floats:
        out = np.empty(len(lon))
        sizes, which = np.unique(radius, return_inverse=True)
        cells = np.array([cell_m(self.ground, float(r)) for r in sizes])
        counts = np.array([samples_for(self.ground, float(r)) for r in sizes], dtype=np.int64)
        cell = cells[which] if len(sizes) else np.empty(0)
        for size in np.unique(cell):
            rows = np.nonzero(cell == size)[0]
            if size > 0:
                out[rows] = fields.shares(lon[rows], lat[rows], radius[rows], float(size))
                continue
            count = counts[which[rows]]
            for points in np.unique(count):
                some = rows[count == points]
                none, full = np.zeros(len(some)), np.full(len(some), 180.0)
                out[some] = sector_shares(
                    self.ground, lon[some], lat[some], none, radius[some], none, full, int(points)
                )
        return out

    def _sectors(self, regions: Regions, rows: npt.NDArray[np.intp], out: Floats) -> None:
        far = regions.radius_m[rows]
        near = np.clip(np.nan_to_num(regions.range_min_m[rows]), 0.0, far)
        bearing, spread = regions.bearing[rows], regions.spread[rows]
        round_ = ~np.isfinite(bearing) | ~np.isfinite(spread)  # no direction said: all round
        bearing = np.where(round_, 0.0, bearing)
        spread = np.where(round_, 180.0, np.clip(spread, 0.0, 180.0))
        out[rows] = sector_shares(
            self.ground,
            regions.lon[rows],
            regions.lat[rows],
            near,
            far,
            bearing,
            spread,
            _SECTOR_POINTS,
        )

    def _unit_rows(self, regions: Regions, out: Floats) -> npt.NDArray[np.bool_] | None:
        """Rows placed in a unit whose polygon is at hand: answered, one number per unit."""
        if self._units is None or not len(self._units) or not regions.units:
            return None
        rows = np.nonzero((regions.code == _UNIT) & (regions.unit >= 0))[0]
        done = np.zeros(len(regions), dtype=np.bool_)
        for code in np.unique(regions.unit[rows]):
            unit = self._units.get(regions.units[code])
            if unit is None or unit.polygon is None or unit.polygon.is_empty:
                continue
            with self._lock:
                if unit.code not in self._by_unit:
                    polygon = self._shape.polygon
                    self._by_unit[unit.code] = unit_share(self.ground, polygon, unit)
                share = self._by_unit[unit.code]
            some = rows[regions.unit[rows] == code]
            out[some] = share
            done[some] = True
        return done

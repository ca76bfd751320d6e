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
from truceline.monitor.locate.boundary import Floats, wrap
from truceline.monitor.locate.classes import Classes
from truceline.monitor.locate.clearance import TAIL, Ground
from truceline.monitor.locate.cut import Cuts
from truceline.monitor.locate.fields import Fields, cells_m
from truceline.monitor.locate.samples import samples_for, sector_shares, unit_share

_POINT, _DISC, _UNIT, _SECTOR, _NOWHERE = (
    REGIONS.index(name) for name in ("point", "disc", "unit", "sector", "nowhere")
)
_CHUNK = 131_072
_ALONE = 50_000  # rows that are worth a thread


@dataclass(frozen=True, slots=True)
class Regions:
    """The regions of a batch of reports, as arrays of one length.

    ``code`` indexes ``REGIONS``; ``lon``, ``lat`` in degrees (NaN where there is none);
    ``radius_m``, ``range_min_m`` in metres; ``bearing`` and ``spread`` in degrees;
    ``unit`` indexes ``units`` (P-codes), -1 where there is none; a disc that has one is cut
    to it.
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
        rows = np.nonzero((code == _UNIT) | (code == _DISC) & _named(table))[0]
        if len(rows) and "unit" in table.column_names:
            some = _whole(table.column("unit").take(pa.array(rows))).cast(pa.string())
            coded = some.dictionary_encode()
            unit[rows] = pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False)
            units = tuple(coded.dictionary.to_pylist())

        def numbers(name: str) -> Floats:
            if name not in table.column_names and name not in {"lon", "lat"}:
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


def _named(table: pa.Table) -> npt.NDArray[np.bool_] | np.bool_:
    """The rows that name a unit."""
    if "unit" not in table.column_names:
        return np.False_
    found = pc.fill_null(pc.not_equal(_whole(table.column("unit")), ""), False)
    named: npt.NDArray[np.bool_] = found.to_numpy(zero_copy_only=False)
    return named


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

    def share(self, regions: Regions, threads: int | None = None) -> Floats:
        """How much of each region is inside the zone: float64 in [0, 1], one per row.

        NaN where nothing can be told: a region that is ``nowhere`` or lacks what its kind
        needs, or a zone whose ground is unknown there. A zone ``everywhere`` is 1 for
        every row. A row's answer depends on nothing else in its batch, nor on ``threads``
        (None: every core, where the batch is large).
        """
        found: Floats = shares([self], regions, threads)[0]
        return found

    def _into(self, asked: "_Asked", out: Floats) -> None:
        if self.shape.op == "everywhere":
            out[:] = 1.0
        elif self.shape.op == "unknown":
            out[:] = np.nan
        else:
            self._low.share(asked, out)
            if self._high is not self._low:
                high = np.empty_like(out)
                self._high.share(asked, high)
                out[np.abs(high - out) > 1e-6] = np.nan


def shares(
    locators: Sequence[Locator], regions: Regions, threads: int | None = None
) -> npt.NDArray[np.float64]:
    """The shares of each zone: an array (zones, rows). ``threads`` None takes every core.

    The answers are bit for bit those of ``Locator.share`` on any number of threads.
    """
    out = np.empty((len(locators), len(regions)))
    count = min(threads or os.cpu_count() or 1, max(len(regions) // _ALONE, 1))
    starts = range(0, len(regions), _CHUNK)

    def work(start: int) -> None:
        asked = _Asked(regions.rows(start, start + _CHUNK))
        # Threads begin at different zones, so that they do not wait for one to be prepared.
        shift = (start // _CHUNK) % count * len(locators) // count
        for i in range(len(locators)):
            zone = (i + shift) % len(locators)
            locators[zone]._into(asked, out[zone, start : start + _CHUNK])

    if count == 1:
        for start in starts:
            work(start)
        return out
    with ThreadPoolExecutor(count) as pool:
        list(pool.map(work, starts))
    return out


class _Asked:
    """A stretch of regions with what every zone needs of them, worked out once."""

    def __init__(self, regions: Regions) -> None:
        code, radius = regions.code, regions.radius_m
        point = code == _POINT
        self.regions = regions
        self.radius = np.where(point, 0.0, radius) if point.any() else radius
        lon, lat = regions.lon, regions.lat
        usable = (np.abs(lat) <= 90.0) & (np.abs(lon) <= 180.0) & (code != _NOWHERE)
        usable &= (self.radius >= 0) & (self.radius < np.inf)
        self.usable = usable
        self.all_usable = bool(usable.all())
        # A bit more, so that a rounded comparison never drops what is near.
        self.reach = self.radius * 1.02 + 1.0
        self.units = np.nonzero((code == _UNIT) & (regions.unit >= 0))[0]
        self.cut = np.nonzero((code == _DISC) & (regions.unit >= 0))[0]
        self.sectors = bool((code == _SECTOR).any())


class _Sharer:
    """The shares of one ground, unknown parts settled."""

    def __init__(self, ground: Ground, shape: Shape, units: Units | None) -> None:
        self.ground = ground
        self._shape = shape
        self._units = units
        self._lock = threading.RLock()
        self._by_unit: dict[str, float] = {}
        self._cuts = Cuts()
        self._made: tuple[Fields, Classes] | None = None
        west, south, east, north = ground.bounds
        self._middle = (west + east) / 2, (south + north) / 2
        self._half = (east - west) / 2, (north - south) / 2
        self._tail = 1.02 * TAIL * max(ground.sigmas, default=0.0)
        self._finest = min(ground.sigmas, default=0.0)
        self._cosine = float(np.cos(np.radians(max(abs(south), abs(north)))))

    def _prepared(self) -> tuple[Fields, Classes]:
        with self._lock:
            if self._made is None:
                self._made = Fields(self.ground), Classes(self.ground)
            return self._made

    def share(self, asked: _Asked, out: Floats) -> None:
        out[:] = self.ground.beyond
        if not asked.all_usable:
            out[~asked.usable] = np.nan
        if not self.ground.leaves:
            return
        rows = self._near(asked)
        rows = self._unit_rows(asked, rows, out)
        if not len(rows):
            return
        lon, lat = asked.regions.lon.take(rows), asked.regions.lat.take(rows)
        radius = asked.radius.take(rows)
        fields, classes = self._prepared()
        inside, outside = classes.settle(lon, lat, radius)
        out[rows[inside]] = 1.0
        out[rows[outside]] = 0.0
        inside |= outside
        edge = np.nonzero(~inside)[0]
        rows, lon, lat, radius = rows[edge], lon[edge], lat[edge], radius[edge]
        spread = radius > 0
        exact = np.nonzero(~spread)[0]
        out[rows.take(exact)] = self.ground.inside(lon.take(exact), lat.take(exact))
        if asked.sectors:
            sector = spread & (asked.regions.code[rows] == _SECTOR)
            spread &= ~sector
            out[rows[sector]] = self._sectors(asked.regions, rows[sector])
        disc = np.nonzero(spread)[0]
        if len(disc):
            found = self._discs(fields, lon.take(disc), lat.take(disc), radius.take(disc))
            out[rows.take(disc)] = found
        if len(asked.cut):
            self._cut_discs(asked, out)

    def _cut_discs(self, asked: _Asked, out: Floats) -> None:
        """Of discs that name a unit at hand, the share of the part inside it."""
        regions = asked.regions
        some = asked.cut[(out[asked.cut] > 0) & (out[asked.cut] < 1)]
        for code in np.unique(regions.unit[some]):
            unit = self._units.get(regions.units[code]) if self._units is not None else None
            if unit is None or unit.polygon is None or unit.polygon.is_empty:
                continue
            cut = self._cuts.of(unit)
            rows = some[regions.unit[some] == code]
            rows = rows[cut.crossing(regions.lon[rows], regions.lat[rows], regions.radius_m[rows])]
            if len(rows):
                discs = regions.lon[rows], regions.lat[rows], regions.radius_m[rows]
                out[rows] = cut.shares(self._prepared()[1].chance, *discs, out[rows])

    def _near(self, asked: _Asked) -> npt.NDArray[np.intp]:
        """Usable rows whose region can reach the zone's box."""
        lat = asked.regions.lat
        up = np.abs(lat - self._middle[1])
        up *= 110_500.0
        up -= asked.reach
        rows = np.nonzero(up <= self._half[1] * 110_500.0 + self._tail)[0]
        if not asked.all_usable:
            rows = rows[asked.usable[rows]]
        reach = asked.reach.take(rows) + self._tail
        # Not less than the metres of a degree of longitude anywhere in reach.
        narrow = np.maximum(self._cosine - reach * (1.0 / 6.3e6), 0.001) * 111_319.0
        aside = np.abs(wrap(asked.regions.lon.take(rows) - self._middle[0]))
        aside -= self._half[0]
        aside *= narrow
        return rows[aside <= reach]

    def _discs(self, fields: Fields, lon: Floats, lat: Floats, radius: Floats) -> Floats:
        out = np.empty(len(lon))
        alike = bool((radius == radius[0]).all())
        cells = cells_m(self.ground, radius[:1] if alike else radius)
        if alike and cells[0] > 0:
            return fields.shares(lon, lat, radius, float(cells[0]))
        cells = np.broadcast_to(cells, radius.shape)
        for size in np.unique(cells[cells > 0]):
            rows = np.nonzero(cells == size)[0]
            out[rows] = fields.shares(lon[rows], lat[rows], radius[rows], float(size))
        rows = np.nonzero(cells == 0)[0]
        none = np.zeros(len(rows))
        out[rows] = self._sampled(lon[rows], lat[rows], none, radius[rows], none, none + 180.0)
        return out

    def _sectors(self, regions: Regions, rows: npt.NDArray[np.intp]) -> Floats:
        far = regions.radius_m[rows]
        near = np.clip(np.nan_to_num(regions.range_min_m[rows]), 0.0, far)
        bearing, spread = regions.bearing[rows], regions.spread[rows]
        round_ = ~np.isfinite(bearing) | ~np.isfinite(spread)  # no direction said: all round
        bearing = np.where(round_, 0.0, bearing)
        spread = np.where(round_, 180.0, np.clip(spread, 0.0, 180.0))
        return self._sampled(regions.lon[rows], regions.lat[rows], near, far, bearing, spread)

    def _sampled(
        self, lon: Floats, lat: Floats, near: Floats, far: Floats, bearing: Floats, spread: Floats
    ) -> Floats:
        out = np.empty(len(lon))
        counts = samples_for(self._finest, far)
        for count in np.unique(counts):
            rows = np.nonzero(counts == count)[0]
            out[rows] = sector_shares(
                self._prepared()[1].chance,
                lon[rows],
                lat[rows],
                near[rows],
                far[rows],
                bearing[rows],
                spread[rows],
                int(count),
            )
        return out

    def _unit_rows(
        self, asked: _Asked, near: npt.NDArray[np.intp], out: Floats
    ) -> npt.NDArray[np.intp]:
        """Answer rows placed in a unit whose polygon is at hand, one number per unit.

        Returns the other rows of ``near``.
        """
        regions, rows = asked.regions, asked.units
        if not len(rows) or self._units is None or not len(self._units):
            return near
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
        return near[~done[near]]

"""Fields: the share of a disc inside a zone, from small rasters of the chance to be inside.

The plane is cut into tiles along parallels and meridians. A tile holds the mean chance
(``Ground.inside``) of every cell, summed along each row from the west, so that a
disc's share is a sum of two look-ups per row. For the radii that precision codes give
(``CANONICAL_M``) the shares at lattice nodes are kept, and a row is read off between
four nodes. What is built depends on the zone and the radius alone, never on the rows
asked: an answer is the same in any batch. Formulas: docs/method-place.md.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from truceline.monitor.locate.boundary import Floats, Ints, metres_per_degree
from truceline.monitor.locate.clearance import TAIL, Ground
from truceline.monitor.locate.mosaic import Mosaic, between

CANONICAL_M = (1e3, 2e3, 5e3, 1e4, 1.5e4, 2e4, 2.5e4, 3e4, 4e4, 5e4, 7.5e4, 1e5)
LARGEST_M = 500_000.0  # a wider disc is sampled
_CORE = 64  # cells across a tile, without its margin
_STEP = 2  # cells between nodes
_NODES = _CORE // _STEP + 1
_MOST_TILES = 300
_KEPT_TILES = 1_000
_AT_ONCE = 24
_WINDOW = 3 * _CORE
LARGEST_CELLS = 44  # no disc on a raster has a radius of more cells
_GOLDEN = (5.0**0.5 - 1.0) / 2.0


def cells_m(ground: Ground, radius_m: Floats) -> Floats:
    """Size of a raster's cells for discs of these radii; 0 where a disc is to be sampled.

    A 32nd of a canonical radius; a power of two between a 22nd and a 44th of any other;
    but never finer than a 12th of the smallest standard deviation, since the chance is
    smooth below that. A disc is sampled if the raster would have too many tiles along
    the zone's edge, or if the disc is but a few cells wide.
    """
    smooth = min(ground.sigmas) / 12
    other = 2.0 ** np.floor(np.log2(np.maximum(radius_m / 22, max(smooth, 1e-6))))
    own = np.maximum(radius_m / 32, smooth)
    cell = np.where(np.isin(radius_m, CANONICAL_M), own, other)
    tiles = 2 * ground.length_m / (_CORE * np.maximum(cell, 1e-9))
    fit = (radius_m >= 4 * cell) & (tiles <= _MOST_TILES) & (radius_m <= LARGEST_M)
    found: Floats = np.where(fit, cell, 0.0)
    return found


class Raster:
    """The chance to be inside, averaged over each cell of a lattice along the parallels.

    It is filled tile by tile as discs ask for it, block by block: what is surely inside or
    outside (``Ground.margins``) is not looked at more closely.
    """

    def __init__(self, ground: Ground, cell: float) -> None:
        west, south, east, north = ground.bounds
        self._ground = ground
        self._finest = min(ground.sigmas)
        self.cell = cell
        self.dlat = cell / 111_000.0
        # Cells are square in the middle of the zone; not so wide at its poleward end that a
        # disc there is more cells across than a window holds.
        reach = LARGEST_CELLS * cell + TAIL * max(ground.sigmas)
        poleward = max(abs(south), abs(north)) + reach / 110_000
        kx, _ = metres_per_degree(np.array([(south + north) / 2, min(poleward, 88.0)]))
        self.dlon = cell / min(float(kx[0]), 1.35 * float(kx[1]))
        # The box that discs near the zone can have centres in.
        up = reach * 1.05 / 110_500
        aside = reach * 1.05 / max(float(kx[1]), 1.0)
        box = (west - aside, south - up, east + aside, north + up)
        self._box = box, _CORE * self.dlat, _CORE * self.dlon
        self.lattice = self.mosaic(_CORE, None)
        self._kept: OrderedDict[int, npt.NDArray[np.float32]] = OrderedDict()

    def mosaic(self, cells: int, build: Callable[[Ints], Floats] | None) -> Mosaic:
        """A mosaic of the same tiles."""
        box, tall, wide = self._box
        return Mosaic(box, tall, wide, cells, build)

    def windows(self, tiles: Ints, tall: int) -> npt.NDArray[np.float32]:
        """Around each tile the three by three tiles, summed along rows from the west.

        ``tall`` rows of cells are made one. Shape (tiles, 192 / tall, 193), float32.
        """
        around = np.array([r * self.lattice.columns + c for r in (-1, 0, 1) for c in (-1, 0, 1)])
        wanted = tiles[:, None] + around
        found = self._fetch(np.unique(wanted))
        sums = np.zeros((len(tiles), _WINDOW // tall, _WINDOW + 1), dtype=np.float32)
        for i, nine in enumerate(wanted.tolist()):
            whole = np.block([[found[k] for k in nine[r : r + 3]] for r in (0, 3, 6)])
            if tall > 1:
                whole = whole.reshape(_WINDOW // tall, tall, _WINDOW).mean(axis=1)
            np.cumsum(whole, axis=1, out=sums[i, :, 1:])
        return sums

    def _fetch(self, keys: Ints) -> dict[int, npt.NDArray[np.float32]]:
        missing = [k for k in keys.tolist() if k not in self._kept]
        for start in range(0, len(missing), _AT_ONCE):
            some = missing[start : start + _AT_ONCE]
            for key, tile in zip(some, self._fill(np.array(some)), strict=True):
                flat = tile.min() == tile.max()
                self._kept[key] = np.broadcast_to(tile[0, 0], tile.shape) if flat else tile.copy()
        found = {}
        for key in keys.tolist():
            self._kept.move_to_end(key)
            found[key] = self._kept[key]
        while len(self._kept) > _KEPT_TILES:
            self._kept.popitem(last=False)
        return found

    def _fill(self, keys: Ints) -> npt.NDArray[np.float32]:
        chance = np.zeros((len(keys), _CORE, _CORE))
        smooth = self._finest >= 4 * self.cell  # else nodes of a relief are more than the cells
        tile = np.arange(len(keys))
        rows = columns = np.zeros(len(keys), dtype=np.int64)
        block = _CORE
        while True:
            lon, lat = self.lattice.ground(
                keys[tile], (columns + 0.5) * block, (rows + 0.5) * block
            )
            if block == 1 and self._finest >= self.cell:
                chance[tile, rows, columns] = self._ground.inside(lon, lat, smooth)
                return chance.astype(np.float32)
            within, without = self._ground.margins(lon, lat)
            kx, ky = metres_per_degree(np.maximum(np.abs(lat) - block * self.dlat / 2, 0.0))
            reach = np.hypot(kx * self.dlon, 1.01 * ky * self.dlat) * (block / 2)
            cells = np.arange(block)
            sure = within > reach
            chance[
                tile[sure, None, None],
                rows[sure, None, None] * block + cells[:, None],
                columns[sure, None, None] * block + cells,
            ] = 1.0
            edge = (within <= reach) & (without <= reach)
            tile, rows, columns = tile[edge], rows[edge], columns[edge]
            if block == 1:
                break
            block //= 4
            four = np.arange(16)
            tile = np.repeat(tile, 16)
            rows = (rows[:, None] * 4 + four // 4).ravel()
            columns = (columns[:, None] * 4 + four % 4).ravel()
        count = 5 if self._finest >= self.cell / 3 else 13
        total = np.zeros(len(tile))
        for k in range(count):  # a lattice of points in each cell (Fibonacci)
            x, y = columns + (k + 0.5) / count, rows + (k * _GOLDEN + 0.5) % 1.0
            total += self._ground.inside(*self.lattice.ground(keys[tile], x, y), smooth)
        chance[tile, rows, columns] = total / count
        return chance.astype(np.float32)


def disc_means(
    sums: npt.NDArray[np.float32],
    raster: Raster,
    window: Ints,
    x: Floats,
    y: Floats,
    radius_m: Floats,
    lat: Floats,
    columns: Ints,
    tall: int,
) -> Floats:
    """The mean over discs: (groups, columns).

    A group is the discs of one radius centred on one parallel: at ``x`` and each of
    ``columns`` whole cells further east, ``y`` cells north of the core's corner of a
    ``window``. Row by row a disc is a slab, whose mean half width is exact (the integral
    of the half chord); the chance along it is a difference of two sums.
    """
    kx, ky = metres_per_degree(lat)
    rows = radius_m / (ky * raster.dlat * tall)
    widest = radius_m / (kx * raster.dlon)
    slope = np.tan(np.clip(lat, -89.9, 89.9) * np.pi / 180)
    bend = rows * (raster.dlat * tall * np.pi / 720)
    middle, y = x + _CORE, (y + _CORE) / tall
    first = np.floor(y - rows)
    base = (window * (_WINDOW // tall) + first.astype(np.int64)) * (_WINDOW + 1)
    flat = sums.reshape(-1)
    total = np.zeros((len(x), len(columns)))
    weight = np.zeros(len(x))
    inverse = 1.0 / rows
    t = np.maximum((first - y) * inverse, -1.0)
    area = _half_chords(t)
    for k in range(int(np.ceil(2 * rows.max(initial=0.0))) + 2):
        t1 = np.clip((first + (k + 1) - y) * inverse, -1.0, 1.0)
        area1 = _half_chords(t1)
        slab = area1 - area
        turn = (t + t1) * bend
        # cos(lat + turn) / cos(lat), to second order
        squeeze = (1.0 - slope * turn - 0.5 * turn * turn) * np.maximum(t1 - t, 1e-300)
        half = np.minimum(widest * slab / squeeze, _CORE - 0.01)
        chord = _sums_to(flat, base, middle + half, columns)
        chord -= _sums_to(flat, base, middle - half, columns)
        chord *= (slab / np.maximum(2 * half, 1e-300)).astype(np.float32)[:, None]
        total += chord
        weight += slab
        base += _WINDOW + 1
        np.minimum(base, flat.size - _WINDOW - 1, out=base)
        t, area = t1, area1
    share: Floats = np.clip(total / weight[:, None], 0.0, 1.0)
    return share


def _half_chords(t: Floats) -> Floats:
    """The integral of sqrt(1 - s^2) from 0 to t."""
    area: Floats = (t * np.sqrt(1.0 - t * t) + np.arcsin(t)) / 2
    return area


def _sums_to(
    flat: npt.NDArray[np.float32], base: Ints, x: Floats, columns: Ints
) -> npt.NDArray[np.float32]:
    """Sums from the west up to ``x``, between the two cell edges around it."""
    left = x.astype(np.int64)
    part = (x - left).astype(np.float32)[:, None]
    at = (left + base)[:, None] + columns
    low = flat.take(at)
    at += 1
    found: npt.NDArray[np.float32] = flat.take(at)
    found -= low
    found *= part
    found += low
    return found


class Fields:
    """Disc shares of one zone. Built when first asked for; safe to ask from many threads."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._lock = threading.Lock()
        self._rasters: dict[float, Raster] = {}
        self._nodes: dict[float, Mosaic] = {}

    def shares(self, lon: Floats, lat: Floats, radius_m: Floats, cell: float) -> Floats:
        """Shares of discs that have this ``cell_m``, canonical radii and others in turn."""
        with self._lock:
            if cell not in self._rasters:
                self._rasters[cell] = Raster(self._ground, cell)
            raster = self._rasters[cell]
        alike = bool((radius_m == radius_m[0]).all())
        sizes = radius_m[:1] if alike else np.unique(radius_m)
        sizes = sizes[np.isin(sizes, CANONICAL_M)]
        if alike and len(sizes):
            return self._looked_up(raster, lon, lat, float(sizes[0]))
        out = np.empty(len(lon))
        left = np.ones(len(lon), dtype=np.bool_)
        for radius in sizes:
            rows = np.nonzero(radius_m == radius)[0]
            out[rows] = self._looked_up(raster, lon[rows], lat[rows], float(radius))
            left[rows] = False
        rows = np.nonzero(left)[0]
        if len(rows):
            out[rows] = self._summed(raster, lon[rows], lat[rows], radius_m[rows])
        return out

    def _looked_up(self, raster: Raster, lon: Floats, lat: Floats, radius_m: float) -> Floats:
        with self._lock:
            if radius_m not in self._nodes:

                def build(tiles: Ints) -> Floats:
                    return self._node_shares(raster, tiles, radius_m)

                self._nodes[radius_m] = raster.mosaic(_NODES - 1, build)
            nodes = self._nodes[radius_m]
        tile, x, y, _ = nodes.place(lon, lat)
        at, flat = nodes.fetch(tile)
        i = np.minimum(y.astype(np.int64), _NODES - 2)
        j = np.minimum(x.astype(np.int64), _NODES - 2)
        x -= j
        y -= i
        i *= _NODES
        at += i
        at += j
        return between(flat, at, _NODES, x, y)

    def _node_shares(self, raster: Raster, tiles: Ints, radius_m: float) -> Floats:
        """Shares at the lattice nodes of tiles: (tiles, nodes)."""
        side = np.arange(_NODES) * _STEP
        window = np.repeat(np.arange(len(tiles)), _NODES)
        y = np.tile(side.astype(np.float64), len(tiles))
        lat = raster.lattice.lat(tiles[window], y)
        with self._lock:
            sums = raster.windows(tiles, _STEP)
        radius = np.full(len(y), radius_m)
        found = disc_means(sums, raster, window, np.zeros(len(y)), y, radius, lat, side, _STEP)
        return found.reshape(len(tiles), -1)

    def _summed(self, raster: Raster, lon: Floats, lat: Floats, radius_m: Floats) -> Floats:
        tile, x, y, _ = raster.lattice.place(lon, lat)
        out = np.empty(len(lon))
        order = np.argsort(tile, kind="stable")
        found, starts = np.unique(tile[order], return_index=True)
        starts = np.append(starts, len(order))
        for first in range(0, len(found), _AT_ONCE):
            some = found[first : first + _AT_ONCE]
            rows = order[starts[first] : starts[first + len(some)]]
            window = np.searchsorted(some, tile[rows])
            with self._lock:
                sums = raster.windows(some, 1)
            centre = window, x[rows], y[rows], radius_m[rows], lat[rows]
            out[rows] = disc_means(sums, raster, *centre, np.zeros(1, dtype=np.int64), 1)[:, 0]
        return out

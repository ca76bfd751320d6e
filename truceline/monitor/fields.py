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

import numpy as np
import numpy.typing as npt

from truceline.monitor.clearance import TAIL, Bools, Floats, Ground, metres_per_degree, wrap

Ints = npt.NDArray[np.int64]

CANONICAL_M = (1e3, 2e3, 5e3, 1e4, 1.5e4, 2e4, 2.5e4, 3e4, 4e4, 5e4, 7.5e4, 1e5)
LARGEST_M = 500_000.0  # a wider disc is sampled
_CORE = 64  # cells across a tile, without its margin
_STEP = 2  # cells between nodes
_NODES = _CORE // _STEP + 1
_MOST_TILES = 300
_KEPT_TILES = 1_000
_AT_ONCE = 32
_WINDOW = 3 * _CORE
_ROW = 1 << 24  # tiles in a row of keys
_GOLDEN = (np.sqrt(5.0) - 1.0) / 2.0


def cell_m(ground: Ground, radius_m: float) -> float:
    """Size of a raster's cells for discs of this radius; 0 where discs are to be sampled.

    A 32nd of a canonical radius; a power of two between a 22nd and a 44th of any other;
    but never finer than a 12th of the smallest standard deviation, since the chance is
    smooth below that.
    """
    if not 0 < radius_m <= LARGEST_M or not ground.sigmas:
        return 0.0
    smooth = min(ground.sigmas) / 12
    if radius_m in CANONICAL_M:
        cell = max(radius_m / 32, smooth)
    else:
        cell = float(2.0 ** np.floor(np.log2(max(radius_m / 22, smooth))))
    tiles = 2 * ground.length_m / (_CORE * cell)
    return cell if radius_m >= 4 * cell and tiles <= _MOST_TILES else 0.0


class Raster:
    """The chance to be inside, averaged over each cell of a lattice along the parallels.

    It is filled tile by tile as discs ask for it, block by block: what is surely inside or
    outside (``Ground.margins``) is not looked at more closely.
    """

    def __init__(self, ground: Ground, cell: float) -> None:
        west, south, east, north = ground.bounds
        self._ground = ground
        self._west = (west + east) / 2
        self._finest = min(ground.sigmas)
        self.cell = cell
        self.dlat = cell / 111_000.0
        # Cells are square in the middle of the zone; not so wide at its poleward end that a
        # disc there is more cells across than a window holds.
        poleward = max(abs(south), abs(north)) + (44 * cell + TAIL * max(ground.sigmas)) / 110_000
        kx, _ = metres_per_degree(np.array([(south + north) / 2, min(poleward, 88.0)]))
        self.dlon = cell / min(float(kx[0]), 1.35 * float(kx[1]))
        self._tiles: OrderedDict[int, npt.NDArray[np.float32]] = OrderedDict()

    def place(self, lon: Floats, lat: Floats) -> tuple[Ints, Floats, Floats]:
        """Tile key of each point, and its place from the tile's corner, in cells."""
        x = wrap(lon - self._west) / self.dlon
        y = lat / self.dlat
        column = np.floor(x * (1.0 / _CORE))
        row = np.floor(y * (1.0 / _CORE))
        key = (row * _ROW + column).astype(np.int64)
        return key, x - column * _CORE, y - row * _CORE

    def windows(self, keys: Ints) -> npt.NDArray[np.float32]:
        """Around each tile the three by three tiles, summed along rows from the west.

        Shape (tiles, 192, 193), float32.
        """
        around = np.array([r * _ROW + c for r in (-1, 0, 1) for c in (-1, 0, 1)])
        wanted = (keys[:, None] + around[None, :]).astype(np.int64)
        tiles = self._fetch(np.unique(wanted))
        sums = np.zeros((len(keys), _WINDOW, _WINDOW + 1), dtype=np.float32)
        for i, nine in enumerate(wanted.tolist()):
            whole = np.block([[tiles[k] for k in nine[r : r + 3]] for r in (0, 3, 6)])
            np.cumsum(whole, axis=1, out=sums[i, :, 1:])
        return sums

    def lat(self, key: Ints, y: Floats) -> Floats:
        """Latitude of places in tiles."""
        row = np.floor(key / _ROW + 0.5)
        found: Floats = (row * _CORE + y) * self.dlat
        return found

    def _fetch(self, keys: Ints) -> dict[int, npt.NDArray[np.float32]]:
        missing = [k for k in keys.tolist() if k not in self._tiles]
        for start in range(0, len(missing), _AT_ONCE):
            some = missing[start : start + _AT_ONCE]
            for key, tile in zip(some, self._fill(np.array(some)), strict=True):
                flat = tile.min() == tile.max()
                self._tiles[key] = np.broadcast_to(tile[0, 0], tile.shape) if flat else tile.copy()
        found = {}
        for key in keys.tolist():
            self._tiles.move_to_end(key)
            found[key] = self._tiles[key]
        while len(self._tiles) > _KEPT_TILES:
            self._tiles.popitem(last=False)
        return found

    def _fill(self, keys: Ints) -> npt.NDArray[np.float32]:
        chance = np.zeros((len(keys), _CORE, _CORE))
        tile = np.arange(len(keys))
        up = np.floor(keys / _ROW + 0.5)
        north, east = up * _CORE, (keys - up * _ROW) * _CORE
        rows = columns = np.zeros(len(keys), dtype=np.int64)
        block = _CORE
        while True:
            lon, lat = self._at(
                east[tile] + (columns + 0.5) * block, north[tile] + (rows + 0.5) * block
            )
            if block == 1 and self._finest > 2 * self.cell:
                chance[tile, rows, columns] = self._ground.inside(lon, lat)
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
        count = 13 if self._finest >= self.cell / 2 else 55
        total = np.zeros(len(tile))
        for k in range(count):  # a lattice of points in each cell (Fibonacci)
            x = east[tile] + columns + (k + 0.5) / count
            y = north[tile] + rows + (k * _GOLDEN + 0.5) % 1.0
            total += self._ground.inside(*self._at(x, y))
        chance[tile, rows, columns] = total / count
        return chance.astype(np.float32)

    def _at(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        return wrap(self._west + x * self.dlon), np.clip(y * self.dlat, -90.0, 90.0)


def disc_means(
    sums: npt.NDArray[np.float32],
    raster: Raster,
    place: tuple[Ints, Floats, Floats],
    lat: Floats,
    radius_m: Floats,
) -> Floats:
    """The mean over discs. ``place``: window of each, and its centre in cells of the core.

    Row by row the disc is a slab, whose mean half width is exact (the integral of the
    half chord); the chance along it is a difference of two sums.
    """
    window, x, y = place
    kx, ky = metres_per_degree(lat)
    rows = radius_m / (ky * raster.dlat)
    widest = radius_m / (kx * raster.dlon)
    slope = np.tan(np.clip(lat, -89.9, 89.9) * np.pi / 180)
    bend = rows * (raster.dlat * np.pi / 720)
    middle, y = x + _CORE, y + _CORE
    first = np.floor(y - rows)
    base = (window * _WINDOW + first.astype(np.int64)) * (_WINDOW + 1)
    flat = sums.reshape(-1)
    total = np.zeros(len(x))
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
        half = widest * slab / squeeze
        chord = _along(flat, base, middle + half) - _along(flat, base, middle - half)
        total += chord * (slab / np.maximum(2 * half, 1e-300))
        weight += slab
        base += _WINDOW + 1
        np.minimum(base, flat.size - _WINDOW - 1, out=base)
        t, area = t1, area1
    share: Floats = np.clip(total / weight, 0.0, 1.0)
    return share


def _half_chords(t: Floats) -> Floats:
    """The integral of sqrt(1 - s^2) from 0 to t."""
    area: Floats = (t * np.sqrt(1.0 - t * t) + np.arcsin(t)) / 2
    return area


def _along(sums: npt.NDArray[np.float32], base: Ints, x: Floats) -> Floats:
    x = np.clip(x, 0.0, _WINDOW - 1e-9)
    left = x.astype(np.int64)
    part = x - left
    left += base
    low = sums.take(left)
    found: Floats = low + part * (sums.take(left + 1) - low)
    return found


class Fields:
    """Disc shares of one zone. Built when first asked for; safe to ask from many threads."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._lock = threading.Lock()
        self._rasters: dict[float, Raster] = {}
        self._nodes: dict[tuple[float, int], Floats] = {}

    def shares(self, lon: Floats, lat: Floats, radius_m: Floats, cell: float) -> Floats:
        """Shares of discs that have this ``cell_m``, canonical radii and others in turn."""
        with self._lock:
            raster = self._rasters.setdefault(cell, Raster(self._ground, cell))
        out = np.empty(len(lon))
        canonical = np.isin(radius_m, CANONICAL_M)
        for radius in np.unique(radius_m[canonical]):
            rows = np.nonzero(radius_m == radius)[0]
            out[rows] = self._looked_up(raster, lon[rows], lat[rows], float(radius))
        rows = np.nonzero(~canonical)[0]
        if len(rows):
            out[rows] = self._summed(raster, lon[rows], lat[rows], radius_m[rows])
        return out

    def _looked_up(self, raster: Raster, lon: Floats, lat: Floats, radius_m: float) -> Floats:
        keys, x, y = raster.place(lon, lat)
        found, which = np.unique(keys, return_inverse=True)
        flat = self._node_shares(raster, found, radius_m).reshape(-1)
        x, y = x * (1.0 / _STEP), y * (1.0 / _STEP)
        i = np.clip(y.astype(np.int64), 0, _NODES - 2)
        j = np.clip(x.astype(np.int64), 0, _NODES - 2)
        u, v = x - j, y - i
        at = (which * _NODES + i) * _NODES + j
        low, high = flat.take(at), flat.take(at + _NODES)
        low += (flat.take(at + 1) - low) * u
        high += (flat.take(at + _NODES + 1) - high) * u
        share: Floats = low + (high - low) * v
        return share

    def _node_shares(self, raster: Raster, keys: Ints, radius_m: float) -> Floats:
        """Shares at the lattice nodes of tiles: (tiles, 33, 33)."""
        side = np.arange(_NODES) * float(_STEP)
        y, x = (a.ravel() for a in np.meshgrid(side, side, indexing="ij"))
        with self._lock:
            missing = np.array([k for k in keys.tolist() if (radius_m, k) not in self._nodes])
            for start in range(0, len(missing), _AT_ONCE):
                some = missing[start : start + _AT_ONCE]
                which = np.repeat(np.arange(len(some)), len(x))
                place = which, np.tile(x, len(some)), np.tile(y, len(some))
                lat = raster.lat(some[which], place[2])
                radius = np.full(len(lat), radius_m)
                found = disc_means(raster.windows(some), raster, place, lat, radius)
                for key, nodes in zip(some.tolist(), found.reshape(len(some), -1), strict=True):
                    self._nodes[radius_m, key] = nodes
            return np.stack([self._nodes[radius_m, k] for k in keys.tolist()])

    def _summed(self, raster: Raster, lon: Floats, lat: Floats, radius_m: Floats) -> Floats:
        keys, x, y = raster.place(lon, lat)
        out = np.empty(len(lon))
        order = np.argsort(keys, kind="stable")
        found, starts = np.unique(keys[order], return_index=True)
        starts = np.append(starts, len(order))
        for first in range(0, len(found), _AT_ONCE):
            some = found[first : first + _AT_ONCE]
            rows = order[starts[first] : starts[first + len(some)]]
            which = np.searchsorted(some, keys[rows])
            with self._lock:
                sums = raster.windows(some)
            place = which, x[rows], y[rows]
            out[rows] = disc_means(sums, raster, place, lat[rows], radius_m[rows])
        return out


class Classes:
    """A coarse grid over the zone that tells surely inside and surely outside at once."""

    def __init__(self, ground: Ground, across: int = 48) -> None:
        west, south, east, north = ground.bounds
        reach = 5.0 * max(ground.sigmas, default=0.0)
        lat = max(abs(south), abs(north))
        kx, ky = metres_per_degree(np.array([min(lat, 89.0)]))
        west, east = west - reach / kx[0], east + reach / kx[0]
        south, north = max(south - reach / ky[0], -90.0), min(north + reach / ky[0], 90.0)
        self._middle = (west + east) / 2
        self._west, self._south = west - self._middle, south
        self._dlon = max((east - west) / across, 1e-9)
        self._dlat = max((north - south) / across, 1e-9)
        self._across = across
        rows, columns = (a.ravel() for a in np.meshgrid(*[np.arange(across)] * 2, indexing="ij"))
        lons = wrap(west + (columns + 0.5) * self._dlon)
        lats = south + (rows + 0.5) * self._dlat
        within, without = ground.margins(lons, lats)
        kx, ky = metres_per_degree(lats)
        kx = np.maximum(kx, metres_per_degree(np.abs(lats) - self._dlat / 2)[0])
        half = 0.51 * np.hypot(kx * self._dlon, 1.01 * ky * self._dlat)
        self._within, self._without = within - half, without - half

    def settle(self, lon: Floats, lat: Floats, radius_m: Floats) -> tuple[Bools, Bools]:
        """Which discs are surely all inside, and which surely all outside, inside the grid's box."""
        x = (wrap(lon - self._middle) - self._west) / self._dlon
        y = (lat - self._south) / self._dlat
        on = (x >= 0) & (x < self._across) & (y >= 0) & (y < self._across)
        at = np.where(on, y.astype(np.int64) * self._across + x.astype(np.int64), 0)
        return on & (self._within.take(at) > radius_m), on & (self._without.take(at) > radius_m)

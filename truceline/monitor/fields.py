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

from truceline.monitor.clearance import Bools, Floats, Ground, metres_per_degree, wrap

Ints = npt.NDArray[np.int64]

CANONICAL_M = (1e3, 2e3, 5e3, 1e4, 1.5e4, 2e4, 2.5e4, 3e4, 4e4, 5e4, 7.5e4, 1e5)
LARGEST_M = 500_000.0  # a wider disc is sampled
_CORE = 64  # cells across a tile, without its margin
_STEP = 2  # cells between nodes
_NODES = _CORE // _STEP + 1
_MOST_TILES = 300
_KEPT_TILES = 256
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


class Layout:
    """Where tiles of a cell size lie: bands of latitude, each cut by its own longitude step."""

    def __init__(self, cell: float, margin: int, west: float) -> None:
        self.cell = cell
        self.margin = margin
        self.west = west
        self.dlat = cell / 111_000.0
        self.first = int(np.floor(-90.0 / (_CORE * self.dlat)))
        bands = np.arange(self.first, -self.first + 1)
        middle = np.clip((bands + 0.5) * _CORE * self.dlat, -88.0, 88.0)
        self.dlon = cell / metres_per_degree(middle)[0]

    def place(self, lon: Floats, lat: Floats) -> tuple[Ints, Floats, Floats]:
        """Tile key of each point, and its place from the tile's corner, in cells."""
        band = np.floor(lat / (_CORE * self.dlat)).astype(np.int64)
        dlon = self.dlon[band - self.first]
        x = wrap(lon - self.west) / dlon
        column = np.floor(x / _CORE).astype(np.int64)
        y = lat / self.dlat - band * float(_CORE)
        return band * (1 << 32) + column, x - column * float(_CORE), y

    def tile(self, ground: Ground, key: int) -> "Tile":
        """The raster of one tile."""
        column = ((key + (1 << 31)) & 0xFFFFFFFF) - (1 << 31)
        band = (key - column) >> 32
        return Tile(
            ground,
            self,
            self.west + column * _CORE * float(self.dlon[band - self.first]),
            band * _CORE * self.dlat,
            float(self.dlon[band - self.first]),
        )


class Tile:
    """The chance to be inside, averaged over each cell, summed along rows from the west."""

    def __init__(
        self, ground: Ground, layout: Layout, west: float, south: float, dlon: float
    ) -> None:
        self.margin = layout.margin
        self.dlat, self.dlon = layout.dlat, dlon
        self.south = south
        self.size = _CORE + 2 * layout.margin
        self._west = west - layout.margin * dlon
        self._south = south - layout.margin * layout.dlat
        kx, ky = metres_per_degree(
            np.array([self._south, south, self._south + self.size * layout.dlat])
        )
        self._across = float(np.hypot(kx.max() * dlon, ky.max() * layout.dlat))
        chance = self._fill(ground, layout.cell)
        self.sums = np.zeros((self.size, self.size + 1), dtype=np.float32)
        np.cumsum(chance, axis=1, out=self.sums[:, 1:])

    def _fill(self, ground: Ground, cell: float) -> Floats:
        chance = np.zeros((self.size, self.size))
        finest = min(ground.sigmas, default=0.0)
        block = 16
        side = np.arange(self.size // block)
        rows, columns = (a.ravel() for a in np.meshgrid(side, side, indexing="ij"))
        while True:
            lon = self._west + (columns + 0.5) * block * self.dlon
            lat = self._south + (rows + 0.5) * block * self.dlat
            if block == 1 and finest > 2 * cell:
                chance[rows, columns] = _ask(ground, lon, lat)
                return chance
            within, without = ground.margins(wrap(lon), np.clip(lat, -90.0, 90.0))
            reach = self._across * block / 2
            for row, column in zip(rows[within > reach], columns[within > reach], strict=True):
                at = (slice(row * block, (row + 1) * block), slice(column * block, None))
                chance[at][:, :block] = 1.0
            edge = (within <= reach) & (without <= reach)
            rows, columns = rows[edge], columns[edge]
            if block == 1:
                break
            block //= 4
            split = np.arange(4)
            rows = (rows[:, None, None] * 4 + split[None, :, None] + 0 * split).ravel()
            columns = (
                columns[:, None, None] * 4 + split[None, None, :] + 0 * split[:, None]
            ).ravel()
        count = 13 if finest >= cell / 2 else 55
        for k in range(count):  # a lattice of points in each cell (Fibonacci)
            lon = self._west + (columns + (k + 0.5) / count) * self.dlon
            lat = self._south + (rows + (k * _GOLDEN + 0.5) % 1.0) * self.dlat
            chance[rows, columns] += _ask(ground, lon, lat) / count
        return chance

    def shares(self, x: Floats, y: Floats, radius_m: Floats, cells: float) -> Floats:
        """The mean over discs. ``x``, ``y``: centres in cells from the core's corner, inside it.

        ``cells``: no radius is more cells than this. Row by row the disc is a slab, whose
        mean half width is exact (the integral of the half chord).
        """
        lat = self.south + y * self.dlat
        kx, ky = metres_per_degree(lat)
        rows = radius_m / (ky * self.dlat)
        slope = np.tan(np.clip(lat, -89.9, 89.9) * np.pi / 180)
        middle, y = x + self.margin, y + self.margin
        widest = radius_m / (kx * self.dlon)
        first = np.floor(y - rows)
        row = first.astype(np.int64)
        flat = self.sums.reshape(-1)
        width = self.size + 1
        total = np.zeros(len(x))
        weight = np.zeros(len(x))
        t = np.maximum((first - y) / rows, -1.0)
        area = _half_chords(t)
        for k in range(int(np.ceil(2 * cells * 1.02)) + 2):
            t1 = np.clip((first + (k + 1) - y) / rows, -1.0, 1.0)
            area1 = _half_chords(t1)
            slab = area1 - area
            height = t1 - t
            turn = (t + t1) * (rows * (self.dlat * np.pi / 720))
            squeeze = 1.0 - slope * turn - turn * turn / 2  # cos(lat + turn) / cos(lat)
            half = widest * slab / (np.where(height > 0, height, 1.0) * squeeze)
            base = np.minimum(row + k, self.size - 1) * width
            chord = _along(flat, base, middle + half, self.size)
            chord -= _along(flat, base, middle - half, self.size)
            part = slab / np.where(half > 0, 2 * half, 1.0)
            total += chord * part
            weight += slab
            t, area = t1, area1
        return np.clip(total / weight, 0.0, 1.0)


def _ask(ground: Ground, lon: Floats, lat: Floats) -> Floats:
    return ground.inside(wrap(lon), np.clip(lat, -90.0, 90.0))


def _half_chords(t: Floats) -> Floats:
    """The integral of sqrt(1 - s^2) from 0 to t."""
    area: Floats = (t * np.sqrt(1.0 - t * t) + np.arcsin(t)) / 2
    return area


def _along(sums: npt.NDArray[np.float32], base: Ints, x: Floats, size: int) -> Floats:
    x = np.clip(x, 0.0, size - 1e-9)
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
        self._tiles: OrderedDict[tuple[float, int], Tile] = OrderedDict()
        self._nodes: dict[tuple[float, int], Floats] = {}
        west, _, east, _ = ground.bounds
        self._west = (west + east) / 2

    def shares(self, lon: Floats, lat: Floats, radius_m: Floats, cell: float) -> Floats:
        """Shares of discs that have this ``cell_m``, canonical radii and others in turn."""
        out = np.empty(len(lon))
        canonical = np.isin(radius_m, CANONICAL_M)
        for radius in np.unique(radius_m[canonical]):
            rows = np.nonzero(radius_m == radius)[0]
            out[rows] = self._looked_up(lon[rows], lat[rows], float(radius), cell)
        rows = np.nonzero(~canonical)[0]
        if len(rows):
            out[rows] = self._summed(lon[rows], lat[rows], radius_m[rows], cell)
        return out

    def _looked_up(self, lon: Floats, lat: Floats, radius_m: float, cell: float) -> Floats:
        layout = Layout(cell, 40, self._west)
        keys, x, y = layout.place(lon, lat)
        found, which = np.unique(keys, return_inverse=True)
        nodes = np.stack([self._node_shares(layout, int(k), radius_m) for k in found])
        x, y = x / _STEP, y / _STEP
        i = np.clip(y.astype(np.int64), 0, _NODES - 2)
        j = np.clip(x.astype(np.int64), 0, _NODES - 2)
        u, v = x - j, y - i
        at = (which * _NODES + i) * _NODES + j
        flat = nodes.reshape(-1)
        low = flat.take(at) * (1 - u) + flat.take(at + 1) * u
        high = flat.take(at + _NODES) * (1 - u) + flat.take(at + _NODES + 1) * u
        share: Floats = low * (1 - v) + high * v
        return share

    def _node_shares(self, layout: Layout, key: int, radius_m: float) -> Floats:
        """Shares at the lattice nodes of a tile; its raster is then let go."""
        with self._lock:
            if (radius_m, key) not in self._nodes:
                tile = layout.tile(self._ground, key)
                side = np.arange(_NODES) * float(_STEP)
                y, x = (a.ravel() for a in np.meshgrid(side, side, indexing="ij"))
                radius = np.full(len(x), radius_m)
                self._nodes[radius_m, key] = tile.shares(x, y, radius, radius_m / layout.cell)
            return self._nodes[radius_m, key]

    def _summed(self, lon: Floats, lat: Floats, radius_m: Floats, cell: float) -> Floats:
        layout = Layout(cell, 48, self._west)
        keys, x, y = layout.place(lon, lat)
        out = np.empty(len(lon))
        order = np.argsort(keys, kind="stable")
        cuts = np.nonzero(np.diff(keys[order]))[0] + 1
        for rows in np.split(order, cuts):
            tile = self._tile(layout, int(keys[rows[0]]))
            out[rows] = tile.shares(x[rows], y[rows], radius_m[rows], 44.0)
        return out

    def _tile(self, layout: Layout, key: int) -> Tile:
        with self._lock:
            tile = self._tiles.pop((layout.cell, key), None)
            if tile is None:
                tile = layout.tile(self._ground, key)
            self._tiles[layout.cell, key] = tile
            while len(self._tiles) > _KEPT_TILES:
                self._tiles.popitem(last=False)
            return tile


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

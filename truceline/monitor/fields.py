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
from dataclasses import dataclass

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
_AT_ONCE = 24
_WINDOW = 3 * _CORE
LARGEST_CELLS = 44  # no disc on a raster has a radius of more cells
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
        poleward = (
            max(abs(south), abs(north))
            + (LARGEST_CELLS * cell + TAIL * max(ground.sigmas)) / 110_000
        )
        kx, _ = metres_per_degree(np.array([(south + north) / 2, min(poleward, 88.0)]))
        self.dlon = cell / min(float(kx[0]), 1.35 * float(kx[1]))
        # Tiles are numbered within the box that discs near the zone can have centres in, with
        # one more all round for their windows.
        tall, wide = _CORE * self.dlat, _CORE * self.dlon
        tail = TAIL * max(ground.sigmas)
        up = (LARGEST_CELLS * cell + tail) * 1.05 / 110_500
        aside = up * 110_500 / max(float(kx[1]), 1.0)
        self._first = (
            float(np.floor(max(south - up, -90.0) / tall) - 1),
            float(np.floor(max(west - aside - self._west, -180.0) / wide) - 1),
        )
        self.rows = int(np.floor(min(north + up, 90.0) / tall) + 2 - self._first[0])
        self.columns = int(
            np.floor(min(east + aside - self._west, 180.0) / wide) + 2 - self._first[1]
        )
        self.tiles = self.rows * self.columns
        self._kept: OrderedDict[int, npt.NDArray[np.float32]] = OrderedDict()

    def place(self, lon: Floats, lat: Floats) -> tuple[Ints, Ints, Floats, Floats]:
        """Row and column of each point's tile, and its place from the tile's corner, in cells."""
        x = wrap(lon - self._west)
        x *= 1.0 / self.dlon
        x -= self._first[1] * _CORE
        y = lat * (1.0 / self.dlat)
        y -= self._first[0] * _CORE
        column = (x * (1.0 / _CORE)).astype(np.int64)
        row = (y * (1.0 / _CORE)).astype(np.int64)
        np.clip(column, 1, self.columns - 2, out=column)
        np.clip(row, 1, self.rows - 2, out=row)
        x -= column * float(_CORE)
        y -= row * float(_CORE)
        return row, column, np.clip(x, 0.0, _CORE), np.clip(y, 0.0, _CORE)

    def windows(self, tiles: Ints) -> npt.NDArray[np.float32]:
        """Around each tile the three by three tiles, summed along rows from the west.

        Shape (tiles, 192, 193), float32.
        """
        around = np.array([r * self.columns + c for r in (-1, 0, 1) for c in (-1, 0, 1)])
        wanted = tiles[:, None] + around
        found = self._fetch(np.unique(wanted))
        sums = np.zeros((len(tiles), _WINDOW, _WINDOW + 1), dtype=np.float32)
        for i, nine in enumerate(wanted.tolist()):
            whole = np.block([[found[k] for k in nine[r : r + 3]] for r in (0, 3, 6)])
            np.cumsum(whole, axis=1, out=sums[i, :, 1:])
        return sums

    def lat(self, tile: Ints, y: Floats) -> Floats:
        """Latitude of places in tiles."""
        found: Floats = ((tile // self.columns + self._first[0]) * _CORE + y) * self.dlat
        return found

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
        tile = np.arange(len(keys))
        north = (keys // self.columns + self._first[0]) * _CORE
        east = (keys % self.columns + self._first[1]) * _CORE
        rows = columns = np.zeros(len(keys), dtype=np.int64)
        block = _CORE
        while True:
            lon, lat = self._at(
                east[tile] + (columns + 0.5) * block, north[tile] + (rows + 0.5) * block
            )
            if block == 1 and self._finest >= self.cell:
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
        count = 5 if self._finest >= self.cell / 3 else 21
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
    window: Ints,
    x: Floats,
    y: Floats,
    radius_m: Floats,
    lat: Floats,
    columns: Ints,
) -> Floats:
    """The mean over discs: (groups, columns).

    A group is the discs of one radius centred on one parallel: at ``x`` and each of
    ``columns`` whole cells further east, ``y`` cells north of the core's corner of a
    ``window``. Row by row a disc is a slab, whose mean half width is exact (the integral
    of the half chord); the chance along it is a difference of two sums.
    """
    kx, ky = metres_per_degree(lat)
    rows = radius_m / (ky * raster.dlat)
    widest = radius_m / (kx * raster.dlon)
    slope = np.tan(np.clip(lat, -89.9, 89.9) * np.pi / 180)
    bend = rows * (raster.dlat * np.pi / 720)
    middle, y = x + _CORE, y + _CORE
    first = np.floor(y - rows)
    base = (window * _WINDOW + first.astype(np.int64)) * (_WINDOW + 1)
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


@dataclass
class _Nodes:
    """Shares at lattice nodes, tile by tile; ``slot`` says where a tile's are, -1 not yet."""

    slot: npt.NDArray[np.int32]
    shares: Floats


class Fields:
    """Disc shares of one zone. Built when first asked for; safe to ask from many threads."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._lock = threading.Lock()
        self._rasters: dict[float, Raster] = {}
        self._nodes: dict[float, _Nodes] = {}

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
        row, column, x, y = raster.place(lon, lat)
        nodes = self._nodes.get(radius_m)
        if nodes is None:
            nodes = _Nodes(np.full(raster.tiles, -1, dtype=np.int32), np.empty((0, _NODES**2)))
        tile = row * raster.columns + column
        slot = nodes.slot.take(tile)
        if slot.min(initial=0) < 0:
            nodes = self._more_nodes(raster, np.unique(tile[slot < 0]), radius_m)
            slot = nodes.slot.take(tile)
        flat = nodes.shares.reshape(-1)
        x *= 1.0 / _STEP
        y *= 1.0 / _STEP
        i = np.minimum(y.astype(np.int64), _NODES - 2)
        j = np.minimum(x.astype(np.int64), _NODES - 2)
        x -= j
        y -= i
        at = (slot * np.int64(_NODES) + i) * _NODES + j
        low, high = flat.take(at), flat.take(at + _NODES)
        at += 1
        low += (flat.take(at) - low) * x
        high += (flat.take(at + _NODES) - high) * x
        high -= low
        high *= y
        high += low
        return high

    def _more_nodes(self, raster: Raster, tiles: Ints, radius_m: float) -> _Nodes:
        """Shares at the lattice nodes of these tiles too."""
        side = np.arange(_NODES) * _STEP
        with self._lock:
            old = self._nodes.get(radius_m)
            slot = np.full(raster.tiles, -1, dtype=np.int32) if old is None else old.slot.copy()
            known = [] if old is None else [old.shares]
            missing = tiles[slot[tiles] < 0]
            slot[missing] = np.arange(len(missing)) + (0 if old is None else len(old.shares))
            for start in range(0, len(missing), _AT_ONCE):
                some = missing[start : start + _AT_ONCE]
                window = np.repeat(np.arange(len(some)), _NODES)
                y = np.tile(side.astype(np.float64), len(some))
                lat = raster.lat(some[window], y)
                found = disc_means(
                    raster.windows(some),
                    raster,
                    window,
                    np.zeros(len(y)),
                    y,
                    np.full(len(y), radius_m),
                    lat,
                    side,
                )
                known.append(found.reshape(len(some), -1))
            self._nodes[radius_m] = _Nodes(slot, np.vstack(known))
            return self._nodes[radius_m]

    def _summed(self, raster: Raster, lon: Floats, lat: Floats, radius_m: Floats) -> Floats:
        row, column, x, y = raster.place(lon, lat)
        tile = row * raster.columns + column
        out = np.empty(len(lon))
        order = np.argsort(tile, kind="stable")
        found, starts = np.unique(tile[order], return_index=True)
        starts = np.append(starts, len(order))
        for first in range(0, len(found), _AT_ONCE):
            some = found[first : first + _AT_ONCE]
            rows = order[starts[first] : starts[first + len(some)]]
            which = np.searchsorted(some, tile[rows])
            with self._lock:
                sums = raster.windows(some)
            out[rows] = disc_means(
                sums,
                raster,
                which,
                x[rows],
                y[rows],
                radius_m[rows],
                lat[rows],
                np.zeros(1, dtype=np.int64),
            )[:, 0]
        return out


class Classes:
    """A coarse grid over the zone that tells surely inside and surely outside at once."""

    def __init__(self, ground: Ground, blocks: int = 24, split: int = 4) -> None:
        west, south, east, north = ground.bounds
        reach = TAIL * max(ground.sigmas, default=0.0)
        kx, ky = metres_per_degree(np.array([min(max(abs(south), abs(north)), 89.0)]))
        west, east = west - reach / kx[0], east + reach / kx[0]
        south, north = max(south - reach / ky[0], -90.0), min(north + reach / ky[0], 90.0)
        across = blocks * split
        self._across = across
        self._middle = (west + east) / 2
        dlon, dlat = max((east - west) / across, 1e-9), max((north - south) / across, 1e-9)
        self._scale = 1.0 / dlon, 1.0 / dlat
        self._corner = (west - self._middle) / dlon, south / dlat

        def ask(rows: Floats, columns: Floats) -> tuple[Floats, Floats]:
            lons = wrap(west + columns * dlon)
            return ground.margins(lons, np.clip(south + rows * dlat, -90.0, 90.0))

        # Blocks first; only those that an edge is near are asked cell by cell.
        wide = np.arange(blocks) + 0.5
        rows, columns = (a.ravel() * split for a in np.meshgrid(wide, wide, indexing="ij"))
        lats = np.abs(south + rows * dlat)
        kx, ky = metres_per_degree(np.maximum(lats - split * dlat, 0.0))
        half = 0.51 * np.hypot(kx * dlon, 1.01 * metres_per_degree(lats)[1] * dlat)
        within, without = ask(rows, columns)
        edge = np.nonzero(np.maximum(within, without) < 3 * split * half)[0]

        def cells(values: Floats) -> Floats:
            return np.repeat(np.repeat(values.reshape(blocks, blocks), split, 0), split, 1)

        self._within, self._without = cells(within - split * half), cells(without - split * half)
        part = np.arange(split) + 0.5 - split / 2
        rows = (rows[edge, None, None] + part[:, None] + 0 * part).ravel()
        columns = (columns[edge, None, None] + part + 0 * part[:, None]).ravel()
        within, without = ask(rows, columns)
        at = rows.astype(np.int64), columns.astype(np.int64)
        half = np.repeat(half[edge], split * split)
        self._within[at], self._without[at] = within - half, without - half

    def settle(self, lon: Floats, lat: Floats, radius_m: Floats) -> tuple[Bools, Bools]:
        """Which discs are surely all inside and which surely all outside, as far as it can tell."""
        x = wrap(lon - self._middle)
        x *= self._scale[0]
        x -= self._corner[0]
        y = lat * self._scale[1]
        y -= self._corner[1]
        on = (x >= 0) & (x < self._across) & (y >= 0) & (y < self._across)
        at = y.astype(np.int64)
        at *= self._across
        at += x.astype(np.int64)
        at *= on
        return on & (self._within.take(at) > radius_m), on & (self._without.take(at) > radius_m)

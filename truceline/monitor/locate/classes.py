"""What is surely inside a zone and surely outside, told at once for most rows."""

import threading

import numpy as np

from truceline.monitor.locate.boundary import Bools, Floats, Ints, metres_per_degree, wrap
from truceline.monitor.locate.clearance import TAIL, Ground

_BLOCKS = 24  # across the zone
_SPLIT = 4  # cells across a block


class Classes:
    """A coarse grid over the zone that tells surely inside and surely outside at once.

    It is made of blocks. One that an edge is near is looked at cell by cell when something
    is asked there that this could settle. A cell's margins depend on the cell alone, so that
    no answer depends on what was asked before.
    """

    def __init__(self, ground: Ground) -> None:
        west, south, east, north = ground.bounds
        self._finest = min(ground.sigmas, default=0.0)
        reach = TAIL * max(ground.sigmas, default=0.0)
        kx, ky = metres_per_degree(np.array([min(max(abs(south), abs(north)), 89.0)]))
        west, east = west - reach / kx[0], east + reach / kx[0]
        south, north = max(south - reach / ky[0], -90.0), min(north + reach / ky[0], 90.0)
        self._ground = ground
        self._across = across = _BLOCKS * _SPLIT
        self._middle = (west + east) / 2
        self._low = west, south
        dlon, dlat = max((east - west) / across, 1e-9), max((north - south) / across, 1e-9)
        self._size = dlon, dlat
        self._scale = 1.0 / dlon, 1.0 / dlat
        self._corner = (west - self._middle) / dlon, south / dlat
        self._lock = threading.Lock()
        wide = np.arange(_BLOCKS) + 0.5
        rows, columns = (a.ravel() * _SPLIT for a in np.meshgrid(wide, wide, indexing="ij"))
        lats = np.abs(south + rows * dlat)
        kx, ky = metres_per_degree(np.maximum(lats - _SPLIT * dlat, 0.0))
        half = 0.51 * np.hypot(kx * dlon, 1.01 * metres_per_degree(lats)[1] * dlat)
        within, without = self._ask(rows, columns)
        self._half = half
        # The greatest radius of a disc that a closer look could settle; -inf where there is none.
        most = np.maximum(within, without)
        self._most = np.where(most < 3 * _SPLIT * half, most + _SPLIT * half, -np.inf)

        def cells(values: Floats) -> Floats:
            square = values.reshape(_BLOCKS, _BLOCKS)
            return np.repeat(np.repeat(square, _SPLIT, 0), _SPLIT, 1).reshape(-1)

        self._known = cells(within - _SPLIT * half), cells(without - _SPLIT * half)

    def _ask(self, rows: Floats, columns: Floats) -> tuple[Floats, Floats]:
        """The ground's margins at places counted in cells from the grid's corner."""
        lons = wrap(self._low[0] + columns * self._size[0])
        lats = np.clip(self._low[1] + rows * self._size[1], -90.0, 90.0)
        return self._ground.margins(lons, lats)

    def _closer(self, blocks: Ints) -> None:
        """Look at blocks cell by cell."""
        with self._lock:
            blocks = blocks[self._most[blocks] > -np.inf]
            if not len(blocks):
                return
            part = np.arange(_SPLIT) + 0.5
            up, aside = (a * float(_SPLIT) for a in np.divmod(blocks, _BLOCKS))
            rows = (up[:, None, None] + part[:, None] + 0 * part).ravel()
            columns = (aside[:, None, None] + part + 0 * part[:, None]).ravel()
            within, without = self._ask(rows, columns)
            at = rows.astype(np.int64) * self._across + columns.astype(np.int64)
            half = np.repeat(self._half[blocks], _SPLIT * _SPLIT)
            known = tuple(values.copy() for values in self._known)
            known[0][at], known[1][at] = within - half, without - half
            self._known = known[0], known[1]
            self._most[blocks] = -np.inf

    def _cell(self, lon: Floats, lat: Floats) -> tuple[Bools, Ints]:
        """Whether each point is on the grid, and its cell (0 where it is not)."""
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
        return on, at

    def settle(self, lon: Floats, lat: Floats, radius_m: Floats) -> tuple[Bools, Bools]:
        """Which discs are surely all inside and which surely all outside, as far as it can tell."""
        on, at = self._cell(lon, lat)
        within, without = self._known
        inside, outside = on & (within.take(at) > radius_m), on & (without.take(at) > radius_m)
        left = on & ~(inside | outside)
        if self._finest == 0:
            left &= radius_m > 0  # of an exact edge the ground tells points as surely, and sooner
        rows = np.flatnonzero(left)
        up, aside = np.divmod(at.take(rows), self._across)
        block = up // _SPLIT * _BLOCKS + aside // _SPLIT
        worth = np.flatnonzero(self._most.take(block) > radius_m.take(rows))
        if len(worth):
            self._closer(np.unique(block[worth]))
            rows = rows[worth]
            within, without = self._known
            inside[rows] = within.take(at[rows]) > radius_m[rows]
            outside[rows] = without.take(at[rows]) > radius_m[rows]
        return inside, outside

    def chance(self, lon: Floats, lat: Floats) -> Floats:
        """The chance that each point is inside; only those near an edge are looked at closely."""
        on, _ = self._cell(lon, lat)
        inside, outside = self.settle(lon, lat, np.zeros(len(lon)))
        out = np.where(on, np.where(inside, 1.0, 0.0), self._ground.beyond)
        rows = np.flatnonzero(on & ~(inside | outside))
        out[rows] = self._ground.inside(lon[rows], lat[rows])
        return out

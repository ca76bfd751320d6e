"""What is surely inside a zone and surely outside, told at once for most rows."""

import numpy as np

from truceline.monitor.clearance import TAIL, Ground
from truceline.monitor.locate_boundary import Bools, Floats, Ints, metres_per_degree, wrap


class Classes:
    """A coarse grid over the zone that tells surely inside and surely outside at once."""

    def __init__(self, ground: Ground, blocks: int = 24, split: int = 4) -> None:
        west, south, east, north = ground.bounds
        reach = TAIL * max(ground.sigmas, default=0.0)
        kx, ky = metres_per_degree(np.array([min(max(abs(south), abs(north)), 89.0)]))
        west, east = west - reach / kx[0], east + reach / kx[0]
        south, north = max(south - reach / ky[0], -90.0), min(north + reach / ky[0], 90.0)
        self._ground = ground
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
        return on & (self._within.take(at) > radius_m), on & (self._without.take(at) > radius_m)

    def chance(self, lon: Floats, lat: Floats) -> Floats:
        """The chance that each point is inside; only those near an edge are looked at closely."""
        on, at = self._cell(lon, lat)
        out = np.where(on, np.where(self._within.take(at) > 0, 1.0, 0.0), self._ground.beyond)
        edge = (self._within.take(at) <= 0) & (self._without.take(at) <= 0)
        edge &= on
        rows = np.nonzero(edge)[0]
        out[rows] = self._ground.inside(lon[rows], lat[rows])
        return out

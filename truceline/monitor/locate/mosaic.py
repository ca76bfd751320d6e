"""A mosaic: values on a lattice along the parallels, worked out tile by tile when asked for."""

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from truceline.monitor.locate.boundary import Bools, Floats, Ints, wrap

_AT_ONCE = 24


class Mosaic:
    """Tiles over a box, numbered row by row from the south-west. Safe to ask in threads.

    A tile's values depend on the tile alone, so that nothing read off them depends on the
    order in which tiles were asked for.
    """

    def __init__(
        self,
        box: tuple[float, float, float, float],
        tall: float,
        wide: float,
        cells: int,
        build: Callable[[Ints], Floats] | None,
    ) -> None:
        """``box``: west, south, east, north; ``tall``, ``wide``: a tile; all in degrees.

        ``cells`` across a tile. ``build`` gives the values of tiles: (tiles, values).
        """
        west, south, east, north = box
        self._middle = (west + east) / 2
        south, north = max(south, -90.0), min(north, 90.0)
        half = min((east - west) / 2, 180.0)
        # One more all round, so that every asked tile has neighbours.
        self._first = float(np.floor(south / tall) - 1), float(np.floor(-half / wide) - 1)
        self.rows = int(np.floor(north / tall) + 2 - self._first[0])
        self.columns = int(np.floor(half / wide) + 2 - self._first[1])
        self._cells = cells
        self._scale = cells / wide, cells / tall
        self._build = build
        self._lock = threading.Lock()
        empty = np.full(self.rows * self.columns, -1, dtype=np.int64)
        self._known: tuple[Ints, Floats] = empty, np.empty((0, 1))

    def place(self, lon: Floats, lat: Floats) -> tuple[Ints, Floats, Floats, Bools]:
        """Tile of each point, its place from the tile's corner in cells, and whether off the box.

        A point off the box is put at its rim.
        """
        x = wrap(lon - self._middle)
        x *= self._scale[0]
        x -= self._first[1] * self._cells
        y = lat * self._scale[1]
        y -= self._first[0] * self._cells
        column = (x * (1.0 / self._cells)).astype(np.int64)
        row = (y * (1.0 / self._cells)).astype(np.int64)
        off = (column < 1) | (column > self.columns - 2) | (row < 1) | (row > self.rows - 2)
        np.clip(column, 1, self.columns - 2, out=column)
        np.clip(row, 1, self.rows - 2, out=row)
        x -= column * float(self._cells)
        y -= row * float(self._cells)
        np.clip(x, 0.0, self._cells, out=x)
        np.clip(y, 0.0, self._cells, out=y)
        row *= self.columns
        row += column
        return row, x, y, off

    def ground(self, tile: Ints, x: npt.NDArray[Any], y: npt.NDArray[Any]) -> tuple[Floats, Floats]:
        """Longitude and latitude of places given in cells from their tile's corner."""
        up, aside = np.divmod(tile, self.columns)
        lon: Floats = self._middle + ((aside + self._first[1]) * self._cells + x) / self._scale[0]
        return wrap(lon), np.clip(self.lat(up * self.columns, y), -90.0, 90.0)

    def lat(self, tile: Ints, y: npt.NDArray[Any]) -> Floats:
        """Latitude of places given in cells from their tile's corner; beyond 90 past a pole."""
        found: Floats = ((tile // self.columns + self._first[0]) * self._cells + y) / self._scale[1]
        return found

    def fetch(self, tile: Ints) -> tuple[Ints, Floats]:
        """Where each tile's values begin in the flat array that comes with it."""
        slot, values = self._known
        at = slot.take(tile)
        if at.min(initial=0) < 0:
            slot, values = self._more(np.unique(tile[at < 0]))
            at = slot.take(tile)
        at *= values.shape[1]
        return at, values.reshape(-1)

    def _more(self, tiles: Ints) -> tuple[Ints, Floats]:
        assert self._build is not None
        with self._lock:
            slot, values = self._known
            missing = tiles[slot[tiles] < 0]
            if len(missing):
                parts = [values] if len(values) else []
                for start in range(0, len(missing), _AT_ONCE):
                    parts.append(self._build(missing[start : start + _AT_ONCE]))
                slot = slot.copy()
                slot[missing] = len(values) + np.arange(len(missing))
                self._known = slot, np.concatenate(parts)
            return self._known


def between(flat: npt.NDArray[np.float64], at: Ints, row: int, u: Floats, v: Floats) -> Floats:
    """Bilinear between four nodes: ``at`` the south-west one, ``row`` nodes in a row."""
    low, high = flat.take(at), flat.take(at + row)
    at += 1
    low += (flat.take(at) - low) * u
    high += (flat.take(at + row) - high) * u
    high -= low
    high *= v
    high += low
    return high

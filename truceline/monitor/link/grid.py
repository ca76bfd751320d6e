"""A sorted index of places in blocks (days, or a source's days): which rows lie near by.

Ground is cut into rows of equal latitude; inside one, places are in the order of their
longitude, so that all that lie within some degrees are one stretch of the index. Nothing
is missed: a stretch may hold too much, never too little. The antimeridian and the poles
are no exceptions.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from truceline.monitor.link.reports import EARTH_KM, Floats, Ints

DEGREE_KM = EARTH_KM * np.pi / 180
_QUANTUM = 1e5  # longitudes to a hundred-thousandth of a degree, about a metre
_LON_BITS = 26
_ROW_BITS = 16


@dataclass(frozen=True)
class Grid:
    """``rows`` of places, sorted by block, row of latitude and longitude.

    ``blocks`` are the different blocks, sorted; ``cell_km`` the height of a row of
    latitude, at least 0.4 km.
    """

    cell_km: float
    blocks: Ints
    keys: Ints
    rows: Ints

    @classmethod
    def of(cls, rows: Ints, block: Ints, lon: Floats, lat: Floats, cell_km: float) -> "Grid":
        """Index ``rows``, which lie in ``block`` at (``lon``, ``lat``), arrays as long."""
        blocks, which = np.unique(block, return_inverse=True)
        keys = _key(which.reshape(-1), _row(lat, cell_km), 0) + _quantum(lon)
        order = np.argsort(keys, kind="stable")
        return cls(cell_km, blocks, keys[order], rows[order])

    def stretches(
        self, block: Ints, lon: Floats, lat: Floats, half_deg: Floats
    ) -> Iterator[tuple[Ints, Ints, Ints]]:
        """For queries: (which, first, last), half-open stretches of ``rows``, of all that lie
        in a query's block and in its own row of latitude or the next, within ``half_deg``
        degrees of longitude.
        """
        if not len(self.blocks) or not len(block):
            return
        at = np.minimum(np.searchsorted(self.blocks, block), len(self.blocks) - 1)
        known = np.flatnonzero(self.blocks[at] == block)
        if not len(known):
            return
        # Asked in the order of the index, a million questions take a fifth of the time.
        order = np.argsort(
            _key(at[known], _row(lat[known], self.cell_km), 0) + _quantum(lon[known]), kind="stable"
        )
        known = known[order]
        at, lon, half = at[known], lon[known], np.minimum(half_deg[known], 180.0)
        own = _row(lat[known], self.cell_km)
        west, east = np.maximum(lon - half, -180), np.minimum(lon + half, 180)
        past_west = np.flatnonzero((lon - half < -180) & (half < 180))
        past_east = np.flatnonzero((lon + half > 180) & (half < 180))
        everywhere = half >= 180
        west[everywhere], east[everywhere] = -180, 180
        for step in (-1, 0, 1):
            yield known, *self._stretch(at, own + step, west, east)
            if len(past_west):
                some = past_west
                yield (
                    known[some],
                    *self._stretch(
                        at[some],
                        own[some] + step,
                        lon[some] - half[some] + 360,
                        np.full(len(some), 180.0),
                    ),
                )
            if len(past_east):
                some = past_east
                yield (
                    known[some],
                    *self._stretch(
                        at[some],
                        own[some] + step,
                        np.full(len(some), -180.0),
                        lon[some] + half[some] - 360,
                    ),
                )

    def _stretch(self, at: Ints, row: Ints, west: Floats, east: Floats) -> tuple[Ints, Ints]:
        first = np.searchsorted(self.keys, _key(at, row, 0) + _quantum(west), "left")
        last = np.searchsorted(self.keys, _key(at, row, 0) + _quantum(east), "right")
        return first, last


def half_degrees(lat: Floats, reach_km: Floats | float) -> Floats:
    """How many degrees of longitude a circle of ``reach_km`` around a latitude spans to
    either side; 180 where it takes in a pole.
    """
    sine = np.sin(np.minimum(np.asarray(reach_km) / EARTH_KM, np.pi / 2))
    cosine = np.cos(np.radians(lat))
    found: Floats = np.where(
        sine < cosine, np.degrees(np.arcsin(np.minimum(sine / np.maximum(cosine, 1e-12), 1))), 180.0
    )
    return found + 2 / _QUANTUM


def distance_km(lon_a: Floats, lat_a: Floats, lon_b: Floats, lat_b: Floats) -> Floats:
    """Great-circle distances on the mean sphere, by the haversine; degrees in, km out."""
    a, b = np.radians(lat_a), np.radians(lat_b)
    h = np.sin((b - a) / 2) ** 2
    h = h + np.cos(a) * np.cos(b) * np.sin(np.radians(lon_b - lon_a) / 2) ** 2
    found: Floats = 2 * EARTH_KM * np.arcsin(np.sqrt(np.minimum(h, 1.0)))
    return found


def _row(lat: Floats, cell_km: float) -> Ints:
    return np.floor((lat + 90) * DEGREE_KM / cell_km).astype(np.int64) + 1


def _quantum(lon: Floats) -> Ints:
    return np.floor((lon + 180) * _QUANTUM).astype(np.int64)


def _key(block: Ints, row: Ints, lon: int) -> Ints:
    return (((block << _ROW_BITS) + row) << _LON_BITS) + lon

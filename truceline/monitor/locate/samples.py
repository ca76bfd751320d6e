"""Shares by sampling: sectors, admin units, and discs too small or too wide for a raster.

The points are fixed lattices, the same for every row, so that an answer never varies.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import shapely
from pyproj import Geod

from truceline.model.unit import Unit
from truceline.monitor.locate.boundary import Floats, Ints, metres_per_degree, wrap
from truceline.monitor.locate.clearance import Ground

_GOLDEN = (5.0**0.5 - 1.0) / 2.0
_GEOD = Geod(ellps="WGS84")
_FAR = 200_000.0
_AT_ONCE = 65_536
_UNIT_POINTS = 3_000


def samples_for(finest: float, radius_m: Floats) -> Ints:
    """How many points discs need: few where the chance is smooth across them.

    ``finest``: the smallest standard deviation of the zone's leaves, metres.
    """
    if finest == 0:
        return np.full(len(radius_m), 2_584, dtype=np.int64)
    counts = np.array([89, 233, 610, 987, 1_597])
    found: Ints = counts[np.searchsorted([0.5, 2.0, 8.0, 32.0], radius_m / finest, "right")]
    return found


def sector_shares(
    chance: Callable[[Floats, Floats], Floats],
    lon: Floats,
    lat: Floats,
    near_m: Floats,
    far_m: Floats,
    bearing: Floats,
    spread: Floats,
    count: int,
) -> Floats:
    """The mean chance over sectors; a disc is one from 0 m with a spread of 180 degrees.

    Sunflower points (Vogel 1979): even in area, the golden ratio apart in angle.
    """
    k = np.arange(count)
    u = ((k + 0.5) / count)[None, :]
    v = ((k * _GOLDEN + 0.5) % 1.0)[None, :]
    out = np.empty(len(lon))
    for start in range(0, len(lon), max(_AT_ONCE // count, 1)):
        rows = slice(start, start + max(_AT_ONCE // count, 1))
        near, far = near_m[rows, None], far_m[rows, None]
        r = np.sqrt(near**2 + u * (far**2 - near**2))
        turn = bearing[rows, None] + spread[rows, None] * (2 * v - 1)
        x, y = _ahead(lon[rows, None], lat[rows, None], r, turn)
        found = chance(wrap(x.ravel()), np.clip(y.ravel(), -90.0, 90.0))
        out[rows] = found.reshape(-1, count).sum(axis=1) / count
    return out


def _ahead(lon: Floats, lat: Floats, r: Floats, bearing: Floats) -> tuple[Floats, Floats]:
    """Where one arrives after ``r`` metres on a first bearing: mid-latitude, or geodesic if far."""
    wide = r[:, -1] > _FAR
    if wide.any():
        x, y = np.empty_like(r), np.empty_like(r)
        for rows, how in ((wide, _geodesic), (~wide, _middle)):
            if rows.any():
                x[rows], y[rows] = how(lon[rows], lat[rows], r[rows], bearing[rows])
        return x, y
    return _middle(lon, lat, r, bearing)


def _middle(lon: Floats, lat: Floats, r: Floats, bearing: Floats) -> tuple[Floats, Floats]:
    angle = bearing * (np.pi / 180)
    dlat = r * np.cos(angle) / metres_per_degree(lat)[1]
    dlon = r * np.sin(angle) / metres_per_degree(lat + dlat / 2)[0]
    # The bearing turns on the way by dlon sin(lat): half of it by the middle.
    angle = angle + dlon * (np.pi / 360) * np.sin((lat + dlat / 2) * (np.pi / 180))
    dlat = r * np.cos(angle) / metres_per_degree(lat + dlat / 2)[1]
    dlon = r * np.sin(angle) / metres_per_degree(lat + dlat / 2)[0]
    return lon + dlon, lat + dlat


def _geodesic(lon: Floats, lat: Floats, r: Floats, bearing: Floats) -> tuple[Floats, Floats]:
    lon, lat = np.broadcast_to(lon, r.shape), np.broadcast_to(lat, r.shape)
    x, y, _ = _GEOD.fwd(lon.copy(), lat.copy(), bearing.copy(), r.copy())
    return np.asarray(x), np.asarray(y)


def unit_share(ground: Ground, polygon: Any, unit: Unit) -> float:
    """The mean chance over an admin unit's polygon; ``polygon`` is the zone's, or None.

    Where the zone has one polygon, the exact ratio of areas is corrected by the mean of
    the difference that its accuracy makes (a control variate), so that an exact zone
    gets an exact share.
    """
    area = shapely.make_valid(shapely.force_2d(unit.polygon))
    lon, lat = _spread(area)
    if not len(lon):
        lon, lat = np.array([unit.lon]), np.array([unit.lat])
    chance = ground.inside(lon, lat)
    share = float(chance.sum() / len(chance))
    whole = _square(area)
    if polygon is not None and whole > 0 and not polygon.is_empty:
        plain = shapely.contains_xy(polygon, lon, lat)
        exact = _square(shapely.intersection(area, polygon)) / whole
        share = exact + float((chance - plain).sum() / len(chance))
    return min(max(share, 0.0), 1.0)


def _spread(area: Any) -> tuple[Floats, Floats]:
    """Some three thousand points spread evenly over an area."""
    west, south, east, north = shapely.bounds(area)
    low, high = np.sin(np.radians([south, north]))
    box = (east - west) * (high - low)
    if not box > 0:
        return np.empty(0), np.empty(0)
    full = _square(area) / box
    count = int(min(_UNIT_POINTS / max(full, 1e-3), 200_000))
    k = np.arange(count)
    lon = west + (east - west) * (k + 0.5) / count
    lat = np.degrees(np.arcsin(low + (high - low) * ((k * _GOLDEN + 0.5) % 1.0)))
    inside = shapely.contains_xy(area, lon, lat)
    return lon[inside], lat[inside]


def _square(area: Any) -> float:
    """Area in the cylindrical equal-area plane (lon, sin lat); only ratios are used."""

    def flat(points: Floats) -> Floats:
        return np.column_stack([points[:, 0], np.sin(np.radians(points[:, 1]))])

    return float(shapely.area(shapely.transform(area, flat)))

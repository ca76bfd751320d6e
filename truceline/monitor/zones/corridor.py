"""Corridors: what lies within a depth of a line, on the ellipsoid.

The line is densified, projected in pieces of at most 50 km (azimuthal equidistant, centred
on the piece), widened there, and joined again in lon and lat. With r <= 25 km
from the centre, a depth D is wrong by at most r^2 D / 6R^2: 0.13 m at 50 km.

Why not ``shapely.buffer``: GEOS first drops shallow hollows of the line, up to 1 % of the
depth, which moves an edge at 6 km by as much as 60 m.

Sides. A point is on the side of the line that it sees at the line's nearest point. Where
the depths differ, the ground is: within the lesser depth, or within the greater one and on
its side.
"""

from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from truceline.monitor.zones.line import (
    EARTH_M,
    GEOD,
    Coords,
    GroundError,
    Side,
    along,
    centred,
    densify,
    edge_length,
    project,
    unproject,
)
from truceline.monitor.zones.offset import GRID_M, Offset, half_disc, within_plane
from truceline.monitor.zones.sides import on_side

PIECE_M = 50_000.0


def _beyond_end(chains: list[Coords], end: Coords, inner: Coords, depth: float) -> Any:
    """The half disc off a line's end, less what other parts of the line widen to."""
    proj = centred(float(end[0]), float(end[1]))
    out = -project(proj, inner[None, :])[0]
    # A little wider than the depth, so that nothing of the cap's rim stays.
    start = 1.001 * np.array([out[1], -out[0]]) * depth / np.hypot(*out)
    cap = half_disc(np.zeros(2), start)
    found: list[Any] = []
    for chain in chains:
        xy = project(proj, chain)
        # Only what can reach the half disc: the line within twice the depth.
        near = np.hypot(xy[:, 0], xy[:, 1]) < 2.1 * depth
        near |= np.append(near[1:], False) | np.append(False, near[:-1])
        for first, last in _runs(near):
            if last - first > 1:
                found += list(Offset.of(xy[first:last], depth).parts())
    overlap = np.array(found, dtype=object)
    overlap = overlap[shapely.intersects(overlap, cap)] if found else overlap
    bare = shapely.difference(cap, shapely.union_all(overlap, grid_size=GRID_M))
    lon, lat = float(end[0]), min(abs(float(end[1])) + np.degrees(depth / EARTH_M), 89.0)
    return outline(bare, proj, lon, lat)


def _runs(marks: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """The stretches of True, as (first, one after the last)."""
    steps = np.flatnonzero(np.diff(np.concatenate([[False], marks, [False]]).astype(np.int8)))
    return [(int(a), int(b)) for a, b in steps.reshape(-1, 2)]


def _away_from_poles(coords: Coords, depth: float) -> None:
    lat = float(np.abs(coords[:, 1]).max())
    _, _, to_pole = GEOD.inv(0.0, lat, 0.0, 90.0)
    if to_pole <= depth * 1.001 + 1_000:
        raise GroundError(
            "the ground reaches a pole, where longitudes meet; give a smaller depth or an area "
            "that stays off it"
        )


def outline(shape: Any, proj: Any, near: float, lat: float) -> Any:
    """A projected polygon as lon and lat, densified so that its edges stay true."""
    dense = shapely.segmentize(shape, edge_length(lat))
    return shapely.transform(dense, lambda xy: unproject(proj, xy, near))


def within(chains: list[Coords], depth: float, flat: bool = False) -> Any:
    """All ground within ``depth`` metres of the line; a polygon with continuous longitudes.

    ``flat`` ends are cut across the line at its first and last points; what another part of
    the line reaches beyond them stays.

    Raises:
        GroundError: the ground would reach a pole.
    """
    pieces = []
    lines = []
    for chain in chains:
        _away_from_poles(chain, depth)
        top = min(float(np.abs(chain[:, 1]).max()) + np.degrees(depth / EARTH_M), 89.0)
        dense = densify(chain, edge_length(top))
        lines.append(dense)
        far = along(dense)
        marks = np.searchsorted(far, np.arange(0, far[-1] + PIECE_M, PIECE_M))
        for first, last in pairwise(np.unique(marks.clip(0, len(dense) - 1)).tolist()):
            lon, lat = dense[(first + last) // 2]
            proj = centred(lon, lat)
            xy = project(proj, dense[first : last + 1])
            xy = shapely.get_coordinates(shapely.simplify(shapely.LineString(xy), 0.05))
            pieces.append(outline(within_plane(xy, depth), proj, float(lon), top))
    whole = shapely.union_all(pieces)
    if flat:
        for line in lines:
            if (line[0] != line[-1]).any():
                for end, inner in ((line[0], line[1]), (line[-1], line[-2])):
                    whole = shapely.difference(whole, _beyond_end(lines, end, inner, depth))
    return whole


def corridor(chains: list[Coords], left_m: float, right_m: float, flat: bool = False) -> Any:
    """A corridor's ground, (lon, lat) with continuous longitudes; depths in metres.

    Raises:
        GroundError: the ground would reach a pole.
    """
    shallow, deep = sorted((left_m, right_m))
    wide = within(chains, deep, flat)
    if shallow == deep:
        return wide
    narrow = within(chains, shallow, flat) if shallow > 0 else shapely.Polygon()
    side: Side = "left" if left_m > right_m else "right"
    rest = on_side(shapely.difference(wide, narrow), chains, side, deep)
    return shapely.union_all([narrow, rest])

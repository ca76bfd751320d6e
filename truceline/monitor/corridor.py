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

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from truceline.monitor.ground_line import (
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
from truceline.monitor.ground_sides import on_side

PIECE_M = 50_000.0
GRID_M = 0.001  # joining snaps to a millimetre, which closes cracks between neighbours


Ints = NDArray[np.int64]


def arc_step(depth_m: float) -> float:
    """Radians between points of an arc so that its chords stay within 0.2 m, or 5e-6 of it."""
    sagitta = max(0.2, 5e-6 * depth_m)
    return float(2 * np.arccos(max(1 - sagitta / depth_m, 0.5)))


def _arcs(centres: Coords, starts: Coords, ends: Coords, turns: Coords) -> tuple[Coords, Ints]:
    """Arcs around centres from the offsets ``starts`` anticlockwise by ``turns`` to ``ends``.

    Returns the points of all arcs and the number of the arc that each belongs to.
    """
    depth = np.hypot(starts[:, 0], starts[:, 1])
    step = arc_step(float(depth[0])) if len(depth) else 1.0
    count = np.maximum(np.ceil(np.abs(turns) / step), 1).astype(np.int64) + 1
    which = np.repeat(np.arange(len(turns)), count)
    place = np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count)
    angle = np.arctan2(starts[:, 1], starts[:, 0])[which] + turns[which] * place / (
        count[which] - 1
    )
    offset = depth[which, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    # The ends are those of the neighbouring strips to the last bit, so that nothing gapes.
    offset[place == 0], offset[place == count[which] - 1] = starts, ends
    return centres[which] + offset, which


def _fans(centres: Coords, points: Coords, which: Ints) -> Any:
    """Each arc with its centre as a polygon."""
    if not len(centres):
        return np.empty(0, dtype=object)
    last = np.flatnonzero(np.append(np.diff(which), 1))
    rings = np.insert(points, last + 1, centres, axis=0)
    return shapely.polygons(
        shapely.linearrings(rings, indices=np.insert(which, last + 1, which[last]))
    )


@dataclass(frozen=True)
class _Sides:
    """A projected line's edges and corners, moved out by the depth: what its ground is made of.

    ``left`` is each edge's offset to its left; ``arcs`` go round the outside of each corner.
    """

    xy: Coords
    left: Coords
    centres: Coords
    arcs: Coords
    which: Ints

    @classmethod
    def of(cls, xy: Coords, depth: float) -> "_Sides":
        run = np.diff(xy, axis=0)
        run /= np.hypot(run[:, 0], run[:, 1])[:, None]
        left = np.column_stack([-run[:, 1], run[:, 0]]) * depth
        cross = run[:-1, 0] * run[1:, 1] - run[:-1, 1] * run[1:, 0]
        turns = np.arctan2(cross, (run[:-1] * run[1:]).sum(axis=1))
        bent = np.flatnonzero(turns)
        out = -np.sign(turns[bent])[:, None]
        centres = xy[1:-1][bent]
        arcs, which = _arcs(centres, out * left[bent], out * left[bent + 1], turns[bent])
        return cls(xy, left, centres, arcs, which)

    @property
    def parts(self) -> Any:
        """The ground of every edge and corner, as polygons; their union has flat ends."""
        a, b, left = self.xy[:-1], self.xy[1:], self.left
        strips = shapely.polygons(np.stack([a + left, a - left, b - left, b + left], axis=1))
        return np.append(strips, _fans(self.centres, self.arcs, self.which))

    @property
    def caps(self) -> tuple[Coords, Coords, Ints]:
        """The half circles round the ends: centres, points, and which end each point is of."""
        ends, starts = self.xy[[0, -1]], np.stack([self.left[0], -self.left[-1]])
        return ends, *_arcs(ends, starts, -starts, np.full(2, np.pi))


def _round(xy: Coords, depth: float) -> Any:
    """What lies within ``depth`` of a projected line, its ends round.

    The outward curves of all parts are cut where they cross, and of the faces between them
    those within the depth are kept. Curves well inside are passed over first: the edge of
    the whole lies at the depth from every point of the line, or farther.
    """
    sides = _Sides.of(xy, depth)
    a, b = xy[:-1], xy[1:]
    straight = np.concatenate([np.stack([a + s, b + s], axis=1) for s in (sides.left, -sides.left)])
    ends, caps, cap = sides.caps
    curves = np.concatenate([
        shapely.linestrings(straight),
        shapely.linestrings(sides.arcs, indices=sides.which),
        shapely.linestrings(caps, indices=cap),
    ])  # fmt: skip
    points = np.concatenate([straight.reshape(-1, 2), straight.mean(axis=1), sides.arcs, caps])
    edges = np.arange(len(straight))
    bent = len(edges) + sides.which
    last = len(edges) + len(sides.centres) + cap
    which = np.concatenate([np.repeat(edges, 2), edges, bent, last])
    gap = np.full(len(curves), depth * arc_step(depth) / 2)
    gap[edges] = np.hypot(*(straight[:, 1] - straight[:, 0]).T) / 4
    seen = np.zeros(len(curves))
    np.maximum.at(seen, which, cKDTree(xy).query(points)[0])
    outer = curves[seen >= depth - gap - 0.01]
    faces = shapely.get_parts(shapely.polygonize([shapely.union_all(outer, grid_size=GRID_M)]))
    line = shapely.LineString(xy)
    shapely.prepare(line)
    inside = shapely.dwithin(line, shapely.point_on_surface(faces), depth)
    whole = shapely.union_all(faces[inside])
    if abs(whole.area / line.buffer(depth, quad_segs=16).area - 1) > 0.03:
        # A curve was lost, and the edge with it: join all parts, which is slow and sure.
        return shapely.union_all(np.append(sides.parts, _fans(ends, caps, cap)), grid_size=GRID_M)
    return whole


def _beyond_end(chains: list[Coords], end: Coords, inner: Coords, depth: float) -> Any:
    """The half disc off a line's end, less what other parts of the line widen to."""
    proj = centred(float(end[0]), float(end[1]))
    out = -project(proj, inner[None, :])[0]
    start = np.array([[out[1], -out[0]]]) * depth / np.hypot(*out)
    # A little wider than the depth, so that nothing of the cap's rim stays.
    rim, _ = _arcs(np.zeros((1, 2)), 1.001 * start, -1.001 * start, np.array([np.pi]))
    cap = shapely.Polygon(rim)
    found: list[Any] = []
    for chain in chains:
        xy = project(proj, chain)
        # Only what can reach the half disc: the line within twice the depth.
        near = np.hypot(xy[:, 0], xy[:, 1]) < 2.1 * depth
        near |= np.append(near[1:], False) | np.append(False, near[:-1])
        for first, last in _runs(near):
            if last - first > 1:
                found += list(_Sides.of(xy[first:last], depth).parts)
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
            pieces.append(outline(_round(xy, depth), proj, float(lon), top))
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

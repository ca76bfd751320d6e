"""Corridors: what lies within a depth of a line, on the ellipsoid.

The line is densified, projected in pieces of at most 50 km (azimuthal equidistant, centred
on the piece), widened there edge by edge, and joined again in lon and lat. With r <= 25 km
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
from scipy.spatial import Voronoi

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

PIECE_M = 50_000.0
GRID_M = 0.001  # joining snaps to a millimetre, which closes cracks between neighbours


def arc_step(depth_m: float) -> float:
    """Radians between points of an arc so that its chords stay within 0.2 m, or 5e-6 of it."""
    sagitta = max(0.2, 5e-6 * depth_m)
    return float(2 * np.arccos(max(1 - sagitta / depth_m, 0.5)))


def _fan(centre: Coords, start: Coords, turn: float, depth: float) -> Any:
    """A sector: from the unit vector ``start``, anticlockwise by ``turn`` radians."""
    steps = max(int(np.ceil(abs(turn) / arc_step(depth))), 1)
    angle = np.arctan2(start[1], start[0]) + np.linspace(0, turn, steps + 1)
    rim = centre + depth * np.column_stack([np.cos(angle), np.sin(angle)])
    return shapely.Polygon(np.vstack([centre, rim]))


def _widen(xy: Coords, depth: float, round_start: bool, round_end: bool) -> Any:
    """What lies within ``depth`` of a projected line: a strip per edge, a fan per corner."""
    run = np.diff(xy, axis=0)
    run /= np.hypot(run[:, 0], run[:, 1])[:, None]
    left = np.column_stack([-run[:, 1], run[:, 0]]) * depth
    a, b = xy[:-1], xy[1:]
    found = list(shapely.polygons(np.stack([a + left, a - left, b - left, b + left], axis=1)))
    cross = run[:-1, 0] * run[1:, 1] - run[:-1, 1] * run[1:, 0]
    turns = np.arctan2(cross, (run[:-1] * run[1:]).sum(axis=1))
    small = np.abs(turns) <= arc_step(depth)
    outer = -np.sign(turns)[:, None]
    bent = np.flatnonzero(small & (np.abs(turns) > 1e-12))
    if len(bent):
        corners = [xy[1:-1], xy[1:-1] + outer * left[:-1], xy[1:-1] + outer * left[1:]]
        found += list(shapely.polygons(np.stack([c[bent] for c in corners], axis=1)))
    for i in np.flatnonzero(~small):
        found.append(_fan(xy[i + 1], outer[i] * left[i], float(turns[i]), depth))
    if round_start:
        found.append(_fan(xy[0], left[0], np.pi, depth))
    if round_end:
        found.append(_fan(xy[-1], -left[-1], np.pi, depth))
    return shapely.union_all(found, grid_size=GRID_M)


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
    for chain in chains:
        _away_from_poles(chain, depth)
        ring = bool((chain[0] == chain[-1]).all())
        top = min(float(np.abs(chain[:, 1]).max()) + np.degrees(depth / EARTH_M), 89.0)
        dense = densify(chain, edge_length(top))
        bounds = np.arange(0, along(dense)[-1] + PIECE_M, PIECE_M)
        marks = np.unique(np.searchsorted(along(dense), bounds).clip(0, len(dense) - 1))
        for first, last in pairwise(marks.tolist()):
            # One edge more at either end: neighbours then overlap, and the corner between is made.
            lo, hi = max(first - 1, 0), min(last + 1, len(dense) - 1)
            lon, lat = dense[(first + last) // 2]
            proj = centred(lon, lat)
            xy = project(proj, dense[lo : hi + 1])
            xy = shapely.get_coordinates(shapely.simplify(shapely.LineString(xy), 0.05))
            ends = (lo == 0 and (ring or not flat), hi == len(dense) - 1 and (ring or not flat))
            pieces.append(outline(_widen(xy, depth, *ends), proj, float(lon), top))
    return shapely.union_all(pieces)


class Sides:
    """Tells on which side of a line points are: the side they see at its nearest point.

    At a corner the two edges decide together, as at the inside of a bend (Baerentzen and
    Aanaes 2005, "Signed distance computation using the angle weighted pseudonormal").
    """

    def __init__(self, chains: list[Coords], step_m: float) -> None:
        self.lines = [
            densify(c, min(step_m, edge_length(float(np.abs(c[:, 1]).max())))) for c in chains
        ]
        points = np.vstack(self.lines)
        middle = points[len(points) // 2]
        self.near = float(middle[0])
        self.proj = centred(self.near, float(middle[1]))
        flat = [project(self.proj, line) for line in self.lines]
        self.xy = np.vstack(flat)
        self.start = np.vstack([f[:-1] for f in flat])
        self.run = np.vstack([np.diff(f, axis=0) for f in flat])
        unit = self.run / np.hypot(*self.run.T)[:, None]
        ends = np.cumsum([len(f) - 1 for f in flat])
        joined = ~np.isin(np.arange(len(unit)), ends - 1)
        following = np.roll(unit, -1, axis=0)
        self.after = unit + np.where(joined[:, None], following, 0)
        self.before = unit + np.where(np.roll(joined, 1)[:, None], np.roll(unit, 1, axis=0), 0)
        self.unit = unit
        self.tree = shapely.STRtree(
            shapely.linestrings(np.stack([self.start, self.start + self.run], axis=1))
        )

    def left(self, xy: Coords) -> NDArray[np.bool_]:
        """True for each projected point that is on the line's left."""
        near = self.tree.nearest(shapely.points(xy))
        return self._left_of(xy, near)

    def _left_of(self, xy: Coords, edge: NDArray[np.int64]) -> NDArray[np.bool_]:
        off = xy - self.start[edge]
        run = self.run[edge]
        t = (off * run).sum(axis=1) / (run**2).sum(axis=1)
        way = np.where(
            (t <= 0)[:, None],
            self.before[edge],
            np.where((t >= 1)[:, None], self.after[edge], self.unit[edge]),
        )
        foot = self.start[edge] + np.clip(t, 0, 1)[:, None] * run
        to = xy - foot
        return np.asarray(way[:, 0] * to[:, 1] - way[:, 1] * to[:, 0] > 0)

    def cuts(self, reach_m: float) -> list[Any]:
        """Lines (lon, lat) that part left from right within ``reach_m`` of the line.

        The line itself, its ends drawn straight on, and where one side of one stretch
        meets the other side of another: Voronoi edges between points of the line.
        """
        found = [shapely.LineString(line) for line in self.lines]
        at = 0
        for line in self.lines:
            first, last = at, at + len(line) - 1
            for end, way in (
                (self.xy[first], self.xy[first] - self.xy[first + 1]),
                (self.xy[last], self.xy[last] - self.xy[last - 1]),
            ):
                far = end + way / np.hypot(*way) * reach_m
                found.append(self._ground(shapely.LineString([end, far])))
            at = last + 1
        found += [self._ground(line) for line in self._ridges(reach_m)]
        return found

    def _ground(self, line: Any) -> Any:
        dense = shapely.segmentize(line, 1_000.0)
        return shapely.transform(dense, lambda xy: unproject(self.proj, xy, self.near))

    def _ridges(self, reach_m: float) -> list[Any]:
        _, keep = np.unique(np.round(self.xy, 2), axis=0, return_index=True)
        keep = np.sort(keep)
        sites = self.xy[keep]
        turn = np.linspace(0, 2 * np.pi, 16, endpoint=False)
        middle = (sites.max(axis=0) + sites.min(axis=0)) / 2
        far = 4 * (np.ptp(sites, axis=0).max() + reach_m)
        frame = middle + far * np.column_stack([np.cos(turn), np.sin(turn)])
        diagram = Voronoi(np.vstack([sites, frame]))
        pairs = diagram.ridge_points
        edges = np.asarray(diagram.ridge_vertices)
        whole = (pairs < len(sites)).all(axis=1) & (edges >= 0).all(axis=1)
        pairs, edges = pairs[whole], edges[whole]
        # Neighbours along the line share a ridge across it: that parts no sides.
        whole = np.abs(keep[pairs[:, 0]] - keep[pairs[:, 1]]) > 1
        pairs, ends = pairs[whole], diagram.vertices[edges[whole]]
        if not len(pairs):
            return []
        close = np.hypot(*(ends[:, 0] - sites[pairs[:, 0]]).T) < 2 * reach_m
        pairs, ends = pairs[close], ends[close]
        if not len(pairs):
            return []
        middle = ends.mean(axis=1)
        sides = [self.left(middle + 0.01 * (sites[pairs[:, k]] - middle)) for k in (0, 1)]
        return list(shapely.linestrings(ends[sides[0] != sides[1]]))


def on_side(area: Any, chains: list[Coords], side: Side, reach_m: float) -> Any:
    """The part of an area (continuous longitudes) that is on one side of a line.

    ``reach_m`` is how far from the line the area goes. Where the nearest point changes from
    one stretch to another the parting is known to about a fiftieth of ``reach_m``.
    """
    if area.is_empty:
        return area
    step = max(min(reach_m / 50, 1_000.0), sum(along(c)[-1] for c in chains) / 8_000)
    sides = Sides(chains, float(step))
    net = shapely.union_all([area.boundary, *sides.cuts(reach_m)])
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(net)))
    inner = shapely.point_on_surface(faces)
    shapely.prepare(area)
    mine = shapely.covers(area, inner)
    left = sides.left(project(sides.proj, shapely.get_coordinates(inner)))
    return shapely.union_all(faces[mine & (left == (side == "left"))])


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

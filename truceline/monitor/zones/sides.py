"""Sides: which ground is left of a line and which is right.

A point is on the side that it sees at the line's nearest point. Where two stretches of the
line are equally near, one side may meet the other: there the ground is parted along
Voronoi edges between points of the line.
"""

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import Voronoi

from truceline.monitor.zones.line import (
    Coords,
    Side,
    along,
    centred,
    densify,
    edge_length,
    project,
    unproject,
)

TIE_M = 0.05  # stretches whose distances differ by less are equally near


class Sides:
    """Tells on which side of a line points are.

    At a corner the two edges decide together (Baerentzen and Aanaes 2005, "Signed distance
    computation using the angle weighted pseudonormal").
    """

    def __init__(self, chains: list[Coords], step_m: float) -> None:
        top = max(float(np.abs(c[:, 1]).max()) for c in chains)
        self.lines = [densify(c, edge_length(top)) for c in chains]
        self.step = step_m
        points = np.vstack(self.lines)
        middle = points[len(points) // 2]
        self.near = float(middle[0])
        self.proj = centred(self.near, float(middle[1]))
        self.flat = [project(self.proj, line) for line in self.lines]
        self.start = np.vstack([f[:-1] for f in self.flat])
        self.run = np.vstack([np.diff(f, axis=0) for f in self.flat])
        self.unit = self.run / np.hypot(*self.run.T)[:, None]
        last = np.cumsum([len(f) - 1 for f in self.flat]) - 1
        joined = ~np.isin(np.arange(len(self.unit)), last)
        self.after = self.unit + np.where(joined[:, None], np.roll(self.unit, -1, axis=0), 0)
        joined = np.roll(joined, 1)
        self.before = self.unit + np.where(joined[:, None], np.roll(self.unit, 1, axis=0), 0)
        self.tree = shapely.STRtree(
            shapely.linestrings(np.stack([self.start, self.start + self.run], axis=1))
        )

    def on(self, xy: Coords, side: Side) -> NDArray[np.bool_]:
        """True for each projected point that is on a side of the line.

        Where stretches are equally near, as on a line that comes back the way it went, a
        point is on each side that one of them gives it.
        """
        points = shapely.points(xy)
        edge = self.tree.nearest(points)
        away = shapely.distance(points, self.tree.geometries[edge])
        which, edge = self.tree.query(points, predicate="dwithin", distance=away + TIE_M)
        run, off = self.run[edge], xy[which] - self.start[edge]
        t = (off * run).sum(axis=1) / (run**2).sum(axis=1)
        way = np.where((t <= 0)[:, None], self.before[edge], self.unit[edge])
        way = np.where((t >= 1)[:, None], self.after[edge], way)
        to = off - np.clip(t, 0, 1)[:, None] * run
        across = way[:, 0] * to[:, 1] - way[:, 1] * to[:, 0]
        found = np.zeros(len(xy), dtype=np.bool_)
        found[which[across > 0 if side == "left" else across < 0]] = True
        return found

    def cuts(self, reach_m: float) -> Any:
        """Lines (lon, lat) that part left from right within ``reach_m`` of the line.

        The line itself, its ends drawn straight on, and the Voronoi edges.
        """
        rays = []
        for xy in self.flat:
            for end, way in ((xy[0], xy[0] - xy[1]), (xy[-1], xy[-1] - xy[-2])):
                # Past the area, so that the cut is whole.
                far = end + way / np.hypot(*way) * (1.1 * reach_m + 10)
                rays.append(shapely.LineString([end, far]))
        drawn = shapely.segmentize(np.concatenate([rays, self._ridges(reach_m)]), 1_000.0)
        drawn = shapely.transform(drawn, lambda xy: unproject(self.proj, xy, self.near))
        return np.concatenate([[shapely.LineString(line) for line in self.lines], drawn])

    def _ridges(self, reach_m: float) -> Any:
        sites = self._sites()
        far = 1.2 * reach_m + self.step
        low, high = sites.min(axis=0) - far, sites.max(axis=0) + far
        turn = np.linspace(0, 2 * np.pi, 16, endpoint=False)
        ring = 4 * np.hypot(*(high - low)) * np.column_stack([np.cos(turn), np.sin(turn)])
        frame = (low + high) / 2 + ring
        diagram = Voronoi(np.vstack([sites, frame]))
        edges = np.asarray(diagram.ridge_vertices)
        whole = (diagram.ridge_points < len(sites)).all(axis=1) & (edges >= 0).all(axis=1)
        first, last = np.moveaxis(diagram.vertices[edges[whole]], 1, 0)
        middle = sites[diagram.ridge_points[whole]].mean(axis=1)
        run = last - first
        length = np.hypot(run[:, 0], run[:, 1])
        run /= np.maximum(length, 1e-9)[:, None]
        # What is farther than the reach from its sites is outside the area.
        ends = [((p - middle) * run).sum(axis=1).clip(-far, far) for p in (first, last)]
        keep = (ends[1] > ends[0]) & (length > 1e-6)
        points = [(middle + t[:, None] * run)[keep] for t in ends]
        return shapely.linestrings(np.stack(points, axis=1))

    def _sites(self) -> Coords:
        """Points along the line, a step apart, and ever closer toward where it crosses itself."""
        lines = [shapely.LineString(f) for f in self.flat]
        pieces = shapely.get_parts(shapely.union_all(lines, grid_size=0.01))
        ends = [shapely.get_coordinates(shapely.get_point(pieces, i)) for i in (0, -1)]
        nodes, which, count = np.unique(
            np.vstack(ends), axis=0, return_inverse=True, return_counts=True
        )
        crossed = (count > 2)[which.ravel()].reshape(2, -1)
        coarse = shapely.segmentize(shapely.simplify(pieces, self.step / 20), self.step)
        found = [shapely.get_coordinates(coarse), nodes]
        for k in range(1, 8):
            for sign, there in zip((1, -1), crossed, strict=True):
                near = pieces[there & (shapely.length(pieces) > self.step / 2**k)]
                spot = shapely.line_interpolate_point(near, sign * self.step / 2**k)
                found.append(shapely.get_coordinates(spot))
        sites: Coords = np.unique(np.round(np.vstack(found), 2), axis=0)
        return sites


def on_side(area: Any, chains: list[Coords], side: Side, reach_m: float) -> Any:
    """The part of an area (continuous longitudes) that is on one side of a line.

    ``reach_m`` is how far from the line the area goes. Along the line and off its ends the
    parting is exact; between two stretches it is known to about a hundredth of ``reach_m``.
    """
    if area.is_empty:
        return area
    length = sum(float(along(c)[-1]) for c in chains)
    sides = Sides(chains, max(min(reach_m / 50, 1_000.0), length / 2_000))
    shapely.prepare(area)
    cuts = sides.cuts(reach_m)
    cuts = cuts[shapely.intersects(area, cuts)]
    # Snapping closes the hair's breadth between a line and what is drawn on from its end.
    net = shapely.union_all([area.boundary, *cuts], grid_size=1e-9)
    faces = shapely.get_parts(shapely.polygonize([net]))
    inner = shapely.point_on_surface(faces)
    mine = shapely.covers(area, inner)
    there = sides.on(project(sides.proj, shapely.get_coordinates(inner)), side)
    return shapely.union_all(faces[mine & there])

"""Clearance: how far a point is from a zone's edge, and what that says of being inside.

Positive inside, negative outside, metres on the WGS 84 ellipsoid. All coordinates are
(lon, lat) in degrees, float64. The formulas and their sources: docs/method-place.md.
"""

import threading
from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from scipy.special import ndtr

from truceline.model.zone import Shape, Spine
from truceline.monitor.locate.boundary import (
    Bools,
    Boundary,
    Floats,
    Ints,
    metres_per_degree,
)
from truceline.monitor.locate.mosaic import Mosaic, between

TAIL = 5.0  # standard deviations; Phi(-5) = 3e-7 counts as nothing
_CELLS = 16  # of a relief's tile, across
_ROUGH = 0.0006  # that the chance may be off in the middle of a cell


class Relief:
    """A leaf's clearance at nodes half a standard deviation apart, to be read off between them.

    A cell whose middle would put the chance off by more than 0.0006 (a ridge runs through it)
    is not used: there the clearance is worked out for each point.
    """

    def __init__(
        self,
        exact: Callable[[Floats, Floats], Floats],
        bounds: tuple[float, float, float, float],
        sigma: float,
    ) -> None:
        self._exact = exact
        self._sigma = sigma
        west, south, east, north = bounds
        lat = min(max(abs(south), abs(north)), 88.0)
        kx, ky = metres_per_degree(np.array([lat]))
        tall, wide = (float(_CELLS * sigma / 2 / k[0]) for k in (ky, kx))
        box = (
            west - TAIL * sigma / kx[0],
            south - TAIL * sigma / ky[0],
            east + TAIL * sigma / kx[0],
            north + TAIL * sigma / ky[0],
        )
        self._mosaic = Mosaic(box, tall, wide, _CELLS, self._build)

    def _build(self, tiles: Ints) -> Floats:
        """Each tile's nodes, row by row, then for each cell 1.0 where it is rough."""
        nodes = np.arange(_CELLS + 1.0)
        middles = nodes[:-1] + 0.5
        wide = _CELLS + 1
        out = np.empty((len(tiles), wide * wide + _CELLS * _CELLS))
        centre = self._clearance_at(tiles, np.array([_CELLS / 2]))[:, 0, 0]
        # Half a diagonal is 5.7 standard deviations; surely in or out needs no more.
        vague = np.abs(centre) < (TAIL + 6.5) * self._sigma
        out[:, : wide * wide] = centre[:, None]
        out[:, wide * wide :] = 0.0
        if vague.any():
            g = self._clearance_at(tiles[vague], nodes)
            mean = (g[:, :-1, :-1] + g[:, 1:, :-1] + g[:, :-1, 1:] + g[:, 1:, 1:]) / 4
            middle = self._clearance_at(tiles[vague], middles)
            rough = np.abs(ndtr(middle / self._sigma) - ndtr(mean / self._sigma)) > _ROUGH
            out[vague, : wide * wide] = g.reshape(len(g), -1)
            out[vague, wide * wide :] = rough.reshape(len(g), -1)
        return out

    def _clearance_at(self, tiles: Ints, steps: Floats) -> Floats:
        y, x = (a.ravel() for a in np.meshgrid(steps, steps, indexing="ij"))
        lon, lat = self._mosaic.ground(
            np.repeat(tiles, len(x)), np.tile(x, len(tiles)), np.tile(y, len(tiles))
        )
        return self._exact(lon, lat).reshape(len(tiles), len(steps), len(steps))

    def clearance(self, lon: Floats, lat: Floats) -> Floats:
        """Metres to the edge; minus infinity beyond the reach of the accuracy."""
        tile, x, y, off = self._mosaic.place(lon, lat)
        base, flat = self._mosaic.fetch(tile)
        i = np.minimum(y.astype(np.int64), _CELLS - 1)
        j = np.minimum(x.astype(np.int64), _CELLS - 1)
        x -= j
        y -= i
        rough = flat.take(base + ((_CELLS + 1) ** 2 + i * _CELLS + j)) > 0
        g = between(flat, base + i * (_CELLS + 1) + j, _CELLS + 1, x, y)
        g[off] = -np.inf
        rough &= ~off
        rows = np.nonzero(rough)[0]
        if len(rows):
            g[rows] = self._exact(lon.take(rows), lat.take(rows))
        return g


class Leaf:
    """One zone of one accuracy: its clearance, and the chance to be inside."""

    def __init__(self, polygon: Any, accuracy_m: float, spine: Spine | None) -> None:
        self.polygon = shapely.force_2d(polygon)
        shapely.prepare(self.polygon)
        self.sigma = max(float(accuracy_m), 0.0) / 2
        self.spine = spine if self.sigma > 0 else None
        self._lock = threading.Lock()
        self._relief: Relief | None = None

    @cached_property
    def _edge(self) -> Boundary:
        parts = shapely.get_parts(np.atleast_1d(self.polygon))
        lines = shapely.boundary(parts[shapely.get_dimensions(parts) == 2])
        fine = self.sigma / 2 if self.sigma > 0 else shapely.length(lines).sum() * 111_000 / 3_000
        return Boundary(lines, min(fine, 5_000.0), self.sigma / 500, 6 * self.sigma)

    @cached_property
    def _line(self) -> Boundary:
        assert self.spine is not None
        line = self.spine.line
        if line.geom_type == "MultiLineString":
            line = shapely.line_merge(line)
        reach = max(self.spine.left_m, self.spine.right_m) + 6 * self.sigma
        return Boundary(line, min(self.sigma / 2, 5_000.0), self.sigma / 500, reach)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north in degrees; east may be over 180 where it crosses 180."""
        boxes = shapely.bounds(shapely.get_parts(np.atleast_1d(self.polygon)))
        west, east = boxes[:, 0], boxes[:, 2]
        if west.min() <= -180 and east.max() >= 180 and (east - west).max() < 180:
            behind = east <= 0  # the parts that the map's edge cut off
            west, east = west + 360.0 * behind, east + 360.0 * behind
        south, north = boxes[:, 1].min(), boxes[:, 3].max()
        return float(west.min()), float(south), float(east.max()), float(north)

    @property
    def length_m(self) -> float:
        """Length of the polygon's edge, metres."""
        return self._edge.length_m

    def contains(self, lon: Floats, lat: Floats) -> Bools:
        """Plain point in polygon."""
        found: Bools = shapely.contains_xy(self.polygon, lon, lat)
        return found

    def clearance(self, lon: Floats, lat: Floats) -> Floats:
        """Metres to the edge, positive inside."""
        if self.spine is None:
            away = self._edge.distance(lon, lat)
            return np.where(self.contains(lon, lat), away, -away)
        left, right = self.spine.left_m, self.spine.right_m
        if left == right and not self.spine.flat:
            return left - self._line.distance(lon, lat)
        foot = self._line.foot(lon, lat, left, right)
        aside = foot.side * foot.distance
        lateral = np.minimum(left - aside, right + aside)
        if not self.spine.flat:
            return lateral
        return np.where(foot.cut < 0, foot.cut, np.minimum(lateral, foot.cut))

    def inside(self, lon: Floats, lat: Floats, smooth: bool = True) -> Floats:
        """The chance that each point is inside: Phi(clearance / sigma), or 0 and 1.

        ``smooth``: the clearance may be read off between nodes; see ``Relief``.
        """
        if self.sigma == 0:
            return self.contains(lon, lat).astype(np.float64)
        relief = self._thick if smooth else None
        g = self.clearance(lon, lat) if relief is None else relief.clearance(lon, lat)
        chance: Floats = ndtr(g / self.sigma)
        return chance

    @property
    def _thick(self) -> Relief | None:
        """The relief, where the zone's edge is so vague that many points lie near it."""
        if self.sigma * 1_000 < self.length_m:
            return None
        with self._lock:
            if self._relief is None:
                self._relief = Relief(self.clearance, self.bounds, self.sigma)
            return self._relief

    def margins(self, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
        """Radii (metres) around each point within which all is surely inside, surely outside.

        Below zero where it is not sure. They change by at most a metre per metre.
        """
        tail = TAIL * self.sigma + 1.0
        if self.spine is None:
            near = self._edge.at_least(lon, lat)
            g = np.where(self.contains(lon, lat), near, -near)
            return g - tail, -g - tail
        left, right = self.spine.left_m, self.spine.right_m
        if left == right and not self.spine.flat:
            near = self._line.at_least(lon, lat)
            return left - (near + self._line.step_m / 2) * 1.002 - tail, near - left - tail
        # Signed distance jumps across a round end of two depths; the polygon's edge is there.
        g = self.clearance(lon, lat)
        g = np.sign(g) * np.minimum(np.abs(g) * 0.998, self._edge.at_least(lon, lat))
        return g - tail, -g - tail


class Ground:
    """A zone's tree of parts, answering for points. ``low`` settles unknown parts as 0, or as 1.

    Errors of parts are shared (comonotone), so that a union takes the greatest of its
    parts' chances, an intersection the least, a difference the least of the first and the
    complements of the others (the Frechet bound that is reached; Nelsen 2006, 2.2).
    """

    def __init__(self, shape: Shape, low: bool = True) -> None:
        self.op = shape.op
        self.low = low
        self.leaf: Leaf | None = None
        self.parts: tuple[Ground, ...] = ()
        self.unsure = shape.op == "unknown"
        self.constant: float | None = None
        if shape.op == "everywhere":
            self.constant = 1.0
        elif shape.op == "unknown":
            self.constant = 0.0 if low else 1.0
        elif shape.parts:
            minus = shape.op == "difference"
            self.parts = tuple(
                Ground(part, low != (minus and i > 0)) for i, part in enumerate(shape.parts)
            )
            self.unsure = any(part.unsure for part in self.parts)
        elif shape.polygon is None or shape.polygon.is_empty:
            self.constant = 0.0
        else:
            self.leaf = Leaf(shape.polygon, shape.accuracy_m, shape.spine)
        self.whole: Leaf | None = None
        if self.parts and shape.polygon is not None and all(x.sigma == 0 for x in self.leaves):
            fixed = any(part.constant is not None for part in self._all())
            if not fixed and not shape.polygon.is_empty:
                self.whole = Leaf(shape.polygon, 0.0, None)

    def _all(self) -> list["Ground"]:
        return [self, *(g for part in self.parts for g in part._all())]

    @property
    def leaves(self) -> list[Leaf]:
        """Every leaf of the tree."""
        return [g.leaf for g in self._all() if g.leaf is not None]

    @property
    def sigmas(self) -> list[float]:
        """The standard deviations of the leaves, metres."""
        return [leaf.sigma for leaf in self.leaves]

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north of all leaves, degrees."""
        boxes = np.array([leaf.bounds for leaf in self.leaves] or [(0.0, 0.0, 0.0, 0.0)])
        low, high = boxes.min(axis=0), boxes.max(axis=0)
        return float(low[0]), float(low[1]), float(high[2]), float(high[3])

    @property
    def length_m(self) -> float:
        """Length of the edges of all leaves, metres."""
        return sum(leaf.length_m for leaf in self.leaves)

    @property
    def beyond(self) -> float:
        """The chance to be inside far away from every leaf: 0 or 1."""
        if self.constant is not None:
            return self.constant
        if self.leaf is not None:
            return 0.0
        found: float = self._combine(
            [part.beyond for part in self.parts], min, max, lambda p: 1.0 - p
        )
        return found

    def inside(self, lon: Floats, lat: Floats, smooth: bool = True) -> Floats:
        """The chance that each point is inside, in [0, 1]; ``smooth``: see ``Leaf.inside``."""
        whole = self.whole or self.leaf
        if whole is not None:
            return whole.inside(lon, lat, smooth)
        if self.constant is not None:
            return np.full(len(lon), self.constant)
        found = [part.inside(lon, lat, smooth) for part in self.parts]
        chance: Floats = self._combine(found, _least, _most, lambda p: 1.0 - p)
        return chance

    def margins(self, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
        """Radii (metres) within which all is surely inside, surely outside; see Leaf.margins."""
        whole = self.whole or self.leaf
        if whole is not None:
            return whole.margins(lon, lat)
        if self.constant is not None:
            far = np.full(len(lon), np.inf)
            return (far, -far) if self.constant else (-far, far)
        found = [part.margins(lon, lat) for part in self.parts]
        if self.op == "difference":
            found = [found[0], *((out, in_) for in_, out in found[1:])]
        within, without = [m[0] for m in found], [m[1] for m in found]
        if self.op == "union":
            return _most(within), _least(without)
        return _least(within), _most(without)

    def _combine(self, found: list[Any], least: Any, most: Any, minus: Any) -> Any:
        if self.op == "union":
            return most(found)
        if self.op == "difference":
            found = [found[0], *(minus(p) for p in found[1:])]
        return least(found)


def _least(arrays: list[Floats]) -> Floats:
    out: Floats = np.minimum.reduce(arrays)
    return out


def _most(arrays: list[Floats]) -> Floats:
    out: Floats = np.maximum.reduce(arrays)
    return out

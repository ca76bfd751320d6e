"""Clearance: how far a point is from a zone's edge, and what that says of being inside.

Positive inside, negative outside, metres on the WGS 84 ellipsoid. All coordinates are
(lon, lat) in degrees, float64. The formulas and their sources: docs/method-place.md.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from scipy.spatial import cKDTree
from scipy.special import ndtr

from truceline.model.zone import Shape, Spine

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

_A = 6_378_137.0
_E2 = 6.694379990141316e-3  # WGS 84: f (2 - f), f = 1 / 298.257223563
_DEGREE = np.pi / 180
_MOST_VERTICES = 60_000
_FAR = 200_000.0  # beyond this the flat formula gives way to the arc of the chord
TAIL = 5.0  # standard deviations; Phi(-5) = 3e-7 counts as nothing


def metres_per_degree(lat: Floats) -> tuple[Floats, Floats]:
    """Metres per degree of longitude and of latitude at ``lat`` (degrees).

    The radii of curvature N cos(lat) and M of the ellipsoid (Torge, Geodesy, 4.1).
    """
    phi = np.clip(lat, -89.9, 89.9) * _DEGREE
    w2 = 1.0 - _E2 * np.sin(phi) ** 2
    n = _A / np.sqrt(w2)
    return n * np.cos(phi) * _DEGREE, n * ((1.0 - _E2) / w2) * _DEGREE


def wrap(degrees: Floats) -> Floats:
    """Longitudes, or differences of them, brought into [-180, 180]; those within are untouched."""
    out = np.abs(degrees) > 180.0
    if not out.any():
        return degrees
    return np.where(out, (degrees + 180.0) % 360.0 - 180.0, degrees)


def _ecef(lon: Floats, lat: Floats) -> Floats:
    phi, lam = lat * _DEGREE, lon * _DEGREE
    n = _A / np.sqrt(1.0 - _E2 * np.sin(phi) ** 2)
    across = n * np.cos(phi)
    return np.column_stack(
        [across * np.cos(lam), across * np.sin(lam), n * (1.0 - _E2) * np.sin(phi)]
    )


@dataclass(frozen=True, slots=True)
class Foot:
    """Where the nearest point of a boundary lies, seen from each asked point.

    ``distance`` in metres. ``side`` is positive to the left of the boundary's direction.
    ``cut`` is the distance to a cut across the line's nearest end, positive before it.
    """

    distance: Floats
    side: Floats
    cut: Floats


class Boundary:
    """Lines on the ground, cut fine, that can say how near each of many points is.

    A k-d tree of points on the lines (in space, so that no projection bends it) gives the
    nearest; the two pieces that meet there give the distance, in a plane scaled at the
    mean latitude of the two points ("mid-latitude formula").
    """

    def __init__(self, lines: Any, step_m: float, bend_m: float = 0.0) -> None:
        """``lines``: shapely lines. ``step_m``: longest piece. ``bend_m``: bends below it go."""
        parts = [p for p in shapely.get_parts(np.atleast_1d(lines)) if not p.is_empty]
        starts: list[Floats] = []
        towards: list[Floats] = []
        back: list[Floats] = []
        ends: list[npt.NDArray[np.int8]] = []
        paths = [_straightened(shapely.get_coordinates(p), bend_m) for p in parts]
        self.length_m = float(sum(_lengths(p).sum() for p in paths))
        self.step_m = max(step_m, self.length_m / _MOST_VERTICES, 0.01)
        for path in paths:
            xy = _densified(path, self.step_m)
            if len(xy) < 2:
                continue
            closed = bool((xy[0] == xy[-1]).all()) and len(xy) > 3
            step = np.diff(xy, axis=0)
            none = np.zeros((1, 2))
            seam = np.abs(xy[:-1, 0]) >= 180.0
            seam &= np.abs(xy[1:, 0]) >= 180.0  # the map's own edge is no edge of a zone
            seam |= (np.abs(xy[:-1, 1]) >= 90.0) & (np.abs(xy[1:, 1]) >= 90.0)
            step[seam] = 0.0
            after = step if closed else np.vstack([step, none])
            before = -np.roll(step, 1, axis=0) if closed else np.vstack([none, -step])
            kind = np.zeros(len(after), dtype=np.int8)
            if not closed:
                kind[0], kind[-1] = -1, 1
            keep = (after != 0).any(axis=1) | (before != 0).any(axis=1)
            starts.append(xy[: len(after)][keep])
            towards.append(after[keep])
            back.append(before[keep])
            ends.append(kind[keep])
        empty = np.zeros((0, 2))
        self._at = np.vstack([*starts, empty])
        self._next = np.vstack([*towards, empty])
        self._prev = np.vstack([*back, empty])
        self._end = np.concatenate([*ends, np.zeros(0, dtype=np.int8)])
        self._tree = cKDTree(_ecef(self._at[:, 0], self._at[:, 1])) if len(self._at) else None

    def distance(self, lon: Floats, lat: Floats) -> Floats:
        """Metres to the nearest point of the lines; infinite where there are none."""
        return self._measure(lon, lat, None).distance

    def foot(self, lon: Floats, lat: Floats, left_m: float, right_m: float) -> Foot:
        """Distance, side, and distance to flat ends that reach ``left_m`` and ``right_m`` out."""
        return self._measure(lon, lat, (left_m, right_m))

    def _measure(self, lon: Floats, lat: Floats, depths: tuple[float, float] | None) -> Foot:
        if self._tree is None:
            far = np.full(len(lon), np.inf)
            return Foot(far, far, far)
        chord, near = self._tree.query(_ecef(lon, lat))
        at = self._at[near]
        kx, ky = metres_per_degree((lat + at[:, 1]) / 2)
        x, y = wrap(lon - at[:, 0]) * kx, (lat - at[:, 1]) * ky
        ahead = self._next[near]
        behind = self._prev[near]
        ax, ay = ahead[:, 0] * kx, ahead[:, 1] * ky
        bx, by = behind[:, 0] * kx, behind[:, 1] * ky
        ta, da2 = _piece(x, y, ax, ay)
        tb, db2 = _piece(x, y, bx, by)
        distance = np.sqrt(np.minimum(da2, db2))
        arc = 2 * _A * np.arcsin(np.minimum(chord / (2 * _A), 1.0))
        distance = np.where(chord > _FAR, arc, distance)
        if depths is None:
            return Foot(distance, distance, distance)
        # The direction there: of the nearer piece, or between both where a corner is nearest.
        ua, ub = _unit(ax, ay), _unit(-bx, -by)
        corner = (ta <= 0) & (tb <= 0)
        first = da2 <= db2
        dx = np.where(corner, ua[0] + ub[0], np.where(first, ua[0], ub[0]))
        dy = np.where(corner, ua[1] + ub[1], np.where(first, ua[1], ub[1]))
        side = np.where(dx * y - dy * x >= 0, 1.0, -1.0)
        return Foot(distance, side, self._cut(lon, lat, near, corner, (x, y), (dx, dy), depths))

    def _cut(
        self,
        lon: Floats,
        lat: Floats,
        near: npt.NDArray[np.intp],
        corner: Bools,
        offset: tuple[Floats, Floats],
        along: tuple[Floats, Floats],
        depths: tuple[float, float],
    ) -> Floats:
        """Signed distance to the nearest flat end: positive before it, negative beyond."""
        left, right = depths
        end = self._end[near]
        beyond = corner & (end != 0)
        size = np.hypot(*along)
        size = np.where(size > 0, size, 1.0)
        over = (along[0] * offset[0] + along[1] * offset[1]) / size * end
        aside = (along[0] * offset[1] - along[1] * offset[0]) / size
        past = -np.hypot(over, np.maximum(np.maximum(aside - left, -right - aside), 0.0))
        best = np.full(len(lon), np.inf)
        for i in np.nonzero(self._end)[0]:
            step = self._next[i] if self._end[i] < 0 else self._prev[i]
            kx, ky = metres_per_degree(np.full(1, self._at[i, 1]))
            t = np.array([step[0] * kx[0], step[1] * ky[0]]) * -self._end[i]
            t /= np.hypot(*t)
            mx, my = metres_per_degree((lat + self._at[i, 1]) / 2)
            x, y = wrap(lon - self._at[i, 0]) * mx, (lat - self._at[i, 1]) * my
            aside_i = t[0] * y - t[1] * x
            gap = np.maximum(np.maximum(aside_i - left, -right - aside_i), 0.0)
            best = np.minimum(best, np.hypot(t[0] * x + t[1] * y, gap))
        return np.where(beyond, np.minimum(past, 0.0), best)


def _piece(x: Floats, y: Floats, ex: Floats, ey: Floats) -> tuple[Floats, Floats]:
    """Unclipped place along a piece from the origin to (ex, ey), and squared distance to it."""
    size = ex * ex + ey * ey
    t = (x * ex + y * ey) / np.where(size > 0, size, 1.0)
    c = np.clip(t, 0.0, 1.0)
    return t, (x - c * ex) ** 2 + (y - c * ey) ** 2


def _unit(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    size = np.hypot(x, y)
    size = np.where(size > 0, size, 1.0)
    return x / size, y / size


def _lengths(path: Floats) -> Floats:
    kx, ky = metres_per_degree((path[1:, 1] + path[:-1, 1]) / 2)
    return np.hypot(np.diff(path[:, 0]) * kx, np.diff(path[:, 1]) * ky)


def _straightened(path: Floats, bend_m: float) -> Floats:
    """Points that bend a path by less than ``bend_m`` go (Douglas and Peucker 1973)."""
    if bend_m <= 0 or len(path) < 4:
        return path
    kx, ky = metres_per_degree(np.full(1, path[:, 1].mean()))
    scale = np.array([kx[0], ky[0]])
    line = shapely.simplify(shapely.LineString(path * scale), bend_m)
    kept: Floats = shapely.get_coordinates(line) / scale
    kept[0], kept[-1] = path[0], path[-1]
    return kept


def _densified(path: Floats, step_m: float) -> Floats:
    """The path with points added so that no piece is longer than ``step_m``."""
    size = _lengths(path)
    start, step = path[:-1][size > 0], np.diff(path, axis=0)[size > 0]
    count = np.ceil(size[size > 0] / step_m).astype(np.int64)
    if not len(count):
        return path[:1]
    which = np.repeat(np.arange(len(count)), count)
    part = np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count)
    share = (part / count[which])[:, None]
    return np.vstack([start[which] + step[which] * share, path[-1:]])


class Leaf:
    """One zone of one accuracy: its clearance, and the chance to be inside."""

    def __init__(self, polygon: Any, accuracy_m: float, spine: Spine | None) -> None:
        self.polygon = shapely.force_2d(polygon)
        shapely.prepare(self.polygon)
        self.sigma = max(float(accuracy_m), 0.0) / 2
        self.spine = spine if self.sigma > 0 else None

    @cached_property
    def _edge(self) -> Boundary:
        lines = shapely.boundary(self.polygon)
        fine = self.sigma / 2 if self.sigma > 0 else shapely.length(lines) * 111_000 / 3_000
        return Boundary(lines, min(fine, 5_000.0), self.sigma / 200)

    @cached_property
    def _line(self) -> Boundary:
        assert self.spine is not None
        line = self.spine.line
        if line.geom_type == "MultiLineString":
            line = shapely.line_merge(line)
        return Boundary(line, min(self.sigma / 2, 5_000.0), self.sigma / 200)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north in degrees."""
        west, south, east, north = shapely.bounds(self.polygon)
        return float(west), float(south), float(east), float(north)

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

    def inside(self, lon: Floats, lat: Floats) -> Floats:
        """The chance that each point is inside: Phi(clearance / sigma), or 0 and 1."""
        if self.sigma == 0:
            return self.contains(lon, lat).astype(np.float64)
        chance: Floats = ndtr(self.clearance(lon, lat) / self.sigma)
        return chance

    def margins(self, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
        """Radii (metres) around each point within which all is surely inside, surely outside.

        Below zero where it is not sure. They change by at most a metre per metre.
        """
        g = self.clearance(lon, lat)
        if self.spine is not None and (self.spine.left_m != self.spine.right_m or self.spine.flat):
            # Signed distance jumps across a round end of two depths; the polygon's edge is there.
            away = self._edge.distance(lon, lat)
            g = np.sign(g) * np.minimum(np.abs(g), away)
        slack = TAIL * self.sigma + 0.002 * np.abs(g) + 1.0
        return g - slack, -g - slack


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
        return self._combine([part.beyond for part in self.parts], min, max, lambda p: 1.0 - p)

    def inside(self, lon: Floats, lat: Floats) -> Floats:
        """The chance that each point is inside, in [0, 1]."""
        whole = self.whole or self.leaf
        if whole is not None:
            return whole.inside(lon, lat)
        if self.constant is not None:
            return np.full(len(lon), self.constant)
        found = [part.inside(lon, lat) for part in self.parts]
        return self._combine(found, _least, _most, lambda p: 1.0 - p)

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

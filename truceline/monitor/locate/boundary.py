"""Boundaries: how near each of many points is to lines on the ground, in metres.

Coordinates are (lon, lat) in degrees, WGS 84, float64. Formulas: docs/method-place.md.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import Geod
from scipy.spatial import cKDTree

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

_A = 6_378_137.0
_E2 = 6.694379990141316e-3  # WGS 84: f (2 - f), f = 1 / 298.257223563
_DEGREE = np.pi / 180
_GEOD = Geod(ellps="WGS84")
_MOST_VERTICES = 60_000
_NEIGHBOURS = 4
_FLAT = 20_000.0  # metres; nearer than this the plane is good to six centimetres
_NOWHERE_NEAR = 1e8
_FAR = 200_000.0  # beyond this the flat formula gives way to the arc of the chord


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


@dataclass(slots=True)
class _Pieces:
    """The two pieces next to the nearest point of the lines; see ``Boundary._pieces``.

    ``x``, ``y``: the asked point from that point, metres. ``corner``: that point is nearest
    of both pieces. ``first``: the piece ahead is the nearer; ``along``: where on it, 0 to 1.
    """

    squared: Floats
    x: Floats
    y: Floats
    near: Ints
    corner: Bools
    first: Bools
    along: Floats
    kx: Floats
    ky: Floats

    def take(self, rows: Any) -> "_Pieces":
        return _Pieces(*(getattr(self, name)[rows] for name in self.__slots__))

    def put(self, rows: Ints, other: "_Pieces") -> None:
        for name in self.__slots__:
            getattr(self, name)[rows] = getattr(other, name)


class Boundary:
    """Lines on the ground, cut fine, that can say how near each of many points is.

    A k-d tree of points on the lines (in space, so that no projection bends it) gives the
    nearest; the two pieces that meet there give the distance, in a plane scaled at the
    mean latitude of the two points ("mid-latitude formula").
    """

    def __init__(
        self, lines: Any, step_m: float, bend_m: float = 0.0, reach_m: float = 0.0
    ) -> None:
        """``lines``: shapely lines. ``step_m``: longest piece. ``bend_m``: bends below it go.

        ``reach_m``: up to this distance an answer is to be good to a few centimetres.
        """
        self._reach_m = reach_m
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
        """Metres to the nearest point of the lines; 1e8 where there are none."""
        return self._measure(lon, lat, None).distance

    def at_least(self, lon: Floats, lat: Floats) -> Floats:
        """What the distance surely is: at most half a step and 0.2 % less than it, quickly."""
        if self._tree is None:
            return np.full(len(lon), _NOWHERE_NEAR)
        chord = np.asarray(self._tree.query(_ecef(lon, lat))[0])
        found: Floats = np.maximum(chord - self.step_m / 2, 0.0) * 0.998
        return found

    def foot(self, lon: Floats, lat: Floats, left_m: float, right_m: float) -> Foot:
        """Distance, side, and distance to flat ends that reach ``left_m`` and ``right_m`` out."""
        return self._measure(lon, lat, (left_m, right_m))

    def _measure(self, lon: Floats, lat: Floats, depths: tuple[float, float] | None) -> Foot:
        if self._tree is None:
            far = np.full(len(lon), _NOWHERE_NEAR)
            return Foot(far, far, far)
        place = _ecef(lon, lat)
        chord, near = (np.asarray(a) for a in self._tree.query(place))
        found = self._pieces(lon, lat, near)
        # A piece whose end is not the nearest of all may still be nearer, by less than
        # step^2 / (8 distance). Where that is much, the next nearest points are asked too.
        # A side can differ however little nearer: there, everywhere.
        close = np.nonzero(chord < (2 * self.step_m if depths is None else np.inf))[0]
        if len(close) and len(self._at) > 1:
            count = min(_NEIGHBOURS, len(self._at))
            others = np.asarray(self._tree.query(place[close], k=count)[1])
            for k in range(1, others.shape[1]):
                other = self._pieces(lon[close], lat[close], others[:, k])
                better = other.squared < found.squared[close]
                found.put(close[better], other.take(better))
        distance = np.sqrt(found.squared)
        # The plane's error grows with the cube of the distance: geodesics, where it counts.
        far = np.nonzero((chord > _FLAT) & (distance < self._reach_m))[0]
        if len(far):
            foot = self._foot_at(found.take(far))
            distance[far] = _GEOD.inv(lon[far], lat[far], *foot)[2]
        wide = np.nonzero((chord > _FAR) & (distance >= self._reach_m))[0]
        distance[wide] = 2 * _A * np.arcsin(np.minimum(chord[wide] / (2 * _A), 1.0))
        if depths is None:
            return Foot(distance, distance, distance)
        dx, dy = self._direction(found)
        side = np.where(dx * found.y - dy * found.x >= 0, 1.0, -1.0)
        return Foot(distance, side, self._cut(lon, lat, found, (dx, dy), depths))

    def _pieces(self, lon: Floats, lat: Floats, near: Ints) -> "_Pieces":
        """The two pieces that meet at a point of the lines, seen from (lon, lat)."""
        at = self._at[near]
        kx, ky = metres_per_degree((lat + at[:, 1]) / 2)
        x, y = wrap(lon - at[:, 0]) * kx, (lat - at[:, 1]) * ky
        ahead, behind = self._next[near], self._prev[near]
        after, after2 = _piece(x, y, ahead[:, 0] * kx, ahead[:, 1] * ky)
        before, before2 = _piece(x, y, behind[:, 0] * kx, behind[:, 1] * ky)
        corner = (after <= 0) & (before <= 0)
        first = after2 <= before2
        along = np.where(first, after, before)
        along = np.where((along > 0.0) & (along <= 1.0), along, 0.0)
        return _Pieces(np.minimum(after2, before2), x, y, near, corner, first, along, kx, ky)

    def _foot_at(self, found: "_Pieces") -> tuple[Floats, Floats]:
        """Longitude and latitude of the nearest points of the lines."""
        ahead, behind = self._next[found.near], self._prev[found.near]
        foot = np.where(found.first[:, None], ahead, behind) * found.along[:, None]
        foot += self._at[found.near]
        return wrap(foot[:, 0].copy()), foot[:, 1].copy()

    def _direction(self, found: "_Pieces") -> tuple[Floats, Floats]:
        """Of the nearer piece, or between both where the corner of both is nearest."""
        ahead, behind = self._next[found.near], self._prev[found.near]
        ua = _unit(ahead[:, 0] * found.kx, ahead[:, 1] * found.ky)
        ub = _unit(-behind[:, 0] * found.kx, -behind[:, 1] * found.ky)
        dx = np.where(found.corner, ua[0] + ub[0], np.where(found.first, ua[0], ub[0]))
        dy = np.where(found.corner, ua[1] + ub[1], np.where(found.first, ua[1], ub[1]))
        return dx, dy

    def _cut(
        self,
        lon: Floats,
        lat: Floats,
        found: "_Pieces",
        along: tuple[Floats, Floats],
        depths: tuple[float, float],
    ) -> Floats:
        """Signed distance to the nearest flat end: positive before it, negative beyond."""
        left, right = depths
        end = self._end[found.near]
        beyond = found.corner & (end != 0)
        size = np.hypot(*along)
        size = np.where(size > 0, size, 1.0)
        over = (along[0] * found.x + along[1] * found.y) / size * end
        aside = (along[0] * found.y - along[1] * found.x) / size
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
    """Place along a piece from the origin to (ex, ey), unclipped, and squared distance to it.

    Beyond the piece's far end the origin stands for it: that end is another point's to tell,
    and must not win by a rounding.
    """
    size = ex * ex + ey * ey
    t = (x * ex + y * ey) / np.where(size > 0, size, 1.0)
    c = np.where((t > 0.0) & (t <= 1.0), t, 0.0)
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

"""A route with kilometre posts: where along it each fix lies, and how far off.

Posts are geodesic metres from the route's own start. Fixes are measured in azimuthal
equidistant projections, one for each 100 km of the route or less: at 2 km off the line
that is wrong by under 0.1 m. A fix near two parts of the route (a hairpin, a loop, a
crossing) has several candidates; which one it is, its neighbours decide: the sequence
with the least sum of (offset / sigma)^2 / 2 and |progress - way| / beta, found by the
Viterbi algorithm (Newson and Krumm 2009, Hidden Markov Map Matching, eq. 1 and 2).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import Proj

from truceline.model.track import Floats, Indices
from truceline.monitor.zones.line import (
    Coords,
    along,
    centred,
    densify,
    edge_length,
    project,
    unproject,
    unwrap,
)

SECTION_M = 100_000.0  # of the route in one projection
CHUNK_M = 1_000.0  # of the route in one piece of the index
BETA_M = 50.0  # how far progress along the route may differ from the way made, Newson-Krumm
SIGMA_M = 50.0  # how far off the route a fix lies where the line is exact
_A, _E2 = 6_378_137.0, 0.00669437999014  # WGS 84


def ways(lon: Floats, lat: Floats) -> Floats:
    """Metres from each point to the next, on the ellipsoid's radii at the middle latitude.

    Within 0.01 % up to 10 km; farther it only has to be large.
    """
    middle = np.radians((lat[1:] + lat[:-1]) / 2)
    w = 1 - _E2 * np.sin(middle) ** 2
    turn = (np.diff(lon) + 180) % 360 - 180
    east = np.radians(turn) * np.cos(middle) * _A / np.sqrt(w)
    north = np.radians(np.diff(lat)) * _A * (1 - _E2) / w**1.5
    found: Floats = np.hypot(east, north)
    return found


@dataclass(frozen=True)
class Matched:
    """Where fixes lie: metres along the route (NaN: not near it) and metres off it."""

    at: Floats
    off: Floats


@dataclass(frozen=True, slots=True)
class _Section:
    proj: Proj
    tree: shapely.STRtree
    lines: npt.NDArray[np.object_]
    xs: Sequence[Floats]  # planar metres along each chunk at its points
    posts: Sequence[Floats]  # metres along the route at the same points
    last: npt.NDArray[np.bool_]  # chunks after which the route breaks off
    first: int  # number of the first chunk
    box: tuple[float, float, float, float]


class Posts:
    """A route measured out. ``pieces`` are (lon, lat) points in its direction, one after another."""

    def __init__(self, pieces: Sequence[Coords]) -> None:
        self._sections: list[_Section] = []
        self._open: list[tuple[Coords, Floats, bool]] = []
        at, number = 0.0, 0
        for piece in pieces:
            chain = unwrap(np.asarray(piece, np.float64))
            step = min(edge_length(float(np.abs(chain[:, 1]).max())), CHUNK_M)
            dense = densify(chain, step)
            posts = at + along(dense)
            edges = np.floor((posts - at) / CHUNK_M).astype(np.int64)
            cuts = np.flatnonzero(np.diff(edges)) + 1
            bounds = np.unique(np.concatenate([[0], cuts, [len(dense) - 1]]))
            for low, high in pairwise(bounds.tolist()):
                end = high == len(dense) - 1
                self._open.append((dense[low : high + 1], posts[low : high + 1], bool(end)))
                if posts[high] - self._open[0][1][0] > SECTION_M or end:
                    number = self._close(number)
            at = float(posts[-1])
        self.length_m = at

    def _close(self, number: int) -> int:
        chunks, self._open = self._open, []
        points = np.vstack([c for c, _, _ in chunks])
        middle = (points.min(axis=0) + points.max(axis=0)) / 2
        proj = centred(float((middle[0] + 180) % 360 - 180), float(middle[1]))
        flat = [project(proj, c) for c, _, _ in chunks]
        lines = np.array([shapely.LineString(xy) for xy in flat], dtype=object)
        planar = [
            np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(xy, axis=0).T))]) for xy in flat
        ]
        self._sections.append(
            _Section(
                proj,
                shapely.STRtree(lines),
                lines,
                planar,
                [p for _, p, _ in chunks],
                np.array([end for _, _, end in chunks]),
                number,
                (*points.min(axis=0), *points.max(axis=0)),
            )
        )
        return number + len(chunks)

    def match(
        self, lon: Floats, lat: Floats, off_m: float, breaks: npt.NDArray[np.bool_], sigma_m: float
    ) -> Matched:
        """Where each fix lies on the route, within ``off_m``.

        ``breaks`` is True at a fix that has nothing to do with the one before.
        """
        point, chunk, at, off = self._candidates(lon, lat, off_m)
        found = Matched(np.full(len(lon), np.nan), np.full(len(lon), np.nan))
        if not len(point):
            return found
        several = np.bincount(point, minlength=len(lon))
        one = several[point] == 1
        found.at[point[one]], found.off[point[one]] = at[one], off[one]
        many = np.flatnonzero(several > 1)
        if len(many):
            starts = np.searchsorted(point, np.arange(len(lon) + 1))
            way = np.concatenate([[0.0], ways(lon, lat)])
            self._choose(found, many, several, starts, at, off, way, breaks, sigma_m)
        del chunk
        return found

    def far(self, lon: Floats, lat: Floats) -> Floats:
        """Metres from each point to the route, near or far (geodesic to its nearest post)."""
        best = np.full(len(lon), np.inf)
        for section in self._sections:
            xy = project(section.proj, np.column_stack([lon, lat]))
            ok = np.isfinite(xy).all(axis=1)
            if ok.any():
                _, distance = section.tree.query_nearest(
                    shapely.points(xy[ok]), return_distance=True, all_matches=False
                )
                best[ok] = np.minimum(best[ok], distance)
        return best

    def places(self, at: Floats) -> Coords:
        """(lon, lat) of posts, metres along the route."""
        metres = np.concatenate([p for s in self._sections for p in s.posts])
        points = np.vstack(
            [
                unproject(s.proj, shapely.get_coordinates(line), 0.0)
                for s in self._sections
                for line in s.lines
            ]
        )
        points = unwrap(points)
        lon = np.interp(at, metres, points[:, 0])
        return np.column_stack([(lon + 180) % 360 - 180, np.interp(at, metres, points[:, 1])])

    def _candidates(
        self, lon: Floats, lat: Floats, off_m: float
    ) -> tuple[Indices, Indices, Floats, Floats]:
        """Every local minimum of the distance to the route within ``off_m``, by fix."""
        found: list[tuple[Indices, Indices, Floats, Floats]] = []
        for section in self._sections:
            inside = _in_box(lon, lat, section.box, off_m)
            if not len(inside):
                continue
            xy = project(section.proj, np.column_stack([lon[inside], lat[inside]]))
            points = shapely.points(xy)
            near, chunk = section.tree.query(points, predicate="dwithin", distance=off_m)
            if not len(near):
                continue
            off = shapely.distance(points[near], section.lines[chunk])
            planar = shapely.line_locate_point(section.lines[chunk], points[near])
            at = np.empty(len(near))
            order = np.argsort(chunk, kind="stable")
            for part in np.split(order, np.flatnonzero(np.diff(chunk[order])) + 1):
                c = chunk[part[0]]
                at[part] = np.interp(planar[part], section.xs[c], section.posts[c])
            found.append((inside[near], chunk + section.first, at, off))
        if not found:
            empty = np.empty(0, np.int64)
            return empty, empty, np.empty(0), np.empty(0)
        point, chunk, at, off = (np.concatenate([f[k] for f in found]) for k in range(4))
        order = np.lexsort([chunk, point])
        point, chunk, at, off = point[order], chunk[order], at[order], off[order]
        keep = self._minima(point, chunk, at, off)
        return point[keep], chunk[keep], at[keep], off[keep]

    def _minima(
        self, point: Indices, chunk: Indices, at: Floats, off: Floats
    ) -> npt.NDArray[np.bool_]:
        """Which candidates are no mere end of a chunk whose neighbour is nearer."""
        low = np.array([p[0] for s in self._sections for p in s.posts])
        high = np.array([p[-1] for s in self._sections for p in s.posts])
        last = np.concatenate([s.last for s in self._sections])
        pair = (point[1:] == point[:-1]) & (np.diff(chunk) == 1) & ~last[chunk[:-1]]
        a_end = at[:-1] >= high[chunk[:-1]] - 1e-6
        b_start = at[1:] <= low[chunk[1:]] + 1e-6
        keep = np.ones(len(point), np.bool_)
        keep[:-1] &= ~(pair & a_end & ~b_start)
        keep[1:] &= ~(pair & b_start)
        del off
        return keep

    def _choose(
        self,
        found: Matched,
        many: Indices,
        several: Indices,
        starts: Indices,
        at: Floats,
        off: Floats,
        way: Floats,
        breaks: npt.NDArray[np.bool_],
        sigma_m: float,
    ) -> None:
        """The likeliest candidate of each fix that has several, by Viterbi."""
        apart = (np.diff(many) > 1) | breaks[many[1:]]
        for block in np.split(many, np.flatnonzero(apart) + 1):
            first, after = int(block[0]), int(block[-1]) + 1
            rows = list(range(first, after))
            if first and several[first - 1] == 1 and not breaks[first]:
                rows.insert(0, first - 1)
            if after < len(several) and several[after] == 1 and not breaks[after]:
                rows.append(after)
            states = [slice(int(starts[r]), int(starts[r + 1])) for r in rows]
            cost = (off[states[0]] / sigma_m) ** 2 / 2
            back: list[Indices] = []
            for row, before, here in zip(rows[1:], states[:-1], states[1:], strict=True):
                gain = at[here][:, None] - at[before][None, :]
                # A hair's weight on going forward decides where a route lies on itself.
                step = np.abs(np.abs(gain) - way[row]) / BETA_M + 1e-6 * (gain < 0)
                total = cost[None, :] + step
                back.append(np.argmin(total, axis=1))
                cost = total.min(axis=1) + (off[here] / sigma_m) ** 2 / 2
            pick = int(np.argmin(cost))
            for k in range(len(rows) - 1, -1, -1):
                found.at[rows[k]] = at[states[k]][pick]
                found.off[rows[k]] = off[states[k]][pick]
                if k:
                    pick = int(back[k - 1][pick])


def _in_box(
    lon: Floats, lat: Floats, box: tuple[float, float, float, float], off_m: float
) -> Indices:
    """Rows within a box of continuous longitudes, widened by a distance."""
    north = off_m / 110_500 + 1e-6
    top = min(max(abs(box[1]), abs(box[3])) + north, 89.9)
    east = north / np.cos(np.radians(top))
    ahead = (lon - (box[0] - east)) % 360
    rows: Indices = np.flatnonzero(
        (ahead <= box[2] - box[0] + 2 * east) & (lat >= box[1] - north) & (lat <= box[3] + north)
    )
    return rows

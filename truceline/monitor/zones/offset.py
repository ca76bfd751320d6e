"""A projected line moved out to a depth on both sides: the edge of what lies within it.

Coordinates are (x, y) in metres, arrays of shape (n, 2).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from truceline.monitor.zones.line import Coords

Floats = NDArray[np.float64]
GRID_M = 0.001  # joining snaps to a millimetre, which closes cracks between neighbours
SURE_M = 0.01  # what is this much inside, by more than it can vary, is no edge


def sagitta(depth_m: float) -> float:
    """How far a chord may cut into an arc, metres: 0.2 m, or 5e-6 of the depth."""
    return max(min(0.2, depth_m / 100), 5e-6 * depth_m)


def arc_step(depth_m: float) -> float:
    """Radians between points of an arc, so that its chords stay within ``sagitta``."""
    return float(2 * np.arccos(1 - sagitta(depth_m) / depth_m))


def _turned(vectors: Coords, angles: Floats) -> Coords:
    cos, sin = np.cos(angles), np.sin(angles)
    x, y = vectors[:, 0], vectors[:, 1]
    return np.column_stack([cos * x - sin * y, sin * x + cos * y])


def half_disc(centre: Coords, start: Coords) -> Any:
    """The half disc anticlockwise from the offset ``start``, whose length is the radius."""
    steps = int(np.ceil(np.pi / arc_step(float(np.hypot(*start)))))
    angles = np.linspace(0, np.pi, steps + 1)
    return shapely.Polygon(centre + _turned(np.tile(start, (len(angles), 1)), angles))


@dataclass(frozen=True)
class Offset:
    """Curves at the depth from a line: one along each side of each edge, one round each corner.

    While ``foot`` runs along the line (or stays, at a corner) its offset ``start`` turns by
    ``turn`` radians: at share t of a curve the point is foot + t move + start turned by t turn.
    """

    xy: Coords
    depth: float
    foot: Coords
    move: Coords
    start: Coords
    turn: Floats

    @classmethod
    def of(cls, xy: Coords, depth: float) -> "Offset":
        """The curves of a line of two or more different points."""
        run = np.diff(xy, axis=0)
        unit = run / np.hypot(run[:, 0], run[:, 1])[:, None]
        left = np.column_stack([-unit[:, 1], unit[:, 0]]) * depth
        cross = unit[:-1, 0] * unit[1:, 1] - unit[:-1, 1] * unit[1:, 0]
        turns = np.arctan2(cross, (unit[:-1] * unit[1:]).sum(axis=1))
        bent = np.flatnonzero(turns)
        outside = -np.sign(turns[bent])[:, None] * left[bent]
        still = np.zeros((len(bent), 2))
        return cls(
            xy,
            depth,
            np.concatenate([xy[:-1], xy[:-1], xy[1:-1][bent]]),
            np.concatenate([run, run, still]),
            np.concatenate([left, -left, outside]),
            np.concatenate([np.zeros(2 * len(run)), turns[bent]]),
        )

    def round(self) -> "Offset":
        """With half circles round both ends too."""
        last = len(self.xy) - 2
        return Offset(
            self.xy,
            self.depth,
            np.vstack([self.foot, self.xy[[0, -1]]]),
            np.vstack([self.move, np.zeros((2, 2))]),
            np.vstack([self.start, self.start[0], -self.start[last]]),
            np.append(self.turn, [np.pi, np.pi]),
        )

    def at(self, which: NDArray[np.int64], share: Floats) -> Coords:
        """Points of curves at shares 0 to 1 of their length."""
        turned = _turned(self.start[which], share * self.turn[which])
        return self.foot[which] + share[:, None] * self.move[which] + turned

    def edge(self) -> Coords:
        """What of the curves may be the edge of the whole, as segments of shape (n, 2, 2).

        Curves are halved until they are short. A half is passed over when another point of
        the line is nearer to its middle than the depth by more than can change along it.
        """
        tree = cKDTree(self.xy)
        length = np.hypot(self.move[:, 0], self.move[:, 1]) + self.depth * np.abs(self.turn)
        short = np.where(self.turn != 0, arc_step(self.depth) * self.depth, 1_000.0)
        which, low, high = np.arange(len(length)), np.zeros(len(length)), np.ones(len(length))
        found = [np.empty((0, 2, 2))]
        while len(which):
            middle = (low + high) / 2
            away, near = tree.query(self.at(which, middle))
            half = length[which] * (high - low) / 2
            foot = self.foot[which] + middle[:, None] * self.move[which]
            # Along the curve the distance to a point of the line changes by at most this share.
            lever = np.hypot(*(foot - self.xy[near]).T) + half
            change = half * np.minimum(1, lever / np.maximum(away, 1e-9))
            open_ = self.depth - away < change + SURE_M
            which, low, middle, high = which[open_], low[open_], middle[open_], high[open_]
            done = length[which] * (high - low) <= short[which]
            ends = (self.at(which[done], low[done]), self.at(which[done], high[done]))
            found.append(np.stack(ends, axis=1))
            more = ~done
            which = np.tile(which[more], 2)
            low, high = (
                np.concatenate([low[more], middle[more]]),
                np.concatenate([middle[more], high[more]]),
            )
        return np.concatenate(found)

    def parts(self) -> Any:
        """What each edge and corner reaches by itself, as polygons; their union has flat ends."""
        steps = np.ceil(np.abs(self.turn) / arc_step(self.depth)).astype(np.int64)
        count = np.maximum(steps, 1) + 1
        which = np.repeat(np.arange(len(count)), count)
        place = np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count)
        rim = self.at(which, place / (count[which] - 1))
        last = np.cumsum(count)
        back = np.stack([self.foot + self.move, self.foot], axis=1)
        rings = np.insert(rim, np.repeat(last, 2), back.reshape(-1, 2), axis=0)
        owner = np.insert(which, np.repeat(last, 2), np.repeat(np.arange(len(count)), 2))
        return shapely.polygons(shapely.linearrings(rings, indices=owner))


def within_plane(xy: Coords, depth: float) -> Any:
    """What lies within ``depth`` of a projected line: a polygon, its ends round.

    The curves are cut where they cross, and of the faces between them those within the depth
    are kept.
    """
    offset = Offset.of(xy, depth).round()
    net = shapely.union_all(shapely.linestrings(offset.edge()), grid_size=GRID_M)
    faces = shapely.get_parts(shapely.polygonize([net]))
    line = shapely.LineString(xy)
    shapely.prepare(line)
    inside = shapely.dwithin(line, shapely.point_on_surface(faces), depth)
    whole = shapely.union_all(faces[inside])
    edge = shapely.points(shapely.get_coordinates(whole))
    lost = shapely.dwithin(line, edge, depth - 2 * sagitta(depth) - SURE_M).any()
    if whole.is_empty or lost or not shapely.covers(whole, line):
        # A curve was passed over that is the edge: join all parts, which is slow and sure.
        return shapely.union_all(offset.parts(), grid_size=GRID_M)
    return whole

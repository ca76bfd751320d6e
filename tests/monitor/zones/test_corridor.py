"""Corridors against the ellipsoid: a reference that shares no code with them."""

import time
from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from pyproj import Geod

from truceline.monitor.zones.corridor import corridor
from truceline.monitor.zones.line import GroundError, chains, nearest, side_of
from truceline.monitor.zones.world import disc, finish

GEOD = Geod(ellps="WGS84")


class Reference:
    """Distance and side of a line by brute force: pyproj.Geod to points set along its edges."""

    def __init__(self, line: np.ndarray) -> None:
        self.coarse = self._between(line, 150.0)

    @staticmethod
    def _between(line: np.ndarray, step: float) -> np.ndarray:
        rows = []
        for a, b in pairwise(line):
            n = int(np.ceil(GEOD.inv(*a, *b)[2] * 1.05 / step)) + 1
            rows.append(a + np.linspace(0, 1, n, endpoint=False)[:, None] * (b - a))
        return np.vstack([*rows, line[-1:]])

    def nearest(self, lon: float, lat: float) -> tuple[float, float, bool]:
        """Metres to the line, metres left (+) or right (-) of it, whether that is in doubt."""
        x = np.cos(np.radians(lat)) * ((self.coarse[:, 0] - lon + 180) % 360 - 180)
        rough = np.hypot(x, self.coarse[:, 1] - lat)
        # A plane is good enough to choose where to look closely, far from the poles.
        keep = np.flatnonzero(rough <= rough.min() * 1.15 + 0.005)
        c = self.coarse[keep]
        full = np.full(len(c), lon), np.full(len(c), lat)
        d = np.asarray(GEOD.inv(*full, c[:, 0], c[:, 1])[2])
        best, feet = np.inf, []
        for k in keep[d <= d.min() + 200]:
            lo, hi = max(k - 1, 0), min(k + 1, len(self.coarse) - 1)
            fine = np.vstack([
                np.linspace(self.coarse[lo], self.coarse[k], 40),
                np.linspace(self.coarse[k], self.coarse[hi], 40),
            ])  # fmt: skip
            f = np.full(len(fine), lon), np.full(len(fine), lat)
            azimuth, _, away = GEOD.inv(fine[:, 0], fine[:, 1], *f)
            i = int(np.argmin(away))
            a, b = self.coarse[lo], self.coarse[hi]
            course = GEOD.inv(*a, *b)[0]
            feet.append((float(away[i]), np.sin(np.radians(course - azimuth[i])) > 0))
            best = min(best, float(away[i]))
        sides = {left for away, left in feet if away < best + 100}
        left = min(feet)[1]
        return best, best if left else -best, len(sides) > 1


def wander(seed: int, top: float = 68.0) -> tuple[np.ndarray, np.random.Generator]:
    """A random line of at most 300 km: straight, winding, zigzag or doubling back."""
    rng = np.random.default_rng(seed)
    count = int(rng.integers(1, 40))
    total = 10 ** rng.uniform(3.0, np.log10(290_000))
    wiggle = rng.choice([0.0, 5.0, 40.0, 120.0])
    course = rng.uniform(0, 360)
    line = [(rng.uniform(-170, 170), rng.uniform(-top + 3, top - 3))]
    for _ in range(count):
        turned = course + rng.normal(0, wiggle)
        lon, lat, _ = GEOD.fwd(*line[-1], turned, total / count)
        line.append((lon, float(np.clip(lat, -top, top))))
    return np.array(line), rng


def edge_points(shape: shapely.Geometry, rng: np.random.Generator, count: int) -> np.ndarray:
    """Points of the boundary, of which edges are straight in lon and lat: corners and between."""
    boundary = shapely.boundary(shape)
    spots = rng.uniform(0, boundary.length, count)
    corners = shapely.get_coordinates(boundary)
    some = corners[rng.choice(len(corners), count)]
    return np.vstack(
        [some, shapely.get_coordinates(shapely.line_interpolate_point(boundary, spots))]
    )


@settings(max_examples=25, deadline=None, derandomize=True, phases=[Phase.generate])
@given(st.integers(0, 10**9), st.floats(1.7, 4.69))
def test_edge_lies_at_the_depth(seed: int, power: float) -> None:
    line, rng = wander(seed)
    depth = 10**power
    within = 2.0 if depth <= 10_000 else 5.0
    shape = finish(corridor([line], depth, depth))
    assert shape.is_valid
    truth = Reference(line)
    for lon, lat in edge_points(shape, rng, 15):
        assert truth.nearest(lon, lat)[0] == pytest.approx(depth, abs=within)
    start = line[rng.integers(0, len(line), 40)]
    away = rng.uniform(0, 1.4 * depth, 40)
    x, y, _ = GEOD.fwd(start[:, 0], start[:, 1], rng.uniform(0, 360, 40), away)
    for lon, lat in zip(x, y, strict=True):
        margin = truth.nearest(lon, lat)[0] - depth
        if abs(margin) > within and abs(lon) < 180:
            assert shapely.contains_xy(shape, lon, lat) == (margin < 0)


@settings(max_examples=10, deadline=None, derandomize=True, phases=[Phase.generate])
@given(st.integers(0, 10**9), st.floats(2.5, 4.5), st.floats(0, 0.9), st.booleans())
def test_each_side_has_its_own_depth(seed: int, power: float, less: float, flip: bool) -> None:
    line, rng = wander(seed)
    deep = 10**power
    shallow = deep * (less if less > 0.1 else 0.0)
    left, right = (deep, shallow) if flip else (shallow, deep)
    shape = finish(corridor([line], left, right))
    assert shape.is_valid
    truth = Reference(line)
    start = line[rng.integers(0, len(line), 60)]
    x, y, _ = GEOD.fwd(
        start[:, 0], start[:, 1], rng.uniform(0, 360, 60), rng.uniform(0, 1.3 * deep, 60)
    )
    asked = 0
    for lon, lat in zip(x, y, strict=True):
        away, aside, doubt = truth.nearest(lon, lat)
        # Near the line, off its ends and where two stretches are as near, a side is a matter
        # of metres: the edge there is not the depth's.
        _, _, to_start = GEOD.inv(lon, lat, *line[0])
        _, _, to_end = GEOD.inv(lon, lat, *line[-1])
        if doubt or away < 5 or min(to_start, to_end) < away + 0.05 * deep:
            continue
        limit = left if aside > 0 else right
        if abs(away - limit) > 5:
            asked += 1
            assert shapely.contains_xy(shape, lon, lat) == (away < limit)


def plane(*points: tuple[float, float]) -> list[np.ndarray]:
    """Points in km around 36 E 35 N as one line."""
    scale = np.array([111.320 * np.cos(np.radians(35)), 110.950])
    return [np.array([36.0, 35.0]) + np.array(points) / scale]


def inside(shape: shapely.Geometry, *point: float) -> bool:
    lon, lat = plane(tuple(point), tuple(point))[0][0]
    return bool(shapely.contains_xy(shape, lon, lat))


def test_flat_ends_are_cut_across_and_round_ones_are_not() -> None:
    line = plane((0, 0), (10, 0), (20, 5))
    flat, round_ = (corridor(line, 3_000, 3_000, flat=f) for f in (True, False))
    assert inside(round_, -2.5, 0)
    assert not inside(flat, -0.05, 0)
    assert not inside(flat, -0.05, 2.9)
    assert inside(flat, 0.05, 2.9)
    assert inside(flat, 0.05, -2.9)
    assert inside(round_, 22, 5.5)
    assert not inside(flat, 22, 5.5)
    assert shapely.difference(flat, round_).area < 1e-9


def test_a_flat_end_keeps_what_another_stretch_reaches() -> None:
    hook = plane((0, 0), (10, 0), (10, 4), (-4, 4))
    flat = corridor(hook, 3_000, 3_000, flat=True)
    assert inside(flat, -1, 1.5)  # beyond the first end, within 3 km of the last stretch
    assert not inside(flat, -1, 0.5)
    assert not inside(flat, -4.1, 4)


def test_flat_ends_of_two_points_and_two_depths() -> None:
    shape = corridor(plane((0, 0), (10, 0)), 3_000, 1_000, flat=True)
    west, south, east, north = shape.bounds
    (w, s), (e, n) = plane((0, -1), (10, 3))[0]
    assert (west, south, east, north) == pytest.approx((w, s, e, n), abs=2e-3)
    assert inside(shape, 0.1, 2.9)
    assert not inside(shape, 0.1, -1.1)


def test_a_line_that_doubles_back_crosses_itself_or_winds_stays_valid() -> None:
    turn = np.linspace(0, 6 * np.pi, 200)
    lines = {
        "back": plane((0, 0), (10, 0), (0, 0)),
        "back and on": plane((0, 0), (10, 0), (2, 0), (2, 8)),
        "eight": plane((0, 0), (10, 10), (10, 0), (0, 10)),
        "spiral": plane(*zip(turn * np.cos(turn), turn * np.sin(turn), strict=True)),
        "ring": plane((0, 0), (10, 0), (10, 10), (0, 10), (0, 0)),
        "twice": plane((0, 0), (10, 0), (10, 10), (0, 10), (0, 0), (10, 0), (10, 10)),
    }
    for name, line in lines.items():
        for left, right, flat in (
            (2e3, 2e3, False),
            (2e3, 2e3, True),
            (3e3, 1e3, False),
            (0, 2e3, True),
        ):
            shape = finish(corridor(line, left, right, flat))
            assert shape.is_valid, name
            assert shape.area > 0, name


def test_a_line_that_comes_back_has_its_greater_depth_on_both_sides() -> None:
    back = finish(corridor(plane((0, 0), (10, 0), (0, 0)), 3_000, 1_000))
    even = finish(corridor(plane((0, 0), (10, 0)), 3_000, 3_000))
    # At its turn the outside of the bend is right, where the depth is the lesser one.
    assert inside(back, 5, 2.9)
    assert inside(back, 5, -2.9)
    assert not inside(back, 12, 0.1)
    assert shapely.difference(back, even.buffer(1e-6)).is_empty
    assert len(shapely.get_coordinates(back)) < 1_500


def test_one_side_of_a_hairpin_is_what_lies_between() -> None:
    hairpin = plane((0, 0), (20, 0), (20, 4), (-5, 4))
    left = corridor(hairpin, 6_000, 0)
    assert inside(left, 10, 1)
    assert inside(left, 10, 3)
    assert not inside(left, 10, 4.5)  # within 6 km of the first stretch, but across the second
    assert not inside(left, 10, -0.5)


def test_rings_leave_a_hole_where_the_depth_does_not_reach() -> None:
    ring = finish(corridor(plane((0, 0), (10, 0), (10, 10), (0, 10), (0, 0)), 2_000, 2_000))
    assert len(ring.interiors) == 1
    assert ring.exterior.is_ccw
    assert not ring.interiors[0].is_ccw
    filled = finish(corridor(plane((0, 0), (10, 0), (10, 10), (0, 10), (0, 0)), 5_100, 5_100))
    assert len(filled.interiors) == 0


def test_across_the_date_line() -> None:
    line = chains(shapely.LineString([(179.8, 10), (-179.8, 10.1)]))
    shape = finish(corridor(line, 5_000, 5_000))
    assert shape.geom_type == "MultiPolygon"
    west, _, east, _ = shape.bounds
    assert (west, east) == (-180, 180)
    here = finish(corridor([np.array([(9.8, 10), (10.2, 10.1)])], 5_000, 5_000))
    assert shape.area == pytest.approx(here.area, rel=1e-6)
    parts = chains(
        shapely.MultiLineString([[(179.8, 10), (180, 10.05)], [(-180, 10.05), (-179.8, 10.1)]])
    )
    assert len(parts) == 1
    assert shapely.equals_exact(finish(corridor(parts, 5_000, 5_000)), shape, 1e-6)
    assert disc(180, 60, 10_000).geom_type == "MultiPolygon"


def test_a_pole_is_refused() -> None:
    with pytest.raises(GroundError, match="pole"):
        corridor([np.array([(0.0, 89.9), (10.0, 89.9)])], 20_000, 20_000)
    with pytest.raises(GroundError, match="pole"):
        disc(0, 89.95, 10_000)


def test_a_disc_is_a_geodesic_circle() -> None:
    for lat in (0.0, 35.0, -69.0):
        for radius in (1.0, 500.0, 25_000.0, 400_000.0):
            shape = disc(20.0, lat, radius)
            rim = shapely.get_coordinates(shapely.segmentize(shape, 0.001))
            away = GEOD.inv(np.full(len(rim), 20.0), np.full(len(rim), lat), rim[:, 0], rim[:, 1])[
                2
            ]
            assert np.abs(np.asarray(away) - radius).max() < max(0.5, 2e-5 * radius)


def test_compass_sides() -> None:
    east = plane((0, 0), (5, 2), (10, 0))[0]
    assert (side_of(east, "north"), side_of(east, "south")) == ("left", "right")
    assert side_of(east[::-1], "north") == "right"
    northeast = plane((0, 0), (10, 10))[0]
    assert (side_of(northeast, "west"), side_of(northeast, "east")) == ("left", "right")
    north = plane((0, 0), (0, 10))[0]
    with pytest.raises(GroundError, match="no north side; write east or west"):
        side_of(north, "north")
    assert side_of(north, "west") == "left"
    with pytest.raises(GroundError, match="comes back"):
        side_of(plane((0, 0), (10, 0), (10, 10), (0, 0))[0], "north")


def test_the_nearest_point_of_a_line() -> None:
    line = plane((0, 0), (10, 0), (10, 10))[0]
    position, away = nearest(line, *plane((4, 1), (4, 1))[0][0])
    assert position == pytest.approx(0.4, abs=1e-3)
    assert away == pytest.approx(1_000, rel=3e-3)
    assert nearest(line, *line[1])[0] == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize("depth", [1_000, 10_000, 50_000])
def test_five_thousand_points_are_quick(depth: float) -> None:
    rng = np.random.default_rng(1)
    course = 90 + np.cumsum(rng.normal(0, 8, 5_000))
    line = [(36.0, 35.0)]
    for c in course:
        line.append(GEOD.fwd(*line[-1], c, 60)[:2])
    began = time.process_time()
    assert finish(corridor([np.array(line)], depth, depth)).is_valid
    assert time.process_time() - began < 3

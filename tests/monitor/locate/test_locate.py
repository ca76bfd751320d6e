"""Shares against answers known without the kernel: formulas, geodesics, plain geometry."""

import numpy as np
import pyarrow as pa
import pytest
import shapely
from pyproj import Geod
from scipy.special import ndtr

from tools.montecarlo import plane, region_table, to_plane
from truceline.model.event import EVENT_SCHEMA
from truceline.model.unit import Unit, Units
from truceline.model.zone import Shape, Spine
from truceline.monitor.locate.locate import Locator, Regions, shares

GEOD = Geod(ellps="WGS84")


def corridor(points, depth, accuracy, **more):
    line = shapely.LineString(points)
    to = plane(*line.interpolate(0.5, normalized=True).coords[0])
    flat = to_plane(shapely.segmentize(line, line.length / 50), to)
    polygon = to_plane(flat.buffer(depth, quad_segs=64), to, True)
    return Shape("c", "leaf", polygon, accuracy, Spine(line, depth, depth, **more))


def box(west, south, east, north, accuracy=0.0):
    area = shapely.segmentize(shapely.box(west, south, east, north), 0.01)
    return Shape("b", "leaf", area, accuracy)


def star(lon, lat, size, accuracy=0.0, seed=0):
    rng = np.random.default_rng(seed)
    angle = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    ring = (size * rng.uniform(0.5, 1.0, 60))[:, None] * np.c_[np.cos(angle), np.sin(angle)]
    hole = shapely.Point(0, 0).buffer(size / 5)
    apart = shapely.Point(size * 1.5, 0).buffer(size / 4)
    area = shapely.Polygon(ring).difference(hole).union(apart)
    return Shape("s", "leaf", to_plane(area, plane(lon, lat), True), accuracy)


def regions(kind, lon, lat, radius=0.0, **more):
    lon, lat, radius = np.broadcast_arrays(
        *(np.asarray(a, dtype=float) for a in (lon, lat, radius))
    )
    names = {"region": [kind] * lon.size, "lon": lon.ravel(), "lat": lat.ravel()}
    names["radius_m"] = radius.ravel()
    for name, value in more.items():
        names[name] = [value] * lon.size
    return Regions.of(pa.table(names))


def share(shape, units=None, **region):
    return float(Locator(shape, units).share(Regions.of(region_table([region])))[0])


def disc(lon, lat, radius):
    return {"region": "disc", "lon": lon, "lat": lat, "radius_m": radius}


# -- points ------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
def test_exact_points_are_plain_point_in_polygon(seed):
    shape = star(36.5, 35.8, 30_000, seed=seed)
    rng = np.random.default_rng(seed)
    corners = shapely.get_coordinates(shape.polygon)
    edges = (corners[1:] + corners[:-1]) / 2
    lon = np.concatenate([rng.uniform(35.8, 37.4, 40_000), corners[:, 0], edges[:, 0]])
    lat = np.concatenate([rng.uniform(35.3, 36.3, 40_000), corners[:, 1], edges[:, 1]])
    plain = shapely.contains_xy(shape.polygon, lon, lat)
    assert 0.1 < plain.mean() < 0.9
    np.testing.assert_array_equal(Locator(shape).share(regions("point", lon, lat)), plain)


def test_exact_points_of_a_composed_zone_are_those_of_its_polygon():
    a, b = star(36.5, 35.8, 30_000), star(36.7, 35.9, 25_000, seed=5)
    area = shapely.difference(a.polygon, b.polygon)
    shape = Shape("d", "difference", area, parts=(a, b))
    rng = np.random.default_rng(1)
    lon, lat = rng.uniform(36, 37.3, 20_000), rng.uniform(35.4, 36.3, 20_000)
    found = Locator(shape).share(regions("point", lon, lat))
    np.testing.assert_array_equal(found, shapely.contains_xy(area, lon, lat))


@pytest.mark.parametrize("lat", [0.0, 35.8, 70.0])
@pytest.mark.parametrize(("depth", "accuracy"), [(6_000, 2_000), (1_000, 300), (500, 4_000)])
def test_a_point_of_a_corridor_follows_the_formula(lat, depth, accuracy):
    """Phi((D - d) / (A / 2)) with the geodesic distance d from a line along a meridian."""
    shape = corridor([(36.0, lat - 0.6), (36.0, lat + 0.6)], depth, accuracy)
    away = np.linspace(1, depth + 2.4 * accuracy, 40)
    lon, at, _ = GEOD.fwd(np.full(40, 36.0), np.full(40, lat), np.full(40, 90.0), away)
    found = Locator(shape).share(regions("point", lon, at))
    assert found == pytest.approx(ndtr((depth - away) / (accuracy / 2)), abs=0.0015)


def test_unequal_depths_are_measured_on_their_own_side():
    line = shapely.LineString([(36.0, 35.0), (36.0, 36.0)])  # northward: left is west
    to = plane(36.0, 35.5)
    ring = [(-6_000, -50_000), (2_000, -50_000), (2_000, 50_000), (-6_000, 50_000)]
    area = to_plane(shapely.Polygon(ring), to, True)
    shape = Shape("c", "leaf", area, 1_000.0, Spine(line, 6_000, 2_000))
    bearing = np.array([270.0, 270.0, 90.0, 90.0, 90.0])
    away = np.array([5_500.0, 6_400.0, 10.0, 1_700.0, 2_600.0])
    lon, lat, _ = GEOD.fwd(np.full(5, 36.0), np.full(5, 35.5), bearing, away)
    clearance = np.array([500.0, -400.0, 1_990.0, 300.0, -600.0])
    found = Locator(shape).share(regions("point", lon, lat))
    assert found == pytest.approx(ndtr(clearance / 500), abs=0.002)


def test_a_flat_end_is_cut_across_the_line():
    line = shapely.LineString([(36.0, 35.0), (36.0, 36.0)])
    area = to_plane(shapely.box(-6_000, -55_000, 6_000, 55_000), plane(36.0, 35.5), True)
    flat = Shape("c", "leaf", area, 1_000.0, Spine(line, 6_000, 6_000, True))
    beyond = np.array([-700.0, -100.0, 0.0, 100.0, 700.0])
    lon, lat, _ = GEOD.fwd(np.full(5, 36.01), np.full(5, 36.0), np.zeros(5), beyond)
    found = Locator(flat).share(regions("point", lon, lat))
    assert found == pytest.approx(ndtr(-beyond / 500), abs=0.002)
    round_ = Shape("c", "leaf", area, 1_000.0, Spine(line, 6_000, 6_000))
    assert Locator(round_).share(regions("point", lon, lat)).min() > 0.99


def test_beside_a_flat_end_the_nearer_piece_does_not_hide_the_cut():
    """Found by the Monte Carlo comparison: points beyond the cut, far out on one side."""
    line = shapely.LineString([(36.0, 35.0), (36.5, 35.2), (37.0, 35.2)])
    flat = Shape("c", "leaf", shapely.box(35, 34, 38, 36), 160.0, Spine(line, 6e4, 6e4, True))
    azimuth = GEOD.inv(36.0, 35.0, 36.5, 35.2)[0]
    away = np.linspace(1_000, 55_000, 30)
    for turn, known in ((91.0, 0.0), (89.0, 1.0), (-91.0, 0.0), (-89.0, 1.0)):
        # From a point 1500 m beyond the end, or before it, straight out to the side.
        lon, lat, _ = GEOD.fwd(36.0, 35.0, azimuth + (180.0 if known == 0 else 0.0), 1_500.0)
        side = np.full(30, azimuth + (90.0 if turn > 0 else -90.0))
        lons, lats, _ = GEOD.fwd(np.full(30, lon), np.full(30, lat), side, away)
        found = Locator(flat).share(regions("point", lons, lats))
        assert found == pytest.approx(known, abs=0.001)


# -- discs -------------------------------------------------------------------------------


@pytest.mark.parametrize("radius", [10.0, 300.0, 1_000.0, 7_777.0, 25_000.0, 26_000.0])
@pytest.mark.parametrize("accuracy", [0.0, 100.0])
def test_a_disc_astride_a_long_straight_edge(radius, accuracy):
    """The share of a disc beyond a chord, by the area of a circular segment."""
    shape = box(30.0, 0.0, 40.0, 4.0, accuracy)
    t = np.linspace(-0.95, 0.95, 21)
    lon, lat, _ = GEOD.fwd(np.full(21, 35.0), np.zeros(21), np.zeros(21), t * radius)
    known = 0.5 + (t * np.sqrt(1 - t * t) + np.arcsin(t)) / np.pi
    blur = (accuracy / 2 / radius) if accuracy else 0.0
    if blur:
        z = np.linspace(-5, 5, 2_001)
        s = np.clip(t[:, None] + blur * z, -1, 1)
        each = 0.5 + (s * np.sqrt(1 - s * s) + np.arcsin(s)) / np.pi
        known = (each * np.exp(-z * z / 2)).sum(axis=1) / np.exp(-z * z / 2).sum()
    found = Locator(shape).share(regions("disc", lon, lat, radius))
    assert found == pytest.approx(known, abs=0.003)


def test_a_tiny_zone_in_a_huge_disc_and_a_disc_far_away():
    tiny = corridor([(36.0, 35.5), (36.001, 35.5)], 100, 0.0)
    area = shapely.area(to_plane(tiny.polygon, plane(36.0, 35.5)))
    assert share(tiny, **disc(36.1, 35.6, 1e5)) == pytest.approx(area / (np.pi * 1e10), abs=1e-4)
    assert share(tiny, **disc(36.0, 35.5, 2_000.0)) == pytest.approx(
        area / (np.pi * 4e6), abs=0.003
    )
    assert share(tiny, **disc(-100.0, 35.6, 1e5)) == 0.0


def test_a_report_known_to_25_km_cannot_be_inside_a_corridor_12_km_wide():
    shape = corridor([(35.9, 35.6), (36.2, 35.75), (36.6, 35.8), (37.0, 36.1)], 6_000, 2_000)
    found = share(shape, **disc(36.4, 35.775, 25_000.0))
    assert 0.27 < found < 0.33


def test_canonical_radii_agree_with_their_neighbours():
    """A field, a sum over a raster and samples are three ways to one answer."""
    rng = np.random.default_rng(3)
    lon, lat = rng.uniform(36.0, 37.1, 300), rng.uniform(35.4, 36.2, 300)
    for shape in (star(36.5, 35.8, 30_000, 1_500), star(36.5, 35.8, 30_000)):
        locator = Locator(shape)
        for radius in (5_000.0, 25_000.0, 50_000.0):
            field = locator.share(regions("disc", lon, lat, radius))
            summed = locator.share(regions("disc", lon, lat, radius + 0.01))
            sampled = locator.share(
                regions("sector", lon, lat, radius, bearing_deg=0.0, spread_deg=180.0)
            )
            assert np.abs(field - summed).max() < 0.004
            assert np.abs(field - sampled).max() < 0.008
            assert 0.01 < field.min() + field.max() < 1.99


def test_the_map_s_edge_is_no_edge_of_a_zone():
    parts = [shapely.box(178.0, -1.0, 180.0, 1.0), shapely.box(-180.0, -1.0, -178.0, 1.0)]
    across = Shape("f", "leaf", shapely.MultiPolygon(parts), 5_000.0)
    whole = Shape("f", "leaf", shapely.box(28.0, -1.0, 32.0, 1.0), 5_000.0)
    rng = np.random.default_rng(1)
    aside, lat = rng.uniform(-3, 3, 60), rng.uniform(-1.5, 1.5, 60)
    for kind, radius in (("point", 0.0), ("disc", 700.0), ("disc", 25_000.0), ("disc", 33_333.0)):
        lon = (180.0 + aside + 180.0) % 360.0 - 180.0
        there = Locator(across).share(regions(kind, lon, lat, radius))
        here = Locator(whole).share(regions(kind, 30.0 + aside, lat, radius))
        assert there == pytest.approx(here, abs=0.003)
        assert here.max() > 0.99


# -- sectors and units -------------------------------------------------------------------


def test_a_sector_looks_one_way():
    shape = box(36.0, 35.0, 37.0, 36.0)
    look = {"region": "sector", "lon": 35.99, "lat": 35.5, "radius_m": 5_000.0}
    assert share(shape, **look, bearing_deg=90.0, spread_deg=10.0, range_min_m=2_000.0) == 1.0
    assert share(shape, **look, bearing_deg=270.0, spread_deg=10.0, range_min_m=0.0) == 0.0
    # The edge is 905 m away: a narrow sector from 0 m has 1 - (905 / 5000)^2 beyond it.
    metres = GEOD.inv(35.99, 35.5, 36.0, 35.5)[2]
    found = share(shape, **look, bearing_deg=90.0, spread_deg=0.1)
    assert found == pytest.approx(1 - (metres / 5_000) ** 2, abs=0.002)
    everyway = share(shape, **look)
    assert everyway == pytest.approx(share(shape, **disc(35.99, 35.5, 5_000.0)), abs=0.004)


def unit(code, polygon):
    return Unit(code, 3, (code,), (), polygon, polygon.centroid.x, polygon.centroid.y, 9e3)


def test_a_unit_is_answered_by_its_polygon():
    area = shapely.box(36.0, 35.0, 36.4, 35.4)
    units = Units((unit("A", area), unit("B", shapely.box(38, 35, 38.2, 35.2))))
    where = {"region": "unit", "lon": 36.2, "lat": 35.2, "radius_m": 9e3, "unit": "A"}
    assert share(Shape("z", "leaf", area), units, **where) == pytest.approx(1.0, abs=1e-9)
    half = box(36.0, 34.0, 36.2, 36.0)
    assert share(half, units, **where) == pytest.approx(0.5, abs=1e-6)
    blurred = box(36.0, 34.0, 36.2, 36.0, 2_000.0)
    # The west edge of the zone is the unit's own: half of the band there is lost to its error.
    lost = 1_000 / np.sqrt(2 * np.pi) / GEOD.inv(36.0, 35.2, 36.4, 35.2)[2]
    assert share(blurred, units, **where) == pytest.approx(0.5 - lost, abs=0.002)
    assert share(half, units, **where | {"unit": "B"}) == 0.0


def test_a_unit_not_at_hand_is_its_disc():
    half = box(36.0, 34.0, 36.2, 36.0)
    where = {"region": "unit", "lon": 36.2, "lat": 35.2, "radius_m": 9e3, "unit": "?"}
    plain = share(half, **disc(36.2, 35.2, 9e3))
    assert plain == pytest.approx(0.5, abs=0.003)
    assert share(half, Units(()), **where) == plain
    assert share(half, Units((unit("A", shapely.box(36, 35, 37, 36)),)), **where) == plain


# -- composed, unknown, everywhere, nowhere ----------------------------------------------


def test_composed_zones_share_their_errors():
    a, b = box(36.0, 35.0, 36.5, 35.5, 4_000.0), box(36.5, 35.0, 37.0, 35.5, 4_000.0)
    at = {"region": "point", "lon": 36.5, "lat": 35.25}
    assert share(a, **at) == pytest.approx(0.5, abs=0.002)
    for op, area, known in (
        ("union", shapely.union(a.polygon, b.polygon), 0.5),
        ("intersection", shapely.intersection(a.polygon, b.polygon), 0.5),
        ("difference", a.polygon, 0.5),
    ):
        assert share(Shape("c", op, area, parts=(a, b)), **at) == pytest.approx(known, abs=0.002)
    inner = {"region": "point", "lon": 36.49, "lat": 35.25}
    p, q = share(a, **inner), share(b, **inner)
    assert share(Shape("u", "union", None, parts=(a, b)), **inner) == max(p, q)
    assert share(Shape("i", "intersection", None, parts=(a, b)), **inner) == min(p, q)
    assert share(Shape("d", "difference", None, parts=(a, b)), **inner) == min(p, 1 - q)


def test_everywhere_and_what_is_taken_from_it():
    world = Shape("w", "everywhere", None)
    b = box(36.0, 35.0, 36.5, 35.5)
    rows = Regions.of(region_table([disc(36.25, 35.25, 1e3), {"region": "nowhere"}]))
    np.testing.assert_array_equal(Locator(world).share(rows), [1.0, 1.0])
    outside = Shape("o", "difference", None, parts=(world, b))
    assert share(outside, **disc(36.25, 35.25, 1e3)) == 0.0
    assert share(outside, **disc(-70.0, 35.25, 1e3)) == 1.0
    for radius in (900.0, 25_000.0, 26_000.0):
        assert share(outside, **disc(36.5, 35.25, radius)) == pytest.approx(0.5, abs=0.003)


def test_unknown_ground_is_told_only_where_it_does_not_matter():
    unknown, b = Shape("?", "unknown", None), box(36.0, 35.0, 36.5, 35.5, 500.0)
    inside, far = disc(36.25, 35.25, 5e3), disc(38.0, 35.25, 5e3)
    assert np.isnan(share(unknown, **inside))
    union = Shape("u", "union", None, parts=(b, unknown))
    assert share(union, **inside) == 1.0
    assert np.isnan(share(union, **far))
    for op in ("intersection", "difference"):
        cut = Shape("i", op, None, parts=(b, unknown))
        assert np.isnan(share(cut, **inside))
        assert share(cut, **far) == 0.0


def test_what_cannot_be_placed_is_nan():
    shape = box(36.0, 35.0, 36.5, 35.5, 500.0)
    rows = [
        {"region": "nowhere", "lon": 36.25, "lat": 35.25},
        {"region": "point", "lon": None, "lat": 35.25},
        {"region": "disc", "lon": 36.25, "lat": 35.25, "radius_m": None},
        {"region": "disc", "lon": 36.25, "lat": 35.25, "radius_m": float("inf")},
        {"region": "disc", "lon": 36.25, "lat": 35.25, "radius_m": -1.0},
        {"region": "sector", "lon": 36.25, "lat": 35.25},
        {"region": "hearsay", "lon": 36.25, "lat": 35.25},
        {"region": None, "lon": 36.25, "lat": 35.25},
        {"region": "point", "lon": 36.25, "lat": 95.0},
    ]
    for each in rows:
        if each["region"] in {"hearsay", None}:
            table = pa.table({k: [v] for k, v in each.items()})
            table = table.set_column(0, "region", table.column(0).cast(pa.string()))
            assert np.isnan(Locator(shape).share(Regions.of(table))[0]), each
        else:
            assert np.isnan(share(shape, **each)), each
    empty = Shape("e", "leaf", shapely.Polygon(), 100.0)
    assert share(empty, **disc(36.0, 35.0, 1e3)) == 0.0


# -- batches -----------------------------------------------------------------------------


def mixed(count, seed=0):
    rng = np.random.default_rng(seed)
    kinds = rng.choice(["point", "disc", "disc", "unit", "sector", "nowhere"], count)
    radius = np.where(
        rng.random(count) < 0.6,
        rng.choice([500.0, 1_000.0, 25_000.0, 5_000.0], count),
        10 ** rng.uniform(3.6, 5, count),
    )
    columns = {
        "region": kinds,
        "lon": rng.uniform(35.6, 37.4, count),
        "lat": rng.uniform(35.2, 36.4, count),
        "radius_m": radius,
        "unit": np.where(rng.random(count) < 0.5, "A", "missing"),
        "bearing_deg": rng.uniform(0, 360, count),
        "spread_deg": rng.uniform(1, 60, count),
        "range_min_m": rng.uniform(0, 1_000, count),
    }
    return pa.table({k: pa.array(list(v)) for k, v in columns.items()})


def test_a_row_depends_on_nothing_else_in_its_batch():
    """Bit for bit: in any order, any company, any number of threads, from a fresh start."""
    units = Units((unit("A", shapely.box(36.3, 35.6, 36.9, 36.0)),))
    line = [(35.9, 35.6), (36.2, 35.75), (36.6, 35.8), (37.0, 36.1)]
    a, b = corridor(line, 6_000, 2_000), star(36.5, 35.8, 30_000, 700.0)
    shapes = [a, b, Shape("d", "difference", None, parts=(b, a))]
    table = mixed(240)
    whole = [Locator(s, units).share(Regions.of(table)) for s in shapes]
    order = np.random.default_rng(9).permutation(240)
    shuffled = Regions.of(table.take(order))
    for shape, known in zip(shapes, whole, strict=True):
        np.testing.assert_array_equal(Locator(shape, units).share(shuffled), known[order])
        alone = Locator(shape, units)
        ones = [alone.share(Regions.of(table.slice(i, 1)))[0] for i in range(0, 240, 9)]
        np.testing.assert_array_equal(ones, known[::9])
    assert 0.1 < np.nanmean(whole[0] > 0) < 0.9


def test_threads_change_nothing():
    rng = np.random.default_rng(4)
    count = 300_000
    radius = np.where(np.arange(count) % 3 == 0, 25_000.0, 0.0)
    rows = regions("disc", rng.uniform(35, 38, count), rng.uniform(34.8, 36.8, count), radius)
    zones = [star(36.5, 35.8, 30_000, 1_000.0), star(36.0, 35.5, 40_000, seed=2)]
    two = shares([Locator(z) for z in zones], rows, threads=2)
    one = shares([Locator(z) for z in zones], rows, threads=1)
    np.testing.assert_array_equal(one, two)
    np.testing.assert_array_equal(one[0], Locator(zones[0]).share(rows))
    assert ((one >= 0) & (one <= 1)).all()
    assert (one > 0).any(axis=1).all()


def test_regions_are_read_from_any_table_with_their_columns():
    rows = [disc(36.0, 35.0, 100.0), {"region": "unit", "unit": "A"}, {"region": "nowhere"}]
    table = region_table(rows)
    known = Regions.of(table)
    assert known.code.tolist() == [1, 2, 4]
    assert [known.units[i] if i >= 0 else None for i in known.unit] == [None, "A", None]
    assert np.isnan(known.lon[1])
    chunked = pa.concat_tables([table.slice(0, 1), table.slice(1)])
    coded = chunked.set_column(0, "region", chunked.column("region").dictionary_encode())
    for other in (chunked, coded, table.to_batches()[0], pa.Table.from_pylist(rows, EVENT_SCHEMA)):
        again = Regions.of(other)
        np.testing.assert_array_equal(again.code, known.code)
        np.testing.assert_array_equal(again.radius_m, known.radius_m)
        assert again.units == known.units
    assert len(Regions.of(table.slice(0, 0))) == 0
    assert len(Locator(box(0, 0, 1, 1)).share(Regions.of(table.slice(0, 0)))) == 0
    with pytest.raises(KeyError):
        Regions.of(table.drop_columns(["lat"]))

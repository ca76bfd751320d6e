"""Discs that name their unit: only the part inside it counts."""

import numpy as np
import pyarrow as pa
import pytest
import shapely
from pyproj import Geod

from truceline.model.unit import Unit, Units
from truceline.model.zone import Shape
from truceline.monitor.locate.locate import Locator, Regions

GEOD = Geod(ellps="WGS84")
COUNTRY = shapely.Polygon([(35.0, 32.0), (36.4, 32.1), (36.1, 33.0), (36.5, 34.0), (35.0, 34.0)])
UNIT = Unit("SIM", 0, ("Simland",), (), COUNTRY, 35.6, 33.0, 90_000.0)
ZONE = shapely.box(35.9, 32.7, 36.8, 33.2)  # it reaches over the border


def regions(lon, lat, radius_m, unit) -> Regions:
    n = len(lon)
    table = {"region": ["disc"] * n, "lon": lon, "lat": lat, "radius_m": radius_m, "unit": unit}
    return Regions.of(pa.table(table))


def drawn(lon: float, lat: float, radius_m: float, sigma: float, draws: int = 200_000) -> float:
    """By throwing points: other geometry, evenly in the disc, those outside the unit let go."""
    rng = np.random.default_rng(5)
    at = np.full(draws, lon), np.full(draws, lat)
    x, y, _ = GEOD.fwd(*at, 360 * rng.random(draws), radius_m * np.sqrt(rng.random(draws)))
    kept = shapely.contains_xy(COUNTRY, x, y)
    x, y = np.asarray(x)[kept], np.asarray(y)[kept]
    if not sigma:
        return float(shapely.contains_xy(ZONE, x, y).mean())
    scale = np.array([np.cos(np.radians(33.0)) * 111_320, 110_900])
    edge = shapely.transform(ZONE, lambda c: c * scale)
    points = shapely.points(x * scale[0], y * scale[1])
    away = shapely.distance(shapely.boundary(edge), points)
    signed = np.where(shapely.contains(edge, points), away, -away)
    return float((signed + sigma * rng.normal(size=len(x)) > 0).mean())


@pytest.mark.parametrize("accuracy", [0.0, 5_000.0])
def test_the_share_of_the_part_in_the_unit_by_throwing_points(accuracy: float) -> None:
    rng = np.random.default_rng(11)
    lon, lat = rng.uniform(35.8, 36.3, 24), rng.uniform(32.5, 33.4, 24)
    inside = shapely.contains_xy(COUNTRY, lon, lat)
    lon, lat = lon[inside], lat[inside]
    radius = rng.choice([5_000.0, 12_345.0, 25_000.0, 50_000.0], len(lon))
    kernel = Locator(Shape("z", "leaf", ZONE, accuracy), Units((UNIT,)))
    found = kernel.share(regions(lon, lat, radius, ["SIM"] * len(lon)))
    wanted = [drawn(*one, accuracy / 2) for one in zip(lon, lat, radius, strict=True)]
    assert np.abs(found - wanted).max() < 0.01
    whole = kernel.share(regions(lon, lat, radius, [""] * len(lon)))
    assert (np.abs(found - whole) > 0.05).any()  # the border cuts some of them


def test_a_disc_away_from_the_border_or_without_the_boundary_is_as_before() -> None:
    at = [35.9], [32.7], [10_000.0]
    shape = Shape("z", "leaf", ZONE, 3_000.0)
    plain = Locator(shape).share(regions(*at, [""]))
    assert 0.1 < plain[0] < 0.5
    assert Locator(shape, Units((UNIT,))).share(regions(*at, ["SIM"]))[0] == plain[0]
    near_border = [36.1], [32.7], [25_000.0]
    uncut = Locator(shape).share(regions(*near_border, ["SIM"]))
    assert uncut[0] == Locator(shape, Units((UNIT,))).share(regions(*near_border, [""]))[0]


def test_an_answer_depends_on_its_row_alone() -> None:
    rng = np.random.default_rng(2)
    lon, lat = rng.uniform(35.5, 36.6, 300), rng.uniform(32.3, 33.8, 300)
    radius, unit = rng.choice([3e3, 25e3], 300), rng.choice(["SIM", "", "XX"], 300).tolist()
    units = Units((UNIT,))
    together = Locator(Shape("z", "leaf", ZONE, 2_000.0), units).share(
        regions(lon, lat, radius, unit)
    )
    kernel = Locator(Shape("z", "leaf", ZONE, 2_000.0), units)
    alone = [
        kernel.share(regions(lon[i : i + 1], lat[i : i + 1], radius[i : i + 1], unit[i : i + 1]))[0]
        for i in range(299, -1, -1)
    ]
    assert (together == alone[::-1]).all()

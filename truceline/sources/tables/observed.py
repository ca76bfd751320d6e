"""Where a row of a table lies: a point, a disc, an admin unit, or what an observer saw.

An observer's own position, bearing and range make a sector: "at 2 to 5 km to the SW".
"""

import re
from collections.abc import Mapping

import numpy as np
import pyarrow.compute as pc

from truceline.model.unit import Units
from truceline.sources.tables.building import mask_of
from truceline.sources.tables.precision import DISC, SECTOR, UNIT, Regions
from truceline.sources.tables.rows import Floats, Mask, Rows, within

# A bearing in words is right to half a step of its own compass; one in degrees, where the
# row gives no spread, to half a step of the eight-point compass.
_POINTS = [
    "N",
    "NNE",
    "NE",
    "ENE",
    "E",
    "ESE",
    "SE",
    "SSE",
    "S",
    "SSW",
    "SW",
    "WSW",
    "W",
    "WNW",
    "NW",
    "NNW",
]
_SPREAD = {1: 45.0, 2: 22.5, 3: 11.25}
SPREAD_DEG = 22.5
_WORDS = {"north": "N", "east": "E", "south": "S", "west": "W"}
_METRES = {
    "": 1.0,
    "m": 1.0,
    "metres": 1.0,
    "meters": 1.0,
    "km": 1000.0,
    "kilometres": 1000.0,
    "kilometers": 1000.0,
    "mi": 1609.344,
}
_FARTHEST_APART_M = 20_100_000.0  # half way round the earth
# How far off heavy fire is heard or its flash seen, where an observer gives no range.
FARTHEST_M = 20_000.0


def place_of(rows: Rows, col: Mapping[str, str], units: Units, *, comma: bool) -> dict[str, object]:
    """The columns of ``EVENT_SCHEMA`` that say where, and the faults of those of the file."""
    lon, lat = rows.place(col["lon"], col["lat"], comma=comma)
    radius = rows.number(col["radius_m"], comma=comma)
    if not within(radius, 0, _FARTHEST_APART_M):
        with np.errstate(invalid="ignore"):
            rows.fail(
                (radius < 0) | (radius > _FARTHEST_APART_M),
                col["radius_m"],
                "no radius is negative or more than half way round the earth",
                "give metres, or leave it empty for a point",
            )
        radius = np.nan_to_num(radius)
    regions = Regions(lon, lat)
    here = ~np.isnan(lon) & rows.ok
    regions.discs(here, radius if here.all() else radius[here])
    _units(rows, col["unit"], units, regions)
    columns = dict(regions.columns())
    if any(col[c] for c in ("bearing", "range", "observer_lon")):
        _sectors(rows, col, regions, columns, comma=comma)
    return columns


def _units(rows: Rows, column: str, units: Units, regions: Regions) -> None:
    if not column:
        return
    codes = rows.text(column)
    for i in np.flatnonzero(mask_of(pc.not_equal(codes, "")) & rows.ok):
        code = codes[int(i)].as_py()
        unit = units.get(code)
        if unit is not None:
            regions.lon[i], regions.lat[i] = unit.lon, unit.lat
            regions.radius_m[i], regions.kind[i], regions.unit[int(i)] = unit.radius_m, UNIT, code
            continue
        if regions.kind[i] == DISC:  # the row's own disc stands in for the unit
            regions.kind[i], regions.unit[int(i)] = UNIT, code
        one = np.zeros(rows.n, np.bool_)
        one[i] = True
        rows.note(
            one,
            column,
            "this admin unit is not among the boundaries at hand",
            "add its boundaries; until then the row's own coordinates and radius are used",
        )


def _sectors(
    rows: Rows, col: Mapping[str, str], regions: Regions, columns: dict[str, object], *, comma: bool
) -> None:
    own_lon, own_lat = rows.place(col["observer_lon"], col["observer_lat"], comma=comma)
    bearing, natural = _bearings(rows, col["bearing"])
    spread = rows.number(col["spread"], comma=comma)
    spread = np.where(np.isnan(spread), natural, spread)
    near, far = _ranges(rows, col["range"])
    stated = rows.number(col["range_min"], comma=comma)
    near = np.where(np.isnan(stated), near, stated)
    with np.errstate(invalid="ignore"):
        rows.fail(
            (spread <= 0) | (spread > 180),
            col["spread"],
            "no spread is below 0 or above 180 degrees",
            "give the error to either side, in degrees",
        )
        rows.fail(
            (near < 0) | (near > far),
            col["range"],
            "the nearer end of the range is beyond the farther one",
            "give the range as nearest and farthest, like 2-5 km",
        )
    told = ~np.isnan(bearing) | ~np.isnan(far)
    has_own = ~np.isnan(own_lon)
    lon = np.where(has_own, own_lon, regions.lon)
    lat = np.where(has_own, own_lat, regions.lat)
    # With both a place and an observer, the place that the row itself names is the event's.
    named_place = has_own & ~np.isnan(regions.lon)
    lost = told & np.isnan(lon)
    rows.fail(
        lost,
        col["bearing"] or col["range"],
        "a bearing or a range needs the observer's position",
        "give observer_lon and observer_lat",
    )
    rows.note(
        told & np.isnan(far) & ~named_place,
        col["bearing"],
        f"no range is stated; taken as up to {FARTHEST_M / 1000:g} km",
        "give the range, if the observer knew it",
    )
    ring = told & np.isnan(bearing) & ~named_place & ~np.isnan(lon)
    sector = ~np.isnan(bearing) & ~named_place & ~np.isnan(lon)
    far = np.where(np.isnan(far), FARTHEST_M, far)
    regions.lon[sector | ring] = lon[sector | ring]
    regions.lat[sector | ring] = lat[sector | ring]
    regions.radius_m[sector | ring] = far[sector | ring]
    regions.kind[ring] = DISC
    regions.kind[sector] = SECTOR
    columns.update(regions.columns())
    nothing = np.full(rows.n, np.nan)
    columns["bearing_deg"] = np.where(sector, bearing % 360, nothing)
    columns["spread_deg"] = np.where(sector, spread, nothing)
    columns["range_min_m"] = np.where(sector, np.nan_to_num(near), nothing)
    # An observer who names no place and saw no direction was within sight of the act.
    alone = has_own & ~told & np.isnan(regions.lon)
    if alone.any():
        regions.lon[alone], regions.lat[alone] = own_lon[alone], own_lat[alone]
        regions.discs(alone, FARTHEST_M)
        columns.update(regions.columns())


def _bearings(rows: Rows, column: str) -> tuple[Floats, Floats]:
    """Degrees clockwise from true north, and how far to either side they may be off."""
    words = rows.text(column)
    bearing, spread = np.full(rows.n, np.nan), np.full(rows.n, SPREAD_DEG)
    bad: Mask = np.zeros(rows.n, np.bool_)
    for i in np.flatnonzero(mask_of(pc.not_equal(words, ""))):
        text = words[int(i)].as_py()
        letters = re.sub("|".join(_WORDS), lambda m: _WORDS[m[0]], text.casefold())
        letters = re.sub(r"[^A-Za-z]|ern|wards?", "", letters).upper()
        if letters in _POINTS:
            bearing[i] = _POINTS.index(letters) * 22.5
            spread[i] = _SPREAD[len(letters)]
            continue
        found = re.fullmatch(r"(\d{1,3}(?:\.\d+)?) ?(?:°|deg(?:rees)?)?", text)
        if found and float(found[1]) <= 360:
            bearing[i] = float(found[1])
        else:
            bad[i] = True
    rows.fail(
        bad,
        column,
        "this is no bearing",
        "write degrees from north, 0 to 360, or a compass point like NNE",
    )
    return bearing, spread


def _ranges(rows: Rows, column: str) -> tuple[Floats, Floats]:
    """Nearest and farthest metres of "2-5 km", "1500", "3 km"; one figure is the farthest."""
    near, far = np.full(rows.n, np.nan), np.full(rows.n, np.nan)
    words = rows.text(column)
    bad: Mask = np.zeros(rows.n, np.bool_)
    for i in np.flatnonzero(mask_of(pc.not_equal(words, ""))):
        text = words[int(i)].as_py().casefold().replace("\u2013", "-")
        found = re.fullmatch(
            r"(?:(\d+(?:\.\d+)?) ?([a-z]*) ?(?:-|to) ?)?(?:up to |about |~)?(\d+(?:\.\d+)?) ?([a-z]*)",
            text,
        )
        if not found or not {found[4], found[2] or ""} <= set(_METRES):
            bad[i] = True
            continue
        far[i] = float(found[3]) * _METRES[found[4]]
        if found[1]:
            near[i] = float(found[1]) * _METRES[found[2] or found[4]]
    rows.fail(bad | (far == 0), column, "this is no range", "write metres, or like 2-5 km")
    return near, far

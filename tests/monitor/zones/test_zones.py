"""Zone definitions turned into ground, and what is wrong with them said where it is wrong."""

import json
import re
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import shapely
from pydantic import TypeAdapter
from pyproj import Geod

from truceline.model.unit import Unit, Units
from truceline.model.zone import Line, Place, ZoneDef
from truceline.monitor.zones.zones import Ground, Route, build, features, route_lines

GEOD = Geod(ellps="WGS84")
DAMASCUS = ZoneInfo("Asia/Damascus")
ZONES: TypeAdapter[dict[str, Any]] = TypeAdapter(dict[str, ZoneDef])
ROAD = shapely.LineString([(36.8, 35.86), (36.6, 35.81), (36.2, 35.82)])  # from east to west
PLACES = {
    "A": Place(at=(36.7, 35.84)),
    "B": Place(at=(36.3, 35.82), accuracy="300 m"),
    "far": Place(at=(39.0, 35.8)),
}
LINES: dict[str, Any] = {
    "road": Line(file="road.geojson", accuracy="2 km", source="a survey"),
    "meridian": Line(points=[(36.0, 35.0), (36.0, 36.0)]),
}
BOX = {"polygon": [[36, 35.5], [37, 35.5], [37, 36.2], [36, 36.2]], "accuracy": "1 km"}


def ground(zones: dict[str, Any], files: dict[str, Any] | None = None, **given: Any) -> Ground:
    return build(
        ZONES.validate_python(zones),
        given.get("lines", LINES),
        given.get("places", PLACES),
        {"road.geojson": ROAD, **(files or {})},
        given.get("units", Units(())),
        DAMASCUS,
    )


def shape(definition: dict[str, Any], **given: Any) -> Any:
    made = ground({"box": BOX, "zone": definition}, **given)
    assert made.faults == ()
    (one,) = made.zones["zone"]
    assert one.shape.polygon.is_valid
    return one.shape


def fault(definition: dict[str, Any], **given: Any) -> tuple[tuple[str | int, ...], str]:
    made = ground({"box": BOX, "zone": definition}, **given)
    (found,) = made.faults
    assert made.zones["zone"] == ()
    assert made.zones["box"], "one zone's fault must not take another with it"
    path, message = found
    assert re.search(r"; |, from ", message), f"says no remedy: {message}"
    return path, message


def area_km2(polygon: Any) -> float:
    return abs(GEOD.geometry_area_perimeter(polygon)[0]) / 1e6


def test_a_corridor_maps_north_and_south_onto_its_line() -> None:
    found = shape({"along": "road", "depth": {"north": "6 km", "south": "2 km"}})
    # The road runs west, so north is on its right.
    assert (found.spine.left_m, found.spine.right_m) == (2_000, 6_000)
    assert found.accuracy_m == 2_000
    assert found.of == "road"
    assert shapely.contains_xy(found.polygon, 36.4, 35.815 + 0.05)
    assert not shapely.contains_xy(found.polygon, 36.4, 35.815 - 0.05)
    sides = shape({"along": "road", "depth": {"left": "2 km", "right": "6 km"}})
    assert shapely.equals_exact(sides.polygon, found.polygon, 1e-7)
    only = shape({"along": "road", "depth": {"north": "6 km"}, "accuracy": "500 m"})
    assert (only.spine.left_m, only.accuracy_m) == (0, 500)


def test_a_corridor_is_cut_at_the_points_nearest_to_its_places() -> None:
    definition = {"along": "road", "depth": "3 km", "ends": "flat"}
    whole = shape(definition)
    ends = {"from": {"place": "A"}, "to": {"place": "B"}}
    found = shape(definition | ends)
    first, last = (found.spine.line.coords[i] for i in (0, -1))
    assert GEOD.inv(*first, 36.7, 35.84)[2] < 600
    assert GEOD.inv(*last, 36.3, 35.82)[2] < 600
    length = GEOD.geometry_length(found.spine.line) / 1000
    assert area_km2(found.polygon) == pytest.approx(6 * length, rel=0.01)
    assert whole.polygon.area > found.polygon.area
    turned = shape(definition | {"from": ends["to"], "to": ends["from"]})
    assert turned.spine.line.equals(found.spine.line), "left and right stay those of the line"


def test_discs_areas_and_everywhere() -> None:
    disc = shape({"around": "B", "radius": "5 km"})
    assert disc.accuracy_m == 300
    assert area_km2(disc.polygon) == pytest.approx(78.54, rel=1e-4)
    assert shape({"around": [36.5, 35.8], "radius": "5 km"}).accuracy_m == 0
    drawn = shape({"file": "a.geojson"}, files={"a.geojson": shapely.box(36, 35, 37, 36)})
    assert drawn.polygon.exterior.is_ccw
    assert drawn.polygon.equals(shapely.box(36, 35, 37, 36))
    assert shape({"everywhere": True}).op == "everywhere"
    unknown = shape({"unknown": "disputed", "because": "two maps"})
    assert (unknown.op, unknown.why, unknown.polygon.is_empty) == (
        "unknown",
        "disputed: two maps",
        True,
    )


def unit(code: str, west: float) -> Unit:
    return Unit(
        code, 1, (code,), ("SY",), shapely.box(west, 35, west + 1, 36), west + 0.5, 35.5, 5e4
    )


def test_admin_units_come_from_the_boundaries_at_hand_else_the_outline() -> None:
    units = Units((unit("SY01", 36), unit("SY02", 37)))
    definition = {
        "admin": ["SY01", "SY02"],
        "outline": "o.geojson",
        "accuracy": "5 km",
        "unit-accuracy": "100 m",
    }
    files = {"o.geojson": shapely.box(35.9, 34.9, 38.1, 36.1)}
    found = shape(definition, units=units, files=files)
    assert found.polygon.equals(shapely.box(36, 35, 38, 36))
    assert found.accuracy_m == 100
    outline = shape(definition, files=files)
    assert outline.polygon.equals(files["o.geojson"])
    assert outline.accuracy_m == 5_000
    none = shape({"admin": ["SY01"]})
    assert none.op == "unknown"
    assert "truceline boundaries add" in none.why
    path, message = fault({"admin": ["SY01", "SY77"]}, units=units, files=files)
    assert path == ("zones", "zone", "admin", 1)
    assert "SY77" in message


def test_composed_zones_keep_their_parts() -> None:
    road = {"along": "road", "depth": "5 km"}
    both = shape({"union": ["box", road]})
    assert [p.accuracy_m for p in both.parts] == [1_000, 2_000]
    assert both.accuracy_m == 2_000
    assert both.parts[0].id == "box"
    common = shape({"intersection": ["box", road]})
    rest = shape({"difference": ["box", road]})
    assert common.polygon.area + rest.polygon.area == pytest.approx(
        both.parts[0].polygon.area, rel=1e-6
    )
    own = shape({"union": ["box", road], "accuracy": "3 km"})
    assert (own.op, own.accuracy_m, own.parts) == ("leaf", 3_000, ())
    dark = shape({"union": ["box", {"unknown": "undisclosed"}]})
    assert dark.parts[1].op == "unknown"


def test_beyond_a_line_inside_a_zone() -> None:
    found = shape({"beyond": "10 km", "of": "road", "within": "box"})
    assert found.op == "difference"
    assert [p.accuracy_m for p in found.parts] == [1_000, 2_000]
    assert found.parts[1].spine.left_m == 10_000
    for y, expected in ((35.6, True), (35.77, False), (35.87, False), (36.0, True)):
        assert shapely.contains_xy(found.polygon, 36.4, y) == expected
    north = shape({"beyond": "10 km", "of": "road", "within": "box", "side": "north"})
    for y, expected in ((35.6, False), (35.77, False), (35.87, False), (36.0, True)):
        assert shapely.contains_xy(north.polygon, 36.4, y) == expected
    south = shape({"beyond": "10 km", "of": "road", "within": "box", "side": "south"})
    assert north.polygon.area + south.polygon.area == pytest.approx(found.polygon.area, rel=1e-5)
    strip = north.parts[1]
    assert strip.spine.right_m == 10_000  # north is right of a road that runs west
    assert shapely.covers(strip.polygon.buffer(1e-6), shapely.box(36.0, 35.5, 37.0, 35.7))


def days(made: Ground, name: str) -> list[tuple[str, str]]:
    return [
        tuple(
            "" if d is None else d.astimezone(DAMASCUS).isoformat()[:16]
            for d in (s.valid_from, s.valid_to)
        )
        for s in made.zones[name]
    ]  # type: ignore[misc]  # a list of pairs


def test_days_are_local_and_the_last_one_counts() -> None:
    made = ground({
        "zone": {"versions": [
            {"around": "A", "radius": "5 km", "valid-to": "2020-03-26"},
            {"around": "A", "radius": "6 km", "valid-from": "2020-03-27"},
        ]},
        "both": {"union": [BOX | {"valid-from": "2020-03-20"}, "zone"]},
        "common": {"intersection": [BOX | {"valid-from": "2020-03-20"}, "zone"]},
    })  # fmt: skip
    assert made.faults == ()
    assert days(made, "zone") == [("", "2020-03-27T01:00"), ("2020-03-27T01:00", "")]
    changes = ["2020-03-20T00:00", "2020-03-27T01:00"]
    assert days(made, "both") == [("", changes[0]), (changes[0], changes[1]), (changes[1], "")]
    assert days(made, "common") == [(changes[0], changes[1]), (changes[1], "")]


def test_a_line_that_moves_by_date_moves_its_corridor() -> None:
    lines = {"front": (
        Line(points=[(36, 35), (37, 35)], valid_to="2020-03-05", accuracy="1 km"),
        Line(points=[(36, 36), (37, 36)], valid_from="2020-03-06", accuracy="3 km"),
    )}  # fmt: skip
    made = ground({"zone": {"along": "front", "depth": "5 km"}}, lines=lines)
    assert made.faults == ()
    assert [s.shape.accuracy_m for s in made.zones["zone"]] == [1_000, 3_000]
    assert days(made, "zone") == [("", "2020-03-06T00:00"), ("2020-03-06T00:00", "")]


FAULTS = {
    ("along",): ({"along": "raod", "depth": "1 km"}, "line 'raod' is not defined"),
    ("depth", "north"): ({"along": "meridian", "depth": {"north": "1 km"}}, "no north side"),
    ("depth",): ({"along": "road", "depth": {}}, "no depth"),
    ("from", "place"): ({"along": "road", "depth": "1 km", "from": {"place": "far"}}, r"\d+ km from"),
    ("to", "place"): ({"along": "road", "depth": "1 km", "to": {"place": "X"}}, "not defined"),
    ("to",): ({"along": "road", "depth": "1 km", "from": {"place": "A"}, "to": {"place": "A"}}, "one point"),
    ("around",): ({"around": "X", "radius": "1 km"}, "not defined"),
    ("radius",): ({"around": "A", "radius": "0 km"}, "no size"),
    ("file",): ({"file": "none.geojson"}, "not found"),
    ("polygon",): ({"polygon": [[36, 35], [37, 36], [37, 35], [36, 36]]}, "not a valid area"),
    ("union", 1): ({"union": ["box", "bx"]}, "zone 'bx' is not defined"),
    ("union", 0, "radius"): ({"union": [{"around": "A", "radius": "0 km"}]}, "no size"),
    ("intersection",): ({"intersection": ["box", {"around": [30, 30], "radius": "1 km"}]}, "empty"),
    ("difference",): ({"difference": [{"around": "A", "radius": "1 km"}, "box"]}, "empty"),
    ("of",): ({"beyond": "1 km", "of": "x", "within": "box"}, "not defined"),
    ("side",): ({"beyond": "1 km", "of": "meridian", "within": "box", "side": "south"}, "no south side"),
    ("beyond",): ({"beyond": "900 km", "of": "road", "within": "box"}, "leaves nothing"),
    ("valid-to",): (
        {"around": "A", "radius": "1 km", "valid-from": "2020-03-02", "valid-to": "2020-03-01"},
        "before it starts",
    ),
    ("versions", 1): (
        {"versions": [{"around": "A", "radius": "1 km", "valid-to": "2020-03-02"},
                      {"around": "A", "radius": "2 km", "valid-from": "2020-03-02"}]},
        "do not overlap",
    ),
}  # fmt: skip


@pytest.mark.parametrize("at", [k for k in FAULTS if k != ("versions", 1)])
def test_a_fault_says_where_and_what_to_do(at: tuple[str | int, ...]) -> None:
    definition, says = FAULTS[at]
    path, message = fault(definition)
    assert path == ("zones", "zone", *at)
    assert re.search(says, message)


def test_two_words_for_one_side_must_agree() -> None:
    slant = {"slant": Line(points=[(36, 35), (37, 36)])}
    definition = {"along": "slant", "depth": {"north": "1 km", "west": "2 km"}}
    path, message = fault(definition, lines=slant)
    assert path == ("zones", "zone", "depth", "west")
    assert "same side" in message
    definition["depth"] = {"north": "1 km", "west": "1 km"}
    assert shape(definition, lines=slant).spine.left_m == 1_000


def test_versions_on_the_same_day_are_a_fault() -> None:
    made = ground({"zone": FAULTS["versions", 1][0]})
    ((path, message),) = made.faults
    assert path == ("zones", "zone", "versions", 1)
    assert "do not overlap" in message


def test_zones_made_of_themselves_are_a_fault_once() -> None:
    made = ground(
        {
            "a": {"union": ["b"]},
            "b": {"difference": ["box", "a"]},
            "c": {"union": ["c"]},
            "box": BOX,
        }
    )
    assert [f[0] for f in made.faults] == [
        ("zones", "b", "difference", 1),
        ("zones", "c", "union", 0),
    ]
    assert "a > b > a" in made.faults[0][1]
    assert made.zones["a"] == ()
    assert made.zones["box"]


@pytest.mark.parametrize(
    ("geometry", "says"),
    [
        (shapely.Point(36, 35), "holds no line"),
        (shapely.LineString([(500_000, 4_000_000), (510_000, 4_000_000)]), "not on the globe"),
        (shapely.LineString([(36, 35), (36, 35)]), "two different points"),
        (shapely.LineString(), "holds no line"),
    ],
)
def test_a_bad_line_is_one_fault_at_the_line(geometry: Any, says: str) -> None:
    made = ground({"a": {"along": "road", "depth": "1 km"}, "b": {"along": "road", "depth": "2 km"}},
                  files={"road.geojson": geometry})  # fmt: skip
    ((path, message),) = made.faults
    assert path == ("lines", "road", "file")
    assert says in message


def test_a_trace_in_pieces_reads_as_one_line() -> None:
    whole = ground(
        {
            "zone": {
                "along": "road",
                "depth": {"north": "3 km"},
                "from": {"place": "A"},
                "to": {"place": "B"},
            }
        }
    )
    x = shapely.get_coordinates(shapely.segmentize(ROAD, 0.05))
    pieces = [shapely.LineString(x[i : j + 1]) for i, j in ((6, 9), (0, 3), (9, len(x) - 1))]
    pieces.append(shapely.LineString(x[3:7][::-1]))  # one way drawn against the others
    trace = shapely.GeometryCollection([shapely.Point(36, 35), shapely.MultiLineString(pieces)])
    mixed = ground(
        {
            "zone": {
                "along": "road",
                "depth": {"north": "3 km"},
                "from": {"place": "A"},
                "to": {"place": "B"},
            }
        },
        files={"road.geojson": trace},
    )
    assert mixed.faults == ()
    a, b = whole.zones["zone"][0].shape, mixed.zones["zone"][0].shape
    assert (a.spine.left_m, a.spine.right_m) == (b.spine.left_m, b.spine.right_m)
    assert shapely.hausdorff_distance(a.polygon, b.polygon) < 1e-5
    gap = shapely.MultiLineString([[(36.8, 35.86), (36.6, 35.81)], [(36.5, 35.81), (36.2, 35.82)]])
    path, message = fault(
        {"along": "road", "depth": "3 km", "from": {"place": "A"}, "to": {"place": "B"}},
        files={"road.geojson": gap},
    )
    assert path == ("zones", "zone", "from")
    assert "2 pieces" in message


def test_features_are_geojson() -> None:
    made = ground({
        "corridor": {"along": "road", "depth": "6 km", "valid-from": "2020-03-06", "valid-to": "2020-12-31", "source": "art. 2"},
        "dark": {"unknown": "undisclosed"},
        "moment": {"around": "A", "radius": "1 km", "valid-from": "2020-03-06T00:01+03:00"},
    })  # fmt: skip
    a, b = (("A", PLACES["A"]), ("B", PLACES["B"]))
    found = json.loads(
        json.dumps(features(made, [Route("art-3", "road", b, a), Route("x", "no-such")]))
    )
    by = {f["properties"]["id"]: f for f in found}
    assert [f["properties"]["kind"] for f in found] == ["zone"] * 3 + ["line"] * 2 + ["route"]
    corridor = by["corridor"]["properties"]
    assert corridor == {
        "id": "corridor", "kind": "zone", "of": "road", "accuracy_m": 2000.0,
        "valid_from": "2020-03-06", "valid_to": "2020-12-31",
        "name": "", "source": "art. 2", "note": "", "left_m": 6000.0, "right_m": 6000.0,
    }  # fmt: skip
    ring = by["corridor"]["geometry"]["coordinates"][0]
    assert ring[0] == ring[-1]
    assert shapely.Polygon(ring).exterior.is_ccw
    assert all(len(str(x).split(".")[-1]) <= 7 for x, _ in ring)
    assert by["dark"]["geometry"] is None
    assert by["moment"]["properties"]["valid_from"] == "2020-03-05T23:01:00+02:00"
    assert by["road"]["properties"]["source"] == "a survey"
    route = by["art-3"]
    assert route["properties"]["of"] == "road"
    assert route["geometry"]["coordinates"][0][0] == pytest.approx(36.3, abs=0.01), "from B to A"


def test_a_route_that_cannot_be_cut_says_why() -> None:
    made = ground({})
    with pytest.raises(ValueError, match="km from 'road'"):
        route_lines(made, Route("r", "road", ("far", PLACES["far"])))


def test_areas_across_the_date_line_are_cut_there() -> None:
    made = shape({"polygon": [[179, 10], [-179, 10], [-179, 11], [179, 11]]})
    assert made.polygon.geom_type == "MultiPolygon"
    assert made.polygon.area == pytest.approx(2)
    assert shape(
        {"polygon": [[-180, -60], [180, -60], [180, 60], [-180, 60]]}
    ).polygon.area == pytest.approx(43_200)
    path, message = fault({"polygon": [[0, 80], [120, 80], [-120, 80]]})
    assert path == ("zones", "zone", "polygon")
    assert "pole" in message

"""Watch: shares of zone and time with known answers."""

import io
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import shapely

from truceline.model.patrol import PatrolRules
from truceline.model.track import SECOND, Fixes
from truceline.model.watch import Watch
from truceline.model.zone import DatedShape, Shape
from truceline.monitor.patrols.route import Posts
from truceline.monitor.watch import ground, micros, of_fixes, weekly
from truceline.sources.watch_table import WatchTableError, read_watch

DAMASCUS = ZoneInfo("Asia/Damascus")
MONDAY = datetime(2020, 3, 16, tzinfo=DAMASCUS)
BOX = Shape("box", "leaf", shapely.box(36.0, 35.0, 37.0, 36.0))
HALF = Shape("half", "leaf", shapely.box(36.0, 35.0, 36.5, 36.0))


def hours(a, b, **place):
    start, end = (micros(MONDAY + timedelta(hours=h)) for h in (a, b))
    return Watch("w", place.pop("means", "post"), start, end, **place)


def share(*watches, shape=BOX, posts=None, zones=None, h=(0, 24)):
    start, end = (micros(MONDAY + timedelta(hours=k)) for k in h)
    return ground(shape, shape.id, watches, posts, zones).share(start, end)


def test_a_whole_zone_for_a_part_of_the_time():
    found = share(hours(0, 6, zone="box"))
    assert (found.watched, found.time, found.space) == (0.25, 0.25, 1)
    assert found.hours == {"post": 6}
    assert share(hours(0, 6, zone="box"), hours(3, 12, zone="box", means="uav")).watched == 0.5
    assert share().watched == 0


def test_half_a_zone_all_of_the_time():
    zones = {"half": (DatedShape(HALF),), "box": (DatedShape(BOX),)}
    found = share(hours(-9, 99, zone="half"), zones=zones)
    assert found.watched == pytest.approx(0.5, abs=0.02)
    assert (found.time, found.space) == (1, pytest.approx(0.5, abs=0.02))
    assert share(hours(0, 24, zone="box"), shape=HALF, zones=zones).watched == 1


def test_a_disc_is_its_area():
    found = share(hours(0, 24, lon=36.5, lat=35.5, radius_m=20_000))
    area = 111_000 * 111_000 * np.cos(np.radians(35.5))
    assert found.watched == pytest.approx(np.pi * 20_000**2 / area, abs=0.02)


def test_a_stretch_is_seen_a_kilometre_to_either_side():
    posts = Posts([np.array([[36.0, 35.5], [37.0, 35.5]])])
    strip = Shape("strip", "leaf", shapely.box(36.0, 35.4911, 37.0, 35.5089))
    found = share(hours(0, 24, from_km=0, to_km=posts.length_m / 2000), shape=strip, posts=posts)
    assert found.watched == pytest.approx(0.5, abs=0.03)


def test_weeks_are_local_and_none_is_left_out():
    listed = list(
        weekly(
            {"box": (DatedShape(BOX),), "x": (DatedShape(Shape("x", "unknown", None)),)},
            [hours(0, 84, zone="box")],
            None,
            DAMASCUS,
            MONDAY - timedelta(days=7),
            MONDAY + timedelta(days=13),
        )
    )
    box = [w for w in listed if w.zone == "box"]
    assert [w.monday.isoformat() for w in box[:2]] == [
        "2020-03-09T00:00:00+02:00",
        "2020-03-16T00:00:00+02:00",
    ]
    assert [round(w.share.watched, 4) for w in box] == [0, 0.5, 0]
    assert [w.share for w in listed if w.zone == "x"] == [None] * 3


def test_a_patrol_watches_where_it_is_and_not_across_its_gaps():
    posts = Posts([np.array([[36.0, 35.5], [37.0, 35.5]])])
    at = np.concatenate([np.arange(0, 6_000, 10.0), np.arange(20_000, 26_000, 10.0)])
    lonlat = posts.places(at)
    time = (np.arange(len(at)) * SECOND).astype(np.int64)
    fixes = Fixes.of(time, lonlat[:, 0], lonlat[:, 1])
    found = of_fixes("RUS", "a", fixes, PatrolRules())
    assert len(found) == 20
    assert sum(w.end - w.start for w in found) == (599 + 599) * SECOND
    assert {(w.watcher, w.means, w.radius_m) for w in found} == {("RUS", "patrol", 1_000)}


def _read(text, **more):
    given = {"timezone": "Asia/Damascus", "zones": ["box"], "route_km": 50.0} | more
    return read_watch(io.BytesIO(text.encode()), name="w.csv", **given)


def test_the_table_and_its_bad_rows():
    head = "watcher,means,start,end,lon,lat,radius_m,from_km,to_km,zone\n"
    good = (
        "OP 1,observation post,2020-03-16,,36.5,35.5,5000,,,\n"
        "D,drone,2020-03-16T06:00,2020-03-16T07:00,,,,,,box\n"
        "C,camera,2020-03-16,2020-03-17,,,,10,20,\n"
    )
    bad = (
        "X,crystal ball,2020-03-16,,,,,,,box\n"
        ",post,2020-03-16,,,,,,,box\n"
        "X,post,2020-02-31,,,,,,,box\n"
        "X,post,2020-03-16,2020-03-01,,,,,,box\n"
        "X,post,2020-03-16,,36,,,,,\n"
        "X,post,2020-03-16,,36,35,-5,,,\n"
        "X,post,2020-03-16,,,,,20,10,\n"
        "X,post,2020-03-16,,,,,10,99,\n"
        "X,post,2020-03-16,,,,,,,elsewhere\n"
        "X,post,2020-03-16,,36,35,500,,,box\n"
        "X,post,2020-03-16,,,,,,,\n"
        "X,post,,,,,,,,box\n"
        "X,post,2020-03-16,,x,35,500,,,\n"
    )
    found, problems, rows = _read(head + good + bad)
    assert rows == len(found) + len(problems) == 16
    assert [p.line for p in problems] == list(range(5, 18))
    assert all(p.what and p.todo for p in problems)
    day = datetime(2020, 3, 15, 22, tzinfo=UTC)
    assert (found[0].start, found[0].end) == (micros(day), micros(day + timedelta(days=1)))
    assert [w.means for w in found] == ["post", "uav", "camera"]
    assert [Watch.of_json(w.to_json()) for w in found] == found
    assert "no single route" in _read(head + good, route_km=None)[1][0].what
    with pytest.raises(WatchTableError, match="no column"):
        _read("a,b\n1,2\n")

"""Known answers: tracks made along a route with a known stretch, gap and partner.

The route runs 40 km east along a parallel, then 20 km north, and is known exactly.
"""

from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from truceline.model.patrol import PatrolRules
from truceline.model.track import SECOND, Fixes, Track
from truceline.monitor.patrols.clean import cleaned
from truceline.monitor.patrols.clock import clocks
from truceline.monitor.patrols.patrols import patrols
from truceline.monitor.patrols.route import Posts, ways
from truceline.monitor.patrols.runs import lay

GEOD = Geod(ellps="WGS84")
UTC = ZoneInfo("UTC")
T0 = 1_584_259_200  # 2020-03-15T08:00Z
OWED = ("RUS", "TUR")
RULES = PatrolRules()


def _line(start, *legs):
    points = [start]
    for azimuth, metres in legs:
        lon, lat, _ = GEOD.fwd(*points[-1], azimuth, metres)
        points.append((lon, lat))
    return np.array(points)


POSTS = Posts([_line((36.0, 35.8), (90, 40_000), (0, 20_000))])


def drive(at, seconds, *, posts=POSTS, off=0.0, segment=None, noise=0.0, seed=1):
    """Fixes at posts (metres), ``off`` metres north or, on the second leg, east of the route."""
    at = np.asarray(at, float)
    lonlat = posts.places(at)
    east = np.where(at > 40_000, off, 0.0)
    north = np.where(at > 40_000, 0.0, off)
    rng = np.random.default_rng(seed)
    east, north = (
        east + rng.normal(0, 1, len(at)) * noise,
        north + rng.normal(0, 1, len(at)) * noise,
    )
    lon = lonlat[:, 0] + east / (111_320 * np.cos(np.radians(lonlat[:, 1])))
    lat = lonlat[:, 1] + north / 110_950
    time = ((T0 + np.asarray(seconds, float)) * SECOND).astype(np.int64)
    return Fixes.of(time, lon, lat, segment)


def found(*tracks, posts=POSTS, accuracy_m=0.0, rules=RULES, owed=OWED):
    chains = []
    for k, (party, fixes) in enumerate(tracks):
        track = cleaned(Track(party, f"{k}.gpx", "", fixes, len(fixes)), rules.fastest_kmh)
        chains.append(lay(party, track.file, track.fixes, posts, accuracy_m, rules))
    return patrols(chains, posts, owed, rules, UTC)


def one(*tracks, **more):
    listed = found(*tracks, **more)
    assert len(listed) == 1
    return listed[0]


def gaps(patrol):
    return [(g.from_km, g.to_km) for g in patrol.gaps]


STEP = np.arange(5_000, 45_001, 50.0)
SECONDS = (STEP - 5_000) / 10


def test_a_route_is_measured_on_the_ellipsoid():
    assert POSTS.length_m == pytest.approx(60_000, abs=1)
    far = POSTS.match(
        *POSTS.places(np.array([123.0, 40_000.0, 59_999.0])).T, 500, np.ones(3, bool), 50
    )
    assert far.at == pytest.approx([123, 40_000, 59_999], abs=2)
    assert far.off == pytest.approx([0, 0, 0], abs=2)


def test_a_known_stretch_with_a_known_partner():
    p = one(("RUS", drive(STEP, SECONDS)), ("TUR", drive(STEP[100:], SECONDS[100:] + 180)))
    assert p.start.timestamp() == T0
    assert p.end.timestamp() == T0 + 4_180
    assert p.joint
    assert p.joint_km == pytest.approx(35, abs=0.05)
    assert p.covered_km == pytest.approx(40, abs=0.05)
    assert p.route_km == pytest.approx(60, abs=0.05)
    assert gaps(p) == [
        pytest.approx((0, 5), abs=0.05),
        pytest.approx((45, 60), abs=0.05),
    ]


def test_a_tunnel_is_a_gap_and_nothing_is_invented_in_it():
    keep = (STEP < 20_000) | (STEP > 23_000)
    p = one(("RUS", drive(STEP[keep], SECONDS[keep])), ("TUR", drive(STEP, SECONDS + 60)))
    assert p.covered_km == pytest.approx(40, abs=0.05)
    assert p.joint_km == pytest.approx(37, abs=0.11)
    rus = p.parts[0]
    assert [(g.from_km, g.to_km) for g in rus.gaps] == [
        pytest.approx((0, 5), abs=0.05),
        pytest.approx((19.95, 23.05), abs=0.05),
        pytest.approx((45, 60), abs=0.05),
    ]
    assert rus.share == pytest.approx(36.9 / 60, abs=0.002)


@pytest.mark.parametrize(
    ("step_m", "step_s", "covered"),
    [(500, 120, True), (501, 60, False), (100, 121, False), (490, 20, True)],
)
def test_gaps_in_metres_and_in_seconds(step_m, step_s, covered):
    at = np.arange(1_000, 30_000, step_m)
    p = found(("RUS", drive(at, np.arange(len(at)) * step_s)))
    assert p[0].covered_km == pytest.approx((at[-1] - at[0]) / 1000 if covered else 0, abs=0.05)


def test_a_new_segment_is_not_bridged():
    segment = (STEP >= 25_000).astype(int)
    p = one(("RUS", drive(STEP, SECONDS, segment=segment)))
    assert p.covered_km == pytest.approx(39.95, abs=0.005)


def test_opposite_ways_are_not_joint():
    p = one(("RUS", drive(STEP, SECONDS)), ("TUR", drive(STEP[::-1], SECONDS)))
    assert not p.joint
    assert p.joint_km == 0
    assert p.covered_km == pytest.approx(40, abs=0.05)


@pytest.mark.parametrize(("lag", "joint"), [(0, 40), (599, 40), (600, 40), (602, 0), (7_200, 0)])
def test_ten_minutes_apart_at_the_same_post(lag, joint):
    p = one(("RUS", drive(STEP, SECONDS)), ("TUR", drive(STEP, SECONDS + lag)))
    assert p.joint_km == pytest.approx(joint, abs=0.05)


def test_where_one_falls_behind_the_joint_stretch_ends_there():
    # TUR drives at 8 m/s, RUS at 10: 600 s apart after 600 / (1/8 - 1/10) = 24 km.
    p = one(("RUS", drive(STEP, SECONDS)), ("TUR", drive(STEP, SECONDS * 10 / 8)))
    assert p.joint_km == pytest.approx(24, abs=0.05)
    assert (p.together[0].from_km, p.together[0].to_km) == pytest.approx((5, 29), abs=0.05)


@pytest.mark.parametrize(("off", "covered", "joint"), [(400, 40, 40), (490, 40, 40), (510, 40, 0)])
def test_beside_the_route(off, covered, joint):
    p = one(("RUS", drive(STEP, SECONDS)), ("TUR", drive(STEP, SECONDS, off=off)))
    assert p.covered_km == pytest.approx(covered, abs=0.05)
    assert p.joint_km == pytest.approx(joint, abs=0.6)


def test_more_than_a_kilometre_apart_is_not_joint_on_a_wide_line():
    north, south = drive(STEP, SECONDS, off=700), drive(STEP, SECONDS, off=-700)
    p = one(("RUS", north), ("TUR", south), accuracy_m=2_000)
    assert p.covered_km == pytest.approx(40, abs=2)
    assert p.joint_km < 1


def test_out_and_back_is_covered_once_and_turned_once():
    out = np.arange(10_000, 30_001, 20.0)
    at = np.concatenate([out, out[::-1]])
    p = one(("RUS", drive(at, np.arange(len(at)) * 2.0, noise=3.0)))
    assert p.covered_km == pytest.approx(20, abs=0.05)
    assert [t.at_km for t in p.parts[0].turns] == [pytest.approx(30, abs=0.05)]


def test_one_goes_on_and_the_other_comes_back():
    # RUS 10 -> 30 -> 10; TUR 10 -> 30 and on to 50: together only on the way out.
    out = np.arange(10_000, 30_001, 20.0)
    back = np.concatenate([out, out[::-1]])
    on = np.arange(10_000, 50_001, 20.0)
    p = one(
        ("RUS", drive(back, np.arange(len(back)) * 2.0)),
        ("TUR", drive(on, np.arange(len(on)) * 2.0)),
    )
    assert p.joint_km == pytest.approx(20, abs=0.05)
    assert p.covered_km == pytest.approx(40, abs=0.05)


def test_a_halt_is_not_moving_and_jitter_covers_nothing():
    stand = np.full(3_600, 20_000.0)
    p = found(("RUS", drive(stand, np.arange(3_600), noise=6.0)))
    assert p[0].covered_km == 0
    assert p[0].parts[0].turns == ()
    at = np.concatenate([STEP[STEP <= 20_000], np.full(1_800, 20_000.0), STEP[STEP > 20_000]])
    seconds = np.concatenate([SECONDS[:301], 1_500 + np.arange(1, 1_801), SECONDS[301:] + 1_800])
    p = one(("RUS", drive(at, seconds, noise=4.0)), ("TUR", drive(STEP, SECONDS + 30)))
    assert p.covered_km == pytest.approx(40, abs=0.05)
    assert p.parts[0].turns == ()
    (halt,) = p.parts[0].halts
    assert halt.at_km == pytest.approx(20, abs=0.06)
    assert (halt.end - halt.start).total_seconds() == pytest.approx(1_800, abs=20)
    # Together up to the halt; half an hour behind after it.
    assert p.joint_km == pytest.approx(15, abs=0.06)


def test_both_halt_at_different_times_and_stay_together():
    at = np.concatenate([STEP[:301], np.full(900, 20_000.0), STEP[301:]])
    seconds = np.concatenate([SECONDS[:301], 1_500 + np.arange(1, 901), SECONDS[301:] + 900])
    p = one(("RUS", drive(at, seconds)), ("TUR", drive(STEP, SECONDS + 450)))
    assert p.joint_km == pytest.approx(40, abs=0.06)


def test_leaving_the_route_and_coming_back_elsewhere_covers_nothing_between():
    a = drive(np.arange(5_000, 30_001, 25.0), np.arange(1001) * 2.5)
    b = drive(np.arange(50_000, 55_001, 25.0), 6_000 + np.arange(201) * 2.5)
    start, end = (a.lon[-1], a.lat[-1]), (b.lon[0], b.lat[0])
    way = np.array(GEOD.npts(*start, *end, 900))
    time = np.linspace(a.time[-1], b.time[0], 902)[1:-1].astype(np.int64)
    fixes = Fixes.of(
        np.concatenate([a.time, time, b.time]),
        np.concatenate([a.lon, way[:, 0], b.lon]),
        np.concatenate([a.lat, way[:, 1], b.lat]),
    )
    p = one(("RUS", fixes))
    # The way across leaves at 45 degrees: half a kilometre off the route it counts no more.
    assert p.covered_km == pytest.approx(30 + 2 * 0.5, abs=0.1)
    (away,) = p.parts[0].deviations
    assert (away.from_km, away.to_km) == pytest.approx((30.5, 49.5), abs=0.1)
    assert away.farthest_m == pytest.approx(5_000, abs=2_100)


@pytest.mark.parametrize("azimuth", [0, 25, -25, 180])
@pytest.mark.parametrize("accuracy_m", [0, 2_000])
def test_crossing_the_route_is_not_moving_along_it(azimuth, accuracy_m):
    lon, lat = POSTS.places(np.array([20_000.0]))[0]
    start = GEOD.fwd(lon, lat, azimuth + 180, 6_000)[:2]
    end = GEOD.fwd(lon, lat, azimuth, 6_000)[:2]
    way = np.array(GEOD.npts(*start, *end, 1_200))
    fixes = Fixes.of((T0 + np.arange(1_200)) * SECOND, way[:, 0], way[:, 1])
    assert found(("RUS", fixes), accuracy_m=accuracy_m)[0].covered_km == 0


def test_a_parallel_road_too_far_off_is_no_patrol():
    assert found(("RUS", drive(STEP[:500], SECONDS[:500], off=-700))) == []


def test_a_route_ends_at_its_ends():
    before = GEOD.fwd(36.0, 35.8, 270, 3_000)[:2]
    lead = np.array(GEOD.npts(*before, 36.0, 35.8, 100))
    own = drive(np.arange(0, 10_001, 50.0), 600 + np.arange(201) * 5.0)
    fixes = Fixes.of(
        np.concatenate([(T0 + np.arange(100) * 5) * SECOND, own.time]),
        np.concatenate([lead[:, 0], own.lon]),
        np.concatenate([lead[:, 1], own.lat]),
    )
    assert one(("RUS", fixes)).covered_km == pytest.approx(10, abs=0.05)


def test_a_loop_is_driven_from_its_own_start():
    loop = Posts([_line((36.0, 35.8), (90, 5_000), (0, 5_000), (-90, 5_000), (180, 5_004))])
    at = np.arange(0, loop.length_m, 20.0)
    for way in (at, at[::-1]):
        p = one(("RUS", drive(way, np.arange(len(at)) * 2.0, posts=loop)), posts=loop)
        assert p.covered_km == pytest.approx(loop.length_m / 1000, abs=0.05)
        assert p.parts[0].turns == ()


def test_a_hairpin_keeps_to_the_leg_that_was_driven():
    pin = Posts([_line((36.0, 35.8), (90, 5_000), (0, 100), (270, 5_000))])
    at = np.arange(0, 3_000, 10.0)
    p = one(("RUS", drive(at, np.arange(len(at)), posts=pin, noise=20.0)), posts=pin)
    assert p.covered_km == pytest.approx(3, abs=0.08)
    at = np.arange(0, pin.length_m, 10.0)
    p = one(("RUS", drive(at, np.arange(len(at)), posts=pin, noise=10.0)), posts=pin)
    assert p.covered_km == pytest.approx(pin.length_m / 1000, abs=0.1)


def test_across_the_antimeridian():
    line = Posts([_line((179.9, 60.0), (90, 30_000))])
    at = np.arange(1_000, 25_001, 50.0)
    p = one(
        ("RUS", drive(at, at / 10, posts=line)),
        ("TUR", drive(at, at / 10 + 60, posts=line)),
        posts=line,
    )
    assert p.joint_km == pytest.approx(24, abs=0.05)


def test_a_patrol_ends_after_three_hours_without_anyone():
    morning, evening = drive(STEP, SECONDS), drive(STEP, SECONDS + 4_000 + 10_801)
    assert len(found(("RUS", morning), ("RUS", evening))) == 2
    assert len(found(("RUS", morning), ("RUS", drive(STEP, SECONDS + 4_000 + 10_799)))) == 1
    middle = drive([20_000.0, 20_050.0], [9_000, 9_005])
    assert len(found(("RUS", morning), ("RUS", evening), ("TUR", middle))) == 1


def test_duplicates_order_and_impossible_jumps_change_nothing():
    plain = drive(STEP, SECONDS)
    rows = np.concatenate([np.arange(len(STEP)), np.arange(0, len(STEP), 7)])
    rng = np.random.default_rng(3)
    messy = plain.at(rng.permutation(rows))
    messy.lat[5] += 1.0
    messy.lon[50] += 0.5
    track = cleaned(Track("RUS", "m.gpx", "", messy, len(messy)), 200)
    bad = [p for p in track.problems if p.severity == "row"]
    assert len(bad) == 2
    assert track.rows == len(track.fixes) + track.repeats + len(bad)
    p = one(("RUS", messy))
    assert p.covered_km == pytest.approx(40, abs=0.051)


def test_without_times_only_the_place_is_told():
    own = drive(STEP, SECONDS)
    bare = Fixes.of([], own.lon, own.lat, timed=False)
    listed = found(("RUS", bare), ("TUR", own))
    assert [p.start is None for p in listed] == [False, True]
    place = listed[1]
    assert place.covered_km == pytest.approx(40, abs=0.05)
    assert not place.joint
    assert place.warnings[0].kind == "no-times"


def test_only_those_who_owe_it_make_it_joint():
    a, b = drive(STEP, SECONDS), drive(STEP, SECONDS + 60)
    assert not one(("RUS", a), ("SYR", b)).joint
    assert one(("RUS", a), ("SYR", b), owed=()).joint
    assert not one(("RUS", a), owed=()).joint
    three = one(
        ("RUS", a), ("TUR", b), ("UN", drive(STEP[:400], SECONDS[:400])), owed=(*OWED, "UN")
    )
    assert three.joint_km == pytest.approx(19.95, abs=0.05)


def test_several_vehicles_of_a_side_are_one_party():
    p = one(
        ("RUS", drive(STEP[:500], SECONDS[:500])),
        ("RUS", drive(STEP[480:], SECONDS[480:])),
        ("TUR", drive(STEP, SECONDS + 20)),
    )
    assert p.joint_km == pytest.approx(40, abs=0.05)
    assert len(p.parts) == 2


def _chains(*tracks):
    return [lay(p, f"{k}", f, POSTS, 0, RULES) for k, (p, f) in enumerate(tracks)]


def test_a_clock_whole_hours_off_is_told_and_not_put_right():
    a, b = drive(STEP, SECONDS), drive(STEP, SECONDS + 3 * 3_600 + 120)
    (warned,) = clocks(_chains(("RUS", a), ("TUR", b)), RULES)
    assert warned.kind == "clock"
    assert "--clock TUR=-3h" in warned.text
    assert sum(p.joint_km for p in found(("RUS", a), ("TUR", b))) == 0
    assert list(clocks(_chains(("RUS", a), ("TUR", drive(STEP, SECONDS + 60))), RULES)) == []
    half = drive(STEP, SECONDS + 1_800)
    assert list(clocks(_chains(("RUS", a), ("TUR", half)), RULES)) == []


def test_one_vehicle_for_two_parties_and_a_drifting_clock_are_told():
    a = drive(STEP, SECONDS)
    assert [w.kind for w in clocks(_chains(("RUS", a), ("TUR", a)), RULES)] == ["same-track"]
    drifting = drive(STEP, SECONDS * 1.05)
    assert [w.kind for w in clocks(_chains(("RUS", a), ("TUR", drifting)), RULES)] == ["drift"]


def test_ways_are_right_to_a_ten_thousandth():
    lon, lat = np.array([36.0, 36.005, 36.1]), np.array([35.8, 35.803, 35.75])
    _, _, true = GEOD.inv(lon[:-1], lat[:-1], lon[1:], lat[1:])
    assert ways(lon, lat) == pytest.approx(true, rel=1e-4)


# ---- properties -----------------------------------------------------------------------------

stretch = st.tuples(st.integers(0, 500), st.integers(20, 80)).map(
    lambda v: (v[0] * 80.0, min(v[0] * 80.0 + v[1] * 250.0, 60_000.0))
)


@settings(max_examples=20, deadline=None)
@given(span=stretch, back=st.booleans(), step=st.sampled_from([9.0, 33.0, 120.0, 400.0]))
def test_coverage_knows_no_direction_and_no_sampling(span, back, step):
    at = np.append(np.arange(span[0], span[1], step), span[1])
    at = at[::-1] if back else at
    p = one(("RUS", drive(at, np.abs(at - at[0]) / 12)))
    assert p.covered_km == pytest.approx((span[1] - span[0]) / 1000, abs=0.05)
    assert p.parts[0].turns == ()


@settings(max_examples=15, deadline=None)
@given(
    a=stretch,
    b=stretch,
    steps=st.tuples(*[st.sampled_from([10.0, 70.0, 300.0])] * 2),
    lag=st.integers(-550, 550),
    back=st.booleans(),
    shift=st.integers(-(10**8), 10**8),
)
def test_joint_is_what_both_covered_whatever_the_sampling_or_the_date(
    a, b, steps, lag, back, shift
):
    tracks = []
    for (low, high), step, late in ((a, steps[0], 0), (b, steps[1], lag)):
        at = np.append(np.arange(low, high, step), high)
        seconds = (60_000 - at if back else at) / 12 + late + shift
        order = np.argsort(seconds)
        tracks.append(drive(at[order], seconds[order]))
    listed = found(("RUS", tracks[0]), ("TUR", tracks[1]))
    shared = max(0.0, min(a[1], b[1]) - max(a[0], b[0])) / 1000
    assert sum(p.joint_km for p in listed) == pytest.approx(shared, abs=0.06)
    swapped = found(("TUR", tracks[0]), ("RUS", tracks[1]))
    assert sum(p.joint_km for p in swapped) == pytest.approx(
        sum(p.joint_km for p in listed), abs=1e-6
    )


def test_going_to_and_fro_by_the_hour_is_no_wrong_clock():
    lap = np.arange(0, 18_001, 10.0)
    at = np.concatenate([lap, lap[::-1]] * 3)
    seconds = np.arange(len(at)) * 3_600 / (2 * len(lap))
    a, b = drive(at, seconds), drive(at, seconds + 60)
    assert list(clocks(_chains(("RUS", a), ("TUR", b)), RULES)) == []

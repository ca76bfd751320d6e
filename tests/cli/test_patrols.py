"""The commands on patrols and watch, from files to files, as somebody outside runs them."""

import json
from contextlib import chdir

import numpy as np
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from truceline.cli.app import app
from truceline.pipeline.patrols import way
from truceline.pipeline.terms import load

TERMS = """\
agreement: roads
title: Two roads (SIMULATED)
simulated: true
signed: 2020-03-05
timezone: Asia/Damascus
anchors: {start: {at: "2020-03-06T00:01"}}
parties:
  RUS: {name: Side R (SIMULATED), status: [{is: signatory}]}
  TUR: {name: Side T (SIMULATED), status: [{is: signatory}]}
  OBS: {name: Observers (SIMULATED), status: [{is: signatory}]}
lines:
  north: {points: [[36.2, 35.8], [36.8, 35.8]]}
  south: {points: [[36.2, 35.0], [36.8, 35.0]], accuracy: 1 km}
zones:
  belt: {along: north, depth: 6 km}
provisions:
  - {id: p-north, requires: joint patrols, who: [RUS, TUR], along: north, from: 2020-03-15}
  - {id: p-south, requires: joint patrols, who: [RUS, OBS], along: south, from: 2020-03-15}
  - {id: access, prohibits: denial of movement, acts: [movement-denied], zone: belt, from: start}
"""
HEADER = '<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>'


@pytest.fixture(autouse=True)
def _own_home(monkeypatch, tmp_path):
    monkeypatch.setenv("TRUCELINE_HOME", str(tmp_path / "home"))


def run(*words, code=0, folder="."):
    with chdir(folder):
        done = CliRunner().invoke(app, [str(w) for w in words])
    assert done.exit_code == code, done.output
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done


@pytest.fixture(scope="module")
def ground(tmp_path_factory):
    """An agreement with two routes and tracks along the northern one, 5 km to 35 km."""
    folder = tmp_path_factory.mktemp("roads")
    (folder / "agreement.yaml").write_text(TERMS)
    posts = way(load(str(folder / "agreement.yaml")), "p-north").posts
    at = np.arange(5_000, 35_001, 100.0)
    for name, rows, late, day in (
        ("a", at, 0, 15),
        ("b", at[at <= 25_000], 120, 15),
        ("c", at, 3 * 3600, 15),
        ("early", at, 0, 4),
    ):
        lines = [HEADER]
        for (lon, lat), m in zip(posts.places(rows), rows, strict=True):
            s = int((m - 5_000) / 10 + late)
            clock = f"2020-03-{day:02}T{6 + s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}Z"
            lines.append(f'<trkpt lat="{lat:.7f}" lon="{lon:.7f}"><time>{clock}</time></trkpt>')
        (folder / f"{name}.gpx").write_text("\n".join(lines) + "</trkseg></trk></gpx>")
    return folder


X = ("--agreement", "agreement.yaml", "--provision", "p-north")


def patrols(ground, *words, **more):
    done = run("patrols", *X, *words, folder=ground, **more)
    return json.loads(done.stdout), done.stderr


def test_the_contract(ground):
    run(
        "patrols", *X, "--track", "RUS=a.gpx", "--track", "TUR=b.gpx", "--out", "P.json",
        folder=ground,
    )  # fmt: skip
    (p,) = json.loads((ground / "P.json").read_text())
    assert p["start"] == "2020-03-15T08:00:00+02:00"
    assert p["end"] == "2020-03-15T08:50:00+02:00"
    assert p["participants"] == ["RUS", "TUR"]
    assert p["joint"] is True
    assert p["joint_km"] == pytest.approx(20, abs=0.05)
    assert p["covered_km"] == pytest.approx(30, abs=0.05)
    assert p["route_km"] == pytest.approx(54.2, abs=0.1)
    assert p["gaps"][0] == {"from_km": 0.0, "to_km": pytest.approx(5, abs=0.05)}
    assert p["gaps"][1]["from_km"] == pytest.approx(35, abs=0.05)


def test_every_ending(ground):
    for name in ("P.csv", "P.parquet", "P.geojson"):
        run("patrols", *X, "--track", "RUS=a.gpx", "--out", name, folder=ground)
    assert (ground / "P.csv").read_text().startswith("start,end,participants,joint,joint_km")
    assert pq.read_table(ground / "P.parquet").to_pylist()[0]["joint"] is False
    feature = json.loads((ground / "P.geojson").read_text())["features"][0]
    assert feature["geometry"]["type"] == "MultiLineString"
    run("patrols", *X, "--track", "RUS=a.gpx", "--out", "P.docx", folder=ground, code=2)


def test_a_wrong_clock_is_said_and_an_option_puts_it_right(ground):
    tracks = ("--track", "RUS=a.gpx", "--track", "TUR=c.gpx")
    (first, *_), said = patrols(ground, *tracks)
    assert first["joint"] is False
    assert "--clock TUR=-3h" in said
    assert first["warnings"][0]["kind"] == "clock"
    (only,), said = patrols(ground, *tracks, "--clock", "TUR=-3h")
    assert only["joint_km"] == pytest.approx(30, abs=0.05)
    assert "was shifted by -3 h" in said
    for wrong in ("TUR", "TUR=x", "TUR=", "NOBODY=3h"):
        patrols_stop(ground, *tracks, "--clock", wrong)


def patrols_stop(ground, *words):
    done = run("patrols", *X, *words, folder=ground, code=2)
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    return done.stderr


def test_bad_usage_is_one_line(ground):
    assert "PARTY=FILE" in patrols_stop(ground, "--track", "a.gpx")
    assert "no such file" in patrols_stop(ground, "--track", "RUS=nowhere.gpx")
    assert "no party 'MARS'" in patrols_stop(ground, "--track", "MARS=a.gpx")
    assert "at least one track" in patrols_stop(ground)
    assert "no track" in patrols_stop(ground, "--track", "RUS=agreement.yaml")
    (ground / "evil.gpx").write_text('<!DOCTYPE a [<!ENTITY b "c">]><gpx>&b;</gpx>')
    assert "refused" in patrols_stop(ground, "--track", "RUS=evil.gpx")
    several = run(
        "patrols", "--agreement", "agreement.yaml", "--track", "RUS=a.gpx", folder=ground, code=2
    )
    assert "p-north, p-south" in several.stderr
    none = run(
        "patrols", "--agreement", "korea-1953", "--track", "UNC=a.gpx", folder=ground, code=2
    )
    assert "--route LINE (it has: mdl)" in none.stderr
    unknown = run(
        "patrols", *X[:2], "--route", "east", "--track", "RUS=a.gpx", folder=ground, code=2
    )
    assert "it has: north, south" in unknown.stderr


def test_a_track_elsewhere_or_too_early_is_said(ground):
    (ground / "far.csv").write_text("time,lon,lat\n2020-03-15T08:00:00Z,-60,-30\n")
    found, said = patrols(ground, "--track", "RUS=far.csv")
    assert found == []
    assert "far.csv:1: position: no fix lies within 500 m" in said
    (ground / "turned.csv").write_text("time,lon,lat\n2020-03-15T08:00:00Z,35.8,36.4\n")
    assert "seem to be exchanged" in patrols(ground, "--track", "RUS=turned.csv")[1]
    (early,), _ = patrols(ground, "--track", "RUS=early.gpx")
    assert early["warnings"][0]["kind"] == "before"
    assert "2020-03-15" in early["warnings"][0]["text"]


def test_other_routes_and_who_owes_them(ground):
    words = ("--agreement", "agreement.yaml", "--track", "RUS=a.gpx", "--track", "TUR=b.gpx")
    whole = json.loads(run("patrols", *words, "--route", "north", folder=ground).stdout)
    assert whole[0]["joint_km"] == pytest.approx(20, abs=0.05)
    assert whole[0]["provision"] == ""
    south = run("patrols", *words, "--provision", "p-south", folder=ground)
    assert json.loads(south.stdout) == []


def test_the_same_file_twice_counts_once(ground):
    (ground / "copy.gpx").write_bytes((ground / "a.gpx").read_bytes())
    found, said = patrols(ground, "--track", "RUS=a.gpx", "--track", "RUS=copy.gpx")
    assert len(found) == 1
    assert "0 fixes + 301 repeats" in said
    (both,), said = patrols(ground, "--track", "RUS=a.gpx", "--track", "TUR=copy.gpx")
    assert both["joint"] is True
    assert "one vehicle" in said


def test_idlib_uses_the_accuracy_of_its_line(ground):
    done = run("patrols", "--agreement", "idlib-2020", "--track", "RUS=a.gpx", folder=ground)
    assert "within 2,000 m" in done.stderr


@pytest.fixture(scope="module")
def case(ground):
    """A case with tracks, the ledger and a watch."""
    run("new", "case", "--agreement", "agreement.yaml", folder=ground)
    run("track", "case", "RUS=a.gpx", "TUR=b.gpx", folder=ground)
    (ground / "w.csv").write_text(
        "watcher,means,start,end,zone\nOP SECRETPOST,post,2020-03-09,2020-03-29,belt\n"
    )
    run("watch", "case", "w.csv", folder=ground)
    (ground / "said.csv").write_text(
        "on,number,outcome,planned,source\n2020-03-15,1,done,,X\n2020-03-15,2,cut short,,Y\n"
        "2020-03-17,,,yes,PLANSOURCE\n"
    )
    run("announce", "case", "said.csv", folder=ground)
    return ground


def test_a_case_keeps_originals_and_repeats_nothing(case):
    again = run("track", "case", "RUS=a.gpx", folder=case).stdout
    assert "already in the case" in again
    assert "3 repeats" in run("announce", "case", "said.csv", folder=case).stdout
    (p,) = json.loads(run("patrols", "case", "--provision", "p-north", folder=case).stdout)
    assert p["joint_km"] == pytest.approx(20, abs=0.05)
    run("patrols", "case", "--track", "RUS=a.gpx", folder=case, code=2)
    assert "holds" in run("verify", "case", folder=case).stdout
    ledger = json.loads(run("announced", "case", "--json", folder=case).stdout)
    assert [r["id"] for r in ledger["patrols"]] == ["2020-03-15", "2020-03-15", "2020-03-17"]
    assert ledger["outcomes"] == {"done": 1, "cut-short": 1}
    weeks = json.loads(run("watch", "case", "--json", folder=case).stdout)
    assert [w["watched"] for w in weeks] == [1, 1, 1]
    assert weeks[0]["hours"]["post"] == pytest.approx(168)


def test_the_series_of_the_library_has_a_command():
    said = run("announced", "idlib-2020").stdout
    assert "2020-07-14\tnumber 20 (one count) or 21 (another count)\tbombed" in said
    for line in (
        "rows\t21",
        "cut-short\t3",
        "bombed\t2",
        "attacked\t2",
        "numbers nobody gave\t12, 16, 17, 18, 19",
    ):
        assert line in said
    run("announced", "korea-1953", code=2)
    run("announced", "nothing-at-all", code=2)


def test_the_open_page_shows_no_run_no_gap_no_plan_and_nothing_new(case):
    run(
        "patrol-page",
        "case",
        "--provision",
        "p-north",
        "--out",
        "open.html",
        "--on",
        "2020-06-01",
        folder=case,
    )
    page = (case / "open.html").read_text()
    for closed in ("SECRETPOST", "PLANSOURCE", "2020-03-17", "08:00", "<rect", "35.0", "5.0–"):
        assert closed not in page, closed
    assert "2020-03-09" in page
    assert "about 100%" in page
    assert "tracks show 1" in page
    run(
        "patrol-page",
        "case",
        "--provision",
        "p-north",
        "--out",
        "new.html",
        "--on",
        "2020-03-20",
        folder=case,
    )
    page = (case / "new.html").read_text()
    assert "tracks show 0" in page
    assert "2020-03-15</td>" not in page


def test_the_cleared_page_shows_them_late(case):
    words = ("patrol-page", "case", "--provision", "p-north", "--clearance", "patrols,source")
    run(*words, "--out", "c.html", "--on", "2020-06-01", folder=case)
    page = (case / "c.html").read_text()
    assert "2020-03-15 08:00" in page
    assert "35.0–54.2" in page
    assert "PLANSOURCE" in page
    assert "SIMULATED" in page
    run(*words, "--out", "c.html", "--on", "2020-03-16", folder=case)
    assert "2020-03-15 08:00" not in (case / "c.html").read_text()
    run(*words, "--out", "c.html", "--on", "2020-03-16", "--delay", "0", folder=case)
    assert "2020-03-15 08:00" in (case / "c.html").read_text()
    run("patrol-page", "case", "--clearance", "nonsense", "--out", "c.html", folder=case, code=2)


def test_a_denial_of_movement_is_judged_and_counts_stand_beside_the_watch(case):
    (case / "ev.csv").write_text(
        "id,start,lon,lat,radius_m,act,actor,source\n"
        "1,2020-03-20T10:00,36.5,35.8,200,movement-denied,Side T (SIMULATED),OBS\n"
        "2,2020-03-20T10:00,36.5,35.8,200,denial of movement,Side T (SIMULATED),OBS\n"
        "3,2020-03-20T10:00,36.5,35.0,200,movement-denied,Side T (SIMULATED),OBS\n"
    )
    run(
        "check", "--agreement", "agreement.yaml", "--events", "ev.csv", "--source", "table",
        "--out", "f.json", folder=case,
    )  # fmt: skip
    rows = {r["incident_id"]: r for r in json.loads((case / "f.json").read_text())}
    assert rows["OBS:1"]["provision"] == "access"
    assert rows["OBS:1"]["verdict"] == "breach"
    assert "OBS:3" not in rows
    run("ingest", "case", "table", "ev.csv", folder=case)
    rates = json.loads(
        run("rates", "case", "--days", "10", "--draws", "20", "--json", folder=case).stdout
    )
    (rate,) = rates["rates"]
    assert rate["watched_before"] == 0
    assert rate["watched_after"] == pytest.approx(0.7, abs=0.02)
    assert any(w["kind"] == "watch" for w in rate["warnings"])
    run("brief", "case", "--out", "b.html", folder=case)
    page = (case / "b.html").read_text()
    assert "watched: " in page
    assert "SECRETPOST" not in page

"""What a text leaves open is doubtful only where it is open."""

from pathlib import Path

import pyarrow as pa

from truceline.model.batch import Context
from truceline.pipeline.check import check
from truceline.pipeline.terms import load
from truceline.sources import SOURCES

AREA = '{"type":"Polygon","coordinates":[[[%s,30],[%s,30],[%s,31],[%s,31],[%s,30]]]}'
HEAD = """\
agreement: test-2020
title: A test
signed: 2020-01-01
timezone: UTC
"""


def verdicts(folder: Path, text: str, rows: list[str]) -> dict[str, str]:
    for name, west in (("a", 10), ("b", 12)):
        east = west + 1
        ring = AREA % (west, east, east, west, west)
        (folder / f"{name}.geojson").write_text(ring, encoding="utf-8")
    (folder / "agreement.yaml").write_text(HEAD + text, encoding="utf-8")
    terms = load(str(folder / "agreement.yaml"))
    file = folder / "events.csv"
    lines = ["id,start,lon,lat,radius_m,act,actor,target", *rows]
    file.write_text("\n".join(lines), encoding="utf-8")
    with file.open("rb") as stream:
        batches = list(
            SOURCES["table"].parse(stream, name="e", sha256="0" * 64, context=Context("UTC"))
        )
    found = check(terms, [b.events for b in batches], threads=1).table()
    assert isinstance(found, pa.Table)
    return {
        r["incident_id"].split(":")[1]: f"{r['verdict']} {r['cause']}".strip()
        for r in found.to_pylist()
    }


def row(name: str, day: str, lon: float) -> str:
    return f"{name},{day}T12:00,{lon},30.5,100,shelling,A,B"


def test_an_end_to_be_agreed_leaves_the_days_before_the_start_alone(tmp_path):
    found = verdicts(
        tmp_path,
        """\
anchors: {peace: {unknown: to-be-agreed}}
zones: {a: {file: a.geojson, accuracy: 0 m}}
provisions:
  - {id: art-1, prohibits: all military actions, zone: a, from: 2020-02-01, until: peace}
""",
        [row("before", "2020-01-31", 10.5), row("after", "2020-02-02", 10.5)],
    )
    assert found == {"after": "cannot-tell text"}


def test_a_zone_undisclosed_in_one_reading_leaves_the_other_reading_known(tmp_path):
    found = verdicts(
        tmp_path,
        """\
zones:
  a: {file: a.geojson, accuracy: 0 m}
  secret: {unknown: undisclosed}
provisions:
  - id: art-1
    prohibits: all military actions
    zone: {readings: [{zone: a}, {zone: secret}]}
    from: 2020-02-01
""",
        [row("in-a", "2020-02-02", 10.5), row("early", "2020-01-02", 10.5)],
    )
    assert found == {"in-a": "cannot-tell text"}


def test_an_exception_follows_the_versions_of_its_zone(tmp_path):
    found = verdicts(
        tmp_path,
        """\
zones:
  all: {everywhere: true}
  free:
    versions:
      - {file: a.geojson, accuracy: 0 m, valid-to: 2020-02-29}
      - {file: b.geojson, accuracy: 0 m, valid-from: 2020-03-01}
provisions:
  - id: art-1
    prohibits: all military actions
    zone: all
    from: 2020-02-01
    except: [{zone: free, basis: annex}]
""",
        [
            row("a-early", "2020-02-10", 10.5),
            row("b-early", "2020-02-10", 12.5),
            row("a-late", "2020-03-10", 10.5),
            row("b-late", "2020-03-10", 12.5),
        ],
    )
    assert found == {
        "a-early": "no-breach",
        "b-early": "breach",
        "a-late": "breach",
        "b-late": "no-breach",
    }


def test_a_class_of_weapons_by_name_cannot_be_told_from_a_report(tmp_path):
    found = verdicts(
        tmp_path,
        """\
zones: {a: {file: a.geojson, accuracy: 0 m}}
provisions:
  - id: art-1
    prohibits: all military actions
    weapons: {types: [tanks, rocket launchers]}
    zone: a
    from: 2020-02-01
""",
        [row("in-a", "2020-02-02", 10.5)],
    )
    assert found == {"in-a": "cannot-tell act"}


def test_a_zone_undisclosed_from_a_date_is_known_until_then(tmp_path):
    found = verdicts(
        tmp_path,
        """\
zones:
  moving:
    versions:
      - {file: a.geojson, accuracy: 0 m, valid-to: 2020-02-29}
      - {unknown: undisclosed, valid-from: 2020-03-01}
provisions:
  - {id: art-1, prohibits: all military actions, zone: moving, from: 2020-02-01}
""",
        [
            row("in-a", "2020-02-02", 10.5),
            row("elsewhere", "2020-02-02", 12.5),
            row("later", "2020-03-02", 12.5),
        ],
    )
    assert found == {"in-a": "breach", "later": "cannot-tell text"}


def test_an_exception_on_unknown_ground_is_not_taken_to_hold(tmp_path):
    found = verdicts(
        tmp_path,
        """\
zones:
  all: {everywhere: true}
  camps: {unknown: undisclosed}
provisions:
  - id: art-1
    prohibits: all military actions
    zone: all
    from: 2020-02-01
    except: [{zone: camps, basis: annex}]
""",
        [row("somewhere", "2020-02-10", 10.5)],
    )
    assert found == {"somewhere": "cannot-tell place"}

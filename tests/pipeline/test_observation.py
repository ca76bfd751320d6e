"""A monitor's own observation, from a table of patrol reports to findings."""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

import truceline as tl
from truceline.model.batch import Context
from truceline.pipeline.check import Intake

HEAD = (
    "id,start,observer_lon,observer_lat,bearing,spread,range_min,range,means,count,act,actor,"
    "calibre,lon,lat\n"
)


def _check(terms: tl.Terms, tmp_path: Path, rows: str) -> list[dict[str, object]]:
    path = tmp_path / "patrol.csv"
    path.write_text(HEAD + rows, encoding="utf-8")
    intake = Intake(Context(timezone=terms.agreement.timezone))
    events = pa.concat_tables(intake.read([("table", path)]))
    assert [str(p) for p in intake.problems if p.severity == "row"] == []
    assert all(count.holds for count in intake.counts)
    return list(tl.check(terms, events).table().to_pylist())


def test_what_was_heard_is_a_sector_and_not_a_disc(tmp_path: Path) -> None:
    """An observer on the road hears shelling 2 to 4 km to the north, and 30 to 40 km away."""
    terms = tl.agreement("idlib-2020")
    rows = (
        "1,2020-04-01T10:00,36.61098,35.81234,0,20,2000,4000,heard,3,shelling,,,,\n"
        "2,2020-04-01T10:00,36.61098,35.81234,180,20,90000,99000,heard,1,shelling,,,,\n"
    )
    found = {str(r["incident_id"]): r for r in _check(terms, tmp_path, rows)}
    assert found["patrol:1"]["verdict"] == "breach"
    assert found["patrol:1"]["count"] == 3
    assert "patrol:2" not in found or found["patrol:2"]["verdict"] != "breach"


def test_a_weapon_where_it_had_to_be_withdrawn(tmp_path: Path) -> None:
    """Minsk: artillery of 100 mm and more, Ukrainian, in Horlivka's outskirts after the withdrawal."""
    terms = tl.agreement("ukraine-minsk-2015")
    rows = (
        "1,2015-04-01T10:00,,,,,,,seen,2,weapon-sighted,Government of Ukraine,122,38.05,48.30\n"
        "2,2015-04-01T10:00,,,,,,,seen,2,weapon-sighted,Government of Ukraine,82,38.05,48.30\n"
        "3,2015-04-01T10:00,,,,,,,uav,1,weapon-sighted,Government of Ukraine,,38.05,48.30\n"
    )
    found = {
        str(r["incident_id"]): (r["verdict"], r["cause"])
        for r in _check(terms, tmp_path, rows)
        if r["provision"] == "point-2-artillery-ukr"
    }
    assert found == {
        "patrol:1": ("breach", ""),
        "patrol:2": ("no-breach", ""),
        "patrol:3": ("cannot-tell", "act"),
    }


MONITORS = """\
agreement: monitors
title: Counting and movement of a mission (SIMULATED)
simulated: true
timezone: Europe/Kyiv
parties: {A: {name: Side A}}
zones: {area: {around: [38.0, 48.0], radius: 60 km}}
provisions:
  - {id: fire, prohibits: osce ceasefire violations, zone: area, from: 2020-07-27}
  - {id: access, prohibits: interference with monitors, zone: area, from: 2020-07-27}
  - {id: air, prohibits: overflights, zone: area, from: 2020-07-27}
"""


def test_denied_passage_overflight_and_the_sum_of_counted_acts(tmp_path: Path) -> None:
    """The OSCE figures of 27 July 2020 to 17 January 2021 come out: 6,294 violations."""
    (tmp_path / "agreement.yaml").write_text(MONITORS, encoding="utf-8")
    terms = tl.agreement(str(tmp_path / "agreement.yaml"))
    counted = {"explosion": 2660, "projectile": 911, "muzzle flash": 90, "flare": 54}
    rows = "".join(
        f"{k},2020-07-27,,,,,,,heard,{count},{act},,,38.0,48.0\n"
        for k, (act, count) in enumerate([*counted.items(), ("bursts and shots", 2579)])
    )
    rows += "8,2020-08-01T09:00,,,,,,,seen,1,movement denied,Side A,,38.0,48.0\n"
    rows += "9,2020-08-01T09:00,38.0,48.0,90,10,0,3000,seen,1,overflight,,,,\n"
    found = _check(terms, tmp_path, rows)
    table = pa.Table.from_pylist(found).filter(pc.field("verdict") == "breach")
    sums = dict(
        zip(
            *(
                column.to_pylist()
                for column in table.group_by("provision").aggregate([("count", "sum")]).columns
            ),
            strict=True,
        )
    )
    assert sums == {"fire": 6294, "access": 1, "air": 1}

"""UCDP GED: its codes become regions, spans, summaries and sides."""

import io
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from shapely.geometry import box

from truceline.model.batch import Batch, Context
from truceline.model.unit import Unit, Units
from truceline.sources import SOURCES
from truceline.sources.tables.precision import _same_country

OLD = (
    "id,type_of_violence,where_prec,latitude,longitude,date_prec,date_start,date_end,"
    "event_clarity,side_a,side_b,best_est,low_est,high_est,where_coordinates"
)
UNITS = Units(
    (
        Unit("SY", 0, ("Syria",), (), box(35, 32, 43, 38), 39.0, 35.0, 240_000.0),
        Unit("SY07", 1, ("Idleb",), ("SY",), box(36, 35, 37, 36.5), 36.5, 35.7, 45_000.0),
        Unit(
            "SY0703",
            2,
            ("Jisr-Ash-Shugur",),
            ("SY", "SY07"),
            box(36, 35.5, 36.5, 36),
            36.2,
            35.7,
            20_000.0,
        ),
    )
)


def parse(data: bytes, units: Units | None = None, **options: str) -> list[Batch]:
    context = Context("Asia/Damascus", units=units or Units(()), options=options)
    return list(SOURCES["ucdp"].parse(io.BytesIO(data), name="ged.csv", sha256="", context=context))


def one(row: str, **more: Any) -> dict[str, Any]:
    (found,) = [r for b in parse(f"{OLD}\n{row}\n".encode(), **more) for r in b.events.to_pylist()]
    return dict(found)


def row(where: int = 1, place: str = "Saraqib", **said: str) -> str:
    base = {"type": "1", "lat": "35.8", "lon": "36.3", "start": "2016-03-01", "end": "2016-03-01"}
    s = {**base, "prec": "1", "clarity": "1", **said}
    return (
        f"1,{s['type']},{where},{s['lat']},{s['lon']},{s['prec']},{s['start']},{s['end']},"
        f"{s['clarity']},Government of Syria,Syrian insurgents,3,2,5,{place}"
    )


@pytest.mark.parametrize(
    ("where", "place", "radius"),
    [
        (1, "Rami village", 1_000),
        (1, "Saraqib town", 2_000),
        (1, "Aleppo city", 5_000),
        (2, "Aleppo city", 25_000),
        (3, "Idlib district", 30_000),
        (4, "Idlib governorate", 80_000),
        (5, "Northern Idlib", 50_000),
        (7, "Mediterranean", 50_000),
    ],
)
def test_where_prec_to_a_disc_without_boundaries(where: int, place: str, radius: float) -> None:
    found = one(row(where, place))
    assert (found["region"], found["radius_m"]) == ("disc", radius)
    assert (found["lon"], found["lat"]) == (36.3, 35.8)


def test_where_prec_to_the_unit_that_holds_the_point() -> None:
    assert one(row(3), units=UNITS)["unit"] == "SY0703"
    found = one(row(4), units=UNITS)
    assert (found["region"], found["unit"], found["radius_m"]) == ("unit", "SY07", 45_000)
    assert one(row(6), units=UNITS)["unit"] == "SY"
    found = one(row(6))
    assert (found["region"], found["lon"], found["radius_m"]) == ("nowhere", None, None)


def test_dates_are_whole_local_days_and_old_releases_write_a_midnight() -> None:
    stamp = " 00:00:00.000"
    found = one(row(start="2016-03-25" + stamp, end="2016-03-26" + stamp))
    assert found["start"] == datetime(2016, 3, 24, 22, tzinfo=UTC)
    assert found["end"] == datetime(2016, 3, 26, 21, tzinfo=UTC)  # a night of summer time
    assert found["when_text"] == "2016-03-25/2016-03-26"


def test_summaries() -> None:
    assert one(row(clarity="2"))["kind"] == "summary"
    assert one(row(prec="3", end="2016-03-07"))["kind"] == "event"
    assert one(row(prec="4", end="2016-03-08"))["kind"] == "summary"
    assert one(row(prec="4", end="2016-03-08"), **{"summary-days": "30"})["kind"] == "event"
    # seven days across the change of clocks are seven days
    assert one(row(prec="3", start="2016-10-24", end="2016-10-30"))["kind"] == "event"


def test_sides_and_acts() -> None:
    found = one(row())
    assert (found["act"], found["attribution"]) == ("unknown-lethal", "dyad")
    assert found["actor"] == ["Government of Syria"]
    assert found["target"] == ["Syrian insurgents"]
    assert (found["deaths_low"], found["deaths_best"], found["deaths_high"]) == (2, 3, 5)
    found = one(row(type="3"))
    assert (found["act"], found["attribution"]) == ("attack-on-civilians", "actor")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"type": "4"}, "type_of_violence must be one of 1, 2, 3"),
        ({"where": "9"}, "where_prec must be one of"),
        ({"end": "2016-02-01"}, "ends before it starts"),
        ({"start": ""}, "no date"),
    ],
)
def test_bad_codes_are_problems(said: dict[str, str], words: str) -> None:
    where = int(said.pop("where", "1"))
    (batch,) = parse(f"{OLD}\n{row(where, **said)}\n".encode())
    assert words in str(batch.problems[0])
    assert batch.row_problems == batch.rows == 1


def shared(name: str) -> Path:
    for parent in Path(__file__).resolve().parents:
        if (path := parent / "shared" / "data" / "ucdp" / name).exists():
            return path
    pytest.skip(f"shared/data/ucdp/{name} is not here")


def test_the_release_of_2016_to_2019() -> None:
    batches = parse(shared("ged_syria_2016-2019.csv").read_bytes())
    assert sum(b.rows for b in batches) == sum(b.events.num_rows for b in batches) == 16_566
    rows = [r for b in batches for r in b.events.select(["region", "radius_m", "act"]).to_pylist()]
    regions = Counter((r["region"], r["radius_m"]) for r in rows)
    assert regions["disc", 25_000] == 5_786
    assert regions["disc", 30_000] == 334
    assert regions["disc", 80_000] == 620
    assert regions["disc", 50_000] == 562
    assert regions["nowhere", None] == 254
    assert Counter(r["act"] for r in rows)["attack-on-civilians"] == 482


def test_the_release_23_1() -> None:
    batches = parse(shared("ged_23.1_sample_1000.csv").read_bytes())
    assert sum(b.rows for b in batches) == sum(b.events.num_rows for b in batches) == 1_000


NAMED = OLD + ",country"


@pytest.mark.parametrize(
    ("country", "where", "lon", "unit"),
    [
        ("Syria", 2, "36.3", "SY"),
        ("Iraq", 2, "36.3", ""),  # the row says two things
        ("Syria", 2, "34.9", ""),  # its point lies outside the boundary at hand
        ("Syria", 1, "36.3", ""),
        ("", 2, "36.3", ""),
    ],
)
def test_near_a_point_and_in_the_country_that_the_row_names(
    country: str, where: int, lon: str, unit: str
) -> None:
    data = f"{NAMED}\n{row(where, lon=lon)},{country}\n".encode()
    (found,) = [r for b in parse(data, UNITS) for r in b.events.to_pylist()]
    assert (found["region"], found["unit"]) == ("disc", unit)
    (bare,) = [r for b in parse(data) for r in b.events.to_pylist()]
    assert bare["unit"] == ""
    assert {**found, "unit": ""} == bare


@pytest.mark.parametrize(
    ("name", "known", "same"),
    [
        ("Syria", "Syrian Arab Republic", True),
        ("Russia (Soviet Union)", "Russian Federation", True),
        ("Yemen (North Yemen)", "Yemen", True),
        ("Niger", "Federal Republic of Nigeria", True),  # but the point must lie there too
        ("Sudan", "Chad", False),
    ],
)
def test_a_countrys_short_name_and_its_long_one(name: str, known: str, same: bool) -> None:
    assert _same_country(name, (known,)) is same

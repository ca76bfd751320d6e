"""The plain table: the contract's columns, and what real spreadsheets do to them."""

import io
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from shapely.geometry import box

from truceline.model.batch import Batch, Context
from truceline.model.unit import Unit, Units
from truceline.sources import SOURCES

HEADER = "id,start,end,lon,lat,radius_m,act,actor,target,deaths,source,url,text"


def parse(
    data: bytes, name: str = "log.csv", units: Units | None = None, **options: str
) -> list[Batch]:
    context = Context("Asia/Damascus", units=units or Units(()), options=options)
    return list(SOURCES["table"].parse(io.BytesIO(data), name=name, sha256="", context=context))


def csv(*rows: str, header: str = HEADER) -> bytes:
    return "\n".join([header, *rows, ""]).encode()


def one(data: bytes, **more: Any) -> dict[str, Any]:
    batches = parse(data, **more)
    (row,) = [r for b in batches for r in b.events.to_pylist()]
    return dict(row)


def problems(data: bytes, severity: str = "row", **more: Any) -> list[str]:
    return [str(p) for b in parse(data, **more) for p in b.problems if p.severity == severity]


@pytest.mark.parametrize(
    ("start", "end", "first", "last"),
    [
        ("2020-03-06", "", "2020-03-05T22:00", "2020-03-06T22:00"),
        ("2020-03-06", "2020-03-07", "2020-03-05T22:00", "2020-03-07T22:00"),
        ("2020-03-27", "", "2020-03-26T22:00", "2020-03-27T21:00"),  # 23 hours
        ("2020-10-29", "", "2020-10-28T21:00", "2020-10-29T22:00"),  # 25 hours
        ("2020-03-05T23:30", "", "2020-03-05T21:30", "2020-03-05T21:30"),
        ("2020-03-05 23:30:15", "", "2020-03-05T21:30:15", "2020-03-05T21:30:15"),
        ("2020-03-06T00:01+03:00", "", "2020-03-05T21:01", "2020-03-05T21:01"),
        ("2020-03-05T21:01Z", "2020-03-06", "2020-03-05T21:01", "2020-03-06T22:00"),
        ("2020-03-06", "2020-03-06T10:00", "2020-03-05T22:00", "2020-03-06T08:00"),
        ("2020-03", "", "2020-02-29T22:00", "2020-03-31T21:00"),
        ("2020-10-29T23:30", "", "2020-10-29T20:30", "2020-10-29T21:30"),  # shown twice
        ("6 March 2020 11:30 pm", "", "2020-03-06T21:30", "2020-03-06T21:30"),
        ("2020/3/6", "", "2020-03-05T22:00", "2020-03-06T22:00"),
        ("31/03/2020", "", "2020-03-30T21:00", "2020-03-31T21:00"),
        ("2020-03-05T24:00", "", "2020-03-05T22:00", "2020-03-05T22:00"),
    ],
)
def test_times(start: str, end: str, first: str, last: str) -> None:
    row = one(csv(f"1,{start},{end},36.5,35.8,,,,,,,,"))
    assert row["start"] == datetime.fromisoformat(first).replace(tzinfo=UTC)
    assert row["end"] == datetime.fromisoformat(last).replace(tzinfo=UTC)
    assert row["when_text"].startswith(start)


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        ("03/04/2020", "", "day/month or as month/day"),
        ("2020-03-27T00:30", "", "skipped"),
        ("2020-03-06", "2020-03-05", "ends before it starts"),
        ("2020-03-06T10:00", "2020-03-06T09:00", "ends before it starts"),
        ("2020-13-01", "", "no such day"),
        ("", "", "no start"),
        ("2020-03-06T25:00", "", "no such time"),
        ("2020-03-06T10:00+19:00", "", "14 hours"),
        ("45123", "", "no date"),
    ],
)
def test_bad_times(start: str, end: str, words: str) -> None:
    (problem,) = problems(csv(f"1,{start},{end},36.5,35.8,,,,,,,,"))
    assert problem.startswith("log.csv:2: ")
    assert words in problem


def test_an_option_decides_between_day_and_month() -> None:
    data = csv("1,03/04/2020,,36.5,35.8,,,,,,,,")
    assert one(data, dates="dmy")["start"] == datetime(2020, 4, 2, 21, tzinfo=UTC)
    assert one(data, dates="mdy")["start"] == datetime(2020, 3, 3, 22, tzinfo=UTC)


def test_id_source_lists_and_radius() -> None:
    row = one(csv("7|a%,2020-03-06,,36.5,35.8,0,x y,A%7CB|C%25,D|,,SOHR,http://x,hello"))
    assert row["event_id"] == "SOHR:7|a%"
    assert row["source"] == "SOHR"
    assert row["actor"] == ["A|B", "C%"]
    assert row["target"] == ["D"]
    assert (row["region"], row["radius_m"]) == ("point", 0)
    assert row["act"] == "unknown"
    row = one(csv("7,2020-03-06,,36.5,35.8,500,,,,,,,"), name="north/log.march.csv.gz")
    assert row["event_id"] == "log.march:7"
    assert (row["region"], row["attribution"]) == ("disc", "unknown")


@pytest.mark.parametrize(
    ("words", "low", "best", "high"),
    [
        ("3", None, 3, None),
        ("3-5", 3, None, 5),
        ("3 – 5", 3, None, 5),
        ("between 3 and 5", 3, None, 5),
        ("at least 3", 3, None, None),
        ("10+", 10, None, None),
        ("more than 10", 11, None, None),
        ('"1,200"', None, 1200, None),
        ("", None, None, None),
        ("NA", None, None, None),
        ("3.0", None, 3, None),
    ],
)
def test_deaths(words: str, low: int | None, best: int | None, high: int | None) -> None:
    row = one(csv(f"1,2020-03-06,,36.5,35.8,,,,,{words},,,"))
    assert (row["deaths_low"], row["deaths_best"], row["deaths_high"]) == (low, best, high)


@pytest.mark.parametrize(
    ("words", "what"), [("-3", "negative"), ("2.5", "whole number"), ("5-3", "above")]
)
def test_bad_deaths(words: str, what: str) -> None:
    assert what in problems(csv(f"1,2020-03-06,,36.5,35.8,,,,,{words},,,"))[0]


def test_unreadable_deaths_are_noted_and_the_event_is_kept() -> None:
    data = csv("1,2020-03-06,,36.5,35.8,,,,,several,,,")
    assert one(data)["deaths_best"] is None
    assert "no number of deaths" in problems(data, "note")[0]


@pytest.mark.parametrize("radius", ["-5", "inf", "many", "1e9"])
def test_a_bad_radius_is_a_problem(radius: str) -> None:
    assert problems(csv(f"1,2020-03-06,,36.5,35.8,{radius},,,,,,,"))


def test_no_coordinates_is_nowhere() -> None:
    row = one(csv("1,2020-03-06,,,,,shelling,,,,,,"))
    assert (row["region"], row["lon"], row["lat"]) == ("nowhere", None, None)


def test_an_observers_bearing_and_range_make_a_sector() -> None:
    header = "ID;Date;Observer longitude;Observer latitude;Bearing;Range;Means;Count;Act"
    data = csv(
        "1;2020-03-06 10:00;36,1;35,2;SW;2-5 km;Seen;12;muzzle flash",
        "2;2020-03-06;36,1;35,2;337.5;;heard;;45 explosions",
        "3;2020-03-06;36,1;35,2;;3km;smelt;;flare",
        "4;2020-03-06;36,1;35,2;361;;;;flare",
        "5;2020-03-06;;;N;3 km;;;flare",
        "6;2020-03-06;36,1;35,2;N;5-3 km;;;flare",
        "7;2020-03-06;36,1;35,2;;;;;flare",
        header=header,
    )
    rows = [r for b in parse(data) for r in b.events.to_pylist()]
    first, second, third, alone = rows
    assert (first["region"], first["bearing_deg"], first["spread_deg"]) == ("sector", 225, 22.5)
    assert (first["lon"], first["lat"]) == (36.1, 35.2)
    assert (first["range_min_m"], first["radius_m"]) == (2000, 5000)
    assert (first["means"], first["count"], first["act"]) == ("seen", 12, "muzzle-flash")
    assert (second["count"], second["act"], second["means"]) == (45, "explosion", "heard")
    assert (second["radius_m"], second["spread_deg"]) == (20_000, 22.5)
    assert (third["region"], third["radius_m"], third["means"]) == ("disc", 3000, "")
    assert (alone["region"], alone["radius_m"]) == ("disc", 20_000)
    assert [p.split(":")[1] for p in problems(data)] == ["5", "6", "7"]
    assert any("no range is stated" in p for p in problems(data, "note"))


def test_a_calibre_is_no_count() -> None:
    row = one(csv("1,2020-03-06,,36.5,35.8,,120 mm mortar,,,,,,"))
    assert (row["count"], row["act"]) == (None, "mortar-fire")


def test_an_admin_unit_by_its_code() -> None:
    square = Unit("SY07", 1, ("Idleb",), ("SY",), box(36, 35, 37, 36), 36.5, 35.5, 57_000.0)
    header = "id,start,unit,lon,lat,radius_m"
    data = csv("1,2020-03-06,SY07,,,", header=header)
    row = one(data, units=Units((square,)))
    assert (row["region"], row["unit"], row["radius_m"]) == ("unit", "SY07", 57_000)
    assert one(data)["region"] == "nowhere"
    assert "not among the boundaries" in problems(data, "note")[0]


def test_headers_vary_and_unused_columns_are_told() -> None:
    data = csv(
        "1,2020-03-06,36.5,35.8,blue", header="Event ID,Event Date,LONGITUDE, Latitude ,Colour"
    )
    assert one(data)["lon"] == 36.5
    assert "not used: Colour" in problems(data, "note")[0]


def test_a_users_own_column_names() -> None:
    data = csv("1,2020-03-06,36.5,35.8,shelling", header="nr,tag,ost,nord,art")
    row = one(data, columns="id=nr,start=tag,lon=ost,lat=nord,act=art")
    assert (row["act"], row["lat"]) == ("shelling", 35.8)


def test_excel_with_real_dates() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["id", "start", "end", "lon", "lat", "deaths"])
    sheet.append([1, date(2020, 3, 6), None, 36.5, 35.8, 3])
    sheet.append([2, datetime(2020, 3, 6, 0, 0), datetime(2020, 3, 6, 8, 30), 36.5, 35.8, None])
    sheet.append([None] * 6)
    sheet.append(["3", "2020-03-07", None, 36.5, 95.8, 0])
    sheet["B3"].number_format = "yyyy-mm-dd hh:mm"
    file = io.BytesIO()
    book.save(file)
    batches = parse(file.getvalue(), name="log.xlsx")
    rows = [r for b in batches for r in b.events.to_pylist()]
    assert [r["event_id"] for r in rows] == ["log:1", "log:2"]
    assert rows[0]["end"] == datetime(2020, 3, 6, 22, tzinfo=UTC)
    assert rows[1]["start"] == datetime(2020, 3, 5, 22, tzinfo=UTC)
    assert rows[1]["end"] == datetime(2020, 3, 6, 6, 30, tzinfo=UTC)
    assert problems(file.getvalue(), name="log.xlsx")[0].startswith("log.xlsx:5: lat")


def parquet(**columns: Any) -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file)
    return file.getvalue()


def test_parquet_timestamps_with_and_without_a_zone() -> None:
    naive = np.array(["2020-03-05T23:30:00", "NaT", "2020-03-27T00:30:00"], "datetime64[us]")
    data = parquet(id=[1, 2, 3], start=naive, lon=[36.5, 36.5, 36.5], lat=[35.8, np.nan, 35.8])
    (row,) = [r for b in parse(data) for r in b.events.to_pylist()]
    assert row["event_id"] == "log:1"
    assert row["start"] == datetime(2020, 3, 5, 21, 30, tzinfo=UTC)
    assert row["when_text"] == "2020-03-05 23:30:00"
    assert len(problems(data)) == 2
    zoned = pa.array([datetime(2020, 3, 5, 21, 30, tzinfo=UTC)], pa.timestamp("ms", "UTC"))
    assert one(parquet(id=["a"], start=zoned))["start"] == datetime(2020, 3, 5, 21, 30, tzinfo=UTC)
    day = one(parquet(id=["a"], start=pa.array([date(2020, 3, 6)])))
    assert day["end"] == datetime(2020, 3, 6, 22, tzinfo=UTC)


def test_parquet_lists_are_joined_like_csv() -> None:
    data = parquet(id=["a"], start=["2020-03-06"], actor=pa.array([["A|B", "C"]]))
    assert one(data)["actor"] == ["A|B", "C"]


def test_geojson_points() -> None:
    data = b"""{"type": "FeatureCollection", "features": [
      {"type": "Feature", "id": 7, "geometry": {"type": "Point", "coordinates": [36.1, 35.2]},
       "properties": {"start": "2020-03-06", "act": "shelling", "actor": ["A|B", "C"]}},
      {"type": "Feature", "id": 8, "geometry": null, "properties": {"start": "2020-03-06"}}]}"""
    rows = [r for b in parse(data, name="log.geojson") for r in b.events.to_pylist()]
    assert (rows[0]["event_id"], rows[0]["lon"], rows[0]["lat"]) == ("log:7", 36.1, 35.2)
    assert rows[0]["actor"] == ["A|B", "C"]
    assert rows[1]["region"] == "nowhere"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.parquet", b"PAR1 and no more"),
        ("a.xlsx", b"PK\x03\x04 and no more"),
        ("a.geojson", b'{"type": "FeatureCollection", "features": ['),
        ("a.json", b'{"success": false}'),
        ("a.xls", b"\xd0\xcf\x11\xe0 old"),
        ("a.csv.gz", b"\x1f\x8b and no more"),
    ],
)
def test_damaged_files_are_told(name: str, data: bytes) -> None:
    assert problems(data, "file", name=name)


def test_what_an_osce_table_counts_comes_out() -> None:
    header = "id,start,act"
    data = csv(
        "1,2020-07-27,2660 explosions",
        "2,2020-07-27,911 projectiles",
        "3,2020-07-27,90 muzzle flashes",
        "4,2020-07-27,54 illumination flares",
        "5,2020-07-27,2579 bursts or shots",
        header=header,
    )
    rows = [r for b in parse(data) for r in b.events.to_pylist()]
    assert sum(r["count"] for r in rows) == 6294
    assert [r["act"] for r in rows] == [
        "explosion",
        "projectile-in-flight",
        "muzzle-flash",
        "flare",
        "small-arms-fire",
    ]

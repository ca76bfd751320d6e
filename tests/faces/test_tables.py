"""Findings and tables as files: the contract's forms, whatever a source wrote."""

import csv
import io
import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from tests.faces.conftest import event, many
from truceline.faces.tables import ENDINGS, table_csv, table_json, write_findings, write_table
from truceline.model.finding import Findings, finding_schema

NASTY = 'He said "no", 50% | then\nleft, =1+1 قصف'


def _csv(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def nasty(judged: Any) -> Findings:
    findings, _ = judged([event(1, actor=[NASTY, "B (SIMULATED)"]), event(2, lon=36.64)])
    assert len(findings) == 2
    return findings  # type: ignore[no-any-return]


def test_every_ending_holds_the_same_findings(nasty: Findings, tmp_path: Path) -> None:
    for ending in ENDINGS:
        write_findings(nasty, tmp_path / f"f{ending}")
    table = pq.read_table(tmp_path / "f.parquet")
    assert table.schema.names == finding_schema(nasty.timezone).names
    assert table.equals(nasty.table())
    rows = _csv(tmp_path / "f.csv")
    objects = json.loads((tmp_path / "f.json").read_text(encoding="utf-8"))
    shapes = json.loads((tmp_path / "f.geojson").read_text(encoding="utf-8"))["features"]
    assert [f["properties"] for f in shapes] == objects
    for row, flat, found, shape in zip(table.to_pylist(), rows, objects, shapes, strict=True):
        assert list(flat) == list(found) == table.schema.names
        assert row["reasons"] == json.loads(flat["reasons"]) == found["reasons"]
        assert row["actor"] == found["actor"]
        decoded = [a.replace("%7C", "|").replace("%25", "%") for a in flat["actor"].split("|")]
        assert decoded == row["actor"]
        assert datetime.fromisoformat(flat["start"]) == row["start"]
        assert flat["start"] == found["start"] == row["start"].isoformat(timespec="seconds")
        assert flat["p_zone"] == f"{row['p_zone']:.4f}"
        assert found["p_zone"] == row["p_zone"]
        assert flat["deaths_best"] == ""
        assert found["deaths_best"] is None
        assert shape["geometry"] == {"type": "Point", "coordinates": [row["lon"], row["lat"]]}


def test_a_spreadsheet_formula_is_data_and_stays_as_it_was() -> None:
    table = pa.table({"text": ["=HYPERLINK(1)", "+1", "@x", "-2"]})
    lines = b"".join(table_csv(table)).decode().splitlines()
    assert lines == ["text", "=HYPERLINK(1)", "+1", "@x", "-2"]


@pytest.mark.parametrize(
    ("zone", "moment", "said"),
    [
        ("Asia/Damascus", datetime(2020, 3, 26, 21, 59, tzinfo=UTC), "2020-03-26T23:59:00+02:00"),
        ("Asia/Damascus", datetime(2020, 3, 26, 22, 0, tzinfo=UTC), "2020-03-27T01:00:00+03:00"),
        ("Asia/Kathmandu", datetime(2006, 5, 1, tzinfo=UTC), "2006-05-01T05:45:00+05:45"),
        ("America/Bogota", datetime(2016, 8, 29, 5, 0, 1, tzinfo=UTC), "2016-08-29T00:00:01-05:00"),
        (
            "UTC",
            datetime(1969, 12, 31, 23, 59, 59, 900_000, tzinfo=UTC),
            "1969-12-31T23:59:59+00:00",
        ),
    ],
)
def test_times_are_in_their_zone(zone: str, moment: datetime, said: str) -> None:
    column = pa.array([moment, None], pa.timestamp("us", tz=zone))
    rows = json.loads(b"".join(table_json(pa.table({"t": column}))))
    assert rows == [{"t": said}, {"t": None}]


def test_lists_and_lone_empty_cells_survive_csv() -> None:
    table = pa.table({"l": [["a|b", "50%"], [], None]})
    assert b"".join(table_csv(table)) == b'l\na%7Cb|50%25\n""\n""\n'
    rows = list(csv.DictReader(io.StringIO(b"".join(table_csv(table)).decode())))
    assert [r["l"] for r in rows] == ["a%7Cb|50%25", "", ""]


def test_any_table_goes_out(tmp_path: Path) -> None:
    table = pa.table(
        {
            "s": pa.array(["x", None]).dictionary_encode(),
            "f": [1.5, float("nan")],
            "b": [True, None],
            "d": [[{"k": 1}], []],
            "n": pa.nulls(2),
            "lon": [36.0, None],
            "lat": [35.0, None],
        }
    )
    write_table(table, tmp_path / "t.json")
    assert json.loads((tmp_path / "t.json").read_text()) == [
        {"s": "x", "f": 1.5, "b": True, "d": [{"k": 1}], "n": None, "lon": 36, "lat": 35},
        {"s": None, "f": None, "b": None, "d": [], "n": None, "lon": None, "lat": None},
    ]
    write_table(table, tmp_path / "t.geojson")
    shapes = json.loads((tmp_path / "t.geojson").read_text())["features"]
    assert [s["geometry"] for s in shapes] == [{"type": "Point", "coordinates": [36, 35]}, None]


def test_no_rows_give_whole_files(nasty: Findings, tmp_path: Path) -> None:
    none = Findings(
        nasty.rows.slice(0, 0), nasty.sentences, nasty.pointers.slice(0, 0), nasty.timezone
    )
    for ending in ENDINGS:
        write_findings(none, tmp_path / f"none{ending}")
    assert json.loads((tmp_path / "none.json").read_text()) == []
    assert json.loads((tmp_path / "none.geojson").read_text())["features"] == []
    assert _csv(tmp_path / "none.csv") == []
    assert pq.read_table(tmp_path / "none.parquet").num_rows == 0


def test_an_unknown_ending_is_one_clear_line(nasty: Findings, tmp_path: Path) -> None:
    for name in ("out.xls", "out"):
        with pytest.raises(ValueError, match=r"end the name in one of \.parquet") as error:
            write_findings(nasty, tmp_path / name)
        assert "\n" not in str(error.value)
    assert list(tmp_path.iterdir()) == []


def test_a_failure_leaves_no_half_file(tmp_path: Path) -> None:
    path = tmp_path / "t.geojson"
    path.write_text("before")
    with pytest.raises(ValueError, match="lon and lat"):
        write_table(pa.table({"x": [1]}), path)
    assert path.read_text() == "before"
    assert [p.name for p in tmp_path.iterdir()] == ["t.geojson"]


def test_many_slices_join_without_a_seam(tmp_path: Path) -> None:
    findings = many(70_000)
    started = time.perf_counter()
    write_findings(findings, tmp_path / "m.csv")
    taken = time.perf_counter() - started
    rows = _csv(tmp_path / "m.csv")
    assert [r["finding_id"] for r in rows] == findings.rows["finding_id"].to_pylist()
    assert json.loads(rows[69_999]["reasons"])[0]["detail"] == f"sentence {69_999 % 7}"
    write_findings(findings, tmp_path / "m.json")
    assert len(json.loads((tmp_path / "m.json").read_text())) == 70_000
    write_findings(findings, tmp_path / "m.parquet")
    back = pq.read_table(tmp_path / "m.parquet", columns=["finding_id"])
    assert pc.all(pc.equal(back["finding_id"], findings.rows["finding_id"])).as_py()
    assert taken < 20, f"70,000 findings took {taken:.1f} s"

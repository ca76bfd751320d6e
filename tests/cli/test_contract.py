"""The command-line contract: exit codes, where data and talk go, forms of output."""

import csv
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from truceline.cli.app import app
from truceline.store import library

EVENTS = (
    "id,start,end,lon,lat,radius_m,act,actor,target,deaths,source,url,text\n"
    "1,2020-03-05T23:30,,36.80591,35.86447,500,shelling,Military Forces of Turkey,,0,,,a\n"
    "2,2020-03-06,,36.63,35.93,1000,air strike,Military Forces of Syria,Civilians,3,,,b\n"
    "3,2020-04-01,,44.0,33.0,1000,shelling,,,1,,,far away\n"
    "4,2020-99-01,,36.6,35.9,1000,shelling,,,1,,,no such day\n"
    "2,2020-03-06,,36.63,35.93,1000,air strike,Military Forces of Syria,Civilians,3,,,b\n"
)


@pytest.fixture(autouse=True)
def _own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TRUCELINE_HOME", str(tmp_path / "home"))


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def run(*words: object) -> Result:
    return CliRunner().invoke(app, [str(w) for w in words])


@pytest.fixture
def events(tmp_path: Path) -> Path:
    path = tmp_path / "events.csv"
    path.write_text(EVENTS, encoding="utf-8")
    return path


def test_list_show_check_and_cases() -> None:
    listed = run("agreement", "list")
    assert listed.exit_code == 0
    assert [line.split("\t")[0] for line in listed.stdout.splitlines()] == library.names()
    shown = run("agreement", "show", "idlib-2020")
    assert shown.exit_code == 0
    assert "art-1 prohibits all military actions" in shown.stdout
    assert run("agreement", "check", "idlib-2020").exit_code == 0
    cases = run("agreement", "cases", "idlib-2020")
    assert cases.exit_code == 0, cases.stdout
    assert cases.stdout.splitlines()[-1].endswith(" passed, 0 failed")


def test_schema_is_json_schema() -> None:
    schema = json.loads(run("agreement", "schema").stdout)
    assert schema["$schema"].startswith("https://json-schema.org/")
    assert {"agreement", "zones", "provisions"} <= set(schema["properties"])


@pytest.mark.parametrize(
    "words",
    [
        ("agreement", "check", "no-such-agreement"),
        ("agreement", "cases", "no-such-agreement"),
        ("check", "--agreement", "no-such", "--events", "x.csv", "--source", "table"),
        ("check", "--agreement", "idlib-2020", "--events", "/no/such.csv", "--source", "table"),
        ("check", "--agreement", "idlib-2020", "--events", "x.csv", "--source", "no-such"),
        ("check", "--agreement", "idlib-2020"),
        ("zones", "idlib-2020", "--out", "/no/such/folder/z.geojson"),
        ("boundaries", "add", "/no/such.shp"),
        ("no-such-command",),
        ("check", "--no-such-option"),
    ],
)
def test_bad_usage_ends_with_2_and_one_clear_line(words: tuple[str, ...]) -> None:
    result = run(*words)
    assert result.exit_code == 2
    assert "Traceback" not in result.stderr
    assert result.stderr.strip()


def test_faults_end_with_1_and_a_line_each(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("agreement: x\ntitle: t\ntimezone: Nowhere\nzones: {a: {along: q}}\n")
    result = run("agreement", "check", bad)
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[0].startswith(f"{bad}:3:11: ")
    assert all(line.startswith(f"{bad}:") for line in lines)


def test_a_missing_geometry_file_is_a_fault_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(
        "agreement: x\ntitle: t\ntimezone: UTC\nzones:\n  a: {file: gone.geojson, accuracy: 1 km}\n"
    )
    result = run("agreement", "check", path)
    assert result.exit_code == 1
    assert f"{path}:5:13: " in result.stdout


def test_check_writes_findings_and_problems(tmp_path: Path, events: Path) -> None:
    out, problems = tmp_path / "f.csv", tmp_path / "p.csv"
    result = run(
        "check", "--agreement", "idlib-2020", "--events", events, "--source", "table",
        "--out", out, "--problems", problems,
    )  # fmt: skip
    assert result.exit_code == 0, result.stderr
    assert "5 rows = 3 events + 1 repeats + 0 revisions + 1 problems" in result.stderr
    rows = {r["incident_id"]: r for r in rows_of(out)}
    assert set(rows) == {"events:1", "events:2"}
    first = rows["events:1"]
    assert (first["verdict"], first["cause"]) == ("cannot-tell", "text")
    assert first["start"] == "2020-03-05T23:30:00+02:00"
    assert {r["rule"] for r in json.loads(first["reasons"])} >= {"place", "time", "act", "party"}
    second = rows["events:2"]
    assert (second["verdict"], second["bound"], second["p_time"]) == ("breach", "no", "0.9993")
    assert [p["line"] for p in rows_of(problems)] == ["5"]


@pytest.mark.parametrize("ending", ["csv", "json", "geojson", "parquet"])
def test_every_ending_holds_the_same_findings(tmp_path: Path, events: Path, ending: str) -> None:
    out = tmp_path / f"f.{ending}"
    run("check", "--agreement", "idlib-2020", "--events", events, "--source", "table", "--out", out)
    if ending == "csv":
        ids = [r["finding_id"] for r in rows_of(out)]
    elif ending == "parquet":
        ids = pq.read_table(out)["finding_id"].to_pylist()
    else:
        read = json.loads(out.read_text(encoding="utf-8"))
        rows = [f["properties"] for f in read["features"]] if ending == "geojson" else read
        ids = [r["finding_id"] for r in rows]
    assert sorted(ids) == ["idlib-2020/art-1/events:1", "idlib-2020/art-1/events:2"]


def test_an_unknown_ending_is_bad_usage(tmp_path: Path, events: Path) -> None:
    out = tmp_path / "f.docx"
    result = run(
        "check", "--agreement", "idlib-2020", "--events", f"table={events}", "--out", out
    )  # fmt: skip
    assert result.exit_code == 2


def test_zones_are_features_with_what_the_contract_names(tmp_path: Path) -> None:
    out = tmp_path / "z.geojson"
    assert run("zones", "idlib-2020", "--out", out).exit_code == 0
    features = json.loads(out.read_text(encoding="utf-8"))["features"]
    kinds = {(f["properties"]["id"], f["properties"]["kind"]) for f in features}
    assert {("corridor", "zone"), ("area", "zone"), ("M4", "line"), ("art-3", "route")} <= kinds
    for feature in features:
        assert {"id", "kind", "of", "accuracy_m", "valid_from", "valid_to"} <= set(
            feature["properties"]
        )


def test_brief_writes_one_page(tmp_path: Path, events: Path) -> None:
    out = tmp_path / "case.html"
    result = run(
        "brief", "--agreement", "idlib-2020", "--events", events, "--source", "table", "--out", out
    )  # fmt: skip
    assert result.exit_code == 0, result.stderr
    assert out.read_text(encoding="utf-8").lstrip().lower().startswith("<!doctype html>")


def test_demo_ends_by_itself_and_says_simulated(tmp_path: Path) -> None:
    result = run("demo", "--dir", tmp_path / "demo")
    assert result.exit_code == 0, result.stderr
    assert "SIMULATED" in result.stderr
    assert "digest\t" in result.stdout
    assert (tmp_path / "demo" / "case.html").is_file()
    rows = rows_of(tmp_path / "demo" / "findings.csv")
    assert rows
    assert all("SIM-" in row["incident_id"] for row in rows)

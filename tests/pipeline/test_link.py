"""``truceline link``: files in, every event in exactly one incident out."""

import csv
import json
from pathlib import Path

from typer.testing import CliRunner, Result

from truceline.cli.app import app

HEAD = "id,start,end,lon,lat,radius_m,act,actor,target,deaths,source,url,text"
runner = CliRunner()


def put(path: Path, *rows: str) -> Path:
    path.write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
    return path


def run(*args: object) -> Result:
    return runner.invoke(app, ["link", *[str(a) for a in args]])


def groups(path: Path) -> dict[str, list[str]]:
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["incident_id", "event_id"]
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row["incident_id"], []).append(row["event_id"])
    return found


ONE = "1,2020-03-03,,36.80,35.86,1000,shelling,SAA,,3,,,"
NEAR = "7,2020-03-03,,36.81,35.86,2000,artillery fire,SAA,,4-6,,,"
FAR = "8,2020-03-03,,37.90,36.40,2000,shelling,SAA,,3,,,"


def test_every_event_once(tmp_path: Path) -> None:
    a, b = put(tmp_path / "a.csv", ONE), put(tmp_path / "b.csv", NEAR, FAR)
    out, full, pairs = (tmp_path / n for n in ("out.csv", "full.json", "pairs.json"))
    result = run(
        "--events", a, "--events", b, "--source", "table", "--out", out,
        "--incidents", full, "--pairs", pairs,
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert groups(out) == {"a:1": ["a:1", "b:7"], "b:8": ["b:8"]}
    assert "incidents\t2" in result.output
    assert "1 rows = 1 events + 0 repeats + 0 revisions + 0 problems" in result.output
    first = json.loads(full.read_text(encoding="utf-8"))[0]
    assert (first["deaths_low"], first["deaths_high"]) == (3, 6)
    said = [p["words"] for p in json.loads(pairs.read_text(encoding="utf-8"))[0]["parts"]]
    assert "3 and 4–6 killed" in said
    assert "same day" in said


def test_a_source_sent_as_two_files_is_one_source(tmp_path: Path) -> None:
    a = put(tmp_path / "a.csv", ONE.replace("3,,,", "3,SOHR,,"))
    b = put(
        tmp_path / "b.csv", NEAR.replace("4-6,,,", "4-6,SOHR,,"), ONE.replace("3,,,", "3,SOHR,,")
    )
    out = tmp_path / "out.csv"
    result = run("--events", a, "--events", b, "--source", "table", "--out", out)
    assert result.exit_code == 0, result.output
    assert groups(out) == {"SOHR:1": ["SOHR:1"], "SOHR:7": ["SOHR:7"]}
    assert "1 repeats" in result.output


def test_bad_rows_are_counted_and_the_rest_is_linked(tmp_path: Path) -> None:
    a = put(
        tmp_path / "a.csv",
        ONE,
        ",2020-03-03,,36.8,35.86,,shelling,,,,,,",
        "2,2020-03-03,,,,,shelling,,,,,,",
    )
    out = tmp_path / "out.csv"
    result = run("--events", a, "--source", "table", "--out", out)
    assert result.exit_code == 0, result.output
    assert groups(out) == {"a:1": ["a:1"], "a:2": ["a:2"]}
    assert "3 rows = 2 events + 0 repeats + 0 revisions + 1 problems" in result.output
    assert "no place" in result.output


def test_an_agreement_says_which_names_are_one_party(tmp_path: Path) -> None:
    a = put(tmp_path / "a.csv", ONE.replace("SAA", "Government of Syria"))
    b = put(tmp_path / "b.csv", NEAR.replace("SAA", "Military Forces of Syria (2000-)"))
    full = tmp_path / "full.json"
    for more, told in (((), "disputed"), (("--agreement", "idlib-2020"), "actor")):
        result = run(
            "--events", a, "--events", b, "--source", "table", "--out", tmp_path / "o.csv",
            "--incidents", full, *more,
        )  # fmt: skip
        assert result.exit_code == 0, result.output
        assert json.loads(full.read_text(encoding="utf-8"))[0]["attribution"] == told


def test_clear_words_for_bad_usage(tmp_path: Path) -> None:
    a, out = put(tmp_path / "a.csv", ONE), tmp_path / "o.csv"
    for args, words in (
        (("--events", tmp_path / "none.csv", "--source", "table", "--out", out), "cannot be opened"),
        (("--events", a, "--out", out), "which source"),
        (("--events", a, "--source", "table", "--out", tmp_path / "o.txt"), "end it in one of"),
        (("--events", a, "--source", "table", "--out", out, "--timezone", "Nowhere/X"), "no time zone"),
        (("--events", a, "--source", "table", "--out", out, "--engine", "magic"), "no engine"),
        (("--events", a, "--source", "table", "--out", out, "--report", tmp_path / "r.html"), "--engine splink"),
        (("--source", "table", "--out", out), "give the events"),
        (("--events", a, "--source", "table", "--out", out, "--agreement", "none-such"), "none-such"),
    ):  # fmt: skip
        result = run(*args)
        assert result.exit_code == 2, result.output
        assert words in result.output
        assert "Traceback" not in result.output
    assert not out.exists()


def test_the_timezone_decides_the_day(tmp_path: Path) -> None:
    """A date alone is that local day: against a clock time with an offset it matters."""
    a = put(tmp_path / "a.csv", ONE)
    b = put(tmp_path / "b.csv", NEAR.replace("2020-03-03", "2020-03-01T22:30:00Z"))
    out, pairs = tmp_path / "o.csv", tmp_path / "p.json"
    scores = []
    for zone in ("UTC", "Asia/Damascus"):
        result = run(
            "--events", a, "--events", b, "--source", "table", "--out", out,
            "--timezone", zone, "--pairs", pairs,
        )  # fmt: skip
        assert result.exit_code == 0, result.output
        found = json.loads(pairs.read_text(encoding="utf-8"))
        scores.append(found[0]["score"] if found else None)
    assert scores[0] is None
    assert scores[1] is not None

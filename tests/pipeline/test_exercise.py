"""The exercise on disk and by command: files that every other command takes."""

import json
from pathlib import Path

import pyarrow as pa
import pytest
from typer.testing import CliRunner

from truceline.cli.app import app
from truceline.model.batch import Context
from truceline.monitor.exercise.formats import mixed
from truceline.monitor.exercise.settings import SETTINGS, changed
from truceline.pipeline.check import Intake
from truceline.pipeline.exercise import make_exercise, save_exercise
from truceline.pipeline.terms import load
from truceline.store import library

FILES = {
    "alpha.csv",
    "beta.csv",
    "gamma.csv",
    "fires.csv",
    "truth.csv",
    "seen.csv",
    "parameters.json",
    "SIMULATED.md",
}


def run(*words: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["exercise", *words])
    return done.exit_code, done.stdout, done.stderr


def test_the_command_writes_the_same_bytes_again(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        code, out, _ = run("--out", str(folder), "--events", "800", "--seed", "9")
        assert code == 0
        assert "incidents\t" in out
    assert {p.name for p in one.iterdir()} == FILES
    for name in FILES:
        assert (one / name).read_bytes() == (two / name).read_bytes()
    drawn = json.loads((one / "parameters.json").read_text(encoding="utf-8"))
    assert drawn["seed"] == 9
    assert drawn["observers"][0]["name"] == "alpha"
    assert (one / "SIMULATED.md").read_text(encoding="utf-8").startswith("# SIMULATED")


@pytest.mark.parametrize("setting", list(SETTINGS))
def test_every_row_is_taken_in_by_the_table_source(tmp_path: Path, setting: str) -> None:
    terms = load("idlib-2020")
    made = make_exercise(terms, setting=SETTINGS[setting], events=1_500, seed=6)
    files = save_exercise(made, tmp_path)
    intake = Intake(Context(timezone=terms.agreement.timezone))
    ids: set[str] = set()
    for table in intake.read([("table", f) for f in files]):
        ids.update(table["event_id"].to_pylist())
        assert "unknown" not in table["act"].to_pylist()
    assert [p for p in intake.problems if p.severity == "row"] == []
    assert sum(c.events for c in intake.counts) == made.drawn["rows"]
    assert ids == set(made.seen["event_id"].to_pylist())


def test_a_mix_of_formats_says_what_each_can_say(tmp_path: Path) -> None:
    terms = load("idlib-2020")
    setting = changed(SETTINGS["hard"], {"month": 0.2, "summaries": 3})
    made = mixed(make_exercise(terms, setting=setting, events=3_000, seed=6))
    files = save_exercise(made, tmp_path)
    intake = Intake(Context(timezone=terms.agreement.timezone))
    events = pa.concat_tables(list(intake.read([(made.read_as[f.stem], f) for f in files])))
    assert [p for p in intake.problems if p.severity == "row"] == []
    assert set(events["event_id"].to_pylist()) == set(made.seen["event_id"].to_pylist())
    plain = make_exercise(terms, setting=setting, events=3_000, seed=6)
    by_id = {r["event_id"].split(":")[1]: r for r in events.to_pylist()}
    months = 0
    for name, read_as in (("alpha", "acled"), ("gamma", "ucdp")):
        for row in plain.reports[name].to_pylist():
            event = by_id[row["id"]]
            assert event["source"] == read_as
            assert event["text"] == row["text"]
            assert event["place"] == row["place"]
            assert (event["lon"], event["lat"]) == (row["lon"], row["lat"])
            assert event["when_text"][:7] == row["start"][:7]
            if len(row["start"]) == 7:
                months += 1
                assert 28 <= (event["end"] - event["start"]).days <= 31
            if row["deaths"] is not None:
                assert event["deaths_best"] == row["deaths"]
            assert all(n.endswith(" (SIMULATED)") for n in (*event["actor"], *event["target"]))
    assert months > 50


def test_the_mix_is_named_by_the_command(tmp_path: Path) -> None:
    code, out, _ = run("--out", str(tmp_path / "m"), "--events", "300", "--mixed")
    assert code == 0
    assert f"acled={tmp_path / 'm' / 'alpha.csv'}\t" in out
    assert f"ucdp={tmp_path / 'm' / 'gamma.csv'}\t" in out
    assert f"table={tmp_path / 'm' / 'beta.csv'}\t" in out


@pytest.mark.parametrize("name", sorted(library.names()))
def test_every_agreement_of_the_library_can_be_exercised(name: str) -> None:
    made = make_exercise(load(name), events=400, seed=2)
    assert made.truth.num_rows > 100


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--setting", "awful"), "no setting 'awful'"),
        (("--set", "wrong_day"), "NAME=NUMBER"),
        (("--set", "wrong_day=2"), "a share"),
        (("--days", "0"), "from 1 to"),
        (("--agreement", "nowhere-1900"), "nowhere-1900"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(
    tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    code, out, err = run("--out", str(tmp_path / "x"), *words)
    assert code == 2
    assert said in err
    assert out == ""


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("kept", encoding="utf-8")
    code, _, err = run("--out", str(tmp_path / "x"))
    assert code == 2
    assert "name a folder" in err


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("mine", encoding="utf-8")
    code, _, err = run("--out", str(tmp_path), "--events", "50")
    assert code == 2
    assert "other files" in err
    assert [p.name for p in tmp_path.iterdir()] == ["README.md"]


def test_an_exercise_may_be_made_again(tmp_path: Path) -> None:
    for seed in ("1", "2"):
        assert run("--out", str(tmp_path / "x"), "--events", "50", "--seed", seed)[0] == 0
    drawn = json.loads((tmp_path / "x" / "parameters.json").read_text(encoding="utf-8"))
    assert drawn["seed"] == 2

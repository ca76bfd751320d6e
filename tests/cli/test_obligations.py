"""The commands: data to stdout, talk to stderr, one clear line and code 2 for what is wrong."""

import csv
import json

import pytest
from typer.testing import CliRunner

from truceline.cli.app import app


def run(*words):
    return CliRunner().invoke(app, [str(w) for w in words])


@pytest.fixture
def case(tmp_path):
    folder = tmp_path / "case"
    assert run("new", folder, "--agreement", "idlib-2020").exit_code == 0
    return folder


def test_from_evidence_to_states(case, tmp_path):
    paper = tmp_path / "a.txt"
    paper.write_text("text")
    made = run(
        *("evidence", case, "art-2-parameters", "--state", "done", "--on", "2020-03-13"),
        *("--by", "Anna", "--document", paper, "--words", "was signed"),
    )
    assert made.exit_code == 0
    assert made.stdout == "1 rows = 1 entered + 0 repeats + 0 problems\nentry\t1\n"
    shown = run("obligations", case, "--on", "2020-03-20")
    assert shown.exit_code == 0
    assert "done: in time by one reading, one day late by the other" in shown.stdout
    assert '"was signed"' in shown.stdout
    found = json.loads(run("obligations", case, "--on", "2020-03-20", "--json").stdout)
    first = found["obligations"][0]
    assert [r["due"] for r in first["readings"]] == ["2020-03-12", "2020-03-13"]
    assert [r["state"] for r in first["readings"]] == ["done-late", "done"]
    assert first["readings"][0]["days_late"] == [1.0, 1.0]
    assert first["evidence"][0]["by"] == "Anna"
    assert run("verify", case).exit_code == 0


@pytest.mark.parametrize("ending", [".json", ".csv", ".parquet"])
def test_tables(case, tmp_path, ending):
    out = tmp_path / f"o{ending}"
    assert run("obligations", case, "--on", "2020-03-20", "--out", out).exit_code == 0
    if ending == ".csv":
        with out.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        assert [r["due"] for r in rows] == ["2020-03-12", "2020-03-13", "2020-03-15"]
    assert out.stat().st_size > 100


def test_without_a_case():
    shown = run("obligations", "--agreement", "karabakh-2020", "--on", "2020-11-14")
    assert shown.exit_code == 0
    assert "point-6-kalbajar  DUE-SOON" in shown.stdout
    assert "no case" in shown.stderr


@pytest.mark.parametrize(
    "words",
    [
        ["obligations"],
        ["obligations", "nowhere", "--on", "2020-03-20"],
        ["obligations", "--agreement", "idlib-2020", "--on", "2020-02-31"],
        ["obligations", "--agreement", "idlib-2020", "--soon", "a week"],
        ["obligations", "--agreement", "nowhere-1999"],
        ["obligations", "--agreement", "idlib-2020", "--out", "x.pdf"],
        ["evidence", "nowhere", "art-3", "--state", "done", "--on", "2020-03-20"],
        ["agreement", "calendar", "nowhere-1999"],
        ["agreement", "calendar", "idlib-2020", "--out", "x.txt"],
    ],
)
def test_bad_usage_is_one_line_and_code_2(words):
    ended = run(*words)
    assert ended.exit_code == 2
    assert len(ended.stderr.strip().splitlines()) == 1
    assert ended.stdout == ""


def test_evidence_that_cannot_be_entered_is_one_line(case, tmp_path):
    for words in (
        ["art-1", "--state", "done", "--on", "2020-03-20"],
        ["art-3", "--state", "done", "--on", "2020-02-31"],
        ["art-3", "--state", "done", "--on", "2020-03-20", "--document", tmp_path / "none.pdf"],
        ["art-3", "--state", "done", "--on", "2020-03-20", "--supersedes", "7"],
        ["art-3", "--table", tmp_path / "none.csv"],
        ["--table", tmp_path / "none.csv"],
        [],
    ):
        ended = run("evidence", case, *words)
        assert ended.exit_code == 2, words
        assert len(ended.stderr.strip().splitlines()) == 1
    assert "0 rows" not in run("obligations", case).stdout


def test_the_calendar_goes_to_stdout_or_a_file(tmp_path):
    shown = run("agreement", "calendar", "idlib-2020")
    assert shown.exit_code == 0
    assert shown.stdout.startswith("BEGIN:VCALENDAR")
    out = tmp_path / "a.ics"
    assert run("agreement", "calendar", "idlib-2020", "--out", out).exit_code == 0
    assert out.read_bytes().endswith(b"END:VCALENDAR\r\n")

"""truceline read: its options for places."""

import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from truceline.cli.app import app
from truceline.sources.spacy_parser import MODELS

RUN = CliRunner()


@pytest.fixture
def report(tmp_path: Path) -> Path:
    file = tmp_path / "report.txt"
    file.write_text("Syrian forces shelled Ariha on Monday, residents said.", encoding="utf-8")
    return file


def test_gazetteers_are_asked_in_their_order(report: Path, tmp_path: Path) -> None:
    for name, lon in (("first", 36.61), ("second", 9.0)):
        (tmp_path / f"{name}.csv").write_text(f"name,lon,lat\nAriha,{lon},35.81\n")
    lists = [
        "--gazetteer",
        str(tmp_path / "first.csv"),
        "--gazetteer",
        str(tmp_path / "second.csv"),
    ]
    done = RUN.invoke(app, ["read", str(report), "--published", "2020-03-06", "--json", *lists])
    assert done.exit_code == 0, done.stderr
    (place,) = [p for p in json.loads(done.stdout)["places"] if p["name"] == "Ariha"]
    assert (place["lon"], place["gazetteer"]) == (36.61, "first.csv")


def test_a_gazetteer_that_cannot_be_read_is_one_line(report: Path, tmp_path: Path) -> None:
    for name, text, says in (("none.csv", None, "none.csv"), ("bad.csv", "a,b\n1,2\n", "columns")):
        if text:
            (tmp_path / name).write_text(text)
        done = RUN.invoke(app, ["read", str(report), "--gazetteer", str(tmp_path / name)])
        assert done.exit_code == 2
        assert says in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1


def test_a_parser_that_is_not_there_is_one_line(
    report: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in MODELS:
        monkeypatch.setitem(sys.modules, name, None)
    for parser, says in (("spacy", "pip install 'truceline[spacy]'"), ("other", "no parser")):
        done = RUN.invoke(app, ["read", str(report), "--with", parser])
        assert done.exit_code == 2
        assert says in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1


def test_reading_with_spacy(report: Path) -> None:
    done = RUN.invoke(app, ["read", str(report), "--with", "spacy", "--json"])
    if "not installed" in done.stderr:
        pytest.skip("the extra 'spacy' is not installed")
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout)["parser"] == "spacy"

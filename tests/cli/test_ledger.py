"""truceline ledger on the command line."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from truceline.cli.app import app


@pytest.fixture(autouse=True)
def _own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TRUCELINE_HOME", str(tmp_path / "home"))


def run(*words: object) -> Result:
    return CliRunner().invoke(app, [str(w) for w in words])


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "claims.csv"
    path.write_text(
        "measure,value,qualifier,of_whom,place,since,date,said,said_by\n"
        "killed,500,nearly,civilians,Idlib,2019-12-01,2020-03-06,2020-03-06,Agency B\n"
        "killed,450,at least,civilians,Idlib,2019-12-01,2020-03-06,2020-03-06,Agency C\n"
        "killed,620,,civilians,Idlib,2019-12-01,2020-03-06,2020-03-06,Agency D\n"
        "killed,3.6,,civilians,Idlib,2019-12-01,2020-02-31,2020-03-06,Agency D\n",
        encoding="utf-8",
    )
    return path


def test_from_a_reading_to_the_briefing(tmp_path: Path, table: Path) -> None:
    article = tmp_path / "paper.txt"
    article.write_text(
        "The ministry said that 34 soldiers were killed last weekend. The president warned that his "
        'country "reserves the right to retaliate with all its strength".\n',
        encoding="utf-8",
    )
    case = tmp_path / "case"
    assert run("new", case, "--agreement", "idlib-2020").exit_code == 0
    printed = run("read", article, "--published", "2020-03-06", "--json")
    (tmp_path / "read.json").write_text(printed.stdout, encoding="utf-8")
    added = run("ledger", "add", case, tmp_path / "read.json", table)
    assert added.exit_code == 0, added.stderr
    assert (
        "claims.csv: table: 4 rows = 3 claims + 0 statements + 0 repeats + 1 problems"
        in added.stdout
    )
    assert "claims.csv:5" in added.stderr
    again = run("ledger", "add", case, table)
    assert "nothing added" in again.stdout
    said = run("ledger", "statements", case)
    assert "no clause of this agreement grants it" in said.stdout
    page = tmp_path / "b.html"
    assert run("brief", case, "--out", page).exit_code == 0
    text = page.read_text(encoding="utf-8")
    assert 'id="ledger"' in text
    assert "Agency B" not in text
    assert run("brief", case, "--out", page, "--clearance", "cleared").exit_code == 0
    text = page.read_text(encoding="utf-8")
    assert "Agency B" in text
    assert 'href="#clause-art-1"' in text
    assert run("verify", case).exit_code == 0


def test_who_disagrees_and_who_does_not(table: Path) -> None:
    found = json.loads(run("ledger", "show", table, "--json", "--total").stdout)
    panel = found["panels"][0]
    verdicts = {tuple(sorted(d["sources"])): d for d in panel["differences"]}
    assert verdicts["Agency B", "Agency C"]["verdict"] == "agree"
    assert verdicts["Agency B", "Agency D"]["verdict"] == "disagree"
    assert verdicts["Agency B", "Agency D"]["apart"] == 121
    assert verdicts["Agency C", "Agency D"]["verdict"] == "agree"
    assert "two sources" in found["total"]["refused"]
    assert [line["source"] for line in panel["lines"]] == ["Agency B", "Agency C", "Agency D"]


def test_what_leaves_the_house_is_closed_unless_it_is_cleared(table: Path, tmp_path: Path) -> None:
    for ending in ("html", "json", "csv"):
        out = tmp_path / f"ledger.{ending}"
        shown = run("ledger", "show", table, "--out", out)
        assert shown.exit_code == 0, shown.stderr
        assert "withheld" in shown.stderr
        assert "Agency" not in out.read_text(encoding="utf-8")
        run("ledger", "show", table, "--out", out, "--clearance", "cleared")
        assert "Agency B" in out.read_text(encoding="utf-8")
    assert "Agency B" in run("ledger", "show", table).stdout


def test_problems_can_be_written(table: Path, tmp_path: Path) -> None:
    case = tmp_path / "case"
    run("new", case, "--agreement", "idlib-2020")
    run("ledger", "add", case, table, "--problems", tmp_path / "p.json")
    found = json.loads((tmp_path / "p.json").read_text(encoding="utf-8"))
    assert {(p["line"], p["severity"]) for p in found} == {(5, "row")}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["add", "nowhere", "a.csv"], "is no folder"),
        (["add", "CASE", "none.csv"], "cannot be opened"),
        (["add", "CASE", "TABLE", "--kind", "excel"], "no kind of ledger file"),
        (["add", "CASE", "TABLE", "--document-date", "2020-02-31"], "is no date"),
        (["add", "CASE", "TABLE", "--dates", "ymd"], "no order of dates"),
        (["show", "none.csv"], "cannot be opened"),
        (["show", "TABLE", "--clearance", "all"], "no clearance"),
        (["show", "TABLE", "--out", "x.docx"], "no name to write to"),
        (["show", "TABLE", "--agreement", "no-such"], "no-such"),
    ],
)
def test_bad_usage_is_one_line(words: list[str], told: str, table: Path, tmp_path: Path) -> None:
    case = tmp_path / "case"
    if "CASE" in words:
        run("new", case, "--agreement", "idlib-2020")
    given = [{"CASE": case, "TABLE": table}.get(w, w) for w in words]
    found = run("ledger", *given)
    assert found.exit_code == 2
    assert told in found.stderr
    assert "Traceback" not in found.stderr


def test_asking_for_what_is_not_there(table: Path) -> None:
    found = run("ledger", "show", table, "--measure", "detained")
    assert found.exit_code == 0
    assert "no claim has measure 'detained'" in found.stdout

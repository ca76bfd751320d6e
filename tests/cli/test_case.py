"""The case folder on the command line: new, ingest, check, brief, rates, verify."""

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


HEAD = "id,start,lon,lat,radius_m,act,actor,deaths\n"


def _reports(path: Path, deaths: int) -> Path:
    rows = "".join(
        f"{k},2020-0{3 if k < 6 else 2}-{10 + k},36.63,35.93,1000,shelling,Government of Syria,{deaths}\n"
        for k in range(12)
    )
    path.write_text(HEAD + rows + "99,2020-02-31,36.6,35.9,0,shelling,,\n", encoding="utf-8")
    return path


def test_a_case_from_its_first_day_to_its_proof(tmp_path: Path) -> None:
    case, file = tmp_path / "case", _reports(tmp_path / "a.csv", 1)
    assert run("new", case, "--agreement", "idlib-2020").exit_code == 0
    first = run("ingest", case, "table", file)
    assert first.exit_code == 0, first.stderr
    assert "13 rows = 12 events + 0 repeats + 0 revisions + 1 problems" in first.stdout
    again = run("ingest", case, "table", file)
    assert "nothing added" in again.stdout
    later = tmp_path / "later"
    later.mkdir()
    revised = run("ingest", case, "table", _reports(later / "a.csv", 2))
    assert "0 events + 0 repeats + 12 revisions + 1 problems" in revised.stdout
    checked = run("check", case, "--out", tmp_path / "f.json")
    assert checked.exit_code == 0, checked.stderr
    found = json.loads((tmp_path / "f.json").read_text(encoding="utf-8"))
    assert {row["deaths_best"] for row in found} == {2}
    assert len(found) == 6
    rates = run("rates", case, "--days", 20, "--draws", 40, "--json")
    assert rates.exit_code == 0, rates.stderr
    assert json.loads(rates.stdout)["agreement"] == "idlib-2020"
    assert run("brief", case, "--out", tmp_path / "page.html").exit_code == 0
    proof = run("verify", case)
    assert proof.exit_code == 0
    assert proof.stdout.startswith("holds: 2 originals")


def test_verify_ends_with_1_at_the_first_thing_that_does_not_hold(tmp_path: Path) -> None:
    case = tmp_path / "case"
    run("new", case, "--agreement", "idlib-2020")
    run("ingest", case, "table", _reports(tmp_path / "a.csv", 1))
    original = next((case / "originals").iterdir())
    original.chmod(0o600)
    original.write_bytes(original.read_bytes() + b"x")
    proof = run("verify", case)
    assert proof.exit_code == 1
    assert "does not hold" in proof.stdout


@pytest.mark.parametrize(
    "words",
    [
        ("ingest", "no-such-case", "table", "x.csv"),
        ("verify", "no-such-case"),
        ("rates", "no-such-case"),
        ("check", "no-such-case"),
        ("new", "x", "--agreement", "no-such-agreement"),
    ],
)
def test_bad_usage_is_2(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(*words)
    assert result.exit_code == 2
    assert "Traceback" not in result.stderr

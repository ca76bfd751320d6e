"""A case of several sources: linked incidents, decisions, reviews, answers, rates."""

import csv
import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from truceline.cli.app import app

HEAD = "id,start,lon,lat,radius_m,act,actor,target,deaths,source,text\n"
# Two sources tell of one shelling; a third act follows by the other side five hours later.
ROWS = (
    "1,2020-04-01T10:00,36.63,35.93,500,shelling,Government of Syria,,2,north,\n"
    "2,2020-04-01T10:00,36.63,35.93,500,shelling,Government of Syria,,3,south,\n"
    "3,2020-04-01T15:00,36.64,35.94,500,shelling,HTS,Government of Syria,1,north,"
    "Fire in response to shelling\n"
    "4,2020-04-20T15:00,36.63,35.93,500,shelling,Government of Syria,,0,north,\n"
)
FIRST = "idlib-2020/art-1/north:1"


@pytest.fixture(autouse=True)
def _own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TRUCELINE_HOME", str(tmp_path / "home"))


def run(*words: object) -> Result:
    return CliRunner().invoke(app, [str(w) for w in words])


def ingest(case: Path, rows: str, name: str = "a") -> None:
    file = case.parent / f"{name}.csv"
    file.write_text(HEAD + rows, encoding="utf-8")
    assert run("ingest", case, "table", file).exit_code == 0


@pytest.fixture
def case(tmp_path: Path) -> Path:
    folder = tmp_path / "case"
    assert run("new", folder, "--agreement", "idlib-2020").exit_code == 0
    ingest(folder, ROWS)
    return folder


def check(case: Path) -> tuple[dict[str, dict[str, str]], Result]:
    """Findings by incident id, and what the command said."""
    out = case.parent / "findings.csv"
    done = run("check", case, "--out", out)
    assert done.exit_code == 0, done.stderr
    with out.open(encoding="utf-8", newline="") as file:
        return {r["incident_id"]: r for r in csv.DictReader(file)}, done


def digest(done: Result) -> str:
    return next(line for line in done.stdout.splitlines() if line.startswith("digest"))


def decide(case: Path, *words: object) -> Result:
    return run("decide", case, *words, "--by", "Ana", "--because", "she was there")


def review(case: Path, finding: str, state: str, *words: object) -> Result:
    return run(
        "review", case, finding, "--state", state, "--by", "Ana", "--because", "seen", *words
    )


def test_a_case_is_judged_on_its_linked_incidents(case: Path) -> None:
    found, done = check(case)
    assert "3 incidents stand for 4 events (0 summaries and 0 leads kept apart)" in done.stderr
    assert found["north:1"]["event_ids"] == "north:1|south:2"
    assert (found["north:1"]["deaths_low"], found["north:1"]["deaths_high"]) == ("2", "3")
    again, second = check(case)
    assert (again, digest(second)) == (found, digest(done))
    shutil.rmtree(case / "cache")
    assert digest(check(case)[1]) == digest(done)
    assert run("verify", case).exit_code == 0


def test_a_damaged_cache_is_made_again(case: Path) -> None:
    _, done = check(case)
    kept = next((case / "cache" / "incidents").iterdir())
    kept.write_bytes(kept.read_bytes()[:-40])
    assert digest(check(case)[1]) == digest(done)


def test_files_are_linked_only_when_asked(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text(HEAD + ROWS, encoding="utf-8")
    given = ("--agreement", "idlib-2020", "--events", file, "--source", "table")
    plain, linked = run("check", *given), run("check", *given, "--link")
    assert "stand for" not in plain.stderr
    assert "findings\t4" in plain.stdout
    assert "3 incidents stand for 4 events" in linked.stderr
    assert "findings\t3" in linked.stdout


def test_people_decide_and_decisions_survive_new_data(case: Path) -> None:
    assert decide(case, "never", "north:1", "south:2").exit_code == 0
    assert set(check(case)[0]) == {"north:1", "south:2", "north:3", "north:4"}
    ingest(case, "9,2020-04-01T10:00,36.63,35.93,500,shelling,Government of Syria,,2,west,\n", "b")
    found, _ = check(case)
    ids = {tuple(r["event_ids"].split("|")) for r in found.values()}
    assert not any({"north:1", "south:2"} <= set(members) for members in ids)
    assert decide(case, "join", "north:1", "north:4").exit_code == 0
    members = next(r["event_ids"] for r in check(case)[0].values() if "north:1" in r["event_ids"])
    assert "north:4" in members.split("|")


def test_a_split_holds_against_what_stood_there(case: Path) -> None:
    made = decide(case, "split", "south:2")
    assert made.exit_code == 0, made.stderr
    assert set(check(case)[0]) == {"north:1", "south:2", "north:3", "north:4"}
    whole = decide(case, "split", "north:4")
    assert (whole.exit_code, "whole incident" in whole.stderr) == (2, True)


def test_contradictions_and_unknown_ids_give_one_clear_line(case: Path) -> None:
    assert decide(case, "join", "north:1", "south:2").exit_code == 0
    assert decide(case, "join", "south:2", "north:3").exit_code == 0
    refused = decide(case, "never", "north:3", "north:1")
    assert refused.exit_code == 2
    assert "both joined and kept apart" in refused.stderr
    assert "--instead 1" in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1
    assert decide(case, "never", "north:1", "south:2", "--instead", 1).exit_code == 0
    for words, said in (
        (("join", "north:1", "nobody:1"), "no event 'nobody:1' in the case"),
        (("join", "north:1"), "needs two different events"),
        (("join", "north:1", "north:1"), "needs two different events"),
        (("merge", "north:1", "south:2"), "is none of join, split, never"),
        (("withdraw", "99"), "no decision 99 that still counts; there are: 2, 3"),
        (("withdraw", "north:1"), "takes one decision's number"),
    ):
        refused = decide(case, *words)
        assert (refused.exit_code, said in refused.stderr) == (2, True), refused.stderr
        assert len(refused.stderr.strip().splitlines()) == 1
    unsigned = run("decide", case, "join", "north:1", "south:2")
    assert (unsigned.exit_code, "give --by NAME" in unsigned.stderr) == (2, True)


def test_a_decision_taken_back_no_longer_counts_and_stays_on_record(case: Path) -> None:
    before = digest(check(case)[1])
    decide(case, "never", "north:1", "south:2")
    assert digest(check(case)[1]) != before
    listed = run("decide", case).stdout.splitlines()
    assert len(listed) == 1
    assert "never north:1 south:2 (Ana, " in listed[0]
    assert decide(case, "withdraw", "1").exit_code == 0
    assert run("decide", case).stdout == ""
    assert digest(check(case)[1]) == before
    assert run("verify", case).exit_code == 0


def test_a_review_gives_the_finding_its_standing_and_leaves_the_digest(case: Path) -> None:
    before = check(case)[1]
    note = case.parent / "note.txt"
    note.write_text("what she saw", encoding="utf-8")
    assert review(case, FIRST, "alleged").exit_code == 0
    made = review(case, FIRST, "confirmed", "--document", note)
    assert made.exit_code == 0, made.stderr
    found, done = check(case)
    assert found["north:1"]["standing"] == "confirmed"
    assert found["north:3"]["standing"] == "apparent"
    assert "standing\tconfirmed\t1" in done.stdout
    assert digest(done) == digest(before)
    assert any(p.read_bytes() == b"what she saw" for p in (case / "originals").iterdir())
    assert run("verify", case).exit_code == 0


def test_reviews_are_never_lost_or_silently_moved(case: Path) -> None:
    assert review(case, FIRST, "confirmed").exit_code == 0
    # A report with a lesser id joins: the incident and the finding have another id now.
    late = "0,2020-04-01T10:00,36.63,35.93,500,shelling,Government of Syria,,2,east,\n"
    ingest(case, late, "late")
    found, done = check(case)
    assert found["east:0"]["event_ids"] == "east:0|north:1|south:2"
    assert found["east:0"]["standing"] == "apparent"
    look = next(line for line in done.stdout.splitlines() if line.startswith("another look"))
    assert f"{FIRST}: confirmed by Ana" in look
    assert "now idlib-2020/art-1/east:0" in look
    assert "1 report joined: east:0" in look
    gone = review(case, FIRST, "unfounded")
    assert gone.exit_code == 2
    assert "are in idlib-2020/art-1/east:0 now: review that" in gone.stderr
    assert review(case, "idlib-2020/art-1/east:0", "inconclusive").exit_code == 0
    found, done = check(case)
    assert found["east:0"]["standing"] == "inconclusive"
    assert "another look" not in done.stdout
    assert len(run("review", case).stdout.splitlines()) == 2


@pytest.mark.parametrize(
    ("finding", "state", "said"),
    [
        ("idlib-2020/art-1/nothing", "confirmed", "no finding 'idlib-2020/art-1/nothing'"),
        (FIRST, "proven", "no state 'proven'; there are: alleged, under-inquiry, confirmed"),
    ],
)
def test_what_cannot_be_reviewed(case: Path, finding: str, state: str, said: str) -> None:
    refused = review(case, finding, state)
    assert refused.exit_code == 2
    assert said in refused.stderr
    missing = review(case, FIRST, "confirmed", "--document", case / "no-such-file")
    assert (missing.exit_code, "cannot be opened" in missing.stderr) == (2, True)
    assert run("review", case).stdout == ""


def test_answers_of_a_case_and_of_files(case: Path, tmp_path: Path) -> None:
    out = tmp_path / "answers.json"
    done = run("answers", case, "--out", out)
    assert done.exit_code == 0, done.stderr
    assert "1 of 3 incidents may have answered an earlier act of the other side" in done.stderr
    (told,) = json.loads(out.read_text(encoding="utf-8"))["incidents"]
    assert told["incident_id"] == "north:3"
    assert told["the earliest act reported in this data"] == "north:1"
    first = told["may have answered"][0]
    assert (first["candidate_id"], first["basis"]) == ("north:1", ["near", "said"])
    assert first["quote"] == "Fire in response to shelling"
    table = tmp_path / "answers.csv"
    given = ("--agreement", "idlib-2020", "--events", tmp_path / "a.csv", "--source", "table")
    plain = run("answers", *given, "--out", table)
    assert plain.exit_code == 0, plain.stderr
    with table.open(encoding="utf-8", newline="") as file:
        assert {r["candidate_id"] for r in csv.DictReader(file)} == {"north:1", "south:2"}
    assert run("answers", case, "--hours", 0).exit_code == 2
    assert run("answers").exit_code == 2


def test_rates_count_each_happening_once_beside_each_source(case: Path, tmp_path: Path) -> None:
    more = "".join(
        f"{source}{k},2020-0{2 + k // 15}-{1 + k % 15:02}T10:00,36.63,35.93,500,shelling,HTS,,1,"
        f"{source},\n"
        for k in range(45)
        for source in ("north", "south")
    )
    ingest(case, more, "more")
    done = run("rates", case, "--days", 20, "--draws", 40, "--json")
    assert done.exit_code == 0, done.stderr
    report = json.loads(done.stdout)
    linked = report["linked"]
    assert linked["events"] == 94
    assert linked["incidents"] < 60
    by_source = {r["source"]: r for r in report["rates"]}
    whole = by_source["all sources, linked"]
    assert whole["warnings"][0]["kind"] == "linked"
    assert whole["events"]["before"] <= sum(
        by_source[s]["events"]["before"] for s in ("north", "south")
    )
    given = ("--agreement", "idlib-2020", "--events", tmp_path / "more.csv", "--source", "table")
    plain = json.loads(run("rates", *given, "--days", 20, "--draws", 40, "--json").stdout)
    assert (plain["linked"], {r["source"] for r in plain["rates"]}) == ({}, {"north", "south"})

"""The ledger in a case: nothing overwritten, nothing twice, every file and word kept."""

import hashlib
import json
from pathlib import Path

import pytest

from truceline.pipeline.ingest import new_case
from truceline.pipeline.ledger import Options, add, of_case, of_files
from truceline.reading import read
from truceline.store.case import Case
from truceline.store.verify import verify

HEAD = "measure,value,qualifier,place,population,date,said,said_by\n"
ARTICLE = (
    "Officials met in Idlib on Friday. The ministry said that nearly 500 civilians were killed. "
    'The president said his country "reserves the right to retaliate with all its strength".\n'
)


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return new_case(tmp_path / "case", "idlib-2020", who="tester")


def table(path: Path, *rows: str) -> Path:
    path.write_text(HEAD + "".join(f"{r}\n" for r in rows), encoding="utf-8")
    return path


def test_a_newer_figure_supersedes_its_own_source_and_nobody_elses(case, tmp_path):
    old = table(
        tmp_path / "a.csv",
        "displaced,900000,,Idlib,stock,2020-03-06,2020-03-06,A",
        "displaced,1000000,around,Idlib,stock,2020-03-06,2020-03-06,B",
    )
    new = table(tmp_path / "b.csv", "displaced,950000,,Idlib,stock,2020-03-06,2020-03-09,A")
    add(case, [old], who="anna")
    added = add(case, [new], who="ben")[0]
    assert (added.claims, added.superseding) == (1, 1)
    ledger = of_case(case)
    assert [(h.number, h.supersedes, h.entered_by) for h in ledger.claims] == [
        (1, None, "anna"),
        (2, None, "anna"),
        (3, 1, "ben"),
    ]
    assert ledger.superseded == {1}
    assert [e.supersedes for e in case.entered("claim")] == [None, None, 1]
    assert verify(case).holds


def test_the_same_file_twice_adds_nothing_and_says_so(case, tmp_path):
    file = table(
        tmp_path / "a.csv", "killed,5,,Idlib,,2020-03-06,,A", "killed,x,,Idlib,,2020-03-06,,A"
    )
    add(case, [file])
    log = case.log()
    again = add(case, [file])[0]
    assert (again.rows, again.claims, again.repeats, again.row_problems) == (2, 0, 1, 1)
    assert "nothing added" in str(again)
    assert again.holds
    assert case.log() == log


def test_a_later_file_that_says_some_of_it_again(case, tmp_path):
    add(case, [table(tmp_path / "a.csv", "killed,5,,Idlib,,2020-03-06,,A")])
    rows = ["killed,5,,Idlib,,2020-03-06,,A", "killed,6,,Idlib,,2020-03-07,,A"]
    added = add(case, [table(tmp_path / "b.csv", *rows)])[0]
    assert (added.claims, added.repeats) == (1, 1)


def test_one_file_is_one_line_of_the_log_for_its_claims(case, tmp_path):
    before = len(case.log())
    rows = [f"killed,{k},,Idlib,,2020-03-06,,A{k}" for k in range(500)]
    add(case, [table(tmp_path / "a.csv", *rows)])
    assert [e.what for e in case.log()[before:]] == ["document", "enter"]


def reading(tmp_path: Path) -> tuple[Path, bytes]:
    text = ARTICLE.encode()
    (tmp_path / "paper.txt").write_bytes(text)
    found = read(text, name="paper.txt").to_json()
    found["document"]["published"] = "2020-03-06"
    path = tmp_path / "paper.json"
    path.write_text(json.dumps(found), encoding="utf-8")
    return path, text


def test_three_clicks_from_a_figure_to_its_sentence(case, tmp_path):
    path, text = reading(tmp_path)
    added = add(case, [path])[0]
    assert added.claims >= 1
    assert added.statements == 1
    entry = next(e for e in case.entered("claim") if e.said["value"] == 500)
    assert entry.document == hashlib.sha256(text).hexdigest()
    kept = case.original(entry.document).read_bytes().decode()
    assert kept[entry.said["start"] : entry.said["end"]] == entry.said["words"]
    assert "nearly 500 civilians" in entry.said["words"]
    assert {d.name for d in case.documents()} == {"paper.txt", "paper.json"}
    assert verify(case).holds


def test_a_document_that_is_not_the_one_that_was_read_is_not_kept(case, tmp_path):
    path, _ = reading(tmp_path)
    (tmp_path / "paper.txt").write_text("other words", encoding="utf-8")
    added = add(case, [path])[0]
    assert any("not at hand" in p.what for p in added.problems)
    assert {d.name for d in case.documents()} == {"paper.json"}
    entry = case.entered("claim")[0]
    assert entry.document == hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_document_can_be_named(case, tmp_path):
    path, _ = reading(tmp_path)
    (tmp_path / "paper.txt").rename(tmp_path / "elsewhere.txt")
    added = add(case, [path], Options(text=tmp_path / "elsewhere.txt"))[0]
    assert not any("not at hand" in p.what for p in added.problems)
    assert {d.name for d in case.documents()} == {"elsewhere.txt", "paper.json"}


def test_an_unknown_kind_and_a_missing_file_change_nothing(case, tmp_path):
    log = case.log()
    with pytest.raises(OSError, match=r"none\.csv"):
        add(
            case,
            [table(tmp_path / "a.csv", "killed,5,,Idlib,,2020-03-06,,A"), tmp_path / "none.csv"],
        )
    with pytest.raises(ValueError, match="no kind"):
        add(case, [tmp_path / "a.csv"], Options(kind="excel"))
    assert case.log() == log


def test_contradictions_in_one_file_are_noted(case, tmp_path):
    rows = ["killed,5,,Idlib,,2020-03-06,,A", "killed,9,,Idlib,,2020-03-06,,A"]
    added = add(case, [table(tmp_path / "a.csv", *rows)])[0]
    assert added.claims == 2
    assert any("another figure of the same source" in p.what for p in added.problems)


def test_files_alone_read_as_a_case_would_hold_them(tmp_path):
    first = table(tmp_path / "a.csv", "displaced,9,,Idlib,stock,2020-03-06,2020-03-06,A")
    second = table(tmp_path / "b.csv", "displaced,8,,Idlib,stock,2020-03-06,2020-03-07,A")
    ledger, counts = of_files([first, second, first])
    assert [(h.number, h.supersedes) for h in ledger.claims] == [(1, None), (2, 1)]
    assert counts[2].repeats == 1


def test_the_whole_workbook_in_a_case(case, shared_data):
    path = shared_data / "displacement" / "idp_gov_2016-2021.xlsx"
    first, again = (add(case, [path])[0] for _ in range(2))
    assert first.holds
    assert again.holds
    assert (again.claims, again.repeats) == (0, first.claims)
    assert verify(case).holds


def test_the_article_that_the_project_began_with(case, shared_data, tmp_path):
    text = shared_data / "texts" / "idlib-article-2020-03-06.txt"
    found = read(text.read_bytes(), name=str(text)).to_json()
    found["document"]["published"] = "2020-03-06"
    path = tmp_path / "read.json"
    path.write_text(json.dumps(found), encoding="utf-8")
    added = add(case, [path])[0]
    assert added.rows == len(found["claims"]) + len(found["statements"])
    assert added.row_problems == 0
    kept = text.read_text(encoding="utf-8")
    for held in of_case(case).claims:
        assert kept[held.claim.start : held.claim.end] == held.claim.words

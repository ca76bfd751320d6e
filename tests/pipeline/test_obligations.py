"""Evidence in a case: entered once, kept for ever, used by the date it is about."""

from datetime import UTC, datetime, timedelta

import pytest

from truceline.monitor.obligations.entry import EntryError
from truceline.pipeline.ingest import case_terms, new_case, open_case
from truceline.pipeline.obligations import case_obligations, enter, enter_table, owed
from truceline.pipeline.terms import load
from truceline.store import library
from truceline.store.verify import verify

DONE = {"provision": "art-2-parameters", "state": "done", "on": "2020-03-13"}


@pytest.fixture
def case(tmp_path):
    return new_case(tmp_path / "case", "idlib-2020", who="tester")


@pytest.fixture
def agreement(case):
    return case_terms(case).agreement


def states(case, agreement, **asked):
    found = case_obligations(case, agreement, **asked)
    return {o.id: o.state for o in found.obligations}


def test_evidence_carries_who_when_document_and_words(case, agreement, tmp_path):
    paper = tmp_path / "protocol.txt"
    paper.write_text("signed at Ankara")
    made = enter(case, agreement, DONE | {"words": "signed"}, by="Anna", document=paper)
    assert str(made) == "1 rows = 1 entered + 0 repeats + 0 problems"
    found = case_obligations(open_case(case.path), agreement, on="2020-03-20")
    (evidence,) = found.obligations[0].evidence
    assert (evidence.by, evidence.words, evidence.document_name) == (
        "Anna",
        "signed",
        "protocol.txt",
    )
    assert case.original(evidence.document).read_text() == "signed at Ankara"
    assert datetime.now(UTC) - evidence.at < timedelta(minutes=5)
    assert found.obligations[0].to_json()["evidence"][0]["document"] == evidence.document
    assert verify(case).holds


def test_the_same_twice_is_a_repeat_and_a_correction_leaves_the_old_one(case, agreement):
    first = enter(case, agreement, DONE, by="Anna")
    again = enter(case, agreement, DONE, by="Anna")
    assert (again.entries, again.repeats) == ((), 1)
    fixed = DONE | {"on": "2020-03-12"}
    enter(case, agreement, fixed, by="Ben", supersedes=first.entries[0])
    found = case_obligations(case, agreement, on="2020-03-20").obligations[0]
    assert found.state == "done"
    assert [r.state for r in found.readings] == ["done", "done"]
    assert [e.by for e in found.evidence] == ["Anna", "Ben"]
    with pytest.raises(ValueError, match="entry 1 is no obligation about 'art-3'"):
        enter(case, agreement, DONE | {"provision": "art-3", "on": "2020-03-15"}, supersedes=1)


def test_the_date_asked_is_of_what_happened_and_known_by_of_the_register(case, agreement):
    enter(case, agreement, DONE, by="Anna")
    today = datetime.now(UTC).date()
    assert states(case, agreement, on="2020-03-12")["art-2-parameters"] == "due-soon"
    assert states(case, agreement, on="2020-03-13")["art-2-parameters"] == "done"
    yesterday = (today - timedelta(days=2)).isoformat()
    known = states(case, agreement, on="2020-03-13", known_by=yesterday)
    assert known["art-2-parameters"] == "cannot-tell"
    tomorrow = (today + timedelta(days=1)).isoformat()
    known = states(case, agreement, on="2020-03-13", known_by=tomorrow)
    assert known["art-2-parameters"] == "done"


@pytest.mark.parametrize(
    ("change", "field", "word"),
    [
        ({"provision": "art-9"}, "provision", "no provision of idlib-2020"),
        ({"provision": "art-1"}, "provision", "'art-1' prohibits all military actions"),
        ({"provision": ""}, "provision", "no provision is named"),
        ({"state": "finished"}, "state", "nothing that evidence can say"),
        ({"state": "doen"}, "state", "nothing that"),
        ({"state": "figure", "value": "3"}, "state", "no number to report"),
        ({"state": "notice"}, "state", "not renewed"),
        ({"state": "holds"}, "state", "no condition"),
        ({"on": ""}, "on", "no date is given"),
        ({"on": "2020-02-31"}, "on", "on no calendar"),
        ({"on": "2020-03-04"}, "on", "before the agreement"),
        ({"on": "2199-01-01"}, "on", "in the future"),
        ({"value": "3"}, "value", "takes no number"),
        ({"party": "SYR"}, "party", "does not owe it"),
        ({"occurrence": "2"}, "occurrence", "does not repeat"),
        ({"occurrence": "two"}, "occurrence", "counts nothing"),
    ],
)
def test_what_cannot_be_evidence_is_refused_with_its_field(case, agreement, change, field, word):
    with pytest.raises(EntryError, match=word) as caught:
        enter(case, agreement, DONE | change)
    assert caught.value.field == field
    assert case.entered() == []


ROWS = """\
provision,state,on,value,of,low,high,source,words,document
point-3,figure,2020-12-01,"1,960",soldiers,,,Moscow,"1,960 in all",note.txt
point-3,figure,2020-12-01,"1,960",soldiers,,,Moscow,"1,960 in all",note.txt
point-3,figure,2020-12-02,2100000,soldiers,,,Baku,,
point-3,figure,2020-12-03,,soldiers,90,80,,,
point-3,figure,2020-12-03,many,soldiers,,,,,
point-3,figure,2020-12-03,"1,96",soldiers,,,,,
point-3,figure,2020-12-03,12,lorries,,,,,
point-3,figure,2020-12-03,12,,,,,,
point-3,done,2020-12-03,,,,,,,
point-3,figure,2020-02-31,12,vehicles,,,,,
point-1,done,2020-12-03,,,,,,,
point-2,done,2020-11-20,,,,,,,missing.pdf
point-2,done,2020-11-20,,,,,,,
"""


def test_a_table_loses_no_row(tmp_path):
    case = new_case(tmp_path / "case", "karabakh-2020", who="tester")
    agreement = case_terms(case).agreement
    table = tmp_path / "rows.csv"
    table.write_text(ROWS)
    (tmp_path / "note.txt").write_text("a note")
    made = enter_table(case, agreement, table, by="Anna")
    assert str(made) == "13 rows = 3 entered + 1 repeats + 9 problems"
    assert [(p.line, p.column) for p in made.problems] == [
        (5, "low"),
        (6, "value"),
        (7, "value"),
        (8, "of"),
        (9, "of"),
        (10, "state"),
        (11, "on"),
        (12, "provision"),
        (13, "document"),
    ]
    assert any("1,071 times" in note for note in made.notes)
    again = enter_table(case, agreement, table, by="Anna")
    assert str(again) == "13 rows = 0 entered + 4 repeats + 9 problems"
    found = {o.id: o for o in case_obligations(case, agreement, on="2020-12-31").obligations}
    assert found["point-3/1"].state == "disputed"
    assert found["point-2"].state == "done"
    assert verify(case).holds


def test_a_table_takes_in_no_file_from_elsewhere(case, agreement, tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "secret.txt").write_text("not for the case")
    table = tmp_path / "in" / "rows.csv"
    table.write_text("provision,state,on,document\nart-3,done,2020-03-15,../secret.txt\n")
    made = enter_table(case, agreement, table)
    assert str(made) == "1 rows = 0 entered + 0 repeats + 1 problems"
    assert "not beside the table" in str(made.problems[0])
    assert case.documents() == []


def test_a_table_without_rows_says_so(case, agreement, tmp_path):
    table = tmp_path / "rows.csv"
    table.write_text("")
    assert enter_table(case, agreement, table).problems


def test_evidence_of_a_clause_that_is_gone_is_a_problem_and_not_lost(case, agreement):
    enter(case, agreement, DONE, by="Anna")
    text = case.agreement.read_text(encoding="utf-8")
    case.agreement.write_text(text.replace("id: art-2-parameters", "id: art-2-terms"))
    changed = case_terms(case).agreement
    found = case_obligations(case, changed, on="2020-03-20")
    assert "entry 1: it is about 'art-2-parameters'" in str(found.problems[0])
    assert {o.id for o in found.obligations} == {"art-2-terms", "art-3"}


def test_names_and_words_can_be_left_out_and_who_disagrees_stays_apart(case, agreement):
    enter(case, agreement, DONE | {"words": "secret words"}, by="Anna")
    enter(case, agreement, DONE | {"on": "2020-03-12", "source": "Ministry"}, by="Anna")
    found = case_obligations(case, agreement, on="2020-03-20")
    bare = found.unnamed(agreement)
    assert [o.state for o in bare.obligations] == [o.state for o in found.obligations]
    text = str(bare.to_json())
    assert not [w for w in ("Anna", "Ministry", "secret") if w in text]
    assert "source 1" in text
    assert "source 2" in text


def test_the_table_has_a_row_for_each_reading():
    found = owed(load("idlib-2020").agreement, on="2020-03-06")
    table = found.table()
    assert table["due"].to_pylist() == ["2020-03-12", "2020-03-13", "2020-03-15"]
    assert table["reading_state"].to_pylist() == ["due-soon", "due-soon", "pending"]


@pytest.mark.parametrize("on", ["2020-02-31", "2020-03", "by 2020-03-12", "soon"])
def test_a_moment_to_ask_about_is_a_day_or_a_moment(on: str) -> None:
    with pytest.raises(ValueError, match=r"write 2020-03-12|on no calendar"):
        owed(load("idlib-2020").agreement, on=on)


@pytest.mark.parametrize("name", library.names())
def test_every_ceasefire_of_the_library_answers(name: str) -> None:
    found = owed(load(name).agreement, on="2021-06-01")
    assert all(o.readings and o.said for o in found.obligations)

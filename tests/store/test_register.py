"""The register: nothing entered is lost, changed or moved without being noticed."""

import io
import sqlite3

import pytest

from truceline.model.unit import Units
from truceline.store import register
from truceline.store.case import Case, create, open_case
from truceline.store.verify import verify
from truceline.store.writer import writing


@pytest.fixture
def case(tmp_path) -> Case:
    return create(tmp_path / "case", "agreement: a\n", {}, Units(()), "tester")


def test_entries_come_back_in_order_with_who_and_when(case):
    with writing(case, "anna") as writer:
        first = writer.enter("claim", [register.New("killed", {"value": 3, "said_by": "ك"})])
    with writing(case, "ben") as writer:
        writer.enter("claim", [register.New("killed", {"value": 4}, supersedes=first[0].id)])
        writer.enter("review", [register.New("art-1", {"state": "alleged"})])
    found = open_case(case.path).entered("claim")
    assert [(e.id, e.who, e.said["value"]) for e in found] == [(1, "anna", 3), (2, "ben", 4)]
    assert [e.id for e in register.current(found)] == [2]
    assert [e.kind for e in case.entered()] == ["claim", "claim", "review"]
    assert case.entered("claim", "injured") == []
    assert verify(case).holds


def test_a_document_is_kept_and_looked_at(case):
    with writing(case, "anna") as writer:
        kept = writer.keep_document(io.BytesIO(b"the words"), "letter.txt")
        writer.enter("obligation", [register.New("art-2", {"state": "done"}, kept.sha256)])
    with writing(case, "anna"):  # a later writer sweeps what is not listed
        pass
    assert case.original(kept.sha256).read_bytes() == b"the words"
    assert verify(case).originals == 1
    case.original(kept.sha256).write_bytes(b"other words")
    found = verify(case)
    assert not found.holds
    assert "letter.txt" in str(found.failure)


def test_what_is_wrong_is_refused_and_leaves_nothing(case):
    with writing(case, "anna") as writer:
        for bad, word in (
            (("gossip", [register.New("x", {})]), "no kind of entry"),
            (("claim", [register.New("x", {}), register.New("x", {}, "0" * 64)]), "no document"),
            (("claim", [register.New("x", {}, supersedes=7)]), "entry 7"),
        ):
            with pytest.raises(ValueError, match=word):
                writer.enter(*bad)
    assert case.entered() == []
    assert verify(case).holds


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ("UPDATE register SET said = '{\"value\":9}' WHERE id = 1", "changed"),
        ("DELETE FROM register WHERE id = 1", "missing"),
        ("DELETE FROM register WHERE id = 3", "missing"),
        (
            "INSERT INTO register VALUES (4, 'claim', 'k', '{}', 'eve', '2020', '', NULL)",
            "entry 4 is not in the log",
        ),
        ("UPDATE documents SET name = 'b.txt'", "other documents"),
    ],
)
def test_a_change_behind_its_back_is_found(case, change, word):
    with writing(case, "anna") as writer:
        writer.keep_document(io.BytesIO(b"a"), "a.txt")
        writer.enter("claim", [register.New("k", {"value": n}) for n in range(2)])
        writer.enter("claim", [register.New("k", {"value": 2})])
    assert verify(case).holds
    db = sqlite3.connect(case.path / "case.db")
    if "documents" not in change and not change.startswith("INSERT"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            db.execute(change)
    db.executescript("DROP TRIGGER register_keeps; DROP TRIGGER register_stays;")
    db.execute(change)
    db.commit()
    db.close()
    failure = verify(case).failure
    assert failure is not None
    assert failure.part == "register"
    assert word in failure.what

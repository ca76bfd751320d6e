"""Making, opening and verifying a case folder."""

import itertools
import re
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from truceline.model.batch import Batch
from truceline.model.event import EVENT_SCHEMA
from truceline.model.problem import Problem
from truceline.model.unit import Unit, Units
from truceline.store import audit
from truceline.store.case import Case, create, open_case
from truceline.store.errors import CaseDamagedError, CaseError, CaseExistsError, NotACaseError
from truceline.store.verify import verify, verify_folder
from truceline.store.writer import writing

SQUARE = Unit(
    "SY07", 1, ("Idleb", "إدلب"), ("SY",), shapely.box(36, 35, 37, 36 + 1 / 3), 36.5, 35.5, 5e4
)


def event(number: int, **said: object) -> dict[str, object]:
    base = dict.fromkeys(EVENT_SCHEMA.names) | {"event_id": f"t:{number}", "lon": 36.5, "lat": 35.5}
    return base | said


def batch(*events: dict[str, object], problems: int = 0) -> Batch:
    wrong = tuple(Problem("t", "f.csv", n, "bad", "mend it") for n in range(problems))
    table = pa.Table.from_pylist(list(events), schema=EVENT_SCHEMA)
    return Batch(table, wrong, rows=len(events) + problems)


def put(case: Case, content: bytes, *batches: Batch) -> None:
    path = case.path.with_name("incoming")
    path.write_bytes(content)
    with writing(case, "a tester") as writer, path.open("rb") as file:
        row = writer.begin(writer.keep(file, "f.csv"), "t", "{}")
        for ordinal, part in enumerate(batches):
            writer.commit(row, ordinal, part)
        writer.done(row)


@pytest.fixture
def case(tmp_path: Path) -> Case:
    made = create(
        tmp_path / "case", "agreement: x\n", {"m4.geojson": b"{}"}, Units((SQUARE,)), "me"
    )
    put(made, b"one", batch(event(1), event(2), problems=1), batch(event(3)))
    put(made, b"two", batch(event(2, deaths_best=4), event(3)))
    return made


def test_a_new_case_is_a_folder_that_holds(tmp_path: Path) -> None:
    made = create(tmp_path / "a" / "case", "agreement: x\n", {}, Units(()), "me")
    assert open_case(made.path).agreement.read_text() == "agreement: x\n"
    assert verify(made).holds
    assert not len(made.units())
    assert [p.name for p in (tmp_path / "a").iterdir()] == ["case"]


def test_an_empty_folder_becomes_the_case_and_stays_the_same_folder(tmp_path: Path) -> None:
    inode = tmp_path.stat().st_ino
    create(tmp_path, "agreement: x\n", {}, Units(()), "me")
    assert tmp_path.stat().st_ino == inode
    assert verify(open_case(tmp_path)).holds


def test_units_come_back_as_they_went_in(case: Case) -> None:
    assert case.units().all == (SQUARE,)
    assert shapely.to_wkb(case.units().all[0].polygon) == shapely.to_wkb(SQUARE.polygon)


def test_a_case_is_not_made_over_something(case: Case, tmp_path: Path) -> None:
    with pytest.raises(CaseExistsError, match="is a case already"):
        create(case.path, "", {}, Units(()), "me")
    with pytest.raises(CaseExistsError, match="is not empty"):
        create(tmp_path, "", {}, Units(()), "me")
    (tmp_path / "file").touch()
    with pytest.raises(CaseExistsError, match="is a file"):
        create(tmp_path / "file", "", {}, Units(()), "me")


@pytest.mark.parametrize("name", ["../x.geojson", "/x.geojson", "a/../../x", "case.db", "events/x"])
def test_a_file_beside_the_agreement_stays_in_its_place(tmp_path: Path, name: str) -> None:
    with pytest.raises(CaseError, match=r"outside|a name that the case itself uses"):
        create(tmp_path / "case", "", {name: b""}, Units(()), "me")
    assert not list(tmp_path.iterdir())


def test_what_is_no_case_is_not_opened(case: Case, tmp_path: Path) -> None:
    with pytest.raises(NotACaseError, match="is no folder"):
        open_case(tmp_path / "missing")
    with pytest.raises(NotACaseError, match="holds no case"):
        open_case(tmp_path)
    (tmp_path / "case.db").write_text("this is no database at all, whatever its name says")
    with pytest.raises(CaseDamagedError, match="no database or is damaged"):
        open_case(tmp_path)
    (tmp_path / "case.db").unlink()
    sqlite3.connect(tmp_path / "case.db").execute("CREATE TABLE t (x)").connection.close()
    with pytest.raises(NotACaseError, match="not the record of a case"):
        open_case(tmp_path)
    db = sqlite3.connect(case.path / "case.db")
    db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(NotACaseError, match="newer Truceline"):
        open_case(case.path)


def test_a_case_can_be_verified_where_nothing_can_be_written(case: Case) -> None:
    verify(case)
    for name in ("case.db-wal", "case.db-shm"):
        (case.path / name).unlink(missing_ok=True)
    shutil.rmtree(case.path / "cache")
    assert verify(case).holds


def test_a_missing_batch_is_said_and_not_passed_over(case: Case) -> None:
    case.event_path(2).unlink()
    with pytest.raises(CaseDamagedError, match=r"000002\.parquet is listed but cannot be read"):
        list(case.events())


def _sql(query: str) -> Callable[[Case], None]:
    def change(case: Case) -> None:
        db = sqlite3.connect(case.path / "case.db")
        db.execute("DROP TRIGGER audit_keeps")
        db.execute("DROP TRIGGER audit_stays")
        db.execute(query)
        db.commit()
        db.close()

    return change


def _rewritten(case: Case) -> None:
    path = case.event_path(1)
    table = pq.read_table(path)
    pq.write_table(table.set_column(0, "event_id", pa.array(["t:1", "t:9"])), path)


def _in_originals(change: Callable[[Path], object]) -> Callable[[Case], object]:
    return lambda case: change(max((case.path / "originals").iterdir()))


HARM = {
    "an original changed": (_in_originals(lambda p: p.write_bytes(b"x")), "original: .*changed"),
    "an original gone": (_in_originals(Path.unlink), "original: .*is missing"),
    "a batch gone": (lambda c: c.event_path(1).unlink(), "batch: .*is missing"),
    "a batch rewritten": (_rewritten, r"batch: events/000001\.parquet .*was changed"),
    "a batch cut short": (
        lambda c: c.event_path(1).write_bytes(c.event_path(1).read_bytes()[:-9]),
        "batch: .*was changed",
    ),
    "problems gone": (lambda c: c.problem_path(1).unlink(), "batch: problems.*is missing"),
    "boundaries changed": (
        lambda c: (c.path / "boundaries/units.parquet").write_bytes(b"x"),
        "boundaries: .*not what was copied in",
    ),
    "boundaries gone": (
        lambda c: (c.path / "boundaries/units.parquet").unlink(),
        "boundaries: .*cannot be read",
    ),
    "a log row changed": (_sql("UPDATE audit SET who = 'x' WHERE number = 3"), "audit: .*row 3"),
    "a log row gone": (_sql("DELETE FROM audit WHERE number = 3"), "audit: .*row 3 is missing"),
    "the log's tail gone": (_sql("DELETE FROM audit WHERE number > 6"), "audit: "),
    "the log emptied": (_sql("DELETE FROM audit"), "audit: .*empty"),
    "a sum changed": (
        _sql("UPDATE batches SET events = events + 1, rows = rows + 1 WHERE id = 1"),
        "audit: batches",
    ),
    "a batch unlisted": (_sql("DELETE FROM batches WHERE id = 2"), "audit: batches"),
    "a file renamed": (_sql("UPDATE files SET name = 'y.csv' WHERE id = 2"), "audit: files"),
    "a file unfinished": (_sql("UPDATE files SET state = 'begun' WHERE id = 2"), "audit: files"),
    "an event hidden": (
        _sql("INSERT INTO superseded VALUES (1, 0, 2, 0, 't:1', 3)"),
        "sum: .*what batch 3 superseded",
    ),
    "an event brought back": (_sql("DELETE FROM superseded"), "sum: .*what batch 3 superseded"),
    "the record cut short": (
        lambda c: (c.path / "case.db").write_bytes((c.path / "case.db").read_bytes()[:20000]),
        "record: ",
    ),
}


@pytest.mark.parametrize("harm", HARM)
def test_whatever_is_changed_verify_finds_it(case: Case, harm: str) -> None:
    assert verify(case).holds
    change, expected = HARM[harm]
    change(case)
    found = verify(case)
    assert found.failure is not None
    assert re.search(expected, str(found.failure)), str(found.failure)


def test_a_record_that_cannot_be_opened_does_not_hold(case: Case, tmp_path: Path) -> None:
    record = case.path / "case.db"
    content = record.read_bytes()
    for harm in (b"", b"\0" * len(content), content[:100], content[:5000] + b"x" * 5000):
        record.write_bytes(harm)
        for name in ("case.db-wal", "case.db-shm"):
            (case.path / name).unlink(missing_ok=True)
        found = verify_folder(case.path)
        assert found.failure is not None
        assert found.failure.part == "record"
    record.unlink()
    assert "is missing" in str(verify_folder(case.path))
    with pytest.raises(NotACaseError):
        verify_folder(tmp_path)


def test_the_record_itself_refuses_what_does_not_reconcile(case: Case) -> None:
    with (
        pytest.raises(sqlite3.IntegrityError, match="CHECK"),
        case.record.writing() as db,
    ):
        db.execute("UPDATE batches SET events = events + 1")
    with (
        pytest.raises(sqlite3.IntegrityError, match="append-only"),
        case.record.writing() as db,
    ):
        db.execute("DELETE FROM audit")
    assert verify(case).holds


def test_the_log_is_sealed_row_by_row(case: Case) -> None:
    log = case.log()
    assert [e.what for e in log[:3]] == ["new", "begin", "batch"]
    assert log[0].previous == audit.GENESIS
    assert all(b.previous == a.hash for a, b in itertools.pairwise(log))
    assert audit.first_break(iter(log)) is None
    assert audit.first_break(iter(log[1:])) == "row 1 is missing"

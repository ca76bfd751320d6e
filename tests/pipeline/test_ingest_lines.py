"""Files into a case, by way of a tiny source whose batches are as small as a test wants."""

import csv
import io
import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pytest

from truceline.model.batch import Batch, Context
from truceline.model.event import EVENT_SCHEMA
from truceline.model.problem import Problem
from truceline.pipeline.check import UnknownSourceError
from truceline.pipeline.ingest import (
    Acknowledged,
    Case,
    Ingested,
    case_events,
    case_problems,
    case_terms,
    ingest,
    new_case,
    open_case,
    verify,
)
from truceline.sources.source import Source
from truceline.store.errors import CaseBusyError, SourceBrokeError
from truceline.store.writer import writing

FIRST = datetime(2020, 3, 6, tzinfo=UTC)


def parse_lines(file: BinaryIO, *, name: str, sha256: str, context: Context) -> Iterator[Batch]:
    """``id,deaths,text`` rows; deaths that are no number are a problem."""
    size = int(context.options.get("batch", "4"))
    rows = list(csv.reader(io.StringIO(file.read().decode())))
    for start in range(0, len(rows), size):
        events, problems = [], []
        for line, row in enumerate(rows[start : start + size], start + 1):
            if row[0] == "crash":
                raise ZeroDivisionError("a bug of the source")
            if not row[1].isdigit():
                problems.append(Problem("lines", name, line, "no number", "correct it"))
                continue
            event = dict.fromkeys(EVENT_SCHEMA.names) | {
                "event_id": f"lines:{row[0]}",
                "source": "lines",
                "kind": "event",
                "start": FIRST + timedelta(minutes=line),
                "end": FIRST + timedelta(minutes=line),
                "lon": 36.5,
                "lat": 35.8,
                "radius_m": 0.0,
                "region": "point",
                "act": "shelling",
                "actor": ["A|B", "C"],
                "target": [],
                "cites": [],
                "attribution": "actor",
                "deaths_best": int(row[1]),
                "text": row[2] if len(row) > 2 else "",
                "file_sha256": sha256,
                "file": name,
                "line": line,
            }
            # When is by id, so that a row says the same wherever it lies in a file.
            event["start"] = event["end"] = FIRST + timedelta(minutes=hash_of(row[0]))
            events.append(event)
        yield Batch(
            pa.Table.from_pylist(events, schema=EVENT_SCHEMA),
            tuple(problems),
            rows=len(events) + len(problems),
        )


def hash_of(text: str) -> int:
    return sum(text.encode()) % 1000


def parse_short(file: BinaryIO, *, name: str, sha256: str, context: Context) -> Iterator[Batch]:
    """A source with a bug: it says that it read a row more than it accounts for."""
    for batch in parse_lines(file, name=name, sha256=sha256, context=context):
        yield Batch(batch.events, batch.problems, batch.rows + 1)


LINES = {
    "lines": Source("lines", "Lines", parse_lines, ("event",), {"batch": "rows in a batch"}),
    "short": Source("short", "Short", parse_short, ("event",), {}),
}


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return new_case(tmp_path_factory.mktemp("blank") / "case", "idlib-2020", who="a tester")


@pytest.fixture
def case(blank: Case, tmp_path: Path) -> Case:
    """A case folder can be copied as it is."""
    return open_case(shutil.copytree(blank.path, tmp_path / "case"))


def lines(folder: Path, name: str, *rows: str) -> Path:
    path = folder / name
    path.write_text("".join(f"{row}\n" for row in rows), encoding="utf-8")
    return path


def put(case: Case, *paths: Path, source: str = "lines", batch: int = 4) -> list[Ingested]:
    return ingest(case, source, paths, options={"batch": str(batch)}, who="a tester", sources=LINES)


def said(case: Case) -> dict[str, int]:
    rows = [row for table in case_events(case) for row in table.to_pylist()]
    assert len({row["event_id"] for row in rows}) == len(rows)
    return {row["event_id"].removeprefix("lines:"): row["deaths_best"] for row in rows}


def sums(count: Ingested) -> tuple[int, ...]:
    assert count.holds
    return count.rows, count.events, count.repeats, count.revisions, count.problems


def test_a_file_goes_in_with_its_sum(case: Case, tmp_path: Path) -> None:
    path = lines(tmp_path, "a.csv", "1,5", "2,6", "3,many", "4,0", "5,1")
    seen: list[Acknowledged] = []
    counts = ingest(
        case,
        "lines",
        [path],
        acknowledged=seen.append,
        options={"batch": "2"},
        sources=LINES,
    )
    assert sums(counts[0]) == (5, 4, 0, 0, 1)
    assert [(a.batch, a.rows, a.total) for a in seen] == [(1, 2, 2), (2, 2, 4), (3, 1, 5)]
    assert said(case) == {"1": 5, "2": 6, "4": 0, "5": 1}
    (problem,) = (row for table in case_problems(case) for row in table.to_pylist())
    assert (problem["file"], problem["line"]) == ("a.csv", 3)
    assert case.original(counts[0].sha256).read_bytes() == path.read_bytes()
    found = verify(case)
    assert found.holds
    assert (found.originals, found.batches, found.rows) == (1, 3, 5)


def test_the_same_file_twice_adds_nothing_and_says_so(case: Case, tmp_path: Path) -> None:
    path = lines(tmp_path, "a.csv", "1,5", "2,x")
    other = tmp_path / "another-name.csv"
    other.write_bytes(path.read_bytes())
    first, second, third = put(case, path, path, other)
    assert sums(first) == (2, 1, 0, 0, 1)
    for again in (second, third):
        assert again.already
        assert sums(again) == (2, 0, 1, 0, 1)
        assert "already in the case: nothing added" in str(again)
    assert verify(case).batches == 1
    assert len(list((case.path / "events").iterdir())) == 1


def test_a_later_file_repeats_and_revises(case: Case, tmp_path: Path) -> None:
    a = lines(tmp_path, "a.csv", "1,5", "2,6", "3,7")
    b = lines(tmp_path, "b.csv", "3,70", "0,1", "1,5", "4,8")
    c = lines(tmp_path, "c.csv", "3,700", "2,6")
    counts = put(case, a, b, c)
    assert [sums(c) for c in counts] == [(3, 3, 0, 0, 0), (4, 2, 1, 1, 0), (2, 0, 1, 1, 0)]
    assert said(case) == {"0": 1, "1": 5, "2": 6, "3": 700, "4": 8}
    changes = [
        (old["deaths_best"][0].as_py(), new["deaths_best"][0].as_py(), new["file"][0].as_py())
        for old, new in case.revisions()
    ]
    assert changes == [(7, 70, "b.csv"), (70, 700, "c.csv")]
    assert verify(case).holds


def test_a_file_that_goes_back_to_the_first_version_is_a_revision_too(
    case: Case, tmp_path: Path
) -> None:
    a = lines(tmp_path, "a.csv", "1,5")
    b = lines(tmp_path, "b.csv", "1,6")
    c = lines(tmp_path, "c.csv", "1,5", "2,0")
    assert [sums(x)[1:4] for x in put(case, a, b, c)] == [(1, 0, 0), (0, 0, 1), (1, 0, 1)]
    assert said(case) == {"1": 5, "2": 0}


def test_a_change_in_any_word_is_a_revision(case: Case, tmp_path: Path) -> None:
    a = lines(tmp_path, "a.csv", "1,5,shells fell")
    b = lines(tmp_path, "b.csv", "1,5,shells fell on Saraqib")
    assert sums(put(case, a, b)[1]) == (1, 0, 0, 1, 0)


def test_an_empty_file_is_counted(case: Case, tmp_path: Path) -> None:
    empty = lines(tmp_path, "empty.csv")
    assert sums(put(case, empty)[0]) == (0, 0, 0, 0, 0)
    assert put(case, empty)[0].already
    assert verify(case).holds


def test_a_source_that_fails_leaves_what_was_acknowledged(case: Case, tmp_path: Path) -> None:
    path = lines(tmp_path, "a.csv", "1,5", "2,6", "crash,0")
    with pytest.raises(SourceBrokeError, match=r"a\.csv: the source 'lines' failed .*a bug"):
        put(case, path, batch=2)
    assert said(case) == {"1": 5, "2": 6}
    found = verify(case)
    assert found.holds
    assert found.unfinished == ("a.csv",)
    other = lines(tmp_path, "b.csv", "1,7")
    assert sums(put(case, other)[0]) == (1, 0, 0, 1, 0)
    assert said(case) == {"1": 7, "2": 6}


def test_a_source_whose_rows_do_not_add_up_is_stopped(case: Case, tmp_path: Path) -> None:
    path = lines(tmp_path, "a.csv", "1,5")
    with pytest.raises(SourceBrokeError, match="read 2 rows but accounts for 1"):
        put(case, path, source="short")
    assert verify(case).holds
    assert said(case) == {}


def test_an_id_twice_as_an_event_of_one_file_is_stopped(case: Case, tmp_path: Path) -> None:
    within = lines(tmp_path, "a.csv", "1,5", "1,6")
    with pytest.raises(SourceBrokeError, match="gave an id twice"):
        put(case, within)
    across = lines(tmp_path, "b.csv", "2,5", "2,6")
    with pytest.raises(SourceBrokeError, match="gave the id lines:2 twice"):
        put(case, across, batch=1)
    assert verify(case).holds


def interrupted(case: Case, path: Path, after: int, **options: str) -> None:
    """Take in ``after`` batches of a file and stop as a broken pipe of the reader would."""
    seen = 0

    def stop(_: Acknowledged) -> None:
        nonlocal seen
        seen += 1
        if seen == after:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ingest(case, "lines", [path], acknowledged=stop, options=options, sources=LINES)


def test_a_file_half_taken_in_goes_on_where_it_stopped(case: Case, tmp_path: Path) -> None:
    path = lines(tmp_path, "a.csv", *(f"{n},{n}" for n in range(10)))
    interrupted(case, path, 2, batch="3")
    assert verify(case).unfinished == ("a.csv",)
    renamed = path.rename(tmp_path / "renamed.csv")
    (count,) = put(case, renamed, batch=3)
    assert sums(count) == (10, 10, 0, 0, 0)
    assert count.resumed == 6
    assert said(case) == {str(n): n for n in range(10)}
    assert verify(case).batches == 4


def test_a_file_half_taken_in_that_reads_otherwise_now_begins_again(
    case: Case, tmp_path: Path
) -> None:
    path = lines(tmp_path, "a.csv", *(f"{n},{n}" for n in range(10)))
    interrupted(case, path, 2, batch="3")
    (count,) = put(case, path, batch=4)
    assert count.began_again
    assert sums(count) == (10, 4, 6, 0, 0)
    assert said(case) == {str(n): n for n in range(10)}
    assert verify(case).holds
    assert put(case, path, batch=4)[0].already


def test_an_older_file_that_is_finished_later_does_not_supersede_a_newer_one(
    case: Case, tmp_path: Path
) -> None:
    old = lines(tmp_path, "old.csv", "1,1", "2,2", "3,3")
    new = lines(tmp_path, "new.csv", "3,30", "1,10")
    interrupted(case, old, 1, batch="2")
    assert sums(put(case, new)[0]) == (2, 1, 0, 1, 0)
    assert sums(put(case, old, batch=2)[0]) == (3, 2, 0, 1, 0)
    assert said(case) == {"1": 10, "2": 2, "3": 30}
    assert verify(case).holds


def test_what_the_manifest_does_not_list_is_swept_and_the_rest_left_alone(
    case: Case, tmp_path: Path
) -> None:
    put(case, lines(tmp_path, "a.csv", "1,5"))
    strays = [
        case.event_path(2),
        case.path / "events" / "000007.parquet.tmp",
        case.problem_path(3),
        case.original("0" * 64),
        case.path / "originals" / "incoming.tmp",
    ]
    own = case.path / "originals" / "notes.txt"
    for path in (*strays, own):
        path.write_text("half a file")
    assert verify(case).holds
    assert said(case) == {"1": 5}
    put(case, lines(tmp_path, "b.csv", "2,6"))
    assert not any(path.exists() and path.read_bytes() == b"half a file" for path in strays)
    assert own.exists()
    assert said(case) == {"1": 5, "2": 6}


def test_all_files_are_opened_before_the_first_is_read(case: Case, tmp_path: Path) -> None:
    path = lines(tmp_path, "a.csv", "1,5")
    with pytest.raises(FileNotFoundError):
        put(case, path, tmp_path / "missing.csv")
    with pytest.raises(IsADirectoryError):
        put(case, path, tmp_path)
    with pytest.raises(UnknownSourceError, match="no source 'nonsense'; there are: lines, short"):
        put(case, path, source="nonsense")
    assert verify(case).rows == 0


def test_a_second_writer_waits_and_then_says_who_is_writing(case: Case, tmp_path: Path) -> None:
    path = lines(tmp_path, "a.csv", "1,5")
    with (
        writing(case, "the first"),
        pytest.raises(CaseBusyError, match=r"another process \(the first since .*waited 0\.2 s"),
    ):
        ingest(case, "lines", [path], wait_s=0.2, sources=LINES)
    assert sums(put(case, path)[0]) == (1, 1, 0, 0, 0)


def test_readers_see_one_moment(case: Case, tmp_path: Path) -> None:
    put(case, lines(tmp_path, "a.csv", "1,1", "2,2"), batch=1)
    reading = case_events(case)
    first = next(reading)
    put(case, lines(tmp_path, "b.csv", "2,20", "3,3"), batch=1)
    rows = [row["deaths_best"] for t in (first, *reading) for row in t.to_pylist()]
    assert rows == [1, 2]
    assert said(case) == {"1": 1, "2": 20, "3": 3}


def test_the_log_says_who_did_what(case: Case, tmp_path: Path) -> None:
    put(case, lines(tmp_path, "a.csv", "1,5"))
    log = case.log()
    assert [(e.who, e.what) for e in log] == [
        ("a tester", what) for what in ("new", "begin", "batch", "done")
    ]
    assert json.loads(log[1].detail)["name"] == "a.csv"


def test_a_case_has_its_own_terms(case: Case) -> None:
    terms = case_terms(open_case(case.path))
    assert terms.agreement.agreement == "idlib-2020"
    assert terms.zones

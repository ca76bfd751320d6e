"""Adding to a case, one process at a time, so that a kill at any moment loses nothing.

What is acknowledged was committed: batch files written, synced and renamed, then one row in
the manifest. Everything before that row is swept by the next writer; everything after it is
there. A file that was half taken in is taken up where it stopped.
"""

import hashlib
import json
import re
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import duckdb
import numpy as np
import pyarrow as pa

from truceline.model.batch import Batch
from truceline.store import audit, record, register
from truceline.store.batches import (
    contents,
    durable,
    event_file,
    parsed_digest,
    problem_file,
    put_bytes,
    settle,
)
from truceline.store.case import Case
from truceline.store.errors import (
    CaseBusyError,
    CaseFullError,
    SourceBrokeError,
    writing_to,
)
from truceline.store.known import Known

LOCK = "writing.lock"
_BATCH_FILE = re.compile(r"^\d{6,}\.parquet(\.tmp)?$")
_ORIGINAL = re.compile(r"^([0-9a-f]{64}|incoming\.tmp)$")
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Original:
    """A file kept as it was received. ``name`` is what its owner called it."""

    path: Path
    sha256: str
    bytes: int
    name: str


@contextmanager
def writing(case: Case, who: str, wait_s: float = 60.0) -> Iterator["Writer"]:
    """Hold the case for writing; another process waits, at most ``wait_s`` seconds.

    The lock is SQLite's own on an empty file: the system lets go of it when a process
    ends, however it ends, so it never has to be broken by hand.

    Raises:
        CaseBusyError: another process did not finish in time; the message says which.
        CaseFullError, CaseUnwritableError: the disk refuses.
    """
    with writing_to(case.path, "the cache"):
        (case.path / "cache").mkdir(exist_ok=True)
        lock = sqlite3.connect(
            case.path / LOCK, timeout=wait_s, isolation_level=None, check_same_thread=False
        )
    try:
        _take(lock, case, wait_s)
        with writing_to(case.path, "the note of who is writing"):
            _holder(case).write_text(f"{who} since {audit.now()}", encoding="utf-8")
        writer = Writer(case, who)
        try:
            with writing_to(case.path, "what a killed process left"):
                writer.sweep()
            yield writer
        finally:
            writer.close()
            with suppress(OSError):
                _holder(case).unlink()
    finally:
        lock.close()


def _holder(case: Case) -> Path:
    return case.path / "cache" / "writing.txt"


def _take(lock: sqlite3.Connection, case: Case, wait_s: float) -> None:
    try:
        with writing_to(case.path, "the lock"):
            lock.execute("BEGIN EXCLUSIVE")
    except CaseBusyError as error:
        try:
            by = f" ({_holder(case).read_text(encoding='utf-8')})"
        except OSError:
            by = ""
        raise CaseBusyError(
            f"{case.path} is being written to by another process{by}; waited {wait_s:g} s; "
            "try again when it has finished"
        ) from error


class Writer:
    """The one process that may add to a case. Made by ``writing``."""

    def __init__(self, case: Case, who: str) -> None:
        self.case = case
        self.who = who
        self._known: Known | None = None

    def close(self) -> None:
        """Let go of the index of known events."""
        if self._known is not None:
            self._known.close()
            self._known = None

    def sweep(self) -> list[Path]:
        """Remove what a killed process left: files of ours that the manifest does not list.

        Files with names that are not of our making are left alone.
        """
        with self.case.record.reading() as db:
            batches = record.batches(db)
            kept = {self.case.original(f.sha256) for f in record.files(db)}
            kept |= {self.case.original(d.sha256) for d in register.documents(db)}
        kept |= {self.case.event_path(b.id) for b in batches if b.events_sha256}
        kept |= {self.case.problem_path(b.id) for b in batches if b.problems_sha256}
        swept = []
        for folder, pattern in (
            ("originals", _ORIGINAL),
            ("events", _BATCH_FILE),
            ("problems", _BATCH_FILE),
        ):
            (self.case.path / folder).mkdir(exist_ok=True)
            for path in (self.case.path / folder).iterdir():
                if pattern.match(path.name) and path not in kept:
                    path.unlink()
                    swept.append(path)
        shutil.rmtree(self._spill, ignore_errors=True)
        return swept

    @property
    def _spill(self) -> Path:
        return self.case.path / "cache" / "known"

    def keep(self, file: BinaryIO, name: str) -> Original:
        """Copy a file into the originals, under its SHA-256. It is read once, forward.

        Raises OSError where ``file`` cannot be read, CaseFullError and CaseUnwritableError
        where the case cannot take it.
        """
        digest, size = hashlib.sha256(), 0
        incoming = self.case.path / "originals" / "incoming.tmp"
        try:
            with writing_to(self.case.path, f"the original of {name}"):
                with durable(incoming) as out:
                    while piece := _read(file):
                        digest.update(piece)
                        size += len(piece)
                        out.write(piece)
                path = self.case.original(digest.hexdigest())
                settle(incoming, path)
        except _UnreadableError as error:
            raise error.reason from None
        return Original(path, digest.hexdigest(), size, name)

    def keep_document(self, file: BinaryIO, name: str) -> Original:
        """Keep a file that entries of the register stand on. Raises as ``keep``."""
        original = self.keep(file, name)
        with writing_to(self.case.path, "the register"), self.case.record.writing() as db:
            register.add_document(db, original.sha256, name, original.bytes, self.who)
        return original

    def enter(self, kind: str, new: Sequence[register.New]) -> list[register.Entry]:
        """Add entries to the register, all or none. When this returns, they are on the disk.

        Raises ValueError as ``register.enter``, CaseFullError, CaseUnwritableError.
        """
        with writing_to(self.case.path, "the register"), self.case.record.writing() as db:
            return register.enter(db, kind, new, self.who)

    def begin(self, original: Original, source: str, context: str) -> record.FileRow:
        """The manifest's row of a file: a new one, or the one of an earlier attempt.

        ``context`` is JSON of what the source is told besides the file.
        """
        with writing_to(self.case.path, "the manifest"), self.case.record.writing() as db:
            found = [
                f
                for f in record.files(db)
                if (f.sha256, f.source) == (original.sha256, source) and f.state != "abandoned"
            ]
            if found:
                return found[0]
            row = self._new_file(db, original, source, context, None)
            record.add_file(db, row, self.who)
            return row

    @staticmethod
    def _new_file(
        db: sqlite3.Connection, original: Original, source: str, context: str, rank: int | None
    ) -> record.FileRow:
        number = record.next_id(db, "files")
        return record.FileRow(
            number,
            original.sha256,
            source,
            original.name,
            original.bytes,
            context,
            audit.now(),
            "begun",
            number if rank is None else rank,
        )

    def anew(self, file: record.FileRow, original: Original, context: str) -> record.FileRow:
        """Give up a half-taken file whose batches read otherwise now, and begin it again.

        What was acknowledged stays. The new attempt keeps the old one's place in the order
        of versions, so that its rows are repeats, or revisions where they read otherwise.
        """
        why = "this version or context of Truceline reads the file otherwise"
        with writing_to(self.case.path, "the manifest"), self.case.record.writing() as db:
            record.set_state(db, file, "abandoned", self.who, why)
            row = self._new_file(db, original, file.source, context, file.rank)
            record.add_file(db, row, self.who)
            return row

    def done(self, file: record.FileRow) -> None:
        """Say that a file was read to its end."""
        with writing_to(self.case.path, "the manifest"), self.case.record.writing() as db:
            record.set_state(db, file, "done", self.who, "read to its end")

    def committed(self, file: record.FileRow) -> list[record.BatchRow]:
        """The batches of a file that are in the case."""
        with self.case.record.reading() as db:
            return record.batches(db, file.id)

    def commit(self, file: record.FileRow, ordinal: int, batch: Batch) -> record.BatchRow:
        """Add one batch of a file. When this returns, it is on the disk.

        Raises SourceBrokeError, CaseFullError, CaseUnwritableError.
        """
        broken = _broken(batch)
        if broken:
            raise SourceBrokeError(f"{file.name}: the source '{file.source}' {broken}; report this")
        said = contents(batch.events)
        with self.case.record.reading() as db:
            number = record.next_id(db, "batches")
        with writing_to(self.case.path, "the index of known events"), _room(self.case.path):
            sorted_out = self._sort_out(file, number, batch.events, said)
        with writing_to(self.case.path, f"batch {number}"):
            stored = batch.events.take(sorted_out.take)
            stored_said = said.take(sorted_out.take)
            events_sha256 = problems_sha256 = ""
            if stored.num_rows:
                content = event_file(stored, stored_said)
                events_sha256 = put_bytes(self.case.event_path(number), content)
            if batch.problems:
                content = problem_file(batch.problems)
                problems_sha256 = put_bytes(self.case.problem_path(number), content)
            row = record.BatchRow(
                number,
                file.id,
                ordinal,
                batch.rows,
                stored.num_rows - len(sorted_out.superseded),
                batch.repeats + batch.events.num_rows - stored.num_rows,
                len(sorted_out.superseded),
                batch.row_problems,
                parsed_digest(batch, said),
                events_sha256,
                problems_sha256,
                superseded_digest(sorted_out.superseded),
            )
            with self.case.record.writing() as db:
                record.add_batch(db, row, sorted_out.superseded, self.who)
        with writing_to(self.case.path, "the index of known events"), _room(self.case.path):
            current = sorted_out.current
            self._index().add(
                stored["event_id"].take(current),
                stored_said.take(current),
                file.rank,
                file.id,
                number,
                current,
                replaces=bool(sorted_out.superseded),
            )
        return row

    def _sort_out(
        self, file: record.FileRow, number: int, events: pa.Table, said: pa.Array
    ) -> "_SortedOut":
        """Which events are new, which say again what is known and which revise it."""
        ids = events["event_id"].combine_chunks()
        found = self._index().look(ids, said).to_pydict()
        mine = [r for r, f in zip(found["row"], found["file"], strict=True) if f == file.id]
        if mine:
            raise SourceBrokeError(
                f"{file.name}: the source '{file.source}' gave the id {ids[mine[0]].as_py()} "
                "twice as an event; report this"
            )
        taken = np.ones(len(ids), np.bool_)
        taken[[r for r, same in zip(found["row"], found["same"], strict=True) if same]] = False
        place = np.cumsum(taken) - 1  # where a row of the batch lies in its file
        current = taken.copy()
        superseded = []
        for at, same, rank, batch, row in zip(
            *(found[c] for c in ("row", "same", "rank", "batch", "known_row")), strict=True
        ):
            if same:
                continue
            old, new = (batch, row), (number, int(place[at]))
            if rank > file.rank:  # a file that was begun earlier and finished only now
                old, new = new, old
                current[at] = False
            superseded.append(record.Superseded(*old, *new, ids[at].as_py(), number))
        return _SortedOut(
            pa.array(np.flatnonzero(taken)), pa.array(place[current].astype(np.int64)), superseded
        )

    def _index(self) -> Known:
        if self._known is None:
            self._spill.mkdir(exist_ok=True)
            known = Known(self._spill)
            with self.case.record.reading() as db:
                ranks = {f.id: f.rank for f in record.files(db)}
                for batch in record.batches(db):
                    if batch.events_sha256:
                        path = self.case.event_path(batch.id)
                        gone = record.superseded_rows(db, batch.id)
                        known.load(path, ranks[batch.file], batch.file, batch.id, gone)
            self._known = known
        return self._known


@dataclass(frozen=True, slots=True)
class _SortedOut:
    """``take``: rows of the batch to store; ``current``: which stored rows are current now."""

    take: pa.Array
    current: pa.Array
    superseded: list[record.Superseded]


def superseded_digest(marks: list[record.Superseded]) -> str:
    """SHA-256 of what one commit superseded; '' for nothing."""
    if not marks:
        return ""
    rows = sorted((m.batch, m.row, m.by_batch, m.by_row, m.event_id) for m in marks)
    return hashlib.sha256(json.dumps(rows, ensure_ascii=False).encode()).hexdigest()


def _broken(batch: Batch) -> str:
    """What does not add up in a batch as the source handed it on; '' where all does."""
    total = batch.events.num_rows + batch.repeats + batch.row_problems
    if batch.rows != total:
        return f"read {batch.rows} rows but accounts for {total}"
    ids = batch.events["event_id"].combine_chunks()
    if ids.null_count:
        return "gave an event without an id"
    if len(ids.unique()) != len(ids):
        return "gave an id twice as an event"
    return ""


@contextmanager
def _room(folder: Path) -> Iterator[None]:
    try:
        yield
    except (duckdb.OutOfMemoryException, duckdb.IOException) as error:
        raise CaseFullError(
            f"{folder}: no room for the index of known events ({str(error).splitlines()[0]}); "
            "make room in its cache folder and run the same command again"
        ) from error


class _UnreadableError(Exception):
    """Carries the OSError of the file being read past the handling of the one being written."""

    def __init__(self, reason: OSError) -> None:
        super().__init__(str(reason))
        self.reason = reason


def _read(file: BinaryIO) -> bytes:
    try:
        return file.read(_PIECE)
    except OSError as error:
        raise _UnreadableError(error) from error

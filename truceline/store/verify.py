"""Does everything in a case hold? Every original, every batch, every sum, the audit chain.

Reads and changes nothing, beside a running ingest too: it looks at one moment. Files that
the manifest does not list are no part of the case and are not looked at.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.parquet as pq

from truceline.store import audit, record, register
from truceline.store.batches import sha256_of
from truceline.store.case import Case, boundaries_hash, open_case
from truceline.store.errors import CaseDamagedError
from truceline.store.writer import superseded_digest

Part = Literal["record", "audit", "register", "boundaries", "original", "batch", "sum"]


@dataclass(frozen=True, slots=True)
class Failure:
    """What does not hold: which part of the case, where, and what is wrong."""

    part: Part
    where: str
    what: str

    def __str__(self) -> str:
        """One line."""
        return f"{self.part}: {self.where}: {self.what}"


@dataclass(frozen=True, slots=True)
class Verified:
    """What was looked at, and the first thing that does not hold (None where all does).

    ``rows`` are those of all files; ``head`` is the hash of the last row of the audit log:
    written down elsewhere, it shows later whether the log was rewritten. ``unfinished`` are
    files whose ingest was interrupted: what was acknowledged of them holds, the rest is to
    come when they are ingested again.
    """

    originals: int
    batches: int
    rows: int
    entries: int
    head: str
    unfinished: tuple[str, ...]
    failure: Failure | None

    @property
    def holds(self) -> bool:
        """Whether everything holds."""
        return self.failure is None

    def __str__(self) -> str:
        """One line for a person."""
        if self.failure is not None:
            return f"does not hold: {self.failure}"
        line = (
            f"holds: {self.originals:,} originals, {self.batches:,} batches, {self.rows:,} rows, "
            f"{self.entries:,} audit rows; head {self.head}"
        )
        if self.unfinished:
            line += f"; half taken in, ingest again: {', '.join(self.unfinished)}"
        return line


Progress = Callable[[str, int, int], None]  # what, how many looked at, how many in all


def verify_folder(path: Path, progress: Progress | None = None) -> Verified:
    """``verify`` for a folder: a record that cannot be opened is a finding and no error.

    Raises NotACaseError where the folder is no case at all.
    """
    try:
        case = open_case(path)
    except CaseDamagedError as error:
        return Verified(0, 0, 0, 0, "", (), Failure("record", "case.db", str(error)))
    return verify(case, progress)


def verify(case: Case, progress: Progress | None = None) -> Verified:
    """Look at everything, up to the first thing that does not hold."""
    try:
        with case.record.reading() as db:
            return _Look(case, db, progress).all()
    except sqlite3.DatabaseError as error:
        failure = Failure("record", str(case.path / "case.db"), str(error))
        return Verified(0, 0, 0, 0, "", (), failure)


class _Look:
    def __init__(self, case: Case, db: sqlite3.Connection, progress: Progress | None) -> None:
        self.case, self.db = case, db
        self.progress = progress or (lambda _what, _done, _whole: None)
        self.entries = list(audit.entries(db))
        self.files = record.files(db)
        self.batches = record.batches(db)
        self.documents = register.documents(db)

    def all(self) -> Verified:
        failure = next(self._failures(), None)
        return Verified(
            originals=len({f.sha256 for f in self.files} | {d.sha256 for d in self.documents}),
            batches=len(self.batches),
            rows=sum(b.rows for b in self.batches),
            entries=len(self.entries),
            head=self.entries[-1].hash if self.entries else audit.GENESIS,
            unfinished=tuple(f.name for f in self.files if f.state == "begun"),
            failure=failure,
        )

    def _failures(self) -> Iterator[Failure]:
        yield from self._record()
        yield from self._audit()
        broken = register.first_break(self.db, self.entries)
        if broken:
            yield Failure("register", "case.db", broken)
        yield from self._boundaries()
        yield from self._sums()
        yield from self._originals()
        for done, batch in enumerate(self.batches):
            self.progress("batches", done, len(self.batches))
            yield from self._batch(batch)

    def _record(self) -> Iterator[Failure]:
        said = self.db.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if said != "ok":
            yield Failure("record", "case.db", said)

    def _audit(self) -> Iterator[Failure]:
        if not self.entries:
            yield Failure("audit", "case.db", "the log is empty; a case begins with 'new'")
        broken = audit.first_break(iter(self.entries))
        if broken:
            yield Failure("audit", "case.db", broken)
        logged = {
            what: [json.loads(e.detail) for e in self.entries if e.what == what]
            for what in ("begin", "batch", "done", "abandoned")
        }
        begun = [asdict(f) | {"state": "begun"} for f in self.files]
        if logged["begin"] != begun:
            yield Failure("audit", "files", "the manifest lists other files than the log")
        if logged["batch"] != [asdict(b) for b in self.batches]:
            yield Failure("audit", "batches", "the manifest lists other batches than the log")
        for state in ("done", "abandoned"):
            ended = {d["file"]: d for d in logged[state]}
            if set(ended) != {f.id for f in self.files if f.state == state}:
                yield Failure("audit", "files", f"other files are {state} than the log says")
            for file in self.files:
                if file.state == state:
                    yield from self._ended(file, ended[file.id])

    def _ended(self, file: record.FileRow, said: dict[str, int]) -> Iterator[Failure]:
        own = [b for b in self.batches if b.file == file.id]
        for word in ("rows", "events", "repeats", "revisions", "problems"):
            total = sum(getattr(b, word) for b in own)
            if total != said[word]:
                yield Failure(
                    "sum", file.name, f"{total} {word} in its batches, {said[word]} when it ended"
                )

    def _boundaries(self) -> Iterator[Failure]:
        try:
            differ = boundaries_hash(self.case, self.entries)
        except OSError as error:
            yield Failure("boundaries", "boundaries/", f"cannot be read: {error.strerror}")
            return
        if differ:
            yield Failure("boundaries", "boundaries/", "not what was copied in when it was made")

    def _sums(self) -> Iterator[Failure]:
        listed = {f.id: f.name for f in self.files}
        ordinals: Counter[int] = Counter()
        for batch in self.batches:
            where = listed.get(batch.file, f"file {batch.file}")
            if batch.file not in listed:
                yield Failure("sum", where, "has batches but is not listed")
            if batch.ordinal != ordinals[batch.file]:
                yield Failure("sum", where, f"batch {ordinals[batch.file]} of the file is missing")
            ordinals[batch.file] += 1
            whole = batch.events + batch.repeats + batch.revisions + batch.problems
            if batch.rows != whole:
                yield Failure("sum", where, f"{batch.rows} rows but {whole} accounted for")
            marks = record.superseded_in(self.db, batch.id)
            if superseded_digest(marks) != batch.superseded_sha256:
                yield Failure("sum", where, f"what batch {batch.id} superseded was changed")
        every = self.db.execute("SELECT count(*) FROM superseded").fetchone()[0]
        revisions = sum(b.revisions for b in self.batches)
        if every != revisions:
            yield Failure("sum", "superseded", f"{every} rows superseded by {revisions} revisions")

    def _originals(self) -> Iterator[Failure]:
        once = {d.sha256: d.name for d in self.documents}
        once |= {f.sha256: f.name for f in self.files}
        for done, (sha256, name) in enumerate(once.items()):
            self.progress("originals", done, len(once))
            yield from self._same(self.case.original(sha256), sha256, "original", name)

    def _same(self, path: Path, sha256: str, part: Part, name: str) -> Iterator[Failure]:
        where = f"{path.relative_to(self.case.path)} ({name})"
        try:
            found = sha256_of(path)
        except FileNotFoundError:
            yield Failure(part, where, "is missing")
        except OSError as error:
            yield Failure(part, where, f"cannot be read: {error.strerror or error}")
        else:
            if found != sha256:
                yield Failure(part, where, f"was changed: its SHA-256 is {found}")

    def _batch(self, batch: record.BatchRow) -> Iterator[Failure]:
        name = f"batch {batch.id}"
        stored = batch.events + batch.revisions
        path = self.case.event_path(batch.id)
        if bool(batch.events_sha256) != bool(stored):
            yield Failure("batch", name, f"{stored} events, yet its file is wrongly listed")
        if batch.events_sha256:
            yield from self._same(path, batch.events_sha256, "batch", name)
            yield from self._counted(path, name, stored, "events")
        if batch.problems and not batch.problems_sha256:
            yield Failure("batch", name, f"{batch.problems} problems, yet no file is listed")
        if batch.problems_sha256:
            path = self.case.problem_path(batch.id)
            yield from self._same(path, batch.problems_sha256, "batch", name)
            yield from self._counted(path, name, batch.problems, "problems")

    def _counted(self, path: Path, name: str, wanted: int, kind: str) -> Iterator[Failure]:
        where = f"{path.relative_to(self.case.path)} ({name})"
        try:
            if kind == "events":
                found = pq.read_metadata(path).num_rows
            else:
                severity = pq.read_table(path, columns=["severity"])["severity"].to_pylist()
                found = severity.count("row")
        except (OSError, pa.ArrowException) as error:
            yield Failure("batch", where, f"is no Parquet that can be read: {error}")
            return
        if found != wanted:
            yield Failure("batch", where, f"holds {found} {kind}; the manifest says {wanted}")

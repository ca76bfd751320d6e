"""case.db: the manifest of a case and its audit log, in SQLite.

A row of ``batches`` IS the commit of that batch: the files it names were written, synced
and renamed before. The table itself refuses a row whose numbers do not reconcile.
All SQL about the manifest is in this file.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from truceline.store import audit, register
from truceline.store.errors import CaseDamagedError, NotACaseError

APPLICATION = 0x54524345  # "TRCE", so that another program's database is told apart
VERSION = 2  # 2: the register

_TABLES = """
CREATE TABLE files (
  id INTEGER PRIMARY KEY,
  sha256 TEXT NOT NULL,
  source TEXT NOT NULL,
  name TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  context TEXT NOT NULL,
  begun TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('begun', 'done', 'abandoned')),
  rank INTEGER NOT NULL
);
CREATE UNIQUE INDEX one_file ON files (sha256, source) WHERE state != 'abandoned';
CREATE TABLE batches (
  id INTEGER PRIMARY KEY,
  file INTEGER NOT NULL REFERENCES files (id),
  ordinal INTEGER NOT NULL,
  rows INTEGER NOT NULL,
  events INTEGER NOT NULL,
  repeats INTEGER NOT NULL,
  revisions INTEGER NOT NULL,
  problems INTEGER NOT NULL,
  parsed TEXT NOT NULL,
  events_sha256 TEXT NOT NULL,
  problems_sha256 TEXT NOT NULL,
  superseded_sha256 TEXT NOT NULL,
  UNIQUE (file, ordinal),
  CHECK (rows = events + repeats + revisions + problems)
);
CREATE TABLE superseded (
  batch INTEGER NOT NULL,
  row INTEGER NOT NULL,
  by_batch INTEGER NOT NULL,
  by_row INTEGER NOT NULL,
  event_id TEXT NOT NULL,
  said_in INTEGER NOT NULL REFERENCES batches (id),
  PRIMARY KEY (batch, row)
) WITHOUT ROWID;
CREATE INDEX superseded_in ON superseded (said_in);
"""


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file that the case took in. ``rank`` orders versions: of two that say different
    things of one event the higher is current. It is the order of first arrival.
    """

    id: int
    sha256: str
    source: str
    name: str
    bytes: int
    context: str
    begun: str
    state: str
    rank: int


@dataclass(frozen=True, slots=True)
class BatchRow:
    """One committed batch. ``parsed`` is the SHA-256 of what the source handed on; the
    other hashes are of the files beside it, '' where there is none.
    """

    id: int
    file: int
    ordinal: int
    rows: int
    events: int
    repeats: int
    revisions: int
    problems: int
    parsed: str
    events_sha256: str
    problems_sha256: str
    superseded_sha256: str


@dataclass(frozen=True, slots=True)
class Superseded:
    """Row ``row`` of batch ``batch`` is no longer current: ``by_row`` of ``by_batch`` is.

    ``said_in`` is the batch whose commit made it so. Rows count from 0.
    """

    batch: int
    row: int
    by_batch: int
    by_row: int
    event_id: str
    said_in: int


class Record:
    """The database file of one case. Holds no connection between calls."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def create(cls, path: Path) -> "Record":
        """A new, empty record at ``path``, which must not exist."""
        db = _connect(path.absolute().as_uri() + "?mode=rwc")
        try:
            db.execute("PRAGMA journal_mode = WAL")
            db.executescript(
                f"BEGIN; PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {VERSION};"
                f"{_TABLES}{audit.TABLES}{register.TABLES} COMMIT;"
            )
        finally:
            db.close()
        return cls(path)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A read-only view of one moment: later commits of others are not seen in it."""
        db = self._open_to_read()
        try:
            db.execute("BEGIN")
            yield db
        finally:
            db.close()

    def _open_to_read(self) -> sqlite3.Connection:
        uri = self.path.absolute().as_uri()
        db = _connect(uri + "?mode=ro")
        try:
            db.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.OperationalError:
            db.close()
            log = self.path.with_name(self.path.name + "-wal")
            if log.exists() and log.stat().st_size:
                raise
            # A read-only or full disk has no room for SQLite's shared-memory file. Without
            # a log beside it the database is complete in itself.
            db = _connect(uri + "?mode=ro&immutable=1")
        return db

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction, on the disk when the block ends; undone if it raises.

        Raises sqlite3.OperationalError: busy for ten seconds, full, or unwritable.
        """
        db = _connect(self.path.absolute().as_uri() + "?mode=rw")
        try:
            db.execute("PRAGMA synchronous = FULL")  # a commit is on the disk, not on its way
            db.execute("PRAGMA foreign_keys = ON")
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:
                    db.execute("ROLLBACK")
                raise
        finally:
            db.close()

    def check_ours(self) -> None:
        """Raises NotACaseError where this is another's or a newer record, CaseDamagedError
        where it cannot be read as a database.
        """
        try:
            with self.reading() as db:
                application = db.execute("PRAGMA application_id").fetchone()[0]
                version = db.execute("PRAGMA user_version").fetchone()[0]
        except sqlite3.OperationalError as error:
            raise CaseDamagedError(f"{self.path} cannot be opened: {error}") from error
        except sqlite3.DatabaseError as error:
            raise CaseDamagedError(f"{self.path} is no database or is damaged: {error}") from error
        if application != APPLICATION:
            raise NotACaseError(f"{self.path} is not the record of a case")
        if version > VERSION:
            raise NotACaseError(f"{self.path} was made by a newer Truceline; update this one")
        if version < VERSION:
            raise NotACaseError(
                f"{self.path} was made by a Truceline before its first release; make the case "
                "again with 'truceline new' and ingest the files under originals/"
            )


def _connect(uri: str) -> sqlite3.Connection:
    # Generators that read a case may be finished by another thread; SQLite itself is serialised.
    return sqlite3.connect(uri, uri=True, timeout=10, isolation_level=None, check_same_thread=False)


def files(db: sqlite3.Connection) -> list[FileRow]:
    """Every file, in the order of arrival."""
    return [FileRow(*row) for row in db.execute("SELECT * FROM files ORDER BY id")]


def batches(db: sqlite3.Connection, file: int | None = None) -> list[BatchRow]:
    """Every committed batch, or those of one file, in the order of commit."""
    query = "SELECT * FROM batches WHERE ?1 IS NULL OR file = ?1 ORDER BY id"
    return [BatchRow(*row) for row in db.execute(query, (file,))]


def add_file(db: sqlite3.Connection, row: FileRow, who: str) -> None:
    """List a file and say so in the audit log."""
    _insert(db, "files", row)
    audit.append(db, who, "begin", asdict(row))


def set_state(db: sqlite3.Connection, file: FileRow, state: str, who: str, why: str) -> None:
    """Say that a file is done or abandoned."""
    db.execute("UPDATE files SET state = ? WHERE id = ?", (state, file.id))
    totals = db.execute(
        "SELECT count(*), total(rows), total(events), total(repeats), total(revisions),"
        " total(problems) FROM batches WHERE file = ?",
        (file.id,),
    ).fetchone()
    words = ("batches", "rows", "events", "repeats", "revisions", "problems")
    detail = {k: int(v) for k, v in zip(words, totals, strict=True)}
    audit.append(db, who, state, {"file": file.id, "why": why, **detail})


def add_batch(
    db: sqlite3.Connection, row: BatchRow, superseded: Sequence[Superseded], who: str
) -> None:
    """The commit of a batch: its row, what it supersedes and its line in the audit log."""
    _insert(db, "batches", row)
    db.executemany(
        "INSERT INTO superseded VALUES (?, ?, ?, ?, ?, ?)",
        [(s.batch, s.row, s.by_batch, s.by_row, s.event_id, s.said_in) for s in superseded],
    )
    audit.append(db, who, "batch", asdict(row))


def superseded_rows(db: sqlite3.Connection, batch: int) -> list[int]:
    """The rows of a batch that are no longer current, ascending."""
    query = "SELECT row FROM superseded WHERE batch = ? ORDER BY row"
    return [row for (row,) in db.execute(query, (batch,))]


def superseded_in(db: sqlite3.Connection, batch: int) -> list[Superseded]:
    """What the commit of a batch superseded, in a fixed order."""
    query = "SELECT * FROM superseded WHERE said_in = ? ORDER BY batch, row"
    return [Superseded(*row) for row in db.execute(query, (batch,))]


def superseded(db: sqlite3.Connection) -> Iterator[Superseded]:
    """Everything superseded, in the order it happened."""
    query = "SELECT * FROM superseded ORDER BY said_in, batch, row"
    return (Superseded(*row) for row in db.execute(query))


def next_id(db: sqlite3.Connection, table: str) -> int:
    """The id that the next row of ``files`` or ``batches`` gets."""
    assert table in ("files", "batches")
    return int(db.execute(f"SELECT coalesce(max(id), 0) + 1 FROM {table}").fetchone()[0])  # noqa: S608  # one of two names of our own


def _insert(db: sqlite3.Connection, table: str, row: Any) -> None:
    values = asdict(row)
    marks = ", ".join("?" * len(values))
    db.execute(
        f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})",  # noqa: S608  # names of our own
        list(values.values()),
    )

"""The register: what people enter into a case, kept in the order they entered it.

A review, a decision about which reports are one incident, a claim, a statement, evidence for
an obligation, an announced patrol, a watch: each is an entry of a kind about a subject.
Nothing is changed and nothing is taken out: a correction is a new entry that supersedes one.
An entry can name the document it stands on, a file kept under originals/ by its SHA-256.

Every call that adds entries is one line of the audit log, with the hash of what was added.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from truceline.store import audit

KINDS = (
    "claim",
    "decision",
    "obligation",
    "patrol",
    "review",
    "statement",
    "track",
    "watch",
)

TABLES = """
CREATE TABLE documents (
  sha256 TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  who TEXT NOT NULL,
  at TEXT NOT NULL
);
CREATE TABLE register (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  said TEXT NOT NULL,
  who TEXT NOT NULL,
  at TEXT NOT NULL,
  document TEXT NOT NULL,
  supersedes INTEGER REFERENCES register (id)
);
CREATE INDEX register_of ON register (kind, subject);
CREATE TRIGGER register_keeps BEFORE UPDATE ON register
  BEGIN SELECT RAISE(ABORT, 'the register is append-only'); END;
CREATE TRIGGER register_stays BEFORE DELETE ON register
  BEGIN SELECT RAISE(ABORT, 'the register is append-only'); END;
"""


@dataclass(frozen=True, slots=True)
class Document:
    """A file that entries stand on, kept under originals/. ``at`` is UTC, ISO 8601."""

    sha256: str
    name: str
    bytes: int
    who: str
    at: str


@dataclass(frozen=True, slots=True)
class New:
    """What somebody enters. ``said`` holds JSON values; ``supersedes`` is an entry's id."""

    subject: str
    said: Mapping[str, Any]
    document: str = ""
    supersedes: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as it stands in the register. ``at`` is UTC, ISO 8601."""

    id: int
    kind: str
    subject: str
    said: Mapping[str, Any]
    who: str
    at: str
    document: str
    supersedes: int | None


def add_document(
    db: sqlite3.Connection, sha256: str, name: str, size: int, who: str
) -> Document | None:
    """List a file kept under originals/; None where it is listed already."""
    row = Document(sha256, name, size, who, audit.now())
    added = db.execute(
        "INSERT OR IGNORE INTO documents VALUES (?, ?, ?, ?, ?)",
        (row.sha256, row.name, row.bytes, row.who, row.at),
    )
    if not added.rowcount:
        return None
    audit.append(db, who, "document", {"sha256": sha256, "name": name, "bytes": size})
    return row


def documents(db: sqlite3.Connection) -> list[Document]:
    """Every document, in the order of arrival."""
    return [Document(*row) for row in db.execute("SELECT * FROM documents ORDER BY rowid")]


def enter(db: sqlite3.Connection, kind: str, new: Sequence[New], who: str) -> list[Entry]:
    """Add entries of one kind, inside the caller's writing transaction.

    Raises:
        ValueError: an unknown kind, an entry that supersedes none of its kind and subject,
            or a document that is not kept in the case.
    """
    if kind not in KINDS:
        raise ValueError(f"no kind of entry '{kind}'; there are: {', '.join(KINDS)}")
    if not new:
        return []
    first = int(db.execute("SELECT coalesce(max(id), 0) + 1 FROM register").fetchone()[0])
    at = audit.now()
    made = [
        Entry(first + k, kind, n.subject, n.said, who, at, n.document, n.supersedes)
        for k, n in enumerate(new)
    ]
    for entry in made:
        _check(db, entry)
        db.execute("INSERT INTO register VALUES (?, ?, ?, ?, ?, ?, ?, ?)", _row(entry))
    detail = {"kind": kind, "first": first, "count": len(made), "sha256": digest(made)}
    audit.append(db, who, "enter", detail)
    return made


def _check(db: sqlite3.Connection, entry: Entry) -> None:
    if entry.supersedes is not None:
        old = db.execute(
            "SELECT kind, subject FROM register WHERE id = ?", (entry.supersedes,)
        ).fetchone()
        if old != (entry.kind, entry.subject):
            raise ValueError(
                f"entry {entry.supersedes} is no {entry.kind} about '{entry.subject}'; "
                "supersede an entry of the same kind and subject"
            )
    if entry.document:
        known = db.execute(
            "SELECT 1 FROM documents WHERE sha256 = ?1 UNION SELECT 1 FROM files WHERE sha256 = ?1",
            (entry.document,),
        ).fetchone()
        if known is None:
            raise ValueError(f"the case keeps no document {entry.document}; add the file first")


def entered(db: sqlite3.Connection, kind: str = "", subject: str = "") -> list[Entry]:
    """Entries in the order they were made; of one kind, of one subject, or all."""
    rows = db.execute(
        "SELECT * FROM register WHERE (?1 = '' OR kind = ?1) AND (?2 = '' OR subject = ?2)"
        " ORDER BY id",
        (kind, subject),
    )
    return [
        Entry(number, kind_, about, json.loads(said), who, at, document, supersedes)
        for number, kind_, about, said, who, at, document, supersedes in rows
    ]


def current(entries: Iterable[Entry]) -> list[Entry]:
    """Those that no other of them supersedes, in their order."""
    listed = list(entries)
    gone = {e.supersedes for e in listed}
    return [e for e in listed if e.id not in gone]


def digest(entries: Iterable[Entry]) -> str:
    """SHA-256 over entries as canonical rows, in their order."""
    found = hashlib.sha256()
    for entry in entries:
        found.update(json.dumps(_row(entry), ensure_ascii=False).encode())
        found.update(b"\n")
    return found.hexdigest()


def first_break(db: sqlite3.Connection, log: Iterable[audit.Entry]) -> str | None:
    """Where the register differs from what the audit log says was entered; None: nowhere."""
    listed = entered(db)
    reached = 0
    kept = []
    for line in log:
        if line.what == "document":
            kept.append(json.loads(line.detail))
        if line.what != "enter":
            continue
        said = json.loads(line.detail)
        part = listed[reached : reached + said["count"]]
        if [e.id for e in part] != list(range(said["first"], said["first"] + said["count"])):
            return f"entries from {said['first']} are missing"
        if digest(part) != said["sha256"]:
            return f"entries from {said['first']} ({said['kind']}) were changed"
        reached += said["count"]
    if reached != len(listed):
        return f"entry {listed[reached].id} is not in the log"
    own = [{"sha256": d.sha256, "name": d.name, "bytes": d.bytes} for d in documents(db)]
    return None if own == kept else "it lists other documents than the log"


def _row(entry: Entry) -> tuple[Any, ...]:
    return (
        entry.id,
        entry.kind,
        entry.subject,
        audit.canonical(entry.said),
        entry.who,
        entry.at,
        entry.document,
        entry.supersedes,
    )

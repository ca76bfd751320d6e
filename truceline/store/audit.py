"""The audit log: who did what, when. Append-only, each row sealed with the one before it.

A row's hash is SHA-256 over the JSON of ``[number, at, who, what, detail, previous]``, so
that a row that is changed, moved or taken out of the middle breaks every later one. Whoever
can rewrite the whole file can also seal it anew: to guard against that, write down the head
that ``verify`` prints, somewhere else.
"""

import getpass
import hashlib
import json
import platform
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

GENESIS = "0" * 64

TABLES = """
CREATE TABLE audit (
  number INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  who TEXT NOT NULL,
  what TEXT NOT NULL,
  detail TEXT NOT NULL,
  previous TEXT NOT NULL,
  hash TEXT NOT NULL
);
CREATE TRIGGER audit_keeps BEFORE UPDATE ON audit
  BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_stays BEFORE DELETE ON audit
  BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the log. ``at`` is UTC, ISO 8601. ``detail`` is canonical JSON."""

    number: int
    at: str
    who: str
    what: str
    detail: str
    previous: str
    hash: str

    def seal(self) -> str:
        """What ``hash`` has to be."""
        parts = [self.number, self.at, self.who, self.what, self.detail, self.previous]
        return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()


def canonical(detail: Mapping[str, Any]) -> str:
    """A detail as the one JSON text it is sealed as."""
    return json.dumps(detail, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def now() -> str:
    """This moment, UTC, as the record writes it."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def whoami() -> str:
    """``user@machine``, for when nobody says who acts."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError, ImportError):
        user = "unknown"
    return f"{user}@{platform.node() or 'unknown'}"


def append(db: sqlite3.Connection, who: str, what: str, detail: Mapping[str, Any]) -> Entry:
    """Add a row, inside the caller's transaction (which must already be a writing one)."""
    last = db.execute("SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1").fetchone()
    number, previous = (last[0] + 1, last[1]) if last else (1, GENESIS)
    entry = Entry(number, now(), who, what, canonical(detail), previous, "")
    sealed = Entry(number, entry.at, who, what, entry.detail, previous, entry.seal())
    db.execute(
        "INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?)",
        (number, sealed.at, who, what, sealed.detail, previous, sealed.hash),
    )
    return sealed


def entries(db: sqlite3.Connection) -> Iterator[Entry]:
    """Every row, oldest first."""
    for row in db.execute("SELECT * FROM audit ORDER BY number"):
        yield Entry(*row)


def first_break(found: Iterator[Entry]) -> str | None:
    """What is wrong with the chain, at its first wrong row; None where it holds."""
    expected, previous = 1, GENESIS
    for entry in found:
        if entry.number != expected:
            return f"row {expected} is missing"
        if entry.previous != previous:
            return f"row {entry.number} does not follow from the row before it"
        if entry.seal() != entry.hash:
            return f"row {entry.number} ({entry.what}, {entry.at}) was changed"
        expected, previous = expected + 1, entry.hash
    return None

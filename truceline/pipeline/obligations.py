"""Obligations of a case: its agreement, the evidence in its register, a moment to ask about.

    found = case_obligations(open_case(Path("idlib")), terms.agreement, on="2020-03-20")
    print(found.to_json())

The date asked about (``on``) is about what happened: evidence of what came later is not
counted, however early it was entered. ``known_by`` is about the register: entries made
after it are left out.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from truceline.model.agreement import Agreement
from truceline.model.obligation import Evidence, Obligation, Told, due_text
from truceline.model.problem import Problem
from truceline.model.quantity import Duration
from truceline.monitor.obligations.entry import EntryError, entry, evidence_of, unlikely
from truceline.monitor.obligations.obligations import Asked, duties, obligations
from truceline.sources.tables.columns import no_rows
from truceline.sources.tables.files import UnreadableError, reader
from truceline.sources.tables.frame import word
from truceline.store import audit, register
from truceline.store.case import Case
from truceline.store.writer import writing

KIND = "obligation"
SOON = "P7D"
ROW_SCHEMA = pa.schema(
    [
        *((n, pa.string()) for n in ("id", "provision", "version", "kind", "what", "who", "party")),
        ("occurrence", pa.int64()),
        *((n, pa.string()) for n in ("state", "cause", "said", "reading", "opens", "due")),
        *((n, pa.string()) for n in ("reading_state", "reading_cause", "reading_said")),
        ("days_late_low", pa.float64()),
        ("days_late_high", pa.float64()),
        ("evidence", pa.list_(pa.string())),
    ]
)


@dataclass(frozen=True)
class Owed:
    """Every obligation as of one moment. ``problems`` are entries that could not be used."""

    agreement: str
    simulated: bool
    timezone: str
    on: str
    now: datetime
    known_by: str
    obligations: tuple[Obligation, ...]
    problems: tuple[Problem, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    asked: Asked | None = None

    def unnamed(self, agreement: Agreement) -> "Owed":
        """The same without who said or entered anything, nor their words and documents.

        Voices become ``source 1``, ``source 2`` … so that who disagrees stays apart.
        """
        assert self.asked is not None
        voices = list(dict.fromkeys(e.voice for e in self.evidence))
        names = {voice: f"source {n}" for n, voice in enumerate(voices, 1)}
        bare = tuple(
            replace(e, by="", source=names[e.voice], words="", document="", document_name="")
            for e in self.evidence
        )
        found = _computed(agreement, bare, self.asked)
        return replace(self, obligations=found, evidence=bare, problems=())

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "agreement": self.agreement,
            "simulated": self.simulated,
            "timezone": self.timezone,
            "on": self.on,
            "known_by": self.known_by or None,
            "obligations": [o.to_json() for o in self.obligations],
            "problems": [str(p) for p in self.problems],
        }

    def table(self) -> pa.Table:
        """One row for each reading of each obligation, in ``ROW_SCHEMA``."""
        return pa.Table.from_pylist(list(_rows(self.obligations)), schema=ROW_SCHEMA)


def owed(
    agreement: Agreement,
    evidence: Sequence[Evidence] = (),
    *,
    on: str = "",
    soon: str = SOON,
    known_by: str = "",
    now: datetime | None = None,
    problems: Sequence[Problem] = (),
) -> Owed:
    """The obligations of an agreement as of ``on``: a day (its end) or a moment.

    ``on`` empty is this moment (``now``). Raises ValueError for a date that is none, or a
    duration that is none.
    """
    asked = _asked(agreement, on, soon, now)
    said = on or asked.now.astimezone(agreement.tz).isoformat(timespec="minutes")
    found = _computed(agreement, evidence, asked)
    used = {e.entry for o in found for e in o.evidence}
    idle = [
        _problem(e.entry, f"what was said of '{e.when.text}' falls in no period of {e.provision}")
        for e in evidence
        if e.entry not in used and (e.when.lo is None or e.when.lo < asked.now)
    ]
    return Owed(
        agreement.agreement,
        agreement.simulated,
        agreement.timezone,
        said,
        asked.now,
        known_by,
        found,
        (*problems, *idle),
        tuple(evidence),
        asked,
    )


def _computed(
    agreement: Agreement, evidence: Sequence[Evidence], asked: Asked
) -> tuple[Obligation, ...]:
    """The obligations; those of an exercise say so, each."""
    found = obligations(agreement, evidence, asked)
    if agreement.simulated:
        found = [replace(o, what=f"{o.what} (SIMULATED)") for o in found]
    return tuple(found)


def _asked(agreement: Agreement, on: str, soon: str, now: datetime | None) -> Asked:
    length = Duration.parse(soon)
    if not on:
        return Asked((now or datetime.now(UTC)).astimezone(UTC), length)
    told = Told.parse(on, agreement.tz)
    if told.lo is None or "/" in on or (told.first != told.last):
        raise ValueError(f"'{on}' is no day and no moment; write 2020-03-12 or 2020-03-12T14:30")
    return Asked(told.hi, length, told.first)


def case_obligations(
    case: Case, agreement: Agreement, *, on: str = "", soon: str = SOON, known_by: str = ""
) -> Owed:
    """The obligations of a case. Raises ValueError as ``owed``, CaseError as the case."""
    evidence, problems = case_evidence(case, agreement, known_by)
    return owed(agreement, evidence, on=on, soon=soon, known_by=known_by, problems=problems)


def case_evidence(
    case: Case, agreement: Agreement, known_by: str = ""
) -> tuple[list[Evidence], list[Problem]]:
    """The evidence in a case's register, in its order, and what of it cannot be used.

    ``known_by``: a day (its end) or a moment; entries made later are left out.
    """
    limit = Told.parse(known_by, agreement.tz).hi if known_by else None
    names = {d.sha256: d.name for d in case.documents()}
    ids = {d.provision.id for d in duties(agreement)}
    found, problems = [], []
    for e in case.entered(KIND):
        at = datetime.fromisoformat(e.at)
        if limit is not None and at > limit:
            continue
        if e.subject not in ids:
            what = f"it is about '{e.subject}', which is no obligation of the agreement now"
            problems.append(_problem(e.id, what))
            continue
        document = (e.document, names.get(e.document, ""))
        try:
            found.append(
                evidence_of(e.id, e.subject, e.said, e.who, at, document, e.supersedes, agreement)
            )
        except (ValueError, KeyError, TypeError) as error:
            problems.append(_problem(e.id, f"it cannot be read: {error}"))
    return found, problems


def _problem(number: int, what: str) -> Problem:
    return Problem(
        source="register",
        file="case.db",
        line=number,
        what=f"entry {number}: {what}",
        todo="enter it again with its place corrected, or correct agreement.yaml",
        severity="note",
    )


@dataclass(frozen=True)
class Entered:
    """What became of rows of evidence: rows = entered + repeats + problems."""

    rows: int
    entries: tuple[int, ...]
    repeats: int
    problems: tuple[Problem, ...]
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        """The sum that always has to hold."""
        made, bad = len(self.entries), sum(p.severity == "row" for p in self.problems)
        return f"{self.rows} rows = {made} entered + {self.repeats} repeats + {bad} problems"


def enter(
    case: Case,
    agreement: Agreement,
    given: dict[str, str],
    *,
    by: str = "",
    document: Path | None = None,
    supersedes: int | None = None,
) -> Entered:
    """Enter one piece of evidence, with the document that it stands on.

    Raises:
        EntryError: it cannot be entered; nothing is.
        ValueError: ``supersedes`` is no entry about this provision.
        OSError: the document cannot be read. CaseError: the case cannot take it.
    """
    said = entry(agreement, given, datetime.now(UTC))
    provision = given["provision"].strip()
    with writing(case, by or audit.whoami()) as writer:
        sha256 = ""
        if document is not None:
            with document.open("rb") as file:
                sha256 = writer.keep_document(file, document.name).sha256
        mark = _mark(provision, said, sha256)
        before = [e for e in case.entered(KIND, provision) if e.who == writer.who]
        if supersedes is None and any(_mark(provision, e.said, e.document) == mark for e in before):
            return Entered(1, (), 1, ())
        made = writer.enter(KIND, [register.New(provision, said, sha256, supersedes)])
    doubt = unlikely(agreement, provision, said)
    return Entered(1, tuple(e.id for e in made), 0, (), (doubt,) if doubt else ())


def enter_table(case: Case, agreement: Agreement, path: Path, *, by: str = "") -> Entered:
    """Enter the rows of a table (CSV, Excel, Parquet): the columns of ``FIELDS``, ``document``.

    A document's name is a file beside the table. A row that cannot be entered is a problem
    with its line and column; the others are entered. Raises OSError, CaseError.
    """
    rows: list[tuple[int, dict[str, str]]] = []
    problems: list[Problem] = []
    with path.open("rb") as file:
        try:
            for frame in reader(file, source="evidence", name=path.name).frames():
                problems += frame.problems
                lines = frame.lines.tolist()
                for line, row in zip(lines, frame.table.to_pylist(), strict=True):
                    cells = {str(k).strip().lower(): word(v).strip() for k, v in row.items()}
                    rows.append((line, cells))
        except UnreadableError as error:
            return Entered(0, (), 0, (error.problem,))
    if not rows and not problems:
        return Entered(0, (), 0, (no_rows("evidence", path.name),))
    return _enter_rows(case, agreement, path, rows, problems, by or audit.whoami())


def _enter_rows(
    case: Case,
    agreement: Agreement,
    path: Path,
    rows: list[tuple[int, dict[str, str]]],
    problems: list[Problem],
    who: str,
) -> Entered:
    now = datetime.now(UTC)
    fresh: list[register.New] = []
    notes: list[str] = []
    repeats, unreadable = 0, sum(p.severity == "row" for p in problems)
    known = {_mark(e.subject, e.said, e.document) for e in case.entered(KIND) if e.who == who}
    with writing(case, who) as writer:
        for line, row in rows:
            try:
                said = entry(agreement, row, now)
                sha256 = ""
                if row.get("document"):
                    with _beside(path, row["document"]).open("rb") as file:
                        sha256 = writer.keep_document(file, Path(row["document"]).name).sha256
            except EntryError as error:
                value = row.get(error.field, "")
                problems.append(_row(path, line, error.field, value, error.what, error.todo))
                continue
            except OSError as error:
                what = f"the document cannot be opened: {error.strerror or error}"
                todo = "put it beside the table, or leave the cell empty"
                problems.append(_row(path, line, "document", row["document"], what, todo))
                continue
            provision = row["provision"].strip()
            mark = _mark(provision, said, sha256)
            if mark in known:
                repeats += 1
                continue
            known.add(mark)
            fresh.append(register.New(provision, said, sha256))
            if doubt := unlikely(agreement, provision, said):
                notes.append(f"{path.name}:{line}: {doubt}")
        entries = tuple(e.id for e in writer.enter(KIND, fresh))
    return Entered(len(rows) + unreadable, entries, repeats, tuple(problems), tuple(notes))


def _beside(table: Path, name: str) -> Path:
    """A document in the table's folder. A table from elsewhere names no other file of ours."""
    folder = table.parent.resolve()
    found = (folder / name).resolve()
    if not found.is_relative_to(folder):
        raise EntryError("document", f"'{name}' is not beside the table", "put it there")
    return found


def _mark(provision: str, said: Mapping[str, Any], sha256: str) -> str:
    """What makes two entries the same."""
    return audit.canonical({"provision": provision, "said": dict(said), "document": sha256})


def _row(path: Path, line: int, column: str, value: str, what: str, todo: str) -> Problem:
    return Problem("evidence", path.name, line, what, todo, column, value)


def _rows(found: Sequence[Obligation]) -> Iterator[dict[str, Any]]:
    for o in found:
        for r in o.readings:
            yield {
                "id": o.id,
                "provision": o.provision,
                "version": o.version,
                "kind": o.kind,
                "what": o.what,
                "who": "|".join(o.who),
                "party": o.party,
                "occurrence": o.occurrence,
                "state": o.state,
                "cause": o.cause,
                "said": o.said,
                "reading": r.words,
                "opens": r.opens.isoformat() if r.opens else "",
                "due": due_text(r.due),
                "reading_state": r.state,
                "reading_cause": r.cause,
                "reading_said": r.said,
                "days_late_low": r.late[0] if r.late else None,
                "days_late_high": r.late[1] if r.late else None,
                "evidence": [str(e.entry) for e in o.evidence],
            }

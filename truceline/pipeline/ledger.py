"""The ledger: files of claims and statements into a case, and out of a case or of files.

    for added in add(open_case(Path("idlib")), [Path("read.json")]):
        print(added)
    ledger = of_case(open_case(Path("idlib")))

In a case nothing is overwritten: a new figure is a new entry that may supersede one of the
same source, and what an earlier file said word for word is counted as a repeat.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from io import BytesIO
from pathlib import Path

from truceline.model.agreement import Agreement
from truceline.model.claim import Claim, Held, fold
from truceline.model.problem import Problem
from truceline.model.statement import Statement
from truceline.model.unit import Units
from truceline.monitor.claims.claims import superseding
from truceline.pipeline.ingest import case_terms
from truceline.reading.answer import Unreadable
from truceline.reading.page.document import decode
from truceline.sources.claims.claims import KINDS, reading_of, take
from truceline.sources.claims.taken import Taken, Told
from truceline.store import audit, register
from truceline.store.case import Case
from truceline.store.writer import Writer, writing

__all__ = ["KINDS", "Added", "Ledger", "Options", "Said", "add", "of_case", "of_files"]


@dataclass(frozen=True, slots=True)
class Options:
    """What a person says of files besides the files. '' leaves it to the file.

    ``kind``: one of ``KINDS``. ``document_date``: the day the figures were said, ISO.
    ``source``: who printed it; ``said_by``: who is answerable for its figures. ``dates``: dmy
    or mdy. ``text``: the document that a reading was made from.
    """

    kind: str = ""
    document_date: str = ""
    source: str = ""
    said_by: str = ""
    encoding: str = ""
    dates: str = ""
    text: Path | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """A statement as the ledger holds it, with its number there."""

    statement: Statement
    number: int
    entered_by: str = ""
    entered_at: str = ""


@dataclass(frozen=True)
class Ledger:
    """Everything a ledger holds, in the order it was entered."""

    claims: tuple[Held, ...] = ()
    statements: tuple[Said, ...] = ()

    @property
    def superseded(self) -> frozenset[int]:
        """The numbers of claims that a newer one of the same source supersedes."""
        return frozenset(h.supersedes for h in self.claims if h.supersedes is not None)

    def narrowed(self, claims: Iterable[Held]) -> "Ledger":
        """The same with these claims only."""
        return Ledger(tuple(claims), self.statements)


@dataclass(frozen=True, slots=True)
class Added:
    """What became of one file: ``rows == claims + statements + repeats + row problems``.

    ``superseding`` of the claims supersede an earlier figure of their source.
    """

    file: str
    kind: str
    sha256: str
    rows: int
    claims: int
    statements: int
    repeats: int
    row_problems: int
    superseding: int
    problems: tuple[Problem, ...] = field(repr=False, default=())

    @property
    def holds(self) -> bool:
        """Whether the sum holds."""
        return self.rows == self.claims + self.statements + self.repeats + self.row_problems

    def __str__(self) -> str:
        """The sum as it is always printed."""
        line = (
            f"{self.file}: {self.kind}: {self.rows:,} rows = {self.claims:,} claims + "
            f"{self.statements:,} statements + {self.repeats:,} repeats + "
            f"{self.row_problems:,} problems"
        )
        if not self.holds:
            line += " (THE SUM DOES NOT HOLD: report this)"
        if self.superseding:
            line += f"; {self.superseding:,} supersede an earlier figure of the same source"
        if self.repeats and not (self.claims or self.statements):
            line += " (already in the ledger: nothing added)"
        return line


def told_of(agreement: Agreement | None, units: Units, options: Options, today: str = "") -> Told:
    """What a way in is told of an agreement, the boundaries at hand and a person's options."""
    places = {}
    if agreement is not None:
        for name, place in agreement.places.items():
            for spelling in (name, *place.names):
                places[fold(spelling)] = (name, place.at[0], place.at[1])
    signed = ""
    if agreement is not None and agreement.signed is not None:
        signed = agreement.signed.start(agreement.tz).date().isoformat()
    return Told(
        timezone=agreement.timezone if agreement is not None else "UTC",
        units=units,
        places=places,
        signed=signed,
        today=today or date.today().isoformat(),
        document_date=options.document_date,
        source=options.source,
        said_by=options.said_by,
        order=options.dates,
        encoding=options.encoding,
    )


@dataclass(frozen=True, slots=True)
class _Document:
    """The text that a reading was made from, where it is at hand."""

    name: str
    sha256: str
    data: bytes
    text: str


def _document(path: Path, data: bytes, options: Options) -> tuple[_Document | None, str]:
    """The document of a reading, and why it is lacking. It must have the hash that is stated."""
    found = reading_of(data)
    about = found.get("document") if found else None
    if not isinstance(about, dict):
        return None, ""
    wanted, name = str(about.get("sha256") or ""), str(about.get("name") or "")
    near = [options.text] if options.text else [Path(name), path.parent / Path(name).name]
    for place in near:
        if place is None or (not name and options.text is None):
            continue
        try:
            content = place.read_bytes()
        except (OSError, ValueError):
            continue
        if wanted and hashlib.sha256(content).hexdigest() != wanted:
            continue
        text = str(about.get("text") or "")  # of a PDF the reading carries it
        if not text:
            try:
                text = decode(content)[0]
            except Unreadable:
                continue
        return _Document(place.name, hashlib.sha256(content).hexdigest(), content, text), ""
    return None, name or "the document"


def _take(
    path: Path, data: bytes, told: Told, options: Options, shown: str = ""
) -> tuple[Taken, _Document | None]:
    document, lacking = None, ""
    if options.kind in ("", "read"):
        document, lacking = _document(path, data, options)
    taken = take(
        data,
        name=shown or path.name,
        sha256=hashlib.sha256(data).hexdigest(),
        told=told,
        kind=options.kind,
        text=document.text if document else "",
        document=document.sha256 if document else "",
    )
    if lacking and taken.kind == "read":
        taken.about_file(
            f"the document that was read ({Path(lacking).name}) is not at hand with the hash "
            "that the reading states; the words are kept and could not be looked up in it",
            "put it beside the reading, or name it with --text",
        )
    return taken, document


def add(
    case: Case,
    paths: Sequence[Path],
    options: Options | None = None,
    *,
    who: str = "",
    today: str = "",
    wait_s: float = 60.0,
) -> list[Added]:
    """Take files of claims and statements into a case, in this order; each is one transaction.

    Raises:
        ValueError: an unknown kind.
        OSError: a file cannot be read; all are opened before the first is taken in.
        AgreementFaultsError: the case's agreement.yaml has faults.
        CaseError: see ``truceline.store.errors``.
    """
    chosen = options or Options()
    contents = [path.read_bytes() for path in paths]
    terms = case_terms(case)
    told = told_of(terms.agreement, case.units(), chosen, today)
    found = []
    with writing(case, who or audit.whoami(), wait_s) as writer:
        for path, data in zip(paths, contents, strict=True):
            taken, document = _take(path, data, told, chosen)
            found.append(_enter(writer, path, data, taken, document))
    return found


def _enter(
    writer: Writer, path: Path, data: bytes, taken: Taken, document: _Document | None
) -> Added:
    """One file's claims and statements into the register; the file itself is kept."""
    entries = writer.case.entered()
    held = _held(entries)
    known = {h.claim.key() for h in held}
    known |= {s.statement.key() for s in _said(entries)}
    claims = [c for c in taken.claims if c.key() not in known]
    statements = [s for s in taken.statements if s.key() not in known]
    first = max((e.id for e in entries), default=0) + 1
    new, clashes = superseding(held, claims, first)
    original = writer.keep_document(BytesIO(data), path.name)
    if document is not None:
        writer.keep_document(BytesIO(document.data), document.name)
    writer.enter(
        "claim",
        [
            register.New(h.claim.subject, h.claim.to_json(), h.claim.document, h.supersedes)
            for h in new
        ],
    )
    writer.enter(
        "statement",
        [register.New(s.subject, s.to_json(), s.document or original.sha256) for s in statements],
    )
    repeats = taken.repeats + len(taken.claims) - len(claims)
    repeats += len(taken.statements) - len(statements)
    return _added(path, taken, new, len(statements), repeats, clashes)


def _added(
    path: Path,
    taken: Taken,
    new: Sequence[Held],
    statements: int,
    repeats: int,
    clashes: Sequence[tuple[Claim, Claim]],
) -> Added:
    for old, claim in clashes:
        taken.note(
            claim.line,
            f"line {old.line} gives another figure of the same source for the same thing and "
            "days; both are kept and neither supersedes the other",
            "ask the source which one holds",
        )
    return Added(
        path.name,
        taken.kind,
        taken.sha256,
        taken.rows,
        len(new),
        statements,
        repeats,
        taken.row_problems,
        sum(h.supersedes is not None for h in new),
        tuple(taken.settle().problems),
    )


def _held(entries: Iterable[register.Entry]) -> list[Held]:
    return [
        Held(Claim.from_json(e.said), e.id, e.supersedes, e.who, e.at)
        for e in entries
        if e.kind == "claim"
    ]


def _said(entries: Iterable[register.Entry]) -> list[Said]:
    return [
        Said(Statement.from_json(e.said), e.id, e.who, e.at)
        for e in entries
        if e.kind == "statement"
    ]


def of_case(case: Case) -> Ledger:
    """The ledger of a case. Raises CaseError where its record cannot be read."""
    entries = [*case.entered("claim"), *case.entered("statement")]
    return Ledger(tuple(_held(entries)), tuple(_said(entries)))


def of_files(
    paths: Sequence[Path],
    options: Options | None = None,
    *,
    agreement: Agreement | None = None,
    units: Units | None = None,
    today: str = "",
) -> tuple[Ledger, list[Added]]:
    """A ledger of files alone, as a case would hold them. Nothing is written.

    Raises ValueError and OSError as ``add``.
    """
    chosen = options or Options()
    told = told_of(agreement, units or Units(()), chosen, today)
    held: list[Held] = []
    said: list[Said] = []
    counts = []
    for path in paths:
        taken, _ = _take(path, path.read_bytes(), told, chosen)
        known = {h.claim.key() for h in held} | {s.statement.key() for s in said}
        claims = [c for c in taken.claims if c.key() not in known]
        statements = [s for s in taken.statements if s.key() not in known]
        new, clashes = superseding(held, claims, len(held) + len(said) + 1)
        held += new
        start = len(held) + len(said) + 1
        said += [Said(s, n) for n, s in enumerate(statements, start=start)]
        repeats = taken.repeats + len(taken.claims) - len(claims)
        repeats += len(taken.statements) - len(statements)
        counts.append(_added(path, taken, new, len(statements), repeats, clashes))
    return Ledger(tuple(held), tuple(said)), counts

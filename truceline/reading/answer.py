"""What a reading says: the nouns of the ``read --json`` contract.

Offsets count code points of the decoded plain text or HTML source (for PDF: of
``document.text``). ``Evidence.text`` is exactly those characters. Moments are ISO 8601
text, with an offset only where the document supports one; a date stays a date.
Distances are metres. Durations are ISO 8601.
"""

from dataclasses import asdict, dataclass, field
from typing import Any

TERM_KINDS = (
    "cessation",
    "zone",
    "patrol",
    "withdrawal",
    "handover",
    "deployment",
    "monitoring",
    "deliverable",
    "release",
    "access",
    "prohibition",
    "exception",
    "duration",
    "meeting",
)


class Unreadable(ValueError):  # noqa: N818 - a plain word: the document cannot be read
    """The input as a whole cannot be read; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Characters ``[start, end)`` of the document, and those characters."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Dropped:
    """Characters ``[start, end)`` that are no part of the body, and why."""

    start: int
    end: int
    reason: str


@dataclass(frozen=True, slots=True)
class Term:
    """One term of the agreement that the document speaks of.

    ``start``, ``due``, ``until``: date or moment, ISO 8601. ``within``: the length of a
    duration, or of a deadline, counted from ``after`` (the document's own words, None
    where it names none). ``recurs``: ISO 8601; ``start``/``until`` then bound the first
    window. ``distance_m``: depth or distance, ``width_m``: total width, metres.
    ``count`` of ``of``. ``notes`` says what was inferred and from what.
    """

    kind: str
    evidence: tuple[Evidence, ...]
    start: str | None = None
    due: str | None = None
    within: str | None = None
    after: str | None = None
    until: str | None = None
    recurs: str | None = None
    distance_m: float | None = None
    width_m: float | None = None
    count: int | None = None
    of: str | None = None
    reference: str | None = None
    places: tuple[str, ...] = ()
    parties: tuple[str, ...] = ()
    confidence: float = 0.9
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """A figure that somebody made.

    ``value`` is the figure as said; ``low``/``high`` bound it where the words do ("nearly
    500" is below 500: high 499). ``word`` is the source's own verb or noun. ``who`` was
    counted, ``by`` did it, ``said_by`` said it; None where the document does not say.
    """

    measure: str
    evidence: tuple[Evidence, ...]
    value: int | float | None = None
    low: int | float | None = None
    high: int | float | None = None
    qualifier: str | None = None
    word: str | None = None
    who: str | None = None
    by: str | None = None
    place: str | None = None
    time: str | None = None
    said_by: str | None = None
    confidence: float = 0.9


@dataclass(frozen=True, slots=True)
class Statement:
    """A direct quotation. ``how`` says how the speaker was found."""

    quote: str
    evidence: tuple[Evidence, ...]
    speaker: str | None = None
    how: str = ""
    confidence: float = 0.9


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, party or body, under the fullest name that the document gives it."""

    name: str
    variants: tuple[str, ...]
    kind: str
    mentions: int
    evidence: tuple[Evidence, ...]
    role: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A place; ``lon``, ``lat`` in WGS 84 degrees and from which ``gazetteer``, or None."""

    name: str
    variants: tuple[str, ...]
    mentions: int
    evidence: tuple[Evidence, ...]
    lon: float | None = None
    lat: float | None = None
    gazetteer: str | None = None


@dataclass(frozen=True, slots=True)
class Caution:
    """What a careful editor would mark. ``kind`` is a short word, ``text`` a sentence."""

    kind: str
    text: str
    evidence: tuple[Evidence, ...]
    suggestion: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything that was read, each thing with the words that prove it."""

    name: str
    sha256: str
    format: str
    encoding: str
    source: str  # the decoded text that offsets count in
    published: str | None
    published_from: str | None
    language: str | None
    body: tuple[tuple[int, int], ...]
    dropped: tuple[Dropped, ...]
    terms: tuple[Term, ...] = ()
    claims: tuple[Claim, ...] = ()
    statements: tuple[Statement, ...] = ()
    actors: tuple[Actor, ...] = ()
    places: tuple[Place, ...] = ()
    warnings: tuple[Caution, ...] = ()
    extra: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The object of ``truceline read --json``, ready for ``json.dumps``."""
        document: dict[str, Any] = {
            "name": self.name,
            "sha256": self.sha256,
            "format": self.format,
            "encoding": self.encoding,
            "published": self.published,
            "published_from": self.published_from,
            "language": self.language,
            "body": [{"start": a, "end": b} for a, b in self.body],
            "dropped": [asdict(d) for d in self.dropped],
        }
        if self.format == "pdf":
            document["text"] = self.source
        return {
            "document": document,
            "terms": [asdict(t) for t in self.terms],
            "claims": [asdict(c) for c in self.claims],
            "statements": [asdict(s) for s in self.statements],
            "actors": [asdict(a) for a in self.actors],
            "places": [asdict(p) for p in self.places],
            "warnings": [asdict(w) for w in self.warnings],
            **self.extra,
        }

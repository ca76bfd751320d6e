"""A claim: a figure that somebody gave, with its range, who said it, when, and where it is written.

A claim is never altered and never replaces another's. A stock ("in the camps on 1 March"), a
flow ("displaced in March") and a cumulative figure ("displaced since December") are different
things; where the source does not say which, ``population`` is ``unknown``.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any

MEASURES = (
    "killed",
    "injured",
    "displaced",
    "refugees",
    "detained",
    "captured",
    "evacuated",
    "besieged",
    "missing",
    "other",
)
POPULATIONS = ("stock", "flow", "cumulative", "unknown")
MOST = 8_500_000_000  # more people than there are: a figure above it has a wrong unit

# What the words before a figure say of it, widest words first.
_ABOVE = "more than|over|above|upwards? of|exceeding|in excess of|greater than|well over"
_BELOW = "fewer than|less than|under|below"
_CLASSES = {
    "nearly": r"nearly|almost|close to|just under|not quite|just short of|approaching",
    "just-over": r"just over|just above|a little over|slightly more than",
    "at-least": r"at least|a minimum of|minimum of|minimum|min\.?|no fewer than|no less than|"
    r"not (?:less|fewer) than|or more|>=|≥|\+",
    "at-most": r"up to|as many as|as much as|at most|no more than|not more than|not exceeding|"
    r"a maximum of|maximum of|maximum|max\.?|<=|≤",
    "below": rf"{_BELOW}|<",
    "above": rf"(?:well |far )?(?:{_ABOVE})|>",
    "about": r"about|around|some|approximately|approx\.?|roughly|an estimated|estimated|circa|"
    r"c\.|ca\.?|~|in the region of|on average|an average of",
}
_CLASS = {
    name: re.compile(rf"\s*(?:{words})\s*", re.IGNORECASE) for name, words in _CLASSES.items()
}
# People that are nobody in particular: "500 people" and "500" count the same.
_ANYONE = frozenset(
    [
        "people",
        "persons",
        "person",
        "individuals",
        "human",
        "beings",
        "inhabitants",
        "residents",
        "ind",
        "idp",
        "idps",
        "displaced",
        "displaced",
        "people",
        "internally",
        "displaced",
        "persons",
    ]
) | {"internally displaced persons", "internally displaced people", "displaced people", ""}


@lru_cache(maxsize=65_536)
def fold(words: str) -> str:
    """Words for comparison: lower case, no accents, single spaces."""
    text = unicodedata.normalize("NFKD", words).casefold()
    text = "".join(c for c in text if not unicodedata.combining(c))
    return re.sub(r"[^\w]+", " ", text).strip()


@lru_cache(maxsize=4_096)
def qualifier_class(words: str) -> str:
    """Which of ``nearly, just-over, at-least, at-most, below, above, about`` words are; '' none."""
    return next((n for n, pattern in _CLASS.items() if pattern.fullmatch(words)), "")


def stated_bounds(value: float, qualifier: str) -> tuple[float | None, float | None]:
    """The (low, high) that a qualifier states of a figure of people: "nearly 500" is below 500."""
    kind = qualifier_class(qualifier)
    if kind in ("nearly", "below"):
        return None, value - 1
    if kind == "at-most":
        return None, value
    if kind == "at-least":
        return value, None
    if kind in ("above", "just-over"):
        return value + 1, None
    return None, None


@dataclass(frozen=True, slots=True)
class Claim:
    """One figure that somebody gave.

    ``measure`` is one of ``MEASURES``; ``word`` is the source's own word for it. ``value`` is
    the figure as said, in people (or in what ``word`` counts); ``low`` and ``high`` are bounds
    that the source states, inclusive. ``qualifier`` holds its words ("nearly"). ``place`` is
    named as the source names it, ``known_as`` as the agreement or the boundaries do, ``pcode``
    its P-code, ``within`` those of the wider places it lies in, ``lon``/``lat`` WGS 84 degrees.

    Days are ISO dates and inclusive, '' where they are not known. ``meant_from``/``meant_to``:
    the days that the figure speaks of (a stock: the day it holds on, twice; a cumulative
    figure: since when, until when). ``said``: the day it was said. ``said_by`` gave the figure,
    ``source`` printed it.

    ``document`` is the SHA-256 of the file that ``words`` stand in, ``start``/``end`` their
    offsets in code points where it is a text; ``file``, ``line``, ``column`` where it is not.
    """

    measure: str
    value: float | None
    low: float | None = None
    high: float | None = None
    qualifier: str = ""
    word: str = ""
    of_whom: str = ""
    by_whom: str = ""
    place: str = ""
    known_as: str = ""
    pcode: str = ""
    within: tuple[str, ...] = ()
    lon: float | None = None
    lat: float | None = None
    population: str = "unknown"
    meant_from: str = ""
    meant_to: str = ""
    said: str = ""
    said_by: str = ""
    source: str = ""
    url: str = ""
    document: str = ""
    words: str = ""
    start: int | None = None
    end: int | None = None
    file: str = ""
    line: int = 0
    column: str = ""

    def to_json(self) -> dict[str, Any]:
        """JSON values, whole numbers as ``int``, without what is empty."""
        given = ((name, getattr(self, name)) for name in _NAMES)
        return {k: _tidy(v) for k, v in given if v not in (None, "", ())}

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> "Claim":
        """Read what ``to_json`` wrote; keys of later versions are passed over."""
        given = {k: v for k, v in said.items() if k in _NAMES}
        return cls(**{"value": None, **given, "within": tuple(given.get("within", ()))})

    @property
    def simulated(self) -> bool:
        """Whether it is marked as SIMULATED."""
        return "(SIMULATED)" in (self.said_by + self.source)

    @property
    def where(self) -> str:
        """What two claims about one place share: the P-code, else the folded name."""
        return self.pcode or fold(self.known_as or self.place)

    @property
    def whom(self) -> str:
        """Whom it counts, for comparison; '' for people in general."""
        found = fold(self.of_whom)
        return "" if found in _ANYONE else found

    @property
    def kind(self) -> str:
        """The measure, and for ``other`` the word for it."""
        return (
            f"other: {fold(self.word)}" if self.measure == "other" and self.word else self.measure
        )

    @property
    def teller(self) -> str:
        """Who is answerable for the figure: who said it, else who printed it."""
        return self.said_by or self.source

    @property
    def day(self) -> str:
        """The day it is drawn on and sorted by: the last it speaks of, else when it was said."""
        return self.meant_to or self.said

    @property
    def subject(self) -> str:
        """What it is about, as the register files it: measure and place."""
        return f"{self.kind} @ {self.where or 'place not stated'}"

    def about(self) -> tuple[str, ...]:
        """What a newer figure of the same source must share to supersede this one."""
        return (
            fold(self.teller),
            self.kind,
            self.whom,
            fold(self.by_whom),
            self.where,
            self.population,
            self.meant_from,
            self.meant_to,
        )

    def key(self) -> str:
        """SHA-256 of what is claimed: the same claim taken in again has the same key.

        Words of a text count with their document and place in it; a row of a table counts
        wherever it stands, so that next month's workbook repeats what it says again.
        """
        parts: list[object] = [*self.about(), self.said, fold(self.source), fold(self.qualifier)]
        parts += [_tidy(v) for v in (self.value, self.low, self.high)]
        if self.start is not None:
            parts = [self.document, self.start, self.end, self.kind, *parts[-3:]]
        return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()


_NAMES = {f.name: None for f in fields(Claim)}  # in their order


def _tidy(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return int(value) if isinstance(value, float) and value.is_integer() else value


@dataclass(frozen=True, slots=True)
class Held:
    """A claim as the ledger holds it: its number there, and which number it supersedes.

    ``entered_by`` and ``entered_at`` (UTC, ISO 8601) are '' outside a case.
    """

    claim: Claim
    number: int
    supersedes: int | None = None
    entered_by: str = ""
    entered_at: str = ""

"""A term while it is being put together, and the document it stands in."""

import re
from dataclasses import dataclass, field

from truceline.reading.page.words import Sentence
from truceline.reading.times.lengths import Length

ORDER = (
    "exception",
    "prohibition",
    "release",
    "handover",
    "withdrawal",
    "patrol",
    "monitoring",
    "deployment",
    "access",
    "meeting",
    "deliverable",
    "zone",
    "cessation",
)


ONE_TIME = frozenset(("release", "handover", "withdrawal", "deliverable", "deployment"))


CESSATION_NOUN = re.compile(
    r"\W{0,2}(?:[\w-]+\W){0,4}?(?:cease-?fire|truce|armistice|cessation|pause|lull|suspension|halt|calm|period|phase|deal|agreement|moratorium|extension|mandate|renewal|silence)\b"
)


EXTEND = re.compile(r"\b(?:extend\w*|renew\w*|prolong\w*|extension|roll(?:ed|s)? over)\b")


@dataclass(slots=True)
class Draft:
    """A term while it is being put together; spans are in the page's text."""

    kind: str
    spans: list[tuple[int, int]]
    low: str
    sentence: int
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
    confidence: float = 0.9
    notes: list[str] = field(default_factory=list)
    readings: tuple[str, ...] = ()
    day: str | None = None  # on which it takes place, as said without "by" or "from"
    each_side: bool = False
    weak: bool = False
    effect: bool = False  # the text's entry into force, which may be the start of the cessation
    counts_from: Length | None = None
    strength: int = 0
    at: int = -1  # where the words stand that make it a term, in the page's text
    now: str | None = None  # the day of publication
    told: str | None = None  # the day on which a cessation was signed or declared

    def facts(self) -> dict[str, object]:
        """The fields that say something, by name."""
        names = ("start", "due", "within", "until", "recurs", "distance_m", "width_m", "count")
        return {n: getattr(self, n) for n in names if getattr(self, n) is not None}


@dataclass(frozen=True, slots=True)
class Trigger:
    """A word at ``[start, end)`` of a sentence that makes a term of this kind; a verb or a noun."""

    kind: str
    start: int
    end: int
    noun: bool
    strength: int = 2  # of gates: 2 bound, 1 stated in the present tense
    given: bool = False  # by a label, a heading or the line that leads a list


@dataclass(frozen=True, slots=True)
class Setting:
    """What is known of the document: is it the text of an agreement, and from which year."""

    agreement: bool
    year: int | None
    summary: bool = False  # it sums up what an agreement says


_REPORTS = re.compile(r"\b(?:said|told|reported|according to|spokes\w+)\b")
_ARTICLE = re.compile(r"(?:article|section|clause|annex|point|para(?:graph)?)\s+[\divx]+\b")
_NUMBERED = re.compile(r"\(?\d{1,2}[.)]\s")


def is_agreement(sentences: list[Sentence]) -> bool:
    """Whether the document is the text of an agreement rather than a report about one."""
    if not sentences:
        return False
    shall = sum(
        1
        for s in sentences
        if " shall " in s.low
        or " undertake" in s.low
        or "the parties agree" in s.low
        or " hereby " in s.low
    )
    said = sum(1 for s in sentences if _REPORTS.search(s.low))
    articles = sum(1 for s in sentences if _ARTICLE.match(s.low))
    numbered = sum(1 for s in sentences if _NUMBERED.match(s.low))
    title = any(
        re.match(
            r"(?:[\w’' -]{0,60}\b)?(?:agreement|protocol|accord|memorandum|armistice|declaration|statement by the (?:president|prime)|understanding|arrangement)\b",
            s.low,
        )
        and len(s.low) < 160
        for s in sentences[:3]
    )
    if said > max(1, len(sentences) // 8):
        return False
    return (
        shall >= (1 if len(sentences) < 4 and not said else max(2, len(sentences) // 5))
        or articles >= 2
        or (title and (numbered >= 2 or shall >= 1))
    )

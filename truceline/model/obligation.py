"""Obligations: what is owed by when, what was said about it, and the state that follows.

Nothing here is stored as truth. An obligation is computed from the agreement, the evidence
that people entered and a moment to ask about; the evidence itself is never altered.
"""

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from truceline.model.quantity import FIRST_YEAR, LAST_YEAR

# What is said of a deadline; of a number that may not be passed, or must be reached; of a term.
STATES = {
    "pending": "not due yet",
    "due-soon": "due soon",
    "done": "done",
    "done-late": "done late",
    "overdue": "overdue",
    "disputed": "disputed",
    "waived": "waived",
    "cannot-tell": "cannot be told",
    "not-owed": "not owed",
    "within": "within the number",
    "above": "above the number",
    "below": "below the number",
    "renewed": "renewed by its terms",
    "ended": "ended",
}
# What one piece of evidence can say.
SAYS = {
    "done": "it was done",
    "not-done": "as of that time it was not done",
    "waived": "it is no longer asked for",
    "disputed": "whether it was done is disputed",
    "figure": "a number was reported",
    "notice": "a party gave notice",
    "holds": "the condition holds",
    "holds-not": "the condition does not hold",
}
CAUSES = ("", "time", "text", "anchor", "figures", "condition", "place")


@dataclass(frozen=True, slots=True)
class Told:
    """A time as somebody gave it: it lies in ``[lo, hi)``, or is the moment ``lo`` = ``hi``.

    ``lo`` and ``hi`` are in UTC, ``lo`` None where only the end is known ("by 12 March").
    ``first`` and ``last`` are its days where it was given in days, so that a date can be held
    against a date without asking for a clock.
    """

    text: str
    lo: datetime | None
    hi: datetime
    first: date | None = None
    last: date | None = None

    @classmethod
    def parse(cls, text: str, tz: ZoneInfo) -> "Told":
        """Read a moment, a day, a month, a year, ``A/B``, ``../B`` or ``by B``.

        A moment without an offset is in ``tz``. Raises ValueError with what to write.
        """
        said = " ".join(text.split())
        if said.lower().startswith("by "):
            said = f"../{said[3:].strip()}"
        if said.startswith("../"):
            last = _one(said[3:], tz)
            return cls(text, None, last.hi, None, last.last)
        if "/" in said:
            first, _, end = said.partition("/")
            a, b = _one(first, tz), _one(end, tz)
            if a.lo is None or b.hi < a.lo:
                raise ValueError(f"'{text}' ends before it starts; write the earlier time first")
            whole = a.first is not None and b.last is not None
            return cls(text, a.lo, b.hi, a.first if whole else None, b.last if whole else None)
        return _one(said, tz)

    @property
    def moment(self) -> bool:
        """Whether it is an exact moment."""
        return self.lo == self.hi


_MONTH = re.compile(r"^(\d{4})-(\d\d)$")
_YEAR = re.compile(r"^(\d{4})$")
_FORMS = "write 2020-03-12, 2020-03, 2020-03-10/2020-03-12, 'by 2020-03-12' or 2020-03-12T14:30"


def _one(text: str, tz: ZoneInfo) -> Told:
    text = text.strip()
    try:
        if match := _YEAR.match(text):
            year = int(match[1])
            return _days(text, date(year, 1, 1), date(year, 12, 31), tz)
        if match := _MONTH.match(text):
            year, month = int(match[1]), int(match[2])
            first = date(year, month, 1)
            return _days(text, first, first.replace(day=monthrange(year, month)[1]), tz)
        if re.match(r"^\d{4}-\d\d-\d\d$", text):
            day = date.fromisoformat(text)
            return _days(text, day, day, tz)
        if not re.match(r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d", text):
            raise ValueError(f"'{text}' is no time; {_FORMS}")
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        if _FORMS in str(error):
            raise
        raise ValueError(f"'{text}' is on no calendar ({error}); correct it") from None
    _plausible(text, moment.year)
    utc = (moment if moment.tzinfo else moment.replace(tzinfo=tz)).astimezone(UTC)
    return Told(text, utc, utc)


def _days(text: str, first: date, last: date, tz: ZoneInfo) -> Told:
    _plausible(text, first.year)
    lo, hi = (datetime.combine(d, time(0), tz) for d in (first, last + timedelta(days=1)))
    return Told(text, lo.astimezone(UTC), hi.astimezone(UTC), first, last)


def _plausible(text: str, year: int) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"'{text}' is not in the years {FIRST_YEAR} to {LAST_YEAR}; correct it")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one person entered about a provision, as it stands in the register.

    ``says`` is one of ``SAYS``; ``by`` entered it ``at`` (UTC); ``source`` is whose statement
    it is where it is not their own; ``words`` are the document's own. ``occurrence`` counts
    from 1. A figure is ``value``, or lies between ``low`` and ``high``, ``of`` what.
    """

    entry: int
    provision: str
    says: str
    when: Told
    by: str
    at: datetime
    source: str = ""
    party: str = ""
    occurrence: int | None = None
    of: str = ""
    value: float | None = None
    low: float | None = None
    high: float | None = None
    words: str = ""
    document: str = ""
    document_name: str = ""
    supersedes: int | None = None

    @property
    def voice(self) -> str:
        """Whose word it is."""
        return self.source or self.by

    @property
    def bounds(self) -> tuple[float, float]:
        """The least and the most that its figure can be; nothing said is 0 to infinity."""
        low = self.value if self.low is None else self.low
        high = self.value if self.high is None else self.high
        return (0.0 if low is None else low, float("inf") if high is None else high)

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "entry": self.entry,
            "provision": self.provision,
            "says": self.says,
            "on": self.when.text,
            "by": self.by,
            "at": self.at.astimezone(UTC).isoformat(),
            "source": self.source,
            "party": self.party,
            "occurrence": self.occurrence,
            "of": self.of,
            "value": self.value,
            "low": self.low,
            "high": self.high,
            "words": self.words,
            "document": self.document,
            "document_name": self.document_name,
            "supersedes": self.supersedes,
        }


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline: the last instant lies in ``[lo, hi]``, aware, on the clock that names it.

    A deadline counted in days ends with a day, between ``first`` and ``last`` (the same where
    the day is known), and ``lo``, ``hi`` are the midnights after them. One counted in hours is
    a moment, and has no days.
    """

    lo: datetime
    hi: datetime
    first: date | None = None
    last: date | None = None

    @property
    def day(self) -> date | None:
        """The day that it ends with, where that is known."""
        return self.first if self.first == self.last else None


@dataclass(frozen=True, slots=True)
class DueReading:
    """What is owed by when under one reading, and the state that follows.

    ``due`` None: the text, or what is known, gives no date (``said`` says why). ``opens`` is
    when the duty or the period begins. ``late`` is the least and most that it was late, days
    where the deadline is a day, else fractions of a day.
    """

    words: str
    opens: datetime | None
    due: Due | None
    state: str
    cause: str
    said: str
    late: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Obligation:
    """One thing owed (or one occurrence, number or term of it) and its state.

    ``kind``: once, begin (a standing duty's first day), each (an occurrence), count (a quota
    or number per period), limit (a number at any time), ratio, term (it runs out or is
    renewed), undated. ``version`` is the provision's label with its amendment's date.
    """

    id: str
    provision: str
    version: str
    kind: str
    what: str
    who: tuple[str, ...]
    party: str
    occurrence: int | None
    state: str
    cause: str
    said: str
    readings: tuple[DueReading, ...]
    evidence: tuple[Evidence, ...]
    basis: str = ""

    def to_json(self) -> dict[str, Any]:
        """As JSON values; moments with their offset, days as dates."""
        return {
            "id": self.id,
            "provision": self.provision,
            "version": self.version,
            "kind": self.kind,
            "what": self.what,
            "who": list(self.who),
            "party": self.party,
            "occurrence": self.occurrence,
            "state": self.state,
            "cause": self.cause,
            "said": self.said,
            "readings": [_reading(r) for r in self.readings],
            "evidence": [e.to_json() for e in self.evidence],
            "basis": self.basis,
        }


def due_text(due: Due | None) -> str:
    """A deadline as ISO 8601: a day, a moment, or ``A/B`` where it lies between two."""
    if due is None:
        return ""
    if due.first is not None and due.last is not None:
        return f"{due.first}" if due.first == due.last else f"{due.first}/{due.last}"
    lo, hi = (m.isoformat(timespec="minutes") for m in (due.lo, due.hi))
    return lo if lo == hi else f"{lo}/{hi}"


def _reading(r: DueReading) -> Mapping[str, Any]:
    return {
        "reading": r.words,
        "opens": r.opens.isoformat() if r.opens else None,
        "due": due_text(r.due) or None,
        "due_end": [r.due.lo.isoformat(), r.due.hi.isoformat()] if r.due else None,
        "state": r.state,
        "cause": r.cause,
        "said": r.said,
        "days_late": [round(n, 4) for n in r.late] if r.late else None,
    }

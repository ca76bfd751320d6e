"""Whether an obligation holds at all: its condition, and the days on which it is suspended.

What the text does not say is not decided: whether a deadline moves when the days before it
were suspended gives ``cannot-tell (text)``.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from truceline.model.agreement import Agreement
from truceline.model.obligation import DueReading, Evidence
from truceline.model.provision import Provision
from truceline.model.timeline import UnresolvedError, span_bounds
from truceline.monitor.obligations.count import utc
from truceline.monitor.obligations.state import Asked, happened

_OPEN = ("pending", "due-soon", "overdue", "cannot-tell", "below", "above")


def held(
    agreement: Agreement,
    p: Provision,
    reading: DueReading,
    evidence: Sequence[Evidence],
    asked: Asked,
) -> DueReading:
    """The reading, or what becomes of it where the obligation does not hold."""
    if reading.state not in _OPEN:
        return reading
    due = utc(reading.due.hi) if reading.due is not None else asked.now
    at = min(due, asked.now)
    reading = _suspended(agreement, p, reading, at, asked)
    if p.condition is None or reading.state == "not-owed":
        return reading
    answer = _answer(agreement, p, evidence, at, asked)
    text = p.condition.text
    if answer == "no":
        return replace(
            reading, state="not-owed", cause="", said=f"the condition does not hold: {text}"
        )
    if answer == "yes":
        return reading
    why = "people disagree" if answer == "both" else "nobody has answered"
    said = f"{reading.said}; on condition that {text}: {why}"
    if reading.state in ("overdue", "below", "above"):
        return replace(reading, state="cannot-tell", cause="condition", said=said)
    return replace(reading, said=said)


def _answer(
    agreement: Agreement, p: Provision, evidence: Sequence[Evidence], at: datetime, asked: Asked
) -> str:
    """``yes``, ``no``, ``both`` or '': the file's answers for that day and the register's."""
    said = set()
    for number, answer in enumerate(p.condition.answers if p.condition else ()):
        key = f"{p.id} answer {number}"
        try:
            lo, hi = span_bounds(agreement, answer.from_, answer.until, key, {})
        except UnresolvedError:
            continue
        if lo.lo <= at < hi.hi and answer.holds != "unclear":
            said.add(answer.holds)
    latest = {
        e.voice: e.says
        for e in evidence
        if e.says in ("holds", "holds-not") and happened(e, asked.now) is not False
    }
    said |= {"yes" if says == "holds" else "no" for says in latest.values()}
    return "both" if len(said) > 1 else next(iter(said), "")


def _suspended(
    agreement: Agreement, p: Provision, reading: DueReading, at: datetime, asked: Asked
) -> DueReading:
    for number, hole in enumerate(p.suspended):
        key = f"{p.id} suspended {number}"
        try:
            lo, hi = span_bounds(agreement, hole.from_, hole.until, key, {})
        except UnresolvedError:
            continue
        if lo.lo > asked.now:
            continue
        because = f" ({hole.because})" if hole.because else ""
        opens = utc(reading.opens) if reading.opens is not None else None
        whole = opens is not None and lo.lo <= opens and at <= hi.hi
        if lo.lo <= at < hi.hi or whole:
            return replace(reading, state="not-owed", cause="", said=f"suspended{because}")
        overlaps = lo.lo < at and (opens is None or opens < hi.hi)
        if overlaps and reading.state in ("overdue", "below"):
            said = (
                f"{reading.said}; it was suspended meanwhile{because}, and the text does not say "
            )
            return replace(
                reading, state="cannot-tell", cause="text", said=said + "whether those days count"
            )
    return reading

"""Repeating obligations: every week, every day, each occurrence with its own state.

Occurrence k runs from k times the duration after the start to k + 1 times: counted from the
start each time, so that months do not drift. It is due when its period ends. Where the
agreement counts working days, periods of one day that are none are left out.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from truceline.model.agreement import Agreement
from truceline.model.amendments import DatedProvision
from truceline.model.obligation import Due, DueReading, Evidence, Told
from truceline.model.provision import Provision
from truceline.model.quantity import Duration
from truceline.model.timeline import UnresolvedError
from truceline.monitor.obligations.count import (
    Completions,
    Start,
    WorkingDays,
    as_day,
    readings,
    start_of_when,
    utc,
)
from truceline.monitor.obligations.state import Asked, judge

MOST = 20_000  # periods of one obligation; more are no rhythm that people keep


@dataclass(frozen=True)
class Periods:
    """The periods of one reading, in order: ``edges[k]`` to ``edges[k + 1]``.

    ``numbers`` count from 1 and keep their place where days are left out; ``why`` says why
    there are none, ``more`` that there are more than are listed.
    """

    words: str
    edges: tuple[tuple[datetime, datetime], ...]
    numbers: tuple[int, ...]
    why: str = ""
    more: bool = False

    @cached_property
    def _starts(self) -> list[datetime]:
        return [utc(a) for a, _ in self.edges]

    def holding(self, told: Told) -> list[int]:
        """Indices of the periods that a time overlaps."""
        lo = told.lo if told.lo is not None else told.hi
        first = max(bisect_right(self._starts, lo) - 1, 0)
        found = []
        for k in range(first, len(self.edges)):
            a, b = (utc(m) for m in self.edges[k])
            if a >= told.hi and not (told.moment and a == told.hi):
                break
            if lo < b and (told.hi > a or (told.moment and told.hi >= a)):
                found.append(k)
        return found


def periods(
    agreement: Agreement,
    dated: DatedProvision,
    every: Duration,
    done: Completions,
    asked: Asked,
    till: datetime | None,
) -> list[Periods]:
    """The periods under each reading that have begun by the moment asked, and the next one."""
    p = dated.provision
    found = []
    start_name = "from_" if p.from_ is not None else "after"
    since = None if dated.since is None else utc(dated.since.start(agreement.tz))
    for _, points in readings(agreement, p, (start_name, "until"), done):
        start = points.get(start_name)
        if start is None and dated.since is not None:
            start = start_of_when(agreement, dated.since)
        if not isinstance(start, Start):
            found.append(Periods("", (), (), str(start or "nothing says when it begins")))
            continue
        closes = _closes(p, start, points.get("until"))
        if isinstance(closes, str):
            found.append(Periods("", (), (), closes))
            continue
        if till is not None:
            closes = min(closes, till) if closes is not None else till
        found.append(_periods(agreement, p, every, start, closes, since, asked))
    return found


def _closes(
    p: Provision, start: Start, until: Start | UnresolvedError | None
) -> datetime | str | None:
    if isinstance(until, UnresolvedError):
        return str(until)
    if until is not None:
        return utc(until.hi)  # a date counts to its end
    if p.for_ is not None and p.renewal is None:
        return utc(p.for_.after(start.lo))
    return None


def _periods(
    agreement: Agreement,
    p: Provision,
    every: Duration,
    start: Start,
    closes: datetime | None,
    since: datetime | None,
    asked: Asked,
) -> Periods:
    working = WorkingDays(agreement) if p.days == "working" else None
    daily = every.days == 1 and not every.months and not every.seconds
    edges: list[tuple[datetime, datetime]] = []
    numbers: list[int] = []
    more, number = False, 0
    for k in range(10 * MOST):
        a, b = every.times(k).after(start.lo), every.times(k + 1).after(start.lo)
        if closes is not None and utc(a) >= closes:
            break
        ahead = utc(a) >= asked.now
        if since is not None and utc(a) < since:
            continue
        if working is not None and daily and not working.works(a.date()):
            continue
        if len(edges) == MOST:
            more = True
            break
        number += 1
        if closes is not None and utc(b) > closes:
            b = closes.astimezone(b.tzinfo)
        edges.append((a, b))
        numbers.append(number)
        if ahead:
            break
    said = "; ".join(start.words)
    why = "" if edges else "no period has begun"
    return Periods(said, tuple(edges), tuple(numbers), why, more)


Row = tuple[int, list[DueReading], list[Evidence]]


def further(found: Sequence[Periods], judged: list[DueReading]) -> list[DueReading]:
    """The last listed period's readings, saying that more follow where they do."""
    if not any(f.more for f in found):
        return judged
    more = f"more than {MOST:,} periods: later ones are not listed"
    return [replace(r, said=f"{r.said}; {more}") for r in judged]


def occurrences(
    agreement: Agreement,
    dated: DatedProvision,
    evidence: Sequence[Evidence],
    done: Completions,
    asked: Asked,
    till: datetime | None,
) -> Iterator[Row]:
    """Each occurrence: its number, what each reading gives, and the evidence about it."""
    p = dated.provision
    assert p.every is not None
    found = periods(agreement, dated, p.every, done, asked, till)
    counts = max((len(f.edges) for f in found), default=0)
    if not counts:
        why = "; ".join(dict.fromkeys(f.why for f in found))
        yield 1, [judge("", None, None, why, list(evidence), asked)], list(evidence)
        return
    placed = [_placed(f, evidence) for f in found]
    for k in range(counts):
        judged: list[DueReading] = []
        mine: dict[int, Evidence] = {}
        number = k + 1
        for periods_, (sure, maybe) in zip(found, placed, strict=True):
            if k >= len(periods_.edges):
                continue
            a, b = periods_.edges[k]
            number = periods_.numbers[k]
            due = as_day(Due(b, b))
            mine |= {e.entry: e for e in (*sure[k], *maybe[k])}
            reading = judge(periods_.words, a, due, "", sure[k], asked)
            if maybe[k] and reading.state in ("overdue", "pending", "due-soon"):
                told = maybe[k][0].when.text
                said = f"what is said of '{told}' may be of this period or of another"
                reading = DueReading(periods_.words, a, due, "cannot-tell", "time", said)
            judged.append(reading)
        if k == counts - 1:
            judged = further(found, judged)
        yield number, _distinct(judged), list(mine.values())


def _placed(
    found: Periods, evidence: Sequence[Evidence]
) -> tuple[dict[int, list[Evidence]], dict[int, list[Evidence]]]:
    """Which evidence is of which period for sure, and which may be of several."""
    sure: dict[int, list[Evidence]] = defaultdict(list)
    maybe: dict[int, list[Evidence]] = defaultdict(list)
    by_number = {n: k for k, n in enumerate(found.numbers)}
    for e in evidence:
        if e.occurrence is not None:
            if e.occurrence in by_number:
                sure[by_number[e.occurrence]].append(e)
            continue
        held = found.holding(e.when)
        if len(held) == 1 and e.when.lo is not None:
            sure[held[0]].append(e)
        elif e.says in ("waived", "disputed", "not-done", "holds", "holds-not"):
            for k in held:  # said of every period in that time
                sure[k].append(e)
        else:
            for k in held:
                maybe[k].append(e)
    return sure, maybe


def _distinct(judged: list[DueReading]) -> list[DueReading]:
    kept: dict[object, DueReading] = {}
    for r in judged:
        kept.setdefault((r.opens, r.due, r.state), r)
    return list(kept.values())

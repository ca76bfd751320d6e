"""The dates of an agreement as entries of a calendar: moments, deadlines, terms, windows.

Pure: says what is when, under each reading; ``truceline.faces.calendar`` writes it. A doubtful
date is an entry of its own for each reading. A deadline that an amendment replaced before it
fell due stays, as cancelled.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from truceline.model.agreement import Agreement
from truceline.model.amendments import DatedProvision, dated_provisions
from truceline.model.obligation import Due
from truceline.model.provision import Provision
from truceline.model.quantity import Duration, When
from truceline.model.timeline import UnresolvedError, choices, point_doubts
from truceline.model.words import duration_words
from truceline.monitor.obligations.count import (
    Start,
    WorkingDays,
    readings,
    start_of,
    utc,
)
from truceline.monitor.obligations.figures import limit_words
from truceline.monitor.obligations.obligations import dues, kind_of
from truceline.monitor.obligations.term import term
from truceline.monitor.obligations.window import window

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Repeat:
    """It comes again every ``every``, until ``until`` (aware, the last start; None: no end).

    ``working`` are the days of the week (0 is Monday) that it falls on; ``but`` the days that
    it does not.
    """

    every: Duration
    until: datetime | None
    working: tuple[int, ...] = ()
    but: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One date. Days ``first`` to ``last`` where a day is meant, else moments ``start``, ``end``.

    ``key`` names it for good inside its agreement: the same entry keeps it when its date
    changes. ``kind``: moment, deadline, term or window.
    """

    key: str
    kind: str
    title: str
    details: tuple[str, ...]
    first: date | None = None
    last: date | None = None
    start: datetime | None = None
    end: datetime | None = None
    repeat: Repeat | None = None
    cancelled: bool = False


def entries(agreement: Agreement) -> list[Entry]:
    """Every date of an agreement, in the order of its parts, each key once."""
    found = [*_moments(agreement)]
    for dated in dated_provisions(agreement):
        found += _deadlines(agreement, dated)
        found += _windows(agreement, dated)
    return list({e.key: e for e in found}.values())


def _numbered(found: list[Entry]) -> Iterator[Entry]:
    """Readings of one date, each saying that there are others."""
    for number, entry in enumerate(found, 1):
        if len(found) == 1:
            yield entry
            continue
        others = f"reading {number} of {len(found)}"
        title = f"{entry.title} ({others})"
        details = (*entry.details, f"The text can be read in {len(found)} ways: this is {others}.")
        yield replace(entry, key=f"{entry.key}/{number}", title=title, details=details)


def _at(key: str, kind: str, title: str, details: tuple[str, ...], start: Start) -> Entry:
    if start.day:
        return Entry(key, kind, title, details, start.lo.date(), (start.hi - _DAY).date())
    return Entry(key, kind, title, details, start=start.lo, end=start.hi)


def _moments(agreement: Agreement) -> Iterator[Entry]:
    for name, anchor in agreement.all_anchors().items():
        found: list[Entry] = []
        seen = set()
        for choice in choices(tuple(point_doubts(agreement, name, name))):
            try:
                start = start_of(agreement, name, name, choice, {})
            except UnresolvedError:
                continue
            if (start.lo, start.hi) in seen:
                continue
            seen.add((start.lo, start.hi))
            title = name.replace("-", " ")
            details = [w[:1].upper() + w[1:] + "." for w in (*start.words, anchor.because) if w]
            if anchor.after is not None and anchor.plus is not None:
                details.append(f"{duration_words(anchor.plus)} after {anchor.after}.")
            if anchor.source:
                details.append(f"Source: {anchor.source}")
            whole = tuple(dict.fromkeys(details))
            found.append(
                _at(f"anchor/{name}", "moment", title[:1].upper() + title[1:], whole, start)
            )
        yield from _numbered(found)


def _about(p: Provision) -> tuple[str, ...]:
    owed = f"Owed by {', '.join(p.who or p.by)}." if p.who or p.by else ""
    text = f"“{p.text}”" if p.text else ""
    source = f"Source: {p.source}" if p.source else ""
    condition = f"On condition that {p.condition.text}." if p.condition is not None else ""
    return tuple(line for line in (text, owed, condition, source) if line)


def _deadlines(agreement: Agreement, dated: DatedProvision) -> Iterator[Entry]:
    p = dated.provision
    kind = kind_of(p)
    if kind in ("once", "begin"):
        found = []
        for words, _, due, _ in dues(agreement, p, kind, {}):
            if due is not None:
                said = (f"{words[:1].upper()}{words[1:]}.", *_about(p)) if words else _about(p)
                verb = "Begins" if kind == "begin" else "Due"
                title = f"{verb}: {p.phrase} ({dated.label})"
                found.append(_due(f"{dated.label}/due", "deadline", title, said, due))
        yield from (_replaced(agreement, dated, e) for e in _numbered(found))
    elif kind == "each":
        assert p.every is not None
        yield from _numbered(list(_repeating(agreement, dated, p.every, p.phrase, "each")))
    elif kind == "count":
        for place, limit in enumerate(p.limit):
            every = limit.per or p.every
            if every is not None:
                what = f"{p.phrase}: {limit_words(limit)}"
                key = f"count-{place + 1}"
                yield from _numbered(list(_repeating(agreement, dated, every, what, key)))
    if p.renewal is not None and p.for_ is not None:
        yield from _term(agreement, dated)


def _due(key: str, kind: str, title: str, said: tuple[str, ...], due: Due) -> Entry:
    if due.first is not None:
        return Entry(key, kind, title, said, due.first, due.last)
    return Entry(key, kind, title, said, start=due.lo, end=due.hi)


def _replaced(agreement: Agreement, dated: DatedProvision, entry: Entry) -> Entry:
    """As cancelled, where an amendment replaced it before it fell due."""
    if dated.till is None:
        return entry
    till = dated.till.start(agreement.tz)
    if entry.last is not None:
        open_ = entry.last >= till.date()
    else:
        open_ = entry.end is not None and utc(entry.end) >= utc(till)
    if not open_:
        return entry
    said = (*entry.details, f"Replaced by an amendment of {dated.till}.")
    return replace(entry, title=f"Replaced: {entry.title}", details=said, cancelled=True)


def _term(agreement: Agreement, dated: DatedProvision) -> Iterator[Entry]:
    p = dated.provision
    assert p.renewal is not None
    notices, ends = [], []
    for _, points in readings(agreement, p, ("from_",), {}):
        start = points.get("from_")
        if isinstance(start, Start):
            last, end = term(p, start, 1)
            said = (
                f"Renewed for {duration_words(p.renewal.for_)} unless a party gives notice.",
                *_about(p),
            )
            title = f"Last day for notice: {p.phrase} ({dated.label})"
            notices.append(_due(f"{dated.label}/notice", "term", title, said, last))
            title = f"Term ends: {p.phrase} ({dated.label})"
            ends.append(_due(f"{dated.label}/term", "term", title, said, end))
    yield from (_replaced(agreement, dated, e) for e in (*_numbered(notices), *_numbered(ends)))


def _repeating(
    agreement: Agreement, dated: DatedProvision, every: Duration, what: str, key: str
) -> Iterator[Entry]:
    """The end of each period: a day where periods end at midnight, else a moment."""
    p = dated.provision
    till = None if dated.till is None else utc(dated.till.start(agreement.tz))
    calendar = WorkingDays(agreement)
    for words, opens, closes, why in window(agreement, dated, {}, till):
        if why or opens is None:
            continue
        if closes is not None and utc(every.after(opens)) > utc(closes):
            continue
        daily = every.days == 1 and not every.months and not every.seconds
        on: tuple[int, ...] = ()
        but: tuple[date, ...] = ()
        if p.days == "working" and daily:
            while not calendar.works(opens.date()):
                opens = every.after(opens)
            on = calendar.weekdays
            but = calendar.dates
        end = every.after(opens)
        said = (f"Every {duration_words(every)}.", *((words,) if words else ()), *_about(p))
        title = f"Due: {what} ({dated.label})"
        name = f"{dated.label}/{key}"
        if end.time() == time(0) and not every.of_clock:
            until = None if closes is None else closes - _DAY
            day = end.date() - _DAY
            yield Entry(
                name, "deadline", title, said, day, day, repeat=Repeat(every, until, on, but)
            )
        else:
            repeat = Repeat(every, closes)
            yield Entry(name, "deadline", title, said, start=end, end=end, repeat=repeat)


def _windows(agreement: Agreement, dated: DatedProvision) -> Iterator[Entry]:
    """Beginnings and ends that are no anchor's own, and windows that come every day."""
    p = dated.provision
    if kind_of(p) not in ("", "term") or p.kind == "requires":
        return
    begins, ends, daily = [], [], []
    till = None if dated.till is None else utc(dated.till.start(agreement.tz))
    for words, opens, closes, why in window(agreement, dated, {}, till):
        if why:
            continue
        said = ((words,) if words else ()) + _about(p)
        name = f"{p.kind} {p.phrase} ({dated.label})"
        if opens is not None and not isinstance(p.from_, str) and p.daily is None:
            title = f"Begins: {name}"
            begins.append(_edge(f"{dated.label}/from", title, said, opens, _is_day(p.from_)))
        if closes is not None and p.renewal is None:
            until_day = closes.time() == time(0)
            eve = closes - _DAY if until_day else closes
            ends.append(_edge(f"{dated.label}/until", f"Ends: {name}", said, eve, until_day))
        if opens is not None and p.daily is not None:
            daily.append(_daily(agreement, dated, opens, closes, said))
    for found in (begins, ends, daily):
        distinct = {(e.first, e.start, e.repeat): e for e in found}
        yield from _numbered(list(distinct.values()))


def _is_day(point: object) -> bool:
    return isinstance(point, When) and point.is_day


def _edge(key: str, title: str, said: tuple[str, ...], at: datetime, is_day: bool) -> Entry:
    if is_day:
        return Entry(key, "window", title, said, at.date(), at.date())
    return Entry(key, "window", title, said, start=at, end=at)


def _daily(
    agreement: Agreement,
    dated: DatedProvision,
    opens: datetime,
    closes: datetime | None,
    said: tuple[str, ...],
) -> Entry:
    p = dated.provision
    assert p.daily is not None
    day = opens.astimezone(agreement.tz).date()
    midnight = datetime.combine(day, time(0))
    a, b = (midnight + timedelta(minutes=c.minutes) for c in (p.daily.from_, p.daily.until))
    b += _DAY if b <= a else timedelta()
    until = None if closes is None else closes - timedelta(seconds=1)
    return Entry(
        f"{dated.label}/daily",
        "window",
        f"Each day: {p.kind} {p.phrase} ({dated.label})",
        said,
        start=a.replace(tzinfo=agreement.tz),
        end=b.replace(tzinfo=agreement.tz),
        repeat=Repeat(Duration.parse("P1D"), until),
    )

"""Counting: from an anchor and a duration to the day or the moment that something is due.

A deadline in days is counted as the European Convention on the Calculation of Time-Limits
(ETS 76, 1972) counts, articles 3 and 4: the day of the event is not counted, the last day
is, to its midnight; a month ends with the day of the same number, or else with its last day.
Where the count begins with the first instant of a day (an anchor at 00:00), that whole day
is its first. A text that counts otherwise says so with ``counting``. Hours are exact.

The clock is the agreement's, or the one that the anchor is written with: seven days from a
moment on Moscow's clock end with a day of Moscow's.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from truceline.model.agreement import WEEKDAYS, Agreement
from truceline.model.obligation import Due
from truceline.model.provision import MomentReading, MomentReadings, Point, Provision
from truceline.model.quantity import Duration, When
from truceline.model.timeline import Choice, UnresolvedError, choices, point_doubts

_DAY = timedelta(days=1)
_LONGEST = 40_000  # days that a count of working days may run over


@dataclass(frozen=True, slots=True)
class Start:
    """Where a count begins: in ``[lo, hi]``, on its own clock; ``day`` where a whole day is meant.

    ``words`` say how it was read.
    """

    lo: datetime
    hi: datetime
    day: bool
    words: tuple[str, ...] = ()

    @property
    def opens_a_day(self) -> bool:
        """Whether it is the exact first instant of a day."""
        return not self.day and self.lo == self.hi and self.lo.time() == time(0)


# Provisions that are done, and when: what an anchor ``done: ID`` is.
Completions = Mapping[str, Start]


def utc(moment: datetime) -> datetime:
    """In UTC. Two moments on one clock are otherwise compared by its hands, not by time."""
    return moment.astimezone(UTC)


class WorkingDays:
    """The agreement's working days: neither its weekend nor its listed dates."""

    def __init__(self, agreement: Agreement) -> None:
        self._weekend = {WEEKDAYS.index(name) for name in agreement.weekend}
        self._dates = {date.fromisoformat(w.text) for w in agreement.calendar}

    @property
    def weekdays(self) -> tuple[int, ...]:
        """The days of the week that are worked, 0 is Monday."""
        return tuple(n for n in range(7) if n not in self._weekend)

    @property
    def dates(self) -> tuple[date, ...]:
        """The listed dates that are not worked."""
        return tuple(sorted(self._dates))

    def works(self, day: date) -> bool:
        """Whether it is a working day."""
        return day.weekday() not in self._weekend and day not in self._dates

    def after(self, day: date, number: int) -> date:
        """The last of ``number`` working days that follow ``day``, which is not counted.

        Raises UnresolvedError where the calendar leaves no working day.
        """
        left, last = number, day
        for _ in range(_LONGEST):
            if not left:
                return last
            last += _DAY
            left -= self.works(last)
        raise UnresolvedError("the calendar leaves too few working days; correct it")


def start_of_when(agreement: Agreement, when: When, because: str = "") -> Start:
    """A date or a moment as where a count begins."""
    words = (because,) if because else ()
    if when.is_day:
        lo = when.start(agreement.tz)
        return Start(lo, lo + _DAY, True, words)
    lo = when.start(agreement.tz)
    local = lo.astimezone(agreement.tz)
    if when.text.endswith("Z") or local.utcoffset() == lo.utcoffset():
        lo = local  # on the agreement's own clock, so that its summer time counts
    return Start(lo, lo, False, words)


def start_of(
    agreement: Agreement, point: Point, key: str, choice: Choice, done: Completions
) -> Start:
    """Where a count begins under a choice of readings.

    Raises:
        UnresolvedError: the text leaves it open, or the act it waits for is not done.
        KeyError: no such anchor.
    """
    if isinstance(point, MomentReadings):
        reading = point.readings[choice.get(key, 0)]
        if isinstance(reading, str):
            found = _anchor(agreement, reading, choice, done)
            return replace(found, words=(reading, *found.words))
        if isinstance(reading, MomentReading):
            if reading.at is not None:
                return start_of_when(agreement, reading.at, reading.because)
            found = _anchor(agreement, str(reading.anchor), choice, done)
            because = (reading.because,) if reading.because else ()
            return replace(found, words=(str(reading.anchor), *because, *found.words))
    if isinstance(point, When):
        return start_of_when(agreement, point)
    return _anchor(agreement, str(point), choice, done)


def _anchor(agreement: Agreement, name: str, choice: Choice, done: Completions) -> Start:
    anchor = agreement.all_anchors()[name]
    if anchor.unknown:
        raise UnresolvedError(f"'{name}' is {anchor.unknown.replace('-', ' ')}")
    if anchor.done is not None:
        if anchor.done not in done:
            raise UnresolvedError(
                f"it counts from when '{anchor.done}' is done, which is not known"
            )
        return done[anchor.done]
    if anchor.after is not None and anchor.plus is not None:
        base = _anchor(agreement, anchor.after, choice, done)
        lo, hi = anchor.plus.after(base.lo), anchor.plus.after(base.hi)
        return Start(lo, hi, base.day and not anchor.plus.of_clock, base.words)
    if anchor.readings:
        reading = anchor.readings[choice.get(f"anchor {name}", 0)]
        return start_of_when(agreement, reading.at, reading.because)
    assert anchor.at is not None
    return start_of_when(agreement, anchor.at)


Resolved = tuple[Choice, dict[str, "Start | UnresolvedError"]]


def readings(
    agreement: Agreement, p: Provision, names: tuple[str, ...], done: Completions
) -> Iterator[Resolved]:
    """Each way to read these points of a provision (``after``, ``from_`` …), once each.

    A point is read alike wherever one reading uses it. What cannot be dated is its error.
    """
    points = {n: v for n in names if (v := getattr(p, n)) is not None}
    doubts = {
        d.key: d for n, v in points.items() for d in point_doubts(agreement, v, f"{p.id} {n}")
    }
    seen = set()
    for choice in choices(tuple(doubts.values())):
        found: dict[str, Start | UnresolvedError] = {}
        for name, point in points.items():
            try:
                found[name] = start_of(agreement, point, f"{p.id} {name}", choice, done)
            except UnresolvedError as error:
                found[name] = error
        mark = tuple(str(v) for v in found.values())
        if mark not in seen:
            seen.add(mark)
            yield choice, found


def due_after(start: Start, within: Duration, p: Provision, working: WorkingDays) -> Due:
    """When ``within`` after ``start`` ends, as the provision counts.

    Raises UnresolvedError where the calendar leaves no working day.
    """
    if p.days == "working":
        first = start.lo.date()
        eve = first - _DAY if _first_counts(start, p) else first
        last = (start.hi - _DAY if start.day else start.hi).date()
        early, late = (working.after(d, within.days) for d in (eve, eve + (last - first)))
        return _by_day(early, late, start.lo.tzinfo)
    if within.of_clock or p.counting == "to-the-moment":
        return Due(within.after(start.lo), within.after(start.hi))
    ends: list[date] = []
    for moment in (start.lo, start.hi - _DAY if start.day else start.hi):
        end = within.after(datetime.combine(moment.date(), time(0))).date()
        ends.append(end - _DAY if _first_counts(start, p) else end)
    return _by_day(ends[0], ends[1], start.lo.tzinfo)


def _first_counts(start: Start, p: Provision) -> bool:
    if p.counting is None:
        return start.opens_a_day
    return p.counting == "first-day-included"


def due_by(start: Start) -> Due:
    """A deadline given outright: a date counts to its end, a moment is itself."""
    if start.day:
        return _by_day(start.lo.date(), (start.hi - _DAY).date(), start.lo.tzinfo)
    return as_day(Due(start.lo, start.hi))


def due_from(start: Start) -> Due:
    """The first day of a standing duty, to its end."""
    return _by_day(
        start.lo.date(), (start.hi - _DAY if start.day else start.hi).date(), start.lo.tzinfo
    )


def _by_day(first: date, last: date, tz: tzinfo | None) -> Due:
    lo, hi = (datetime.combine(d + _DAY, time(0), tz) for d in (first, last))
    return Due(lo, hi, first, last)


def as_day(due: Due) -> Due:
    """A moment that is a midnight, as the end of the day before it."""
    if due.first is None and due.lo == due.hi and due.lo.time() == time(0):
        day = due.lo.date() - _DAY
        return Due(due.lo, due.hi, day, day)
    return due

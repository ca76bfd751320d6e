"""Moments in words: anchors with all their readings, spans of reports, dates."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from truceline.model import words as said_as
from truceline.model.agreement import Agreement
from truceline.model.provision import MomentReading, MomentReadings, Point
from truceline.model.quantity import When
from truceline.model.timeline import Edge, UnresolvedError, anchor_edge, choices, point_doubts
from truceline.model.words import MONTHS, day_words, duration_words
from truceline.monitor.check.clauses import judges_events

MAX_READINGS = 12


@dataclass(frozen=True)
class Moment:
    """One reading of an anchor: its edge (None where the text leaves it open) and the words."""

    edge: Edge | None
    words: str
    because: str = ""


def moment_words(moment: datetime, tz: ZoneInfo) -> str:
    """``6 March 2020, 00:01 (UTC+02:00)`` in the agreement's timezone."""
    return said_as.moment_words(moment.astimezone(tz))


def edge_text(edge: Edge, tz: ZoneInfo) -> str:
    """An edge in words: a moment, or the day that it lies in."""
    if edge.lo == edge.hi:
        return moment_words(edge.lo, tz)
    lo = edge.lo.astimezone(tz)
    hi = (edge.hi - timedelta(microseconds=1)).astimezone(tz)
    if lo.date() == hi.date():
        return f"{day_words(lo)}, hour not known"
    return f"between {day_words(lo)} and {day_words(hi)}"


def span_words(start: datetime, end: datetime, tz: ZoneInfo) -> str:
    """A report's span in words: whole local days without a clock, else with it."""
    a, b = start.astimezone(tz), end.astimezone(tz)
    midnight = a.hour == a.minute == a.second == b.hour == b.minute == b.second == 0
    if midnight and b > a:
        last = (end - timedelta(microseconds=1)).astimezone(tz)
        if last.date() == a.date():
            return day_words(a)
        if (last.month, last.year) == (a.month, a.year):
            return f"{a.day}–{day_words(last)}"
        if last.year == a.year:
            return f"{a.day} {MONTHS[a.month - 1]} – {day_words(last)}"
        return f"{day_words(a)} – {day_words(last)}"
    if start == end:
        return f"{day_words(a)}, {a:%H:%M}"
    if a.date() == b.date():
        return f"{day_words(a)}, {a:%H:%M}–{b:%H:%M}"
    return f"{day_words(a)}, {a:%H:%M} – {day_words(b)}, {b:%H:%M}"


def point_words(point: Point) -> str:
    """A point of a clause as it is written; readings joined by "or"."""
    if isinstance(point, MomentReadings):
        return " or ".join(
            str(r.at or r.anchor) if isinstance(r, MomentReading) else r for r in point.readings
        )
    return str(point) if isinstance(point, When) else point


def anchors(agreement: Agreement) -> dict[str, list[Moment]]:
    """Every anchor with every reading of it."""
    found: dict[str, list[Moment]] = {}
    for name, anchor in agreement.all_anchors().items():
        doubts = tuple(point_doubts(agreement, name, name))
        moments: list[Moment] = []
        for choice in choices(doubts)[:MAX_READINGS]:
            because = anchor.because
            if anchor.readings:
                because = anchor.readings[choice[f"anchor {name}"]].because
            elif anchor.after is not None and anchor.plus is not None:
                said = f"{duration_words(anchor.plus)} after {anchor.after}"
                because = f"{said}; {because}" if because else said
            try:
                edge = anchor_edge(agreement, name, choice)
                moments.append(Moment(edge, edge_text(edge, agreement.tz), because))
            except UnresolvedError as error:
                moments.append(Moment(None, str(error), because))
        found[name] = moments
    return found


def cessation(agreement: Agreement) -> tuple[str, list[Moment]] | None:
    """The moment that before and after are counted from, with its readings.

    The anchor ``cessation-start``; where the file has none, the anchor from which its first
    judged clause holds; else the signature. None where nothing is dated.
    """
    known = anchors(agreement)
    names = ["cessation-start"]
    names += [
        p.from_ for p in agreement.provisions if judges_events(p) and isinstance(p.from_, str)
    ]
    names += ["signature"]
    for name in names:
        dated = [m for m in known.get(name, []) if m.edge is not None]
        if dated:
            return name, dated
    return None


def utc(micros: int) -> datetime:
    """An instant from microseconds since 1970."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)

"""The state of one deadline: what was said about it by a given moment, held against it.

Each voice (a person, or the source whose statement a person entered) has one standing word
on whether the thing was done: its latest. Nobody's word outweighs another's: where two do
not agree, the state is ``disputed``.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from truceline.model.obligation import STATES, Due, DueReading, Evidence, Told
from truceline.model.quantity import Duration
from truceline.model.words import day_words, moment_words
from truceline.monitor.obligations.count import utc

_STANCES = ("done", "not-done", "disputed")


@dataclass(frozen=True, slots=True)
class Asked:
    """The moment that is asked about, UTC, and how long before a deadline it is 'soon'.

    ``day`` where a day is asked about: then ``now`` is its end, and a deadline that is a day
    is held against the day.
    """

    now: datetime
    soon: Duration
    day: date | None = None

    def past(self, due: Due) -> bool | None:
        """Whether the deadline is past; None where that is open."""
        if self.day is not None and due.first is not None and due.last is not None:
            if self.day <= due.first:
                return False
            return True if self.day > due.last else None
        if self.now <= utc(due.lo):
            return False
        return True if self.now > utc(due.hi) else None

    def near(self, due: Due) -> bool:
        """Whether the deadline is near."""
        return utc(self.soon.times(-1).after(due.lo)) <= self.now


def happened(e: Evidence, now: datetime) -> bool | None:
    """Whether what it tells of had happened by ``now``; None where its time leaves that open.

    Who entered it as past cannot have meant a time after that.
    """
    lo = e.when.lo
    if lo is not None and (lo > now or (lo == now and not e.when.moment)):
        return False
    return True if e.when.hi <= now or e.at <= now else None


def standing(evidence: Iterable[Evidence], now: datetime) -> list[Evidence]:
    """The latest word of each voice on whether it was done, said of a time up to ``now``."""
    latest: dict[str, Evidence] = {}
    for e in evidence:
        if e.says in _STANCES and happened(e, now) is not False:
            latest[e.voice] = e
    return list(latest.values())


def timing(told: Told, due: Due) -> tuple[str, tuple[float, float] | None]:
    """``in-time``, ``late`` or ``unknown``; and, where late, the least and most days.

    A date against a date needs no clock.
    """
    if told.last is not None and due.first is not None and due.last is not None:
        if told.last <= due.first:
            return "in-time", None
        if told.first is not None and told.first > due.last:
            late = (told.first - due.last).days, (told.last - due.first).days
            return "late", (float(late[0]), float(late[1]))
        return "unknown", None
    lo, hi = utc(due.lo), utc(due.hi)
    by_day = due.last is not None
    ends_before = told.hi < lo or (told.hi == lo and not (by_day and told.moment))
    if ends_before:
        return "in-time", None
    if told.lo is not None and (told.lo > hi or (told.lo == hi and (by_day or not told.moment))):
        return "late", _lateness(told, due)
    return "unknown", None


def _lateness(told: Told, due: Due) -> tuple[float, float]:
    assert told.lo is not None
    last = told.hi if told.moment else told.hi - timedelta(microseconds=1)
    if due.first is not None and due.last is not None:
        tz = due.lo.tzinfo
        days = (told.lo.astimezone(tz).date() - due.last, last.astimezone(tz).date() - due.first)
        return float(days[0].days), float(days[1].days)
    return (told.lo - utc(due.hi)) / timedelta(days=1), (told.hi - utc(due.lo)) / timedelta(days=1)


def contradict(done: Evidence, not_done: Evidence) -> bool:
    """Whether 'done' and 'not done as of' cannot both be so."""
    if done.when.lo is None:
        return not_done.when.hi >= done.when.hi
    return not_done.when.hi > done.when.lo or not_done.when.hi == done.when.hi


def judge(
    words: str,
    opens: datetime | None,
    due: Due | None,
    why: str,
    evidence: Sequence[Evidence],
    asked: Asked,
) -> DueReading:
    """One reading's state. ``why`` says, where ``due`` is None, what leaves it without a date."""

    def so(
        state: str, said: str, cause: str = "", late: tuple[float, float] | None = None
    ) -> DueReading:
        return DueReading(words, opens, due, state, cause, said, late)

    voices = standing(evidence, asked.now)
    done = [e for e in voices if e.says == "done" and happened(e, asked.now)]
    against = [e for e in voices if e.says == "not-done"]
    if clash := [(d, n) for d in done for n in against if contradict(d, n)]:
        d, n = clash[0]
        return so(
            "disputed",
            f"{d.voice} says that it was done ({told_words(d.when)}); {n.voice} says that it "
            f"was not done ({told_words(n.when, 'as of')})",
        )
    if doubted := [e for e in voices if e.says == "disputed"]:
        return so("disputed", f"{doubted[0].voice} says that it is disputed")
    if done:
        return _done(done, due, why, so)
    if any(e.says == "done" and happened(e, asked.now) is None for e in voices):
        return so("cannot-tell", "it was done, but perhaps only after the moment asked", "time")
    given_up = [(e, happened(e, asked.now)) for e in evidence if e.says == "waived"]
    if sure := [e for e, so_ in given_up if so_]:
        return so("waived", f"waived {told_words(sure[-1].when)}, as {sure[-1].voice} says")
    if any(h is None for _, h in given_up):
        return so("cannot-tell", "waived, but perhaps only after the moment asked", "time")
    if due is None:
        return so("cannot-tell", why, "anchor")
    return _open(due, against, asked, so)


def _open(
    due: Due, against: list[Evidence], asked: Asked, so: Callable[..., DueReading]
) -> DueReading:
    past = asked.past(due)
    if past is False:
        if asked.near(due):
            return so("due-soon", f"due {due_words(due)}")
        return so("pending", f"due {due_words(due)}")
    if past is None:
        return so("cannot-tell", f"due {due_words(due)}: whether that is past is open", "time")
    said = "no evidence that it was done"
    if against:
        last = against[-1]
        said = f"not done {told_words(last.when, 'as of')}, as {last.voice} says"
    return so("overdue", f"was due {due_words(due)}; {said}")


def _done(
    done: list[Evidence], due: Due | None, why: str, so: Callable[..., DueReading]
) -> DueReading:
    on = ", ".join(dict.fromkeys(told_words(e.when) for e in done))
    if due is None:
        return so("cannot-tell", f"done {on}; whether in time: {why}", "anchor")
    found = [(e, *timing(e.when, due)) for e in done]
    early = [e for e, when, _ in found if when == "in-time"]
    behind = [(e, late) for e, when, late in found if when == "late" and late]
    if early and behind:
        return so(
            "disputed",
            f"done in time ({told_words(early[0].when)}) as {early[0].voice} says, "
            f"{late_words(behind[0][1])} ({told_words(behind[0][0].when)}) as "
            f"{behind[0][0].voice} says",
        )
    if early:
        return so("done", f"done {on}; in time")
    if behind:
        late = min(a for _, (a, _) in behind), max(b for _, (_, b) in behind)
        return so("done-late", f"done {on}; {late_words(late)}", "", late)
    return so("cannot-tell", f"done {on}; that does not say whether in time", "time")


def combined(readings: Sequence[DueReading]) -> tuple[str, str, str]:
    """State, cause and words of an obligation from those of its readings.

    A state that only one reading gives is not the obligation's; but done is done, and then
    the words say by how many readings it was in time.
    """
    first = readings[0]
    states = {r.state for r in readings}
    if len(states) == 1 and len({r.said for r in readings}) == 1:
        return first.state, first.cause, first.said
    many = len(readings)
    order = list(STATES)
    tally = Counter(_brief(r) for r in sorted(readings, key=lambda r: order.index(r.state)))
    said = ", ".join(
        f"{words} by {_which(number, many, k)}" for k, (words, number) in enumerate(tally.items())
    )
    if "disputed" in states:
        return "disputed", "", next(r.said for r in readings if r.state == "disputed")
    if states <= {"done", "done-late"}:
        state = "done" if "done" in states else "done-late"
        return state, "", f"{state.replace('-', ' ')}: {said}"
    if len(states) == 1:
        return first.state, first.cause, said
    if states <= {"pending", "due-soon"}:
        return "due-soon", "", said
    return "cannot-tell", "text", said


def _which(number: int, many: int, place: int) -> str:
    if many == 2 and number == 1:
        return "the other" if place else "one reading"
    return "every reading" if number == many else f"{number} of {many} readings"


def _brief(r: DueReading) -> str:
    if r.state == "done":
        return "in time"
    if r.state == "done-late" and r.late:
        return late_words(r.late)
    if r.due is not None and r.state in ("pending", "due-soon"):
        return f"due {due_words(r.due)}"
    if r.due is not None and r.state == "overdue":
        return f"overdue (due {due_words(r.due)})"
    return r.said


def due_words(due: Due) -> str:
    """A deadline in words: ``by 12 March 2020``."""
    if due.first is not None and due.last is not None:
        if due.first == due.last:
            return f"by {day_words(due.first)}"
        return f"between {day_words(due.first)} and {day_words(due.last)}"
    lo, hi = moment_words(due.lo), moment_words(due.hi)
    return f"by {lo}" if due.lo == due.hi else f"between {lo} and {hi}"


def told_words(told: Told, preposition: str = "on") -> str:
    """When something happened, as it was given: ``on 12 March 2020``, ``by …``, ``between …``."""
    if told.lo is None:
        return f"by {day_words(told.last)}" if told.last else f"by {told.text.split('/')[-1]}"
    if told.first is not None and told.last is not None:
        if told.first == told.last:
            return f"{preposition} {day_words(told.first)}"
        return f"between {day_words(told.first)} and {day_words(told.last)}"
    return f"{preposition} {told.text}"


def late_words(late: tuple[float, float]) -> str:
    """``one day late``, ``6 hours late``, ``between 2 and 19 days late``."""
    a, b = late
    if a != int(a) or b != int(b):
        hours = a * 24
        if a == b and hours < 48:
            return f"{_number(hours)} hour{'s' * (round(hours, 1) != 1)} late"
        a, b = round(a, 1), round(b, 1)
    if a == b:
        return f"{_number(a)} day{'s' * (a != 1)} late"
    return f"between {_number(a)} and {_number(b)} days late"


def _number(value: float) -> str:
    return "one" if value == 1 else f"{value:.10g}" if value == int(value) else f"{value:.1f}"

"""The deadlines of a page: what is owed by when, drawn and as a table.

Each obligation is one row: the time in which it is to be done, a mark for every reading of
its due date, and what was said to be done when. The table says the same and more. Who said
or entered a thing, their words and documents are shown only where sources are cleared.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

from truceline.faces.clearance import Clearance
from truceline.faces.strip import Axis, axis, dates
from truceline.model.agreement import Agreement
from truceline.model.obligation import STATES, Due, Evidence, Obligation
from truceline.model.words import day_words, moment_words
from truceline.monitor.check.windows import micros
from truceline.monitor.obligations.count import utc
from truceline.monitor.obligations.figures import number_words
from truceline.monitor.obligations.state import due_words, told_words
from truceline.pipeline.obligations import Owed

_LISTED = 60  # occurrences of one clause in the table
_MARKS = 1_500  # drawn marks of one clause; runs of one state are one mark
_TOP, _ROW, _LABEL = 26.0, 38.0, 14.0
_WIDTH, _RIGHT = 960.0, 948.0
SHADES = {  # how a state is drawn; its word stands beside it
    "done": "met",
    "within": "met",
    "renewed": "met",
    "done-late": "late",
    "overdue": "missed",
    "above": "missed",
    "below": "missed",
    "disputed": "doubt",
    "cannot-tell": "doubt",
    "pending": "open",
    "due-soon": "soon",
    "waived": "gone",
    "not-owed": "gone",
    "ended": "gone",
}


@dataclass(frozen=True)
class Line:
    """One row of the table."""

    id: str
    what: str
    who: str
    basis: str
    state: str
    words: str
    shade: str
    said: str
    due: tuple[tuple[str, str, str], ...]
    evidence: tuple[str, ...]
    parts: tuple["Line", ...] = ()
    more: int = 0


@dataclass(frozen=True)
class Deadlines:
    """The section: its table, its drawing (None: nothing is dated) and what it is of."""

    on: str
    lines: tuple[Line, ...]
    drawing: dict[str, Any] | None
    tally: tuple[tuple[str, str, int], ...]
    withheld: bool
    problems: tuple[str, ...] = field(default=())


def deadlines(agreement: Agreement, owed: Owed | None, cleared: Clearance) -> Deadlines | None:
    """The section, or None where nothing is owed or nobody asked."""
    if owed is None or not owed.obligations:
        return None
    closed = bool({"source", "text"} & set(cleared.withheld())) and not agreement.simulated
    withheld = closed and bool(owed.evidence)
    shown = owed.unnamed(agreement) if withheld else owed
    groups = [list(g) for _, g in groupby(shown.obligations, _clause)]
    tally = Counter(o.state for o in shown.obligations)
    order = [s for s in STATES if tally[s]]
    return Deadlines(
        on=_on(agreement, shown),
        lines=tuple(_line(group, withheld) for group in groups),
        drawing=_drawing(agreement, shown, groups),
        tally=tuple((s, STATES[s], tally[s]) for s in order),
        withheld=withheld,
        problems=tuple(str(p) for p in shown.problems),
    )


def _clause(o: Obligation) -> tuple[str, ...]:
    """Occurrences of one thing stand together."""
    return (o.version, o.kind, o.what, o.party)


def _on(agreement: Agreement, owed: Owed) -> str:
    asked = owed.asked
    if asked is not None and asked.day is not None:
        return f"the end of {day_words(asked.day)}"
    return moment_words(owed.now.astimezone(agreement.tz))


def _line(group: Sequence[Obligation], withheld: bool) -> Line:
    first = group[0]
    if len(group) == 1:
        return _one(first, withheld)
    tally = Counter(o.state for o in group)
    said = ", ".join(f"{tally[s]} {STATES[s].partition(':')[0]}" for s in STATES if tally[s])
    worst = min(group, key=lambda o: _rank(o.state))
    told = [o for o in group if o.evidence or o.state in ("done", "overdue", "below", "above")]
    kept = {o.id: o for o in (*told[-_LISTED:], *group[-2:])}
    parts = tuple(_one(o, withheld) for o in group if o.id in kept)
    return Line(
        id=first.version,
        what=first.what,
        who=first.party or ", ".join(first.who),
        basis=first.basis,
        state=worst.state,
        words=f"{len(group)} periods",
        shade=SHADES[worst.state],
        said=said,
        due=(),
        evidence=(),
        parts=parts,
        more=len(group) - len(parts),
    )


def _rank(state: str) -> int:
    order = ("overdue", "above", "below", "disputed", "done-late", "cannot-tell", "due-soon")
    return order.index(state) if state in order else len(order)


def _one(o: Obligation, withheld: bool) -> Line:
    due = tuple((_due(r.due), r.words, STATES[r.state]) for r in o.readings)
    gone = {e.supersedes for e in o.evidence}
    said = tuple(_evidence(e, withheld, e.entry in gone) for e in o.evidence)
    words = STATES[o.state]
    who = o.party or ", ".join(o.who)
    return Line(o.id, o.what, who, o.basis, o.state, words, SHADES[o.state], o.said, due, said)


def _due(due: Due | None) -> str:
    return due_words(due) if due is not None else "no date"


def _evidence(e: Evidence, withheld: bool, gone: bool) -> str:
    number = f" {e.of}: {number_words(*e.bounds)}" if e.says == "figure" else ""
    said = f"{e.says.replace('-', ' ')}{number} {told_words(e.when)}"
    said += f", by {e.party}" if e.party else ""
    said += f"; says {e.voice}"
    if not withheld:
        said += f"; entered by {e.by} on {e.at.astimezone(UTC):%Y-%m-%d}"
        said += f"; {e.document_name} (SHA-256 {e.document[:12]}…)" if e.document else ""
        said += f": “{e.words}”" if e.words else ""
    return said + (" (superseded)" if gone else "")


def _drawing(
    agreement: Agreement, owed: Owed, groups: Sequence[Sequence[Obligation]]
) -> dict[str, Any] | None:
    moments = [utc(m) for o in owed.obligations for m in _moments(o)]
    if not moments:
        return None
    now = owed.now - timedelta(microseconds=1)  # the end of a day belongs to it
    near = max(timedelta(days=2), (max(moments) - min(moments)) / 10)
    if min(moments) - near <= now <= max(moments) + near:
        moments.append(now)
    low, high = min(moments) - timedelta(days=1), max(moments) + timedelta(days=1)
    scale = axis(micros(low), micros(high), agreement.tz)
    rows = []
    for number, group in enumerate(groups):
        y = _TOP + number * _ROW + _LABEL
        rows.append(_row(scale, group, y))
    bottom = _TOP + len(groups) * _ROW + 8
    inside = micros(low) <= micros(now) <= micros(high)
    return {
        "width": _WIDTH,
        "right": _RIGHT,
        "left": scale.x(scale.edges[0]),
        "height": bottom + 30,
        "bottom": bottom,
        "top": _TOP - 8,
        "rows": rows,
        "dates": dates(scale),
        "now": scale.x(micros(now)) if inside else None,
    }


def _moments(o: Obligation) -> list[datetime]:
    found = []
    for r in o.readings:
        found += [r.due.lo, r.due.hi] if r.due is not None else []
        found += [r.opens] if r.opens is not None else []
    for e in o.evidence:
        found += [e.when.hi] if e.when.lo is None else [e.when.lo, e.when.hi]
    return found


def _row(scale: Axis, group: Sequence[Obligation], y: float) -> dict[str, Any]:
    first = group[0]
    tally = Counter(o.state for o in group)
    words = ", ".join(
        (f"{tally[s]} " if len(group) > 1 else "") + STATES[s] for s in STATES if tally[s]
    )
    spans: list[dict[str, Any]] = []
    dues: list[dict[str, Any]] = []
    told: list[dict[str, Any]] = []
    for o in group:
        for r in o.readings:
            if r.opens is not None and r.due is not None:
                spans.append(_span(scale, r.opens, r.due.hi, r.state))
            if r.due is not None and len(group) == 1:
                a, b = _x(scale, _inside(r.due.lo)), _x(scale, _inside(r.due.hi))
                said = f"due {due_words(r.due)}: {r.state}"
                dues.append({"x": a, "w": round(b - a, 2), "shade": SHADES[r.state], "words": said})
    for e in {e.entry: e for o in group for e in o.evidence}.values():
        a = _x(scale, e.when.lo or e.when.hi)
        last = e.when.hi if e.when.moment or e.when.lo is None else _inside(e.when.hi)
        b = max(_x(scale, last), a)
        shape = {"x": a, "w": round(b - a, 2), "words": f"{e.says} {told_words(e.when)}"}
        told.append(shape | {"says": e.says})
    if len(group) == 1:
        spans = spans[-1:] if all(s == spans[0] for s in spans) else spans
    return {
        "y": y,
        "id": first.version,
        "label": _short(f"{first.what}", 86),
        "state": words,
        "shade": SHADES[min(group, key=lambda o: _rank(o.state)).state],
        "many": len(group) > 1,
        "spans": _runs(spans)[:_MARKS],
        "dues": dues,
        "told": told[-_MARKS:],
    }


def _inside(moment: datetime) -> datetime:
    """The last instant before the end of a day, so that a mark stands in its day."""
    return utc(moment) - timedelta(seconds=1)


def _x(scale: Axis, moment: datetime) -> float:
    return min(max(scale.x(micros(utc(moment))), scale.x(scale.edges[0])), _RIGHT)


def _span(scale: Axis, start: datetime, end: datetime, state: str) -> dict[str, Any]:
    a, b = _x(scale, start), _x(scale, end)
    return {"x": a, "w": round(max(b - a, 0.8), 2), "shade": SHADES[state]}


def _runs(spans: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Spans of one shade that touch, as one: eight hundred months are no eight hundred marks."""
    found: list[dict[str, Any]] = []
    for span in sorted(spans, key=lambda s: s["x"]):
        last = found[-1] if found else None
        touches = last is not None and span["x"] - (last["x"] + last["w"]) < 1.5
        thin = span["w"] < 4
        if last is not None and touches and thin and last["shade"] == span["shade"]:
            last["w"] = round(span["x"] + span["w"] - last["x"], 2)
        else:
            found.append(dict(span))
    return found


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"

"""The parts of a score in plain words: made once for each different thing to say."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from truceline.model.act import vocabulary
from truceline.model.incident import PAIR_PART, PAIR_SCHEMA
from truceline.monitor.link.density import FIELD_DAYS, FIELD_KM2
from truceline.monitor.link.grid import distance_km
from truceline.monitor.link.lessons import Lesson
from truceline.monitor.link.reports import DAY, SEPARATOR, Bools, Floats, Ints, Reports
from truceline.monitor.link.score import PARTS
from truceline.monitor.link.times import DATED_H
from truceline.monitor.link.weights import HOUR

_NAMES = 3  # of a long list, so many are shown


def pair_table(
    reports: Reports,
    i: Ints,
    j: Ints,
    parts: Floats,
    score: Floats,
    label: Ints,
    *,
    lessons: Sequence[Lesson] = (),
) -> pa.Table:
    """Pairs of rows with their scores, in ``PAIR_SCHEMA``. A part that says nothing and weighs
    nothing is left out. ``lessons`` are what the scores have from the reports themselves.
    """
    said = {
        "place": _place(reports, i, j),
        "time": _time(reports, i, j),
        "crowd": _crowd(parts[:, PARTS.index("crowd")]),
        "act": _coded(reports.act.code, reports.act.values, i, j, _acts),
        "actor": _people(reports, i, j),
        "target": _coded(reports.whom.code, reports.whom.values, i, j, _named("target")),
        "deaths": _deaths(reports, i, j),
        "name": _coded(reports.place.code, reports.place.values, i, j, _places),
        "cites": _cites(parts[:, PARTS.index("cites")]),
        "overview": _overview(parts[:, PARTS.index("overview")]),
    }
    for lesson in lessons:
        said[lesson.part] = _taught(said[lesson.part], lesson, lesson.find(reports, i, j))
    rows = len(i)
    used: Bools = np.column_stack(
        [(parts[:, k] != 0) | (said[name][0][said[name][1]] != "") for k, name in enumerate(PARTS)]
    ).reshape(rows, len(PARTS))
    # A struct for each part that is used, pair by pair.
    row, part = np.nonzero(used)
    words = np.empty(len(row), dtype=object)
    for k, name in enumerate(PARTS):
        here = part == k
        values, which = said[name]
        words[here] = values[which[row[here]]]
    structs = pa.StructArray.from_arrays(
        [
            pa.array(PARTS).take(pa.array(part)),
            pa.array(np.round(parts[row, part].astype(np.float64), 4)),
            pa.array(words, pa.string()),
        ],
        fields=list(PAIR_PART),
    )
    offsets = np.concatenate(([0], np.cumsum(used.sum(axis=1)))).astype(np.int32)
    return pa.table(
        {
            "event_a": reports.ids.take(pa.array(i)),
            "event_b": reports.ids.take(pa.array(j)),
            "score": pa.array(score),
            "p": pa.array(np.round(1 / (1 + np.exp(-score)), 4)),
            "parts": pa.ListArray.from_arrays(pa.array(offsets), structs),
            "together": pa.array(label[i] == label[j]),
        },
        schema=PAIR_SCHEMA,
    )


Numbers = npt.NDArray[Any]
Said = tuple[npt.NDArray[np.object_], Ints]  # different words, and which of them each pair has


def _of(columns: Sequence[Numbers], write: Callable[..., str]) -> Said:
    """Words for each different row of columns."""
    if not len(columns[0]):
        return np.array([""], dtype=object), np.zeros(0, np.int64)
    unique, inverse = np.unique(np.column_stack(columns), axis=0, return_inverse=True)
    words = np.array([write(*row) for row in unique.tolist()], dtype=object)
    return words, inverse.reshape(-1)


def _coded(
    code: Ints, values: tuple[str, ...], i: Ints, j: Ints, write: Callable[[str, str], str]
) -> Said:
    return _of([code[i], code[j]], lambda a, b: write(values[int(a)], values[int(b)]))


def _taught(said: Said, lesson: Lesson, at: Ints) -> Said:
    """The same words, and after them how often clear pairs bring these two together."""
    values, which = said

    def words(which: int, at: int) -> str:
        plain = str(values[which])
        if at < 0:
            return plain
        chance = lesson.expected[at]
        by_chance = f"{chance:.0f}" if chance >= 1 else f"{chance:.1g}"
        return (
            f"{plain}; so say {lesson.seen[at]:,} of {lesson.of[at]:,} clear pairs of these two "
            f"sources, where chance gives {by_chance}"
        )

    return _of([which, at], words)


def _place(r: Reports, i: Ints, j: Ints) -> Said:
    away = distance_km(r.lon[i], r.lat[i], r.lon[j], r.lat[j])
    # Two figures are enough: to 100 m below 10 km, to a kilometre above.
    away = np.where(away < 10, np.round(away, 1), np.round(away))
    known = [np.round(np.maximum(r.radius[k], 0), 1) for k in (i, j)]
    return _of([away, *known], _place_words)


def _place_words(away: float, a: float, b: float) -> str:
    apart = "at the same point" if away == 0 else f"{away:g} km apart"
    if a == b:
        return f"{apart}, each known to {a:g} km"
    return f"{apart}, known to {a:g} km and {b:g} km"


def _time(r: Reports, i: Ints, j: Ints) -> Said:
    clock = [(r.span[k] < DATED_H * HOUR).astype(np.float64) for k in (i, j)]
    gap = np.maximum(r.start[i], r.start[j]) - np.minimum(r.end[i], r.end[j])
    minutes = np.round(np.where(gap > 0, gap, 0) / 60)
    overlap = np.where(gap < 0, 1.0, 0.0)
    longest = np.round(np.maximum(r.span[i], r.span[j]) / DAY)
    shared = np.round(-np.minimum(gap, 0) / HOUR)
    return _of([*clock, minutes, overlap, longest, shared], _time_words)


def _time_words(
    clock_a: float, clock_b: float, minutes: float, overlap: float, longest: float, shared: float
) -> str:
    if clock_a and clock_b:
        if minutes < 1:
            return "the same time of day"
        if minutes < 120:
            return f"{minutes:.0f} minutes apart"
        return f"{minutes / 60:.0f} hours apart"
    if longest > 2:
        return f"within a span of {longest:.0f} days" if minutes == 0 else "just outside the span"
    if minutes == 0 and (overlap or clock_a or clock_b):
        if not clock_a and not clock_b and shared < 23:
            return f"days that share {shared:.0f} hours"
        return "same day"
    return "a day apart"


def _crowd(weight: Floats) -> Said:
    others = np.exp(-weight.astype(np.float64))
    return _of([np.where(others < 10, np.round(others, 1), np.round(others))], _crowd_words)


def _crowd_words(others: float) -> str:
    side = f"{np.sqrt(FIELD_KM2):.0f}"
    return (
        "another could be meant by chance: an assumed density, no count, as if "
        f"{others:g} were spread over {side} by {side} km and {FIELD_DAYS} days"
    )


def _acts(a: str, b: str) -> str:
    known = vocabulary().acts
    one, two = (known[x].label if x in known else (x or "no act") for x in (a, b))
    return f"both {one}" if one == two else f"{one} and {two}"


def _named(what: str) -> Callable[[str, str], str]:
    def write(a: str, b: str) -> str:
        if not a and not b:
            return ""
        if not a or not b:
            return f"only one names a {what}"
        if a == b:
            return f"both name {_list(a)}"
        return f"{_list(a)} and {_list(b)}"

    return write


def _people(r: Reports, i: Ints, j: Ints) -> Said:
    values = r.sides.values
    write = _named("doer")

    def words(a: float, b: float, x: float, y: float, opened: float) -> str:
        if not opened:
            return write(r.who.values[int(x)], r.who.values[int(y)])
        one, two = (values[int(k)].strip(SEPARATOR) for k in (a, b))
        if one == two:
            return f"the same sides, {_list(one)}" if one else ""
        if not one or not two:
            return "only one names sides"
        return f"sides {_list(one)}, and {_list(two)}"

    opened = (r.open[i] | r.open[j]).astype(np.float64)
    who = [np.where(opened > 0, 0, r.who.code[k]) for k in (i, j)]
    sides = [np.where(opened > 0, r.sides.code[k], 0) for k in (i, j)]
    return _of([*sides, *who, opened], words)


def _list(joined: str) -> str:
    names = [n for n in joined.split(SEPARATOR) if n]
    more = f" and {len(names) - _NAMES} more" if len(names) > _NAMES else ""
    return ", ".join(names[:_NAMES]) + more


def _places(a: str, b: str) -> str:
    if not a or not b:
        return ""
    return f"both at {a}" if a == b else f"{a} and {b}"


def _deaths(r: Reports, i: Ints, j: Ints) -> Said:
    none = [np.nan_to_num(x, nan=-1.0) for x in (r.low[i], r.high[i], r.low[j], r.high[j])]
    return _of(none, _deaths_words)


def _deaths_words(low_a: float, high_a: float, low_b: float, high_b: float) -> str:
    if low_a < 0 or low_b < 0:
        return ""
    one, two = figures(low_a, high_a), figures(low_b, high_b)
    return f"both {one} killed" if one == two else f"{one} and {two} killed"


def figures(low: float, high: float) -> str:
    """A figure or a range: 3, or 4–6."""
    return f"{low:.0f}" if low == high else f"{low:.0f}–{high:.0f}"


def _cites(weight: Floats) -> Said:
    return _of(
        [np.round(weight.astype(np.float64), 1)],
        lambda w: "" if w == 0 else "one cites the other, or both the same",
    )


def _overview(weight: Floats) -> Said:
    return _of(
        [(weight < 0).astype(np.float64)],
        lambda w: "one speaks of a whole area or day" if w else "",
    )

"""The timeline of a page: findings in time, with every reading of the anchors.

A finding counts in a column only where its span is no longer than the column (it stands
where most of its span lies). A longer one is drawn as a bar over its whole span, below the
columns: a report that is known only to a month is no spike on one day of it.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from truceline.faces.listing import VERDICT_WORDS, VERDICTS
from truceline.faces.moments import Moment, span_words, utc
from truceline.faces.nearby import Reports
from truceline.model.finding import Findings
from truceline.model.words import MONTHS, day_words
from truceline.monitor.check.windows import micros

_WIDTH = 960.0
_LEFT, _RIGHT = 46.0, 12.0
_HIGH, _HIGH_ALL, _GAP = 150.0, 74.0, 30.0
_LANE, _MAX_LANES = 7.0, 26
_DAYS, _WEEKS = 130, 130 * 7  # up to so many days a column is a day, then a week, then a month


@dataclass(frozen=True)
class Axis:
    """The columns of a timeline: the local midnights between them, microseconds UTC."""

    unit: str
    edges: list[int]
    days: list[date]
    width: float = _WIDTH

    def x(self, moment: float) -> float:
        """Where an instant is, in units of the drawing."""
        first, last = self.edges[0], self.edges[-1]
        return round(_LEFT + (moment - first) / (last - first) * (self.width - _LEFT - _RIGHT), 2)

    def column(self, moment: float) -> int:
        """The column that an instant falls in."""
        return min(max(bisect_right(self.edges, moment) - 1, 0), len(self.edges) - 2)


def axis(low: int, high: int, tz: ZoneInfo) -> Axis:
    """Columns that take in ``[low, high)``: days, weeks from Monday, or months, in local time."""
    first = utc(low).astimezone(tz).date()
    last = utc(max(high - 1, low)).astimezone(tz).date()
    length = (last - first).days + 1
    unit = "day" if length <= _DAYS else "week" if length <= _WEEKS else "month"
    if unit == "week":
        first -= timedelta(days=first.weekday())
    elif unit == "month":
        first = first.replace(day=1)
    days = [first]
    while days[-1] <= last:
        days.append(_next(days[-1], unit))
    return Axis(unit, [micros(datetime.combine(d, time(0), tz)) for d in days], days)


def _next(day: date, unit: str) -> date:
    if unit == "month":
        return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    return day + timedelta(days=7 if unit == "week" else 1)


def timeline(
    findings: Findings,
    anchors: Mapping[str, Sequence[Moment]],
    found: Reports | None,
    tz: ZoneInfo,
) -> dict[str, Any] | None:
    """The timeline as a drawing and as a table; None where there is nothing to draw."""
    start, end = (
        findings.rows[n].cast(pa.int64()).to_numpy(zero_copy_only=False).astype(np.int64)
        for n in ("start", "end")
    )
    verdict = np.array([VERDICTS.index(v) for v in findings.rows["verdict"].to_pylist()], dtype=int)
    shown = _shown_reports(found)
    starts = [*start.tolist(), *shown[0].tolist()]
    if not starts:
        return None
    ends = [*end.tolist(), *shown[1].tolist()]
    low, high = min(starts), max(*ends, min(starts) + 1)
    dated = [m.edge for moments in anchors.values() for m in moments if m.edge is not None]
    near = [e for e in dated if low - (high - low) / 4 < micros(e.lo) < high + (high - low) / 4]
    low = min([low, *(micros(e.lo) for e in near)])
    high = max([high, *(micros(e.hi) + 1 for e in near)])
    scale = axis(low, high, tz)
    columns, long = _columns(scale, start, end, verdict)
    every = _columns(scale, *shown, np.zeros(len(shown[0]), dtype=int))[0]
    return _drawn(scale, columns, every, long, anchors, tz, bool(len(shown[0])))


def _shown_reports(found: Reports | None) -> tuple[Any, Any]:
    """Spans of the reports that most probably lie in a zone, whether or not a clause held."""
    if found is None:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    here = found.anywhere() >= 0.5
    return found.start[here], found.end[here]


def _columns(
    scale: Axis, start: Any, end: Any, verdict: Any
) -> tuple[list[list[int]], Counter[tuple[int, int, int]]]:
    """Counts by column and verdict, and the spans that are longer than a column."""
    counts = [[0] * len(VERDICTS) for _ in scale.edges[1:]]
    long: Counter[tuple[int, int, int]] = Counter()
    for a, b, v in zip(start.tolist(), end.tolist(), verdict.tolist(), strict=True):
        k = scale.column((a + b) / 2 if b > a else a)
        if b - a > (scale.edges[k + 1] - scale.edges[k]) * 1.05:
            long[a, b, v] += 1
        else:
            counts[k][v] += 1
    return counts, long


def _drawn(
    scale: Axis,
    columns: list[list[int]],
    every: list[list[int]],
    long: Counter[tuple[int, int, int]],
    anchors: Mapping[str, Sequence[Moment]],
    tz: ZoneInfo,
    with_all: bool,
) -> dict[str, Any]:
    flags = _flags(scale, anchors)
    top = 34.0 + 16 * max((f["row"] + 1 for f in flags if f["label"]), default=0)
    base_all = top + _HIGH_ALL if with_all else top - _GAP
    base = base_all + _GAP + _HIGH
    lanes, crowd = _lanes(scale, long, tz)
    depth = max((b["lane"] for b in lanes), default=-1) + 1
    bottom = base + (14 + depth * _LANE if depth else 0)
    stack = max((sum(c) for c in columns), default=0)
    all_most = max((c[0] for c in every), default=0)
    return {
        "width": _WIDTH,
        "height": round(bottom + 34, 1),
        "left": _LEFT,
        "right": _WIDTH - _RIGHT,
        "top": top - 6,
        "base": base,
        "base_all": base_all if with_all else None,
        "bottom": round(bottom, 1),
        "unit": scale.unit,
        "bars": _bars(scale, columns, base, _HIGH, stack),
        "bars_all": _bars(scale, every, base_all, _HIGH_ALL, all_most) if with_all else [],
        "ticks_y": _ticks(base, _HIGH, stack),
        "ticks_all": _ticks(base_all, _HIGH_ALL, all_most) if with_all else [],
        "lanes": [b | {"y": round(base + 12 + b["lane"] * _LANE, 1)} for b in lanes],
        "crowd": crowd,
        "dates": dates(scale),
        "anchors": flags,
        "rows": _rows(scale, columns, every, with_all),
        "long": [
            {"when": span_words(utc(a), utc(b), tz), "verdict": VERDICT_WORDS[VERDICTS[v]], "n": n}
            for (a, b, v), n in sorted(long.items())
        ][:200],
        "long_more": max(len(long) - 200, 0),
        "with_all": with_all,
    }


def _bars(
    scale: Axis, columns: list[list[int]], base: float, high: float, most: int
) -> list[dict[str, Any]]:
    bars = []
    for k, counts in enumerate(columns):
        x0, x1 = scale.x(scale.edges[k]), scale.x(scale.edges[k + 1])
        gap = min(1.2, (x1 - x0) * 0.18)
        y = base
        for code, count in enumerate(counts):
            if not count:
                continue
            tall = max(count / max(most, 1) * high, 1.5)  # one among thousands is still seen
            y -= tall
            bars.append(
                {
                    "x": round(x0 + gap / 2, 2),
                    "y": round(y, 2),
                    "w": round(x1 - x0 - gap, 2),
                    "h": round(tall, 2),
                    "v": VERDICTS[code],
                }
            )
    return bars


def _ticks(base: float, high: float, most: int) -> list[dict[str, Any]]:
    if not most:
        return []
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 10**9) if most / s <= 4)
    return [
        {"y": round(base - v / most * high, 1), "label": f"{v:,}"}
        for v in range(step, most + 1, step)
    ]


def _lanes(
    scale: Axis, long: Counter[tuple[int, int, int]], tz: ZoneInfo
) -> tuple[list[dict[str, Any]], int]:
    """Long spans packed in lanes, and how many findings find no lane and stand in the table."""
    ends: list[float] = []
    bars, crowd = [], 0
    for (a, b, v), n in sorted(long.items(), key=lambda item: (item[0][2], item[0][0], item[0][1])):
        x0, x1 = scale.x(max(a, scale.edges[0])), scale.x(min(b, scale.edges[-1]))
        x1 = max(x1, x0 + 2)
        lane = next((k for k, end in enumerate(ends) if end + 2 <= x0), len(ends))
        if lane >= _MAX_LANES:
            crowd += n
            continue
        ends[lane : lane + 1] = [x1]
        words = f"{span_words(utc(a), utc(b), tz)}: {n} × {VERDICT_WORDS[VERDICTS[v]]}"
        bars.append(
            {
                "x": x0,
                "w": round(x1 - x0, 2),
                "lane": lane,
                "v": VERDICTS[v],
                "n": n,
                "words": words,
            }
        )
    return bars, crowd


def dates(scale: Axis) -> list[dict[str, Any]]:
    """The dates under a timeline: where each stands and its words."""
    every = max(1, -(-len(scale.days) // 9))
    found: list[dict[str, Any]] = []
    for k in range(0, len(scale.days) - 1, every):
        day = scale.days[k]
        month = MONTHS[day.month - 1][:3]
        if scale.x(scale.edges[k]) > _WIDTH - 58:
            break  # its words would be cut off
        label = f"{month} {day.year}" if scale.unit == "month" else f"{day.day} {month}"
        if scale.unit != "month" and (k == 0 or day.year != found[-1]["year"]):
            label += f" {day.year}"
        found.append({"x": scale.x(scale.edges[k]), "label": label, "year": day.year})
    return found


def _flags(scale: Axis, anchors: Mapping[str, Sequence[Moment]]) -> list[dict[str, Any]]:
    """Every reading of every anchor in view: a line, or a band where only the day is known."""
    flags: list[dict[str, Any]] = []
    for name, moments in anchors.items():
        seen = [m for m in moments if m.edge is not None and _in(scale, m)]
        for number, moment in enumerate(seen):
            assert moment.edge is not None
            x0, x1 = scale.x(micros(moment.edge.lo)), scale.x(micros(moment.edge.hi))
            label = name.replace("-", " ")
            if len(seen) > 1:
                label += f" · {len(seen)} readings"
            flags.append(
                {"x": x0, "w": round(x1 - x0, 2), "label": "" if number else label}
                | {"words": moment.words, "because": moment.because}
            )
    flags.sort(key=lambda f: f["x"])
    last = [-1e9] * 5
    for flag in flags:
        if not flag["label"]:
            continue
        wide = len(flag["label"]) * 6.4 + 12
        flag["end"] = flag["x"] > _WIDTH * 0.7
        left = flag["x"] - wide if flag["end"] else flag["x"]
        row = next((k for k, x in enumerate(last) if x <= left), 0)
        last[row] = left + wide
        flag["row"] = row
    return flags


def _in(scale: Axis, moment: Moment) -> bool:
    edge = moment.edge
    return (
        edge is not None
        and micros(edge.hi) >= scale.edges[0]
        and micros(edge.lo) <= scale.edges[-1]
    )


def _rows(
    scale: Axis, columns: list[list[int]], every: list[list[int]], with_all: bool
) -> list[dict[str, Any]]:
    """The table behind the drawing: columns with nothing in them are left out."""
    rows = []
    for k, counts in enumerate(columns):
        total = every[k][0] if with_all else 0
        if not any(counts) and not total:
            continue
        first = scale.days[k]
        label = day_words(datetime.combine(first, time(0)))
        if scale.unit == "week":
            label = "week of " + label
        elif scale.unit == "month":
            label = f"{MONTHS[first.month - 1]} {first.year}"
        rows.append({"label": label, "all": total, "counts": counts})
    return rows

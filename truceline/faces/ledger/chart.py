"""A panel of the ledger as a drawing: a line for each source over time, with its ranges.

No name stands in the drawing, so that any script reads right in the list beside it; lines
are told apart by colour, dash and mark. The table under the drawing has the same figures.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from truceline.faces.ledger.words import days_words, figure_words, line_words, number
from truceline.model.words import MONTHS
from truceline.monitor.claims.claims import Line, Panel, Point

COLOURS = 8
_WIDTH, _HIGH = 720.0, 230.0
_LEFT, _RIGHT, _TOP, _FOOT = 74.0, 16.0, 16.0, 34.0
_STRIP = 64.0
_CROWD, _CROWD_LINES = 300, 4  # more figures and lines than these are drawn as strips
_NEAR_TOP = 0.6
_GAP_DAYS = 3  # flows further apart than this have a period without a figure between them
_STUB = 16.0  # how far a range without a stated end is drawn
_MARKED = 60  # a line of more figures has no marks, only its newest
_DASHES = ("", "6 3", "2 3", "9 3 2 3")
_MARKS = (
    "M-4 0A4 4 0 1 0 4 0A4 4 0 1 0 -4 0Z",
    "M-3.6-3.6H3.6V3.6H-3.6Z",
    "M0-5 5 0 0 5-5 0Z",
    "M0-4.8 4.6 3.6H-4.6Z",
)


@dataclass(frozen=True, slots=True)
class _Scale:
    """Days to x and figures to y, in units of the drawing. ``base`` is the figure at the foot."""

    first: int
    last: int
    base: float
    top: float
    high: float

    def x(self, day: float) -> float:
        span = max(self.last - self.first, 1)
        return round(_LEFT + (day - self.first) / span * (_WIDTH - _LEFT - _RIGHT), 1)

    def y(self, figure: float) -> float:
        inside = min(max(figure, self.base), self.top) - self.base
        return round(_TOP + self.high - inside / (self.top - self.base) * self.high, 1)


def chart(panel: Panel) -> dict[str, Any] | None:
    """The drawing of a panel; None where fewer than two of its figures have a day.

    ``strips``: a crowded panel is drawn as one strip for each line, on the same scales; else
    all lines are in one.
    """
    points = [p for line in panel.lines for p in line.points if p.day]
    if len(points) < 2:
        return None
    crowded = len(panel.lines) > _CROWD_LINES and len(points) > _CROWD
    scale, step = _scale(panel, points, _STRIP if crowded else _HIGH)
    ticks = [scale.base + k * step for k in range(round((scale.top - scale.base) / step) + 1)]
    if crowded:
        ticks = [scale.base, scale.top]
    lines = [_line(line, k, scale) for k, line in enumerate(panel.lines)]
    return {
        "width": _WIDTH,
        "height": _TOP + scale.high + _FOOT,
        "left": _LEFT,
        "right": _WIDTH - _RIGHT,
        "base": _TOP + scale.high,
        "begins": number(scale.base) if scale.base else "",
        "ticks": [{"y": scale.y(t), "label": _short(t)} for t in ticks],
        "dates": _dates(scale),
        "strips": [
            {"name": line_words(line), "lines": [drawn]}
            for line, drawn in zip(panel.lines, lines, strict=True)
        ]
        if crowded
        else [{"name": "", "lines": lines}],
    }


def _scale(panel: Panel, points: Sequence[Point], high: float) -> tuple[_Scale, float]:
    """Scales that take in every figure. The foot is 0, unless no figure is a flow and all of
    them lie near the top: then small differences would not be seen."""
    days = [d for p in points for d in _span(p)]
    pad = max((max(days) - min(days)) * 0.02, 3)
    tops = [t for p in points for t in _tops(p)]
    most, least = max(tops, default=1.0) or 1.0, min(tops, default=0.0)
    raised = panel.population != "flow" and least >= _NEAR_TOP * most and least < most
    step = _step(most - least if raised else most)
    base = step * math.floor(least / step) if raised else 0.0
    top = base + step * max(math.ceil((most - base) * 1.02 / step), 1)
    return _Scale(int(min(days) - pad), int(max(days) + pad), base, top, high), step


def look(place: int) -> dict[str, Any]:
    """How the line at this place among its panel's is told apart."""
    return {
        "colour": place % COLOURS + 1,
        "dash": _DASHES[(place // COLOURS) % len(_DASHES)],
        "mark": _MARKS[place % len(_MARKS)],
    }


def _span(point: Point) -> list[int]:
    if not point.day:
        return []
    claim = point.held.claim
    flow = claim.population == "flow" and claim.meant_from
    return [_ordinal(claim.meant_from if flow else point.day), _ordinal(point.day)]


def _ordinal(day: str) -> int:
    return date.fromisoformat(day).toordinal()


def _tops(point: Point) -> list[float]:
    value = point.held.claim.value
    return [
        v for v in (value, point.reach.low, point.reach.high) if v is not None and math.isfinite(v)
    ]


def _middle(point: Point) -> float:
    """The figure that a point is drawn at: as said, else the middle or the bound stated."""
    value = point.held.claim.value
    if value is not None:
        return value
    low, high = point.reach.low, point.reach.high
    return low if math.isinf(high) else (low + high) / 2


def _line(line: Line, place: int, scale: _Scale) -> dict[str, Any]:
    points: list[dict[str, Any]] = []
    ranges: list[dict[str, Any]] = []
    spans: list[dict[str, Any]] = []
    runs: list[list[str]] = []
    dated = [p for p in line.points if p.day]
    newest, before = line.newest, 0
    for point in dated:
        days = _span(point)
        x, y = scale.x(sum(days) / 2), scale.y(_middle(point))
        low, high = point.reach.low, point.reach.high
        if low != high:
            top = y - _STUB if math.isinf(high) else scale.y(high)
            ranges.append(
                {
                    "x": x,
                    "y1": scale.y(low),
                    "y2": round(max(top, _TOP - 6), 1),
                    "open": math.isinf(high),
                    "faint": point.superseded,
                }
            )
        if not point.superseded:
            flow = point.held.claim.population == "flow"
            if not runs or (flow and days[0] - before > _GAP_DAYS):
                runs.append([])  # over a period without a figure nothing is drawn
            runs[-1].append(f"{x},{y}")
            before = days[1]
            if scale.x(days[1]) - scale.x(days[0]) > 5:
                spans.append({"x1": scale.x(days[0]), "x2": scale.x(days[1]), "y": y})
        if len(dated) <= _MARKED or point is newest or point.superseded:
            claim = point.held.claim
            words = f"{line_words(line)}: {figure_words(claim)}, {days_words(claim)}"
            points.append({"x": x, "y": y, "faint": point.superseded, "words": words})
    points += _alone(runs) if len(dated) > _MARKED else []
    return {
        **look(place),
        "path": "".join("M" + " ".join(run) for run in runs if len(run) > 1),
        "thick": max(min(5.0, (_WIDTH - _LEFT - _RIGHT) / max(len(dated), 1) * 0.6), 1.0),
        "ranges": ranges,
        "spans": spans if len(spans) <= _MARKED else [],
        "points": points,
    }


def _alone(runs: Sequence[Sequence[str]]) -> list[dict[str, Any]]:
    """A mark for a figure with none before or after it: a line of one point is not seen."""
    found = []
    for run in runs:
        if len(run) == 1:
            x, y = (float(v) for v in run[0].split(","))
            found.append({"x": x, "y": y, "faint": False, "words": ""})
    return found


def _step(top: float) -> float:
    power = 10.0 ** math.floor(math.log10(top)) if top > 0 else 1.0
    return max(next(k * power for k in (0.2, 0.5, 1, 2, 5) if top / (k * power) <= 5), 1.0)


def _short(value: float) -> str:
    """An axis label: "250,000", "1.5 million"."""
    if value >= 1_000_000:
        return f"{value / 1e6:g} million"
    return number(value)


def _dates(scale: _Scale) -> list[dict[str, Any]]:
    """Days under the axis: months or years, at most seven."""
    first, last = date.fromordinal(max(scale.first, 1)), date.fromordinal(scale.last)
    months = (last.year - first.year) * 12 + last.month - first.month
    if months <= 1:
        step = max((scale.last - scale.first) // 5, 1)
        days = range(scale.first + step // 2, scale.last + 1, step)
        return [{"x": scale.x(d), "label": _day(date.fromordinal(d))} for d in days]
    every = next((k for k in (1, 2, 3, 6, 12, 24, 60, 120) if months / k <= 7), 240)
    found = []
    for index in range(first.year * 12 + first.month - 1, last.year * 12 + last.month):
        if index % every or date(index // 12, index % 12 + 1, 1) < first:
            continue
        month = date(index // 12, index % 12 + 1, 1)
        label = str(month.year) if every >= 12 else f"{MONTHS[month.month - 1][:3]} {month.year}"
        found.append({"x": scale.x(month.toordinal()), "label": label})
    return found


def _day(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1][:3]} {day.year}"


def rows(panel: Panel, most: int) -> tuple[list[dict[str, Any]], int]:
    """The panel as a table: a row for each day, newest first, a cell for each line. And how
    many rows more there are."""
    found: dict[tuple[str, str], list[list[Point]]] = {}
    for k, line in enumerate(panel.lines):
        for point in line.points:
            claim = point.held.claim
            key = (point.day, days_words(claim) if claim.meant_to else _said(claim.said))
            found.setdefault(key, [[] for _ in panel.lines])[k].append(point)
    ordered = sorted(found.items(), key=lambda item: item[0], reverse=True)
    made = [
        {"when": words, "cells": [[cell(p) for p in points] for points in cells]}
        for (_, words), cells in ordered[:most]
    ]
    return made, max(len(ordered) - most, 0)


def _said(day: str) -> str:
    return f"said {_day(date.fromisoformat(day))}; days meant not known" if day else "no day known"


def cell(point: Point) -> dict[str, Any]:
    """One figure of a table, with what a reader needs to go and look."""
    claim = point.held.claim
    return {
        "number": point.held.number,
        "figure": figure_words(claim),
        "superseded": point.superseded,
        "supersedes": point.held.supersedes,
    }


def legend(lines: Sequence[Line]) -> list[dict[str, Any]]:
    """The lines by name, with how they are drawn and their newest figure."""
    return [
        {
            **look(k),
            "name": line.teller or "source not stated",
            "whom": line.whom,
            "by": line.by,
            "newest": figure_words(line.newest.held.claim),
            "when": days_words(line.newest.held.claim)
            if line.newest.held.claim.meant_to
            else _said(line.newest.held.claim.said),
            "count": len(line.points),
        }
        for k, line in enumerate(lines)
    ]

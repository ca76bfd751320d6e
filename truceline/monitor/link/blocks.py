"""Blocking: which pairs of reports are compared at all, and exactly what is left out.

Left out are pairs of one source, pairs whose regions do not touch, pairs whose days are
neither the same nor next to each other, reports without a usable place or time, reports
in a heap, and pairs that could not reach ``Weights.keep`` if all else that they say agreed
(their regions are too wide for how much happens there). Nothing else: a test compares
with all pairs.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from truceline.monitor.link.density import Crowd
from truceline.monitor.link.grid import Grid, distance_km, half_degrees
from truceline.monitor.link.reports import DAY, LEAD, SUMMARY, Bools, Ints, Reports
from truceline.monitor.link.score import Scorer
from truceline.monitor.link.times import GAP_CLOCK_H, GAP_H, near_in_time
from truceline.monitor.link.weights import HOUR, Weights

_RADII = (1.5, 3.0, 6.0, 12.0, 30.0, np.inf)  # upper ends of the classes, km
_SPANS = (25 * HOUR, 50 * HOUR, 8 * DAY, np.inf)  # upper ends, seconds
CHUNK = 1_000_000  # pairs looked at together: bounds memory
_TOGETHER = 131_072  # pairs handed on together, at least


@dataclass(frozen=True)
class _Class:
    """Rows of like radius and span, and their largest ones."""

    rows: Ints
    radius: float
    least: float
    span: float


def candidates(
    reports: Reports,
    crowd: Crowd,
    scorer: Scorer,
    weights: Weights,
    *,
    fresh: Bools | None = None,
    among: Bools | None = None,
) -> Iterator[tuple[Ints, Ints]]:
    """Pairs of rows (i < j) to be scored, in stretches. With ``fresh``, only pairs of which
    at least one is fresh; ``among`` then are the rows near enough in time to any fresh one.
    """
    usable = reports.placed & ~crowd.heaped & (reports.kind != SUMMARY)
    if among is not None:
        usable &= among
    classes = _classes(reports, np.flatnonzero(usable))
    some: list[tuple[Ints, Ints]] = []
    waiting = 0
    for k, a in enumerate(classes):
        for b in classes[k:]:
            for pair in _between(reports, scorer, weights, a, b, fresh):
                some.append(pair)
                waiting += len(pair[0])
                if waiting >= _TOGETHER:  # scored a few at a time, they take twice as long
                    yield _joint(some)
                    some, waiting = [], 0
    if some:
        yield _joint(some)


def _joint(some: list[tuple[Ints, Ints]]) -> tuple[Ints, Ints]:
    return np.concatenate([i for i, _ in some]), np.concatenate([j for _, j in some])


def _classes(reports: Reports, rows: Ints) -> list[_Class]:
    """Widest and longest first, so that queries come from the few."""
    radius = np.searchsorted(_RADII, reports.radius[rows], "left")
    span = np.searchsorted(_SPANS, reports.span[rows], "left")
    code = span * len(_RADII) + radius
    found = []
    for value in np.unique(code)[::-1]:
        some = rows[code == value]
        radii = reports.radius[some]
        found.append(
            _Class(some, float(radii.max()), float(radii.min()), float(reports.span[some].max()))
        )
    return found


def _between(
    reports: Reports,
    scorer: Scorer,
    weights: Weights,
    a: _Class,
    b: _Class,
    fresh: Bools | None,
) -> Iterator[tuple[Ints, Ints]]:
    """Pairs of a row of ``a`` and a row of ``b``, each once."""
    same = a is b
    turns = [(a.rows, b.rows)]
    if fresh is not None:
        turns = [(a.rows[fresh[a.rows]], b.rows)]
        if not same:
            turns.append((a.rows[~fresh[a.rows]], b.rows[fresh[b.rows]]))
    least = max(a.least, b.least)
    for queries, targets in turns:
        queries = queries[scorer.best(queries, least) >= weights.keep]
        targets = targets[scorer.best(targets, least) >= weights.keep]
        if not len(queries) or not len(targets):
            continue
        for i, j, later in _joined(reports, queries, targets, a, b, half=same and fresh is None):
            lead_i, lead_j = reports.kind[i] == LEAD, reports.kind[j] == LEAD
            ok = (reports.source.code[i] != reports.source.code[j]) | (lead_i != lead_j)
            ok &= ~(lead_i & lead_j)
            if same:
                # Of a pair that is found both ways round, one is kept.
                ok &= (later | (i < j)) if fresh is None else (~fresh[j] | (i < j))
            low, high = np.minimum(i[ok], j[ok]), np.maximum(i[ok], j[ok])
            near = near_in_time(reports, low, high)
            low, high = low[near], high[near]
            away = distance_km(
                reports.lon[low], reports.lat[low], reports.lon[high], reports.lat[high]
            )
            touch = away <= reports.radius[low] + reports.radius[high]
            if touch.any():
                yield low[touch], high[touch]


def _joined(
    reports: Reports, queries: Ints, targets: Ints, a: _Class, b: _Class, *, half: bool
) -> Iterator[tuple[Ints, Ints, bool]]:
    """Pairs whose regions and days may be near, and some that are not. With ``half`` only
    those where the second does not start on an earlier day; True says it is a later one.
    """
    day, lon, lat = reports.day, reports.lon, reports.lat
    reach_km = a.radius + b.radius
    grid = Grid.of(targets, day[targets], lon[targets], lat[targets], reach_km * (1 + 1e-9))
    degrees = half_degrees(lat[queries], reach_km)
    before, after = (_days(c.span) for c in (b, a))
    for offset in range(0 if half else -before, after + 1):
        for which, first, last in grid.stretches(
            day[queries] + offset, lon[queries], lat[queries], degrees
        ):
            for i, j in _expanded(queries[which], first, last, grid.rows):
                yield i, j, offset > 0


def _days(span: float) -> int:
    """How many days later than a report of this span another may start: it begins less than
    the span and the gap after it, or two clock times their own gap apart.
    """
    return int(np.ceil(max(span + GAP_H * HOUR, GAP_CLOCK_H * HOUR) / DAY))


def _expanded(queries: Ints, first: Ints, last: Ints, rows: Ints) -> Iterator[tuple[Ints, Ints]]:
    """Each query with each row of its stretch, at most about ``CHUNK`` pairs at a time."""
    length = last - first
    some = np.flatnonzero(length > 0)
    queries, first, length = queries[some], first[some], length[some]
    total = np.cumsum(length)
    start = 0
    while start < len(queries):
        done = total[start - 1] if start else 0
        stop = max(int(np.searchsorted(total, done + CHUNK, "right")), start + 1)
        size = length[start:stop]
        within = np.arange(int(size.sum())) - np.repeat(np.cumsum(size) - size, size)
        yield (
            np.repeat(queries[start:stop], size),
            rows[np.repeat(first[start:stop], size) + within],
        )
        start = stop

"""Linking again: new, changed and removed events, and only what they can touch.

What a score rests on is near by: the two reports, and how many reports their sources have
around them. So the scores that can change are those of new reports and of reports that
have new or fewer neighbours, and of pairs of which all reports together now teach something
else (``lessons``); and the incidents that can change are those in a component of the
compared pairs that holds such a report. All else is carried over. The result is
the same as linking everything at once, which tests hold.
"""

from collections.abc import Collection
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from truceline.model.event import EVENT_SCHEMA
from truceline.monitor.link.blocks import candidates
from truceline.monitor.link.density import REACH_DAYS, Crowd, heaps, rivals, source_days
from truceline.monitor.link.groups import components, grouped
from truceline.monitor.link.link import (
    Linked,
    Scored,
    linked,
    settled_on,
    sorted_pairs,
    taught,
)
from truceline.monitor.link.names import parties_of
from truceline.monitor.link.reports import DAY, EVENT, Bools, Floats, Ints, Reports, reports_of
from truceline.monitor.link.score import Scorer
from truceline.monitor.link.times import GAP_CLOCK_H
from truceline.monitor.link.voices import Known, told
from truceline.monitor.link.weights import HOUR, Decided


def relink(
    before: Linked,
    changed: pa.Table,
    *,
    removed: Collection[str] = (),
    decided: Decided | None = None,
) -> Linked:
    """Link again with ``changed`` events (new ones, and new versions of known ids) and without
    the ids ``removed``; ``decided`` replaces the decisions, None keeps them.

    The incidents are those that ``link`` gives for all events at once, with the weights and
    names of ``before``. Ids of incidents that are no more become aliases.
    """
    old = before.reports
    decided = before.decided if decided is None else decided
    ids = pa.concat_arrays(
        [pa.array(sorted(removed), pa.string()), changed["event_id"].combine_chunks()]
    )
    gone = _mask(pc.is_in(old.ids, ids))
    kept = old.table.filter(pa.array(~gone)).select(EVENT_SCHEMA.names)
    table = pa.concat_tables([kept, changed.select(EVENT_SCHEMA.names).cast(EVENT_SCHEMA)])
    reports, notes = reports_of(table, before.weights)
    # Where each old row is now (-1: nowhere), and each row's old one.
    now = _at(old.ids, reports.ids)
    now[gone] = -1
    was = np.full(len(reports), -1, np.int64)
    was[now[now >= 0]] = np.flatnonzero(now >= 0)
    crowd, stale = _crowd(before, reports, np.flatnonzero(gone), was)
    first = _scored(before, reports, crowd, now, stale)
    learned, scored = taught(reports, first, before.weights)
    touched = stale | _moved(before.scored, scored, now, len(reports))
    known, more = settled_on(reports, decided)
    touched[_settled_anew(before, known, now)] = True
    label = _labels(before, reports, scored, known, touched, now, was)
    old_heads = old.ids.take(pa.array(np.unique(before.label)))
    heads = np.zeros(len(reports), np.bool_)
    heads[label] = True
    at = _at(old_heads, reports.ids)
    lost = old_heads.filter(pa.array((at < 0) | ~heads[np.maximum(at, 0)]))
    return linked(
        reports,
        crowd,
        first,
        learned,
        scored,
        label,
        (known, more),
        before.weights,
        decided,
        before.names,
        (*before.former, *lost.to_pylist()),
        notes,
    )


def _crowd(before: Linked, reports: Reports, gone: Ints, was: Ints) -> tuple[Crowd, Bools]:
    """The crowd around each report, and which reports are new or have another crowd."""
    old = before.reports
    new = was < 0
    rate = np.zeros((len(reports), before.crowd.rate.shape[1]))
    heaped = np.zeros(len(reports), np.bool_)
    rate[~new], heaped[~new] = before.crowd.rate[was[~new]], before.crowd.heaped[was[~new]]
    # A source's days with another number of reports, by the words for the source.
    days: dict[str, set[int]] = {}
    for some, rows in ((old, gone), (reports, np.flatnonzero(new))):
        for source in np.unique(some.source.code[rows]).tolist():
            here = rows[some.source.code[rows] == source]
            name = some.source.values[source]
            days.setdefault(name, set()).update(np.unique(some.day[here]).tolist())
    codes = {name: code for code, name in enumerate(reports.source.values)}
    step = source_days(reports)
    first = np.zeros(len(reports.source.values), np.int64)
    first[reports.source.code] = step - reports.day
    marks = np.array(
        sorted(int(first[codes[n]]) + d for n, some in days.items() if n in codes for d in some),
        dtype=np.int64,
    )
    near = _within(step, marks, REACH_DAYS)
    among = _within(step, marks, 2 * REACH_DAYS)
    again = np.flatnonzero(near | new)
    rate[again] = rivals(reports, again, np.flatnonzero(among | new))
    every_day = np.array(sorted(set().union(*days.values())), dtype=np.int64)
    today = _within(reports.day, every_day, 0)
    fresh_heaps, spots = heaps(reports, before.weights, np.flatnonzero(today))
    heaped[today] = fresh_heaps[today]
    others = tuple(h for h in before.crowd.heaps if h[2] not in set(every_day.tolist()))
    stale = new.copy()
    same = np.flatnonzero(~new)
    stale[same] = (rate[same] != before.crowd.rate[was[same]]).any(axis=1)
    stale[same] |= heaped[same] != before.crowd.heaped[was[same]]
    return Crowd(rate, heaped, tuple(sorted(others + spots))), stale


def _scored(before: Linked, reports: Reports, crowd: Crowd, now: Ints, stale: Bools) -> Scored:
    """The first scores of the pairs as they are now."""
    s = before.first
    i, j = now[s.i], now[s.j]
    known = (i >= 0) & (j >= 0)
    carried = known & ~stale[i] & ~stale[j]
    some: list[tuple[Ints, Ints, Floats]] = [(i[carried], j[carried], s.parts[carried])]
    scorer = Scorer(reports, crowd, before.weights, parties_of(before.names))
    among = _near_in_days(reports, stale)
    for a, b in candidates(reports, crowd, scorer, before.weights, fresh=stale, among=among):
        kept, parts = scorer.score(a, b)
        if len(kept):
            some.append((a[kept], b[kept], parts))
    return sorted_pairs(some)


def _moved(old: Scored, new: Scored, now: Ints, n: int) -> Bools:
    """The rows of pairs that are new, no more, or have another score."""
    found = np.zeros(n, np.bool_)
    i, j = now[old.i], now[old.j]
    key, was = new.i * n + new.j, i * n + j
    was[(i < 0) | (j < 0)] = -1
    # Both are sorted by the same ids; pairs with a report that is gone are no one's.
    known = np.flatnonzero(was >= 0)
    at = np.minimum(np.searchsorted(key, was[known]), max(len(key) - 1, 0))
    same = np.zeros(len(was), np.bool_)
    if len(key):
        same[known] = (key[at] == was[known]) & (new.parts[at] == old.parts[known]).all(axis=1)
    for end in (i[~same], j[~same]):
        found[end[end >= 0]] = True
    fresh = ~np.isin(key, was[same])
    found[new.i[fresh]] = found[new.j[fresh]] = True
    return found


def _near_in_days(reports: Reports, stale: Bools) -> Bools:
    """Reports near enough in time to a stale one to be compared with it."""
    rows = np.flatnonzero(stale & reports.placed)
    found = np.zeros(len(reports), np.bool_)
    if not len(rows):
        return found
    slack = GAP_CLOCK_H * HOUR + DAY
    first = np.floor((reports.start[rows] - slack) / DAY).astype(np.int64)
    last = np.floor((reports.end[rows] + slack) / DAY).astype(np.int64)
    zero, top = int(first.min()), int(last.max())
    change = np.zeros(top - zero + 2, np.int64)
    np.add.at(change, first - zero, 1)
    np.add.at(change, last - zero + 1, -1)
    covered = np.concatenate(([0], np.cumsum(np.cumsum(change)[:-1] > 0)))
    placed = np.flatnonzero(reports.placed)
    low = np.clip(np.floor(reports.start[placed] / DAY).astype(np.int64) - zero, 0, top - zero + 1)
    high = np.floor(reports.end[placed] / DAY).astype(np.int64) - zero + 1
    high = np.clip(high, 0, top - zero + 1)
    found[placed] = covered[np.maximum(high, low)] > covered[low]
    return found


def _settled_anew(before: Linked, known: Known, now: Ints) -> Ints:
    """Rows that people, or a source's own words, now join or keep apart in another way."""
    was, _ = settled_on(before.reports, before.decided)
    found: list[int] = []
    for old, new in ((was.join, known.join), (was.split, known.split)):
        moved = {(int(a), int(b)) for a, b in np.sort(now[old], axis=1)}
        for pair in moved ^ {(int(a), int(b)) for a, b in new}:
            found += [row for row in pair if row >= 0]
    return np.array(found, dtype=np.int64)


def _labels(
    before: Linked,
    reports: Reports,
    scored: Scored,
    known: Known,
    touched: Bools,
    now: Ints,
    was: Ints,
) -> Ints:
    """Labels: grouped again in the components that are touched, carried over elsewhere."""
    label = np.arange(len(reports))
    old = np.flatnonzero(was >= 0)
    label[old] = now[before.label[was[old]]]
    # The old incident of a report that is gone is touched as a whole.
    torn = old[label[old] < 0]
    touched[torn] = True
    event = reports.kind == EVENT
    both = event[scored.i] & event[scored.j]
    i, j, score = scored.i[both], scored.j[both], scored.score[both]
    whole = components(len(reports), np.concatenate((np.column_stack((i, j)), known.join)))
    hit = np.zeros(len(reports), np.bool_)
    hit[whole[touched]] = True
    again = hit[whole]
    rows = np.flatnonzero(again)
    local = np.full(len(reports), -1, np.int64)
    local[rows] = np.arange(len(rows))
    pairs = again[i]
    some = replace(
        known,
        source=known.source[rows],
        vague=known.vague[rows],
        join=_inside(local, known.join),
        split=_inside(local, known.split),
    )
    i, j = i[pairs], j[pairs]
    how = told(reports, i, j)
    found = grouped(some, local[i], local[j], score[pairs], how, before.weights)
    label[rows] = rows[found]
    return label


def _inside(local: Ints, pairs: Ints) -> Ints:
    found = local[pairs]
    return found[(found >= 0).all(axis=1)] if len(found) else found


def _within(values: Ints, marks: Ints, reach: int) -> Bools:
    """Values that lie within ``reach`` of one of ``marks`` (sorted)."""
    if not len(marks):
        return np.zeros(len(values), np.bool_)
    low = np.searchsorted(marks, values - reach, "left")
    high = np.searchsorted(marks, values + reach, "right")
    found: Bools = high > low
    return found


def _at(ids: pa.Array, among: pa.Array) -> Ints:
    found: Ints = pc.fill_null(pc.index_in(ids, among), -1).to_numpy(zero_copy_only=False)
    return found.astype(np.int64)


def _mask(array: pa.Array) -> Bools:
    return np.array(array.to_numpy(zero_copy_only=False), dtype=np.bool_)

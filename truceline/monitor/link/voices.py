"""Whose voice a report speaks with: its own source's, or that of the source that it cites.

A report that repeats another source's ("as reported by A") and is found to be of A's
incident is joined with A's report before anything else. It does not take its own source's
place in the incident, which that source's own report may take. A source has at most one
report of its own and one citing report in an incident.
"""

from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from truceline.monitor.link.names import spelled
from truceline.monitor.link.reports import SEPARATOR, Bools, Floats, Ints, Reports
from truceline.monitor.link.weights import Weights

_HOPS = 3  # each doubles how long a chain of reports that cite one another is followed
BY_NAME, BY_ID = 1, 2  # how a report cites another; the second report's words are 4 times that


@dataclass(frozen=True)
class Known:
    """What grouping looks at. ``source`` and ``vague`` of each report; ``join`` and ``split``
    are pairs of rows that people, or a source, put together or keep apart.

    ``source`` is the one whose voice a report speaks with. ``also`` are rows of
    (report, place): what else it takes up in an incident; no two may take the same.
    """

    source: Ints
    vague: Bools
    join: Ints
    split: Ints
    also: Ints = field(default_factory=lambda: np.zeros((0, 2), np.int64))


def told(reports: Reports, i: Ints, j: Ints) -> Ints:
    """How the reports of each pair cite one another: ``BY_NAME`` and ``BY_ID`` for i citing j,
    and four times that for j citing i; 0 where neither does.
    """
    found = np.zeros(len(i), np.int64)
    cites, source = reports.cites.code, reports.source.code
    cited = [tuple(n for n in v.split(SEPARATOR) if n) for v in reports.cites.values]
    any_ = np.array([bool(c) for c in cited], np.bool_)
    some = np.flatnonzero(any_[cites[i]] | any_[cites[j]]) if len(i) else i
    if not len(some):
        return found
    sources = [(s, spelled(s)) for s in reports.source.values]
    for times, a, b in ((1, i[some], j[some]), (4, j[some], i[some])):
        key = cites[a] * len(sources) + source[b]
        keys, which = np.unique(key, return_inverse=True)
        named = [_by_name(cited[k // len(sources)], *sources[k % len(sources)]) for k in keys]
        found[some] |= times * BY_NAME * np.array(named, np.int64)[which.reshape(-1)]
        found[some] |= times * BY_ID * _by_id(reports, a, b)
    return found


def _by_name(cited: tuple[str, ...], source: str, spelling: str) -> bool:
    """Whether one of these words names the source, and not just one of its reports."""
    told_ = (spelled(n) for n in cited if not n.startswith(source + ":"))
    return any(n == spelling or n.startswith(spelling + " ") for n in told_)


def _by_id(reports: Reports, a: Ints, b: Ints) -> Ints:
    """Whether each of ``a`` gives the id of the report ``b`` beside it."""
    rows = np.unique(a)
    lists = reports.table["cites"].combine_chunks().take(pa.array(rows))
    values = pc.list_flatten(lists)
    of = pc.list_parent_indices(lists).to_numpy(zero_copy_only=False)
    full = _mask(pc.match_substring(values, ":"))
    values, of = values.filter(pa.array(full)), of[full]
    if not len(values):
        return np.zeros(len(a), np.int64)
    targets = np.unique(b)
    at = pc.index_in(values, reports.ids.take(pa.array(targets)))
    at = pc.fill_null(at, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    n = len(reports)
    pairs = rows[of[at >= 0]] * n + targets[at[at >= 0]]
    return np.isin(a * n + b, pairs).astype(np.int64)


def voiced(
    known: Known, label: Ints, i: Ints, j: Ints, score: Floats, how: Ints, weights: Weights
) -> tuple[Known, Ints]:
    """The same with the voice of each report, and labels in which a citing report is one with
    the report that it repeats: the best of the cited source's by score, where that is clear.

    ``how`` as of ``told``. What it says of a pair depends on that pair's component alone.
    """
    sources = int(known.source.max(initial=0)) + 1
    one, other = how & 3, how // 4
    one, other = np.where(other > 0, 0, one), np.where(one > 0, 0, other)  # each the other: neither
    a, b = np.flatnonzero(one), np.flatnonzero(other)
    if not len(a) + len(b):
        return known, label
    row, to = np.concatenate((i[a], j[b])), np.concatenate((j[a], i[b]))
    worth = np.concatenate((score[a], score[b]))
    by_id = np.concatenate((one[a], other[b])) >= BY_ID
    citing = np.unique(row)
    place = sources + known.source  # what a citing report of each source takes up
    onto, best = _originals(known, label, row, to, worth, by_id, weights)
    joined = np.flatnonzero(onto >= 0)
    joined = joined[onto[joined] != joined]
    # Of several citing reports of one source, one speaks of an incident.
    home = label[onto[joined]]
    order = np.lexsort((joined, -best[joined], place[joined], home))
    first = np.ones(len(order), np.bool_)
    first[1:] = (np.diff(home[order]) != 0) | (np.diff(place[joined[order]]) != 0)
    joined, home = joined[order[first]], home[order[first]]
    taken = label[citing] * 2 * sources + place[citing]
    joined = joined[~np.isin(home * 2 * sources + place[joined], taken)]
    found = _merged(label, joined, onto)
    if len(known.split):
        torn = known.split[found[known.split[:, 0]] == found[known.split[:, 1]]]
        joined = joined[~np.isin(joined, torn)]
        found = _merged(label, joined, onto)
    source = known.source.copy()
    source[joined] = known.source[onto[joined]]
    also = np.column_stack((citing, place[citing]))
    return replace(known, source=source, also=also), found


def _originals(
    known: Known, label: Ints, row: Ints, to: Ints, worth: Floats, by_id: Bools, weights: Weights
) -> tuple[Ints, Floats]:
    """For each report the one that it repeats in the end, -1 for none, and its score with the
    one that it cites. ``row`` cites ``to``, with the score ``worth``.
    """
    n = len(label)
    alone = np.bincount(label, minlength=n)[label] == 1
    exact = np.zeros(n, np.bool_)
    exact[row[by_id]] = True
    # Where a report gives an id, no other report is meant.
    meant = alone[row] & (by_id | ~exact[row])
    row, to, worth, by_id = row[meant], to[meant], worth[meant], by_id[meant]
    order = np.lexsort((-to, worth, row))  # the last is the best, of equals the least
    row, to, worth, by_id = row[order], to[order], worth[order], by_id[order]
    odds = np.exp(np.minimum(worth, 30.0))
    last = np.ones(len(row), np.bool_)
    last[:-1] = row[1:] != row[:-1]
    rest = np.bincount(row, weights=np.where(last, 0, odds), minlength=n)
    clear = np.round(worth - np.log1p(rest[row]), 6)
    least = np.where(known.vague[row], weights.clear_vague, weights.clear)
    ok = last & (by_id | ((worth >= weights.link) & (clear >= least)))
    onto = np.full(n, -1, np.int64)
    best = np.zeros(n)
    onto[row[ok]], best[row[ok]] = to[ok], worth[ok]
    end = np.where(onto >= 0, onto, np.arange(n))
    for _ in range(_HOPS):
        end = end[end]  # the end of an end
    # What goes in a circle, or on for longer, has no original.
    onto = np.where((onto >= 0) & (onto[end] < 0), end, -1)
    return onto, best


def _merged(label: Ints, rows: Ints, onto: Ints) -> Ints:
    """Labels with each of ``rows``, which are alone, in the group of what it repeats."""
    found = label.copy()
    found[rows] = label[onto[rows]]
    least = np.arange(len(label))
    np.minimum.at(least, found[rows], rows)
    return least[found]


def _mask(array: pa.Array) -> Bools:
    return np.array(pc.fill_null(array, False).to_numpy(zero_copy_only=False), dtype=np.bool_)

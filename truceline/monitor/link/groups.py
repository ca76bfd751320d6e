"""Groups: from scored pairs to incidents, by a rule that knows no order.

In rounds, each group looks for its best partner, and those that choose one another become
one (reciprocal nearest neighbours: Murtagh 1983; for average linkage the same as always
joining the best pair of all). The worth of joining two groups is the mean score over all
pairs across, after what else each report could be (its rivals) is counted in. Ties go to
the lesser ids. What happens in a component of the pairs depends on that component alone.

Never joined are groups that share a source, groups that people keep apart, and, in the
first stage, vague reports; later a group holds at most one precise core.
"""

import numpy as np

from truceline.monitor.link.reports import Bools, Floats, Ints
from truceline.monitor.link.voices import Known, voiced
from truceline.monitor.link.weights import Weights

_GRAIN = 1e6  # sums are rounded: a difference in the last bit decides nothing
_LOWEST = -(2**62)
_TOGETHER = 2_000_000  # partners looked up together: bounds memory
_ROUNDS = 16  # messages settle to three digits within a dozen rounds


def grouped(known: Known, i: Ints, j: Ints, score: Floats, how: Ints, weights: Weights) -> Ints:
    """For each report the least row of its group. Pairs (i, j) with i < j, each once;
    ``how`` they cite one another as of ``voices.told``.
    """
    n = len(known.source)
    order = np.lexsort((j, i))
    i, j, score = i[order], j[order], score[order]
    known, label = voiced(known, components(n, known.join), i, j, score, how[order], weights)
    blocks = np.unique(label)
    # What people joined is one report with several views: the best of them speaks.
    i, j, score = _best_views(label, i, j, score)
    precise = ~known.vague[i] & ~known.vague[j]
    label = _stage(
        known, label, blocks, i[precise], j[precise], score[precise], weights, vague=False
    )
    return _stage(known, label, blocks, i, j, score, weights, vague=True)


def _best_views(label: Ints, i: Ints, j: Ints, score: Floats) -> tuple[Ints, Ints, Floats]:
    """Of all pairs between two groups the one with the highest score; none inside a group."""
    a, b = np.minimum(label[i], label[j]), np.maximum(label[i], label[j])
    order = np.lexsort((j, i, -score, b, a))
    order = order[a[order] != b[order]]
    if not len(order):
        return i[:0], j[:0], score[:0]
    first = np.ones(len(order), np.bool_)
    first[1:] = (np.diff(a[order]) != 0) | (np.diff(b[order]) != 0)
    kept = np.sort(order[first])
    return i[kept], j[kept], score[kept]


def components(n: int, pairs: Ints) -> Ints:
    """For each of ``n`` rows the least row that pairs connect it with."""
    least = np.arange(n)
    a, b = pairs[:, 0], pairs[:, 1]
    while len(a):
        # Each component hooks onto its least neighbour, which at least halves their number.
        one, two = least[a], least[b]
        np.minimum.at(least, np.maximum(one, two), np.minimum(one, two))
        while (least[least] != least).any():
            least = least[least]
        apart = least[a] != least[b]
        a, b = a[apart], b[apart]
    return least


def _stage(
    known: Known,
    label: Ints,
    blocks: Ints,
    i: Ints,
    j: Ints,
    score: Floats,
    weights: Weights,
    *,
    vague: bool,
) -> Ints:
    n = len(label)
    core = np.zeros(n, np.int64)  # whether a group holds a precise report
    while len(i):
        a, b = np.minimum(label[i], label[j]), np.maximum(label[i], label[j])
        apart = a != b
        i, j, score, a, b = i[apart], j[apart], score[apart], a[apart], b[apart]
        if vague:
            core[:] = 0
            np.maximum.at(core, label, (~known.vague).astype(np.int64))
        free = ~_clash(known, label, a, b)
        if vague:
            free &= (core[a] + core[b]) < 2
        i, j, score, a, b = i[free], j[free], score[free], a[free], b[free]
        if not len(i):
            break
        size = np.bincount(label[blocks], minlength=n)
        first, second, plain, clear = _edges(known, a, b, i, j, score, size, weights, n)
        if vague:
            clear = plain - _alternatives(first, second, plain, core, weights, n)
        least = np.where(
            (core[first] + core[second] > 0) & vague, weights.clear_vague, weights.clear
        )
        ok = (plain >= weights.link) & (clear >= least)
        first, second, clear = first[ok], second[ok], clear[ok]
        if not len(first):
            break
        merged = _mutual(first, second, clear, n)
        if not len(merged):
            break
        to = np.arange(n)
        to[second[merged]] = first[merged]
        label = to[label]
    return label


def _edges(
    known: Known,
    a: Ints,
    b: Ints,
    i: Ints,
    j: Ints,
    score: Floats,
    size: Ints,
    weights: Weights,
    n: int,
) -> tuple[Ints, Ints, Floats, Floats]:
    """Pairs of groups, their mean score, and the same after rivals are counted in."""
    lost = lost_to_rivals(known.source, i, j, score)
    key = a * n + b
    order = np.argsort(key, kind="stable")
    keys, start = np.unique(key[order], return_index=True)
    which = np.repeat(np.arange(len(keys)), np.diff(np.append(start, len(key))))
    first, second = keys // n, keys % n
    pairs = size[first] * size[second]
    absent = (pairs - np.diff(np.append(start, len(key)))) * weights.missing
    plain = (np.bincount(which, weights=score[order]) + absent) / pairs
    clear = plain - np.bincount(which, weights=lost[order]) / np.diff(np.append(start, len(key)))
    return first, second, _rounded(plain), _rounded(clear)


def lost_to_rivals(source: Ints, i: Ints, j: Ints, score: Floats) -> Floats:
    """What a score loses to rivals: the other reports of j's source that i could be of one
    happening with, and the other way round, each as likely as its own rivals leave it.

    Belief propagation for data association (Williams and Lau 2014): exact where the pairs
    between two sources form a tree, and close to it elsewhere.
    """
    odds = np.exp(np.minimum(score, 30.0))
    sources = int(source.max(initial=0)) + 1
    ours, theirs = (
        np.unique(report * sources + source[other], return_inverse=True)[1].reshape(-1)
        for report, other in ((i, j), (j, i))
    )
    left = np.ones(len(i))  # how far j is still to be had, for i
    for _ in range(_ROUNDS):
        wanted = odds * left
        others = np.bincount(ours, weights=wanted)[ours] - wanted
        claim = odds / (1 + np.maximum(others, 0))
        left = 1 / (1 + np.maximum(np.bincount(theirs, weights=claim)[theirs] - claim, 0))
    lost: Floats = np.log(odds) - np.log(claim * left)
    return lost


def _alternatives(
    first: Ints, second: Ints, plain: Floats, core: Ints, weights: Weights, n: int
) -> Floats:
    """log(1 + the odds of all other groups) that a group without a precise report could
    belong to: it is attached only where it is clear to which. A group that could be one with
    the chosen one is no alternative to it.
    """
    odds = np.exp(np.minimum(plain, 30.0))
    total = np.bincount(first, weights=odds, minlength=n)
    total += np.bincount(second, weights=odds, minlength=n)
    friends = _friends(first, second, odds, plain >= weights.link, n)
    others = np.zeros(len(first))
    for end, shared in zip((first, second), friends, strict=True):
        loose = core[end] == 0
        others += np.where(loose, np.maximum(total[end] - odds - shared, 0), 0)
    return _rounded(np.log1p(others))


def _friends(first: Ints, second: Ints, odds: Floats, good: Bools, n: int) -> tuple[Floats, Floats]:
    """For each end of each good pair: the odds of its other partners that are good partners
    of the other end too.
    """
    found = (np.zeros(len(first)), np.zeros(len(first)))
    rows = np.flatnonzero(good)
    near, far = np.concatenate((first, second)), np.concatenate((second, first))
    order = np.lexsort((far, near))
    near, far = near[order], far[order]
    worth, fit = np.tile(odds, 2)[order], np.tile(good, 2)[order]
    key = near * n + far  # sorted
    start = np.searchsorted(near, np.arange(n + 1))
    # Of each pair, the partners of the end that has fewer are looked up among the other's.
    degree = np.diff(start)
    few = np.where(degree[first[rows]] <= degree[second[rows]], first[rows], second[rows])
    many = first[rows] + second[rows] - few
    stop = np.cumsum(degree[few])
    at = 0
    while at < len(rows):
        done = stop[at - 1] if at else 0
        to = max(int(np.searchsorted(stop, done + _TOGETHER, "right")), at + 1)
        size = degree[few[at:to]]
        which = np.repeat(np.arange(at, to), size)
        one = np.arange(len(which)) - np.repeat(np.cumsum(size) - size, size)
        one += start[few[which]]
        asked = many[which] * n + far[one]
        two = np.minimum(np.searchsorted(key, asked), len(key) - 1)
        shared = key[two] == asked
        which, one, two = which[shared], one[shared], two[shared]
        swapped = few[which] != first[rows[which]]
        for end, odd in ((0, swapped), (1, ~swapped)):
            # The odds of this end's partner, where that is a good one of the other end.
            mine, other = np.where(odd, two, one), np.where(odd, one, two)
            value = np.where(fit[other], worth[mine], 0.0)
            found[end][rows] += np.bincount(which, weights=value, minlength=len(rows))
        at = to
    return found


def _mutual(first: Ints, second: Ints, worth: Floats, n: int) -> Ints:
    """The pairs of groups that are each other's best; ties go to the lesser rows."""
    best = np.full(n, -1, np.int64)
    # The last write wins: the best comes last, and among equals the least ids.
    order = np.lexsort((-second, -first, worth))
    best[first[order]] = order
    other = np.full(n, -1, np.int64)
    other[second[order]] = order
    rank = np.empty(len(first), np.int64)
    rank[order] = np.arange(len(first))
    at_first = np.where(best >= 0, rank[np.maximum(best, 0)], _LOWEST)
    at_second = np.where(other >= 0, rank[np.maximum(other, 0)], _LOWEST)
    top = np.maximum(at_first, at_second)
    return np.flatnonzero((top[first] == rank) & (top[second] == rank))


def _clash(known: Known, label: Ints, a: Ints, b: Ints) -> Bools:
    """Pairs of groups that share a source, or of which people keep two members apart."""
    n = len(label)
    # Each pair of groups is asked once, however many reports it stands for.
    edges, which = np.unique(a * n + b, return_inverse=True)
    a, b = edges // n, edges % n
    sources = 2 * (int(known.source.max(initial=0)) + 1)
    if len(known.also):
        sources = max(sources, int(known.also[:, 1].max()) + 1)
    # What each group holds: sources with a report of their own, and sources that cite.
    held = each_once(
        np.concatenate(
            (label * sources + known.source, label[known.also[:, 0]] * sources + known.also[:, 1])
        )
    )
    first = np.searchsorted(held, a * sources, "left")
    count = np.searchsorted(held, (a + 1) * sources, "left") - first
    pair = np.repeat(np.arange(len(a)), count)
    within = np.arange(len(pair)) - np.repeat(np.cumsum(count) - count, count)
    asked = b[pair] * sources + held[first[pair] + within] % sources
    at = np.minimum(np.searchsorted(held, asked), len(held) - 1)
    found = np.zeros(len(a), np.bool_)
    found[pair[held[at] == asked]] = True
    if len(known.split):
        x, y = label[known.split[:, 0]], label[known.split[:, 1]]
        never = np.unique(np.minimum(x, y) * n + np.maximum(x, y))
        found |= np.isin(edges, never)
    asked_for: Bools = found[which.reshape(-1)]
    return asked_for


def each_once(values: Ints) -> Ints:
    """The different values, sorted; in half the time that ``np.unique`` takes."""
    ordered = np.sort(values)
    found: Ints = ordered[np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)]]
    return found


def _rounded(values: Floats) -> Floats:
    return np.round(values * _GRAIN) / _GRAIN

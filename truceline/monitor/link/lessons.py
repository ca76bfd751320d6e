"""What the reports themselves teach about their sources: a second pass over the scores.

Two sources may write one party's name in two ways and have their own words for one act. No
list knows that beforehand. But most pairs are clear without it: the rest of their score
decides, and no rival comes near. How often such pairs bring two words together, against
how often chance would, is the weight of the two words (Fellegi and Sunter 1969), drawn
towards the weight in ``Weights`` by a gamma-Poisson law (W. DuMouchel, The American
Statistician 53, 1999): words that would seldom meet by chance keep it until they are seen.

Only counts enter, so that neither the order of reports nor their batches matter; what is
learned is rounded to ``Weights.lesson_grain``, so that a day more seldom changes it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from truceline.monitor.link.groups import lost_to_rivals
from truceline.monitor.link.reports import EVENT, SEPARATOR, Bools, Coded, Floats, Ints, Reports
from truceline.monitor.link.score import PARTS
from truceline.monitor.link.weights import Weights

# What is learned, and the part of the score that it weighs in: where one report does not say
# who acted, the sides are compared as a pair.
_PART = {"act": "act", "actor": "actor", "sides": "actor", "target": "target"}


@dataclass(frozen=True)
class Lesson:
    """What was learned about one kind of words. ``sources`` are the pairs of sources (as one
    number) with enough clear pairs to learn from. For each key, two sources and a word of
    each: its ``weight`` (log-odds); in how many of all clear pairs (``of``) it was ``seen``;
    and in how many it is ``expected`` by chance.
    """

    about: str
    sources: Ints
    keys: Ints
    weight: Floats
    seen: Ints
    of: Ints
    expected: Floats

    @property
    def part(self) -> str:
        """The part of the score that it weighs in."""
        return _PART[self.about]

    def find(self, reports: Reports, i: Ints, j: Ints) -> Ints:
        """For each pair of rows the place of its key; -1 where nothing was learned."""
        found = np.full(len(i), -1, np.int64)
        if len(self.keys):
            key, known = _keys(_asked(self.about, reports, i, j), self.sources)
            at = np.minimum(np.searchsorted(self.keys, key), len(self.keys) - 1)
            hit = known & (self.keys[at] == key)
            found[hit] = at[hit]
        return found


@dataclass(frozen=True)
class _Asked:
    """For pairs: whether there is something to compare, their sources as one number, and the
    word of each, below ``size``, the one of the lesser source first.
    """

    said: Bools
    sources: Ints
    one: Ints
    other: Ints
    size: int


def lessons(
    reports: Reports, i: Ints, j: Ints, parts: Floats, weights: Weights
) -> tuple[tuple[Lesson, ...], Floats]:
    """What the pairs (i, j), each once, with the ``parts`` of their first scores teach; and
    their parts after it.
    """
    event = reports.kind == EVENT
    rows = np.flatnonzero(event[i] & event[j])
    if len(rows) < weights.lesson_least:
        return (), parts
    parts = parts.copy()
    i, j, first = i[rows], j[rows], parts[rows]
    score = np.round(first.sum(axis=1, dtype=np.float64), 4)
    clear = score - lost_to_rivals(reports.source.code, i, j, score)
    # Who repeats another's report repeats its words: that teaches nothing about the two.
    clear[first[:, PARTS.index("cites")] >= weights.cites_other] = -np.inf
    found: list[Lesson] = []
    for about, part in _PART.items():
        k = PARTS.index(part)
        same = clear - first[:, k] >= weights.lesson_clear
        for lesson in _learned(about, reports, i, j, first[:, k], same, weights):
            at = lesson.find(reports, i, j)
            hit = np.flatnonzero(at >= 0)
            parts[rows[hit], k] = lesson.weight[at[hit]]
            found.append(lesson)
    return tuple(found), parts


def _learned(
    about: str,
    reports: Reports,
    i: Ints,
    j: Ints,
    before: Floats,
    same: Bools,
    weights: Weights,
) -> Iterator[Lesson]:
    """The lesson, if there is enough to learn from. ``before`` is what the words weighed in
    the first scores; ``same`` are the pairs that are clear without them.
    """
    asked = _asked(about, reports, i, j)
    same = same & asked.said
    taught, often = np.unique(asked.sources[same], return_counts=True)
    enough = often >= weights.lesson_least
    taught, often = taught[enough], often[enough]
    key, known = _keys(asked, taught)
    rows = np.flatnonzero(known)
    if not len(rows):
        return
    keys, first, which = np.unique(key[rows], return_index=True, return_inverse=True)
    seen = np.bincount(which.reshape(-1), weights=same[rows], minlength=len(keys))
    at = rows[first]
    of = often[np.searchsorted(taught, asked.sources[at])]
    count = len(reports.source.values)
    expected = of * np.ones(len(at))
    shares = _Shares.of(about, reports)
    for source, word in (
        (asked.sources[at] // count, asked.one[at]),
        (asked.sources[at] % count, asked.other[at]),
    ):
        expected *= shares.get(source, word)
    prior = weights.lesson_prior
    weight = np.log((seen + prior) / (expected + prior * np.exp(-before[at].astype(np.float64))))
    grain, most = weights.lesson_grain, weights.lesson_most
    # Rounded twice: a difference in the last bit decides nothing.
    weight = np.clip(np.round(np.round(weight, 6) / grain) * grain, -most, most)
    yield Lesson(about, taught, keys, weight, seen.astype(np.int64), of, expected)


def _asked(about: str, reports: Reports, i: Ints, j: Ints) -> _Asked:
    code = reports.source.code
    turned = code[i] > code[j]
    a, b = np.where(turned, j, i), np.where(turned, i, j)
    column = _column(about, reports)
    says = _says(column)
    said = says[column.code[a]] & says[column.code[b]]
    if about != "act":
        opened = reports.open[a] | reports.open[b]
        said &= opened if about == "sides" else ~opened
    sources = code[a] * len(reports.source.values) + code[b]
    return _Asked(said, sources, column.code[a], column.code[b], len(says))


def _column(about: str, reports: Reports) -> Coded:
    columns = {"act": reports.act, "actor": reports.who, "sides": reports.sides}
    return columns.get(about, reports.whom)


def _says(column: Coded) -> Bools:
    """Which of a column's values say anything."""
    return np.array([bool(v.strip(SEPARATOR)) for v in column.values] or [False], np.bool_)


def _keys(asked: _Asked, taught: Ints) -> tuple[Ints, Bools]:
    """A number for what each pair says, and whether its sources were learned about."""
    if not len(taught):
        return np.zeros(len(asked.one), np.int64), np.zeros(len(asked.one), np.bool_)
    at = np.minimum(np.searchsorted(taught, asked.sources), len(taught) - 1)
    known = asked.said & (taught[at] == asked.sources)
    return (at * asked.size + asked.one) * asked.size + asked.other, known


@dataclass(frozen=True)
class _Shares:
    """How often each source's reports say each word, as a share of those that say any."""

    keys: Ints
    share: Floats
    size: int

    @classmethod
    def of(cls, about: str, reports: Reports) -> "_Shares":
        column = _column(about, reports)
        says = _says(column)
        rows = np.flatnonzero(says[column.code] & (reports.kind == EVENT))
        source, size = reports.source.code[rows], len(says)
        keys, count = np.unique(source * size + column.code[rows], return_counts=True)
        total = np.bincount(source, minlength=len(reports.source.values))
        return cls(keys, count / total[keys // size], size)

    def get(self, source: Ints, word: Ints) -> Floats:
        """The shares of these words of these sources."""
        found: Floats = self.share[np.searchsorted(self.keys, source * self.size + word)]
        return found

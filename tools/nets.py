"""Learn a net of two layers from sparse rows of features (``truceline.reading.weighing.net``).

Stochastic gradient descent with Adagrad's steps. In each step most features of a row and some of the
hidden units are left out (dropout), so that no answer hangs on one of them. A linear model of the
same rows may speak beside the net: the two err in other places.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from loglinear import shares_in
from weight_files import write_net

from truceline.reading.weighing.net import UNIT, Layers, Net
from truceline.reading.weighing.scale import Scale

F32 = np.float32
Gap = Callable[[Any, Any], Any]  # log-odds, numbers of rows -> their slope


@dataclass(frozen=True)
class How:
    """How a net is learned: the size of its middle, how often all rows are seen, how many of a step,
    what share of the features and of the hidden units is left out, and the first step's length.
    """

    hidden: int = 96
    rounds: int = 20
    step: int = 512
    less: float = 0.6
    less_hidden: float = 0.3
    rate: float = 0.05
    seed: int = 0


LINEAR = 0.3  # what a linear model beside the net counts
_NEVER_BELOW = 1 << 20  # more than the rows of a stretch add up to: such a unit is never cut off


@dataclass(frozen=True)
class Learned:
    """A net in real numbers; ``rows`` is feature x hidden unit, ``out`` hidden unit x answer.

    ``line`` (feature x answer) and ``line_start``: a linear model that speaks beside it and counts
    ``share`` of the whole.
    """

    rows: Any
    start: Any
    out: Any
    out_start: Any
    line: Any = None
    line_start: Any = None
    share: float = 0.0

    def beside(self, line: Any, start: Any) -> Learned:
        """The net with a linear model."""
        return replace(self, line=line, line_start=start, share=LINEAR)

    @staticmethod
    def of_line(line: Any, start: Any) -> Learned:
        """A linear model alone."""
        width, answers = line.shape
        none = np.zeros((width, 0)), np.zeros(0), np.zeros((0, answers)), np.zeros(answers)
        return Learned(*none, line, start, share=1.0)

    def odds(self, x: Any) -> Any:
        """Log-odds, row of ``x`` by answer."""
        odds = np.maximum(x @ self.rows + self.start, 0) @ self.out + self.out_start
        if self.line is None:
            return odds
        return (1 - self.share) * odds + self.share * (x @ self.line + self.line_start)

    def layers(self, features: Sequence[str]) -> Layers:
        """In whole numbers: each hidden unit is stretched so that its rows fill a byte. Each answer
        of the linear model is a unit that is never cut off.
        """
        rows, start, out, last = self.rows, self.start, self.out, self.out_start
        share = self.share
        units = rows.shape[1]
        if self.line is not None:
            answers = out.shape[1]
            rows = np.hstack([rows, self.line])
            start = np.concatenate([start, np.zeros(answers)])
            out = np.vstack([(1 - share) * out, share * np.eye(answers)])
            last = (1 - share) * last + share * self.line_start
        stretch = 127 / (np.quantile(np.abs(rows), 0.9999, axis=0) + 1e-9)
        whole = np.round(start * stretch).astype(np.int32)
        whole[units:] += _NEVER_BELOW
        weights = np.round(out / stretch[:, None] * UNIT).astype(np.int32)
        ends = np.round(last * UNIT).astype(np.int64)
        return Layers(
            features,
            np.clip(np.round(rows * stretch), -127, 127).astype(np.int8),
            whole,
            weights,
            ends - _NEVER_BELOW * weights[units:].sum(axis=0, dtype=np.int64),
        )


@dataclass(frozen=True)
class Found:
    """What was learned: the answers, the features and a net."""

    answers: tuple[str, ...]
    features: list[str]
    net: Learned

    def scale(self) -> Scale:
        """As the reader uses it."""
        return Scale(self.answers, Net(self.net.layers(self.features)))

    def write(self, name: str) -> None:
        """Into the reader's data."""
        write_net(name, self.net.layers(self.features), {"answers": self.answers})


def each(y: Any) -> Gap:
    """The slope where each answer stands by itself; ``y``: row x answer, -1 where not known."""
    known, right = (y >= 0).astype(F32), (y == 1).astype(F32)
    return lambda odds, at: (1 / (1 + np.exp(-odds)) - right[at]) * known[at]


def one_of(y: Any, answers: int) -> Gap:
    """The slope where one answer is right; ``y``: its number, by row."""
    right = np.eye(answers, dtype=F32)

    def gap(odds: Any, at: Any) -> Any:
        e = np.exp(odds - odds.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True) - right[y[at]]

    return gap


def any_right(right: Any, sizes: Sequence[int], share: Any = None) -> Gap:
    """The slope of a choice in groups of ``sizes`` rows that follow each other, of which several may
    be ``right``. Rows of a step must be those of whole groups. ``share``: what each group weighs.
    """
    group = np.repeat(np.arange(len(sizes)), sizes)
    weigh = np.ones(len(sizes)) if share is None else share

    def gap(odds: Any, at: Any) -> Any:
        of = group[at]
        begins = np.flatnonzero(np.concatenate([[True], of[1:] != of[:-1]]))
        which = np.cumsum(np.concatenate([[False], of[1:] != of[:-1]]))

        said = odds[:, 0]
        given = shares_in(said, begins, which)[0]
        wanted = shares_in(np.where(right[at], said, -1e9), begins, which)[0]
        return ((given - wanted) * weigh[of])[:, None]

    return gap


def learn(
    x: Any,
    answers: int,
    gap: Gap,
    how: How,
    out_start: float = -4.0,
    sizes: Sequence[int] | None = None,
) -> Learned:
    """A net by the rows of ``x`` (sparse, row x feature) and the slope of what is lost.

    ``sizes``: rows that follow each other are taken together in groups of these sizes.
    """
    from scipy.sparse import csr_matrix

    dice = np.random.default_rng(how.seed)
    x = x.tocsr().astype(F32)
    n, width = x.shape
    ends = np.cumsum(np.ones(n, int) if sizes is None else sizes)
    n = len(ends)
    groups = np.split(np.arange(int(ends[-1])), ends[:-1])
    rows = (dice.standard_normal((width, how.hidden)) * 0.1).astype(F32)
    out = (dice.standard_normal((how.hidden, answers)) * 0.1).astype(F32)
    start, last = np.zeros(how.hidden, F32), np.full(answers, out_start, F32)
    so_far = [np.full(s, 1e-2, F32) for s in ((width, 1), how.hidden, out.shape, answers)]
    for turn in range(how.rounds):
        rate = how.rate * (1 - 0.9 * turn / how.rounds)
        order = dice.permutation(n)
        for first in range(0, n, how.step):
            at = np.concatenate([groups[g] for g in order[first : first + how.step]])
            some = x[at]
            some.data *= (dice.random(len(some.data)) > how.less) / (1 - how.less)
            here, inverse = np.unique(some.indices, return_inverse=True)
            some = csr_matrix((some.data, inverse, some.indptr), shape=(len(at), len(here)))
            own = rows[here]
            before = some @ own + start
            left = (dice.random(before.shape) > how.less_hidden) / F32(1 - how.less_hidden)
            middle = np.maximum(before, 0) * left.astype(F32)
            slope = gap(middle @ out + last, at).astype(F32)
            back = (slope @ out.T) * left * (before > 0)
            back = back.astype(F32)
            for weights, change, sums in (
                (out, middle.T @ slope, so_far[2]),
                (last, slope.sum(axis=0), so_far[3]),
                (start, back.sum(axis=0), so_far[1]),
            ):
                sums += change**2
                weights -= rate * change / np.sqrt(sums)
            change = some.T @ back
            so_far[0][here] += (change**2).mean(axis=1, keepdims=True)
            rows[here] = own - rate * change / np.sqrt(so_far[0][here])
    return Learned(rows, start, out, last)

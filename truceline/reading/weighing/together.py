"""A stretch among the others of its document: what they are likely to be says what it is.

A report names its ceasefire in every other sentence, and an article's clauses come in runs. So
the log-odds of a stretch are weighed once more beside those of the stretches before and after it.
"""

import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

_MOST = 6.0  # log-odds beyond which nothing more is said
FEW = 4
VOICES = 21  # what speaks for each answer: the last axis of ``voices``


def voices(
    odds: Sequence[Sequence[float]], sentence: Sequence[int], agreement: bool
) -> NDArray[np.float64]:
    """What speaks for each answer of each stretch, in the order of the document.

    ``odds``: log-odds, stretch by answer. ``sentence``: the number of each stretch's sentence.
    Gives an array stretch x answer x ``VOICES``.
    """
    padded = np.full((len(odds) + 2, len(odds[0])), -_MOST)  # nothing before, nothing after
    padded[1:-1] = odds
    np.maximum(padded, -_MOST, out=padded)
    np.minimum(padded, _MOST, out=padded)
    own, last, following = padded[1:-1], padded[:-2], padded[2:]
    n, answers = own.shape
    high = np.sort(own, axis=0)[::-1]
    rank = np.argsort(-own, axis=0, kind="stable").argsort(axis=0)
    elsewhere = np.where(rank == 0, high[1] if n > 1 else -_MOST, high[0])
    before = np.maximum.accumulate(last, axis=0)
    after = np.maximum.accumulate(following[::-1], axis=0)[::-1]
    at = np.asarray(sentence)
    with_last = np.zeros((n, 1), bool)
    with_last[1:, 0] = at[1:] == at[:-1]
    with_next = np.zeros((n, 1), bool)
    with_next[:-1] = with_last[1:]
    most = np.sort(own, axis=1)
    other = np.where(own == most[:, -1:], most[:, -2:-1], most[:, -1:])
    tops = padded.max(axis=1)
    top, last_top, next_top = tops[1:-1], tops[:-2, None], tops[2:, None]
    found = np.empty((VOICES, n, answers))
    for k, voice in enumerate(
        (
            own,
            np.maximum(own, 0),
            np.maximum(own + 2, 0),
            elsewhere,
            before,
            after,
            last,
            following,
            last * with_last,
            following * with_next,
            other,
            last_top,
            next_top,
            rank == 0,
            rank == 1,
            rank == 2,
            np.log1p((own > 0).sum(axis=0))[None, :],
            (top > 0).mean(),
            float(agreement),
            own * agreement,
            (np.arange(n) / n)[:, None],
        )
    ):
        found[k] = voice
    return found.transpose(1, 2, 0)


class Second:
    """What each voice weighs for each answer.

    ``given``: for an answer what it starts from and the weight of each voice; an answer that is not
    there keeps its own log-odds, and so do all where there are fewer than ``FEW`` stretches: a lone
    sentence is no document.
    """

    def __init__(self, answers: Sequence[str], given: Mapping[str, Sequence[float]]) -> None:
        self.answers = tuple(answers)
        self._heard = [k for k, answer in enumerate(answers) if answer in given]
        rows = np.array([given[answers[k]] for k in self._heard]).reshape(-1, VOICES + 1)
        self._start, self._weight = rows[:, 0], rows[:, 1:]

    def chances(
        self, odds: Sequence[Sequence[float]], sentence: Sequence[int], agreement: bool
    ) -> list[dict[str, float]]:
        """The probability of each answer for each stretch of a document, from its log-odds alone."""
        lines: Iterable[Sequence[float]] = odds
        if self._heard and len(odds) >= FEW:
            spoken = voices(odds, sentence, agreement)[:, self._heard]
            heard = np.array(odds)
            heard[:, self._heard] = self._start + np.einsum("sav,av->sa", spoken, self._weight)
            lines = heard.tolist()
        exp = math.exp
        return [
            dict(zip(self.answers, [1 / (1 + exp(-x)) for x in line], strict=True))
            for line in lines
        ]

"""A stretch among the others of its document: what they are likely to be says what it is.

A report names its ceasefire in every other sentence, and an article's clauses come in runs. So
the log-odds of a stretch are weighed once more beside those of the stretches before and after it.
"""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

_MOST = 6.0  # log-odds beyond which nothing more is said
VOICES = 21  # what speaks for each answer: the last axis of ``voices``


def voices(
    odds: Sequence[Sequence[float]], sentence: Sequence[int], agreement: bool
) -> NDArray[np.float64]:
    """What speaks for each answer of each stretch, in the order of the document.

    ``odds``: log-odds, stretch by answer. ``sentence``: the number of each stretch's sentence.
    Gives an array stretch x answer x ``VOICES``.
    """
    own = np.clip(np.asarray(odds, np.float64), -_MOST, _MOST)
    n, answers = own.shape
    none = np.full((1, answers), -_MOST)
    high = np.sort(own, axis=0)[::-1]
    order = np.argsort(-own, axis=0, kind="stable")
    rank = np.empty_like(order)
    np.put_along_axis(rank, order, np.arange(n)[:, None], axis=0)
    elsewhere = np.where(rank == 0, high[1] if n > 1 else -_MOST, high[0])
    before = np.maximum.accumulate(np.vstack([none, own]), axis=0)[:-1]
    after = np.maximum.accumulate(np.vstack([none, own[::-1]]), axis=0)[:-1][::-1]
    last, following = np.vstack([none, own[:-1]]), np.vstack([own[1:], none])
    at = np.asarray(sentence)
    with_last = np.concatenate([[False], at[1:] == at[:-1]])[:, None]
    with_next = np.concatenate([at[1:] == at[:-1], [False]])[:, None]
    most = np.sort(own, axis=1)
    other = np.where(own == most[:, -1:], most[:, -2:-1], most[:, -1:])
    top = own.max(axis=1)
    last_top = np.concatenate([[-_MOST], top[:-1]])[:, None]
    next_top = np.concatenate([top[1:], [-_MOST]])[:, None]
    found = np.empty((n, answers, VOICES))
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
        found[:, :, k] = voice
    return found


def chances_together(
    odds: Sequence[Sequence[float]],
    sentence: Sequence[int],
    agreement: bool,
    answers: Sequence[str],
    second: Mapping[str, Sequence[float]],
) -> list[dict[str, float]]:
    """The probability of each answer for each stretch of a document.

    ``second``: for each answer what it starts from and what each voice weighs; an answer that is not
    there keeps its own log-odds.
    """
    if not odds:
        return []
    spoken = voices(odds, sentence, agreement)
    columns = []
    for k, answer in enumerate(answers):
        row = second.get(answer)
        if row is None:
            columns.append([float(x[k]) for x in odds])
        else:
            columns.append((row[0] + spoken[:, k] @ np.asarray(row[1:])).tolist())
    return [
        {a: 1 / (1 + math.exp(-x)) for a, x in zip(answers, line, strict=True)}
        for line in zip(*columns, strict=True)
    ]

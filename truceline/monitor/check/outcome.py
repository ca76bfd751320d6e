"""Outcomes: what each reading of a clause says of the rows it touches, and all together."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from truceline.model.finding import CAUSES
from truceline.monitor.check.rules import Judgement
from truceline.monitor.check.windows import Floats, Ints

NO, BREACH, CANNOT = range(3)
CAUSE = {name: code for code, name in enumerate(CAUSES)}


@dataclass(frozen=True)
class Outcome:
    """One reading's answer for the rows ``index`` that it touches (in rising order)."""

    index: Ints
    verdict: npt.NDArray[np.int8]
    cause: npt.NDArray[np.int8]
    p_zone: Floats
    p_time: Floats
    judged: tuple[Judgement, ...]
    which: Ints


@dataclass(frozen=True)
class Merged:
    """All readings together. ``shown`` is the reading whose shares and words are shown: of
    those that touch the row, the one in which the least of the report lies inside.
    """

    shown: Ints
    place: Ints  # the row's position in the shown reading's outcome
    verdict: npt.NDArray[np.int8]
    cause: npt.NDArray[np.int8]
    by_reading: Ints  # rows x readings: verdict and cause as one code


def touched_rows(outcomes: Sequence[Outcome], n: int) -> Ints:
    """The rows, in rising order, that any reading touches, of ``n`` in all."""
    seen = np.zeros(n, dtype=bool)
    for outcome in outcomes:
        seen[outcome.index] = True
    return np.flatnonzero(seen).astype(np.int64)


def merge(outcomes: Sequence[Outcome], index: Ints) -> Merged:
    """One verdict from all readings: the same under each, or cannot tell.

    Breach under one reading and no breach under another is a doubt of the text. Where no
    reading disagrees but one cannot tell, its cause stands.
    """
    n = len(index)
    verdicts = np.full((n, len(outcomes)), NO, dtype=np.int64)
    causes = np.zeros((n, len(outcomes)), dtype=np.int64)
    least = np.full(n, np.inf)
    shown, place = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    for number, outcome in enumerate(outcomes):
        rows = np.searchsorted(index, outcome.index)
        verdicts[rows, number] = outcome.verdict
        causes[rows, number] = outcome.cause
        p = np.nan_to_num(outcome.p_zone * outcome.p_time, nan=2.0)
        better = p < least[rows]
        least[rows[better]] = p[better]
        shown[rows[better]] = number
        place[rows[better]] = np.flatnonzero(better)
    breach = (verdicts == BREACH).any(axis=1)
    clear = (verdicts == NO).any(axis=1)
    doubt = (verdicts == CANNOT).any(axis=1)
    verdict = np.where(breach, BREACH, NO)
    verdict[doubt | (breach & clear)] = CANNOT
    first = np.argmax(verdicts == CANNOT, axis=1)
    cause = np.where(doubt, causes[np.arange(n), first], 0)
    cause[breach & clear] = CAUSE["text"]
    return Merged(
        shown,
        place,
        verdict.astype(np.int8),
        cause.astype(np.int8),
        verdicts * len(CAUSES) + causes,
    )

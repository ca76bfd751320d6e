"""Weights: for each answer, how much a word speaks for it or against it (log-odds)."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from truceline.reading.weighing.rows import Rows, weights_file


@dataclass(frozen=True)
class Weights:
    """Log-odds for each of ``answers``: a row for each feature, and one to start from.

    The first answer is whether there is anything at all; the others are what it is. ``least``
    is for each use of an answer the probability from which it is given.
    """

    answers: tuple[str, ...]
    rows: Rows
    least: Mapping[str, float]

    def log_odds(self, features: Iterable[str]) -> list[float]:
        """The log-odds of each answer, in the order of ``answers``."""
        return self.rows.log_odds(features)

    def chances(self, features: Iterable[str], least: float = 0.0) -> dict[str, float]:
        """The probability of each answer but the first: that of the first times the share of each
        other one; nothing where none can reach ``least``.
        """
        total = self.rows.total(features)
        whether = 1 / (1 + math.exp(-self.rows.first(total)))
        if whether < least - 1e-9:  # no answer is likelier than that there is any
            return {}
        others = self.rows.unpacked(total)[1:]
        top = max(others)
        share = [math.exp(x - top) for x in others]
        each = whether / sum(share)
        return {a: x * each for a, x in zip(self.answers[1:], share, strict=True)}

    def why(self, features: Iterable[str], answer: str, most: int = 3) -> list[tuple[str, float]]:
        """The features that speak most for an answer, with their log-odds."""
        return self.rows.why(features, self.answers.index(answer), most)


def weights_from(loaded: Mapping[str, Any]) -> Weights:
    """Weights as they stand in a data file: ``answers``, ``start``, ``least``, and
    ``features``: for each feature its log-odds, to the thousandth, by the number of the answer.
    """
    answers = tuple(loaded["answers"])
    rows = Rows(len(answers), loaded["start"], loaded["features"])
    return Weights(answers, rows, dict(loaded["least"]))


@lru_cache(maxsize=4)
def weights(name: str) -> Weights:
    """The weights of ``data/NAME.json``."""
    return weights_from(weights_file(name))

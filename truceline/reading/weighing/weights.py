"""Weights: for each answer, how much a word speaks for it or against it (log-odds)."""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np

Floats = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Weights:
    """Log-odds for each of ``answers``: a row for each feature, and one to start from.

    The first answer is whether there is anything at all; the others are what it is. ``least``
    is for each use of an answer the probability from which it is given.
    """

    answers: tuple[str, ...]
    start: Floats
    row_of: Mapping[str, int]
    rows: Floats
    least: Mapping[str, float]

    def log_odds(self, features: Iterable[str]) -> Floats:
        """The log-odds of each answer, in the order of ``answers``."""
        # sorted, so that the sum is the same to the last bit in every run
        known = sorted(self.row_of[f] for f in features if f in self.row_of)
        total: Floats = self.start + self.rows[known].sum(axis=0)
        return total

    def chances(self, features: Iterable[str]) -> dict[str, float]:
        """The probability of each answer but the first: that of the first times the share of each
        other one.
        """
        odds = self.log_odds(features)
        whether = 1 / (1 + math.exp(-odds[0]))
        share = np.exp(odds[1:] - odds[1:].max())
        share *= whether / share.sum()
        return dict(zip(self.answers[1:], share.tolist(), strict=True))

    def why(self, features: Iterable[str], answer: str, most: int = 3) -> list[tuple[str, float]]:
        """The features that speak most for an answer, with their log-odds."""
        n = self.answers.index(answer)
        found = [(f, float(self.rows[self.row_of[f], n])) for f in features if f in self.row_of]
        return sorted((x for x in found if x[1] > 0), key=lambda x: (-x[1], x[0]))[:most]


def weights_from(loaded: Mapping[str, Any]) -> Weights:
    """Weights as they stand in a data file: ``answers``, ``start``, ``least``, and
    ``features``: for each feature its log-odds by the number of the answer.
    """
    answers = tuple(loaded["answers"])
    features: Mapping[str, Mapping[str, float]] = loaded["features"]
    rows = np.zeros((len(features), len(answers)))
    for n, odds in enumerate(features.values()):
        for number, value in odds.items():
            rows[n, int(number)] = value
    row_of = {feature: n for n, feature in enumerate(features)}
    return Weights(answers, np.array(loaded["start"], float), row_of, rows, dict(loaded["least"]))


@lru_cache(maxsize=4)
def weights(name: str) -> Weights:
    """The weights of ``data/NAME.json``."""
    text = (files("truceline.reading") / "data" / f"{name}.json").read_text(encoding="utf-8")
    return weights_from(json.loads(text))

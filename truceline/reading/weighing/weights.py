"""Weights: for each answer, how much a word speaks for it or against it (log-odds)."""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Weights:
    """Log-odds for each of ``answers``: a vector for each feature, and one to start from.

    ``least`` is for each answer the probability from which it is given.
    """

    answers: tuple[str, ...]
    start: np.ndarray[Any, np.dtype[np.float64]]
    by_feature: Mapping[str, np.ndarray[Any, np.dtype[np.float64]]]
    least: Mapping[str, float]

    def log_odds(self, features: Iterable[str]) -> np.ndarray[Any, np.dtype[np.float64]]:
        """The log-odds of each answer, in the order of ``answers``."""
        known = self.by_feature
        total = self.start.copy()
        for feature in features:
            found = known.get(feature)
            if found is not None:
                total += found
        return total

    def chances(self, features: Iterable[str]) -> dict[str, float]:
        """The probability of each answer but the first: that of the first, which says whether there
        is anything at all, times the share of each other one.
        """
        odds = self.log_odds(features)
        whether = 1 / (1 + math.exp(-odds[0]))
        share = np.exp(odds[1:] - odds[1:].max())
        share *= whether / share.sum()
        return dict(zip(self.answers[1:], share.tolist(), strict=True))

    def why(self, features: Iterable[str], answer: str, most: int = 3) -> list[tuple[str, float]]:
        """The features that speak most for an answer, with their log-odds."""
        n = self.answers.index(answer)
        found = [(f, float(self.by_feature[f][n])) for f in features if f in self.by_feature]
        return sorted((x for x in found if x[1] > 0), key=lambda x: (-x[1], x[0]))[:most]


def weights_from(loaded: Mapping[str, Any]) -> Weights:
    """Weights as they stand in a data file: ``answers``, ``start``, ``least``, and
    ``features``: for each feature its log-odds by the number of the answer.
    """
    answers = tuple(loaded["answers"])
    by_feature = {}
    for feature, odds in loaded["features"].items():
        vector = np.zeros(len(answers))
        for number, value in odds.items():
            vector[int(number)] = value
        by_feature[feature] = vector
    return Weights(answers, np.array(loaded["start"], float), by_feature, dict(loaded["least"]))


@lru_cache(maxsize=4)
def weights(name: str) -> Weights:
    """The weights of ``data/NAME.json``."""
    text = (files("truceline.reading") / "data" / f"{name}.json").read_text(encoding="utf-8")
    return weights_from(json.loads(text))

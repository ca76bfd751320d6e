"""Scoring by learned weights, as fast as a dictionary and one sum allow."""

import math
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from truceline.reading.weighing.rows import Rows, weights_file


class Table:
    """Log-odds of each answer by feature: ``answers``, ``start`` and ``features`` of a data file."""

    def __init__(self, loaded: Mapping[str, Any]) -> None:
        self.answers: tuple[str, ...] = tuple(loaded["answers"])
        self.rows = Rows(len(self.answers), loaded["start"], loaded["features"])

    def log_odds(self, features: Iterable[str]) -> list[float]:
        """The log-odds of each answer."""
        return self.rows.log_odds(features)

    def chances(self, features: Iterable[str]) -> dict[str, float]:
        """The probability of each answer."""
        odds = self.rows.log_odds(features)
        top = max(odds)
        share = [math.exp(x - top) for x in odds]
        total = sum(share)
        return {a: x / total for a, x in zip(self.answers, share, strict=True)}

    def of_first(self, features: Iterable[str]) -> float:
        """The log-odds of the first answer alone."""
        return self.rows.first(self.rows.total(features))

    def why(self, features: Iterable[str], answer: str, most: int = 3) -> list[tuple[str, float]]:
        """The features that speak most for an answer, with their log-odds."""
        return self.rows.why(features, self.answers.index(answer), most)


@lru_cache(maxsize=4)
def table(name: str) -> Table:
    """The weights of ``data/NAME.json``."""
    return Table(weights_file(name))

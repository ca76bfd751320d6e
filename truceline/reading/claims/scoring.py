"""Scoring by learned weights, as fast as a dictionary and one sum allow."""

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np

Odds = np.ndarray[Any, np.dtype[np.float64]]


class Table:
    """Log-odds of each answer by feature: ``answers``, ``start`` and ``features`` of a data file."""

    def __init__(self, loaded: Mapping[str, Any]) -> None:
        self.answers: tuple[str, ...] = tuple(loaded["answers"])
        self.start: Odds = np.array(loaded["start"], float)
        self.row = {f: n for n, f in enumerate(loaded["features"])}
        self.odds: Odds = np.zeros((len(self.row), len(self.answers)))
        for n, values in enumerate(loaded["features"].values()):
            for k, value in values.items():
                self.odds[n, int(k)] = value
        self.first = {f: float(self.odds[n, 0]) for f, n in self.row.items()}

    def log_odds(self, features: Iterable[str]) -> Odds:
        """The log-odds of each answer."""
        row = self.row
        known = [row[f] for f in features if f in row]
        return self.start + self.odds[known].sum(axis=0) if known else self.start

    def chances(self, features: Iterable[str]) -> dict[str, float]:
        """The probability of each answer."""
        odds = self.log_odds(features)
        share = np.exp(odds - odds.max())
        share /= share.sum()
        return dict(zip(self.answers, share.tolist(), strict=True))

    def of_first(self, features: Iterable[str]) -> float:
        """The log-odds of the first answer alone."""
        first = self.first
        return float(self.start[0]) + sum(first[f] for f in features if f in first)

    def why(self, features: Iterable[str], answer: str, most: int = 3) -> list[tuple[str, float]]:
        """The features that speak most for an answer, with their log-odds."""
        k = self.answers.index(answer)
        found = [(f, float(self.odds[self.row[f], k])) for f in features if f in self.row]
        return sorted((x for x in found if x[1] > 0), key=lambda x: (-x[1], x[0]))[:most]


@lru_cache(maxsize=4)
def table(name: str) -> Table:
    """The weights of ``data/NAME.json``."""
    text = (files("truceline.reading") / "data" / f"{name}.json").read_text(encoding="utf-8")
    return Table(json.loads(text))

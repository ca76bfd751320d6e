"""Weights: for each answer, how much a word speaks for it or against it (log-odds)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from truceline.reading.weighing.rows import Rows, weights_file
from truceline.reading.weighing.together import Second


@dataclass(frozen=True)
class Weights:
    """Log-odds for each of ``answers``: a row for each feature, and one to start from.

    Each answer stands by itself: a stretch of text may be several, or none. ``least`` is for
    each use of an answer the probability from which it is given. ``second``: for each answer how the
    stretches of a document speak for one another (``together``).
    """

    answers: tuple[str, ...]
    rows: Rows
    least: Mapping[str, float]
    second: Mapping[str, Sequence[float]] = field(default_factory=dict)

    def log_odds(self, features: Iterable[str]) -> list[float]:
        """The log-odds of each answer, in the order of ``answers``."""
        return self.rows.log_odds(features)

    def chances_together(
        self, features: Sequence[Iterable[str]], sentence: Sequence[int], agreement: bool
    ) -> list[dict[str, float]]:
        """The probability of each answer for every stretch of a document, each heard beside the
        others. ``sentence``: the number of each stretch's sentence.
        """
        odds = [self.rows.log_odds(f) for f in features]
        return self._together.chances(odds, sentence, agreement)

    @cached_property
    def _together(self) -> Second:
        return Second(self.answers, self.second)

    def why(self, features: Iterable[str], answer: str, most: int = 3) -> list[tuple[str, float]]:
        """The features that speak most for an answer, with their log-odds."""
        return self.rows.why(features, self.answers.index(answer), most)


def weights_from(loaded: Mapping[str, Any]) -> Weights:
    """Weights as they stand in a data file: ``answers``, ``start``, ``least``, and
    ``features``: for each feature its log-odds, to the thousandth, by the number of the answer.
    """
    answers = tuple(loaded["answers"])
    rows = Rows(len(answers), loaded["start"], loaded["features"])
    return Weights(answers, rows, dict(loaded["least"]), dict(loaded.get("second", {})))


@lru_cache(maxsize=4)
def weights(name: str) -> Weights:
    """The weights of ``data/NAME.json``."""
    return weights_from(weights_file(name))

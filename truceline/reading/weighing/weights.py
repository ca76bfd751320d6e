"""Weights: for each answer, how much the words of a stretch speak for it or against it (log-odds)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from truceline.reading.weighing.net import Net, net_file
from truceline.reading.weighing.together import Second


@dataclass(frozen=True)
class Weights:
    """Log-odds for each of ``answers`` by the features of a stretch.

    Each answer stands by itself: a stretch of text may be several, or none. ``least`` is for
    each use of an answer the probability from which it is given. ``second``: for each answer how the
    stretches of a document speak for one another (``together``).
    """

    answers: tuple[str, ...]
    net: Net
    least: Mapping[str, float]
    second: Mapping[str, Sequence[float]] = field(default_factory=dict)

    def log_odds(self, features: Iterable[str]) -> list[float]:
        """The log-odds of each answer, in the order of ``answers``."""
        return self.net.log_odds([features])[0]

    def chances_together(
        self, features: Sequence[Iterable[str]], sentence: Sequence[int], agreement: bool
    ) -> list[dict[str, float]]:
        """The probability of each answer for every stretch of a document, each heard beside the
        others. ``sentence``: the number of each stretch's sentence.
        """
        return self._together.chances(self.net.log_odds(features), sentence, agreement)

    @cached_property
    def _together(self) -> Second:
        return Second(self.answers, self.second)

    def why(self, features: Collection[str], answer: str, most: int = 3) -> list[tuple[str, float]]:
        """The features without which an answer would lose most, with the log-odds that it would."""
        return self.net.why(features, self.answers.index(answer), most)


@lru_cache(maxsize=4)
def weights(name: str) -> Weights:
    """The weights of ``data/NAME.npz``."""
    layers, rest = net_file(name)
    return Weights(tuple(rest["answers"]), Net(layers), rest["least"], rest["second"])

"""A scale: which of several answers is right, or which of several candidates, by learned weights."""

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from truceline.reading.weighing.net import Net, net_file


@dataclass(frozen=True)
class Scale:
    """Log-odds of ``answers``, one of which is right, by a net."""

    answers: tuple[str, ...]
    net: Net

    def chances(self, features: Iterable[str]) -> dict[str, float]:
        """The probability of each answer."""
        odds = self.net.log_odds([features])[0]
        top = max(odds)
        share = [math.exp(x - top) for x in odds]
        total = sum(share)
        return {a: x / total for a, x in zip(self.answers, share, strict=True)}

    def of_first(self, each: Sequence[Iterable[str]]) -> list[float]:
        """The log-odds of the first answer, for each of several."""
        return [odds[0] for odds in self.net.log_odds(each)]

    def why(self, features: Collection[str], answer: str, most: int = 3) -> list[tuple[str, float]]:
        """The features without which an answer would lose most, with the log-odds that it would."""
        return self.net.why(features, self.answers.index(answer), most)


@cache
def scale(name: str) -> Scale:
    """The weights of ``data/NAME.npz``."""
    layers, rest = net_file(name)
    return Scale(tuple(rest["answers"]), Net(layers))

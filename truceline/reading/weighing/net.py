"""A net of two layers of whole numbers: what the features of a stretch say for each answer.

Each feature has a row of small whole numbers, one for each hidden unit. The rows of a stretch are
added up; a unit below 0 counts as 0; each answer adds the units up with weights of its own. So what
a word says may hang on the words beside it. All sums are of whole numbers: they are the same in any
order, with any library and on any machine.
"""

import io
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

UNIT = 1 << 16  # of the weights of answers, to one of log-odds


@dataclass(frozen=True)
class Layers:
    """A net as its data file holds it.

    ``features``: their names. ``rows``: feature x hidden unit. ``start``: by hidden unit. ``out``:
    hidden unit x answer, in ``UNIT``; ``out_start``: by answer, in ``UNIT``.
    """

    features: Sequence[str]
    rows: NDArray[np.int8]
    start: NDArray[np.int32]
    out: NDArray[np.int32]
    out_start: NDArray[np.int64]


class Net:
    """Log-odds of answers by ``layers``."""

    def __init__(self, layers: Layers) -> None:
        self.width = int(layers.out.shape[1])
        # row 0 is that of no feature: every stretch begins with it, so that none is empty
        self._rows = np.vstack([np.zeros_like(layers.rows[:1]), layers.rows])
        self._at: Mapping[str, int] = {f: n for n, f in enumerate(layers.features, 1)}
        self._start = layers.start.astype(np.int32)
        self._out = layers.out.astype(np.int64)
        self._out_start = layers.out_start.astype(np.int64)

    def __len__(self) -> int:
        return len(self._at)

    def __contains__(self, feature: str) -> bool:
        return feature in self._at

    def log_odds(self, stretches: Sequence[Iterable[str]]) -> list[list[float]]:
        """The log-odds of each answer for each stretch, by its features."""
        if not stretches:
            return []
        get = self._at.get
        numbers: list[int] = []
        begins: list[int] = []
        for features in stretches:
            begins.append(len(numbers))
            numbers.append(0)
            numbers.extend(filter(None, map(get, features)))
        hidden = np.add.reduceat(self._rows[numbers], begins, axis=0, dtype=np.int32)
        hidden += self._start
        np.maximum(hidden, 0, out=hidden)
        found: list[list[float]] = ((hidden @ self._out + self._out_start) / UNIT).tolist()
        return found

    def why(self, features: Collection[str], answer: int, most: int) -> list[tuple[str, float]]:
        """The features without which an answer, by its number, would lose most log-odds."""
        known = [f for f in features if f in self._at]
        without = [[f for f in known if f != left] for left in known]
        whole, *less = (odds[answer] for odds in self.log_odds([known, *without]))
        lost = [(f, round(whole - x, 3)) for f, x in zip(known, less, strict=True)]
        return sorted((x for x in lost if x[1] > 0), key=lambda x: (-x[1], x[0]))[:most]


def net_file(name: str) -> tuple[Layers, dict[str, Any]]:
    """``data/NAME.npz``: its layers, and what else it holds (``answers``, ``least`` …)."""
    data = (files("truceline.reading") / "data" / f"{name}.npz").read_bytes()
    with np.load(io.BytesIO(data), allow_pickle=False) as held:
        rest: dict[str, Any] = json.loads(held["rest"].tobytes())
        names = held["features"].tobytes().decode().split("\n")
        layers = Layers(names, held["rows"], held["start"], held["out"], held["out_start"])
    return layers, rest

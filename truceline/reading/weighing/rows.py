"""Rows of weights: for each feature its log-odds by answer, added up exactly and fast.

A row is one whole number with a lane of 32 bits for each answer, in thousandths. So adding rows is
adding whole numbers: the sum is the same in any order, and one call does it for all answers. A data
file has a feature a line; a line is read when its feature is first met.
"""

import json
import struct
import sys
from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import Any

_LANE = 32  # bits
_UNIT = 1000  # to one of log-odds
_ONES = (1 << _LANE) - 1
_ZERO = 1 << (_LANE - 1)  # what is added to a lane so that none is below 0


def weights_file(name: str) -> dict[str, Any]:
    """``data/NAME.json``; of its ``features``, a line each, the text of the row."""
    text = (files("truceline.reading") / "data" / f"{name}.json").read_text(encoding="utf-8")
    head, mark, lines = text.partition(', "features": {\n')
    if not mark:
        whole: dict[str, Any] = json.loads(text)
        return whole
    loaded: dict[str, Any] = json.loads(head + "}")
    rows = loaded["features"] = {}
    for line in lines.split("\n"):
        feature, mark, row = line.strip(" ,").rpartition(": {")
        if mark:
            # interned, as the cached features are: the same text is then found without comparing it
            key = sys.intern(json.loads(feature) if "\\" in feature else feature[1:-1])
            rows[key] = "{" + row
    return loaded


class Rows:
    """Log-odds of ``width`` answers: ``start``, and a row for each feature: its log-odds by the
    number of the answer, or the JSON text of that.
    """

    def __init__(
        self,
        width: int,
        start: Iterable[float],
        features: Mapping[str, Mapping[str, float] | str],
    ) -> None:
        self.width = width
        self._row: dict[str, Any] = {  # packed, or a text that is still to be read
            f: row if isinstance(row, str) else _packed(row) for f, row in features.items()
        }
        self._start = _packed({str(n): value for n, value in enumerate(start)})
        self._start += sum(_ZERO << (_LANE * n) for n in range(width))
        self._lanes = struct.Struct(f"<{width}I")

    def __len__(self) -> int:
        return len(self._row)

    def log_odds(self, features: Iterable[str]) -> list[float]:
        """The log-odds of each answer."""
        return self.unpacked(self.total(features))

    def total(self, features: Iterable[str]) -> int:
        """The start and the rows of the features, added up and still packed."""
        get = self._row.get
        total: int
        try:
            total = sum(filter(None, map(get, features)), self._start)
        except TypeError:  # a row that is still a text
            for feature in [f for f in features if isinstance(get(f), str)]:
                self._read(feature)
            total = sum(filter(None, map(get, features)), self._start)
        return total

    def first(self, total: int) -> float:
        """The log-odds of the first answer in a total."""
        return ((total & _ONES) - _ZERO) / _UNIT

    def unpacked(self, total: int) -> list[float]:
        """The log-odds of each answer in a total."""
        lanes = self._lanes.unpack(total.to_bytes(self._lanes.size, "little"))
        return [(lane - _ZERO) / _UNIT for lane in lanes]

    def of(self, feature: str) -> list[float]:
        """The log-odds that a feature adds to each answer; nothing if it is not known."""
        row = self._read(feature) if feature in self._row else 0
        return self.unpacked(row + sum(_ZERO << (_LANE * n) for n in range(self.width)))

    def why(self, features: Iterable[str], answer: int, most: int) -> list[tuple[str, float]]:
        """The features that speak most for an answer, by its number, with their log-odds."""
        found = [(f, self.of(f)[answer]) for f in features if f in self._row]
        return sorted((x for x in found if x[1] > 0), key=lambda x: (-x[1], x[0]))[:most]

    def _read(self, feature: str) -> int:
        row = self._row[feature]
        if isinstance(row, str):
            row = self._row[feature] = _packed(json.loads(row))
        return int(row)


def _packed(row: Mapping[str, float]) -> int:
    return sum(round(value * _UNIT) << (_LANE * int(n)) for n, value in row.items())

"""Tracks: what a receiver wrote down, fix by fix, as columns.

A fix is (lon, lat) in degrees, WGS 84, and a moment in UTC microseconds. A track without
times still says where somebody was, and nothing of when.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from truceline.model.problem import Problem

Times = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]

SECOND = 1_000_000  # microseconds


@dataclass(frozen=True, slots=True)
class Fixes:
    """Fixes of one file, in its order. ``segment`` numbers the stretches that the file parts.

    ``time`` is UTC microseconds since 1970; all 0 where the track is not ``timed``. ``line``
    is where each stood in the file, from 1.
    """

    time: Times
    lon: Floats
    lat: Floats
    segment: npt.NDArray[np.int32]
    line: Indices
    timed: bool = True

    def __len__(self) -> int:
        return len(self.lon)

    def at(self, rows: npt.NDArray[Any] | slice) -> "Fixes":
        """These rows, in this order."""
        return Fixes(
            self.time[rows],
            self.lon[rows],
            self.lat[rows],
            self.segment[rows],
            self.line[rows],
            self.timed,
        )

    @classmethod
    def none(cls) -> "Fixes":
        """No fixes."""
        return cls.of([], [], [])

    @classmethod
    def of(
        cls,
        time: Sequence[int] | Times,
        lon: Sequence[float] | Floats,
        lat: Sequence[float] | Floats,
        segment: Sequence[int] | None = None,
        timed: bool = True,
    ) -> "Fixes":
        """Fixes from plain sequences; lines are counted from 1."""
        n = len(lon)
        return cls(
            np.asarray(time, np.int64) if len(time) else np.zeros(n, np.int64),
            np.asarray(lon, np.float64),
            np.asarray(lat, np.float64),
            np.zeros(n, np.int32) if segment is None else np.asarray(segment, np.int32),
            np.arange(1, n + 1),
            timed,
        )


@dataclass(frozen=True, slots=True)
class Track:
    """One file of one participant: what it holds and what became of its rows.

    rows = fixes + repeats + problems of severity ``row``, for every file.
    """

    party: str
    file: str
    sha256: str
    fixes: Fixes
    rows: int
    repeats: int = 0
    problems: tuple[Problem, ...] = field(default=())

    def __str__(self) -> str:
        """The sum as it is printed."""
        bad = sum(p.severity == "row" for p in self.problems)
        return (
            f"{self.party} {self.file}: {self.rows:,} rows = {len(self.fixes):,} fixes + "
            f"{self.repeats:,} repeats + {bad:,} problems"
        )

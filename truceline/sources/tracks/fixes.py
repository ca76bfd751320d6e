"""Fixes as they come out of a file, text and all, and made into columns."""

import re
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from truceline.model.problem import Problem
from truceline.model.track import Fixes
from truceline.sources.tables.times import read_moments

NAME = "track"
NO_TIME = np.iinfo(np.int64).min
_BATCH = 100_000
_SHORT_OFFSET = r"([T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s*([+-]\d{2})$"
_FRACTION = r"(:\d{2}\.\d{6})\d+"
_EPOCH = r"^\d{9,10}(\.\d+)?$|^\d{12,13}$"


class TrackRefusedError(ValueError):
    """A file that is no track, is damaged, or is hostile. The message is one clear line."""


@dataclass
class Gathered:
    """Rows of a file as they come: numbers, texts of times, and where they stood.

    ``times`` are Arrow columns, in the order of the rows. A row that could not even give a
    position is in ``problems``. ``naive`` is what a time without an offset was taken for.
    """

    name: str
    timezone: str = ""
    lon: "array[float]" = field(default_factory=lambda: array("d"))
    lat: "array[float]" = field(default_factory=lambda: array("d"))
    line: "array[int]" = field(default_factory=lambda: array("q"))
    segment: "array[int]" = field(default_factory=lambda: array("l"))
    times: list[pa.Array] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    _texts: list[str] = field(default_factory=list)

    def add(self, lon: float, lat: float, time: str, line: int, segment: int) -> None:
        """One fix."""
        self.lon.append(lon)
        self.lat.append(lat)
        self.line.append(line)
        self.segment.append(segment)
        self._texts.append(time)
        if len(self._texts) == _BATCH:
            self.flush()

    def flush(self) -> None:
        """Texts so far into a column."""
        if self._texts:
            self.times.append(pa.array(self._texts, pa.string()))
            self._texts = []

    def extend(
        self,
        lon: npt.NDArray[np.float64],
        lat: npt.NDArray[np.float64],
        time: pa.Array,
        line: npt.NDArray[np.int64],
        segment: npt.NDArray[Any],
    ) -> None:
        """Many fixes."""
        self.flush()
        self.lon.frombytes(lon.astype("d").tobytes())
        self.lat.frombytes(lat.astype("d").tobytes())
        self.line.frombytes(line.astype("q").tobytes())
        self.segment.frombytes(segment.astype("l").tobytes())
        self.times.append(time)

    def problem(self, line: int, what: str, todo: str, column: str = "", value: str = "") -> None:
        """A row that is no fix."""
        self.problems.append(Problem(NAME, self.name, line, what, todo, column, value[:80]))

    def note(self, what: str, todo: str) -> None:
        """Something to know of the file."""
        self.problems.append(Problem(NAME, self.name, 1, what, todo, severity="note"))


def settled(got: Gathered, name: str, zone: ZoneInfo) -> tuple[Fixes, list[Problem], int]:
    """Fixes with times in UTC, the problems, and how many rows the file had."""
    got.flush()
    lon, lat = np.frombuffer(got.lon, np.float64), np.frombuffer(got.lat, np.float64)
    line = np.frombuffer(got.line, np.int64)
    segment = np.frombuffer(got.segment, f"i{got.segment.itemsize}").astype(np.int32)
    rows = len(lon) + sum(p.severity == "row" for p in got.problems)
    problems = got.problems
    time, wrong, naive = _times(got.times, zone)
    with np.errstate(invalid="ignore"):
        off = ~((np.abs(lon) <= 180) & (np.abs(lat) <= 90))
        nowhere = (lon == 0) & (lat == 0)
    for k in np.flatnonzero(off):
        problems.append(
            Problem(
                NAME,
                name,
                int(line[k]),
                f"({lon[k]:.10g}, {lat[k]:.10g}) is no place on the globe",
                "write longitude, then latitude, in degrees (WGS 84)",
                "position",
            )
        )
    for k in np.flatnonzero(nowhere & ~off):
        problems.append(
            Problem(
                NAME,
                name,
                int(line[k]),
                "the fix is at 0, 0: a receiver that had no position",
                "nothing; it is left out",
                "position",
            )
        )
    off |= nowhere
    for row, why in wrong.items():
        if not off[row]:
            what, _, todo = why.partition("; ")
            problems.append(Problem(NAME, name, int(line[row]), what, todo, "time"))
    bad = off.copy()
    bad[list(wrong)] = True
    if naive:
        got.note(
            f"its times have no offset from UTC; they were read as {zone.key}",
            "give the right zone with --timezone, or shift a clock with --clock PARTY=+3h",
        )
    timed = bool((time[~bad] != NO_TIME).any())
    if not timed and (~bad).any():
        got.note(
            "none of its fixes has a time: it is used for place only",
            "give a track with times where there is one",
        )
    keep = ~bad
    fixes = Fixes(
        time[keep] if timed else np.zeros(int(keep.sum()), np.int64),
        lon[keep],
        lat[keep],
        segment[keep],
        line[keep],
        timed,
    )
    return fixes, problems, rows


def _times(
    columns: Sequence[pa.Array], zone: ZoneInfo
) -> tuple[npt.NDArray[np.int64], dict[int, str], bool]:
    """UTC microseconds (NO_TIME: none), why by row where one cannot be read, and naive or not."""
    parts: list[npt.NDArray[np.int64]] = []
    wrong: dict[int, str] = {}
    naive = False
    start = 0
    for whole in columns:
        for at in range(0, len(whole), _BATCH):
            column = whole.slice(at, _BATCH)
            found, why, bare = _batch(column, zone)
            parts.append(found)
            wrong.update({start + k: text for k, text in why.items()})
            naive |= bare
            start += len(column)
    time = np.concatenate(parts) if parts else np.empty(0, np.int64)
    return time, wrong, naive


def _batch(column: pa.Array, zone: ZoneInfo) -> tuple[npt.NDArray[np.int64], dict[int, str], bool]:
    if pa.types.is_integer(column.type) or pa.types.is_floating(column.type):
        column = column.cast(pa.float64())
        column = pc.if_else(pc.greater(pc.abs(column), 1e11), pc.divide(column, 1e3), column)
        empty = column.is_null().to_numpy(zero_copy_only=False)
        seconds = pc.fill_null(column, 0.0).to_numpy(zero_copy_only=False)
        return np.where(empty, NO_TIME, (seconds * 1e6).astype(np.int64)), {}, False
    text = pa.types.is_string(column.type)
    if text:
        column = pc.utf8_trim_whitespace(column)
        column = pc.replace_substring_regex(column, _FRACTION, r"\1")
        column = pc.replace_substring_regex(column, _SHORT_OFFSET, r"\1\2:00")
        numbers = pc.match_substring_regex(column, _EPOCH).to_numpy(zero_copy_only=False)
        numbers = numbers.astype(bool) if len(column) else np.zeros(0, bool)
    moments = read_moments(
        pc.if_else(pa.array(numbers), "", column) if text and numbers.any() else column, zone
    )
    time = np.where(moments.empty, NO_TIME, moments.low)
    why = {int(k): v for k, v in moments.why.items()}
    if text and numbers.any():
        given = column.filter(pa.array(numbers)).cast(pa.float64()).to_numpy()
        time[numbers] = (np.where(given > 1e11, given / 1e3, given) * 1e6).round().astype(np.int64)
    # A fix is a moment: a day alone, or an hour that the clocks showed twice, is none.
    for k in np.flatnonzero((moments.high != moments.low) & ~moments.bad):
        why[int(k)] = (
            "the clocks showed this time twice that night; give its offset from UTC"
            if moments.twice[k]
            else "a fix needs a time of day, and this is a date alone; write 2020-03-15T08:00:00Z"
        )
    bare = _bare(column, text, ~moments.empty & ~moments.bad)
    return time, why, bare


def _bare(column: pa.Array, text: bool, given: npt.NDArray[np.bool_]) -> bool:
    if not text:
        local = pa.types.is_timestamp(column.type) and column.type.tz is None
        return bool(local and given.any())
    zoned = pc.match_substring_regex(column, r"(Z|UTC|GMT|[+-]\d{2}:?\d{2})$", ignore_case=True)
    return bool((given & ~zoned.to_numpy(zero_copy_only=False).astype(bool)).any())


def number(text: str | None) -> float:
    """A coordinate; NaN where it is none. A decimal comma is one."""
    if not text or not re.fullmatch(r"\s*[+-]?\d+([.,]\d*)?([eE][+-]?\d+)?\s*", text):
        return float("nan")
    return float(text.replace(",", "."))

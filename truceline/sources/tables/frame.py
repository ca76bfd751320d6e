"""A stretch of a file as columns, before anybody knows what the columns mean."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from truceline.model.problem import Problem

ROWS = 50_000  # at most so many rows in one frame, so that memory stays bounded


@dataclass(frozen=True, slots=True)
class Frame:
    """Rows of a file as an Arrow table, one text column per header unless typed at source.

    ``lines`` are the file's line numbers of the rows (record numbers where a format has no
    lines). ``problems`` are the records that are no row at all: each counts as one row.
    ``again`` are the rows whose id comes more than once in the file, where the reader has
    looked beforehand.
    """

    table: pa.Table
    lines: npt.NDArray[np.int64]
    problems: tuple[Problem, ...] = field(default=())
    again: npt.NDArray[np.bool_] | None = None

    @classmethod
    def of_nothing(cls) -> "Frame":
        """A frame without rows."""
        return cls(pa.table({}), np.empty(0, np.int64))

    @property
    def rows(self) -> int:
        """Records read, the unreadable ones included."""
        return int(self.table.num_rows) + sum(p.severity == "row" for p in self.problems)

    def texts(self, columns: Mapping[str, str]) -> Iterator[tuple[int, dict[str, str]]]:
        """Line and trimmed texts of each row, under our names for its columns."""
        kept = {ours: own for ours, own in columns.items() if own}
        for line, row in zip(self.lines.tolist(), self.table.to_pylist(), strict=True):
            yield line, {k: "" if row[c] is None else str(row[c]).strip() for k, c in kept.items()}

    def parts(self) -> Iterator["Frame"]:
        """The frame in pieces of bounded length (of a frame without problems)."""
        for start in range(0, self.table.num_rows, ROWS):
            yield Frame(self.table.slice(start, ROWS), self.lines[start : start + ROWS])


def word(value: Any) -> str:
    """A value of any kind as the text a CSV would hold; a list is joined by ``|``."""
    if value is None:
        return ""
    if isinstance(value, list):
        return "|".join(word(v).replace("%", "%25").replace("|", "%7C") for v in value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    return str(value)

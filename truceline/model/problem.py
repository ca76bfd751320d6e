"""A bad datum as a value.

A bad row never stops a run and is never dropped: it becomes a ``Problem`` that is
counted, shown and stored beside the events.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one datum, where, and what to do about it.

    ``line`` counts the file's lines from 1 (a spreadsheet's row number; for a format
    without lines the record's number from 1). ``column`` is the column's name in the
    file. ``severity`` is ``row`` when the row could not become an event, or ``note``
    when it did and a person should still know something about it; only ``row``
    problems count in rows in = events + repeats + revisions + problems. A ``file``
    problem is about the whole file and counts no row.
    """

    source: str
    file: str
    line: int
    what: str
    todo: str
    column: str = ""
    value: str = ""
    severity: Literal["row", "note", "file"] = "row"

    def __str__(self) -> str:
        """``file:line: [column:] what; todo``."""
        column = f"{self.column}: " if self.column else ""
        return f"{self.file}:{self.line}: {column}{self.what}; {self.todo}"


PROBLEM_SCHEMA = pa.schema(
    [
        ("source", pa.string()),
        ("file", pa.string()),
        ("line", pa.int64()),
        ("column", pa.string()),
        ("value", pa.string()),
        ("what", pa.string()),
        ("todo", pa.string()),
        ("severity", pa.string()),
    ]
)


def problem_table(problems: Sequence[Problem]) -> pa.Table:
    """The problems as an Arrow table in ``PROBLEM_SCHEMA``."""
    return pa.Table.from_pylist(
        [{name: getattr(p, name) for name in PROBLEM_SCHEMA.names} for p in problems],
        schema=PROBLEM_SCHEMA,
    )

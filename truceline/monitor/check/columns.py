"""Columns of a batch as numpy arrays, and the kinds of deed among its rows."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from truceline.monitor.check.rules import Deed
from truceline.monitor.check.who import Report
from truceline.monitor.check.windows import Ints

_SEPARATOR = "\x1f"


@dataclass(frozen=True)
class Columns:
    """A table of incidents: ``start`` and ``end`` in microseconds UTC, and for each row the
    index into ``deeds`` of what it says was done.
    """

    source: pa.Table
    n: int
    start: Ints
    end: Ints
    deed: Ints
    deeds: tuple[Deed, ...]

    @classmethod
    def of(cls, table: pa.Table) -> "Columns":
        """Take a table in ``EVENT_SCHEMA``; adds ``incident_id`` and ``event_ids`` where missing."""
        if "incident_id" not in table.schema.names:
            table = table.append_column("incident_id", table["event_id"])
        if "event_ids" not in table.schema.names:
            ids = table["event_id"].combine_chunks()
            offsets = pa.array(np.arange(len(ids) + 1, dtype=np.int32))
            table = table.append_column("event_ids", pa.ListArray.from_arrays(offsets, ids))
        coded = [
            _codes(table["act"]),
            _codes(pc.binary_join(table["actor"], _SEPARATOR)),
            _codes(pc.binary_join(table["target"], _SEPARATOR)),
            _codes(table["attribution"]),
            _codes(table["calibre_mm"].cast(pa.string())),
        ]
        kinds, deed = distinct([codes for codes, _ in coded])
        words = [values for _, values in coded]
        deeds = tuple(_deed(*(words[k][code] for k, code in enumerate(kind))) for kind in kinds)
        start, end = (
            table[name].cast(pa.int64()).to_numpy(zero_copy_only=False).astype(np.int64)
            for name in ("start", "end")
        )
        return cls(table, table.num_rows, start, end, deed, deeds)


def distinct(keys: Sequence[npt.ArrayLike]) -> tuple[list[tuple[int, ...]], Ints]:
    """The different rows among columns of small non-negative codes, and which row is which."""
    columns = [np.asarray(k, dtype=np.int64) for k in keys]
    if not len(columns[0]):
        return [], np.zeros(0, dtype=np.int64)
    mixed = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        mixed = mixed * (int(column.max()) + 1) + column
    _, first, inverse = np.unique(mixed, return_index=True, return_inverse=True)
    rows = [tuple(int(c[i]) for c in columns) for i in first]
    return rows, inverse.reshape(-1).astype(np.int64)


def _codes(column: pa.ChunkedArray) -> tuple[Ints, list[str]]:
    encoded = pc.fill_null(column, "").combine_chunks().dictionary_encode()
    return (
        encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64),
        encoded.dictionary.to_pylist(),
    )


def _deed(act: str, actor: str, target: str, attribution: str, calibre: str) -> Deed:
    split = [tuple(n for n in names.split(_SEPARATOR) if n) for names in (actor, target)]
    return Deed(act, Report(split[0], split[1], attribution), float(calibre) if calibre else None)

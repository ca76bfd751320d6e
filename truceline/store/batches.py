"""Batches on disk: GeoParquet files that appear whole or not at all, and what a row says.

A batch file has the columns of ``EVENT_SCHEMA`` and two more: ``geometry``, the point
(lon, lat) as WKB, null where there is none (GeoParquet 1.1, OGC:CRS84), and ``content``,
the SHA-256 of what the row says.
"""

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import shapely

from truceline.model.batch import Batch
from truceline.model.event import EVENT_SCHEMA
from truceline.model.problem import Problem, problem_table

CONTENT = pa.binary(32)
_OWN = ("file_sha256", "file", "line")  # where a row was read is not what it says
_SAID = tuple(name for name in EVENT_SCHEMA.names if name not in _OWN)
_ROW_GROUP = 50_000


def contents(events: pa.Table) -> pa.Array:
    """What each event says, apart from where it was read: SHA-256, 32 bytes each.

    The text hashed is ``name=value`` of every column that is not null, so that a column
    which a later version adds, and a row does not fill, changes nothing. Floats are taken
    by their bits: the text of a number never decides whether two rows are the same.
    """
    table = events.select(_SAID).combine_chunks()
    parts = []
    for name in _SAID:
        column = table[name]
        values = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        named = pc.binary_join_element_wise(f"\x1e{name}=", _text(values), "")
        parts.append(pc.fill_null(named, ""))
    rows = pc.binary_join_element_wise(*parts, "").cast(pa.binary())
    sha256 = hashlib.sha256
    return pa.array([sha256(row).digest() for row in rows.to_pylist()], CONTENT)


def _text(values: pa.Array) -> pa.Array:
    kind = values.type
    if pa.types.is_string(kind):
        return _escaped(values)
    if pa.types.is_list(kind):
        sizes = pc.fill_null(pc.list_value_length(values), 0)
        offsets = np.concatenate([[0], np.cumsum(sizes.to_numpy())]).astype(np.int32)
        flat = pc.fill_null(_escaped(pc.list_flatten(values)), "\\0")
        joined = pc.binary_join(pa.ListArray.from_arrays(offsets, flat), "\x1f")
        counted = pc.binary_join_element_wise(sizes.cast(pa.string()), joined, ":")
        return pc.if_else(values.is_valid(), counted, None)
    if pa.types.is_floating(kind):
        bits = (pc.fill_null(values, 0.0).to_numpy() + 0.0).view(np.int64)  # -0.0 is 0.0
        return pc.if_else(values.is_valid(), pa.array(bits).cast(pa.string()), None)
    return values.cast(pa.int64()).cast(pa.string())


def _escaped(texts: pa.Array) -> pa.Array:
    """Texts without the two separators, so that no two rows can be joined to the same text."""
    for mark, stands in (("\\", "\\\\"), ("\x1e", "\\e"), ("\x1f", "\\u")):
        if pc.any(pc.match_substring(texts, mark)).as_py():
            texts = pc.replace_substring(texts, mark, stands)
    return texts


def parsed_digest(batch: Batch, said: pa.Array) -> str:
    """SHA-256 of what a source handed on as one batch. ``said`` are its events' contents."""
    digest = hashlib.sha256()
    digest.update(f"{batch.rows} {batch.repeats} {batch.events.num_rows}\n".encode())
    for event_id, content in zip(
        batch.events["event_id"].to_pylist(), said.to_pylist(), strict=True
    ):
        digest.update(f"{event_id}\n".encode() + content)
    for problem in batch.problems:
        digest.update(f"{problem.severity} {problem.value} {problem}\n".encode())
    return digest.hexdigest()


def event_file(events: pa.Table, said: pa.Array) -> bytes:
    """Events as the bytes of a GeoParquet file. Refuses nothing: a place may be missing."""
    lon, lat = (events[name].to_numpy() for name in ("lon", "lat"))
    placed = ~(np.isnan(lon) | np.isnan(lat))
    points = np.full(len(lon), None, object)
    points[placed] = shapely.to_wkb(shapely.points(lon[placed], lat[placed]))
    table = events.append_column("geometry", pa.array(points, pa.binary()))
    table = table.append_column("content", said)
    column: dict[str, object] = {"encoding": "WKB", "geometry_types": ["Point"]}
    if placed.any():
        column["bbox"] = [
            float(bound(axis[placed])) for bound in (np.min, np.max) for axis in (lon, lat)
        ]
    geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}
    return _parquet(table.replace_schema_metadata({"geo": json.dumps(geo)}))


def problem_file(problems: Sequence[Problem]) -> bytes:
    """Problems as the bytes of a Parquet file, in ``PROBLEM_SCHEMA``."""
    return _parquet(problem_table(list(problems)))


def _parquet(table: pa.Table) -> bytes:
    out = pa.BufferOutputStream()
    pq.write_table(table, out, compression="zstd", row_group_size=_ROW_GROUP)
    return bytes(out.getvalue())


def read_events(path: Path) -> pa.Table:
    """The events of a batch file in ``EVENT_SCHEMA``.

    A column that the file is too old to have is null. Raises OSError or pa.ArrowInvalid
    where the file is missing or no Parquet.
    """
    with pq.ParquetFile(path) as file:
        there = set(file.schema_arrow.names)
        table = file.read([name for name in EVENT_SCHEMA.names if name in there])
    return pa.table(
        [
            table[field.name].cast(field.type)
            if field.name in there
            else pa.nulls(table.num_rows, field.type)
            for field in EVENT_SCHEMA
        ],
        schema=EVENT_SCHEMA,
    )


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, read in pieces. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def durable(temporary: Path) -> Iterator[BinaryIO]:
    """A file to write that is on the disk when the block ends, and gone if it raises."""
    try:
        with temporary.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def settle(temporary: Path, path: Path) -> None:
    """Give a finished file its name, for good: rename, then fsync the folder."""
    temporary.replace(path)
    sync_folder(path.parent)


def put_bytes(path: Path, content: bytes) -> str:
    """Write a file that is there whole, and on the disk, or not at all; returns its SHA-256.

    What a kill leaves ends in ``.tmp``. Raises OSError.
    """
    temporary = path.with_name(path.name + ".tmp")
    with durable(temporary) as file:
        file.write(content)
    settle(temporary, path)
    return hashlib.sha256(content).hexdigest()


def sync_folder(folder: Path) -> None:
    """Make the names in a folder last a loss of power."""
    if os.name == "nt":  # Windows opens no folder, and keeps names in its own journal
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

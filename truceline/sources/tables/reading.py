"""The line that every source walks: open, find the columns, turn frames into batches."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import BinaryIO

import numpy as np
import pyarrow as pa

from truceline.model.batch import Batch, Context
from truceline.model.problem import Problem
from truceline.sources.tables.columns import empty, named, no_rows, refused, unknown
from truceline.sources.tables.files import Reader, UnreadableError, reader
from truceline.sources.tables.frame import Frame
from truceline.sources.tables.rows import Rows
from truceline.sources.tables.seen import Hasher, Hashes, Seen

Columns = Mapping[str, str]
Events = Callable[[Rows, Columns, Seen, Reader], Batch]


def read(
    file: BinaryIO,
    *,
    source: str,
    name: str,
    sha256: str,
    context: Context,
    names: Mapping[str, Sequence[str]],
    needed: Sequence[str],
    events: Events,
    list_unused: bool = False,
    header: Callable[[bytes], Sequence[str]] | None = None,
) -> Iterator[Batch]:
    """Batches of a file.

    ``names`` are our columns and the spellings they are known by, ``needed`` those that
    must be there. ``events`` turns rows into a batch. ``header`` gives, from the first
    bytes, the column names of a file that has no header line (none: it has one).
    ``list_unused`` notes the columns that nothing was read from.
    """
    try:
        opened = reader(
            file,
            source=source,
            name=name,
            encoding=context.options.get("encoding", ""),
            header=header,
        )
    except UnreadableError as error:
        yield empty(source, name, (error.problem,))
        return
    columns, faults = named(opened.header, names, needed, source=source, file=name)
    if faults:
        yield from refused(faults, opened.frames(), source=source, file=name, sha256=sha256)
        return
    notes = _unused(opened.header, columns, source, name) if list_unused else []
    seen = Seen()
    nothing = True
    used = [own for own in columns.values() if own]
    ids = columns.get("id", "")
    for frame, said in ahead(opened.frames(ids, used), ids):
        rows = Rows(frame, source=source, file=name, sha256=sha256, said=said, reach=context.reach)
        rows.problems.extend(notes)
        yield events(rows, columns, seen, opened)
        notes = []
        nothing = nothing and not frame.rows and not frame.problems
    if nothing:
        yield empty(source, name, (*notes, no_rows(source, name)))


def ahead(frames: Iterator[Frame], id_column: str) -> Iterator[tuple[Frame, Hashes]]:
    """The same frames in the same order, each read while the one before is worked on.

    With each, hashes of what its rows say besides their id, by which rows of one id are
    told apart (0 for rows whose id surely is their own).
    """
    hasher = Hasher()

    def read_next() -> tuple[Frame, Hashes] | None:
        frame = next(frames, None)
        if frame is None:
            return None
        rest = [name for name in frame.table.column_names if name != id_column]
        if frame.again is None:
            return frame, hasher.said(frame.table.select(rest))
        said = np.zeros(frame.table.num_rows, np.uint64)
        if frame.again.any():
            rows = np.flatnonzero(frame.again)
            said[rows] = hasher.said(frame.table.select(rest).take(pa.array(rows)))
        return frame, said

    with ThreadPoolExecutor(1) as reads:
        coming = reads.submit(read_next)
        while (found := coming.result()) is not None:
            coming = reads.submit(read_next)
            yield found


def _unused(header: Sequence[str], columns: Columns, source: str, name: str) -> list[Problem]:
    extra = unknown(header, columns)
    if not extra:
        return []
    return [
        Problem(
            source=source,
            file=name,
            line=1,
            what=f"these columns are not used: {', '.join(extra)}",
            todo="rename them if they say something that an event should carry",
            severity="note",
        )
    ]

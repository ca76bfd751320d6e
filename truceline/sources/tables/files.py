"""A spreadsheet of any kind as frames: CSV, gzip, Excel, Parquet, GeoJSON.

What a file is, its first bytes say; its name is not trusted.
"""

import contextlib
import io
import json
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time
from typing import Any, BinaryIO, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from truceline.model.problem import Problem
from truceline.sources.tables.delimited import Delimited, opened, peek, unique_names
from truceline.sources.tables.frame import ROWS, Frame, word
from truceline.sources.tables.seen import Doubles, brief

_PARQUET_ROWS = 262_144  # rows in one frame of Parquet: its columns are small
_READ_BYTES = 1024 * 1024  # of a column at a time, rather than all that a row group has of it
_KEPT_BYTES = 64 * 1024 * 1024  # of ids that are kept rather than read again


class Reader(Protocol):
    """A file whose header has been read and whose rows come in frames."""

    @property
    def header(self) -> Sequence[str]:
        """The columns' names in the file."""
        ...

    @property
    def delimiter(self) -> str:
        """What parts the cells; '' where that is no question."""
        ...

    def frames(self, ids: str = "", used: Sequence[str] = ()) -> Iterator[Frame]:
        """The rows, read once from front to back.

        ``ids`` is the column of ids and ``used`` are the columns that anything is made of
        (none: all): a reader may look for doubled ids first, and pass over columns that
        nobody asks for.
        """
        ...


class UnreadableError(Exception):
    """The file is of a kind that is known and cannot be read. ``problem`` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def reader(
    file: BinaryIO,
    *,
    source: str,
    name: str,
    encoding: str = "",
    header: Callable[[bytes], Sequence[str]] | None = None,
) -> Reader:
    """The reader for what the file is. Raises ``UnreadableError``.

    ``header`` names the columns of delimited text that begins with a row, from its first
    bytes; it gives nothing where the text begins with a header line.
    """
    unpacked = opened(file)
    start = peek(unpacked)
    try:
        if start.startswith(b"PAR1"):
            return ParquetRows(unpacked)
        if start.startswith(b"PK\x03\x04"):
            return Sheet(unpacked)
        if start.startswith(b"\xd0\xcf\x11\xe0"):
            raise ValueError("it is an Excel file of the old kind (.xls); save it as .xlsx")
        if start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")):
            return Features(unpacked)
    except (ValueError, KeyError, OSError, pa.ArrowException, UnicodeError) as error:
        raise UnreadableError(
            Problem(
                source=source,
                file=name,
                line=1,
                what=f"the file cannot be read: {error}",
                todo="get it again, or save it as CSV",
                severity="file",
            )
        ) from error
    except Exception as error:  # openpyxl and zipfile raise what their own insides raise
        raise UnreadableError(
            Problem(
                source=source,
                file=name,
                line=1,
                what=f"the file is damaged: {error}",
                todo="get it again, or save it as CSV",
                severity="file",
            )
        ) from error
    names = header(start) if header else ()
    return Delimited(
        unpacked,
        source=source,
        name=name,
        encoding=encoding,
        header=names,
        delimiter="\t" if names else "",
    )


class ParquetRows:
    """Parquet, typed columns as they are. Lines are row numbers from 1.

    Texts that the file itself keeps as a dictionary stay one.
    """

    delimiter = ""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._bytes = _any_place(file)
        plain = pq.ParquetFile(self._bytes)
        self._meta = plain.metadata
        self._dictionaries = _repeating(plain)
        self._schema = plain.schema_arrow
        self.header = unique_names(self._schema.names)

    def frames(self, ids: str = "", used: Sequence[str] = ()) -> Iterator[Frame]:
        """Record batches of the file.

        Ids that are text are read first. Where none comes twice, no row can repeat or
        contradict another, and only the columns ``used`` are read.
        """
        by_name = dict(zip(self.header, self._schema.names, strict=True))
        plain = len(by_name) == len(set(by_name.values())) and not any("." in n for n in by_name)
        if not plain or not self._worded(by_name.get(ids, "")):
            yield from self._batches(self.header, None)
            return
        known, doubles = self._ids(by_name[ids])
        asked = [n for n in self.header if n in used or not used or not doubles.none]
        read = [n for n in asked if n != ids or known is None]
        names = [by_name[n] for n in read]
        at = 0
        for frame in self._batches(read, names):
            table, n = frame.table, frame.table.num_rows
            if known is not None:
                table = table.append_column(ids, known.slice(at, n)).select(asked)
            yield Frame(table, frame.lines, again=doubles.rows(at, n))
            at += n

    def _batches(self, header: Sequence[str], names: list[str] | None) -> Iterator[Frame]:
        line = 1
        # One thread: others are at work on the rows before, and those who judge them.
        asked = self._open(self._dictionaries).iter_batches(
            batch_size=_PARQUET_ROWS, columns=names, use_threads=False
        )
        for batch in asked:
            table = pa.Table.from_batches([batch])
            table = (table if names is None else table.select(names)).rename_columns(header)
            if isinstance(self._bytes, pa.OSFile):  # whoever shows progress looks at the place
                done = (line + table.num_rows - 1) / self._meta.num_rows
                self._file.seek(int(done * self._bytes.size()))
            yield Frame(table, np.arange(line, line + table.num_rows, dtype=np.int64))
            line += table.num_rows

    def _worded(self, name: str) -> bool:
        """Whether a column of this name holds text or whole numbers."""
        kind = self._schema.field(name).type if name else pa.null()
        text = pa.types.is_string(kind) or pa.types.is_large_string(kind)
        return bool(text or pa.types.is_integer(kind))

    def _open(self, dictionaries: Sequence[str] = ()) -> pq.ParquetFile:
        return pq.ParquetFile(
            self._bytes,
            metadata=self._meta,
            read_dictionary=dictionaries,
            buffer_size=_READ_BYTES,
            pre_buffer=False,
        )

    def _ids(self, name: str) -> tuple[pa.ChunkedArray | None, Doubles]:
        """The ids, where they are not too long to keep, and which come more than once."""
        groups = range(self._meta.num_row_groups)
        column = self._meta.schema.names.index(name)
        size = sum(self._meta.row_group(g).column(column).total_uncompressed_size for g in groups)
        starts = np.cumsum([0, *(self._meta.row_group(g).num_rows for g in groups)])
        hashes = np.empty(self._meta.num_rows, np.uint64)

        def of_groups(file: pq.ParquetFile, some: Sequence[int]) -> list[pa.Array]:
            at, kept = starts[some[0]], []
            for batch in file.iter_batches(
                batch_size=_PARQUET_ROWS, row_groups=some, columns=[name], use_threads=False
            ):
                hashes[at : at + batch.num_rows] = brief(batch.column(0))
                at += batch.num_rows
                if size <= _KEPT_BYTES:
                    kept.append(batch.column(0))
            return kept

        workers = os.cpu_count() or 1
        parts = [p.tolist() for p in np.array_split(groups, workers) if len(p)]
        # All are opened before any reads: to learn a file's size moves the place in it.
        files = [self._open() for _ in parts]
        with ThreadPoolExecutor(workers) as pool:
            ids = [one for kept in pool.map(of_groups, files, parts) for one in kept]
        return pa.chunked_array(ids) if ids else None, Doubles(hashes)


def _any_place(file: BinaryIO) -> pa.NativeFile:
    """The file for reading at any place in it, by several threads at once.

    A file on disk is opened again by its name, where that still is the same file: then
    threads do not wait for one another.
    """
    name = getattr(file, "name", None)
    if isinstance(file, io.BufferedReader) and isinstance(name, str | os.PathLike):
        with contextlib.suppress(OSError):
            if os.path.samestat(os.stat(name), os.fstat(file.fileno())):
                return pa.OSFile(os.fspath(name))
    return pa.PythonFile(file) if file.seekable() else pa.BufferReader(file.read())


def _repeating(file: pq.ParquetFile) -> list[str]:
    """The text columns that every row group of the file keeps as a dictionary.

    Plain text takes four bytes for its length alone, so less than that is an index.
    """
    found = []
    groups = [file.metadata.row_group(i) for i in range(file.metadata.num_row_groups)]
    for number, name in enumerate(file.schema.names):
        column = file.schema.column(number)
        chunks = [g.column(number) for g in groups if g.num_rows]
        if (
            column.path == name
            and column.logical_type.type == "STRING"
            and all(c.total_uncompressed_size < 4 * c.num_values for c in chunks)
        ):
            found.append(name)
    return found


class Sheet:
    """The first sheet of an .xlsx workbook that has rows. Lines are the sheet's row numbers."""

    delimiter = ""

    def __init__(self, file: BinaryIO) -> None:
        import openpyxl  # noqa: PLC0415 # slow to load, and few files are sheets

        book = openpyxl.load_workbook(file, read_only=True, data_only=True)
        self.header: Sequence[str] = []
        for sheet in book.worksheets:
            sheet.reset_dimensions()  # the sizes that some programs store are wrong
            self._rows = enumerate(sheet.iter_rows(), start=1)
            for _, cells in self._rows:
                words = [_cell(c) for c in cells]
                if any(words):
                    while words and not words[-1]:
                        words.pop()
                    self.header = unique_names(words)
                    return

    def frames(self, ids: str = "", used: Sequence[str] = ()) -> Iterator[Frame]:
        """Rows of the sheet as text; blank rows are passed over."""
        width = len(self.header)
        rows: list[list[str]] = []
        lines: list[int] = []
        for line, cells in self._rows if width else ():
            words = [_cell(c) for c in cells[:width]]
            if not any(words):
                continue
            rows.append(words + [""] * (width - len(words)))
            lines.append(line)
            if len(rows) == ROWS:
                yield _frame(self.header, rows, lines)
                rows, lines = [], []
        if rows:
            yield _frame(self.header, rows, lines)


class Features:
    """GeoJSON (or a list of JSON records) with points. Lines are feature numbers from 1."""

    delimiter = ""

    def __init__(self, file: BinaryIO) -> None:
        data = json.loads(file.read().decode("utf-8-sig"))
        records = data
        if isinstance(data, dict):  # GeoJSON, or an answer of the UCDP or ACLED API
            records = next((data[k] for k in ("features", "Result", "data") if k in data), None)
        if not isinstance(records, list):
            raise ValueError("it is JSON and neither a FeatureCollection nor a list of records")
        self._records = [_feature(r) for r in records]
        self.header: Sequence[str] = list(dict.fromkeys(k for r in self._records for k in r))

    def frames(self, ids: str = "", used: Sequence[str] = ()) -> Iterator[Frame]:
        """Features as rows of text."""
        for start in range(0, len(self._records), ROWS):
            part = self._records[start : start + ROWS]
            rows = [[word(r.get(name)) for name in self.header] for r in part]
            lines = list(range(start + 1, start + 1 + len(part)))
            yield _frame(self.header, rows, lines)


def _feature(record: Any) -> dict[str, Any]:
    if not isinstance(record, dict):
        return {"": record}
    if record.get("type") != "Feature":
        return record
    found = dict(record.get("properties") or {})
    if "id" not in found and record.get("id") is not None:
        found["id"] = record["id"]
    geometry = record.get("geometry") or {}
    where = geometry.get("coordinates")
    if geometry.get("type") == "Point" and isinstance(where, list) and len(where) >= 2:
        found["lon"], found["lat"] = where[0], where[1]
    elif geometry:
        found["geometry"] = str(geometry.get("type"))
    return found


def _cell(cell: Any) -> str:
    """A spreadsheet's cell as text. A date without a clock in its format is a whole day."""
    value = cell.value
    if isinstance(value, datetime):
        clock = any(c in str(cell.number_format).lower() for c in "hs")
        if value.time() == time(0) and not clock:
            return value.date().isoformat()
        return (value.replace(microsecond=0) if value.microsecond else value).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return word(value).strip()


def _frame(header: Sequence[str], rows: list[list[str]], lines: list[int]) -> Frame:
    columns = [pa.array(c, pa.string()) for c in zip(*rows, strict=True)]
    return Frame(pa.table(columns, names=list(header)), np.array(lines, np.int64))

"""Delimited text (CSV and its kin) into frames of text columns, with exact line numbers.

A block in which every line is a whole row goes through Arrow's reader. Any other block
goes through the standard library's, record by record, because a record with line breaks
in it, or with a quotation mark that is never closed, must not swallow its neighbours.
"""

import codecs
import csv
import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from typing import BinaryIO, cast

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from truceline.model.problem import Problem
from truceline.sources.tables.frame import ROWS, Frame

_BLOCK = 4 * 1024 * 1024
_GZIP = b"\x1f\x8b"
_ZIP = b"PK\x03\x04"
_DELIMITERS = ",;\t|"
_QUOTE = 'a quotation mark (") is opened and not closed'


class Delimited:
    """One delimited file, read once from front to back.

    ``header`` gives the column names of a file that has none of its own. ``delimiter`` is
    found out from the header line where it is not given. ``encoding`` is what the user
    says the file is in; without it UTF-8, or what its byte order mark says.
    """

    def __init__(
        self,
        file: BinaryIO,
        *,
        source: str,
        name: str,
        encoding: str = "",
        delimiter: str = "",
        header: Sequence[str] = (),
    ) -> None:
        self.source, self.name = source, name
        self.notes: list[Problem] = []
        self._line = 0  # lines consumed
        self._failed: Problem | None = None
        self._raw = self._decoded(opened(file), encoding)
        self._pending: list[bytes] = []
        self.delimiter, self.header = delimiter, list(header)
        if not header:
            self._read_header()

    def frames(self, ids: str = "", used: Sequence[str] = ()) -> Iterator[Frame]:
        """The rows. What could not be read at all comes as problems of the frame."""
        while block := self._block():
            frame = self._by_arrow(block)
            if frame is not None:
                yield from frame.parts()
            else:
                yield from self._by_record(block)
        if self._failed is not None:
            empty = pa.table({name: pa.array([], pa.string()) for name in self.header})
            yield Frame(empty, np.empty(0, np.int64), (self._failed,))

    # ---- bytes and lines -------------------------------------------------------------
    def _decoded(self, file: BinaryIO, encoding: str) -> BinaryIO:
        start = peek(file)[:4]
        if start.startswith(codecs.BOM_UTF8):
            file.read(3)
        elif start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            encoding = encoding or "utf-16"
        if encoding and codecs.lookup(encoding).name not in ("utf-8", "utf-8-sig"):
            return cast(BinaryIO, _Recoded(file, encoding))
        return file

    def _block(self) -> bytes:
        """About 4 MB that end at the end of a line; empty at the end of the file."""
        parts, self._pending = self._pending, []
        if self._failed is not None:
            return b"".join(parts)
        size = 0
        try:
            while size < _BLOCK and (piece := self._raw.read1(_BLOCK - size)):  # type: ignore[attr-defined]  # every reader here has it
                parts.append(piece)
                size += len(piece)
            parts.append(self._raw.readline())
        except (
            EOFError,
            gzip.BadGzipFile,
            zipfile.BadZipFile,
            zlib.error,
            OSError,
            UnicodeError,
        ) as error:
            self._failed = Problem(
                source=self.source,
                file=self.name,
                line=self._line + 1,
                what=f"the file breaks off or is damaged from here on ({error})",
                todo="get the file again from its source and ingest it again",
                severity="file",
            )
            whole, mark, _ = b"".join(parts).rpartition(b"\n")  # half a line is no row
            return whole + mark
        return b"".join(parts)

    def _read_header(self) -> None:
        block = self._block()
        lines = block.splitlines(keepends=True)
        at = 0
        while at < len(lines) and not lines[at].strip():
            at += 1
        if at == len(lines):
            self.delimiter = self.delimiter or ","
            return
        end = at + 1
        while end < len(lines) and b"".join(lines[at:end]).count(b'"') % 2:
            end += 1
        text = b"".join(lines[at:end]).decode("utf-8", "replace")
        if not self.delimiter:
            self.delimiter = max(_DELIMITERS, key=text.count)
        self.header = next(csv.reader(io.StringIO(text, newline=""), delimiter=self.delimiter))
        self._line = end
        if rest := b"".join(lines[end:]):
            self._pending = [rest]

    # ---- the fast way ----------------------------------------------------------------
    def _by_arrow(self, block: bytes) -> Frame | None:
        """The block by Arrow's reader; None where a row of it needs a closer look."""
        names = [str(i) for i in range(len(self.header))]
        lines = block.count(b"\n") + (not block.endswith(b"\n"))
        try:
            table = pacsv.read_csv(
                pa.BufferReader(block),
                read_options=pacsv.ReadOptions(column_names=names, block_size=len(block) + 1),
                parse_options=pacsv.ParseOptions(delimiter=self.delimiter),
                convert_options=pacsv.ConvertOptions(
                    column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
                ),
            )
        except pa.ArrowInvalid:  # ragged rows, or bytes that are no UTF-8
            return None
        if table.num_rows != lines:  # blank lines, or line breaks inside quotation marks
            return None
        numbers = np.arange(lines, dtype=np.int64) + self._line + 1
        self._line += lines
        return Frame(self._named(table), numbers)

    def _named(self, table: pa.Table) -> pa.Table:
        return table.rename_columns(unique_names(self.header))

    # ---- the careful way -------------------------------------------------------------
    def _by_record(self, block: bytes) -> Iterator[Frame]:
        queue = _Lines(block.splitlines(keepends=True), self._raw, self._line)
        rows: list[list[str]] = []
        lines: list[int] = []
        problems: list[Problem] = []
        while queue.more():
            first = queue.line + 1
            row = self._record(queue, problems)
            if row is not None:
                rows.append(row)
                lines.append(first)
            if len(rows) + len(problems) >= ROWS:
                yield self._frame(rows, lines, problems)
                rows, lines, problems = [], [], []
        self._line = queue.line
        if rows or problems:
            yield self._frame(rows, lines, problems)

    def _record(self, queue: "_Lines", problems: list[Problem]) -> list[str] | None:
        """The next record, or None after adding a problem or passing a blank line."""
        first, width = queue.line + 1, len(self.header)
        mark = queue.mark()
        what = todo = value = ""
        try:
            row = next(csv.reader(queue, delimiter=self.delimiter, strict=True))
        except UnicodeDecodeError as error:
            what = f"byte {error.start + 1} of the line is not valid UTF-8"
            todo = "save the file as UTF-8, or name its encoding with the option encoding"
            value = error.object[:200].decode("utf-8", "replace")
            queue.back(mark, keep=1)
        except (csv.Error, StopIteration):
            queue.back(mark, keep=0)
            line = next(queue)
            value = line[:200]
            row = next(csv.reader([line], delimiter=self.delimiter), [])
            if len(row) == width and not _open_quote(line, self.delimiter):
                return row
            what, todo = _QUOTE, "close it, or double it where it is part of the text"
        else:
            if not row or (len(row) == 1 and width > 1 and not row[0].strip()):
                return None
            if len(row) == width:
                return row
            if len(row) > width and not any(cell.strip() for cell in row[width:]):
                return row[:width]
            if queue.line > first:  # several lines, and still no row: only the first is at fault
                queue.back(mark, keep=1)
            what = f"the row has {len(row)} cells and the header {width}"
            todo = "quote text that holds the delimiter, or add the missing cells"
            value = self.delimiter.join(row)[:200]
        problems.append(
            Problem(
                source=self.source, file=self.name, line=first, what=what, todo=todo, value=value
            )
        )
        return None

    def _frame(self, rows: list[list[str]], lines: list[int], problems: list[Problem]) -> Frame:
        columns = list(zip(*rows, strict=True)) or [()] * len(self.header)
        names = unique_names(self.header)
        table = pa.table([pa.array(c, pa.string()) for c in columns], names=names)
        return Frame(table, np.array(lines, np.int64), tuple(problems))


class _Lines:
    """Decoded lines of a block, and of the file behind it where a record runs on."""

    def __init__(self, lines: list[bytes], file: BinaryIO, line: int) -> None:
        self._lines, self._file, self._at, self.line = lines, file, 0, line

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        if self._at == len(self._lines):
            more = self._file.readline()
            if not more:
                raise StopIteration
            self._lines.append(more)
        line = self._lines[self._at]
        self._at += 1
        self.line += 1
        return line.decode("utf-8")

    def more(self) -> bool:
        return self._at < len(self._lines)

    def mark(self) -> int:
        return self._at

    def back(self, mark: int, *, keep: int) -> None:
        """Go back to ``mark``, past ``keep`` lines of what was read since."""
        self.line -= self._at - mark - keep
        self._at = mark + keep


class _Recoded(io.RawIOBase):
    """A file in another encoding, read as UTF-8."""

    def __init__(self, file: BinaryIO, encoding: str) -> None:
        self._file = file
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._left = b""

    def _more(self) -> bool:
        raw = self._file.read(_BLOCK)
        self._left += self._decoder.decode(raw, final=not raw).encode()
        return bool(raw)

    def read(self, size: int = -1, /) -> bytes:
        while (size < 0 or len(self._left) < size) and self._more():
            pass
        size = len(self._left) if size < 0 else size
        taken, self._left = self._left[:size], self._left[size:]
        return taken

    read1 = read

    def readline(self, size: int | None = -1, /) -> bytes:
        while b"\n" not in self._left and self._more():
            pass
        head, mark, self._left = self._left.partition(b"\n")
        return head + mark


def opened(file: BinaryIO) -> BinaryIO:
    """The file as a buffered reader, unpacked where it is gzip or a zip of one file."""
    buffered = (
        file
        if hasattr(file, "peek")
        else cast(BinaryIO, io.BufferedReader(cast(io.RawIOBase, file)))
    )
    start = peek(buffered)
    if start.startswith(_GZIP):
        return cast(BinaryIO, gzip.GzipFile(fileobj=buffered))
    if start.startswith(_ZIP) and buffered.seekable():
        try:
            archive = zipfile.ZipFile(buffered)
        except zipfile.BadZipFile:  # left to the reader of what it should have been
            buffered.seek(0)
            return buffered
        members = [m for m in archive.infolist() if not m.is_dir()]
        if len(members) == 1:
            return cast(BinaryIO, io.BufferedReader(cast(io.RawIOBase, archive.open(members[0]))))
        buffered.seek(0)
    return buffered


def peek(file: BinaryIO) -> bytes:
    """The first bytes of a file, left in it; nothing where they cannot be unpacked."""
    try:
        return bytes(file.peek(4096))  # type: ignore[attr-defined]  # opened() gives a buffered reader
    except (EOFError, OSError, zlib.error):
        return b""


def unique_names(header: Sequence[str]) -> list[str]:
    """Column names made unique: a second ``x`` is ``x (2)``."""
    seen: dict[str, int] = {}
    out = []
    for name in header:
        seen[name] = seen.get(name, 0) + 1
        out.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return out


def _open_quote(line: str, delimiter: str) -> bool:
    try:
        next(csv.reader(io.StringIO(line.rstrip("\r\n")), delimiter=delimiter, strict=True))
    except csv.Error as error:
        return "unexpected end" in str(error)
    return False

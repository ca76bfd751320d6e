"""A file of figures as sheets of cells: every sheet of a workbook, or one of delimited text.

Tables of figures have titles, two header rows and notes above their rows, so nothing is
taken for a header here. Delimited text goes through ``truceline.sources.tables.delimited``, record
by record; its lines and faults are as there.
"""

import codecs
import csv
import io
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Any

from truceline.model.problem import Problem
from truceline.sources.tables.delimited import Delimited, opened, peek
from truceline.sources.tables.files import ParquetRows, UnreadableError
from truceline.sources.tables.frame import word

HEAD = 30  # a header, or a row of HXL tags, stands among the first so many rows


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet: rows of text cells with their line numbers. ``name`` is '' in plain text.

    ``faults`` are records that are no row at all; each counts as one row.
    """

    name: str
    rows: list[tuple[int, list[str]]]
    faults: list[Problem] = field(default_factory=list)


def grids(data: bytes, *, source: str, name: str, encoding: str = "") -> list[Grid]:
    """The sheets of a file that have cells. Raises ``UnreadableError``."""
    unpacked = opened(io.BytesIO(data))
    start = peek(unpacked)
    if start.startswith(b"PK\x03\x04"):
        unpacked.seek(0)
        return _book(unpacked.read(), source, name)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        _fail(source, name, "it is an Excel file of the old kind (.xls)", "save it as .xlsx")
    if start.startswith(b"PAR1"):
        return [_parquet(unpacked.read())]
    try:
        content = unpacked.read()
    except (OSError, EOFError) as error:
        _fail(source, name, f"the file breaks off or is damaged ({error})", "get it again")
    return [_text(content, source, name, encoding)]


def _fail(source: str, name: str, what: str, todo: str) -> Any:
    problem = Problem(source=source, file=name, line=1, what=what, todo=todo, severity="file")
    raise UnreadableError(problem)


def _book(data: bytes, source: str, name: str) -> list[Grid]:
    import openpyxl  # noqa: PLC0415 # slow to load, and few files are sheets

    try:
        with warnings.catch_warnings():  # of parts that only a spreadsheet program draws
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            found = []
            for sheet in book.worksheets:
                sheet.reset_dimensions()
                rows = [
                    (line, _trimmed([_cell(v) for v in values]))
                    for line, values in enumerate(sheet.iter_rows(values_only=True), start=1)
                ]
                found.append(Grid(sheet.title, [(n, cells) for n, cells in rows if cells]))
    except Exception as error:  # openpyxl and zipfile raise what their own insides raise
        _fail(source, name, f"the workbook is damaged ({error})", "get it again, or save it as CSV")
    return [g for g in found if g.rows]


def _cell(value: Any) -> str:
    if isinstance(value, datetime):
        return (value.date() if value.time() == time(0) else value).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return word(value).strip()


def _trimmed(cells: list[str]) -> list[str]:
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _parquet(data: bytes) -> Grid:
    reader = ParquetRows(io.BytesIO(data))
    rows = [(0, list(reader.header))]
    for frame in reader.frames():
        columns = [[_cell(v) for v in c.to_pylist()] for c in frame.table.columns]
        rows += zip(frame.lines.tolist(), map(list, zip(*columns, strict=True)), strict=True)
    return Grid("", rows)


def _text(data: bytes, source: str, name: str, encoding: str) -> Grid:
    """Delimited text. What stands above its widest rows is passed on as it is."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = encoding or "utf-16"
    if encoding:
        try:
            data = data.decode(encoding).encode()
        except (LookupError, UnicodeError) as error:
            _fail(source, name, f"it is not in the encoding {encoding} ({error})", "name another")
    if b"\0" in data[:4096]:
        _fail(source, name, "it is binary and no text, workbook or reading", "save it as CSV")
    data = data.removeprefix(codecs.BOM_UTF8)
    head = data[: 64 * 1024].decode("utf-8", "replace")
    if not head.strip():
        return Grid("", [])
    delimiter = max(",;\t|", key=head[:8192].count)
    records = _head(head, delimiter)
    widths = Counter(len(_trimmed(list(cells))) for _, _, cells in records if len(cells) > 1)
    if not widths:
        return Grid("", [(line, _trimmed(cells)) for line, _, cells in records])
    usual = widths.most_common(1)[0][0]  # one row with a cell too many does not set the width
    width = max(usual, min(len(c) for _, _, c in records if len(_trimmed(list(c))) == usual))
    first = next(k for k, (_, _, cells) in enumerate(records) if len(cells) == width)
    above = [(line, _trimmed(cells)) for line, _, cells in records[:first] if any(cells)]
    skipped = sum(lines for _, lines, _ in records[:first])
    rest = data.split(b"\n", skipped)[-1]
    columns = [str(k) for k in range(width)]
    table = Delimited(
        io.BytesIO(rest), source=source, name=name, delimiter=delimiter, header=columns
    )
    rows, faults = above, []
    for frame in table.frames():
        cells = [c.to_pylist() for c in frame.table.columns]
        for line, *row in zip((frame.lines + skipped).tolist(), *cells, strict=True):
            rows.append((int(line), _trimmed([c.strip() for c in row])))
        faults += [replace(p, line=p.line + skipped) for p in frame.problems]
    return Grid("", [(n, cells) for n, cells in rows if cells], faults)


def _head(text: str, delimiter: str) -> list[tuple[int, int, list[str]]]:
    """The first records: the line each starts on, how many lines it takes, its cells."""
    found, before = [], 0
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    for cells in reader:
        found.append((before + 1, reader.line_num - before, [c.strip() for c in cells]))
        before = reader.line_num
        if len(found) == HEAD:
            break
    return found


def letter(column: int) -> str:
    """A column's letters in a spreadsheet, from 0: A, B, … Z, AA."""
    found = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        found = chr(65 + rest) + found
    return found


def cells_of(row: Sequence[str], width: int) -> Iterator[str]:
    """The cells of a row, filled up to ``width``."""
    yield from row[:width]
    yield from [""] * max(width - len(row), 0)

"""Tables as files: .parquet, .csv, .geojson and .json, told apart by their ending.

The forms are the contract's: times are ``YYYY-MM-DDTHH:MM:SS±HH:MM`` in the column's own
timezone (Parquet: timestamps with zone); probabilities (``p_zone``, ``p_time``) have four
decimals; in CSV a list is joined by ``|`` with ``|`` and ``%`` inside percent-encoded, and
``reasons`` is JSON text. Nothing that a source wrote is changed: a cell may begin with
``=`` or ``+``, and a spreadsheet may take that for a formula (docs/decisions/faces-tables.md).

Text is made column by column, and once for each different value: a million findings share
a few thousand sentences.
"""

import json
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from truceline.model.finding import REASON, Findings, finding_schema

ENDINGS = (".parquet", ".csv", ".geojson", ".json")
PROBABILITIES = frozenset({"p_zone", "p_time"})
_SLICE = 65_536  # rows made into text at a time: bounds memory, and Arrow's 2 GB per string array
_MADE = {b"truceline": b"json"}  # field metadata: the column's text is JSON already
_DAY = 86_400 * 1_000_000  # microseconds
_QUARTER_H = 900 * 1_000_000  # no zone of our time changes its offset off the quarter hour
_EPOCH_YEAR_S = 62_135_596_800  # seconds from year 1 to 1970

Slices = Iterator[pa.Table]


def write_findings(findings: Findings, path: Path) -> None:
    """Write findings by the ending of ``path``; the file appears whole or not at all.

    Raises:
        ValueError: an ending that is none of ``ENDINGS``.
        OSError: the file cannot be written.
    """
    ending = _ending(path)
    if ending == ".parquet":
        schema = finding_schema(findings.timezone)
        _write_parquet(_with_reasons(findings), schema, path)
        return
    _write_lines(_LINES[ending](_with_reason_text(findings)), path)


def write_table(table: pa.Table, path: Path) -> None:
    """Write any Arrow table by the ending of ``path``, in the same forms.

    GeoJSON needs the columns ``lon`` and ``lat``; a row without them has a null geometry.

    Raises:
        ValueError: an ending that is none of ``ENDINGS``.
        OSError: the file cannot be written.
    """
    ending = _ending(path)
    if ending == ".parquet":
        _write_parquet(iter([table]), table.schema, path)
        return
    _write_lines(_LINES[ending](_slices(table)), path)


def findings_csv(findings: Findings) -> Iterator[bytes]:
    """The findings as CSV with a header, UTF-8, in pieces."""
    return _csv(_with_reason_text(findings))


def findings_json(findings: Findings) -> Iterator[bytes]:
    """The findings as one JSON list of objects, in pieces."""
    return _json(_with_reason_text(findings))


def findings_geojson(findings: Findings) -> Iterator[bytes]:
    """The findings as a GeoJSON FeatureCollection of points (lon, lat), in pieces."""
    return _geojson(_with_reason_text(findings))


def table_csv(table: pa.Table) -> Iterator[bytes]:
    """Any Arrow table as CSV with a header, UTF-8, in pieces."""
    return _csv(_slices(table))


def table_json(table: pa.Table) -> Iterator[bytes]:
    """Any Arrow table as one JSON list of objects, in pieces."""
    return _json(_slices(table))


def _ending(path: Path) -> str:
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise ValueError(
            f"{path.name}: '{ending or path.name}' is no format that Truceline writes; "
            f"end the name in one of {', '.join(ENDINGS)}"
        )
    return ending


def _slices(table: pa.Table) -> Slices:
    for start in range(0, max(table.num_rows, 1), _SLICE):
        yield table.slice(start, _SLICE)


def _findings_slices(findings: Findings) -> Iterator[tuple[pa.Table, pa.Array]]:
    for start in range(0, max(len(findings), 1), _SLICE):
        pointers = findings.pointers.slice(start, _SLICE)
        yield (
            findings.rows.slice(start, _SLICE),
            pa.concat_arrays(
                [
                    pa.array([], findings.pointers.type),
                    *pointers.chunks,
                ]
            ),
        )


def _with_reasons(findings: Findings) -> Slices:
    """Slices in ``finding_schema``."""
    schema = finding_schema(findings.timezone)
    for rows, pointers in _findings_slices(findings):
        picked = findings.sentences.take(pointers.flatten().cast(pa.int64()))
        lengths = pc.fill_null(pc.list_value_length(pointers), 0).to_numpy(zero_copy_only=False)
        offsets = pa.array(np.concatenate(([0], np.cumsum(lengths))).astype(np.int32))
        reasons = pa.ListArray.from_arrays(offsets, picked.cast(REASON))
        table = rows.append_column("reasons", reasons)
        yield table.select(schema.names).cast(schema)


def _with_reason_text(findings: Findings) -> Slices:
    """Slices in the order of ``finding_schema``, ``reasons`` as JSON text: written once for each
    sentence, joined once for each different set of them.
    """
    names = finding_schema(findings.timezone).names
    said = [json.dumps(s, ensure_ascii=False) for s in findings.sentences.to_pylist()]
    times = {n: pa.timestamp("us", tz=findings.timezone) for n in ("start", "end")}
    for rows, pointers in _findings_slices(findings):
        sets = pc.binary_join(pointers.cast(pa.list_(pa.string())), " ").dictionary_encode()
        texts = pa.array(
            [
                "[" + ", ".join(said[int(k)] for k in (kind or "").split()) + "]"
                for kind in sets.dictionary.to_pylist()
            ],
            pa.string(),
        )
        reasons = pa.DictionaryArray.from_arrays(sets.indices, texts)
        table = rows.append_column(pa.field("reasons", reasons.type, metadata=_MADE), reasons)
        for name, kind in times.items():
            place = table.schema.get_field_index(name)
            table = table.set_column(place, name, table[name].cast(kind))
        yield table.select(names)


# --- one column as text ---------------------------------------------------------------------

Cell = Callable[[pa.Array], pa.Array]  # strings in, cells of the format out


def _column(table: pa.Table, field: pa.Field, of_text: Cell, of_list: Cell, null: str) -> pa.Array:
    """A column as the cells of a text format; ``null`` where there is no value."""
    column = table[field.name]
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if isinstance(array, pa.ChunkedArray):  # what combine_chunks gives for no rows
        array = pa.concat_arrays(array.chunks) if array.num_chunks else pa.array([], field.type)
    kind = array.type
    if field.metadata == _MADE:
        cells = of_list(array.dictionary).take(array.indices)
    elif pa.types.is_dictionary(kind):
        cells = of_text(array.dictionary.cast(pa.string())).take(array.indices)
    elif pa.types.is_string(kind) or pa.types.is_large_string(kind):
        cells = of_text(array.cast(pa.string()))
    elif pa.types.is_timestamp(kind):
        cells = of_text(moments(array))
    elif pa.types.is_floating(kind):
        cells = _four_decimals(array) if field.name in PROBABILITIES else _numbers(array)
    elif pa.types.is_list(kind) and pa.types.is_string(kind.value_type):
        cells = of_list(array)
    elif pa.types.is_nested(kind):
        values = [json.dumps(v, ensure_ascii=False, default=str) for v in array.to_pylist()]
        made = pa.array(values, pa.string()).dictionary_encode()
        cells = of_list(made.dictionary).take(made.indices)
    elif pa.types.is_null(kind):
        cells = pa.nulls(len(array), pa.string())
    elif pa.types.is_integer(kind) or pa.types.is_boolean(kind):
        cells = array.cast(pa.string())
    else:
        cells = of_text(array.cast(pa.string()))
    return pc.fill_null(cells, null)


def moments(times: pa.Array) -> pa.Array:
    """Timestamps as ``YYYY-MM-DDTHH:MM:SS±HH:MM`` in their type's timezone (none: UTC).

    Whole seconds: a fraction is cut off.
    """
    zone = ZoneInfo(times.type.tz or "UTC")
    values = times.cast(pa.timestamp("us", tz=times.type.tz)).cast(pa.int64())
    nulls = values.is_null().to_numpy(zero_copy_only=False)
    micros = pc.fill_null(values, 0).to_numpy(zero_copy_only=False)
    minutes = _offsets(micros, zone)
    local = np.floor_divide(micros, 1_000_000) + minutes * 60
    text = pa.array(np.datetime_as_string(local.astype("datetime64[s]"), unit="s"), pa.string())
    kinds, which = np.unique(minutes, return_inverse=True)
    signs = [f"{'-' if m < 0 else '+'}{abs(m) // 60:02d}:{abs(m) % 60:02d}" for m in kinds.tolist()]
    offsets = pa.array(signs, pa.string()).take(pa.array(which.reshape(-1)))
    return pc.if_else(
        pa.array(nulls),
        pa.scalar(None, pa.string()),
        pc.binary_join_element_wise(text, offsets, ""),
    )


def _offsets(micros: npt.NDArray[np.int64], zone: ZoneInfo) -> npt.NDArray[np.int64]:
    """Minutes east of UTC at each instant. Asked once a day; once a quarter hour on the days
    on which the clocks change.
    """
    days, which = np.unique(micros // _DAY, return_inverse=True)
    which = which.reshape(-1)
    at = np.array([_offset_minutes(int(d) * 86_400, zone) for d in [*days, *(days + 1)]])
    opening, closing = at[: len(days)], at[len(days) :]
    found = opening[which]
    changing = np.flatnonzero((opening != closing)[which])
    quarters, part = np.unique(micros[changing] // _QUARTER_H, return_inverse=True)
    known = np.array([_offset_minutes(int(q) * 900, zone) for q in quarters], dtype=np.int64)
    found[changing] = known[part.reshape(-1)]
    return found.astype(np.int64)


def _offset_minutes(seconds: int, zone: ZoneInfo) -> int:
    if not -_EPOCH_YEAR_S + 86_400 < seconds < 253_402_200_000:
        return 0  # outside the years that zone rules know
    offset = datetime.fromtimestamp(seconds, UTC).astimezone(zone).utcoffset()
    return round(offset.total_seconds() / 60) if offset else 0


_DECIMALS = pa.array([f"{k / 10_000:.4f}" for k in range(10_001)])


def _four_decimals(values: pa.Array) -> pa.Array:
    numbers = values.to_numpy(zero_copy_only=False).astype(np.float64)
    known = np.isfinite(numbers)
    codes = np.round(np.where(known, np.clip(numbers, 0, 1), 0) * 10_000).astype(np.int64)
    return _DECIMALS.take(pa.array(codes, mask=~known))


def _numbers(values: pa.Array) -> pa.Array:
    """Floats in the fewest digits that give them back; what is no number is null."""
    finite = pc.fill_null(pc.is_finite(values), False)
    return pc.if_else(finite, values, pa.scalar(None, values.type)).cast(pa.string())


# --- CSV --------------------------------------------------------------------------------------


def _csv_cell(text: pa.Array) -> pa.Array:
    """Quoted where it must be (RFC 4180)."""
    needs = pc.match_substring_regex(text, '[",\r\n]|^\\s|\\s$')
    if not pc.any(needs).as_py():
        return text
    doubled = pc.replace_substring(text, '"', '""')
    return pc.if_else(needs, pc.binary_join_element_wise('"', doubled, '"', ""), text)


def _csv_list(values: pa.Array) -> pa.Array:
    """A list joined by ``|``, or JSON text as it is."""
    if pa.types.is_string(values.type):
        return _csv_cell(values)
    lengths = pc.list_value_length(values)
    inner = pc.fill_null(values.flatten(), "")
    inner = pc.replace_substring(pc.replace_substring(inner, "%", "%25"), "|", "%7C")
    counts = pc.fill_null(lengths, 0).to_numpy(zero_copy_only=False)
    offsets = pa.array(np.concatenate(([0], np.cumsum(counts))).astype(np.int32))
    return _csv_cell(pc.binary_join(pa.ListArray.from_arrays(offsets, inner), "|"))


def _csv(slices: Slices) -> Iterator[bytes]:
    for number, table in enumerate(slices):
        if number == 0:
            yield (",".join(table.schema.names) + "\n").encode()
        columns = [_column(table, f, _csv_cell, _csv_list, "") for f in table.schema]
        if len(columns) == 1:  # a lone empty cell would read as an empty line
            columns = [pc.if_else(pc.equal(columns[0], ""), '""', columns[0])]
        yield from _joined(columns, [""] + [","] * (len(columns) - 1), "\n")


# --- JSON and GeoJSON -------------------------------------------------------------------------


def _json_text(text: pa.Array) -> pa.Array:
    """Text as JSON strings; what needs no escape is only quoted."""
    if pc.any(pc.match_substring_regex(text, r'["\\\x00-\x1f\x7f]')).as_py():
        made = text.dictionary_encode()
        words = [json.dumps(w, ensure_ascii=False) for w in made.dictionary.to_pylist()]
        return pa.array(words, pa.string()).take(made.indices)
    return pc.binary_join_element_wise('"', text, '"', "")


def _json_list(values: pa.Array) -> pa.Array:
    """A list as a JSON list, or JSON text as it is."""
    if pa.types.is_string(values.type):
        return values
    lengths = pc.fill_null(pc.list_value_length(values), 0).to_numpy(zero_copy_only=False)
    offsets = pa.array(np.concatenate(([0], np.cumsum(lengths))).astype(np.int32))
    inner = pc.fill_null(_json_text(values.flatten()), "null")
    joined = pc.binary_join(pa.ListArray.from_arrays(offsets, inner), ", ")
    return pc.binary_join_element_wise("[", joined, "]", "")


def _objects(table: pa.Table) -> tuple[list[pa.Array], list[str]]:
    """Cells of a slice and what stands before each, so that a row reads as a JSON object."""
    cells = [_column(table, f, _json_text, _json_list, "null") for f in table.schema]
    names = [json.dumps(name, ensure_ascii=False) + ": " for name in table.schema.names]
    return cells, [("{" if k == 0 else ", ") + name for k, name in enumerate(names)]


def _json(slices: Slices) -> Iterator[bytes]:
    yield b"["
    first = True
    for table in slices:
        if table.num_rows:
            yield b"\n" if first else b",\n"
            first = False
        yield from _joined(*_objects(table), "}", between=",\n")
    yield b"\n]\n"


def _geojson(slices: Slices) -> Iterator[bytes]:
    yield b'{"type": "FeatureCollection", "features": ['
    first = True
    for table in slices:
        if not {"lon", "lat"} <= set(table.schema.names):
            raise ValueError("a GeoJSON file needs the columns lon and lat; write .csv or .json")
        if table.num_rows:
            yield b"\n" if first else b",\n"
            first = False
        cells, before = _objects(table)
        before[0] = '"properties": ' + before[0]
        yield from _joined([_points(table), *cells], ['{"type": "Feature", ', *before], "}}", ",\n")
    yield b"\n]}\n"


def _points(table: pa.Table) -> pa.Array:
    lon, lat = (_numbers(pa.concat_arrays(table[n].chunks)) for n in ("lon", "lat"))
    point = pc.binary_join_element_wise(
        '"geometry": {"type": "Point", "coordinates": [', lon, ", ", lat, "]}, ", ""
    )
    return pc.fill_null(point, '"geometry": null, ')


# --- files ------------------------------------------------------------------------------------


def _joined(
    cells: list[pa.Array], before: list[str], end: str, between: str = ""
) -> Iterator[bytes]:
    """Rows as bytes: each cell with the text before it, ``end`` after a row, ``between`` rows."""
    rows = len(cells[0])
    for start in range(0, rows, 8_192):
        parts: list[pa.Array | str] = []
        for cell, text in zip(cells, before, strict=True):
            parts += [text, cell.slice(start, 8_192)]
        lines = pc.binary_join_element_wise(*parts, end, "")
        last = start + 8_192 >= rows
        whole = pc.binary_join(
            pa.ListArray.from_arrays(pa.array([0, len(lines)], pa.int32()), lines), between
        )
        yield whole[0].as_buffer().to_pybytes()
        if between and not last:
            yield between.encode()


_LINES: dict[str, Callable[[Slices], Iterator[bytes]]] = {
    ".csv": _csv,
    ".json": _json,
    ".geojson": _geojson,
}


def _write_lines(pieces: Iterable[bytes], path: Path) -> None:
    def fill(file: BinaryIO) -> None:
        for piece in pieces:
            file.write(piece)

    _whole(path, fill)


def _write_parquet(slices: Slices, schema: pa.Schema, path: Path) -> None:
    def fill(file: BinaryIO) -> None:
        with pq.ParquetWriter(file, schema, compression="zstd") as writer:
            for table in slices:
                writer.write_table(table)

    _whole(path, fill)


def _whole(path: Path, fill: Callable[[BinaryIO], None]) -> None:
    """Fill a file beside ``path`` and move it there, so that no half of it is ever seen."""
    if path.exists() and not path.is_file():  # a pipe or a device cannot be moved onto
        with path.open("wb") as file:
            fill(file)
        return
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            fill(file)
        umask = os.umask(0)
        os.umask(umask)
        Path(name).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~umask)
        Path(name).replace(path)
    except BaseException:
        with suppress(FileNotFoundError):
            Path(name).unlink()
        raise

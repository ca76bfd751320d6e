"""Columns as text: an Arrow column as the cells of a CSV, JSON or GeoJSON file.

Text is made once for each different value, and rows are joined column by column.
"""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

PROBABILITIES = frozenset({"p_zone", "p_time"})
MADE = {b"truceline": b"json"}  # field metadata: the column's text is JSON already
_DAY = 86_400 * 1_000_000  # microseconds
_QUARTER_H = 900 * 1_000_000  # no zone of our time changes its offset off the quarter hour
_EPOCH_YEAR_S = 62_135_596_800  # seconds from year 1 to 1970

Slices = Iterator[pa.Table]
Cell = Callable[[pa.Array], pa.Array]  # strings in, cells of the format out


def _column(table: pa.Table, field: pa.Field, of_text: Cell, of_list: Cell, null: str) -> pa.Array:
    """A column as the cells of a text format; ``null`` where there is no value."""
    column = table[field.name]
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if isinstance(array, pa.ChunkedArray):  # what combine_chunks gives for no rows
        array = pa.concat_arrays(array.chunks) if array.num_chunks else pa.array([], field.type)
    kind = array.type
    if field.metadata == MADE:
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


def csv_lines(slices: Slices) -> Iterator[bytes]:
    """A table in slices as CSV: a header, then a line a row (UTF-8, LF)."""
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


def json_lines(slices: Slices) -> Iterator[bytes]:
    """A table in slices as one JSON list with an object a row."""
    yield b"["
    first = True
    for table in slices:
        if table.num_rows:
            yield b"\n" if first else b",\n"
            first = False
        yield from _joined(*_objects(table), "}", between=",\n")
    yield b"\n]\n"


def geojson_lines(slices: Slices) -> Iterator[bytes]:
    """A table in slices as a GeoJSON FeatureCollection of points (lon, lat).

    Raises:
        ValueError: no columns ``lon`` and ``lat``.
    """
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

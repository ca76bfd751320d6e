"""Columns of events from what was read: arrays, one value for all rows, or made when asked.

What an event needs besides its place, its time and its id is often text that costs more
than everything that is checked. A column given as a function is made only for the rows
that are kept.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from truceline.model.batch import Reach
from truceline.model.event import REGIONS
from truceline.sources.tables.frame import word

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

PER_ROW = (pa.Array, pa.ChunkedArray, np.ndarray)
_PLACED = [REGIONS.index(name) for name in ("point", "disc")]


def column(field: pa.Field, value: Any, index: Ints | None, n: int) -> pa.Array:
    """A column of ``n`` events. ``value`` is an array with a member for every row read, of
    which the rows ``index`` are taken (None: all), or one value for all.
    """
    if not isinstance(value, PER_ROW):
        return _same(field, value, n)
    if isinstance(value, pa.ChunkedArray):
        value = whole(value)
    if index is not None:
        value = value[index] if isinstance(value, np.ndarray) else value.take(pa.array(index))
    return made(field, value)


def made(field: pa.Field, value: Any) -> pa.Array:
    """An array as a column of this field; NaN becomes null."""
    if isinstance(value, np.ndarray):
        if field.type == pa.int64() and value.dtype.kind == "f":
            gaps = np.isnan(value)
            return pa.array(np.where(gaps, 0, value).astype(np.int64), mask=gaps)
        if pa.types.is_timestamp(field.type):
            return pa.array(value, pa.int64()).cast(field.type)
        nulls = np.isnan(value) if value.dtype.kind == "f" else None
        return pa.array(value, field.type, mask=nulls)
    return value if value.type == field.type else value.cast(field.type)


def default(field: pa.Field) -> Any:
    """What a column says that nothing was given for."""
    if pa.types.is_string(field.type):
        return ""
    return [] if pa.types.is_list(field.type) else None


def far(reach: Reach, stated: Mapping[str, Any], n: int) -> Mask:
    """Rows of kind ``event`` that are points or discs out of reach, by their columns.

    Summaries and leads are never far: they are counted by what they are.
    """
    region, kind = stated["region"], stated["kind"]
    places = [stated[name] for name in ("lon", "lat", "radius_m", "start", "end")]
    if not isinstance(region, PER_ROW) or not all(isinstance(p, np.ndarray) for p in places):
        return np.zeros(n, np.bool_)
    found: Mask = _is_in(region, [REGIONS[code] for code in _PLACED]) & ~reach(*places)
    if isinstance(kind, PER_ROW):
        return found & _is_in(kind, ["event"])
    return found if kind == "event" else np.zeros(n, np.bool_)


def _is_in(words: Any, among: list[str]) -> Mask:
    if isinstance(words, np.ndarray):
        return np.isin(words, among)
    array = whole(words) if isinstance(words, pa.ChunkedArray) else words
    if pa.types.is_dictionary(array.type):
        known = np.isin(np.array(array.dictionary.to_pylist(), dtype=object), among)
        codes = array.indices.fill_null(0) if array.null_count else array.indices
        found: Mask = np.take(known, codes.to_numpy())
        return found
    return mask_of(pc.is_in(array, pa.array(among)))


def _same(field: pa.Field, value: Any, n: int) -> pa.Array:
    """One value for ``n`` rows; an empty list or None included."""
    if isinstance(value, list):
        offsets = pa.array(np.zeros(n + 1, np.int32))
        return pa.ListArray.from_arrays(offsets, pa.array([], pa.string()))
    return pa.nulls(n, field.type) if value is None else pa.repeat(pa.scalar(value, field.type), n)


def whole(column: pa.ChunkedArray) -> pa.Array:
    """A column in one piece."""
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def mask_of(array: pa.Array) -> Mask:
    """An Arrow array of booleans as a numpy mask; null is False."""
    filled = array.fill_null(False) if array.null_count else array
    return filled.to_numpy(zero_copy_only=False)  # type: ignore[no-any-return]  # pyarrow has no types


def trimmed(array: pa.Array) -> pa.Array:
    """An array of any kind as text without outer blanks; '' for null."""
    if pa.types.is_timestamp(array.type):
        array = _seconds(array)
    if not pa.types.is_string(array.type):
        try:
            array = array.cast(pa.string())
        except (pa.ArrowNotImplementedError, pa.ArrowInvalid):  # lists, records, bytes
            array = pa.array([word(v) for v in array.to_pylist()], pa.string())
    if array.null_count:
        array = array.fill_null("")
    letters = letters_of(array)
    if not len(letters) or (letters.min() > ord(" ") and letters.max() < 0x7F):
        return array  # no blank of any kind
    plain = letters.max() < 0x80
    return pc.ascii_trim_whitespace(array) if plain else pc.utf8_trim_whitespace(array)


def letters_of(texts: pa.StringArray) -> npt.NDArray[np.uint8]:
    """All bytes of an array of text, one text after the other."""
    _, offsets, letters = texts.buffers()
    if letters is None or not len(texts):
        return np.empty(0, np.uint8)
    at = np.frombuffer(offsets, np.int32)
    first, last = at[texts.offset], at[texts.offset + len(texts)]
    return np.frombuffer(letters, np.uint8)[first:last]


def _seconds(array: pa.Array) -> pa.Array:
    """Timestamps without the zeros behind a whole second, where all are whole seconds."""
    try:
        return array.cast(pa.timestamp("s", array.type.tz))
    except pa.ArrowInvalid:
        return array

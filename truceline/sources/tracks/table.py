"""Tables of fixes: time, lon and lat in columns, and what tells tracks apart."""

from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from truceline.sources.tables.columns import named
from truceline.sources.tables.files import Reader, UnreadableError, reader
from truceline.sources.tables.frame import Frame
from truceline.sources.tracks.fixes import NAME, Gathered, TrackRefusedError

COLUMNS = {
    "time": (
        "time",
        "timestamp",
        "datetime",
        "date_time",
        "t",
        "when",
        "utc",
        "time_utc",
        "utc_time",
        "gps_time",
        "fix_time",
        "recorded_at",
    ),
    "lon": ("lon", "longitude", "long", "lng", "x", "lon_deg", "location_long"),
    "lat": ("lat", "latitude", "y", "lat_deg", "location_lat"),
    "segment": (
        "segment",
        "segment_id",
        "track_segment",
        "trajectory_id",
        "traj_id",
        "track",
        "track_id",
        "trip",
        "trip_id",
        "vehicle",
        "vehicle_id",
        "device",
        "device_id",
    ),
}


def table_rows(file: BinaryIO, name: str, timezone: str) -> Gathered:
    """The fixes of a CSV, Excel or Parquet table. Raises TrackRefusedError."""
    del timezone
    try:
        opened = reader(file, source=NAME, name=name)
    except UnreadableError as error:
        raise TrackRefusedError(f"{name}: {error.problem.what}; {error.problem.todo}") from None
    return of_reader(opened, name)


def of_reader(opened: Reader, name: str) -> Gathered:
    """The fixes of a table whose header has been read. Raises TrackRefusedError."""
    columns, faults = named(opened.header, COLUMNS, ("lon", "lat"), source=NAME, file=name)
    if faults:
        raise TrackRefusedError(f"{name} is no track: {faults[0].what}; {faults[0].todo}")
    got = Gathered(name)
    known: dict[str, int] = {}
    for frame in opened.frames():
        got.problems.extend(frame.problems)
        _frame(frame, columns, got, known)
    return got


def _frame(frame: Frame, columns: dict[str, str], got: Gathered, known: dict[str, int]) -> None:
    n = frame.table.num_rows
    if not n:
        return
    lon, lat = (_numbers(frame.table[columns[c]]) for c in ("lon", "lat"))
    if columns["time"]:
        time = frame.table[columns["time"]].combine_chunks()
        time = time.combine_chunks() if isinstance(time, pa.ChunkedArray) else time
        if pa.types.is_dictionary(time.type):
            time = time.dictionary_decode()
        if pa.types.is_string(time.type):
            time = pc.fill_null(time, "")
    else:
        time = pa.array([""] * n, pa.string())
    segment = np.zeros(n, np.int64)
    if columns["segment"]:
        kinds = frame.table[columns["segment"]].combine_chunks()
        kinds = pc.dictionary_encode(pc.fill_null(kinds.cast(pa.string()), ""))
        kinds = kinds.combine_chunks() if isinstance(kinds, pa.ChunkedArray) else kinds
        numbers = np.array(
            [known.setdefault(word, len(known)) for word in kinds.dictionary.to_pylist()]
        )
        segment = numbers[kinds.indices.to_numpy(zero_copy_only=False)]
    bad = np.isnan(lon) | np.isnan(lat)
    for k in np.flatnonzero(bad):
        got.problem(
            int(frame.lines[k]),
            "the row has no longitude and latitude that are numbers",
            "correct it, or leave it out",
            "position",
        )
    keep = ~bad
    got.extend(lon[keep], lat[keep], time.filter(pa.array(keep)), frame.lines[keep], segment[keep])


def _numbers(column: pa.ChunkedArray) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Coordinates; NaN where a cell is none. A decimal comma is one where no point is."""
    if pa.types.is_dictionary(column.type):
        column = column.combine_chunks().dictionary_decode()
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        text = pc.replace_substring(pc.utf8_trim_whitespace(column), ",", ".")
        ok = pc.match_substring_regex(text, r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$")
        column = pc.if_else(ok, text, None)
    found: np.ndarray[tuple[int], np.dtype[np.float64]] = (
        pc.cast(column, pa.float64()).to_numpy(zero_copy_only=False)
        if isinstance(column, pa.Array)
        else pc.cast(column, pa.float64()).to_numpy()
    )
    return np.where(np.isfinite(found), found, np.nan)

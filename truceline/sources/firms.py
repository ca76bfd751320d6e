"""NASA FIRMS active fires, VIIRS and MODIS: leads, because a fire is not yet an attack.

Columns as in the FIRMS attribute tables. A row's place is a pixel: ``scan`` by ``track``
kilometres around its centre. Times are UTC.
"""

from collections.abc import Iterator
from typing import BinaryIO
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from truceline.model.batch import Batch, Context
from truceline.sources.source import Source
from truceline.sources.tables.building import mask_of
from truceline.sources.tables.files import Reader
from truceline.sources.tables.precision import Regions
from truceline.sources.tables.reading import Columns, read
from truceline.sources.tables.rows import Rows
from truceline.sources.tables.seen import Seen
from truceline.sources.tables.times import read_moments

NAME = "firms"

VIIRS_KM, MODIS_KM = 0.375, 1.0  # the pixel straight below, where scan and track are not given

_NAMES = {
    "lat": ("latitude",),
    "lon": ("longitude",),
    "scan": ("scan",),
    "track": ("track",),
    "date": ("acq_date",),
    "time": ("acq_time",),
    "satellite": ("satellite",),
    "instrument": ("instrument",),
    "confidence": ("confidence",),
    "version": ("version",),
    "power": ("frp",),
    "viirs": ("bright_ti4",),
}
_NEEDED = ("lat", "lon", "date", "time")


def parse(file: BinaryIO, *, name: str, sha256: str, context: Context) -> Iterator[Batch]:
    """FIRMS rows as leads. Option: ``encoding``."""
    return read(
        file,
        source=NAME,
        name=name,
        sha256=sha256,
        context=context,
        names=_NAMES,
        needed=_NEEDED,
        events=_events,
    )


def _events(rows: Rows, col: Columns, seen: Seen, reader: Reader) -> Batch:
    clock = pc.utf8_lpad(pc.replace_substring(rows.text(col["time"]), ":", ""), 4, padding="0")
    rows.fail(
        ~mask_of(pc.match_substring_regex(clock, r"^([01]\d|2[0-3])[0-5]\d$")),
        col["time"],
        "this is no UTC time of day",
        "write four digits, HHMM",
    )
    clock = pc.if_else(pa.array(rows.ok), clock, "0000")
    day = rows.text(col["date"])
    hour, minute = pc.utf8_slice_codeunits(clock, 0, 2), pc.utf8_slice_codeunits(clock, 2, 4)
    when = pc.binary_join_element_wise(
        day, pc.binary_join_element_wise(hour, minute, "00Z", ":"), "T"
    )
    moments = read_moments(when, ZoneInfo("UTC"))
    rows.times(moments, col["date"])
    lon, lat = rows.place(col["lon"], col["lat"])
    rows.fail(
        np.isnan(lon), col["lat"], "a fire without a place says nothing", "get the file again"
    )
    nominal = VIIRS_KM if col["viirs"] else MODIS_KM
    size = [np.nan_to_num(rows.number(col[c]), nan=nominal) for c in ("scan", "track")]
    rows.fail((size[0] <= 0) | (size[1] <= 0), col["scan"], "no pixel has this size", "correct it")
    regions = Regions(lon, lat)
    # The disc through the pixel's corners.
    regions.discs(rows.ok, (np.hypot(size[0], size[1]) * 500.0)[rows.ok])
    satellite = rows.text(col["satellite"])
    keys = pc.binary_join_element_wise(
        satellite,
        pc.replace_substring_regex(when, r":00Z$", "Z"),
        rows.text(col["lat"]),
        rows.text(col["lon"]),
        ",",
    )
    rows.once(keys, seen, col["lat"])
    said = pc.binary_join_element_wise(
        "instrument", rows.text(col["instrument"]),
        "confidence", rows.text(col["confidence"]),
        "radiative power in MW", rows.text(col["power"]),
        " ",
    )  # fmt: skip
    return rows.batch(
        {
            "event_id": pc.binary_join_element_wise(NAME, keys, ":"),
            "kind": "lead",
            "as_of": rows.text(col["version"]),
            "start": moments.low,
            "end": moments.high,
            "when_text": when,
            **regions.columns(),
            "means": "satellite",
            "act": "fire-detected",
            "act_text": "active fire",
            "attribution": "unknown",
            "text": said,
        }
    )


SOURCE = Source(
    name=NAME,
    title="NASA FIRMS active fires, VIIRS and MODIS (leads)",
    parse=parse,
    kinds=("lead",),
    options={"encoding": "the file's encoding, where it is not UTF-8"},
)

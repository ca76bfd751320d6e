"""ACLED exports of every generation: upper-case headers, since 2022, since 2025.

The codes are those of the ACLED codebook (2024). ``actor1`` and ``actor2`` are two sides,
not attacker and victim; only where one side is unarmed by definition (civilians,
protesters) is it known who acted.
"""

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import BinaryIO
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from truceline.model.batch import Batch, Context
from truceline.sources.source import Source
from truceline.sources.tables.building import mask_of
from truceline.sources.tables.files import Reader
from truceline.sources.tables.precision import Regions
from truceline.sources.tables.reading import Columns, read
from truceline.sources.tables.rows import Rows, listed
from truceline.sources.tables.seen import Seen
from truceline.sources.tables.times import DAY_US, midnights, read_moments

NAME = "acled"

PLACE_M = 2_000.0  # geo_precision 1: the coordinates of the named town
AREA_M = 25_000.0  # 2: a part of a region, or near a named place
REGION_M = 80_000.0  # 3: a larger region, coded at its capital

_NAMES = {
    "id": ("event_id_cnty", "data_id", "event_id"),
    "date": ("event_date",),
    "time_precision": ("time_precision",),
    "type": ("event_type",),
    "sub_type": ("sub_event_type",),
    "actor1": ("actor1",),
    "actor2": ("actor2",),
    "inter1": ("inter1",),
    "inter2": ("inter2",),
    "lat": ("latitude",),
    "lon": ("longitude",),
    "geo_precision": ("geo_precision", "geo_precis", "geo_precision_code"),
    "place": ("location",),
    "country": ("country",),
    "source": ("source",),
    "notes": ("notes",),
    "deaths": ("fatalities",),
    "timestamp": ("timestamp", "upload_date"),
}
_NEEDED = ("id", "date", "type", "actor1", "lat", "lon")
_UNARMED = r"(?i)^(civilians|protesters)\b"
_UNARMED_INTER = pa.array(["6", "7", "civilians", "protesters"])


def parse(file: BinaryIO, *, name: str, sha256: str, context: Context) -> Iterator[Batch]:
    """ACLED rows as events. Options: ``encoding``, ``dates``."""

    def events(rows: Rows, col: Columns, seen: Seen, reader: Reader) -> Batch:
        return _events(rows, col, seen, context)

    return read(
        file,
        source=NAME,
        name=name,
        sha256=sha256,
        context=context,
        names=_NAMES,
        needed=_NEEDED,
        events=events,
    )


def _events(rows: Rows, col: Columns, seen: Seen, context: Context) -> Batch:
    low, high = _span(rows, col, context)
    lon, lat = rows.place(col["lon"], col["lat"])
    geo = rows.code(col["geo_precision"], "123", "geo_precision", otherwise="1")
    regions = Regions(lon, lat)
    here = rows.ok & ~np.isnan(lon)
    regions.discs(here & (geo == "1"), PLACE_M)
    regions.discs(here & (geo == "2"), AREA_M)
    regions.units(here & (geo == "3"), context.units, 1, REGION_M)
    if len(context.units):
        regions.cut(here & (geo == "2"), context.units, rows.text(col["country"]))
    deaths = rows.whole_number(col["deaths"])
    event_type, sub_type = rows.text(col["type"]), rows.text(col["sub_type"])
    words = pc.if_else(pc.equal(sub_type, ""), event_type, sub_type)
    actor, target, attribution = _sides(rows, col)
    ids = rows.text(col["id"])
    rows.once(ids, seen, col["id"])
    return rows.batch(
        {
            "event_id": pc.binary_join_element_wise(NAME, ids, ":"),
            "kind": "event",
            "as_of": rows.text(col["timestamp"]),
            "start": low,
            "end": high,
            "when_text": rows.text(col["date"]),
            **regions.columns(),
            "place": rows.text(col["place"]),
            "act": rows.acts(words, col["sub_type"] or col["type"], table="acled"),
            "act_text": words,
            "actor": listed(actor),
            "target": listed(target),
            "attribution": attribution,
            "deaths_best": deaths,
            "cites": listed(rows.text(col["source"]), separator=";"),
            "text": rows.text(col["notes"]),
        }
    )


def _span(
    rows: Rows, col: Columns, context: Context
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """time_precision 1: the day; 2: the week around it; 3: its month."""
    zone = ZoneInfo(context.timezone)
    order = context.options.get("dates", "dmy")
    given = rows.time_column(col["date"])
    # As if in UTC first, so that the days before and after can be counted.
    moments = read_moments(given, ZoneInfo("UTC"), order=order)
    rows.fail(moments.empty, col["date"], "the row has no event_date", "give the date")
    rows.times(moments, col["date"])
    precision = rows.code(col["time_precision"], "123", "time_precision", otherwise="1")
    first = np.floor_divide(moments.low, DAY_US)
    after = first + 1
    week, month = precision == "2", precision == "3"
    first, after = np.where(week, first - 3, first), np.where(week, after + 3, after)
    for i in np.flatnonzero(month & rows.ok):
        first[i], after[i] = _month(int(first[i]))
    return midnights(first, zone), midnights(after, zone)


@lru_cache(maxsize=4096)
def _month(day: int) -> tuple[int, int]:
    """The first day of a day's month, and of the next, as days since 1970."""
    epoch = date(1970, 1, 1).toordinal()
    on = date.fromordinal(day + epoch)
    begin, after = on.replace(day=1), date(on.year + on.month // 12, on.month % 12 + 1, 1)
    return begin.toordinal() - epoch, after.toordinal() - epoch


def _sides(rows: Rows, col: Columns) -> tuple[pa.Array, pa.Array, pa.Array]:
    """Actor, target and attribution."""
    one, two = rows.text(col["actor1"]), rows.text(col["actor2"])
    unarmed = [_unarmed(rows, one, col["inter1"]), _unarmed(rows, two, col["inter2"])]
    only_two_armed = unarmed[0] & ~unarmed[1] & mask_of(pc.not_equal(two, ""))
    swap = pa.array(only_two_armed)
    actor, target = pc.if_else(swap, two, one), pc.if_else(swap, one, two)
    alone = mask_of(pc.equal(two, ""))
    known = only_two_armed | (unarmed[1] & ~unarmed[0]) | alone
    attribution = np.where(known, "actor", "dyad")
    attribution = np.where(mask_of(pc.equal(actor, "")), "unknown", attribution)
    return actor, target, pa.array(attribution, pa.string())


def _unarmed(rows: Rows, names: pa.Array, inter: str) -> npt.NDArray[np.bool_]:
    code = pc.is_in(pc.utf8_lower(rows.text(inter)), _UNARMED_INTER)
    return mask_of(pc.or_(code, pc.match_substring_regex(names, _UNARMED)))


SOURCE = Source(
    name=NAME,
    title="Armed Conflict Location and Event Data (ACLED) exports",
    parse=parse,
    kinds=("event",),
    options={
        "encoding": "the file's encoding, where it is not UTF-8",
        "dates": "dmy or mdy: how 03/04/2020 is to be read (dmy, as in ACLED's exports)",
    },
)

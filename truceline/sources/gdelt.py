"""GDELT events, 1.0 and 2.0, with or without a header: leads, never reports.

Codes and columns as in the GDELT Event Codebook, versions 1.03 and 2.0. GDELT is made by
machines from news; its dates are UTC days and its places are what the text mentions.
"""

from collections.abc import Iterator, Sequence
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
from truceline.sources.tables.rows import Rows, listed
from truceline.sources.tables.seen import Seen
from truceline.sources.tables.times import read_moments

NAME = "gdelt"

CITY_M = 5_000.0  # ActionGeo_Type 3 and 4: the centre of a city or landmark
STATE_M = 80_000.0  # 2 and 5: a first-order unit, where its polygon is not at hand

_EVENT = [
    "GLOBALEVENTID",
    "SQLDATE",
    "MonthYear",
    "Year",
    "FractionDate",
    "Actor1Code",
    "Actor1Name",
    "Actor1CountryCode",
    "Actor1KnownGroupCode",
    "Actor1EthnicCode",
    "Actor1Religion1Code",
    "Actor1Religion2Code",
    "Actor1Type1Code",
    "Actor1Type2Code",
    "Actor1Type3Code",
    "Actor2Code",
    "Actor2Name",
    "Actor2CountryCode",
    "Actor2KnownGroupCode",
    "Actor2EthnicCode",
    "Actor2Religion1Code",
    "Actor2Religion2Code",
    "Actor2Type1Code",
    "Actor2Type2Code",
    "Actor2Type3Code",
    "IsRootEvent",
    "EventCode",
    "EventBaseCode",
    "EventRootCode",
    "QuadClass",
    "GoldsteinScale",
    "NumMentions",
    "NumSources",
    "NumArticles",
    "AvgTone",
]
_GEO_1 = ["Type", "FullName", "CountryCode", "ADM1Code", "Lat", "Long", "FeatureID"]
_GEO_2 = [*_GEO_1[:4], "ADM2Code", *_GEO_1[4:]]


def _header(geo: Sequence[str], *, url: bool = True) -> list[str]:
    places = [f"{who}Geo_{part}" for who in ("Actor1", "Actor2", "Action") for part in geo]
    return [*_EVENT, *places, "DATEADDED", *(["SOURCEURL"] if url else [])]


HEADERS = {
    57: _header(_GEO_1, url=False),  # the 1.0 back file, to March 2013
    58: _header(_GEO_1),  # 1.0 daily files
    61: _header(_GEO_2),  # 2.0
}
_NAMES = {
    "id": ("globaleventid",),
    "date": ("sqldate", "day"),
    "actor": ("actor1name",),
    "target": ("actor2name",),
    "code": ("eventcode",),
    "geo_type": ("actiongeo_type",),
    "place": ("actiongeo_fullname",),
    "lat": ("actiongeo_lat",),
    "lon": ("actiongeo_long",),
    "added": ("dateadded",),
    "url": ("sourceurl",),
}
_NEEDED = ("id", "date", "code", "geo_type", "lat", "lon")


def parse(file: BinaryIO, *, name: str, sha256: str, context: Context) -> Iterator[Batch]:
    """GDELT rows as leads. Option: ``encoding``."""

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
        header=_bare,
    )


def _bare(start: bytes) -> Sequence[str]:
    """The columns of a file that begins with a row and not with a header."""
    first, _, _ = start.partition(b"\n")
    cells = first.rstrip(b"\r").split(b"\t")
    return HEADERS.get(len(cells), ()) if cells[0].strip().isdigit() else ()


def _events(rows: Rows, col: Columns, seen: Seen, context: Context) -> Batch:
    when = rows.time_column(col["date"])
    if not pa.types.is_string(when.type):
        when = rows.text(col["date"])
    moments = read_moments(when, ZoneInfo("UTC"))
    rows.fail(moments.empty, col["date"], "the row has no SQLDATE", "get the file again")
    rows.times(moments, col["date"])
    geo = rows.stated(col["geo_type"])
    placed = mask_of(pc.is_in(geo, pa.array(["1", "2", "3", "4", "5"])))
    lon, lat = rows.place(col["lon"], col["lat"], only=placed)
    regions = Regions(lon, lat)
    here = rows.ok & ~np.isnan(lon)
    regions.discs(here & mask_of(pc.is_in(geo, pa.array(["3", "4"]))), CITY_M)
    state = here & mask_of(pc.is_in(geo, pa.array(["2", "5"])))
    regions.units(state, context.units, 1, STATE_M)
    country = here & mask_of(pc.equal(geo, "1"))
    regions.units(country, context.units, 0, None)
    regions.lost()
    code = rows.stated(col["code"])
    actor, ids = rows.stated(col["actor"]), rows.text(col["id"])
    rows.once(ids, seen, col["id"])
    return rows.batch(
        {
            "event_id": pc.binary_join_element_wise(NAME, ids, ":"),
            "kind": "lead",
            "as_of": rows.text(col["added"]),
            "start": moments.low,
            "end": moments.high,
            "when_text": rows.text(col["date"]),
            **regions.columns(),
            "place": rows.stated(col["place"]),
            "act": rows.acts(code, col["code"], table="cameo"),
            "act_text": pc.binary_join_element_wise("CAMEO", code, " "),
            "actor": listed(actor),
            "target": listed(rows.stated(col["target"])),
            "attribution": pc.if_else(pc.equal(actor, ""), "unknown", "actor"),
            "url": rows.stated(col["url"]),
        }
    )


SOURCE = Source(
    name=NAME,
    title="GDELT events 1.0 and 2.0 (leads)",
    parse=parse,
    kinds=("lead",),
    options={"encoding": "the file's encoding, where it is not UTF-8"},
)

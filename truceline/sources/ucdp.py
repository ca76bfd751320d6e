"""UCDP Georeferenced Event Dataset (GED), every release from 17 on, and candidate events.

The codes are those of the UCDP GED Codebook (Högbladh; Sundberg and Melander 2013). GED
gives dates only, taken as whole days in the context's time zone, and lethal events only.
It names two sides and not who acted, except for one-sided violence, where ``side_a`` did.
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
from truceline.sources.tables.rows import Codes, Rows, listed
from truceline.sources.tables.seen import Seen
from truceline.sources.tables.times import DAY_US, Instants, Moments, read_moments

NAME = "ucdp"

# where_prec -> metres, by the codebook's words; docs/sources.md says why each number.
VILLAGE_M, TOWN_M, CITY_M = 1_000.0, 2_000.0, 5_000.0  # 1: "exact location": a named place
NEAR_M = 25_000.0  # 2: "at most a ca. 25 km radius around a known point"
DISTRICT_M = 30_000.0  # 3: second-order unit, where its polygon is not at hand
PROVINCE_M = 80_000.0  # 4: first-order unit, where its polygon is not at hand
WIDE_M = 50_000.0  # 5 and 7: a line or fuzzy area; international waters or airspace
SUMMARY_DAYS = 7  # date_prec 1 to 3 are at most a week; longer is 4 (a month) or 5

_NAMES = {
    "id": ("id",),
    "type": ("type_of_violence",),
    "where_prec": ("where_prec",),
    "lat": ("latitude",),
    "lon": ("longitude",),
    "date_prec": ("date_prec",),
    "start": ("date_start",),
    "end": ("date_end",),
    "clarity": ("event_clarity",),
    "side_a": ("side_a",),
    "side_b": ("side_b",),
    "best": ("best", "best_est"),
    "low": ("low", "low_est"),
    "high": ("high", "high_est"),
    "place": ("where_coordinates", "where_description"),
    "headline": ("source_headline",),
    "office": ("source_office",),
    "original": ("source_original",),
    "adm_1": ("adm_1",),
    "country": ("country",),
    "conflict": ("conflict_name",),
    "version": ("gedversion", "version"),
    "relid": ("relid",),
}
_NEEDED = ("id", "type", "where_prec", "lat", "lon", "date_prec", "start", "end", "side_a", "best")


def parse(file: BinaryIO, *, name: str, sha256: str, context: Context) -> Iterator[Batch]:
    """GED rows as events. Options: ``encoding``, ``summary-days``."""

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
    zone = ZoneInfo(context.timezone)
    low, high, when = _span(rows, col, zone)
    lon, lat = rows.place(col["lon"], col["lat"])
    kind_of = rows.code(col["type"], "123", "type_of_violence")
    where = rows.code(col["where_prec"], "1234567", "where_prec")
    dates = rows.code(col["date_prec"], "12345", "date_prec")
    low_, best, high_ = (rows.whole_number(col[c]) for c in ("low", "best", "high"))
    with np.errstate(invalid="ignore"):
        muddled = (low_ > best) | (best > high_)
    rows.note(
        muddled,
        col["best"],
        "the best estimate of deaths lies outside the low and high ones",
        "all three are kept as they are; ask the source",
    )
    place = rows.text(col["place"])
    regions = Regions(lon, lat)
    _locate(rows, where, place, regions, context)
    if len(context.units):  # "near a known point" and in the country that the row names
        near = rows.ok & (where == "2")
        regions.cut(near, context.units, rows.text(col["country"]))
    days = float(context.options.get("summary-days", SUMMARY_DAYS)) * DAY_US
    clarity = rows.text(col["clarity"])
    # An hour of daylight saving must not make a week longer than a week.
    long = (high - low) > days + 3_600_000_000
    summary = mask_of(pc.equal(clarity, "2")) | long
    side_a, side_b = rows.text(col["side_a"]), rows.text(col["side_b"])
    one_sided = kind_of == "3"
    ids = rows.text(col["id"])
    rows.note(
        (dates != "1") & ((high - low) <= 25 * 3_600_000_000),
        col["date_prec"],
        "the date is said to be inexact and yet only one day is given",
        "the day is taken as it stands; ask the source",
    )
    rows.once(ids, seen, col["id"])
    return rows.batch(
        {
            "event_id": pc.binary_join_element_wise(NAME, ids, ":"),
            "kind": pa.array(np.where(summary, "summary", "event")),
            "as_of": rows.text(col["version"]),
            "start": low,
            "end": high,
            "when_text": when,
            **regions.columns(),
            "place": place,
            "act": rows.acts(pa.array(kind_of, pa.string()), "", table="ucdp"),
            "act_text": pc.binary_join_element_wise(
                "type_of_violence", pa.array(kind_of, pa.string()), " "
            ),
            "actor": listed(side_a),
            "target": listed(side_b),
            "attribution": pa.array(np.where(one_sided, "actor", "dyad")),
            "deaths_low": low_,
            "deaths_best": best,
            "deaths_high": high_,
            "cites": listed(_cited(rows, col), separator=";"),
            "text": rows.text(col["headline"]),
        }
    )


def _span(rows: Rows, col: Columns, zone: ZoneInfo) -> tuple[Instants, Instants, pa.Array]:
    """First and last instant of the reported days, and the source's words for them."""
    first, last = (_day_words(rows.text(col[c])) for c in ("start", "end"))
    starts, ends = read_moments(first, zone), read_moments(last, zone)
    _given(rows, starts, col["start"])
    _given(rows, ends, col["end"])
    backwards = ends.high <= starts.low
    rows.fail(backwards, col["end"], "the report ends before it starts", "correct the dates")
    same = pc.equal(first, last)
    when = pc.if_else(same, first, pc.binary_join_element_wise(first, last, "/"))
    return starts.low, ends.high, when


def _day_words(words: pa.Array) -> pa.Array:
    """Releases 17 and 18 write a midnight behind each date: it is no time of day."""
    return pc.replace_substring_regex(words, r"[T ]00:00(:00(\.0+)?)?$", "")


def _given(rows: Rows, moments: Moments, column: str) -> None:
    rows.fail(moments.empty, column, "the row has no date", "give one; GED has two in every row")
    rows.times(moments, column)


def _locate(
    rows: Rows,
    where: Codes,
    place: pa.Array,
    regions: Regions,
    context: Context,
) -> None:
    """The table of docs/sources.md: where_prec to a region."""
    here = rows.ok & ~np.isnan(regions.lon)
    exact = where == "1"
    town = mask_of(pc.match_substring_regex(place, r"(?i)\b(town|camp)\b"))
    city = mask_of(pc.match_substring_regex(place, r"(?i)\bcity\b"))
    regions.discs(here & exact, VILLAGE_M)
    regions.discs(here & exact & town, TOWN_M)
    regions.discs(here & exact & city, CITY_M)
    regions.discs(here & (where == "2"), NEAR_M)
    regions.units(here & (where == "3"), context.units, 2, DISTRICT_M)
    regions.units(here & (where == "4"), context.units, 1, PROVINCE_M)
    regions.discs(here & ((where == "5") | (where == "7")), WIDE_M)
    regions.units(here & (where == "6"), context.units, 0, None)
    regions.lost()


def _cited(rows: Rows, col: Columns) -> pa.Array:
    office = rows.text(col["office"])
    return pc.if_else(pc.equal(office, ""), rows.text(col["original"]), office)


SOURCE = Source(
    name=NAME,
    title="UCDP Georeferenced Event Dataset and candidate events",
    parse=parse,
    kinds=("event", "summary"),
    options={
        "encoding": "the file's encoding, where it is not UTF-8",
        "summary-days": "a report that spans more days than this is a summary (7)",
    },
)

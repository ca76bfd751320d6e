"""Any spreadsheet: the project's own plain table of events.

``id,start,end,lon,lat,radius_m,act,actor,target,deaths,source,url,text`` and, where a
monitor has them, the columns of ``OPTIONAL``. docs/sources.md explains each.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import PurePath
from typing import BinaryIO
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from truceline.model.batch import Batch, Context
from truceline.model.event import ATTRIBUTIONS, KINDS
from truceline.sources.source import Source
from truceline.sources.tables.building import mask_of
from truceline.sources.tables.files import Reader
from truceline.sources.tables.observed import place_of
from truceline.sources.tables.reading import Columns, read
from truceline.sources.tables.rows import Floats, Rows, listed
from truceline.sources.tables.seen import Seen

NAME = "table"

COLUMNS = {
    "id": ("id", "event_id", "event_no", "event_number", "record_id", "uid"),
    "start": (
        "start",
        "start_time",
        "start_date",
        "date_start",
        "date",
        "event_date",
        "datetime",
        "date_time",
        "timestamp",
        "when",
        "day",
    ),
    "end": ("end", "end_time", "end_date", "enddate", "date_end", "until"),
    "lon": ("lon", "longitude", "long", "lng", "x", "lon_deg"),
    "lat": ("lat", "latitude", "y", "lat_deg"),
    "radius_m": (
        "radius_m",
        "radius",
        "accuracy_m",
        "accuracy",
        "uncertainty_m",
        "radius_metres",
        "radius_meters",
    ),
    "act": ("act", "type", "event_type", "category", "act_type", "incident_type"),
    "actor": ("actor", "actors", "perpetrator", "by", "party", "attributed_to"),
    "target": ("target", "targets", "victim", "victims", "against"),
    "deaths": ("deaths", "killed", "fatalities", "dead", "deaths_best"),
    "source": ("source", "sources", "reported_by", "source_name"),
    "url": ("url", "link", "source_url", "href"),
    "text": ("text", "notes", "note", "description", "details", "summary", "comment", "remarks"),
}
OPTIONAL = {
    "place": ("place", "location", "place_name", "settlement", "locality", "where"),
    "unit": ("unit", "pcode", "p_code", "admin_pcode", "adm_pcode"),
    "observer_lon": ("observer_lon", "observer_longitude", "observer_x"),
    "observer_lat": ("observer_lat", "observer_latitude", "observer_y"),
    "bearing": ("bearing", "bearing_deg", "azimuth", "direction"),
    "spread": ("spread", "spread_deg", "bearing_error", "bearing_error_deg"),
    "range": ("range", "range_m", "distance", "distance_m", "range_max_m", "range_max"),
    "range_min": ("range_min", "range_min_m", "distance_min_m"),
    "means": ("means", "observed_by", "how", "method", "observation"),
    "count": ("count", "number", "n", "quantity", "how_many"),
    "calibre": ("calibre", "caliber", "calibre_mm", "caliber_mm"),
    "deaths_low": ("deaths_low", "killed_low", "deaths_min"),
    "deaths_high": ("deaths_high", "killed_high", "deaths_max"),
    "attribution": ("attribution",),
    "kind": ("kind",),
    "as_of": ("as_of", "version", "updated", "revised"),
    "cites": ("cites", "cited"),
}
_ALL = {**COLUMNS, **OPTIONAL}
_MEANS = {
    "seen": "seen see saw observed visual visually eyewitness",
    "heard": "heard hear acoustic audible sound",
    "camera": "camera cctv video photo",
    "uav": "uav drone uas",
    "crater": "crater impact craters inspection",
    "satellite": "satellite imagery",
}


def parse(file: BinaryIO, *, name: str, sha256: str, context: Context) -> Iterator[Batch]:
    """Rows of a spreadsheet as events. Options: ``encoding``, ``dates``, ``columns``."""

    def events(rows: Rows, col: Columns, seen: Seen, reader: Reader) -> Batch:
        return _events(rows, col, seen, context, comma=reader.delimiter == ";")

    return read(
        file,
        source=NAME,
        name=name,
        sha256=sha256,
        context=context,
        names={**_ALL, **_mapped(context.options.get("columns", ""))},
        needed=("id", "start"),
        events=events,
        list_unused=True,
    )


def _mapped(words: str) -> dict[str, tuple[str, ...]]:
    """``id=event,start=date``: the user's own names for our columns."""
    pairs = (pair.partition("=") for pair in words.split(",") if "=" in pair)
    return {ours.strip(): (re.sub(r"\W+", "_", own.strip().casefold()),) for ours, _, own in pairs}


def _events(rows: Rows, col: Columns, seen: Seen, context: Context, *, comma: bool) -> Batch:
    low, high = _span(rows, col, context)
    where = place_of(rows, col, context.units, comma=comma)
    deaths = _deaths(rows, col)
    acts = rows.words(col["act"])
    count = _count(rows, col, acts)
    rows.once(_key(rows, col), seen, col["id"])
    # What is said of every row comes before what is made of the rows that are kept.
    kind = _choice(rows, col["kind"], KINDS, "event")
    means = _means(rows, col["means"])
    known = rows.acts(acts, col["act"])
    _choice(rows, col["attribution"], ATTRIBUTIONS, "")
    calibre = rows.number(col["calibre"], loose=True) if col["calibre"] else None

    def text(name: str) -> Callable[[Rows], pa.Array]:
        return lambda part: part.text(col[name])

    def names(name: str) -> Callable[[Rows], pa.Array]:
        return lambda part: listed(part.text(col[name]), separator="|")

    return rows.batch(
        {
            "event_id": lambda part: pc.binary_join_element_wise(
                _source(part, col["source"]), part.text(col["id"]), ":"
            ),
            "source": (lambda part: _source(part, col["source"]))
            if col["source"]
            else _source(rows, ""),
            "kind": kind,
            "as_of": text("as_of"),
            "start": low,
            "end": high,
            "when_text": lambda part: _when(part, col),
            **where,
            "means": means,
            "count": count,
            "place": text("place"),
            "act": known,
            "act_text": acts,
            "actor": names("actor"),
            "target": names("target"),
            "attribution": lambda part: _attribution(part, col),
            "deaths_low": deaths[0],
            "deaths_best": deaths[1],
            "deaths_high": deaths[2],
            "cites": names("cites"),
            "url": text("url"),
            "text": text("text"),
            "calibre_mm": calibre,
        }
    )


def _key(rows: Rows, col: Columns) -> pa.Array:
    """What no two rows of a file may share; '' where a row has no id."""
    ids = rows.text(col["id"])
    if not col["source"]:  # all rows have one source, and then the ids tell as much
        return ids
    key = pc.binary_join_element_wise(_source(rows, col["source"]), ids, ":")
    return pc.if_else(pc.equal(ids, ""), "", key)


def _span(
    rows: Rows, col: Columns, context: Context
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    zone, order = ZoneInfo(context.timezone), context.options.get("dates", "")
    start = rows.moments(col["start"], zone, order=order)
    rows.fail(start.empty, col["start"], "the row has no start", "give a date or a time")
    rows.times(start, col["start"])
    if not col["end"]:
        return start.low, start.high
    end = rows.moments(col["end"], zone, order=order)
    rows.times(end, col["end"])
    high = np.where(end.empty, start.high, end.high)
    whole_day = end.high > end.low
    before = ~end.empty & ((end.high < start.low) | (whole_day & (end.high == start.low)))
    rows.fail(before, col["end"], "the report ends before it starts", "correct one of the two")
    return start.low, high


def _when(rows: Rows, col: Columns) -> pa.Array:
    """The row's own words for its time."""
    words, last = rows.text(col["start"]), rows.text(col["end"])
    both = pc.binary_join_element_wise(words, last, "/")
    alone = pc.or_(pc.equal(last, ""), pc.equal(last, words))
    return pc.if_else(alone, words, both)


def _deaths(rows: Rows, col: Columns) -> tuple[Floats, Floats, Floats]:
    """Low, best and high: "3", "3-5" (no best), "at least 3" or "3+" (low only)."""
    low, high = (rows.whole_number(col[c], loose=True) for c in ("deaths_low", "deaths_high"))
    raw = rows.raw(col["deaths"])
    if not (pa.types.is_string(raw.type) or pa.types.is_large_string(raw.type)):
        best = rows.whole_number(col["deaths"])
        return low, best, high
    words = rows.text(col["deaths"])
    odd = mask_of(pc.invert(pc.match_substring_regex(words, r"^-?\d*\.?\d*$")))
    best = rows.whole_number(col["deaths"], only=~odd)
    low, best, high = (np.array(figure) for figure in (low, best, high))
    for i in np.flatnonzero(odd & rows.ok):
        found = _range_of_deaths(words[int(i)].as_py())
        if found is None:
            one = np.zeros(rows.n, np.bool_)
            one[i] = True
            rows.note(one, col["deaths"], "this is no number of deaths", "write 3, or 3-5")
            continue
        least, most, exact = found
        best[i] = np.nan if exact is None else exact
        low[i] = low[i] if least is None else least
        high[i] = high[i] if most is None else most
    with np.errstate(invalid="ignore"):
        backwards = low > high
    rows.fail(backwards, col["deaths"], "the low figure is above the high one", "correct them")
    return low, best, high


def _range_of_deaths(
    words: str,
) -> tuple[float | None, float | None, float | None] | None:
    text = words.casefold().replace("\u2013", "-").replace("\u2014", "-")
    if text in ("na", "n/a", "nan", "null", "none", "-", "unknown", "?"):
        return None, None, None
    if m := re.fullmatch(r"(\d+) ?(?:-|to) ?(\d+)", text):
        return float(m[1]), float(m[2]), None
    if m := re.fullmatch(r"between (\d+) and (\d+)", text):
        return float(m[1]), float(m[2]), None
    if m := re.fullmatch(r"(?:at least|min\.?|>=|\u2265) ?(\d+)|(\d+) ?(?:\+|or more)", text):
        return float(m[1] or m[2]), None, None
    if m := re.fullmatch(r"> ?(\d+)|(?:more than|over) (\d+)", text):
        return float(m[1] or m[2]) + 1, None, None
    if m := re.fullmatch(r"(?:up to|at most|max\.?|<=|\u2264) ?(\d+)", text):
        return None, float(m[1]), None
    if m := re.fullmatch(r"\d{1,3}(,\d{3})+", text):
        return None, None, float(text.replace(",", ""))
    if m := re.fullmatch(r"(?:~|about|around|approximately|ca\.?|some) ?(\d+)", text):
        return None, None, float(m[1])
    return None


def _count(rows: Rows, col: Columns, acts: pa.DictionaryArray) -> Floats:
    """How many of the act: the column, else the number that the act's words begin with."""
    count = rows.whole_number(col["count"], loose=True)
    led = np.array([_leading_number(w) for w in acts.dictionary.to_pylist()] or [np.nan])
    if np.isnan(led).all():
        return count
    return np.where(np.isnan(count), led[acts.indices.to_numpy()], count)


def _leading_number(words: str) -> float:
    """12 of "12 explosions"; NaN for "120 mm mortar", which is no count."""
    found = re.match(
        r"(\d{1,9}) (?!(?:mm|cm|km|m|kg|people|persons|civilians|killed|dead)\b)[^\W\d]", words
    )
    return float(found[1]) if found else np.nan


def _source(rows: Rows, column: str) -> pa.Array | str:
    stem = PurePath(rows.file).name
    while PurePath(stem).suffix.lower() in _ENDINGS:
        stem = PurePath(stem).stem
    if not column:
        return stem
    words = rows.text(column)
    return pc.if_else(pc.equal(words, ""), stem, words)


_ENDINGS = {".csv", ".gz", ".xlsx", ".parquet", ".geojson", ".json", ".tsv", ".txt", ".geoparquet"}


def _choice(rows: Rows, column: str, allowed: tuple[str, ...], otherwise: str) -> pa.Array | str:
    if not column:
        return otherwise
    words = pc.utf8_lower(rows.text(column))
    empty_ = pc.equal(words, "")
    good = pc.is_in(words, pa.array(allowed))
    rows.fail(
        mask_of(pc.invert(pc.or_(empty_, good))),
        column,
        f"it must be one of {', '.join(allowed)}",
        "correct it, or leave it empty",
    )
    return pc.if_else(good, words, otherwise)


def _attribution(rows: Rows, col: Columns) -> pa.Array:
    """As stated; where nothing is, by whether an actor is named."""
    actor = rows.text(col["actor"])
    derived = pc.if_else(pc.equal(actor, ""), "unknown", "actor")
    stated = pc.utf8_lower(rows.text(col["attribution"]))
    return pc.if_else(pc.equal(stated, ""), derived, stated)


def _means(rows: Rows, column: str) -> pa.Array | str:
    if not column:
        return ""
    words = pc.utf8_lower(rows.text(column))
    encoded = pc.dictionary_encode(words)
    known = []
    for word in encoded.dictionary.to_pylist():
        hit = (
            m for m, names in _MEANS.items() if set(re.findall(r"\w+", word)) & set(names.split())
        )
        known.append(next(hit, ""))
    rows.note(
        mask_of(
            pc.and_(
                pc.not_equal(words, ""),
                pc.equal(found := pa.array(known, pa.string()).take(encoded.indices), ""),
            )
        ),
        column,
        f"how it was observed is none of {', '.join(_MEANS)}",
        "use one of these words",
    )
    return found


SOURCE = Source(
    name=NAME,
    title="Any spreadsheet in the project's own columns",
    parse=parse,
    kinds=KINDS,
    options={
        "encoding": "the file's encoding, where it is not UTF-8",
        "dates": "dmy or mdy: how 03/04/2020 is to be read",
        "columns": "the file's own names, like id=event,start=date",
    },
)

"""Reports as arrays, in the order of their ids, ready to be compared."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from truceline.model.event import EVENT_SCHEMA, KINDS
from truceline.monitor.link.weights import HOUR, Weights

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
EVENT, SUMMARY, LEAD = (KINDS.index(k) for k in ("event", "summary", "lead"))
SEPARATOR = "\x1f"
DAY = 24 * HOUR
EARTH_KM = 6_371.0088

# A source's own word for where it has its report from.
_CITING = (
    r"(?i)\b(?:as reported by|according to|citing|quoting|reports? by|via)\s+"
    r"(?P<by>[\w'’-]+(?: [\w'’-]+){0,3})"
)
# A source's own word that a report repeats another of its own.
_REPEATS = (
    r"(?i)\b(?:duplicate of|repeats(?: report)?|repeat of|same (?:as|event as|incident as)|"
    r"(?:update|correction) (?:of|to))\s+(?:report |event |incident |no\.? ?|#)?(?P<id>[^\s,;()]+)"
)
# Words of a report about a whole area or day, not one place.
_OVERVIEW = (
    r"(?i)\b(?:in total|a total of|throughout|across (?:the|several|many)|overall|"
    r"summary|several (?:towns|villages|areas|places|locations)|over the (?:day|week|month))\b"
)


@dataclass(frozen=True)
class Coded:
    """A column of text as codes into its different values."""

    code: Ints
    values: tuple[str, ...]

    def take(self, index: Ints) -> "Coded":
        """The rows of these indices."""
        return replace(self, code=self.code[index])


@dataclass(frozen=True)
class Reports:
    """Reports, one row each, sorted by id. Times in seconds since 1970 UTC; km and degrees.

    ``radius`` is how well the place is known, never below the floor; NaN without a place.
    ``placed`` says that a report has a place and a time that linking can use; ``vague``
    that it never pulls others together. ``repeats`` are pairs of rows of one source of
    which the source itself says that one repeats the other.
    """

    table: pa.Table
    ids: pa.Array
    kind: npt.NDArray[np.int8]
    source: Coded
    start: Floats
    end: Floats
    lon: Floats
    lat: Floats
    radius: Floats
    stated: Floats
    placed: Bools
    vague: Bools
    act: Coded
    who: Coded
    whom: Coded
    sides: Coded
    open: Bools  # who acted is not said
    low: Floats
    high: Floats
    place: Coded
    cites: Coded
    overview: Bools
    repeats: Ints

    def __len__(self) -> int:
        return len(self.start)

    @cached_property
    def day(self) -> Ints:
        """The day (UTC, counted from 1970) that each report starts on."""
        return np.floor(np.nan_to_num(self.start) / DAY).astype(np.int64)

    @cached_property
    def span(self) -> Floats:
        """Length of each report's span in seconds; 0 is a moment."""
        return self.end - self.start


def reports_of(events: pa.Table, weights: Weights) -> tuple[Reports, tuple[str, ...]]:
    """Events in ``EVENT_SCHEMA`` as reports, and what a person should know about them."""
    notes: list[str] = []
    table = _with_ids(events.select(EVENT_SCHEMA.names), notes)
    n = table.num_rows
    start, end = (_seconds(table[name]) for name in ("start", "end"))
    timeless = np.isnan(start) | np.isnan(end)
    region = pc.fill_null(_whole(table["region"]).cast(pa.string()), "nowhere")
    lon, lat, stated = (_numbers(table[c]) for c in ("lon", "lat", "radius_m"))
    stated = stated / 1000
    with np.errstate(invalid="ignore"):
        off = ~(np.abs(lat) <= 90) | ~(np.abs(lon) <= 360) | _is(region, "nowhere")
    point = ~off & np.isnan(stated)
    stated = np.where(off, np.nan, np.where(point, 0.0, stated))
    lon = (lon + 180) % 360 - 180
    radius = np.maximum(stated, weights.floor_km)
    kinds = pc.fill_null(pc.index_in(_whole(table["kind"]).cast(pa.string()), pa.array(KINDS)), 0)
    kind = kinds.to_numpy(zero_copy_only=False).astype(np.int8)
    span = end - start
    with np.errstate(invalid="ignore"):
        wide, long = radius > weights.widest_km, span > weights.longest_days * DAY
        vague = (
            (radius > weights.vague_km)
            | (_is(region, "unit") & (radius > weights.vague_unit_km))
            | (span > weights.vague_hours * HOUR)
        )
        backwards = span < 0
    placed = ~(off | timeless | wide | long | backwards) & (kind != SUMMARY)
    event = kind == EVENT
    _say(notes, timeless & event, "no time")
    _say(notes, off & ~timeless & event, "no place")
    _say(notes, (wide | long) & ~off & ~timeless & event, "a region or a span too wide to compare")
    actor, target = _whole(table["actor"]), _whole(table["target"])
    text = pc.fill_null(_whole(table["text"]), "")
    opened = pc.not_equal(pc.fill_null(_whole(table["attribution"]), "unknown"), "actor")
    count = _numbers(table["count"])
    low, best, high = (_numbers(table[f"deaths_{x}"]) for x in ("low", "best", "high"))
    source = _coded(table["source"])
    reports = Reports(
        table=table,
        ids=_whole(table["event_id"]),
        kind=kind,
        source=source,
        start=start,
        end=end,
        lon=lon,
        lat=lat,
        radius=radius,
        stated=stated,
        placed=placed,
        vague=vague,
        act=_coded(table["act"]),
        who=_coded(_joined(actor)),
        whom=_coded(_joined(target)),
        sides=_coded(pc.binary_join_element_wise(_joined(actor), _joined(target), SEPARATOR)),
        open=_mask(opened),
        low=np.fmin(low, np.fmin(best, high)),
        high=np.fmax(high, np.fmax(best, low)),
        place=_coded(table["place"]),
        cites=_coded(_cited(_whole(table["cites"]), text)),
        overview=_mask(pc.match_substring_regex(text, _OVERVIEW)) | (np.nan_to_num(count) >= 10),
        repeats=_repeats(table, source, text),
    )
    assert len(reports) == n
    return reports, tuple(notes)


def _with_ids(table: pa.Table, notes: list[str]) -> pa.Table:
    """Rows sorted by id, each id once; rows without an id get one from what they say."""
    ids = pc.fill_null(_whole(table["event_id"]), "")
    bare = np.flatnonzero(_mask(pc.or_(pc.equal(ids, ""), pc.ends_with(ids, ":"))))
    if len(bare):
        filled = ids.to_pylist()
        rows = table.take(pa.array(bare)).to_pylist()
        for number, row in zip(bare.tolist(), rows, strict=True):
            said = repr([row[name] for name in EVENT_SCHEMA.names if name not in _READ])
            filled[number] += "no-id-" + hashlib.sha256(said.encode()).hexdigest()[:12]
        ids = pa.array(filled, pa.string())
        notes.append(
            f"{_reports(len(bare))} without an id: each was given one made of what it says; "
            "give them ids, so that decisions can be kept"
        )
    table = table.set_column(table.schema.get_field_index("event_id"), "event_id", ids)
    first = table.sort_by([(n, "ascending") for n in ("event_id", "as_of", "file", "line")])
    sorted_ids = _whole(first["event_id"])
    if table.num_rows > 1:
        again = pc.equal(sorted_ids.slice(1), sorted_ids.slice(0, table.num_rows - 1))
        again = _mask(again)
        if again.any():
            notes.append(
                f"{_reports(int(again.sum()))} under an id that another report has: the latest "
                "version of each is linked; run them through 'check' to see both"
            )
            last = np.append(~again, True)
            first = first.filter(pa.array(last))
    return first.combine_chunks()


_READ = ("event_id", "file_sha256", "file", "line")


def _say(notes: list[str], rows: Bools, what: str) -> None:
    if rows.any():
        notes.append(f"{_reports(int(rows.sum()))} with {what}: each stands alone")


def _reports(count: int) -> str:
    return f"{count:,} report{'s' * (count != 1)}"


def _cited(cites: pa.Array, text: pa.Array) -> pa.Array:
    """Whom each report names as its own source, by the column or in its text, joined."""
    named = _joined(cites)
    hits = np.flatnonzero(_mask(pc.match_substring_regex(text, _CITING)))
    if not len(hits):
        return named
    some = text.take(pa.array(hits))
    by = pc.struct_field(pc.extract_regex(some, _CITING.replace("(?i)", "(?i)", 1)), "by")
    both = pc.binary_join_element_wise(named.take(pa.array(hits)), by, SEPARATOR)
    mask = np.zeros(len(text), np.bool_)
    mask[hits] = True
    return pc.replace_with_mask(named, pa.array(mask), both)


def _repeats(table: pa.Table, source: Coded, text: pa.Array) -> Ints:
    """Pairs of rows of one source where one says that it repeats the other, by its id: in its
    text, or as what it cites (``source:id``).
    """
    ids = _whole(table["event_id"])
    row, at = _cited_ids(table, ids)
    hits = np.flatnonzero(_mask(pc.match_substring_regex(text, _REPEATS)))
    if len(hits):
        row, at = np.append(row, hits), np.append(at, _told_ids(source, text, hits, ids))
    own = (at >= 0) & (at != row)
    own &= source.code[np.maximum(at, 0)] == source.code[row]
    return np.unique(np.sort(np.column_stack((row, at))[own], axis=1), axis=0)


def _cited_ids(table: pa.Table, ids: pa.Array) -> tuple[Ints, Ints]:
    """Rows that cite an event by its full id, and that event's row."""
    lists = _whole(table["cites"])
    values, row = pc.list_flatten(lists), pc.list_parent_indices(lists)
    full = pc.match_substring(values, ":")
    values, row = values.filter(full), row.filter(full)
    if not len(values):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    at = pc.fill_null(pc.index_in(values, ids), -1)
    return row.to_numpy().astype(np.int64), at.to_numpy().astype(np.int64)


def _told_ids(source: Coded, text: pa.Array, hits: Ints, ids: pa.Array) -> Ints:
    """For each of these rows the row of the report that its text says it repeats, else -1."""
    told = pc.struct_field(pc.extract_regex(text.take(pa.array(hits)), _REPEATS), "id")
    told = pc.utf8_rtrim(told, ".:!?\"'")
    names = pa.array(source.values).take(pa.array(source.code[hits]))
    full = pc.binary_join_element_wise(names, told, ":")
    at = pc.fill_null(pc.index_in(full, ids), -1).to_numpy().astype(np.int64)
    plain = pc.fill_null(pc.index_in(told, ids), -1).to_numpy().astype(np.int64)
    found: Ints = np.where(at >= 0, at, plain)
    return found


def _seconds(column: pa.ChunkedArray) -> Floats:
    return _numbers(column.cast(pa.int64())) / 1e6


def _numbers(column: pa.ChunkedArray) -> Floats:
    found: Floats = _whole(column).cast(pa.float64()).to_numpy(zero_copy_only=False)
    return np.array(found, dtype=np.float64)


def _joined(lists: pa.Array) -> pa.Array:
    return pc.fill_null(pc.binary_join(lists, SEPARATOR), "")


def _coded(column: pa.ChunkedArray | pa.Array) -> Coded:
    array = pc.fill_null(_whole(column), "")
    if pa.types.is_dictionary(array.type):
        array = array.cast(pa.string())
    encoded = array.dictionary_encode()
    code = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    return Coded(code, tuple(encoded.dictionary.to_pylist()))


def _whole(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _mask(array: pa.Array) -> Bools:
    filled = pc.fill_null(array, False)
    return np.array(filled.to_numpy(zero_copy_only=False), dtype=np.bool_)


def _is(words: pa.Array, word: str) -> Bools:
    return _mask(pc.equal(words, word))


def texts(values: Sequence[str]) -> tuple[str, ...]:
    """The names inside one joined value list."""
    return tuple(name for value in values for name in value.split(SEPARATOR) if name)

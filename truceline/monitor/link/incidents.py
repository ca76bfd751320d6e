"""Incidents as a table: what the members say together, and where they differ."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from truceline.model.event import KINDS
from truceline.model.incident import INCIDENT_SCHEMA, SAID, act_of
from truceline.monitor.link.disagreements import (
    attribution_of,
    deeds,
    disagreements,
    independent,
)
from truceline.monitor.link.grid import distance_km
from truceline.monitor.link.members import AS_PRECISE, Members, as_precise, lists_of, regions_apart
from truceline.monitor.link.reports import Bools, Floats, Ints, Reports
from truceline.monitor.link.weights import HOUR

Parties = Callable[[str], frozenset[str]]


def incident_table(
    reports: Reports, label: Ints, supports: Ints, former: tuple[str, ...], parties: Parties
) -> pa.Table:
    """All incidents in ``INCIDENT_SCHEMA``, in the order of their ids."""
    members = Members.of(label)
    table = reports.table
    head = members.order[members.start] if len(members.order) else members.order
    where = members.first(np.where(np.isnan(reports.stated), np.inf, reports.stated))
    when = members.first(np.where(np.isnan(reports.span), np.inf, reports.span))
    columns: dict[str, pa.Array] = {}
    for name in ("file_sha256", "file", "line", "url", "text", "as_of"):
        columns[name] = _whole(table[name]).take(pa.array(head))
    for name in (*_PLACE, "means"):
        columns[name] = _whole(table[name]).take(pa.array(where))
    columns["when_text"] = _whole(table["when_text"]).take(pa.array(when))
    _enclosed(reports, members, where, columns)
    start, end = _span(reports, members)
    for name, values in (("start", start), ("end", end)):
        gaps = np.isnan(values)
        micro = np.round(np.where(gaps, 0, values) * 1e6).astype(np.int64)
        columns[name] = pa.array(micro, mask=gaps).cast(table.schema.field(name).type)
    ids = reports.ids.take(pa.array(head))
    columns["event_id"] = columns["incident_id"] = ids
    columns["event_ids"] = members.lists(reports.ids)
    columns["kind"] = pa.array(KINDS).take(pa.array(reports.kind[head]))
    columns["calibre_mm"] = _numbers(members.most(_column(table, "calibre_mm")))
    columns["count"] = _numbers(members.most(_column(table, "count")), whole=True)
    columns["aliases"] = _aliases(reports, members, former)
    columns["leads"] = _leads(reports, members, label, supports)
    columns["said"] = _said(reports, members)
    low, high = members.least(reports.low), members.most(reports.high)
    columns["deaths_low"], columns["deaths_high"] = (_numbers(x, whole=True) for x in (low, high))
    columns["deaths_best"] = _numbers(_middle(reports, members), whole=True)
    columns |= _named(reports, members, head, parties)
    columns["disagreements"] = disagreements(reports, members, parties)
    columns["independent"] = pa.array(independent(reports, members))
    return pa.table({n: columns[n] for n in INCIDENT_SCHEMA.names}).cast(INCIDENT_SCHEMA)


_PLACE = (
    "lon",
    "lat",
    "radius_m",
    "region",
    "unit",
    "bearing_deg",
    "spread_deg",
    "range_min_m",
    "place",
)


def _enclosed(reports: Reports, m: Members, where: Ints, columns: dict[str, pa.Array]) -> None:
    """Where the most precise regions do not overlap: a disc that encloses them."""
    apart = np.flatnonzero(regions_apart(reports, m))
    if not len(apart):
        return
    lon, lat, radius = (_column_of(columns[n]) for n in ("lon", "lat", "radius_m"))
    region, unit = columns["region"].to_pylist(), columns["unit"].to_pylist()
    precise = as_precise(reports, m)
    for k in apart.tolist():
        rows = m.order[m.start[k] : m.start[k] + m.size[k]]
        rows = rows[precise[rows]]
        base = reports.lon[where[k]]
        x = (reports.lon[rows] - base + 180) % 360 - 180
        y, r = reports.lat[rows], reports.stated[rows]
        middle = (base + (x.min() + x.max()) / 2 + 180) % 360 - 180, (y.min() + y.max()) / 2
        away = distance_km(
            np.full(len(rows), middle[0]), np.full(len(rows), middle[1]), reports.lon[rows], y
        )
        lon[k], lat[k] = middle
        radius[k] = np.ceil((away + r).max() * 1000)
        region[k], unit[k] = "disc", ""
    columns["lon"], columns["lat"], columns["radius_m"] = (_numbers(v) for v in (lon, lat, radius))
    columns["region"], columns["unit"] = pa.array(region), pa.array(unit, pa.string())


def _span(reports: Reports, m: Members) -> tuple[Floats, Floats]:
    """What all spans share; else the least span around the most precise of them."""
    first, last = m.most(reports.start), m.least(reports.end)
    instant = first == last
    ends = np.zeros(len(reports), np.bool_)
    ends[m.order] = (reports.end[m.order] == first[m.which]) & (reports.span[m.order] > 0)
    cut = m.most(ends.astype(np.float64)) > 0
    shared = (first < last) | (instant & ~cut) | np.isnan(first) | np.isnan(last)
    least = np.full(len(reports), np.nan)
    least[m.order] = m.least(reports.span)[m.which]
    with np.errstate(invalid="ignore"):
        precise = reports.span <= np.maximum(least * AS_PRECISE, least + HOUR)
    hull = (
        m.least(np.where(precise, reports.start, np.nan)),
        m.most(np.where(precise, reports.end, np.nan)),
    )
    return np.where(shared, first, hull[0]), np.where(shared, last, hull[1])


def _middle(reports: Reports, m: Members) -> Floats:
    """The middle of the members' best figures; of an even number the lower of the two."""
    if not len(m.order):
        return np.zeros(0)
    best = _column(reports.table, "deaths_best")
    by = np.lexsort((best[m.order], m.which))  # NaN sorts last
    known = np.add.reduceat((~np.isnan(best[m.order])).astype(np.int64), m.start)
    found: Floats = best[m.order[by[m.start + np.maximum(known - 1, 0) // 2]]]
    return found


def _named(reports: Reports, m: Members, head: Ints, parties: Parties) -> dict[str, pa.Array]:
    """Acts, names and sources: taken as they are where all members say the same."""
    table = reports.table
    own = {n: _whole(table[n]) for n in _SAID_ALIKE}
    found = {name: column.take(pa.array(head)) for name, column in own.items()}
    ones = np.ones(len(head), np.int64)
    found["acts"] = lists_of(found["act"], ones)
    found["sources"] = lists_of(found["source"], ones)
    found["actors"] = found["actor"]
    code = deeds(reports)
    # What is said is made once for each different set of things to say.
    several = np.flatnonzero(m.differ(code) | (reports.open[head] & (m.size == 1)))
    kinds, which = _distinct(m, code, several)
    words = (
        {
            n: column.take(pa.array(np.concatenate([[0], *kinds]).astype(np.int64)[1:])).to_pylist()
            for n, column in own.items()
        }
        if len(several)
        else {}
    )
    made: dict[str, list[object]] = {n: [] for n in _MADE}
    at = 0
    for rows in kinds:
        part = slice(at, at + len(rows))
        at = part.stop
        for name, value in _together({n: w[part] for n, w in words.items()}, parties).items():
            made[name].append(value)
    found = {n: _placed(found[n], n, made[n], which, several) for n in _MADE} | {
        n: found[n] for n in ("source", "sources", "cites")
    }
    return found | _sources(reports, m, found)


_SAID_ALIKE = ("act", "act_text", "attribution", "actor", "target", "cites", "source")
_MADE = ("act", "act_text", "attribution", "actor", "target", "acts", "actors")


def _together(said: dict[str, list[Any]], parties: Parties) -> dict[str, object]:
    """What members say together, from what each says."""
    acts, told = said["act"], said["act_text"]
    act = act_of(frozenset(acts))
    actor, target, attribution = attribution_of(
        said["actor"], said["target"], said["attribution"], parties
    )
    sides = [t for t, how in zip(said["target"], said["attribution"], strict=True) if how == "dyad"]
    words = told[acts.index(act)] if act in acts else "; ".join(dict.fromkeys(t for t in told if t))
    return {
        "act": act,
        "act_text": words,
        "attribution": attribution,
        "actor": actor,
        "target": target,
        "acts": list(dict.fromkeys(acts)),
        "actors": _union([*said["actor"], *sides]),
    }


def _distinct(m: Members, code: Ints, incidents: Ints) -> tuple[list[Ints], Ints]:
    """The different sets of codes among incidents, each as rows of one that has it, and which
    set each incident has.
    """
    codes, order = code.tolist(), m.order.tolist()
    start, size = m.start.tolist(), m.size.tolist()
    known: dict[tuple[int, ...], int] = {}
    kinds: list[Ints] = []
    which = np.zeros(len(incidents), np.int64)
    for at, k in enumerate(incidents.tolist()):
        rows = order[start[k] : start[k] + size[k]]
        key = tuple(dict.fromkeys(codes[r] for r in rows))
        found = known.setdefault(key, len(kinds))
        if found == len(kinds):
            firsts = {codes[r]: r for r in reversed(rows)}
            kinds.append(np.array([firsts[c] for c in key], np.int64))
        which[at] = found
    return kinds, which


def _placed(column: pa.Array, name: str, made: list[object], which: Ints, at: Ints) -> pa.Array:
    """The column with what was made in its place."""
    kind = INCIDENT_SCHEMA.field(name).type
    if not len(at):
        return column.cast(kind)
    index = np.arange(len(column))
    index[at] = len(column) + which
    return pa.concat_arrays([column.cast(kind), pa.array(made, kind)]).take(pa.array(index))


def _sources(reports: Reports, m: Members, found: dict[str, pa.Array]) -> dict[str, pa.Array]:
    """Each incident's sources and what they cite; ``source`` is all of them."""
    new = np.ones(len(m.order), np.bool_)
    twice = m.differ(reports.source.code)
    source = reports.source.code[m.order]
    for k in np.flatnonzero(twice & (m.size > m.distinct(reports.source.code))).tolist():
        part = slice(m.start[k], m.start[k] + m.size[k])
        _, first = np.unique(source[part], return_index=True)
        new[part] = np.isin(np.arange(m.size[k]), first)
    same = ~twice & (m.size > 1)
    new &= ~same[m.which] | (np.arange(len(m.order)) == m.start[m.which])
    values = pa.array(reports.source.values, pa.string()).take(pa.array(source[new]))
    sources = lists_of(values, np.bincount(m.which[new], minlength=len(m.size)))
    cites = found["cites"].cast(pa.list_(pa.string()))
    own = _whole(reports.table["cites"])
    counts = np.nan_to_num(pc.list_value_length(own).to_numpy(zero_copy_only=False))
    cited = np.flatnonzero((m.most(counts) > 0) & (m.size > 1))
    if len(cited):
        lists = [
            _union(own.take(pa.array(m.order[m.start[k] : m.start[k] + m.size[k]])).to_pylist())
            for k in cited.tolist()
        ]
        cites = _placed(cites, "cites", list(lists), np.arange(len(cited)), cited)
    return {"sources": sources, "source": pc.binary_join(sources, "|"), "cites": cites}


def _union(lists: list[list[str] | None]) -> list[str]:
    return list(dict.fromkeys(name for names in lists for name in names or ()))


def _aliases(reports: Reports, m: Members, former: tuple[str, ...]) -> pa.Array:
    known = np.zeros(len(reports), np.bool_)
    if former:
        at = pc.fill_null(pc.index_in(pa.array(former, pa.string()), reports.ids), -1)
        rows = at.to_numpy(zero_copy_only=False)
        known[rows[rows >= 0]] = True
    if len(m.order):
        known[m.order[m.start]] = False
    return _picked(reports.ids, m, known)


def _picked(values: pa.Array, m: Members, rows: Bools) -> pa.Array:
    """For each incident the list of its members' values among ``rows``."""
    chosen = rows[m.order]
    counts = np.bincount(m.which[chosen], minlength=len(m.size)) if len(m.order) else m.size
    return lists_of(values.take(pa.array(m.order[chosen])), counts)


def _leads(reports: Reports, m: Members, label: Ints, supports: Ints) -> pa.Array:
    lead = np.flatnonzero(supports >= 0)
    heads = label[m.order[m.start]] if len(m.order) else m.order
    which = np.searchsorted(heads, supports[lead])
    order = np.lexsort((lead, which))
    counts = np.bincount(which, minlength=len(m.size))
    return lists_of(reports.ids.take(pa.array(lead[order])), counts)


def _said(reports: Reports, m: Members) -> pa.Array:
    columns = [_whole(reports.table[f.name]).take(pa.array(m.order)) for f in SAID]
    columns = [c.cast(f.type) for c, f in zip(columns, SAID, strict=True)]
    return lists_of(pa.StructArray.from_arrays(columns, fields=list(SAID)), m.size)


def _column(table: pa.Table, name: str) -> Floats:
    return _column_of(_whole(table[name]))


def _column_of(array: pa.Array) -> Floats:
    return np.array(array.cast(pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)


def _numbers(values: Floats, *, whole: bool = False) -> pa.Array:
    gaps = np.isnan(values)
    if whole:
        return pa.array(np.where(gaps, 0, values).astype(np.int64), mask=gaps)
    return pa.array(values, mask=gaps)


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks()

"""Incidents as a table: what the members say together, and where they differ."""

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from truceline.model.event import KINDS
from truceline.model.incident import INCIDENT_SCHEMA, SAID, act_of
from truceline.monitor.link_disagreements import attribution_of, disagreements, independent
from truceline.monitor.link_grid import distance_km
from truceline.monitor.link_members import AS_PRECISE, Members, as_precise, lists_of, regions_apart
from truceline.monitor.link_reports import Bools, Floats, Ints, Reports
from truceline.monitor.link_weights import HOUR

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
    found = {
        name: _whole(table[name]).take(pa.array(head))
        for name in ("act", "act_text", "attribution")
    }
    found |= {
        n: _whole(table[n]).take(pa.array(head)) for n in ("actor", "target", "cites", "source")
    }
    singles = {
        "acts": lists_of(found["act"], np.ones(len(head), np.int64)),
        "actors": found["actor"],
        "sources": lists_of(found["source"], np.ones(len(head), np.int64)),
    }
    open_ = np.flatnonzero(reports.open[head])
    if len(open_):
        sides = singles["actors"].to_pylist()
        targets = found["target"].to_pylist()
        for k in open_.tolist():
            sides[k] = list(dict.fromkeys([*(sides[k] or []), *(targets[k] or [])]))
        singles["actors"] = pa.array(sides, pa.list_(pa.string()))
    several = np.flatnonzero(m.size > 1)
    if not len(several):
        return found | singles
    own = {
        name: _whole(table[name])
        for name in ("act_text", "attribution", "actor", "target", "cites")
    }
    rows = np.concatenate([m.order[m.start[k] : m.start[k] + m.size[k]] for k in several])
    words = {name: column.take(pa.array(rows)).to_pylist() for name, column in own.items()}
    made: dict[str, list[object]] = {n: [] for n in (*found, *singles)}
    at = 0
    for k in several.tolist():
        part = slice(at, at + int(m.size[k]))
        at = part.stop
        mine = rows[part]
        acts = [reports.act.values[c] for c in reports.act.code[mine]]
        sources = list(dict.fromkeys(reports.source.values[c] for c in reports.source.code[mine]))
        act = act_of(frozenset(acts))
        told = words["act_text"][part]
        made["act"].append(act)
        made["act_text"].append(
            told[acts.index(act)] if act in acts else "; ".join(dict.fromkeys(t for t in told if t))
        )
        actor, target, attribution = attribution_of(
            words["actor"][part], words["target"][part], words["attribution"][part], parties
        )
        made["actor"].append(actor)
        made["target"].append(target)
        made["attribution"].append(attribution)
        made["cites"].append(_union(words["cites"][part]))
        made["source"].append("|".join(sources))
        made["sources"].append(sources)
        made["acts"].append(list(dict.fromkeys(acts)))
        named = [*words["actor"][part]]
        named += [
            t
            for t, a in zip(words["target"][part], words["attribution"][part], strict=True)
            if a != "actor"
        ]
        made["actors"].append(_union(named))
    mask = pa.array(m.size > 1)
    merged = found | singles
    for name, values in made.items():
        kind = INCIDENT_SCHEMA.field(name).type
        merged[name] = _replaced(merged[name].cast(kind), mask, pa.array(values, kind), several)
    return merged


def _replaced(column: pa.Array, mask: pa.Array, values: pa.Array, at: Ints) -> pa.Array:
    if not pa.types.is_list(column.type):
        return pc.replace_with_mask(column, mask, values)
    index = np.arange(len(column))
    index[at] = len(column) + np.arange(len(at))
    return pa.concat_arrays([column, values]).take(pa.array(index))


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

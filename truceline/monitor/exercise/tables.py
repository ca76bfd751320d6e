"""An exercise's rows as tables: in the columns of ``table``, and the truth beside them."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from truceline.monitor.exercise.reports import (
    CLOCK,
    COPY,
    HOW,
    LUMPED,
    MONTH,
    SUMMARY,
    TWICE,
    UNNAMED,
    WEEK,
    Rows,
    acts_as,
    local_days,
)
from truceline.monitor.exercise.settings import PLACES
from truceline.monitor.exercise.truth import ACTS, MARK, Ints, Mask, Sides, Towns, Truth

CIVILIANS = "Civilians" + MARK
SAID = "SIMULATED: "


def numbered(prefix: str, numbers: Ints, digits: int = 7) -> pa.Array:
    """``SIM-alpha-0000001`` for 0, and so on."""
    text = pc.utf8_lpad(pa.array(numbers + 1).cast(pa.string()), digits, "0")
    return pc.binary_join_element_wise(prefix, text, "")


def words(codes: Ints, listed: Sequence[str]) -> pa.Array:
    """The words that codes stand for."""
    return pa.array(list(listed), pa.string()).take(pa.array(codes))


def row_ids(source: str, rows: Rows) -> pa.Array:
    """The ids of a source's rows, in their order."""
    return numbered(f"SIM-{source}-", np.arange(len(rows)))


def local_text(time_s: Ints, zone: ZoneInfo) -> pa.Array:
    """Instants as local time with their offset, to the minute: 2020-03-05T14:20+02:00."""
    utc = pa.array(time_s).cast(pa.timestamp("s", tz="UTC"))
    local = pc.local_timestamp(utc.cast(pa.timestamp("s", tz=zone.key)))
    offset = local.cast(pa.int64()).to_numpy() - time_s
    offsets, code = np.unique(offset, return_inverse=True)
    ends = [
        f"{'-' if s < 0 else '+'}{abs(int(s)) // 3600:02d}:{abs(int(s)) // 60 % 60:02d}"
        for s in offsets
    ]
    minutes = pc.utf8_slice_codeunits(local.cast(pa.string()), 0, 16)
    minutes = pc.replace_substring(minutes, " ", "T")
    return pc.binary_join_element_wise(minutes, words(code.reshape(-1), ends), "")


def day_text(days: Ints) -> pa.Array:
    """Days since 1970 as dates."""
    return pa.array(days.astype(np.int32)).cast(pa.date32()).cast(pa.string())


def report_table(
    source: str,
    rows: Rows,
    towns: Towns,
    sides: Sides,
    sources: Sequence[str],
    zone: ZoneInfo,
) -> pa.Table:
    """A source's rows in the columns of ``table``. Deaths are whole numbers or null."""
    ids = row_ids(source, rows)
    days = local_days(rows.time, zone)
    start = _where(rows.how_timed == CLOCK, local_text(rows.time, zone), day_text(days))
    start = _where(rows.how_timed == MONTH, pc.utf8_slice_codeunits(day_text(days), 0, 7), start)
    end = _where(rows.how_timed == WEEK, day_text(days + 6), pa.scalar(""))
    actor, target, attribution = sides_text(rows, sides)
    act = act_text(rows)
    deaths = np.round(rows.deaths)
    unknown = np.isnan(deaths)
    ranged = rows.ranged & ~unknown
    place = place_text(rows, towns)
    cites, said = _cited(source, rows, ids, sources)
    toll = pc.if_else(
        pa.array(unknown),
        "",
        pc.binary_join_element_wise(
            "; ", _whole(deaths, ~unknown).cast(pa.string()), " killed", ""
        ),
    )
    text = pc.binary_join_element_wise(said, act, " at ", place, toll, "")
    summary = rows.how == SUMMARY
    week = pc.binary_join_element_wise(SAID + "a week over all of ", place, toll, "")
    return pa.table(
        {
            "id": ids,
            "start": start,
            "end": end,
            "lon": rows.lon,
            "lat": rows.lat,
            "radius_m": rows.radius_m,
            "act": act,
            "actor": actor,
            "target": target,
            "deaths": _whole(deaths, ~unknown & ~ranged),
            "source": words(np.zeros(len(rows), np.int64), [source]),
            "url": words(np.zeros(len(rows), np.int64), [""]),
            "text": _where(summary, week, text),
            "kind": words(rows.kind_marked.astype(np.int64), ["event", "summary"]),
            "place": place,
            "count": _whole(rows.count, rows.count > 1),
            "deaths_low": _whole(np.floor(deaths * 0.7), ranged),
            "deaths_high": _whole(np.ceil(deaths * 1.4), ranged),
            "attribution": attribution,
            "as_of": day_text(local_days(rows.reported, zone)),
            "cites": cites,
        }
    )


def sides_text(rows: Rows, sides: Sides) -> tuple[pa.Array, pa.Array, pa.Array]:
    """Actor, target and attribution, as the source gives them."""
    most = max(len(n) for n in sides.names)
    listed = [n[k % len(n)] for n in sides.names for k in range(most)]
    doer = words(rows.doer * most + rows.alias % most, listed)
    other = words(rows.other * most, listed)
    doer = _where(rows.named == LUMPED, words(rows.doer, sides.lumped), doer)
    doer = _where(rows.named == UNNAMED, pa.scalar(""), doer)
    other = _where(rows.civilians, pa.scalar(CIVILIANS), other)
    summary = rows.how == SUMMARY
    other = _where(summary, pa.scalar(""), other)
    # Two sides in the order of their names: which acted is not said.
    dyad = rows.dyad & ~rows.civilians & (rows.named != UNNAMED) & ~summary
    turned = dyad & (rows.doer > rows.other)
    first, second = _where(turned, other, doer), _where(turned, doer, other)
    attribution = _where(
        dyad,
        pa.scalar("dyad"),
        _where(rows.named == UNNAMED, pa.scalar("unknown"), pa.scalar("actor")),
    )
    return first, second, attribution


def act_text(rows: Rows) -> pa.Array:
    """The act in plain words, as true, wide or wrong as the row has it."""
    listed = [name.replace("-", " ") for names in acts_as() for name in names]
    return words(rows.act * 4 + rows.act_as, listed)


def place_text(rows: Rows, towns: Towns) -> pa.Array:
    """The place's name; a vaguer place is called so."""
    both = [spelling for names in towns.names for spelling in names]
    name = words(rows.town * 2 + rows.spelling, both)
    kinds = ["", "", "area of ", "district of ", "governorate of "]
    return pc.binary_join_element_wise(words(rows.place, kinds), name, "")


def seen_table(source: str, rows: Rows, prefix: str) -> pa.Table:
    """Which report describes which incident.

    ``event_id``, ``incident`` ('' for a summary), ``also`` (the other incidents of a row
    that joins several, by ``|``), ``how`` (own, twice, copy, summary) and ``precision``.
    """
    n = len(rows)
    also = [""] * n
    for row, more in rows.also.items():
        also[row] = "|".join(f"SIM-{m + 1:07d}" for m in more)
    own = numbered("SIM-", np.maximum(rows.incident, 0))
    return pa.table(
        {
            "event_id": pc.binary_join_element_wise(prefix, row_ids(source, rows), ":"),
            "incident": _where(rows.incident < 0, pa.scalar(""), own),
            "also": pa.array(also, pa.string()),
            "how": words(rows.how, HOW),
            "precision": words(rows.place, PLACES),
        }
    )


def truth_table(truth: Truth, towns: Towns, sides: Sides, zone: ZoneInfo) -> pa.Table:
    """The true incidents in the order of their time.

    ``incident, start, lon, lat, act, actor, target, deaths, place, answers``: ``answers`` is
    the earlier incident of the other side that this one answers, '' for none.
    """
    first = [listed[0] for listed in sides.names]
    answered = numbered("SIM-", np.maximum(truth.parent, 0))
    return pa.table(
        {
            "incident": numbered("SIM-", np.arange(len(truth))),
            "start": local_text(truth.time, zone),
            "lon": truth.lon,
            "lat": truth.lat,
            "act": words(truth.act, [a[0] for a in ACTS]),
            "actor": words(truth.doer, first),
            "target": _where(truth.civilians, pa.scalar(CIVILIANS), words(truth.other, first)),
            "deaths": truth.deaths,
            "place": words(truth.town, [names[0] for names in towns.names]),
            "answers": _where(truth.answers, answered, pa.scalar("")),
        }
    )


def _cited(
    source: str, rows: Rows, ids: pa.Array, sources: Sequence[str]
) -> tuple[pa.Array, pa.Array]:
    """Whom a row cites, and how its text begins."""
    n = len(rows)
    zero = np.zeros(n, np.int64)
    cites, said = words(zero, [""]), words(zero, [SAID])
    again = rows.marked & (rows.how == TWICE)
    if again.any():
        before = ids.take(pa.array(np.maximum(rows.again, 0)))
        cites = _where(again, pc.binary_join_element_wise(source, before, ":"), cites)
        said = _where(
            again, pc.binary_join_element_wise(SAID + "update of ", before, ": ", ""), said
        )
    for number, cited in enumerate(sources):
        copied = (rows.how == COPY) & (rows.cited == number)
        cites = _where(copied, pa.scalar(cited), cites)
        said = _where(copied, pa.scalar(f"{SAID}as reported by {cited}: "), said)
    return cites, said


def _where(mask: Mask, yes: pa.Array | pa.Scalar, no: pa.Array | pa.Scalar) -> pa.Array:
    return pc.if_else(pa.array(mask), yes, no)


def _whole(
    values: np.ndarray[tuple[int, ...], np.dtype[np.float64]] | Ints, known: Mask
) -> pa.Array:
    """Whole numbers, null where not known."""
    return pa.array(np.where(known, values, 0).astype(np.int64), mask=~known)


def fires_table(
    caught: Ints,
    truth: Truth,
    towns: Towns,
    noise: int,
    span: tuple[int, int],
    zone: ZoneInfo,
    rng: np.random.Generator,
) -> tuple[pa.Table, pa.Table]:
    """A satellite's fires as leads, and what they stem from ('' for a fire of no incident)."""
    town = rng.choice(len(towns), noise, p=towns.busy)
    lon = np.concatenate([truth.lon[caught], towns.lon[town]])
    lat = np.concatenate([truth.lat[caught], towns.lat[town]])
    n = len(lon)
    time = np.concatenate([truth.time[caught] + 3600, rng.integers(*span, size=noise)])
    time = time + rng.integers(0, 12 * 60, n) * 60
    order = np.argsort(time, kind="stable")
    incident = np.concatenate([caught, np.full(noise, -1)])[order]
    lon = np.round(lon + rng.normal(0, 0.0025, n), 5)[order]
    lat = np.round(lat + rng.normal(0, 0.0025, n), 5)[order]
    ids = numbered("SIM-fires-", np.arange(n))
    zero = np.zeros(n, np.int64)
    table = pa.table(
        {
            "id": ids,
            "start": local_text(time[order], zone),
            "end": words(zero, [""]),
            "lon": lon,
            "lat": lat,
            "radius_m": zero + 375,
            "act": words(zero, ["fire-detected"]),
            "actor": words(zero, [""]),
            "target": words(zero, [""]),
            "deaths": pa.nulls(n, pa.int64()),
            "source": words(zero, ["fires"]),
            "url": words(zero, [""]),
            "text": words(zero, [SAID + "a satellite saw heat"]),
            "kind": words(zero, ["lead"]),
        }
    )
    own = numbered("SIM-", np.maximum(incident, 0))
    seen = pa.table(
        {
            "event_id": pc.binary_join_element_wise("fires", ids, ":"),
            "incident": _where(incident < 0, pa.scalar(""), own),
            "also": words(zero, [""]),
            "how": words(zero, ["lead"]),
            "precision": words(zero, ["exact"]),
        }
    )
    return table, seen

"""An exercise's tables in the columns of real data sets, so that mixes can be tried.

What a format cannot say is lost on the way, as it is in earnest: ACLED has no clock, no
radius and no summaries, UCDP GED no act. Rows stay SIMULATED: ids, names and texts keep
their marks, and only those columns are written that a reader needs.
"""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from truceline.monitor.exercise.exercise import Exercise
from truceline.monitor.exercise.tables import CIVILIANS
from truceline.monitor.exercise.truth import MARK

UNNAMED = "Unidentified Armed Group" + MARK

# Sub-events of the ACLED codebook (2024) for the acts that an exercise writes.
_SUB_EVENTS = {
    "artillery fire": "Shelling/artillery/missile attack",
    "mortar fire": "Shelling/artillery/missile attack",
    "rocket fire": "Shelling/artillery/missile attack",
    "missile strike": "Shelling/artillery/missile attack",
    "shelling": "Shelling/artillery/missile attack",
    "bombardment": "Shelling/artillery/missile attack",
    "air strike": "Air/drone strike",
    "drone strike": "Air/drone strike",
    "explosive device": "Remote explosive/landmine/IED",
    "explosion": "Remote explosive/landmine/IED",
    "mine explosion": "Remote explosive/landmine/IED",
}
_ARMED_CLASH = "Armed clash"


def mixed(made: Exercise, alpha: str = "alpha", gamma: str = "gamma") -> Exercise:
    """The same exercise with ``alpha`` as an ACLED export and ``gamma`` as UCDP GED rows.

    ``seen`` then names their events as those readers do: ``acled:SIM-…``, ``ucdp:SIM-…``.
    A row of the formats' that says it is a summary stays one only where the format can say
    so. What other sources cite is left as it was.
    """
    reports = dict(made.reports)
    reports[alpha] = acled_table(reports[alpha])
    reports[gamma] = ucdp_table(reports[gamma])
    ids = made.seen["event_id"]
    for own, read_as in ((alpha, "acled"), (gamma, "ucdp")):
        renamed = pc.replace_substring_regex(ids, f"^{own}:", f"{read_as}:")
        ids = renamed
    seen = made.seen.set_column(0, "event_id", ids)
    read_as_ = {**made.read_as, alpha: "acled", gamma: "ucdp"}
    drawn = {**made.drawn, "read_as": read_as_}
    return replace(made, reports=reports, seen=seen, read_as=read_as_, drawn=drawn)


def acled_table(rows: pa.Table) -> pa.Table:
    """Rows of ``table`` in the columns of an ACLED export.

    ``time_precision`` is 3 for a month and 2 for a week; ``geo_precision`` 1 up to 2 km, 2
    up to 25 km, else 3. No toll is 0, as ACLED has it.
    """
    day = _first_day(rows["start"])
    radius = rows["radius_m"].to_numpy()
    month = pc.equal(pc.utf8_length(rows["start"]), 7)
    week = pc.not_equal(rows["end"], "")
    sub_event = pa.array([_SUB_EVENTS.get(a, "") for a in rows["act"].to_pylist()])
    civilians = pc.equal(rows["target"], CIVILIANS)
    battle = pc.if_else(civilians, "Attack", _ARMED_CLASH)
    sub_event = pc.if_else(pc.equal(sub_event, ""), battle, sub_event)
    kinds = {_ARMED_CLASH: "Battles", "Attack": "Violence against civilians"}
    event = pa.array([kinds.get(s, "Explosions/Remote violence") for s in sub_event.to_pylist()])
    return pa.table(
        {
            "event_id_cnty": rows["id"],
            "event_date": day,
            "year": pc.utf8_slice_codeunits(day, 0, 4),
            "time_precision": pc.if_else(month, 3, pc.if_else(week, 2, 1)),
            "event_type": event,
            "sub_event_type": sub_event,
            "actor1": pc.if_else(pc.equal(rows["actor"], ""), UNNAMED, rows["actor"]),
            "actor2": rows["target"],
            "location": rows["place"],
            "latitude": rows["lat"],
            "longitude": rows["lon"],
            "geo_precision": np.select([radius <= 2_000, radius <= 25_000], [1, 2], 3),
            "source": rows["cites"],
            "notes": rows["text"],
            "fatalities": pc.coalesce(rows["deaths"], rows["deaths_low"], pa.scalar(0)),
            "timestamp": rows["as_of"],
        }
    )


def ucdp_table(rows: pa.Table) -> pa.Table:
    """Rows of ``table`` in the columns of UCDP GED.

    ``type_of_violence`` is 3 against civilians, else 1; ``where_prec`` 1 up to 2 km, 2 up
    to 25 km, 3 up to 30 km, else 4; ``date_prec`` 1 for a day, 2 for a week, 4 for a month.
    ``event_clarity`` is 2 for a summary.
    """
    first = _first_day(rows["start"])
    month = pc.equal(pc.utf8_length(rows["start"]), 7)
    week = pc.not_equal(rows["end"], "")
    last = pc.if_else(month, _month_end(first), pc.if_else(week, rows["end"], first))
    radius = rows["radius_m"].to_numpy()
    low = pc.coalesce(rows["deaths_low"], rows["deaths"], pa.scalar(0))
    high = pc.coalesce(rows["deaths_high"], rows["deaths"], pa.scalar(0))
    middle = pc.divide(pc.add(low, high), 2)
    civilians = pc.equal(rows["target"], CIVILIANS)
    return pa.table(
        {
            "id": rows["id"],
            "type_of_violence": pc.if_else(civilians, 3, 1),
            "side_a": pc.if_else(pc.equal(rows["actor"], ""), UNNAMED, rows["actor"]),
            "side_b": pc.if_else(pc.equal(rows["target"], ""), UNNAMED, rows["target"]),
            "source_office": rows["cites"],
            "source_headline": rows["text"],
            "where_prec": np.select(
                [radius <= 2_000, radius <= 25_000, radius <= 30_000], [1, 2, 3], 4
            ),
            "where_coordinates": rows["place"],
            "latitude": rows["lat"],
            "longitude": rows["lon"],
            "event_clarity": pc.if_else(pc.equal(rows["kind"], "summary"), 2, 1),
            "date_prec": pc.if_else(month, 4, pc.if_else(week, 2, 1)),
            "date_start": first,
            "date_end": last,
            "best": pc.coalesce(rows["deaths"], middle),
            "low": low,
            "high": high,
        }
    )


def _first_day(start: pa.ChunkedArray) -> pa.ChunkedArray:
    """The local date in a start; of a month its first."""
    day = pc.utf8_slice_codeunits(start, 0, 10)
    month = pc.binary_join_element_wise(day, "01", "-")
    return pc.if_else(pc.equal(pc.utf8_length(start), 7), month, day)


def _month_end(first: pa.ChunkedArray) -> pa.ChunkedArray:
    days = np.asarray(first.to_pylist(), "datetime64[M]")
    last = (days + 1).astype("datetime64[D]") - 1
    return pa.chunked_array([pa.array(last.astype(str).astype(object), pa.string())])

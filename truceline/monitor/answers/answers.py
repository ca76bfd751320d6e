"""Answers: what each incident may have been an answer to. Candidates, never a verdict.

A candidate is an earlier act of armed force by the other side (``monitor.opposed``) that was

* ``near``: p = p_time * p_place is at least ``least``, where p_time is the chance that it
  came first, by at most ``hours``, and p_place the chance that the two were at most ``km``
  apart, given how well each is known; or
* ``named``: a source's text of the later act says that it was an answer or claims
  self-defence (``monitor.answering``), in a sentence that names the earlier act's place,
  within ``named_hours`` and ``named_km``; or names its actor, where it is near too.

Spans are taken as uniform; p_time is exact for two uniform spans. A disc of radius r is taken
as a normal distribution of the same variance, r²/4 in each direction, so that the distance of
two follows Rice's distribution (Rice 1945, Bell System Technical Journal 24). Distances are
on a sphere of 6,371.0088 km, within 0.6 % of the ellipsoid.

Candidates are ranked: named before others, then by how the sides stand to each other, then
by hours / ``hours`` + km / ``km``, then by id. The order of rows changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from truceline.model.act import vocabulary
from truceline.monitor.answers.answering import Cue, cues
from truceline.monitor.answers.finder import DEFAULT, Finder, Options, listed
from truceline.monitor.answers.opposed import PartiesOf, Sides, nobody
from truceline.monitor.answers.pairs import Happenings
from truceline.monitor.check.windows import Ints

__all__ = ["CANDIDATE_SCHEMA", "EARLIEST", "Answers", "Options", "answers"]

EARLIEST = "the earliest act reported in this data"

CANDIDATE_SCHEMA = pa.schema(
    [
        ("incident_id", pa.string()),
        ("candidate_id", pa.string()),  # what it may have answered
        ("rank", pa.int64()),  # 1 is the first; ranks are no probabilities
        ("candidates", pa.int64()),  # how many there are in all, listed or not
        ("basis", pa.list_(pa.string())),  # near, said, named-place, named-actor
        ("sides", pa.string()),  # of opposed.RELATIONS
        ("p", pa.float64()),
        ("p_time", pa.float64()),
        ("p_place", pa.float64()),
        ("hours_least", pa.float64()),  # how much earlier it was; negative: it may be later
        ("hours_most", pa.float64()),
        ("apart_km", pa.float64()),  # between the middles
        ("known_km", pa.float64()),  # how well the two places are known, together
        ("said_by", pa.string()),  # the event whose text says so, '' for none
        ("quote", pa.string()),
        ("evidence", pa.string()),  # all of it in plain words
    ]
)


@dataclass(frozen=True)
class Answers:
    """Candidates in ``CANDIDATE_SCHEMA``, sorted by incident and rank, and chains.

    ``chains`` has ``incident_id`` and ``chain``: the incident, its first candidate, that
    one's first candidate and so on; each step is one of several possibilities. The last of
    a chain is the earliest act reported in this data along it, and no more than that.
    ``counts``: see ``answers``. ``opposed``: the parties that the data names against each
    other, with the number of incidents.
    """

    candidates: pa.Table
    chains: pa.Table
    counts: Mapping[str, int]
    opposed: Mapping[tuple[str, str], int]
    options: Options


def answers(
    incidents: pa.Table,
    texts: pa.Table | None = None,
    parties_of: PartiesOf = nobody,
    options: Options = DEFAULT,
) -> Answers:
    """What each incident may have answered.

    Args:
        incidents: a table in ``INCIDENT_SCHEMA`` or ``EVENT_SCHEMA``; only rows of the kind
            ``event`` are asked.
        texts: ``event_id`` and ``text`` of the reports; ``incidents`` where it is None.
        parties_of: from a name to parties, as ``monitor.who.Names(...).parties_of``.
        options: the limits.

    Counts: ``incidents``; ``answering`` (with any candidate); ``said`` (a text says that the
    act was an answer), ``unmatched`` (of these, no act that fits is reported in this data);
    ``open`` (who acted is not known: not asked, unless ``open_sides``); ``unplaced`` (no
    place); ``unarmed`` (no act of armed force: not asked).
    """
    table = _ordered(incidents)
    names = vocabulary().acts
    armed = pc.is_in(table["act"], pa.array([a.id for a in names.values() if a.kinetic]))
    rows, sides = Happenings.of(table), Sides(table, parties_of)
    armed = armed.to_numpy(zero_copy_only=False).astype(bool)
    short = rows.end - rows.start <= options.hours / options.least
    told = _told(table, cues(incidents if texts is None else texts))
    finder = Finder(table, rows, sides, told, options)
    some, sizes = finder.found(armed & rows.placed, armed & rows.placed & short)
    first = np.full(table.num_rows, -1, dtype=np.int64)
    before = some.take(some.earlier < some.later)  # in a chain each step goes back
    first[before.later[::-1]] = before.earlier[::-1]
    said = np.zeros(table.num_rows, dtype=bool)
    said[list(told)] = True
    counts = {
        "incidents": table.num_rows,
        "answering": int((sizes > 0).sum()),
        "said": int(said.sum()),
        "unmatched": int((said & (sizes == 0)).sum()),
        "open": sides.open_rows(),
        "unplaced": int((~rows.placed).sum()),
        "unarmed": int((~armed).sum()),
    }
    ids = table["incident_id"].combine_chunks()
    return Answers(
        listed(some, sizes, rows, told, ids).cast(CANDIDATE_SCHEMA),
        _chains(first, ids, options.depth),
        counts,
        sides.opposed(),
        options,
    )


def _ordered(incidents: pa.Table) -> pa.Table:
    wanted = ["start", "end", "lon", "lat", "radius_m", "region", "place", "act", "actor",
              "target", "attribution"]  # fmt: skip
    some = incidents.filter(pc.equal(incidents["kind"], "event"))
    own = "incident_id" if "incident_id" in some.schema.names else "event_id"
    columns = {"incident_id": some[own], **{n: some[n] for n in wanted}}
    if "event_ids" in some.schema.names:
        columns["event_ids"] = some["event_ids"]
    else:
        ids = some["event_id"].combine_chunks()
        offsets = pa.array(np.arange(len(ids) + 1, dtype=np.int32))
        columns["event_ids"] = pa.ListArray.from_arrays(offsets, ids)
    table = pa.table(columns)
    order = [("start", "ascending"), ("incident_id", "ascending")]
    return table.take(pc.sort_indices(table, sort_keys=order)).combine_chunks()


def _told(table: pa.Table, by_event: Mapping[str, Cue]) -> dict[int, list[Cue]]:
    """The cues of each row's reports, in the order of the reports' ids."""
    if not by_event or not table.num_rows:
        return {}
    lists = table["event_ids"].combine_chunks()
    flat, parent = lists.flatten(), pc.list_parent_indices(lists)
    hit = pc.is_in(flat, value_set=pa.array(list(by_event), pa.string()))
    found: dict[int, list[Cue]] = {}
    for row, event in zip(
        parent.filter(hit).to_pylist(), flat.filter(hit).to_pylist(), strict=True
    ):
        found.setdefault(row, []).append(by_event[event])
    return found


def _chains(first: Ints, ids: pa.Array, depth: int) -> pa.Table:
    """Chains of all rows that have a candidate, followed back at most ``depth`` steps."""
    begin = np.flatnonzero(first >= 0)
    steps = [begin]
    for _ in range(depth):
        at = steps[-1]
        steps.append(np.where(at >= 0, first[at], -1))
    grid = np.stack(steps, axis=1)
    there = grid >= 0
    offsets = np.concatenate(([0], np.cumsum(there.sum(axis=1)))).astype(np.int32)
    flat = ids.take(pa.array(grid[there]))
    return pa.table(
        {
            "incident_id": ids.take(pa.array(begin)),
            "chain": pa.ListArray.from_arrays(pa.array(offsets), flat),
        }
    )

"""The ceiling of linking: what a linker that knows the truth, and keeps the rules, can reach.

It is told which reports are of one incident, and puts together as many pairs of them as the
rules of docs/linking.md let it: two reports only if their regions touch and their days are the
same or next to each other, straight or through a third report, which is no vague one where it
would pull precise ones together; of each source one report of its own and one that cites, and
those that the source itself says are one. What it misses no linker with these rules can find.
"""

from itertools import combinations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from truceline.monitor.link.grid import distance_km
from truceline.monitor.link.reports import EVENT, Reports, reports_of
from truceline.monitor.link.times import near_in_time
from truceline.monitor.link.weights import DEFAULT

_MOST = 12  # reports of one incident that are tried in every combination


def ceiling(events: pa.Table, seen: pa.Table) -> pa.Table:
    """``incident_id, event_id`` of the linker that knows the truth, ``seen``."""
    reports, _ = reports_of(events, DEFAULT)
    at = pc.index_in(reports.ids, value_set=seen["event_id"].combine_chunks())
    about = seen["incident"].take(at).to_pylist()
    of: dict[str, list[int]] = {}
    for row in np.flatnonzero(reports.kind == EVENT).tolist():
        if about[row]:
            of.setdefault(about[row], []).append(row)
    label = np.arange(len(reports))
    for rows in of.values():
        for group in _groups(reports, rows):
            label[group] = min(group)
    return pa.table({"incident_id": reports.ids.take(pa.array(label)), "event_id": reports.ids})


def _groups(reports: Reports, rows: list[int]) -> list[list[int]]:
    """The reports of one true incident in as few and large groups as the rules allow."""
    if len(rows) == 1:
        return []
    one, other = (np.array(x) for x in zip(*combinations(rows, 2), strict=True))
    away = distance_km(reports.lon[one], reports.lat[one], reports.lon[other], reports.lat[other])
    fit = (away <= reports.radius[one] + reports.radius[other]) & near_in_time(reports, one, other)
    fit &= reports.placed[one] & reports.placed[other]
    slot = {r: _slot(reports, r) for r in rows}
    beside = {r: {r} for r in rows}
    for a, b, ok in zip(one.tolist(), other.tolist(), fit.tolist(), strict=True):
        if ok and slot[a] != slot[b]:
            beside[a].add(b)
            beside[b].add(a)
    same = [(int(a), int(b)) for a, b in reports.repeats if a in beside and b in beside]
    joined = {
        r: {r, *(b for a, b in same if a == r), *(a for a, b in same if b == r)} for r in rows
    }
    vague = {r for r in rows if reports.vague[r]}
    found, left = [], list(rows)
    while len(left) > 1:
        best = _largest(left, slot, beside, joined, vague)
        if len(best) < 2:
            break
        found.append(best)
        left = [r for r in left if r not in best]
    return found


def _slot(reports: Reports, row: int) -> tuple[int, bool]:
    """A report's place in an incident: its source, and whether it cites another."""
    source = reports.source.values[reports.source.code[row]]
    cited = [c for c in reports.cites.values[reports.cites.code[row]].split("\x1f") if c]
    return int(reports.source.code[row]), any(not c.startswith(f"{source}:") for c in cited)


def _largest(
    rows: list[int],
    slot: dict[int, tuple[int, bool]],
    beside: dict[int, set[int]],
    joined: dict[int, set[int]],
    vague: set[int],
) -> list[int]:
    """The largest group that the rules allow; of equals the first."""
    rows = rows[:_MOST]
    for size in range(len(rows), 1, -1):
        for some in combinations(rows, size):
            whole = set(some)
            together = all(_hangs_together(s, beside, joined) for s in (whole, whole - vague))
            if together and _allowed(some, slot, joined):
                return list(some)
    return []


def _allowed(
    some: tuple[int, ...], slot: dict[int, tuple[int, bool]], joined: dict[int, set[int]]
) -> bool:
    """Whether no source takes a place twice, but where it says itself that two are one."""
    return all(
        slot[a] != slot[b] or a in joined[b] or joined[a] & joined[b] & set(some)
        for a, b in combinations(some, 2)
    )


def _hangs_together(
    some: set[int], beside: dict[int, set[int]], joined: dict[int, set[int]]
) -> bool:
    if not some:
        return True
    reached = {min(some)}
    while True:
        more = {b for a in reached for b in (beside[a] | joined[a]) & some} - reached
        if not more:
            return reached == some
        reached |= more

"""What is settled before any score: what people decided, and what a source says itself."""

from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from truceline.monitor.link.reports import Ints, Reports
from truceline.monitor.link.weights import Decided, Pair


def settled(reports: Reports, decided: Decided) -> tuple[Ints, Ints, tuple[str, ...]]:
    """Pairs of rows to join, pairs of rows to keep apart, and what could not be followed.

    Two decisions contradict one another where joins would put two reports in one incident
    that another decision keeps apart. Keeping apart wins; which join gives way goes by
    the order of ids. A source's own word that a report repeats another gives way to people.
    """
    notes: list[str] = []
    join, unknown = _rows(reports, decided.join)
    split, more = _rows(reports, decided.split)
    if unknown + more:
        notes.append(
            f"{unknown + more:,} decisions name a report that is not here; they wait for it"
        )
    own = [(int(a), int(b)) for a, b in reports.repeats]
    apart: dict[int, set[int]] = {}
    for a, b in split:
        apart.setdefault(a, set()).add(b)
        apart.setdefault(b, set()).add(a)
    group: dict[int, set[int]] = {}
    kept: list[tuple[int, int]] = []
    for said_by_people, pairs in ((True, join), (False, own)):
        for a, b in pairs:
            ours, theirs = group.get(a, {a}), group.get(b, {b})
            if any(apart.get(x, set()) & theirs for x in ours):
                if said_by_people:
                    ids = reports.ids[a].as_py(), reports.ids[b].as_py()
                    notes.append(
                        f"the decision to join {ids[0]} and {ids[1]} contradicts one that keeps "
                        "them, or what they are joined with, apart: it was not followed; "
                        "withdraw one of the two"
                    )
                continue
            kept.append((a, b))
            if ours is not theirs:
                whole = ours | theirs
                for row in whole:
                    group[row] = whole
    return _pairs(kept), _pairs(split), tuple(notes)


def _pairs(pairs: Iterable[tuple[int, int]]) -> Ints:
    return np.array(sorted(set(pairs)), dtype=np.int64).reshape(-1, 2)


def _rows(reports: Reports, pairs: Iterable[Pair]) -> tuple[list[tuple[int, int]], int]:
    """Known pairs as rows (lesser first, sorted), and how many name an unknown report."""
    wanted = sorted({(min(p), max(p)) for p in pairs})
    if not wanted:
        return [], 0
    columns = [pa.array([p[k] for p in wanted], pa.string()) for k in (0, 1)]
    a, b = (
        pc.fill_null(pc.index_in(c, reports.ids), -1).to_numpy(zero_copy_only=False)
        for c in columns
    )
    known = (a >= 0) & (b >= 0) & (a != b)
    found = sorted({(int(x), int(y)) for x, y in zip(a[known], b[known], strict=True)})
    return found, int((~known).sum())

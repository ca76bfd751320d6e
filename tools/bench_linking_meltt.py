"""Our linker beside MELTT's published answer on MELTT's own simulated records.

    python tools/bench_linking_meltt.py

The records (three sources of car crashes with taxonomies; LGPL-3, not part of this project)
are looked for in ../shared/data/linking; without them the command says so and ends.
MELTT's published answer (its README, kdonnay/meltt on GitHub, 4 km and 2 days): 195 rows,
140 unique, 34 matches (26 of one-day records, 8 of longer ones), 55 duplicates; 5 matches
between sources 1 and 2, 4 between 1 and 3, 4 between 2 and 3, 21 among all three. It is an
answer, not the truth. Which records it matched is published for ten of the 34 only; a rule
that gives the same figures stands in for it here, and is compared with those ten.

The records say nothing of conflict. They go through the source `table` so: `event` is the
id, `date` and `enddate` the span, the model of the car is the actor, its colour the target,
the damage is text, and a place is known to 2 km (half of MELTT's 4). The taxonomies say which
names are one, as an agreement's list of actors does.
"""

import io
import sys
from collections import Counter
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from pyproj import Geod
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "linking"
SOURCES = ("crash_data1", "crash_data2", "crash_data3")
KM, DAYS, RADIUS_M = 4.0, 2, 2_000
PUBLISHED = {
    "rows": 195,
    "unique": 140,
    "matches": 34,
    "duplicates": 55,
    "sources 1+2": 5,
    "sources 1+3": 4,
    "sources 2+3": 4,
    "sources 1+2+3": 21,
}
# The first ten rows of its published list of matches: event numbers in the three sources.
PUBLISHED_MATCHES = (
    (0, 55, 57),
    (0, 8, 10),
    (0, 39, 36),
    (0, 44, 44),
    (1, 2, 2),
    (3, 1, 1),
    (7, 0, 4),
    (9, 5, 8),
    (10, 7, 7),
    (12, 10, 6),
)
Group = frozenset[str]


def records(folder: Path) -> pd.DataFrame:
    """All records with every level of every taxonomy; ``key`` is ``source:event``."""
    rows = pd.concat([pd.read_csv(folder / f"{s}.csv", dtype=str) for s in SOURCES])
    rows = rows.reset_index(drop=True)
    for name in ("model", "color", "damage"):
        levels = pd.read_csv(folder / f"taxonomy_{name}_tax.csv", dtype=str)
        levels = levels.rename(columns={"data.source": "dataset", "base.categories": f"{name}_tax"})
        rows = rows.merge(levels, on=["dataset", f"{name}_tax"], how="left", validate="m:1")
    rows["key"] = rows["dataset"] + ":" + rows["event"]
    return rows


def events(rows: pd.DataFrame) -> pa.Table:
    """The records through the source ``table``."""
    from truceline.model.batch import Context
    from truceline.sources.table import SOURCE

    taken = {
        "id": "event",
        "start": "date",
        "end": "enddate",
        "lon": "longitude",
        "lat": "latitude",
        "actor": "model_tax",
        "target": "color_tax",
        "source": "dataset",
        "text": "damage_tax",
    }
    table = pd.DataFrame({ours: rows[theirs] for ours, theirs in taken.items()})
    text = table.assign(radius_m=RADIUS_M).to_csv(index=False)
    batches = list(
        SOURCE.parse(io.BytesIO(text.encode()), name="crashes.csv", sha256="", context=Context())
    )
    assert not any(b.row_problems for b in batches)
    return pa.concat_tables([b.events for b in batches])


def one_name(rows: pd.DataFrame) -> dict[str, frozenset[str]]:
    """What each word for a model or a colour stands for, by the finest levels."""
    found: dict[str, set[str]] = {}
    for r in rows.to_dict("records"):
        found.setdefault(r["model_tax"], set()).add(f"{r['make_level1']}/{r['make_level2']}")
        found.setdefault(r["color_tax"], set()).add(f"{r['col_level1']}/{r['col_level2']}")
    return {name: frozenset(of) for name, of in found.items()}


class Near:
    """Pairs of records of two sources: how far apart, and on which levels they differ."""

    def __init__(self, rows: pd.DataFrame) -> None:
        self.rows = rows
        i, j = np.triu_indices(len(rows), 1)
        other = rows["dataset"].to_numpy()[i] != rows["dataset"].to_numpy()[j]
        self.i, self.j = i[other], j[other]
        lon, lat = (rows[c].astype(float).to_numpy() for c in ("longitude", "latitude"))
        geod = Geod(ellps="WGS84")
        self.km = geod.inv(lon[self.i], lat[self.i], lon[self.j], lat[self.j])[2] / 1000
        start, end = (pd.to_datetime(rows[c]) for c in ("date", "enddate"))
        self.days = abs(
            (start.to_numpy()[self.i] - start.to_numpy()[self.j]).astype("m8[D]")
        ).astype(int)
        self.longer = (end > start).to_numpy()
        self.levels = [c for c in rows if "_level" in c]
        values = rows[self.levels].to_numpy()
        self.differ = values[self.i] != values[self.j]

    def groups(self, which: np.ndarray) -> set[Group]:
        """What hangs together by these pairs, two records or more."""
        n = len(self.rows)
        graph = coo_matrix((np.ones(which.sum()), (self.i[which], self.j[which])), shape=(n, n))
        _, of = connected_components(graph, directed=False)
        keys = self.rows["key"].to_numpy()
        found = (frozenset(keys[of == k]) for k in np.unique(of))
        return {g for g in found if len(g) > 1}

    def said(self, one: str, other: str) -> str:
        """In words, what is between two records."""
        keys = self.rows["key"].to_numpy()
        at = {
            frozenset((keys[a], keys[b])): k
            for k, (a, b) in enumerate(zip(self.i, self.j, strict=True))
        }
        k = at.get(frozenset((one, other)))
        if k is None:
            return "of one source"
        longer = [bool(self.longer[x]) for x in (self.i[k], self.j[k])]
        span = "one a day, one longer" if longer[0] != longer[1] else "the same kind of span"
        differ = [c for c, d in zip(self.levels, self.differ[k], strict=True) if d]
        return f"{self.km[k]:.1f} km, {self.days[k]} days, {span}, " + (
            "all levels the same" if not differ else "differ on " + ", ".join(differ)
        )


def figures(groups: set[Group], rows: int) -> dict[str, int]:
    """The figures that MELTT prints."""
    duplicates = sum(len(g) - 1 for g in groups)
    overlap = Counter("+".join(sorted(k.split(":")[0][-1] for k in g)) for g in groups)
    return {
        "rows": rows,
        "unique": rows - duplicates,
        "matches": len(groups),
        "duplicates": duplicates,
        **{f"sources {o}": overlap[o] for o in ("1+2", "1+3", "2+3", "1+2+3")},
    }


def ours(rows: pd.DataFrame) -> tuple[set[Group], Any]:
    """Our incidents of two reports or more, and the linking."""
    from truceline.monitor.link.link import link

    linked = link(events(rows), names=one_name(rows))
    found: dict[str, set[str]] = {}
    for row in linked.membership.to_pylist():
        found.setdefault(row["incident_id"], set()).add(row["event_id"])
    return {frozenset(g) for g in found.values() if len(g) > 1}, linked


def published() -> set[Group]:
    return {
        frozenset(f"{s}:{e}" for s, e in zip(SOURCES, row, strict=True) if e)
        for row in PUBLISHED_MATCHES
    }


def pairs_of(groups: set[Group]) -> set[Group]:
    return {frozenset(p) for g in groups for p in combinations(sorted(g), 2)}


def main() -> None:
    if not DATA.is_dir():
        print("MELTT's records are not here (../shared/data/linking): nothing is compared")
        return
    rows = records(DATA)
    near = Near(rows)
    window = (near.km <= KM) & (near.days <= DAYS)
    alike = window & ~near.differ.any(axis=1)
    span = near.longer[near.i] == near.longer[near.j]
    rule = near.groups(alike & span)
    found, linked = ours(rows)
    scores = {
        frozenset((r["event_a"], r["event_b"])): (r["score"], r["parts"])
        for r in linked.pairs.to_pylist()
    }
    columns = [
        ("MELTT, published", PUBLISHED),
        ("rule: all levels, same span", figures(rule, len(rows))),
        ("rule without same span", figures(near.groups(alike), len(rows))),
        ("Truceline", figures(found, len(rows))),
    ]
    for name in PUBLISHED:
        print(f"{name:16}" + "".join(f"{values[name]:>8}" for _, values in columns))
    print("columns: " + "; ".join(title for title, _ in columns))
    same = published() & rule
    print(
        f"\nof MELTT's 10 published matches the rule gives {len(same)}, Truceline {len(published() & found)}"
    )
    for group in sorted(map(sorted, published() - rule)):
        print("  only MELTT: " + ", ".join(group))
        for one, other in combinations(group, 2):
            print(f"    {one} - {other}: {near.said(one, other)}")
    print(f"\nTruceline and the rule: {len(found & rule)} matches the same")
    for title, pairs in (
        ("pairs only Truceline puts together", pairs_of(found) - pairs_of(rule)),
        ("pairs only the rule puts together", pairs_of(rule) - pairs_of(found)),
    ):
        print(f"{title}: {len(pairs)}")
        for one, other in sorted(map(sorted, pairs)):
            score = scores.get(frozenset((one, other)))
            told = f"; our score {score[0]:+.1f}" if score else "; no candidate"
            print(f"  {one} - {other}: {near.said(one, other)}{told}")


if __name__ == "__main__":
    sys.exit(main())

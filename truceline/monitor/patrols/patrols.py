"""Patrols out of tracks: who moved along a route, when, and where together.

    posts = Posts(pieces)
    chains = [lay(t.party, t.file, t.fixes, posts, accuracy_m, rules) for t in tracks]
    patrols(chains, posts, owed=("RUS", "TUR"), rules=rules, zone=ZoneInfo("Asia/Damascus"))

A patrol begins with the first fix near the route and ends with the last before three hours
in which nobody has one. What was covered is what somebody's fixes show; see patrols_runs.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from itertools import combinations

import numpy as np

from truceline.model.patrol import Part, Patrol, PatrolRules, Warned
from truceline.model.track import SECOND, Floats
from truceline.monitor.patrols.joint import met
from truceline.monitor.patrols.part import moment, part_of
from truceline.monitor.patrols.route import Posts
from truceline.monitor.patrols.runs import Chain, Run
from truceline.monitor.patrols.spans import joined, length, nothing, shared, stretches, without


@dataclass(frozen=True, slots=True)
class Visit:
    """The fixes ``first`` to ``last`` of a chain in which it was never long away."""

    chain: Chain
    first: int
    last: int

    @property
    def runs(self) -> list[tuple[Chain, Run]]:
        """Its runs."""
        return [
            (self.chain, r)
            for r in self.chain.runs
            if self.first <= r.start and r.stop - 1 <= self.last
        ]


def patrols(
    chains: Sequence[Chain], posts: Posts, owed: Sequence[str], rules: PatrolRules, zone: tzinfo
) -> list[Patrol]:
    """Every patrol, by its start; those without times last, one for each file.

    ``owed`` are the parties that have to be there together; without any, all that are.
    """
    timed = [c for c in chains if c.fixes.timed]
    found = [_patrol(g, posts, owed, rules, zone) for g in _groups(timed, rules)]
    for chain in chains:
        rows = np.flatnonzero(~np.isnan(chain.at))
        if not chain.fixes.timed and len(rows):
            visit = Visit(chain, int(rows[0]), int(rows[-1]))
            found.append(_patrol([visit], posts, owed, rules, zone))
    return found


def _groups(chains: Iterable[Chain], rules: PatrolRules) -> list[list[Visit]]:
    """Visits of all parties, parted where nobody has a fix for longer than the silence."""
    silence = rules.silence_s * SECOND
    visits: list[Visit] = []
    for chain in chains:
        rows = np.flatnonzero(~np.isnan(chain.at))
        if not len(rows):
            continue
        # Segments of one file may overlap in time: each is a vehicle or a day of its own.
        new = (np.diff(chain.time[rows]) > silence) | (np.diff(chain.fixes.segment[rows]) != 0)
        visits += [
            Visit(chain, int(part[0]), int(part[-1]))
            for part in np.split(rows, np.flatnonzero(new) + 1)
        ]
    visits.sort(key=lambda v: (int(v.chain.time[v.first]), v.chain.party, v.chain.file))
    groups: list[list[Visit]] = []
    until = 0
    for visit in visits:
        begin, end = (int(visit.chain.time[k]) for k in (visit.first, visit.last))
        if groups and begin - until <= silence:
            groups[-1].append(visit)
            until = max(until, end)
        else:
            groups.append([visit])
            until = end
    return groups


def _patrol(
    visits: Sequence[Visit], posts: Posts, owed: Sequence[str], rules: PatrolRules, zone: tzinfo
) -> Patrol:
    whole = np.array([[0.0, posts.length_m]])
    parties = tuple(sorted({v.chain.party for v in visits}))
    runs = {p: [r for v in visits if v.chain.party == p for r in v.runs] for p in parties}
    covered = {p: joined((r.low_m, r.high_m) for _, r in runs[p]) for p in parties}
    anyone = joined(span for spans in covered.values() for span in spans)
    timed = all(v.chain.fixes.timed for v in visits)
    joint = _joint(runs, tuple(owed) or parties, rules) if timed else nothing()
    if length(joint) < rules.still_m:
        joint = nothing()
    parts: tuple[Part, ...] = tuple(
        part_of(
            party,
            [v for v in visits if v.chain.party == party],
            posts,
            covered[party],
            without(covered[party], joint),
            without(whole, covered[party]),
            rules,
            zone,
        )
        for party in parties
    )
    moments = [v.chain.time[k] for v in visits for k in (v.first, v.last)] if timed else []
    warnings = () if timed else (_PLACE_ONLY,)
    return Patrol(
        start=moment(int(min(moments)), zone) if timed else None,
        end=moment(int(max(moments)), zone) if timed else None,
        participants=parties,
        joint=bool(len(joint)),
        joint_km=length(joint) / 1000,
        covered_km=length(anyone) / 1000,
        route_km=posts.length_m / 1000,
        gaps=stretches(without(whole, anyone), rules.still_m),
        covered=stretches(anyone),
        together=stretches(joint),
        parts=parts,
        warnings=warnings,
    )


_PLACE_ONLY = Warned(
    "no-times",
    "this track has no times: it shows where somebody was, not when, and nobody's company",
)


def _joint(
    runs: dict[str, list[tuple[Chain, Run]]], owed: tuple[str, ...], rules: PatrolRules
) -> Floats:
    """Where all who owe the patrol were together, each with each."""
    if len(owed) < 2 or any(not runs.get(p) for p in owed):
        return nothing()
    all_of: Floats | None = None
    for a, b in combinations(owed, 2):
        pair = joined(span for spans in met(runs[a], runs[b], rules) for span in spans)
        all_of = pair if all_of is None else shared(all_of, pair)
    return nothing() if all_of is None else all_of

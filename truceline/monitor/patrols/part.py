"""What one participant did in a patrol: speed, halts, turns, and leaving the route."""

import itertools
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Protocol

import numpy as np

from truceline.model.patrol import Deviation, Halt, Part, PatrolRules, TurnBack
from truceline.model.track import SECOND, Floats
from truceline.monitor.patrols.route import Posts, ways
from truceline.monitor.patrols.runs import Chain, Run, anchors
from truceline.monitor.patrols.spans import length, stretches

_LOOKED = 500  # fixes of a deviation that are asked how far off they were


class _Visit(Protocol):
    @property
    def chain(self) -> Chain: ...
    @property
    def first(self) -> int: ...
    @property
    def last(self) -> int: ...
    @property
    def runs(self) -> list[tuple[Chain, Run]]: ...


def part_of(
    party: str,
    visits: Sequence[_Visit],
    posts: Posts,
    covered: Floats,
    alone: Floats,
    gaps: Floats,
    rules: PatrolRules,
    zone: tzinfo,
) -> Part:
    """One participant's part; spans are metres along the route."""
    timed = visits[0].chain.fixes.timed
    halts = [h for v in visits for h in _halts(v, rules, zone)] if timed else []
    mean, fastest = _speeds(visits, halts, rules) if timed else (None, None)
    return Part(
        party=party,
        covered_km=length(covered) / 1000,
        share=length(covered) / posts.length_m,
        covered=stretches(covered),
        gaps=stretches(gaps, rules.still_m),
        alone=stretches(alone, rules.still_m),
        mean_kmh=mean,
        fastest_kmh=fastest,
        halts=tuple(sorted(halts, key=lambda h: h.start)),
        turns=tuple(t for v in visits for t in _turns(v, zone)),
        deviations=tuple(d for v in visits for d in _deviations(v, posts, rules, zone)),
        fixes=sum(int((~np.isnan(v.chain.at[v.first : v.last + 1])).sum()) for v in visits),
        files=tuple(sorted({v.chain.file for v in visits})),
    )


def moment(micros: int, zone: tzinfo) -> datetime:
    """UTC microseconds as a local moment, to the nearest second."""
    second = (micros + SECOND // 2) // SECOND
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=second)).astimezone(zone)


def _halts(visit: _Visit, rules: PatrolRules, zone: tzinfo) -> list[Halt]:
    """Where it stayed within ``still_m`` for ``halt_s`` or longer, receiver on or off."""
    chain, low, high = visit.chain, visit.first, visit.last
    rows = slice(low, high + 1)
    marks = np.append(anchors(chain.fixes.lon[rows], chain.fixes.lat[rows], rules.still_m), 0) + low
    marks[-1] = high + 1
    found = []
    for first, after in itertools.pairwise(marks):
        last = int(after) - 1
        took = (int(chain.time[last]) - int(chain.time[first])) / SECOND
        if last > first and took >= rules.halt_s and not np.isnan(chain.at[first]):
            found.append(
                Halt(
                    float(chain.at[first]) / 1000,
                    moment(int(chain.time[first]), zone),
                    moment(int(chain.time[last]), zone),
                )
            )
    return found


def _turns(visit: _Visit, zone: tzinfo) -> list[TurnBack]:
    """Where a run is followed by one the other way that begins where it ended."""
    chain = visit.chain
    runs = [r for _, r in visit.runs]
    return [
        TurnBack(
            float(chain.at[b.start]) / 1000,
            moment(int(chain.time[b.start]), zone) if chain.fixes.timed else None,
        )
        for a, b in itertools.pairwise(runs)
        if a.sign != b.sign and abs(chain.at[b.start] - chain.at[a.stop - 1]) < 100.0
    ]


def _deviations(visit: _Visit, posts: Posts, rules: PatrolRules, zone: tzinfo) -> list[Deviation]:
    """Fixes away from the route between two that are near it."""
    chain = visit.chain
    away = np.isnan(chain.at[visit.first : visit.last + 1]).astype(np.int8)
    edges = np.diff(np.concatenate([[0], away, [0]]))
    found = []
    for begin, end in zip(np.flatnonzero(edges == 1), np.flatnonzero(edges == -1), strict=True):
        before, after = visit.first + int(begin) - 1, visit.first + int(end)
        rows = np.arange(before + 1, after)
        rows = rows[:: max(len(rows) // _LOOKED, 1)]
        farthest = posts.far(chain.fixes.lon[rows], chain.fixes.lat[rows])
        timed = chain.fixes.timed
        found.append(
            Deviation(
                float(chain.at[before]) / 1000,
                float(chain.at[after]) / 1000,
                moment(int(chain.time[before]), zone) if timed else None,
                moment(int(chain.time[after]), zone) if timed else None,
                float(np.max(farthest)),
            )
        )
    return found


def _speeds(
    visits: Sequence[_Visit], halts: Sequence[Halt], rules: PatrolRules
) -> tuple[float | None, float | None]:
    """Mean speed over the runs with halts left out, and the fastest over 50 m or more; km/h."""
    way = took = fastest = 0.0
    for chain, run in (r for v in visits for r in v.runs):
        rows = slice(run.start, run.stop)
        lon, lat, time = chain.fixes.lon[rows], chain.fixes.lat[rows], chain.time[rows]
        marks = np.array(anchors(lon, lat, rules.still_m))
        if len(marks) < 2:
            continue
        legs = ways(lon[marks], lat[marks])
        seconds = np.maximum(np.diff(time[marks]) / SECOND, 0.0)
        moving = (seconds > 0) & (seconds < rules.halt_s)
        way += float(legs[moving].sum())
        took += float(seconds[moving].sum())
        if moving.any():
            fastest = max(fastest, float((legs[moving] / seconds[moving]).max()))
    del halts
    return (way / took * 3.6, fastest * 3.6) if took else (None, None)

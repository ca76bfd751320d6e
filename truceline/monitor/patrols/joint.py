"""Together: where two runs pass the same posts, the same way, near one another in time and place.

A run passes a post at a moment, or stands there for a while: from when it first reaches the
post to when it leaves it for good. Two runs are together at a post where these moments lie
within ``joint_s`` of one another and their places at it within ``joint_m``. Between fixes
both are linear, so the ends of a joint stretch come out exactly and not by sampling.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from truceline.model.patrol import PatrolRules
from truceline.model.track import SECOND, Floats
from truceline.monitor.patrols.route import ways
from truceline.monitor.patrols.runs import Chain, Run
from truceline.monitor.patrols.spans import joined


@dataclass(frozen=True, slots=True)
class Passage:
    """When and where a run is at each post: parts ``a`` to ``b`` (posts times the run's sign).

    ``t`` are seconds, ``lon`` and ``lat`` degrees, each at ``a`` and at ``b``; between them
    all are linear.
    """

    a: Floats
    b: Floats
    t: Floats
    lon: Floats
    lat: Floats

    def on(self, low: Floats, high: Floats) -> tuple[Floats, Floats, Floats]:
        """(t, lon, lat) at both ends of cells that lie within one part each; shape (n, 2)."""
        middle = (low + high) / 2
        k = np.clip(np.searchsorted(self.a, middle, side="right") - 1, 0, len(self.a) - 1)
        width = np.maximum(self.b[k] - self.a[k], 1e-9)
        share = np.column_stack([low - self.a[k], high - self.a[k]]) / width[:, None]

        def at(values: Floats) -> Floats:
            found: Floats = values[k, :1] + share * (values[k, 1:] - values[k, :1])
            return found

        return at(self.t), at(self.lon), at(self.lat)


def arriving(chain: Chain, run: Run) -> Passage:
    """When a run first reaches each post."""
    rows = slice(run.start, run.stop)
    return _passage(
        chain.at[rows] * run.sign,
        chain.time[rows] / SECOND,
        _unwrapped(chain.fixes.lon[rows]),
        chain.fixes.lat[rows],
    )


def leaving(chain: Chain, run: Run) -> Passage:
    """When a run leaves each post for good: its arrivals when time runs backwards."""
    rows = slice(run.start, run.stop)
    back = _passage(
        -(chain.at[rows] * run.sign)[::-1],
        (chain.time[rows] / SECOND)[::-1],
        _unwrapped(chain.fixes.lon[rows])[::-1],
        chain.fixes.lat[rows][::-1],
    )
    return Passage(
        -back.b[::-1],
        -back.a[::-1],
        back.t[::-1, ::-1],
        back.lon[::-1, ::-1],
        back.lat[::-1, ::-1],
    )


def _unwrapped(lon: Floats) -> Floats:
    turns = (np.diff(lon) + 180) % 360 - 180
    found: Floats = lon[0] + np.concatenate([[0.0], np.cumsum(turns)])
    return found


def _passage(at: Floats, t: Floats, lon: Floats, lat: Floats) -> Passage:
    reach = np.maximum.accumulate(at)
    new = np.flatnonzero(at[1:] > reach[:-1])
    a, b = reach[:-1][new], at[1:][new]
    step = at[1:][new] - at[:-1][new]
    share = (a - at[:-1][new]) / np.where(step > 0, step, 1.0)

    def ends(values: Floats) -> Floats:
        before, after = values[:-1][new], values[1:][new]
        return np.column_stack([before + share * (after - before), after])

    return Passage(a, b, ends(t), ends(lon), ends(lat))


def together(chain_a: Chain, run_a: Run, chain_b: Chain, run_b: Run, rules: PatrolRules) -> Floats:
    """The stretches (metres along the route) where two runs were together."""
    if run_a.sign != run_b.sign:
        return joined([])
    pairs = [
        (arriving(chain_a, run_a), leaving(chain_a, run_a)),
        (arriving(chain_b, run_b), leaving(chain_b, run_b)),
    ]
    cells = _cells([p for pair in pairs for p in pair])
    if cells is None:
        return joined([])
    low, high = cells
    (in_a, lon_a, lat_a), (out_a, _, _) = (p.on(low, high) for p in pairs[0])
    (in_b, lon_b, lat_b), (out_b, _, _) = (p.on(low, high) for p in pairs[1])
    apart = np.column_stack(
        [_between(lon_a[:, k], lat_a[:, k], lon_b[:, k], lat_b[:, k]) for k in (0, 1)]
    )
    begin, end = np.zeros(len(low)), np.ones(len(low))
    for excess in (
        in_a - out_b - rules.joint_s,
        in_b - out_a - rules.joint_s,
        apart - rules.joint_m,
    ):
        first, last = _where_not_above(excess)
        begin, end = np.maximum(begin, first), np.minimum(end, last)
    ok = end > begin
    width = (high - low)[ok]
    spans = np.column_stack([low[ok] + begin[ok] * width, low[ok] + end[ok] * width])
    return joined(np.sort(spans * run_a.sign, axis=1))


def _cells(parts: list[Passage]) -> tuple[Floats, Floats] | None:
    """Cells of posts in which every passage is linear, over what all of them pass."""
    if any(not len(p.a) for p in parts):
        return None
    low, high = max(p.a[0] for p in parts), min(p.b[-1] for p in parts)
    if high <= low:
        return None
    edges = np.unique(np.concatenate([e for p in parts for e in (p.a, p.b)] + [[low, high]]))
    edges = edges[(edges >= low) & (edges <= high)]
    edges = edges[np.concatenate([[True], np.diff(edges) > 1e-6])]
    return (edges[:-1], edges[1:]) if len(edges) > 1 else None


def _where_not_above(excess: Floats) -> tuple[Floats, Floats]:
    """Of a value linear from 0 to 1, the shares between which it is at most 0."""
    first, last = excess[:, 0], excess[:, 1]
    begin, end = np.zeros(len(first)), np.ones(len(first))
    change = last - first
    with np.errstate(divide="ignore", invalid="ignore"):
        crossing = np.where(change != 0, -first / change, 0.0)
    rising = (first <= 0) & (last > 0)
    falling = (first > 0) & (last <= 0)
    never = (first > 0) & (last > 0)
    end = np.where(rising, crossing, end)
    begin = np.where(falling, crossing, begin)
    return begin, np.where(never, -1.0, end)


def _between(lon_a: Floats, lat_a: Floats, lon_b: Floats, lat_b: Floats) -> Floats:
    """Metres between pairs of points."""
    lon = np.column_stack([lon_a, lon_b]).ravel()
    lat = np.column_stack([lat_a, lat_b]).ravel()
    return ways(lon, lat)[::2]


def met(
    a: list[tuple[Chain, Run]], b: list[tuple[Chain, Run]], rules: PatrolRules
) -> Iterator[Floats]:
    """Joint stretches of all runs of one party with all of another."""
    ordered = sorted(b, key=lambda item: int(item[0].time[item[1].start]))
    begins = np.array([int(c.time[r.start]) for c, r in ordered])
    margin = rules.joint_s * SECOND
    for chain_a, run_a in a:
        until = int(chain_a.time[run_a.stop - 1]) + margin
        since = int(chain_a.time[run_a.start]) - margin
        for chain_b, run_b in ordered[: int(np.searchsorted(begins, until, side="right"))]:
            if int(chain_b.time[run_b.stop - 1]) < since:
                continue
            if run_b.high_m <= run_a.low_m or run_b.low_m >= run_a.high_m:
                continue
            yield together(chain_a, run_a, chain_b, run_b, rules)

"""Clocks: what the passages of two parties say about the clocks of their receivers.

Nothing is put right here. A clock that seems to be wrong is a warning, and the person who
knows may shift it with an option.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np

from truceline.model.patrol import PatrolRules, Warned
from truceline.model.track import SECOND, Floats
from truceline.monitor.patrols_joint import lags
from truceline.monitor.patrols_route import Posts
from truceline.monitor.patrols_runs import Chain, Run

_HOUR = 3_600.0
_MOST_H = 14  # no two clocks of the world are farther apart than 26 h; receivers seldom 14
_STEADY_S = 180.0  # a whole-hour shift leaves the passages this steady
_LEAST_M = 2_000.0  # shorter shared stretches say nothing
_DRIFT_S = 60.0  # a lag that grows by less is traffic


def clocks(chains: Sequence[Chain], posts: Posts, rules: PatrolRules) -> Iterator[Warned]:
    """What is odd about the clocks: whole hours apart, drifting, or the same receiver twice."""
    timed = [c for c in chains if c.fixes.timed]
    parties = sorted({c.party for c in timed})
    for a, b in combinations(parties, 2):
        ours = [c for c in timed if c.party == a]
        theirs = [c for c in timed if c.party == b]
        for chain_a in ours:
            for chain_b in theirs:
                if _same(chain_a, chain_b):
                    yield Warned(
                        "same-track",
                        f"{chain_a.file} of {a} and {chain_b.file} of {b} hold the same fixes: "
                        "both in one vehicle, or one file given twice",
                    )
        yield from _compared(a, ours, b, theirs, posts, rules)


def _same(a: Chain, b: Chain) -> bool:
    """Whether at least half of the shorter track's fixes are in the other, to the digit."""
    kind = [("t", np.int64), ("x", np.float64), ("y", np.float64)]

    def rows(chain: Chain) -> np.ndarray[tuple[int], np.dtype[np.void]]:
        found = np.empty(len(chain.fixes), dtype=kind)
        found["t"], found["x"], found["y"] = chain.time, chain.fixes.lon, chain.fixes.lat
        return found

    least = min(len(a.fixes), len(b.fixes))
    overlap = min(a.time.max(), b.time.max()) - max(a.time.min(), b.time.min()) if least else -1
    if overlap < 0:
        return False
    return len(np.intersect1d(rows(a), rows(b))) >= max(least / 2, 2)


def _compared(
    a: str, ours: list[Chain], b: str, theirs: list[Chain], posts: Posts, rules: PatrolRules
) -> Iterator[Warned]:
    hours: dict[int, list[tuple[Floats, Floats]]] = {}
    for chain_a, run_a, chain_b, run_b in _pairs(ours, theirs):
        at, lag, width = lags(chain_a, run_a, chain_b, run_b)
        if width.sum() < _LEAST_M:
            continue
        middle = _median(lag, width)
        steady = _median(np.abs(lag - middle), width)
        shift = round(middle / _HOUR)
        if abs(middle) <= rules.joint_s:
            yield from _drift(a, b, at, lag, width)
        elif (
            shift
            and abs(shift) <= _MOST_H
            and abs(middle - shift * _HOUR) <= rules.joint_s
            and steady <= _STEADY_S
        ):
            hours.setdefault(shift, []).append((lag, width))
    for shift, found in sorted(hours.items(), key=lambda item: -len(item[1])):
        lag = np.concatenate([f[0] for f in found])
        width = np.concatenate([f[1] for f in found])
        way = "after" if shift > 0 else "before"
        yield Warned(
            "clock",
            f"{b} passes the same posts {_said(abs(_median(lag, width)))} {way} {a}, steadily "
            f"along {width.sum() / 1000:.1f} km: they went apart, or one clock is {abs(shift)} h "
            f"off; if so, --clock {b}={-shift:+d}h (or --clock {a}={shift:+d}h) puts it right. "
            "Nothing was shifted",
        )
    del posts


def _drift(a: str, b: str, at: Floats, lag: Floats, width: Floats) -> Iterator[Warned]:
    """A lag that grows evenly along the way: a clock that runs fast, or one that drives slower."""
    if width.sum() < 5 * _LEAST_M or len(lag) < 10:
        return
    slope, start = np.polyfit(at, lag, 1, w=np.sqrt(width))
    span = float(at.max() - at.min())
    left = float(np.sqrt(np.average((lag - (start + slope * at)) ** 2, weights=width)))
    grown = abs(float(slope)) * span
    if grown > _DRIFT_S and left < grown / 10:
        yield Warned(
            "drift",
            f"between {a} and {b} the lag at a post changes evenly by {_said(grown)} over "
            f"{span / 1000:.0f} km: one drove slower, or one clock drifts",
        )


def _pairs(ours: list[Chain], theirs: list[Chain]) -> Iterator[tuple[Chain, Run, Chain, Run]]:
    """Runs of one direction that could be one passage within the hours that a clock can err."""
    reach = (_MOST_H * _HOUR + 600) * SECOND
    for chain_a in ours:
        for run_a in chain_a.runs:
            if run_a.high_m - run_a.low_m < _LEAST_M:
                continue
            since = int(chain_a.time[run_a.start]) - reach
            until = int(chain_a.time[run_a.stop - 1]) + reach
            for chain_b in theirs:
                for run_b in chain_b.runs:
                    if (
                        run_a.sign == run_b.sign
                        and min(run_a.high_m, run_b.high_m) - max(run_a.low_m, run_b.low_m)
                        >= _LEAST_M
                        and int(chain_b.time[run_b.start]) >= since
                        and int(chain_b.time[run_b.stop - 1]) <= until
                    ):
                        yield chain_a, run_a, chain_b, run_b


def _median(values: Floats, weights: Floats) -> float:
    order = np.argsort(values)
    reach = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(reach, reach[-1] / 2)])


def _said(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    words = [f"{n} {unit}" for n, unit in ((hours, "h"), (minutes, "min"), (rest, "s")) if n]
    return " ".join(words) or "0 s"

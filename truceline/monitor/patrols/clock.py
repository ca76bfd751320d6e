"""Clocks: what the passages of two parties say about the clocks of their receivers.

Nothing is put right here. A clock that seems to be wrong is a warning, and the person who
knows may shift it with an option.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from truceline.model.patrol import PatrolRules, Warned
from truceline.model.track import Floats
from truceline.monitor.patrols.joint import arriving
from truceline.monitor.patrols.runs import Chain

_HOUR = 3_600.0
_MOST_H = 14  # no two clocks of the world are farther apart than 26 h; receivers seldom 14
_STEADY_S = 180.0  # a whole-hour shift leaves the passages this steady
_LEAST_M = 2_000.0  # shorter shared stretches say nothing
_EACH_M = 250.0  # apart of the posts at which passages are compared
_DRIFT_S = 60.0  # a lag that grows by less is traffic


def clocks(chains: Sequence[Chain], rules: PatrolRules) -> Iterator[Warned]:
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
        yield from _compared(a, ours, b, theirs, rules)


def _same(a: Chain, b: Chain) -> bool:
    """Whether at least half of the shorter track's fixes are in the other, to the digit."""
    if not len(a.fixes) or not len(b.fixes):
        return False
    _, ours, theirs = np.intersect1d(a.time, b.time, return_indices=True)
    one, two = a.fixes.at(ours), b.fixes.at(theirs)
    both = int(((one.lon == two.lon) & (one.lat == two.lat)).sum())
    return both >= max(min(len(a.fixes), len(b.fixes)) / 2, 2)


def _compared(
    a: str, ours: list[Chain], b: str, theirs: list[Chain], rules: PatrolRules
) -> Iterator[Warned]:
    hours: dict[int, list[tuple[Floats, Floats]]] = {}
    as_it_is = 0.0
    drifts: list[tuple[float, str]] = []
    for one, two in _pairs(_passed(ours), _passed(theirs)):
        low, high = max(one.first, two.first), min(one.end, two.end)
        if (high - low) * _EACH_M < _LEAST_M:
            continue
        at = np.asarray(np.arange(low, high) * _EACH_M, np.float64)
        lag = (
            two.times[low - two.first : high - two.first]
            - one.times[low - one.first : high - one.first]
        )
        width: Floats = np.full(len(at), _EACH_M)
        middle = _median(lag, width)
        steady = _median(np.abs(lag - middle), width)
        shift = round(middle / _HOUR)
        if abs(middle) <= rules.joint_s:
            as_it_is += float(width.sum())
            drifts.append(_drift(a, b, at, lag, width))
        elif (
            shift
            and abs(shift) <= _MOST_H
            and abs(middle - shift * _HOUR) <= rules.joint_s
            and steady <= _STEADY_S
        ):
            hours.setdefault(shift, []).append((lag, width))

    if drifts and max(drifts)[0]:
        yield Warned("drift", max(drifts)[1])

    def shared(shift: int) -> float:
        return sum(float(width.sum()) for _, width in hours[shift])

    # Who drives to and fro passes everybody some whole hours later too: only the shift that
    # explains the most is told, and only where the clocks as they are explain little.
    for shift in sorted(hours, key=lambda k: (-shared(k), abs(k)))[:1]:
        if shared(shift) < 5 * as_it_is:
            continue
        lag = np.concatenate([f[0] for f in hours[shift]])
        width = np.concatenate([f[1] for f in hours[shift]])
        way = "after" if shift > 0 else "before"
        yield Warned(
            "clock",
            f"{b} passes the same posts {_said(abs(_median(lag, width)))} {way} {a}, steadily "
            f"along {width.sum() / 1000:.1f} km: they went apart, or one clock is {abs(shift)} h "
            f"off; if so, --clock {b}={-shift:+d}h (or --clock {a}={shift:+d}h) puts it right. "
            "Nothing was shifted",
        )


def _drift(a: str, b: str, at: Floats, lag: Floats, width: Floats) -> tuple[float, str]:
    """Seconds by which a lag grows evenly along the way (0: it does not), and what to say."""
    if width.sum() < 5 * _LEAST_M or len(lag) < 10:
        return 0.0, ""
    slope, start = np.polyfit(at, lag, 1, w=np.sqrt(width))
    span = float(at.max() - at.min())
    left = float(np.sqrt(np.average((lag - (start + slope * at)) ** 2, weights=width)))
    grown = abs(float(slope)) * span
    if grown <= _DRIFT_S or left >= grown / 10:
        return 0.0, ""
    return (
        grown,
        f"between {a} and {b} the lag at a post changes evenly by {_said(grown)} over "
        f"{span / 1000:.0f} km: one drove slower, or one clock drifts",
    )


@dataclass(frozen=True, slots=True)
class _Passed:
    """When one run first reaches each post from number ``first`` on, 250 m apart; seconds.

    The posts are those of the run's own direction: times its sign.
    """

    sign: int
    first: int
    times: Floats

    @property
    def end(self) -> int:
        return self.first + len(self.times)


def _passed(chains: list[Chain]) -> list[_Passed]:
    """Every run long enough to say something, in order of time."""
    found = []
    for chain in chains:
        for run in chain.runs:
            if run.high_m - run.low_m < _LEAST_M:
                continue
            passage = arriving(chain, run)
            first, last = np.ceil(passage.a[0] / _EACH_M), np.floor(passage.b[-1] / _EACH_M)
            posts = np.arange(first, last + 1) * _EACH_M
            if len(posts):
                times = passage.on(posts, posts)[0][:, 0]
                found.append(_Passed(run.sign, int(first), times))
    return sorted(found, key=lambda p: float(p.times[0]))


def _pairs(ours: list[_Passed], theirs: list[_Passed]) -> Iterator[tuple[_Passed, _Passed]]:
    """Runs of one direction that could be one passage within the hours that a clock can err."""
    reach = _MOST_H * _HOUR + 600
    begins = np.array([p.times[0] for p in theirs])
    for one in ours:
        low = int(np.searchsorted(begins, one.times[0] - reach))
        high = int(np.searchsorted(begins, one.times[-1] + reach))
        yield from ((one, two) for two in theirs[low:high] if two.sign == one.sign)


def _median(values: Floats, weights: Floats) -> float:
    order = np.argsort(values)
    reach = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(reach, reach[-1] / 2)])


def _said(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    words = [f"{n} {unit}" for n, unit in ((hours, "h"), (minutes, "min"), (rest, "s")) if n]
    return " ".join(words) or "0 s"

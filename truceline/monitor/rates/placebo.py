"""Other dates: what the same comparison gives where no ceasefire began.

Ceasefires follow peaks, and what follows a peak is mostly lower. So the real date is set
beside dates before which the fighting had risen or fallen alike. Both are compared on
expected counts (the mean over all draws), with the same days on either side.
"""

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np

from truceline.monitor.check.windows import Floats, Ints
from truceline.monitor.rates.draws import DAY_US
from truceline.monitor.rates.fit import rounded

CALIPER = 1.25  # prior escalation may differ by this factor
_HALF = 0.5  # added to each count, so that a ratio of small counts stays finite


class Expected:
    """The expected number of reports before any instant: each report's share, spread evenly
    over its span.
    """

    def __init__(self, start: Ints, end: Ints, share: Floats) -> None:
        """``start``, ``end`` in microseconds, UTC; ``share`` in [0, 1], NaN counts nothing."""
        keep = share > 0
        start, end, share = start[keep], end[keep], share[keep]
        self._zero = int(start.min()) if len(start) else 0
        s, e = ((x - self._zero) / DAY_US for x in (start, end))
        span = e > s
        rate = share[span] / (e[span] - s[span])
        self._ramps = _ramps(np.concatenate([s[span], e[span]]), np.concatenate([rate, -rate]))
        order = np.argsort(s[~span], kind="stable")
        self._steps = s[~span][order], np.concatenate([[0.0], np.cumsum(share[~span][order])])

    def before(self, moment: Ints) -> Floats:
        """Expected reports before each instant (microseconds)."""
        t = (moment - self._zero) / DAY_US
        at, slope, offset = self._ramps
        k = np.searchsorted(at, t, side="left")
        at_step, sums = self._steps
        steps = sums[np.searchsorted(at_step, t, side="left")]
        return np.asarray(slope[k] * t - offset[k] + steps)

    def between(self, low: Ints, high: Ints) -> Floats:
        """Expected reports in ``[low, high)``."""
        return np.asarray(np.maximum(self.before(high) - self.before(low), 0.0))


def _ramps(at: Floats, slope: Floats) -> tuple[Floats, Floats, Floats]:
    order = np.argsort(at, kind="stable")
    at, slope = at[order], slope[order]
    zero = np.zeros(1)
    return (
        at,
        np.concatenate([zero, np.cumsum(slope)]),
        np.concatenate([zero, np.cumsum(slope * at)]),
    )


@dataclass(frozen=True)
class Placebo:
    """The matched dates and where the real one stands among them.

    ``escalation`` is the real date's: its last ``days`` against the ``days`` before them.
    ``moments`` (microseconds) and ``ratios`` are those of the matched dates, in order of
    time; ``real`` is the real date's ratio on the same terms. ``lower`` matched dates have a
    ratio of the real one or less. ``rank`` = (lower + 1) / (matched + 1). ``apart`` counts
    the matched dates that lie at least ``days`` from one another: neighbouring dates share
    most of their days, so they are fewer than they look.
    """

    days: float
    escalation: float
    caliper: float
    real: float
    candidates: int
    moments: tuple[int, ...]
    ratios: tuple[float, ...]
    lower: int
    apart: int

    @property
    def matched(self) -> int:
        """How many dates are alike before."""
        return len(self.ratios)

    @property
    def rank(self) -> float | None:
        """Small where few other dates saw so low a ratio; None without matched dates."""
        return (self.lower + 1) / (self.matched + 1) if self.matched else None

    def quantile(self, q: float) -> float | None:
        """A quantile of the matched dates' ratios."""
        return float(np.quantile(self.ratios, q)) if self.ratios else None

    def to_json(self) -> dict[str, Any]:
        """As plain values; the dates as microseconds would help nobody, so ISO 8601 in UTC."""
        stamps = np.array(self.moments, dtype="datetime64[us]")
        return {
            "escalation": rounded(self.escalation),
            "caliper": self.caliper,
            "candidates": self.candidates,
            "matched": self.matched,
            "apart": self.apart,
            "real": rounded(self.real),
            "lower": self.lower,
            "rank": rounded(self.rank),
            "median": rounded(self.quantile(0.5)),
            "interval": [rounded(self.quantile(0.025)), rounded(self.quantile(0.975))],
            "dates": [f"{s}Z" for s in np.datetime_as_string(stamps, unit="m").tolist()],
            "ratios": [rounded(r) for r in self.ratios],
        }


def placebo(
    expected: Expected, real: int, length: int, covered: tuple[int, int], caliper: float = CALIPER
) -> Placebo:
    """Compare the real start (microseconds) with every other day at its hour.

    A date counts as a candidate where the data cover two lengths before it and one after,
    and where the real start lies in neither of its sides: at least one ``length`` away.
    """
    first, last = covered
    back = (real - first - 2 * length) // DAY_US
    ahead = (last - real - length) // DAY_US
    steps = np.arange(-back, ahead + 1, dtype=np.int64)
    moments = real + steps * DAY_US
    moments = moments[np.abs(moments - real) >= length]
    ratio, rise = _ratios(expected, moments, length)
    mine, my_rise = _ratios(expected, np.array([real], dtype=np.int64), length)
    alike = np.abs(np.log(rise) - np.log(my_rise[0])) <= np.log(caliper)
    ratios, found = ratio[alike], moments[alike]
    apart, last_one = 0, None
    for moment in found.tolist():
        if last_one is None or moment - last_one >= length:
            apart, last_one = apart + 1, moment
    return Placebo(
        length / DAY_US,
        float(my_rise[0]),
        caliper,
        float(mine[0]),
        len(moments),
        tuple(found.tolist()),
        tuple(ratios.tolist()),
        int((ratios <= mine[0]).sum()),
        apart,
    )


def _ratios(expected: Expected, moments: Ints, length: int) -> tuple[Floats, Floats]:
    """After over before, and the last stretch over the one before it, at each moment."""
    at = [expected.before(moments + k * length) for k in (-2, -1, 0, 1)]
    long_ago, before, after = (np.maximum(b - a, 0.0) + _HALF for a, b in itertools.pairwise(at))
    return after / before, before / long_ago

"""When: how well two spans agree, as a density per day.

A report's time is where the truth may lie, as a mixture of even stretches: a dated report's
own span, or with ``wrong_day`` the same a day before or after; a clock time within
``clock_near_h`` of the truth or else within ``clock_far_h``, or a day off. The agreement of
two reports is the integral of the product of both: 0.88 per day for the same day, 0.06 for
the next, about 3 for clock times a few minutes apart. Both being a day off is left out.
"""

from dataclasses import dataclass

import numpy as np

from truceline.monitor.link.reports import DAY, Bools, Floats, Ints, Reports
from truceline.monitor.link.weights import HOUR, Weights

DATED_H = 1.0  # a span shorter than this is a clock time
GAP_H = 24.0  # days that are not next to each other are further apart than this
GAP_CLOCK_H = 36.0  # the same for two clock times
_OFF_H = 6.0  # a clock time that is a day off is a day off to within this


def near_in_time(reports: Reports, i: Ints, j: Ints) -> Bools:
    """Whether the days of two reports can be the same, or next to each other."""
    apart = np.maximum(reports.start[i], reports.start[j])
    apart = apart - np.minimum(reports.end[i], reports.end[j])
    clock = DATED_H * HOUR
    both = (reports.end[i] - reports.start[i] < clock) & (reports.end[j] - reports.start[j] < clock)
    found: Bools = apart < np.where(both, GAP_CLOCK_H, GAP_H) * HOUR
    return found


@dataclass(frozen=True)
class Spread:
    """Where the truth may lie, for each report: (weight, low, high) stretches, in seconds.
    The first two are the report's own days, the last two a day off.
    """

    weight: Floats
    low: Floats
    high: Floats

    @classmethod
    def of(cls, reports: Reports, weights: Weights) -> "Spread":
        """Of all reports."""
        start, end = reports.start, reports.end
        clock = (end - start) < DATED_H * HOUR
        middle = (start + end) / 2
        near, far, off = (h * HOUR for h in (weights.clock_near_h, weights.clock_far_h, _OFF_H))
        right, wrong = 1 - weights.wrong_day, weights.wrong_day / 2
        shares = (
            (right * weights.clock_near, right),
            (right * (1 - weights.clock_near), 0.0),
            (wrong, wrong),
            (wrong, wrong),
        )
        reaches = ((near, 0.0), (far, 0.0), (off, -DAY), (off, DAY))
        weight = np.stack([np.where(clock, c, d) for c, d in shares], axis=1)
        shift = np.array([s for _, s in reaches])
        half = np.array([r for r, _ in reaches])
        low = np.where(clock[:, None], middle[:, None] - half, start[:, None]) + shift
        high = np.where(clock[:, None], middle[:, None] + half, end[:, None]) + shift
        return cls(weight, low, high)

    def agreement(self, i: Ints, j: Ints) -> Floats:
        """The density per day at which two reports agree; 0 where they cannot."""
        found = np.zeros(len(i))
        ours, theirs = (
            [np.ascontiguousarray(c[rows].T) for c in (self.weight, self.low, self.high)]
            for rows in (i, j)
        )
        for a in range(4):
            for b in range(4 if a < 2 else 2):
                share = ours[0][a] * theirs[0][b]
                low_a, high_a = ours[1][a], ours[2][a]
                low_b, high_b = theirs[1][b], theirs[2][b]
                both = np.minimum(high_a, high_b) - np.maximum(low_a, low_b)
                length = (high_a - low_a) * (high_b - low_b)
                found += share * np.maximum(both, 0) / length
        return found * DAY

    def most(self, rows: Ints) -> Floats:
        """The most that any other report could agree with each of these, per day."""
        weight, length = self.weight[rows], self.high[rows] - self.low[rows]
        found: Floats = (weight / length).sum(axis=1) * DAY
        return found

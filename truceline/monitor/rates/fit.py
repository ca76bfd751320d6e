"""Before against after: one rate ratio from counts that were drawn many times.

The counts are an array (draws, cells): each draw is one full data set, each cell one local
day on one side. Two models, one switch (``SMALL``); docs/method-rates.md gives formulas and
sources.

* negative binomial: log mean = side + log exposure, variance mu + alpha mu^2, alpha by the
  method of moments with degrees of freedom counted (Breslow 1984); each draw fitted, the
  draws pooled by Rubin's rules (1987) with the degrees of freedom of Barnard and Rubin (1999);
* exact: the binomial that is left when the sum is given (Przyborowski and Wilenski 1940),
  its Clopper-Pearson tails averaged over the draws, the counts divided by the overdispersion
  where days vary more than Poisson days would (Korn and Graubard 1998).

Whole arrays of draws are fitted at once; a test holds the answers against statsmodels.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import betainc, stdtrit

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

LEVEL = 0.95
SMALL = 10.0  # a side with fewer effective reports than this: the exact model
_SLIVER = 0.25  # a cell of less than this share of a day tells nothing of the dispersion
_WIDEST = 1e6  # ratios are looked for between 1 / this and this
_MOST_ALPHA = 1e4
_MOST_ALIKE = 0.8  # days more alike than this are too few to say how alike


@dataclass(frozen=True, slots=True)
class Compared:
    """One measure on both sides. Counts are sums over a side, the mean over draws with the
    middle 95 % of draws; ``ratio`` is after over before, per day. None: no bound, or no answer.

    ``dispersion`` is alpha of the negative binomial, or for the exact model the factor by
    which the variance is that of a Poisson count. ``lag1`` is the correlation of one day's
    residual with the next. ``from_draws`` is the share of the variance that place and time
    make (the fraction of missing information).
    """

    before: float
    before_low: float
    before_high: float
    after: float
    after_low: float
    after_high: float
    ratio: float | None
    low: float | None
    high: float | None
    model: Literal["negative-binomial", "exact", "none"]
    dispersion: float
    lag1: float
    from_draws: float

    def to_json(self) -> dict[str, Any]:
        """As plain values, rounded to six significant digits."""
        return {
            "before": rounded(self.before),
            "before_interval": [rounded(self.before_low), rounded(self.before_high)],
            "after": rounded(self.after),
            "after_interval": [rounded(self.after_low), rounded(self.after_high)],
            "ratio": rounded(self.ratio),
            "interval": [rounded(self.low), rounded(self.high)],
            "level": LEVEL,
            "model": self.model,
            "dispersion": rounded(self.dispersion),
            "lag1": rounded(self.lag1),
            "from_draws": rounded(self.from_draws),
        }


def rounded(value: float | None) -> float | None:
    """Six significant digits; None where there is no finite number."""
    if value is None or not np.isfinite(value):
        return None
    return float(f"{value:.6g}")


def compare(counts: Floats, exposure: Floats, after: Bools) -> Compared:
    """The rate after over the rate before.

    ``counts`` and ``exposure`` (days) are (draws, cells); ``after`` says of each cell on
    which side it lies. Cells of one side stand in the order of time. A cell without
    exposure holds no counts.
    """
    side = np.stack([~after, after]).astype(np.float64)
    total, days = counts @ side.T, exposure @ side.T
    middle = np.quantile(total, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    mean = total.mean(axis=0)

    def answer(
        model: Literal["negative-binomial", "exact", "none"],
        ratio: float | None = None,
        bounds: tuple[float | None, float | None] = (None, None),
        extra: tuple[float, float, float] = (1.0, 0.0, 0.0),
    ) -> Compared:
        sides = [(float(mean[k]), float(middle[0, k]), float(middle[1, k])) for k in (0, 1)]
        return Compared(*sides[0], *sides[1], ratio, *bounds, model, *extra)

    if not total.any() or not days.all():
        return answer("none")
    wide = exposure >= _SLIVER * exposure.max(axis=1, keepdims=True)
    lag1, serial = _serial(counts, exposure, side, wide)
    chi, free = _poisson_spread(counts, exposure, side, wide)
    factor = max(float((chi / free).mean()), 1.0) * serial
    if (mean / factor).min() < SMALL or not total.all():
        found = _exact(total / factor, days)
        sides = mean / days.mean(axis=0)
        ratio = float(sides[1] / sides[0]) if sides[0] > 0 else None
        return answer("exact", ratio, found, (factor, lag1, _shared(total, days, factor)))
    alpha = _alpha(counts, exposure, side, wide)
    rate = _rates(counts, exposure, side, alpha)
    mu = exposure * (rate @ side)
    weight = mu / (1 + alpha[:, None] * mu)
    variance = (1 / (weight @ side.T)).sum(axis=1) * serial
    log_ratio = np.log(rate[:, 1] / rate[:, 0])
    cells = float((exposure > 0).sum(axis=1).mean())
    middle_log, half, share = _pooled(log_ratio, variance, cells - 2)
    with np.errstate(over="ignore"):
        ends = tuple(float(np.exp(middle_log + s * half)) for s in (-1, 1))
    return answer(
        "negative-binomial",
        float(np.exp(middle_log)),
        (ends[0], ends[1] if np.isfinite(ends[1]) else None),
        (float(alpha.mean()), lag1, share),
    )


def _rates(counts: Floats, exposure: Floats, side: Floats, alpha: Floats) -> Floats:
    """The rate of each side (draws, 2) that solves the score equation for a given alpha."""
    rate = (counts @ side.T) / (exposure @ side.T)
    for _ in range(6):  # exposures are nearly equal: the first step is nearly the last
        weight = 1 / (1 + alpha[:, None] * exposure * (rate @ side))
        rate = ((counts * weight) @ side.T) / ((exposure * weight) @ side.T)
    return rate


def _alpha(counts: Floats, exposure: Floats, side: Floats, wide: Bools) -> Floats:
    """Alpha of each draw: Pearson's statistic equals its degrees of freedom; 0 at least."""
    free = np.maximum(wide.sum(axis=1) - 2, 1)

    def spread(alpha: Floats) -> Floats:
        mu = exposure * (_rates(counts, exposure, side, alpha) @ side)
        term = np.where(
            wide & (mu > 0),
            (counts - mu) ** 2 / np.where(mu > 0, mu * (1 + alpha[:, None] * mu), 1.0),
            0.0,
        )
        found: Floats = term.sum(axis=1)
        return found

    low = np.full(len(counts), -12.0)
    high = np.full(len(counts), np.log(_MOST_ALPHA))
    for _ in range(24):
        middle = (low + high) / 2
        more = spread(np.exp(middle)) > free
        low, high = np.where(more, middle, low), np.where(more, high, middle)
    return np.where(spread(np.zeros(len(counts))) > free, np.exp((low + high) / 2), 0.0)


def _poisson_spread(
    counts: Floats, exposure: Floats, side: Floats, wide: Bools
) -> tuple[Floats, Floats]:
    """Pearson's statistic of the Poisson model for each draw, and its degrees of freedom.

    A side without any count says nothing of the spread and is left out of both.
    """
    total = counts @ side.T
    mu = exposure * ((total / (exposure @ side.T)) @ side)
    used = wide & (mu > 0)
    chi = np.where(used, (counts - mu) ** 2 / np.where(mu > 0, mu, 1.0), 0.0).sum(axis=1)
    free = used.sum(axis=1) - (total > 0).sum(axis=1)
    return chi, np.maximum(free, 1).astype(np.float64)


def _serial(counts: Floats, exposure: Floats, side: Floats, wide: Bools) -> tuple[float, float]:
    """How alike successive days are, and by how much that widens the variance of a mean.

    The correlation r at a lag of one day, over both sides, freed of its small-sample bias
    (Kendall 1954); (1 + r) / (1 - r) for days that depend on the day before (Bayley and
    Hammersley 1946). Days that repel each other narrow nothing.
    """
    mu = exposure * (((counts @ side.T) / (exposure @ side.T)) @ side)
    rest = np.where(wide & (mu > 0), (counts - mu) / np.sqrt(np.where(mu > 0, mu, 1.0)), 0.0)
    pairs = (side[:, 1:] * side[:, :-1]).sum(axis=0)
    squares = (rest**2).sum(axis=1)
    near = (rest[:, 1:] * rest[:, :-1] * pairs).sum(axis=1)
    r = float(np.where(squares > 0, near / np.where(squares > 0, squares, 1.0), 0.0).mean())
    n = float(wide.sum(axis=1).mean()) / 2
    if n < 8:
        return r, 1.0
    r = min((n * r + 1) / (n - 3), _MOST_ALIKE)
    return r, (1 + r) / (1 - r) if r > 0 else 1.0


def _pooled(estimate: Floats, variance: Floats, complete: float) -> tuple[float, float, float]:
    """Rubin's rules: mean, half width of the interval, fraction of missing information.

    ``complete`` are the degrees of freedom that one full data set has.
    """
    m = len(estimate)
    within = float(variance.mean())
    between = float(estimate.var(ddof=1)) * (1 + 1 / m) if m > 1 else 0.0
    total = within + between
    share = between / total
    complete = max(complete, 1.0)
    observed = (complete + 1) / (complete + 3) * complete * (1 - share)
    free = 1 / (share**2 / max(m - 1, 1) + 1 / max(observed, 1e-9))
    half = float(stdtrit(max(free, 1.0), (1 + LEVEL) / 2) * np.sqrt(total))  # Student's t
    return float(estimate.mean()), half, share


def _exact(total: Floats, days: Floats) -> tuple[float | None, float | None]:
    """Clopper-Pearson bounds of the ratio, their tails averaged over the draws."""
    before, after = total[:, 0], total[:, 1]

    def chance(log_ratio: float) -> Floats:
        after_days = np.exp(log_ratio) * days[:, 1]
        found: Floats = after_days / (after_days + days[:, 0])
        return found

    def at_least(log_ratio: float) -> float:  # as many after as there were, or more
        some = after > 0
        x = betainc(np.where(some, after, 1.0), before + 1, chance(log_ratio))
        return float(np.where(some, x, 1.0).mean()) - (1 - LEVEL) / 2

    def at_most(log_ratio: float) -> float:  # as many after as there were, or fewer
        some = before > 0
        x = 1 - betainc(after + 1, np.where(some, before, 1.0), chance(log_ratio))
        return float(np.where(some, x, 1.0).mean()) - (1 - LEVEL) / 2

    return _root(at_least, 0.0), _root(at_most, None)


def _root(tail: Callable[[float], float], never: float | None) -> float | None:
    end = float(np.log(_WIDEST))
    if tail(-end) * tail(end) > 0:
        return never
    return float(np.exp(brentq(tail, -end, end, xtol=1e-10)))


def _shared(total: Floats, days: Floats, factor: float) -> float:
    """The share of the variance of the log ratio that the draws make (delta method)."""
    some = total + 0.5
    log_ratio = np.log(some[:, 1] / days[:, 1]) - np.log(some[:, 0] / days[:, 0])
    within = float((1 / some).sum(axis=1).mean()) * factor
    between = float(log_ratio.var(ddof=1)) if len(log_ratio) > 1 else 0.0
    return between / (within + between)

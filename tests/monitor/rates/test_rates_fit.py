import numpy as np
import pytest
import statsmodels.api as sm
from scipy.stats import binomtest

from truceline.monitor.rates.fit import compare

DAYS = 30
AFTER = np.arange(2 * DAYS) >= DAYS


def days(rng: np.random.Generator, before: float, after: float, alpha: float) -> np.ndarray:
    mean = np.where(AFTER, after, before)
    if alpha:
        mean = mean * rng.gamma(1 / alpha, alpha, len(mean))
    return rng.poisson(mean).astype(float)[None, :]


def covers(found: object, ratio: float) -> bool:
    low, high = found.low, found.high
    return (low is None or low <= ratio) and (high is None or ratio <= high)


def test_one_draw_of_the_negative_binomial_agrees_with_statsmodels() -> None:
    counts = days(np.random.default_rng(3), 8, 5, 0.5)
    exposure = np.ones_like(counts)
    exposure[0, [0, 29, 30, 59]] = 0.5
    found = compare(counts, exposure, AFTER)
    assert found.model == "negative-binomial"
    design = np.column_stack([np.ones(2 * DAYS), AFTER])
    family = sm.families.NegativeBinomial(alpha=found.dispersion)
    fit = sm.GLM(counts[0], design, family=family, exposure=exposure[0]).fit(scale=1)
    assert np.exp(fit.params[1]) == pytest.approx(found.ratio, rel=1e-6)
    # Alpha makes Pearson's statistic equal its degrees of freedom.
    assert fit.pearson_chi2 == pytest.approx(2 * DAYS - 2, rel=1e-4)
    # One draw has no variance between draws; Student's t and serial days only widen it.
    wald = 1.96 * fit.bse[1]
    assert wald < np.log(found.high / found.ratio) < 1.35 * wald


def test_exact_bounds_are_those_of_the_binomial_test() -> None:
    counts = np.zeros((1, 2 * DAYS))
    counts[0, [1, 5, 9, 13, 17, 21, 25]] = 1  # seven before, two after, evenly strewn
    counts[0, [35, 50]] = 1
    found = compare(counts, np.ones_like(counts), AFTER)
    assert found.model == "exact"
    assert found.dispersion == pytest.approx(1)
    interval = binomtest(2, 9).proportion_ci(0.95, "exact")
    assert found.low == pytest.approx(interval.low / (1 - interval.low), rel=1e-6)
    assert found.high == pytest.approx(interval.high / (1 - interval.high), rel=1e-6)


@pytest.mark.parametrize(("mean", "alpha"), [(4.0, 0.0), (4.0, 0.6), (0.3, 0.0), (2.0, 2.0)])
def test_a_null_is_covered_about_95_times_in_100(mean: float, alpha: float) -> None:
    rng = np.random.default_rng(11)
    runs = 250
    hits = sum(
        covers(compare(days(rng, mean, mean, alpha), np.ones((1, 2 * DAYS)), AFTER), 1.0)
        for _ in range(runs)
    )
    assert hits / runs >= 0.915  # 0.95 less two and a half standard errors
    if mean >= 4:
        assert hits / runs <= 0.985  # an exact interval of few reports covers more


def test_a_planted_drop_is_recovered() -> None:
    rng = np.random.default_rng(5)
    found = [compare(days(rng, 10, 3, 0.4), np.ones((1, 2 * DAYS)), AFTER) for _ in range(150)]
    ratios = np.array([f.ratio for f in found])
    assert np.exp(np.log(ratios).mean()) == pytest.approx(0.3, rel=0.06)
    assert sum(covers(f, 0.3) for f in found) >= 0.9 * len(found)
    assert sum(f.high is not None and f.high < 1 for f in found) >= 0.95 * len(found)


def test_uncertainty_between_draws_widens_the_interval() -> None:
    rng = np.random.default_rng(2)
    one = days(rng, 6, 4, 0.3)
    same = np.repeat(one, 50, axis=0)
    moved = np.vstack([days(rng, 6, 4, 0.3) for _ in range(50)])
    still, shaken = (compare(c, np.ones_like(c), AFTER) for c in (same, moved))
    assert still.from_draws == pytest.approx(0, abs=1e-9)
    assert shaken.from_draws > 0.2
    assert shaken.high / shaken.low > 1.1 * still.high / still.low


def test_nothing_after_gives_an_upper_bound_only() -> None:
    counts = np.zeros((1, 2 * DAYS))
    counts[0, 1:30:3] = 1
    found = compare(counts, np.ones_like(counts), AFTER)
    assert (found.ratio, found.low) == (0, 0)
    assert 0 < found.high < 1


def test_nothing_before_gives_no_upper_bound_and_nothing_at_all_no_ratio() -> None:
    counts = np.zeros((1, 2 * DAYS))
    assert compare(counts, np.ones_like(counts), AFTER).model == "none"
    counts[0, 31:60:3] = 1
    found = compare(counts, np.ones_like(counts), AFTER)
    assert found.ratio is None
    assert found.high is None
    assert found.low > 1


def test_days_that_follow_one_another_widen_the_interval() -> None:
    rng = np.random.default_rng(8)
    hits, narrow = 0, 0
    for _ in range(120):
        slow = np.zeros(2 * DAYS)
        for k in range(1, len(slow)):
            slow[k] = 0.6 * slow[k - 1] + rng.normal(0, 0.5)
        counts = rng.poisson(5 * np.exp(slow))[None, :].astype(float)
        mixed = rng.permuted(counts[:, ~AFTER], axis=1), rng.permuted(counts[:, AFTER], axis=1)
        found = compare(counts, np.ones_like(counts), AFTER)
        plain = compare(np.hstack(mixed), np.ones_like(counts), AFTER)
        hits += covers(found, 1.0)
        narrow += covers(plain, 1.0)
    assert hits > narrow  # the same counts with their order lost cover less
    assert hits / 120 > 0.87

import numpy as np
import pytest

from truceline.monitor.rates.draws import DAY_US
from truceline.monitor.rates.placebo import Expected, placebo
from truceline.monitor.rates.warnings import change_point

MONTH = 30 * DAY_US


def whole_days(counts: np.ndarray) -> Expected:
    start = np.repeat(np.arange(len(counts), dtype=np.int64) * DAY_US, counts)
    return Expected(start, start + DAY_US, np.ones(len(start)))


def test_expected_reports_are_spread_over_their_spans() -> None:
    start = np.array([0, 10, 5, 7], dtype=np.int64) * DAY_US
    end = np.array([10, 11, 5, 9], dtype=np.int64) * DAY_US
    expected = Expected(start, end, np.array([1.0, 0.5, 1.0, np.nan]))
    at = np.array([0, 5, 6, 10, 20], dtype=np.int64) * DAY_US
    assert expected.before(at).tolist() == pytest.approx([0, 0.5, 1.6, 2.0, 2.5])


def test_ranks_are_uniform_where_nothing_happens() -> None:
    ranks = []
    for seed in range(150):
        rng = np.random.default_rng(seed)
        level = np.exp(np.cumsum(rng.normal(0, 0.05, 900)))
        counts = rng.poisson(5 * level / level.mean())
        real = int(rng.integers(100, 800)) * DAY_US
        found = placebo(whole_days(counts), real, MONTH, (0, 900 * DAY_US))
        if found.matched >= 20:
            ranks.append(found.rank)
    assert len(ranks) > 100
    gap = np.abs(np.sort(ranks) - (np.arange(len(ranks)) + 0.5) / len(ranks)).max()
    assert gap < 1.63 / np.sqrt(len(ranks))  # Kolmogorov's test at one in a hundred


def test_a_fall_after_a_peak_is_matched_by_other_peaks() -> None:
    counts = np.full(1200, 4)
    for peak in (200, 500, 800, 1000):  # each month of fighting is followed by calm
        counts[peak - 30 : peak] = 12
    found = placebo(whole_days(counts), 500 * DAY_US, MONTH, (0, 1200 * DAY_US))
    assert found.real < 0.4
    assert found.quantile(0.5) < 0.75  # other peaks fall too
    assert found.rank > 0.05


def test_a_fall_without_its_like_stands_apart() -> None:
    rng = np.random.default_rng(1)
    counts = rng.poisson(6, 1000)
    counts[600:700] = 0
    found = placebo(whole_days(counts), 600 * DAY_US, MONTH, (0, 1000 * DAY_US))
    assert found.lower == 0
    assert found.rank == pytest.approx(1 / (found.matched + 1))
    assert found.apart < found.matched
    # No matched date has the real one inside its windows.
    assert min(abs(m - 600 * DAY_US) for m in found.moments) >= MONTH


def test_a_date_that_the_data_do_not_cover_has_no_equals() -> None:
    counts = np.full(50, 3)
    found = placebo(whole_days(counts), 25 * DAY_US, MONTH, (0, 50 * DAY_US))
    assert found.candidates == found.matched == 0
    assert found.rank is None


def test_pettitt_finds_a_break_and_none_where_there_is_none() -> None:
    rng = np.random.default_rng(4)
    broken = np.concatenate([rng.poisson(10, 30), rng.poisson(3, 30)]).astype(float)
    at, p = change_point(broken)
    assert abs(at - 30) <= 1
    assert p < 0.001
    steady = [change_point(rng.poisson(5, 60).astype(float))[1] < 0.05 for _ in range(200)]
    assert np.mean(steady) < 0.08

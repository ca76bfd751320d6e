"""p_time: the share of a span inside a window, against counting minutes."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from truceline.model.timeline import Edge
from truceline.monitor.check.windows import Window, micros

T0 = datetime(2020, 3, 1, tzinfo=UTC)
MINUTE = 60_000_000


def _at(minutes: int) -> datetime:
    return T0 + timedelta(minutes=minutes)


def _edge(lo: int, hi: int | None = None) -> Edge:
    return Edge(_at(lo), _at(lo if hi is None else hi))


def _share(window: Window, start: int, end: int) -> float:
    span = np.array([micros(_at(start))]), np.array([micros(_at(end))])
    return float(window.share(*span)[0])


def test_a_day_against_one_minute_past_midnight() -> None:
    window = Window.of([(_edge(1), _edge(10_000))])
    assert _share(window, 0, 1440) == pytest.approx(1439 / 1440)


def test_a_moment_is_in_or_out_and_the_edge_belongs_to_the_window() -> None:
    window = Window.of([(_edge(10), _edge(20))])
    assert [_share(window, m, m) for m in (9, 10, 19, 20)] == [0, 1, 1, 0]


def test_a_daily_pause() -> None:
    days = [(_edge(1440 * d + 540), _edge(1440 * d + 840)) for d in range(5)]
    window = Window.of(days)
    assert _share(window, 1440, 2880) == pytest.approx(5 / 24)
    assert _share(window, 600, 660) == 1
    assert _share(window, 480, 600) == pytest.approx(0.5)


def test_an_anchor_known_to_the_day_grows_over_the_day() -> None:
    window = Window.of([(_edge(0, 1440), _edge(9000))])
    assert _share(window, 720, 720) == pytest.approx(0.5)
    assert _share(window, 0, 1440) == pytest.approx(0.5)
    assert _share(window, 1440, 2880) == 1


spans = st.tuples(st.integers(-50, 400), st.integers(0, 300)).map(lambda s: (s[0], s[0] + s[1]))


@given(
    st.lists(st.integers(0, 300), min_size=2, max_size=8, unique=True).map(sorted),
    st.lists(spans, min_size=1, max_size=5),
)
def test_shares_are_those_of_counted_minutes(
    knots: list[int], reports: list[tuple[int, int]]
) -> None:
    pairs = list(zip(knots[::2], knots[1::2], strict=False))
    window = Window.of([(_edge(a), _edge(b)) for a, b in pairs])
    inside = {m for a, b in pairs for m in range(a, b)}
    for start, end in reports:
        minutes = range(start, end) if end > start else [start]
        expected = sum(m in inside for m in minutes) / len(minutes)
        assert _share(window, start, end) == pytest.approx(expected, abs=1e-9)


@given(st.integers(0, 200), st.integers(1, 200), st.lists(spans, min_size=1, max_size=5))
def test_fuzzy_edges_against_many_draws(
    lo: int, width: int, reports: list[tuple[int, int]]
) -> None:
    window = Window.of([(_edge(lo, lo + width), _edge(10_000))])
    draws = lo + width * (np.arange(2000) + 0.5) / 2000
    for start, end in reports:
        if end == start:
            expected = float(np.mean(draws <= start))
        else:
            expected = float(np.mean(np.clip(end - np.maximum(draws, start), 0, None)))
            expected /= end - start
        assert _share(window, start, end) == pytest.approx(expected, abs=0.002)

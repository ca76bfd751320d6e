"""Blocking misses nothing that could score: held against all pairs."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.monitor.link.worlds import report, table, world
from truceline.monitor.link.blocks import candidates
from truceline.monitor.link.density import Crowd
from truceline.monitor.link.grid import distance_km
from truceline.monitor.link.link import DEFAULT, link
from truceline.monitor.link.names import parties_of
from truceline.monitor.link.reports import LEAD, SUMMARY, reports_of
from truceline.monitor.link.score import Scorer
from truceline.monitor.link.times import near_in_time


def both_ways(events: pa.Table) -> tuple[set[tuple[int, int]], set[tuple[int, int]]]:
    """Pairs that score enough: of the blocks, and of all pairs that the rules allow."""
    r, _ = reports_of(events, DEFAULT)
    crowd = Crowd.of(r, DEFAULT)
    scorer = Scorer(r, crowd, DEFAULT, parties_of(None))
    blocked: list[tuple[int, int]] = []
    for i, j in candidates(r, crowd, scorer, DEFAULT):
        kept, _ = scorer.score(i, j)
        blocked += zip(i[kept].tolist(), j[kept].tolist(), strict=True)
    i, j = np.triu_indices(len(r), 1)
    lead = r.kind == LEAD
    ok = r.placed[i] & r.placed[j] & (r.kind[i] != SUMMARY) & (r.kind[j] != SUMMARY)
    ok &= ~crowd.heaped[i] & ~crowd.heaped[j] & ~(lead[i] & lead[j])
    ok &= (r.source.code[i] != r.source.code[j]) | (lead[i] != lead[j])
    i, j = i[ok], j[ok]
    near = near_in_time(r, i, j)
    i, j = i[near], j[near]
    touch = distance_km(r.lon[i], r.lat[i], r.lon[j], r.lat[j]) <= r.radius[i] + r.radius[j]
    i, j = i[touch], j[touch]
    kept, _ = scorer.score(i, j)
    every = set(zip(i[kept].tolist(), j[kept].tolist(), strict=True))
    assert len(blocked) == len(set(blocked)), "a pair was compared twice"
    return set(blocked), every


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 150), st.sampled_from([0.02, 0.4, 2.0]))
def test_no_pair_that_could_score_lies_outside_the_blocks(
    seed: int, size: int, spread: float
) -> None:
    blocked, every = both_ways(world(seed, size, spread_deg=spread))
    assert blocked == every


@pytest.mark.parametrize("lon", [179.995, -179.995])
@pytest.mark.parametrize("lat", [0.0, 65.0, 89.99, -90.0])
def test_the_antimeridian_and_the_poles_are_no_edges(lon: float, lat: float) -> None:
    events = table(report("a:1", lon=lon, lat=lat), report("b:1", lon=-lon, lat=lat))
    blocked, every = both_ways(events)
    assert blocked == every == {(0, 1)}
    assert link(events).counts["incidents"] == 1


def test_a_crowded_world_is_pruned_and_still_exact() -> None:
    blocked, every = both_ways(world(9, 700, spread_deg=0.05, days=1))
    assert blocked == every

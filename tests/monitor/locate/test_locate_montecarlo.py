"""Shares against independent draws; ``tools/montecarlo.py`` prints the worst of many more."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tools.montecarlo import KINDS, compare, random_case

WITHIN = 0.01


def check(seed, kind):
    rng = np.random.default_rng(seed)
    case = random_case(rng, kind)
    found, drawn = compare(case, rng, across=110)
    assert abs(found - drawn) < WITHIN, f"{found:.4f}, by draws {drawn:.4f}: {case}"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", [11, 12])
def test_fixed_cases(kind, seed):
    check(seed, kind)


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32), kind=st.sampled_from(KINDS))
def test_fresh_cases(seed, kind):
    check(seed, kind)

"""Reach: the quick look calls far only what the plain reckoning does."""

import numpy as np
import pytest

from truceline.monitor.locate.reach import Reach

METRES = 110_500.0


def plain(reach: Reach, lon, lat, radius, start, end) -> np.ndarray:
    """Box by box, each row with each."""
    kept = np.zeros(len(lon), dtype=bool)
    grown = np.fmax(radius, 0) / METRES
    for (west, south, east, north), margin, opens, closes in zip(
        reach.boxes, reach.margins, reach.opens, reach.closes, strict=True
    ):
        near = grown + (margin + 1) / METRES
        far = np.abs(lat - (south + north) / 2) - near > (north - south) / 2
        aside = np.abs(lon - (west + east) / 2)
        aside = np.minimum(aside, 360 - aside) - (east - west) / 2
        far |= aside * np.cos(np.radians(np.minimum(np.abs(lat) + near, 85))) > near
        kept |= ~far & (start < closes) & (end >= opens)
    return kept


@pytest.mark.parametrize("seed", range(12))
def test_covers_is_what_a_plain_reckoning_gives(seed: int) -> None:
    rng = np.random.default_rng(seed)
    count = int(rng.integers(1, 12))
    west, south = rng.uniform(-175, 170, count), rng.uniform(-79, 78, count)
    east = np.minimum(west + rng.exponential(3, count), 175)
    north = np.minimum(south + rng.exponential(2, count), 80)
    boxes = list(zip(*(a.tolist() for a in (west, south, east, north)), strict=True))
    reach = Reach(
        tuple(boxes),
        tuple(rng.choice([0.0, 3e3, 3e4, 2e5], count).tolist()),
        tuple(rng.integers(0, 50, count).tolist()),
        tuple(rng.integers(50, 100, count).tolist()),
        False,
    )
    near = np.array(boxes)[rng.integers(count, size=4_000)]
    lon = (near[:, 0] + rng.normal(0, 3, 4_000) + 180) % 360 - 180
    lat = np.clip(near[:, 1] + rng.normal(0, 2, 4_000), -90, 90)
    lon[::50], lat[::77] = np.nan, np.nan
    lon[:4], lat[:4] = [180, -180, 180, -180], [90, -90, 0, 0]
    radius = rng.choice([0, 100, 999, 1_000, 25_000, 30_000, 30_001, 2e5, np.nan], 4_000)
    start = rng.integers(0, 100, 4_000)
    end = start + rng.integers(0, 5, 4_000)
    found = reach.covers(lon, lat, radius, start, end)
    assert 0 < found.sum() < len(found)
    assert (found == plain(reach, lon, lat, radius, start, end)).all()

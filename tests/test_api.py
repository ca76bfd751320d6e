"""The Python interface on the tables that people have: Arrow, pandas, GeoPandas."""

from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pytest

import truceline as tl

TERMS = tl.agreement("idlib-2020")
ROWS: dict[str, list[Any]] = {
    "id": ["1", "2"],
    "start": ["2020-03-06T00:30", "2020-03-07"],
    "lon": [36.80591, 36.7],
    "lat": [35.86447, 35.8],
    "radius_m": [500, 0],
    "act": ["shelling", "air strike"],
    "actor": ["Military Forces of Turkey (SIMULATED)", None],
}
FRAME = pd.DataFrame(ROWS)
POINTS = gpd.GeoDataFrame(
    FRAME.drop(columns=["lon", "lat"]),
    geometry=gpd.points_from_xy(ROWS["lon"], ROWS["lat"]),
    crs=4326,
)
WANTED = tl.check(TERMS, pa.table(ROWS)).digest()


@pytest.mark.parametrize(
    "events",
    [
        FRAME,
        FRAME.set_index("id"),
        FRAME.assign(extra=1.5),
        POINTS,
        POINTS.to_crs(3857),
        POINTS.to_crs(32637).rename_geometry("where"),
        [pa.table(ROWS).slice(0, 1), FRAME[1:]],
    ],
)
def test_the_same_reports_give_the_same_findings_from_any_table(events: Any) -> None:
    assert tl.check(TERMS, events).digest() == WANTED


@pytest.mark.parametrize("events", [FRAME[:0], POINTS[:0], pd.DataFrame(), pa.table(ROWS)[:0], []])
def test_no_reports_are_no_findings_and_no_error(events: Any) -> None:
    assert len(tl.check(TERMS, events)) == 0


@pytest.mark.parametrize("events", ["reports.csv", None, {"id": ["1"]}, [{"id": "1"}]])
def test_what_is_no_table_is_refused_with_a_word_on_what_to_give(events: Any) -> None:
    with pytest.raises(TypeError, match="events are an Arrow table"):
        tl.check(TERMS, events)


def test_areas_and_too_few_threads_are_refused() -> None:
    areas = POINTS.to_crs(3857)
    with pytest.raises(ValueError, match="must be points"):
        tl.check(TERMS, areas.set_geometry(areas.buffer(100.0)))
    with pytest.raises(ValueError, match="threads is -1"):
        tl.check(TERMS, FRAME, threads=-1)

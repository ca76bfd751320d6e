import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import shapely

from truceline.model.batch import Context
from truceline.model.event import EVENT_SCHEMA
from truceline.model.unit import Unit, Units
from truceline.monitor.locate.locate import Regions
from truceline.monitor.rates.draws import places
from truceline.pipeline.check import parse_file
from truceline.pipeline.rates import rates, rates_text
from truceline.pipeline.terms import Terms, load

AGREEMENT = """\
agreement: sim-rates
title: SIMULATED agreement for the tests of rates
simulated: true
timezone: Asia/Damascus
anchors:
  cessation-start: {start}
zones:
  square:
    polygon: [[36.0, 33.0], [36.4, 33.0], [36.4, 33.4], [36.0, 33.4]]
    accuracy: {accuracy}
  other:
    polygon: [[37.0, 33.0], [37.4, 33.0], [37.4, 33.4], [37.0, 33.4]]
provisions:
  - id: stop
    prohibits: all military actions
    zone: square
    from: cessation-start
{more}
"""
START = datetime(2018, 6, 1, tzinfo=UTC)


@pytest.fixture
def agreed(tmp_path: Path):
    def make(start='{at: "2018-06-01T12:00"}', accuracy="0 m", more="") -> Terms:
        text = AGREEMENT.format(start=start, accuracy=accuracy, more=more)
        path = tmp_path / "agreement.yaml"
        path.write_text(text, encoding="utf-8")
        return load(str(path))

    return make


def table(rows: list[dict[str, object]]) -> pa.Table:
    blank = {
        "source": "sim",
        "kind": "event",
        "radius_m": 0.0,
        "region": "point",
        "unit": "",
        "deaths_low": 1,
        "deaths_best": 2,
        "deaths_high": 3,
        "actor": ["A (SIMULATED)"],
        "target": [],
    }
    filled = [{"event_id": f"SIM-{k}", **blank, **row} for k, row in enumerate(rows)]
    return pa.Table.from_pylist(filled, schema=EVENT_SCHEMA)


def days_of(rng, first: int, last: int, mean: float, lon: float, lat: float, **more: object):
    for day in range(first, last):
        for _ in range(rng.poisson(mean)):
            start = START + timedelta(days=day) - timedelta(hours=3)
            yield {"start": start, "end": start + timedelta(days=1), "lon": lon, "lat": lat, **more}


def planted(mean_after: float = 1.5) -> pa.Table:
    rng = np.random.default_rng(9)
    inside = {"lon": 36.2, "lat": 33.2}
    return table(
        [
            *days_of(rng, -300, 0, 6, **inside),
            *days_of(rng, 0, 200, mean_after, **inside),
            *days_of(rng, -300, 200, 5, lon=38.0, lat=35.0),
        ]
    )


def kinds(rate: object) -> set[str]:
    return {w.kind for w in rate.warnings}


def test_a_planted_drop_is_found_in_its_zone_alone(agreed) -> None:
    report = rates(agreed(), [planted()])
    zone = {r.zone: r for r in report.rates}
    events = zone["square"].measures["events"]
    assert events.low < 0.25 < events.high < 0.6
    assert zone["square"].provisions == ("stop",)
    assert zone["square"].placebo.lower == 0
    assert "reporting-changed" not in kinds(zone["square"])
    assert zone["other"].measures["events"].model == "none"
    assert zone["other"].anchor == "cessation-start"
    best = zone["square"].measures["deaths_best"]
    assert best.before == 2 * events.before


def test_row_order_batches_and_draws_of_the_seed(agreed) -> None:
    terms, events = agreed(accuracy="3 km"), planted()
    mixed = events.take(pa.array(np.random.default_rng(0).permutation(events.num_rows)))
    one = rates(terms, [events], draws=20).to_json()
    two = rates(terms, [mixed.slice(0, 700), mixed.slice(700)], draws=20).to_json()
    assert one == two
    assert one != rates(terms, [events], draws=20, seed=2).to_json()


def test_sources_are_never_added(agreed) -> None:
    events = planted()
    other = events.set_column(
        events.schema.get_field_index("source"), "source", pa.repeat("sim-b", events.num_rows)
    )
    alone = rates(agreed(), [events], draws=20).rates[0]
    report = rates(agreed(), [events, other], draws=20)
    both = {r.source: r for r in report.rates if r.zone == "square"}
    assert set(both) == {"sim", "sim-b"}
    assert both["sim"].measures["events"] == alone.measures["events"]


def test_an_edge_error_shared_by_all_reports_widens_the_interval(agreed) -> None:
    rng = np.random.default_rng(3)
    east = 36.4  # the edge: one spot a little inside before, one a little outside after
    rows = [
        *days_of(rng, -60, 0, 4, east - 0.003, 33.2),
        *days_of(rng, 0, 60, 4, east + 0.003, 33.2),
        *days_of(rng, -60, 60, 2, 36.2, 33.2),
    ]
    exact = rates(agreed(), [table(rows)]).rates[0].measures["events"]
    shared = rates(agreed(accuracy="2 km"), [table(rows)]).rates[0].measures["events"]
    assert exact.from_draws < 0.05
    assert shared.from_draws > 0.3
    assert shared.high / shared.low > 1.5 * exact.high / exact.low
    # The error is one for all: in each draw a spot is inside as a whole or not at all.
    assert shared.before_high - shared.before_low > 80


def test_both_readings_of_the_start_are_kept(agreed) -> None:
    start = '{readings: [{at: "2018-06-01T00:00"}, {at: "2018-06-05T00:00", because: an order because of which}]}'
    report = rates(agreed(start=start), [planted()], draws=20)
    square = [r for r in report.rates if r.zone == "square"]
    assert [r.start for r in square] == ["2018-06-01T00:00:00+03:00", "2018-06-05T00:00:00+03:00"]
    assert all(len(r.readings) == 1 for r in square)


def test_a_start_known_to_the_day_is_drawn_from_it(agreed) -> None:
    rate = rates(agreed(start="{at: 2018-06-01}"), [planted()], draws=50).rates[0]
    assert rate.start != rate.start_latest
    assert "start-unknown" in kinds(rate)
    assert rate.measures["events"].before_low < rate.measures["events"].before_high


def test_the_end_of_a_ban_bounds_both_windows(agreed) -> None:
    rate = rates(agreed(more="    for: P10D"), [planted()], draws=20).rates[0]
    assert rate.days == 10
    assert "short-window" in kinds(rate)
    assert rate.measures["events"].before == pytest.approx(60, abs=20)


def test_a_daily_ban_compares_its_hours_alone(agreed) -> None:
    terms = agreed(more='    daily: {from: "09:00", until: "14:00"}')
    rng = np.random.default_rng(6)
    rows = []
    for day in range(-40, 40):
        for hour, mean in ((10, 6 if day < 0 else 1), (20, 6)):
            for _ in range(rng.poisson(mean)):
                at = START + timedelta(days=day, hours=hour - 3)
                rows.append({"start": at, "end": at, "lon": 36.2, "lat": 33.2})
    rate = rates(terms, [table(rows)], draws=20).rates[0]
    assert rate.measures["events"].ratio == pytest.approx(1 / 6, rel=0.5)
    # Reports that give a day alone could be of any hour: the reader is told.
    vague = rates(terms, [planted()], draws=20).rates[0]
    assert "vague-reports" in kinds(vague)
    assert vague.measures["events"].before == pytest.approx(180 * 5 / 24, rel=0.3)


def test_warnings_name_what_is_missing(agreed) -> None:
    rng = np.random.default_rng(2)
    inside = {"lon": 36.2, "lat": 33.2}
    rows = [
        *days_of(rng, -20, 0, 4, **inside, deaths_low=None, deaths_best=None, deaths_high=None),
        *days_of(rng, -20, 0, 1, lon=None, lat=None, region="nowhere"),
        *days_of(rng, -20, 0, 1, **inside, kind="summary"),
    ]
    report = rates(agreed(), [table(rows)], draws=20)
    rate = report.rates[0]
    assert {
        "not-covered",
        "zero-counts",
        "unplaced-reports",
        "summaries",
        "few-other-dates",
        "deaths-missing",
    } <= kinds(rate)
    assert set(rate.measures) == {"events"}  # no report gives deaths: nothing to compare
    assert report.left_out["summaries"] > 0
    assert rate.measures["events"].ratio == 0


def test_reporting_that_changes_everywhere_is_told(agreed) -> None:
    rng = np.random.default_rng(2)
    rows = [
        *days_of(rng, -60, 0, 6, 36.2, 33.2),
        *days_of(rng, 0, 60, 2, 36.2, 33.2),
        *days_of(rng, -60, 0, 9, 38.0, 35.0),
        *days_of(rng, 0, 60, 3, 38.0, 35.0),
    ]
    rate = rates(agreed(), [table(rows)], draws=20).rates[0]
    assert "reporting-changed" in kinds(rate)
    assert rate.outside.high < 0.6


def test_vague_reports_are_told(agreed) -> None:
    rng = np.random.default_rng(2)
    far = {"region": "disc", "radius_m": 40_000.0}
    rows = list(days_of(rng, -60, 60, 6, 36.3, 33.3, **far))
    rate = rates(agreed(), [table(rows)], draws=50).rates[0]
    assert rate.vague > 0.9
    assert "vague-reports" in kinds(rate)
    assert rate.measures["events"].before_low < rate.measures["events"].before_high


def test_no_events_at_all(agreed) -> None:
    report = rates(agreed(), [])
    assert report.rates == ()
    assert "reports compared: none" in rates_text(report)


def test_nothing_says_why(agreed, shared_data: Path) -> None:
    start = (
        '{readings: [{at: "2018-06-01T00:00", because: because of this}, {at: "2018-06-02T00:00"}]}'
    )
    reports = [rates(agreed(start=start, accuracy="3 km"), [planted()], draws=20)]
    for name in ("syria-cessation-2016",):
        terms = load(name)
        path = shared_data / "ucdp" / "ged_syria_2016-2019.csv"
        batches = parse_file(path, "ucdp", "", Context(terms.agreement.timezone))
        reports.append(rates(terms, [b.events for b in batches], draws=10))
    for report in reports:
        for text in (rates_text(report), json.dumps(report.to_json(), allow_nan=False)):
            for word in ("because", "caused", "due to", "effect", "thanks to", "led to"):
                assert word not in text.lower()
        assert max(len(line) for line in rates_text(report).splitlines()) <= 100


def test_the_source_says_because_nowhere() -> None:
    room = Path(__file__).resolve().parents[2] / "truceline"
    for path in [*room.glob("monitor/rates/*.py"), room / "pipeline" / "rates.py"]:
        text = (
            path.read_text(encoding="utf-8").replace(r"\bbecause\b", "").replace(r"\bbecause(", "(")
        )
        assert "because" not in text.lower(), path.name


@pytest.mark.parametrize("given", [{"days": 0}, {"days": -3}, {"draws": 1}, {"days": float("nan")}])
def test_bad_settings_are_refused(agreed, given: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="give"):
        rates(agreed(), [planted()], **given)


def test_places_are_drawn_evenly_in_each_kind_of_region() -> None:
    box = shapely.box(36.0, 33.0, 37.0, 33.5)
    units = Units((Unit("SIM01", 1, ("SIM",), (), box, 36.5, 33.25, 50_000.0),))
    rows = [
        {"region": "point", "lon": 36.0, "lat": 33.0},
        {"region": "disc", "lon": 36.0, "lat": 33.0, "radius_m": 10_000.0},
        {"region": "unit", "lon": 36.5, "lat": 33.25, "radius_m": 50_000.0, "unit": "SIM01"},
        {
            "region": "sector",
            "lon": 36.0,
            "lat": 33.0,
            "radius_m": 8_000.0,
            "range_min_m": 4_000.0,
            "bearing_deg": 90.0,
            "spread_deg": 10.0,
        },
    ]
    regions = Regions.of(table([{"start": START, "end": START, **r} for r in rows]))
    lon, lat = places(regions, units, 4_000, np.random.default_rng(1))
    metres = np.hypot((lon - 36.0) * 93_455, (lat - 33.0) * 110_909)
    assert (metres[0] == 0).all()
    assert metres[1].max() <= 10_030
    assert np.mean(metres[1] < 10_000 / np.sqrt(2)) == pytest.approx(0.5, abs=0.03)
    assert box.covers(shapely.points(lon[2], lat[2])).all()
    assert lon[2].mean() == pytest.approx(36.5, abs=0.02)
    assert (lon[3] > 36.0).all()
    assert 3_980 < metres[3].min() < metres[3].max() < 8_030

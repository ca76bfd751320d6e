"""Terms, made-up reports and their findings for the tests of the faces."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from truceline.model.event import EVENT_SCHEMA
from truceline.model.finding import REASON, Findings
from truceline.pipeline.check import check
from truceline.pipeline.terms import Terms, load

START = datetime(2020, 3, 8, 10, 0, tzinfo=UTC)
SHA = "ab" * 32


@pytest.fixture(scope="session")
def terms() -> Terms:
    return load("idlib-2020")


def event(number: int, **other: Any) -> dict[str, Any]:
    """A SIMULATED report near Idlib, five days after the fighting was to stop."""
    row: dict[str, Any] = dict.fromkeys(EVENT_SCHEMA.names)
    row |= {
        "event_id": f"alpha:SIM-{number:05d}",
        "source": "alpha",
        "kind": "event",
        "as_of": "",
        "start": START + timedelta(hours=7 * number),
        "end": START + timedelta(hours=7 * number),
        "when_text": "on a morning",
        "lon": 36.63,
        "lat": 35.80,
        "radius_m": 500.0,
        "region": "disc",
        "place": "Nowhere",
        "act": "shelling",
        "act_text": "shells",
        "actor": ["Government of Syria (SIMULATED)"],
        "target": ["National Liberation Front (SIMULATED)"],
        "attribution": "actor",
        "cites": [],
        "text": "SIMULATED: shelling reported",
        "url": "",
        "file": "alpha.csv",
        "file_sha256": SHA,
        "line": number + 1,
    }
    return row | other


def events(rows: list[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=EVENT_SCHEMA)


@pytest.fixture(scope="session")
def judged(terms: Terms) -> Callable[[list[dict[str, Any]]], tuple[Findings, pa.Table]]:
    def judge(rows: list[dict[str, Any]]) -> tuple[Findings, pa.Table]:
        table = events(rows)
        return check(terms, [table]), table

    return judge


@pytest.fixture(scope="session")
def some(judged: Any) -> tuple[Findings, pa.Table]:
    """Breaches, vague ones, one of a month, and one in Arabic; all SIMULATED."""
    month = (datetime(2020, 3, 31, 21, tzinfo=UTC), datetime(2020, 4, 30, 21, tzinfo=UTC))
    rows = [event(k, lon=36.4 + 0.03 * (k % 9), lat=35.6 + 0.03 * (k % 7)) for k in range(24)]
    rows += [event(100 + k, lon=36.2 + 0.1 * k, radius_m=25_000.0) for k in range(6)]
    rows.append(event(200, start=month[0], end=month[1]))
    rows.append(event(201, text="SIMULATED: قصف مدفعي على بلدة", place="سراقب"))
    rows.append(event(202, act="jamming", actor=["HTS (SIMULATED)"]))
    rows.append(event(203, kind="summary"))
    return judged(rows)  # type: ignore[no-any-return]


def many(number: int) -> Findings:
    """That many findings that share a few sentences."""
    ids = [f"alpha:SIM-{k}" for k in range(number)]
    lists = pa.array([[i] for i in ids])
    span = pa.array([START] * number, pa.timestamp("us", tz="UTC"))
    rows = pa.table(
        {
            "finding_id": [f"idlib-2020/art-1/{i}" for i in ids],
            "agreement": ["idlib-2020"] * number,
            "provision": ["art-1"] * number,
            "incident_id": ids,
            "event_ids": lists,
            "verdict": [("breach", "cannot-tell", "no-breach")[k % 3] for k in range(number)],
            "cause": [("", "place", "")[k % 3] for k in range(number)],
            "bound": ["no"] * number,
            "standing": ["apparent"] * number,
            "p_zone": [1.0] * number,
            "p_time": [0.5] * number,
            "act": ["shelling"] * number,
            "actor": [["Government of Syria (SIMULATED)"]] * number,
            "party": [["SYR"]] * number,
            "attribution": ["actor"] * number,
            "start": span,
            "end": span,
            "lon": [36.0 + (k % 997) / 1000 for k in range(number)],
            "lat": [35.5 + (k % 499) / 1000 for k in range(number)],
            "radius_m": [500.0] * number,
            "deaths_low": pa.array([None] * number, pa.int64()),
            "deaths_best": pa.array([1] * number, pa.int64()),
            "deaths_high": pa.array([None] * number, pa.int64()),
            "count": pa.array([None] * number, pa.int64()),
        }
    )
    said = [{"rule": "place", "outcome": "inside", "detail": f"sentence {k}"} for k in range(7)]
    pointers = pa.array([[k % 7, (k + 1) % 7] for k in range(number)], pa.list_(pa.int32()))
    return Findings(rows, pa.array(said, REASON), pa.chunked_array([pointers]), "Asia/Damascus")

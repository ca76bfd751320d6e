"""Linking: what becomes one incident, and what never does."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from truceline.model.event import EVENT_SCHEMA
from truceline.model.incident import INCIDENT_SCHEMA, PAIR_SCHEMA
from truceline.monitor.link import Decided, link

NOON = datetime(2020, 3, 3, 12, tzinfo=UTC)


def report(name: str, **given: Any) -> dict[str, Any]:
    """One report, ``source:id``; dated 3 March 2020 in Saraqib unless it says otherwise."""
    day = NOON.replace(hour=0) + timedelta(days=given.pop("day", 0))
    days = given.pop("days", 1)
    source = name.partition(":")[0]
    row: dict[str, Any] = {
        "event_id": name,
        "source": source,
        "kind": "event",
        "start": day,
        "end": day + timedelta(days=days),
        "lon": 36.8,
        "lat": 35.86,
        "radius_m": 2_000.0,
        "region": "disc",
        "act": "shelling",
        "actor": ["Army"],
        "target": [],
        "attribution": "actor",
    }
    row.update(given)
    if row["radius_m"] == 0:
        row["region"] = "point"
    return row


def table(*rows: dict[str, Any]) -> pa.Table:
    """Reports as a table of events; what is not given is empty."""
    filled = []
    for row in rows:
        blank: dict[str, Any] = {
            f.name: "" if pa.types.is_string(f.type) else [] if pa.types.is_list(f.type) else None
            for f in EVENT_SCHEMA
        }
        filled.append(blank | row)
    return pa.Table.from_pylist(filled, schema=EVENT_SCHEMA)


def groups(*rows: dict[str, Any], **given: Any) -> list[list[str]]:
    """The incidents' members, by id."""
    linked = link(table(*rows), **given)
    return [row["event_ids"] for row in linked.incidents.to_pylist()]


def test_two_sources_on_one_happening_are_one_incident() -> None:
    linked = link(
        table(
            report("a:1", deaths_best=3),
            report("b:1", lon=36.81, deaths_low=4, deaths_high=6, act="artillery-fire"),
        )
    )
    (row,) = linked.incidents.to_pylist()
    assert linked.incidents.schema.names == INCIDENT_SCHEMA.names
    assert row["incident_id"] == row["event_id"] == "a:1"
    assert row["event_ids"] == ["a:1", "b:1"]
    assert (row["act"], row["acts"]) == ("artillery-fire", ["shelling", "artillery-fire"])
    assert (row["deaths_low"], row["deaths_best"], row["deaths_high"]) == (3, 3, 6)
    assert [s["source"] for s in row["said"]] == ["a", "b"]
    assert row["disagreements"] == ["killed: a says 3; b says 4–6"]
    assert linked.pairs.schema.names == PAIR_SCHEMA.names
    (pair,) = linked.pairs.to_pylist()
    said = [part["words"] for part in pair["parts"]]
    assert "0.9 km apart, each known to 2 km" in said
    assert "same day" in said
    assert "3 and 4–6 killed" in said
    assert sum(part["weight"] for part in pair["parts"]) == pytest.approx(pair["score"])


def test_people_outrank_the_score() -> None:
    one, two = report("a:1"), report("b:1")
    far = report("c:1", lon=40.0)
    assert groups(one, two) == [["a:1", "b:1"]]
    assert groups(one, two, decided=Decided(split=frozenset({("b:1", "a:1")}))) == [
        ["a:1"],
        ["b:1"],
    ]
    joined = groups(one, two, far, decided=Decided(join=frozenset({("a:1", "c:1")})))
    assert joined == [["a:1", "b:1", "c:1"]]


def test_reports_of_one_source_stay_apart() -> None:
    assert groups(report("a:1"), report("a:2")) == [["a:1"], ["a:2"]]
    repeat = report("a:2", text="Duplicate of 1.")
    assert groups(report("a:1"), repeat) == [["a:1", "a:2"]]

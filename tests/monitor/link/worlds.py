"""Small worlds of reports for the tests of linking: SIMULATED, crowded on purpose."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from truceline.model.event import EVENT_SCHEMA

NOON = datetime(2020, 3, 3, 12, tzinfo=UTC)


def report(name: str, **given: Any) -> dict[str, Any]:
    """One report, ``source:id``; dated 3 March 2020 in Saraqib unless it says otherwise."""
    day = NOON.replace(hour=0) + timedelta(days=given.pop("day", 0))
    days = given.pop("days", 1)
    row: dict[str, Any] = {
        "event_id": name,
        "source": name.partition(":")[0],
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


def world(seed: int, size: int, *, spread_deg: float = 0.4, days: int = 4) -> pa.Table:
    """Reports of all kinds: precise and vague, dated and timed, leads, summaries, repeats."""
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(size):
        source = str(rng.choice(["a", "b", "c", "d"]))
        given: dict[str, Any] = {
            "lon": round(36.5 + spread_deg * float(rng.random()), 4),
            "lat": round(35.7 + spread_deg * float(rng.random()), 4),
            "radius_m": float(
                rng.choice([0, 500, 2_000, 5_000, 25_000], p=[0.1, 0.3, 0.3, 0.2, 0.1])
            ),
            "day": int(rng.integers(days)),
            "days": int(rng.choice([1, 1, 1, 1, 2, 7])),
            "act": str(rng.choice(["shelling", "artillery-fire", "air-strike", "unknown-lethal"])),
            "actor": [str(rng.choice(["Army", "Rebel front", "the army", "Militia"]))],
            "kind": str(rng.choice(["event", "summary", "lead"], p=[0.9, 0.03, 0.07])),
        }
        if rng.random() < 0.6:
            given["deaths_best"] = int(rng.choice([0, 1, 2, 5, 30]))
        if rng.random() < 0.3:
            moment = NOON + timedelta(hours=float(rng.integers(-12, 12)), days=given["day"])
            given |= {"start": moment, "end": moment}
        if rng.random() < 0.1:
            given |= {"lon": 36.6, "lat": 35.8}
        if rng.random() < 0.05:
            given["text"] = f"repeats report {int(rng.integers(size)):03d}."
        if rng.random() < 0.25:
            whom = ["a", "b", "Agency", f"{rng.choice(['a', 'b'])}:{int(rng.integers(size)):03d}"]
            given["cites"] = [str(rng.choice(whom))]
        if rng.random() < 0.05:
            given |= {"lon": None, "lat": None, "region": "nowhere"}
        rows.append(report(f"{source}:{number:03d}", **given))
    return table(*rows)


def seen_twice(seed: int, happenings: int, *, spread_deg: float = 1.5, days: int = 60) -> pa.Table:
    """True happenings, each reported by some of three sources; the id ends in its number."""
    rng = np.random.default_rng(seed)
    acts, names = ["shelling", "air-strike", "explosive-device"], ["Army", "Rebel front", "Militia"]
    rows = []
    for number in range(happenings):
        lon, lat = 36.5 + spread_deg * rng.random(), 35.0 + spread_deg * rng.random()
        day, act, actor = int(rng.integers(days)), str(rng.choice(acts)), str(rng.choice(names))
        deaths, place = int(rng.geometric(0.2)), f"village {int(rng.integers(60))}"
        for source in "abc":
            if rng.random() < 0.3:
                continue
            off = rng.uniform(-0.006, 0.006, 2)
            rows.append(
                report(
                    f"{source}:{number:04d}",
                    lon=round(float(lon + off[0]), 5),
                    lat=round(float(lat + off[1]), 5),
                    day=day,
                    act=act,
                    actor=[actor],
                    deaths_best=max(deaths + int(rng.integers(-1, 2)), 0),
                    place=place,
                )
            )
    return table(*rows)

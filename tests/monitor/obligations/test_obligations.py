"""Obligations: the sentences of obligations.yaml, and what holds of any."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from truceline.model.agreement import Agreement
from truceline.model.amendments import DatedProvision
from truceline.model.obligation import Evidence, Told, due_text
from truceline.model.quantity import Duration
from truceline.model.references import faults
from truceline.monitor.obligations.count import Start, WorkingDays, due_after, utc
from truceline.monitor.obligations.entry import entry, evidence_of
from truceline.monitor.obligations.obligations import Asked, obligations
from truceline.monitor.obligations.repeat import periods
from truceline.monitor.obligations.state import timing
from truceline.pipeline.terms import load

CASES = YAML(typ="safe", pure=True).load(
    Path(__file__).with_name("obligations.yaml").read_text(encoding="utf-8")
)
ENTERED = datetime(2026, 1, 1, tzinfo=UTC)
SOON = Duration.parse("P7D")


def _texts(value: Any) -> Any:
    """YAML's dates as the words that the file says: an agreement file has no other."""
    if isinstance(value, dict):
        return {k: _texts(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_texts(v) for v in value]
    return value.isoformat() if isinstance(value, date) else value


@cache
def _library(name: str) -> Agreement:
    return load(name).agreement


def _agreement(case: dict[str, Any]) -> Agreement:
    if "agreement" in case:
        return _library(case["agreement"])
    made = {"agreement": "x", "title": "X", "timezone": "Asia/Damascus", "signed": "2024-03-01"}
    made |= {k: case[k] for k in ("signed",) if k in case}
    agreement = Agreement.model_validate(made | case["terms"])
    assert faults(agreement) == []
    return agreement


def _evidence(agreement: Agreement, rows: list[dict[str, str]]) -> list[Evidence]:
    found = []
    for number, row in enumerate(rows, 1):
        said = entry(agreement, row, ENTERED)
        who = row["by"]
        provision = row["provision"]
        made = evidence_of(number, provision, said, who, ENTERED, ("", ""), None, agreement)
        found.append(made)
    return found


def _asked(agreement: Agreement, on: str) -> Asked:
    told = Told.parse(on, agreement.tz)
    return Asked(told.hi, SOON, told.first)


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["sentence"][:60])
def test_sentences(case: dict[str, Any]) -> None:
    case = _texts(case)
    agreement = _agreement(case)
    evidence = _evidence(agreement, case.get("evidence", []))
    found = {o.id: o for o in obligations(agreement, evidence, _asked(agreement, case["on"]))}
    for name, expected in case["expect"].items():
        if expected == "nothing":
            assert name not in found
            continue
        got = found[name]
        assert (got.state, got.cause) == (expected["state"], expected.get("cause", ""))
        if "due" in expected:
            assert [due_text(r.due) for r in got.readings] == expected["due"]
        if "said" in expected:
            assert got.said == expected["said"]
        if "readings" in expected:
            assert [r.state for r in got.readings] == expected["readings"]


ZONES = st.sampled_from(
    ["Asia/Damascus", "Europe/Kyiv", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]
)
MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2035, 1, 1), timezones=st.none())


def _one(zone: str, start: str, **clause: Any) -> tuple[Agreement, Any]:
    made = Agreement.model_validate(
        {"agreement": "x", "title": "X", "timezone": zone, "weekend": ["friday", "saturday"]}
        | {"anchors": {"start": {"at": start}}}
        | {"provisions": [{"id": "a", "requires": "x", "after": "start"} | clause]}
    )
    return made, made.provisions[0]


@given(ZONES, MOMENTS.map(lambda m: m.replace(second=0, microsecond=0)), st.integers(1, 400))
@settings(max_examples=150, deadline=None)
def test_days_end_with_a_local_day_and_hours_are_exact(
    zone: str, local: datetime, days: int
) -> None:
    tz = ZoneInfo(zone)
    start = local.replace(tzinfo=tz)
    assume(start.astimezone(UTC).astimezone(tz).replace(tzinfo=None) == local)  # the hour exists
    agreement, _ = _one(zone, local.isoformat(timespec="minutes"), within=f"P{days}D")
    due = obligations(agreement, [], Asked(utc(start), SOON))[0].readings[0].due
    assert due is not None
    first = local.date() - timedelta(days=local.time() == time(0))
    assert due.day == first + timedelta(days=days)
    assert utc(due.lo) == utc(datetime.combine(due.day + timedelta(days=1), time(0), tz))
    agreement, _ = _one(zone, local.isoformat(timespec="minutes"), within=f"PT{24 * days}H")
    hours = obligations(agreement, [], Asked(utc(start), SOON))[0].readings[0].due
    assert hours is not None
    assert utc(hours.lo) - utc(start) == timedelta(hours=24 * days)


@given(
    st.dates(date(2000, 1, 1), date(2040, 1, 1)),
    st.integers(1, 60),
    st.sets(st.dates(date(2000, 1, 1), date(2041, 1, 1)), max_size=20),
    st.sets(st.sampled_from(["monday", "wednesday", "friday", "saturday", "sunday"]), min_size=1),
)
@settings(max_examples=150, deadline=None)
def test_working_days_are_counted_one_by_one(
    day: date, number: int, holidays: set[date], weekend: set[str]
) -> None:
    agreement, p = _one("UTC", day.isoformat(), within=f"P{number}D", days="working")
    agreement = Agreement.model_validate(
        agreement.model_dump(by_alias=True, exclude_none=True)
        | {"weekend": sorted(weekend), "calendar": sorted(d.isoformat() for d in holidays)}
    )
    working = WorkingDays(agreement)
    lo = datetime.combine(day, time(0), UTC)
    due = due_after(Start(lo, lo + timedelta(days=1), True), p.within, p, working).day
    assert due is not None
    assert working.works(due)
    between = [day + timedelta(days=k) for k in range(1, (due - day).days + 1)]
    assert sum(map(working.works, between)) == number


@given(
    ZONES,
    st.dates(date(1995, 1, 1), date(2030, 1, 1)),
    st.sampled_from(["P1D", "P1W", "P3D", "P1M", "P1M2D", "PT12H", "PT36H", "P1Y"]),
    st.integers(0, 300),
)
@settings(max_examples=120, deadline=None)
def test_periods_follow_each_other_without_gap(
    zone: str, day: date, every: str, ahead: int
) -> None:
    agreement, p = _one(zone, "2000-01-01", every=every, **{"from": day.isoformat()}, after=None)
    asked = Asked(datetime.combine(day, time(12), UTC) + timedelta(days=ahead), SOON)
    (found,) = periods(agreement, DatedProvision(p, None, None, "a"), p.every, {}, asked, None)
    assert found.edges[0][0].date() == day
    for (a, b), (c, _) in zip(found.edges, found.edges[1:], strict=False):
        assert utc(a) < utc(b) == utc(c)
    assert utc(found.edges[-1][0]) >= asked.now or len(found.edges) == 1
    for k, (a, b) in enumerate(found.edges):
        middle = utc(a) + (utc(b) - utc(a)) / 2
        assert found.holding(Told("", middle, middle)) == [k]


@given(st.permutations(["Anna", "Ben", "Cleo"]), st.data())
@settings(max_examples=60, deadline=None)
def test_the_order_of_different_voices_decides_nothing(order: list[str], data: Any) -> None:
    agreement, _ = _one("Asia/Damascus", "2024-03-01", within="P7D")
    says = {
        name: {
            "state": data.draw(st.sampled_from(["done", "not-done"])),
            "on": f"2024-03-{data.draw(st.integers(4, 14)):02d}",
        }
        for name in sorted(order)
    }
    rows = [{"provision": "a", "by": name} | says[name] for name in sorted(order)]
    asked = _asked(agreement, "2024-03-20")
    first = obligations(agreement, _evidence(agreement, rows), asked)[0]
    mixed = [{"provision": "a", "by": name} | says[name] for name in order]
    second = obligations(agreement, _evidence(agreement, mixed), asked)[0]
    assert first.state == second.state


@given(st.dates(date(2024, 3, 1), date(2024, 4, 30)), st.sampled_from(["P3D", "PT48H", "P1M"]))
@settings(max_examples=80, deadline=None)
def test_without_evidence_a_deadline_only_gets_older(day: date, within: str) -> None:
    agreement, _ = _one("Asia/Damascus", "2024-03-01", within=within)
    order = ["pending", "due-soon", "cannot-tell", "overdue"]
    today, tomorrow = (
        obligations(agreement, [], _asked(agreement, d.isoformat()))[0].state
        for d in (day, day + timedelta(days=1))
    )
    assert order.index(today) <= order.index(tomorrow)


@given(st.dates(date(2024, 3, 1), date(2024, 3, 20)), st.integers(0, 5), st.integers(0, 30))
@settings(max_examples=120, deadline=None)
def test_a_vaguer_date_never_says_more(day: date, before: int, after: int) -> None:
    agreement, _ = _one("Asia/Damascus", "2024-03-01", within="P7D")
    due = obligations(agreement, [], _asked(agreement, "2024-03-01"))[0].readings[0].due
    assert due is not None
    exact = timing(Told.parse(day.isoformat(), agreement.tz), due)[0]
    a, b = day - timedelta(days=before), day + timedelta(days=after)
    vague = timing(Told.parse(f"{a}/{b}", agreement.tz), due)[0]
    assert vague in (exact, "unknown")


def test_ten_thousand_days_are_no_trouble() -> None:
    agreement, _ = _one("UTC", "1990-01-01", every="P1D", **{"from": "1990-01-01"}, after=None)
    found = obligations(agreement, [], _asked(agreement, "2019-01-01"))
    assert len(found) == 10_594
    assert {o.state for o in found[:-8]} == {"overdue"}

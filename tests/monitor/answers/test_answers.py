"""What may have answered what: candidates against a plain reading of the same rules."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from truceline.model.event import EVENT_SCHEMA
from truceline.monitor.answers.answers import CANDIDATE_SCHEMA, Options, answers
from truceline.monitor.answers.pairs import Happenings, p_place, p_time

DAY = datetime(1999, 5, 1, tzinfo=UTC)


def event(name: str, hours: float, actor: str, target: str = "", **more: Any) -> dict[str, Any]:
    """A report of shelling ``hours`` after the start, at (2, 48) unless told."""
    row: dict[str, Any] = {
        "event_id": name,
        "kind": "event",
        "start": DAY + timedelta(hours=hours),
        "end": DAY + timedelta(hours=hours + more.pop("span", 0)),
        "lon": 2.0,
        "lat": 48.0,
        "radius_m": 500.0,
        "region": "disc",
        "place": "",
        "act": "shelling",
        "actor": [actor] if actor else [],
        "target": [target] if target else [],
        "attribution": "actor" if actor else "unknown",
        "text": "",
    }
    return row | more


def table(*events: dict[str, Any]) -> pa.Table:
    return pa.Table.from_pylist(list(events), schema=EVENT_SCHEMA)


def found(events: pa.Table, **limits: Any) -> dict[str, list[str]]:
    rows = answers(events, options=Options(**limits)).candidates.to_pylist()
    listed: dict[str, list[str]] = {}
    for row in rows:
        listed.setdefault(row["incident_id"], []).append(row["candidate_id"])
    return listed


BASE = event("a", 0, "Army A", "Army B")


@pytest.mark.parametrize(
    ("later", "answered"),
    [
        (event("b", 5, "Army B", "Army A"), True),
        (event("b", 47, "Army B", "Army A"), True),
        (event("b", 49, "Army B", "Army A"), False),
        (event("b", 5, "Army A", "Army B"), False),
        (event("b", 5, "Army C", "Army A"), True),  # C is named against A, as B is
        (event("b", 5, "Army C", "Army D"), False),  # C and A are not named against each other
        (event("b", 5, "Army C"), False),
        (event("b", 5, ""), False),
        (event("b", 5, "Army B", "Army A", attribution="dyad"), False),
        (event("b", 5, "Army B", "Army A", lon=2.2), True),  # 14.9 km
        (event("b", 5, "Army B", "Army A", lon=2.4), False),  # 29.8 km
        (event("b", 5, "Army B", "Army A", lon=2.3, radius_m=15_000.0), True),  # 22 km, known to 15
        (event("b", 5, "Army B", "Army A", lon=2.3), False),
        (event("b", 5, "Army B", "Army A", radius_m=90_000.0), False),
        (event("b", 5, "Army B", "Army A", lon=None, lat=None, region="nowhere"), False),
        (event("b", 5, "Army B", "Army A", act="protest"), False),
        (event("b", -3, "Army B", "Army A", span=24), True),
        (event("b", -24, "Army B", "Army A", span=25), False),
        (event("b", 5, "Army B", "Army A", kind="summary"), False),
    ],
)
def test_the_other_side_near_enough_in_time_and_place(
    later: dict[str, Any], answered: bool
) -> None:
    assert ("b" in found(table(BASE, later))) is answered


def test_the_side_that_was_struck_comes_first_then_the_nearest() -> None:
    events = table(
        event("far", 0, "Army A", "Army B", lon=2.2),
        event("near", 0, "Army A", "Army B"),
        event("other", 4, "Army A", "Army C"),
        event("z", 5, "Army B", "Army A"),
    )
    rows = [r for r in answers(events).candidates.to_pylist() if r["incident_id"] == "z"]
    assert [(r["candidate_id"], r["sides"], r["rank"], r["candidates"]) for r in rows] == [
        ("near", "struck", 1, 3),
        ("far", "struck", 2, 3),
        ("other", "opposed", 3, 3),
    ]
    assert rows[0]["evidence"] == (
        "0 km apart, known to 1 km together; 5 hours earlier; it struck the side that acted here"
    )
    assert found(events, most=1)["z"] == ["near"]


def test_two_that_nobody_names_against_anyone() -> None:
    rows = answers(table(event("a", 0, "Army A"), event("b", 5, "Army B"))).candidates
    assert rows["sides"].to_pylist() == ["unsaid"]


def test_which_came_first_may_not_be_known() -> None:
    events = table(
        event("a", 0, "Army A", "Army B", span=24), event("b", 0, "Army B", "Army A", span=24)
    )
    done = answers(events)
    assert found(events) == {"a": ["b"], "b": ["a"]}
    first = done.candidates.to_pylist()[0]
    assert first["p_time"] == 0.5
    assert "which came first is not known" in first["evidence"]
    assert [len(c) for c in done.chains["chain"].to_pylist()] == [2]  # a chain only goes back


def test_a_source_names_the_place_of_what_was_answered() -> None:
    events = table(
        event("t", 0, "Army A", "Army B", place="Teal", lon=2.9),  # 67 km off
        event("n", 4, "Army A", "Army B", place="Nob"),
        event("z", 100, "Army B", "Army A", place="Nob", text="Fire in response to Teal and Nob."),
    )
    done = answers(events)
    rows = [r for r in done.candidates.to_pylist() if r["incident_id"] == "z"]
    assert [(r["candidate_id"], r["basis"]) for r in rows] == [("t", ["said", "named-place"])]
    assert rows[0]["quote"] == "Fire in response to Teal and Nob."
    assert "those words name its place" in rows[0]["evidence"]
    assert (done.counts["said"], done.counts["unmatched"]) == (1, 0)


def test_a_claim_that_no_reported_act_fits_is_counted() -> None:
    done = answers(table(event("z", 0, "Army B", text="They fired in self-defence.")))
    assert (done.candidates.num_rows, done.counts["unmatched"]) == (0, 1)


def test_who_acted_is_not_known() -> None:
    events = table(
        event("a", 0, "Army A", "Army B", attribution="dyad"),
        event("b", 5, "Army B", "Army A", attribution="dyad"),
    )
    assert found(events) == {}
    assert answers(events).counts["open"] == 2
    assert found(events, open_sides=True) == {"b": ["a"]}


def test_chains_go_back_to_the_earliest_reported_here() -> None:
    events = table(*(event(f"e{k}", 5 * k, "AB"[k % 2] + " Army", "BA"[k % 2] + " Army")
                     for k in range(5)))  # fmt: skip
    chains = {r["incident_id"]: r["chain"] for r in answers(events).chains.to_pylist()}
    assert chains["e4"] == ["e4", "e3", "e2", "e1", "e0"]
    short = answers(events, options=Options(depth=2)).chains.to_pylist()
    assert short[-1]["chain"] == ["e4", "e3", "e2"]


def test_incidents_with_members_and_an_empty_table() -> None:
    events = table(BASE, event("b", 5, "Army B", "Army A"), event("c", 5, "Army B", "Army A"))
    linked = events.slice(0, 2).append_column("incident_id", [["a", "b"]])
    linked = linked.append_column("event_ids", pa.array([["a"], ["b", "c"]]))
    told = pa.table({"event_id": ["a", "c"], "text": ["", "in retaliation"]})
    rows = answers(linked, told).candidates.to_pylist()
    assert [(r["incident_id"], r["said_by"]) for r in rows] == [("b", "c")]
    none = answers(EVENT_SCHEMA.empty_table())
    assert (none.candidates.schema, none.candidates.num_rows) == (CANDIDATE_SCHEMA, 0)


@pytest.mark.parametrize("limits", [{"hours": 0}, {"least": 1.0}, {"most": 0}, {"km": -1}])
def test_limits_that_make_no_sense_are_refused(limits: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(limits))):
        Options(**limits)  # type: ignore[arg-type] # wrong on purpose


def test_the_chance_of_being_near_against_draws() -> None:
    rng = np.random.default_rng(7)
    for apart, one, other in ((0.0, 10.0, 5.0), (15.0, 8.0, 3.0), (25.0, 12.0, 12.0)):
        angle, share = rng.uniform(0, 2 * np.pi, (2, 200_000)), rng.uniform(0, 1, (2, 200_000))
        away = np.array([[one], [other]]) * np.sqrt(share)
        x = apart + away[0] * np.cos(angle[0]) - away[1] * np.cos(angle[1])
        y = away[0] * np.sin(angle[0]) - away[1] * np.sin(angle[1])
        drawn = float((np.hypot(x, y) <= 20.0).mean())
        told = float(p_place(np.array([apart]), np.array([one]), np.array([other]), 20.0)[0])
        assert told == pytest.approx(drawn, abs=0.03)


REPORTS = st.lists(
    st.tuples(
        st.integers(0, 90),
        st.sampled_from([0, 3, 24]),
        st.sampled_from([("A", "B"), ("B", "A"), ("A", ""), ("C", "B")]),
        st.integers(0, 6),
        st.sampled_from([0.0, 2_000.0, 12_000.0]),
    ),
    max_size=9,
)


def _rows(drawn: list[Any]) -> list[dict[str, Any]]:
    return [
        event(f"e{k}", hours, *who, span=span, lon=2 + step / 15, radius_m=radius)
        for k, (hours, span, who, step, radius) in enumerate(drawn)
    ]


@settings(max_examples=60, deadline=None)
@given(REPORTS, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(drawn: list[Any], random: Any) -> None:
    events = _rows(drawn)
    whole = answers(table(*events))
    random.shuffle(events)
    again = answers(table(*events))
    assert whole.candidates.equals(again.candidates)
    assert whole.chains.equals(again.chains)


@settings(max_examples=60, deadline=None)
@given(REPORTS)
def test_near_pairs_are_all_that_a_plain_loop_finds(drawn: list[Any]) -> None:
    two = [(h, s, ("A", "B") if w[0] == "A" else ("B", "A"), x, r) for h, s, w, x, r in drawn]
    events = sorted(_rows(two), key=lambda e: (e["start"], e["event_id"]))
    rows = Happenings.of(table(*events))
    expected = {}
    for later, earlier in permutations(range(len(events)), 2):
        if events[later]["actor"] != events[earlier]["actor"]:
            one, other = np.array([later]), np.array([earlier])
            apart, radii = rows.apart_km(one, other), (rows.radius[one], rows.radius[other])
            p = float((p_time(rows, one, other, 48) * p_place(apart, *radii, 20))[0])
            if p >= 0.2:
                names = events[later]["event_id"], events[earlier]["event_id"]
                expected[names] = pytest.approx(p, abs=1e-4)
    told = answers(table(*events), options=Options(most=50)).candidates.to_pylist()
    assert {(r["incident_id"], r["candidate_id"]): r["p"] for r in told} == expected


def test_the_chance_of_coming_first_against_draws() -> None:
    events = table(event("a", 0, "A", span=24), event("b", 10, "B", span=60), event("c", 30, "B"))
    rows, rng = Happenings.of(events), np.random.default_rng(7)
    for later, earlier in permutations(range(3), 2):
        gap = rng.uniform(rows.start[later], rows.end[later], 200_000) - rng.uniform(
            rows.start[earlier], rows.end[earlier], 200_000
        )
        told = p_time(rows, np.array([later]), np.array([earlier]), 20.0)[0]
        assert told == pytest.approx(float(((gap > 0) & (gap <= 20)).mean()), abs=0.005)


@pytest.mark.parametrize("how", ["actor", "dyad"])
def test_a_heap_on_one_point_and_day_is_counted_and_not_compared_one_by_one(how: str) -> None:
    heap = [event(f"a{k:03}", 0, "A", "B", span=24, attribution=how) for k in range(60)]
    others = [event(f"b{k:03}", 6, "B", "A", span=24, attribution=how) for k in range(3)]
    options = Options(most=4, open_sides=True)
    rows = answers(table(*heap, *others), options=options).candidates.to_pylist()
    number = {r["incident_id"]: r["candidates"] for r in rows}
    listed = [r["candidate_id"] for r in rows if r["incident_id"] == "b000"]
    assert all(len([r for r in rows if r["incident_id"] == name]) <= 4 for name in number)
    if how == "actor":
        assert (number["b000"], number["a000"]) == (60, 3)
        assert listed == ["a000", "a001", "a002", "a003"]
    else:  # either side may have acted each time, so each may have answered any other
        assert (number["b000"], number["a000"], number["a059"]) == (62, 62, 62)

"""Linking knows no order: any order, any batches, the same incidents."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.monitor.link.worlds import report, table, world
from truceline.monitor.link.again import relink
from truceline.monitor.link.link import DEFAULT, Decided, Linked, link


def same(one: Linked, other: Linked) -> None:
    """The same incidents and the same scores, but for former ids."""
    assert one.membership.equals(other.membership)
    assert one.pairs.equals(other.pairs)
    assert one.incidents.drop(["aliases"]).equals(other.incidents.drop(["aliases"]))
    assert one.notes == other.notes


def decisions(events: pa.Table, rng: np.random.Generator, count: int) -> Decided:
    ids = events["event_id"].to_pylist()
    pairs = [tuple(rng.choice(ids, 2, replace=False).tolist()) for _ in range(2 * count)]
    return Decided(frozenset(pairs[:count]), frozenset(pairs[count:]))


def test_the_worlds_are_worth_linking() -> None:
    linked = link(world(1, 120))
    sizes = [len(ids) for ids in linked.incidents["event_ids"].to_pylist()]
    assert max(sizes) > 2
    assert linked.counts["reported more than once"] > 5
    assert linked.counts["leads"] > 0
    assert any(linked.incidents["leads"].to_pylist())


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 120), st.integers(0, 4))
def test_any_order_gives_the_same(seed: int, size: int, decided: int) -> None:
    events = world(seed, size)
    rng = np.random.default_rng(seed)
    people = decisions(events, rng, decided)
    shuffled = events.take(pa.array(rng.permutation(events.num_rows)))
    same(link(events, decided=people), link(shuffled, decided=people))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 120), st.integers(1, 5), st.integers(0, 3))
def test_any_batches_give_the_same(seed: int, size: int, batches: int, decided: int) -> None:
    events = world(seed, size)
    rng = np.random.default_rng(seed)
    people = decisions(events, rng, decided)
    cut = rng.integers(0, batches, events.num_rows)
    found = link(events.slice(0, 0), decided=people)
    for batch in range(batches):
        found = relink(found, events.filter(pa.array(cut == batch)))
    same(found, link(events, decided=people))


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10_000), st.integers(10, 100))
def test_changed_and_removed_events(seed: int, size: int) -> None:
    events = world(seed, size)
    rng = np.random.default_rng(seed)
    first = link(events, decided=decisions(events, rng, 2))
    gone = rng.random(events.num_rows) < 0.1
    moved = ~gone & (rng.random(events.num_rows) < 0.1)
    later = world(seed + 1, size)
    # The new version of a report says what another world's report of its number says.
    changed = later.filter(pa.array(moved)).set_column(
        0, "event_id", events["event_id"].filter(pa.array(moved))
    )
    changed = changed.set_column(1, "source", events["source"].filter(pa.array(moved)))
    people = decisions(events, rng, 2)
    removed = events["event_id"].filter(pa.array(gone)).to_pylist()
    found = relink(first, changed, removed=removed, decided=people)
    rest = events.filter(pa.array(~gone & ~moved))
    same(found, link(pa.concat_tables([rest, changed]), decided=people))


def test_a_day_of_a_long_case_touches_little(monkeypatch: pytest.MonkeyPatch) -> None:
    """Adding a day regroups the reports near that day and no others."""
    from truceline.monitor.link import again as link_again

    events = world(5, 900, days=300)
    day = (events["start"].cast(pa.int64()).to_numpy() // 86_400_000_000) == (
        np.datetime64("2020-08-01").astype(int)
    )
    assert 0 < day.sum() < 20
    looked_at: list[int] = []
    whole = link_again.grouped

    def counted(known, *rest):  # type: ignore[no-untyped-def]
        looked_at.append(len(known.source))
        return whole(known, *rest)

    before = link(events.filter(pa.array(~day)))
    monkeypatch.setattr(link_again, "grouped", counted)
    after = relink(before, events.filter(pa.array(day)))
    same(after, link(events))
    assert looked_at[0] < 60


def test_former_ids_stay_as_aliases() -> None:
    late = report("b:1")
    first = link(table(late))
    second = relink(first, table(report("a:1")))
    assert second.incidents.to_pylist()[0]["incident_id"] == "a:1"
    assert second.incidents.to_pylist()[0]["aliases"] == ["b:1"]
    people = Decided(split=frozenset({("a:1", "b:1")}))
    third = relink(second, table(), decided=people)
    assert [(r["incident_id"], r["aliases"]) for r in third.incidents.to_pylist()] == [
        ("a:1", []),
        ("b:1", []),
    ]


def test_other_weights_are_another_answer() -> None:
    events = world(3, 100)
    strict = replace(DEFAULT, link=6.0)
    assert link(events).counts["incidents"] < link(events, weights=strict).counts["incidents"]

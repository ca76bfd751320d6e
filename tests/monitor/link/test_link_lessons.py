"""What reports teach about their sources: two names of one party, two words for one act."""

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.monitor.link.test_link_order import decisions, same
from tests.monitor.link.worlds import report, seen_twice, table, world
from truceline.monitor.link.again import relink
from truceline.monitor.link.link import DEFAULT, Linked, link

QUICK = replace(DEFAULT, lesson_least=3, lesson_clear=0.5)  # small worlds teach something


def two_sources(count: int, **given: Any) -> list[dict[str, Any]]:
    """So many happenings, each in its own village and on its own day, each in both sources'
    words; the ids end in their number.
    """
    rows = []
    for k in range(count):
        sides = ["Army", "Front"] if k % 2 else ["Front", "Army"]
        there = {"lon": 36 + 0.05 * (k % 40), "day": k % 50, "deaths_best": 3 + k % 9}
        there["place"] = f"village {k % 40}"
        rows.append(report(f"a:{k:03d}", actor=[sides[0]], **there))
        rows.append(report(f"b:{k:03d}", actor=[f"{sides[0][0]}-people"], **there, **given))
    return rows


def weight(linked: Linked, a: str, b: str, part: str) -> tuple[float, str]:
    for row in linked.pairs.to_pylist():
        if (row["event_a"], row["event_b"]) == (a, b):
            return next((p["weight"], p["words"]) for p in row["parts"] if p["what"] == part)
    raise AssertionError(f"{a} and {b} were not compared")


def test_two_names_of_one_party_are_learned_and_said() -> None:
    rows = two_sources(100)
    few, many = link(table(*rows[:30])), link(table(*rows))
    before, words = weight(few, "a:001", "b:001", "actor")
    assert before == DEFAULT.actor_unlike
    assert words == "Army and A-people"
    after, words = weight(many, "a:001", "b:001", "actor")
    assert after >= 0.5
    assert words == (
        "Army and A-people; so say 50 of 100 clear pairs of these two sources, where chance gives 25"
    )
    assert not few.lessons
    assert {lesson.about for lesson in many.lessons} == {"act", "actor"}


def test_names_that_never_meet_weigh_against() -> None:
    rows = two_sources(100)
    strange = report("b:900", actor=["F-people"], lon=36.05, day=1, deaths_best=4)
    linked = link(table(*rows, strange))
    low, words = weight(linked, "a:001", "b:900", "actor")
    assert low == pytest.approx(-2.75, abs=0.3)
    assert "so say 0 of 99 clear pairs" in words


def test_a_seldom_name_keeps_its_weight() -> None:
    rows = two_sources(100)
    rows += [
        report(f"{s}:900", actor=[name], lon=37, lat=30, deaths_best=3, place="X")
        for s, name in (("a", "Militia"), ("b", "Tribe"))
    ]
    linked = link(table(*rows))
    assert weight(linked, "a:900", "b:900", "actor")[0] >= DEFAULT.actor_unlike


def test_the_sides_are_learned_where_it_is_not_said_who_acted() -> None:
    rows = two_sources(100, attribution="dyad")
    for row in rows:
        row["target"] = ["Army" if row["actor"] == ["Front"] else "Front"]
        if row["source"] == "b":
            row["target"] = [f"{row['target'][0][0]}-people"]
    linked = link(table(*rows))
    assert weight(linked, "a:001", "b:001", "actor")[0] >= 0.5


def test_who_repeats_another_teaches_nothing() -> None:
    rows = two_sources(100, cites=["a"])
    assert not link(table(*rows)).lessons


def test_leads_and_summaries_teach_nothing() -> None:
    rows = two_sources(100, kind="lead")
    assert not link(table(*rows)).lessons


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.integers(20, 120))
def test_any_order_teaches_the_same(seed: int, size: int) -> None:
    events = pa.concat_tables([world(seed, size), seen_twice(seed, size // 2, spread_deg=0.5)])
    rng = np.random.default_rng(seed)
    shuffled = events.take(pa.array(rng.permutation(events.num_rows)))
    one, other = (link(e, weights=QUICK) for e in (events, shuffled))
    same(one, other)
    assert one.lessons


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.integers(20, 120), st.integers(2, 5))
def test_any_batches_teach_the_same(seed: int, size: int, batches: int) -> None:
    events = pa.concat_tables([world(seed, size), seen_twice(seed, size // 2, spread_deg=0.5)])
    rng = np.random.default_rng(seed)
    people = decisions(events, rng, 2)
    cut = rng.integers(0, batches, events.num_rows)
    found = link(events.slice(0, 0), weights=QUICK, decided=people)
    for batch in range(batches):
        found = relink(found, events.filter(pa.array(cut == batch)))
    same(found, link(events, weights=QUICK, decided=people))
    gone = rng.random(events.num_rows) < 0.2
    ids = events["event_id"].filter(pa.array(gone)).to_pylist()
    rest = events.filter(pa.array(~gone))
    none = rest.slice(0, 0)
    same(relink(found, none, removed=ids), link(rest, weights=QUICK, decided=people))


def test_what_is_learned_moves_old_incidents_too() -> None:
    """New reports teach names; the result is that of linking all at once."""
    rows = two_sources(100)
    before = link(table(*rows[:30]))
    assert not before.lessons
    after = relink(before, table(*rows[30:]))
    same(after, link(table(*rows)))
    assert weight(before, "a:001", "b:001", "actor")[0] < 0
    assert weight(after, "a:001", "b:001", "actor")[0] > 0

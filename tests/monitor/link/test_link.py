"""Linking: what becomes one incident, and what never does."""

import time
from typing import Any

import numpy as np
import pytest

from tests.monitor.link.worlds import report, seen_twice, table
from truceline.model.incident import INCIDENT_SCHEMA, PAIR_SCHEMA
from truceline.monitor.link.again import relink
from truceline.monitor.link.link import DEFAULT, Decided, link


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


def test_adjacent_days_weigh_less_and_farther_days_do_not_link() -> None:
    def score(day: int) -> list[float]:
        return link(table(report("a:1"), report("b:1", day=day))).pairs["score"].to_pylist()

    (same,), (next_day,) = score(0), score(1)
    assert next_day < same - 2
    assert score(2) == []
    assert groups(report("a:1"), report("b:1", day=2)) == [["a:1"], ["b:1"]]


def test_regions_that_do_not_touch_never_link() -> None:
    near, far = report("b:1", lon=36.84), report("b:1", lon=36.9)
    assert groups(report("a:1"), near) == [["a:1", "b:1"]]
    assert groups(report("a:1"), far) == [["a:1"], ["b:1"]]


def test_a_vague_report_joins_where_it_is_clear_and_never_pulls_others_together() -> None:
    vague = report("c:1", radius_m=25_000, deaths_best=7)
    one = report("a:1", deaths_best=7)
    assert groups(one, vague) == [["a:1", "c:1"]]
    # Two villages 20 km apart, both as likely to be meant.
    other = report("b:1", lon=37.0, deaths_best=7)
    assert groups(one, other, vague) == [["a:1"], ["b:1"], ["c:1"]]
    # One of them fits much better.
    unlike = report("b:1", lon=37.0, deaths_best=0, act="air-strike", actor=["Rebels"])
    assert groups(one, unlike, vague) == [["a:1", "c:1"], ["b:1"]]


@pytest.mark.parametrize(
    "vague",
    [
        {"radius_m": 60_000.0, "days": 31},
        {"radius_m": 60_000.0},
        {"days": 7},
        {"region": "unit", "unit": "SY07", "radius_m": 45_000.0},
    ],
)
def test_no_vague_report_bridges_two_places(vague: dict[str, Any]) -> None:
    villages = [report(f"{s}:1", lon=36.6 + 0.1 * k) for k, s in enumerate("abde")]
    found = groups(*villages, report("c:1", **vague))
    assert all(len(set(g) - {"c:1"}) <= 1 for g in found)


def test_a_village_and_a_whole_day_are_not_one() -> None:
    village = report("a:1", deaths_best=4)
    day = report("b:1", radius_m=40_000, deaths_best=31, text="31 killed in total over the day")
    assert groups(village, day) == [["a:1"], ["b:1"]]
    same_toll = day | {"deaths_best": 4}
    assert groups(village, same_toll) == [["a:1"], ["b:1"]]
    assert groups(village, report("b:1", kind="summary")) == [["a:1"], ["b:1"]]


def test_summaries_and_leads_have_rows_of_their_own() -> None:
    linked = link(
        table(
            report("a:1"),
            report("b:1"),
            report("firms:1", kind="lead", act="fire-detected", radius_m=375.0, actor=[]),
            report("s:1", kind="summary"),
        )
    )
    rows = {r["incident_id"]: r for r in linked.incidents.to_pylist()}
    assert list(rows) == ["a:1", "firms:1", "s:1"]
    assert [r["kind"] for r in rows.values()] == ["event", "lead", "summary"]
    assert rows["a:1"]["leads"] == ["firms:1"]
    assert rows["a:1"]["event_ids"] == ["a:1", "b:1"]
    assert sorted(linked.membership["event_id"].to_pylist()) == ["a:1", "b:1", "firms:1", "s:1"]


def test_names_of_one_party_are_no_disagreement() -> None:
    one, two = report("a:1", actor=["SAA"]), report("b:1", actor=["Government forces of Syria"])
    plain = link(table(one, two)).incidents.to_pylist()[0]
    assert plain["attribution"] == "disputed"
    assert plain["actor"] == ["SAA", "Government forces of Syria"]
    assert plain["disagreements"] == ["who acted: a says SAA; b says Government forces of Syria"]
    names = {n: frozenset({"SYR"}) for n in ("SAA", "Government forces of Syria")}
    known = link(table(one, two), names=names).incidents.to_pylist()[0]
    assert (known["attribution"], known["disagreements"]) == ("actor", [])
    assert known["actors"] == ["SAA", "Government forces of Syria"]


def test_sources_that_cite_the_same_count_once() -> None:
    def independent(*rows: dict[str, Any]) -> int:
        (row,) = link(table(*rows)).incidents.to_pylist()
        return int(row["independent"])

    a, b, c = (report(f"{s}:1", text=s) for s in "abc")
    assert independent(a, b, c) == 3
    assert independent(a | {"cites": ["SOHR"]}, b | {"cites": ["sohr"]}, c) == 2
    assert independent(a, b | {"text": "As reported by a: shelling"}, c) == 2
    assert independent(a | {"text": ""}, b | {"text": ""}) == 1, "the same word for word"


def test_a_citing_report_leaves_its_sources_place_free() -> None:
    """b repeats a's report and has one of its own: all are of one incident, two sources."""
    a, copy = report("a:1", text="x"), report("b:1", cites=["a"], text="as reported by a: x")
    own = report("b:2", lon=36.804, deaths_best=3, text="y")
    (row,) = link(
        table(a | {"deaths_best": 3}, copy | {"deaths_best": 3}, own)
    ).incidents.to_pylist()
    assert row["event_ids"] == ["a:1", "b:1", "b:2"]
    assert row["independent"] == 2
    # One report of its own and one that cites, no more.
    for more, like in ((own, "b:2"), (copy, "b:1")):
        linked = link(table(a, copy, own, more | {"event_id": "b:3"}))
        for ids in linked.incidents["event_ids"].to_pylist():
            assert not {like, "b:3"} <= set(ids)


def test_a_citing_report_goes_to_what_it_cites() -> None:
    early, late = report("a:1", deaths_best=3), report("a:2", deaths_best=9)
    copy = report("b:1", cites=["a"], deaths_best=9)
    groups_ = link(table(early, late, copy)).incidents["event_ids"].to_pylist()
    assert groups_ == [["a:1"], ["a:2", "b:1"]]
    by_id = copy | {"cites": ["a:1"]}
    groups_ = link(table(early, late, by_id)).incidents["event_ids"].to_pylist()
    assert groups_ == [["a:1", "b:1"], ["a:2"]], "an id says which"
    people = Decided(split=frozenset({("a:1", "b:1")}))
    found = link(table(early, late, by_id), decided=people).incidents["event_ids"].to_pylist()
    assert ["a:1", "b:1"] not in found, "people outrank what a source says"
    alone = link(table(report("a:1", lon=38.0), copy)).incidents["event_ids"].to_pylist()
    assert alone == [["a:1"], ["b:1"]]
    ring = [report("a:1", cites=["b"]), report("b:1", cites=["c"]), report("c:1", cites=["a"])]
    assert link(table(*ring)).counts["incidents"] == 1
    own = link(table(report("a:1"), report("a:2", cites=["a:1"])))
    assert own.counts["incidents"] == 1, "its own earlier report, by its id"


def test_sources_that_fit_one_another_are_no_rivals() -> None:
    """Three sources, each with days of a span and nobody else near: one incident."""
    three = [report(f"{s}:1", days=4, target=["Blue"]) for s in "abc"]
    linked = link(table(*three))
    assert min(linked.pairs["score"].to_pylist()) > 0
    assert linked.counts["incidents"] == 1
    # A vague report that fits two precise ones of one source is clear with neither.
    two = [report("a:1", radius_m=500.0), report("a:2", radius_m=500.0, lon=36.83)]
    vague = report("b:1", lon=36.815, radius_m=25_000.0)
    assert link(table(*two, vague)).counts["incidents"] == 3


def test_a_name_that_lumps_parties_is_no_disagreement() -> None:
    one, two = report("a:1", actor=["Insurgents"]), report("b:1", actor=["Front"])
    names = {"Insurgents": frozenset({"F", "G"}), "Front": frozenset({"F"}), "Army": frozenset("S")}
    linked = link(table(one, two), names=names)
    (row,) = linked.incidents.to_pylist()
    assert (row["attribution"], row["actor"], row["disagreements"]) == ("actor", ["Front"], [])
    (pair,) = linked.pairs.to_pylist()
    assert [part["weight"] for part in pair["parts"] if part["what"] == "actor"] == [
        pytest.approx(DEFAULT.actor_alike)
    ]
    (row,) = link(table(one, report("b:1", actor=["Army"])), names=names).incidents.to_pylist()
    assert row["attribution"] == "disputed"


def test_place_and_time_are_the_best_known() -> None:
    (row,) = link(
        table(
            report("a:1", radius_m=5_000.0),
            report("b:1", radius_m=1_000.0, lon=36.82, place="Saraqib"),
            report("c:1", radius_m=25_000.0, lon=36.9, days=2),
        )
    ).incidents.to_pylist()
    assert (row["lon"], row["radius_m"], row["place"]) == (36.82, 1_000.0, "Saraqib")
    assert (row["end"] - row["start"]).days == 1
    (apart,) = link(
        table(report("a:1", radius_m=0.0), report("b:1", radius_m=0.0, lon=36.81))
    ).incidents.to_pylist()
    assert (apart["region"], apart["lon"]) == ("disc", pytest.approx(36.805))
    assert apart["radius_m"] == pytest.approx(452, abs=2)
    assert apart["disagreements"] == [
        "where: the most precise places that are given do not overlap"
    ]


def test_contradicting_decisions_are_said_and_apart_wins() -> None:
    rows = [report("a:1"), report("b:1", lon=38), report("c:1", lon=39)]
    people = Decided(
        join=frozenset({("a:1", "b:1"), ("b:1", "c:1")}), split=frozenset({("a:1", "c:1")})
    )
    linked = link(table(*rows), decided=people)
    assert [r["event_ids"] for r in linked.incidents.to_pylist()] == [["a:1", "b:1"], ["c:1"]]
    assert any("contradicts" in note for note in linked.notes)
    waiting = link(table(*rows), decided=Decided(join=frozenset({("a:1", "z:9")})))
    assert any("wait" in note for note in waiting.notes)


def test_bad_rows_stand_alone_and_are_said() -> None:
    lost = report("a:2", lon=None, lat=None, region="nowhere")
    timeless = report("b:2", start=None, end=None)
    bare = report("", source="c")
    linked = link(table(report("a:1"), lost, timeless, bare, bare))
    assert linked.counts["events"] == 4
    notes = " ".join(linked.notes)
    for words in ("no time", "no place", "without an id", "under an id that another report has"):
        assert words in notes
    assert link(table()).counts["incidents"] == 0


def test_a_gazetteer_default_is_bounded_and_said() -> None:
    rows = [report(f"{'ab'[k % 2]}:{k:05d}", deaths_best=k % 7) for k in range(10_000)]
    linked = link(table(*rows))
    assert linked.counts["incidents"] == 10_000
    assert any("10,000 reports stand on one point" in note for note in linked.notes)


def test_an_incident_is_judged_like_an_event() -> None:
    from truceline.pipeline.check import check
    from truceline.pipeline.terms import load

    linked = link(
        table(report("a:1", day=10), report("b:1", day=10), report("c:9", kind="summary"))
    )
    findings = check(load("idlib-2020"), [linked.incidents])
    assert (findings.checked, findings.summaries) == (1, 1)
    assert findings.table()["event_ids"].to_pylist()[0] == ["a:1", "b:1"]


def test_what_is_plain_to_see_is_found() -> None:
    linked = link(seen_twice(7, 600))
    groups_ = [ids for ids in linked.incidents["event_ids"].to_pylist() if len(ids) > 1]
    found = {(a, b) for ids in groups_ for k, a in enumerate(ids) for b in ids[k + 1 :]}
    right = {pair for pair in found if pair[0][-4:] == pair[1][-4:]}
    by: dict[str, int] = {}
    for name in linked.reports.ids.to_pylist():
        by[name[-4:]] = by.get(name[-4:], 0) + 1
    true = sum(n * (n - 1) // 2 for n in by.values())
    assert len(right) / len(found) > 0.98
    assert len(right) / true > 0.95
    assert linked.counts["incidents"] == pytest.approx(len(by), rel=0.03)


def test_identical_reports_are_counted_and_said() -> None:
    rows = [report(f"{s}:{k}", day=10 * k, deaths_best=k) for k in range(4) for s in "ab"]
    notes = " ".join(link(table(*rows, report("a:9", deaths_best=0))).notes)
    assert "a and b give 4 reports that are the same word for word" in notes
    assert "1 reports say word for word what another of their source says" in notes
    assert not link(table(report("a:1"), report("b:1", text="other words"))).notes


def test_thousands_of_sources_in_one_village_are_bounded_and_said() -> None:
    rng = np.random.default_rng(1)
    rows = [
        report(
            f"s{k:04d}:1",
            lon=36.8 + 0.01 * float(rng.uniform(-1, 1)),
            lat=35.86 + 0.01 * float(rng.uniform(-1, 1)),
        )
        for k in range(3_000)
    ]
    began = time.process_time()
    linked = link(table(*rows))
    assert time.process_time() - began < 10
    assert linked.scored.i.size < 10_000
    assert linked.counts["incidents"] == 3_000
    assert any("sources speak of about one place" in note for note in linked.notes)
    half = len(rows) // 2
    later = relink(link(table(*rows[:100])), table(*rows[half:]))
    later = relink(later, table(*rows[100:half]))
    assert later.membership.equals(linked.membership)
    assert later.notes == linked.notes
    few = link(table(*rows[:120]))
    assert few.counts["incidents"] == 1, "so many can be compared"
    back = relink(linked, table(), removed=[r["event_id"] for r in rows[120:]])
    assert back.membership.equals(few.membership)

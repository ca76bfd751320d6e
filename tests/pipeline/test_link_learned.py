"""The learned engine: the same input, the same columns, the same rules; other weights."""

from pathlib import Path

import pytest

from tests.monitor.link.worlds import report, seen_twice, table, world
from truceline.monitor.link.link import Decided
from truceline.pipeline.link import link_tables
from truceline.pipeline.link_learned import LearnedError

pytest.importorskip("splink", reason="Splink is not installed: pip install 'truceline[learned]'")


def test_it_gives_what_the_default_gives_and_draws_its_weights(tmp_path: Path) -> None:
    events = seen_twice(4, 300)
    chart = tmp_path / "weights.html"
    learned = link_tables([events], engine="splink", chart=chart)
    default = link_tables([events])
    assert learned.incidents.schema == default.incidents.schema
    assert learned.pairs.schema == default.pairs.schema
    assert sorted(learned.membership["event_id"].to_pylist()) == sorted(
        default.membership["event_id"].to_pylist()
    )
    assert learned.pairs.num_rows > 200
    sums = [sum(p["weight"] for p in row) for row in learned.pairs["parts"].to_pylist()]
    assert sums == pytest.approx(learned.pairs["score"].to_pylist(), abs=1e-3)
    assert "<script" in chart.read_text(encoding="utf-8")
    again = link_tables([events.take(list(reversed(range(events.num_rows))))], engine="splink")
    assert again.pairs.equals(learned.pairs)
    assert again.membership.equals(learned.membership)


def test_the_rules_hold_for_it_too() -> None:
    events = seen_twice(4, 300)
    first = link_tables([events], engine="splink")
    group = next(ids for ids in first.incidents["event_ids"].to_pylist() if len(ids) > 1)
    people = Decided(split=frozenset({(group[0], group[1])}))
    second = link_tables([events], engine="splink", decided=people)
    assert all(set(group[:2]) - set(ids) for ids in second.incidents["event_ids"].to_pylist())
    for row in second.incidents.to_pylist():
        sources = [said["source"] for said in row["said"]]
        assert len(sources) == len(set(sources)), "two reports of one source"


def test_too_little_to_learn_from_is_said() -> None:
    with pytest.raises(LearnedError, match="too few"):
        link_tables([world(1, 20)], engine="splink")


def test_it_finds_what_is_plain_to_see() -> None:
    linked = link_tables([seen_twice(4, 300)], engine="splink")
    several = [ids for ids in linked.incidents["event_ids"].to_pylist() if len(ids) > 1]
    right = [len({i[-4:] for i in ids}) == 1 for ids in several]
    assert len(several) > 150
    assert sum(right) / len(right) > 0.95


def test_a_vague_report_is_found_where_little_happens() -> None:
    """Known to 25 km only: it says much where nothing else happened that day."""
    rows = seen_twice(4, 300).to_pylist()
    for row in [r for r in rows if r["source"] == "a"][::5]:
        row |= {"source": "d", "event_id": f"d:{row['event_id'][2:]}", "radius_m": 25_000.0}
        row["place"] = f"district of {row['place']}"
    linked = link_tables([table(*rows)], engine="splink")
    groups = linked.incidents["event_ids"].to_pylist()
    vague = [ids for ids in groups if any(i.startswith("d:") for i in ids) and len(ids) > 1]
    could = {r["event_id"][2:] for r in rows if r["source"] in "bc"}
    known = [r for r in rows if r["source"] == "d" and r["event_id"][2:] in could]
    assert len(vague) > 0.8 * len(known) > 20
    right = [len({i[-4:] for i in ids}) == 1 for ids in vague]
    assert sum(right) / len(right) > 0.95


def test_a_part_that_splink_does_not_learn_is_the_defaults() -> None:
    rows = seen_twice(4, 300).to_pylist()
    rows += [report("z:1", lon=30), report("y:1", lon=30, cites=["z"], day=0)]
    learned = link_tables([table(*rows)], engine="splink").pairs.to_pylist()
    default = link_tables([table(*rows)]).pairs.to_pylist()
    for what in ("place", "time", "crowd", "cites"):
        one, other = (
            next(p["weight"] for p in row["parts"] if p["what"] == what)
            for found in (learned, default)
            for row in found
            if (row["event_a"], row["event_b"]) == ("y:1", "z:1")
        )
        assert one == other, what

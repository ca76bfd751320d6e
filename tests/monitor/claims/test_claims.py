"""Views of the ledger: what disagrees, what is newest, what supersedes what."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truceline.model.claim import Claim, Held, stated_bounds
from truceline.monitor.claims.claims import compare, grain, panels, reach, superseding


def claim(value=None, teller="A", qualifier="", **more) -> Claim:
    low, high = stated_bounds(value, qualifier) if value is not None else (None, None)
    given_ = {
        "measure": "displaced",
        "place": "Idlib",
        "population": "stock",
        "meant_from": "2020-03-06",
        "meant_to": "2020-03-06",
        "said": "2020-03-06",
        "low": low,
        "high": high,
        **more,
    }
    return Claim(value=value, qualifier=qualifier, said_by=teller, **given_)


def held(*claims: Claim) -> list[Held]:
    return [Held(c, n) for n, c in enumerate(claims, 1)]


def verdict(one: Claim, other: Claim) -> tuple[str, float]:
    found = compare(*held(one, other))
    turned = compare(*reversed(held(one, other)))
    assert (found.verdict, found.apart, found.ratio) == (turned.verdict, turned.apart, turned.ratio)
    return found.verdict, found.apart


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ((500, "nearly"), (450, "at least"), ("agree", 0)),
        ((500, "nearly"), (620, ""), ("disagree", 121)),
        ((500, "nearly"), (300, ""), ("cannot-tell", 150)),
        ((500, "nearly"), (120, ""), ("disagree", 330)),
        ((1_000_000, "around"), (948_000, ""), ("agree", 0)),
        ((1_000_000, "around"), (100_000, ""), ("disagree", 800_000)),
        ((980_000, ""), (960_000, ""), ("disagree", 20_000)),
        ((959_000, ""), (960_000, ""), ("cannot-tell", 1_000)),
        ((34, ""), (33, ""), ("disagree", 1)),
        ((34, ""), (34, ""), ("agree", 0)),
        ((450, "at least"), (5_000_000, ""), ("agree", 0)),
        ((450, "up to"), (451, ""), ("disagree", 1)),
        ((0, ""), (5, ""), ("disagree", 5)),
    ],
)
def test_whether_two_figures_disagree_and_by_how_much(one, other, expected):
    assert verdict(claim(one[0], "A", one[1]), claim(other[0], "B", other[1])) == expected


def test_ranges_are_compared_as_ranges():
    wide = claim(teller="B", low=450.0, high=520.0)
    assert verdict(claim(500, "A"), wide) == ("agree", 0)
    assert verdict(claim(600, "A"), wide) == ("disagree", 80)
    found = compare(*held(claim(600, "A"), wide))
    assert found.ratio == pytest.approx(600 / 520, abs=1e-4)


def test_a_thousandfold_difference_is_named():
    assert "thousand" in compare(*held(claim(3_600_000), claim(3_600, "B"))).why


def test_figures_of_days_not_known_may_both_hold():
    loose = {"population": "unknown", "meant_from": "", "meant_to": ""}
    found = compare(*held(claim(10, "A", **loose), claim(99, "B", **loose)))
    assert (found.verdict, found.apart) == ("cannot-tell", 89)
    assert "days" in found.why


def test_kinds_of_figures_are_never_mixed():
    month = {"population": "flow", "meant_from": "2020-03-01", "meant_to": "2020-03-31"}
    year = {"population": "flow", "meant_from": "2020-01-01", "meant_to": "2020-12-31"}
    since = {"population": "cumulative", "meant_from": "2019-12-01"}
    found = panels(held(claim(1), claim(2, **month), claim(3, **year), claim(4, **since)))
    assert {(p.population, p.grain) for p in found} == {
        ("stock", ""),
        ("flow", "month"),
        ("flow", "year"),
        ("cumulative", ""),
    }
    assert all(len(p.lines) == 1 for p in found)


def test_civilians_and_soldiers_are_two_lines_and_are_not_compared():
    found = panels(held(claim(5, "A", of_whom="civilians"), claim(9, "B", of_whom="soldiers")))
    assert len(found) == 1
    assert found[0].differences == ()
    assert "civilians" in found[0].uncompared[0]


def test_flows_are_compared_over_the_same_days_only():
    march = {"population": "flow", "meant_from": "2020-03-01", "meant_to": "2020-03-31"}
    april = {"population": "flow", "meant_from": "2020-04-01", "meant_to": "2020-04-30"}
    found = panels(held(claim(5, "A", **march), claim(9, "B", **march), claim(7, "B", **april)))
    assert [(d.first.number, d.second.number) for d in found[0].differences] == [(1, 2)]


def test_stocks_far_apart_in_time_are_not_compared():
    later = {"meant_from": "2020-05-06", "meant_to": "2020-05-06"}
    found = panels(held(claim(5, "A"), claim(9, "B", **later)))
    assert found[0].differences == ()
    assert "different days" in found[0].uncompared[0]


def test_the_newest_figure_of_a_source():
    days = ["2020-03-06", "2020-03-01", "2020-03-04"]
    found = panels(held(*(claim(k, meant_from=d, meant_to=d) for k, d in enumerate(days))))
    line = found[0].lines[0]
    assert [p.day for p in line.points] == sorted(days)
    assert line.newest.held.claim.value == 0


def test_a_newer_figure_supersedes_only_its_own_source_about_the_same():
    old = held(claim(100, "A"), claim(200, "B"))
    new = [
        claim(110, "A", said="2020-03-09"),
        claim(120, "A", said="2020-03-09", place="Homs"),
        claim(130, "C", said="2020-03-09"),
        claim(140, "A", said="2020-03-09", meant_from="2020-03-09", meant_to="2020-03-09"),
    ]
    made, clashes = superseding(old, new, 3)
    assert [(h.number, h.supersedes) for h in made] == [(3, 1), (4, None), (5, None), (6, None)]
    assert clashes == []


def test_an_older_statement_that_comes_late_supersedes_nothing():
    made, _ = superseding(held(claim(100, "A")), [claim(90, "A", said="2020-03-01")], 2)
    assert made[0].supersedes is None


def test_days_not_known_supersede_nothing():
    loose = {"meant_from": "", "meant_to": "", "population": "unknown"}
    made, _ = superseding(held(claim(1, **loose)), [claim(2, said="2020-04-01", **loose)], 2)
    assert made[0].supersedes is None


def test_one_file_that_contradicts_itself_keeps_both():
    made, clashes = superseding([], [claim(1), claim(2)], 1)
    assert [h.supersedes for h in made] == [None, None]
    assert len(clashes) == 1
    later, _ = superseding(made, [replace(claim(3), document="other")], 3)
    assert later[0].supersedes == 2  # the last that was given; the first stays in sight


def test_a_superseded_figure_stays_in_its_line_and_is_not_compared():
    first = claim(100, "A")
    entries = [
        Held(first, 1),
        Held(replace(first, value=200.0, said="2020-03-07"), 2, 1),
        Held(claim(100, "B"), 3),
    ]
    found = panels(entries)[0]
    line = next(li for li in found.lines if li.teller == "A")
    assert [p.superseded for p in line.points] == [True, False]
    assert line.newest.held.number == 2
    assert [(d.first.number, d.second.number) for d in found.differences] == [(2, 3)]


def test_a_place_is_found_by_name_by_code_and_by_what_lies_around_it():
    entries = held(claim(1, pcode="SY0703", within=("SY07",)), claim(2, place="Homs"))
    assert len(panels(entries, place="SY07")) == 1
    assert len(panels(entries, place="sy0703")) == 1
    assert len(panels(entries, place="homs")) == 1
    assert panels(entries, place="Aleppo") == []
    assert panels(entries, measure="killed") == []


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("2020-03-06", "2020-03-06", "day"),
        ("2020-03-02", "2020-03-08", "week"),
        ("2020-02-01", "2020-02-29", "month"),
        ("2019-01-01", "2019-12-31", "year"),
        ("2020-03-01", "2020-03-15", "15 days"),
    ],
)
def test_how_long_a_flow_is(first, last, expected):
    assert grain(claim(1, population="flow", meant_from=first, meant_to=last)) == expected


figures = st.integers(min_value=1, max_value=10**9)
words = st.sampled_from(["", "nearly", "at least", "around", "up to", "more than", "just over"])


@given(figures, words)
def test_a_reach_holds_what_is_commonly_meant_inside_what_is_possible(value, qualifier):
    found = reach(claim(value, "A", qualifier))
    assert found.least <= found.low <= found.high <= found.most


@given(figures, words, figures, words)
def test_comparing_is_even_handed(a, p, b, q):
    verdict(claim(a, "A", p), claim(b, "B", q))

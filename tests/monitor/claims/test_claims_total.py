"""Sums: only where nothing overlaps, else a refusal that says why."""

from dataclasses import replace

import pytest

from truceline.model.claim import Claim, Held
from truceline.monitor.claims.total import Refused, Total, disjoint, total

MARCH = Claim(
    measure="displaced",
    value=100.0,
    place="Idleb",
    pcode="SY07",
    population="flow",
    meant_from="2020-03-01",
    meant_to="2020-03-31",
    said_by="OCHA",
)
APRIL = replace(MARCH, value=50.0, meant_from="2020-04-01", meant_to="2020-04-30")
ALEPPO = replace(MARCH, value=7.0, place="Aleppo", pcode="SY02")
STOCK = replace(MARCH, population="stock", meant_from="2020-03-31")


def ask(*claims: Claim) -> Total | Refused:
    return total([Held(c, n) for n, c in enumerate(claims, 1)])


def test_periods_and_places_that_share_nothing_are_added():
    found = ask(MARCH, APRIL, ALEPPO)
    assert isinstance(found, Total)
    assert (found.value, found.low, found.high, found.parts) == (157, 157, 157, 3)
    assert "movements" in found.caution


def test_stocks_of_one_day_in_different_places_are_added():
    found = ask(STOCK, replace(STOCK, pcode="SY02", place="Aleppo", value=1.0))
    assert isinstance(found, Total)
    assert found.value == 101


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (replace(MARCH, meant_from="2020-03-15", meant_to="2020-04-15"), "overlap"),
        (replace(MARCH, meant_from="2020-01-01", meant_to="2020-12-31"), "overlap"),
        (replace(MARCH, pcode="SY0703", place="Harim"), "lies in the other"),
        (
            replace(MARCH, pcode="C4126", place="Ariha", within=("SY07", "SY0705")),
            "lies in the other",
        ),
        (replace(MARCH, pcode="", place="Somewhere"), "cannot be told"),
        (replace(APRIL, measure="killed"), "different things"),
        (replace(APRIL, of_whom="children"), "different people"),
        (replace(APRIL, said_by="UNHCR"), "two sources"),
        (replace(APRIL, population="stock"), "different kinds"),
        (replace(APRIL, meant_to=""), "which days"),
    ],
)
def test_what_overlaps_or_is_unclear_is_refused(other, why):
    found = ask(MARCH, other)
    assert isinstance(found, Refused)
    assert why in found.why


def test_stocks_of_different_days_are_refused():
    later = replace(STOCK, meant_from="2020-04-30", meant_to="2020-04-30")
    found = ask(STOCK, later)
    assert isinstance(found, Refused)
    assert "same people" in found.why


def test_a_kind_that_is_not_known_is_refused():
    assert isinstance(ask(replace(MARCH, population="unknown")), Refused)
    assert isinstance(ask(), Refused)


def test_superseded_figures_do_not_count():
    entries = [Held(MARCH, 1), Held(replace(MARCH, value=120.0), 2, 1)]
    found = total(entries, frozenset({1}))
    assert isinstance(found, Total)
    assert found.value == 120


def test_ranges_are_added_as_ranges():
    found = ask(replace(MARCH, value=None, low=90.0, high=110.0), APRIL)
    assert isinstance(found, Total)
    assert (found.value, found.low, found.high) == (None, 140, 160)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (MARCH, ALEPPO, "yes"),
        (MARCH, replace(MARCH, pcode="SY070300"), "no"),
        (replace(MARCH, pcode="C1"), replace(MARCH, pcode="C1366"), "cannot-tell"),
        (replace(MARCH, pcode="C998"), replace(MARCH, pcode="C1366"), "yes"),
        (replace(MARCH, pcode="C998", within=("SY02",)), MARCH, "yes"),
    ],
)
def test_places_that_share_no_ground(one, other, expected):
    if expected == "cannot-tell":
        assert disjoint(one, other) in ("no", "cannot-tell")
    else:
        assert disjoint(one, other) == expected
        assert disjoint(other, one) == expected

"""A claim: what its words state, what makes it the same claim, and what it travels as."""

import json
from dataclasses import replace

import pytest

from truceline.model.claim import Claim, qualifier_class, stated_bounds
from truceline.model.statement import Statement

BASE = Claim(
    measure="killed",
    value=500.0,
    high=499.0,
    qualifier="nearly",
    of_whom="civilians",
    place="Idlib",
    pcode="SY07",
    within=("SY",),
    population="flow",
    meant_from="2020-02-01",
    meant_to="2020-02-29",
    said="2020-03-06",
    said_by="Monitor A",
    document="0" * 64,
)


@pytest.mark.parametrize(
    ("words", "kind", "bounds"),
    [
        ("nearly", "nearly", (None, 499)),
        ("Almost", "nearly", (None, 499)),
        ("at least", "at-least", (500, None)),
        ("more than", "above", (501, None)),
        ("over", "above", (501, None)),
        (">", "above", (501, None)),
        ("fewer than", "below", (None, 499)),
        ("up to", "at-most", (None, 500)),
        ("around", "about", (None, None)),
        ("~", "about", (None, None)),
        ("", "", (None, None)),
        ("exactly nearly", "", (None, None)),
    ],
)
def test_what_a_qualifier_states(words, kind, bounds):
    assert qualifier_class(words) == kind
    assert stated_bounds(500, words) == bounds


def test_a_claim_travels_as_json_and_comes_back_the_same():
    travelled = json.loads(json.dumps(BASE.to_json()))
    assert Claim.from_json(travelled) == BASE
    assert Claim.from_json({**travelled, "of a later version": 1}) == BASE
    assert travelled["value"] == 500
    assert "by_whom" not in travelled


def test_a_claim_of_a_table_is_the_same_in_next_months_workbook():
    again = replace(BASE, document="1" * 64, line=77, file="other.xlsx")
    assert again.key() == BASE.key()
    for change in (
        {"value": 501.0},
        {"said": "2020-03-07"},
        {"said_by": "B"},
        {"place": "x", "pcode": ""},
    ):
        assert replace(BASE, **change).key() != BASE.key()


def test_words_of_a_text_count_with_their_place_in_it():
    words = replace(BASE, start=10, end=20, words="nearly 500 civilians")
    assert words.key() != BASE.key()
    assert replace(words, source="another name of the file").key() == words.key()
    assert replace(words, start=90, end=100).key() != words.key()


def test_people_in_general_are_counted_alike_and_groups_are_not():
    assert replace(BASE, of_whom="people").whom == replace(BASE, of_whom="").whom == ""
    assert BASE.whom == "civilians"
    assert replace(BASE, measure="other", word="Returned").kind == "other: returned"


def test_a_statement_travels_as_json():
    said = Statement("Speaker", "words", "2020-03-06", "paper", document="0" * 64, start=1, end=6)
    assert Statement.from_json(said.to_json()) == said
    assert replace(said, start=2).key() != said.key()

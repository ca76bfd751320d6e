"""Numbers that count people or acts, and those that do not."""

from datetime import date

import pytest

from truceline.reading import read
from truceline.reading.claims.figures import spots_of
from truceline.reading.claims.words import classes
from truceline.reading.marks import marks_of
from truceline.reading.numbers import quantity_at
from truceline.reading.page.document import open_page
from truceline.reading.page.words import sentences_of
from truceline.reading.times.anchoring import Calendar


@pytest.mark.parametrize(
    ("words", "value", "low", "high"),
    [
        ("three-quarters of a million people", 750_000, None, None),
        ("a quarter of a million people", 250_000, None, None),
        ("a million and a half people", 1_500_000, None, None),
        ("half a dozen men", 6, None, None),
        ("6 million 900 thousand displaced", 6_900_000, None, None),
        ("four and a half to six million people", None, 4_500_000, 6_000_000),
        ("two or three dozen men", None, 24, 36),
        ("three to four hundred men", None, 300, 400),
    ],
)
def test_number_forms(
    words: str, value: float | None, low: float | None, high: float | None
) -> None:
    tokens = sentences_of(open_page(words.encode(), name="text.txt"))[0].tokens
    q = quantity_at(tokens, 0)
    assert q is not None
    assert (q.value, q.low, q.high) == (value, low, high)


@pytest.mark.parametrize(
    "words",
    [
        "Hawa Idris, 38, was shot dead near the well.",
        "Nine in ten residents have been displaced, aid groups say.",
        "We recall that the truce of 2016 to 2017 ended in bloodshed and death.",
    ],
)
def test_ages_shares_and_years_are_no_claims(words: str) -> None:
    found = read(("(SIMULATED) " + words).encode(), name="text.txt", published=date(2024, 1, 5))
    assert [c for c in found.claims if (c.value or c.low) in (9, 10, 38, 2016)] == []


def test_circled_digits_are_read_past() -> None:
    found = read("(SIMULATED) ③ On 5 March ② the truce began.".encode(), name="text.txt")
    assert found.source.startswith("(SIMULATED)")


def spots(words: str) -> list[float | None]:
    """The values of the numbers of a sentence that may count something."""
    sentence = sentences_of(open_page(words.encode(), name="text.txt"))[0]
    marks = marks_of(sentence, Calendar(date(2016, 3, 1)))
    kinds = [classes(t.low) for t in sentence.tokens]
    return [s.q.value for s in spots_of(sentence, marks, kinds)]


@pytest.mark.parametrize(
    ("words", "values"),
    [
        ("No deaths were reported.", [0]),
        ("A mortar round landed in the yard, with no one hurt.", [0]),
        ("A 61-year-old woman was killed by a mine.", [1]),
        ("In the square a woman (52) was injured by shrapnel.", [1]),
        ("2.2 The parties stop attacks on the civilian population.", []),
        ("Shots at the bridge (1105) wounded two men.", [2]),
        ("Fighting since early 2007 has killed 16,210 civilians.", [16210]),
        ("There was no longer any fighting that killed civilians.", []),
    ],
)
def test_numbers_that_may_count(words: str, values: list[float]) -> None:
    assert spots(words) == values

"""Numbers that count people or acts, and those that do not."""

from datetime import date

import pytest

from truceline.reading import read
from truceline.reading.numbers import quantity_at
from truceline.reading.page.document import open_page
from truceline.reading.page.words import sentences_of


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

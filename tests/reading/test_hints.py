"""Hints leave out no match: what a pattern finds, it finds where its letters stand."""

import re
import string
import sys

import pytest

from truceline.reading.claims.words import _patterns
from truceline.reading.hints import Hinted, folded
from truceline.reading.page.furniture import _SITE_RES
from truceline.reading.terms.recurring import _PATTERNS
from truceline.reading.terms.weighed import _SIGNS


def test_folded_is_small_wherever_a_pattern_without_case_finds_an_ascii_letter() -> None:
    letters = re.compile(f"[{string.ascii_letters}]", re.I)
    for code in range(sys.maxunicode + 1):
        char = chr(code)
        if letters.fullmatch(char):
            assert folded(char) in string.ascii_lowercase
            assert re.fullmatch(folded(char), char, re.I)


@pytest.mark.parametrize(
    ("pattern", "any_of"),
    [
        (r"\b(?:shall|will|must)\b", ("must", "shall", "will")),
        (r"\bmust\b|\d+ days", (" days", "must")),
        (r"(?:very )?good(?! day)", ("good",)),
        (r"\d+ ?%", ("%",)),
        (r"\d+|days", ("",)),
        (r"a?", ("",)),
        (r"(?:days|weeks){2,3}", ("days", "weeks")),
        (r"(?:days)*", ("",)),
    ],
)
def test_the_letters_that_a_match_needs(pattern: str, any_of: tuple[str, ...]) -> None:
    assert Hinted(pattern).any_of == any_of


def test_a_match_is_the_patterns_own() -> None:
    hinted = Hinted(r"\bsign(?:ed|s)\b", re.I)
    assert hinted.any_of == ("sign",)
    for text in ("It SIGNED it", "it ſignſ", "no such word", "signal"):
        mine, plain = hinted.search(text, folded(text)), hinted.pattern.search(text)
        assert (mine and mine.span()) == (plain and plain.span())


def test_most_of_the_long_patterns_have_a_hint() -> None:
    hinted = [p for some in (_SITE_RES, _PATTERNS, _SIGNS, _patterns()) for _, p in some]
    assert sum(p.any_of != ("",) for p in hinted) > 0.7 * len(hinted)

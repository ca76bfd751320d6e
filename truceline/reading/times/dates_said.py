"""Calendar dates in words and figures: "15 March", "the twenty-third of January", "2002-02-23"."""

import re
from typing import Any

from truceline.reading.numbers import number_at
from truceline.reading.page.words import Token

MONTHS = {
    m: i
    for i, names in enumerate(
        (
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sep sept",
            "october oct",
            "november nov",
            "december dec",
        ),
        1,
    )
    for m in names.split()
}


ORDINAL = re.compile(r"(?:st|nd|rd|th)$")


# A day as said: its kind, then numbers and words; the kinds stand in ``Said``.
Day = tuple[Any, ...]


_ORDINALS = {
    w: i
    for i, w in enumerate(
        [
            "first",
            "second",
            "third",
            "fourth",
            "fifth",
            "sixth",
            "seventh",
            "eighth",
            "ninth",
            "tenth",
            "eleventh",
            "twelfth",
            "thirteenth",
            "fourteenth",
            "fifteenth",
            "sixteenth",
            "seventeenth",
            "eighteenth",
            "nineteenth",
            "twentieth",
        ],
        1,
    )
} | {"thirtieth": 30}
_TENS = {"twenty": 20, "thirty": 30}
ORDINAL_STARTS = frozenset((*_ORDINALS, *_TENS))


def day_number(token: Token) -> int | None:
    """The day of a month that a token in figures may say."""
    if token.text.isdecimal() and 1 <= int(token.text) <= 31:
        return int(token.text)
    return None


def ordinal_word(tokens: list[Token], i: int) -> tuple[int, int] | None:
    """A day of the month as an ordinal in words, and the token after it: "twenty-third"."""
    low = tokens[i].low
    if low in _ORDINALS:
        return _ORDINALS[low], i + 1
    if low in _TENS:
        k = i + 2 if i + 2 < len(tokens) and tokens[i + 1].text in "-‑–" else i + 1
        if k < len(tokens) and 0 < _ORDINALS.get(tokens[k].low, 0) < 10:
            value = _TENS[low] + _ORDINALS[tokens[k].low]
            return (value, k + 1) if value <= 31 else None
    return None


def skip_ordinal(tokens: list[Token], j: int) -> int:
    """``j``, or the token after the ending of an ordinal that stands there."""
    if (
        j < len(tokens)
        and ORDINAL.fullmatch(tokens[j].low)
        and tokens[j].start == tokens[j - 1].end
    ):
        return j + 1
    return j


def year_at(tokens: list[Token], j: int) -> tuple[int | str | None, int]:
    """The year at token ``j`` ("next", "this", "that" as words) and the token after it."""
    words = [t.low for t in tokens[j : j + 4]]
    if words[:2] == ["next", "year"]:
        return "next", j + 2
    if words[:1] == ["of"] and words[1:] and words[1] in ("that", "this", "next", "the"):
        if words[2:3] == ["year"] and words[1] != "the":
            return words[1], j + 3
        if words[2:4] == ["same", "year"]:
            return "that", j + 4
    k = j + 1 if j < len(tokens) and tokens[j].low in (",", "of") else j
    if (
        k < len(tokens)
        and tokens[k].text.isdecimal()
        and len(tokens[k].text) == 4
        and 1900 <= int(tokens[k].text) <= 2100
    ):
        after = tokens[k + 1].low if k + 1 < len(tokens) else ""
        if after in ("hours", "hrs", "gmt", "utc", "local"):
            return None, j
        return int(tokens[k].text), k + 1
    if k < len(tokens) and tokens[k].low in ("nineteen", "two"):
        return _worded_year(tokens, k) or (None, j)
    return None, j


def _worded_year(tokens: list[Token], k: int) -> tuple[int, int] | None:
    """ "nineteen hundred and forty-nine", "two thousand and two"."""
    number = number_at(tokens, k)
    if number is not None and 1900 <= number[0] <= 2100 and number[1] > k + 1:
        return int(number[0]), number[1]
    return None


def month_of(token: Token) -> int | None:
    """The number of a month's name, also in the possessive ("15 August's")."""
    low = token.low.removesuffix("'s").removesuffix("’s")
    return MONTHS.get(low) if token.text[0].isupper() else None


def _is_month(token: Token) -> bool:
    """Whether a token after a day's number is a month, in small letters too ("11 april")."""
    return month_of(token) is not None or (
        len(token.low) > 2 and token.low in MONTHS and token.low not in ("may", "march", "mar")
    )


def _month_beside(token: Token) -> int | None:
    return month_of(token) or MONTHS.get(token.low)


def date_at(tokens: list[Token], i: int) -> tuple[Day, int, Day | None] | None:
    """The calendar date at token ``i``: (day, next token, end of a range)."""
    n = len(tokens)
    token = tokens[i]
    if token.text.isdecimal():
        if (
            len(token.text) == 4
            and i + 4 < n
            and tokens[i + 1].text in "-/."
            and tokens[i + 3].text == tokens[i + 1].text
        ):
            m, d = tokens[i + 2].text, tokens[i + 4].text
            if m.isdecimal() and d.isdecimal() and 1 <= int(m) <= 12 and 1 <= int(d) <= 31:
                return ("date", int(token.text), int(m), int(d)), i + 5, None
        if (
            len(token.text) <= 2
            and i + 4 < n
            and tokens[i + 1].text in "/-"
            and tokens[i + 3].text == tokens[i + 1].text
            and len(tokens[i + 4].text) == 4
            and tokens[i + 4].text.isdecimal()
            and tokens[i + 2].text.isdecimal()
        ):
            a, b, y = int(token.text), int(tokens[i + 2].text), int(tokens[i + 4].text)
            if 1 <= a <= 31 and 1 <= b <= 12:
                return ("date", y, b, a), i + 5, None
            if 1 <= a <= 12 and 1 <= b <= 31:
                return ("date", y, a, b), i + 5, None
        day = day_number(token)
        if day is None:
            return None
        return _from_day(tokens, i, day, skip_ordinal(tokens, i + 1))
    if token.low in ORDINAL_STARTS:
        worded = ordinal_word(tokens, i)
        return _from_day(tokens, i, *worded) if worded else None
    return _from_month(tokens, i)


_TO = frozenset(("-", "–", "—", "to", "and", "/", "till", "until", "through"))


def _from_day(tokens: list[Token], i: int, day: int, j: int) -> tuple[Day, int, Day | None] | None:
    """The date that begins with a day's number at token ``i``; ``j``: the token after the number."""
    n = len(tokens)
    if j < n and tokens[j].low == "day" and j + 1 < n and tokens[j + 1].low == "of":
        j += 1
    k = j + 1 if j < n and tokens[j].low == "of" else j
    if k < n and tokens[k].text == "-" and k + 1 < n and _is_month(tokens[k + 1]):
        k += 1
    if k < n and _is_month(tokens[k]):
        k2 = k + 1
        if k2 + 1 < n and tokens[k2].text == "." and tokens[k2 + 1].text.isdecimal():
            k2 += 1
        if k2 < n and tokens[k2].text == "-" and k2 + 1 < n and tokens[k2 + 1].text.isdecimal():
            k2 += 1
        year, end = year_at(tokens, k2)
        return ("date", year, _month_beside(tokens[k]), day), end, None
    # 15-17 March, 15 to 17 March
    listed = tokens[j].text == "," if j < n else False
    if j + 2 < n and (tokens[j].low in _TO or (listed and tokens[j + 2].low in (",", "and"))):
        at = j + 2 if tokens[j + 1].low == "the" else j + 1
        worded = ordinal_word(tokens, at)
        other = day_number(tokens[at]) or (worded[0] if worded else None)
        if other and other > day:
            inner = date_at(tokens, at)
            if inner and inner[0][0] == "date":
                return ("date", inner[0][1], inner[0][2], day), inner[1], inner[0]
    return None


def _closes(tokens: list[Token], k: int) -> bool:
    """Whether the token ``k`` cannot be what a number before it counts."""
    return k >= len(tokens) or tokens[k].low in (",", ".", ";", "in", "at", "to", "on", "for")


def _from_month(tokens: list[Token], i: int) -> tuple[Day, int, Day | None] | None:
    """The date or month that begins with a month's name or stands in one token, at token ``i``."""
    n, token = len(tokens), tokens[i]
    if month_of(token) is not None:
        j = i + 1
        if j < n and tokens[j].text == "." and j + 1 < n and tokens[j + 1].text.isdecimal():
            j += 1
        if j < n and tokens[j].low == "the":
            j += 1
        if j < n and tokens[j].text.isdecimal():
            day = day_number(tokens[j])
            if day is not None and not (j + 1 < n and tokens[j + 1].low in ("people", "civilians")):
                k = skip_ordinal(tokens, j + 1)
                last = None
                if (
                    k + 1 < n
                    and (
                        tokens[k].text in "-–/"
                        or tokens[k].low in ("to", "through", "until")
                        or (
                            tokens[k].low == "and"
                            and i
                            and (
                                tokens[i - 1].low == "between"
                                or (tokens[i - 1].low == "on" and _closes(tokens, k + 2))
                            )
                        )
                    )
                    and (
                        k + 2 >= n
                        or tokens[k + 2].low
                        not in ("people", "km", "days", "p.m.", "a.m.", "%", ":")
                    )
                    and (other := day_number(tokens[k + 1]))
                    and other > day
                ):
                    last = other
                    k = skip_ordinal(tokens, k + 2)
                year, end = year_at(tokens, k)
                month = month_of(token)
                return (
                    ("date", year, month, day),
                    end,
                    ("date", year, month, last) if last else None,
                )
            year, end = year_at(tokens, j)
            if year:
                return ("month", year, month_of(token)), end, None
        if token.low == "may" and not (
            i
            and tokens[i - 1].low
            in ("in", "since", "of", "by", "until", "early", "late", "mid", "last", "next", "this")
        ):
            return None
        if token.low in ("march", "mar", "jan", "sun", "sat") and not (
            i
            and tokens[i - 1].low
            in (
                "in",
                "since",
                "of",
                "by",
                "until",
                "early",
                "late",
                "mid",
                "last",
                "next",
                "from",
                "this",
                "-",
            )
        ):
            return None
        return ("month", None, month_of(token)), i + 1, None
    if "." not in token.text:
        return None
    match = re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", token.text)
    if match and int(match[2]) <= 12 and 1 <= int(match[1]) <= 31:
        return ("date", int(match[3]), int(match[2]), int(match[1])), i + 1, None
    return None

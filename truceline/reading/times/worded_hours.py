"""Hours told in an order that is not English: "at the hour seven of the evening", "from 12 hours of
August 23", "at two hour of dawn", "00 hours 01 minute"."""

from truceline.reading.page.words import Token
from truceline.reading.times.dates_said import MONTHS
from truceline.reading.times.dayparts import HOURS, WEEKDAYS

_PARTS = {"morning": 0, "dawn": 0, "noon": 0, "afternoon": 12, "evening": 12, "night": 6}
_LED = frozenset(("at", "from", "to", "until", "till", "since", "by", "in", "on", "of", "the"))
_OF_DAY = frozenset(("today", "tomorrow", "yesterday", "day", "this", "on", *WEEKDAYS, *MONTHS))


def _number(token: Token) -> int | None:
    if token.text.isdecimal() and len(token.text) < 3 and int(token.text) <= 24:
        return int(token.text)
    return HOURS.get(token.low) if token.low != "one" else None  # "one" is rarely an hour


def _minutes(tokens: list[Token], j: int) -> tuple[int, int]:
    """The minutes said at token ``j``, "and half" or "and 30 minutes", and the token after them."""
    k = j + 1 if j < len(tokens) and tokens[j].low == "and" else j
    if k > j and k < len(tokens) and tokens[k].low == "half":
        return 30, k + 1
    if (
        k + 1 < len(tokens)
        and tokens[k].text.isdecimal()
        and int(tokens[k].text) < 60
        and tokens[k + 1].low in ("minute", "minutes")
    ):
        return int(tokens[k].text), k + 2
    return 0, j


def _part(tokens: list[Token], j: int) -> tuple[int | None, int]:
    """The least hour of the part of the day at token ``j``, and the token after it."""
    k = j
    while k < len(tokens) and k < j + 3 and tokens[k].low in ("of", "in", "the", "this"):
        k += 1
    if k < len(tokens) and tokens[k].low in _PARTS:
        return _PARTS[tokens[k].low], k + 1
    return None, j


def _of_the_day(hour: int, part: int | None) -> int:
    if part == 6:
        return 0 if hour == 12 else hour + 12 if 6 <= hour < 12 else hour
    return hour + 12 if part == 12 and hour < 12 else hour


def worded_hour(tokens: list[Token], i: int) -> tuple[int, int, bool, int, bool] | None:
    """hour, minute, is-midnight-word, next token, certain: as of a clock, or None."""
    n, low = len(tokens), tokens[i].low
    before = tokens[i - 1].low if i else ""
    if i + 1 >= n or before not in _LED:
        return None
    if low in ("hour", "hours"):
        hour = _number(tokens[i + 1])
        if hour is None or before in ("of", "on"):
            return None
        minute, j = _minutes(tokens, i + 2)
        part, k = _part(tokens, j)
        if part is None and j < n and tokens[j].low in ("days", "hours", "months", "weeks"):
            return None
        return _of_the_day(hour, part) % 24, minute, False, k if part is not None else j, True
    if tokens[i + 1].low not in ("hour", "hours") or before in ("the", "in"):
        return None
    hour = _number(tokens[i])
    if hour is None:
        return None
    minute, j = _minutes(tokens, i + 2)
    part, k = _part(tokens, j)
    if part is not None:
        return _of_the_day(hour, part) % 24, minute, False, k, True
    if j > i + 2:
        return hour % 24, minute, False, j, True
    if (
        j + 1 < n
        and tokens[j].low == "of"
        and before in ("at", "from", "until", "till", "since")
        and (tokens[j + 1].low in _OF_DAY or tokens[j + 1].low == "the")
        and (tokens[j + 1].low != "the" or (j + 2 < n and tokens[j + 2].text[:1].isdecimal()))
    ):
        return hour % 24, 0, False, j, True
    return None

"""Days told by a stretch of the calendar: "the end of March", "the first half of April", "mid-year",
"the first Monday of July", and feasts that have one date."""

import calendar
import re

from truceline.reading.numbers import number_at
from truceline.reading.page.words import Token
from truceline.reading.times.dates_said import Day, month_of, year_at

WEEKDAYS = {
    d: i
    for i, names in enumerate(
        (
            "monday mon",
            "tuesday tue tues",
            "wednesday wed",
            "thursday thu thur thurs",
            "friday fri",
            "saturday sat",
            "sunday sun",
        )
    )
    for d in names.split()
}


def end_of(tokens: list[Token], i: int) -> tuple[Day, int] | None:
    """ "the last day of the year", "the end of March", "year's end", "the month is out"."""
    words = [t.low for t in tokens[i : i + 8]]
    if words[:1] == ["the"] and len(words) > 1:
        return end_of(tokens, i + 1)
    if words[0] in ("month", "year"):
        return (("end", words[0], 0), i + 3) if words[1:3] == ["is", "out"] else None
    if words[0] in ("year's", "year’s", "month's", "month’s"):
        return (("end", words[0][:-2], 0), i + 2) if words[1:2] == ["end"] else None
    k = 1 if words[0] in ("end", "close") else 0
    if words[0] == "last":
        k = 2 if words[1:2] == ["day"] else 1
    if not k or words[k : k + 1] != ["of"]:
        return None
    k += 1
    if words[k : k + 3] == ["the", "month", "of"]:
        k += 3
    if i + k < len(tokens) and (month := month_of(tokens[i + k])):
        year, end = year_at(tokens, i + k + 1)
        return ("monthend", year, month), end
    if i + k < len(tokens) and re.fullmatch(r"(?:19|20)\d\d", words[k]):
        return ("date", int(words[k]), 12, 31), i + k + 1
    shift = 0
    while words[k : k + 1] and words[k] in ("the", "this", "next", "current", "present"):
        shift = 1 if words[k] == "next" else shift
        k += 1
    if words[k : k + 1] and words[k] in ("year", "month"):
        return ("end", words[k], shift), i + k + 1
    return None


_STRETCHES = {
    ("first", "half"): (1, 15),
    ("second", "half"): (16, 0),
    ("first", "week"): (1, 7),
    ("second", "week"): (8, 14),
    ("third", "week"): (15, 21),
    ("first", "days"): (1, 5),
    ("last", "week"): (-7, 0),
}


def _first_days_of(tokens: list[Token], i: int) -> tuple[Day, int, Day | None] | None:
    """ "the first fifteen days of April", "the first two weeks of May": the first day and the last."""
    number, month = number_at(tokens, i + 1), month_of(tokens[i + 4])
    size = {"days": 1, "weeks": 7}.get(tokens[i + 2].low, 0)
    if number is None or month is None or number[1] != i + 2 or not 0 < number[0] * size <= 28:
        return None
    year, end = year_at(tokens, i + 5)
    return ("date", year, month, 1), end, ("date", year, month, int(number[0] * size))


POINTS = {"beginning": 1, "start": 1, "middle": 15}


def point_of(tokens: list[Token], i: int) -> tuple[Day, int] | None:
    """ "the middle of January", "the beginning of June", "the middle of the month"."""
    if i + 2 >= len(tokens) or tokens[i + 1].low != "of":
        return None
    day = POINTS[tokens[i].low]
    if (month := month_of(tokens[i + 2])) is not None:
        year, end = year_at(tokens, i + 3)
        return ("date", year, month, day), end
    words = [t.low for t in tokens[i + 2 : i + 4]]
    return (("dom", day), i + 4) if words in (["the", "month"], ["this", "month"]) else None


def feast(tokens: list[Token], i: int) -> tuple[Day, int] | None:
    """ "Christmas Eve", "Christmas", "New Year's Day": feasts that have one date."""
    words = [t.low for t in tokens[i : i + 4]]
    if words[0] == "christmas":
        if words[1:2] == ["eve"]:
            return ("date", None, 12, 24), i + 2
        if words[1:2] == ["day"] or words[1:2] in ([], ["."], [","], [";"], ["and"]):
            return ("date", None, 12, 25), i + (2 if words[1:2] == ["day"] else 1)
        return None
    if words[:2] == ["new", "year's"] or words[:2] == ["new", "year’s"]:
        if words[2:3] == ["day"]:
            return ("date", None, 1, 1), i + 3
        if words[2:3] == ["eve"]:
            return ("date", None, 12, 31), i + 3
    return None


def stretch_of(tokens: list[Token], i: int) -> tuple[Day, int, Day | None] | None:
    """ "the first half of April", "the last week of May": its first day and its last."""
    if i + 4 < len(tokens) and tokens[i].low == "first" and tokens[i + 3].low == "of":
        return _first_days_of(tokens, i)
    if i + 3 >= len(tokens) or tokens[i + 2].low != "of":
        return None
    days = _STRETCHES.get((tokens[i].low, tokens[i + 1].low))
    month = month_of(tokens[i + 3])
    if days is None or month is None:
        return None
    year, end = year_at(tokens, i + 4)
    shown = year if isinstance(year, int) else 2023
    first = calendar.monthrange(shown, month)[1] + 1 + days[0] if days[0] < 0 else days[0]
    last: Day = ("date", year, month, days[1]) if days[1] else ("monthend", year, month)
    return ("date", year, month, first), end, last


NTHS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}


def nth_weekday(tokens: list[Token], i: int) -> tuple[Day, int] | None:
    """ "first Monday of July" at token ``i``."""
    if tokens[i].low not in NTHS or tokens[i + 1].low not in WEEKDAYS:
        return None
    month = month_of(tokens[i + 3]) if tokens[i + 2].low in ("of", "in") else None
    if month is None:
        return None
    year, end = year_at(tokens, i + 4)
    return ("nth", year, month, NTHS[tokens[i].low], WEEKDAYS[tokens[i + 1].low]), end

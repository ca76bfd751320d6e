"""Clocks beside a part of the day: "nine o'clock last night", "Sunday morning at six", "in the night
of 7 to 8 March"."""

from dataclasses import replace

from truceline.reading.page.words import Token
from truceline.reading.times.clock import Clock
from truceline.reading.times.dates import day_at
from truceline.reading.times.dates_said import Day
from truceline.reading.times.dayparts import HOURS

_LATE_PARTS = {"afternoon": 1, "evening": 4, "night": 5}


def later_of(clock: Clock, part: str) -> Clock:
    """A clock of twelve hours in a later part of the day: "nine o'clock last night"."""
    least = _LATE_PARTS.get(part)
    if least is None or not least <= clock.hour < 12 or clock.other is not None:
        return clock
    return replace(clock, hour=clock.hour + 12)


def hour_of_part(tokens: list[Token], k: int, part: str | None) -> tuple[Clock, int] | None:
    """The hour said after a part of a day: "Sunday morning at six"."""
    if part not in ("morning", *_LATE_PARTS) or tokens[k - 1].low != "at":
        return None
    low = tokens[k].low
    hour = int(low) if low.isdecimal() and len(low) < 3 else HOURS.get(low)
    after = tokens[k + 1].low if k + 1 < len(tokens) else "."
    if hour is None or not 0 < hour <= 12 or not (after in ".,;" or after.isalpha()):
        return None
    if after in ("points", "places", "posts", "sites", "or", "to", "other"):
        return None
    return Clock(hour % 24, 0), k + 1


def night_of(tokens: list[Token], k: int, clock: Clock) -> tuple[Day, int] | None:
    """The day of a clock in "the night of 7 to 8 March", "the night connecting A to B"."""
    n = len(tokens)
    while k < n and tokens[k].low in (
        "of",
        "between",
        "from",
        "connecting",
        "linking",
        "binding",
        "the",
    ):
        k += 1
    first = day_at(tokens, k) if k < n else None
    if first is None:
        return None
    before, end, _, _, last = first
    after: Day | None = last
    if after is None:
        if end + 1 >= n or tokens[end].low not in ("to", "and", "-", "–", "/", "into"):
            return None
        second = day_at(tokens, end + 1)
        if second is None:
            return None
        after, end = second[0], second[1]
    return (before if clock.hour >= 12 else after), end

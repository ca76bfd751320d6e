"""Clock times and time zones: "4 p.m. local time", "0200 GMT", "noon", "16h30"."""

import re
from dataclasses import dataclass
from datetime import timedelta

from truceline.reading.page.words import Token
from truceline.reading.times.dayparts import DAYPARTS, HOURS, WEEKDAYS, daypart
from truceline.reading.times.worded_hours import worded_hour
from truceline.reading.times.zones import zone_at

_WORDS = {"noon": (12, 0), "midday": (12, 0), "midnight": (0, 0)}
# Minutes as said before "past" and "to"; a second is none.
_PARTS_OF_HOUR = {"half": 30, "quarter": 15, "five": 5, "ten": 10, "twenty": 20, "one": 1, "a": 1}


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day. ``zone``: minutes east of UTC, "local", a place's name, or None."""

    hour: int
    minute: int
    zone: int | str | None = None
    midnight: bool = False
    other: tuple[int, int, int | str] | None = None  # the same moment on a second clock
    next_day: bool = False  # 24:00
    twelve: bool = False  # "twelve midnight"


def _meridiem(hour: int, token: Token) -> int | None:
    mark = token.low.replace(".", "").replace(" ", "")
    if mark not in ("am", "pm") or not 0 <= hour <= 12:
        return None
    return hour % 12 + (12 if mark == "pm" else 0)


_CLOCK = re.compile(r"(\d{1,2})[:.](\d\d)(?:[:.]\d\d)?")
_HOUR = re.compile(r"\d{1,2}")
_FOUR_DIGITS = re.compile(r"[012]\d[0-5]\d")


def _near_hour(tokens: list[Token], i: int) -> tuple[int, int, bool, int, bool] | None:
    """ "half past eight", "a quarter to six", "one minute past midnight", "one second after noon"."""
    words = [t.low for t in tokens[i : i + 5]]
    if words[0] == "a" and words[1:2] not in (["quarter"], ["minute"], ["second"]):
        return None
    minutes, k = _PARTS_OF_HOUR[words[0]], 1
    if words[0] == "a":
        minutes, k = (15, 2) if words[1] == "quarter" else (1, 1)
    if words[k : k + 1] and words[k] in ("minute", "minutes", "second", "seconds"):
        minutes, k = (0 if words[k].startswith("sec") else minutes), k + 1
    elif words[0] in ("one", "a") and minutes == 1:
        return None
    if len(words) < k + 2 or words[k] not in ("past", "after", "to", "before"):
        return None
    hour = words[k + 1]
    if hour not in HOURS and hour not in _WORDS:
        return None
    if hour in HOURS and words[k] in ("after", "before"):
        return None
    start = _WORDS[hour][0] if hour in _WORDS else HOURS[hour]
    end = i + k + 2
    if end + 2 < len(tokens) and tokens[end].low == "o" and tokens[end + 2].low == "clock":
        end += 3
    if words[k] in ("past", "after"):
        return start, minutes, False, end, hour in _WORDS or k > 1 or words[0] == "half"
    total = (start * 60 - (minutes or 1)) % 1440
    return total // 60, total % 60, False, end, True


def _led(tokens: list[Token], i: int) -> bool:
    """Whether a word before token ``i`` leads a clock: "from 8 h", "at 17 h"."""
    return i > 0 and tokens[i - 1].low in ("at", "from", "between", "of", "to", "and", "until")


def _span_end(tokens: list[Token], i: int, hour: int) -> int | None:
    """The hour of the first of two clocks that share what is said of the second ("between 5 and 9 in
    the morning", "from 8 to 16 hours"); None where they are no clocks."""
    if not (i and tokens[i - 1].low in ("from", "between", "of")) or i + 3 >= len(tokens):
        return None
    second, j = tokens[i + 2], i + 3
    late = int(second.text) if second.text.isdecimal() else HOURS.get(second.low)
    if late is None or not 0 < late <= 24 or not 0 < hour <= 24:
        return None
    if (found := _meridiem(late, tokens[j])) is not None:
        return hour + 12 if found >= 12 and hour < late < 12 else hour
    if tokens[j].low in ("hours", "hrs") and tokens[i - 1].low != "between":
        after = tokens[j + 1].low if j + 1 < len(tokens) else "."
        return hour if late > 12 and after not in ("after", "of", "from", "before", "a") else None
    part = daypart(tokens, j) if tokens[j].low in ("in", "of") else None
    if part is not None:
        return hour + 12 if DAYPARTS[part[0]] and hour < 12 else hour
    return None


def _bare_clock(tokens: list[Token], i: int) -> tuple[int, int, bool, int, bool] | None:
    """hour, minute, is-midnight-word, next token, certain (a clock beyond doubt)."""
    token, n = tokens[i], len(tokens)
    text, low, j = token.text, token.low, i + 1
    if low in _PARTS_OF_HOUR and (near := _near_hour(tokens, i)) is not None:
        return near
    if low in _WORDS:
        hour, minute = _WORDS[low]
        return hour, minute, low == "midnight", j, True
    if low == "zero":
        if [t.low for t in tokens[j : j + 3]] == ["hours", "zero", "minutes"]:
            return 0, 0, False, j + 3, True
        if [t.low for t in tokens[j : j + 4]] == ["hours", "and", "one", "minute"]:
            return 0, 1, False, j + 4, True
        return (0, 0, False, j + 1, True) if j < n and tokens[j].low in ("hours", "hour") else None
    if low == "twelve" and j < n and tokens[j].low in _WORDS:
        hour, minute = _WORDS[tokens[j].low]
        return hour, minute, tokens[j].low == "midnight", j + 1, True
    if low in HOURS:
        if j < n and (found := _meridiem(HOURS[low], tokens[j])) is not None:
            return found, 0, False, j + 1, True
        if j + 2 < n and tokens[j].low == "o" and tokens[j + 2].low == "clock":
            return HOURS[low], 0, False, j + 3, True
        if j < n and tokens[j].low in ("o'clock", "o’clock"):
            return HOURS[low], 0, False, j + 1, True
        return (HOURS[low], 0, False, j, False) if daypart(tokens, j) else None
    if not text[0].isdecimal():
        return None
    match = _CLOCK.fullmatch(text)
    if match:
        hour, minute = int(match[1]), int(match[2])
        if hour > 24 or minute > 59:
            return None
        if j < n and (found := _meridiem(hour, tokens[j])) is not None:
            return found, minute, False, j + 1, True
        if j < n and tokens[j].low in ("hours", "hrs", "h", "hour"):
            return hour, minute, False, j + 1, True
        if j < n and tokens[j].low in ("o'clock", "o’clock"):
            return hour, minute, False, j + 1, True
        if (hour, minute) != (12, 0) or j >= n or tokens[j].low not in _WORDS:
            return hour, minute, False, j, ":" in text
    if text in ("12", "12:00", "12.00", "12:00.") and j < n and tokens[j].low in _WORDS:
        hour, minute = _WORDS[tokens[j].low]
        return hour, minute, tokens[j].low == "midnight", j + 1, True
    if _HOUR.fullmatch(text) and int(text) <= 24:
        hour = int(text)
        if j < n:
            found = _meridiem(hour, tokens[j])
            if found is not None:
                return found, 0, False, j + 1, True
            if tokens[j].low == "h" and (tokens[j].start == token.end or _led(tokens, i)):
                if (
                    j + 1 < n
                    and re.fullmatch(r"\d\d", tokens[j + 1].text)
                    and (tokens[j + 1].start == tokens[j].end or tokens[j].start > token.end)
                ):
                    return hour, int(tokens[j + 1].text), False, j + 2, True
                return hour, 0, False, j + 1, True
            if hour == 0 and tokens[j].low in ("hour", "hours", "hrs"):
                minutes = tokens[j + 1 : j + 3]
                worded = len(minutes) == 2 and minutes[1].low.startswith("minute")
                if worded and minutes[0].text.isdecimal() and int(minutes[0].text) < 60:
                    return 0, int(minutes[0].text), False, j + 3, True
                return 0, 0, False, j + 1, True
            if tokens[j].low in ("to", "and", "till", "-", "–") and (
                late := _span_end(tokens, i, hour)
            ):
                return late, 0, False, j, True
            if tokens[j].low in ("o'clock", "o’clock"):
                return hour, 0, False, j + 1, True
            if tokens[j].low == "o" and j + 2 < n and tokens[j + 2].low == "clock":
                return hour, 0, False, j + 3, True
            if (
                tokens[j].low in ("hours", "hrs")
                and i
                and (
                    tokens[i - 1].low == "at"
                    or (
                        tokens[i - 1].low in ("from", "since", "until", "to", "and")
                        and len(text) == 2
                        and (
                            hour > 12
                            or (j + 1 < n and tokens[j + 1].low in ("local", "on", "gmt"))
                            or (
                                j + 2 < n
                                and tokens[j + 1].low == "of"
                                and (tokens[j + 2].text.isdecimal() or tokens[j + 2].low == "today")
                            )
                        )
                    )
                )
            ):
                return hour, 0, False, j + 1, True
        return hour, 0, False, j, False
    if _FOUR_DIGITS.fullmatch(text) and int(text) <= 2400:
        hour, minute = int(text[:2]), int(text[2:])
        if j < n and tokens[j].low in ("hours", "hrs", "h", "hour"):
            return hour, minute, False, j + 1, True
        return hour, minute, False, j, False
    return None


_MEASURES = frozenset(
    [
        "km",
        "m",
        "metres",
        "meters",
        "miles",
        "per",
        "percent",
        "%",
        "kilometres",
        "kilometers",
        "million",
    ]
)
_LED = frozenset(("at", "from", "until", "till", "to", "of", "by", "before", "since", "around"))


def _shut(tokens: list[Token], j: int) -> tuple[int | str | None, int] | None:
    """The zone and the token after the bracket, where nothing else stands before it closes; a zone
    of its own makes another clock of it ("midnight (2200 GMT)")."""
    found = zone_at(tokens, j)
    if found and found[0] != "local":
        return None
    j = found[1] if found else j
    return (
        (found[0] if found else None, j + 1)
        if tokens[j : j + 1] and tokens[j].text == ")"
        else None
    )


def _closes_span(tokens: list[Token], i: int) -> bool:
    """Whether token ``i`` is the second of two clocks of one shape: "from 0700 to 1100"."""
    if i < 3 or tokens[i - 3].low not in ("from", "between"):
        return False
    if tokens[i - 1].low not in ("to", "and", "until", "till", "-", "–"):
        return False
    return any(
        shape.fullmatch(tokens[i].text) and shape.fullmatch(tokens[i - 2].text)
        for shape in (_FOUR_DIGITS, _CLOCK)
    )


def _after_date(tokens: list[Token], i: int, after: str) -> bool:
    """Whether token ``i`` is the clock after a date: "7 August, 1000, at the mill", "16 Nov 0700"."""
    if after not in ("", ".", ",", ";", ")", "at", "in", "to", "until", "till", "-", "–"):
        return False
    if not any(shape.fullmatch(tokens[i].text) for shape in (_FOUR_DIGITS, _CLOCK)):
        return False
    last = i - 2 if i and tokens[i - 1].low in (",", "morning") else i - 1
    if last >= 0 and tokens[last].low in WEEKDAYS:
        return True
    if last < 1:
        return False
    before = (tokens[last - 1].text, tokens[last].text)
    return any(x.isdecimal() and len(x) < 3 for x in before) and any(
        x[0].isupper() and x[:3].lower() in _MONTHS for x in before
    )


def _dated(tokens: list[Token], j: int) -> bool:
    """Whether a day stands at token ``j``: "0600 of 12 April", "0600 of Friday"."""
    some = [t.low for t in tokens[j : j + 4] if t.low != "the"]
    if not some or some[0] in WEEKDAYS or some[0] == "today":
        return bool(some)
    return len(some) > 1 and some[0][0].isdecimal() and some[1][:3] in _MONTHS


_MONTHS = frozenset(
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
)


def clock_at(tokens: list[Token], i: int) -> tuple[Clock, int] | None:
    """The clock time that begins at token ``i`` and the token after it, or None."""
    bare = _bare_clock(tokens, i)
    if bare is None or not bare[4]:
        bare = worded_hour(tokens, i) or bare
    if bare is None:
        return None
    hour, minute, midnight, j, certain = bare
    n = len(tokens)
    zone: int | str | None = None
    found = zone_at(tokens, j)
    if found:
        zone, j = found
    elif not certain:
        before = tokens[i - 1].low if i else ""
        after = tokens[j].low if j < n else ""
        year = len(tokens[i].text) == 4 and tokens[i].text.isdecimal()
        if year and before != "at" and 1900 <= int(tokens[i].text) <= 2035:
            return None
        dotted = re.fullmatch(r"\d{1,2}\.\d\d", tokens[i].text) is not None
        plain = tokens[i].text.isdecimal() and not year
        if not (
            daypart(tokens, j)
            or (year and after in ("today", "tomorrow", "tonight"))
            or (year and after == "of" and _dated(tokens, j + 1))
            or (before in ("hour", "clock") and (dotted or plain))
            or (
                year
                and before in ("at", "from", "until", "since")
                and after in ("on", ",", ".", "and", "to")
            )
            or (year and before == "at")
            or (year and before in ("by", "before", "than") and after == "on")
            or (year and before in ("between", "from") and after in ("and", "to"))
            or _closes_span(tokens, i)
            or ((year or dotted) and _after_date(tokens, i, after))
            or (year and after == "on" and before == "of" and tokens[i - 2].low == "as")
            or (
                plain
                and before in ("from", "between")
                and after in ("to", "and", "-", "–")
                and j + 2 < n
                and tokens[j + 1].low.isdecimal()
                and tokens[j + 2].low in ("hours", "hrs", "h")
            )
            or (
                dotted
                and (before in _LED or before == "between")
                and (
                    before == "at"
                    or (before == "between" and after == "and")
                    or after in ("on", "of", ",", "local", "to", "until", "till", "the", "starting")
                )
                and after not in _MEASURES
            )
            or (
                plain
                and before == "at"
                and after == "on"
                and j + 1 < n
                and tokens[j + 1].low in WEEKDAYS
            )
        ):
            return None
    part = daypart(tokens, j)
    if part is not None:
        late = 6 <= hour < 12 if part[0] == "night" else 0 < hour < 12
        if DAYPARTS[part[0]] and late and not midnight:
            hour += 12
        if hour == 12 and part[0] in ("morning", "dawn", "night"):
            hour = 0  # "12:01 in the morning", "12 at night"
        j = part[1]
    if zone is None:
        found = zone_at(tokens, j)
        if found:
            zone, j = found
    other: tuple[int, int, int | str] | None = None
    if j < n and tokens[j].text in "(/,[" and j + 1 < n:
        inner = _bare_clock(tokens, j + 1)
        if inner and midnight and tokens[j].text == "(" and (shut := _shut(tokens, inner[3])):
            zone = zone if zone is not None else shut[0]
            midnight, hour, minute, j = False, inner[0], inner[1], shut[1]
        elif inner:
            second = zone_at(tokens, inner[3])
            if second and second[0] != zone:
                end = second[1]
                closes = tokens[j].text in "([" and end < n and tokens[end].text in ")]"
                if closes or tokens[j].text in "/,":
                    other = (inner[0], inner[1], second[0])
                    j = end + (1 if closes else 0)
    if j < n and tokens[j].low == "sharp":
        j += 1
    next_day = hour == 24
    noted = midnight and (tokens[i].low == "twelve" or tokens[i].text == "12")
    return Clock(hour % 24, minute, zone, midnight, other, next_day, noted), j


def offset_from_pair(clock: Clock) -> int | None:
    """Minutes east of UTC of the first clock, worked out from a second one with a known zone."""
    if clock.other is None or not isinstance(clock.other[2], int):
        return None
    ours = clock.hour * 60 + clock.minute
    theirs = clock.other[0] * 60 + clock.other[1] - clock.other[2]
    difference = (ours - theirs + 720) % 1440 - 720
    return difference if difference % 15 == 0 and abs(difference) <= 840 else None


def offset_text(minutes: int) -> str:
    """``+02:00`` for 120."""
    sign = "-" if minutes < 0 else "+"
    hours, rest = divmod(abs(minutes), 60)
    return f"{sign}{hours:02d}:{rest:02d}"


def as_delta(minutes: int) -> timedelta:
    """Minutes east of UTC as a time difference."""
    return timedelta(minutes=minutes)

"""Calendar days in words and figures: "15 March", "last Friday", "the next day", "5-6 May"."""

import calendar
import re
from typing import Any

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


RELATIVE = {"today": 0, "tomorrow": 1, "yesterday": -1, "tonight": 0}


_PARTS = frozenset(
    [
        "morning",
        "afternoon",
        "evening",
        "night",
        "dawn",
        "dusk",
        "sunrise",
        "sunset",
        "lunchtime",
    ]
)


EDGE = frozenset(["early", "late", "earlier", "later", "mid", "overnight"])


# Parts of a day that no clock can be given for: the day is read, the hour is left open.
SOFT = frozenset(
    [
        "dawn",
        "dusk",
        "sunrise",
        "sunset",
        "sundown",
        "sunup",
        "daybreak",
        "nightfall",
        "twilight",
        "morning",
        "evening",
        "afternoon",
        "night",
    ]
)


ORDINAL = re.compile(r"(?:st|nd|rd|th)$")


# A day as said: its kind, then numbers and words; the kinds stand in ``Said``.
Day = tuple[Any, ...]


_ORDINALS = {
    w: i
    for i, w in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
        "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth".split(),
        1,
    )
} | {"thirtieth": 30}
_TENS = {"twenty": 20, "thirty": 30}
ORDINAL_STARTS = frozenset((*_ORDINALS, *_TENS))


def _dom(token: Token) -> int | None:
    if token.text.isdigit() and 1 <= int(token.text) <= 31:
        return int(token.text)
    return None


def _ordinal_word(tokens: list[Token], i: int) -> tuple[int, int] | None:
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


def _skip_ordinal(tokens: list[Token], j: int) -> int:
    if (
        j < len(tokens)
        and ORDINAL.fullmatch(tokens[j].low)
        and tokens[j].start == tokens[j - 1].end
    ):
        return j + 1
    return j


def _year(tokens: list[Token], j: int) -> tuple[int | str | None, int]:
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
        and tokens[k].text.isdigit()
        and len(tokens[k].text) == 4
        and 1900 <= int(tokens[k].text) <= 2100
    ):
        after = tokens[k + 1].low if k + 1 < len(tokens) else ""
        if after in ("hours", "hrs", "gmt", "utc", "local"):
            return None, j
        return int(tokens[k].text), k + 1
    return None, j


def _month(token: Token) -> int | None:
    """The number of a month's name, also in the possessive ("15 August's")."""
    low = token.low.removesuffix("'s").removesuffix("’s")
    return MONTHS.get(low) if token.text[0].isupper() else None


def _is_month(token: Token) -> bool:
    """Whether a token after a day's number is a month, in small letters too ("11 april")."""
    return _month(token) is not None or (
        len(token.low) > 2 and token.low in MONTHS and token.low not in ("may", "march", "mar")
    )


def _month_beside(token: Token) -> int | None:
    return _month(token) or MONTHS.get(token.low)


def _date_at(tokens: list[Token], i: int) -> tuple[Day, int, Day | None] | None:
    """The calendar date at token ``i``: (day, next token, end of a range)."""
    n = len(tokens)
    token = tokens[i]
    if token.text.isdigit():
        if (
            len(token.text) == 4
            and i + 4 < n
            and tokens[i + 1].text in "-/."
            and tokens[i + 3].text == tokens[i + 1].text
        ):
            m, d = tokens[i + 2].text, tokens[i + 4].text
            if m.isdigit() and d.isdigit() and 1 <= int(m) <= 12 and 1 <= int(d) <= 31:
                return ("date", int(token.text), int(m), int(d)), i + 5, None
        if (
            len(token.text) <= 2
            and i + 4 < n
            and tokens[i + 1].text in "/-"
            and tokens[i + 3].text == tokens[i + 1].text
            and len(tokens[i + 4].text) == 4
            and tokens[i + 4].text.isdigit()
            and tokens[i + 2].text.isdigit()
        ):
            a, b, y = int(token.text), int(tokens[i + 2].text), int(tokens[i + 4].text)
            if 1 <= a <= 31 and 1 <= b <= 12:
                return ("date", y, b, a), i + 5, None
            if 1 <= a <= 12 and 1 <= b <= 31:
                return ("date", y, a, b), i + 5, None
        day = _dom(token)
        if day is None:
            return None
        return _from_day(tokens, i, day, _skip_ordinal(tokens, i + 1))
    if token.low in ORDINAL_STARTS:
        worded = _ordinal_word(tokens, i)
        return _from_day(tokens, i, *worded) if worded else None
    return _from_month(tokens, i)


_TO = frozenset(("-", "–", "—", "to", "and", "/", "till", "until", "through"))


def _from_day(
    tokens: list[Token], i: int, day: int, j: int
) -> tuple[Day, int, Day | None] | None:
    """The date that begins with a day's number at token ``i``; ``j``: the token after the number."""
    n = len(tokens)
    if j < n and tokens[j].low == "day" and j + 1 < n and tokens[j + 1].low == "of":
        j += 1
    k = j + 1 if j < n and tokens[j].low == "of" else j
    if k < n and tokens[k].text == "-" and k + 1 < n and _is_month(tokens[k + 1]):
        k += 1
    if k < n and _is_month(tokens[k]):
        k2 = k + 1
        if k2 + 1 < n and tokens[k2].text == "." and tokens[k2 + 1].text.isdigit():
            k2 += 1
        if k2 < n and tokens[k2].text == "-" and k2 + 1 < n and tokens[k2 + 1].text.isdigit():
            k2 += 1
        year, end = _year(tokens, k2)
        return ("date", year, _month_beside(tokens[k]), day), end, None
    # 15-17 March, 15 to 17 March
    if j + 2 < n and tokens[j].low in _TO:
        at = j + 2 if tokens[j + 1].low == "the" else j + 1
        worded = _ordinal_word(tokens, at)
        other = _dom(tokens[at]) or (worded[0] if worded else None)
        if other and other > day:
            inner = _date_at(tokens, at)
            if inner and inner[0][0] == "date":
                return ("date", inner[0][1], inner[0][2], day), inner[1], inner[0]
    return None


def _from_month(tokens: list[Token], i: int) -> tuple[Day, int, Day | None] | None:
    """The date or month that begins with a month's name or stands in one token, at token ``i``."""
    n, token = len(tokens), tokens[i]
    if _month(token) is not None:
        j = i + 1
        if j < n and tokens[j].text == "." and j + 1 < n and tokens[j + 1].text.isdigit():
            j += 1
        if j < n and tokens[j].low == "the":
            j += 1
        if j < n and tokens[j].text.isdigit():
            day = _dom(tokens[j])
            if day is not None and not (j + 1 < n and tokens[j + 1].low in ("people", "civilians")):
                k = _skip_ordinal(tokens, j + 1)
                last = None
                if (
                    k + 1 < n
                    and (tokens[k].text in "-–" or tokens[k].low in ("to", "through", "until"))
                    and (
                        k + 2 >= n
                        or tokens[k + 2].low
                        not in ("people", "km", "days", "p.m.", "a.m.", "%", ":")
                    )
                    and (other := _dom(tokens[k + 1]))
                    and other > day
                ):
                    last = other
                    k = _skip_ordinal(tokens, k + 2)
                year, end = _year(tokens, k)
                month = _month(token)
                return (
                    ("date", year, month, day),
                    end,
                    ("date", year, month, last) if last else None,
                )
            year, end = _year(tokens, j)
            if year:
                return ("month", year, _month(token)), end, None
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
        return ("month", None, _month(token)), i + 1, None
    match = re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", token.text)
    if match and int(match[2]) <= 12 and 1 <= int(match[1]) <= 31:
        return ("date", int(match[3]), int(match[2]), int(match[1])), i + 1, None
    return None


def _end_of(tokens: list[Token], i: int) -> tuple[Day, int] | None:
    """ "the last day of the year", "the end of March", "year's end", "the month is out"."""
    words = [t.low for t in tokens[i : i + 8]]
    if words[:1] == ["the"]:
        return _end_of(tokens, i + 1)
    if words[0] in ("month", "year"):
        return (("end", words[0], 0), i + 3) if words[1:3] == ["is", "out"] else None
    if words[0] in ("year's", "year’s", "month's", "month’s"):
        return (("end", words[0][:-2], 0), i + 2) if words[1:2] == ["end"] else None
    k = 1 if words[0] == "end" else 0
    if words[0] == "last":
        k = 2 if words[1:2] == ["day"] else 1
    if not k or words[k : k + 1] != ["of"]:
        return None
    k += 1
    if words[k : k + 3] == ["the", "month", "of"]:
        k += 3
    if i + k < len(tokens) and (month := _month(tokens[i + k])):
        year, end = _year(tokens, i + k + 1)
        return ("monthend", year, month), end
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


def _stretch_of(tokens: list[Token], i: int) -> tuple[Day, int, Day] | None:
    """ "the first half of April", "the last week of May": its first day and its last."""
    if i + 3 >= len(tokens) or tokens[i + 2].low != "of":
        return None
    days = _STRETCHES.get((tokens[i].low, tokens[i + 1].low))
    month = _month(tokens[i + 3])
    if days is None or month is None:
        return None
    year, end = _year(tokens, i + 4)
    shown = year if isinstance(year, int) else 2023
    first = calendar.monthrange(shown, month)[1] + 1 + days[0] if days[0] < 0 else days[0]
    last: Day = ("date", year, month, days[1]) if days[1] else ("monthend", year, month)
    return ("date", year, month, first), end, last


def _worded_day(tokens: list[Token], i: int) -> tuple[Day, int] | None:
    """ "the fifteenth", "the day 21": a day of the month, by ``i`` the token after "the"."""
    n = len(tokens)
    if tokens[i].low == "day" and i + 1 < n and (dom := _dom(tokens[i + 1])):
        return ("dom", dom), i + 2
    worded = _ordinal_word(tokens, i)
    if worded is None or worded[0] < 4 or i < 2:
        return None
    if tokens[i - 2].low not in ("on", "by", "from", "until", "till", "since", "of", "before"):
        return None
    if worded[1] < n and tokens[worded[1]].text not in ".,;:)" and tokens[worded[1]].low != "at":
        return None
    return ("dom", worded[0]), worded[1]


def day_at(
    tokens: list[Token], i: int
) -> tuple[Day, int, int | None, str | None, Day | None] | None:
    """The day at token ``i``: (day, next token, weekday said beside a date, part of day, range end)."""
    n = len(tokens)
    low = tokens[i].low
    part: str | None = None
    j = i
    if low in ("the", "end", "last", "year's", "year’s", "month's", "month’s"):
        ending = _end_of(tokens, i)
        if ending is not None:
            return ending[0], ending[1], None, None, None
        if j + 4 < n:
            stretch = _stretch_of(tokens, j + 1 if low == "the" else j)
            if stretch is not None:
                return stretch[0], stretch[1], None, None, stretch[2]
    if low in SOFT:
        k = i + 1
        while k < n and k < i + 3 and tokens[k].low in ("on", "of", ",", "the"):
            k += 1
        if k == i + 1 and (k >= n or tokens[k].low not in WEEKDAYS):
            return None
        inner = day_at(tokens, k) if k < n and tokens[k].low not in SOFT else None
        if inner is None and tokens[k - 1].low == "the":
            inner = day_at(tokens, k - 1)
        if inner is None or inner[0][0] in ("month", "week", "monthrel"):
            return None
        return inner[0], inner[1], inner[2], low, inner[4]
    if low in EDGE and j + 1 < n:
        part, j = low, j + 1
        if j < n and tokens[j].low in ("on", "in"):
            j += 1
        if j + 1 < n and tokens[j].text == "-":
            j += 1
        if j >= n:
            return None
        low = tokens[j].low
    mod: str | None = None
    if low == "that" and j + 1 < n and tokens[j + 1].low in ("day", "night", "evening", "morning"):
        return ("after", 0), j + 2, None, None, None
    if low in ("last", "next", "this", "coming", "past", "previous", "following") and j + 1 < n:
        following = tokens[j + 1].low
        direction = {
            "last": "last",
            "past": "last",
            "previous": "last",
            "next": "next",
            "coming": "next",
            "following": "next",
        }.get(low, "this")
        if following in WEEKDAYS or following in ("weekend", "week", "month"):
            mod, j = direction, j + 1
            low = following
        elif following in _PARTS and low == "this":
            return ("rel", 0), j + 2, None, following, None
        elif following in _PARTS and low == "last":
            return ("rel", -1), j + 2, None, following, None
        elif following in ("day", "morning") and low in ("next", "following"):
            return ("after", 1), j + 2, None, following if following != "day" else None, None
    if low in ("weekend", "week", "month"):
        if mod is None:
            return None
        if low == "weekend":
            return ("weekend", mod), j + 1, None, part, None
        kind = "monthrel" if low == "month" else low
        return (kind, {"last": -1, "this": 0, "next": 1}[mod]), j + 1, None, part, None
    if (
        low in WEEKDAYS
        and tokens[j].text[0].isupper()
        and (
            len(low) > 3
            or tokens[j].text not in ("Sun", "Sat", "Mon")
            or (j + 1 < n and (tokens[j + 1].text.isdigit() or tokens[j + 1].text in ",."))
        )
    ):
        weekday = WEEKDAYS[low]
        k = j + 1
        if (k < n and tokens[k].text == "'") or (k < n and tokens[k].text == "’"):
            k += 1
        if k < n and tokens[k].low in _PARTS:
            part, k = tokens[k].low, k + 1
        k2 = k + 1 if k < n and tokens[k].text in (",", ".") else k
        if k2 < n and tokens[k2].low in ("the", "on"):
            k2 += 1
        bracket = k2 < n and tokens[k2].text == "("
        if k2 + (1 if bracket else 0) < n and k2 > 0:
            found = _date_at(tokens, k2 + (1 if bracket else 0))
            if found and found[0][0] == "date":
                end = found[1]
                if bracket and end < n and tokens[end].text == ")":
                    end += 1
                return found[0], end, weekday, part, found[2]
            if k2 < n and (dom := _dom(tokens[k2])):
                k = _skip_ordinal(tokens, k2 + 1)
                if k > k2 + 1 or k >= n or tokens[k].low in ("at", ",", ".", ";", "from", "to"):
                    return ("dom", dom), k, weekday, part, None
        return ("weekday", weekday, mod), k, None, part, None
    if low.endswith(("'s", "’s")) and low[:-2] in WEEKDAYS:
        return ("weekday", WEEKDAYS[low[:-2]], mod), j + 1, None, part, None
    if low in RELATIVE:
        k = j + 1
        if k < n and tokens[k].low in _PARTS:
            part, k = tokens[k].low, k + 1
        beside = k + 1 if k < n and tokens[k].text == "," else k
        if beside < n and RELATIVE[low] == 1:  # "tomorrow, Saturday 22 May", "tomorrow, day 22"
            said = day_at(tokens, beside)
            if said is not None and said[0][0] in ("date", "weekday", "dom"):
                return ("rel", 1) if said[0][0] != "date" else said[0], said[1], None, part, None
            if tokens[beside].low == "day" and beside + 1 < n and _dom(tokens[beside + 1]):
                k = beside + 2
        return ("rel", RELATIVE[low]), k, None, "night" if low == "tonight" else part, None
    if (
        low == "the"
        and j + 2 < n
        and tokens[j + 1].low in ("same", "following", "next")
        and tokens[j + 2].low in ("day", "morning", "night", "evening")
    ):
        return ("after", 0 if tokens[j + 1].low == "same" else 1), j + 3, None, None, None
    if (
        low == "the"
        and j + 2 < n
        and tokens[j + 1].low in ("day", "night")
        and tokens[j + 2].low == "after"
        and j + 3 < n
        and tokens[j + 3].low == "tomorrow"
    ):
        return ("rel", 2), j + 4, None, None, None
    if (
        low == "the"
        and j + 2 < n
        and (dom := _dom(tokens[j + 1]))
        and ORDINAL.fullmatch(tokens[j + 2].low)
    ):
        found = _date_at(tokens, j + 1)
        if found:
            return found[0], found[1], None, part, found[2]
        if j + 3 >= n or (
            tokens[j + 3].low in (",", ".", "at", "of", ";", "and", "to", "from")
            and not (tokens[j + 3].low == "of" and j + 4 < n and tokens[j + 4].low != "this")
        ):
            return ("dom", dom), j + 3, None, None, None
    if low == "the" and j + 1 < n:
        if tokens[j + 1].low in ORDINAL_STARTS:
            found = _date_at(tokens, j + 1)
            if found:
                return found[0], found[1], None, part, found[2]
        worded = _worded_day(tokens, j + 1)
        if worded is not None:
            return worded[0], worded[1], None, part, None
        return None
    found = _date_at(tokens, j)
    if found:
        k = found[1]
        weekday2: int | None = None
        bracketed = k + 2 < n and tokens[k].text == "(" and tokens[k + 2].text == ")"
        if bracketed and tokens[k + 1].low in WEEKDAYS:
            weekday2, k = WEEKDAYS[tokens[k + 1].low], k + 3
        return found[0], k, weekday2, part, found[2]
    return None

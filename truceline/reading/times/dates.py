"""Calendar days in words and figures: "15 March", "last Friday", "the next day", "5-6 May"."""

from truceline.reading.page.words import Token
from truceline.reading.times.dates_said import (
    ORDINAL,
    ORDINAL_STARTS,
    Day,
    date_at,
    day_number,
    ordinal_word,
    skip_ordinal,
)
from truceline.reading.times.stretches import (
    NTHS,
    POINTS,
    WEEKDAYS,
    end_of,
    feast,
    nth_weekday,
    point_of,
    stretch_of,
)

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


def _worded_day(tokens: list[Token], i: int) -> tuple[Day, int] | None:
    """ "the fifteenth", "the day 21": a day of the month, by ``i`` the token after "the"."""
    n = len(tokens)
    if tokens[i].low == "day" and i + 1 < n and (dom := day_number(tokens[i + 1])):
        return ("dom", dom), i + 2
    worded = ordinal_word(tokens, i)
    if worded is None or worded[0] < 4 or i < 2:
        return None
    if tokens[i - 2].low not in ("on", "by", "from", "until", "till", "since", "of", "before"):
        return None
    if worded[1] < n and tokens[worded[1]].text not in ".,;:)" and tokens[worded[1]].low != "at":
        return None
    return ("dom", worded[0]), worded[1]


_BEFORE_DAY = frozenset(
    ["on", "by", "from", "until", "till", "since", "before", "evening", "morning", "night"]
)
_AFTER_DAY = frozenset(
    [
        "on",
        "under",
        "in",
        "with",
        "by",
        "for",
        "before",
        "after",
        "through",
        "when",
        "while",
        "will",
        "shall",
        "is",
        "was",
        "were",
        "has",
        "or",
        "along",
    ]
)


def _of_the_day(tokens: list[Token], i: int) -> bool:
    """Whether a part of a day is that of the day spoken of: "before nightfall", "in the afternoon"."""
    before = [t.low for t in tokens[max(0, i - 2) : i]]
    if tokens[i].low in ("morning", "evening", "afternoon"):
        return before == ["in", "the"]
    return before[-1:] in (["before"], ["by"], ["until"], ["till"]) and tokens[i].low != "night"


def day_at(
    tokens: list[Token], i: int
) -> tuple[Day, int, int | None, str | None, Day | None] | None:
    """The day at token ``i``: (day, next token, weekday said beside a date, part of day, range end)."""
    n = len(tokens)
    low = tokens[i].low
    part: str | None = None
    j = i
    if low in ("the", "end", "close", "last", "year's", "year’s", "month's", "month’s"):
        ending = end_of(tokens, i)
        if ending is not None:
            return ending[0], ending[1], None, None, None
        if j + 4 < n:
            stretch = stretch_of(tokens, j + 1 if low == "the" else j)
            if stretch is not None:
                return stretch[0], stretch[1], None, None, stretch[2]
    if low in POINTS or low in ("christmas", "new"):
        point = point_of(tokens, i) if low in POINTS else feast(tokens, i)
        return (point[0], point[1], None, None, None) if point else None
    if low in SOFT:
        k = i + 1
        while k < n and k < i + 3 and tokens[k].low in ("on", "of", ",", "the"):
            k += 1
        if k == i + 1 and (k >= n or tokens[k].low not in WEEKDAYS):
            return (("after", 0), i + 1, None, low, None) if _of_the_day(tokens, i) else None
        inner = day_at(tokens, k) if k < n and tokens[k].low not in SOFT else None
        if inner is None and tokens[k - 1].low == "the":
            inner = day_at(tokens, k - 1)
        if inner is None or inner[0][0] in ("month", "week", "monthrel"):
            return None
        return inner[0], inner[1], inner[2], low, inner[4]
    if (low == "the" and j + 4 < n) or (low in NTHS and j + 3 < n):
        nth = nth_weekday(tokens, j + 1 if low == "the" else j)
        if nth is not None:
            return nth[0], nth[1], None, None, None
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
            or (j + 1 < n and (tokens[j + 1].text.isdecimal() or tokens[j + 1].text in ",."))
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
            found = date_at(tokens, k2 + (1 if bracket else 0))
            if found and found[0][0] == "date":
                end = found[1]
                if bracket and end < n and tokens[end].text == ")":
                    end += 1
                return found[0], end, weekday, part, found[2]
            if k2 < n and (dom := day_number(tokens[k2])):
                k3 = skip_ordinal(tokens, k2 + 1)
                if k3 > k2 + 1 or k3 >= n or tokens[k3].low in ("at", ",", ".", ";", "from", "to"):
                    return ("dom", dom), k3, weekday, part, None
        return ("weekday", weekday, mod), k, None, part, None
    if low.endswith(("'s", "’s")) and low[:-2] in WEEKDAYS:
        return ("weekday", WEEKDAYS[low[:-2]], mod), j + 1, None, part, None
    if low in RELATIVE:
        k = j + 1
        if k < n and tokens[k].low in _PARTS:
            part, k = tokens[k].low, k + 1
        beside = k + 1 if k < n and tokens[k].text == "," else k
        if beside < n and (
            RELATIVE[low] == 1 or (RELATIVE[low] == 0 and beside > k)
        ):  # "tomorrow, Saturday 22 May", "tomorrow, day 22"
            said = day_at(tokens, beside)
            if said is not None and said[0][0] in ("date", "weekday", "dom"):
                return (
                    ("rel", RELATIVE[low]) if said[0][0] != "date" else said[0],
                    said[1],
                    None,
                    "night" if low == "tonight" else part,
                    None,
                )
            if tokens[beside].low == "day" and beside + 1 < n and day_number(tokens[beside + 1]):
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
        and (dom := day_number(tokens[j + 1]))
        and ORDINAL.fullmatch(tokens[j + 2].low)
    ):
        found = date_at(tokens, j + 1)
        if found:
            return found[0], found[1], None, part, found[2]
        if j + 3 >= n or (
            (
                tokens[j + 3].low in (",", ".", "at", "of", ";", "and", "to", "from")
                or (tokens[j + 3].low in _AFTER_DAY and tokens[j - 1].low in _BEFORE_DAY and j)
            )
            and not (
                tokens[j + 3].low == "of"
                and j + 4 < n
                and tokens[j + 4].low != "this"
                and [t.low for t in tokens[j + 4 : j + 6]] != ["the", "month"]
            )
        ):
            return ("dom", dom), j + 3, None, None, None
    if low == "the" and j + 1 < n:
        if tokens[j + 1].low in ORDINAL_STARTS:
            found = date_at(tokens, j + 1)
            if found:
                return found[0], found[1], None, part, found[2]
        if tokens[j + 1].low == "morrow":
            return ("after", 1), j + 2, None, None, None
        if tokens[j + 1].low in ("year", "month") and j and tokens[j - 1].low == "within":
            return ("end", tokens[j + 1].low, 0), j + 2, None, None, None
        worded = _worded_day(tokens, j + 1)
        if worded is not None:
            return worded[0], worded[1], None, part, None
        return None
    found = date_at(tokens, j)
    if found:
        k = found[1]
        weekday2: int | None = None
        bracketed = k + 2 < n and tokens[k].text == "(" and tokens[k + 2].text == ")"
        if bracketed and tokens[k + 1].low in WEEKDAYS:
            weekday2, k = WEEKDAYS[tokens[k + 1].low], k + 3
        return found[0], k, weekday2, part, found[2]
    return None

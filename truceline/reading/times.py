"""Dates and moments in a sentence: what is said, before it is anchored on a calendar."""

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from truceline.reading.clock import Clock, clock_at
from truceline.reading.words import Token

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
_RELATIVE = {"today": 0, "tomorrow": 1, "yesterday": -1, "tonight": 0}
_PARTS = frozenset(
    [
        "morning",
        "afternoon",
        "evening",
        "night",
        "noon",
        "dawn",
        "dusk",
        "midday",
        "sunrise",
        "sunset",
        "lunchtime",
    ]
)
_EDGE = frozenset(["early", "late", "earlier", "later", "mid", "overnight"])
_ORDINAL = re.compile(r"(?:st|nd|rd|th)$")


# A day as said: its kind, then numbers and words; the kinds stand in ``Said``.
Day = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """A date or moment as said: tokens ``[first, last)``, characters ``[start, end)``.

    ``day`` is a tuple: ("date", year or None, month, day), ("month", year or None, month),
    ("weekday", 0-6, last/next/this/None), ("rel", days), ("weekend", last/next/this),
    ("after", days after the day spoken of), ("week"|"monthrel", -1/0/1), ("dom", day) or None. ``role``: start, until, due, after, at.
    """

    day: Day | None
    clock: Clock | None
    first: int
    last: int
    start: int
    end: int
    role: str = "at"
    weekday: int | None = None
    part: str | None = None
    last_day: Day | None = None
    night_to: bool = False


def _dom(token: Token) -> int | None:
    if token.text.isdigit() and 1 <= int(token.text) <= 31:
        return int(token.text)
    return None


def _skip_ordinal(tokens: list[Token], j: int) -> int:
    if (
        j < len(tokens)
        and _ORDINAL.fullmatch(tokens[j].low)
        and tokens[j].start == tokens[j - 1].end
    ):
        return j + 1
    return j


def _year(tokens: list[Token], j: int) -> tuple[int | None, int]:
    k = j + 1 if j < len(tokens) and tokens[j].text == "," else j
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


def _is_month(token: Token) -> bool:
    return token.low in MONTHS and (token.text[0].isupper()) and not (False)


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
        j = _skip_ordinal(tokens, i + 1)
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
            return ("date", year, MONTHS[tokens[k].low], day), end, None
        # 15-17 March, 15 to 17 March
        if j + 2 < n and tokens[j].low in ("-", "–", "—", "to", "and", "/"):
            other = _dom(tokens[j + 1])
            if other and other > day:
                inner = _date_at(tokens, j + 1)
                if inner and inner[0][0] == "date":
                    return ("date", inner[0][1], inner[0][2], day), inner[1], inner[0]
        return None
    if _is_month(token):
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
                month = MONTHS[token.low]
                return (
                    ("date", year, month, day),
                    end,
                    ("date", year, month, last) if last else None,
                )
            year, end = _year(tokens, j)
            if year:
                return ("month", year, MONTHS[token.low]), end, None
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
        return ("month", None, MONTHS[token.low]), i + 1, None
    match = re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", token.text)
    if match and int(match[2]) <= 12 and 1 <= int(match[1]) <= 31:
        return ("date", int(match[3]), int(match[2]), int(match[1])), i + 1, None
    return None


def day_at(
    tokens: list[Token], i: int
) -> tuple[Day, int, int | None, str | None, Day | None] | None:
    """The day at token ``i``: (day, next token, weekday said beside a date, part of day, range end)."""
    n = len(tokens)
    low = tokens[i].low
    part: str | None = None
    j = i
    if low in _EDGE and j + 1 < n:
        part, j = low, j + 1
        if j < n and tokens[j].low in ("on", "in"):
            j += 1
        if j + 1 < n and tokens[j].text == "-":
            j += 1
        if j >= n:
            return None
        low = tokens[j].low
    mod: str | None = None
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
        return (low, {"last": -1, "this": 0, "next": 1}[mod]), j + 1, None, part, None
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
            if (
                k2 < n
                and (dom := _dom(tokens[k2]))
                and _ORDINAL.fullmatch(tokens[k2 + 1].low if k2 + 1 < n else "")
            ):
                return ("dom", dom), k2 + 2, weekday, part, None
        return ("weekday", weekday, mod), k, None, part, None
    if low.endswith(("'s", "’s")) and low[:-2] in WEEKDAYS:
        return ("weekday", WEEKDAYS[low[:-2]], mod), j + 1, None, part, None
    if low in _RELATIVE:
        k = j + 1
        if k < n and tokens[k].low in _PARTS:
            part, k = tokens[k].low, k + 1
        return ("rel", _RELATIVE[low]), k, None, "night" if low == "tonight" else part, None
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
        and _ORDINAL.fullmatch(tokens[j + 2].low)
    ):
        found = _date_at(tokens, j + 1)
        if found:
            return found[0], found[1], None, part, found[2]
        if j + 3 >= n or (
            tokens[j + 3].low in (",", ".", "at", "of", ";", "and", "to", "from")
            and not (tokens[j + 3].low == "of" and j + 4 < n and tokens[j + 4].low != "this")
        ):
            return ("dom", dom), j + 3, None, None, None
    found = _date_at(tokens, j)
    if found:
        k = found[1]
        weekday2: int | None = None
        if k + 1 < n and tokens[k].text in "(," and tokens[k + 1].low in WEEKDAYS:
            if tokens[k].text == "(" and k + 2 < n and tokens[k + 2].text == ")":
                weekday2, k = WEEKDAYS[tokens[k + 1].low], k + 3
        return found[0], k, weekday2, part, found[2]
    return None


_STARTERS = frozenset(
    (
        *MONTHS,
        *WEEKDAYS,
        *_RELATIVE,
        *_EDGE,
        "last",
        "next",
        "this",
        "coming",
        "past",
        "previous",
        "following",
        "the",
        "noon",
        "midday",
        "midnight",
        *[
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
        ],
    )
)
_JOIN = frozenset(
    (
        "on",
        "of",
        ",",
        "the",
        "at",
        "this",
        "in",
        "morning",
        "evening",
        "afternoon",
        "night",
        "local",
        "time",
        "from",
        "by",
        "around",
        "about",
        "starting",
        "beginning",
        "precisely",
        "exactly",
    )
)
_ROLES = (
    (
        "until",
        re.compile(
            r"\b(?:until|till|up until|up to|through|thru|expir(?:es?|ing)|end(?:s|ed|ing)?|lasting until|to last until|to)(?: (?:on|at|about|around|the|end of|the end of|and including|midnight on))*\s*$"
        ),
    ),
    (
        "due",
        re.compile(
            r"\b(?:(?<!signed )(?<!said )by|before|no later than|not later than|at the latest|at the latest by|prior to|deadline (?:of|is|was|on|for \w+)|until no later than|latest by|not after|due|in advance of|ahead of)(?: (?:on|at|the|about|end of|the end of|not later than|close of|[a-z]+ing on))*\s*$"
        ),
    ),
    (
        "start",
        re.compile(
            r"\b(?:from|since|starting|beginning|commencing|effective|as of|as from|with effect from|start(?:s|ed|ing)?|begin(?:s|ning)?|began|commence[sd]?|with effect|effect|force|force and effect|dating from|running from|onwards? from)(?: (?:on|at|from|the|about|around|approximately|of|just after|shortly after|as of|midnight on|morning of|in the|early hours of|night of|,))*\s*,?\s*$"
        ),
    ),
    ("after", re.compile(r"\b(?:after|following)(?: (?:the))*\s*$")),
    ("between", re.compile(r"between(?: (?:the))*\s*$")),
)


def moments_of(tokens: list[Token], text: str, offset: int) -> list[Said]:
    """The dates and moments of a sentence (``text``: its lower-case text at ``offset``)."""
    found: list[Said] = []
    i, n = 0, len(tokens)
    while i < n:
        if (
            tokens[i].low not in _STARTERS
            and not tokens[i].low[0].isdigit()
            and not tokens[i].low.endswith(("'s", "’s"))
        ):
            i += 1
            continue
        said = _moment_at(tokens, i)
        if said is None:
            i += 1
            continue
        before = text[: said.start - offset]
        role = "at"
        for name, pattern in _ROLES:
            if pattern.search(before[-45:]):
                role = name
                break
        if (
            role == "until"
            and re.search(r"\bto\s*(?:the )?$", before)
            and not (
                found and found[-1].role in ("start", "at") and said.first - found[-1].last <= 3
            )
        ):
            role = "at"
        if (
            role == "until"
            and re.search(r"\bend(?:s|ed|ing)?(?: (?:on|at))?\s*$", before)
            and re.search(r"\b(?:put(?:ting)? an|bring an|an|the|to) end\b", before[-20:])
        ):
            role = "at"
        said = replace(said, role=role)
        if said.last < n and re.match(
            r"\s*(?:or earlier|at the latest|or sooner|deadline)\b", text[said.end - offset :]
        ):
            said = replace(said, role="due")
        if said.last_day is not None:
            found.append(replace(said, role="start"))
            said = replace(said, day=said.last_day, role="until", clock=None)
        found.append(said)
        i = max(said.last, i + 1)
    return _pairs(found, tokens)


def _moment_at(tokens: list[Token], i: int) -> Said | None:
    n = len(tokens)

    def make(
        day: Day | None,
        clock: Clock | None,
        j: int,
        weekday: int | None = None,
        part: str | None = None,
        last_day: Day | None = None,
    ) -> Said:
        return Said(
            day, clock, i, j, tokens[i].start, tokens[j - 1].end, "at", weekday, part, last_day
        )

    day = day_at(tokens, i)
    if day is not None:
        spec, j, weekday, part, last_day = day
        # date, then clock
        if spec[0] not in ("month", "week"):
            k = j
            if k < n and tokens[k].low == "t" and tokens[k].start == tokens[k - 1].end:
                k += 1
            steps = 0
            while k < n and tokens[k].low in _JOIN and steps < 4:
                if tokens[k].low == "the":
                    break
                k, steps = k + 1, steps + 1
            if k < n:
                beside = clock_at(tokens, k)
                between = {t.low for t in tokens[j:k]}
                if beside and "of" not in between:
                    # "on Friday from 6 p.m.": the joint word decides the role later
                    said = make(spec, beside[0], beside[1], weekday, part, last_day)
                    if between & {"from", "starting", "beginning"}:
                        return replace(said, night_to=True)
                    return said
        return make(spec, None, j, weekday, part, last_day)
    clock_found = clock_at(tokens, i)
    if clock_found is None:
        return None
    clock, j = clock_found
    if i and tokens[i - 1].text in ("$", "€", "£", "#"):
        return None
    k, steps = j, 0
    while (
        k < n
        and tokens[k].low
        in (
            "on",
            "of",
            ",",
            "the",
            "this",
            "early",
            "late",
            "in",
            "between",
            "morning",
            "evening",
            "night",
            "afternoon",
            "each",
            "from",
        )
        and steps < 3
    ):
        if tokens[k].low in ("this", "early", "late"):
            break
        if tokens[k].low == "each":
            break
        if tokens[k].low == "from" or (tokens[k].low == "between" and not clock.midnight):
            break
        if (
            tokens[k].low == "the"
            and k + 2 < n
            and (
                tokens[k + 1].low in ("same", "following", "next")
                or _ORDINAL.fullmatch(tokens[k + 2].low)
            )
        ):
            break
        k, steps = k + 1, steps + 1
    if k < n:
        day = day_at(tokens, k)
        if day is not None and day[0][0] not in ("month", "week", "weekend", "monthrel"):
            spec, end, weekday, part, last_day = day
            if (
                clock.midnight
                and end + 1 < n
                and tokens[end].low in ("-", "–", "to", "and", "/", "into")
            ):
                second = day_at(tokens, end + 1)
                if second:
                    return replace(
                        make(
                            second[0],
                            replace(clock, midnight=False),
                            second[1],
                            second[2],
                            "between",
                        ),
                        night_to=False,
                    )
            return make(spec, clock, end, weekday, part, last_day)
    return make(None, clock, j)


def _pairs(found: list[Said], tokens: list[Token]) -> list[Said]:
    """Roles inside "from A to B", "between A and B"; a day said once holds for both."""
    result: list[Said] = []
    for said in found:
        if result:
            before = result[-1]
            between = [t.low for t in tokens[before.last : said.first]]
            bare = [b for b in between if b not in ("the", "about", "around", ",", "at", "on")]
            if (
                bare
                in (
                    ["to"],
                    ["until"],
                    ["till"],
                    ["-"],
                    ["–"],
                    ["through"],
                    ["up", "to"],
                    ["and"],
                )
                or (False)
            ) and (bare != ["and"] or before.role == "between"):
                if (
                    before.role in ("at", "between", "start", "until") and bare != ["-"]
                ) or bare in (["-"], ["–"]):
                    result[-1] = before = replace(before, role="start")
                    said = replace(said, role="until")
                if said.day is None and before.day is not None:
                    said = replace(said, day=before.day)
                elif before.day is None and said.day is not None and before.clock is not None:
                    result[-1] = replace(before, day=said.day)
            if said.role == "between":
                pass
        if said.night_to:
            said = replace(said, role="start", night_to=False)
        result.append(said)
    for i, said in enumerate(result):
        if said.day is None and said.clock is not None:
            near = [
                s
                for s in result
                if s.day is not None
                and s is not said
                and s.day[0] != "month"
                and not (s.role in ("until", "due") and said.role in ("start", "until"))
            ]
            if near:
                best = min(near, key=lambda s: abs(s.first - said.first))
                if abs(best.first - said.first) <= 9 and best.clock is None:
                    result[i] = replace(said, day=best.day, weekday=best.weekday)
    return [replace(s, role="start") if s.role == "between" else s for s in result]


def weekday_of(day: date) -> str:
    """The English name of a day."""
    return ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")[
        day.weekday()
    ]

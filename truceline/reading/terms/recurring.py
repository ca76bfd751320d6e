"""How often: "daily", "every second Tuesday", "twice a year", "on Mondays", as ISO 8601 durations."""

import re

from truceline.reading.hints import Hinted, Several
from truceline.reading.times.anchoring import Moment
from truceline.reading.times.lengths import number_of_words

_HINT = Hinted(
    r"daily|weekly|monthly|yearly|hourly|annual|quarter|clock|alternate|fortnight|every|each|\bany\b|per |"
    r"(?:a|once|twice|in) (?:the )?(?:day|week|month|year)|day-by-day|(?:days?|nights)\b"
)
_UNITS = {"hour": "PT{}H", "day": "P{}D", "week": "P{}W", "month": "P{}M", "year": "P{}Y"}
_DAYS = frozenset(
    [
        "day",
        "night",
        "morning",
        "evening",
        "afternoon",
        "noon",
        "dawn",
        "dusk",
        "sunset",
        "sunrise",
        "midday",
        "midnight",
    ]
)
_WEEKDAY = re.compile(
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:mon|tue|wed|thu|fri|sat|sun)\b"
)
_EACH = re.compile(
    r"\b(?:every|each|any)(?: single)? (?:of (?:the |these |those )?(?:first |next )?(?:two |three |four |five |six |seven |ten )?)?(?:(?P<nth>second|other|third|fourth|alternate|\d{1,3}|two|three|four|five|six|eight|"
    r"ten|twelve|fifteen|fourteen|thirty|few) )?(?P<unit>[a-z]+?)s?\b"
)
_NTHS = {"second": 2, "other": 2, "alternate": 2, "third": 3, "fourth": 4}
_NOT_A = r"(?<!inside )(?<!twice )(?<!in )(?<!for )(?<!within )(?<!than )(?<!about )(?<!after )(?<!over )"
_NOT_LATER = r"(?! (?:after|earlier|later|before|of|from (?:now|today|then|the|that|this|its|sign|\d)|ago|or))"
_WORDS = (
    ("PT12H", r"twice (?:a |each |every |per |in the )?(?:day\b|daily)"),
    ("P1W", r"twice (?:a|each|every|per) week|twice weekly"),
    ("P2D", r"(?:even|odd) days"),
    ("P6M", r"twice (?:a |each |every |per )?year|twice yearly|half-yearly|semi-annual"),
    ("P15D", r"twice (?:a|each|every|per) month"),
    (
        "P1D",
        rf"daily|per day|(?:once|only) (?:a|per) day|{_NOT_A}a day(?:light)?\b{_NOT_LATER}|round the clock|day-by-day|by day\b(?!-)",
    ),
    (
        "P1W",
        rf"weekly|per week|once (?:a |in (?:the |a )?)?week|{_NOT_A}a week\b{_NOT_LATER}|on (?:mon|tues|wednes|thurs|fri|satur|sun)days\b|(?:mon|tues|wednes|thurs|fri|satur|sun)days\b(?=,| at| from| and)",
    ),
    (
        "P1M",
        rf"monthly|per month|once (?:a |in (?:the |a )?)?month|{_NOT_A}a month\b{_NOT_LATER}|(?:first|last|second|third) \w+day of (?:each|every|the) month",
    ),
    ("PT1H", r"hourly"),
    ("P1Y", r"yearly|annually|per year|once a year"),
    ("P3M", r"quarterly|every quarter|each quarter"),
    ("P2D", r"(?:on )?alternate days"),
    ("P14D", r"(?:a|every|each|per) fortnight|fortnightly|biweekly|bi-weekly"),
)  # fmt: skip
_PATTERNS = Several((iso, Hinted(rf"\b(?:{words})")) for iso, words in _WORDS)

# What would be taken for "each day" or "each month" by itself.
_FIRST = (
    ("PT12H", Hinted(r"\b(?:twice (?:each|every) day|each morning and (?:each )?evening)\b")),
    (
        "P1M",
        Hinted(r"\b(?:every|each) (?:first|last) \w+day\b|\bin any (?:one|given|single) month\b"),
    ),
)


def recurs_in(clause: str) -> str | None:
    """How often something is done, by the lower-case words of its clause; None if not told."""
    if _HINT.search(clause) is None:
        return None
    first = next((iso for iso, pattern in _FIRST if pattern.search(clause)), None)
    if first is not None:
        return first
    for match in _EACH.finditer(clause):
        nth = match["nth"]
        many = _NTHS.get(nth or "") or (int(nth) if (nth or "").isdecimal() else None)
        if nth and many is None:
            many = int(number_of_words(nth) or 0)
            if not many:
                continue
        many, unit = many or 1, match["unit"]
        if _WEEKDAY.match(unit):
            return f"P{many}W"
        if unit in _DAYS:
            return f"P{many}D"
        if unit == "fortnight":
            return "P14D"
        if unit in _UNITS:
            return _UNITS[unit].format(many)
    return next((iso for iso, pattern in _PATTERNS.likely(clause) if pattern.search(clause)), None)


_BY_DAYLIGHT = re.compile(
    r"\b(?:dawn|sunrise|sunup|daybreak|first light|morning) (?:un)?(?:to|til|till|and) (?:dusk|sunset|sundown|nightfall|dark|evening)\b"
)


def within_hours(moments: list[Moment], clause: str) -> bool:
    """Whether something is done between two hours of any day ("from dawn to dusk", "from 8 to 5
    o'clock"), not on one that is named."""
    if _BY_DAYLIGHT.search(clause):
        return True
    spans = [
        n
        for n, m in enumerate(moments[:-1])
        if (m.said.role, moments[n + 1].said.role) == ("start", "until")
        and m.said.clock is not None
        and moments[n + 1].said.clock is not None
        and moments[n + 1].said.day is None
    ]
    if not spans:
        return False
    others = [m for n, m in enumerate(moments) if n not in (spans[0], spans[0] + 1)]
    lent = moments[spans[0]].said.day is not None
    return any(m.said.role == "start" and m.said.clock is None for m in others) if lent else True

"""A length of time as a thing, and days counted from D-day ("by D+7", "on the 16th day")."""

import calendar
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from truceline.reading.numbers import number_at
from truceline.reading.page.words import Token, tokens_of


@dataclass(frozen=True, slots=True)
class Length:
    """A length of time: tokens ``[first, last)``. ``role``: within, length, offset (N after an
    anchor), past, every, or plain. ``anchor``: the document's words for what it counts from."""

    iso: str
    seconds: float
    role: str
    first: int
    last: int
    start: int
    end: int
    anchor: str | None = None
    anchor_span: tuple[int, int] | None = None
    before: bool = False
    letter: str | None = None  # counted from a lettered day
    by: bool = False  # a day that is a deadline: "by the ninetieth day"
    inclusive: bool = False  # a day of which the first is day one
    base: str | None = None  # what it counts from, if that is dated
    moment: str | None = None  # where it ends, if its anchor is dated


def month_end(month: str) -> str:
    """The last day of a month "YYYY-MM"."""
    return f"{month}-{calendar.monthrange(int(month[:4]), int(month[5:]))[1]:02d}"


def led_to(start: str, length: Length, *, clock: bool = False) -> str | None:
    """Where a length that counts from ``start`` ends; of numbered days the first is day one."""
    if length.inclusive and (days := re.fullmatch(r"P(\d+)D", length.iso)):
        return shift(start[:10], f"P{int(days[1]) - 1}D")
    if length.inclusive and (weeks := re.fullmatch(r"P(\d+)W", length.iso)):
        return shift(start[:10], f"P{7 * int(weeks[1]) - 1}D")
    return shift(start, length.iso, back=length.before, clock=clock)


def shift(start: str, iso_length: str, *, back: bool = False, clock: bool = False) -> str | None:
    """``start`` moved by a duration. Days, weeks, months from a moment give a date's own form,
    unless the ``clock`` is to be kept.

    A date moved by hours stays unknown (None): the clock is not said.
    """
    match = re.fullmatch(
        r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?",
        iso_length,
    )
    if not match:
        return None
    years, months, weeks, days, hours, minutes, _ = (int(x or 0) for x in match.groups())
    whole = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(.*))?", start)
    if not whole:
        return None
    sign = -1 if back else 1
    at = datetime(
        int(whole[1]), int(whole[2]), int(whole[3]), int(whole[4] or 0), int(whole[5] or 0)
    )
    if whole[4] is None and (minutes or hours % 24):
        return None
    total = at.month - 1 + sign * (months + 12 * years)
    year, month = at.year + total // 12, total % 12 + 1
    at = at.replace(year=year, month=month, day=min(at.day, calendar.monthrange(year, month)[1]))
    at += sign * timedelta(days=days + 7 * weeks, hours=hours, minutes=minutes)
    if whole[4] is None or not (hours or minutes or clock):
        return at.date().isoformat()
    return f"{at.date().isoformat()}T{at:%H:%M}{whole[6]}"


def iso(amount: float, unit: str) -> tuple[str, float]:
    """ISO 8601 text and seconds (a month as 30 days, a year as 365)."""
    if unit == "2W":
        amount, unit = amount * 2, "W"
    if unit == "W" and not amount.is_integer():
        amount, unit = amount * 7, "D"
    if unit == "MO" and not amount.is_integer():
        whole, rest = divmod(amount, 1)
        text = (f"{int(whole)}M" if whole else "") + f"{round(rest * 30)}D"
        return "P" + text, amount * 30 * 86400
    if unit == "Y" and not amount.is_integer():
        amount, unit = amount * 12, "MO"
    if unit == "D" and not amount.is_integer():
        amount, unit = amount * 24, "H"
    if unit == "H" and not amount.is_integer():
        amount, unit = amount * 60, "M"
    seconds = (
        amount
        * {"S": 1, "M": 60, "H": 3600, "D": 86400, "W": 604800, "MO": 2592000, "Y": 31536000}[unit]
    )
    number = str(round(amount))
    if unit in "SMH" and unit != "MO":
        return f"PT{number}{unit}", seconds
    return f"P{number}{'M' if unit == 'MO' else unit}", seconds


_DAY = re.compile(
    r"(?<![\w-])the (?:(\d{1,3})(?:st|nd|rd|th)|([a-z]+(?:-[a-z]+)*(?:th|second|third|twenty-first))) day\b"
    r"(?! of (?:(?:the )?(?:month|war|siege|fighting)|[a-z]* ?(?:january|february|march|april|may|june|july|august|september|october|november|december)))"
    r"|(?<![\w-])day (\d{1,3}|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fourteen|fifteen|sixteen|twenty|twenty-one|thirty)\b(?! (?:of|after) (?:the )?(?:war|conflict|fighting|siege))"
)
_NTH = re.compile(
    r"(?<=\bthe )(?:(\d{1,3})(?:st|nd|rd|th)|([a-z]+(?:-[a-z]+)*(?:th|second|third)))\b(?! [a-z]*(?:day|january|february|march|april|may|june|july|august|september|october|november|december)\b)"
)
_BY_DAY = re.compile(r"\b(by|until|than|on|from|at|before|within|after|as of)(?: the)?\s*$")
_HEADS = re.compile(r" ?[:|–—-]| +\d")
_HEADED = re.compile(r"[^\w]*()(?=$)")  # "Day 7: the column leaves"
_FROM_WHAT = re.compile(r"\s*(after|following|from|of) (?=\S)([^,;:.()]{2,60})")
_ORDINALS = {"first": "one", "second": "two", "third": "three", "fifth": "five", "eighth": "eight",
    "ninth": "nine", "twelfth": "twelve"}  # fmt: skip


_TO = (["to"], ["until"], ["through"], ["-"], ["–"])


def nth(words: str) -> int | None:
    """The number that an ordinal in words says: "ninetieth", "hundred-and-twentieth"."""
    *front, last = words.split("-")
    if last.endswith("ieth"):
        last = last[:-4] + "y"
    last = _ORDINALS.get(last) or last.removesuffix("th")
    if front[:1] == ["hundred"] or (last == "hundred" and not front):
        front = ["a", *front]
    number = number_of_words(" ".join([*front, last]))
    return int(number) if number else None


def day_counts(
    tokens: list[Token], text: str, offset: int, counted: list[tuple[int, int, str, int, int]]
) -> list[Length]:
    """Lengths that are said as a day: "by D+7", "no later than day 16", "on the ninetieth day".

    ``counted``: the lettered days of the sentence as tokens ``[first, last)``, letter, days, hours.
    """
    found = []
    for n, (first, last, letter, days, hours) in enumerate(counted):
        if n + 1 < len(counted) and [t.low for t in tokens[last : counted[n + 1][0]]] in _TO:
            continue  # "from D+1 to D+30": the end is the deadline
        if (
            n + 1 < len(counted)
            and first
            and tokens[first - 1].low == "between"
            and [t.low for t in tokens[last : counted[n + 1][0]]] == ["and"]
        ):
            continue
        code, seconds = iso(float(hours), "H") if hours else iso(float(days), "D")
        start, end = tokens[first].start, tokens[last - 1].end
        role = "offset" if first and tokens[first - 1].low in ("from", "starting") else "within"
        found.append(
            Length(
                code, seconds, role, first, last, start, end, f"{letter.upper()}-day",
                letter=letter,
            )
        )  # fmt: skip
    if " day" not in text and "day " not in text:
        return found
    matches = [(m, _BY_DAY.search(text[: m.start()])) for m in _DAY.finditer(text)]
    matches = [
        (m, led or (_HEADS.match(text, m.end()) and _HEADED.fullmatch(text[: m.start()])))
        for m, led in matches
    ]
    matches = [(m, led) for m, led in matches if led]
    if matches:  # "… on the ninetieth day, from the port on the three-hundredth"
        after = matches[-1][0].end()
        matches += [(m, _BY_DAY.search(text[: m.start()])) for m in _NTH.finditer(text, after)]
    shared: tuple[str, tuple[int, int] | None] | None = None
    shared_after = False
    for match, led in matches:
        if led is None:
            continue
        words = next(x for x in match.groups() if x)
        amount = int(words) if words.isdecimal() else nth(words)
        if not amount:
            continue
        first = next(i for i, t in enumerate(tokens) if t.end - offset > match.start())
        last = next(
            (i for i, t in enumerate(tokens) if t.start - offset >= match.end()), len(tokens)
        )
        code, seconds = iso(float(amount), "D")
        start, end = match.start() + offset, match.end() + offset
        what = _FROM_WHAT.match(text, match.end())
        anchor, span = shared or ("the first day", None)
        after = what is not None and what.group(1) != "of"
        if what:
            anchor, span = what.group(2), (what.start(2) + offset, what.end(2) + offset)
        elif shared is not None:
            after = shared_after
        shared, shared_after = (anchor, span), after
        found.append(
            Length(
                code,
                seconds,
                "day",
                first,
                last,
                start,
                end,
                anchor,
                span,
                by=led.group(1) not in ("on", "at", "from", ""),
                inclusive=not after and amount < 60 and amount % 30 != 0,
            )
        )
    return found


def number_of_words(words: str) -> float | None:
    """The number that words such as "twenty-one" say, or None."""
    said = number_at(tokens_of(words), 0)
    return said[0] if said else None

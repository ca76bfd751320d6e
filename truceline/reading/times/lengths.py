"""A length of time as a thing, and days counted from D-day ("by D+7", "on the 16th day")."""

import re
from dataclasses import dataclass

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


_D_DAY = re.compile(
    r"(?<![\w-])d(?:-?day)?\s?\+\s?(\d{1,3})(?!\d)(?: days?)?"
    r"|(?<![\w-])the (\d{1,3})(?:st|nd|rd|th) day\b(?! of [a-z]* ?(?:january|february|march|april|may|june|july|august|september|october|november|december))"
    r"|(?<![\w-])the (second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|fourteenth|fifteenth|sixteenth|twentieth|thirtieth) day\b"
    r"|(?<![\w-])day (\d{1,3}|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fourteen|fifteen|sixteen|twenty|twenty-one|thirty)\b(?! (?:of|after) (?:the )?(?:war|conflict|fighting|siege))"
)


_ORDINALS = {
    "second": "two", "third": "three", "fourth": "four", "fifth": "five", "sixth": "six",
    "seventh": "seven", "eighth": "eight", "ninth": "nine", "tenth": "ten",
    "fourteenth": "14", "fifteenth": "15", "sixteenth": "16", "twentieth": "20", "thirtieth": "30",
}  # fmt: skip


_TO_LATER = re.compile(r"\bto $")
_AND_LATER = re.compile(r" (?:to|until|through) d(?:-?day)?\s?\+")
_BY_DAY = re.compile(r"\b(?:by|until|than|on|from|at|before|within|after|as of)(?: the)?\s*$")


def day_counts(tokens: list[Token], text: str, offset: int) -> list[Length]:
    """Days counted from D-day: "by D+7", "D-day + 30", "no later than day 16"."""
    if "d+" not in text and " day" not in text and "d + " not in text and "-day" not in text:
        return []
    found = []
    for match in _D_DAY.finditer(text):
        plus = match.group(1) is not None
        if (
            plus
            and _TO_LATER.search(text[: match.start()]) is None
            and _AND_LATER.match(text[match.end() :])
        ):
            continue  # "from D+1 to D+30": the end is the deadline
        if not plus and not _BY_DAY.search(text[: match.start()]):
            continue
        words = next(x for x in match.groups() if x)
        words = _ORDINALS.get(words, words)
        amount = int(words) if words.isdigit() else int(number_of_words(words) or 0)
        if not amount:
            continue
        first = next(i for i, t in enumerate(tokens) if t.end - offset > match.start())
        last = next(
            (i for i, t in enumerate(tokens) if t.start - offset >= match.end()), len(tokens)
        )
        code, seconds = iso(float(amount), "D")
        anchor = "D-day" if plus else "the first day"
        found.append(
            Length(
                code,
                seconds,
                "within" if plus else "day",
                first,
                last,
                match.start() + offset,
                match.end() + offset,
                anchor,
            )
        )
    return found


def number_of_words(words: str) -> float | None:
    """The number that words such as "twenty-one" say, or None."""
    said = number_at(tokens_of(words), 0)
    return said[0] if said else None

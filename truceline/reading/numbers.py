"""Numbers in figures and words, with what the words around them say of their bounds."""

import re
from dataclasses import dataclass

from truceline.reading.fractions import fraction_at
from truceline.reading.page.words import Token

UNITS = {
    w: n
    for n, w in enumerate(
        [
            "zero",
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
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
}
_TENS = {
    w: 10 * n
    for n, w in enumerate(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 2
    )
}
_SCALES = {
    "hundred": 100,
    "thousand": 1000,
    "million": 10**6,
    "billion": 10**9,
    "dozen": 12,
    "lakh": 10**5,
    "crore": 10**7,
    "m": 10**6,
    "mn": 10**6,
    "k": 1000,
    "bn": 10**9,
    "score": 20,
}
_VAGUE = {"dozens": 24, "scores": 40, "hundreds": 200, "thousands": 2000, "millions": 2_000_000}
_GROUPING = re.compile(r"[,’'\u00a0\u202f]")
_FIGURE = re.compile(
    r"\d{1,3}(?:[,’'\u00a0\u202f]\d{3})+(?:\.\d+)?|\d{1,3}(?:\.\d{3}){2,}|\d+(?:\.\d+)?"
)
_BEFORE = {
    "high": (
        "nearly",
        "almost",
        "close to",
        "just under",
        "under",
        "fewer than",
        "less than",
        "below",
        "not quite",
        "just short of",
        "approaching",
        "up to",
        "as many as",
        "at most",
        "no more than",
        "not more than",
        "not exceeding",
        "a maximum of",
        "maximum of",
        "not to exceed",
        "as much as",
    ),
    "low": (
        "more than",
        "over",
        "at least",
        "a minimum of",
        "minimum of",
        "no fewer than",
        "not less than",
        "no less than",
        "above",
        "upwards of",
        "upward of",
        "exceeding",
        "in excess of",
        "well over",
        "not fewer than",
        "just over",
        "greater than",
        "larger than",
        "far more than",
        "well above",
    ),
    "about": (
        "about",
        "around",
        "some",
        "approximately",
        "roughly",
        "an estimated",
        "estimated",
        "circa",
        "~",
        "approx",
        "approx.",
        "in the region of",
        "an average of",
        "as estimated",
        "c.",
        "nearly or",
    ),
}
_PHRASES = sorted(
    ((p.split(), side, p) for side, ps in _BEFORE.items() for p in ps), key=lambda x: -len(x[0])
)
_INCLUSIVE = {
    "up to",
    "as many as",
    "as much as",
    "at most",
    "no more than",
    "not more than",
    "not exceeding",
    "a maximum of",
    "maximum of",
    "not to exceed",
    "at least",
    "a minimum of",
    "minimum of",
    "no fewer than",
    "not less than",
    "no less than",
    "not fewer than",
}
# By the last word, longest first: what stands just before a figure.
_BY_LAST: dict[str, list[tuple[list[str], str, str]]] = {}
for _words_of, _side, _phrase in _PHRASES:
    _BY_LAST.setdefault(_words_of[-1], []).append((_words_of, _side, _phrase))


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as said: tokens ``[first, last)``, its words' bounds included."""

    value: float | None
    low: float | None
    high: float | None
    qualifier: str | None
    first: int
    last: int
    core: int  # the token where the figure itself begins


# Words at which a number (or "every day") may begin: a cheap test before the grammar.
STARTS = frozenset(
    (
        *UNITS,
        *_TENS,
        *_VAGUE,
        "a",
        "an",
        "half",
        "tens",
        "every",
        "each",
        "next",
        "coming",
        "another",
    )
)


def tidy(value: float | None) -> int | float | None:
    """A whole number as ``int``."""
    if value is None:
        return None
    return int(value) if float(value).is_integer() else round(float(value), 6)


def _figure(token: Token) -> float | None:
    text = token.text
    if text.isdecimal():
        return float(text)
    if not text[0].isdecimal() or not _FIGURE.fullmatch(text):
        return None
    if text.count(".") > 1:  # 1.000.000
        return float(text.replace(".", ""))
    return float(_GROUPING.sub("", text))


def number_at(tokens: list[Token], i: int) -> tuple[float, int] | None:
    """The number that begins at token ``i`` and the token after it, or None."""
    n = len(tokens)
    if i >= n:
        return None
    low = tokens[i].low
    value = _figure(tokens[i])
    j = i + 1
    if value is None and j < n and (part := fraction_at(tokens, i)):
        return part
    if value is not None:
        # 1 000 000 with plain or thin spaces between the groups
        while (
            j < n
            and len(tokens[j].text) == 3
            and tokens[j].text.isdecimal()
            and value < 10**9
            and tokens[j].start - tokens[j - 1].end == 1
            and len(tokens[j - 1].text) <= 3
            and tokens[j - 1].text.isdecimal()
        ):
            value = value * 1000 + int(tokens[j].text)
            j += 1
    elif low in UNITS or low in _TENS:
        value, j = _words(tokens, i)
    elif (
        low in ("a", "an")
        and j < n
        and tokens[j].low in ("hundred", "thousand", "million", "billion", "dozen", "score")
    ):
        value = 1.0
    elif low == "a" and j < n and tokens[j].low == "couple":
        return 2.0, j + (2 if j + 1 < n and tokens[j + 1].low == "of" else 1)
    else:
        return None
    if (
        j + 3 < n
        and tokens[j].low == "and"
        and tokens[j + 1].low == "a"
        and tokens[j + 2].low == "half"
        and (tokens[j + 3].low in _SCALES or _goes_on(tokens, j + 3))
    ):
        value += 0.5
        j += 3
    while j < n and tokens[j].low in _SCALES:
        word = tokens[j].low
        glued = tokens[j].start == tokens[j - 1].end
        if word in ("m", "k", "mn", "bn") and not (
            (glued and word != "m") or (glued and value < 100)
        ):
            break
        if word == "score" and j == i + 1 and low not in ("a", "two", "three"):
            break
        value *= _SCALES[word]
        j += 1
        if [t.low for t in tokens[j : j + 3]] == ["and", "a", "half"] and _SCALES[word] >= 10**6:
            return value + _SCALES[word] / 2, j + 3  # "a million and a half"
        if j + 1 < n and tokens[j + 1].low == "thousand" and word == "million":
            thousands = _figure(tokens[j])
            if thousands is not None and thousands < 1000:  # "6 million 900 thousand"
                return value + thousands * 1000, j + 2
        more = _tail(tokens, j, _SCALES[word])
        if more:
            value, j = value + more[0], more[1]
    # seven (7), sixty (60), 60 (sixty)
    if j + 2 < n and tokens[j].text == "(" and tokens[j + 2].text == ")":
        inner = number_at(tokens[: j + 2], j + 1) if tokens[j + 1].text != "(" else None
        if inner and inner[0] == value:
            j += 3
    return value, j


def _goes_on(tokens: list[Token], j: int) -> bool:
    """Whether "four and a half" goes on as the lower end: "and six million"."""
    if tokens[j].low not in ("and", "to", "or"):
        return False
    other = number_at(tokens, j + 1)
    return other is not None and tokens[other[1] - 1].low in ("million", "billion", "thousand")


def _tail(tokens: list[Token], j: int, below: float) -> tuple[float, int] | None:
    k = j + 1 if j < len(tokens) and tokens[j].low == "and" else j
    if k < len(tokens) and (tokens[k].low in UNITS or tokens[k].low in _TENS) and below >= 100:
        value, end = _words(tokens, k)
        if end < len(tokens) and tokens[end].low == "hundred" and below > 100:
            value, end = value * 100, end + 1
            more = _tail(tokens, end, 100)
            if more:
                value, end = value + more[0], more[1]
        larger = end < len(tokens) and _SCALES.get(tokens[end].low, 0) >= below
        if 0 < value < below and not larger and not (k > j and below >= 10**6):
            return value, end
    return None


def _words(tokens: list[Token], i: int) -> tuple[float, int]:
    low = tokens[i].low
    if low in UNITS:
        return float(UNITS[low]), i + 1
    value, j = float(_TENS[low]), i + 1
    k = j + 1 if j < len(tokens) and tokens[j].text in "-‑–" else j
    if k < len(tokens) and 0 < UNITS.get(tokens[k].low, 0) < 10:
        return value + UNITS[tokens[k].low], k + 1
    return value, j


def _qualifier(tokens: list[Token], i: int) -> tuple[str, str, int] | None:
    if i == 0:
        return None
    for words, side, phrase in _BY_LAST.get(tokens[i - 1].low, ()):
        k = i - len(words)
        if k >= 0 and all(tokens[k + x].low == w for x, w in enumerate(words)):
            return side, phrase, k
    return None


def quantity_at(tokens: list[Token], i: int) -> Quantity | None:
    """The quantity whose figure begins at token ``i``: value, bounds, qualifier."""
    low = tokens[i].low
    if low in _VAGUE or (
        (low in {"tens", "dozens", "scores", "hundreds"})
        and [t.low for t in tokens[i + 1 : i + 3]] in (["of", "thousands"], ["of", "millions"])
    ):
        if (
            low in ("tens", "dozens", "scores", "hundreds")
            and i + 2 < len(tokens)
            and tokens[i + 1].low == "of"
            and tokens[i + 2].low in ("thousands", "millions")
        ):
            unit = 1000 if tokens[i + 2].low == "thousands" else 10**6
            return Quantity(
                None,
                _VAGUE.get(low, 20) * unit,
                None,
                f"{low} of {tokens[i + 2].low}",
                i,
                i + 3,
                i,
            )
        return Quantity(None, _VAGUE[low], None, low, i, i + 1, i)
    found = number_at(tokens, i)
    if not found:
        return None
    value, j = found
    n = len(tokens)
    # ranges: between A and B, A to B, A-B
    link = tokens[j].low if j < n else ""
    before = tokens[i - 1].low if i else ""
    if (link in ("to", "-", "–", "or") and (link != "or" or before != "either")) or (
        link == "and" and before == "between"
    ):
        other = number_at(tokens, j + 1)
        if other and other[0] > value:
            scale = next(
                (
                    s
                    for s in (10**9, 10**6, 1000, _SCALES.get(tokens[other[1] - 1].low, 1))
                    if other[0] >= s
                    and value < 1000
                    and value < other[0] / s * 1.0001
                    and tokens[other[1] - 1].low in _SCALES
                ),
                1,
            )
            if tokens[j - 1].low in _SCALES:
                scale = 1
            first = i - 1 if before in ("between", "from") else i
            q = _qualifier(tokens, first)
            return Quantity(
                None, value * scale, other[0], "between", q[2] if q else first, other[1], i
            )
    q = _qualifier(tokens, i)
    if q:
        side, phrase, first = q
        exact = phrase in _INCLUSIVE
        if side == "high":
            return Quantity(
                value,
                None,
                value if exact or value < 2 or not value.is_integer() else value - 1,
                phrase,
                first,
                j,
                i,
            )
        if side == "low":
            return Quantity(
                value,
                value if exact or not value.is_integer() else value + 1,
                None,
                phrase,
                first,
                j,
                i,
            )
        return Quantity(value, None, None, phrase, first, j, i)
    after = [t.low for t in tokens[j : j + 2]]
    if after == ["or", "more"]:
        return Quantity(value, value, None, "or more", i, j + 2, i)
    if after == ["or", "so"]:
        return Quantity(value, None, None, "or so", i, j + 2, i)
    return Quantity(value, None, None, None, i, j, i)

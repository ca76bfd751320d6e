"""Lengths of ground in metres: "six kilometres deep on either side", "12 km wide"."""

import re
from dataclasses import dataclass

from truceline.reading.numbers import Quantity, quantity_at
from truceline.reading.page.words import Token

_METRES = {
    "km": 1000.0,
    "kms": 1000.0,
    "kilometer": 1000.0,
    "kilometers": 1000.0,
    "kilometre": 1000.0,
    "kilometres": 1000.0,
    "m": 1.0,
    "metre": 1.0,
    "metres": 1.0,
    "meter": 1.0,
    "meters": 1.0,
    "mile": 1609.344,
    "miles": 1609.344,
    "mi": 1609.344,
    "nautical": 1852.0,
    "nm": 1852.0,
    "yards": 0.9144,
    "yard": 0.9144,
    "feet": 0.3048,
    "foot": 0.3048,
    "ft": 0.3048,
}


_UNIT = re.compile(
    r"(?<![a-z])(?:kms?|kilom|met(?:er|re)|miles?|m|mi|naut|nm|yards?|feet|foot|ft)(?![a-z])|kilomet|metre|meter"
)


@dataclass(frozen=True, slots=True)
class Distance:
    """A length of ground in metres. ``role``: each-side, width, depth, from or plain."""

    metres: float
    role: str
    first: int
    last: int
    start: int
    end: int
    of: str | None = None
    high: float | None = None


_SIDES = re.compile(
    r"(?:on|to|from) (?:either|each|both|every) sides?\b|to the (?:north|south|east|west) and (?:[^.;]{0,20}\s)?(?:to the )?(?:north|south|east|west)\b|north and south of|east and west of|on both flanks|from both sides|each side|either side|both sides of"
)


_WIDE = re.compile(
    r"^\W*from \w+ to \w+|^\W*(?:in )?(?:wide|of width|width|across|(?:in|of) breadth|broad)\b|^[-\s]*wide\b|^\W*(?:in total|total|in all|all told)\b"
)


_DEEP = re.compile(
    r"^\W*(?:deep|(?:in|of) depth|depth|inside|into|on (?:either|each|both)|to the (?:north|south|east|west)|north|south|east|west)\b"
)


_FROM = re.compile(
    r"^\W*(?:back |away |behind |outside |distance )?(?:from|of|behind|beyond|north|south|east|west|away|back|apart|inside|outside|off)\b"
)


def _single(tokens: list[Token], i: int) -> Quantity | None:
    """ "a mile", "half a mile", "a kilometre and a half" has its unit where "a" ends."""
    words = [t.low for t in tokens[i : i + 3]]
    if words[:2] in (["half", "a"], ["half", "an"]) and words[2:] and words[2] in _METRES:
        return Quantity(0.5, None, None, None, i, i + 2, i)
    if words[:1] in (["a"], ["an"]) and words[1:2] and words[1] in _METRES and len(words[1]) > 2:
        return Quantity(1.0, None, None, None, i, i + 1, i)
    return None


def distances_of(tokens: list[Token], text: str, offset: int, spots: list[int]) -> list[Distance]:
    """The lengths of ground in a sentence (``text``: its lower-case text at ``offset``;
    ``spots``: the tokens at which a number may begin)."""
    found: list[Distance] = []
    if _UNIT.search(text) is None:
        return found
    n, done = len(tokens), 0
    for i in spots:
        if i < done:
            continue
        single = _single(tokens, i)
        q = quantity_at(tokens, i) if single is None else single
        if not q or (q.value is None and q.high is None):
            continue
        j, half = q.last, 0.0
        if [t.low for t in tokens[j : j + 3]] == ["and", "a", "half"]:
            j, half = j + 3, 0.5
        while j < n and tokens[j].text in "-‑–":
            j += 1
        if (
            j >= n
            or tokens[j].low not in _METRES
            or (tokens[j].low == "m" and (tokens[j].text != "m" or (q.value or 0) >= 5000))
        ):
            done = max(q.last, i + 1)
            continue
        unit = tokens[j].low
        metres = _METRES[unit] * ((q.value if q.value is not None else q.high or 0.0) + half)
        j += 1
        if [t.low for t in tokens[j : j + 3]] == ["and", "a", "half"]:
            j, metres = j + 3, metres + _METRES[unit] / 2
        if unit == "nautical" and j < n and tokens[j].low in ("mile", "miles"):
            j += 1
        if (
            j < n
            and (tokens[j].low in ("square", "sq", "²", "per", "squared") or tokens[j].text == "²")
        ) or (j - 2 >= 0 and tokens[j - 2].low in ("square", "sq")):
            done = j + 1
            continue
        start, end = tokens[q.first].start, tokens[j - 1].end
        after = text[end - offset :]
        # (6.2 miles): the same length again
        if (
            found
            and re.search(
                r"[(/]\s*(?:about|some|around|roughly|approximately|approx\.?|or)?\s*$",
                text[: start - offset],
            )
            and abs(found[-1].metres - metres) < 0.12 * metres
        ):
            done = j
            continue
        if j < n and tokens[j].text == "(":
            close = after.find(")")
            after = after[close + 1 :] if close >= 0 else after
        role = "plain"
        before = text[max(0, start - offset - 60) : start - offset]
        if _WIDE.match(after) or re.search(
            r"(?:width of|wide(?:th)?|total width of|in total|totalling|totaling|broad|breadth of)\s*(?:about|some|around|approximately)?\s*$",
            before,
        ):
            role = "width"
        elif _SIDES.search(after[:70]) or re.search(
            r"(?:either|each|both) sides?\W[^.;]{0,60}$", before
        ):
            role = "each-side"
        elif _DEEP.match(after) or re.search(
            r"(?:depth of|deep|to a depth of|extend(?:s|ing)?(?: for)?)\s*(?:about|some|around|approximately)?\s*$",
            before,
        ):
            role = "depth"
        elif _FROM.match(after) or re.search(
            r"(?:distance of|at least|beyond|by|within|radius of|minimum of|behind)\s*(?:about|some)?\s*$",
            before,
        ):
            role = "from"
        elif re.match(
            r"^\W*(?:long|length|stretch|section|route|in length|(?:[a-z]+ ){0,2}(?:border|frontier|road|highway|wall|front|river|coast|canal|march)\b(?! of (?:separation|contact)))",
            after,
        ) or re.search(r"(?:length of|stretch of|stretches|runs)\s*$", before):
            role = "long"
        found.append(Distance(metres, role, q.first, j, start, end))
        done = j
    return found

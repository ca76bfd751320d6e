"""The part of the day that is said beside an hour: "six in the evening", "ten of the night"."""

from truceline.reading.numbers import UNITS
from truceline.reading.page.words import Token

HOURS = {word: hour for word, hour in UNITS.items() if 1 <= hour <= 12}
DAYPARTS = {"dawn": 0, "morning": 0, "afternoon": 12, "evening": 12, "night": 12, "tonight": 12}
WEEKDAYS = frozenset(
    ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "tomorrow")
)
_TO = frozenset(("to", "-", "–", "/"))
_NIGHTS = frozenset(("connecting", "linking", "binding", "between", "from"))


def daypart(tokens: list[Token], j: int) -> tuple[str, int] | None:
    """The part of the day said beside an hour, and the token after what belongs to the clock.

    "in the evening" belongs to the clock; "this evening" and "on Friday evening" name the day
    too and are left for it.
    """
    words = [t.low for t in tokens[j : j + 3]]
    if words[:1] in (["in"], ["of"]) and words[1:2] and words[1] in DAYPARTS:  # "at 6 in morning"
        return words[1], j + 2
    within = words[:2] in (["in", "the"], ["of", "the"], ["on", "the"]) and words[2:3]
    if within and words[2] in DAYPARTS:  # "at six on the evening of the 16th", "ten of the night"
        if words[2] == "night" and j + 3 < len(tokens) and tokens[j + 3].low in _NIGHTS:
            return None
        range_of = [t.low for t in tokens[j + 3 : j + 9]]
        if words[2] == "night" and range_of[:1] == ["of"] and _TO.intersection(range_of):
            return None  # "00:01 on the night of 11 to 12 May"
        return words[2], j + 3
    if words[:1] in (["this"], ["that"]) and words[1:2] and words[1] in DAYPARTS:
        return words[1], j
    if words[:1] == ["tonight"]:
        return "tonight", j
    if words[:1] == ["at"] and words[1:2] == ["night"]:
        return "night", j + 2
    k = 1 if words[:1] == ["on"] else 0
    if words[k : k + 1] and words[k] in WEEKDAYS and words[k + 1 : k + 2]:
        return (words[k + 1], j) if words[k + 1] in DAYPARTS else None
    return None

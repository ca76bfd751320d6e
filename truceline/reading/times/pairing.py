"""A date or moment as said, and what two of them say together: "from A to B", "at noon on A"."""

import itertools
from dataclasses import dataclass, replace

from truceline.reading.page.words import Token
from truceline.reading.times.clock import Clock
from truceline.reading.times.dates_said import Day


@dataclass(frozen=True, slots=True)
class Said:
    """A date or moment as said: tokens ``[first, last)``, characters ``[start, end)``.

    ``day`` is a tuple: ("date", year or None, month, day), ("month", year or None, month),
    ("weekday", 0-6, last/next/this/None), ("rel", days), ("weekend", last/next/this),
    ("after", days after the day spoken of), those of ``epochs``, ("week"|"monthrel", -1/0/1), ("dom", day) or None. ``role``: start, until, due, after, at.
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
    lent: bool = False  # the day is that of another moment of the sentence


def _same_clock(first: Clock | None, second: Clock | None) -> bool:
    if first is None or second is None:
        return False
    return (first.hour, first.minute) == (second.hour, second.minute)


def _days_on_end(before: Said, said: Said) -> bool:
    """Whether two weekdays are one stretch: "on Saturday and Sunday"."""
    first, second = before.day or (), said.day or ()
    return (
        first[:1] == second[:1] == ("weekday",)
        and (second[1] - first[1]) % 7 == 1
        and before.role == said.role == "at"
        and before.clock is None
        and said.clock is None
    )


def _of_one_year(before: Said, said: Said) -> bool:
    """Whether the year of the second of two dates is the first's: "1 September to 3 May 1992"."""
    first, second = before.day or (), said.day or ()
    return first[:2] == ("date", None) and second[:1] == ("date",) and isinstance(second[1], int)


def _of_next_act(between: list[Token]) -> bool:
    """Whether another act begins between an hour and a day: "at noon, and will leave on 1 May"."""
    words = [t.low for t in between]
    return (",", "and") in itertools.pairwise(words)


def paired(found: list[Said], tokens: list[Token]) -> list[Said]:
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
                night = [t.low for t in tokens[max(0, before.first - 2) : before.first]]
                if "night" in night and said.clock is not None and said.day is not None:
                    result.pop()
                    said = replace(said, role="start")
                    result.append(said)
                    continue
                if said.day is None and before.day is not None:
                    said = replace(said, day=before.day)
                elif _of_one_year(before, said):
                    day, last = before.day or (), said.day or ()
                    year = last[1] - (day[2:] > last[2:])
                    result[-1] = before = replace(before, day=("date", year, *day[2:]))
                elif before.day is None and said.day is not None and before.clock is not None:
                    result[-1] = replace(before, day=said.day)
            elif bare == ["and"] and _days_on_end(before, said):
                result[-1] = before = replace(before, role="start")
                said = replace(said, role="until")
            if (
                bare in ([], ["("])
                and said.day is not None
                and before.day is None
                and _same_clock(before.clock, said.clock)
            ):  # "midnight (00:00, 10 November)"
                result.pop()
                said = replace(said, role=before.role)
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
                far = 14 if len(near) == 1 else 9
                close = abs(best.first - said.first) <= far and best.clock is None
                if close and not _of_next_act(tokens[said.last : best.first]):
                    result[i] = replace(said, day=best.day, weekday=best.weekday, lent=True)
    return [replace(s, role="start") if s.role == "between" else s for s in result]

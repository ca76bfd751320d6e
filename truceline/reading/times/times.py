"""Dates and moments in a sentence: what is said, before it is anchored on a calendar."""

import re
from dataclasses import replace
from functools import lru_cache

from truceline.reading.page.words import Sentence, Token
from truceline.reading.times.clock import Clock, clock_at
from truceline.reading.times.dates import EDGE, RELATIVE, SOFT, day_at
from truceline.reading.times.dates_said import MONTHS, ORDINAL, Day
from truceline.reading.times.dayparts import HOURS, daypart
from truceline.reading.times.epochs import is_letter, lettered_at, spoken_of_at
from truceline.reading.times.pairing import Said, paired
from truceline.reading.times.parts import hour_of_part, later_of, night_of
from truceline.reading.times.stretches import WEEKDAYS

_STARTERS = frozenset(
    (
        *MONTHS,
        *WEEKDAYS,
        *RELATIVE,
        *EDGE,
        *SOFT,
        "zero",
        "that",
        "same",
        "then",
        "signature",
        "signing",
        "entry",
        "end",
        "close",
        "day",
        "year's",
        "year’s",
        "month's",
        "month’s",
        "half",
        "middle",
        "beginning",
        "start",
        "christmas",
        "new",
        "quarter",
        "last",
        "next",
        "this",
        "coming",
        "past",
        "previous",
        "following",
        "the",
        "hour",
        "hours",
        "minute",
        "noon",
        "midday",
        "midnight",
        *HOURS,
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
        "hour",
    )
)


# What may stand between a word that gives a time its role and the time itself.
_GAP = (
    r"(?:,? (?:on|at|from|about|around|approximately|of|the|a|as of|as from|just|shortly|exactly|precisely|only|"
    r"early|late|later|first light|dawn|dusk|sunrise|sunset|daybreak|nightfall|morning|evening|night|afternoon|noon|"
    r"midnight|hours|in|effective|starting|beginning))*\s*[,(:–—-]?\s*$"
)
_ROLES = (
    (
        "until",
        re.compile(
            r"\b(?:until|till|up until|up to|(?<!let )(?<!allowed )through|thru|expir(?:es?|ing|y)|end(?:s|ed|ing)?|finish(?:ing|es)?|conclud(?:ing|es?)|closes|"
            r"lasting until|to last until|to)(?: (?:on|at|about|around|the|end of|the end of|last day of|and including|midnight on))*\s*$"
        ),
    ),
    ("start", re.compile(r"\b(?:not|no|never) (?:before|earlier than|sooner than)(?: the)?\s*$")),
    (
        "due",
        re.compile(
            r"\b(?:(?<!signed )(?<!said )by|before|within|inside|(?:no|not) later than|at the latest(?: by)?|prior to|nlt|on or before|(?:no|not) after|(?:moved|put|pushed|postponed)(?: [\w’'-]+){0,3}? (?:back |off )?to|"
            r"deadline(?: (?:of|is|was|on|set for|for \w+))?|latest by|due|in advance of|ahead of|completed|finished|finishing by|concluding by|last day)"
            r"(?: (?:on|at|the|about|end of|the end of|last day of|not later than|close of|midnight|noon|dawn|sunset|[a-z]+ing on))*\s*:?\s*$"
        ),
    ),
    (
        "start",
        re.compile(
            r"\b(?:from|since|starting|beginning|commencing|effective|as of|as from|with effect(?: from)?|start(?:s|ed|ing)?(?: date)?|"
            r"beg[iau]n(?:s|ning)?|commence[sd]?|effect|(?:in |into )?force(?: and effect)?|hold|dating from|running from|onwards? from|"
            r"counted from|counting from|kick(?:s|ed)? (?:in|off)|in place|set for)" + _GAP
        ),
    ),
    ("after", re.compile(r"\b(?:after|following)(?: (?:the))*\s*$")),
    ("between", re.compile(r"between(?: (?:the))*\s*$")),
)
_MAY_LEAD = re.compile(
    r"later than|within|inside|no after|not after|until|till|through|thru|expir|end|finish|conclud|to\b|by\b|before|latest|prior|nlt|after|deadline|due|advance|ahead|complete|last day|from|since|"
    r"moved|put|pushed|postponed|start|beg[iau]n|commenc|effect|as of|force|hold|dating|running|onward|count|kick|in place|set for|following|between"
)


def _listed(said: Said, tokens: list[Token]) -> int | None:
    """The token at which the second of two days begins that are named one after the other ("6 and 8
    January"); None where they bound a stretch."""
    before = tokens[said.first - 1].low if said.first else ""
    days = (said.day or (), said.last_day or ())
    if before in ("between", "both") or (
        all(d[:1] == ("date",) for d in days) and days[1][3] == days[0][3] + 1
    ):
        return None  # "on 7 and 8 August" is one stretch
    for k in range(said.first + 1, min(said.last, said.first + 4)):
        if tokens[k].low in ("and", ","):
            return k + 1 if tokens[k].low == "," or tokens[k + 1].text[0].isdecimal() else None
    return None


_DATELINE = re.compile(
    r"[\s,]*(?:(?:\([\w .,]{2,20}\))?\s*[—–-]{1,2}|\([\w .,]{2,20}\)\s*:)\s*(?=[a-z“\"])"
)


def _is_dateline(said: Said, text: str, offset: int) -> bool:
    """Whether a date stands before the dash with which a report begins."""
    at = said.start - offset
    return (
        0 < at < 60
        and "." not in text[:at]
        and _DATELINE.match(text, said.end - offset) is not None
    )


def moments_in(sentence: Sentence) -> list[Said]:
    """The dates and moments of a sentence, read once."""
    if sentence.moments is None:
        sentence.moments = moments_of(sentence.tokens, sentence.low, sentence.start)
    return sentence.moments


@lru_cache(maxsize=20_000)
def _may_begin(low: str) -> bool:
    """Whether a date or moment may begin with a word, lower case."""
    return low in _STARTERS or low[0].isdecimal() or low.endswith(("'s", "’s"))


# "until the feast of the harvest, 21 January", "stay extended to 31 March"
_UNTIL = re.compile(
    r"\b(?:until|till)(?: (?!on\b|and\b)[\w’'-]+){1,5}(?:,| on)?(?: the)? $|\bextended to(?: the)? $"
)
_PACT = re.compile(r"\s*(?:cease-?fire|truce|accord|agreement|deal|pact|declaration|statement)\b")
_OR_EARLIER = re.compile(r",?\s*(?:or earlier|at the latest|or sooner|deadline)\b")


def moments_of(tokens: list[Token], text: str, offset: int) -> list[Said]:
    """The dates and moments of a sentence (``text``: its lower-case text at ``offset``)."""
    found: list[Said] = []
    i, n = 0, len(tokens)
    while i < n:
        low = tokens[i].low
        if not _may_begin(low) and (len(low) > 3 or not is_letter(tokens, i)):
            i += 1
            continue
        said = _moment_at(tokens, i)
        if said is None:
            i += 1
            continue
        before = text[: said.start - offset]
        if not found and said.clock is None and _is_dateline(said, text, offset):
            i = max(said.last, i + 1)
            continue
        role = "at"
        near = before[-48:]
        if _MAY_LEAD.search(near):
            for name, pattern in _ROLES:
                if pattern.search(near):
                    role = name
                    break
        if (
            role == "until"
            and re.search(r"(?<!\bup )\bto\s*(?:the )?$", before)
            and not (
                found and found[-1].role in ("start", "at") and said.first - found[-1].last <= 3
            )
            and not _AFTER_LENGTH.search(before)
        ):
            role = "at"
        if (
            role == "until"
            and re.search(r"\bend(?:s|ed|ing)?(?: (?:on|at))?\s*$", before)
            and re.search(r"\b(?:put(?:ting)? an|bring an|an|the|to) end\b", before[-20:])
        ):
            role = "at"
        if role == "at" and _UNTIL.search(near):
            role = "until"
        if role == "due" and _PACT.match(text, said.end - offset):
            role = "at"  # "in the area covered by the 12 January ceasefire"
        said = replace(said, role=role)
        if said.last < n and _OR_EARLIER.match(text[said.end - offset :]):
            said = replace(said, role="due")
        if said.last_day is not None and (after := _listed(said, tokens)):
            found.append(replace(said, last=said.first + 1, last_day=None))
            i = after
            continue
        if said.last_day is not None:
            found.append(replace(said, role="start"))
            said = replace(said, day=said.last_day, role="until", clock=None)
        found.append(said)
        i = max(said.last, i + 1)
    return paired(found, tokens)


_AFTER_LENGTH = re.compile(r"\b(?:days|weeks|months|years?|hours),? to\s*(?:the )?$")
_EDGES = [["at", "the", edge, "of"] for edge in ("start", "beginning", "end", "close")]


def _hour_after(tokens: list[Token], k: int) -> bool:
    """Whether the hour at token ``k`` is one also after an article: "at the 6 of the morning"."""
    if k >= len(tokens):
        return False
    text = tokens[k].text
    if ":" in text or tokens[k].low == "zero":
        return True
    if not (text.isdecimal() and len(text) < 3):
        return False
    after = tokens[k + 1].low if k + 1 < len(tokens) else "."
    if text == "00" or after == "h" or daypart(tokens, k + 1) is not None:
        return True
    return tokens[k - 2].low == "at" and after in ".,;"


def _past_to(tokens: list[Token], j: int, k: int) -> int:
    """The token of an hour that "to the" joins to the day that ends at ``j``: "today to the 16:00"."""
    at = j + 1 if j < len(tokens) and tokens[j].text == "," else j
    joined = [t.low for t in tokens[at : at + 2]] == ["to", "the"]
    return at + 2 if joined and _hour_after(tokens, at + 2) else k


_AFTER_HOUR = frozenset((".", ",", ";", ")", "and", "in", "for", "with", "local"))


def _bare_hour(tokens: list[Token], k: int) -> tuple[Clock, int] | None:
    """An hour of the forenoon said after a day and no more: "tomorrow at nine", "on Sunday at 9"."""
    if tokens[k - 1].low != "at" and (tokens[k - 2].low, tokens[k - 1].low) != ("at", "the"):
        return None
    low = tokens[k].low
    hour = int(low) if low.isdecimal() and len(low) < 3 else HOURS.get(low, 0)
    if not 6 <= hour <= 12:
        return None
    if k + 1 < len(tokens) and tokens[k + 1].low not in _AFTER_HOUR:
        return None
    return Clock(hour, 0), k + 1


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
        clock = later_of(clock, part) if clock and part else clock
        return Said(
            day, clock, i, j, tokens[i].start, tokens[j - 1].end, "at", weekday, part, last_day
        )

    if tokens[i].low == "minute":  # "the first minute of 18 December"
        if not (i and tokens[i - 1].low == "first" and i + 2 < n and tokens[i + 1].low == "of"):
            return None
        first = _moment_at(tokens, i + 2)
        if first is None or first.clock is not None:
            return None
        return make(first.day, Clock(0, 1), first.last, first.weekday)
    day = day_at(tokens, i)
    if day is None:
        other = lettered_at(tokens, i) or spoken_of_at(tokens, i)
        day = (other[0], other[1], None, None, None) if other else None
    if day is not None:
        spec, j, weekday, part, last_day = day
        # date, then clock
        if spec[0] not in ("month", "week"):
            k = j
            if k < n and tokens[k].low == "t" and tokens[k].start == tokens[k - 1].end:
                k += 1
            steps = 0
            while k < n and tokens[k].low in _JOIN and steps < 4:
                if tokens[k].low == "the" and not _hour_after(tokens, k + 1):
                    break
                k, steps = k + 1, steps + 1
            k = _past_to(tokens, j, k)
            if k < n:
                beside = (
                    clock_at(tokens, k) or hour_of_part(tokens, k, part) or _bare_hour(tokens, k)
                )
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
    if [t.low for t in tokens[j : j + 4]] in _EDGES and clock.midnight:
        late = tokens[j + 2].low in ("end", "close")
        clock, k = replace(clock, midnight=False, next_day=late), j + 4
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
        if tokens[k].low == "the" and k + 1 < n and tokens[k + 1].low == "night":
            night = night_of(tokens, k + 2, clock)
            if night is not None:
                return make(night[0], replace(clock, midnight=False), night[1], None, "between")
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
                or ORDINAL.fullmatch(tokens[k + 2].low)
            )
        ):
            break
        k, steps = k + 1, steps + 1
    if k < n:
        day = day_at(tokens, k)
        if day is not None and day[0][0] not in ("month", "week", "weekend", "monthrel"):
            spec, end, weekday, part, last_day = day
            if clock.midnight and last_day is not None:  # "midnight 24/25 February"
                return make(last_day, replace(clock, midnight=False), end, weekday, "between")
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

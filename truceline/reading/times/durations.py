"""Lengths of time ("within seven (7) days", "a 72-hour truce", "48 hours after X") and of ground."""

import re

from truceline.reading.numbers import Quantity, quantity_at
from truceline.reading.page.words import Token
from truceline.reading.times.lengths import Length, day_counts, iso

_UNITS = {
    "second": "S",
    "seconds": "S",
    "minute": "M",
    "minutes": "M",
    "min": "M",
    "mins": "M",
    "hour": "H",
    "hours": "H",
    "hr": "H",
    "hrs": "H",
    "h": "H",
    "day": "D",
    "days": "D",
    "week": "W",
    "weeks": "W",
    "fortnight": "2W",
    "month": "MO",
    "months": "MO",
    "year": "Y",
    "years": "Y",
}


_BEFORE_A = frozenset([
    "about", "after", "almost", "and", "approximately", "around", "at", "be", "by", "during",
    "each", "every", "exactly", "extended", "for", "half", "held", "hold", "holds", "in",
    "inside", "is", "just", "last", "lasting", "lasts", "least", "nearly", "next", "of", "only",
    "or", "over", "renewed", "roughly", "some", "than", "to", "under", "until", "was", "within",
])  # fmt: skip


_WITHIN = re.compile(
    r"\b(?:within|inside(?: of)?|in|in under|in less than|over|during|in the course of|not? later than|no (?:more|longer) than|not (?:more|longer) than|at most|at the latest|"
    r"deadline of|have|has|had|tak(?:es?|ing)|for a period not exceeding|given|up to|not to exceed|not exceeding|in a period of|"
    r"in no more than|in a maximum of|period not exceeding)\s*(?:the|a|an|those|these)?\s*(?:same|said|next|first|coming|following|initial|period of|time(?:frame| limit)? of|delay of|span of|window of|deadline of|term of|maximum of|maximum period of|about|some|around|\s)*\s*$"
)


_LENGTH = re.compile(
    r"\b(?:for|lasts?|lasting|last|stays?(?: on)?(?: for)?|remains?(?: for)?|goes on(?: for)?|remains?(?: \w+){0,3} for|total of|period of|duration of|duration shall be|(?:extend|prolong|renew)\w*(?: [\w’'-]+){0,6}? (?:by|for)|remain in force|valid|run(?:s|ning)?|term of|"
    r"duration(?: is)?|extend(?:s|ed)?(?: it)? for|continue)\s*(?:for|of|by|to)?\s*(?:the|a|an|another|an additional|a further|a renewable|an initial|at least|up to|about|around|some|not less than|"
    r"next|first|initial|further|additional|period of|a period of|an initial period of|a maximum of|consecutive|\s)*\s*$"
)


_EXPIRY = re.compile(r"\b(?:expiry|expiration|lapse|passing|end) of (?:the )?\s*$")


_PAST = re.compile(
    r"\b(?:(?:the|over|in|during|within|this) last|past|previous|preceding|after|since|for the (?:last|past)|in the (?:last|past)|over the (?:last|past)|recent|nearly|during the (?:last|past|previous))\s*(?:the|a|an)?\s*$"
)


# "Heavy weapons go into barracks after 120 days."
_AFTERWARDS = re.compile(r"\b(?:after|at) (?:about |some |the )?$")
_ENDS_THERE = re.compile(
    r"\s*(?:[,.;]|$|to (?!the\b)[a-z]+|(?:the [a-z]+|both|all|each|either|any|they)\b)"
)
# "by plus nine days", "till 15 days", "before ninety days": not what something is extended by
_BY = re.compile(r"\b(?:by|till|until|before)(?: plus| about| some)? $")
_MOVED = re.compile(
    r"\b(?:extend|prolong|renew|lengthen|shorten|cut|delay|postpone|defer|put off|put back|miss|late|exceed|reduce|advance|move|bring forward)\w*\b[^,;]{0,60}$"
)
_EVERY = re.compile(r"\b(?:every|each)\s*$")


_AFTER = re.compile(
    r"\s*(?:,\s*)?(?:(?:at (?:the )?(?:most|latest|least)|as|maximum|in all|which|that) )?(after|past|follows?|from|of|following|upon|since|counting from|as of|starting from|starting with|beginning|once|before|prior to|later|thereafter|thereof|hence|from now|ahead of|preceding)\b"
)


def _unit(tokens: list[Token], j: int) -> tuple[str, int] | None:
    n = len(tokens)
    while j < n and (
        tokens[j].text in "-‑–"
        or tokens[j].low
        in (
            "consecutive",
            "calendar",
            "working",
            "full",
            "more",
            "additional",
            "further",
            "business",
            "straight",
            "other",
            "-",
        )
    ):
        j += 1
    if j < n and tokens[j].low in _UNITS and tokens[j].low != "h":
        return _UNITS[tokens[j].low], j + 1
    return None


_GIVEN = re.compile(r"\b(?:gives?|gave|given|gets?|got|has|have|had)\b(?: [\w’'-]+){0,5}\s+$")
_UNIT_WORD = re.compile(r"second|minute|mins?\b|hour|hrs?\b|day|week|fortnight|month|year")


def lengths_of(
    tokens: list[Token],
    text: str,
    offset: int,
    spots: list[int],
    counted: list[tuple[int, int, str, int, int]],
) -> list[Length]:
    """The lengths of time in a sentence; ``text``: its lower-case text at ``offset``, ``spots``:
    the tokens at which a number (or "every") may begin, ``counted``: its lettered days."""
    if not counted and _UNIT_WORD.search(text) is None:
        return []
    found = day_counts(tokens, text, offset, counted)
    taken = {i for x in found for i in range(x.first, x.last)}
    n, done = len(tokens), 0
    for i in spots:
        if i < done or i in taken:
            continue
        low = tokens[i].low
        amount, unit_at, first = None, None, i
        if low in ("a", "an", "one", "half") and i + 1 < n:
            if (
                low == "half"
                and tokens[i + 1].low in ("a", "an")
                and i + 2 < n
                and tokens[i + 2].low in _UNITS
            ):
                amount, unit_at = 0.5, i + 2
            elif (
                low in ("a", "an") and tokens[i + 1].low in _UNITS and tokens[i + 1].low != "second"
            ):
                if i == 0 or tokens[i - 1].low in _BEFORE_A or not tokens[i - 1].text[0].isalpha():
                    amount, unit_at = 1.0, i + 1
            elif (
                low in ("a", "an")
                and tokens[i + 1].low == "half"
                and i + 3 < n
                and tokens[i + 3].low in _UNITS
            ):
                amount, unit_at = 0.5, i + 3
        if low == "another" and i + 1 < n and tokens[i + 1].low in _UNITS:
            amount, unit_at = 1.0, i + 1  # "for another year"
        ahead = low in ("next", "coming") and i and tokens[i - 1].low == "the" and i + 1 < n
        if ahead and tokens[i + 1].low in ("fortnight", "week", "month", "year"):
            amount, unit_at = 1.0, i + 1  # "over the next fortnight"
        if amount is None and low not in ("a", "an", "half", "next", "coming", "another"):
            q: Quantity | None = (
                quantity_at(tokens, i) if low[0].isdecimal() or low.isalpha() else None
            )
            if q and (q.value is not None or q.high is not None):
                amount, unit_at = q.value if q.value is not None else q.high, q.last
                first = min(first, q.first)
                halves = [t.low for t in tokens[unit_at : unit_at + 3]] if unit_at else []
                if unit_at is not None and halves == ["and", "a", "half"] and unit_at + 3 < n:
                    amount, unit_at = (amount or 0) + 0.5, unit_at + 3
                elif unit_at is not None and halves[:2] == ["and", "half"] and unit_at + 2 < n:
                    amount, unit_at = (amount or 0) + 0.5, unit_at + 2
            elif (
                low in ("every", "each")
                and i + 1 < n
                and tokens[i + 1].low in _UNITS
                and tokens[i + 1].low != "second"
            ):
                amount, unit_at = 1.0, i + 1
        if (not amount or unit_at is None) and (
            low in ("a", "an", "one")
            and i + 3 < n
            and tokens[i + 1].low in _UNITS
            and tokens[i + 2].text == "-"
            and tokens[i + 3].low == "long"
        ):
            amount, unit_at = 1.0, i + 1  # "a week-long truce"
        if not amount or unit_at is None:
            continue
        unit = _unit(tokens, unit_at)
        if unit is None:
            continue
        code, j = unit
        if code == "H" and len(tokens[i].text) == 4 and tokens[i].text.isdecimal():
            done = j  # 2200 hours is a clock
            continue
        glued = tokens[j - 1].low
        text_iso, seconds = iso(amount, code)
        if (
            j + 2 < n
            and tokens[j].low == "and"
            and tokens[j + 1].low == "a"
            and tokens[j + 2].low == "half"
        ):
            text_iso, seconds = iso(amount + 0.5, code)
            j += 3
        elif j + 2 < n and tokens[j].low == "and":
            more = quantity_at(tokens, j + 1)
            unit2 = _unit(tokens, more.last) if more and more.value is not None else None
            if (
                more
                and more.value is not None
                and unit2
                and len(unit2[0]) == 1
                and unit2[0] != code
            ):
                second = iso(more.value, unit2[0])
                if ("T" in second[0]) == ("T" in text_iso) or "T" not in text_iso:
                    text_iso, seconds = (
                        text_iso + second[0].lstrip("P" if "T" not in text_iso else "PT"),
                        seconds + second[1],
                    )
                    j = unit2[1]
        if (
            (j < n and tokens[j].low == "old")
            or (j + 1 < n and tokens[j].text in "-" and tokens[j + 1].low == "old")
            or (
                glued in ("day", "hour")
                and j + 2 < n
                and tokens[j].low == "a"
                and tokens[j + 1].low in ("day", "week")
            )
            or (
                code != "H"
                and j + 1 < n
                and tokens[j].low in ("a", "per")
                and tokens[j + 1].low in ("day", "week")
            )
        ):
            done = j + 1
            continue
        start, end = tokens[first].start, tokens[j - 1].end
        at = tokens[i] if tokens[first].low in ("not", "no") else tokens[first]
        before = text[: at.start - offset].rstrip() + " "  # "not more than" bounds it
        if tokens[i].low in ("every", "each", "next", "coming", "another"):
            before = text[: tokens[i].end - offset]
        after = text[end - offset :]
        found.append(_role(text_iso, seconds, before, after, first, j, start, end))
        done = j
    if taken:
        found.sort(key=lambda x: x.start)
    return found


_AT_MOST = re.compile(r"\s*,? ?at (?:the )?(?:most|latest)\b|\s*,? ?maximum\b")


# "five hours daily", "a pause of two hours"
_DAILY = re.compile(r"\s*,?\s*(?:daily|(?:each|every|per|a) day)\b")
_PAUSE_OF = re.compile(
    r"\b(?:pause|window|lull|opening|break|corridor|stop|stoppage|halt|silence) of (?:about |some |up to )?$"
)
_ON_AFTER = re.compile(r"\s*on\b(?=\s*[,.;])")


_BOUND_BEFORE = re.compile(r"(?:more than|over|at least|less than)\s*$")


def _role(
    text_iso: str,
    seconds: float,
    before: str,
    after: str,
    first: int,
    last: int,
    start: int,
    end: int,
) -> Length:
    tail = before[-70:]
    match = _AFTER.match(after.lstrip("’'"))
    anchor, span, is_before = None, None, False
    link = match.group(1) if match else ""
    qualified = _BOUND_BEFORE.search(tail)
    if _EVERY.search(tail):
        return Length(text_iso, seconds, "every", first, last, start, end)
    link = {"past": "after", "follow": "following", "follows": "following"}.get(link, link)
    if link in (
        "after",
        "from",
        "of",
        "following",
        "upon",
        "once",
        "counting from",
        "as of",
        "starting from",
        "before",
        "prior to",
        "ahead of",
        "preceding",
        "starting with",
        "beginning",
    ):
        rest = after[match.end() :] if match else ""
        words = re.match(
            r"\s*(?:the\s+|its\s+|their\s+|it\s+|this\s+|on\s+)?[^,;:.()|]{2,90}?(?=\s*(?:[,;:.()|]|\b(?:and|but|while|both|each|either|all parties|the parties shall|will|shall|must|which|who|as well|unless|except|under|is to|are to|has to|have to)\b|$))",
            rest,
        )
        if words and words.group().strip():
            anchor = words.group().strip()
            base = (
                start
                + (len(after) - len(after.lstrip("’'")))
                + (end - start)
                + (match.end() if match else 0)
            )
            lead = len(words.group()) - len(words.group().lstrip())
            span = (base + lead, base + lead + len(anchor))
        is_before = link in ("before", "prior to", "ahead of", "preceding")
    within = _WITHIN.search(tail)
    if _ON_AFTER.match(after):
        return Length(text_iso, seconds, "offset", first, last, start, end)
    if anchor and _EXPIRY.search(tail):
        return Length(text_iso, seconds, "offset", first, last, start, end, anchor, span)
    if _AT_MOST.match(after):
        return Length(text_iso, seconds, "within", first, last, start, end, anchor, span, is_before)
    if _GIVEN.search(tail) and re.match(r" (?:to|in which)\b", after):
        return Length(text_iso, seconds, "within", first, last, start, end, anchor, span, is_before)
    if within and not _PAST.search(tail):
        if (
            link in ("of",)
            and anchor
            and re.match(
                r"(?:fighting|war|talks|calm|negotiations|conflict|violence|clashes)\b", anchor
            )
        ):
            return Length(text_iso, seconds, "past", first, last, start, end)
        role = "within"
        if (
            within.group().strip()
            in ("over", "during", "have", "has", "had", "over the", "in the course of", "up to")
            and not anchor
            and not re.search(r"next|coming|first|following|period", within.group())
            and within.group().strip() not in ("have", "has")
        ):
            role = "length" if "up to" in within.group() else "plain"
        return Length(text_iso, seconds, role, first, last, start, end, anchor, span, is_before)
    by = seconds > 86_400 and not link and _BY.search(tail) and not _MOVED.search(tail)
    if by or (_AFTERWARDS.search(tail) and _ENDS_THERE.match(after)):
        return Length(text_iso, seconds, "within", first, last, start, end)
    if _PAST.search(tail) and not qualified:
        return Length(text_iso, seconds, "past", first, last, start, end)
    if link in (
        "after",
        "following",
        "from",
        "upon",
        "later",
        "thereafter",
        "before",
        "prior to",
        "hence",
        "from now",
        "ahead of",
        "once",
        "as of",
    ) and not _LENGTH.search(tail):
        return Length(text_iso, seconds, "offset", first, last, start, end, anchor, span, is_before)
    if seconds < 86_400 and (_DAILY.match(after) or _PAUSE_OF.search(tail)):
        return Length(text_iso, seconds, "length", first, last, start, end)
    if _LENGTH.search(tail):
        return Length(
            text_iso,
            seconds,
            "length",
            first,
            last,
            start,
            end,
            anchor
            if link in ("from", "starting from", "beginning", "after", "following", "as of")
            else None,
            span,
        )
    if re.match(r"\s*(?:ago|earlier|into)\b", after):
        return Length(text_iso, seconds, "past", first, last, start, end)
    return Length(
        text_iso,
        seconds,
        "plain",
        first,
        last,
        start,
        end,
        anchor if link in ("of", "after", "from") else None,
        span,
    )

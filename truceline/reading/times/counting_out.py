"""Where a length of time ends, when what it counts from is dated: "within 5 days of that hour"."""

import re
from dataclasses import replace

from truceline.reading.page.words import Sentence
from truceline.reading.times.anchoring import Calendar, Moment
from truceline.reading.times.epochs import REFERRED
from truceline.reading.times.lengths import Length, led_to

_LINK = re.compile(
    r"[\s,(–—-]*(?:(?:on|of|at|the|starting|beginning|that is|(?:which|that) (?:is|was|begins?|began|starts?|started|takes effect|took effect|falls|fell|comes into force)) )*$"
)
_LEADS_TO = re.compile(r", (?:on |at )?")
_SIGNING = re.compile(
    r"\b(?:sign|initiall|adopt|conclu(?:sion|ding)|th(?:is|ese) (?:agreement|accord|document|order|memorandum|minutes|protocol|declaration)|the date of th(?:is|ese)\b)"
)
_HOUR = re.compile(r"\b(?:(?:same|said|this|above) (?:hour|time|moment)|hour in)\b")
_DAY = re.compile(r"^that\b|\b(?:then|it|(?:date|day) (?:above|mentioned|in)|same (?:date|day))\b")
_TO_THE_HOUR = re.compile(r"\b(?:hour|minute|moment|instant)\b")
_FORCE = re.compile(r"\b(?:force|effect)\b")
_NOW = re.compile(r"^(?:today|now|the present|this day|publication)\b")
_LATER = re.compile(
    r"\s*,? ?(?:thereafter|later|afterwards\b|after\b(?! [a-z])|from then|on\b(?=,))"
)
_COUNTED_FROM = re.compile(
    r"\s*,? ?(?:counted|counting|reckoned|to count|running|calculated|starting|as) (?:from|of|on) ([^,;.()]{2,60})"
)


def counted_out(
    sentence: Sentence,
    lengths: list[Length],
    moments: list[Moment],
    cal: Calendar,
    known: str | None,
) -> tuple[list[Length], list[Moment]]:
    """The lengths with the moment where they end, and the moments without those that are only
    counted from. ``known``: the moment last spoken of before this sentence."""
    used: set[int] = set()
    found = []
    for length in lengths:
        if length.role in ("past", "every"):
            found.append(length)
            continue
        base, at = _base(sentence, length, moments, cal, known)
        if length.role in ("within", "offset", "day"):
            used.update(at)
        hour = length.anchor is not None and _TO_THE_HOUR.search(length.anchor.lower())
        end = led_to(base, length, clock=bool(hour)) if base else None
        if length.letter and "T" not in length.iso and end:
            end = end[:10]
        found.append(replace(length, moment=end, base=base) if end else length)
        if end and length.role in ("within", "offset", "day") and not moments:
            cal.last = end
    return found, [m for n, m in enumerate(moments) if n not in used]


def _base(
    sentence: Sentence, length: Length, moments: list[Moment], cal: Calendar, known: str | None
) -> tuple[str | None, list[int]]:
    """What a length counts from, and the numbers of the moments of its sentence that say so."""
    if length.letter:
        return cal.letters.get(length.letter), []
    low, base = sentence.low, sentence.start
    anchor, span = length.anchor, length.anchor_span
    if anchor is None:
        counted = _COUNTED_FROM.match(low, length.end - base)
        if counted:
            anchor, span = counted.group(1), (counted.start(1) + base, counted.end(1) + base)
    before = next(
        (m.iso for m in reversed(moments) if m.said.start < length.start and m.iso and m.date),
        known,
    )
    if anchor == "the first day":
        return cal.force, []
    if anchor is None or span is None:
        if _LATER.match(low, length.end - base):
            return before, []
        return None, []
    used: list[int] = []
    end = span[1]
    for n, moment in enumerate(moments):
        at = moment.said.start
        link = low[end - base : at - base] if at >= end else ""
        if length.role == "offset" and _LEADS_TO.fullmatch(link):
            break  # "six weeks after the signing, on 21 July, …": the day that it leads to
        if at >= span[0] and (at < end or _LINK.fullmatch(link)):
            used.append(n)
            end = max(end, moment.said.end)
    dated = [moments[n] for n in used if moments[n].iso and moments[n].date]
    if dated:
        plain = [m for m in dated if m.said.day is None or m.said.day[0] not in REFERRED]
        return (plain or dated)[0].iso, used
    anchor = anchor.lower()
    if _HOUR.search(anchor):
        clocks = [m.iso for m in moments if m.said.start < length.start and m.iso and "T" in m.iso]
        return clocks[-1] if clocks else cal.hour or before, used
    if _DAY.search(anchor):
        return before, used
    if cal.force and (_FORCE.search(anchor) or anchor == "the first day"):
        return cal.force, used
    if _SIGNING.search(anchor):
        return cal.signed or (cal.published.isoformat() if cal.published else None), used
    if _NOW.search(anchor):
        return cal.published.isoformat() if cal.published else None, used
    return None, used

"""Where the parts of one clause have times of their own: "in the north on 27 July and in the south on
11 August", "the wounded within 24 hours, all others by 8 June"."""

import itertools
import re
from dataclasses import replace

from truceline.reading.marks import Marks
from truceline.reading.page.words import Sentence
from truceline.reading.terms.usable import is_usable
from truceline.reading.times.anchoring import Moment

_CUT = re.compile(r"[,;] (?:and )?| and ")
_PLACE = re.compile(r"\bin (?:the )?[a-z]{3,}")
# What has a time of its own is a thing, not the end of what was begun before.
_GOES_ON = re.compile(
    r"(?:that|this|these|which|who|it|they|be|being|to|not|no|at|both|but|in|on|by|up|until|till|beginning|starting|first|last|within|inside|after|before|for|at the latest|over|out|once|as|if|when|while|with|without)\b"
    r"|.*\b(?:complet|finish|conclu|begin|beg[au]n|start|end(?:s|ed|ing)?\b|sign(?:ed|ing)|latest|period|term|process|work|operation|whole|is|are|was|were|be|shall|will|must|may|has|have)"
)


def by_places(sentence: Sentence, marks: Marks, start: int, end: int) -> list[int]:
    """Where a halt that takes hold on several days, each in a place of its own, is to be cut."""
    base, low = sentence.start, sentence.low
    days: list[int] = []
    seen: set[str] = set()
    for moment in marks.moments:
        at = moment.said.start - base
        if not start <= at < end or moment.date is None or moment.said.role == "until":
            continue
        day = moment.date.isoformat()
        if moment.said.day and day not in seen and is_usable(moment, sentence, "cessation"):
            seen.add(day)
            days.append(at)
    if len(days) < 2:
        return []
    cuts = []
    for a, b in itertools.pairwise(days):
        edges = list(_CUT.finditer(low, a, b))
        if not edges or not _PLACE.search(low, a, b):
            return []
        cuts.append(edges[-1].start())
    return cuts


def lent_hour(moments: list[Moment], marks: Marks, sentence: Sentence) -> list[Moment]:
    """The dated moments of one part of a list as the starts that they are, with the hour that the
    sentence says once for all."""
    own = [
        replace(m, said=replace(m.said, role="start")) if m.said.role == "at" else m
        for m in moments
    ]
    clocks = [m for m in marks.moments if m.said.clock and m.iso and "T" in m.iso]
    if len({m.iso[11:16] for m in clocks if m.iso}) != 1 or any(m.said.clock for m in own):
        return own
    hour = (clocks[0].iso or "")[10:]
    return [
        replace(m, iso=m.iso + hour) if m.iso and len(m.iso) == 10 and m.said.day else m
        for m in own
    ]


def deadlines_apart(sentence: Sentence, marks: Marks, start: int, end: int) -> list[int]:
    """Where things of one verb have a day the one, and a length of time the other."""
    base, low = sentence.start, sentence.low
    spots = [
        (m.said.start - base, m.said.end - base)
        for m in marks.moments
        if m.iso and m.said.role in ("due", "at") and is_usable(m, sentence)
    ]
    days = len(spots)
    spots += [(x.start - base, x.end - base) for x in marks.lengths if x.role == "within"]
    if not days or len(spots) == days:
        return []
    spots = sorted(s for s in spots if start <= s[0] < end)
    cuts = []
    for (_, a), (b, _) in itertools.pairwise(spots):
        edges = list(_CUT.finditer(low, a, b))
        if not edges:
            continue
        words = low[edges[-1].end() : b]
        if 1 <= len(words.split()) <= 8 and not _GOES_ON.match(words):
            cuts.append(edges[-1].start())
    return cuts

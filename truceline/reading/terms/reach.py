"""Where a clause finds a time that it does not say itself: in words that go on about it, at the head
of its sentence, at its end, in the next sentence ("All this within 80 days"), or in what it stands
under (a row's first cell, a dated heading, the line that leads a list).
"""

import itertools
import re
from dataclasses import replace

from truceline.reading.marks import Marks
from truceline.reading.page.words import Sentence
from truceline.reading.terms.lists import NOTHING, Under
from truceline.reading.terms.usable import is_usable
from truceline.reading.times.anchoring import Moment
from truceline.reading.times.lengths import Length
from truceline.reading.weighing.segments import segments_of

Times = tuple[list[Moment], list[Length]]

_GOES_ON = re.compile(
    r"[\s,;:–—-]*(?:and )?(?:(?:takes?|ends?|expires|lapses|runs out|closes)\b|(?:must|shall|will|is|are|has|have|should)(?: to)? (?:have |be |been )?(?:\w+ly )?(?:gone|complet\w+|finish\w*|done|carried out|made|effected|over\b|out\b|clear\w*|conclud\w*|end\w*)|[^,;]{1,40} of (?:them|us|which|whom)\b|which|who\b|to be\b|be\b|being\b|some \d|beginning|starting|commencing|first|the first|last|with effect|as from|as of|from|"
    r"(?:must|shall|will|is to|are to) (?:be in force|go on|go (?:until|till|to)|last|run|hold|continue|finish|end|expire|remain|stay)\b|"
    r"until|till|both (?:periods|times|by|on|within|from)|it\b|they\b|this (?:shall|is|must|will|to)|all (?:of )?(?:this|that)|term\b|"
    r"the (?:period|term|process|whole|carrying|transport|work|operation|movement|withdrawal|transfer|storage|handing-over|pull-?back)|within|inside|by\b|no later|not later|at the latest|in a (?:term|period|delay)|"
    r"during|on\b|no more than|not more than|up to|(?:its|their|whose) (?:strength|number|size|ceiling|term|stay)\b|at (?:the|noon|midnight|\d)|per\b|each\b|every\b|daily|weekly)"
)
_NEXT = re.compile(
    r"\W*(?:(?:all|the whole) (?:of )?(?:this|that|it)?\b|this (?:shall|is|must|will|to|has)|it (?:shall|must|will|is) (?:be )?(?:done|completed|finished|over)|"
    r"(?:they|it|the (?:\w+ )?(?:force|mission|contingent|group|troops|observers)) (?:will|shall|is to|are to)\b.{0,90}\b(?:stay|remain|serve)|"
    r"term\b|deadline\b|(?:the|this) (?:period|term|process|time|deadline|carrying|transport|job|work|operation|whole)\b|the (?:withdrawal|disengagement|pull-?back|pull-?out|movement|exchange|handing-over|hand-?over|release) (?:shall|should|must|will|is|has|was) (?:to )?(?:have )?(?:been |be )?(?:complet|finish|conclud|over\b|done|carried out)|they have\b|time(?: limit)?:)"
)
_LEADS = re.compile(
    r"\W*(?:\w{1,4}[.)]\s*)?(?:article \w+[.:\s-]*)?(?:on|from|by|within|until|till|in|inside|during|between|as of|as from|at|after|for|no later|not later|upon|"
    r"over|starting|beginning|before|through|d\b|[a-z]{1,3} ?\+|\d|(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\b|today|tomorrow|tonight|same|the same)"
)
_LATE = 14  # characters between a sentence's last time and its end


def dated(moments: list[Moment], lengths: list[Length]) -> bool:
    """Whether any of these says when."""
    return any(m.iso for m in moments) or any(
        x.role in ("within", "offset", "day", "length") for x in lengths
    )


def times_in(marks: Marks, sentence: Sentence, start: int, end: int) -> Times:
    """The moments and lengths of ``[start, end)`` of a sentence that say when."""
    base = sentence.start
    return (
        [
            m
            for m in marks.moments
            if start <= m.said.start - base < end and m.iso and is_usable(m, sentence)
        ],
        [
            x
            for x in marks.lengths
            if start <= x.start - base < end and x.role not in ("past", "every")
        ],
    )


def reach_of(sentence: Sentence, start: int, end: int) -> tuple[int, int]:
    """``[start, end)`` with the segments before and after it that speak of the same act."""
    segments = segments_of(sentence)
    low = sentence.low
    if end - start < 25:  # cut short by another act's words: its whole segment
        inside = next(((a, b) for a, b in segments if a <= start < b), (start, end))
        end = max(end, inside[1])
    for a, b in segments:
        if a >= end - 2 and a <= end + 2 and _GOES_ON.match(low[a:b]):
            end = b
    for a, b in reversed(segments):
        if abs(b - start) <= 2 and _GOES_ON.match(low[start:end]):
            start = a
    return start, end


_BEGINS = re.compile(r"\b(?:begin|start|commence)(?:s|ning|ing|ncing)?\b")
_OVER_AT = re.compile(
    r"\b(?:finished|completed|concluded|done|over|ends?)(?: (?:at|on))?(?: the)?\s*$"
)


def times_after(
    sentence: Sentence, marks: Marks, start: int, end: int, own: Times
) -> tuple[list[Moment], list[Length]]:
    """When an act that is said to begin is to be done, where the words that go on say so: "… starts
    to leave on 5 May and must have gone by the 9th"."""
    begun = _BEGINS.search(sentence.low, start, end) is not None
    if any(m.said.role in ("due", "until") for m in own[0]) or any(
        x.role == "within" or (x.role == "day" and not begun) for x in own[1]
    ):
        return [], []
    _, late = reach_of(sentence, start, end)
    moments, lengths = times_in(marks, sentence, end, late)
    low, base = sentence.low, sentence.start
    moments = [
        replace(m, said=replace(m.said, role="due"))
        if m.said.role == "at" and _OVER_AT.search(low, end, m.said.start - base)
        else m
        for m in moments
    ]
    return (
        [m for m in moments if m.said.role in ("due", "until")],
        [x for x in lengths if x.role == "within"],
    )


def times_near(sentence: Sentence, marks: Marks, start: int, end: int) -> Times:
    """The times that hold for the clause ``[start, end)`` though they stand outside it."""
    low = sentence.low
    size = len(low)
    a, b = reach_of(sentence, start, end)
    if (a, b) != (start, end):
        found = times_in(marks, sentence, a, b)
        if found[0] or found[1]:
            return found
    if start > 0 and _LEADS.match(low):
        comma = low.find(",", 0, start)
        stop = comma if comma > 0 else min(40, start)
        found = times_in(marks, sentence, 0, stop + (14 if comma > 0 else 0))
        if found[0] or found[1]:
            return found
    if end < size:
        found = times_in(marks, sentence, end, size)
        spots = [m.said.end for m in found[0]]
        spots += [x.anchor_span[1] if x.anchor_span else x.end for x in found[1]]
        if spots and size - (max(spots) - sentence.start) <= _LATE:
            between = low[end : max(spots) - sentence.start]
            if ";" not in between and ", while " not in between:
                last = max(spots)
                return (
                    [m for m in found[0] if m.said.end >= last - 30],
                    [x for x in found[1] if (x.anchor_span or (0, x.end))[1] >= last - 30],
                )
    if marks.next is not None:
        late, its = marks.next
        found = times_in(its, late, 0, len(late.low))
        if found[0] or found[1]:
            return found
    for over, its in reversed(marks.over):
        found = times_in(its, over, 0, len(over.low))
        if found[0] or found[1]:
            return found
    return [], []


_FINITE = re.compile(
    r"\b(?:was|were|had|has|have|said|shall|will|must|is|are|can|would|began|opens?|ends?|goes|go|come|comes|leave|leaves|stop|stops)\b"
)


def _is_head(sentence: Sentence, marks: Marks) -> bool:
    """Whether a sentence is little more than a time: "10 November.", "D+6 to D+30"."""
    if (
        len(sentence.low) > 70
        or _FINITE.search(sentence.low)
        or not dated(marks.moments, marks.lengths)
    ):
        return False
    taken = [(m.said.first, m.said.last) for m in marks.moments]
    taken += [(x.first, x.last) for x in marks.lengths]
    bare = [
        t
        for n, t in enumerate(sentence.tokens)
        if t.text[0].isalpha() and not any(a <= n < b for a, b in taken)
    ]
    return len(bare) <= 5


def _by_rows(sentences: list[Sentence], marks: list[Marks], heads: list[bool]) -> None:
    """Give the cells of a table the date that stands in their row, before them or after them."""
    for cells, group in itertools.groupby(range(len(sentences)), lambda n: sentences[n].cell):
        run = list(group)
        dates = [n for n in run if heads[n]]
        if not cells or not dates:
            continue
        after = dates[-1] == run[-1]  # the dates' column is the last
        for n in run:
            if heads[n]:
                continue
            near = [d for d in dates if d > n] if after else [d for d in dates if d < n][::-1]
            if near:
                marks[n].over.append((sentences[near[0]], marks[near[0]]))


_LISTED = re.compile(r"\s*(?:[^\w\s“\"'(]|\(?\w{1,3}[.)])\s")


def stand_over(sentences: list[Sentence], marks: list[Marks], unders: dict[int, Under]) -> None:
    """Give the marks of each sentence those of the dated lines that it stands under, and of the next
    sentence where that says when."""
    heads = [_is_head(s, m) for s, m in zip(sentences, marks, strict=True)]
    many = sum(heads[2:]) > 1
    _by_rows(sentences, marks, heads)
    head: int | None = None
    own = False  # the head is a line of its own, not the first words of a paragraph
    lead: int | None = None
    for n, (sentence, mark) in enumerate(zip(sentences, marks, strict=True)):
        if n + 1 < len(sentences) and _NEXT.match(sentences[n + 1].low):
            mark.next = (sentences[n + 1], marks[n + 1])
        if sentence.cell:
            head = lead = None
            continue
        if heads[n] and n > 0:
            after = sentences[n + 1] if n + 1 < len(sentences) else None
            head = n
            own = after is not None and after.block != sentence.block
            continue
        listed = _LISTED.match(sentence.text) is not None
        if sentence.heading and not mark.moments and not (listed and lead is not None):
            head = lead = None
            continue
        under = unders.get(n, NOTHING)
        if not under.lead and not listed:
            lead = None
        if lead is not None and lead < n:
            mark.over.append((sentences[lead], marks[lead]))
        if sentence.low.rstrip().endswith(":"):
            lead = n if dated(mark.moments, mark.lengths) else None
            continue
        if head is not None:
            same = sentence.block == sentences[head].block
            if same or (own and many) or (not own and under.lead):
                mark.over.append((sentences[head], marks[head]))
            elif not own and sentence.block > sentences[head].block:
                head = None

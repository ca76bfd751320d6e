"""Segments: the stretches of a sentence that may each say a thing of their own."""

import itertools
import re

from truceline.reading.page.words import Sentence

_EDGE = re.compile(
    r";\s|: (?=\S)|, (?:and|but|while|whereas|which|who|where|after which|with|including|unless|except|then)\b|"
    r" (?:and|but|while|whereas|then|or|as well as|in (?:return|exchange) for|followed by|during which|under which) |, (?=\w+ing\b)|, (?=to \w+)|, "
)
_VERBAL = re.compile(
    r"\b(?:shall|will|must|may|can|would|should|is|are|was|were|has|have|had|be|been|to [a-z]{3,}|not to|do|does|did|[a-z]{2,}ed|[a-z]{3,}ing|let|left|held|met|sent|took|taken|went|gone|laid|set|begin|begins|end|ends|go|goes|leave|leaves|open|opens|stop|stops|remain|remains|take|takes|come|comes)\b"
)
_STOP = re.compile(r"[;:,]| and | but ")
_SHORT = 18  # characters
# Who says it is no part of what is said: "the ministry said that …", "…, he added".
_SAYS = re.compile(
    r"\b(?:said|says|added|announced|confirmed|reported|told [\w’' ]{2,30}?|stated|noted|recalled|declared|wrote|reports|adds|explained|emphasi[sz]ed|stressed|according to [^,;]{3,50},)(?: on \w+day)?(?: that)?(?=,? )"
)
_SAID = re.compile(
    r", (?:[\w’'.-]+ ){1,6}(?:said|says|added|announced|confirmed|reported|told \w+|noted|say|told [\w ]{2,25})(?: on \w+day)?[.\s\"”]*$"
    r"|, according to [^,;]{3,70}$"
)


def segments_of(sentence: Sentence) -> list[tuple[int, int]]:
    """``[start, end)`` of each segment, by offsets into the sentence.

    A sentence is cut at a mark or a conjunction where both sides hold a verb or verbal noun.
    """
    if sentence.segments is None:
        sentence.segments = _cut(sentence.low)
    return sentence.segments


def _cut(low: str) -> list[tuple[int, int]]:
    cuts = [0]
    says = _SAYS.search(low, 0, 130)
    if says and len(low) - says.end() > 30:
        cuts.append(says.end())
    end = len(low)
    tail = _SAID.search(low, max(cuts[-1], end - 110))
    if tail and tail.start() - cuts[-1] > 30:
        end = tail.start()
    verb = False  # whether one stands between the last cut and here
    for match in _EDGE.finditer(low):
        at = match.start()
        if at - cuts[-1] < _SHORT or end - at < _SHORT:
            continue
        hard = match.group().startswith((";", ":"))
        if not hard:
            verb = verb or _VERBAL.search(low, cuts[-1], at) is not None
            if not verb:
                continue
            stop = min(end, match.end() + 70)
            edge = _STOP.search(low, match.end(), stop)
            if not _VERBAL.search(low[match.end() : edge.start() if edge else stop]):
                continue
        cuts.append(at)
        verb = False
    if end < len(low):
        cuts.append(end)
    cuts.append(len(low))
    return [(a, b) for a, b in itertools.pairwise(cuts) if low[a:b].strip(" ,;:.")]

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
_FIRST = re.compile(r"\s*(?:and|but|while|whereas|or|then|to|[a-z]+ly|both|also|,)\s+")
_STOP = re.compile(r"[;:,]| and | but ")
_SHORT = 18  # characters


def segments_of(sentence: Sentence) -> list[tuple[int, int]]:
    """``[start, end)`` of each segment, by offsets into the sentence.

    A sentence is cut at a mark or a conjunction where both sides hold a verb or verbal noun.
    """
    if sentence.segments is None:
        sentence.segments = _cut(sentence.low)
    return sentence.segments


def _cut(low: str) -> list[tuple[int, int]]:
    cuts = [0]
    verb = False  # whether one stands between the last cut and here
    for match in _EDGE.finditer(low):
        at = match.start()
        if at - cuts[-1] < _SHORT or len(low) - at < _SHORT:
            continue
        hard = match.group().startswith((";", ":"))
        if not hard:
            verb = verb or _VERBAL.search(low, cuts[-1], at) is not None
            if not verb:
                continue
            stop = match.end() + 70
            end = _STOP.search(low, match.end(), stop)
            if not _VERBAL.search(low[match.end() : end.start() if end else stop]):
                continue
        cuts.append(at)
        verb = False
    cuts.append(len(low))
    return [(a, b) for a, b in itertools.pairwise(cuts) if low[a:b].strip(" ,;:.")]

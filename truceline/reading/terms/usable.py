"""Which moments of a sentence belong to its act, and not to its telling."""

import re

from truceline.reading.page.words import Sentence
from truceline.reading.times.anchoring import Moment

_ATTRIBUTION = re.compile(
    r"\b(?:decided|pledged|undertook|said|says|announced|declared|agreed|signed|reached|reported|told [\w ]{1,30}|confirmed|brokered|adopted|initialled|concluded|dated|statement|memorand\w+|protocol|resolution(?: \d+)?|unveiled|published|issued|approved|mediated|negotiated|accord|met|meeting in \w+|ceremony|speaking|conference|added|warned|tweeted|posted|wrote)\s*,?\s*(?:(?:in|at) [a-z' -]{3,25} )?(?:of |on |late |early |late on |early on |at )*$"
)
_TOLD_AFTER = re.compile(
    r",? (?:announced|said|told|reported|confirmed|made (?:known|public)) (?!a\b|an\b|its\b)"
)
# "the truce declared on 14 May": where no other words say when it began.
DECLARED = re.compile(
    r"\b(?:cease-?fire|truce|armistice|hostilities|pause),? (?:(?:which|that) )?(?:(?:was|were|has been|had been) )?(?:declared|proclaimed)\b[^,;]{0,30}$"
)
_BEGUN = re.compile(r"\b(?:began|begins|start\w*|effect|force at|commenc\w+)\b")
_MEETING = re.compile(r"(?:meeting|ceremony|conference)\b")


_TO_SIGN = re.compile(
    r"\b(?:will|shall|must|are to|is to|to) (?:\w+ )?(?:(?:sign|conclude|announce|publish|meet|reach|adopt|speak)\b|be (?:signed|concluded|announced|published|reached|adopted|initialled|issued)\b)[^;]{0,60}$"
)


def is_usable(moment: Moment, sentence: Sentence, kind: str = "") -> bool:
    """Whether a moment belongs to the act, not to a dateline or to a verb of saying. ``kind``: of the
    act; the day of a meeting is that of the act where it is one."""
    left = sentence.low[: moment.said.start - sentence.start]
    if (
        len(left) < 40
        and re.match(
            r"\s*(?:\([^)]*\)\s*)?[-–—]\s", sentence.low[moment.said.end - sentence.start :]
        )
        and re.fullmatch(r"[A-ZÀ-Þ][\w’'./, -]*", sentence.text[: len(left)])
    ):
        return False  # a dateline
    if (
        moment.said.clock is not None
        and moment.said.day is None
        and not left.strip(" ⚡️*•-–—[(")
        and not re.match(
            r"\s*(?:to|until|[-–—])\s*\d", sentence.low[moment.said.end - sentence.start :]
        )
    ):
        return False  # the stamp of a live page
    if moment.said.role in ("start", "due", "until"):
        return True
    if _TO_SIGN.search(left):
        return True
    if _TOLD_AFTER.match(sentence.low, moment.said.end - sentence.start):
        return False
    said = _ATTRIBUTION.search(left[-70:])
    if kind == "cessation" and DECLARED.search(left) and not _BEGUN.search(sentence.low):
        return True
    return said is None or (kind == "meeting" and _MEETING.match(said.group()) is not None)

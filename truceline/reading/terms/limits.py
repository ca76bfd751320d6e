"""The lengths of time of one clause, as fields of a term: how long it lasts, within what time it is done."""

import re

from truceline.reading.page.words import Sentence
from truceline.reading.terms.drafting import CESSATION_NOUN, ONE_TIME, Draft
from truceline.reading.times.lengths import Length

_SPREAD = (*ONE_TIME, "access", "deployment", "deliverable", "exception")
_BY_A_TIME = ("withdrawal", "handover", "deliverable")
_LATE = re.compile(r"[\s,]*(?:late|later|earlier|old|ago|early|ahead|behind)\b")
_NOTICE_OF = re.compile(r"\b(?:notice|warning|clearance) (?:to [\w ]{3,30} )?of (?:at least )?$")
_NOTICE = re.compile(
    r"['’]?s? (?:of )?(?:(?:prior|advance|written) )*(?:notice|warning|antecedence|anticipation|beforehand|ahead\b(?! of)|in advance\b(?! of)|before ?(?:hand)?(?=[,.;]|$))"
)


_FROM = re.compile(r"[\s,]*(?:(?:starting|beginning|counted|counting|running),? )?(?:from|as of)\b")
_BEGINS_IN = re.compile(
    r"\b(?:begins?|starts?|commences?|effect\w*|force|hold|cease|stop|halt|in place)\b[^,;]{0,25}$"
)


def _runs_from(length: Length, sentence: Sentence) -> bool:
    """Whether a length is how long it lasts from a day: "a truce of three months, from today"."""
    at = length.start - sentence.start
    return (
        _FROM.match(sentence.low, length.end - sentence.start) is not None
        and _BEGINS_IN.search(sentence.low[:at]) is None
    )


def set_lengths(draft: Draft, lengths: list[Length], sentence: Sentence) -> None:
    """Give a draft the lengths of time of its clause, each in its role."""
    for length in lengths:
        if draft.kind == "duration" and draft.within is None and length.role != "every":
            draft.within, draft.after, draft.counts_from = length.iso, length.anchor, length
            if length.role == "length" or length.base:
                draft.start = draft.start or length.base
        elif length.role == "every":
            draft.recurs = draft.recurs or length.iso
        elif _NOTICE.match(sentence.low, length.end - sentence.start) or _NOTICE_OF.search(
            sentence.low[: length.start - sentence.start]
        ):
            draft.within = draft.within or length.iso  # "48 hours' notice": no deadline of the act
        elif (
            length.role in ("within", "offset")
            or (length.role == "day" and not any(x.role in ("within", "offset") for x in lengths))
            or (
                length.role in ("plain", "length")
                and draft.kind in ONE_TIME
                and length.moment is not None
            )
            or (
                length.role in ("plain", "length")
                and draft.kind in _SPREAD
                and re.search(
                    r"\b(?:over|during|in the course of|spread over|in|up to|get|gets|has|have|given|for|(?:period|term|time|delay|limit)(?: \w+){0,3}? (?:is|of|shall be|will be))\s+(?:a period of |the |these |those |(?:the )?(?:subsequent|following|coming|same|next) |the first |a maximum of |at most )?$",
                    sentence.low[: length.start - sentence.start]
                    + (
                        "over "
                        if sentence.low.startswith("over ", length.start - sentence.start)
                        else ""
                    ),
                )
            )
        ):
            if draft.kind == "cessation" and length.base and _runs_from(length, sentence):
                draft.start = draft.start or length.base
                draft.within = draft.within or length.iso
                continue
            if (
                draft.kind == "cessation"
                and length.role == "offset"
                and length.moment
                and (draft.start is None or (length.base and draft.start == length.base[:10]))
            ):
                draft.start = length.moment  # "72 hours after its signing" on that day
            if draft.within is None:
                draft.within, draft.after = length.iso, length.anchor or draft.after
                if length.anchor is None and re.search(r"\bthereafter|later\b", sentence.low):
                    draft.notes.append("counts from what is said before")
                draft.counts_from = length
                if length.base:
                    link = sentence.low[length.end - sentence.start :][:30]
                    if re.match(r"[\s,]*(?:starting|beginning|counted|running|from)\b", link):
                        draft.start = draft.start or length.base
        elif (
            draft.kind == "cessation"
            and draft.within is None
            and (
                length.role == "length"
                or (
                    length.role == "plain"
                    and (
                        CESSATION_NOUN.match(sentence.low[length.end - sentence.start :])
                        or re.search(
                            r"\b(?:cease-?fire|truce|pause|lull|calm) of (?:at least |about |up to )?$",
                            sentence.low[: length.start - sentence.start],
                        )
                    )
                )
            )
        ) or (
            length.role == "length"
            and draft.within is None
            and draft.kind
            in (
                "deployment",
                "patrol",
                "monitoring",
                "access",
                "zone",
                "prohibition",
                "exception",
                "meeting",
            )
        ):
            draft.within = length.iso
            draft.until = draft.until or length.moment
            draft.start = draft.start or length.base
    first, last = draft.spans[0]
    loose = [
        x
        for x in lengths
        if x.role in ("plain", "length")
        and first <= x.start < last
        and not _LATE.match(sentence.low, x.end - sentence.start)
    ]
    if draft.within is None and draft.kind in _BY_A_TIME and len(loose) == 1:
        draft.within = loose[0].iso  # "sixty days is what the treaty gives them to be home"
        draft.notes.append(f"within: the clause names {loose[0].iso} and no other length")
        draft.confidence = min(draft.confidence, 0.6)

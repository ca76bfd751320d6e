"""When a cessation began whose own words do not say so: it begins with the paper that is signed, or
at the moment that the document gives elsewhere."""

import re

from truceline.reading.marks import Marks
from truceline.reading.page.words import Sentence
from truceline.reading.terms.drafting import Draft
from truceline.reading.times.anchoring import Moment

_TOLD = re.compile(
    r"\b(?:signed|initiall?ed|agreed|concluded|declared|proclaimed|announced|decreed|reached|struck|accepted|ordered|brokered|established|obtained|sealed)\b[^,;.:]{0,60}[\s,]*$"
)
_TELLS = re.compile(
    r"\s(?:signed|initiall?ed|agreed|declared|proclaimed|announced|decreed|ordered)\b"
)
_OF = re.compile(
    r"\b(?:cease-?fire|truce|armistice|hostilities|accord|agreement|deal|pact|protocol) (?:of|dated)(?: the)?\s*$"
)
AT_ONCE = re.compile(
    r"\b(?:immediate(?:ly)?|with immediate effect|at once|forthwith|upon signature|with effect from now|from now(?: on)?|henceforth|hereafter|(?:from|as of|beginning with) this (?:day|date|moment)|on the spot|(?:from|at|upon|since|with) (?:the |its )?(?:(?:very )?(?:moment|time|hour|day|instant) of )?(?:the |its )?sign(?:ing|ature)|(?:starts?|begins?) now)\b"
)
_FUTURE = re.compile(r"\b(?:will|shall|to) (?:be )?\w+(?: \w+){0,3}\s*$")


def told_day(moments: list[Moment], sentence: Sentence, start: int, end: int) -> str | None:
    """The day on which a sentence says that the cessation of its clause ``[start, end)`` was signed,
    agreed or declared: the nearest to the clause's own words."""
    best: tuple[int, str] | None = None
    for moment in moments:
        said = moment.said
        if moment.iso is None or moment.date is None or said.role not in ("at", "start"):
            continue
        at = said.start - sentence.start
        left = sentence.low[:at]
        after = _TELLS.match(sentence.low, said.end - sentence.start) is not None
        if not (after or _TOLD.search(left) or _OF.search(left)) or _FUTURE.search(left):
            continue
        away = max(0, start - at, at - end)
        if best is None or away < best[0]:
            best = away, moment.iso
    return best[1] if best else None


_NOW = re.compile(
    r"\b(?:now|takes? effect|(?:has|have) (?:now )?(?:begun|started|entered|taken|come)|(?:begins|starts)\b(?! (?:at|on|from|in|tomorrow|tonight))|(?:is|are) (?:now )?(?:in (?:effect|force|place)|silent|under way)|supposed to)\b"
)
_AHEAD = re.compile(r"\b(?:will|shall|tomorrow|tonight|until|agreed|if|would|expected|next)\b")


def stamped(marks: Marks, sentence: Sentence, start: int, end: int) -> str | None:
    """The hour of a live page's entry that tells of a cessation as it begins: "22:00 The truce takes
    effect"."""
    low = sentence.low[start:end]
    if not _NOW.search(low) or _AHEAD.search(low):
        return None
    for over, its in [(sentence, marks), *reversed(marks.over)]:
        for moment in its.moments[:2]:
            left = over.low[: moment.said.start - over.start].strip(" ⚡️*•-–—[(")
            if moment.said.clock and moment.iso and moment.said.role == "at" and not left:
                return moment.iso
    return None


def begin(drafts: list[Draft], *, agreement: bool) -> None:
    """Give each cessation without a start the day of its signing, or the start of another."""
    known = next((d for d in drafts if d.kind == "cessation" and d.start), None)
    known = known or next(
        (d for d in drafts if d.kind == "duration" and d.start and not d.recurs), None
    )
    for draft in drafts:
        if draft.kind != "cessation" or draft.start is not None or draft.due is not None:
            continue
        if agreement and AT_ONCE.search(draft.low):
            continue  # on the signature
        if draft.told is not None:
            draft.start = draft.told
            draft.notes.append(f"start: the day on which it was agreed, {draft.told}")
        elif (
            known is not None
            and known.start is not None
            and draft.counts_from is None
            and (draft.until is None or draft.until > known.start)
        ):
            draft.start = known.start
            draft.notes.append(f"start: as said elsewhere, {known.start}")
        else:
            continue
        draft.confidence = min(draft.confidence, 0.6)

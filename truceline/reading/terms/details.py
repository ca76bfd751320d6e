"""The moments of one clause, as fields of a term, and what counts from elsewhere."""

import re

from truceline.reading.page.words import Sentence
from truceline.reading.terms.begun import AT_ONCE
from truceline.reading.terms.drafting import ONE_TIME, Draft, Trigger
from truceline.reading.terms.own_times import in_effect, of_this_act
from truceline.reading.terms.usable import DECLARED
from truceline.reading.times.anchoring import Moment
from truceline.reading.times.lengths import Length, led_to, month_end, shift

_EFFECT = re.compile(
    r"(?:effect|force|beg[iua]n\w*|start\w*|commenc\w*|in place|took hold|take hold|takes hold|kick\w* off|under way|underway|ceas\w*|halt\w*|stop\w*|silen(?:t|ce)|holds?|observe\w*|enter\w*)\b[^,;]{0,45}$"
)


_DAY_OF = re.compile(r",? (?:as|is|was|to be|will be|shall be) the (?:day|date|hour|moment)\b")
_TOLD = re.compile(
    r"\b(?:said|announced|declared|agreed|signed|told|reported|met|ordered|read)\b[^,;]{0,40}$"
)
_FIRST = re.compile(
    r"\bfirst(?: (?:time|one|being|convoy|batch|group|meeting|session))?(?: on| at)?(?: the)?\s*$"
)
_ENDS = re.compile(
    r"\b(?:end(?:s|ed)?|over(?: for good)?|expir(?:e|es|y)|laps(?:e|es)|run(?:s)? out|clos(?:e|es)|last(?:s)?|hold(?:s)?|to|till|until)(?: (?:on|at|of))*(?: the)?\s*$"
)
_ENDS_BY = re.compile(r"\bends? (?:(?:not|no) later than|by)(?: on)?(?: the)?\s*$")
CEASES = re.compile(r"\b(?:cease-?fire|truce|armistice|cessation)")
_BEGINS_BY = re.compile(
    r"\b(?:begin|start|commence)(?:s|ning|ing)?\b[^,;]{0,50}\b(?:later than|by|before)(?: on)?(?: the)?\s*$"
)
_FINISH = re.compile(r"\b(?:finish|complete|conclude|end|be over|be done|carry out)(?:s|d|ed)?\b")
_STOPS = re.compile(
    r"\b(?:hostilit\w+|fighting|firing|fire|shooting|attacks?)\b[^,;]{0,40}\b(?:end|cease|stop|halt)(?:s|ed|ped)?(?: on| at)?(?: the)?\s*$"
)
_FIRES = re.compile(
    r"\b(?:cease-?fire|truce|armistice|cessation|hostilit|fighting|fire\b|firing|shoot|attack|war\b|guns)"
)
_SIGNATURE = ("event", "signature")
_LASTS = ("cessation", "duration", "zone")


def set_moments(draft: Draft, moments: list[Moment], sentence: Sentence, trigger: Trigger) -> None:
    """Give a draft the moments of its clause, each in its role."""
    dated = draft.kind == "cessation" and any(m.said.role == "start" and m.iso for m in moments)
    if draft.kind == "cessation" and not dated:
        moments = in_effect(moments, sentence)
    moments = of_this_act(draft.kind, moments, sentence, trigger)
    defined = "d-day" in sentence.low[trigger.start : trigger.end]
    for moment in moments:
        said, iso = moment.said, moment.iso
        if iso is None:
            continue
        entry = said.day == _SIGNATURE and draft.kind == "cessation"
        if entry and said.role == "at" and not _FIRES.search(draft.low):
            continue  # an agreement's own entry into force
        left = sentence.low[: said.start - sentence.start]
        role = said.role
        if len(moments) > 1 and draft.kind not in _LASTS and left.endswith("since "):
            continue
        if (
            role == "at"
            and moment is not moments[0]
            and moments[0].said.day == _SIGNATURE
            and not dated
        ):
            role = "start"  # "on the day of its signature in Algiers, 18 June"
        if role == "at" and said.day and said.day[0] == "count":
            role, draft.day = "start", draft.day or iso
        if role == "at" and defined:
            role = "start"
        if draft.kind == "duration" and role in ("at", "due", "until"):
            if _STOPS.search(left):
                role = "start"  # "hostilities end at noon"
            elif _ENDS.search(left):
                role = "until"
        if _FIRST.search(left) and role in ("at", "start"):
            draft.start, draft.readings = iso, moment.readings
            continue
        if role == "at" and draft.kind == "cessation":
            if dated and not (draft.start and len(draft.start) == 10 and iso[:10] == draft.start):
                continue  # the day of an announcement
            after_trigger = said.start - sentence.start > trigger.end
            if (
                (after_trigger and not trigger.noun)
                or _EFFECT.search(left)
                or DECLARED.search(left)
                or _DAY_OF.match(sentence.low, said.end - sentence.start)
                or not after_trigger
                or (said.clock and not _TOLD.search(left))
                or re.match(
                    r"\s*(?:cease-?fire|truce|pause)", sentence.low[said.end - sentence.start :]
                )
            ):
                role = "start"
            else:
                continue
        if (
            role == "until"
            and draft.kind == "cessation"
            and not trigger.noun
            and draft.start is None
            and re.match(r"(?:end|cease|stop|halt|finish)", sentence.low[trigger.start :])
            and re.search(r"\b(?:end|cease|stop|halt)(?:s|ed)? (?:at|on|from)?(?: the)?\s*$", left)
        ):
            role = "start"  # "hostilities shall end at noon"
        if role == "after":
            if said.clock is None:
                draft.after = (
                    draft.after
                    or sentence.text[said.start - sentence.start : said.end - sentence.start]
                )
                if draft.start is None and moment.date and draft.kind not in _LASTS:
                    draft.start = iso
                    draft.notes.append(f"start: after {iso}")
                    draft.confidence = min(draft.confidence, 0.6)
                continue
            role = "start"
        if (
            role == "due"
            and draft.kind in ("meeting", "cessation", "deployment", "monitoring", *ONE_TIME)
            and re.search(r"\bdue(?: \w+)?(?: on| at)\s*$", left)
        ):
            role = "start" if draft.kind not in ONE_TIME else "at"
        if (
            role == "until"
            and draft.kind in ("handover", "withdrawal", "deliverable", "release")
            and not re.search(r"\b(?:from|between)\b", sentence.low)
        ):
            role = "due"
            draft.until = draft.until or iso
        if (
            role in ("start", "at")
            and draft.start
            and len(draft.start) == 10
            and iso.startswith(draft.start)
        ):
            draft.start, draft.readings = iso, moment.readings
            continue
        if role == "start" and draft.start is None:
            draft.start = iso
            draft.readings = moment.readings
        elif role == "until" and (draft.until is None or (said.day and _hours_only(moments))):
            draft.until = iso
        elif role == "due" and draft.due is None:
            if draft.start is None and _BEGINS_BY.search(left):
                draft.start = iso
                draft.notes.append(f"start: no later than {iso}")
                draft.confidence = min(draft.confidence, 0.7)
                if _FINISH.search(sentence.low, said.end - sentence.start):
                    continue  # "begins no later than the second day and is finished in 14 days"
            draft.due = iso
            if draft.start and draft.kind != "cessation" and _ENDS_BY.search(left):
                draft.until = draft.until or iso
        elif role == "at":
            if draft.start is None:
                draft.start = iso
            draft.day = draft.day or iso
            if len(iso) == 7 and left.endswith("during ") and draft.until is None:
                draft.until = month_end(iso)
        if moment.note:
            draft.notes.append(moment.note)
        draft.confidence = min(draft.confidence, moment.sure)
    lasts = draft.kind in ("cessation", "duration", "meeting") and draft.until is None
    if lasts and draft.start and draft.due and draft.due > draft.start:
        draft.until = draft.due  # "begins on 1 February and is completed on 31 October"
    if draft.kind not in ("cessation", "duration") and draft.due is None:
        if draft.start and len(draft.start) == 7 and draft.start == draft.day and not draft.recurs:
            draft.due = month_end(draft.start)
            draft.notes.append(f"due: the last day of {draft.start}")
        draft.due = draft.due or draft.until  # done over a stretch of days: its end is the deadline


def _hours_only(moments: list[Moment]) -> bool:
    """Whether the first stretch is one of hours without a day: "from 9 p.m. to 5 a.m." """
    first = [m.said for m in moments[:2]]
    return [s.role for s in first] == ["start", "until"] and not any(s.day for s in first)


_STARTS = re.compile(
    r"\b(?:cease-?fire|truce|cessation|effect|force|armistice|pause|start|commence|hostilit|firing|d-day)"
)
_SIGNS = re.compile(
    r"\b(?:sign|agreement|accord|code|memorandum|protocol|pact|deal|treaty|declaration)"
)


def tells_of_halt(length: Length) -> bool:
    """Whether a length counts from a halt itself ("an hour after the truce began")."""
    if _SIGNS.search((length.anchor or "").lower()):
        return False
    return length.base is not None and CEASES.search((length.anchor or "").lower()) is not None


_FROM_HALT = re.compile(
    r"\b(?:from|on|as of) the (?:first )?(?:day|moment|start|hour|beginning|minute) (?:of |that |on which |when )?(?:the )?(?:cease-?fire|truce|cessation|pause)\b"
)
_FROM_NOW = re.compile(
    r"\b(?:with immediate effect|effective immediately|from now(?: on)?|as of now|henceforth)\b"
)


def settle(draft: Draft, cessation: str | None, signed: str | None) -> None:
    """Work out what counts from the signature or the start of the cessation, where they are known."""
    if draft.kind == "cessation":
        at_once = AT_ONCE.search(draft.low) is not None
        bare = draft.counts_from is None and draft.due is None
        if draft.start is None and signed and (at_once or bare):
            draft.start = signed
            draft.notes.append(
                f"start: {'at once on' if at_once else 'from'} the signature, {signed}"
            )
            draft.confidence = draft.confidence if at_once else min(draft.confidence, 0.6)
        if draft.start is None and draft.now and at_once:
            draft.start = draft.now
            draft.notes.append(f"start: at once, as published on {draft.now}")
            draft.confidence = min(draft.confidence, 0.6)
        if draft.start and draft.within and draft.until is None and draft.counts_from is None:
            draft.until = shift(draft.start, draft.within, clock=True)
            draft.notes.append(f"until: {draft.within} from {draft.start}")
        cessation = None
    if draft.kind == "duration":
        _settle_duration(draft, cessation, signed)
        return
    length = draft.counts_from
    if length is None:
        now = signed or draft.now
        timed = {"start", "due", "until", "within"} & set(draft.facts())
        if draft.kind == "cessation" or timed:
            return
        opens = draft.kind in ("access", "prohibition") and AT_ONCE.search(draft.low)
        if now and (opens or _FROM_NOW.search(draft.low)):
            draft.start = now
            draft.notes.append(f"start: from now, {now}")
            draft.confidence = min(draft.confidence, 0.6)
        elif cessation and _FROM_HALT.search(draft.low):
            draft.start = cessation[:10]
            draft.notes.append(f"start: with the cessation, {cessation}")
        return
    anchor = (length.anchor or "").lower()
    if (
        draft.kind == "cessation"
        and length.role == "offset"
        and _SIGNS.search(anchor)
        and signed
        and draft.start
        and "T" in draft.start
        and any("no day is named" in n for n in draft.notes)
    ):  # "48 hours after signature at 9:45 p.m.": the day by the count, the hour as said
        day = shift(signed[:10] + "T00:00", length.iso, back=length.before)
        if day:
            draft.start = day[:10] + draft.start[10:]
        return
    if length.moment:
        _fill(draft, length, length.moment)
        return
    known, name = None, ""
    if _STARTS.search(anchor) or length.letter or (anchor == "the first day" and cessation):
        known, name = cessation or signed, "start of the cessation"
    elif _SIGNS.search(anchor):
        known, name = signed, "signature"
    elif anchor in ("", "the first day") and length.role in ("within", "day"):
        known, name = draft.start, "start"
        if known is None and signed:
            known, name = signed, "signature"
        if known is None and draft.now:
            known, name = draft.now, "publication"
        if known is None:
            known, name = cessation, "start of the cessation"
    own = name == "start"
    moved = led_to(known, length, clock=own) if known else None
    if moved is not None:
        _fill(draft, length, moved)
        draft.notes.append(f"{length.iso} from the {name}, {known}")


_DONE = re.compile(r"\b(?:finish|complet|conclud)\w*\b")


def _fill(draft: Draft, length: Length, end: str) -> None:
    """Give a draft the moment that a length leads to, in the length's role."""
    if length.role == "offset" or (length.role == "day" and not length.by):
        draft.start = draft.start or end
    if draft.kind == "cessation" and length.role == "within" and draft.start is None:
        draft.start = end  # "shall cease within 24 hours of the signature"
        draft.notes.append(f"start: no later than {end}")
    if length.role != "offset" or draft.kind in ONE_TIME or _DONE.search(draft.low):
        draft.due = draft.due or end


def _settle_duration(draft: Draft, cessation: str | None, signed: str | None) -> None:
    """A length that the text does not count from elsewhere runs from the start of the cessation."""
    length = draft.counts_from
    if draft.within is None or draft.until is not None or draft.recurs or "renewal" in draft.notes:
        return
    if length is not None and length.moment:
        draft.until = length.moment
        return
    anchor = (draft.after or "").lower()
    known = draft.start or cessation or signed
    if anchor and _SIGNS.search(anchor):
        known = signed
    elif anchor and not _STARTS.search(anchor):
        return
    if known:
        draft.start = draft.start or known
        draft.until = shift(known, draft.within, clock=True)
        draft.notes.append(f"until: {draft.within} from {known}")

"""How long the terms hold: durations, renewals, ends."""

import re

from truceline.reading.marks import Marks
from truceline.reading.page.words import Sentence
from truceline.reading.terms.drafting import CESSATION_NOUN, EXTEND, Draft, Setting
from truceline.reading.terms.gates import is_background, strength_of

_LASTING = re.compile(
    r"\b(?:ceasefire|cease-fire|truce|armistice|cessation|pause|lull|calm|agreement|accord|protocol|arrangement|deal|phase|stage|mandate|mission|force|suspension|moratorium|period|regime|it|they|contingent|peacekeep\w+|operation|hostilities|fighting|fire|silence|quiet|attacks|firing|guns|first|second|third|operations|offensives?)\b"
)


_TALKS_LASTED = re.compile(
    r"\b(?:meetings?|talks|sessions?|calls?|conversations?|negotiations|summit)\b[^.;]{0,20}\blast(?:ed|ing) (?:[\w-]+ ){0,6}$"
)


_IN_ALL = re.compile(r"\b(?:in total|in all|altogether|that is|namely|a total of)[,:]?\s*$")


_OTHER_SPAN = re.compile(r"['’]?\W?(?:pre-|transition|interim|reporting|election|prison)")


_TRUCE_LASTS = re.compile(
    r"\b(?:ceasefire|cease-fire|truce|pause|armistice|agreement|deal|cessation|lull|phase|mandate)\b[^.;]{0,60}\b(?:expires?|ends?|(?:will|shall|to) (?:last|hold|run|remain(?: in force)?|expire|end)|lasts|runs|(?:is|was|been) extended|valid|in force)\b"
)


def durations_of(sentence: Sentence, marks: Marks, setting: Setting) -> list[Draft]:
    """The durations, renewals and ends that a sentence gives."""
    found: list[Draft] = []
    low, base = sentence.low, sentence.start
    for length in marks.lengths:
        at, end = length.start - base, length.end - base
        left, right = low[max(0, at - 90) : at], low[end : end + 70]
        adjective = (
            length.role in ("plain", "length", "within")
            and CESSATION_NOUN.match(right) is not None
            and (
                low[end - 1] != "s"
                or re.match(r"['’]? ?(?:cease|truce|pause|calm)", right)
                or (
                    re.match(r"\W?\s?(?:of|long)\b", right) is None
                    and re.match(r"['’ ]*(?:cease-?fire|truce|pause|lull)", right) is not None
                )
            )
        )
        if _OTHER_SPAN.match(right.lstrip("- ")):
            continue
        if _TALKS_LASTED.search(low[:at]):
            continue
        clause_left = low[max(0, *(low.rfind(m, 0, at) for m in (";", ", while "))) : at]
        if not adjective:
            if length.role == "length":
                if not _LASTING.search(clause_left) and not re.search(
                    r"\b(?:stop|halt|cease|suspend|paus|hold)\w* [^.;]*$", clause_left
                ):
                    continue
            elif length.role != "plain" or not re.search(
                r"\b(?:lasts?|last for|valid for|in force for|duration (?:is|of|shall be)|period of|extend\w* (?:by|for)|renew\w* for)\W*(?:[\w-]+ ){0,3}$",
                left,
            ):
                continue
        if (
            re.search(
                r"\b(?:the last|in last|past|previous|more than|over the)\s+$",
                left,
            )
            and not adjective
        ):
            continue
        if is_background(sentence, at, setting.year, setting.agreement):
            continue
        if not setting.agreement and not strength_of(
            sentence,
            at,
            end,
            noun=True,
            kind="duration",
            form="",
            passive=False,
            agreement=False,
            lead=setting.summary,
        ):
            if not re.search(
                r"\b(?:ceasefire|cease-fire|truce|pause|agreement|deal|phase|armistice|calm|cessation)\b[^.;]{0,80}\b(?:lasts?|extended|renew\w*|for (?:an? |the )?(?:initial |further |first )?(?:period )?)",
                low[:end],
            ) and not re.search(
                r"\b(?:announc\w+|declar\w+|agre\w+|accept\w*|began|begun|took|came|start\w*|effect|force|extended|renewed|prolonged|runs?|lasts?|pledged)\b",
                low,
            ):
                continue
            if re.search(
                r"\b(?:call(?:ed|s|ing) for|demand\w*|urg\w+|hop(?:e|es|ed|ing)|want\w*|push\w* for|propos\w+|reject\w*|seek\w*|discuss\w*|if|would|could|collapsed|expired)\b",
                clause_left,
            ):
                continue
        if re.search(
            r"\b(?:war|fighting|conflict|clashes|talks|negotiations|siege|offensive|imprison\w*|trip|visit|bombardment)\b",
            clause_left[-60:],
        ) and not re.search(
            r"\b(?:cease|truce|pause|agreement|phase|stop|halt|suspend|end(?:ing)? (?:the |all )?(?:fighting|hostil))",
            clause_left,
        ):
            continue
        draft = Draft(
            "duration",
            [(base, sentence.end)],
            low,
            sentence.index,
            within=length.iso,
            after=length.anchor,
        )
        if EXTEND.search(clause_left[-90:]) or re.match(r"\W*(?:extension|renew)", right):
            draft.notes.append("renewal")
            if re.search(
                r"\b(?:automatic\w*|renewable|further|successive|each|subsequent|periods)\b",
                low[max(0, at - 90) : end + 30],
            ):
                draft.recurs = length.iso
        for moment in marks.moments:
            if moment.iso and moment.said.role == "start" and draft.start is None:
                draft.start = moment.iso
            if moment.iso and moment.said.role == "until" and draft.until is None:
                draft.until = moment.iso
        if found and found[-1].within is not None and found[-1].within == draft.within:
            found[-1].recurs = found[-1].recurs or draft.recurs
            continue
        found.append(draft)
    if (
        not found
        and marks.moments
        and not is_background(sentence, 0, setting.year, setting.agreement)
    ):
        ends = _TRUCE_LASTS.search(low)
        last = next(
            (
                m
                for m in marks.moments
                if m.iso
                and (
                    m.said.role == "until"
                    or (
                        ends
                        and m.said.role in ("at", "due")
                        and re.search(
                            r"\b(?:expires?|ends?|expire|end)(?: on| at)?\s*$",
                            low[: m.said.start - base],
                        )
                    )
                )
            ),
            None,
        )
        if (
            ends
            and last
            and ends.end() - 1 < last.said.start - base
            and not re.search(r"\b(?:if|would|could|unless it)\b", low[: ends.end()])
        ):
            found.append(
                Draft("duration", [(base, sentence.end)], low, sentence.index, until=last.iso)
            )
            whole = [x for x in marks.lengths if _IN_ALL.search(low[: x.start - base])]
            found[-1].within = whole[0].iso if whole else None
    return found

"""Whether a clause says enough to be a term."""

import re

from truceline.reading.page.words import Sentence
from truceline.reading.terms.drafting import EXTEND, Draft, Setting, Trigger
from truceline.reading.terms.gates import is_planned

_NO_LONGER = re.compile(
    r"(?:shall|must|may|will|should) not (?:exceed|last|take) (?:[\w-]+ ){0,4}?(?:hours?|days?|weeks?|months?)\b"
)


def is_term(
    draft: Draft, sentence: Sentence, trigger: Trigger, setting: Setting, lead: bool, clause: str
) -> bool:
    """Whether a draft says enough to be a term."""
    facts = draft.facts()
    low = sentence.low
    planned = is_planned(sentence)
    bound = setting.agreement or lead or planned
    kind = draft.kind
    if (
        trigger.strength == 1
        and not facts
        and kind not in ("prohibition", "exception", "cessation")
    ):
        return False  # said in passing, in the present tense
    if trigger.given:
        return bool(facts) or kind in ("prohibition", "exception", "handover", "access")
    if kind == "cessation" and re.match(
        r"(?:it|agreement|deal|accord|text|memorandum|protocol|arrangement|document|pact|convention|plan|understanding|measures)\b",
        low[trigger.start :],
    ):
        draft.effect = True
        return draft.start is not None
    if kind == "cessation":
        if (
            trigger.noun
            and "start" not in facts
            and setting.agreement
            and re.search(
                r"\b(?:remains?|lasts?|valid|concluded for|term of|in force|continues?)\b", clause
            )
        ):
            return False  # how long it lasts is a term of its own
        if trigger.noun and not facts:
            draft.weak = True
            if setting.agreement:
                if sentence.index < 2 and not re.search(r"\b(?:shall|will)\b", low):
                    return False  # the title
                return bool(
                    re.search(
                        r"\b(?:shall|agree|establish|declare|implement|observe|hereby|maintain|enter|begin|cease|end\b|halt|stop)",
                        clause,
                    )
                ) and not re.search(
                    r"\b(?:monitor|violation|supervis|compl\w+ with|provisions of|terms of)", clause
                )
            return bool(
                re.search(
                    r"\b(?:announced|declared|agreed|reached|signed|accepted|ordered|takes? effect|came into|brokered)\b|\b(?:will|shall|is to|are to) (?:[\w-]+ )?(?:take|begin|start|come|enter|hold|observe|respect|halt|stop|be (?:declared|observed|respected|honou?red))\b",
                    clause,
                )
            )
        if EXTEND.search(clause) and "start" not in facts and trigger.noun:
            return False
        if (
            trigger.noun
            and not setting.agreement
            and not lead
            and re.search(
                r"\b(?:violat\w+|monitor\w*|breach\w*|implementation|committee|mission|mechanism)\b",
                clause[max(0, trigger.start - 30) :][:60],
            )
            and "start" not in facts
        ):
            return False
        if (
            re.match(
                r"[\w -]{3,40}?(?:stopped|ceased|fell silent|fallen silent|halted|ended)",
                low[trigger.start :],
            )
            and not trigger.noun
            and not setting.agreement
        ):
            return "T" in (draft.start or "")
        return True
    if kind == "meeting":
        if "count" in facts:
            draft.count = draft.of = None
        return bool({"start", "due", "recurs", "within"} & set(facts)) or (
            (
                bound
                or re.search(
                    r"\b(?:next|second|further|follow-up|committee|commission|sides|parties|talks|negotiations)\b",
                    clause,
                )
                is not None
            )
            and trigger.strength == 2
            and bool(re.search(r"\b(?:shall|will|are to|is to)\b", clause))
        )
    if kind == "zone":
        if facts:
            return bool({"distance_m", "width_m"} & set(facts)) or bool(
                re.search(
                    r"\b(?:establish\w*|creat\w+|set up|set(?:ting)? up|declar\w+|defin\w+|delimit\w*|demarcat\w*|there (?:shall|will|is to|are to) be)\b",
                    clause,
                )
            )
        draft.weak = True
        return bool(
            re.search(
                r"\b(?:establish(?:es|ed|ing)?|creates?|created|set up|sets up|delimited|is (?:hereby )?established|there (?:shall|will|is to|are to) be)\b",
                low,
            )
        ) or (setting.agreement and bool(re.search(r"\bshall be (?:a |an )?(?:\w+ )?zone", clause)))
    if kind == "deliverable":
        if facts.keys() & {"start", "due", "within", "recurs", "until"}:
            return True
        if trigger.strength == 2 and re.search(
            r"\b(?:maps?|lists?|coordinates|modalities|parameters|names of|salaries|timetable|mines|minefields)\b",
            clause,
        ):
            return True
        return (
            (setting.agreement or lead)
            and not trigger.noun
            and bool(re.search(r"\b(?:shall|will|undertake|agree to|must)\b", low))
            and bool(
                re.search(
                    r"\b(?:list|map|plan|report|committee|commission|parameters|modalities|hotline|centre|center|procedures|mechanism|timetable|information|notif|inform|mines?|minefields|road|annex|group|force|room|office)",
                    clause,
                )
            )
        )
    if kind == "monitoring":
        if trigger.noun and not facts.keys() - {"count"}:
            draft.weak = not facts
            if re.match(
                r"\W*(?:has |have |had )?(?:signed|agreed|met|said|reported|recorded|announced|told|welcomed|called)\b",
                low[trigger.end :],
            ):
                return False
            if facts and re.search(
                r"\b(?:establish|set up|creat|form|monitor|oversee|supervis|verif|deploy|send|observ|shall|will|consist|compris|task)",
                clause,
            ):
                return True
            return (
                bound
                and bool(
                    re.search(
                        r"\b(?:establish\w*|set up|create\w*|form(?:ed)?|oversee|supervis|monitor|responsib|mandate|shall|will)\b",
                        clause,
                    )
                )
            ) or bool(
                re.search(
                    r"\b(?:will|shall) (?:monitor|oversee|supervise|verify|establish|be set up|be established|be created)\b",
                    low,
                )
            )
        return True
    if kind == "access" and trigger.noun and not facts:
        if setting.agreement and not re.search(
            r"\b(?:shall|will|must|is|are|was|were|has|have|said)\b", low
        ):
            return True  # a provision without a verb: "Safe access for aid"
        return bound and bool(
            re.search(
                r"\b(?:shall|will|allow\w*|permit\w*|ensur\w*|facilitat\w*|guarant\w*|provid\w*|includ\w*|open\w*|call\w*|require\w*|be granted)\b",
                low,
            )
        )
    if kind == "exception":
        if re.match(
            r"(?:retains?|reserves?|keeps?|has|have) |do(?:es)? not (?:apply|cover|extend|preclude|prevent|impair|affect)|may (?:still )?continue|exclud|exempt|(?:is|are|be) (?:allowed|permitted|entitled|free) to",
            low[trigger.start :],
        ):
            return True
        return (
            bound
            or trigger.strength == 2
            or bool(
                re.search(
                    r"\b(?:truce|ceasefire|cease-fire|armistice|pause|agreement|deal|cessation|protocol|withdraw|prohibit|ban)\w*\b",
                    low,
                )
            )
        )
    if kind == "prohibition":
        if _NO_LONGER.match(low, trigger.start):
            return False  # "this shall not exceed 60 days" is how long another act may take
        strong = re.match(
            r"\W*(?:prohibits?\b|(?:is|are|be|remains?|stays?) (?:\w+ ){0,2}?(?:prohibited|banned|forbidden|barred|frozen|ruled out|outlawed|off|not (?:permitted|allowed))|(?:shall|must|may) (?:also )?not\b|(?:no|neither|none)\b|must (?:stop|end|cease)|banning|bans?\b|forbid|there (?:will|shall|are|is) |refrain|abstain|(?:undert|agree|pledg|vow|swor|commit|promis)\w* not)",
            low[trigger.start :],
        )
        return (
            bound
            or bool(strong)
            or (
                trigger.strength == 2
                and not trigger.noun
                and low.startswith("prevent", trigger.start)
            )
            or bool(
                re.search(
                    r"\b(?:truce|ceasefire|cease-fire|armistice|agreement|deal|accord|parties|sides|both)\b",
                    low,
                )
            )
            or bool(facts)
        )
    if trigger.noun and not facts:
        draft.weak = True
        return bound
    return True

"""Is a clause a term, or past, wished for, denied, or somebody's words about another truce?"""

import re

from truceline.reading.words import Sentence

MODAL = re.compile(
    r"\b(?:shall|will|must|undertakes?|undertook|undertaken to|engaged? (?:themselves |itself )?to|commits? (?:itself |themselves )?to|committed (?:itself |themselves )?to|agree(?:d|s)?(?: \w+)? (?:to|on|that|upon)|is to|are to|"
    r"to be|has to|have to|had to|is due to|are due to|set to|is expected to|are expected to|plan(?:s|ned)? to|pledge[sd]? to|promised to|vowed to|"
    r"obliged to|required to|requires?|obliges|provides? (?:for|that)|calls? for|stipulates?|foresees?|envisages?|envisions?|includes?|sets? out|outlines?|"
    r"specif(?:y|ies|ied)|mandates?|scheduled|due to|ordered|instructed|accepted|decided to|decided|announced|declared|begins?|starts?|takes effect|undertaking to|entitled to|gives?|given|allows?|permits?|establishes|creates|sets up|prohibits|bans|forbids|comes? into|enters? into|runs?|lasts?|expires?|hereby|signed|reached|accepts?|brokered)\b"
)
_STRONG = re.compile(
    r"\b(?:shall|will|must|is to|are to|undertakes?|commits?|agree[sd]? to|agree[sd]? not to)\b"
)
PLAN = re.compile(
    r"\b(?:under|according to|per|in line with|in accordance with|pursuant to|as part of|by the terms of|the terms of) (?:the |this |its |their |an? )?(?:text|terms|(?:[\w-]+ ){0,5}?(?:agreement|deal|accord|plan|proposal|truce|ceasefire|cease-fire|protocol|arrangement|memorandum|phase|roadmap|document|understanding|treaty|pact))\b"
    r"|\bthe (?:[\w-]+ ){0,3}?(?:agreement|deal|accord|plan|protocol|text|document|terms|memorandum|truce|ceasefire|arrangement|pact|first phase|phase (?:one|two)|treaty)(?:'s terms)? (?:also |further |\w+ly )?(?:provides?|calls?|stipulates?|says|states|requires?|sets?|envisages?|foresees?|includes?|specif(?:y|ies)|obliges?|prohibits?|bans?|forbids?|gives?|allows?|permits?|establishes|creates|outlines?|commits?|contains?|excludes?|exempts?|does not|do not|mandates?|would|will|see[s]?)\b"
)
_DEMAND = re.compile(
    r"\b(?:called (?:for|on|upon)|call(?:s|ing)? (?:for|on|upon)|urg(?:ed|es|ing)|demand(?:ed|s|ing)?|want(?:ed|s)?|ask(?:ed|s|ing)|appeal(?:ed|s|ing)? (?:for|to)|hop(?:ed|es?|ing)|should|push(?:ed|es|ing)? for|press(?:ed|es|ing)? for|"
    r"proposed|suggested|considering|discuss(?:ed|es|ing)?|negotiat(?:ed|ing) (?:a|an|the)|refus(?:ed|es|ing|al)|reject(?:ed|s|ing)?|fail(?:ed|s|ing|ure)?|threaten(?:ed|s|ing)?|warn(?:ed|s|ing)?|seek(?:s|ing)?|sought|insist(?:ed|s)?|accus(?:ed|es|ing)|alleg(?:ed|es|ing)|efforts? to|attempt(?:s|ed)? to|"
    r"prospects?|talks (?:on|about|over)|possib(?:le|ility)|unclear|whether|doubts?|expected that|likely|unlikely|recommend(?:ed|s)?|request(?:ed|s)? (?:that|the)|welcom(?:ed|es|ing)|prais(?:ed|es|ing)|denied|denies|lack of|in exchange for ending|ready to|willing(?:ness)? to|prepared to|need(?:s|ed)? to)\b"
)
_HYPOTHETICAL = re.compile(
    r"\b(?:if|could|might|would have|would|were to|in case|should the|in the event|unless and until|had (?:\w+ )?been to)\b"
)
_BACKGROUND = re.compile(
    r"\b(?:previous|earlier|former|past|failed|collapsed|short-lived|broken|abandoned|defunct|prior|last year'?s?|years? ago|months? ago|decades? ago|historic(?:al)?|since lapsed|long-dead|once|in the (?:19|20)\d\ds)\b"
)
_COLLAPSE = re.compile(
    r"\b(?:collaps(?:ed|ing)|broke down|broken down|fell apart|unrav[e]?led|lapsed|expired|failed|was (?:repeatedly )?(?:violated|broken|breached)|never (?:\w+ )?(?:implemented|took|held)|did not hold|had (?:\w+ )?(?:agreed|signed|been|called|promised|pledged|provided)|were (?:repeatedly )?(?:violated|broken|breached)|ended in|ended (?:on|after|last|when|with)|lasted|has held|had held|dating (?:back )?(?:to|from))\b"
)
_QUOTED = re.compile(r"[\"“”«»]")


def is_background(sentence: Sentence, at: int, published_year: int | None, agreement: bool) -> bool:
    """Whether the words at offset ``at`` of the sentence speak of another, older arrangement."""
    if agreement:
        return False
    low = sentence.low
    left = max(
        low.rfind(m, 0, at)
        for m in (";", ", but ", ", while ", " whereas ", ", although ", ", though ")
    )
    ends = [
        x for x in (low.find(m, at) for m in (";", ", but ", ", while ", " whereas ")) if x >= 0
    ]
    clause = low[max(0, left) : min(ends) if ends else len(low)]
    near = low[max(0, at - 60, left) : at + 40]
    if (
        re.search(
            r"\b(?:previous|earlier|former|past|failed|collapsed|short-lived|prior|last year'?s?|broken|first|another)\s+(?:[\w-]+\s+){0,3}?(?:cease-?fires?|truces?|armistice|agreements?|deals?|pauses?|accords?)\b",
            near,
        )
        and not re.search(r"\b(?:will|shall|comes?|takes?)\b", clause)
        and not re.search(r"\bfirst\b|\banother\b", near)
    ):
        return True
    if _COLLAPSE.search(clause) and not _STRONG.search(clause):
        return True
    if published_year:
        years = [int(y) for y in re.findall(r"(?<!\d)((?:19|20)\d\d)(?!\d)", clause)]
        return bool(years) and not _STRONG.search(clause) and max(years) < published_year
    return False


def in_quotes(sentence: Sentence, at: int) -> bool:
    """Whether offset ``at`` stands inside a direct quotation of the sentence."""
    before = sentence.text[:at]
    if before.count("“") > before.count("”") or before.count("«") > before.count("»"):
        return True
    return before.count('"') % 2 == 1 and '"' in sentence.text[at:]


def allows(
    sentence: Sentence, at: int, end: int, *, noun: bool, kind: str, agreement: bool, lead: bool
) -> bool:
    """Whether a trigger at ``[at, end)`` of the sentence is governed by words that make a term.

    ``agreement``: the document is the text itself; ``lead``: the item stands under a line
    such as "The deal provides for:".
    """
    low = sentence.low
    cut = max((low.rfind(m, 0, at) for m in (";", ", but ", ", while ", ", whereas ")), default=-1)
    left = low[max(0, cut) : at]
    right = low[end : end + 170]
    planned = PLAN.search(low) is not None
    if not agreement and kind not in ("exception",) and in_quotes(sentence, at) and not planned:
        quote_words = re.search(r"[\"“«]\s*[^\"”»]{0,30}$", sentence.text[:at])
        if not (quote_words and kind == "zone"):
            return False
    demand = _DEMAND.search(left)
    if (
        demand
        and not (planned and PLAN.search(low[:at]) and demand.group().startswith("call"))
        and not agreement
    ):
        wish = re.match(
            r"hop|should|call|urg|demand|want|ask|appeal|propos|suggest|threat|warn|seek|sought|refus|reject|fail|recommend|accus|alleg",
            demand.group(),
        )
        if not re.search(
            r"\b(?:agreed|scheduled)\b" if wish else r"\b(?:agreed|will|shall|scheduled)\b",
            left[demand.end() :],
        ):
            return False
    if re.search(
        r"\b(?:if|whether|in case|in the event|unless)\b[^,;]*(?:,[^,;]*,[^,;]*)?$", left
    ) and kind not in ("exception",):
        return False
    hypothetical = _HYPOTHETICAL.search(left[-60:])
    if (
        hypothetical
        and hypothetical.group() != "would"
        and not agreement
        and kind not in ("exception", "duration")
    ):
        return False
    if (
        hypothetical
        and hypothetical.group() == "would"
        and not (
            planned
            or lead
            or agreement
            or re.search(r"\b(?:said|announced|confirmed|agreed|declared|according)\b", low)
        )
    ):
        return False
    if re.search(
        r"\b(?:not|never|without|no longer|n't|neither|nor)\s+(?:\w+ )?$", left
    ) and kind not in ("prohibition", "exception"):
        return False
    if re.search(
        r"\b(?:violat\w+|breach\w*|breaking|broke|talks|collapse|failure|end|violations?) (?:of|the|an?|on|in|to|for)?\s*(?:the |this |an? |of |fragile |new |russia\S* |\w+-brokered )*$",
        left[-50:],
    ) and kind in ("cessation",):
        return False
    if (
        noun
        and kind == "cessation"
        and re.search(
            r"\b(?:monitor|monitoring|supervis\w*|verif\w+|oversee\w*|guarantee\w*|report(?:ing|s)? on|compliance with|comply with|terms of|provisions of|implementation of|support of|course of|duration of|period of) (?:the |this |an? |its )?$",
            left[-40:],
        )
    ):
        return False
    if lead or agreement:
        return True
    if planned:
        return noun or not re.search(r"\b(?:has|have|had|already)\s+(?:\w+\s+)?$", left)
    # a report: the verb must be future or bound by an undertaking
    window = left[-110:]
    if noun:
        if kind == "monitoring" and re.match(
            r"[^;.]{0,150}\b(?:will|shall|must|is to|are to) (?:\w+ )?(?:report|monitor|oversee|supervise|verify|observe|watch|check|investigate|follow|ensure|be (?:set|establish|creat|form|deploy))",
            low[end:],
        ):
            return True
        return bool(
            MODAL.search(window)
            or MODAL.search(low[at:end])
            or re.match(
                r"(?:[^,;]|,(?=\d)){0,50}(?:, (?:[^,;]|,(?=\d)){0,60},)?(?:[^,;]|,(?=\d)){0,100}\b(?:took hold|takes? hold|will|shall|must|would (?:take|come|begin|start|enter|be)|(?:is|was|has been|are|were|have been) (?:hereby |also )?(?:declared|announced|established|agreed|introduced|in effect)|is to|are to|is due|are due|to (?:begin|start|take|be)|begins?|starts?|takes?|began|begun|has begun|had begun|started|starts|kicked off|is in|was in|holds|came into|took effect|comes? into|enter(?:s|ed)? into|went into|has come|is scheduled|are scheduled|has been scheduled|is set|are set)\b",
                right,
            )
        )
    word = low[at:end]
    if kind == "prohibition" and re.match(
        r"prohibits?\b|(?:is|are) (?:\w+ )?(?:prohibited|banned|forbidden|barred|not (?:permitted|allowed))|(?:shall|must|may) not\b|(?:no|neither)\b|\W*(?:no|neither)\b",
        word,
    ):
        return True
    if kind == "cessation" and re.match(
        r"[\w -]{3,40}?(?:stopped|ceased|fell silent|fallen silent|halted|ended)$", word
    ):
        return True
    if kind == "meeting" and (MODAL.search(word) or re.fullmatch(r"meets?", word)):
        return True
    if (
        re.match(r"(?:be )?[a-z]+ed\b", word)
        and not word.startswith("be ")
        and not re.search(r"\b(?:be|to be|being|been agreed)\s+(?:\w+ly )?$", left)
    ):
        return bool(
            re.search(
                r"\b(?:will|shall|must|to) be (?:\w+ly )?$|\b(?:will|shall|must|to) be [^,;]{0,60}\b(?:and|or) (?:\w+ly )?$",
                left,
            )
        )
    return (
        bool(
            re.search(
                r"\b(?:shall|will|must|would|to|undertake[sn]?|agree[ds]?(?: on)?|commit(?:s|ted)?|requires?|provides? for|calls? for|is|are|and|or|includes?|starts?|begins?|planned|scheduled|announced|not)\b[^.;:]{0,110}$",
                left,
            )
        )
        and bool(MODAL.search(left))
    ) or (
        kind in ("exception", "prohibition")
        and bool(
            re.search(
                r"\b(?:truce|ceasefire|cease-fire|agreement|deal|pause|accord|armistice)\b", low
            )
        )
    )

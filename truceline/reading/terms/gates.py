"""Is a clause a term, or past, wished for, denied, or somebody's words about another truce?"""

import re

from truceline.reading.hints import Hinted
from truceline.reading.page.words import Sentence
from truceline.reading.terms.lexicon import BASE, ING, PARTICIPLE, THIRD

# How strongly words bind: BOUND by a modal or an undertaking; STATED in the present tense, as a
# summary of an agreement does; NOT at all.
NOT, STATED, BOUND = 0, 1, 2

MODAL = re.compile(
    r"\b(?:shall|will|must|undertakes?|undertook|undertaken to|engaged? (?:themselves |itself )?to|commits? (?:itself |themselves )?to|committed (?:itself |themselves )?to|agree(?:d|s)?(?: \w+)? (?:to|on|that|upon)|is to|are to|"
    r"to be|has to|have to|had to|is due to|are due to|set to|is expected to|are expected to|plan(?:s|ned)? to|pledge[sd]? to|promised to|vowed to|"
    r"obliged to|required to|requires?|obliges|provides?(?: \w+){0,3}? (?:for|that)|calls? for|stipulates?|foresees?|envisages?|envisions?|includes?|sets? out|outlines?|"
    r"specif(?:y|ies|ied)|mandates?|scheduled|due to|ordered|instructed|accepted|decided to|decided|announced|declared|begins?|starts?|takes effect|undertaking to|entitled to|gives?|given|allows?|permits?|establishes|creates|sets up|prohibits|bans|forbids|comes? into|enters? into|runs?|lasts?|expires?|hereby|signed|reached|accepts?|brokered)\b"
)
_STRONG = re.compile(
    r"\b(?:shall|will|must|is to|are to|undertakes?|commits?|agree[sd]? to|agree[sd]? not to)\b"
)
_TO_COME = re.compile(r"\b(?:shall|will|must|is to|are to|undertakes?|commits?|agrees?)\b")
PLAN = Hinted(
    r"\b(?:under|according to|per|in line with|in accordance with|pursuant to|as part of|by the terms of|the terms of) (?:the |this |its |their |an? )?(?:text|terms|(?:[\w-]+ ){0,5}?(?:agreement|deal|accord|plan|proposal|truce|ceasefire|cease-fire|protocol|arrangement|memorandum|phase|roadmap|document|understanding|treaty|pact|pause|lull|text)s?)\b"
    r"|\bthe (?:[\w-]+ ){0,3}?(?:agreement|deal|accord|plan|protocol|text|document|terms|memorandum|truce|ceasefire|arrangement|pact|first phase|phase (?:one|two)|treaty)(?:'s terms)? (?:also |further |\w+ly )?(?:provides?|calls?|stipulates?|says|states|requires?|sets?|envisages?|foresees?|includes?|specif(?:y|ies)|obliges?|prohibits?|bans?|forbids?|gives?|allows?|permits?|establishes|creates|outlines?|commits?|contains?|excludes?|exempts?|does not|do not|mandates?|would|will|see[s]?)\b"
)


def is_planned(sentence: Sentence) -> bool:
    """Whether a sentence says what an agreement provides; looked for once."""
    if sentence.planned is None:
        sentence.planned = PLAN.search(sentence.low) is not None
    return sentence.planned


_DEMAND = re.compile(
    r"\b(?:called (?:for|on|upon)|call(?:s|ing)? (?:for|on|upon)|urg(?:ed|es|ing)|demand(?:ed|s|ing)?|want(?:ed|s)?|ask(?:ed|s|ing)|appeal(?:ed|s|ing)? (?:for|to)|hop(?:ed|es?|ing)|should|push(?:ed|es|ing)? for|press(?:ed|es|ing)? for|"
    r"proposed|suggested|considering|discuss(?:ed|es|ing)?|negotiat(?:ed|ing) (?:a|an|the)|refus(?:ed|es|ing|al)|reject(?:ed|s|ing)?|fail(?:ed|s|ing|ure)?|threaten(?:ed|s|ing)?|warn(?:ed|s|ing)?|seek(?:s|ing)?|sought|insist(?:ed|s)?|accus(?:ed|es|ing)|alleg(?:ed|es|ing)|efforts? to|attempt(?:s|ed)? to|"
    r"prospects?|talks (?:on|about|over)|possib(?:le|ility)|unclear|whether|doubts?|expected that|likely|unlikely|recommend(?:ed|s)?|request(?:ed|s)? (?:that|the)|welcom(?:ed|es|ing)|prais(?:ed|es|ing)|denied|denies|lack of|in exchange for ending|ready to|willing(?:ness)? to|prepared to|need(?:s|ed)? to)\b"
)
_HYPOTHETICAL = re.compile(
    r"\b(?:if|could|might|would have|would|in case|should the|in the event|unless and until|had (?:\w+ )?been to)\b"
)
_BACKGROUND = re.compile(
    r"\b(?:previous|earlier|former|past|failed|collapsed|short-lived|broken|abandoned|defunct|prior|last year'?s?|years? ago|months? ago|decades? ago|historic(?:al)?|since lapsed|long-dead|once|in the (?:19|20)\d\ds)\b"
)
_COLLAPSE = re.compile(
    r"\b(?:collaps(?:ed|ing)|broke down|broken down|fell apart|unrav[e]?led|lapsed|expired|failed|was (?:repeatedly )?(?:violated|broken|breached)|never (?:\w+ )?(?:implemented|took|held)|did not hold|had (?:\w+ )?(?:agreed|signed|been|called|promised|pledged|provided)|were (?:repeatedly )?(?:violated|broken|breached)|ended in|ended (?:on|after|last|when|with)|lasted|has held|had held|dating (?:back )?(?:to|from))\b"
)
_QUOTED = re.compile(r"[\"“”«»]")


_MAY_BE_OLD = re.compile(
    r"previous|earlier|former|past|failed|collaps|short-lived|prior|last year|broke|first|another|fell apart|unrav|lapsed|expired|violated|breached|never|not hold|had |ended|lasted|has held|dating|(?:19|20)\d\d"
)


_A_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")


_OLDER_TRUCE = re.compile(
    r"\b(?:previous|earlier|former|past|failed|collapsed|short-lived|prior|last year'?s?|broken|first|another)\s+(?:[\w-]+\s+){0,3}?(?:cease-?fires?|truces?|armistice|agreements?|deals?|pauses?|accords?)\b"
)


def is_background(sentence: Sentence, at: int, published_year: int | None, agreement: bool) -> bool:
    """Whether the words at offset ``at`` of the sentence speak of another, older arrangement."""
    if agreement:
        return False
    low = sentence.low
    if sentence.old is None:
        sentence.old = _MAY_BE_OLD.search(low) is not None
    if not sentence.old:
        return False
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
        _OLDER_TRUCE.search(near)
        and not re.search(r"\b(?:will|shall|comes?|takes?)\b", clause)
        and not re.search(r"\bfirst\b|\banother\b", near)
    ):
        return True
    if _COLLAPSE.search(clause) and not _STRONG.search(clause):
        return True
    if published_year:
        years = [int(y) for y in _A_YEAR.findall(clause)]
        return bool(years) and not _TO_COME.search(clause) and max(years) < published_year
    return False


def in_quotes(sentence: Sentence, at: int) -> bool:
    """Whether offset ``at`` stands inside a direct quotation of the sentence."""
    text = sentence.text
    if '"' not in text and "“" not in text and "«" not in text:
        return False
    before = text[:at]
    if before.count("“") > before.count("”") or before.count("«") > before.count("»"):
        return True
    return before.count('"') % 2 == 1 and '"' in text[at:]


# Words that govern a verb from its left, the nearest of which decides.
_BIND = re.compile(
    r"\b(?:shall|will|must|won't|'ll|would|may|(?:is|are|was|were) (?:also |both |then |each |now )?to|(?:has|have) to|to be|ought to be|"
    r"(?:is|are|was|were|be|been) (?:\w+ly |also |now )?(?:due|set|expected|scheduled|supposed|obliged|required|bound|allowed|entitled|planned|committed|permitted|ordered|authori[sz]ed|given [\w -]{2,20}) (?:for [\w ]{2,30} )?to|"
    r"(?:agree[ds]?|undertak\w+|undertook|commit(?:s|ted|ting)?|engag(?:e|es|ed)|pledg(?:e|es|ed|ing)|promis(?:e|es|ed|ing)|vow(?:s|ed)?|swore|sworn|oblig(?:e|es|ed|ing)|requir(?:e|es|ed|ing)|decid(?:e|es|ed)|order(?:s|ed|ing)?|accept(?:s|ed)?|instruct(?:s|ed)?|bound|binds?|declar(?:e|es|ed)|announc(?:e|es|ed)|consent(?:s|ed)?|intends?|plans?|invit(?:e|es|ed)|authori[sz](?:e|es|ed)|allow(?:s|ed|ing)?|permits?|lets?|enables?|gives?)"
    r"(?: (?!to\b|that\b)[^\s;:.]+){0,9}? (?:to|that|not to)|"
    r"(?:deal|agreement|accord|pact|memorandum|protocol|understanding|declaration|arrangement)(?: (?!to\b|that\b|it\b|which\b|he\b|she\b|they\b)[^\s;:.,]+){0,4} to|undertak(?:e|es|ing|en)|requires?|obliges?|provides?(?: \w+){0,3}? (?:for|that)|calls? for|stipulates?(?: that)?|foresees?|envisages?|envisions?|includes?|including|commits?|sets out|specif(?:y|ies)(?: that)?|mandates?|under which|whereby|"
    r"deadline for [^;.]{2,60} to|last day for [^;.]{2,60} to|(?:days?|hours|weeks?|months?) (?:in which )?to|until [^;.]{3,40} to|has until [^;.]{3,40} to|purpose of|so as to|by)\b"
)
_HAPPENED = re.compile(
    r"\b(?:was|were|had|has|have|did|been|having|began|begun|started|managed|continued|failed|tried|used|able|resumed|came|went|sent|forced|helped|arrived|stayed|returned)\b(?! (?:\w+ly )?to\b)"
)
_PASSIVE_NOW = re.compile(r"\b(?:is|are|gets?|isn't|aren't|being)\s[^;:.]{0,60}$")
_PASSIVE_THEN = re.compile(
    r"\b(?:was|were|(?:has|have|had|having)(?: \w+){0,2}? been|been)\s[^;:.]{0,60}$"
)
_PASSIVE_BOUND = re.compile(
    r"\b(?:shall|will|must|to|may|can|would|should|and|or|not|also|can|that|then|thereby)\s+(?:[\w-]+ly |also |then |not |first |both |thereafter |immediately |in turn |in \w+ )*be(?:\s[^;:.]{0,70})?\s*$"
)


_TO_BEFORE = re.compile(r"\bto\s+(?:\w+ly |also |jointly |then |both )?$")


_WISHED = re.compile(
    r"\b(?:wish\w*|want\w*|willing|unwilling|refus\w+|unable|right|tr(?:y|ies|ied|ying)|attempt\w*|hop(?:es?|ed|ing)|fail\w*|threat\w*) to\s+$"
)


def _verb_strength(
    left: str, form: str, passive: bool, *, planned: bool, agreement: bool, bound: bool
) -> int:
    """How strongly the words ``left`` of a verb bind it (lower case, from its clause's start)."""
    near = left[-170:]
    bind = happened = None
    for match in _BIND.finditer(near):
        bind = match
    for match in _HAPPENED.finditer(near):
        if bind is None or match.start() >= bind.end():
            happened = match
    if form == PARTICIPLE:
        if not passive:
            # "three posts occupied since May": no act; "has agreed, signed": the past
            return BOUND if agreement and bind and bind.end() > len(near) - 3 else NOT
        then, now = _PASSIVE_THEN.search(near), _PASSIVE_NOW.search(near)
        to_come = _PASSIVE_BOUND.search(near)
        last = max(
            (
                (m.start(), strength)
                for m, strength in ((then, NOT), (now, STATED), (to_come, BOUND))
                if m
            ),
            default=(0, NOT),
        )
        if last[1] == BOUND and re.search(r"\b(?:were|was) to be\b", near):
            return STATED
        return last[1]
    if form == ING:
        if re.search(r"\b(?:is|are|was|were|been)\s+(?:\w+ly |also |now |still )?$", near):
            return NOT
        if bind and bind.end() >= len(near) - 45 and not happened:
            return STATED
        return STATED if planned or bound or agreement else NOT
    if _WISHED.search(near):
        return NOT
    if form == BASE and _TO_BEFORE.search(near):
        if bind and not happened:
            return BOUND
        return STATED if (planned or bound or agreement) and not happened else NOT
    if bind and not happened:
        return BOUND if form == BASE else STATED
    if happened and not (form == THIRD or agreement):
        return NOT
    return STATED


_NOUN_BEFORE = re.compile(
    r"(?:\b(?:the|a|an|this|that|these|those|its|their|his|her|our|your|of|for|in|on|by|no|any|some|each|every|first|second|next|last|such|other|another|joint|prisoner|hostage|initial|full|complete|immediate|mutual|total|further|new|old|daily|weekly|monthly|peace|news|press|death|military|safe|free|more|from|with|at|after|before|during|under|over|following|upon|until|against|without|and the|phased|gradual|partial|final|humanitarian|armed|arms|large|small|high)|['’]s|(?<!\d)\d{1,3}|(?<=,)\d{3}|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|hundred|thousand|several|many|few|all|both|guard))\s+$"
)


_PREDICATE = re.compile(
    r"\s+(?:will|shall|must|may|can|are|were|have|had|do|did|to be|said|say|of|[a-z]{3,}ed)\b"
)


def is_noun(word_left: str, right: str, form: str) -> bool:
    """Whether a word that may be a verb is a noun by what stands beside it: "the return",
    "monitors recorded"."""
    if form in (PARTICIPLE, ING):
        return False
    if form == THIRD and (not word_left.strip(' •*-–—"“') or _PREDICATE.match(right)):
        return True
    return _NOUN_BEFORE.search(word_left[-16:]) is not None


def strength_of(
    sentence: Sentence,
    at: int,
    end: int,
    *,
    noun: bool,
    kind: str,
    form: str,
    passive: bool,
    agreement: bool,
    lead: bool,
) -> int:
    """How strongly a trigger at ``[at, end)`` of the sentence is governed by words that bind.

    ``agreement``: the document is the text itself; ``lead``: the item stands under a line
    such as "The deal provides for:", or the document sums up an agreement.
    """
    low = sentence.low
    planned = is_planned(sentence)
    if not _open_to_terms(
        sentence, at, end, noun=noun, kind=kind, agreement=agreement, planned=planned, lead=lead
    ):
        return NOT
    cut = max((low.rfind(m, 0, at) for m in (";", ", but ", ", while ", ", whereas ")), default=-1)
    left = low[max(0, cut) : at]
    if noun:
        if lead or agreement or planned:
            return BOUND
        return BOUND if _noun_is_bound(low, left, at, end, kind) else NOT
    if (
        kind == "deliverable"
        and passive
        and re.search(r"(?<!is)(?<!are)(?<!was)(?<!were)(?<!shall) (?:yet )?to be $", left)
    ):
        return NOT  # "a zone of a size to be determined"
    if form == ING and (
        begun := re.search(r"\b(?:begin|start|stop|continue|complete|finish)s?\s+$", left)
    ):
        left, form = left[: begun.start()], BASE
    if kind == "cessation" and form == PARTICIPLE and re.search(r"\b(?:that|which) $", left):
        return NOT  # "a deal that ended 44 days of clashes" tells what is behind
    if (
        kind == "cessation"
        and form == PARTICIPLE
        and not passive
        and re.match(r"stopped|ceased|halted|ended|fell|fallen", low[at:])
    ):
        return STATED
    if (
        form
        and passive
        and re.search(r"\b(?:where|which|who|whom|that)\b[^,;]{0,40}\b(?:is|are|was|were) $", left)
    ):
        return NOT  # "where their forces are deployed"
    if form:
        found = _verb_strength(
            left, form, passive, planned=planned, agreement=agreement, bound=lead
        )
        if found == STATED and (lead or agreement or planned):
            return BOUND
        return found
    word = low[at:end]
    if kind == "exception":
        return BOUND if planned or lead or agreement or re.search(_TRUCE_WORDS, low) else STATED
    if kind == "zone":
        return (
            BOUND
            if lead
            or agreement
            or planned
            or MODAL.search(left[-110:])
            or MODAL.search(low[end : end + 120])
            else NOT
        )
    if lead or agreement or planned:
        return BOUND
    if re.match(
        r"prohibit|(?:is|are|be|remains?) |(?:shall|must|may|will|can|would) (?:also )?not\b|\W*(?:no|neither|none)\b|ban|forbid|curfew|there |freez|keep|stay|remain|must|refrain|undert|agree|pledg|vow|swor",
        word.lstrip(" ,;:(–—-"),
    ):
        return STATED
    return BOUND if re.search(_TRUCE_WORDS, low) else STATED


# A quotation that gives the terms themselves.
_FROM_WHEN = re.compile(
    r"\b(?:with effect from|effective|takes? effect|as from|as of|will (?:begin|start) (?:at|on)|from \d)\b"
)
_IF = re.compile(r"\b(?:if|whether|in case|in the event|unless|lest)\b[^,;]*(?:,[^,;]*,[^,;]*)?$")
_WHEN = re.compile(
    r"\b(?:if|whether|in case|in the event|unless|lest|as long as|provided that|once|when|where|after|before|until|since)\b[^,;]*(?:,[^,;]*,[^,;]*)?$"
)
_TRUCE_WORDS = r"\b(?:truce|ceasefire|cease-fire|agreement|deal|pause|accord|armistice|cessation|protocol|arrangement|pact|plan|terms|lull)\b"


_OF_A_BREACH = re.compile(
    r"\b(?:violat\w+|breach\w*|breaking|broke|talks|collapse|failure|end|violations?) (?:of|the|an?|on|in|to|for)?\s*(?:the |this |an? |of |fragile |new |russia\S* |\w+-brokered )*$"
)


_DENIED = re.compile(r"\b(?:not|never|without|no longer|n't|neither|nor)\s+(?:\w+ )?$")


def _open_to_terms(
    sentence: Sentence,
    at: int,
    end: int,
    *,
    noun: bool,
    kind: str,
    agreement: bool,
    planned: bool,
    lead: bool,
) -> bool:
    """Whether nothing around the words at ``[at, end)`` quotes, wishes, doubts or denies them."""
    low = sentence.low
    cut = max((low.rfind(m, 0, at) for m in (";", ", but ", ", while ", ", whereas ")), default=-1)
    left = low[max(0, cut) : at]
    if (
        kind != "exception"
        and in_quotes(sentence, at)
        and not (planned and not agreement)
        and not (kind == "cessation" and _FROM_WHEN.search(low))
    ):
        quote_words = re.search(r"[\"“«]\s*[^\"”»]{0,30}$", sentence.text[:at])
        if not (quote_words and kind in ("zone", "access")):
            return False
    demand = None if agreement or lead else _DEMAND.search(left)
    if demand and planned and demand.group() == "should":
        demand = None  # "according to the text, all fighters should leave"
    if demand and kind == "meeting" and demand.group().startswith("talks"):
        demand = None
    if demand and not (planned and PLAN.search(low[:at]) and demand.group().startswith("call")):
        wish = re.match(
            r"hop|should|call|urg|demand|want|ask|appeal|propos|suggest|threat|warn|seek|sought|refus|reject|fail|recommend|accus|alleg|push|press|offer|doubt|unclear|whether|prospect",
            demand.group(),
        )
        if not re.search(
            r"\b(?:agreed|scheduled|pledged)\b"
            if wish
            else r"\b(?:agreed|will|shall|must|scheduled|undertak\w+|pledged|bound|obliged)\b",
            left[demand.end() :],
        ):
            return False
    if kind != "exception":
        opens = (_WHEN if agreement else _IF).search(left)
        if opens and not (
            agreement
            and re.search(r"\b(?:shall|will|must|are to|is to|agree)\b", left[opens.start() :])
        ):
            return False
    hypothetical = _HYPOTHETICAL.search(left[-60:])
    if hypothetical and not agreement and kind not in ("exception", "duration"):
        if hypothetical.group() != "would":
            return False
        if not (
            planned
            or lead
            or re.search(
                r"\b(?:said|announced|confirmed|agreed|declared|according|pledged|promised)\b", low
            )
        ):
            return False
    if kind not in ("prohibition", "exception") and _DENIED.search(left):
        return False
    if kind != "cessation":
        return True
    if _OF_A_BREACH.search(left[-50:]):
        return False
    return not (
        noun
        and re.search(
            r"\b(?:monitor|monitoring|supervis\w*|verif\w+|oversee\w*|guarantee\w*|report(?:ing|s)? on|compliance with|comply with|terms of|provisions of|implementation of|support of|course of|duration of|period of) (?:the |this |an? |its )?$",
            left[-40:],
        )
    )


def _noun_is_bound(low: str, left: str, at: int, end: int, kind: str) -> bool:
    """Whether a report's words around a noun set, plan or undertake what it names."""
    if kind in ("cessation", "duration") and re.search(
        r"\b(?:announcement|declaration|proclamation|offer)\b[^.;]{0,50}\bof [^.;,]{0,30}$", left
    ):
        return True
    if kind == "meeting" and re.match(r"[^.;:]{0,45}:\s", low[end:]):
        return True  # "Next meeting of the commission: 17 January"
    if kind == "monitoring" and re.match(
        r"[^;.]{0,150}\b(?:will|shall|must|is to|are to) (?:\w+ )?(?:report|monitor|oversee|supervise|verify|observe|watch|check|investigate|follow|ensure|start|arrive|be (?:set|establish|creat|form|deploy|sent|station))",
        low[end:],
    ):
        return True
    return bool(
        MODAL.search(left[-110:])
        or MODAL.search(low[at:end])
        or re.match(
            r"[^;]{0,150}?\b(?:took hold|takes? hold|will|shall|must|would (?:take|come|begin|start|enter|be)|(?:is|was|has been|are|were|have been) (?:hereby |also |now )?(?:declared|announced|established|agreed|introduced|in (?:effect|force|place)|due)|(?:announced|declared|agreed|introduced|ordered|proclaimed) (?:for|from|until|on)|is to|are to|is due|are due|to (?:begin|start|take|be)|begins?|starts?|takes?|began|begun|has begun|had begun|started|starts|kick(?:s|ed) (?:in|off)|is in|was in|holds|came into|took effect|comes? into|enter(?:s|ed)? into|went into|has come|is scheduled|are scheduled|has been scheduled|is set|are set|in (?:effect|force|place) since|effective|planned|foreseen|governs|rules)\b",
            low[end : end + 190],
        )
    )

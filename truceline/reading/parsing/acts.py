"""Acts that the rules did not see: a verb that binds, with its own object and doer.

The rules look for an act's roles in the words near by; a parse tells which noun is the verb's
own, however far it stands. A verb that the lexicon lacks counts where its clause sets a day or a
length for it. Terms found so carry a note and a confidence below that of the rules.
"""

import re
from collections.abc import Mapping

from truceline.reading.marks import Marks
from truceline.reading.page.words import Sentence
from truceline.reading.parsing.seen import OBJECTS, Seen
from truceline.reading.terms.drafting import Draft, Setting, Trigger
from truceline.reading.terms.gates import in_quotes, is_background, is_planned, strength_of
from truceline.reading.terms.lexicon import BASE, PARTICIPLE, acts
from truceline.reading.terms.lists import NOTHING, Under
from truceline.reading.terms.terms import build

_BINDING = frozenset(("shall", "will", "must", "'ll", "’ll"))
_LOOSE = frozenset(("would", "could", "might", "should", "may", "can", "did", "had"))
_UNDERTAKE = re.compile(
    r"agree|undertake|commit|pledge|promise|vow|oblige|require|order|decide|instruct|bind|"
    r"set|due|schedule|expect"
)
# Verbs that say only that something is done; its noun says what.
_LIGHT = re.compile(
    r"begin|start|finish|complete|conclude|happen|proceed|implement|effect|conduct|carry|"
    r"take|execute|undertake|occur|follow|commence|make"
)
_DONE = (
    (
        "withdrawal",
        re.compile(
            r"\b(?:withdrawals?|pull-?(?:back|out)s?|redeployment|disengagement|evacuation of (?:the )?(?:troops|forces))\b"
        ),
    ),
    (
        "release",
        re.compile(
            r"\b(?:releases?|exchange of (?:\w+ ){0,2}(?:prisoners|detainees|captives)|prisoner (?:swap|exchange)s?)\b"
        ),
    ),
    ("handover", re.compile(r"\b(?:hand-?over|disarmament|decommissioning)\b")),
    ("deployment", re.compile(r"\bdeployment\b")),
    (
        "deliverable",
        re.compile(
            r"\b(?:annex\w*|elections?|referendum|demarcation|census|registration|demining|talks on)\b"
        ),
    ),
)
_TRUCE = re.compile(r"\b(?:cease-?fire|truce|armistice|cessation of hostilities)\b")
_KEEP = frozenset(("comply", "abide", "adhere", "respect", "observe", "honour", "honor", "enforce"))
# How long the text itself holds, and how it is ended, are no acts that are due.
_OF_TEXT = re.compile(
    r"\b(?:notice|renew\w*|extend\w*|expir\w*|terminat\w*|in advance|valid|in force)\b"
)
_LASTS = re.compile(
    r"\b(?:zones?|agreement|truce|cease-?fire|pause|arrangement|mandate|regime|corridor)\b"
)
_STRIP = re.compile(r"\b(?:zones?|strip|corridor|area|belt|buffer)\b")
_SAYS = frozenset(("say", "tell", "be", "have", "mean", "hold", "remain", "know", "see", "want"))


def bound(seen: Seen, word: int) -> bool:
    """Whether a verb is governed by "shall", "will", "is to", "agreed to" and the like."""
    for _ in range(5):
        one = seen.words[word]
        aux = [seen.text(c) for c in seen.children(word, "aux", "auxpass")]
        if any(a in _BINDING for a in aux):
            return True
        if any(a in _LOOSE for a in aux):
            return False
        head = seen.words[one.head]
        if one.relation in ("xcomp", "ccomp") and "to" in aux:
            return _UNDERTAKE.fullmatch(head.lemma) is not None or (
                head.lemma in ("be", "have") and seen.text(one.head) not in ("was", "were", "had")
            )
        if one.relation != "conj" or seen.children(word, "nsubj", "nsubjpass"):
            return False
        word = one.head
    return False


def seen_terms(
    sentences: list[Sentence],
    marks: list[Marks],
    setting: Setting,
    unders: Mapping[int, Under],
    parsed: Mapping[int, Seen],
    known: list[Draft],
    parser: str,
) -> list[Draft]:
    """Terms of bound verbs that no ``known`` term's words cover, before the same are joined."""
    covered: dict[int, list[tuple[int, int]]] = {}
    for draft in known:
        covered.setdefault(draft.sentence, []).extend(draft.spans)
    found: list[Draft] = []
    for sentence, mark in zip(sentences, marks, strict=True):
        seen = parsed.get(sentence.index)
        if seen is None or sentence.heading or sentence.low.endswith(("?", ":")):
            continue
        lead = unders.get(sentence.index, NOTHING).lead or setting.summary
        taken = covered.get(sentence.index, [])
        for n, word in enumerate(seen.words):
            at = sentence.start + word.start
            if word.pos != "VERB" or any(a <= at < b for a, b in taken) or not bound(seen, n):
                continue
            for draft in _terms_of(seen, n, mark, setting, lead, parser):
                found.append(draft)
                taken = [*taken, *draft.spans]
    return found


def _terms_of(
    seen: Seen, verb: int, mark: Marks, setting: Setting, lead: bool, parser: str
) -> list[Draft]:
    sentence, word = seen.sentence, seen.words[verb]
    if in_quotes(sentence, word.start) and not setting.agreement:
        return []
    if is_background(sentence, word.start, setting.year, setting.agreement):
        return []
    inside = seen.reach(verb)
    start = min(seen.words[w].start for w in inside)
    end = max(seen.words[w].end for w in inside)
    passive = bool(seen.children(verb, "auxpass", "nsubjpass"))
    kind = _kind(seen, verb, passive)
    loose = kind is None
    if kind is None:
        denied = bool(seen.children(verb, "neg"))
        sure = setting.agreement or lead or is_planned(sentence)
        if word.lemma in _SAYS or _OF_TEXT.search(sentence.low, start, end):
            return []
        other = {a.kind for a in acts().get(seen.text(verb), ())}
        if not denied and other and "deliverable" not in other:
            return []  # a verb of the lexicon whose roles are not filled
        if (denied and not sure) or (_LIGHT.fullmatch(word.lemma) and not denied):
            return []
        kind = "prohibition" if denied else "deliverable"
    # Without a form the gates ask only whether the words around quote, wish, doubt or deny.
    if not strength_of(
        sentence,
        word.start,
        word.end,
        noun=False,
        kind=kind,
        form="",
        passive=passive,
        agreement=setting.agreement,
        lead=lead,
    ):
        return []
    if kind == "cessation":
        end = len(sentence.low)
    trigger = Trigger(kind, word.start, word.end, noun=False)
    drafts = build(sentence, mark, trigger, start, end, ([], []), setting, lead)
    kept = []
    for draft in drafts:
        facts = draft.facts()
        if loose and kind == "deliverable" and not facts.keys() & {"due", "within"}:
            continue
        if kind == "zone" and not facts.keys() & {"distance_m", "width_m"}:
            continue
        draft.confidence = min(draft.confidence, 0.6 if loose else 0.7)
        draft.notes.append(f"the verb's own object and doer were told by the parser {parser}")
        kept.append(draft)
    return kept


def _kind(seen: Seen, verb: int, passive: bool) -> str | None:
    """The kind of term that a verb makes with its own object and doer."""
    word, low = seen.words[verb], seen.sentence.low
    subject = seen.subject(verb)
    objects = seen.children(verb, *OBJECTS)
    own = [subject] if passive and subject is not None else objects
    acted = " , ".join(low[slice(*seen.phrase(o))] for o in own)
    doer = low[slice(*seen.phrase(subject))] if subject is not None and not passive else ""
    right = low[word.end : word.end + 150]
    for act in acts().get(seen.text(verb), ()):
        if act.form not in ((PARTICIPLE,) if passive else (BASE,)):
            continue
        if act.particle is not None and act.particle.match(right) is None:
            continue
        if act.never is not None and act.never.match(right):
            continue
        if act.follow is not None and act.follow.match(right) is None:
            continue
        told = [
            role.search(words) is not None
            for role, words in ((act.acted_on, acted), (act.subject, doer))
            if role is not None
        ]
        if told and (all(told) if act.strict else any(told)):
            return act.kind
    if _LIGHT.fullmatch(word.lemma):
        noun = acted or doer
        return next((kind for kind, words in _DONE if words.search(noun)), None)
    if word.lemma in _KEEP and _TRUCE.search(acted + right[:60]):
        return "cessation"
    if word.lemma in ("last", "exceed") and _LASTS.search(doer):
        return "duration"
    if word.lemma in ("extend", "stretch", "measure", "reach") and _STRIP.search(doer):
        return "zone"
    return None

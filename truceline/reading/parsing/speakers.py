"""Who speaks, where the rules saw nobody: the subject of a verb of saying, by its parse."""

import re
from collections.abc import Mapping
from dataclasses import replace

from truceline.reading.names.people import People, is_person_name
from truceline.reading.page.words import Sentence
from truceline.reading.parsing.seen import Seen
from truceline.reading.speech.saying import SAYING, WEAK
from truceline.reading.speech.speech import Attribution, name_of

_NOBODY = re.compile(
    r"it|that|which|who|there|this|what|these|those|i|you|one|text|agreement|deal|accord|"
    r"protocol|document|article|truce|toll"
)
_LOOSE = frozenset(("would", "could", "might", "may", "can", "to", "should", "must", "will"))
_CLOSED = re.compile(r"[\"”»“][\s,]*$")
_OPENS = re.compile(r"[\s,:]*[\"“«„]")


def see_speakers(
    sentences: list[Sentence],
    parsed: Mapping[int, Seen],
    people: People,
    said: dict[int, list[Attribution]],
    quoted: list[tuple[int, int]],
) -> None:
    """Add to ``said`` the speakers that the rules did not find. ``quoted``: quotations, in which
    no verb counts."""
    for sentence in sentences:
        seen = parsed.get(sentence.index)
        if seen is None:
            continue
        here = said.setdefault(sentence.index, [])
        known = {a.verb_start: n for n, a in enumerate(here)}
        for n, word in enumerate(seen.words):
            at = sentence.start + word.start
            if word.pos != "VERB" or any(a <= at < b for a, b in quoted):
                continue
            if word.start in known:
                one = known[word.start]
                here[one] = _mended(seen, n, here[one], people, quoted)
                continue
            found = _attribution(seen, n, people, quoted)
            if found is not None and not any(a.who == found.who for a in here):
                here.append(found)


def _inverted(seen: Seen, verb: int) -> list[int]:
    """The subject of "…," smiled X, which parsers take for an object."""
    word = seen.words[verb]
    if not _CLOSED.search(seen.sentence.text[: word.start]):
        return []
    after = [c for c in seen.children(verb, "dobj") if c > verb and seen.words[c].pos == "PROPN"]
    return [c for c in after if seen.phrase(c)[0] - word.end <= 1]


def _mended(
    seen: Seen, verb: int, known: Attribution, people: People, quoted: list[tuple[int, int]]
) -> Attribution:
    """A speaker that runs over a comma, cut down to the subject's own words."""
    if "," not in known.who or known.pronoun:
        return known
    told = _attribution(seen, verb, people, quoted)
    if told is None or told.who not in known.who:
        return known
    return replace(known, who=told.who)


def _attribution(
    seen: Seen, verb: int, people: People, quoted: list[tuple[int, int]]
) -> Attribution | None:
    sentence, word = seen.sentence, seen.words[verb]
    own = seen.children(verb, "nsubj") or _inverted(seen, verb)
    if not own or any(seen.text(c) in _LOOSE for c in seen.children(verb, "aux", "neg")):
        return None
    subject = own[0]
    head = seen.words[subject]
    if (
        head.pos not in ("NOUN", "PROPN")
        or _NOBODY.fullmatch(head.lemma)
        or any(a <= sentence.start + head.start < b for a, b in quoted)
    ):
        return None
    start, end = seen.phrase(subject)
    first, last = min(start, word.start), max(end, word.end)
    beside = (
        _CLOSED.search(sentence.text[:first]) is not None
        or _OPENS.match(sentence.text, last) is not None
    )
    low = seen.text(verb)
    if low in SAYING:
        if low in WEAK and not beside:
            return None
        if not beside and not seen.children(verb, "ccomp"):
            return None
    elif not beside:
        return None
    who, pronoun = name_of(sentence.text[start:end], people)
    if who is None or pronoun or re.search(r"\d", who):
        return None
    if low not in SAYING and not (is_person_name(who) or who in people.spans):
        return None
    kind = "before" if start < word.start else "after"
    return Attribution(who, low, word.start, word.end, start, kind)

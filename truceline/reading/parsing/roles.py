"""Of whom a figure speaks and who did it, by the parse of its clause."""

import re
from collections.abc import Mapping

from truceline.reading.claims.rules import Figure
from truceline.reading.page.words import Sentence
from truceline.reading.parsing.seen import Seen

_DONE_TO = re.compile(
    r"kill|wound|injure|hurt|maim|displace|uproot|detain|arrest|capture|abduct|kidnap|seize|"
    r"besiege|evacuate|execute|massacre|murder|drive|imprison|jail|trap|hold|free|expel"
)
_NUMBERS = frozenset(("nummod", "quantmod", "compound", "amod", "advmod", "det"))
_NOBODY = re.compile(
    r"it|that|which|who|they|he|she|this|these|those|war|conflict|fighting|violence|clash|disease|"
    r"famine|hunger|flood|drought|unrest|crisis|years?|days?|weeks?|months?"
)
# A noun that is itself the measure, or no person: "130 lives", "31 times", "7,015 hurt".
_NO_WHO = re.compile(r"life|lives|death|times?|hurt|dead|hostage|missing|casualty|toll|figure")


def see_roles(sentences: list[Sentence], parsed: Mapping[int, Seen], figures: list[Figure]) -> None:
    """Fill ``who`` and ``by`` of figures that lack them with words of the document."""
    starts = {s.index: s for s in sentences}
    for figure in figures:
        if figure.by is not None and figure.who is not None:
            continue
        for number, sentence in starts.items():
            if sentence.start <= figure.at < sentence.end and number in parsed:
                _fill(parsed[number], figure)


def _fill(seen: Seen, figure: Figure) -> None:
    at = figure.at - seen.sentence.start
    word = next((n for n, w in enumerate(seen.words) if w.start <= at < w.end), None)
    if word is None:
        return
    noun = word
    while seen.words[noun].relation in _NUMBERS and seen.words[noun].head != noun:
        noun = seen.words[noun].head
    one = seen.words[noun]
    text = seen.sentence.text
    if (
        figure.who is None
        and noun != word
        and one.pos == "NOUN"
        and one.start > at
        and not _NO_WHO.fullmatch(one.lemma)
    ):
        figure.who = text[one.start : one.end]
    if figure.by is not None:
        return
    verb = one.head
    if not _DONE_TO.fullmatch(seen.words[verb].lemma):
        return
    doer: int | None = None
    if one.relation == "nsubjpass":
        agents = seen.children(verb, "agent")
        named = seen.children(agents[0], "pobj") if agents else []
        doer = named[0] if named else None
    elif one.relation == "dobj":
        subjects = seen.children(verb, "nsubj")
        doer = subjects[0] if subjects else None
    if doer is None or seen.words[doer].pos not in ("NOUN", "PROPN"):
        return
    if _NOBODY.fullmatch(seen.words[doer].lemma):
        return
    start, end = seen.phrase(doer)
    words = text[start:end]
    if not any(c.isdigit() for c in words):
        figure.by = words.removeprefix("the ").removeprefix("The ").removeprefix("A ")

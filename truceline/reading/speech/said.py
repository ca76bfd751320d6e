"""Who speaks in each sentence: attributions with pronouns followed from one to the next."""

import re

from truceline.reading.names.people import People, is_person_name, names_in, strip_titles
from truceline.reading.page.words import Sentence
from truceline.reading.speech.saying import SAYING
from truceline.reading.speech.speech import Attribution, attributions

# A person or body without a name as the subject of a sentence: "At 10:25 a commander of …".
_OWNED = re.compile(r"['’]s?$")


_SOMEONE = re.compile(
    r"(?:(?:At|On|In|Near|After|Outside|Inside) [^,]{2,60}?,? )?(?P<who>(?:[Aa]n?|[Tt]he|[Oo]ne) (?:[\w’-]+ ){0,3}?(?:m[ae]n|wom[ae]n|commander|soldier|officer|fighter|resident|nurse|doctor|teacher|official|diplomat|guard|driver|spokes\w+|minister|president|envoy)\b)(?! (?:of|in) (?:the )?(?:forces|age))"
)
_OFFICE_HOLDER = re.compile(
    r"\b(?:minister|president|premier|spokes\w+|official|commander|envoy|governor|mayor|general|colonel|chief|leader|resident|diplomat|officer|doctor|nurse|teacher|man|woman|soldier|fighter|ambassador|secretary|negotiator|mediator|elder|activist|farmer|driver|worker|mother|father|witness)\b",
    re.I,
)
_A_BODY = re.compile(
    r"(?P<who>The (?:[\w’-]+ ){0,2}?(?:army|ministry|government|presidency|movement|group|mission|agency|committee|council|alliance|front|command|police|union))\b"
)
_IT_SAYS = re.compile(
    r"\b[Ii]t (?:also |later |has |had )?(?:said|says|warned|warns|added|adds|stated|announced|wrote|insisted|asked|urged)\b"
)
_SOURCED = (
    "ccording to",
    "citing",
    "source",
    "speak",
    "spoke",
    "count",
    "tally",
    "figures",
    "estimate",
    "data",
    "statement",
    "records",
    "quoting",
    " gave ",
    " gives ",
    "confirm ",
    "verify ",
)


_HE_OR_SHE = re.compile(r"\b(?:[Hh]e|[Ss]he)\b")


def said_in(
    sentences: list[Sentence], people: People, spans: list[tuple[int, int]]
) -> dict[int, list[Attribution]]:
    """Attributions per sentence, those inside a quotation left out; pronouns followed."""
    found: dict[int, list[Attribution]] = {}
    last: str | None = None
    person: str | None = None  # the person spoken of last, for "he said"
    body: str | None = None  # the body spoken of last, for "it said"
    for sentence in sentences:
        hits: list[Attribution] = []
        if not SAYING.isdisjoint([t.low for t in sentence.tokens]) or any(
            word in sentence.low for word in _SOURCED
        ):
            for a in attributions(
                sentence,
                people,
                body
                if body and _IT_SAYS.search(sentence.text)
                else person
                if person and _HE_OR_SHE.search(sentence.text)
                else last,
            ):
                at = sentence.start + a.verb_start
                if not any(s <= at < e for s, e in spans):
                    hits.append(a)
        found[sentence.index] = hits
        named = [a.who for a in hits if not a.pronoun]
        if named:
            last = named[-1]
            if is_person_name(last) or _OFFICE_HOLDER.search(last):
                person = last
            else:
                body = last
        else:
            persons = list(_persons(sentence, people, spans))
            if persons:
                last = person = persons[0]
            elif (a_body := _A_BODY.match(sentence.text)) is not None:
                body = a_body.group("who")
            elif (someone := _SOMEONE.match(sentence.text)) is not None:
                last = person = someone.group("who")
    return found


def _persons(sentence: Sentence, people: People, spans: list[tuple[int, int]]) -> list[str]:
    names = []
    for match in names_in(sentence):
        at = sentence.start + match.start()
        if any(s <= at < e for s, e in spans):
            continue
        name = strip_titles(_OWNED.sub("", match.group()))[0]
        if name in people.spans or is_person_name(name):
            names.append(people.resolve(name))
    return names

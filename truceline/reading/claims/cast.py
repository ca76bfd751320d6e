"""The cast of a document: its mentions, each with whom it names in the text's fullest words."""

import re

from truceline.reading.claims.mentions import Mention, bare, gives, mentions_in
from truceline.reading.names.people import People, last_name, strip_titles
from truceline.reading.page.words import Sentence

BACK = 3  # sentences before
WE = frozenset(("we", "our", "i", "my"))
_SHE = frozenset(("he", "she", "his", "her", "i", "my"))
_IT = frozenset(("it", "its"))


def _words(name: str) -> set[str]:
    return set(re.sub(r"['’]s?(?= |$)", "", name.lower()).split())


class Cast:
    """The mentions of a document, each with whom it names in the text's fullest words."""

    def __init__(self, sentences: list[Sentence], people: People, wanted: set[int]) -> None:
        self.people = people
        self.by_sentence: dict[int, list[Mention]] = {}
        self.by_noun: dict[str, list[Mention]] = {}
        self.recent: list[Mention] = []
        near = {i - k for i in wanted for k in range(BACK + 1)}
        self.issuer = ""
        for sentence in sentences:
            if sentence.index not in near and sentence.index > 4:
                continue
            some = [m for m in mentions_in(sentence, people) if _may_speak(m, sentence)]
            some.sort(key=lambda m: (m.first, -m.last))
            for mention in some:
                self._name(mention, sentence)
            self.by_sentence[sentence.index] = some
            if not self.issuer and sentence.index < 5:
                body = next((m for m in some if m.kind == "body" and m.head - m.first > 1), None)
                self.issuer = bare(body.words) if body else ""
        self.teller = self._teller(sentences)

    def _teller(self, sentences: list[Sentence]) -> str:
        """The body that gives figures most often in the document; "" where none does twice."""
        count: dict[str, int] = {}
        for some in self.by_sentence.values():
            for m in some:
                if m.name and (m.kind == "body" or m.noun == "it"):
                    tokens = sentences[m.sentence].tokens
                    count[m.name] = count.get(m.name, 0) + any(
                        gives(t.low) for t in tokens[m.last : m.last + 2]
                    )
        best = max(count, key=lambda name: count[name], default="")
        return best if best and count[best] > 1 else ""

    def _name(self, mention: Mention, sentence: Sentence) -> None:
        words = bare(mention.words)
        if mention.kind == "pronoun":
            mention.name = self._meant(mention, sentence)
            return
        if mention.person:
            head = sentence.text[
                sentence.tokens[mention.first].start - sentence.start : sentence.tokens[
                    mention.head - 1
                ].end
                - sentence.start
            ]
            name = strip_titles(re.sub(r"['’]s?$", "", bare(head)))[0]
            found = self.people.resolve(name) if name else words
            mention.name = found if last_name(found) in name.lower() else words
        else:
            first = sentence.tokens[mention.first].low
            if first in WE and mention.kind == "paper":
                return  # "by our records": the speaker, or the document's own voice
            mention.name = words
            if first in _SHE | _IT and (mention.kind == "paper" or mention.noun == "side"):
                owner = Mention(
                    mention.sentence, mention.first, mention.first, mention.first, "", "", first
                )
                mention.name = self._meant(owner, sentence) or words
                return
            named = self._beside(mention, sentence)
            if named:
                mention.name = named
            elif len(words.split()) <= 2 and mention.kind in ("person", "persons", "body"):
                fuller = next(
                    (
                        m
                        for m in reversed(self.by_noun.get(mention.noun, []))
                        if len(m.name.split()) > len(words.split())
                        and _words(words) <= _words(m.words + " " + m.name)
                    ),
                    None,
                )
                if fuller and sentence.text[
                    sentence.tokens[mention.first].start - sentence.start :
                ].lower().startswith("the "):
                    mention.name = fuller.name
        self.by_noun.setdefault(mention.noun, []).append(mention)
        self.recent.append(mention)

    def _beside(self, mention: Mention, sentence: Sentence) -> str:
        """The person named beside an office: "the spokesman, Lt Col Gerstein, said"."""
        if mention.kind != "person":
            return ""
        base = sentence.start
        after = sentence.text[sentence.tokens[mention.last - 1].end - base :]
        match = re.match(r", ((?:[A-Z][\w’'.-]+ ){1,4}[A-Z][\w’'-]+)(?=[,:]| said| says)", after)
        if match:
            name = strip_titles(match.group(1))[0]
            if name in self.people.spans or last_name(name) in self.people.full:
                return self.people.resolve(name)
        before = sentence.text[: sentence.tokens[mention.first].start - base]
        match = re.search(r"((?:[A-Z][\w’'.-]+ ){1,4}[A-Z][\w’'-]+), $", before)
        if match:
            name = strip_titles(match.group(1))[0]
            if last_name(name) in self.people.full:
                return self.people.resolve(name)
        return ""

    def _meant(self, mention: Mention, sentence: Sentence) -> str:
        """Whom a pronoun means: the last one named who may be meant, subjects first."""
        word = mention.noun
        here = [m for m in self.recent if m.sentence == sentence.index and m.last <= mention.first]
        earlier = [
            m
            for m in self.recent[-40:]
            if m.sentence < sentence.index and sentence.index - m.sentence <= 4
        ]
        if word in WE:
            return ""
        fits: tuple[str, ...]
        if word in _SHE:
            fits = ("person",)
        elif word in _IT:
            fits = ("body", "name", "place", "paper")
        else:
            fits = ("persons", "body", "name", "place")
        order = [m for m in reversed(here) if m.kind in fits]
        n = mention.first + 1
        if len(order) > 1 and n < len(sentence.tokens) and gives(sentence.tokens[n].low):
            # "Islamabad accuses India of …, which it says": who speaks is the one who spoke
            order.sort(key=lambda m: not _is_subject(m, sentence))
        numbers = sorted({m.sentence for m in earlier}, reverse=True)
        for number in numbers:
            some = [m for m in earlier if m.sentence == number and m.kind in fits]
            order += [m for m in some if m.first < 2] + [m for m in reversed(some) if m.first >= 2]
        return next((m.name for m in order if m.name), "")


def _is_subject(mention: Mention, sentence: Sentence) -> bool:
    tokens = sentence.tokens
    return any(gives(t.low) for t in tokens[mention.last : mention.last + 1]) or (
        mention.first < 2
        and not (mention.first and tokens[0].low in ("in", "on", "at", "near", "from", "for"))
    )


def _may_speak(mention: Mention, sentence: Sentence) -> bool:
    if mention.kind != "thing":
        return True
    after = sentence.tokens[mention.last].low if mention.last < len(sentence.tokens) else "."
    return gives(after) or after == ":"

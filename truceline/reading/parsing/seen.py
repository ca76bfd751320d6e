"""Sentences with what a parser says of their words, by offsets into the sentence's text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from truceline.model.parsed import Named, Parsed, Parser, Word
from truceline.reading.page.words import Sentence

SUBJECTS = frozenset(("nsubj", "nsubjpass", "csubj"))
OBJECTS = frozenset(("dobj", "obj", "attr", "oprd"))
# Relations that lead out of a clause or a noun phrase into another one.
_ASIDE = frozenset(("conj", "cc", "punct", "relcl", "acl", "appos", "advcl", "parataxis"))
_LONGEST = 1000  # characters: a sentence longer than a person's is a table or a list
MOST = 300_000  # characters of a document that are given to the parser: some ten seconds' work


@dataclass(frozen=True, slots=True)
class Seen:
    """A sentence and its parse. Words go by their number."""

    sentence: Sentence
    words: tuple[Word, ...]
    names: tuple[Named, ...]
    below: tuple[tuple[int, ...], ...]

    def text(self, word: int) -> str:
        """The characters of a word, lower case."""
        one = self.words[word]
        return self.sentence.low[one.start : one.end]

    def children(self, word: int, *relations: str) -> list[int]:
        """The words that hang on ``word`` by one of the relations."""
        return [c for c in self.below[word] if self.words[c].relation in relations]

    def subject(self, word: int) -> int | None:
        """The subject of a verb, or of the verb that it is joined to."""
        for _ in range(4):
            own = [c for c in self.below[word] if self.words[c].relation in SUBJECTS]
            if own:
                return own[0]
            if self.words[word].relation not in ("conj", "xcomp"):
                return None
            word = self.words[word].head
        return None

    def phrase(self, word: int, *, bare: bool = True) -> tuple[int, int]:
        """``[start, end)`` of a noun phrase by its head. ``bare``: without what is said of it in
        clauses, beside it or joined to it by "and"."""
        inside = [word]
        for one in inside:
            for child in self.below[one]:
                relation = self.words[child].relation
                if bare and (relation in _ASIDE or (one == word and relation == "prep")):
                    continue
                if relation not in ("punct", "cc") or not bare:
                    inside.append(child)
        first, last = min(inside), max(inside)
        return self.words[first].start, self.words[last].end

    def reach(self, word: int) -> set[int]:
        """The words of a verb's own clause: not those of verbs joined to it."""
        inside = [word]
        for one in inside:
            inside.extend(
                c
                for c in self.below[one]
                if self.words[c].relation not in ("advcl", "parataxis", "ccomp")
                and not (
                    self.words[c].relation in ("conj", "relcl", "acl")
                    and self.words[c].pos in ("VERB", "AUX")
                )
            )
        return set(inside)


def see(sentences: Sequence[Sentence], parser: Parser) -> dict[int, Seen]:
    """The parse of each sentence, by its number; those of no words or too many are left out."""
    some = [
        s
        for s in sentences
        if s.start < MOST and len(s.text) <= _LONGEST and re.search(r"[a-z]{2}", s.text)
    ]
    found: dict[int, Seen] = {}
    for sentence, parsed in zip(some, parser([s.text for s in some]), strict=True):
        seen = _seen(sentence, parsed)
        if seen is not None:
            found[sentence.index] = seen
    return found


def _seen(sentence: Sentence, parsed: Parsed) -> Seen | None:
    """A parse whose offsets and heads hold for the sentence; None for any other."""
    size, count = len(sentence.text), len(parsed.words)
    if any(not (0 <= w.start < w.end <= size and 0 <= w.head < count) for w in parsed.words):
        return None
    below: list[list[int]] = [[] for _ in parsed.words]
    for n, word in enumerate(parsed.words):
        if word.head != n:
            below[word.head].append(n)
    names = tuple(n for n in parsed.names if 0 <= n.start < n.end <= size)
    return Seen(sentence, parsed.words, names, tuple(tuple(b) for b in below))

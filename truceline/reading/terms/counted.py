"""What a term counts, by weight: a choice among the numbers that its clause, the rest of its
sentence and the sentences beside it say.

The rules (``counting``) give a term the number that stands where its kind has one. Here that is one
voice among others: which noun is counted and of which sense, which words stand before and after the
number, where it stands, in whose words, how great it is. The weights are learned by
``tools/learn_counts.py``.
"""

import math
from dataclasses import dataclass

from truceline.reading.marks import Marks
from truceline.reading.page.words import Sentence
from truceline.reading.terms.counted_numbers import Number, joined, number_of, word_at
from truceline.reading.terms.drafting import Draft
from truceline.reading.weighing.scale import Scale, scale
from truceline.reading.weighing.segments import segments_of

UNCOUNTED = frozenset(("cessation", "duration"))
_CUTS = (";", ",", ":", " and ", " while ", " which ", " who ", " with ", "(")


@dataclass(slots=True)
class Choice:
    """A number that a term may count, and what speaks for it; ``value`` None: it counts nothing."""

    value: int | None
    features: list[str]
    of: str | None = None
    span: tuple[int, int] | None = None  # of the sentence that says so, where it is another
    made: str | None = None  # of which numbers, where the text does not say it itself


def _away(n: int) -> str:
    return str(n) if n < 3 else "3" if n < 6 else "6" if n < 12 else "12" if n < 24 else "24"


class Numbers:
    """The numbers of a document's sentences, each looked at once, and who may count them."""

    def __init__(self, sentences: list[Sentence], marks: list[Marks], drafts: list[Draft]) -> None:
        self.sentences = sentences
        self.marks = marks
        self._said: dict[int, list[Number]] = {}
        self._together: dict[int, list[Number]] = {}
        self._owners: dict[int, list[tuple[tuple[int, int], str]]] = {}
        for draft in drafts:
            self._owners.setdefault(draft.sentence, []).append((draft.spans[0], draft.kind))

    def of(self, n: int) -> list[Number]:
        """The numbers of the sentence at place ``n``."""
        found = self._said.get(n)
        if found is None:
            found = self._said[n] = []
            before = None
            for q in self.marks[n].quantities:
                number = number_of(self.sentences[n], q, before)
                before = q
                if number is not None:
                    found.append(number)
        return found

    def together(self, n: int) -> list[Number]:
        """What numbers of the sentence at place ``n`` make together."""
        found = self._together.get(n)
        if found is None:
            found = self._together[n] = joined(self.sentences[n], self.of(n))
        return found

    def beside(self, n: int) -> list[int]:
        """The places of the sentences beside the one at ``n`` that say numbers."""
        block = self.sentences[n].block
        return [
            m
            for m in (n + 1, n - 1)
            if 0 <= m < len(self.sentences)
            and self.marks[m].quantities
            and abs(self.sentences[m].block - block) <= 1
        ]

    def _owned(self, draft: Draft, sentence: Sentence, number: Number, place: str) -> list[str]:
        """In which other terms' words a number stands."""
        at = sentence.start + number.at
        kinds = [
            kind
            for (a, b), kind in self._owners.get(sentence.index, ())
            if a <= at < b and (a, b) != draft.spans[0]
        ]
        if not kinds:
            return ["free", place + ":free"]
        whose = "owned:same" if draft.kind in kinds else "owned:other"
        return ["owned", whose, f"{place}:{whose}", *("owned:" + x for x in kinds)]

    def _here(self, draft: Draft, sentence: Sentence, here: list[Number]) -> list[Choice]:
        """The numbers of a term's own sentence."""
        start, end = (x - sentence.start for x in draft.spans[0])
        trigger = max(0, draft.at - sentence.start)
        inside = [x for x in here if start <= x.at < end]
        segment = next((s for s in segments_of(sentence) if s[0] <= start < s[1]), (start, end))
        found = []
        rank = 0
        for number in here:
            at = number.at
            if start <= at < end:
                place = "in"
                side = "b" if at < trigger else "a"
                between = sentence.low[min(at, trigger) : max(at, trigger)]
                features = [f"rank:{rank}", f"of:{len(inside)}"]
                rank += 1
            else:
                side = "left" if at < start else "right"
                place = "segment" if segment[0] <= at < segment[1] else side
                between = sentence.low[end:at] if at >= end else sentence.low[at:start]
                features = []
            features += ["place:" + place, f"{side}gap:{_away(between.count(' '))}"]
            features += [f"{side}cut:{mark}" for mark in _CUTS if mark in between]
            features += self._owned(draft, sentence, number, place)
            if draft.count == number.value:
                features.append("rule:" + place)
            features += number.features(draft.kind)
            found.append(Choice(number.value, features, number.words))
        return found

    def _there(self, draft: Draft, sentence: Sentence, m: int, some: str) -> list[Choice]:
        """The numbers of the sentence before a term's, or of the next."""
        other, numbers = self.sentences[m], self.of(m)
        place = "next" if other.index > sentence.index else "prev"
        first = word_at(other, 0)
        opens = [
            "place:" + place,
            f"place:{place}:{other.block == sentence.block}",
            f"{place}:first:{first}",
            f"{place}:first2:{first} {word_at(other, 1)}",
            f"{place}:{some}",
        ]
        if place == "prev":
            opens.append("prev:opens:" + word_at(sentence, 0))
        found = []
        for k, number in enumerate(numbers):
            features = [f"{place}:rank:{k}:{len(numbers)}", f"{place}:gap:{_away(number.q.first)}"]
            features += opens + self._owned(draft, other, number, place)
            features += number.features(draft.kind)
            found.append(Choice(number.value, features, number.words, (other.start, other.end)))
        return found

    def choices(self, draft: Draft, n: int) -> list[Choice]:
        """What a term of the sentence at place ``n`` may count; the first is nothing."""
        kind, sentence = draft.kind, self.sentences[n]
        here = self.of(n)
        beside = self.beside(n) if draft.count is None else []
        if not here and not beside and draft.count is None:
            return [Choice(None, ["none"])]
        start, end = (x - sentence.start for x in draft.spans[0])
        inside = sum(start <= x.at < end for x in here)
        some = "some" if inside else "near" if here else "far"
        nothing = [
            "none",
            f"none:{some}",
            f"none:{inside}",
            f"none:{kind}:{some}",
            f"none:{kind}:{draft.count is not None}",
        ]
        found = [Choice(None, nothing), *self._here(draft, sentence, here)]
        for number in self.together(n):
            if start <= number.at < end:
                features = ["together", *number.features(kind)]
                found.append(Choice(number.value, features, number.words, made=number.made))
        if draft.count is not None and all(c.value != draft.count for c in found):
            found.append(Choice(draft.count, ["strong", f"strong:{kind}"], draft.of))
        for m in beside:
            found += self._there(draft, sentence, m, some)
        return found


NOTHING = 0.33  # of its chance is left to a term's counting nothing


def choose(known: Scale, found: list[Choice]) -> Choice:
    """The likeliest choice, the chances of equal numbers added up."""
    if len(found) == 1:
        return found[0]
    odds = known.of_first([set(c.features) for c in found])
    top = max(odds)
    by_value: dict[int | None, float] = {}
    for choice, x in zip(found, odds, strict=True):
        by_value[choice.value] = by_value.get(choice.value, 0.0) + math.exp(x - top)
    by_value[None] *= NOTHING
    best = max(by_value, key=lambda v: by_value[v])
    return max(zip(odds, found, strict=True), key=lambda x: (x[1].value == best, x[0]))[1]


def set_counts(drafts: list[Draft], sentences: list[Sentence], marks: list[Marks]) -> None:
    """Give every term what it counts."""
    known = scale("count-net")
    numbers = Numbers(sentences, marks, drafts)
    place = {s.index: n for n, s in enumerate(sentences)}
    for draft in drafts:
        if draft.kind in UNCOUNTED or draft.sentence not in place:
            continue
        best = choose(known, numbers.choices(draft, place[draft.sentence]))
        if best.value == draft.count:
            continue
        draft.count, draft.of = best.value, best.of
        if best.span is not None:
            draft.spans.append(best.span)
        if best.made is not None:
            draft.notes.append("count: " + best.made)

"""What a term counts, by weight: a choice among the numbers that its clause, the rest of its
sentence and the sentences beside it say.

The rules (``counting``) give a term the number that stands where its kind has one. Here that is one
voice among others: which noun is counted and of which sense, which words stand before and after the
number, where it stands, in whose words, how great it is. The weights are learned by
``tools/learn_counts.py``.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files

from truceline.reading.marks import Marks
from truceline.reading.numbers import Quantity
from truceline.reading.page.words import Sentence
from truceline.reading.terms.drafting import Draft
from truceline.reading.terms.lexicon import word_classes
from truceline.reading.weighing.features import stem
from truceline.reading.weighing.segments import segments_of

_UNCOUNTED = frozenset(("cessation", "duration"))
# Words that end what is counted: "40 lorries of the Red Cross".
_STOPS = frozenset(
    """of in at on by for from to with within into through under over between along across after
    before until and or but who which that whose where when while will shall must may can is are was
    were be been have has had do does did as than per each every daily not out away back up down
    also now go goes leave arrive come today tomorrow there here only if both off""".split()
)
# What is measured, told of ages or named by a number is not counted.
_MEASURES = frozenset(
    """paces feet foot inch inches millimetres millimeters millimetre millimeter mm metres meters
    kilometres kilometers km miles degrees percent moments years year months weeks days day hours
    minutes o'clock dollars euros pounds star calibre caliber times""".split()
)
_NAMES = frozenset(
    "week nos kilo km kilometre kilometer aged age tel phone fax hill avenue street".split()
)
_AGES = frozenset(("under", "over", "above", "below"))
# Words of a strength that changes, "will be raised to 380", and of one that has been reached.
_GROWS = frozenset(
    """raise raised rise rises risen grow grows increase increased increases reach reaches
    reinforced strengthened brought bring expanded expand cut cuts reduce reduced reduces
    reduction swell total totals number numbers strength""".split()
)
_NOW = frozenset(
    "now present already currently today yesterday only so far sent left came arrived".split()
)
# "a battalion of 600", "observers, 35 of them": the number is said of what stands before it.
_SAID_OF = frozenset(("of", "number", "numbered", "numbering", ",", "(", ":", "at", "to", "is", "are"))
_EACH = frozenset(("each", "either", "every", "both", "per"))
_SIDES = frozenset(
    """side sides party parties of army country government them state belligerent ; , . faction
    force""".split()
)
_CUTS = (";", ",", ":", " and ", " while ", " which ", " who ", " with ", "(")
_TOO_MANY = 100  # members whom each side sends


@dataclass(slots=True)
class _Number:
    """A number of a sentence with what holds for it whatever the term is."""

    q: Quantity
    value: int
    at: int  # offset in the sentence
    noun: str
    words: str | None  # what is counted
    alone: list[str]  # features by themselves
    crossed: list[str]  # features that are also weighed with the kind of term
    by_kind: dict[str, list[str]] = field(default_factory=dict)

    def features(self, kind: str) -> list[str]:
        """What the number says for itself to a kind of term."""
        found = self.by_kind.get(kind)
        if found is None:
            found = self.by_kind[kind] = self.alone + self.crossed
            found += [f"{kind}:{f}" for f in self.crossed]
        return found


@dataclass(slots=True)
class Choice:
    """A number that a term may count, and what speaks for it; ``value`` None: it counts nothing."""

    value: int | None
    features: list[str]
    of: str | None = None
    span: tuple[int, int] | None = None  # of the sentence that says so, where it is another


def _size(value: int) -> str:
    if value < 4:
        return str(value)
    return "few" if value < 10 else "tens" if value < 100 else "100s" if value < 1000 else "1000s"


def _away(n: int) -> str:
    return str(n) if n < 3 else "3" if n < 6 else "6" if n < 12 else "12" if n < 24 else "24"


def _low(sentence: Sentence, n: int) -> str:
    """A word of a sentence, numbers all alike; "^" before its first and "$" after its last."""
    if not 0 <= n < len(sentence.tokens):
        return "^" if n < 0 else "$"
    low = sentence.tokens[n].low
    return "<n>" if low[0].isdecimal() else low


def _counted_words(sentence: Sentence, last: int) -> tuple[list[str], int]:
    """The words after a number that say what is counted, and the token after them."""
    words: list[str] = []
    tokens = sentence.tokens
    n = last
    while n < len(tokens) and len(words) < 5:
        low = tokens[n].low
        if low in _STOPS or not (low[0].isalpha() or (low == "-" and words)):
            break
        if low != "-":
            words.append(low)
        n += 1
    return words, n


def _number(sentence: Sentence, q: Quantity, before: Quantity | None) -> _Number | None:
    """A quantity as a number that may be counted; ``before``: the one before it."""
    said = q.value if q.value is not None else q.high if q.high is not None else q.low
    if said is None or said < 1 or not float(said).is_integer():
        return None
    tokens = sentence.tokens
    words, end = _counted_words(sentence, q.last)
    one, after = _low(sentence, q.first - 1), _low(sentence, q.last)
    if (
        (words and words[0] in _MEASURES)
        or one in _NAMES
        or (not words and q.qualifier in _AGES and after != "of")
    ):
        return None
    value = int(said)
    noun = words[-1] if words else ""
    size = "size:" + _size(value)
    alone = [
        f"before2:{_low(sentence, q.first - 2)} {one}",
        f"after2:{after} {_low(sentence, q.last + 1)}",
        "after:" + after,
        "figure" if tokens[q.core].text[0].isdecimal() else "word",
        f"how:{q.qualifier}",
        f"words:{len(words)}",
        f"end2:{_low(sentence, end)} {_low(sentence, end + 1)}",
    ]
    crossed = ["before:" + one, size]
    if noun:
        crossed.append("noun:" + stem(noun))
        crossed += ["is:" + x for x in word_classes(noun)]
    else:
        crossed.append("no noun:" + after)
        if after in ("of", "from"):  # "12 of the posts"
            skipped = _low(sentence, q.last + 1) in ("the", "its", "their", "these")
            whole = _counted_words(sentence, q.last + 1 + skipped)[0]
            if whole:
                crossed.append("whole:" + stem(whole[-1]))
                crossed += ["whole:" + x for x in word_classes(whole[-1])]
    lead = [t.low for t in tokens[max(0, q.first - 10) : q.first]]
    if one in _SAID_OF:
        near = next((w for w in lead[-2:-7:-1] if w[0].isalpha() and w not in _STOPS), "")
        crossed.append(f"said:{one}:{stem(near)}")
        crossed += [f"said:{one}:{x}" for x in word_classes(near)]
    if not _GROWS.isdisjoint(lead):
        crossed.append("grows:" + one)
    if not _NOW.isdisjoint(lead):
        crossed.append("now")
    if before is not None and before.value is not None:
        crossed.append(f"than before:{value > before.value}:{bool(words)}:{one}")
    at = tokens[q.first].start - sentence.start
    return _Number(q, value, at, stem(noun), " ".join(words) or None, alone, crossed)


def _senses(number: _Number) -> set[str]:
    return set(word_classes(number.words.split()[-1])) if number.words else set()


def _doubled(sentence: Sentence, number: _Number) -> _Number | None:
    """Those whom two sides send: "five from each side"."""
    reach = [t.low for t in sentence.tokens[number.q.last : number.q.last + 6]]
    at = next((k for k, w in enumerate(reach) if w in _EACH), -1)
    after = reach[at + 1] if 0 <= at < len(reach) - 1 else "."
    if at < 0 or number.value > _TOO_MANY or after not in _SIDES:
        return None
    alone = ["double", f"double:{reach[at - 1] if at else ''}:{after}"]
    crossed = ["double", *("double:" + x for x in number.crossed)]
    return _Number(
        number.q, 2 * number.value, number.at, number.noun, number.words, alone, crossed
    )


def _added(sentence: Sentence, run: list[_Number]) -> _Number:
    """What numbers in a row make together: "23 zones and eight camps"."""
    first, last = run[0], run[-1]
    gap = [t.low for t in sentence.tokens[run[-2].q.last : last.q.first]]
    senses = [_senses(x) for x in run]
    alike = bool(set.intersection(*senses)) or not all(senses)
    crossed = ["sum", f"sum:{alike}", f"sum:{'and' in gap}"]
    crossed += ["sum:" + x for x in last.crossed if x.startswith("is:")]
    alone = [f"sum:{len(run)}", f"sum:{first.q.qualifier}"]
    total = sum(x.value for x in run)
    return _Number(first.q, total, first.at, last.noun, last.words, alone, crossed)


def _joined(sentence: Sentence, numbers: list[_Number]) -> list[_Number]:
    """What the numbers of a sentence make together."""
    found = [x for number in numbers if (x := _doubled(sentence, number)) is not None]
    run = numbers[:1]
    for number in numbers[1:]:
        gap = [t.low for t in sentence.tokens[run[-1].q.last : number.q.first]]
        if len(gap) <= 6 and ("and" in gap or "," in gap) and ";" not in gap:
            run.append(number)
            continue
        if len(run) > 1:
            found.append(_added(sentence, run))
        run = [number]
    if len(run) > 1:
        found.append(_added(sentence, run))
    return found


class Numbers:
    """The numbers of a document's sentences, each looked at once, and who may count them."""

    def __init__(self, sentences: list[Sentence], marks: list[Marks], drafts: list[Draft]) -> None:
        self.sentences = sentences
        self.marks = marks
        self._said: dict[int, list[_Number]] = {}
        self._together: dict[int, list[_Number]] = {}
        self._owners: dict[int, list[tuple[tuple[int, int], str]]] = {}
        for draft in drafts:
            self._owners.setdefault(draft.sentence, []).append((draft.spans[0], draft.kind))

    def of(self, n: int) -> list[_Number]:
        """The numbers of the sentence at place ``n``."""
        found = self._said.get(n)
        if found is None:
            found = self._said[n] = []
            before = None
            for q in self.marks[n].quantities:
                number = _number(self.sentences[n], q, before)
                before = q
                if number is not None:
                    found.append(number)
        return found

    def together(self, n: int) -> list[_Number]:
        """What numbers of the sentence at place ``n`` make together."""
        found = self._together.get(n)
        if found is None:
            found = self._together[n] = _joined(self.sentences[n], self.of(n))
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

    def _owned(self, draft: Draft, sentence: Sentence, number: _Number, place: str) -> list[str]:
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

    def _here(self, draft: Draft, sentence: Sentence, here: list[_Number]) -> list[Choice]:
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
        first = _low(other, 0)
        opens = [
            "place:" + place,
            f"place:{place}:{other.block == sentence.block}",
            f"{place}:first:{first}",
            f"{place}:first2:{first} {_low(other, 1)}",
            f"{place}:{some}",
        ]
        if place == "prev":
            opens.append("prev:opens:" + _low(sentence, 0))
        found = []
        for k, number in enumerate(numbers):
            features = [f"{place}:rank:{k}:{len(numbers)}", f"{place}:gap:{_away(number.q.first)}"]
            features += opens + self._owned(draft, other, number, place)
            features += number.features(draft.kind)
            found.append(
                Choice(number.value, features, number.words, (other.start, other.end))
            )
        return found

    def choices(self, draft: Draft, n: int) -> list[Choice]:
        """What a term of the sentence at place ``n`` may count; the first is nothing."""
        kind, sentence = draft.kind, self.sentences[n]
        here, beside = self.of(n), self.beside(n)
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
            place = "in" if start <= number.at < end else "out"
            features = ["together:" + place, *number.features(kind)]
            found.append(Choice(number.value, features, number.words))
        if draft.count is not None and all(c.value != draft.count for c in found):
            found.append(Choice(draft.count, ["strong", f"strong:{kind}"], draft.of))
        for m in beside:
            found += self._there(draft, sentence, m, some)
        return found


NOTHING = 0.5  # of its chance is left to a term's counting nothing


@lru_cache(maxsize=1)
def count_weights() -> Mapping[str, float]:
    """The log-odds of each feature of a choice: ``data/count-weights.json``."""
    text = (files("truceline.reading") / "data" / "count-weights.json").read_text(encoding="utf-8")
    loaded: dict[str, float] = json.loads(text)["features"]
    return loaded


def choose(known: Mapping[str, float], found: list[Choice]) -> Choice:
    """The likeliest choice, the chances of equal numbers added up."""
    if len(found) == 1:
        return found[0]
    odds = [sum([w for f in c.features if (w := known.get(f))]) for c in found]
    top = max(odds)
    by_value: dict[int | None, float] = {}
    for choice, x in zip(found, odds, strict=True):
        by_value[choice.value] = by_value.get(choice.value, 0.0) + math.exp(x - top)
    by_value[None] *= NOTHING
    best = max(by_value, key=lambda v: by_value[v])
    return max(zip(odds, found, strict=True), key=lambda x: (x[1].value == best, x[0]))[1]


def set_counts(drafts: list[Draft], sentences: list[Sentence], marks: list[Marks]) -> None:
    """Give every term what it counts."""
    known = count_weights()
    numbers = Numbers(sentences, marks, drafts)
    place = {s.index: n for n, s in enumerate(sentences)}
    for draft in drafts:
        if draft.kind in _UNCOUNTED or draft.sentence not in place:
            continue
        best = choose(known, numbers.choices(draft, place[draft.sentence]))
        if best.value == draft.count:
            continue
        draft.count, draft.of = best.value, best.of
        if best.span is not None:
            draft.spans.append(best.span)

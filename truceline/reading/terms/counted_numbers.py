"""The numbers of a sentence as what a term may count: how great, of what noun and sense, after and
before which words; and what they make together ("23 zones and eight camps").
"""

from dataclasses import dataclass, field

from truceline.reading.numbers import Quantity
from truceline.reading.page.words import Sentence
from truceline.reading.terms.lexicon import word_classes
from truceline.reading.weighing.features import stem

# Words that end what is counted: "40 lorries of the Red Cross".
_STOPS = frozenset(
    ["of", "in", "at", "on", "by", "for", "from", "to", "with", "within", "into", "through",
     "under", "over", "between", "along", "across", "after", "before", "until", "and", "or", "but",
     "who", "which", "that", "whose", "where", "when", "while", "will", "shall", "must", "may",
     "can", "is", "are", "was", "were", "be", "been", "have", "has", "had", "do", "does", "did",
     "as", "than", "per", "each", "every", "daily", "not", "out", "away", "back", "up", "down",
     "also", "now", "go", "goes", "leave", "arrive", "come", "today", "tomorrow", "there", "here",
     "only", "if", "both", "off"]
)  # fmt: skip
# What is measured, told of ages or named by a number is not counted.
_MEASURES = frozenset(
    ["paces", "feet", "foot", "inch", "inches", "millimetres", "millimeters", "millimetre",
     "millimeter", "mm", "metres", "meters", "kilometres", "kilometers", "km", "miles", "degrees",
     "percent", "moments", "years", "year", "months", "weeks", "days", "day", "hours", "minutes",
     "o'clock", "dollars", "euros", "pounds", "star", "calibre", "caliber", "times"]
)  # fmt: skip
_NAMES = frozenset(
    ["week", "nos", "kilo", "km", "kilometre", "kilometer", "aged", "age", "tel", "phone", "fax",
     "hill", "avenue", "street", "mile", "sector", "art"]
)  # fmt: skip
_AGES = frozenset(("under", "over", "above", "below"))
_AGED = frozenset(
    ["children", "women", "men", "people", "persons", "those", "boys", "girls", "old", "elderly"]
)  # fmt: skip
_MANY = frozenset(("man", "men", "person"))  # "ten-man teams", but no "four-star general"
# Words of a strength that changes, "will be raised to 380", and of one that has been reached.
_GROWS = frozenset(
    ["raise", "raised", "rise", "rises", "risen", "grow", "grows", "increase", "increased",
     "increases", "reach", "reaches", "reinforced", "strengthened", "brought", "bring", "expanded",
     "expand", "cut", "cuts", "reduce", "reduced", "reduces", "reduction", "swell", "total",
     "totals", "number", "numbers", "strength"]
)  # fmt: skip
_NOW = frozenset(
    ["now", "present", "already", "currently", "today", "yesterday", "only", "so", "far", "sent",
     "left", "came", "arrived"]
)  # fmt: skip
# "a battalion of 600", "observers, 35 of them": the number is said of what stands before it.
_SAID_OF = frozenset(
    ("of", "number", "numbered", "numbering", ",", "(", ":", "at", "to", "is", "are")
)


@dataclass(slots=True)
class Number:
    """A number of a sentence with what holds for it whatever the term is."""

    q: Quantity
    value: int
    at: int  # offset in the sentence
    noun: str
    words: str | None  # what is counted
    alone: list[str]  # features by themselves
    crossed: list[str]  # features that are also weighed with the kind of term
    made: str | None = None  # of which numbers, where the text does not say it itself
    by_kind: dict[str, list[str]] = field(default_factory=dict)

    def features(self, kind: str) -> list[str]:
        """What the number says for itself to a kind of term."""
        found = self.by_kind.get(kind)
        if found is None:
            found = self.by_kind[kind] = self.alone + self.crossed
            found += [f"{kind}:{f}" for f in self.crossed]
        return found


def _size(value: int) -> str:
    if value < 4:
        return str(value)
    return "few" if value < 10 else "tens" if value < 100 else "100s" if value < 1000 else "1000s"


def word_at(sentence: Sentence, n: int) -> str:
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


def _is_hour(sentence: Sentence, n: int) -> bool:
    """Whether a number ends a stretch of hours: "between 0800 and 1600"."""
    both = [sentence.tokens[k].text for k in (n - 2, n)]
    return all(len(x) == 4 and x.isdecimal() and x < "2401" and x[2] < "6" for x in both)


def _names_or_measures(sentence: Sentence, q: Quantity, words: list[str]) -> bool:
    """Whether a number is an hour, an age, a name or a measure: "0800", "women over 55", "Art. 7"."""
    one, after = word_at(sentence, q.first - 1), word_at(sentence, q.last)
    late = word_at(sentence, q.last + 1)
    return (
        (bool(words) and words[0] in _MEASURES)
        or one in _NAMES
        or (one == "." and word_at(sentence, q.first - 2) in _NAMES)
        or sentence.tokens[q.core].text[0] == "0"
        or (q.first > 1 and one in ("and", "to", "-", "–") and _is_hour(sentence, q.first))
        or (q.qualifier in _AGES and (one in _AGED or (not words and after != "of")))
        or (one == "(" and after == ")")
        or (q.first == 0 and after in (":", "|", ")"))
        or (after == "-" and late not in _MANY)
        or (after in ("to", "or", "–") and word_at(sentence, q.last + 2) in _MEASURES)
    )


def number_of(sentence: Sentence, q: Quantity, before: Quantity | None) -> Number | None:
    """A quantity as a number that may be counted; ``before``: the one before it."""
    said = q.value if q.value is not None else q.high if q.high is not None else q.low
    if said is None or said < 1 or not float(said).is_integer():
        return None
    tokens = sentence.tokens
    words, end = _counted_words(sentence, q.last)
    one, after = word_at(sentence, q.first - 1), word_at(sentence, q.last)
    if _names_or_measures(sentence, q, words):
        return None
    value = int(said)
    noun = words[-1] if words else ""
    size = "size:" + _size(value)
    alone = [
        f"before2:{word_at(sentence, q.first - 2)} {one}",
        f"after2:{after} {word_at(sentence, q.last + 1)}",
        "after:" + after,
        "figure" if tokens[q.core].text[0].isdecimal() else "word",
        f"how:{q.qualifier}",
        f"words:{len(words)}",
        f"end2:{word_at(sentence, end)} {word_at(sentence, end + 1)}",
    ]
    crossed = ["before:" + one, size]
    if noun:
        crossed.append("noun:" + stem(noun))
        crossed += ["is:" + x for x in word_classes(noun)]
    else:
        crossed.append("no noun:" + after)
        if after in ("of", "from"):  # "12 of the posts"
            skipped = word_at(sentence, q.last + 1) in ("the", "its", "their", "these")
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
    return Number(q, value, at, stem(noun), " ".join(words) or None, alone, crossed)


def _senses(number: Number) -> set[str]:
    return set(word_classes(number.words.split()[-1])) if number.words else set()


def _added(sentence: Sentence, run: list[Number]) -> Number:
    """What numbers in a row make together: "23 zones and eight camps"."""
    first, last = run[0], run[-1]
    gap = [t.low for t in sentence.tokens[run[-2].q.last : last.q.first]]
    senses = [_senses(x) for x in run]
    alike = bool(set.intersection(*senses)) or not all(senses)
    crossed = ["sum", f"sum:{alike}", f"sum:{'and' in gap}"]
    crossed += ["sum:" + x for x in last.crossed if x.startswith("is:")]
    alone = [f"sum:{len(run)}", f"sum:{first.q.qualifier}"]
    total = sum(x.value for x in run)
    made = " + ".join(str(x.value) for x in run)
    return Number(first.q, total, first.at, last.noun, last.words, alone, crossed, made)


def joined(sentence: Sentence, numbers: list[Number]) -> list[Number]:
    """What the numbers of a sentence make together."""
    found: list[Number] = []
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

"""Figures: every number of a sentence that may count people harmed or moved, or acts."""

import re
from dataclasses import dataclass, replace

from truceline.reading.claims.words import classes
from truceline.reading.marks import Marks
from truceline.reading.numbers import Quantity, number_at, quantity_at
from truceline.reading.page.words import Sentence, Token

_DOTTED = re.compile(r"\d{1,3}\.\d{3}")
_HUNDREDS = {"dozen": 12, "hundred": 100, "thousand": 1000, "million": 10**6}
_PERHAPS = frozenset(("perhaps", "maybe", "even", "possibly"))
_AFTER: tuple[tuple[tuple[str, ...], str], ...] = (
    (("at", "the", "least"), "low"),
    (("at", "least"), "low"),
    (("or", "more"), "low"),
    (("at", "the", "most"), "high"),
    (("at", "most"), "high"),
    (("or", "so"), "about"),
    (("or", "thereabouts"), "about"),
    (("more", "or", "less"), "about"),
)
# What stands before a figure and bounds it, beside what ``numbers`` knows: (words, side, inclusive).
_BEFORE: tuple[tuple[tuple[str, ...], str, bool], ...] = (
    (("not", "under"), "low", True),
    (("no", "less", "than"), "low", True),
    (("a", "little", "over"), "low", False),
    (("a", "little", "more", "than"), "low", False),
    (("a", "little", "under"), "high", False),
    (("anything", "up", "to"), "high", True),
    (("not", "far", "from"), "about", False),
    (("not", "far", "off"), "about", False),
    (("nearer", "to"), "about", False),
    (("nearer",), "about", False),
    (("closer", "to"), "about", False),
    (("perhaps",), "about", False),
    (("exceed",), "low", False),
    (("exceeds",), "low", False),
    (("passed",), "low", False),
    (("topped",), "low", False),
)


@dataclass(frozen=True, slots=True)
class Spot:
    """A number of a sentence, ``[start, end)`` by offsets into it; ``single``: told by "a man"."""

    q: Quantity
    start: int
    end: int
    single: bool = False
    repaired: bool = False  # read otherwise than by ``numbers``


def _bounded(tokens: list[Token], q: Quantity) -> Quantity:
    """A quantity with the words around it that bound it."""
    if q.qualifier is not None or q.value is None:
        return q
    value = q.value
    for words, side in _AFTER:
        if [t.low for t in tokens[q.last : q.last + len(words)]] == list(words):
            low, high = (value if side == s else None for s in ("low", "high"))
            return replace(
                q, low=low, high=high, qualifier=" ".join(words), last=q.last + len(words)
            )
    for words, side, exact in _BEFORE:
        first = q.first - len(words)
        if first >= 0 and [t.low for t in tokens[first : q.first]] == list(words):
            step = 0 if exact or value < 2 or not value.is_integer() else 1
            low = value + step if side == "low" else None
            high = value - step if side == "high" else None
            return replace(q, low=low, high=high, qualifier=" ".join(words), first=first)
    return q


def _repaired(tokens: list[Token], q: Quantity) -> Quantity:
    """A quantity as a count of people is written elsewhere: "127.000", "3 thousand 121"."""
    value, last = q.value, q.last
    n = len(tokens)
    word = tokens[q.core].text
    if value is not None and _DOTTED.fullmatch(word) and q.core + 1 == last:
        value = float(word.replace(".", ""))
        q = replace(q, value=value, low=None, high=None)
    if (
        value is not None
        and tokens[last - 1].low == "thousand"
        and last < n
        and tokens[last].text.isdecimal()
        and len(tokens[last].text) <= 3
    ):
        q = replace(q, value=value + int(tokens[last].text), last=last + 1)
    if (
        q.qualifier == "between"
        and tokens[q.first].low == "from"
        and any(t.low in _ROSE for t in tokens[max(0, q.first - 7) : q.first])
    ):  # "rose from 41 to 57": the later figure
        return replace(q, value=q.high, low=None, high=None, qualifier=None)
    if value is not None and last + 2 < n and tokens[last].low in ("or", "to"):
        skip = last + 1 + (tokens[last + 1].low in _PERHAPS)
        other = number_at(tokens, skip) if skip > last + 1 else None
        if other and other[0] > value:
            q = replace(q, value=None, low=value, high=other[0], qualifier="between", last=other[1])
    return _bounded(tokens, q)


def _further(tokens: list[Token], i: int, people: bool) -> Quantity | None:
    """A number that ``numbers`` leaves out: "one of them", "a quarter of a million", "a boy"."""
    low = tokens[i].low
    if low in _TENS or (low[0].isdecimal() and i and tokens[i - 1].low in ("number", "numbered")):
        return quantity_at(tokens, i)
    after = [t.low for t in tokens[i + 1 : i + 9]]
    if low in _NO:
        return _nought(tokens, i, after)
    if low in ("several", "many") or (low == "few" and i and tokens[i - 1].low == "a"):
        if after and after[0] in _HUNDREDS:
            size = 2.0 * _HUNDREDS[after[0]]
            return Quantity(None, size, None, f"{low} {after[0]}", i, i + 2, i)
        return None
    if low == "couple" or (low == "pair" and after[:1] == ["of"]):
        return Quantity(2.0, None, None, None, i, i + 1, i)
    if low == "one" and after and after[0] not in ("side", "day", "week", "month", "year", "hand"):
        return Quantity(1.0, None, None, None, i, i + 1, i)
    if low in ("a", "an", "another") and people:
        for word in after[:8]:
            if word in "-‑" or word in ("year", "old") or word.isdecimal():
                continue  # "a 54-year-old man"
            if not word[0].isalpha() or word in (
                "of",
                "in",
                "for",
                "and",
                "was",
                "by",
                "to",
                "who",
            ):
                break
            if "people" in classes(word) and not word.endswith("s"):
                return Quantity(1.0, None, None, None, i, i + 1, i)
        if low == "another" and after and after[0] in ("was", "is", "has", "died", "lost"):
            return Quantity(1.0, None, None, None, i, i + 1, i)
    return None


def _nought(tokens: list[Token], i: int, after: list[str]) -> Quantity | None:
    """None at all: "No deaths were reported", "no one hurt", "it holds none"."""
    low = tokens[i].low
    if low == "no":
        if after[:1] == ["one"]:
            return Quantity(0.0, None, None, None, i, i + 2, i)
        for word in after[:3]:
            if not word[0].isalpha() or word in _PLAIN:
                return None
            if classes(word) & _COUNTED:
                return Quantity(0.0, None, None, None, i, i + 1, i)
        return None
    return Quantity(0.0, None, None, None, i, i + 1, i)


_NO = frozenset(("no", "none", "nobody"))
_PLAIN = frozenset(
    ("of", "in", "to", "longer", "more", "less", "later", "for", "and", "but", "that")
)
_COUNTED = frozenset(("people", "killed", "injured"))
_NUMBERED = frozenset(
    [
        "week",
        "day",
        "article",
        "section",
        "paragraph",
        "chapter",
        "annex",
        "point",
        "phase",
        "highway",
        "route",
        "road",
        "resolution",
        "page",
        "hill",
        "brigade",
        "battalion",
        "division",
        "unit",
        "block",
        "checkpoint",
        "room",
    ]
)
_PARTS = frozenset(("third", "thirds", "quarter", "quarters", "fifth", "fifths", "tenths"))
_LIVES = frozenset(("was", "were", "is", "has", "had", "who", "a", "an", "the", "died", "said"))


def _is_age(tokens: list[Token], q: Quantity) -> bool:
    """Whether a number is an age: "aged 40", "a man of 61", "Hawa Idris, 38, was"."""
    before, after = tokens[q.first - 1], tokens[q.last] if q.last < len(tokens) else None
    if before.low in ("aged", "age", "ages"):
        return True
    if before.low in ("was", "is", "turned", "be") and after is not None and after.low == "when":
        return True
    if before.low == "of" and q.first > 1 and (after is None or after.low in _AGED):
        who = tokens[q.first - 2].low
        return "people" in classes(who) and not who.endswith(("s", "men", "people"))
    return (
        before.text in ",("
        and after is not None
        and after.text in ",)"
        and q.first > 1
        and tokens[q.first - 2].text[0].isupper()
        and not tokens[q.first - 2].text.isupper()
        and q.last - q.first == 1
        and q.last + 1 < len(tokens)
        and tokens[q.last + 1].low in _LIVES
        and tokens[q.core].low[0].isdecimal()
    )


_AGED = frozenset((".", ",", ")", "was", "had", "has", "who", "and", "from", "in", "with", "died"))


def _is_label(tokens: list[Token], n: int) -> bool:
    """Whether a number is a paragraph's ("2.2 The parties"), a year, a clock or an age: "(52)"."""
    text = tokens[n].text
    if not text[0].isdecimal():
        return False
    after = tokens[n + 1].low if n + 1 < len(tokens) else "."
    before = tokens[n - 1].low if n else "^"
    if n == 0:
        return _PARAGRAPH.fullmatch(text) is not None and after not in _SIZES
    if _YEAR.fullmatch(text) and before in _IN_YEAR:
        return after in _AFTER_YEAR or before in ("early", "late", "mid", "since")
    if _CLOCK.fullmatch(text) and before in ("at", "about", "by", "until", "from", "("):
        return after in _AFTER_CLOCK
    if before == "(" and after == ")" and n > 1 and len(text) == 2:
        who = tokens[n - 2].low
        return "people" in classes(who) and not who.endswith(("s", "men", "people", "children"))
    return False


_PARAGRAPH = re.compile(r"\d{1,2}\.\d{1,2}")
_YEAR = re.compile(r"(?:19|20)\d\d")
_CLOCK = re.compile(r"(?:[01]\d|2[0-3])[0-5]\d")
_SIZES = frozenset(("million", "thousand", "billion", "lakh", "hundred"))
_IN_YEAR = frozenset(("in", "since", "early", "late", "mid", "of", "until", "from", "during", "by"))
_AFTER_YEAR = frozenset((".", ",", ";", ")", "and", "to", "have", "has", "the", "for", "is", "was"))
_AFTER_CLOCK = frozenset(
    (
        ".",
        ",",
        ";",
        ")",
        "hours",
        "hrs",
        "h",
        "and",
        "yesterday",
        "on",
        "today",
        "local",
        "the",
        "a",
    )
)


def _is_share(tokens: list[Token], q: Quantity) -> bool:
    """Whether a number is no count: a share, two years, "No. 9"."""
    after = [t.low for t in tokens[q.last : q.last + 3]]
    if q.last - q.core == 1 and _is_label(tokens, q.core):
        return True
    if tokens[q.core].text[0] == "0" and tokens[q.core].text[1:2].isdecimal():
        return True  # a clock: "0507"
    if q.core and (q.value or 999) < 120 and _is_age(tokens, q):
        return True
    if q.core and tokens[q.core - 1].low in _NUMBERED and tokens[q.core].low[0].isdecimal():
        return True
    if q.core > 1 and tokens[q.core - 1].text == "." and tokens[q.core - 2].text == "No":
        return True
    if after[:1] in (["%"], ["percent"], ["per"]) and (
        after[:1] != ["per"] or after[1:2] == ["cent"]
    ):
        return True
    if after[:1] and after[0] in _PARTS:
        return True
    if after[1:2] and after[0] == "in" and (q.value or 99) < 10 and number_at(tokens, q.last + 1):
        return len(tokens[q.last + 1].text) < 5 and not tokens[q.last + 1].text.isdecimal()
    if after[:2] == ["out", "of"] and len(after) > 2 and number_at(tokens, q.last + 2):
        return (q.value or 99) < 10
    if q.qualifier == "between" and q.low is not None and q.high is not None:
        words = [t.text for t in tokens[q.first : q.last] if t.low[0].isdecimal()]
        if all(len(w) == 4 and w[:2] in ("19", "20") for w in words) and words:
            return True  # "of 2016 to 2017"
    before = [t.low for t in tokens[max(0, q.first - 2) : q.first]]
    if before[1:] == ["in"] and (q.value or 999) <= 10 and not tokens[q.core].text.isdecimal():
        share = number_at(tokens, q.first - 2)
        if share is not None and share[0] < (q.value or 0):
            return True  # "nine in ten residents"
    return before == ["out", "of"] and (q.value or 999) <= 10


_FURTHER = frozenset(
    ("a", "an", "one", "another", "several", "many", "few", "couple", "pair", *_NO)
)
_TENS = frozenset(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"])
_ROSE = frozenset(
    [
        "rose",
        "risen",
        "rise",
        "climbed",
        "climb",
        "jumped",
        "grew",
        "grown",
        "went",
        "soared",
        "up",
        "increased",
        "fell",
        "fallen",
        "dropped",
        "down",
        "shrank",
        "revised",
        "raised",
    ]
)
_MORE = _FURTHER | _TENS
_COUNTS = frozenset(("number", "numbered"))
_HARM = frozenset(("killed", "injured", "missing", "captured", "detained"))


def spots_of(sentence: Sentence, mark: Marks, kinds: list[frozenset[str]]) -> list[Spot]:
    """The numbers of a sentence that count something, in their order; ``kinds``: the classes of
    each token.
    """
    tokens = sentence.tokens
    taken = [(m.said.first, m.said.last) for m in mark.moments]
    taken += [(x.first, x.last) for x in mark.lengths]
    taken += [(d.first, d.last) for d in mark.distances]
    found: dict[int, tuple[Quantity, bool]] = {}
    plain = {q.core: q for q in mark.quantities}
    for q in mark.quantities:
        found[q.core] = (_repaired(tokens, q), False)
    harm: bool | None = None
    covered = taken + [(q.first, q.last) for q, _ in found.values()]
    for i, token in enumerate(tokens):
        numbered = i and token.low[0].isdecimal() and tokens[i - 1].low in _COUNTS
        if token.low not in _MORE and not numbered:
            continue
        if any(x <= i < y for x, y in covered):
            continue
        if harm is None:
            harm = any(_HARM & k for k in kinds)
        more = _further(tokens, i, harm)
        if more is None:
            continue
        if any(a < more.last and more.first < b for a, b in taken):
            continue
        for n in [n for n in found if more.first <= n < more.last]:
            del found[n]
        found[i] = (_bounded(tokens, more), token.low in ("a", "an", "another", "couple", "pair"))
    wide = [(core, q.last) for core, (q, _) in found.items() if q.last - core > 1]
    for core in [
        core
        for core, (q, _) in found.items()
        if _is_share(tokens, q) or any(a < core < b for a, b in wide)
    ]:
        del found[core]
    base = sentence.start
    return [
        Spot(
            q,
            tokens[q.core].start - base,
            tokens[q.last - 1].end - base,
            single,
            plain.get(core) not in (q, None),
        )
        for core, (q, single) in sorted(found.items())
    ]

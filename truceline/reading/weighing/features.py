"""Features: what the words of a stretch of a sentence say, as a set of short texts.

``w:`` a word without its ending; ``b:`` two that follow each other; ``c:`` a class or sense; ``v…:`` a
governed verb and what stands before and after it. What is a time, a length, a distance, a figure or
a name is written as its kind, so that nothing hangs on a certain place.
"""

import re
import sys
from bisect import bisect_left
from functools import lru_cache
from operator import attrgetter

from truceline.reading.marks import Marks
from truceline.reading.page.words import Sentence
from truceline.reading.terms.lexicon import word_classes

_ENDINGS = (
    ("ies", "y"),
    ("ied", "y"),
    ("ations", "ate"),
    ("ation", "ate"),
    ("ments", "ment"),
    ("ing", ""),
    ("ed", ""),
    ("es", ""),
    ("s", ""),
    ("e", ""),
)
_KEPT = frozenset(
    [
        "this",
        "his",
        "its",
        "was",
        "is",
        "as",
        "has",
        "does",
        "during",
        "nothing",
        "bring",
        "king",
        "thing",
        "us",
        "thus",
        "less",
    ]
)


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """A word without its ending, alike for "withdraws", "withdrawing" and "withdraw"."""
    word = re.sub(r"['’](?:s|t|re|ve|ll|d)?$", "", word)
    if word in _KEPT or len(word) < 4:
        return word
    for ending, instead in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            word = word[: len(word) - len(ending)] + instead
            break
    if len(word) > 4 and word[-1] == word[-2] and word[-1] in "bdgmnprt":
        word = word[:-1]
    return word.rstrip("e") if len(word) > 4 else word


_OPENING = frozenset((".", ":", "“", '"', "»", "«"))


def kinds_of_tokens(sentence: Sentence, marks: Marks) -> list[str]:
    """For each token what it is part of: a time, a length, a distance, a figure, a name, or ""."""
    kinds = [""] * len(sentence.tokens)
    for q in marks.quantities:
        for n in range(q.first, min(q.last, len(kinds))):
            kinds[n] = "<n>"
    for d in marks.distances:
        for n in range(d.first, min(d.last, len(kinds))):
            kinds[n] = f"<{d.role}-metres>"
    for x in marks.lengths:
        for n in range(x.first, min(x.last, len(kinds))):
            kinds[n] = f"<{x.role}-length>"
    for m in marks.moments:
        clock = "clock" if m.said.clock is not None else "day"
        for n in range(m.said.first, min(m.said.last, len(kinds))):
            kinds[n] = f"<{m.said.role}-{clock}>"
    first = True
    for n, token in enumerate(sentence.tokens):
        if kinds[n]:
            continue
        low = token.low
        if token.text == low and low.isalpha():  # a plain word, as most are
            first = False
            continue
        if low[0].isdecimal():
            kinds[n] = "<n>"
        elif token.text[0].isupper() and not first and not word_classes(low):
            kinds[n] = "<name>"
        first = token.text in _OPENING or (first and not low.isalpha())
    return kinds


_START = attrgetter("start")


def said_words(
    sentence: Sentence, kinds: list[str], start: int, end: int
) -> tuple[list[str], list[str]]:
    """The words of ``[start, end)`` of a sentence as they stand, and without their endings; marks
    and runs of one kind are written once.
    """
    tokens = sentence.tokens
    first = bisect_left(tokens, sentence.start + start, key=_START)
    last = bisect_left(tokens, sentence.start + end, first, key=_START)
    full: list[str] = []
    bare: list[str] = []
    for token, kind in zip(tokens[first:last], kinds[first:last], strict=True):
        if kind:
            if not bare or bare[-1] != kind:
                full.append(kind)
                bare.append(kind)
        elif token.low[0].isalpha():
            full.append(token.low)
            bare.append(stem(token.low))
        elif token.low in ":;|":
            full.append(token.low)
            bare.append(token.low)
    return full, bare


def word_features(full: list[str], bare: list[str], found: set[str]) -> None:
    """Add the words of a stretch, alone and in pairs, and the classes that they stand for."""
    last = "^"
    for whole, word in zip(full, bare, strict=True):
        found.update(_said(last, whole, word))
        last = word
    found.add(f"b:{last} $")


@lru_cache(maxsize=100_000)
def _said(last: str, whole: str, bare: str) -> tuple[str, ...]:
    """What a word says alone, and after the one before it."""
    classes = word_classes(whole)
    alone = ["w:" + bare, *["c:" + name for name in classes]]
    pairs = [f"b:{last} {name}" for name in (bare, *classes)]
    return tuple(map(sys.intern, alone + pairs))


_MODAL = frozenset(
    ["shall", "will", "must", "may", "can", "to", "should", "would", "'ll", "cannot", "won't"]
)
_BETWEEN = frozenset(
    [
        "not",
        "be",
        "also",
        "then",
        "both",
        "then",
        "only",
        "now",
        "again",
        "have",
        "been",
        "being",
        "thereafter",
        "immediately",
        "forthwith",
        "first",
        "each",
        "all",
    ]
)
_BE = frozenset(["be", "been", "being", "is", "are", "was", "were", "gets", "get"])
_GOVERNING = _MODAL | _BE
_NOT = frozenset(
    [
        "not",
        "no",
        "neither",
        "never",
        "none",
        "nor",
        "cannot",
        "won't",
        "without",
        "nobody",
        "nothing",
    ]
)


def frame_features(full: list[str], found: set[str]) -> None:
    """Add what stands in which role: the governed verb, and what stands before and after it."""
    if _GOVERNING.isdisjoint(full):
        return
    senses = [word_classes(w) if w[0].isalpha() else () for w in full]
    no = not _NOT.isdisjoint(full)
    for n, word in enumerate(full):
        if word not in _GOVERNING:
            continue
        at = n + 1
        passive = word in _BE
        while at < len(full) and (full[at] in _BETWEEN or full[at].endswith("ly")):
            passive = passive or full[at] in _BE
            at += 1
        if at >= len(full) or not full[at][0].isalpha():
            continue
        how = ("n" if no else "") + ("p" if passive else "") + ("m" if word in _MODAL else "")
        verb = stem(full[at])
        found.add(f"v{how}:{verb}")
        before = next((senses[k] for k in range(n - 1, -1, -1) if senses[k]), ())
        after = next((senses[k] for k in range(at + 1, len(full)) if senses[k]), ())
        for sense in senses[at]:
            found.add(f"v{how}:{sense}")
            found.update(f"v{how}:{sense}>{o}" for o in after)
            found.update(f"v{how}:{o}<{sense}" for o in before)

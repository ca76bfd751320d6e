"""Whether two reports name the same doers, targets and places: once for each different pair.

Names are compared as people would: spelling, case and marks do not count; where an
agreement lists which names are whose, parties are compared and not letters.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

import numpy as np
from rapidfuzz import process
from rapidfuzz.fuzz import token_set_ratio

from truceline.model.unit import fold
from truceline.monitor.link.reports import SEPARATOR, Coded, Floats, Ints

Parties = Callable[[str], frozenset[str]] | Mapping[str, frozenset[str]]
UNKNOWN, SAME, ALIKE, UNLIKE, OTHER = range(5)  # UNLIKE: other letters; OTHER: other parties
_NOBODY = frozenset({"?", "-"})  # who.UNLISTED and who.NO_PARTY say nothing of which name is whose
_SAME_SPELLING, _ALIKE_SPELLING = 88.0, 70.0


def parties_of(names: Parties | None) -> Callable[[str], frozenset[str]]:
    """The parties behind a name; an empty set where it is nobody's in the list."""
    if names is None:
        return lambda _: frozenset()
    look: Callable[[str], frozenset[str]]
    if isinstance(names, Mapping):
        table = {spelled(k): frozenset(v) for k, v in names.items()}
        look = lambda name: table.get(spelled(name), frozenset())  # noqa: E731 # two forms of one thing
    else:
        look = names
    return lru_cache(maxsize=65_536)(lambda name: frozenset(look(name)) - _NOBODY)


@lru_cache(maxsize=65_536)
def spelled(name: str) -> str:
    """A name for comparison: no case, accents, marks in brackets, years or "the"."""
    bare = re.sub(r"\([^)]*\)?|\b(?:the|of|al|el)\b", " ", name.casefold())
    return fold(bare) or fold(name)


class Comparison:
    """Two columns of names, compared a different pair of values at a time; answers are kept."""

    def __init__(self, column: Coded, parties: Callable[[str], frozenset[str]]) -> None:
        self._column = column
        self._parties = parties
        self._known: dict[int, int] = {}
        self._size = len(column.values)
        self._names = [tuple(n for n in v.split(SEPARATOR) if n) for v in column.values]
        self._empty = np.array([not n for n in self._names] or [True])
        self._whose: dict[int, list[frozenset[str]] | None] = {}

    def of(self, i: Ints, j: Ints) -> Ints:
        """UNKNOWN, SAME, ALIKE, UNLIKE or OTHER for each pair of rows."""
        a, b = self._column.code[i], self._column.code[j]
        low, high = np.minimum(a, b), np.maximum(a, b)
        key = low * self._size + high
        keys, inverse = np.unique(key, return_inverse=True)
        answers = np.full(len(keys), UNKNOWN, np.int64)
        first, second = keys // self._size, keys % self._size
        named = np.flatnonzero(~self._empty[first] & ~self._empty[second])
        todo = []
        for k in named.tolist():
            known = self._known.get(int(keys[k]))
            if known is None:
                todo.append(k)
            else:
                answers[k] = known
        if todo:
            found = self._compared(first[todo], second[todo])
            answers[todo] = found
            self._known.update(zip(keys[todo].tolist(), found.tolist(), strict=True))
        return answers[inverse.reshape(-1)]

    def _compared(self, first: Ints, second: Ints) -> Ints:
        found = np.full(len(first), -1, np.int64)
        letters: list[tuple[int, str, str]] = []
        for k, (a, b) in enumerate(zip(first.tolist(), second.tolist(), strict=True)):
            if a == b:
                found[k] = SAME
                continue
            answer = self._by_party(a, b)
            if answer is not None:
                found[k] = answer
                continue
            theirs = [spelled(y) for y in self._names[b]]
            letters += [(k, spelled(x), y) for x in self._names[a] for y in theirs]
        if letters:
            rows = np.array([k for k, _, _ in letters])
            ratio = process.cpdist(
                [x for _, x, _ in letters], [y for _, _, y in letters], scorer=token_set_ratio
            )
            best = np.zeros(len(first))
            np.maximum.at(best, rows, ratio)
            spell = np.where(
                best >= _SAME_SPELLING, SAME, np.where(best >= _ALIKE_SPELLING, ALIKE, UNLIKE)
            )
            found = np.where(found < 0, spell, found)
        return found

    def _by_party(self, a: int, b: int) -> int | None:
        """By the agreement's list, or None where it does not know every name."""
        ours, theirs = self._parties_in(a), self._parties_in(b)
        if ours is None or theirs is None:
            return None
        if any(x == y and len(x) == 1 for x in ours for y in theirs):
            return SAME
        return ALIKE if any(x & y for x in ours for y in theirs) else OTHER

    def _parties_in(self, value: int) -> list[frozenset[str]] | None:
        """The parties behind each name in a value; None where a name is nobody's."""
        if value not in self._whose:
            found = [self._parties(n) for n in self._names[value]]
            self._whose[value] = found if all(found) else None
        return self._whose[value]


def worth(answers: Ints, same: float, alike: float, unlike: float, other: float) -> Floats:
    """The weight of each answer."""
    found: Floats = np.array([0.0, same, alike, unlike, other])[answers]
    return found

"""Hints: patterns that are tried only on texts that have the letters which every match needs."""

import importlib
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

try:  # Python's own reading of patterns; where it is not to be had, every pattern is just tried
    _tree: Any = importlib.import_module("re._parser")
except ImportError:  # pragma: no cover
    _tree = None


class Hinted:
    """A pattern with the stretches of letters of which every match has at least one.

    ``search`` answers as that of the pattern does. A pattern that ignores case wants its text
    also as ``folded`` gives it.
    """

    __slots__ = ("any_of", "pattern")

    def __init__(self, pattern: str, flags: int = 0) -> None:
        self.pattern = re.compile(pattern, flags)
        folds = bool(self.pattern.flags & re.I)
        found = _needed(_tree.parse(pattern, flags), folds) if _tree else frozenset()
        self.any_of = ("",) if _common(found) else tuple(sorted(found))

    def search(self, text: str, low: str | None = None) -> re.Match[str] | None:
        """The first match in ``text``; ``low``: the same text folded."""
        if low is None:
            low = text
        for letters in self.any_of:
            if letters in low:
                return self.pattern.search(text)
        return None

    def match(self, text: str) -> re.Match[str] | None:
        """The match at the start of ``text``; for a pattern that minds case."""
        for letters in self.any_of:
            if letters in text:
                return self.pattern.match(text)
        return None

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """Every match in ``text``; for a pattern that minds case."""
        for letters in self.any_of:
            if letters in text:
                return self.pattern.finditer(text)
        return iter(())


_START = 3  # letters by which those that may stand in a word are looked up


class Several:
    """Named patterns in an order, from which those are picked that may match a text at all.

    They are picked by the words of the text: each word is looked through for letters once.
    """

    def __init__(self, patterns: Iterable[tuple[str, Hinted]]) -> None:
        self.patterns = tuple(patterns)
        self._always = frozenset(n for n, (_, p) in enumerate(self.patterns) if p.any_of == ("",))
        self._by_start: dict[str, list[tuple[str, int]]] = {}
        for n, (_, pattern) in enumerate(self.patterns):
            for letters in pattern.any_of if n not in self._always else ():
                piece = max(letters.split(), key=len, default="")
                if piece:
                    self._by_start.setdefault(piece[:_START], []).append((piece, n))
                else:
                    self._always |= {n}
        self._sizes = sorted({len(start) for start in self._by_start})
        self._within = lru_cache(maxsize=20_000)(self._numbers)

    def __iter__(self) -> Iterator[tuple[str, Hinted]]:
        return iter(self.patterns)

    def likely(self, low: str) -> list[tuple[str, re.Pattern[str]]]:
        """The patterns that may match a text (folded, where they ignore case), in their order."""
        found = self._always.union(*map(self._within, low.split()))
        return [(self.patterns[n][0], self.patterns[n][1].pattern) for n in sorted(found)]

    def _numbers(self, word: str) -> frozenset[int]:
        """The numbers of the patterns with letters that stand in a word."""
        get = self._by_start.get
        found: set[int] = set()
        for at in range(len(word)):
            for size in self._sizes:
                if some := get(word[at : at + size]):
                    found.update([n for piece, n in some if word.startswith(piece, at)])
        return frozenset(found)


class ByWord:
    """A pattern that matches within words alone: it is tried on a word once, and remembered."""

    def __init__(self, pattern: str) -> None:
        search = re.compile(pattern).search
        self._stands_in = lru_cache(maxsize=20_000)(lambda word: search(word) is not None)

    def stands_in(self, text: str) -> bool:
        """Whether one of the words of a text, parted by blanks, has a match."""
        return any(map(self._stands_in, text.split()))


def folded(text: str) -> str:
    """A text with every letter that a pattern without regard to case takes for an ASCII one as
    that letter, small.
    """
    if not text.isascii():
        text = text.replace("İ", "i").replace("ı", "i").replace("ſ", "s")
    return text.lower()


def _needed(nodes: Iterable[tuple[Any, Any]], fold: bool) -> frozenset[str]:
    """Stretches of letters, at least one of which stands in every match; none where not known."""
    options: list[frozenset[str]] = []
    run = ""
    for what, value in nodes:
        name = str(what)
        if name == "AT":
            continue  # it takes no letters
        if name == "LITERAL" and (
            not fold or value < 128 or chr(value).lower() == chr(value).upper()
        ):
            run += chr(value).lower() if fold else chr(value)
            continue
        options.append(frozenset((run,)) if run else frozenset())
        run = ""
        if name == "SUBPATTERN" and not value[1] and not value[2]:
            options.append(_needed(value[3], fold))
        elif name in ("MAX_REPEAT", "MIN_REPEAT") and value[0] > 0:
            options.append(_needed(value[2], fold))
        elif name == "BRANCH":
            each = [_needed(branch, fold) for branch in value[1]]
            options.append(frozenset().union(*each) if all(each) else frozenset())
    options.append(frozenset((run,)) if run else frozenset())
    return max(
        options, key=lambda some: (not _common(some), min(map(len, some), default=0), -len(some))
    )


def _common(letters: frozenset[str]) -> bool:
    """Whether some of these stand in nearly every text: one letter, a blank, nothing."""
    return not letters or any(len(x) < 2 and (x.isalnum() or x.isspace()) for x in letters)

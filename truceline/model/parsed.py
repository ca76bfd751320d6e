"""A sentence as a parser sees it: words with their part in it, and the names among them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Word:
    """A word: characters ``[start, end)`` of its text, dictionary form, part of speech (Universal
    Dependencies), relation to its head and the head's number (its own for the root)."""

    start: int
    end: int
    lemma: str
    pos: str
    relation: str
    head: int


@dataclass(frozen=True, slots=True)
class Named:
    """A name: characters ``[start, end)``, and what it names: PERSON, ORG, GPE, LOC, FAC, NORP …"""

    start: int
    end: int
    label: str


@dataclass(frozen=True, slots=True)
class Parsed:
    """The words and names of one text."""

    words: tuple[Word, ...]
    names: tuple[Named, ...]


class Parser(Protocol):
    """What finds words and names in texts; ``name`` says which it is."""

    name: str

    def __call__(self, texts: Sequence[str]) -> list[Parsed]:
        """One ``Parsed`` for each text."""

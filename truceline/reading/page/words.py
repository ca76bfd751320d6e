"""Tokens and sentences of a page, by offsets into its text."""

import re
from dataclasses import dataclass
from typing import Any

from truceline.reading.page.page import Page

_TOKEN = re.compile(
    r"[ap]\.\s?m\b\.?|(?:[A-Za-z]\.){2,}|\d+(?:[.,:’'\u00a0\u202f]\d+)*|[^\W\d_]+(?:['’](?:s|t|re|ve|ll|d)\b)?|[^\w\s]|_"
)
_END = re.compile(r"[.!?…]+[\"”’»)\]]*(?=\s|$)|;(?=\s*\n)")
_ABBREVIATED = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "dr",
        "prof",
        "gen",
        "lt",
        "col",
        "maj",
        "capt",
        "sgt",
        "brig",
        "adm",
        "st",
        "no",
        "nos",
        "art",
        "arts",
        "rev",
        "hon",
        "sen",
        "gov",
        "rep",
        "vs",
        "etc",
        "approx",
        "jan",
        "feb",
        "mar",
        "apr",
        "jun",
        "jul",
        "aug",
        "sep",
        "sept",
        "oct",
        "nov",
        "dec",
        "u.s",
        "u.n",
        "u.k",
        "e.g",
        "i.e",
        "cf",
        "fig",
        "para",
        "paras",
        "sec",
        "vol",
        "ed",
        "eds",
        "km",
        "al",
        "inc",
        "ltd",
        "co",
    ]
)
_AFTER_CLOCK = re.compile(
    r"\s+(?:[a-z(]|GMT|UTC|Local|local|EST|EDT|CET|EET|IST|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|(?:MON|TUES|WEDNES|THURS|FRI|SATUR|SUN)DAY|ON |LOCAL|(?:[A-Z]\w+ ){1,3}[Tt]ime\b|\d{1,2} [A-Z]|(?:Mon|Tues?|Wed|Thurs?|Fri|Sat|Sun)\.|"
    r"(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[a-z]*\.? \d)"
)


@dataclass(slots=True)  # not frozen: a frozen one takes four times as long to make
class Token:
    """A word, number or mark: ``[start, end)`` of the page's text."""

    text: str
    low: str
    start: int
    end: int


@dataclass(slots=True)
class Sentence:
    """A sentence with its tokens; ``block`` is the index of its block."""

    start: int
    end: int
    text: str
    low: str
    tokens: list[Token]
    block: int
    index: int = 0
    heading: bool = False
    cell: bool = False  # it stands in a cell of a table
    old: bool | None = None  # may it speak of an older arrangement, once looked at
    planned: bool | None = None  # does it say what a text provides, once looked at
    names: list[re.Match[str]] | None = None  # runs of capitalised words, once looked for
    segments: list[tuple[int, int]] | None = None  # what it is cut into, once cut
    moments: list[Any] | None = None  # the dates and moments said in it, once read


def tokens_of(text: str, offset: int = 0) -> list[Token]:
    """The tokens of ``text``; offsets are shifted by ``offset``."""
    found = []
    for match in _TOKEN.finditer(text):
        word = match[0]
        start = match.start() + offset
        found.append(Token(word, word.lower(), start, start + len(word)))
    return found


_LAST_WORD = re.compile(r"([^\s\"“”«»(\[]+)$")
# "annex A." ends a sentence, an initial does not.
_LETTERED = re.compile(
    r"\b(?:annex|appendix|zone|area|phase|point|group|schedule|list|class|camp|sector|map|line|category) $",
    re.I,
)
_NEXT_LETTER = re.compile(r"\s+(\S)")
_NEXT_WORD = re.compile(r"\s+[A-Z]?[a-z]+")
_ITEM_NUMBER = re.compile(r"\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})")
_INITIALS = re.compile(r"(?:[a-z]\.)+[a-z]")


def _breaks(said: str) -> list[int]:
    ends: list[int] = []
    for match in _END.finditer(said):
        at = match.end()
        if match.group().startswith("."):
            before = _LAST_WORD.search(said[max(0, match.start() - 40) : match.start()])
            word = before.group(1).lower() if before else ""
            if word.rstrip(".") in _ABBREVIATED and not word.endswith("km"):
                continue
            if word in ("a.m", "p.m", "am", "pm") and _AFTER_CLOCK.match(said, at):
                continue
            initial = len(word) == 1 and word.isalpha() and said[match.start() - 1].isupper()
            if initial and not _LETTERED.search(
                said, max(0, match.start() - 12), match.start() - 1
            ):
                continue
            if _ITEM_NUMBER.fullmatch(word) and not said[: match.start() - len(word)].strip():
                continue  # the number of an article
            if (
                _INITIALS.fullmatch(word)
                and _NEXT_WORD.match(said, at)
                and word not in ("a.m", "p.m")
            ):
                continue
        follows = _NEXT_LETTER.match(said, at)
        if follows and follows.group(1).islower() and not match.group().startswith(";"):
            continue
        ends.append(at)
    return ends


_PART_HEAD = re.compile(
    r"\s*(?:section|chapter|part|annex|appendix|schedule|title)\s+[\dIVXA-Z]{1,5}\b(?![^\n]*\b(?:shall|will|must|is|are)\b)[^\n]{0,70}(?<![.;])\s*",
    re.I,
)
LONGEST = 1200  # characters; no sentence of a person is longer, and grammars look back


def _no_longer_than(said: str, ends: list[int]) -> list[int]:
    """``ends`` with every stretch over ``LONGEST`` cut at a semicolon, a comma or a blank."""
    kept: list[int] = []
    at = 0
    for end in ends:
        while end - at > LONGEST:
            window = said[at : at + LONGEST]
            cut = max(window.rfind(";"), window.rfind("\n"))
            if cut < LONGEST // 4:
                cut = max(window.rfind(","), cut)
            if cut < LONGEST // 4:
                cut = window.rfind(" ")
            at += cut + 1 if cut > 0 else LONGEST
            kept.append(at)
        kept.append(end)
        at = max(at, end)
    return kept


def sentences_of(page: Page) -> list[Sentence]:
    """The sentences of the body, in order."""
    found: list[Sentence] = []
    for number, block in enumerate(page.blocks):
        if block.reason is not None:
            continue
        said = page.text[block.start : block.end]
        at = 0
        part_head = _PART_HEAD.fullmatch(said) is not None
        for end in _no_longer_than(said, [*_breaks(said), len(said)]):
            part = said[at:end]
            lead = len(part) - len(part.lstrip())
            text = part.strip()
            if text:
                start = block.start + at + lead
                stop = start + len(text)
                found.append(
                    Sentence(
                        start,
                        stop,
                        text,
                        text.lower(),
                        tokens_of(text, start),
                        number,
                        len(found),
                        (block.kind == "h" and not text.endswith((".", ":"))) or part_head,
                        block.kind == "cell",
                    )
                )
            at = max(at, end)
    return found

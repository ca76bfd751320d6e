"""Answering: where a source's own text says that an act answered another one.

The words are a data file, ``vocabulary/answering.csv``: a language, the words (``*`` stands
for the rest of a word) and what they say: that this act is an ``answer``, that somebody claims
``self-defence``, or only that it came ``after`` an attack. Only words that speak backwards from
the act are listed ("in response to"); those that speak of what came after it ("was met with
fire") are not.
"""

import csv
import functools
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

import pyarrow as pa
import pyarrow.compute as pc

SAYS = ("answer", "self-defence", "after")  # the stronger first
_SENTENCE_END = re.compile(r"[.!?؟…]\s|\n")
_DENIED = re.compile(
    r"(?:\b(?:not|never|no|denied|denies|without|ne|pas|non|нет|не|değil)|\bnot an act of|ليس|لا)\s+"
    r"(?:\w+\s+){0,2}$",
    re.IGNORECASE,
)
_MARKS = re.compile("[\u0640\u064b-\u0652]")  # Arabic tatweel and vowel marks
_LONGEST = 240


@dataclass(frozen=True, slots=True)
class Cue:
    """One source's words. ``says`` is ``answer``, ``self-defence`` or ``after``; ``quote`` is
    the sentence they stand in, at most 240 characters of it.
    """

    event_id: str
    says: str
    quote: str


@functools.cache
def _words() -> tuple[tuple[str, str], ...]:
    table = resources.files("truceline").joinpath("vocabulary", "answering.csv")
    rows = csv.DictReader(io.StringIO(table.read_text(encoding="utf-8")))
    return tuple((plain(r["words"]), r["says"]) for r in rows)


def plain(text: str) -> str:
    """Small letters, Arabic without vowel marks, typographic marks as typed ones."""
    return _MARKS.sub("", text.replace("’", "'").replace("‑", "-").casefold())


@functools.cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    by_says: dict[str, list[str]] = {}
    for words, says in _words():
        by_says.setdefault(says, []).append(
            re.escape(words).replace(r"\*", r"\w*").replace(r"\ ", r"\s+")
        )
    return tuple(
        (re.compile(rf"(?<!\w)(?:{'|'.join(by_says[says])})(?!\w)"), says) for says in SAYS
    )


@functools.cache
def _sieve() -> str:
    """The same words for Arrow (RE2), which lets pass every text that can hold any of them."""
    found = {re.escape(w).replace(r"\*", r"\S*").replace(r"\ ", r"\s+") for w, _ in _words()}
    return "|".join(sorted(found)).replace("'", "['’]").replace(r"\-", "[-‑]")


def cue_in(text: str) -> tuple[str, str] | None:
    """What a text says and the sentence that says so; of several sayings the strongest.

    Words that are denied just before ("not in response to") say nothing.
    """
    small = plain(text)
    for pattern, says in _patterns():
        for hit in pattern.finditer(small):
            if _DENIED.search(small[max(0, hit.start() - 40) : hit.start()]):
                continue
            whole = text if len(text) == len(small) else small
            ends = [m.end() for m in _SENTENCE_END.finditer(whole)]
            start = max((e for e in ends if e <= hit.start()), default=0)
            end = min((e for e in ends if e >= hit.end()), default=len(whole))
            if end - start > _LONGEST:
                start = max(start, hit.start() - _LONGEST // 2)
                end = min(end, start + _LONGEST)
            return says, " ".join(whole[start:end].split())
    return None


def cues(events: pa.Table) -> Mapping[str, Cue]:
    """The cue of each event whose text has one, by event id. Columns: event_id, text."""
    lower = pc.replace_substring_regex(
        pc.utf8_lower(pc.fill_null(events["text"], "")), _MARKS.pattern, ""
    )
    some = events.select(["event_id", "text"]).filter(pc.match_substring_regex(lower, _sieve()))
    found = {}
    for event_id, text in zip(some["event_id"].to_pylist(), some["text"].to_pylist(), strict=True):
        told = cue_in(text)
        if told is not None:
            found[event_id] = Cue(event_id, *told)
    return found

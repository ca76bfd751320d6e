"""Mentions: the noun phrases of a sentence that may name one who gives a figure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from ruamel.yaml import YAML

from truceline.reading.names.people import (
    People,
    is_person_name,
    known_actors,
    last_name,
    strip_titles,
)
from truceline.reading.names.places import known_places
from truceline.reading.page.words import Sentence, Token
from truceline.reading.speech.saying import SAYING
from truceline.reading.weighing.features import stem

_OBLIQUE = {"him": "he", "them": "they", "us": "we"}
_BODIES = frozenset(("WHO", "US", "US's"))  # not "who" and "us"
_ORDINAL = frozenset(("st", "nd", "rd", "th"))
_DETERMINERS = frozenset(("the", "a", "an", "its", "his", "her", "their", "our", "my", "those"))
_ROLE = re.compile(r"spokes(?:man|woman|person)")


_OWNED = re.compile(r"['’]s?$")


@lru_cache(maxsize=1)
def _table() -> dict[str, frozenset[str]]:
    text = (files("truceline.reading") / "data" / "source-words.yaml").read_text(encoding="utf-8")
    loaded = YAML(typ="safe", pure=True).load(text)
    return {name: frozenset(words.split()) for name, words in loaded.items()}


@lru_cache(maxsize=20_000)
def gives(word: str) -> bool:
    """Whether a word in lower case is a verb of one who gives a figure."""
    verbs = _table()["giving"]
    if word in verbs or word in SAYING:
        return True
    for ending, instead in (
        ("s", ""),
        ("es", ""),
        ("ies", "y"),
        ("ed", ""),
        ("d", ""),
        ("ied", "y"),
        ("ing", ""),
        ("ing", "e"),
    ):
        if word.endswith(ending):
            bare = word[: len(word) - len(ending)] + instead
            if bare in verbs or (len(bare) > 3 and bare[-1] == bare[-2] and bare[:-1] in verbs):
                return True
    return False


@lru_cache(maxsize=20_000)
def noun_kind(word: str) -> str:
    """What a noun in lower case stands for: paper, person, persons, body or ""."""
    word = re.sub(r"['’]s?$", "", word)
    table = _table()
    if word in table["persons"]:
        return "persons"
    for kind in ("paper", "person", "body"):
        if word in table[kind] or (word.endswith("s") and word[:-1] in table[kind]):
            return kind if word in table[kind] or kind == "paper" else "persons"
    if _ROLE.search(word):
        return "person"
    return ""


@lru_cache(maxsize=20_000)
def _pronoun(low: str) -> str:
    """A word without what is shortened after it ("she'd"), "him" as "he"."""
    low = re.sub(r"['’](?:s|d|ll|ve|re|m)$", "", low)
    return _OBLIQUE.get(low, low)


@lru_cache(maxsize=20_000)
def _stops(low: str) -> bool:
    """Whether a word is never part of a noun phrase."""
    return low in _table()["stop"] or _pronoun(low) in _table()["pronouns"]


@lru_cache(maxsize=20_000)
def _never(low: str) -> bool:
    """Whether a word never begins a noun phrase: a mark, or a small word and no article."""
    return low in ',;:()“”"?!' or (_stops(low) and low not in _table()["determiners"])


@lru_cache(maxsize=20_000)
def _only_gives(low: str) -> bool:
    """Whether a word is a verb of one who gives a figure and no noun for a body or a paper."""
    return gives(low) and noun_kind(low) in ("", "paper") and low not in _table()["paper"]


@dataclass(slots=True)
class Mention:
    """A noun phrase: tokens ``[first, last)`` of a sentence, its own words up to ``head``.

    ``kind``: person, persons, body, paper, name, place, pronoun or thing; ``name``: whom it names
    in the text's fullest words, "" where that is not known.
    """

    sentence: int
    first: int
    head: int
    last: int
    words: str
    kind: str
    noun: str
    name: str = ""
    person: bool = False  # named with a person's own name


_OF_ONE = ("'s", "’s")


def _ends(tokens: list[Token], i: int, first: bool) -> bool:
    """Whether a token cannot be part of a noun phrase."""
    token = tokens[i]
    low = token.low
    if not token.text[0].isalnum():
        if (
            low == "."
            and i
            and (
                tokens[i - 1].low in _table()["titles"]
                or (len(tokens[i - 1].text) == 1 and tokens[i - 1].text.isupper())
            )
        ):
            return False
        return not (low in "-‑&" and not first)
    if low[0].isdecimal():
        return True
    if token.text in _BODIES:
        return False
    if _stops(low):
        return True
    if token.text[0].isupper() and not (i == 0 and low.endswith("ing")):
        return False
    if _only_gives(low):
        return first or not low.endswith("ing")  # "the previous reporting period"
    return low.endswith("ly") or (not first and low.endswith("ed") and len(low) > 4)


def _numbered(tokens: list[Token], j: int, start: int) -> int:
    """How many tokens at ``j`` are a number in a name: "Hospital No. 9", "the 4th Brigade"."""
    if tokens[j].low == "no" and j > start and tokens[j].text == "No":
        k = j + 1 + (j + 1 < len(tokens) and tokens[j + 1].text == ".")
        return k + 1 - j if k < len(tokens) and tokens[k].low[0].isdecimal() else 0
    k = j + 1
    if tokens[j].low[0].isdecimal() and k < len(tokens) and tokens[k].low in _ORDINAL:
        return 2 if tokens[k].start == tokens[j].end else 0
    return 0


def _phrase(tokens: list[Token], i: int) -> int:
    """The token after the noun phrase that begins at ``i``; ``i`` where none does."""
    n = len(tokens)
    j = i
    step = 0
    determiners = _table()["determiners"]
    if tokens[j].low in determiners:
        j += 1
    start = j
    while j < n and j - start < 9:
        if _ends(tokens, j, j == start) and not (step := _numbered(tokens, j, start)):
            break
        if j > start and tokens[j].low in _DETERMINERS:
            break  # "on the Cambodian side the authorities speak of"
        j += step or 1
        step = 0
        if tokens[j - 1].low.endswith(_OF_ONE) and j < n and tokens[j].low in determiners:
            break
    while j > start and tokens[j - 1].text in "-‑&.":
        j -= 1
    return j if j > start else i


def _kind(tokens: list[Token], first: int, head: int, people: People) -> tuple[str, str, bool]:
    while head - first > 1 and (
        tokens[head - 1].low[0].isdecimal() or tokens[head - 1].low in ".no"
    ):
        head -= 1  # "Hospital No. 9"
    noun = _OWNED.sub("", tokens[head - 1].low)
    if noun in _table()["times"]:
        return "thing", noun, False
    words = [t.text for t in tokens[first:head]]
    capital = [w for w in words if w[0].isupper()]
    text = " ".join(capital)
    text = text[:-2] if text.endswith(_OF_ONE) else text
    name = strip_titles(text.replace(" .", "."))[0] if capital else ""
    if capital and (is_person_name(name) or name in people.spans):
        return "person", noun, True
    placed = first > 0 and tokens[first - 1].low in ("in", "at", "near", "from", "to", "around")
    if (
        len(capital) == 1
        and words[-1] == capital[0]
        and not placed
        and last_name(text) in people.full
    ):
        return "person", noun, True
    if capital and words[0].lower() in _table()["titles"] and len(words) > 1:
        return "person", noun, True
    kind = noun_kind(noun)
    if kind:
        return kind, noun, False
    if words[-1][0].isupper():
        if known_actors().get(noun, ("", ""))[1] or (words[-1].isupper() and len(noun) < 8):
            return "body", noun, False
        if noun in known_places() or " ".join(words).lower() in known_places():
            return "place", noun, False
        inside = {noun_kind(w.lower()) for w in words}
        return ("body" if "body" in inside else "name"), noun, False
    return "thing", noun, False


def _may_be_verb(tokens: list[Token], a: int, b: int, kind: str) -> bool:
    """Whether the last word of the noun phrase ``[a, b)`` may be a verb that has it as subject."""
    last, before = tokens[b - 1], tokens[b - 2]
    if kind == "paper" and gives(last.low):
        return True
    if b >= len(tokens) or last.text[0].isupper() or not last.low.isalpha():
        return False
    if tokens[b].low in ("said", "says", "of") or gives(tokens[b].low):
        return False
    if last.low.endswith("s") and not last.low.endswith("ss"):
        return (
            gives(last.low) or before.text.isupper() or noun_kind(before.low) in ("body", "person")
        )
    if noun_kind(last.low) and not gives(last.low):
        return False
    return last.low in _WENT or noun_kind(before.low) == "persons" or gives(last.low)


_WENT = frozenset(
    [
        "saw",
        "took",
        "found",
        "met",
        "heard",
        "put",
        "held",
        "gave",
        "brought",
        "got",
        "sent",
        "made",
        "had",
        "knew",
        "led",
    ]
)


def mentions_in(sentence: Sentence, people: People) -> Iterator[Mention]:
    """The noun phrases of a sentence, in order, those within another one included."""
    tokens = sentence.tokens
    base = sentence.start
    n = len(tokens)
    i = 0
    pronouns, possessive = _table()["pronouns"], _table()["possessive"]
    spans: list[tuple[int, int]] = []
    while i < n:
        low = _pronoun(tokens[i].low)
        if low in pronouns and tokens[i].text not in _BODIES:
            yield Mention(sentence.index, i, i + 1, i + 1, tokens[i].text, "pronoun", low)
            i += 1
            continue
        if low in possessive:
            yield Mention(sentence.index, i, i + 1, i + 1, tokens[i].text, "pronoun", low)
        never = _never(tokens[i].low) and tokens[i].text not in _BODIES
        j = i if never else _phrase(tokens, i)
        if j == i:
            i += 1
            continue
        spans.append((i, j))
        i = j
    for n_span, (a, b) in enumerate(spans):
        last = b
        for c, d in spans[n_span + 1 : n_span + 3]:
            if (
                c != last + 1
                or tokens[last].low not in _table()["links"]
                or tokens[b - 1].low.endswith("’s")
            ):
                break
            if tokens[last].low == "to" or tokens[c].low in _table()["possessive"]:
                break
            last = d
        kind, noun, person = _kind(tokens, a, b, people)
        words = sentence.text[tokens[a].start - base : tokens[last - 1].end - base]
        words = _OWNED.sub("", words)
        yield Mention(sentence.index, a, b, last, words, kind, noun, "", person)
        if b - a > 1 and _may_be_verb(tokens, a, b, kind):
            # "Relief workers number the homeless at", "UNHCR assists": the last may be the verb
            before = _kind(tokens, a, b - 1, people)
            if before[0] != "thing":
                words = sentence.text[tokens[a].start - base : tokens[b - 2].end - base]
                words = _OWNED.sub("", words)
                yield Mention(
                    sentence.index, a, b - 1, b - 1, words, before[0], before[1], "", before[2]
                )
        for k in range(a, b - 1):
            if tokens[k].low.endswith(_OF_ONE) or (
                tokens[k].low.endswith("s") and tokens[k + 1].text in "'’"
            ):
                kind, noun, person = _kind(tokens, a, k + 1, people)
                words = sentence.text[tokens[a].start - base : tokens[k].end - base]
                yield Mention(
                    sentence.index,
                    a,
                    k + 1,
                    k + 1,
                    re.sub(r"['’]s?$", "", words),
                    kind,
                    noun,
                    "",
                    person,
                )


@lru_cache(maxsize=4096)
def bare(words: str) -> str:
    """A name without its article and the blanks of line ends."""
    words = re.sub(r"\s+", " ", words).strip(" ,.;:'’\"“”")
    return re.sub(r"^(?:the|a|an|one|our|this|its|their|his|her)\s+(?=\S)", "", words, flags=re.I)


def stem_of(token: Token) -> str:
    """A token without its ending; a number as ``<n>``."""
    return "<n>" if token.low[0].isdecimal() else stem(token.low)

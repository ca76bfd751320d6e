"""Mentions: the noun phrases of a text that may be speakers, and which of them are the same."""

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import lru_cache

from truceline.reading.names.people import is_person_name, known_actors
from truceline.reading.names.people import strip_titles as bare_name
from truceline.reading.names.places import known_places
from truceline.reading.page.page import Page
from truceline.reading.page.words import Sentence
from truceline.reading.speech.nouns import (
    ALSO_NAMES,
    BODIES,
    CLOSED,
    DETS,
    FEMALE,
    MALE,
    NOT_NAMES,
    PAPERS,
    PARTICLES,
    PARTS,
    PEOPLE,
    SAID,
    SEVERAL,
    SURE,
    TITLES,
)
from truceline.reading.speech.quotation import Quote

_WORD = re.compile(
    r"(?:MR|MRS|MS|DR|GEN|COL|LT|MAJ|CAPT|SGT|Mr|Mrs|Ms|Dr|Gen|Lt|Col|Maj|Brig|Capt|Sgt|Prof|Adm|St|Rev|Hon|Fr|Sr|Cpl|Cmdr|Sen|Gov|Rep|Pte|Amb)\.(?=\s)"
    r"|(?:[A-Z]\.)+(?=[\s-])|[^\W_](?:[\w’'.-]*[^\W_])?['’]?|\S"
)
_SHORTENED = re.compile(r"^(he|she|they|it|i|we|you|who|that|there|what)'(?:d|s|ll|ve|re|m)$")
_OWNED = re.compile(r"(?:['’]s|(?<=s)['’])$")


@lru_cache(maxsize=20_000)
def _bare(low: str) -> str:
    """A word without a genitive's mark and the points of a shortened one."""
    return _OWNED.sub("", low).rstrip(".")


@dataclass(slots=True)
class Word:
    """A word, a mark, or a whole quotation (``quote``: its number)."""

    text: str
    low: str
    start: int
    end: int
    sentence: int
    quote: int = -1


@dataclass(slots=True)
class Mention:
    """A noun phrase: words ``[first, last)`` of a block; ``whole`` is where what hangs on it ends."""

    block: int
    first: int
    last: int
    whole: int
    start: int
    end: int
    sentence: int
    name: str  # the words themselves, without an article
    kind: str  # person, role, body, paper, place, other
    head: str
    definite: bool
    owned: bool = False  # "X's …"
    inside: bool = False  # hangs on the phrase before it: "the head of X"
    gender: str = ""  # m, f, p (several), or not known
    entity: int = -1
    caps: bool = False
    titled: bool = False  # "General X"


@dataclass(slots=True)
class Scene:
    """The words of every block and the mentions, in order."""

    words: dict[int, list[Word]]
    mentions: list[Mention]
    labels: dict[int, str] = field(default_factory=dict)  # entity -> its fullest name
    genders: dict[int, str] = field(default_factory=dict)
    place_of: dict[int, tuple[int, int]] = field(default_factory=dict)  # quote -> block, word
    names: set[int] = field(default_factory=set)  # quotations that are only a name


_ALIAS = re.compile(
    r"(?:known as|alias|nicknamed|goes by|called|himself|herself|named|nom de guerre|codenamed|code-named|under the name(?: of)?)[\s,]*$",
    re.I,
)


def _is_alias(page: Page, quote: Quote, floor: int) -> bool:
    """Whether marks hold only the name by which somebody goes."""
    parts = page.text[quote.start : quote.end].split()
    return (
        0 < len(parts) <= 3
        and all(p[0].isupper() for p in parts)
        and _ALIAS.search(page.text[max(floor, quote.open_at - 30) : quote.open_at]) is not None
    )


def scene_of(page: Page, sentences: list[Sentence], quotes: list[Quote]) -> Scene:
    """The words and mentions of every block of the body, quotations being one word each."""
    scene = Scene({}, [])
    begins = [s.start for s in sentences]
    by_block: dict[int, list[int]] = {}
    for n, quote in enumerate(quotes):
        by_block.setdefault(quote.block, []).append(n)
    shouted = page.text.isupper()
    for number, block in enumerate(page.blocks):
        if block.reason is not None:
            continue
        words: list[Word] = []
        at = block.start
        sentence = bisect_right(begins, at) - 1
        for n in [*by_block.get(number, []), -1]:
            stop = quotes[n].open_at if n >= 0 else block.end
            for match in _WORD.finditer(page.text, at, max(at, stop)):
                text = match.group()
                low = text.lower()
                if "’" in low or "'" in low:
                    low = _SHORTENED.sub(r"\1", low.replace("’", "'"))
                begin = match.start()
                while sentence + 1 < len(begins) and begins[sentence + 1] <= begin:
                    sentence += 1
                words.append(Word(text, low, begin, match.end(), sentence))
            if n >= 0 and _is_alias(page, quotes[n], block.start):
                scene.names.add(n)
                at = max(at, stop + 1)
                continue
            if n >= 0:
                scene.place_of[n] = (number, len(words))
                q = quotes[n]
                words.append(
                    Word("“", "“", q.open_at, q.close_at, bisect_right(begins, q.open_at) - 1, n)
                )
                at = max(at, q.close_at)
        scene.words[number] = words
        _mentions(number, words, page, scene, shouted)
    return scene


_ARTICLE = re.compile(r"(?:al|el|ad|as|an|ar|at|az|ash|ul|d['’]|l['’])-?[A-Z]")


def _is_cap(words: list[Word], n: int) -> bool:
    """Whether a word may be part of a name."""
    word = words[n]
    if not word.text[0].isupper():
        return _ARTICLE.match(word.text) is not None
    low = word.low.rstrip(".")
    if low not in NOT_NAMES:
        return True
    return (
        low in ALSO_NAMES
        and 0 < n < len(words) - 1
        and words[n - 1].low not in ".“:"
        and words[n + 1].text[0].isupper()
        and words[n + 1].low not in NOT_NAMES
    )


def _mentions(number: int, words: list[Word], page: Page, scene: Scene, shouted: bool) -> None:
    """Add the noun phrases of a block to the scene."""
    i = 0
    before: Mention | None = None
    while i < len(words):
        word = words[i]
        if word.text[0].islower() and word.low not in _STARTS and not _is_joined(word.low):
            i += 1
            continue
        phrase = _phrase(words, i)
        if phrase is None:
            i += 1
            continue
        first, last = phrase
        if first == last:  # nothing that could speak
            i = first
            continue
        owned = _OWNED.search(words[last - 1].low) is not None and last < len(words)
        said = " ".join(page.text[words[first].start : words[last - 1].end].split())
        said = _OWNED.sub("", said) if owned else said
        mention = _classed(said, words, number, i, first, last, words[i].low in DETS, owned)
        mention.caps = not shouted and said.isupper() and len(said) > 3
        if before is not None and before.whole == i - 1 and words[i - 1].low in _HANGING:
            mention.inside = True
            before.whole = last
        else:
            before = mention
        scene.mentions.append(mention)
        i = last


def _is_joined(low: str) -> bool:
    return "-" in low or "'" in low


_STARTS = DETS | PEOPLE | BODIES | PARTS
_HANGING = frozenset(["of", "for", "in", "at", "from", "on", "with", "to", "near", "under"])
_ORDINALS = frozenset(["first", "second", "third", "fourth", "other", "latter", "former"])
_COUNTED = frozenset(["same", "other", "two", "three", "first", "most"])


def _phrase(words: list[Word], i: int) -> tuple[int, int] | None:
    """The noun phrase ``[first, last)`` that begins at word ``i``; its article left out."""
    word = words[i]
    if word.quote >= 0 or not word.text[0].isalnum():
        return None
    det = word.low in DETS
    if word.low in ("that", "no") and i + 1 < len(words) and words[i + 1].text[0].isupper():
        return None
    key = _bare(word.low)
    if not det and not _is_cap(words, i) and key not in PEOPLE and key not in BODIES:
        return None
    size = len(words)
    if det and i + 2 < size and words[i + 1].low in _ORDINALS:
        follows = words[i + 2].low
        if follows in SAID or follows in CLOSED or not follows[0].isalpha():
            return i + 1, i + 2  # "said the second"
    j = i + 1 if det else i
    while det and j < size and words[j].low in _COUNTED:
        j += 1
    first, head = j, -1
    while j < size and j - first < 9:
        w = words[j]
        key = _bare(w.low)
        if w.quote >= 0 or not w.text[0].isalpha():
            break
        is_part = w.low in PARTICLES and j > first and j + 1 < size
        if is_part and words[j + 1].text[0].isupper():
            j += 1
            continue
        open_head = head >= 0 and not _OWNED.search(words[head].low)
        if _is_cap(words, j):
            if open_head and words[head].text[0].islower() and words[head].low in PAPERS:
                break
            head = j
        elif w.low in CLOSED or (w.low in SURE and j > first):
            break
        elif open_head and key in PAPERS and words[head].low.endswith("s"):
            break  # "both banks report"
        elif key in PEOPLE or key in BODIES or key in PAPERS:
            # "Fatima Khoury doctor" is none; "the Unrwa officer" is one
            if open_head and not det and _is_cap(words, i) and words[head].text[0].isupper():
                break
            head = j
        elif open_head or (not det and head < 0 and j > first):
            break
        j += 1
    if head < 0 and word.low in PARTS and i + 1 < size and words[i + 1].low == "of":
        return i, i + 1  # "one of them"
    if head < 0 and word.low == "one" and i + 1 < size and words[i + 1].low in SAID:
        return i, i + 1
    if head >= 0 and head + 1 < j and _OWNED.search(words[head].low):
        head += 1  # "the insurgents' reply"
        while head + 1 < j and not words[head + 1].low.endswith(("ed", "s", "ly")):
            head += 1
    if head >= 0:
        return first, head + 1
    if not det or j == first:
        return None
    if words[first].low in ("name", "names"):
        return first + 1, first + 1
    head = first  # another thing with an article: "the voice"
    while head + 1 < j and not words[head + 1].low.endswith(("ed", "s")):
        head += 1
    return first, head + 1


@lru_cache(maxsize=4096)
def proper(phrase: str) -> str:
    """A phrase without the small words before a name: "cattle-raiser Heriberto Tapias"."""
    return re.sub(r"^(?:(?!(?:al|el)-)[a-z][\w’'-]*\s+)+(?=[A-Z])", "", phrase)


def _classed(
    phrase: str,
    words: list[Word],
    block: int,
    i: int,
    first: int,
    last: int,
    det: bool,
    owned: bool,
) -> Mention:
    head = _bare(words[last - 1].low)
    lows = [_bare(w.low) for w in words[first:last]]
    capital = words[last - 1].text[0].isupper() or _ARTICLE.match(words[last - 1].text) is not None
    own = proper(phrase)
    kind = "other"
    name = bare_name(own)[0]
    known = known_actors().get(phrase.lower()) or known_actors().get(name.lower())
    place = known_places().get(phrase.lower())
    titled = capital and len(lows) > 1 and any(w in TITLES for w in lows[:-1])
    if (known and known[1] == "person") or (
        capital
        and head not in PEOPLE
        and (titled or is_person_name(own) or is_person_name(name))
        and not (det and words[i].low == "the" and not titled and head in BODIES)
    ):
        kind = "person"
    elif place is not None or known:
        kind = "place" if known is None else "body"
    elif head in BODIES:
        kind = "body"
    elif head in PEOPLE:
        kind = "role"
    elif head in PAPERS:
        kind = "paper"
    elif head in PARTS or head in _ORDINALS:
        kind = "role"
    elif capital and not det and len(lows) == 1 and (i == 0 or words[i - 1].low in ".“:?!"):
        kind = "first"  # a capital that may only be the sentence's
    elif capital and (not det or words[i].low == "one") and (len(lows) == 1 or " " not in own):
        kind = "single"
    elif capital:
        kind = "body"
    gender = ""
    if kind in ("person", "role", "single"):
        if any(w in FEMALE for w in lows):
            gender = "f"
        elif any(w in MALE for w in lows):
            gender = "m"
    if head in SEVERAL or (head.endswith("s") and kind in ("role", "body") and not capital):
        gender = "p"
    if kind == "other" and head.endswith("s") and not head.endswith("ss"):
        gender = "p"
    singular = head[:-1] if head.endswith("s") else head
    if kind == "other" and singular in PEOPLE:
        kind, gender = "role", "p"
    found = Mention(
        block,
        i,
        last,
        last,
        words[i].start,
        words[last - 1].end,
        words[i].sentence,
        phrase,
        kind,
        head,
        det and words[i].low in ("the", "this", "that", "same", "his", "her", "their", "its"),
        owned,
        False,
        gender,
    )
    found.titled = titled or name != own
    return found

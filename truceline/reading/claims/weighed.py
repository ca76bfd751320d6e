"""The measure of a figure by the weight of the words around it.

For each number (``figures``) the words left and right of it, their classes (``words``), how the
number is written, what the rules say and what the figure before counted are weighed
(``data/claim-net.npz``): the answer is one of the ten measures or none.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable

from truceline.model.claim import MEASURES
from truceline.reading.claims.figures import Spot
from truceline.reading.claims.frames import frame_of
from truceline.reading.claims.words import classes, phrases_in
from truceline.reading.names.places import known_places
from truceline.reading.page.words import Sentence
from truceline.reading.weighing.features import stem

NONE = "none"
HARM = frozenset((*MEASURES, "aid", "back", "free"))
_INTO = frozenset(("in", "into", "to", "across", "from", "inside", "over", "with", "and"))
_REACH = 9  # words to either side


_BARE = frozenset(
    (".", ",", ";", ")", "and", "in", "on", "at", "from", "during", "by", "for", "of")
)


def _near(n: int) -> str:
    return str(n) if n < 3 else "3" if n < 5 else "5"


def words_of(sentence: Sentence, spots: list[Spot]) -> list[str]:
    """Each token without its ending; a number as ``<n>``, a name as ``<N>``."""
    found = [
        "<n>"
        if t.low[0].isdecimal()
        else "<N>"
        if t.text[0].isupper() and n and not classes(t.low) and not t.text.isupper()
        else stem(t.low)
        for n, t in enumerate(sentence.tokens)
    ]
    for spot in spots:
        if not spot.single:
            for n in range(spot.q.core, spot.q.last):
                found[n] = "<n>"
    return found


def _side(
    words: list[str], kinds: list[frozenset[str]], span: Iterable[int], side: str, found: set[str]
) -> tuple[str, str]:
    """Add the words on one side of a figure; the nearest word of harm and of a thing counted."""
    crossed = ""
    harm = thing = ""
    numbers = 0
    n = 0
    last = "<n>"
    for i in span:
        word = words[i]
        if word in (";", ":", "("):
            crossed = word
            found.add(f"{side}mark:{word}")
            continue
        if word in (",", "—", "–"):
            if crossed == "":
                found.add(f"{side}comma:{_near(n)}")
            crossed = crossed or ","
            continue
        if word == "<n>":
            if numbers == 0:
                found.add(f"{side}number:{_near(n)}{crossed}")
            numbers += last != "<n>"
        n += 1
        if n > _REACH:
            break
        found.add(f"{side}{crossed}:{word}")
        if n <= 4:
            found.add(f"{side}{crossed}{_near(n)}:{word}")
        if n <= 3:
            found.add(f"{side}2:{last} {word}")
        for name in kinds[i]:
            found.add(f"{side}{crossed}c:{name}")
            if n <= 4:
                found.add(f"{side}{crossed}c{_near(n)}:{name}")
            if name in HARM:
                if not harm:
                    found.add(f"{side}first:{name}:{'x' if numbers else ''}{crossed}")
            elif not thing:
                found.add(f"{side}thing:{name}{crossed}")
        if not harm and kinds[i] & HARM:
            harm = "/".join(sorted(kinds[i] & HARM))
        if not thing and kinds[i] - HARM:
            thing = "/".join(sorted(kinds[i] - HARM))
        last = word
    return harm, thing


def _beyond_aside(
    words: list[str], kinds: list[frozenset[str]], first: int, found: set[str]
) -> None:
    """Add the words that go on after an insertion: "people, most of them women, have moved"."""
    opened = 0
    for i in range(first, min(first + 22, len(words))):
        word = words[i]
        if word in (";", ":"):
            return
        if word not in (",", "(", ")", "—", "–"):
            continue
        if not opened:
            if i - first > 5:
                return
            opened = i
            continue
        verb = words[i + 1 : i + 2]
        if word != "(" and verb and verb[0] in _AUXILIARY:
            for k in range(i + 1, min(i + 7, len(words))):
                found.add("RA:" + words[k])
                found.add("R:" + words[k])
                for name in kinds[k]:
                    found.add("RAc:" + name)
                    found.add("Rc:" + name)
        return


_AUXILIARY = frozenset(
    [
        "were",
        "was",
        "have",
        "has",
        "had",
        "are",
        "is",
        "ar",
        "wer",
        "wa",
        "ha",
        "be",
        "been",
        "remain",
        "fled",
        "died",
    ]
)


_YEAR = re.compile(r"[12]\d\d\d")


def features_of(
    sentence: Sentence,
    lows: list[str],
    words: list[str],
    kinds: list[frozenset[str]],
    spots: list[Spot],
    n: int,
    shared: set[str],
) -> set[str]:
    """What is known of a figure before anything is known of its neighbours."""
    spot = spots[n]
    q = spot.q
    tokens = sentence.tokens
    found = {"S" + f for f in shared}
    lh, _ = _side(words, kinds, range(q.first - 1, -1, -1), "L", found)
    rh, rt = _side(words, kinds, range(q.last, len(tokens)), "R", found)
    _beyond_aside(words, kinds, q.last, found)
    found |= frame_of(lows, words, kinds, q.first, q.last)
    found.add(f"LR:{lh}|{rh}")
    found.add(f"RT:{rt}|{rh}")
    found.add(f"LT:{lh}|{rt}")
    after = words[q.last] if q.last < len(words) else "."
    before = words[q.first - 1] if q.first else "^"
    found.add(f"B:{before} _ {after}")
    value = q.value if q.value is not None else q.low or 0
    token = tokens[q.core]
    found.add("size:" + str(min(6, len(str(int(value))))))
    if value == 1:
        found.add("one:" + token.low)
    if value != int(value):
        found.add("part")
    found.add("digits" if token.low[0].isdecimal() else "words")
    if "," in token.text:
        found.add("grouped")
    if spot.single:
        found |= {"single", "single" + rh}
    if q.qualifier:
        found |= {"bounded", "q:" + q.qualifier}
    if q.core == 0:
        found.add("first")
    if _YEAR.fullmatch(token.text):
        found.add("year")
    if q.core and tokens[q.core - 1].text in "$€£%":
        found.add("money")
    return found


def add_phrases(sentence: Sentence, spots: list[Spot], features: list[set[str]]) -> None:
    """Add to the features of each figure the phrases on either side of it.

    "0" where no other figure stands between, "1" beyond one, "2" beyond more; ";" and "," where a
    mark stands between.
    """
    low = sentence.low
    phrases = phrases_in(low)
    starts = [s.start for s in spots]
    for n, spot in enumerate(spots):
        found = features[n]
        nearest = {"L": "", "R": ""}
        best = {"L": 10_000, "R": 10_000}
        for start, end, name in phrases:
            if start >= spot.start:
                side, between = "R", low[spot.end : start] if start > spot.end else ""
                others = max(0, bisect_left(starts, start) - n - 1)
            else:
                side, between = "L", low[end : spot.start] if end < spot.start else ""
                others = n - bisect_right(starts, start)
            mark = ";" if ";" in between or ":" in between else "," if "," in between else ""
            found.add(f"ph:{side}{min(others, 2)}{mark}:{name}")
            found.add(f"ph:{side}:{name}")
            if others == 0:
                found.add(f"ph:{side}0:{name}")
                gap = len(between)
                if name not in ("plan", "goods") and gap < best[side]:
                    best[side], nearest[side] = gap, name
        found.add(f"phs:{nearest['L']}|{nearest['R']}")
        found.add(f"phl:{nearest['L']}")
        found.add(f"phr:{nearest['R']}")


def shared_of(sentence: Sentence, words: list[str], kinds: list[frozenset[str]]) -> set[str]:
    """What holds for each figure of a sentence."""
    found = {"c:" + name for some in kinds for name in some if name in HARM}
    if sentence.heading:
        found.add("heading")
    return found


def home_of(sentences: list[Sentence]) -> str:
    """The country that a document names most, by its code; "" where it names none."""
    count: dict[str, int] = {}
    known = known_places()
    for sentence in sentences:
        for token in sentence.tokens:
            if token.text[0].isupper() and (place := known.get(token.low)):
                count[place.country] = count.get(place.country, 0) + 1
    return max(count, key=lambda code: count[code], default="")


def add_lands(sentence: Sentence, spots: list[Spot], features: list[set[str]], home: str) -> None:
    """Add to each figure the lands named near it: at home or abroad, and how they stand."""
    known = known_places()
    tokens = sentence.tokens
    lands = []
    for n, token in enumerate(tokens):
        if token.text[0].isupper() and (place := known.get(token.low)):
            led = next((t.low for t in reversed(tokens[max(0, n - 3) : n]) if t.low in _INTO), "-")
            lands.append((n, place, led))
    if not lands:
        return
    for n, spot in enumerate(spots):
        q = spot.q
        following = spots[n + 1].q.first if n + 1 < len(spots) else len(tokens)
        for at, place, led in lands:
            away = "away" if place.country != home else "home"
            if q.last <= at < following:
                features[n].add(f"land:R:{away}:{led}")
                features[n].add(f"land:R:{away}:{place.kind}")
            elif at < q.first and q.first - at < 10:
                features[n].add(f"land:L:{away}:{place.kind}")


def after_another(
    sentence: Sentence,
    words: list[str],
    spots: list[Spot],
    n: int,
    before: str,
    last: str,
    gap: int,
) -> set[str]:
    """What the figure before adds: its measure, and the words between the two.

    ``before``: the answer for the figure before in the sentence, "^" for none; ``last``: the
    measure of the last claim, ``gap`` sentences before.
    """
    found = {f"P:{before}"}
    if last:
        found |= {f"last:{last}", f"last:{last}:{min(gap, 3)}", f"lastgap:{min(gap, 3)}"}
    rest = words[spots[n].q.last : spots[n].q.last + 2]
    if n:
        between = words[spots[n - 1].q.last : spots[n].q.first]
        if len(between) <= 6:
            found.add(f"G:{' '.join(between)}")
            found.add(f"PG:{before}:{' '.join(between)}")
        found.add(f"P:{before}:{_near(len(between))}")
        for word in between[-3:]:
            found.add(f"PL:{before}:{word}")
    if words[0] == "of":  # "Of these, 41 …", "Of the 23, seventeen …"
        found.add(f"ofhead:{before if before != '^' else last}")
    if not rest or rest[0] in _BARE:
        # "In the south it recorded eight": what it counts is told before
        found |= {f"bare:{before}", f"barelast:{last}", f"bare:{before if before != '^' else last}"}
    for word in rest[:1]:
        found.add(f"PR:{before}:{word}")
    if rest[:1] == ["of"] and len(rest) > 1:
        found.add(f"Pof:{before if before != '^' else last}:{rest[1]}")
    return found

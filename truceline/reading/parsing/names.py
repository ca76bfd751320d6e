"""Persons, bodies and places that a parser names and the rules did not."""

import re
from collections import Counter
from collections.abc import Mapping

from truceline.reading.names.gazetteer import Gazetteer
from truceline.reading.names.people import (
    People,
    is_no_name,
    known_actors,
    last_name,
    names_in,
    strip_titles,
)
from truceline.reading.names.places import known_places
from truceline.reading.names.who import Mention
from truceline.reading.page.words import Sentence
from truceline.reading.parsing.seen import Seen

_PLACES = frozenset(("GPE", "LOC", "FAC"))
_KINDS = _PLACES | {"ORG", "PERSON"}
_FULL = re.compile(
    r"[A-ZÀ-ÞŞĞİÇÖÜ][\w’'-]+(?: (?:al|el|bin|ibn|bint|abu|de|del|da|dos|van|von|der|den|la|le|ul|ur)(?= ))?"
    r"(?: (?:[A-ZÀ-ÞŞĞİÇÖÜ][\w’'-]+|[A-Z]\.|(?:al|el|ad|as|an|ar|at|az|ash)-[A-Z][\w’'-]+)){1,4}"
)
_BODY = re.compile(r"[A-ZÀ-ÞŞĞİÇÖÜ][\w’'&.-]*(?: (?:of|for|and|the|[A-ZÀ-ÞŞĞİÇÖÜ][\w’'&.-]*)){0,7}")
_SPOT = re.compile(r"[A-ZÀ-ÞŞĞİÇÖÜ][\w’'-]*[a-z][\w’'-]*(?:[ -][A-Za-z][\w’'-]*){0,3}")
_NO_BODY = re.compile(
    r"\b(?:article|agreement|protocol|accord|memorandum|annex|resolution|treaty|section|phase|day|"
    r"gmt|utc|time|simulated|ceasefire|cease-fire|truce|line|zone|corridor|highway|covid|eid|ramadan|"
    r"introduction|observations|year|easter|christmas|understanding)\b|^(?:neither|either|both|any|non-)\b",
    re.I,
)
_PLACED = re.compile(
    r"\b(?:in|at|near|around|towards?|to|from|outside|into|inside|across|over|through|via|"
    r"(?:cit(?:y|ies)|towns?|villages?|north|south|east|west|port|district|province) of)\s+(?:the )?$"
)
_QUARTER = re.compile(r"(?:north|south|east|west)(?:ern)?", re.I)
_OWNED = re.compile(r"['’]s?$")


def see_people(parsed: Mapping[int, Seen], people: People) -> None:
    """Add the persons that the parser names; take out what it never calls a person.

    A name that the rules took for a person's, with no office beside it, that the parser calls a
    place wherever it stands, and before which "in", "near" and the like always stand, is a place.
    """
    labels: dict[str, Counter[str]] = {}
    where: dict[str, list[tuple[int, int]]] = {}
    placed: Counter[str] = Counter()
    for seen in parsed.values():
        for name in seen.names:
            if name.label not in _KINDS:
                continue
            words = _OWNED.sub("", seen.sentence.text[name.start : name.end])
            words = words.removeprefix("the ").removeprefix("The ")
            bare, role = strip_titles(words)
            labels.setdefault(bare, Counter())[name.label] += 1
            placed[bare] += _is_placed(seen, name.start)
            at = seen.sentence.start + name.start + seen.sentence.text[name.start :].find(bare)
            where.setdefault(bare, []).append((at, at + len(bare)))
            if role and name.label == "PERSON":
                people.roles.setdefault(role, bare)
    for words, seen_as in labels.items():
        if seen_as["PERSON"] and not (seen_as.keys() - {"PERSON"}):
            if words not in people.spans and _may_be_person(words):
                people.spans[words] = where[words]
                people.full.setdefault(last_name(words), []).append(words)
        elif (
            words in people.spans
            and not (seen_as.keys() - _PLACES)
            and placed[words] == seen_as.total()
            and words not in people.roles.values()
            and words.lower() not in known_actors()
        ):
            del people.spans[words]
            others = people.full.get(last_name(words), [])
            people.full[last_name(words)] = [n for n in others if n != words]
            if not people.full[last_name(words)]:
                del people.full[last_name(words)]


def _is_placed(seen: Seen, start: int) -> bool:
    return _PLACED.search(seen.sentence.text[max(0, start - 30) : start]) is not None


def _may_be_person(words: str) -> bool:
    low = words.lower()
    return (
        _FULL.fullmatch(words) is not None
        and low not in known_actors()
        and low not in known_places()
        and not any(
            is_no_name(p)
            or ((k := known_places().get(p)) is not None and k.kind in ("people", "country"))
            for p in low.split()
        )
    )


def see_names(
    sentences: list[Sentence],
    parsed: Mapping[int, Seen],
    actors: list[Mention],
    spots: list[Mention],
    gazetteer: Gazetteer,
) -> None:
    """Add bodies to ``actors`` and places to ``spots`` where no name of the rules stands."""
    taken = [span for m in (*actors, *spots) for span in m.spans]
    bodies: dict[str, Mention] = {m.name.lower(): m for m in actors}
    places: dict[str, Mention] = {m.name.lower(): m for m in spots}
    for sentence in sentences:
        seen = parsed.get(sentence.index)
        if seen is None or sentence.heading:
            continue
        runs = {m.start(): m.end() for m in names_in(sentence)}
        for name in seen.names:
            start, end = _trimmed(sentence.text, name.start, name.end)
            words = sentence.text[start:end]
            span = (sentence.start + start, sentence.start + end)
            if any(a < span[1] and span[0] < b for a, b in taken) or _is_nothing(
                words, start, runs
            ):
                continue
            if name.label == "ORG" and _is_body(words):
                _put(actors, bodies, words, "organisation", span, None)
            elif (
                name.label in _PLACES
                and _SPOT.fullmatch(words)
                and not _QUARTER.fullmatch(words)
                and (_is_placed(seen, start) or words.lower() in places or gazetteer.find(words))
            ):
                _put(spots, places, words, "place", span, gazetteer)
            else:
                continue
            taken.append(span)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    lead = re.match(r"(?:[Tt]he|[Aa]n?)\s+", text[start:end])
    start += lead.end() if lead else 0
    return start, end - len(text[start:end]) + len(_OWNED.sub("", text[start:end]).rstrip(" .,"))


def _is_nothing(words: str, start: int, runs: dict[int, int]) -> bool:
    """Whether words are no name: a month, a clock, a word that is large as it opens a sentence."""
    low = words.lower()
    one = " " not in words and "-" not in words
    return (
        len(words) < 2
        or not words[0].isupper()
        or is_no_name(low.split()[0])
        or _NO_BODY.search(words) is not None
        or low in known_places()
        or low in known_actors()
        or (one and start == 0)
        or (start not in runs and one)
    )


def _is_body(words: str) -> bool:
    acronym = re.fullmatch(r"[A-Z][A-Z0-9&-]{1,9}", words)
    return acronym is not None or (" " in words and _BODY.fullmatch(words) is not None)


def _put(
    to: list[Mention],
    known: dict[str, Mention],
    words: str,
    kind: str,
    span: tuple[int, int],
    gazetteer: Gazetteer | None,
) -> None:
    mention = known.get(words.lower())
    if mention is None:
        mention = Mention(words, kind, {}, [])
        found = gazetteer.find(words) if gazetteer is not None else None
        if found is not None:
            mention.lon, mention.lat, mention.gazetteer = found.lon, found.lat, found.gazetteer
        known[words.lower()] = mention
        to.append(mention)
    mention.variants[words] = mention.variants.get(words, 0) + 1
    mention.spans.append(span)

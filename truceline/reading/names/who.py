"""The actors and places that a document names, spellings merged by alias and careful matching."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from truceline.reading.names.gazetteer import Gazetteer
from truceline.reading.names.people import NAME, People, known_actors, names_in, unowned
from truceline.reading.names.places import Known, known_places, zone_offset
from truceline.reading.page.page import Page
from truceline.reading.page.words import Sentence


@dataclass(slots=True)
class Mention:
    """A thing named: its name in the text's fullest words, spellings, and where."""

    name: str
    kind: str
    variants: dict[str, int]
    spans: list[tuple[int, int]]
    lon: float | None = None
    lat: float | None = None
    gazetteer: str | None = None
    role: str | None = None


_CAPITAL = re.compile(r"[A-ZÀ-ÞŞĞİÇÖÜ]")
_PREPOSITION = re.compile(
    r"\b(?:in|at|near|around|towards?|to|from|outside|into|of|between|and|over|across|north|south|east|west|northern|southern|eastern|western|city of|town of|village of|province of|region of|district of)\s+(?:the )?(?:northern |southern |eastern |western |central )?$"
)
_FEATURE = re.compile(
    r"\b(?:corridor|line|zone|crossing|district|province|region|city|town|village|river|heights|strip|valley|highway|motorway|port|camp|airport|governorate|county|peninsula|bridge|road|island|mountains?)\b",
    re.I,
)


_WORD = re.compile(r"\S+")


def mentions_of(
    sentences: list[Sentence], people: People, gazetteer: Gazetteer
) -> tuple[list[Mention], list[Mention]]:
    """Actors and places of the body."""
    actors: dict[str, Mention] = {}
    places: dict[str, Mention] = {}
    known = known_actors()
    spots = known_places()
    gazetteer.about(sentences, people)
    for sentence in sentences:
        text = sentence.text
        for match in names_in(sentence):
            words = unowned(match.group())
            base = sentence.start + match.start()
            before = text[max(0, match.start() - 40) : match.start()] if gazetteer.listed else ""
            for at, piece in _pieces(words, known, spots, gazetteer, people, before):
                span = (base + at, base + at + len(piece))
                low = piece.lower()
                if low in known and not (low in ("aa", "un") and piece.islower()):
                    name, kind = known[low]
                    _add(actors, name, kind, piece, span)
                elif piece in people.spans and not _a_place(
                    gazetteer, people, piece, words, before
                ):
                    name = people.resolve(piece)
                    _add(
                        actors,
                        known.get(name.lower(), (name, ""))[0],
                        "person",
                        piece,
                        span,
                        fullest=name,
                    )
                elif (
                    place := _found(gazetteer, piece, words, text, match.start(), at)
                ) is not None:
                    if place.kind == "people":
                        _add(actors, place.name, "state", piece, span)
                        continue
                    if place.kind in ("country", "capital"):
                        governs = place.kind == "capital" and not _PREPOSITION.search(
                            text[max(0, match.start() + at - 30) : match.start() + at]
                        )
                        if place.kind == "country" or governs:
                            country = (
                                place.name
                                if place.kind == "country"
                                else next(
                                    (
                                        p.name
                                        for p in spots.values()
                                        if p.country == place.country and p.kind == "country"
                                    ),
                                    place.name,
                                )
                            )
                            _add(actors, country, "state", piece, span)
                        if low in ("kremlin", "the kremlin", "white house", "the white house"):
                            continue
                        if place.kind == "country" or not governs:
                            _add_place(
                                places,
                                piece,
                                span,
                                place.name,
                                place.lon,
                                place.lat,
                                place.gazetteer,
                            )
                        continue
                    if place.level is not None:
                        piece, span = _with_unit(text, match.start() + at, piece, span)
                    _add_place(
                        places,
                        piece,
                        span,
                        place.name,
                        place.lon,
                        place.lat,
                        place.gazetteer,
                        place.key,
                    )
                elif (
                    _PREPOSITION.search(text[max(0, match.start() - 30) : match.start()])
                    and at == 0
                    and _looks_like_place(piece, text[match.end() : match.end() + 25])
                ):
                    _add_place(places, piece, span, piece, None, None, None)
        if gazetteer.listed and not text.isascii():
            for at, piece, place in gazetteer.in_arabic(sentence):
                span = (sentence.start + at, sentence.start + at + len(piece))
                _add_place(
                    places,
                    piece,
                    span,
                    place.name,
                    place.lon,
                    place.lat,
                    place.gazetteer,
                    place.key,
                )
    return list(actors.values()), list(places.values())


_UNIT = re.compile(
    r"\s+(?:governorate|province|oblast|district|county|raion|sub-?district)\b", re.I
)


def _a_place(gazetteer: Gazetteer, people: People, piece: str, run: str, before: str) -> bool:
    """Whether what looks like a person's name is a listed place ("Jisr al-Shughur")."""
    return (
        gazetteer.listed
        and piece not in people.roles.values()
        and gazetteer.lists_it(piece, run, before, first=not before)
    )


def _found(
    gazetteer: Gazetteer, piece: str, run: str, text: str, start: int, at: int
) -> Known | None:
    if not gazetteer.listed:
        return gazetteer.find(piece)
    before, end = text[max(0, start - 40) : start], start + at + len(piece)
    listed = gazetteer.lists_it(piece, run, before, first=not (at or before))
    return gazetteer.find(
        piece, text[max(0, start + at - 40) : start + at], text[end : end + 30], listed=listed
    )


def _with_unit(
    text: str, at: int, piece: str, span: tuple[int, int]
) -> tuple[str, tuple[int, int]]:
    """An admin unit goes by its whole name, "Idlib province": the town's is shorter."""
    unit = _UNIT.match(text, at + len(piece))
    if unit is None:
        return piece, span
    return text[at : unit.end()], (span[0], span[1] + unit.end() - unit.start())


def _looks_like_place(words: str, after: str) -> bool:
    if words.split(maxsplit=1)[0].lower() in (
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
        "the",
        "article",
        "resolution",
        "phase",
        "eid",
        "ramadan",
        "god",
        "parties",
        "party",
        "president",
        "mr",
        "general",
        "gmt",
        "utc",
    ):
        return False
    return (
        _FEATURE.search(words) is not None
        or re.match(
            r"\s+(?:corridor|district|province|region|city|town|village|crossing|governorate|river|camp|port|airport|highway|motorway|road|county)\b",
            after,
        )
        is not None
    )


def _pieces(
    words: str,
    known: dict[str, tuple[str, str]],
    spots: dict[str, Known],
    gazetteer: Gazetteer,
    people: People,
    before: str = "",
) -> list[tuple[int, str]]:
    """The longest known names inside a run of capitalised words."""
    parts = [(m.start(), m.end()) for m in _WORD.finditer(words)]
    found: list[tuple[int, str]] = []
    i = 0
    own = gazetteer.own_names()
    while i < len(parts):
        for j in range(len(parts), i, -1):
            piece = (
                words[parts[i][0] : parts[j - 1][1]].rstrip(".,")
                if words[parts[i][0] : parts[j - 1][1]].lower() not in known
                else words[parts[i][0] : parts[j - 1][1]]
            )
            piece = unowned(piece)
            low = piece.lower()
            written = _CAPITAL.match(piece) or "-" in piece
            if (
                piece in people.spans
                or (written and (low in known or low in spots or low in own))
                or (
                    gazetteer.listed
                    and written
                    and gazetteer.lists_it(piece, words, before, first=not (i or before))
                )
            ):
                found.append((parts[i][0], piece))
                i = j - 1
                break
        i += 1
    if not found and words:
        found.append((0, words))
    return found


def _add(
    actors: dict[str, Mention],
    key: str,
    kind: str,
    piece: str,
    span: tuple[int, int],
    fullest: str | None = None,
) -> None:
    mention = actors.setdefault(key, Mention(fullest or piece, kind, {}, []))
    mention.variants[piece] = mention.variants.get(piece, 0) + 1
    mention.spans.append(span)
    if fullest and kind == "person":
        mention.name = fullest
    elif (kind != "other spelling" and len(piece) > len(mention.name) and kind != "state") or (
        kind == "state" and piece == key
    ):
        mention.name = piece


def _add_place(
    places: dict[str, Mention],
    piece: str,
    span: tuple[int, int],
    name: str,
    lon: float | None,
    lat: float | None,
    gazetteer: str | None,
    key: str = "",
) -> None:
    mention = places.setdefault(
        key or name.lower(), Mention(piece, "place", {}, [], lon, lat, gazetteer)
    )
    mention.variants[piece] = mention.variants.get(piece, 0) + 1
    mention.spans.append(span)
    if (len(piece) > len(mention.name) and mention.name != name) or piece == name:
        mention.name = piece


def also_named(page: Page, actors: list[Mention]) -> None:
    """Other spellings of the body's persons in tag lists and captions ("Vladimir Poutine")."""
    known = known_actors()
    by_name = {known.get(a.name.lower(), (a.name, ""))[0]: a for a in actors if a.kind == "person"}
    for block in page.blocks:
        if block.reason not in ("tags", "caption"):
            continue
        for match in NAME.finditer(page.text[block.start : block.end]):
            words = match.group()
            name = known.get(words.lower(), ("", ""))[0]
            if name in by_name and words.lower() in known:
                _add(
                    {name: by_name[name]},
                    name,
                    "other spelling",
                    words,
                    (block.start + match.start(), block.start + match.end()),
                )


def without_garbled(actors: list[Mention], garbled: list[tuple[int, int]]) -> list[Mention]:
    """A name read out of a garbled one is nobody; what is left of it goes to the known person."""
    known = known_actors()
    kept = []
    for actor in actors:
        if (
            actor.kind == "person"
            and actor.name.lower() not in known
            and all(any(a <= s[0] < b for a, b in garbled) for s in actor.spans)
        ):
            continue
        kept.append(actor)
    return kept


_DATELINE = re.compile(r"[A-Z][A-Z’'. /-]{3,40}(?:,[^–—-]{0,40})?(?:\([^)]*\)\s*)?\s*[–—-]{1,2}\s")


def the_zone(
    sentences: list[Sentence], country_zone: Callable[[str], str | None], day: date | None = None
) -> str | None:
    """The one clock zone that the document's places lie in, None where they differ."""
    counts: Counter[str] = Counter()
    spots = known_places()
    for sentence in sentences:
        lead = _DATELINE.match(sentence.text) if sentence.index < 4 else None
        for match in names_in(sentence):
            if lead and match.start() < lead.end():
                continue  # where it was written, not what it is about
            words = unowned(match.group())
            place = spots.get(words.lower())
            if place and place.country:
                counts[place.country] += 1
    if not counts:
        return None
    zones = {country_zone(c): n for c, n in counts.items()}
    noon = datetime(day.year, day.month, day.day, 12) if day else None
    if noon and len(zones) > 1 and None not in zones:
        offsets = {zone_offset(z, noon) for z in zones if z}
        if len(offsets) == 1:
            return country_zone(counts.most_common(1)[0][0])
    top, n = counts.most_common(1)[0]
    zone = country_zone(top)
    total = sum(counts.values())
    if len(zones) == 1 or n >= 0.75 * total:
        return zone
    return None

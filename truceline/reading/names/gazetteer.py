"""Look a place up: the agreement's own places, the user's lists, the built-in list, the world's towns.

Places of one name are kept apart: the document's countries choose, and where they do not, no
coordinates are given and ``unsure`` says so. Nothing is found by likeness.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from truceline.model.spot import Spot, Spots, choose, key_of, km_between
from truceline.reading.names.people import People, is_no_name, names_in
from truceline.reading.names.places import Known, known_places
from truceline.reading.page.words import Sentence


class Lookup(Protocol):
    """A gazetteer: a whole list, or one that is read for the countries that a document names."""

    def among(self, countries: frozenset[str]) -> Spots:
        """The places to look in for a document about these countries."""


_LEVELS = {
    "governorate": 1,
    "province": 1,
    "oblast": 1,
    "muhafazah": 1,
    "district": 2,
    "county": 2,
    "raion": 2,
    "subdistrict": 3,
    "sub-district": 3,
    "nahiya": 3,
}
_UNIT_AFTER = re.compile(rf"\s+(?P<kind>{'|'.join(_LEVELS)})\b", re.I)
_UNIT_BEFORE = re.compile(rf"\b(?P<kind>{'|'.join(_LEVELS)}) of (?:the )?$", re.I)
_BESIDE = re.compile(
    r"(?:(?:north|south|east|west)(?:ern)?|central|middle|near|far|upper|lower|greater|old|new|governorate|province|"
    r"oblast|district|county|raion|sub-?district|city|town|village|region|camp|river|valley|airport|"
    r"crossing|port|front|line|road|highway|bridge|hospital|rural|countryside|mount|jebel)"
)
_PLACED = re.compile(
    r"\b(?:in|at|near|around|towards?|to|from|outside|into|inside|of|between|across|over|through|via|"
    r"(?:north|south|east|west)(?:ern)?|cit(?:y|ies) of|towns? of|villages? of)\s+(?:the )?(?:\w+ern |central )?$"
)
_ARABIC = re.compile(r"[\u0621-\u064a\u0671-\u06d3]{2,}")
_STATES = {
    "سوريا": "SY",
    "سورية": "SY",
    "لبنان": "LB",
    "العراق": "IQ",
    "تركيا": "TR",
    "اليمن": "YE",
    "ليبيا": "LY",
    "السودان": "SD",
    "فلسطين": "PS",
    "غزة": "PS",
    "الأردن": "JO",
    "مصر": "EG",
    "الجزائر": "DZ",
    "المغرب": "MA",
    "تونس": "TN",
    "إيران": "IR",
    "إسرائيل": "IL",
    "الصومال": "SO",
}
_JOINED = "وبلفك"  # and, in, to, so, as: written as one word with the name


class Gazetteer:
    """One document's way to look places up.

    ``places`` maps a name to (lon, lat) or to {"lon", "lat", "aliases", "gazetteer"}: they go
    before all else. ``lists`` are asked in their order, those of the whole world last.
    """

    def __init__(
        self,
        places: Mapping[str, object] | None = None,
        name: str = "given",
        lists: Sequence[Lookup] = (),
    ) -> None:
        self._own: dict[str, Known] = {}
        for key, value in (places or {}).items():
            lon, lat, aliases, label = _own_place(value, name)
            known = Known(key, "", lon, lat, label, "place")
            for alias in (key, *aliases):
                self._own[alias.lower()] = known
        self._lists = tuple(lists)
        self._spots: list[Spots] = []
        self._votes: dict[str, set[str]] = {}
        self._main: str | None = None
        self._words: frozenset[str] = frozenset()
        self._inside: frozenset[str] = frozenset()
        self._last_names: Mapping[str, object] = {}
        self.unsure: dict[str, tuple[Spot, ...]] = {}  # names of several places, none chosen

    @property
    def listed(self) -> bool:
        """Whether there are lists beside the agreement's own places."""
        return bool(self._lists)

    def own_names(self) -> Iterable[str]:
        """The names given by the caller, lower case."""
        return self._own.keys()

    def about(self, sentences: list[Sentence], people: People) -> None:
        """Tell which countries the document is about, which choose between places of one name."""
        if not self._lists:
            return
        counts: Counter[str] = Counter()
        words, inside = set(), set()
        for sentence in sentences:
            for match in names_in(sentence):
                known = known_places().get(match.group().lower())
                for part in () if known else match.group().split():
                    self._vote(part.lower(), known_places().get(part.lower()), counts)
                self._vote(match.group().lower(), known, counts)
            for n, token in enumerate(sentence.tokens):
                if token.text == token.low:
                    words.add(token.low)
                elif n > 0:
                    inside.add(token.low)
                if code := _STATES.get(token.text):
                    self._votes.setdefault(code, set()).add(token.text)
                    counts[code] += 1
        self._words, self._inside = frozenset(words), frozenset(inside)
        self._last_names = people.full
        self._main = counts.most_common(1)[0][0] if counts else None
        found = [one.among(frozenset(self._votes)) for one in self._lists]
        self._spots = sorted(found, key=lambda s: s.world)

    def _vote(self, low: str, known: Known | None, counts: Counter[str]) -> None:
        if known is not None and known.country:
            self._votes.setdefault(known.country, set()).add(low)
            counts[known.country] += 1

    def _countries(self, low: str) -> frozenset[str]:
        """The document's countries, told by other names than this."""
        return frozenset(c for c, names in self._votes.items() if names - {low})

    def lists_it(self, piece: str, run: str, before: str, *, first: bool) -> bool:
        """Whether a piece of a run of capitalised words may be a listed place.

        Never a part of a longer unknown name ("Ahmad Saleh"), a person's last name or a word that
        the document writes small as well. ``first``: it opens its sentence; ``before``: what stands
        before the run.
        """
        key = key_of(piece)
        spots = next((s for s in self._spots if s.named(key)), None)
        if spots is None:
            return False
        low = piece.lower()
        if all(_BESIDE.fullmatch(w) for w in low.split()):
            return False  # "the Middle East"
        rest = re.findall(r"[\w’'-]+", run.replace(piece, " ", 1).lower())
        if any(not self._beside(w) for w in rest):
            return False
        if " " in low or "-" in low:
            return True
        placed = _PLACED.search(before) is not None
        if is_no_name(low) or low in self._words or (low in self._last_names and not placed):
            return False
        if not spots.world:
            return True
        chosen = self._pick(low, spots)
        if first and low not in self._inside:
            return False
        return placed or any(s.country == self._main for s in chosen)

    def _beside(self, word: str) -> bool:
        return (
            _BESIDE.fullmatch(word) is not None or word in known_places() or bool(self._named(word))
        )

    def _named(self, word: str) -> tuple[Spot, ...]:
        key = key_of(word)
        return next((found for s in self._spots if (found := s.named(key))), ())

    def _pick(self, low: str, spots: Spots, level: int | None = None) -> list[Spot]:
        countries = self._countries(low)
        found = spots.named(key_of(low))
        if spots.world:
            found = _called(tuple(s for s in found if s.country in countries), low)
        return choose(found, countries, level)

    def find(
        self, name: str, before: str = "", after: str = "", *, listed: bool = True
    ) -> Known | None:
        """The known place of this name (case aside), or None. What stands ``before`` and ``after``
        it may tell a province from the town that it is named after. ``listed``: ask the lists."""
        low = name.lower().removeprefix("the ")
        own = self._own.get(low)
        built = known_places().get(low)
        if (
            own is not None
            or not (listed and self._spots)
            or (built and built.kind in ("country", "people"))
        ):
            return own or built
        level = self.level_asked(before, after)
        for spots in self._spots:
            found = self._pick(low, spots, level)
            if spots.world and built is not None and not self._other(low, built, found):
                break
            if len(found) == 1:
                return _known(found[0], built)
            if found:
                self.unsure[name] = tuple(found)
                return Known(name, "", None, None, None, "place")
        return built

    def _other(self, low: str, built: Known, found: list[Spot]) -> bool:
        """Whether the world's list knows better than the built-in one: where that has no
        coordinates, or a country of which the document does not speak."""
        if built.lon is None or built.lat is None:
            return bool(found)
        if built.country in self._countries(low) or len(found) != 1:
            return False
        far = km_between(built.lon, built.lat, found[0].lon, found[0].lat) > 50
        return far and found[0].country == self._main

    @staticmethod
    def level_asked(before: str, after: str) -> int | None:
        """The admin level of which the words beside a name speak."""
        said = _UNIT_AFTER.match(after) or _UNIT_BEFORE.search(before)
        return _LEVELS[said.group("kind").lower()] if said else None

    def in_arabic(self, sentence: Sentence) -> Iterator[tuple[int, str, Known]]:
        """Listed places in Arabic script, which has no capitals: (offset, words, place)."""
        words = list(_ARABIC.finditer(sentence.text))
        i = 0
        while i < len(words):
            for n in range(min(4, len(words) - i), 0, -1):
                at, piece = (
                    words[i].start(),
                    sentence.text[words[i].start() : words[i + n - 1].end()],
                )
                if not self._named(piece) and piece[0] in _JOINED and len(piece) > 3:
                    at, piece = at + 1, piece[1:]
                place = self.find(piece) if self._named(piece) else None
                if place is not None:
                    yield at, piece, place
                    i += n - 1
                    break
            i += 1


def _called(found: tuple[Spot, ...], low: str) -> tuple[Spot, ...]:
    """Places that go by this name first, and capitals; where there are none, those of which it is
    another name ("Islamabad" is one of Anantnag's)."""
    key = key_of(low)
    first = tuple(
        s
        for s in found
        if key_of(s.name) == key
        or (
            (known := known_places().get(s.name.lower())) is not None
            and known.kind == "capital"
            and known.country == s.country
        )
    )
    return first or found


def _known(spot: Spot, built: Known | None) -> Known:
    same = built is not None and built.country == spot.country and spot.level is None
    kind = "capital" if same and built is not None and built.kind == "capital" else "place"
    name = built.name if same and built is not None else spot.name
    key = spot.code or f"{spot.name} {spot.lon:.3f} {spot.lat:.3f}"
    return Known(name, spot.country, spot.lon, spot.lat, spot.gazetteer, kind, key, spot.level)


def _own_place(value: object, label: str) -> tuple[float | None, float | None, list[str], str]:
    if isinstance(value, Mapping):
        lon, lat = value.get("lon"), value.get("lat")
        return (
            float(lon) if isinstance(lon, int | float) else None,
            float(lat) if isinstance(lat, int | float) else None,
            [str(a) for a in value.get("aliases", ())],
            str(value.get("gazetteer", label)),
        )
    if isinstance(value, tuple | list) and len(value) == 2:
        return float(value[0]), float(value[1]), [], label
    return None, None, [], label

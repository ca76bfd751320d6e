"""Places that a gazetteer lists, looked up by name; those of one name are kept apart."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import asin, cos, radians, sin, sqrt

_APOSTROPHES = re.compile(r"[’'`´ʿʾ‘ʼʻ]")
_ARTICLE = re.compile(r"\b(?:al|an|ar|as|ash|ath|at|ad|adh|az|el|ul) ")
SAME_PLACE_KM = 2.0  # two rows of one name that lie nearer than this are one place


def key_of(name: str) -> str:
    """A name for comparison: case, accents, apostrophes, hyphens and the form of an Arabic
    article aside. Nothing else is: two spellings are one place only where a list says so."""
    text = unicodedata.normalize("NFKD", name).casefold()
    text = "".join(c for c in text if not unicodedata.combining(c))
    text = re.sub(r"[^\w]+", " ", _APOSTROPHES.sub("", text)).strip()
    return _ARTICLE.sub("al ", text)


@dataclass(frozen=True, slots=True)
class Spot:
    """A listed place: (``lon``, ``lat``) in WGS 84 degrees, and every ``names`` it goes by.

    ``country``: ISO 3166 code of two letters, "" where the list does not say. ``level``: of an
    admin unit (0 is the country), None for a settlement or any other point. ``parents``: codes
    of the units that it lies in.
    """

    name: str
    lon: float
    lat: float
    names: tuple[str, ...] = ()
    country: str = ""
    level: int | None = None
    code: str = ""
    parents: tuple[str, ...] = ()
    gazetteer: str = "given"

    def km_to(self, other: "Spot") -> float:
        """Kilometres on a sphere between the two points."""
        return km_between(self.lon, self.lat, other.lon, other.lat)


def km_between(lon: float, lat: float, other_lon: float, other_lat: float) -> float:
    """Kilometres on a sphere between two points in degrees."""
    a, b = radians(lat), radians(other_lat)
    half = sin((b - a) / 2) ** 2 + cos(a) * cos(b) * sin(radians(other_lon - lon) / 2) ** 2
    return 2 * 6371.0 * asin(min(1.0, sqrt(half)))


@dataclass(frozen=True)
class Spots:
    """The places of one gazetteer by ``key_of`` their names."""

    gazetteer: str
    all: tuple[Spot, ...]
    world: bool = False  # a list of the whole world: only places of the document's countries count
    _by_key: dict[str, tuple[Spot, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        found: dict[str, list[Spot]] = {}
        for spot in self.all:
            for key in {key_of(n) for n in (spot.name, *spot.names)}:
                if key:
                    found.setdefault(key, []).append(spot)
        object.__setattr__(self, "_by_key", {k: tuple(v) for k, v in found.items()})

    def __len__(self) -> int:
        return len(self.all)

    def among(self, countries: frozenset[str]) -> "Spots":
        """The list for a document that is about ``countries``: this one, as it is whole."""
        return self

    def named(self, key: str) -> tuple[Spot, ...]:
        """Every place of this ``key_of`` a name, rows for one and the same place once."""
        return self._by_key.get(key, ())


def choose(
    spots: Iterable[Spot], countries: frozenset[str], level: int | None = None
) -> list[Spot]:
    """The places that a name may mean in a document about ``countries``: one, none or several.

    A place whose country is not known is not ruled out. ``level``: the admin level that the
    text's own word ("province") asks for. Of units that lie in one another, and the town that
    they are named after, the narrowest is meant where the text does not say.
    """
    found = list(spots)
    told = [s for s in found if s.country in countries]
    if told:
        found = told + [s for s in found if not s.country]
    if level is not None:
        found = [s for s in found if s.level == level] or found
    apart: list[Spot] = []
    for spot in found:
        if not any(spot.level == o.level and spot.km_to(o) < SAME_PLACE_KM for o in apart):
            apart.append(spot)
    if len(apart) > 1:
        apart.sort(key=_width)
        first = apart[0]
        if all(o.code and o.code in first.parents for o in apart[1:]):
            return [first]
    return apart


def _width(spot: Spot) -> int:
    """How wide a place is: a settlement 0, the country 10."""
    return 0 if spot.level is None else 10 - spot.level

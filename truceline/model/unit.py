"""Admin units: named areas with P-codes, whose polygons the user supplies."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

_NOISE = re.compile(
    r"\b(governorate|province|district|subdistrict|sub-district|nahia|nahya|region|state|"
    r"county|department|municipality|oblast|raion|mantika|muhafazat|city)\b"
)


def fold(name: str) -> str:
    """A name for comparison: lower case, no accents, apostrophes or words like "district"."""
    if name.isascii():
        text = name.lower()
    else:
        text = unicodedata.normalize("NFKD", name).lower()
        text = "".join(c for c in text if not unicodedata.combining(c))
    text = re.sub(r"[’'`´ʿʾ‘]", "", text)
    text = _NOISE.sub(" ", text)
    return re.sub(r"[^\w]+", " ", text).strip()


@dataclass(frozen=True, slots=True)
class Unit:
    """One admin unit. ``level`` 0 is the country. ``polygon`` is shapely, (lon, lat) degrees.

    ``radius_m`` is the radius of a disc of the unit's area, around (``lon``, ``lat``), a
    point inside it.
    """

    code: str
    level: int
    names: tuple[str, ...]
    parents: tuple[str, ...]
    polygon: Any
    lon: float
    lat: float
    radius_m: float


@dataclass(frozen=True)
class Units:
    """The admin units at hand, looked up by P-code or by level and name."""

    all: tuple[Unit, ...]
    _codes: Mapping[str, Unit] = field(init=False, repr=False, compare=False)
    _names: Mapping[tuple[int, str], tuple[Unit, ...]] = field(
        init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        names: dict[tuple[int, str], list[Unit]] = {}
        for unit in self.all:
            for name in {fold(n) for n in unit.names if n}:
                names.setdefault((unit.level, name), []).append(unit)
        object.__setattr__(self, "_codes", {u.code: u for u in self.all})
        object.__setattr__(self, "_names", {k: tuple(v) for k, v in names.items()})

    def __len__(self) -> int:
        return len(self.all)

    def __iter__(self) -> Iterator[Unit]:
        return iter(self.all)

    def get(self, code: str) -> Unit | None:
        """The unit of this P-code, or None."""
        return self._codes.get(code)

    def named(self, level: int, name: str, within: Iterable[str] = ()) -> Unit | None:
        """The one unit of this level and name (inside the units ``within``), or None.

        None also where two units share the name: a guess is not made.
        """
        found = self._names.get((level, fold(name)), ())
        parents = [fold(w) for w in within if w]
        if parents:
            narrowed = tuple(
                u
                for u in found
                if any(
                    fold(n) in parents
                    for code in u.parents
                    if (p := self._codes.get(code))
                    for n in p.names
                )
            )
            found = narrowed or found
        return found[0] if len(found) == 1 else None

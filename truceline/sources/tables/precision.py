"""How precisely a place is known, as a region: discs, admin units, or nowhere."""

import re
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely

from truceline.model.event import REGIONS
from truceline.model.unit import Unit, Units, fold

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
POINT, DISC, UNIT, SECTOR, NOWHERE = (
    REGIONS.index(kind) for kind in ("point", "disc", "unit", "sector", "nowhere")
)


@lru_cache(maxsize=1_024)
def _same_country(name: str, names: tuple[str, ...]) -> bool:
    """Whether each word of a country's short name begins a word of a unit's name: "Syria" and
    "Syrian Arab Republic", "Russia (Soviet Union)" and "Russian Federation".
    """
    words = fold(re.sub(r"\(.*?\)", " ", name)).split()
    return bool(words) and any(
        all(any(own.startswith(word) for own in fold(known).split()) for word in words)
        for known in names
    )


@dataclass
class Regions:
    """The regions of a stretch of rows, ready for the columns of events."""

    lon: Floats
    lat: Floats
    radius_m: Floats = field(init=False)
    kind: npt.NDArray[np.int8] = field(init=False)
    unit: dict[int, str] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        n = len(self.lon)
        self.radius_m = np.full(n, np.nan)
        self.kind = np.full(n, NOWHERE, np.int8)

    def discs(self, rows: Mask, radius_m: float | Floats) -> None:
        """These rows lie within ``radius_m`` metres of their coordinates; 0 is a point."""
        if isinstance(radius_m, np.ndarray) and rows.all():
            self.radius_m = radius_m
            self.kind = np.where(radius_m > 0, np.int8(DISC), np.int8(POINT))
            return
        self.radius_m[rows] = radius_m
        self.kind[rows] = np.where(self.radius_m[rows] > 0, DISC, POINT)

    def units(self, rows: Mask, units: Units, level: int, otherwise_m: float | None) -> None:
        """These rows lie in the unit of ``level`` that their coordinates are in.

        Without such a unit at hand: a disc of ``otherwise_m`` metres, or nowhere for None.
        """
        found = self._containing(rows, units, level)
        for i, unit in zip(np.flatnonzero(rows), found, strict=True):
            if unit is not None:
                self.lon[i], self.lat[i], self.radius_m[i] = unit.lon, unit.lat, unit.radius_m
                self.kind[i], self.unit[int(i)] = UNIT, unit.code
        rest = rows & (self.kind == NOWHERE)
        if otherwise_m is not None:
            self.discs(rest, otherwise_m)

    def cut(self, rows: Mask, units: Units, country: pa.Array) -> None:
        """These discs lie in the country that their rows name, as far as its boundary is at hand.

        The disc's own centre must lie in it too: a row that says two things is left as it is.
        """
        rows = rows & (self.kind == DISC)
        for i, unit in zip(np.flatnonzero(rows), self._containing(rows, units, 0), strict=True):
            if unit is not None and _same_country(country[int(i)].as_py(), unit.names):
                self.unit[int(i)] = unit.code

    def lost(self) -> None:
        """Rows that have got no region yet have no usable place: their coordinates go."""
        rows = self.kind == NOWHERE
        self.lon[rows] = self.lat[rows] = self.radius_m[rows] = np.nan

    def _containing(self, rows: Mask, units: Units, level: int) -> list[Unit | None]:
        at_level = [u for u in units if u.level == level]
        found: list[Unit | None] = [None] * int(rows.sum())
        if not at_level or not found:
            return found
        points = shapely.points(self.lon[rows], self.lat[rows])
        tree = shapely.STRtree([u.polygon for u in at_level])
        for point, unit in tree.query(points, predicate="intersects").T:
            found[point] = at_level[unit]
        return found

    def columns(self) -> dict[str, object]:
        """The columns of ``EVENT_SCHEMA`` that say where."""
        unit: object = ""
        if self.unit:
            unit = pa.array([self.unit.get(i, "") for i in range(len(self.lon))], pa.string())
        return {
            "lon": self.lon,
            "lat": self.lat,
            "radius_m": self.radius_m,
            "region": pa.DictionaryArray.from_arrays(pa.array(self.kind), pa.array(REGIONS)),
            "unit": unit,
        }

"""How precisely a place is known, as a region: discs, admin units, or nowhere."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely

from truceline.model.unit import Unit, Units

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass
class Regions:
    """The regions of a stretch of rows, ready for the columns of events."""

    lon: Floats
    lat: Floats
    radius_m: Floats = field(init=False)
    region: npt.NDArray[np.object_] = field(init=False)
    unit: npt.NDArray[np.object_] = field(init=False)

    def __post_init__(self) -> None:
        n = len(self.lon)
        self.radius_m = np.full(n, np.nan)
        self.region = np.full(n, "nowhere", object)
        self.unit = np.full(n, "", object)

    def discs(self, rows: Mask, radius_m: float | Floats) -> None:
        """These rows lie within ``radius_m`` metres of their coordinates; 0 is a point."""
        self.radius_m[rows] = radius_m
        self.region[rows] = np.where(self.radius_m[rows] > 0, "disc", "point")

    def units(self, rows: Mask, units: Units, level: int, otherwise_m: float | None) -> None:
        """These rows lie in the unit of ``level`` that their coordinates are in.

        Without such a unit at hand: a disc of ``otherwise_m`` metres, or nowhere for None.
        """
        found = self._containing(rows, units, level)
        for i, unit in zip(np.flatnonzero(rows), found, strict=True):
            if unit is not None:
                self.lon[i], self.lat[i], self.radius_m[i] = unit.lon, unit.lat, unit.radius_m
                self.region[i], self.unit[i] = "unit", unit.code
        rest = rows & (self.region == "nowhere")
        if otherwise_m is not None:
            self.discs(rest, otherwise_m)

    def nowhere(self, rows: Mask) -> None:
        """These rows have no usable place."""
        self.lon[rows] = self.lat[rows] = self.radius_m[rows] = np.nan
        self.region[rows] = "nowhere"

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
        return {
            "lon": self.lon,
            "lat": self.lat,
            "radius_m": self.radius_m,
            "region": pa.array(self.region, pa.string()),
            "unit": pa.array(self.unit, pa.string()),
        }

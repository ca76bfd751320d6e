"""Reach: which reports can lie in any zone at all, so that far ones cost almost nothing.

A report is far when its disc, grown by six standard deviations of the zone's edge, misses
the box of every zone. Its share is then below 1e-9, which four decimals show as 0. Reports
whose region is no point or disc are never called far.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from truceline.model.zone import Shape
from truceline.monitor.clauses import DatedClause

Ints = npt.NDArray[np.int64]
_METRES_PER_DEGREE = 110_500.0  # of latitude, at its least on the ellipsoid (110,574 m)
_POLAR = 80.0  # beyond this latitude a box in degrees says too little


@dataclass(frozen=True)
class Reach:
    """Boxes (west, south, east, north; degrees) with the margin of each in metres.

    ``everywhere`` is True where some clause holds wherever an act is done, or where a zone
    cannot be put in a box: then nothing is far.
    """

    boxes: tuple[tuple[float, float, float, float], ...]
    margins: tuple[float, ...]
    everywhere: bool

    @classmethod
    def of(cls, clauses: Sequence[DatedClause]) -> "Reach":
        """The reach of all clauses under all readings."""
        found: dict[tuple[float, float, float, float], float] = {}
        for clause in clauses:
            for reading in clause.readings:
                for part in reading.parts:
                    shape = part.shape
                    if shape is None or shape.op == "unknown" or shape.polygon is None:
                        return cls((), (), True)
                    west, south, east, north = shape.polygon.bounds
                    if east - west > 180 or west < -175 or east > 175 or _polar(south, north):
                        return cls((), (), True)
                    margin = 3 * _widest(shape)
                    box = (west, south, east, north)
                    found[box] = max(found.get(box, 0.0), margin)
        return cls(tuple(found), tuple(found.values()), False)

    def near(self, events: pa.Table) -> Ints | None:
        """The rows that are not far, in order; None where that is all of them."""
        if self.everywhere or not events.num_rows:
            return None
        lon, lat, radius = (
            pc.fill_null(events[name], np.nan).to_numpy(zero_copy_only=False)
            for name in ("lon", "lat", "radius_m")
        )
        region = events["region"]
        other = pc.invert(pc.is_in(region, pa.array(["point", "disc"])))
        kept = pc.fill_null(other, True).to_numpy(zero_copy_only=False).astype(bool)
        grown = np.where(radius > 0, radius, 0.0)
        for (west, south, east, north), margin in zip(self.boxes, self.margins, strict=True):
            reach = (grown + margin + 1.0) / _METRES_PER_DEGREE
            wide = reach / np.cos(np.radians(np.minimum(np.abs(lat) + reach, _POLAR + 5)))
            far = (lat < south - reach) | (lat > north + reach)
            far |= (lon < west - wide) | (lon > east + wide)
            kept |= ~far  # a missing coordinate compares false: it is not called far
        return np.flatnonzero(kept).astype(np.int64)


def _polar(south: float, north: float) -> bool:
    return south < -_POLAR or north > _POLAR


def _widest(shape: Shape) -> float:
    """The widest accuracy in a shape, metres (95 %: two standard deviations)."""
    return max([shape.accuracy_m, *(_widest(part) for part in shape.parts)])

"""Reach: which reports can lie in any zone at all, so that far ones cost almost nothing.

A report is far from a zone when its disc, grown by six standard deviations of the zone's
edge, misses the zone's box, or when its span misses the time in which any clause asks for
that zone. Its share is then below 1e-9, which four decimals show as 0. It is far when it is
far from every zone. Reports whose region is no point or disc are never called far.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from truceline.model.zone import Shape
from truceline.monitor.clauses import DatedClause

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
_METRES_PER_DEGREE = 110_500.0  # of latitude, at its least on the ellipsoid (110,574 m)
_POLAR = 80.0  # beyond this latitude a box in degrees says too little


@dataclass(frozen=True)
class Reach:
    """Boxes (west, south, east, north; degrees), each with its margin in metres and the
    stretch of time in which it is asked for: from ``opens`` to ``closes``, microseconds UTC.

    ``everywhere`` is True where some clause holds wherever an act is done, or where a zone
    cannot be put in a box: then nothing is far.
    """

    boxes: tuple[tuple[float, float, float, float], ...]
    margins: tuple[float, ...]
    opens: tuple[int, ...]
    closes: tuple[int, ...]
    everywhere: bool

    @classmethod
    def of(cls, clauses: Sequence[DatedClause]) -> "Reach":
        """The reach of all clauses under all readings."""
        found: dict[tuple[float, float, float, float], tuple[float, int, int]] = {}
        for part in (p for c in clauses for r in c.readings for p in r.parts):
            shape, window = part.shape, part.window
            if not len(window.opens_lo):
                continue  # never in force
            if shape is None or shape.op == "unknown" or shape.polygon is None:
                return cls((), (), (), (), True)
            west, south, east, north = shape.polygon.bounds
            if east - west > 180 or west < -175 or east > 175 or _polar(south, north):
                return cls((), (), (), (), True)
            box = (west, south, east, north)
            own = 3 * _widest(shape), int(window.opens_lo[0]), int(window.closes_hi[-1])
            was = found.get(box, own)
            found[box] = max(was[0], own[0]), min(was[1], own[1]), max(was[2], own[2])
        margins, opens, closes = zip(*found.values(), strict=True) if found else ((), (), ())
        return cls(tuple(found), margins, opens, closes, False)

    def near(self, events: pa.Table) -> Ints | None:
        """The rows that are not far, in order; None where that is all of them."""
        if self.everywhere or not events.num_rows:
            return None
        places = [
            pc.fill_null(events[name], np.nan).to_numpy(zero_copy_only=False)
            for name in ("lon", "lat", "radius_m")
        ]
        times = [
            events[name].cast(pa.int64()).to_numpy(zero_copy_only=False)
            for name in ("start", "end")
        ]
        other = pc.invert(pc.is_in(events["region"], pa.array(["point", "disc"])))
        kept = pc.fill_null(other, True).to_numpy(zero_copy_only=False).astype(bool)
        kept |= self.covers(*places, *times)
        return np.flatnonzero(kept).astype(np.int64)

    def covers(
        self, lon: Floats, lat: Floats, radius_m: Floats, start: Ints, end: Ints
    ) -> npt.NDArray[np.bool_]:
        """Which points and discs are not far, by longitude and latitude in degrees (NaN where
        there is none), radius in metres and span in microseconds UTC.

        A row without coordinates is not far in space; it may be far in time.
        """
        n = len(lon)
        if self.everywhere:
            return np.ones(n, dtype=bool)
        grown = np.fmax(radius_m, 0.0) / _METRES_PER_DEGREE
        kept = np.zeros(n, dtype=bool)
        for (west, south, east, north), margin, opens, closes in zip(
            self.boxes, self.margins, self.opens, self.closes, strict=True
        ):
            # A missing coordinate compares false, and is not called far.
            edge = (margin + 1.0) / _METRES_PER_DEGREE
            far = np.abs(lat - (south + north) / 2) - grown > (north - south) / 2 + edge
            rows = np.flatnonzero(~(far | kept | (start >= closes) | (end < opens)))
            reach = grown[rows] + edge
            high = np.minimum(np.abs(lat[rows]) + reach, _POLAR + 5)
            aside = np.abs(lon[rows] - (west + east) / 2)
            aside = np.minimum(aside, 360.0 - aside) - (east - west) / 2
            kept[rows] = ~(aside * np.cos(np.radians(high)) > reach)
        return kept


def _polar(south: float, north: float) -> bool:
    return south < -_POLAR or north > _POLAR


def _widest(shape: Shape) -> float:
    """The widest accuracy in a shape, metres (95 %: two standard deviations)."""
    return max([shape.accuracy_m, *(_widest(part) for part in shape.parts)])

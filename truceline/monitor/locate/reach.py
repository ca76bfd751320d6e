"""Reach: which reports can lie in any zone at all, so that far ones cost almost nothing.

A report is far from a zone when its disc, grown by six standard deviations of the zone's
edge, misses the zone's box, or when its span misses the time in which any clause asks for
that zone. Its share is then below 1e-9, which four decimals show as 0. It is far when it is
far from every zone. Reports whose region is no point or disc are never called far.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from truceline.model.zone import Shape
from truceline.monitor.check.clauses import DatedClause

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
_METRES_PER_DEGREE = 110_500.0  # of latitude, at its least on the ellipsoid (110,574 m)
_FINE = 4  # cells of a quick look in one degree
_ROWS, _COLUMNS = 180 * _FINE, 360 * _FINE
_RADII = (1_000.0, 30_000.0)  # of discs, metres
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
        kept = np.zeros(n, dtype=bool)
        if not self.boxes:
            return kept
        rows = np.flatnonzero((start < max(self.closes)) & (end >= min(self.opens)))
        boxes = self._roughly(lon.take(rows), lat.take(rows), radius_m.take(rows))
        some = np.flatnonzero(boxes)
        rows = rows.take(some)
        columns = lon.take(rows), lat.take(rows), radius_m.take(rows)
        kept[rows] = self._near(boxes.take(some), *columns, start.take(rows), end.take(rows))
        return kept

    @cached_property
    def _cells(self) -> npt.NDArray[np.uint8]:
        """For discs of up to each of ``_RADII`` and each cell of a quarter of a degree, row by
        row from the south pole and 180 west: the boxes that one with its centre there may
        reach, box ``i`` as bit ``i % 8``.
        """
        found = np.zeros((len(_RADII), _ROWS, _COLUMNS), dtype=np.uint8)
        for number, (west, south, east, north) in enumerate(self.boxes):
            for level, radius in enumerate(_RADII):
                up = (self.margins[number] + radius + 1.0) / _METRES_PER_DEGREE
                poleward = min(max(abs(south), abs(north)) + 2 * up, _POLAR + 5)
                aside = up / np.cos(np.radians(poleward))
                first, last = (int(np.floor((y + 90) * _FINE)) for y in (south - up, north + up))
                left, right = (
                    int(np.floor((x + 180) * _FINE)) for x in (west - aside, east + aside)
                )
                across = np.arange(left - 1, min(right + 1, left + _COLUMNS) + 1) % _COLUMNS
                found[level, max(first - 1, 0) : last + 2, across] |= np.uint8(1 << number % 8)
        return found.reshape(-1)

    def _roughly(self, lon: Floats, lat: Floats, radius_m: Floats) -> npt.NDArray[np.uint8]:
        """The boxes that each may be near, as bits; all for discs and places off the grid."""
        x, y = (lon + 180.0) * _FINE, (lat + 90.0) * _FINE
        unknown = None
        widest = radius_m.max(initial=0.0) <= _RADII[-1]
        if not (widest and _within(x, _COLUMNS) and _within(y, _ROWS)):
            unknown = ~((x >= 0) & (x < _COLUMNS) & (y >= 0) & (y < _ROWS))
            unknown |= radius_m > _RADII[-1]
            x[unknown] = y[unknown] = 0.0
        at = y.astype(np.int32)
        at *= np.int32(_COLUMNS)
        at += x.astype(np.int32)
        at += (radius_m > _RADII[0]) * np.int32(_ROWS * _COLUMNS)
        found: npt.NDArray[np.uint8] = self._cells.take(at)
        if unknown is not None:
            found[unknown] = 0xFF
        return found

    def _near(
        self,
        boxes: npt.NDArray[np.uint8],
        lon: Floats,
        lat: Floats,
        radius_m: Floats,
        start: Ints,
        end: Ints,
    ) -> npt.NDArray[np.bool_]:
        """What ``covers`` says, box by box."""
        kept = np.zeros(len(lon), dtype=bool)
        grown = np.fmax(radius_m, 0.0)
        grown /= _METRES_PER_DEGREE
        for number, (west, south, east, north) in enumerate(self.boxes):
            rows = np.flatnonzero(boxes & np.uint8(1 << number % 8))
            opens, closes = self.opens[number], self.closes[number]
            rows = rows[~kept[rows] & (start.take(rows) < closes) & (end.take(rows) >= opens)]
            # A missing coordinate compares false, and is not called far.
            edge = (self.margins[number] + 1.0) / _METRES_PER_DEGREE
            reach, y = grown.take(rows) + edge, lat.take(rows)
            far = np.abs(y - (south + north) / 2) - reach > (north - south) / 2
            poleward = np.minimum(np.abs(y) + reach, _POLAR + 5)
            aside = np.abs(lon.take(rows) - (west + east) / 2)
            aside = np.minimum(aside, 360.0 - aside) - (east - west) / 2
            far |= aside * np.cos(np.radians(poleward)) > reach
            kept[rows] = ~far
        return kept


def _within(numbers: Floats, high: float) -> bool:
    return bool(len(numbers) and numbers.min() >= 0 and numbers.max() < high)


def _polar(south: float, north: float) -> bool:
    return south < -_POLAR or north > _POLAR


def _widest(shape: Shape) -> float:
    """The widest accuracy in a shape, metres (95 %: two standard deviations)."""
    return max([shape.accuracy_m, *(_widest(part) for part in shape.parts)])

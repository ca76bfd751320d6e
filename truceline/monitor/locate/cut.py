"""Discs cut to an admin unit: of a disc, only the part inside the unit that the report names.

share = (mean over the disc of chance * inside unit) / (mean of inside unit), both over the
same fixed lattice of points (docs/method-place.md).
"""

import threading
from collections.abc import Callable

import numpy as np
import shapely

from truceline.model.unit import Unit
from truceline.model.zone import Shape
from truceline.monitor.locate.boundary import Floats, Ints
from truceline.monitor.locate.classes import Classes
from truceline.monitor.locate.clearance import Ground
from truceline.monitor.locate.samples import sector_shares

_POINTS = 2_584  # of the lattice in a disc; the unit's edge is sharp
_LEAST = 0.05  # a disc that lies in its unit by less says two things at once: it stays whole


class Cut:
    """One unit, prepared once, for discs that are said to lie in it."""

    def __init__(self, unit: Unit) -> None:
        self._polygon = shapely.force_2d(unit.polygon)
        shapely.prepare(self._polygon)
        self._classes = Classes(Ground(Shape(unit.code, "leaf", self._polygon)))

    def crossing(self, lon: Floats, lat: Floats, radius_m: Floats) -> Ints:
        """The discs that may reach over the unit's edge; of the others all is inside."""
        inside, _ = self._classes.settle(lon, lat, radius_m)
        return np.flatnonzero(~inside).astype(np.int64)

    def shares(
        self,
        chance: Callable[[Floats, Floats], Floats],
        lon: Floats,
        lat: Floats,
        radius_m: Floats,
        plain: Floats,
    ) -> Floats:
        """Of each disc's part inside the unit, the share inside the zone of ``chance``.

        ``plain`` is the share of the whole disc; it stands where the disc is not cut.
        """
        one = np.column_stack([lon, lat, radius_m])
        different, which = np.unique(one, axis=0, return_inverse=True)
        x, y, radius = different.T
        none = np.zeros(len(x))

        def within(lons: Floats, lats: Floats) -> Floats:
            found: Floats = shapely.contains_xy(self._polygon, lons, lats).astype(np.float64)
            return found

        def both(lons: Floats, lats: Floats) -> Floats:
            found = within(lons, lats)
            rows = np.flatnonzero(found)
            found[rows] = chance(lons[rows], lats[rows])
            return found

        def mean(of: Callable[[Floats, Floats], Floats]) -> Floats:
            return sector_shares(of, x, y, none, radius, none, none + 180.0, _POINTS)

        whole = mean(within)
        cut = (whole >= _LEAST) & (whole < 1.0)
        share = np.minimum(mean(both) / np.where(cut, whole, 1.0), 1.0)
        which = which.reshape(-1)
        return np.where(cut[which], share[which], plain)


class Cuts:
    """The units that discs are cut to, each prepared when it is first asked for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_unit: dict[str, Cut] = {}

    def of(self, unit: Unit) -> Cut:
        """The prepared unit. Safe in many threads."""
        with self._lock:
            if unit.code not in self._by_unit:
                self._by_unit[unit.code] = Cut(unit)
            return self._by_unit[unit.code]

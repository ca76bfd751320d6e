"""The members of incidents, as arrays: their least and greatest values, and who is precise."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from truceline.monitor.link.grid import distance_km
from truceline.monitor.link.reports import Bools, Floats, Ints, Reports

AS_PRECISE = 1.5  # up to so many times the least radius, or span, is as precise


@dataclass(frozen=True)
class Members:
    """Rows of reports, incident by incident: ``order[start[k]:start[k] + size[k]]`` are those
    of incident k; ``which`` is the incident of each place in ``order``.
    """

    order: Ints
    start: Ints
    size: Ints
    which: Ints

    @classmethod
    def of(cls, label: Ints) -> "Members":
        """From the label of each report."""
        order = np.argsort(label, kind="stable")
        _, start, size = np.unique(label[order], return_index=True, return_counts=True)
        return cls(order, start, size, np.repeat(np.arange(len(size)), size))

    def first(self, *keys: Floats) -> Ints:
        """The row of each incident that is least by these keys (of all rows), then by id."""
        if not len(self.order):
            return self.order
        by = np.lexsort((self.order, *(k[self.order] for k in reversed(keys)), self.which))
        return self.order[by[self.start]]

    def least(self, values: Floats) -> Floats:
        """The least value that is no NaN, by incident."""
        return self._over(np.fmin, values)

    def most(self, values: Floats) -> Floats:
        """The greatest value that is no NaN, by incident."""
        return self._over(np.fmax, values)

    def _over(self, reduce: np.ufunc, values: Floats) -> Floats:
        if not len(self.order):
            return np.zeros(0)
        found: Floats = reduce.reduceat(values[self.order], self.start)
        return found

    def differ(self, codes: Ints) -> Bools:
        """Whether the members of each incident have different codes."""
        values = codes.astype(np.float64)
        found: Bools = self.least(values) != self.most(values)
        return found

    def distinct(self, codes: Ints) -> Ints:
        """How many different codes the members of each incident have."""
        pairs = np.unique(self.which * (int(codes.max(initial=0)) + 1) + codes[self.order])
        which = pairs // (int(codes.max(initial=0)) + 1)
        return np.bincount(which, minlength=len(self.size))

    def lists(self, values: pa.Array) -> pa.Array:
        """The members' values (one for each report) as a list for each incident."""
        return lists_of(values.take(pa.array(self.order)), self.size)


def as_precise(reports: Reports, m: Members) -> Bools:
    """Which reports are among the most precise of their incident in place."""
    least = np.zeros(len(reports))
    least[m.order] = m.least(reports.stated)[m.which]
    with np.errstate(invalid="ignore"):
        found: Bools = reports.stated <= np.maximum(least * AS_PRECISE, least + 0.1)
    return found


def regions_apart(reports: Reports, m: Members) -> Bools:
    """Whether two of the most precise regions of an incident do not touch."""
    found = np.zeros(len(m.size), np.bool_)
    where = m.first(np.where(np.isnan(reports.stated), np.inf, reports.stated))
    precise = as_precise(reports, m)
    rows = m.order[(m.size[m.which] > 1) & precise[m.order]]
    which = m.which[(m.size[m.which] > 1) & precise[m.order]]
    base = where[which]
    away = distance_km(reports.lon[base], reports.lat[base], reports.lon[rows], reports.lat[rows])
    # Coordinates are often rounded to some ten metres.
    found[which[away > reports.stated[base] + reports.stated[rows] + 0.05]] = True
    return found


def lists_of(values: pa.Array, counts: Ints) -> pa.Array:
    """Values in a row as lists of these lengths."""
    offsets = np.concatenate(([0], np.cumsum(counts))).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), values)

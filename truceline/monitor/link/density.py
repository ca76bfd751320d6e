"""How crowded the ground around each report is: what else it could have meant.

For each report, the others of its own source in nine cells around it, over three days, on
three scales. One source reports one happening once, so its reports there are as many
happenings as it saw. A count depends on that source's reports near by and on nothing else.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from truceline.monitor.link.grid import DEGREE_KM, Grid
from truceline.monitor.link.reports import EVENT, Bools, Floats, Ints, Reports
from truceline.monitor.link.weights import Weights

CELLS_KM = (1.0, 4.0, 16.0)
REACH_DAYS = 1
FIELD_DAYS = 2 * REACH_DAYS + 1
FIELD_KM2 = (3 * CELLS_KM[-1]) ** 2  # the widest neighbourhood
# lon, lat, day since 1970, reports, and the sources of a throng (0: a heap on one point)
Heap = tuple[float, float, int, int, int]
_THRONG_KM = (
    1.5,
    3.0,
    6.0,
    12.0,
    30.0,
    np.inf,
)  # upper ends of the radii that are counted together


@dataclass(frozen=True)
class Crowd:
    """``rate``: as of ``rivals``. ``heaped``: reports that stand in one of ``heaps``."""

    rate: Floats
    heaped: Bools
    heaps: tuple[Heap, ...]

    @classmethod
    def of(cls, reports: Reports, weights: Weights) -> "Crowd":
        """Of all reports."""
        rows = np.arange(len(reports))
        heaped, spots = heaps(reports, weights, rows)
        return cls(rivals(reports, rows, rows), heaped, spots)


def counts_as_rival(reports: Reports) -> Bools:
    """Reports that say of a place and day that something happened there."""
    return reports.placed & ~reports.vague


def rivals(reports: Reports, rows: Ints, among: Ints) -> Floats:
    """Other happenings per square kilometre and day around ``rows``: shape (rows, scales).
    ``among`` are the rows that are counted.

    Column k is the highest rate on scale k and the wider ones: a report known to within
    some kilometres says nothing about how crowded a smaller cell is.
    """
    counted = counts_as_rival(reports)
    others = among[counted[among]]
    found = np.zeros((len(rows), len(CELLS_KM)))

    def count(k: int) -> None:
        near = neighbours(reports, others, rows, CELLS_KM[k]) - counted[rows]
        found[:, k] = near / ((3 * CELLS_KM[k]) ** 2 * FIELD_DAYS)

    with ThreadPoolExecutor() as pool:  # a column each
        list(pool.map(count, range(len(CELLS_KM))))
    return np.ascontiguousarray(np.maximum.accumulate(found[:, ::-1], axis=1)[:, ::-1])


def neighbours(reports: Reports, counted: Ints, rows: Ints, cell: float) -> Ints:
    """How many of ``counted`` share a row's source and lie in its nine cells and three days."""
    blocks = source_days(reports)
    grid = Grid.of(counted, blocks[counted], reports.lon[counted], reports.lat[counted], cell)
    found = np.zeros(len(rows), np.int64)
    asked = np.flatnonzero(reports.placed[rows])
    lon, lat = reports.lon[rows[asked]], reports.lat[rows[asked]]
    half = 1.5 * cell / DEGREE_KM / np.maximum(np.cos(np.radians(lat)), 1e-3)
    for day in range(-REACH_DAYS, REACH_DAYS + 1):
        for which, first, last in grid.stretches(blocks[rows[asked]] + day, lon, lat, half):
            found[asked[which]] += last - first
    return found


def source_days(reports: Reports) -> Ints:
    """A number for each source's day: the next day's is one more."""
    return reports.source.code * (1 << 24) + reports.day + (1 << 22)


def heaps(reports: Reports, weights: Weights, rows: Ints) -> tuple[Bools, tuple[Heap, ...]]:
    """Those of ``rows`` that stand on one point and day in such numbers that the point is no
    place, and those in a throng: about one place and day in the words of so many sources that
    they cannot all be compared. ``rows`` are all of some days.
    """
    rows = rows[(reports.placed & (reports.kind == EVENT))[rows]]
    heaped = np.zeros(len(reports), np.bool_)
    if not len(rows):
        return heaped, ()
    throngs = _throngs(reports, weights, rows, heaped)
    lon, lat, day = (
        np.round(reports.lon[rows], 4),
        np.round(reports.lat[rows], 4),
        reports.day[rows],
    )
    order = np.lexsort((day, lat, lon))
    new = np.ones(len(rows), np.bool_)
    moved = np.zeros(len(rows) - 1, np.bool_)
    for column in (lon, lat, day):
        moved |= column[order[1:]] != column[order[:-1]]
    new[1:] = moved
    which = np.cumsum(new) - 1
    counts = np.bincount(which)
    big = np.flatnonzero(counts > weights.heap)
    heaped[rows[order[np.isin(which, big)]]] = True
    firsts = order[np.flatnonzero(new)][big]
    points = tuple(
        (float(lon[f]), float(lat[f]), int(day[f]), int(c), 0)
        for f, c in zip(firsts, counts[big], strict=True)
    )
    return heaped, tuple(sorted(points + throngs))


def _throngs(reports: Reports, weights: Weights, rows: Ints, heaped: Bools) -> tuple[Heap, ...]:
    """Cells and days that more than ``Weights.throng`` sources speak of, marked in ``heaped``.

    Reports are counted with those of like radius, in cells of twice that radius.
    """
    sources = len(reports.source.values)
    if sources <= weights.throng:
        return ()
    of = np.minimum(np.searchsorted(_THRONG_KM, reports.radius[rows], "left"), len(_THRONG_KM) - 1)
    ends = np.append(_THRONG_KM[:-1], weights.widest_km)
    side = 2 * ends[of] / DEGREE_KM
    cell = np.column_stack(
        [
            reports.day[rows],
            of,
            np.floor(reports.lat[rows] / side).astype(np.int64),
            np.floor(reports.lon[rows] / side).astype(np.int64),
        ]
    )
    cells, which = np.unique(cell, axis=0, return_inverse=True)
    which = which.reshape(-1)
    told = np.unique(which * sources + reports.source.code[rows]) // sources
    tellers, counts = (np.bincount(x, minlength=len(cells)) for x in (told, which))
    big = np.flatnonzero(tellers > weights.throng)
    heaped[rows[np.isin(which, big)]] = True
    size = 2 * ends[cells[big, 1]] / DEGREE_KM
    return tuple(
        (
            round(float((cells[k, 3] + 0.5) * s), 3),
            round(float((cells[k, 2] + 0.5) * s), 3),
            int(cells[k, 0]),
            int(counts[k]),
            int(tellers[k]),
        )
        for k, s in zip(big, size, strict=True)
    )

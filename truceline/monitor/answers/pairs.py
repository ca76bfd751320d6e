"""Pairs of happenings that are near enough in time and place that one may answer the other."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from scipy.spatial import cKDTree
from scipy.special import chndtr, ndtri

from truceline.monitor.check.windows import Floats, Ints

NEAR, SAID, PLACE, ACTOR = 1, 2, 4, 8
EARTH_KM = 6_371.0088
_HOUR = 3_600e6  # microseconds
_MINUTE = 1 / 60  # a moment is taken to be known to a minute, hours
_LEAST_KM = 0.05  # and an exact place to 50 m
_DAY = 36.0  # hours: a span of about a day, in any zone and with a summer hour
_ROWS = 4_096
_MOST_PAIRS = 4_000_000


@dataclass(frozen=True)
class Pairs:
    """Pairs of rows with what is known of them. ``basis`` adds up NEAR, SAID, PLACE, ACTOR."""

    later: Ints
    earlier: Ints
    basis: Ints
    relation: Ints
    p_time: Floats
    p_place: Floats
    apart: Floats

    def take(self, index: npt.NDArray[Any]) -> "Pairs":
        """The pairs of these indices, or where a mask is true."""
        return Pairs(*(getattr(self, f.name)[index] for f in fields(self)))

    @classmethod
    def joined(cls, parts: Sequence["Pairs"]) -> "Pairs":
        """Several as one."""
        none: tuple[Any, ...] = (np.zeros(0, np.int64),) * 4 + (np.zeros(0),) * 3
        named = [f.name for f in fields(cls)]
        return cls(
            *(
                np.concatenate([empty, *(getattr(p, name) for p in parts)])
                for name, empty in zip(named, none, strict=True)
            )
        )


@dataclass(frozen=True)
class Happenings:
    """Rows in the order of their start, then their id. Hours since 1970 UTC, degrees, km."""

    start: Floats
    end: Floats
    lon: Floats
    lat: Floats
    radius: Floats

    @classmethod
    def of(cls, table: pa.Table) -> "Happenings":
        """Columns: start, end, lon, lat, radius_m, region. No place is NaN."""
        start, end = (
            table[n].cast(pa.int64()).to_numpy(zero_copy_only=False) / _HOUR
            for n in ("start", "end")
        )
        lon, lat, radius = (
            table[n].to_numpy(zero_copy_only=False).astype(float)
            for n in ("lon", "lat", "radius_m")
        )
        nowhere = pc.equal(table["region"], "nowhere").to_numpy(zero_copy_only=False)
        lon[nowhere] = np.nan
        return cls(
            start,
            np.maximum(end, start + _MINUTE),
            lon,
            lat,
            np.maximum(np.nan_to_num(radius) / 1000, _LEAST_KM),
        )

    @property
    def placed(self) -> npt.NDArray[np.bool_]:
        """Rows that have a place."""
        found: npt.NDArray[np.bool_] = np.isfinite(self.lon) & np.isfinite(self.lat)
        return found

    def apart_km(self, one: Ints, other: Ints) -> Floats:
        """Distances between the middles of rows, on the sphere (haversine)."""
        a, b = np.radians(self.lat[one]), np.radians(self.lat[other])
        across = np.radians(self.lon[other] - self.lon[one])
        root = np.sin((b - a) / 2) ** 2 + np.cos(a) * np.cos(b) * np.sin(across / 2) ** 2
        found: Floats = 2 * EARTH_KM * np.arcsin(np.sqrt(np.minimum(root, 1.0)))
        return found

    def xyz(self, rows: Ints) -> Floats:
        """Rows as points of the sphere, km."""
        lon, lat = np.radians(self.lon[rows]), np.radians(self.lat[rows])
        return EARTH_KM * np.stack(
            [np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1
        )


def p_time(rows: Happenings, later: Ints, earlier: Ints, hours: float) -> Floats:
    """The chance that the earlier row came first, by at most ``hours``; exact for uniform spans.

    With X uniform on [a, b], Y on [c, d]: P(Y - X <= z) is the second difference of
    max(z - ., 0)²/2 at c - b, d - b, c - a, d - a, over (b - a)(d - c).
    """
    a, b = rows.start[earlier], rows.end[earlier]
    c, d = rows.start[later], rows.end[later]

    def below(z: float) -> Floats:
        parts = (np.maximum(z - gap, 0.0) ** 2 for gap in (c - b, d - b, c - a, d - a))
        first, second, third, fourth = parts
        found: Floats = (first - second - third + fourth) / (2 * (b - a) * (d - c))
        return found

    return np.clip(below(hours) - below(0.0), 0.0, 1.0)


def p_place(apart: Floats, radius: Floats, other: Floats, km: float) -> Floats:
    """The chance that two places are at most ``km`` apart, their middles being ``apart``.

    Discs of these radii, each taken as normal with variance radius²/4 in each direction.
    """
    variance = (radius**2 + other**2) / 4
    found = np.asarray(chndtr(km**2 / variance, 2.0, apart**2 / variance), dtype=np.float64)
    # Far in the tails the series gives no number; there it is sure.
    return np.where(np.isfinite(found), found, (apart <= km).astype(float))


def alike(columns: Sequence[npt.NDArray[Any]]) -> tuple[Ints, Ints, Ints]:
    """For each row the group of rows that are equal in all columns, its place in the group
    (from 0, in the order of rows) and the group's size.
    """
    order = np.lexsort(columns[::-1])
    same = np.ones(max(len(order) - 1, 0), dtype=bool)
    for column in columns:
        same &= column[order][1:] == column[order][:-1]
    begins = np.flatnonzero(np.concatenate(([True], ~same)))[: len(order)]
    sizes = np.diff(np.concatenate((begins, [len(order)])))
    group, rank = np.empty(len(order), np.int64), np.empty(len(order), np.int64)
    group[order] = np.repeat(np.arange(len(sizes)), sizes)
    rank[order] = np.arange(len(order)) - np.repeat(begins, sizes)
    return group, rank, sizes[group] if len(order) else group


def near_pairs(
    rows: Happenings,
    usable: npt.NDArray[np.bool_],
    first: npt.NDArray[np.bool_],
    hours: float,
    km: float,
    least: float,
) -> Iterator[tuple[Ints, Ints]]:
    """(later, earlier) rows, a block at a time, that hold every pair with p >= ``least``, the
    earlier being also one of the ``first`` rows.

    p_time <= hours / the longer span, and p_place <= Phi((km - d) / sigma) with p_place at
    d = 0 bounding sigma: what lies outside of both bounds is left out, and only that. Rows
    known to about a day and rows known less well are looked at apart, because the window of
    time has to be as wide as the widest span in it.
    """
    span = rows.end - rows.start
    usable = usable & (span <= hours / least)
    reach_km = km * _reach(least)
    kinds = [np.flatnonzero(usable & (span <= _DAY)), np.flatnonzero(usable & (span > _DAY))]
    for later in kinds:
        for kind in kinds:
            earlier = kind[first[kind]]
            if len(later) and len(earlier):
                wide = float(span[later].max()), float(span[earlier].max())
                yield from _within(rows, later, earlier, wide, hours, reach_km)


def _reach(least: float) -> float:
    """How many times ``km`` apart two middles can be with p_place >= ``least``."""
    widest = 1 / np.sqrt(2 * np.log(1 / (1 - least)))  # sigma / km where p_place(0) = least
    return float(1 + max(0.0, -ndtri(least)) * widest)


def _within(
    rows: Happenings,
    later: Ints,
    earlier: Ints,
    wide: tuple[float, float],
    hours: float,
    reach_km: float,
) -> Iterator[tuple[Ints, Ints]]:
    """Pairs within reach: -wide[0] <= start - start of the earlier <= hours + wide[1]."""
    start, begins = rows.start[later], rows.start[earlier]
    half = (hours + wide[0] + wide[1]) / 2
    shift = half - wide[0]
    scale = reach_km / half  # so that one radius serves for time and for each axis
    for lo in range(0, len(later), _ROWS):
        part = later[lo : lo + _ROWS]
        first = int(np.searchsorted(begins, start[lo] - hours - wide[1]))
        last = int(np.searchsorted(begins, start[lo + len(part) - 1] + wide[0], side="right"))
        window = earlier[first:last]
        if not len(window):
            continue
        there = cKDTree(np.column_stack([rows.xyz(window), rows.start[window] * scale]))
        here = np.column_stack([rows.xyz(part), (rows.start[part] - shift) * scale])
        yield from _close(here, part, there, window, reach_km)


def _close(
    here: Floats, part: Ints, there: cKDTree, window: Ints, reach: float
) -> Iterator[tuple[Ints, Ints]]:
    tree = cKDTree(here)
    if len(part) > 1 and tree.count_neighbors(there, reach, p=np.inf) > _MOST_PAIRS:
        half = len(part) // 2
        yield from _close(here[:half], part[:half], there, window, reach)
        yield from _close(here[half:], part[half:], there, window, reach)
        return
    found = tree.sparse_distance_matrix(there, reach, p=np.inf, output_type="ndarray")
    one, other = part[found["i"]], window[found["j"]]
    apart = one != other
    yield one[apart].astype(np.int64), other[apart].astype(np.int64)

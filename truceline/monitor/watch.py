"""How much of a zone, and of a time, somebody could see.

A zone is sampled at points that stand for equal areas; over each point the watches are
joined in time. The share of space and time is the mean over the points; with 600 points or
so it is right to about 2 %, and exact for a zone watched whole or not at all.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import shapely

from truceline.model.patrol import PatrolRules
from truceline.model.track import SECOND, Fixes, Floats
from truceline.model.watch import MEANS, Watch
from truceline.model.zone import DatedShape, Shape
from truceline.monitor.patrols.route import Posts, ways
from truceline.monitor.patrols.spans import joined, length
from truceline.monitor.zones.line import EARTH_M

Zones = Mapping[str, Sequence[DatedShape]]
POINTS = 600  # about so many in a zone
SIGHT_M = 1_000.0  # how far a patrol sees, unless it is said
_EACH_S = 60.0  # a patrol's watch in steps of a minute


@dataclass(frozen=True, slots=True)
class Share:
    """Of a zone in a time: all from 0 to 1.

    ``watched`` is the share of space and time together, ``time`` of the time in which any
    part was, ``space`` of the zone that was at any time. ``hours`` are watch-hours by means,
    as entered: two watchers count twice.
    """

    watched: float
    time: float
    space: float
    hours: Mapping[str, float]


@dataclass(frozen=True)
class Ground:
    """A zone's sample points and which watches reach each; ready for any time."""

    watches: tuple[Watch, ...]
    reaches: npt.NDArray[np.bool_]  # points x watches

    def share(self, start: int, end: int) -> Share:
        """Between two UTC moments, microseconds."""
        whole = max(end - start, 1)
        live = [
            k
            for k, w in enumerate(self.watches)
            if w.start < end and w.end > start and self.reaches[:, k].any()
        ]
        spans = np.array(
            [(max(self.watches[k].start, start), min(self.watches[k].end, end)) for k in live],
            np.float64,
        ).reshape(-1, 2)
        hours = dict.fromkeys(MEANS, 0.0)
        for k, (a, b) in zip(live, spans, strict=True):
            hours[self.watches[k].means] += float(b - a) / SECOND / 3600
        kinds, counts = np.unique(self.reaches[:, live], axis=0, return_counts=True)
        seen = sum(length(joined(spans[kind])) * n for kind, n in zip(kinds, counts, strict=True))
        points = max(len(self.reaches), 1)
        return Share(
            watched=float(seen / whole / points),
            time=length(joined(spans)) / whole,
            space=float(self.reaches[:, live].any(axis=1).sum() / points),
            hours={m: h for m, h in hours.items() if h},
        )


def ground(
    shape: Shape,
    name: str,
    watches: Sequence[Watch],
    posts: Posts | None,
    zones: Zones | None = None,
) -> Ground | None:
    """A zone ready to be asked; None where it has no ground (everywhere, or not known).

    ``posts`` is the route that stretches are measured on; ``zones`` the other zones, so that
    a watch over one of them counts where it overlaps this one.
    """
    if shape.polygon is None or shape.polygon.is_empty or shape.op in ("everywhere", "unknown"):
        return None
    points = _points(shape.polygon)
    reaches = np.column_stack(
        [_reach(points, w, name, posts, zones or {}) for w in watches]
        or [np.zeros(len(points), np.bool_)]
    )
    return Ground(tuple(watches), reaches[:, : len(watches)])


def _points(polygon: shapely.Geometry) -> Floats:
    """(lon, lat) inside a polygon, each for the same area: even in lon and in sin(lat)."""
    west, south, east, north = polygon.bounds
    low, high = np.sin(np.radians([south, north]))
    share = 0.5
    found = np.empty((0, 2))
    for _ in range(12):
        total = POINTS / max(share, 1e-3)
        wide = max((east - west) * np.cos(np.radians((south + north) / 2)), 1e-9)
        across = max(int(np.sqrt(total * wide / max(north - south, 1e-9))), 1)
        up = max(int(total / across), 1)
        lon = west + (np.arange(across) + 0.5) / across * (east - west)
        lat = np.degrees(np.arcsin(low + (np.arange(up) + 0.5) / up * (high - low)))
        grid = np.column_stack([a.ravel() for a in np.meshgrid(lon, lat)])
        inside = shapely.contains_xy(polygon, grid[:, 0], grid[:, 1])
        found = grid[inside]
        if len(found) >= 0.7 * POINTS or total > 300 * POINTS:
            break
        share = min(share / 2, max(inside.mean(), 1e-3))
    if len(found):
        return found
    inner = polygon.representative_point()
    return np.array([[inner.x, inner.y]])


def _reach(
    points: Floats, watch: Watch, zone: str, posts: Posts | None, zones: Zones
) -> npt.NDArray[np.bool_]:
    if watch.zone:
        found = np.full(len(points), watch.zone == zone)
        for other in () if watch.zone == zone else zones.get(watch.zone, ()):
            if other.shape.polygon is not None:
                found |= shapely.contains_xy(other.shape.polygon, points[:, 0], points[:, 1])
        return found
    if watch.lon is not None and watch.lat is not None:
        return _distance(points, watch.lon, watch.lat) <= (watch.radius_m or 0.0)
    if posts is None or watch.from_km is None or watch.to_km is None:
        return np.zeros(len(points), np.bool_)
    laid = posts.match(points[:, 0], points[:, 1], SIGHT_M, np.ones(len(points), np.bool_), SIGHT_M)
    near = ~np.isnan(laid.at)
    at = np.where(near, laid.at, -1.0) / 1000
    return near & (at >= watch.from_km) & (at <= watch.to_km)


def _distance(points: Floats, lon: float, lat: float) -> Floats:
    """Metres to a point on the sphere; within 0.5 % of the ellipsoid's."""
    a, b = np.radians(points[:, 1]), np.radians(lat)
    half = np.sin((a - b) / 2) ** 2 + np.cos(a) * np.cos(b) * (
        np.sin(np.radians(points[:, 0] - lon) / 2) ** 2
    )
    found: Floats = 2 * EARTH_M * np.arcsin(np.sqrt(np.clip(half, 0, 1)))
    return found


@dataclass(frozen=True, slots=True)
class WatchWeek:
    """A zone's week from its Monday (local midnight); ``share`` None: the zone has no ground."""

    zone: str
    monday: datetime
    share: Share | None


def weekly(
    zones: Zones,
    watches: Sequence[Watch],
    posts: Posts | None,
    zone: ZoneInfo,
    since: datetime,
    until: datetime,
) -> Iterator[WatchWeek]:
    """Every zone in every week from ``since`` to ``until``, the unwatched ones too."""
    for name, versions in zones.items():
        grounds = [(v, ground(v.shape, name, watches, posts, zones)) for v in versions]
        for monday, after in mondays(zone, since, until):
            valid = [
                g
                for v, g in grounds
                if (v.valid_from is None or v.valid_from < after)
                and (v.valid_to is None or v.valid_to > monday)
            ]
            if not valid:
                continue
            held = valid[-1]
            yield WatchWeek(
                name, monday, held.share(micros(monday), micros(after)) if held else None
            )


def mondays(
    zone: ZoneInfo, since: datetime, until: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """Weeks as (Monday, next Monday), local midnights."""
    first = since.astimezone(zone)
    day = first.date() - timedelta(days=first.weekday())
    while datetime.combine(day, datetime.min.time(), zone) < until:
        after = day + timedelta(days=7)
        yield (
            datetime.combine(day, datetime.min.time(), zone),
            datetime.combine(after, datetime.min.time(), zone),
        )
        day = after


def micros(moment: datetime) -> int:
    """UTC microseconds since 1970."""
    return int(moment.timestamp() * SECOND)


def of_fixes(
    party: str, file: str, fixes: Fixes, rules: PatrolRules, sight_m: float = SIGHT_M
) -> list[Watch]:
    """What a patrol could see along its way: discs a minute long, nothing across its gaps.

    It sees wherever it goes, on its route or off it. ``fixes`` are in order of time.
    """
    if not fixes.timed or len(fixes) < 2:
        return []
    joins = (np.diff(fixes.segment) == 0) & (ways(fixes.lon, fixes.lat) <= rules.gap_m)
    joins &= np.diff(fixes.time) <= rules.gap_s * SECOND
    found: list[Watch] = []
    edges = np.diff(np.concatenate([[0], joins.astype(np.int8), [0]]))
    for a, b in zip(np.flatnonzero(edges == 1), np.flatnonzero(edges == -1), strict=True):
        time = fixes.time[a : b + 1]
        marks = np.arange(time[0], time[-1], int(_EACH_S * SECOND))
        rows = a + np.searchsorted(time, marks)
        found += [
            Watch(
                party,
                "patrol",
                int(mark),
                int(min(mark + _EACH_S * SECOND, time[-1])),
                float(fixes.lon[row]),
                float(fixes.lat[row]),
                sight_m,
                of=file,
            )
            for mark, row in zip(marks, rows, strict=True)
        ]
    return found

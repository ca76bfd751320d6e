"""The watch in a table: watcher, means, start, end, and a disc, a stretch or a zone.

``watcher,means,start,end,lon,lat,radius_m`` for a disc; ``from_km,to_km`` for a stretch of
the route; ``zone`` for a whole zone. A row has exactly one of the three. A date alone is
that whole local day; without an offset times are in the agreement's timezone.
"""

import math
from collections.abc import Collection
from typing import BinaryIO
from zoneinfo import ZoneInfo

from truceline.model.problem import Problem
from truceline.model.watch import MEANS, Means, Watch
from truceline.sources.tables.columns import named
from truceline.sources.tables.files import UnreadableError, reader
from truceline.sources.tables.times import read_moment
from truceline.sources.tracks.fixes import number

NAME = "watch"
COLUMNS = {
    "watcher": ("watcher", "who", "observer", "by", "team", "sensor"),
    "means": ("means", "how", "method", "kind", "type"),
    "start": ("start", "from", "begin", "since", "start_time", "date"),
    "end": ("end", "to", "until", "end_time"),
    "lon": ("lon", "longitude", "x"),
    "lat": ("lat", "latitude", "y"),
    "radius_m": ("radius_m", "radius", "range_m", "range", "sight_m"),
    "from_km": ("from_km", "km_from"),
    "to_km": ("to_km", "km_to"),
    "zone": ("zone", "area"),
}
_ALIASES: dict[str, Means] = {
    "drone": "uav",
    "uas": "uav",
    "unmanned aerial vehicle": "uav",
    "observation post": "post",
    "op": "post",
    "checkpoint": "post",
    "satellite pass": "satellite",
    "cctv": "camera",
    "helicopter": "aircraft",
    "on foot": "patrol",
}


class WatchTableError(ValueError):
    """A file that is no table of the watch; one clear line."""


def read_watch(
    file: BinaryIO, *, name: str, timezone: str, zones: Collection[str], route_km: float | None
) -> tuple[list[Watch], list[Problem], int]:
    """The watches of a table, the problems of the other rows, and how many rows there were.

    ``zones`` are the agreement's zones; ``route_km`` the length of its route (None: it has
    none, so a stretch is a problem). Raises WatchTableError.
    """
    try:
        opened = reader(file, source=NAME, name=name)
    except UnreadableError as error:
        raise WatchTableError(str(error.problem)) from None
    columns, faults = named(
        opened.header, COLUMNS, ("watcher", "means", "start"), source=NAME, file=name
    )
    if faults:
        raise WatchTableError(f"{name}: {faults[0].what}; {faults[0].todo}")
    ZoneInfo(timezone)
    row_of = _Row(timezone, frozenset(zones), route_km, name)
    found: list[Watch] = []
    problems: list[Problem] = []
    rows = 0
    for frame in opened.frames():
        problems += frame.problems
        rows += frame.rows
        for line, said in frame.texts(columns):
            try:
                found.append(row_of(said))
            except ValueError as error:
                what, _, todo = str(error).partition("; ")
                problems.append(Problem(NAME, name, line, what, todo or "correct it"))
    return found, problems, rows


class _Row:
    """One row of the table as a watch; ValueError where it is none."""

    def __init__(
        self, timezone: str, zones: frozenset[str], route_km: float | None, name: str
    ) -> None:
        self._timezone, self._zones, self._route_km, self._name = timezone, zones, route_km, name

    def __call__(self, said: dict[str, str]) -> Watch:
        if not said.get("watcher"):
            raise ValueError("the row does not say who watched; name the watcher")
        word = said.get("means", "").casefold()
        means = _ALIASES.get(word) or next((m for m in MEANS if m == word), None)
        if means is None:
            raise ValueError(
                f"'{said.get('means', '')}' is no means; write one of {', '.join(MEANS)}"
            )
        if not said.get("start"):
            raise ValueError("the row has no start; give a date or a time")
        start, whole, _ = read_moment(said["start"], self._timezone)
        end = read_moment(said["end"], self._timezone)[1] if said.get("end") else whole
        if end <= start:
            raise ValueError("it ends when or before it starts; give the time that it lasted")
        lon, lat, radius_m = (self._number(said, k) for k in ("lon", "lat", "radius_m"))
        from_km, to_km = (self._number(said, k) for k in ("from_km", "to_km"))
        zone = said.get("zone", "")
        disc = any(v is not None for v in (lon, lat, radius_m))
        stretch = from_km is not None or to_km is not None
        if disc + stretch + bool(zone) != 1:
            raise ValueError(
                "a watch is over one of: a disc (lon, lat, radius_m), a stretch (from_km, to_km), "
                "or a zone; fill in one of the three"
            )
        if disc:
            if lon is None or lat is None or radius_m is None:
                raise ValueError("a disc needs lon, lat and radius_m; fill in all three")
            if abs(lon) > 180 or abs(lat) > 90 or not 0 < radius_m <= 5_000_000:
                raise ValueError("the disc is not on the globe, or has no size; correct it")
        if stretch:
            self._stretch(from_km, to_km)
        if zone and zone not in self._zones:
            raise ValueError(
                f"the agreement has no zone '{zone}'; it has {', '.join(sorted(self._zones)) or 'none'}"
            )
        return Watch(
            said["watcher"], means, start, end, lon, lat, radius_m, from_km, to_km, zone, self._name
        )

    def _stretch(self, from_km: float | None, to_km: float | None) -> None:
        if self._route_km is None:
            raise ValueError(
                "the agreement has no single route to measure along; give a disc or a zone"
            )
        if from_km is None or to_km is None or not 0 <= from_km < to_km:
            raise ValueError("a stretch goes from one kilometre post to a higher one; correct it")
        if to_km > self._route_km + 0.5:
            raise ValueError(f"the route ends at km {self._route_km:.1f}; correct to_km")

    def _number(self, said: dict[str, str], column: str) -> float | None:
        text = said.get(column, "")
        if not text:
            return None
        value = number(text)
        if math.isnan(value):
            raise ValueError(f"{column} '{text}' is no number; correct it")
        return value

"""What one simulated source makes of the truth: its rows, whole columns at a time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from truceline.monitor.exercise.settings import PLACES, RADII_M, Observer
from truceline.monitor.exercise.truth import (
    ACTS,
    DAY_S,
    NEIGHBOURS,
    Floats,
    Ints,
    Mask,
    Sides,
    Towns,
    Truth,
    moved,
)

DAY, CLOCK, MONTH, WEEK = range(4)  # how a row's time is written
OWN, TWICE, COPY, SUMMARY = range(4)
HOW = ("own", "twice", "copy", "summary")
NAMED, LUMPED, UNNAMED = range(3)
WIDE_ACT, WRONG_ACT, ATTACK = range(1, 4)
_CLASS = {name: number for number, name in enumerate(PLACES)}


@dataclass(frozen=True)
class Rows:
    """A source's rows as arrays of one length; ``incident`` is -1 for a summary.

    ``also`` holds the other incidents of a joined row. ``time`` is in seconds UTC.
    ``alias`` picks among a party's names, ``act_as`` how wide or wrong the act is.
    ``again`` is the row of its own that a row repeats, -1 for none; ``marked`` says that it
    says so. ``cited`` is the number of the source it copies, and ``cited_row`` that row.
    """

    incident: Ints
    also: dict[int, list[int]]
    time: Ints
    how_timed: Ints
    reported: Ints
    lon: Floats
    lat: Floats
    radius_m: Ints
    place: Ints
    town: Ints
    spelling: Ints
    act: Ints
    act_as: Ints
    doer: Ints
    other: Ints
    alias: Ints
    named: Ints
    civilians: Mask
    dyad: Mask
    count: Ints
    deaths: Floats
    ranged: Mask
    how: Ints
    again: Ints
    marked: Mask
    cited: Ints
    cited_row: Ints
    kind_marked: Mask

    def __len__(self) -> int:
        return len(self.incident)


_ARRAYS = tuple(name for name in Rows.__dataclass_fields__ if name != "also")


def observed(
    observer: Observer,
    truth: Truth,
    towns: Towns,
    sides: Sides,
    others: Sequence[Rows],
    zone: ZoneInfo,
    days: float,
    start_s: int,
    rng: np.random.Generator,
) -> Rows:
    """The rows of ``observer``, in the order of their time of entry."""
    seen, also = _joined(_seen(observer, truth, zone, rng), observer, truth, zone, rng)
    rows = _own(observer, truth, towns, sides, seen, also, rng)
    parts = [rows, *_entered_twice(observer, rows, rng)]
    for number, other in enumerate(others):
        own = np.flatnonzero(other.how == OWN)
        chosen = own[rng.random(len(own)) < observer.copies]
        if len(chosen):
            parts.append(_copied(other, chosen, number, observer, rng))
    parts.append(_summaries(observer, truth, towns, start_s, days, rng))
    return _together(parts)


def _seen(observer: Observer, truth: Truth, zone: ZoneInfo, rng: np.random.Generator) -> Ints:
    chance = 1 - (1 - observer.sees) ** (1 + 0.2 * truth.deaths)
    town_count = int(truth.town.max(initial=0)) + 1
    blind = rng.random(town_count) < observer.blind
    day = local_days(truth.time, zone)
    first = int(day.min(initial=0))
    runs = rng.random((int(day.max(initial=0)) - first) // 4 + 1) < observer.gaps
    see = rng.random(len(truth)) < chance
    see &= ~blind[truth.town] & ~runs[(day - first) // 4]
    return np.flatnonzero(see & (truth.deaths >= observer.min_deaths))


def local_days(time_s: Ints, zone: ZoneInfo) -> Ints:
    """Days since 1970 by the local calendar, of instants in seconds UTC."""
    local = pc.local_timestamp(
        pa.array(time_s).cast(pa.timestamp("s", tz="UTC")).cast(pa.timestamp("s", tz=zone.key))
    )
    found: Ints = local.cast(pa.int64()).to_numpy() // DAY_S
    return found


def _joined(
    seen: Ints, observer: Observer, truth: Truth, zone: ZoneInfo, rng: np.random.Generator
) -> tuple[Ints, dict[int, list[int]]]:
    """Which incident leads each row, and the others that some rows take in."""
    if not observer.joins or not len(seen):
        return seen, {}
    low = np.minimum(truth.doer, truth.other)[seen]
    high = np.maximum(truth.doer, truth.other)[seen]
    key = np.column_stack([local_days(truth.time[seen], zone), truth.town[seen], low, high])
    _, group, size = np.unique(key, axis=0, return_inverse=True, return_counts=True)
    group = group.reshape(-1)
    into_one = (size > 1) & (rng.random(len(size)) < observer.joins)
    first = np.full(len(size), -1)
    first[group[::-1]] = seen[::-1]
    leads = ~into_one[group] | (first[group] == seen)
    also: dict[int, list[int]] = {}
    for lead, more in zip(first[group[~leads]], seen[~leads], strict=True):
        also.setdefault(int(lead), []).append(int(more))
    return seen[leads], also


def _own(
    observer: Observer,
    truth: Truth,
    towns: Towns,
    sides: Sides,
    seen: Ints,
    also: dict[int, list[int]],
    rng: np.random.Generator,
) -> Rows:
    n = len(seen)

    def hit(share: float) -> Mask:
        return np.asarray(rng.random(n) < share)

    time = truth.time[seen]
    day_only, month = hit(observer.day_only), hit(observer.month)
    how_timed = np.where(month, MONTH, np.where(day_only, DAY, CLOCK))
    clock = rng.normal(0, observer.clock_h * 3600, n).astype(np.int64)
    shifted = np.where(hit(0.7), 1, -1) * DAY_S * hit(observer.wrong_day)
    lon, lat, radius, place, town = _placed(observer, truth, towns, seen, rng)
    toll, count = truth.deaths[seen].astype(float), np.ones(n, np.int64)
    act_as = np.where(hit(observer.wrong_act), WRONG_ACT, 0)
    act_as = np.where(hit(observer.vague_act), WIDE_ACT, act_as)
    at = {int(lead): row for row, lead in enumerate(seen)} if also else {}
    for lead, more in also.items():
        row = at[lead]
        toll[row] += truth.deaths[more].sum()
        count[row] += len(more)
        if (truth.act[more] != truth.act[lead]).any():
            act_as[row] = ATTACK
    named = np.where(hit(observer.lumps), LUMPED, NAMED)
    names = np.array([len(listed) for listed in sides.names])[truth.doer[seen]]
    alias = np.where(
        hit(observer.renames), rng.integers(1_000_000, size=n), int(observer.style)
    ) % np.maximum(names, 1)
    return Rows(
        incident=seen,
        also={at[lead]: more for lead, more in also.items()},
        time=time + np.where(how_timed == CLOCK, clock, 0) // 60 * 60 + shifted,
        how_timed=how_timed,
        reported=time + (rng.exponential(observer.delay_days, n) * DAY_S).astype(np.int64),
        lon=lon,
        lat=lat,
        radius_m=radius,
        place=place,
        town=town,
        spelling=hit(observer.misspells).astype(np.int64),
        act=truth.act[seen],
        act_as=act_as,
        doer=truth.doer[seen],
        other=truth.other[seen],
        alias=alias,
        named=np.where(hit(observer.unnamed), UNNAMED, named),
        civilians=truth.civilians[seen],
        dyad=hit(observer.dyad),
        count=count,
        deaths=_tolls(observer, toll, rng),
        ranged=hit(observer.ranges),
        how=np.full(n, OWN),
        again=np.full(n, -1),
        marked=np.zeros(n, np.bool_),
        cited=np.full(n, -1),
        cited_row=np.full(n, -1),
        kind_marked=np.zeros(n, np.bool_),
    )


def _placed(
    observer: Observer, truth: Truth, towns: Towns, seen: Ints, rng: np.random.Generator
) -> tuple[Floats, Floats, Ints, Ints, Ints]:
    """Coordinates, the stated radius, the kind of precision, and whose town's name is given."""
    n = len(seen)
    weights = np.array([observer.places.get(p, 0.0) for p in PLACES])
    place = rng.choice(len(PLACES), n, p=weights / weights.sum())
    home = truth.town[seen]
    wrong = (rng.random(n) < observer.wrong_town) & (place <= _CLASS["village"])
    neighbour = towns.neighbours[home, rng.integers(1, NEIGHBOURS, size=n)]
    town = np.where(wrong, neighbour, home)
    by_place = [town, town, towns.larger[home], towns.district[home], towns.governorate[home]]
    town = np.choose(place, by_place)
    away = RADII_M["exact"] * np.sqrt(rng.random(n))
    angle = rng.uniform(0, 2 * np.pi, n)
    lon, lat = moved(truth.lon[seen], truth.lat[seen], away * np.cos(angle), away * np.sin(angle))
    at_town = (place != _CLASS["exact"]) | wrong
    lon = np.where(at_town, towns.lon[town], lon)
    lat = np.where(at_town, towns.lat[town], lat)
    radius = np.array([RADII_M[p] for p in PLACES])[place]
    default = (rng.random(n) < observer.default) & (place >= _CLASS["district"])
    radius = np.where(default, RADII_M["village"], radius)
    return np.round(lon, 5), np.round(lat, 5), radius, place, town


def _tolls(observer: Observer, toll: Floats, rng: np.random.Generator) -> Floats:
    """Deaths as this source has them; NaN where it gives none."""
    n = len(toll)
    off = np.round(toll * rng.lognormal(0, 0.5, n) + rng.integers(-1, 2, n))
    told = np.where(rng.random(n) < observer.deaths_exact, toll, np.maximum(off, 0))
    told = np.maximum(told, observer.min_deaths)
    return np.where(rng.random(n) < observer.no_deaths, np.nan, told)


def _entered_twice(observer: Observer, rows: Rows, rng: np.random.Generator) -> list[Rows]:
    draw = rng.random(len(rows))
    parts = []
    for marked, chosen in (
        (True, draw < observer.twice_marked),
        (False, draw >= 1 - observer.twice),
    ):
        which = np.flatnonzero(chosen)
        again = _take(rows, which)
        # The second entry has heard more: its toll has grown by at most one.
        parts.append(
            replace(
                again,
                deaths=again.deaths + rng.integers(0, 2, len(which)),
                reported=again.reported + DAY_S,
                how=np.full(len(which), TWICE),
                again=which,
                marked=np.full(len(which), marked),
            )
        )
    return parts


def _copied(
    other: Rows, chosen: Ints, number: int, observer: Observer, rng: np.random.Generator
) -> Rows:
    """Rows of another source, repeated with its errors, mostly without its clock."""
    n = len(chosen)
    copied = _take(other, chosen)
    no_clock = (copied.how_timed == CLOCK) & (rng.random(n) < observer.day_only)
    return replace(
        copied,
        how_timed=np.where(no_clock, DAY, copied.how_timed),
        reported=copied.reported + (rng.exponential(1.0, n) * DAY_S).astype(np.int64),
        how=np.full(n, COPY),
        again=np.full(n, -1),
        cited=np.full(n, number),
        cited_row=chosen,
    )


def _summaries(
    observer: Observer,
    truth: Truth,
    towns: Towns,
    start_s: int,
    days: float,
    rng: np.random.Generator,
) -> Rows:
    """Tolls of a week over a governorate: of no incident."""
    n = min(int(rng.poisson(observer.summaries * 2 * days / 7)), len(truth))
    none, no = np.full(n, -1), np.zeros(n, np.bool_)
    zero = np.zeros(n, np.int64)
    town = towns.governorate[rng.integers(len(towns), size=n)]
    time = start_s + (rng.uniform(-days, max(days - 7, 0), n) * DAY_S).astype(np.int64)
    return Rows(
        incident=none,
        also={},
        time=time,
        how_timed=np.full(n, WEEK),
        reported=time + 8 * DAY_S,
        lon=towns.lon[town],
        lat=towns.lat[town],
        radius_m=np.full(n, RADII_M["governorate"]),
        place=np.full(n, _CLASS["governorate"]),
        town=town,
        spelling=zero,
        act=zero,
        act_as=np.full(n, ATTACK),
        doer=zero,
        other=zero,
        alias=zero,
        named=np.full(n, UNNAMED),
        civilians=no,
        dyad=no,
        count=np.ones(n, np.int64),
        deaths=rng.poisson(20.0, n).astype(float),
        ranged=no,
        how=np.full(n, SUMMARY),
        again=none,
        marked=no,
        cited=none,
        cited_row=none,
        kind_marked=rng.random(n) < observer.summary_marked,
    )


def _take(rows: Rows, which: Ints) -> Rows:
    arrays = {name: getattr(rows, name)[which] for name in _ARRAYS}
    also = {at: rows.also[int(row)] for at, row in enumerate(which) if int(row) in rows.also}
    return Rows(also=also, **arrays)


def _together(parts: Sequence[Rows]) -> Rows:
    """All rows in the order in which they were reported; ``again`` follows them."""
    arrays = {name: np.concatenate([getattr(p, name) for p in parts]) for name in _ARRAYS}
    order = np.argsort(arrays["reported"], kind="stable")
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    also: dict[int, list[int]] = {}
    first = 0
    for part in parts:
        also.update({int(place[first + at]): more for at, more in part.also.items()})
        first += len(part)
    arrays = {name: values[order] for name, values in arrays.items()}
    # Only the first part's rows are entered again, and it stands first.
    arrays["again"] = np.where(arrays["again"] < 0, -1, place[arrays["again"]])
    return Rows(also=also, **arrays)


def acts_as() -> tuple[tuple[str, str, str, str], ...]:
    """Each act as it is reported truly, more widely, wrongly, and in a joined row."""
    return tuple((name, wide, wrong, "attack") for name, _, wide, wrong in ACTS)

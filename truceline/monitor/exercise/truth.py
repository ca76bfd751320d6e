"""What truly happens in an exercise: towns, sides, and acts that answer acts. SIMULATED."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from scipy.spatial import cKDTree

from truceline.model.agreement import Agreement
from truceline.monitor.exercise.settings import World

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

MARK = " (SIMULATED)"
METRES_PER_DEGREE = 111_320.0  # along a meridian; good to 1 % for scattering points
MARGIN_M = 10_000.0  # acts also happen this far outside the zones
MOST_TOWNS = 4_000
NEIGHBOURS = 6  # a town itself and its five nearest
DAY_S = 86_400

# Each act with its weight, the wider act a vague report gives and the act it is taken for.
ACTS: tuple[tuple[str, float, str, str], ...] = (
    ("artillery-fire", 0.24, "shelling", "air-strike"),
    ("mortar-fire", 0.12, "shelling", "rocket-fire"),
    ("rocket-fire", 0.08, "shelling", "missile-strike"),
    ("air-strike", 0.18, "bombardment", "artillery-fire"),
    ("drone-strike", 0.05, "air-strike", "mortar-fire"),
    ("small-arms-fire", 0.18, "attack", "ground-assault"),
    ("ground-assault", 0.08, "armed-clash", "small-arms-fire"),
    ("explosive-device", 0.07, "explosion", "mine-explosion"),
)
BURNS = ("artillery-fire", "mortar-fire", "rocket-fire", "air-strike", "drone-strike")


@dataclass(frozen=True)
class Towns:
    """Made-up towns: (lon, lat) in degrees, how busy each is (sums to 1), its neighbours
    (itself first), two spellings of its name, and which towns stand in for a vaguer place.
    """

    lon: Floats
    lat: Floats
    busy: Floats
    neighbours: Ints
    names: tuple[tuple[str, str], ...]
    larger: Ints
    district: Ints
    governorate: Ints

    def __len__(self) -> int:
        return len(self.lon)


@dataclass(frozen=True)
class Sides:
    """The pairs that fight, as party numbers, with weights; each party's names, and the
    name that lumps it with others.
    """

    parties: tuple[str, ...]
    names: tuple[tuple[str, ...], ...]
    lumped: tuple[str, ...]
    dyads: Ints
    weights: Floats


@dataclass(frozen=True)
class Truth:
    """The incidents in the order of their time (seconds UTC); a row's number is its id.

    ``parent`` is the row of the act that an act follows, -1 for none; ``answers`` says
    whether it is an answer of the other side or one more of the same side.
    """

    time: Ints
    lon: Floats
    lat: Floats
    town: Ints
    act: Ints
    doer: Ints
    other: Ints
    civilians: Mask
    deaths: Ints
    parent: Ints
    answers: Mask

    def __len__(self) -> int:
        return len(self.time)


def ground_of(shapes: Sequence[Any]) -> Any:
    """The ground of zones and a margin around it. Raises ValueError where there is none."""
    known = [s for s in shapes if s is not None and not shapely.is_empty(s)]
    if not known:
        raise ValueError("an exercise needs an agreement with a zone on the ground")
    whole = shapely.union_all([shapely.simplify(s, 0.005) for s in known])
    if whole.area == 0:
        raise ValueError("an exercise needs an agreement with a zone on the ground")
    return shapely.buffer(whole, MARGIN_M / METRES_PER_DEGREE, quad_segs=4)


def area_km2(ground: Any) -> float:
    """The ground's area in km², on a sphere's grid at its middle latitude (to 2 %)."""
    south, north = ground.bounds[1], ground.bounds[3]
    shrunk = float(np.cos(np.radians((south + north) / 2)))
    return float(ground.area * (METRES_PER_DEGREE / 1000) ** 2 * shrunk)


def sides_of(agreement: Agreement, world: World, rng: np.random.Generator) -> Sides:
    """Who fights whom. Raises ValueError where the agreement names no actors."""
    names: dict[str, list[str]] = {}
    for party, listed in agreement.actors.items():
        if party in agreement.parties:
            plain = [n.removesuffix("*").strip() for n in listed]
            whole = [n for n in plain if "*" not in n and n.count("(") == n.count(")")]
            names[party] = whole or [agreement.parties[party].name]
    if not names:
        raise ValueError("an exercise needs an agreement with actors")
    shared = Counter(n for listed in names.values() for n in set(listed))
    parties = tuple(sorted(names))
    lumped = tuple(
        next((n for n in names[p] if shared[n] > 1), "armed group") + MARK for p in parties
    )
    own = {p: [n for n in names[p] if shared[n] == 1] or names[p] for p in parties}
    pairs = np.array(
        [(a, b) for a in range(len(parties)) for b in range(a + 1, len(parties))] or [(0, 0)]
    )
    chosen = rng.permutation(len(pairs))[: max(int(world.dyads), 1)]
    weights = 1 / np.arange(1, len(chosen) + 1)
    return Sides(
        parties,
        tuple(tuple(n + MARK for n in own[p]) for p in parties),
        lumped,
        pairs[chosen].astype(np.int64),
        weights / weights.sum(),
    )


def towns_of(ground: Any, world: World, rng: np.random.Generator) -> Towns:
    """Made-up towns, evenly over the ground."""
    wanted = area_km2(ground) / 1000 * world.towns_per_1000km2
    n = int(np.clip(round(wanted), NEIGHBOURS, MOST_TOWNS))
    lon, lat = _inside(ground, n, rng)
    busy = 1 / np.arange(1, n + 1) ** world.zipf
    flat = np.column_stack([lon * np.cos(np.radians(lat.mean())), lat])
    by_rank = np.arange(n)

    def nearest_of(share: int) -> Ints:
        """Each town's nearest among the n/share busiest."""
        chosen = by_rank[: max(n // share, 1)]
        return np.asarray(cKDTree(flat[chosen]).query(flat)[1], np.int64)

    return Towns(
        lon,
        lat,
        busy / busy.sum(),
        np.asarray(cKDTree(flat).query(flat, k=NEIGHBOURS)[1], np.int64),
        _spelled(n, rng),
        nearest_of(4),
        nearest_of(12),
        nearest_of(100),
    )


def truth_of(
    n: int,
    start_s: int,
    days: float,
    towns: Towns,
    sides: Sides,
    world: World,
    rng: np.random.Generator,
) -> Truth:
    """``n`` incidents within ``days`` on either side of ``start_s`` (seconds UTC).

    Acts come of themselves or follow an act of the generation before (a Hawkes process,
    given the size of each generation): Hawkes, Biometrika 58 (1971).
    """
    follow = world.answered + world.again
    left, sizes = n, []
    while left:  # the first generation, then what follows it, and so on
        size = left if follow == 0 or left < 3 else max(round(left * (1 - follow)), 1)
        sizes.append(size)
        left -= size
    span = days * DAY_S
    time, town, dyad, way, parent, answers = [], [], [], [], [], []
    begin = 0
    for generation, size in enumerate(sizes):
        if generation == 0:
            after = rng.random(size) < world.drop / (1 + world.drop)
            time.append(rng.uniform(0, span, size) * np.where(after, 1.0, -1.0))
            town.append(rng.choice(len(towns), size, p=towns.busy))
            dyad.append(rng.choice(len(sides.dyads), size, p=sides.weights))
            way.append(rng.random(size) < 0.5)
            parent.append(np.full(size, -1))
            answers.append(np.zeros(size, np.bool_))
        else:
            of = rng.integers(len(time[-1]), size=size)
            time.append(_later(time[-1][of], span, world, rng))
            town.append(towns.neighbours[town[-1][of], rng.integers(NEIGHBOURS, size=size)])
            dyad.append(dyad[-1][of])
            answers.append(rng.random(size) < world.answered / follow)
            way.append(way[-1][of] ^ answers[-1])
            parent.append(begin + of)
            begin += len(time[-2])
    when = np.concatenate(time)
    order = np.argsort(when, kind="stable")
    place = np.empty(n, np.int64)
    place[order] = np.arange(n)
    parents = np.concatenate(parent)[order]
    where = np.concatenate(town)[order]
    pair = sides.dyads[np.concatenate(dyad)[order]]
    turned = np.concatenate(way)[order]
    lon, lat = moved(
        towns.lon[where],
        towns.lat[where],
        rng.normal(0, world.scatter_m, n),
        rng.normal(0, world.scatter_m, n),
    )
    weights = np.array([a[1] for a in ACTS])
    p = world.deaths_shape / (world.deaths_shape + world.deaths_mean)
    return Truth(
        start_s + when[order].astype(np.int64) // 60 * 60,
        np.round(lon, 5),
        np.round(lat, 5),
        where,
        rng.choice(len(ACTS), n, p=weights / weights.sum()),
        np.where(turned, pair[:, 0], pair[:, 1]),
        np.where(turned, pair[:, 1], pair[:, 0]),
        rng.random(n) < world.civilians,
        rng.negative_binomial(world.deaths_shape, p, n).astype(np.int64),
        np.where(parents < 0, -1, place[parents]),
        np.concatenate(answers)[order],
    )


def _later(before: Floats, span: float, world: World, rng: np.random.Generator) -> Floats:
    """When acts follow: never after the end, and seldom across the moment of the drop."""
    n = len(before)
    time = before + 60 + rng.exponential(world.answer_hours * 3600, n)
    part = rng.random(n)
    held = (before < 0) & (time >= 0) & (rng.random(n) >= world.drop)
    time = np.where(held, before * part, time)
    return np.where(time >= span, before + (span - before) * part, time)


def moved(lon: Floats, lat: Floats, east_m: Floats, north_m: Floats) -> tuple[Floats, Floats]:
    """Points moved by metres east and north."""
    lat2 = np.clip(lat + north_m / METRES_PER_DEGREE, -89.9, 89.9)
    lon2 = lon + east_m / (METRES_PER_DEGREE * np.cos(np.radians(lat2)))
    return (lon2 + 180) % 360 - 180, lat2


def _inside(ground: Any, n: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    west, south, east, north = ground.bounds
    shapely.prepare(ground)
    found = np.empty((0, 2))
    while len(found) < n:
        points = rng.uniform((west, south), (east, north), (4 * n, 2))
        found = np.vstack([found, points[shapely.contains_xy(ground, points)]])
    return np.round(found[:n, 0], 5), np.round(found[:n, 1], 5)


def _spelled(n: int, rng: np.random.Generator) -> tuple[tuple[str, str], ...]:
    """Made-up names, each in two spellings, as if written over from another alphabet."""
    first, middle = ("Ka", "Do", "Mu", "Sha", "Ti", "Be", "Ra", "Zu", "No", "Li"), ("r", "l", "n")
    last = ("bin", "kat", "mur", "dal", "qas", "tin", "rum", "sha", "wad", "fel")
    picks = rng.integers((10, 3, 10, 10), size=(n, 4))
    names = [first[a] + middle[b] + last[c] + " " + last[d].title() for a, b, c, d in picks]
    swaps = str.maketrans({"a": "e", "u": "ou", "q": "k", "i": "ee"})
    return tuple((f"{w}{MARK}", f"{w.translate(swaps)}{MARK}") for w in names)


def names_by_party(sides: Sides) -> Mapping[str, tuple[str, ...]]:
    """Every party's names, as an exercise writes them."""
    return dict(zip(sides.parties, sides.names, strict=True))

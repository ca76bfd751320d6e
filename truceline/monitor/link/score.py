"""The score of a pair of reports: log-odds that both describe one happening, in parts.

    score = place + time + crowd + act + actor + target + deaths + name + cites + overview

The first three are Bayes' rule for positions (Budavári and Szalay 2008): with f the density
at which two reports of one happening would agree as these do, and r the rate of other
happenings that could be meant, both per square kilometre and day, the odds are f / r.
The rest are likelihood ratios (Fellegi and Sunter 1969). docs/linking.md explains each.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from truceline.model.act import vocabulary
from truceline.monitor.link import names as naming
from truceline.monitor.link.density import CELLS_KM, FIELD_DAYS, FIELD_KM2, Crowd
from truceline.monitor.link.grid import distance_km
from truceline.monitor.link.reports import SEPARATOR, Floats, Ints, Reports
from truceline.monitor.link.times import Spread
from truceline.monitor.link.weights import Weights

PARTS = (
    "place",
    "time",
    "crowd",
    "act",
    "actor",
    "target",
    "deaths",
    "name",
    "cites",
    "overview",
)
Parts = npt.NDArray[np.float32]


class Scorer:
    """Reports, ready to be scored in pairs."""

    def __init__(
        self,
        reports: Reports,
        crowd: Crowd,
        weights: Weights,
        parties: Callable[[str], frozenset[str]],
    ) -> None:
        self.reports = reports
        self.weights = weights
        self.spread = Spread.of(reports, weights)
        self._crowd = crowd
        self._area = np.pi * reports.radius**2
        self._act = _act_weights(reports.act.values, weights)
        self._who = naming.Comparison(reports.who, parties)
        self._whom = naming.Comparison(reports.whom, parties)
        self._sides = naming.Comparison(reports.sides, parties)
        self._names = naming.Comparison(reports.place, lambda _: frozenset())
        self._cites = _Citing(reports)

    def score(self, i: Ints, j: Ints) -> tuple[Ints, Floats]:
        """Which of these pairs score at least ``Weights.keep``, and the parts of those."""
        w, r = self.weights, self.reports
        columns = [self._place(i, j), self._time(i, j), self._crowding(i, j)]
        columns.append(self._act[r.act.code[i], r.act.code[j]])
        left = np.arange(len(i))
        for more in (self._deaths, self._people, self._rest):
            sum_ = np.sum(columns, axis=0)
            ok = sum_ + _MOST_LEFT[more.__name__](w) >= w.keep
            left, i, j = left[ok], i[ok], j[ok]
            columns = [c[ok] for c in columns] + more(i, j)
        at = [_ORDER.index(name) for name in PARTS]
        parts = np.round(np.column_stack([columns[k] for k in at]), 4)
        kept = parts.sum(axis=1) >= w.keep
        return left[kept], parts[kept]

    def beside_words(self, i: Ints, j: Ints) -> Floats:
        """The parts of each pair's score that do not weigh words for what happened (place, time
        and crowd, who cites whom, overviews); 0 for the others.
        """
        made = {"place": self._place(i, j), "time": self._time(i, j)}
        made |= {"crowd": self._crowding(i, j), "cites": self._cites.of(i, j, self.weights)}
        made["overview"] = self._overview(i, j)
        none = np.zeros(len(i))
        parts: Floats = np.column_stack([made.get(name, none) for name in PARTS])
        return np.round(parts, 4)

    def best(self, rows: Ints, least_km: float) -> Floats:
        """The most that a pair of each of these with any report known no better than
        ``least_km`` could score. ``blocks`` leaves out what cannot reach ``keep``.
        """
        w, r = self.weights, self.reports
        most = np.full(len(rows), -np.inf)
        radius = np.maximum(r.radius[rows], least_km)
        for k, edge in enumerate((0.0, *_SCALE_KM)):
            at = np.maximum(radius, edge)
            area = np.pi * at**2
            rate = self._rate(self._crowd.rate[rows, k], area)
            here = -np.log(area) - np.log(rate)
            upper = np.inf if k == len(_SCALE_KM) else _SCALE_KM[k]
            most = np.maximum(most, np.where(radius <= upper, here, -np.inf))
        most = most + np.log(self.spread.most(rows))
        acts = self._act.max(axis=1, initial=0.0)
        most += acts[r.act.code[rows]]
        known = ~np.isnan(r.low[rows])
        figure = _figure_worth(r.low[rows], r.high[rows], r.low[rows], r.high[rows], w, best=True)
        most += np.where(known, np.maximum(figure, 0), 0)
        most += w.actor_same + w.target_same
        most += w.name_most * (len(r.place.values) > 1 or "" not in r.place.values)
        found: Floats = np.asarray(most + self._cites.most(w), dtype=np.float64)
        return found

    def _rate(self, seen: Floats, area: Floats) -> Floats:
        """Others per square kilometre and day that could be meant instead."""
        w = self.weights
        repeat = w.near_repeat / (np.maximum(area, (3 * CELLS_KM[0]) ** 2) * FIELD_DAYS)
        return seen + w.background / (FIELD_KM2 * FIELD_DAYS) + repeat

    def _place(self, i: Ints, j: Ints) -> Floats:
        r = self.reports
        away = distance_km(r.lon[i], r.lat[i], r.lon[j], r.lat[j])
        shared = lens_km2(away, r.radius[i], r.radius[j])
        # Regions that barely touch share almost nothing; a hundredth of the smaller is the least.
        least = 0.01 * np.minimum(self._area[i], self._area[j])
        density = np.maximum(shared, least) / (self._area[i] * self._area[j])
        found: Floats = np.log(density * FIELD_KM2)
        return found

    def _time(self, i: Ints, j: Ints) -> Floats:
        density = self.spread.agreement(i, j)
        found: Floats = np.log(np.maximum(density, 1e-6) * FIELD_DAYS)
        return found

    def _crowding(self, i: Ints, j: Ints) -> Floats:
        r = self.reports
        radius = np.maximum(r.radius[i], r.radius[j])
        k = np.searchsorted(_SCALE_KM, radius, "left")
        rate = self._crowd.rate
        seen = np.maximum(rate[i, k], rate[j, k])
        return -np.log(self._rate(seen, np.pi * radius**2) * FIELD_KM2 * FIELD_DAYS)

    def _deaths(self, i: Ints, j: Ints) -> list[Floats]:
        r = self.reports
        worth = _figure_worth(r.low[i], r.high[i], r.low[j], r.high[j], self.weights)
        return [np.where(np.isnan(r.low[i]) | np.isnan(r.low[j]), 0.0, worth)]

    def _people(self, i: Ints, j: Ints) -> list[Floats]:
        w, r = self.weights, self.reports
        actor = (w.actor_same, w.actor_alike, w.actor_unlike, w.actor_other)
        target = (w.target_same, w.target_alike, w.target_unlike, w.target_other)
        who = naming.worth(self._who.of(i, j), *actor)
        whom = naming.worth(self._whom.of(i, j), *target)
        # Where one does not say which side acted, the sides are compared as a pair.
        either = np.flatnonzero(r.open[i] | r.open[j])
        if len(either):
            sides = self._sides.of(i[either], j[either])
            who[either] = naming.worth(sides, *actor)
            whom[either] = 0.0
        return [who, whom]

    def _rest(self, i: Ints, j: Ints) -> list[Floats]:
        w, r = self.weights, self.reports
        area = np.maximum(np.maximum(self._area[i], self._area[j]), 1e-6)
        pinned = np.log(area / (np.pi * w.name_village_km**2))
        same = np.clip(pinned, w.name_same, w.name_most)
        named = self._names.of(i, j)
        elsewhere = (named == naming.UNLIKE) & ~r.vague[i] & ~r.vague[j]
        name = np.where(named == naming.SAME, same, np.where(elsewhere, w.name_other, 0.0))
        return [name, self._cites.of(i, j, w), self._overview(i, j)]

    def _overview(self, i: Ints, j: Ints) -> Floats:
        r = self.reports
        return np.where(r.overview[i] != r.overview[j], self.weights.overview, 0.0)


_SCALE_KM = np.array([1.5 * c for c in CELLS_KM[:-1]])
_ORDER = ("place", "time", "crowd", "act", "deaths", "actor", "target", "name", "cites", "overview")
_MOST_LEFT: dict[str, Callable[[Weights], float]] = {
    "_deaths": lambda w: w.deaths_most + w.actor_same + w.target_same + w.name_most + w.cites_other,
    "_people": lambda w: w.actor_same + w.target_same + w.name_most + w.cites_other,
    "_rest": lambda w: w.name_most + w.cites_other,
}


def lens_km2(away: Floats, a: Floats, b: Floats) -> Floats:
    """The area that two discs of radii ``a`` and ``b`` share, their middles ``away`` apart;
    all in kilometres. Weisstein, "Circle-Circle Intersection", MathWorld, eq. 14.
    """
    small, big = np.minimum(a, b), np.maximum(a, b)
    d = np.clip(away, np.maximum(big - small, 1e-9), big + small)
    x = np.clip((d**2 + small**2 - big**2) / (2 * d * small), -1, 1)
    y = np.clip((d**2 + big**2 - small**2) / (2 * d * big), -1, 1)
    corner = (-d + small + big) * (d + small - big) * (d - small + big) * (d + small + big)
    area = small**2 * np.arccos(x) + big**2 * np.arccos(y) - np.sqrt(np.maximum(corner, 0)) / 2
    found: Floats = np.where(away <= big - small, np.pi * small**2, area)
    return found


def _figure_worth(
    low_a: Floats, high_a: Floats, low_b: Floats, high_b: Floats, w: Weights, *, best: bool = False
) -> Floats:
    """What two counts of deaths (or ranges) say: the nearer and the rarer, the more.

    On x = log(1 + n): counts of one happening lie apart by a Laplace law of
    ``deaths_spread``; counts of different ones are exponential with mean 1, as the sizes of
    attacks are roughly Pareto (Clauset, Young and Gleditsch 2007).
    """
    a, b, c, d = (np.log1p(np.maximum(np.nan_to_num(x), 0)) for x in (low_a, high_a, low_b, high_b))
    apart = np.maximum(np.maximum(a, c) - np.minimum(b, d), 0.0)
    width = np.zeros(len(a)) if best else np.minimum((b - a) + (d - c), 4.0)
    same = np.exp(-apart / w.deaths_spread) / (2 * w.deaths_spread + width)
    middle = np.maximum(b, d) if best else (np.maximum(a, c) + np.minimum(b, d)) / 2
    worth = w.deaths_odd + (1 - w.deaths_odd) * same / np.exp(-middle)
    found: Floats = np.minimum(np.log(worth), w.deaths_most)
    return found


def _act_weights(acts: tuple[str, ...], w: Weights) -> Floats:
    """The weight of each pair of acts."""
    known = vocabulary().acts
    found = np.zeros((max(len(acts), 1), max(len(acts), 1)))
    for a, first in enumerate(acts):
        for b, second in enumerate(acts):
            if first not in known or second not in known:
                continue
            one, two = known[first], known[second]
            if "unknown" in (first, second):
                worth = 0.0
            elif first == second:
                worth = w.act_could if len(one.could_be) > 8 else w.act_same
            elif second in _wider(first) or first in _wider(second):
                worth = w.act_narrower
            elif one.could_be & two.could_be:
                worth = w.act_could
            elif _wider(first) & _wider(second):
                worth = w.act_sibling
            elif one.kinetic != two.kinetic:
                worth = w.act_kind
            else:
                worth = w.act_near if _confused(one.could_be | two.could_be) else w.act_other
            found[a, b] = worth
    return found


def _wider(act: str) -> frozenset[str]:
    """The acts that this one is a kind of."""
    known = vocabulary().acts
    found = set()
    while known[act].kind_of:
        act = known[act].kind_of
        found.add(act)
    return frozenset(found)


def _confused(acts: frozenset[str]) -> bool:
    """Whether one vague word of modest width takes in all of these acts."""
    known = vocabulary().acts
    return any(acts <= known[v].could_be for v in ("bombardment", "armed-clash") if v in known)


class _Citing:
    """Who has it from whom: reports that cite the other's source, or the same third one."""

    def __init__(self, reports: Reports) -> None:
        self._source = reports.source
        self._cites = reports.cites
        self._named = [
            frozenset(naming.spelled(n) for n in v.split(SEPARATOR) if n)
            for v in reports.cites.values
        ]
        self._sources = [naming.spelled(s) for s in reports.source.values]
        self._any = np.array([bool(n) for n in self._named] or [False])
        self._known: dict[tuple[int, int, int, int], int] = {}

    def of(self, i: Ints, j: Ints, w: Weights) -> Floats:
        """The weight for each pair."""
        found = np.zeros(len(i))
        cites, source = self._cites.code, self._source.code
        some = np.flatnonzero(self._any[cites[i]] | self._any[cites[j]])
        if not len(some):
            return found
        keys = np.column_stack((cites[i[some]], source[i[some]], cites[j[some]], source[j[some]]))
        unique, inverse = np.unique(keys, axis=0, return_inverse=True)
        worth = np.array([self._worth(w, *row) for row in unique.tolist()])
        found[some] = worth[inverse.reshape(-1)]
        return found

    def most(self, w: Weights) -> float:
        """The most that citing can be worth in this data."""
        return max(w.cites_other, w.cites_same) if self._any.any() else 0.0

    def _worth(self, w: Weights, a: int, of_a: int, b: int, of_b: int) -> float:
        ours, theirs = self._named[a], self._named[b]
        if names(ours, self._sources[of_b]) or names(theirs, self._sources[of_a]):
            return w.cites_other
        return w.cites_same if ours & theirs else 0.0


def names(cited: frozenset[str], source: str) -> bool:
    """Whether one of these words for whom a report cites begins with a source's name."""
    return any(c == source or c.startswith(source + " ") for c in cited)

"""Runs: the stretches in which somebody moved along a route in one direction.

A step joins two neighbouring fixes. It counts where both lie near the route, neither way
nor time between them is too long, it is within one segment, and it moves along the route:
over the 50 m that make it more than standing still, and 100 m around it, the post changes
by at least half of the way made. Unbroken steps in one direction are a run; what it covered
is from its lowest to its highest post, and nothing else.
"""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from truceline.model.patrol import PatrolRules
from truceline.model.track import SECOND, Fixes, Floats, Indices, Times
from truceline.monitor.patrols.route import Matched, Posts, ways

WINDOW_M = 100.0  # the way over which a direction is taken


@dataclass(frozen=True, slots=True)
class Run:
    """Fixes ``start`` to ``stop`` (not included) of a chain, moving ``sign`` (+1: posts rise)."""

    start: int
    stop: int
    sign: int
    low_m: float
    high_m: float


@dataclass(frozen=True)
class Chain:
    """One track laid along a route. ``at`` and ``off`` are metres, NaN away from it.

    ``steps`` are the lengths in metres between neighbours; ``near`` the rows near the route.
    ``anchors`` are rows, each ``still_m`` or more from the one before (``piece`` numbers the
    unbroken pieces they belong to).
    """

    party: str
    file: str
    fixes: Fixes
    at: Floats
    off: Floats
    steps: Floats
    joins: npt.NDArray[np.bool_]
    runs: tuple[Run, ...]
    pieces: tuple[tuple[int, int], ...] = field(default=())

    @property
    def time(self) -> Times:
        """UTC microseconds."""
        return self.fixes.time


_BATCH = 250_000  # fixes matched at a time: bounds memory


def lay(
    party: str, file: str, fixes: Fixes, posts: Posts, accuracy_m: float, rules: PatrolRules
) -> Chain:
    """Lay a cleaned track along a route and find its runs."""
    steps = ways(fixes.lon, fixes.lat)
    off_m = max(rules.off_m, accuracy_m)
    near_enough = (np.diff(fixes.segment) == 0) & (steps <= rules.gap_m + 0.1)
    if fixes.timed:
        near_enough &= np.diff(fixes.time) <= rules.gap_s * SECOND
    breaks = np.concatenate([[True], ~near_enough]) if len(fixes) else np.empty(0, np.bool_)
    laid = _match(posts, fixes, off_m, breaks, max(50.0, accuracy_m / 2))
    at, off = laid.at, laid.off
    near = ~np.isnan(at)
    joins = near_enough & near[1:] & near[:-1]
    # How far a post may leap: a wider line leaves more of a bend to cut.
    joins &= np.abs(np.diff(np.where(near, at, 0.0))) <= max(rules.gap_m, accuracy_m) + 0.1
    pieces = _pieces(joins)
    runs: list[Run] = []
    for first, last in pieces:
        runs += _runs(fixes, at, steps, first, last, rules)
    return Chain(party, file, fixes, at, off, steps, joins, tuple(runs), tuple(pieces))


def _match(
    posts: Posts, fixes: Fixes, off_m: float, breaks: npt.NDArray[np.bool_], sigma_m: float
) -> Matched:
    """The fixes matched in batches, cut where a chain of neighbours breaks if there is such."""
    n = len(fixes)
    if n <= _BATCH:
        return posts.match(fixes.lon, fixes.lat, off_m, breaks, sigma_m)
    at, off = np.empty(n), np.empty(n)
    start = 0
    while start < n:
        stop = min(start + _BATCH, n)
        if stop < n:
            broken = np.flatnonzero(breaks[start + 1 : stop])
            stop = start + 1 + int(broken[-1]) if len(broken) else stop
        part = slice(start, stop)
        found = posts.match(fixes.lon[part], fixes.lat[part], off_m, breaks[part], sigma_m)
        at[part], off[part] = found.at, found.off
        start = stop
    return Matched(at, off)


def _pieces(joins: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Unbroken sequences of fixes as (first, last) rows, of two fixes or more."""
    edges = np.diff(np.concatenate([[0], joins.astype(np.int8), [0]]))
    return list(
        zip(np.flatnonzero(edges == 1).tolist(), np.flatnonzero(edges == -1).tolist(), strict=True)
    )


def anchors(lon: Floats, lat: Floats, still_m: float) -> list[int]:
    """Rows, each at least ``still_m`` from the one before it; the first is row 0.

    The plane is local to each anchor: over tens of metres that is exact to a centimetre.
    """
    m_lat = 111_195.0
    x = np.cumsum(np.concatenate([[0.0], (np.diff(lon) + 180) % 360 - 180]))
    x = (x * np.cos(np.radians(lat)) * m_lat).tolist()
    y = (lat * m_lat).tolist()
    found = [0]
    x0, y0, least = x[0], y[0], still_m * still_m
    for i, (xi, yi) in enumerate(zip(x, y, strict=True)):
        dx, dy = xi - x0, yi - y0
        if dx * dx + dy * dy >= least:
            found.append(i)
            x0, y0 = xi, yi
    return found


def _runs(
    fixes: Fixes, at: Floats, steps: Floats, first: int, last: int, rules: PatrolRules
) -> list[Run]:
    """The runs of one unbroken piece, rows ``first`` to ``last`` included."""
    lon, lat = fixes.lon[first : last + 1], fixes.lat[first : last + 1]
    own = at[first : last + 1]
    if float(own.max() - own.min()) < rules.still_m:
        return []
    marks = np.array(anchors(lon, lat, rules.still_m))
    if len(marks) < 2:
        return []
    good = _along(lon[marks], lat[marks], own[marks], rules.along)
    found: list[Run] = []
    edges = np.diff(np.concatenate([[0], good.astype(np.int8), [0]]))
    for low, high in zip(np.flatnonzero(edges == 1), np.flatnonzero(edges == -1), strict=True):
        rows = marks[low : high + 1]
        # After the last anchor it moved less than a halt does: that belongs to the run.
        end = len(own) - 1 if high == len(marks) - 1 else int(rows[-1])
        for a, b, sign in _one_way(own, rows, end, rules.turn_m):
            part = own[a : b + 1]
            low_m, high_m = float(part.min()), float(part.max())
            if high_m - low_m >= rules.still_m:
                found.append(Run(first + a, first + b + 1, sign, low_m, high_m))
    del steps
    return found


def _along(lon: Floats, lat: Floats, at: Floats, least: float) -> npt.NDArray[np.bool_]:
    """For each step between anchors, whether it moves along the route, looking back or ahead."""
    way = np.concatenate([[0.0], np.cumsum(ways(lon, lat))])
    k = np.arange(len(lon) - 1)
    ahead = np.minimum(np.searchsorted(way, way[:-1] + WINDOW_M - 1e-6), len(lon) - 1)
    behind = np.maximum(np.searchsorted(way, way[1:] - WINDOW_M + 1e-6, side="right") - 1, 0)
    ahead = np.maximum(ahead, k + 1)
    behind = np.minimum(behind, k)
    forward = np.abs(at[ahead] - at[k]) >= least * _apart(lon, lat, k, ahead)
    backward = np.abs(at[k + 1] - at[behind]) >= least * _apart(lon, lat, behind, k + 1)
    found: npt.NDArray[np.bool_] = forward | backward
    return found


def _apart(lon: Floats, lat: Floats, a: Indices, b: Indices) -> Floats:
    pairs = np.column_stack([a, b]).ravel()
    return ways(lon[pairs], lat[pairs])[::2]


def _one_way(at: Floats, marks: Indices, end: int, turn_m: float) -> list[tuple[int, int, int]]:
    """A moving stretch cut where it turns round: (first, last, sign), ends shared."""
    posts = at[marks].tolist()
    cuts: list[int] = []
    signs: list[int] = []
    sign, best, best_k, low_k, high_k = 0, posts[0], 0, 0, 0
    for k, post in enumerate(posts):
        if sign == 0:
            low_k = k if post < posts[low_k] else low_k
            high_k = k if post > posts[high_k] else high_k
            if posts[high_k] - posts[low_k] >= turn_m:
                sign = 1 if high_k > low_k else -1
                turn = low_k if sign > 0 else high_k
                if abs(posts[turn] - posts[0]) >= turn_m / 2 and turn:
                    cuts.append(turn)
                    signs.append(-sign)
                best, best_k = post, k
        elif (post - best) * sign >= 0:
            best, best_k = post, k
        elif (best - post) * sign >= turn_m:
            cuts.append(best_k)
            signs.append(sign)
            sign, best, best_k = -sign, post, k
    if sign == 0:
        sign = 1 if at[end] >= at[marks[0]] else -1
    signs.append(sign)
    rows = [int(marks[0])]
    for cut, way in zip(cuts, signs, strict=False):
        low = int(marks[max(cut - 1, 0)])
        high = int(marks[min(cut + 1, len(marks) - 1)])
        part = at[low : high + 1] * way
        rows.append(max(low + int(np.argmax(part)), rows[-1]))
    rows.append(end)
    return [(a, b, s) for a, b, s in zip(rows[:-1], rows[1:], signs, strict=True) if b > a]

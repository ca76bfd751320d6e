"""What a reader must know before using a ratio."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from truceline.monitor.check.windows import Floats
from truceline.monitor.rates.draws import DAY_US
from truceline.monitor.rates.fit import Compared
from truceline.monitor.rates.placebo import Placebo
from truceline.monitor.rates.report import Warned

SHORT_DAYS = 14
FEW_APART = 5
MOSTLY = 0.5
ENOUGH = 20  # fewer reports from outside say nothing of a source's habits
_ALIKE = 0.3  # days this alike tell clearly less than their number


@dataclass(frozen=True)
class Seen:
    """What the warnings are drawn from. Instants in microseconds, UTC."""

    source: str
    wanted: float
    days: float
    start: int
    length: int
    covered: tuple[int, int]
    busy: int
    outside: Compared | None
    outside_daily: Floats
    vague: float
    unplaced: int
    deathless: int
    exact: bool
    summaries: tuple[int, float]


def warned(
    seen: Seen, measures: Mapping[str, Compared], others: Placebo, stamp: Callable[[int], str]
) -> Iterator[Warned]:
    """Every warning that holds, the gravest first."""
    yield from _uncovered(seen, stamp)
    yield from _counts(measures["events"])
    if seen.days < SHORT_DAYS:
        yield Warned(
            "short-window",
            f"the windows are {seen.days:.3g} days long"
            + (", up to the end of the ban" if seen.days < seen.wanted else "")
            + "; a few days of calm or fighting move such a ratio a long way",
        )
    elif seen.days < seen.wanted:
        yield Warned("bounded-window", f"the ban ends: the windows are cut to {seen.days:.3g} days")
    yield from _reporting(seen, stamp)
    if seen.vague > MOSTLY:
        yield Warned(
            "vague-reports",
            f"{seen.vague:.0%} of the expected reports come from reports that may lie inside or "
            "outside; much of this ratio is that of the surroundings",
        )
    if seen.unplaced:
        yield Warned(
            "unplaced-reports",
            f"{seen.unplaced} reports in these windows have no place that can be laid beside the "
            "zone; they are not counted",
        )
    if seen.summaries[0]:
        yield Warned(
            "summaries",
            f"{seen.summaries[0]} summaries of {seen.source}, with {seen.summaries[1]:,.0f} deaths, "
            "touch the zone and these windows; they cannot be laid on days and are not counted",
        )
    if not seen.exact:
        yield Warned(
            "start-unknown", "only the day of the start is known; the moment is drawn from it"
        )
    if seen.deathless:
        yield Warned(
            "deaths-missing",
            f"{seen.deathless} reports in these windows give no deaths; they add none",
        )
    events = measures["events"]
    if events.model != "none" and events.lag1 > _ALIKE:
        yield Warned(
            "serial-days",
            f"successive days are alike (correlation {events.lag1:.2f}); the interval is widened "
            "for it, and the other dates are the better guide",
        )
    if others.apart < FEW_APART:
        yield Warned(
            "few-other-dates",
            f"{others.matched} other dates rose or fell alike before, {others.apart} of them "
            f"{others.days:.3g} days apart; a rank among so few says little",
        )


def _uncovered(seen: Seen, stamp: Callable[[int], str]) -> Iterator[Warned]:
    first, last = seen.covered
    low, high = seen.start - seen.length, seen.start + seen.length
    if last <= low or first >= high:
        yield Warned(
            "not-covered",
            f"{seen.source} reports nothing in these windows (first report {stamp(first)}, last "
            f"{stamp(last)}): there is nothing to compare",
        )
        return
    # How long a silence chance alone makes, at the source's own pace, once in twenty times.
    quiet = 3.0 * max(last - first, DAY_US) / max(seen.busy, 1)
    quiet = max(quiet, float(DAY_US))
    if first - low > quiet:
        yield Warned(
            "not-covered",
            f"the first report of {seen.source} is of {stamp(first)}, {(first - low) / DAY_US:.3g} "
            "days into the window before: quiet and missing data look alike",
        )
    if high - last > quiet:
        yield Warned(
            "not-covered",
            f"the last report of {seen.source} is of {stamp(last)}, {(high - last) / DAY_US:.3g} "
            "days short of the window after: quiet and missing data look alike",
        )


def _counts(events: Compared) -> Iterator[Warned]:
    if events.before == 0 and events.after == 0:
        yield Warned("zero-counts", "no reports on either side: there is no ratio")
    elif events.before == 0:
        yield Warned("zero-counts", "no reports before: the ratio has no upper bound")
    elif events.after == 0:
        yield Warned(
            "zero-counts", "no reports after: the ratio is 0 and only its upper bound tells"
        )


def _reporting(seen: Seen, stamp: Callable[[int], str]) -> Iterator[Warned]:
    """Whether the source's reports from elsewhere change at the same time."""
    outside = seen.outside
    if outside is None or outside.ratio is None or outside.before + outside.after < ENOUGH:
        return
    low, high = outside.low or 0.0, outside.high or np.inf
    if low > 1 or high < 1:
        yield Warned(
            "reporting-changed",
            f"outside the zone {seen.source} reports {outside.ratio:.2f} times as much after as "
            f"before ({low:.2f} to {high:.2f}): reporting, or the whole war, changed too",
        )
        return
    at, p = change_point(seen.outside_daily)
    middle = len(seen.outside_daily) / 2
    if p < 0.05 and abs(at - middle) <= max(3.0, seen.days / 10):
        yield Warned(
            "reporting-changed",
            f"reports from outside the zone break {abs(at - middle):.0f} days from the start "
            f"(Pettitt's test, p = {p:.3f}): reporting may have changed then",
        )


def change_point(daily: Floats) -> tuple[int, float]:
    """Where a series breaks, and how likely so clear a break is without one.

    Pettitt (1979): K = max |U_k|, U_k = 2 R_k - k (n + 1), R_k the sum of the first k ranks;
    p = 2 exp(-6 K^2 / (n^3 + n^2)). The break lies before index k. p is 1 for short series.
    """
    n = len(daily)
    if n < 8:
        return 0, 1.0
    _, which, many = np.unique(daily, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(many) - (many - 1) / 2)[which]  # ties share their mean rank
    u = 2 * np.cumsum(ranks) - np.arange(1, n + 1) * (n + 1)
    k = int(np.abs(u).argmax())
    return k + 1, min(1.0, 2 * float(np.exp(-6 * u[k] ** 2 / (n**3 + n**2))))

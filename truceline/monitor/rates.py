"""Rates: reports before and after a ban enters into force, per zone and per source.

The method, its formulas and their sources: docs/method-rates.md.
"""

import re
import zlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from truceline.model.unit import Units
from truceline.model.zone import Shape
from truceline.monitor.clearance import Ground
from truceline.monitor.locate import Locator
from truceline.monitor.rates_draws import DAY_US, MEASURES, Drawn, Reports, Slots, draw
from truceline.monitor.rates_fit import Compared, compare
from truceline.monitor.rates_placebo import Expected, Placebo, placebo
from truceline.monitor.rates_report import Rate, Warned
from truceline.monitor.rates_warnings import Seen, warned
from truceline.monitor.rates_windows import Entry
from truceline.monitor.windows import Floats, micros

_VAGUE = 0.05  # a report is vague where p lies between this and 1 less this


class Rater:
    """Zones prepared once, compared for any number of sources and moments.

    ``units`` are the admin units at hand. ``days`` is the longest side, ``draws`` how many
    data sets are drawn, ``seed`` what they are drawn from: the same seed, reports and
    agreement give the same answers in any row order.
    """

    def __init__(
        self, timezone: ZoneInfo, units: Units, days: float = 30, draws: int = 200, seed: int = 1
    ) -> None:
        if not 0 < days <= 36_500:
            raise ValueError(f"days is {days:g}; give a number of days above 0")
        if draws < 2:
            raise ValueError(f"draws is {draws}; give 2 or more")
        self.timezone, self.units = timezone, units
        self.days, self.draws, self.seed = days, draws, seed
        self._grounds: dict[int, tuple[Locator, Ground]] = {}
        self._shares: dict[tuple[str, int], Floats] = {}

    def rate(self, entry: Entry, reports: Reports) -> Rate:
        """Compare one source's reports on either side of one entry into force."""
        length = self._length(entry)
        start = micros(entry.start.lo), micros(entry.start.hi)
        share = self._share(entry.shape, reports)
        slots = self._slots(entry, length)
        name = f"{entry.zone}|{reports.source}".encode()
        rng = np.random.default_rng([self.seed, zlib.crc32(name)])
        ground = None if entry.shape is None else self._ground(entry.shape)[1]
        drawn = draw(
            reports, share, ground, self.units, start, length, slots, self.draws, rng
        )
        middle = (start[0] + start[1]) // 2
        covered = int(reports.start.min()), int(reports.end.max())
        measures = _measures(drawn, reports, share > 0)
        expected = Expected(reports.start, reports.end, share)
        others = placebo(expected, middle, length, covered)
        aside = np.nan_to_num(1 - share)
        outside, daily = _outside(reports, aside, middle, length, slots)
        vague, unplaced = _vagueness(reports, share, middle, length)
        seen = Seen(
            source=reports.source,
            wanted=self.days,
            days=length / DAY_US,
            start=middle,
            length=length,
            covered=covered,
            busy=len(reports),
            outside=outside,
            outside_daily=daily,
            vague=vague,
            unplaced=unplaced,
            deathless=_deathless(reports, share, middle, length),
            exact=start[0] == start[1],
        )
        return Rate(
            zone=entry.zone or "everywhere",
            provisions=entry.provisions,
            anchor=entry.anchor,
            readings=tuple(plain(r) for r in entry.readings if r),
            source=reports.source,
            start=self._stamp(start[0]),
            start_latest=self._stamp(start[1]),
            days=length / DAY_US,
            measures=measures,
            outside=outside,
            placebo=others,
            vague=vague,
            unplaced=unplaced,
            first=self._stamp(covered[0]),
            last=self._stamp(covered[1]),
            warnings=(
                *(Warned("note", plain(n)) for n in entry.notes),
                *warned(seen, measures, others, self._stamp),
            ),
        )

    def _length(self, entry: Entry) -> int:
        """Microseconds of either side: as asked, or up to the ban's end."""
        length = int(self.days * DAY_US)
        if entry.end is not None:
            length = min(length, micros(entry.end.hi) - micros(entry.start.lo))
        return max(length, 1)

    def _slots(self, entry: Entry, length: int) -> Slots:
        span = timedelta(microseconds=length)
        low, high = entry.start.lo - span, entry.start.hi + span
        return Slots.of(low, high, self.timezone, entry.daily)

    def _ground(self, shape: Shape) -> tuple[Locator, Ground]:
        if id(shape) not in self._grounds:
            self._grounds[id(shape)] = Locator(shape, self.units), Ground(shape)
        return self._grounds[id(shape)]

    def _share(self, shape: Shape | None, reports: Reports) -> Floats:
        if shape is None:
            return np.ones(len(reports))
        key = reports.source, id(shape)
        if key not in self._shares:
            self._shares[key] = self._ground(shape)[0].share(reports.regions)
        return self._shares[key]

    def _stamp(self, moment: int) -> str:
        at = datetime.fromtimestamp(0, UTC) + timedelta(microseconds=moment)
        return at.astimezone(self.timezone).isoformat(timespec="seconds")


def plain(words: str) -> str:
    """An agreement's own words without the reasons it gives: this page gives no reasons."""
    words = re.sub(r"\s*\([^()]*\bbecause\b[^()]*\)", "", words, flags=re.IGNORECASE)
    return re.sub(r"\bbecause( of)?\b", "for", words, flags=re.IGNORECASE)


def _measures(drawn: Drawn, reports: Reports, near: np.ndarray) -> dict[str, Compared]:
    found = {}
    for k, name in enumerate(MEASURES):
        if not np.isnan(reports.sizes[near, k]).all() or k == 0:
            found[name] = compare(drawn.counts[k], drawn.exposure, drawn.after)
    return found


def _outside(
    reports: Reports, aside: Floats, middle: int, length: int, slots: Slots
) -> tuple[Compared | None, Floats]:
    """What the source reports elsewhere in the same windows: compared, and by slot."""
    if not (aside > 0).any():
        return None, np.zeros(0)
    expected = Expected(reports.start, reports.end, aside)
    edges = np.array([middle - length, middle, middle + length], dtype=np.int64)
    counts, exposure = [], []
    for low, high in zip(edges, edges[1:], strict=False):
        opens = np.clip(slots.opens, low, high)
        closes = np.clip(slots.closes, low, high)
        counts.append(expected.between(opens, closes))
        exposure.append((closes - opens) / DAY_US)
    both = np.concatenate(counts)[None, :], np.concatenate(exposure)[None, :]
    after = np.arange(both[0].shape[1]) >= len(slots.opens)
    whole = exposure[0] + exposure[1] > 0
    return compare(*both, after), (counts[0] + counts[1])[whole]


def _timely(reports: Reports, middle: int, length: int) -> Floats:
    """The share of each report's span inside both windows together."""
    low, high = middle - length, middle + length
    span = (reports.end - reports.start).astype(np.float64)
    inside = np.minimum(reports.end, high) - np.maximum(reports.start, low)
    moment = (reports.start >= low) & (reports.start < high)
    return np.where(span > 0, np.maximum(inside, 0) / np.where(span > 0, span, 1.0), moment)


def _vagueness(reports: Reports, share: Floats, middle: int, length: int) -> tuple[float, int]:
    timely = _timely(reports, middle, length)
    unplaced = int((np.isnan(share) & (timely > 0)).sum())
    p = np.nan_to_num(share) * timely
    vague = (p > _VAGUE) & (p < 1 - _VAGUE)
    return (float(p[vague].sum() / p.sum()) if p.sum() > 0 else 0.0), unplaced


def _deathless(reports: Reports, share: Floats, middle: int, length: int) -> int:
    near = (np.nan_to_num(share) > 0) & (_timely(reports, middle, length) > 0)
    return int((near & np.isnan(reports.sizes[:, 2])).sum())

"""Rates: reports before and after a ban enters into force, per zone and per source.

The method, its formulas and their sources: docs/method-rates.md.
"""

import itertools
import re
import zlib
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from truceline.model.unit import Units
from truceline.model.zone import Shape
from truceline.monitor.check.windows import Floats, Ints, micros
from truceline.monitor.locate.clearance import Ground
from truceline.monitor.locate.locate import Locator
from truceline.monitor.rates.draws import DAY_US, MEASURES, Drawn, Reports, Slots, draw
from truceline.monitor.rates.fit import Compared, compare
from truceline.monitor.rates.placebo import Expected, placebo
from truceline.monitor.rates.report import Rate, Warned
from truceline.monitor.rates.warnings import Seen, warned
from truceline.monitor.rates.windows import Entry

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

    def rate(self, entry: Entry, reports: Reports, summaries: Reports) -> Rate:
        """Compare one source's reports on either side of one entry into force.

        Its ``summaries`` are only counted, for a warning.
        """
        length = self._length(entry)
        start = micros(entry.start.lo), micros(entry.start.hi)
        share = self._share(entry.shape, reports)
        slots = self._slots(entry, length)
        name = f"{entry.zone}|{reports.source}".encode()
        rng = np.random.default_rng([self.seed, zlib.crc32(name)])
        ground = None if entry.shape is None else self._ground(entry.shape)[1]
        drawn = draw(reports, share, ground, self.units, start, length, slots, self.draws, rng)
        middle = (start[0] + start[1]) // 2
        covered = int(reports.start.min()), int(reports.end.max())
        measures = _measures(drawn, reports, share > 0)
        expected = Expected(reports.start, reports.end, share)
        others = placebo(expected, middle, length, covered)
        aside = np.where(share < _VAGUE, 1.0, 0.0)
        outside, daily = _outside(reports, aside, middle, length, slots)
        timely = _timely(reports, middle, length, slots)
        vague, unplaced = _vagueness(reports, share, timely)
        counted = (np.nan_to_num(share) > 0) & (timely > 0)
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
            deathless=int(np.isnan(reports.sizes[counted, 2]).sum()),
            exact=start[0] == start[1],
            summaries=self._summaries(entry, summaries, _timely(summaries, middle, length, slots)),
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
        key = reports.source, id(shape)
        if key not in self._shares:
            self._shares[key] = self._shares_of(shape, reports)
        return self._shares[key]

    def _shares_of(self, shape: Shape | None, reports: Reports) -> Floats:
        if shape is None:
            return np.ones(len(reports))
        return self._ground(shape)[0].share(reports.regions)

    def _summaries(self, entry: Entry, summaries: Reports, timely: Floats) -> tuple[int, float]:
        """How many summaries touch the zone and the windows, and the deaths they tell of."""
        near = timely > 0
        near[near] = self._shares_of(entry.shape, summaries.take(np.flatnonzero(near))) > 0
        return int(near.sum()), float(np.nansum(summaries.sizes[near, 2]))

    def _stamp(self, moment: int) -> str:
        at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=moment)
        return at.astimezone(self.timezone).isoformat(timespec="seconds")


def plain(words: str) -> str:
    """An agreement's own words without the reasons it gives: this page gives no reasons."""
    words = re.sub(r"\s*\([^()]*\bbecause\b[^()]*\)", "", words, flags=re.IGNORECASE)
    return re.sub(r"\bbecause( of)?\b", "for", words, flags=re.IGNORECASE)


def _measures(drawn: Drawn, reports: Reports, near: npt.NDArray[np.bool_]) -> dict[str, Compared]:
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
    for low, high in itertools.pairwise(edges):
        opens = np.clip(slots.opens, low, high)
        closes = np.clip(slots.closes, low, high)
        counts.append(expected.between(opens, closes))
        exposure.append((closes - opens) / DAY_US)
    both = np.concatenate(counts)[None, :], np.concatenate(exposure)[None, :]
    after = np.arange(both[0].shape[1]) >= len(slots.opens)
    whole = exposure[0] + exposure[1] > 0
    return compare(*both, after), (counts[0] + counts[1])[whole]


def _timely(reports: Reports, middle: int, length: int, slots: Slots) -> Floats:
    """The share of each report's span in the slots of both windows together."""
    opens = np.clip(slots.opens, middle - length, middle + length)
    closes = np.clip(slots.closes, middle - length, middle + length)
    done = np.concatenate([[0], np.cumsum(closes - opens)])

    def before(moment: Ints) -> Ints:
        k = np.searchsorted(opens, moment, side="right") - 1
        at = np.maximum(k, 0)
        part = done[at] + np.clip(moment - opens[at], 0, closes[at] - opens[at])
        return np.where(k >= 0, part, 0)

    span = np.maximum(reports.end - reports.start, 1)  # a moment is a microsecond
    found: Floats = (before(reports.start + span) - before(reports.start)) / span
    return found


def _vagueness(reports: Reports, share: Floats, timely: Floats) -> tuple[float, int]:
    unplaced = int((np.isnan(share) & (timely > 0)).sum())
    p = np.nan_to_num(share) * timely
    vague = (p > _VAGUE) & (p < 1 - _VAGUE)
    return (float(p[vague].sum() / p.sum()) if p.sum() > 0 else 0.0), unplaced

"""When: the share of a report's span that lies inside a provision's window.

A window is a set of intervals whose edges may be known only to lie between two instants.
G(t) is the probability that the instant t lies inside; the share of a span [s, e) is the
mean of G over it, (F(e) - F(s)) / (e - s) with F the integral of G; for a moment it is
G(s). Times are int64 microseconds since 1970, UTC.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from truceline.model.timeline import Edge, Interval

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def micros(moment: datetime) -> int:
    """Microseconds since 1970 of an aware moment."""
    delta = moment - _EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


@dataclass(frozen=True)
class Window:
    """Disjoint intervals in order; ``edges`` keeps them as moments for the reasons."""

    edges: tuple[Interval, ...]
    opens_lo: Ints
    opens_hi: Ints
    closes_lo: Ints
    closes_hi: Ints

    @classmethod
    def of(cls, intervals: Sequence[Interval]) -> "Window":
        """A window from intervals that do not overlap."""
        ordered = tuple(sorted(i for i in intervals if i[1].hi > i[0].lo))
        opens, closes = [i[0] for i in ordered], [i[1] for i in ordered]
        column = [
            np.array([micros(m) for m in moments], dtype=np.int64)
            for moments in (
                [e.lo for e in opens],
                [e.hi for e in opens],
                [e.lo for e in closes],
                [e.hi for e in closes],
            )
        ]
        return cls(ordered, *column)

    @property
    def exact(self) -> bool:
        """True where every edge is a known moment."""
        return bool(
            (self.opens_lo == self.opens_hi).all() and (self.closes_lo == self.closes_hi).all()
        )

    def touches(self, start: Ints, end: Ints) -> npt.NDArray[np.bool_]:
        """Which spans reach into the window at all (quick, may say yes for a sliver)."""
        if not len(self.opens_lo):
            return np.zeros(len(start), dtype=bool)
        return np.asarray((start < self.closes_hi[-1]) & (end >= self.opens_lo[0]), dtype=bool)

    def share(self, start: Ints, end: Ints) -> Floats:
        """p_time for each span; a span that ends where it starts is a moment."""
        if not len(self.opens_lo):
            return np.zeros(len(start))
        length = (end - start).astype(np.float64)
        moment = length <= 0
        share = np.empty(len(start))
        spans = ~moment
        if spans.any():
            inside = self._before(end[spans]) - self._before(start[spans])
            share[spans] = inside / length[spans]
        if moment.any():
            share[moment] = self._at(start[moment])
        return np.clip(share, 0.0, 1.0)

    def _before(self, t: Ints) -> Floats:
        """F(t): the measure of the window before t, in microseconds."""
        if self.exact:
            lengths = np.concatenate(([0], np.cumsum(self.closes_lo - self.opens_lo)))
            index = np.searchsorted(self.opens_lo, t, side="right") - 1
            at = np.maximum(index, 0)
            inside = np.minimum(t, self.closes_lo[at]) - self.opens_lo[at]
            return np.where(index >= 0, lengths[at] + inside, 0).astype(np.float64)
        total = np.zeros(len(t))
        for k in range(len(self.opens_lo)):
            total += _ramp(t, self.opens_lo[k], self.opens_hi[k])
            total -= _ramp(t, self.closes_lo[k], self.closes_hi[k])
        return total

    def _at(self, t: Ints) -> Floats:
        """G(t)."""
        if self.exact:
            index = np.searchsorted(self.opens_lo, t, side="right") - 1
            return np.asarray(
                (index >= 0) & (t < self.closes_lo[np.maximum(index, 0)]), dtype=np.float64
            )
        total = np.zeros(len(t))
        for k in range(len(self.opens_lo)):
            total += _step(t, self.opens_lo[k], self.opens_hi[k])
            total -= _step(t, self.closes_lo[k], self.closes_hi[k])
        return total


def _step(t: Ints, lo: int, hi: int) -> Floats:
    if hi <= lo:
        return (t >= lo).astype(np.float64)
    return np.clip((t - lo) / float(hi - lo), 0.0, 1.0)


def _ramp(t: Ints, lo: int, hi: int) -> Floats:
    """The integral of ``_step`` up to t."""
    past = (t - lo).astype(np.float64)
    if hi <= lo:
        return np.maximum(past, 0.0)
    width = float(hi - lo)
    return np.where(
        past <= 0, 0.0, np.where(past < width, past * past / (2 * width), past - width / 2)
    )


def edge_words(edge: Edge, timezone: str) -> str:
    """An edge as a person reads it, in the agreement's timezone."""
    tz = ZoneInfo(timezone)
    lo = edge.lo.astimezone(tz)
    if edge.lo == edge.hi:
        return lo.strftime("%Y-%m-%d %H:%M %z")[:-2] + ":" + lo.strftime("%z")[-2:]
    return f"some time on {lo:%Y-%m-%d}"

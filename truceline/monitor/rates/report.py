"""What a comparison of before and after says: frozen values, and the report of them all."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from truceline.monitor.rates.fit import Compared, rounded
from truceline.monitor.rates.placebo import Placebo
from truceline.monitor.rates.windows import Skipped

CAUTION = (
    "A rate ratio says what was reported after against before, and nothing of why. "
    "Each source counts its own things: never add sources together."
)


@dataclass(frozen=True, slots=True)
class Warned:
    """Something that a reader must know before using a ratio. ``kind`` is one word for machines."""

    kind: str
    text: str

    def to_json(self) -> dict[str, str]:
        """As plain values."""
        return {"kind": self.kind, "text": self.text}


@dataclass(frozen=True)
class Rate:
    """One zone, one moment, one source: before and after.

    Times are ISO 8601 in the agreement's timezone; ``start_latest`` differs from ``start``
    where only the day is known. ``days`` is the length of either side. ``measures`` are the
    comparisons of events and of low, best and high deaths. ``outside`` compares what the
    same source reports outside the zone. ``vague`` is the share of the expected reports
    that comes from those neither well inside nor well outside; ``unplaced`` counts reports
    in the windows of which it cannot be told. ``first`` and ``last`` bound all that the
    source reports. ``watched_before`` and ``watched_after`` are the shares of zone and time
    that somebody could see, from 0 to 1; None where no watch is recorded.
    """

    zone: str
    provisions: tuple[str, ...]
    anchor: str
    readings: tuple[str, ...]
    source: str
    start: str
    start_latest: str
    days: float
    measures: Mapping[str, Compared]
    outside: Compared | None
    placebo: Placebo
    vague: float
    unplaced: int
    first: str
    last: str
    warnings: tuple[Warned, ...]
    watched_before: float | None = None
    watched_after: float | None = None

    @property
    def linked(self) -> bool:
        """Whether linked incidents were compared, and not the reports of one source."""
        return any(w.kind == "linked" for w in self.warnings)

    @property
    def comparable(self) -> bool:
        """Whether there is any report on either side."""
        return self.measures["events"].model != "none"

    def to_json(self) -> dict[str, Any]:
        """As plain values for JSON; without any report, nothing is said of other dates."""
        return {
            "zone": self.zone,
            "provisions": list(self.provisions),
            "anchor": self.anchor,
            "readings": list(self.readings),
            "source": self.source,
            "start": self.start,
            "start_latest": self.start_latest,
            "days": rounded(self.days),
            **{name: measure.to_json() for name, measure in self.measures.items()},
            "outside": self.outside.to_json() if self.outside else None,
            "placebo": self.placebo.to_json() if self.comparable else None,
            "vague": rounded(self.vague),
            "unplaced": self.unplaced,
            "first_report": self.first,
            "last_report": self.last,
            "watched_before": rounded(self.watched_before),
            "watched_after": rounded(self.watched_after),
            "warnings": [w.to_json() for w in self.warnings],
        }


@dataclass(frozen=True)
class RatesReport:
    """Every comparison of one agreement. ``left_out`` counts what is no event, by kind.

    ``linked`` counts the ``incidents`` that were compared and the ``events`` they stand for;
    it is empty where nothing was linked.
    """

    agreement: str
    simulated: bool
    timezone: str
    days: float
    draws: int
    seed: int
    rates: tuple[Rate, ...]
    skipped: tuple[Skipped, ...]
    counted: Mapping[str, int] = field(default_factory=dict)
    left_out: Mapping[str, int] = field(default_factory=dict)
    linked: Mapping[str, int] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """As plain values for JSON: numbers are numbers, what is unknown or unbounded is null."""
        return {
            "agreement": self.agreement,
            "simulated": self.simulated,
            "timezone": self.timezone,
            "days": self.days,
            "draws": self.draws,
            "seed": self.seed,
            "caution": CAUTION,
            "counted": dict(self.counted),
            "left_out": dict(self.left_out),
            "linked": dict(self.linked),
            "rates": [rate.to_json() for rate in self.rates],
            "skipped": [s.to_json() for s in self.skipped],
        }

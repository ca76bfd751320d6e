"""Before and after: what the rates of ``pipeline.rates`` say, in rows that a page can show.

Each source is compared with itself and none is added to another. Rates that differ only in
a reading that changes no number are one row with all its readings.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from truceline.faces.clearance import Clearance
from truceline.monitor.rates.fit import Compared
from truceline.monitor.rates.placebo import Placebo
from truceline.monitor.rates.report import CAUTION, Rate, RatesReport
from truceline.pipeline.rates import rates
from truceline.pipeline.terms import Terms

DAYS = 28.0
MAX_SOURCES = 8
_MAX_ROWS = 24
_WIDTH, _MOST = 150.0, 16.0  # a ratio is drawn from 1/16 to 16


@dataclass(frozen=True)
class Sides:
    """All that is compared. ``why`` says why nothing is, where ``rows`` is empty."""

    rows: tuple[Mapping[str, Any], ...]
    days: float = DAYS
    left_out: int = 0
    skipped: tuple[tuple[str, str], ...] = ()
    caution: str = CAUTION
    why: str = ""


def compared(
    terms: Terms, events: pa.Table, incidents: pa.Table | None = None
) -> tuple[RatesReport, int]:
    """Rates of the sources with the most events, and how many sources are left out. Linked
    ``incidents``, where there are any, are one more comparison.
    """
    kinds = pc.value_counts(events.filter(pc.equal(events["kind"], "event"))["source"])
    most = sorted(kinds.to_pylist(), key=lambda v: (-v["counts"], v["values"]))
    kept = pa.array([v["values"] for v in most[:MAX_SOURCES]], pa.string())
    table = events.filter(pc.is_in(events["source"], value_set=kept))
    return rates(terms, [table], days=DAYS, incidents=incidents), max(len(most) - MAX_SOURCES, 0)


def sides(report: RatesReport, left_out: int, clearance: Clearance, free: bool) -> Sides:
    """The report's rows. Where sources are closed they are named by letters, unless ``free``."""
    closed = "source" in clearance.withheld() and not free
    names = {
        source: f"source {_letter(number)}" if closed else source
        for number, source in enumerate(report.counted)
    }
    merged: dict[tuple[Any, ...], dict[str, Any]] = {}
    for rate in report.rates:
        row = merged.setdefault(_same(rate), _row(rate, names))
        words = "; ".join(rate.readings)
        if words and words not in row["readings"]:
            row["readings"].append(words)
        row["provisions"] |= dict.fromkeys(rate.provisions)
    order = {zone: k for k, zone in enumerate(dict.fromkeys(r.zone for r in report.rates))}
    rows = tuple(sorted(merged.values(), key=lambda r: (order[r["zone"]], r["source"], r["start"])))
    why = "" if rows else "no clause has both a moment from which it holds and a zone with ground"
    return Sides(
        rows[:_MAX_ROWS],
        report.days,
        left_out + max(len(rows) - _MAX_ROWS, 0),
        tuple((s.what, s.why) for s in report.skipped),
        why=why,
    )


def _letter(number: int) -> str:
    return chr(ord("A") + number) if number < 26 else str(number + 1)


def _same(rate: Rate) -> tuple[Any, ...]:
    events = rate.measures["events"]
    numbers = (events.before, events.after, events.ratio, events.low, events.high)
    return (rate.zone, rate.source, rate.start, rate.start_latest, rate.days, *numbers)


def _row(rate: Rate, names: Mapping[str, str]) -> dict[str, Any]:
    def plain(text: str) -> str:
        for source, name in names.items():
            if source and source != name:
                text = re.sub(rf"(?<!\w){re.escape(source)}(?!\w)", name, text)
        return text

    deaths = rate.measures.get("deaths_best")
    return {
        "zone": rate.zone,
        "provisions": {},
        "source": plain(rate.source),
        "start": rate.start
        if rate.start == rate.start_latest
        else f"{rate.start} to {rate.start_latest}",
        "days": f"{rate.days:.3g}",
        "readings": [],
        "events": _measure(rate.measures["events"]),
        "deaths": _measure(deaths) if deaths else None,
        "outside": _measure(rate.outside) if rate.outside else None,
        "others": _others(rate.placebo),
        "warnings": [plain(w.text) for w in rate.warnings],
    }


def _measure(found: Compared) -> dict[str, Any]:
    low, high = found.low, found.high
    interval = "no interval"
    if found.model != "none":
        upper = "no bound" if high is None else f"{high:.2f}"
        interval = f"{0 if low is None else low:.2f} to {upper}"
    return {
        "before": _count(found.before, found.before_low, found.before_high),
        "after": _count(found.after, found.after_low, found.after_high),
        "ratio": "none" if found.ratio is None else f"{found.ratio:.2f}",
        "interval": interval,
        "drawn": found.model != "none" and found.ratio is not None,
        "x": _x(found.ratio),
        "low": _x(low if low is not None else 0.0),
        "high": _x(high if high is not None else math.inf),
    }


def _count(mean: float, low: float, high: float) -> str:
    if round(low) == round(high):
        return f"{mean:,.0f}"
    return f"{mean:,.0f} ({low:,.0f} to {high:,.0f})"


def _x(ratio: float | None) -> float:
    """Where a ratio stands on the logarithmic scale of the drawing."""
    share = math.log(min(max(ratio or 1 / _MOST, 1 / _MOST), _MOST)) / math.log(_MOST)
    return round((share + 1) / 2 * _WIDTH, 1)


def _others(placebo: Placebo) -> str:
    low, middle, high = (placebo.quantile(q) for q in (0.025, 0.5, 0.975))
    if not placebo.matched or low is None or middle is None or high is None:
        return ""
    return (
        f"On {placebo.matched:,} other dates that rose or fell alike before, the ratio was "
        f"{middle:.2f} in the middle and mostly {low:.2f} to {high:.2f}; it was as low as here or "
        f"lower on {placebo.lower:,} of them."
    )

"""A report of rates as plain text, 100 columns, for a person at a terminal."""

import textwrap
from collections.abc import Iterator

from truceline.monitor.rates.fit import LEVEL, Compared
from truceline.monitor.rates.placebo import Placebo
from truceline.monitor.rates.report import CAUTION, Rate, RatesReport

_NAMES = {
    "events": "reports",
    "deaths_low": "deaths, low",
    "deaths_best": "deaths, best",
    "deaths_high": "deaths, high",
}
_MODELS = {"negative-binomial": "neg. binomial", "exact": "exact", "none": "-"}


def rates_text(report: RatesReport) -> str:
    """The whole report; ends with a newline."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: RatesReport) -> Iterator[str]:
    mark = " (SIMULATED)" if report.simulated else ""
    yield f"{report.agreement}{mark}: before and after, up to {report.days:g} days on either side"
    yield f"{report.draws} draws of place, time and edge, seed {report.seed}; {report.timezone}"
    counted = ", ".join(f"{n:,} of {s}" for s, n in report.counted.items()) or "none"
    left = ", ".join(f"{n:,} {kind}" for kind, n in report.left_out.items())
    yield f"reports compared: {counted}; left out: {left}"
    if report.linked:
        incidents, events = report.linked["incidents"], report.linked["events"]
        yield f"linked: {incidents:,} incidents stand for {events:,} reports of all sources"
    for rate in report.rates:
        yield ""
        yield from _rate(rate)
    if report.skipped:
        yield ""
        yield "Not compared"
        for skipped in report.skipped:
            yield from _wrapped(f"{skipped.what}: {skipped.why}", "  ")
    yield ""
    yield from _wrapped(CAUTION, "")


def _rate(rate: Rate) -> Iterator[str]:
    of = ", ".join(rate.provisions) if rate.provisions else f"anchor {rate.anchor}"
    when = rate.start if rate.start == rate.start_latest else f"{rate.start} .. {rate.start_latest}"
    whose = rate.source if rate.linked else f"source {rate.source}"
    yield f"{rate.zone} ({of}), {whose}"
    yield f"  from {when}, {rate.days:.3g} days on either side"
    for reading in rate.readings:
        yield from _wrapped(f"read as: {reading}", "  ")
    if rate.comparable:
        yield from _table(rate)
    for warning in rate.warnings:
        yield from _wrapped(f"! {warning.text}", "  ")


def _table(rate: Rate) -> Iterator[str]:
    interval = f"{LEVEL:.0%} interval"
    yield f"  {'':13}{'before':>22}{'after':>22}{'ratio':>8}{interval:>18}  model"
    rows = dict(rate.measures)
    for name, measure in rows.items():
        yield _row("incidents" if rate.linked and name == "events" else _NAMES[name], measure)
    if rate.outside is not None:
        yield _row("outside", rate.outside)
    yield from _wrapped(_others(rate.placebo), "  ")


def _row(name: str, measure: Compared) -> str:
    before = _count(measure.before, measure.before_low, measure.before_high)
    after = _count(measure.after, measure.after_low, measure.after_high)
    ratio = "-" if measure.ratio is None else f"{measure.ratio:.2f}"
    low = "-" if measure.low is None else f"{measure.low:.2f}"
    high = "no bound" if measure.high is None else f"{measure.high:.2f}"
    interval = "-" if measure.model == "none" else f"{low} to {high}"
    model = _MODELS[measure.model]
    return f"  {name:13}{before:>22}{after:>22}{ratio:>8}{interval:>18}  {model}"


def _count(mean: float, low: float, high: float) -> str:
    if low == high:
        return f"{mean:,.0f}" if mean == round(mean) else f"{mean:,.1f}"
    return f"{mean:,.1f} ({low:,.0f}-{high:,.0f})"


def _others(placebo: Placebo) -> str:
    if not placebo.matched:
        return (
            f"other dates: none of {placebo.candidates} rose or fell alike before (escalation "
            f"{placebo.escalation:.2f}, within a factor of {placebo.caliper:g})"
        )
    low, middle, high = (placebo.quantile(q) for q in (0.025, 0.5, 0.975))
    return (
        f"other dates: on {placebo.matched} of {placebo.candidates} that rose or fell alike before "
        f"(escalation {placebo.escalation:.2f}, within a factor of {placebo.caliper:g}) the ratio "
        f"was {middle:.2f} in the middle, mostly {low:.2f} to {high:.2f}; here {placebo.real:.2f}, "
        f"as low or lower on {placebo.lower} of them (rank {placebo.rank:.3f})"
    )


def _wrapped(text: str, indent: str) -> Iterator[str]:
    yield from textwrap.wrap(text, 100, initial_indent=indent, subsequent_indent=indent + "  ")

"""Before and after, for a whole agreement and all the sources at hand."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from truceline.model.event import EVENT_SCHEMA, KINDS
from truceline.model.watch import Watch
from truceline.monitor.patrols_route import Posts
from truceline.monitor.rates import Rater
from truceline.monitor.rates_draws import Reports
from truceline.monitor.rates_report import Rate, RatesReport, Warned
from truceline.monitor.rates_text import rates_text
from truceline.monitor.rates_windows import Entry, entries
from truceline.monitor.watch import ground, micros
from truceline.pipeline.terms import Terms

__all__ = ["RatesReport", "rates", "rates_text"]

_COLUMNS = (
    "event_id",
    "source",
    "kind",
    "start",
    "end",
    "lon",
    "lat",
    "radius_m",
    "region",
    "unit",
    "bearing_deg",
    "spread_deg",
    "range_min_m",
    "deaths_low",
    "deaths_best",
    "deaths_high",
)


def rates(
    terms: Terms,
    events: Iterable[pa.Table],
    days: float = 30,
    draws: int = 200,
    seed: int = 1,
    watch: Sequence[Watch] | None = None,
    posts: Posts | None = None,
) -> RatesReport:
    """Reports in each zone before and after a ban enters into force there, per source.

    ``events`` are tables in ``EVENT_SCHEMA``, each event once. Summaries and leads are
    counted in ``left_out`` and compare nothing. Sources are the values of the column
    ``source``; they are never added together. ``watch`` is who could see where and when: its
    share of zone and time stands beside each count (None: nobody recorded any); ``posts`` is
    the route that its stretches are measured on. Deterministic for a ``seed``, in any order.

    Raises:
        ValueError: ``days`` or ``draws`` is out of range.
    """
    rater = Rater(terms.agreement.tz, terms.units, days, draws, seed)
    tables = [table.select(_COLUMNS) for table in events]
    schema = pa.schema([EVENT_SCHEMA.field(name) for name in _COLUMNS])
    table = pa.concat_tables(tables) if tables else schema.empty_table()
    kinds = {k: pc.sum(pc.equal(table["kind"], k)).as_py() or 0 for k in KINDS}

    def of(source: str, kind: str) -> Reports:
        mine = pc.and_(pc.equal(table["source"], source), pc.equal(table["kind"], kind))
        return Reports.of(source, table.filter(mine))

    both = pc.is_in(table["kind"], pa.array(["event", "summary"]))
    sources = sorted(pc.unique(table.filter(both)["source"]).to_pylist())
    pairs = [(of(s, "event"), of(s, "summary")) for s in sources]
    found, skipped = entries(terms.agreement, terms.zones, terms.checker.clauses)
    return RatesReport(
        agreement=terms.agreement.agreement,
        simulated=terms.agreement.simulated,
        timezone=terms.agreement.timezone,
        days=days,
        draws=draws,
        seed=seed,
        rates=tuple(
            _watched(rater.rate(e, *pair), e, terms, watch, posts)
            for e in found
            for pair in pairs
            if len(pair[0])
        ),
        skipped=skipped,
        counted={events.source: len(events) for events, _ in pairs},
        left_out={"summaries": kinds["summary"], "leads": kinds["lead"]},
    )


def _watched(
    rate: Rate,
    entry: Entry,
    terms: Terms,
    watch: Sequence[Watch] | None,
    posts: Posts | None,
) -> Rate:
    """The rate with the share of zone and time that somebody watched, before and after."""
    if watch is None or entry.shape is None:
        return rate
    land = ground(entry.shape, entry.zone, watch, posts, terms.zones)
    if land is None:
        return rate
    start, span = datetime.fromisoformat(rate.start), timedelta(days=rate.days)
    before = land.share(micros(start - span), micros(start)).watched
    after = land.share(micros(start), micros(start + span)).watched
    words = (
        f"watched: {before:.1%} of zone and time before, {after:.1%} after; "
        "where nobody watches, quiet is not peace"
    )
    return replace(
        rate,
        watched_before=before,
        watched_after=after,
        warnings=(*rate.warnings, Warned("watch", words)),
    )

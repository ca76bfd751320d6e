"""Before and after, for a whole agreement and all the sources at hand."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from truceline.model.event import EVENT_SCHEMA, KINDS
from truceline.model.watch import Watch
from truceline.monitor.patrols.route import Posts
from truceline.monitor.rates.draws import Reports
from truceline.monitor.rates.rates import Rater
from truceline.monitor.rates.report import Rate, RatesReport, Warned
from truceline.monitor.rates.text import rates_text
from truceline.monitor.rates.windows import Entry, Skipped, entries
from truceline.monitor.watch import ground, micros
from truceline.pipeline.terms import Terms

__all__ = ["RatesReport", "rates", "rates_text"]

ALL = "all sources, linked"
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
    incidents: pa.Table | None = None,
    watch: Sequence[Watch] | None = None,
    posts: Posts | None = None,
) -> RatesReport:
    """Reports in each zone before and after a ban enters into force there, per source.

    ``events`` are tables in ``EVENT_SCHEMA``, each event once. Summaries and leads are
    counted in ``left_out`` and compare nothing. Sources are the values of the column
    ``source``; they are never added together. ``incidents``, the same events linked
    (``INCIDENT_SCHEMA``), give one more comparison of each moment: of happenings, each once,
    as told by the sources that cover both windows. ``watch`` is who could see where and when:
    its share of zone and time stands beside each count (None: nobody recorded any); ``posts``
    is the route that its stretches are measured on. Deterministic for a ``seed``, in any order.

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
    linked = None if incidents is None else _Linked.of(incidents)
    compared: list[Rate] = []
    for entry in found:
        own = [
            _watched(rater.rate(entry, *pair), entry, terms, watch, posts)
            for pair in pairs
            if len(pair[0])
        ]
        compared += own
        if linked is not None and len(own) > 1:
            both_sides = [
                r.source for r in own if "not-covered" not in {w.kind for w in r.warnings}
            ]
            if len(both_sides) > 1:
                all_told = linked.rate(rater, entry, both_sides, len(own))
                compared.append(_watched(all_told, entry, terms, watch, posts))
            else:
                where = f"{entry.zone or 'everywhere'} from {own[0].start}, sources linked"
                why = "fewer than two sources cover both windows"
                skipped = (*skipped, Skipped(where, why))
    return RatesReport(
        agreement=terms.agreement.agreement,
        simulated=terms.agreement.simulated,
        timezone=terms.agreement.timezone,
        days=days,
        draws=draws,
        seed=seed,
        rates=tuple(compared),
        skipped=tuple(skipped),
        counted={events.source: len(events) for events, _ in pairs},
        left_out={"summaries": kinds["summary"], "leads": kinds["lead"]},
        linked={} if linked is None else linked.counts,
    )


@dataclass(frozen=True)
class _Linked:
    """Linked incidents, to be compared as one more source."""

    table: pa.Table

    @classmethod
    def of(cls, incidents: pa.Table) -> "_Linked":
        table = incidents.select([*_COLUMNS, "event_ids", "sources"])
        return cls(table.filter(pc.equal(table["kind"], "event")))

    @property
    def counts(self) -> dict[str, int]:
        """The incidents and the events that they stand for."""
        events = pc.sum(pc.list_value_length(self.table["event_ids"])).as_py() or 0
        return {"incidents": self.table.num_rows, "events": events}

    def rate(self, rater: Rater, entry: Entry, sources: list[str], of: int) -> Rate:
        """Compare the incidents that any of these sources reports.

        A source that is silent for a part of the windows would show its silence as peace,
        and its beginning as fighting: what only such a source reports is left out.
        """
        lists = self.table["sources"].combine_chunks()
        hit = pc.is_in(lists.flatten(), value_set=pa.array(sources, pa.string()))
        kept = self.table.take(pc.unique(pc.list_parent_indices(lists).filter(hit)))
        name = ALL if len(sources) == of else f"{', '.join(sources)}, linked"
        none = Reports.of(name, kept.slice(0, 0).select(_COLUMNS))
        rate = rater.rate(entry, Reports.of(name, kept.select(_COLUMNS)), none)
        events = pc.sum(pc.list_value_length(kept["event_ids"])).as_py() or 0
        said = (
            f"{kept.num_rows:,} incidents stand for {events:,} reports; each happening is counted "
            "once, with its lowest, middle and highest figure, as far as linking tells them apart"
        )
        if len(sources) < of:
            said += (
                f"; {self.table.num_rows - kept.num_rows:,} incidents are left out that only "
                "sources report which are silent for a part of these windows"
            )
        return replace(rate, warnings=(Warned("linked", said), *rate.warnings))


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

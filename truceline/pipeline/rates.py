"""Before and after, for a whole agreement and all the sources at hand."""

from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc

from truceline.model.event import EVENT_SCHEMA, KINDS
from truceline.monitor.rates import Rater
from truceline.monitor.rates_draws import Reports
from truceline.monitor.rates_report import RatesReport
from truceline.monitor.rates_text import rates_text
from truceline.monitor.rates_windows import entries
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
    terms: Terms, events: Iterable[pa.Table], days: float = 30, draws: int = 200, seed: int = 1
) -> RatesReport:
    """Reports in each zone before and after a ban enters into force there, per source.

    ``events`` are tables in ``EVENT_SCHEMA``, each event once. Summaries and leads are
    counted in ``left_out`` and compare nothing. Sources are the values of the column
    ``source``; they are never added together. Deterministic for a ``seed``, in any order.

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
        rates=tuple(rater.rate(e, *pair) for e in found for pair in pairs if len(pair[0])),
        skipped=skipped,
        counted={events.source: len(events) for events, _ in pairs},
        left_out={"summaries": kinds["summary"], "leads": kinds["lead"]},
    )

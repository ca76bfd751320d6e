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
    table = table.filter(pc.equal(table["kind"], "event"))
    sources = sorted(pc.unique(table["source"]).to_pylist())
    found, skipped = entries(terms.agreement, terms.zones, terms.checker.clauses)
    reports = [Reports.of(s, table.filter(pc.equal(table["source"], s))) for s in sources]
    return RatesReport(
        agreement=terms.agreement.agreement,
        simulated=terms.agreement.simulated,
        timezone=terms.agreement.timezone,
        days=days,
        draws=draws,
        seed=seed,
        rates=tuple(rater.rate(entry, one) for entry in found for one in reports),
        skipped=skipped,
        counted={one.source: len(one) for one in reports},
        left_out={"summaries": kinds["summary"], "leads": kinds["lead"]},
    )

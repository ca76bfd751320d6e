"""What the incidents of a case, or of files, may have answered."""

from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from truceline.monitor.answers.answers import CANDIDATE_SCHEMA, EARLIEST, Answers, Options
from truceline.monitor.answers.answers import answers as find
from truceline.monitor.check.who import Names
from truceline.pipeline.terms import Terms

__all__ = ["CANDIDATE_SCHEMA", "EARLIEST", "Answers", "Options", "answers", "chained"]


def answers(
    terms: Terms,
    incidents: pa.Table,
    events: Iterable[pa.Table] = (),
    options: Options | None = None,
) -> Answers:
    """Candidates for what each incident may have answered, under an agreement's names.

    ``incidents`` are in ``INCIDENT_SCHEMA`` or ``EVENT_SCHEMA``. ``events`` are the reports
    behind them, whose texts are read; without them the incidents' own texts are.
    """
    texts = [t.select(["event_id", "text"]) for t in events]
    return find(
        incidents,
        pa.concat_tables(texts) if texts else None,
        Names(terms.agreement).parties_of,
        options or Options(),
    )


def chained(found: Answers) -> list[dict[str, Any]]:
    """Each incident that has a candidate, with its candidates and its chain, for JSON."""
    by_incident: dict[str, list[dict[str, Any]]] = {}
    for row in found.candidates.to_pylist():
        by_incident.setdefault(row.pop("incident_id"), []).append(row)
    chains = dict(
        zip(found.chains["incident_id"].to_pylist(), found.chains["chain"].to_pylist(), strict=True)
    )
    return [
        {
            "incident_id": incident,
            "may have answered": rows,
            "alternatives": rows[0]["candidates"] - 1,
            "chain": chains.get(incident, []),
            EARLIEST: chains[incident][-1] if incident in chains else None,
        }
        for incident, rows in sorted(by_incident.items())
    ]

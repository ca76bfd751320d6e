"""What stands behind the listed findings: accounts that differ, what each act may have
answered, what people found, and what needs another look. Less what is withheld.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from truceline.faces.clearance import WITHHELD, Clearance
from truceline.faces.listing import Listing, reference
from truceline.faces.moments import span_words
from truceline.faces.wording import distance
from truceline.model.act import vocabulary
from truceline.model.finding import Findings
from truceline.model.review import Look, Review
from truceline.monitor.answers.answers import EARLIEST, Answers
from truceline.monitor.answers.opposed import RELATION_WORDS, RELATIONS
from truceline.monitor.check.standing import clause_of

_SIDES = dict(zip(RELATIONS, RELATION_WORDS, strict=True))
_OPEN_WHY = "other reports joined or left its incident, or it says something else now"
_SAYS = {
    "near": "near in time and place",
    "said": "a source says that this act was an answer",
    "named-place": "and names its place",
    "named-actor": "and names who did it",
}
# What of a review is shown side by side, and which clearance each needs ('' needs none).
_COMPARED = (
    ("verdict", ""),
    ("bound", "actor"),
    ("act", ""),
    ("actor", "actor"),
    ("attribution", "actor"),
    ("when", ""),
    ("place", "position"),
    ("deaths", ""),
    ("count", ""),
)


def accounts(
    listed: Listing,
    findings: Findings,
    incidents: pa.Table | None,
    found: Answers | None,
    reviews: Sequence[Review],
) -> list[dict[str, Any]]:
    """For each listed finding: ``sources``, ``independent``, ``leads``, ``differ``,
    ``answers`` and ``reviews``; JSON-ready.

    ``incidents`` are in ``INCIDENT_SCHEMA``; ``found`` are their answers. Either may be None:
    then nothing is said of it.
    """
    rows = findings.rows.take(pa.array(listed.index)).select(
        ["finding_id", "incident_id", "event_ids"]
    )
    ids = rows["incident_id"].to_pylist()
    told = _told(incidents, ids)
    steps = _Steps(listed, ids, incidents, found, findings.timezone)
    made: dict[tuple[str, tuple[str, ...]], list[Review]] = {}
    for review in reviews:
        made.setdefault((review.clause, review.event_ids), []).append(review)
    out = []
    for record, row in zip(listed.records, rows.to_pylist(), strict=True):
        closed = frozenset(record["closed"])
        key = (clause_of(row["finding_id"], row["incident_id"]), tuple(sorted(row["event_ids"])))
        account = _account(told.get(row["incident_id"]), closed)
        account["answers"] = steps.of(row["incident_id"], closed)
        account["reviews"] = [_review(r, closed) for r in made.get(key, [])]
        out.append(account)
    return out


def _told(incidents: pa.Table | None, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    if incidents is None:
        return {}
    wanted = pa.array(sorted(set(ids)), pa.string())
    some = incidents.select(["incident_id", "sources", "independent", "disagreements", "leads"])
    some = some.filter(pc.is_in(some["incident_id"], value_set=wanted))
    return {row["incident_id"]: row for row in some.to_pylist()}


def _account(row: Mapping[str, Any] | None, closed: frozenset[str]) -> dict[str, Any]:
    if row is None:
        return {"sources": None, "independent": None, "leads": 0, "differ": []}
    # A disagreement says who said what: it is whole only where all of that is cleared.
    whole = not closed & {"source", "actor", "text"}
    kinds = [d if whole else d.partition(":")[0] for d in row["disagreements"] or []]
    return {
        "sources": len(row["sources"] or []),
        "independent": row["independent"],
        "leads": len(row["leads"] or []),
        "differ": kinds,
    }


class _Steps:
    """Candidates and chains of the listed incidents, each incident in a few words."""

    def __init__(
        self,
        listed: Listing,
        ids: Sequence[str],
        incidents: pa.Table | None,
        found: Answers | None,
        timezone: str,
    ) -> None:
        self._tz = ZoneInfo(timezone)
        self._number: dict[str, int] = {}
        for record, incident in zip(listed.records, ids, strict=True):
            self._number.setdefault(incident, record["n"])
        self._rows: dict[str, list[dict[str, Any]]] = {}
        self._chains: dict[str, list[str]] = {}
        self._known: dict[str, dict[str, Any]] = {}
        if found is None or incidents is None:
            return
        wanted = pa.array(sorted(set(ids)), pa.string())
        table = found.candidates
        for row in table.filter(pc.is_in(table["incident_id"], value_set=wanted)).to_pylist():
            self._rows.setdefault(row["incident_id"], []).append(row)
        chains = found.chains.filter(pc.is_in(found.chains["incident_id"], value_set=wanted))
        self._chains = {r["incident_id"]: r["chain"] for r in chains.to_pylist()}
        named = {r["candidate_id"] for rows in self._rows.values() for r in rows}
        named |= {step for chain in self._chains.values() for step in chain}
        own = "incident_id" if "incident_id" in incidents.schema.names else "event_id"
        some = incidents.select([own, "act", "start", "end"])
        some = some.filter(pc.is_in(some[own], value_set=pa.array(sorted(named), pa.string())))
        self._known = {row[own]: row for row in some.to_pylist()}

    def of(self, incident: str, closed: frozenset[str]) -> dict[str, Any] | None:
        rows = self._rows.get(incident)
        if not rows:
            return None
        chain = [self._words(step) for step in self._chains.get(incident, [])]
        return {
            "total": rows[0]["candidates"],
            "rows": [self._candidate(row, closed) for row in rows],
            "chain": chain if len(chain) > 1 else [],
            "last": EARLIEST,
        }

    def _candidate(self, row: Mapping[str, Any], closed: frozenset[str]) -> dict[str, Any]:
        quote = WITHHELD if row["quote"] and "text" in closed else row["quote"]
        near = row["evidence"].split("; ")
        where = WITHHELD if "position" in closed else near[0]
        return {
            **self._words(row["candidate_id"]),
            "rank": row["rank"],
            "basis": ", ".join(_SAYS[b] for b in row["basis"]),
            "when": near[1],
            "where": where,
            "sides": WITHHELD if "actor" in closed else _SIDES[row["sides"]],
            "p": row["p"],
            "quote": quote,
        }

    def _words(self, incident: str) -> dict[str, Any]:
        """Which listed finding it is, if any, and what and when, in words that harm nobody."""
        row = self._known.get(incident)
        if row is None:
            return {"n": self._number.get(incident), "what": ""}
        act = vocabulary().acts.get(row["act"])
        when = span_words(row["start"], row["end"], self._tz)
        return {
            "n": self._number.get(incident),
            "what": f"{act.label if act else row['act']}, {when}",
        }


def _review(review: Review, closed: frozenset[str]) -> dict[str, Any]:
    """One step of a review. Who reviewed, and their words, are closed with the sources."""
    shut = closed & {"source", "text"}
    return {
        "state": review.state,
        "at": review.at[:10],
        "who": WITHHELD if shut else review.who,
        "because": WITHHELD if shut else review.because,
        "document": "" if shut else review.document,
    }


def looks_again(
    looks: Sequence[Look], listed: Listing, findings: Findings, clearance: Clearance, free: bool
) -> list[dict[str, Any]]:
    """The reviews that need another look, old and new side by side."""
    shut = frozenset() if free else frozenset(clearance.withheld())
    tz = ZoneInfo(findings.timezone)
    ids = findings.rows.take(pa.array(listed.index))["finding_id"].to_pylist()
    number = {finding: record["n"] for record, finding in zip(listed.records, ids, strict=True)}
    out = []
    for look in looks:
        review = look.review
        now = [
            {
                "ref": reference(row["finding_id"]),
                "n": number.get(row["finding_id"]),
                "reports": len(row["event_ids"]),
                "facts": _facts(row, shut, tz),
            }
            for row in look.now
        ]
        out.append(
            {
                "ref": reference(review.finding_id),
                "clause": review.provision,
                "why": _OPEN_WHY if shut else look.why,
                **{k: v for k, v in _review(review, shut).items() if k != "document"},
                "reports": len(review.event_ids),
                "facts": _facts(review.seen, shut, tz),
                "now": now,
            }
        )
    return out


def _facts(row: Mapping[str, Any], shut: frozenset[str], tz: ZoneInfo) -> dict[str, str]:
    """What a finding says, in words; the same names for old and new. Nothing for no finding."""
    if not row:
        return {}
    act = vocabulary().acts.get(str(row["act"]))
    start, end = (datetime.fromisoformat(row[k]) for k in ("start", "end"))
    low, best, high = ("–" if row[f"deaths_{k}"] is None else row[f"deaths_{k}"]
                       for k in ("low", "best", "high"))  # fmt: skip
    radius = f", within {distance(row['radius_m'])}" if row["radius_m"] else ""
    said = {
        "verdict": f"{row['verdict']} ({row['cause']})" if row["cause"] else row["verdict"],
        "bound": row["bound"],
        "act": act.label if act else str(row["act"]),
        "actor": "; ".join(row["actor"] or []) or "nobody named",
        "attribution": row["attribution"],
        "when": span_words(start, end, tz),
        "place": "none" if row["lon"] is None else f"{row['lat']}, {row['lon']} (lat, lon){radius}",
        "deaths": "not stated" if best == low == high == "–" else f"{best} (from {low} to {high})",
        "count": "" if row["count"] is None else str(row["count"]),
    }
    return {k: WITHHELD if needs in shut and said[k] else said[k] for k, needs in _COMPARED}

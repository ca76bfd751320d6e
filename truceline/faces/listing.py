"""The findings that a page lists, with the reports behind them, less what is withheld.

A page lists so many findings and no more; how many it leaves out of each verdict is
counted. Of each verdict those come first that lie most surely inside, then in time.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from truceline.faces.clearance import (
    CELL_RADIUS_M,
    OPEN_RULES,
    WITHHELD,
    Clearance,
    rounded,
    simulated_rows,
)
from truceline.faces.moments import span_words
from truceline.model.act import vocabulary
from truceline.model.finding import Findings

VERDICTS = ("breach", "cannot-tell", "no-breach")  # the order in which a page lists them
VERDICT_WORDS = {
    "breach": "apparent breach",
    "cannot-tell": "cannot tell",
    "no-breach": "no breach",
}
_SAID = "Withheld: this sentence would show who is said to have acted, or against whom."
_LEAST_SHARE = 6  # each verdict may fill at least 1/6 of the list


@dataclass(frozen=True)
class Listing:
    """What is listed and what is left out.

    ``records`` are JSON-ready; ``why`` and ``events`` in them index ``sentences`` and
    ``reports``. ``left_out`` counts the findings that are not listed, by verdict.
    ``withheld`` counts the listed rows from which something is withheld.
    """

    records: list[dict[str, Any]]
    sentences: list[dict[str, str]]
    reports: list[dict[str, Any]]
    left_out: Mapping[str, int]
    withheld: int
    index: npt.NDArray[np.int64]  # rows of the findings that are listed, in the list's order


def reference(finding_id: str) -> str:
    """A finding's short public name. It does not show where the report came from."""
    return "F-" + hashlib.sha256(finding_id.encode()).hexdigest()[:10]


def choose(rows: pa.Table, limit: int) -> npt.NDArray[np.int64]:
    """The rows to list, breaches first, then in time."""
    verdicts = rows["verdict"].to_pylist()
    rank = np.array([VERDICTS.index(v) for v in verdicts], dtype=np.int64)
    p_zone = np.nan_to_num(rows["p_zone"].to_numpy(zero_copy_only=False).astype(float))
    p = p_zone * np.nan_to_num(rows["p_time"].to_numpy(zero_copy_only=False).astype(float))
    start = rows["start"].cast(pa.int64()).to_numpy(zero_copy_only=False)
    order = np.lexsort((start, -np.round(p, 4), rank))
    per_verdict = [order[rank[order] == k] for k in range(len(VERDICTS))]
    least = limit // _LEAST_SHARE
    take = [min(len(found), least) for found in per_verdict]
    room = limit - sum(take)
    for k, found in enumerate(per_verdict):
        more = min(len(found) - take[k], room)
        take[k] += more
        room -= more
    kept = np.concatenate([f[:n] for f, n in zip(per_verdict, take, strict=True)] or [[]])
    kept = kept.astype(np.int64)
    return kept[np.lexsort((start[kept], rank[kept]))].astype(np.int64)


def listing(
    findings: Findings,
    events: pa.Table | None,
    clearance: Clearance,
    labels: Sequence[tuple[str, str]],
    limit: int,
) -> Listing:
    """The listed findings, ready for the page.

    ``events`` are the reports in ``EVENT_SCHEMA`` where they are at hand. ``labels`` are
    (prefix of a finding's id, clause's label), so that a finding finds the version of its
    clause.
    """
    index = choose(findings.rows, limit)
    rows = findings.rows.take(pa.array(index))
    pointers = findings.pointers.take(pa.array(index)).to_pylist()
    free = simulated_rows(rows["incident_id"], rows["actor"])
    named = _reports_of(events, rows, clearance)
    said = _Sentences(findings.sentences)
    reports: list[dict[str, Any]] = []
    records = []
    withheld = 0
    for number, (row, points) in enumerate(zip(rows.to_pylist(), pointers, strict=True)):
        closed = _closed(row, bool(free[number]), clearance)
        withheld += bool(closed)
        records.append(
            _record(row, number, closed, findings.timezone, labels)
            | {
                "why": [said.add(p, "actor" in closed) for p in points],
                "events": _add(reports, row["event_ids"] or [], named, closed),
                "sim": bool(free[number]),
            }
        )
    total = {
        v["values"]: v["counts"] for v in pc.value_counts(findings.rows["verdict"]).to_pylist()
    }
    listed = {v: sum(r["verdict"] == v for r in records) for v in VERDICTS}
    left = {v: total.get(v, 0) - listed[v] for v in VERDICTS}
    return Listing(records, said.kept, reports, left, withheld, index)


def _closed(row: Mapping[str, Any], simulated: bool, clearance: Clearance) -> frozenset[str]:
    """The fields of a row that stay closed. A confirmed finding shows who acted, if one is named."""
    if simulated:
        return frozenset()
    closed = set(clearance.withheld())
    if row["standing"] == "confirmed" and row["attribution"] == "actor":
        closed.discard("actor")  # where who acted is open, a review of the act does not close it
    return frozenset(closed)


def _record(
    row: Mapping[str, Any],
    number: int,
    closed: frozenset[str],
    timezone: str,
    labels: Sequence[tuple[str, str]],
) -> dict[str, Any]:
    tz = ZoneInfo(timezone)
    act = vocabulary().acts.get(row["act"])
    lon, lat, radius = placed(row["lon"], row["lat"], row["radius_m"], "position" in closed)
    who = "actor" in closed
    label = next((v for k, v in labels if row["finding_id"].startswith(k)), row["provision"])
    return {
        "n": number + 1,
        "ref": reference(row["finding_id"]),
        "id": WITHHELD if "source" in closed else row["finding_id"],
        "clause": label,
        "provision": row["provision"],
        "verdict": row["verdict"],
        "cause": row["cause"],
        "bound": WITHHELD if who else row["bound"],
        "standing": row["standing"],
        "pz": _share(row["p_zone"]),
        "pt": _share(row["p_time"]),
        "act": act.label if act else row["act"],
        "actor": [WITHHELD] if who else row["actor"] or [],
        "party": [WITHHELD] if who else row["party"] or [],
        "attribution": row["attribution"],
        "when": span_words(row["start"], row["end"], tz),
        "start": row["start"].astimezone(tz).isoformat(timespec="seconds"),
        "end": row["end"].astimezone(tz).isoformat(timespec="seconds"),
        "lon": lon,
        "lat": lat,
        "r": radius,
        "deaths": [row[f"deaths_{k}"] for k in ("low", "best", "high")],
        "count": row["count"],
        "closed": sorted(closed),
    }


def placed(
    lon: float | None, lat: float | None, radius: float | None, closed: bool
) -> tuple[float | None, float | None, float | None]:
    """Where a row is drawn: degrees, and metres of radius. Closed: the middle of its cell, with
    a radius that still takes in all that the report allows.
    """
    if lon is None or lat is None:
        return None, None, None
    known = radius or 0.0
    if not closed:
        return round(lon, 5), round(lat, 5), round(known)
    x, y = (float(v) for v in rounded(np.array([lon, lat])))
    return x, y, round(known + CELL_RADIUS_M)


def _share(value: float | None) -> float | None:
    return None if value is None or np.isnan(value) else round(value, 4)


def _reports_of(
    events: pa.Table | None, rows: pa.Table, clearance: Clearance
) -> dict[str, dict[str, Any]]:
    """The reports behind the listed rows, by event id."""
    if events is None or not len(rows):
        return {}
    ids = pc.unique(rows["event_ids"].combine_chunks().flatten())
    found = events.filter(pc.is_in(events["event_id"], value_set=ids))
    free = simulated_rows(found["event_id"], found["actor"])
    return {
        row["event_id"]: row | {"free": bool(free[k])} for k, row in enumerate(found.to_pylist())
    }


def _add(
    reports: list[dict[str, Any]],
    ids: Iterable[str],
    named: Mapping[str, Mapping[str, Any]],
    closed: frozenset[str],
) -> list[int]:
    places = []
    for event_id in ids:
        row = named.get(event_id, {})
        shut = frozenset() if row.get("free") else closed
        places.append(len(reports))
        reports.append(_report(event_id, row, shut))
    return places


def _report(event_id: str, row: Mapping[str, Any], closed: frozenset[str]) -> dict[str, Any]:
    """One report as its source gave it; ``(withheld)`` is told apart from ``not given``."""

    def shown(name: str, value: Any) -> Any:
        return WITHHELD if name in closed and value not in (None, "", []) else value

    act = vocabulary().acts.get(row.get("act", ""))
    return {
        "id": shown("source", event_id),
        "source": shown("source", row.get("source", "")),
        "asof": row.get("as_of") or "",
        "when": shown("text", row.get("when_text") or ""),
        "place": shown("text", row.get("place") or ""),
        "text": shown("text", row.get("text") or ""),
        "url": shown("text", row.get("url") or ""),
        "cites": shown("source", row.get("cites") or []),
        "means": row.get("means") or "",
        "act": shown("text", row.get("act_text") or ""),
        "label": act.label if act else row.get("act") or "",
        "actor": shown("actor", row.get("actor") or []),
        "deaths": [row.get(f"deaths_{k}") for k in ("low", "best", "high")],
        "r": row.get("radius_m"),
        "target": shown("actor", row.get("target") or []),
        "file": shown("source", row.get("file") or ""),
        "line": shown("source", row.get("line")),
        "sha256": row.get("file_sha256") or "",
    }


class _Sentences:
    """The sentences that the listed findings use, once each."""

    def __init__(self, all_: pa.Array) -> None:
        self._all = all_
        self._index: dict[tuple[int, bool], int] = {}
        self._told: dict[tuple[str, str, str], int] = {}
        self.kept: list[dict[str, str]] = []

    def add(self, pointer: int, closed: bool) -> int:
        key = (pointer, closed)
        if key not in self._index:
            said = self._all[pointer].as_py()
            if closed and said["rule"] not in OPEN_RULES:
                said = {"rule": said["rule"], "outcome": WITHHELD, "detail": _SAID}
            text = (said["rule"], said["outcome"], said["detail"])
            if text not in self._told:
                self._told[text] = len(self.kept)
                self.kept.append(said)
            self._index[key] = self._told[text]
        return self._index[key]

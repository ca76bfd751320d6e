"""How well candidates for answers fit an exercise that says what answered what.

    truceline exercise --out DIR --events 5000 --seed S
    python tools/bench_answers.py DIR...

Prints one row of a Markdown table for each folder. An answer counts where both acts were
reported, by the incident that holds most of each act's reports.
"""

import csv
import sys
from collections import Counter
from pathlib import Path

import truceline as tl
from truceline.model.batch import Context
from truceline.pipeline.answers import Options, answers
from truceline.pipeline.check import Intake
from truceline.pipeline.incidents import link_events


def measured(folder: Path, agreement: str = "idlib-2020") -> str:
    """One row: answers, candidates a listed incident, recall, recall and precision of the first."""
    terms = tl.agreement(agreement)
    intake = Intake(Context(timezone=terms.agreement.timezone, units=terms.units))
    files = [p for p in sorted(folder.glob("*.csv")) if p.stem not in ("truth", "seen")]
    tables = list(intake.read([("table", f) for f in files]))
    incidents = link_events(terms, tables)
    with (folder / "seen.csv").open(encoding="utf-8", newline="") as file:
        seen = {r["event_id"]: r["incident"] for r in csv.DictReader(file)}
    with (folder / "truth.csv").open(encoding="utf-8", newline="") as file:
        truth = {r["incident"]: r["answers"] for r in csv.DictReader(file) if r["answers"]}
    true = {}
    for row in incidents.linked.select(["incident_id", "event_ids"]).to_pylist():
        told = Counter(seen[e] for e in row["event_ids"] if seen.get(e))
        if told:
            true[row["incident_id"]] = min(told, key=lambda name: (-told[name], name))
    reported = set(true.values())
    able = {a: b for a, b in truth.items() if a in reported and b in reported}
    found = answers(terms, incidents.table, tables, Options())
    hit: set[str] = set()
    first = right = 0
    for row in found.candidates.to_pylist():
        later, earlier = true.get(row["incident_id"]), true.get(row["candidate_id"])
        ok = later is not None and able.get(later) == earlier
        first += row["rank"] == 1
        right += ok and row["rank"] == 1
        if ok and later is not None:
            hit.add(later)
    return (
        f"| {folder.name} | {incidents.counts['incidents']:,} | {len(able):,} | "
        f"{found.candidates.num_rows / max(first, 1):.1f} | {len(hit) / max(len(able), 1):.2f} | "
        f"{right / max(len(able), 1):.2f} | {right / max(first, 1):.2f} |"
    )


if __name__ == "__main__":
    print(
        "| exercise | incidents | answers | candidates each | recall | first: recall | precision |"
    )
    print("|---|---|---|---|---|---|---|")
    for name in sys.argv[1:]:
        print(measured(Path(name)))

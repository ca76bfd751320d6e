"""Judge real UCDP GED events under each Syrian ceasefire, beside plain point-in-polygon.

    python tools/validation.py ../shared/data/ucdp/ged_syria_2016-2019.csv [AGREEMENT ...]
    python tools/validation.py --rates ../shared/data/ucdp/ged_syria_2016-2019.csv [AGREEMENT ...]

Prints Markdown tables; with ``--rates`` those of before and after entry into force, which are
the numbers of ``truceline rates`` (its own defaults, a zone and anchor a row). Plain point-in-polygon takes the row's coordinates for the place and
its first day for the time, and asks nothing else; it is what a GIS user would do.
"""

import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely

from truceline.model.batch import Context
from truceline.monitor.check.clauses import DatedClause
from truceline.monitor.check.windows import micros
from truceline.monitor.rates.fit import Compared
from truceline.monitor.rates.report import Rate
from truceline.pipeline.check import Intake, check
from truceline.pipeline.rates import rates
from truceline.pipeline.terms import Terms, load

SYRIAN = ("southwest-syria-2017", "syria-cessation-2016", "eastern-ghouta-2018")


def plain_inside(terms: Terms, clause: DatedClause, events: pa.Table) -> np.ndarray:
    """Which events a GIS user would count: the point in the polygon, the day in the window."""
    lon, lat = (events[c].to_numpy(zero_copy_only=False) for c in ("lon", "lat"))
    start = events["start"].cast(pa.int64()).to_numpy(zero_copy_only=False)
    inside = np.zeros(events.num_rows, dtype=bool)
    for part in clause.readings[0].parts:
        first, last = part.window.edges[0][0].lo, part.window.edges[-1][1].hi
        tz = terms.agreement.tz
        day = first.astimezone(tz).replace(hour=0, minute=0, second=0)
        timely = (start >= micros(day)) & (start < micros(last))
        here = (
            np.ones(len(lon), dtype=bool)
            if part.shape is None
            else shapely.contains_xy(part.shape.polygon, lon, lat)
        )
        inside |= here & timely
    return inside


def before_and_after(name: str, path: Path) -> None:
    """The numbers of ``truceline rates``, a row for each zone and moment."""
    terms = load(name)
    intake = Intake(Context(timezone=terms.agreement.timezone))
    report = rates(terms, intake.read([("ucdp", path)]))
    print(f"### Before and after: {name}\n")
    print(f"`truceline rates --agreement {name} --events {path} --source ucdp`\n")
    print(
        "| zone | from | reports before, after | ratio (95 %) | deaths, best: ratio (95 %) "
        "| outside: ratio | other dates: ratio, middle (mostly) | as low or lower | warnings |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for row in dict.fromkeys(_rate_row(rate) for rate in report.rates):
        print(row)
    print()


def _rate_row(rate: Rate) -> str:
    warnings = ", ".join(dict.fromkeys(w.kind for w in rate.warnings)) or "none"
    where = f"| {rate.zone} | {rate.start[:16].replace('T', ' ')} |"
    if not rate.comparable:
        return f"{where} nothing to compare | | | | | | {warnings} |"
    events, deaths = rate.measures["events"], rate.measures["deaths_best"]
    placebo, outside = rate.placebo, rate.outside
    beyond = "-" if outside is None or outside.ratio is None else f"{outside.ratio:.2f}"
    others, lower = "none alike", "-"
    if placebo.matched:
        low, middle, high = (placebo.quantile(q) for q in (0.025, 0.5, 0.975))
        others = f"{placebo.matched} dates: {middle:.2f} ({low:.2f} to {high:.2f})"
        lower = f"{placebo.lower} of {placebo.matched}"
    return (
        f"{where} {events.before:.1f}, {events.after:.1f} | {_ratio(events)} | {_ratio(deaths)} "
        f"| {beyond} | {others} | {lower} | {warnings} |"
    )


def _ratio(found: Compared) -> str:
    if found.ratio is None:
        return "-"
    high = "no bound" if found.high is None else f"{found.high:.2f}"
    return f"{found.ratio:.2f} ({found.low or 0.0:.2f} to {high})"


def main() -> None:
    given = [word for word in sys.argv[1:] if word != "--rates"]
    path = Path(given[0])
    if "--rates" in sys.argv:
        for name in given[1:] or (*SYRIAN, "idlib-2020"):
            before_and_after(name, path)
        return
    for name in given[1:] or SYRIAN:
        terms = load(name)
        intake = Intake(Context(timezone=terms.agreement.timezone))
        tables = list(intake.read([("ucdp", path)]))
        events = pa.concat_tables(tables)
        findings = check(terms, tables)
        count = intake.counts[0]
        print(f"### {name}\n")
        print(
            f"{count.rows:,} rows = {count.events:,} events + {count.repeats} repeats + "
            f"{count.revisions} revisions + {count.problems} problems. "
            f"{findings.checked:,} incidents judged, {findings.untouched:,} touch nothing; "
            f"{findings.summaries:,} summaries kept apart.\n"
        )
        print("| clause | verdict | findings | of them plain point-in-polygon says inside |")
        print("|---|---|---|---|")
        ids = events["event_id"].to_pylist()
        for clause in terms.checker.clauses:
            plain = plain_inside(terms, clause, events)
            inside = {i for i, yes in zip(ids, plain, strict=True) if yes}
            rows = findings.rows.filter(
                pa.compute.equal(findings.rows["provision"], clause.provision.id)
            ).select(["incident_id", "verdict", "cause"])
            verdicts: Counter[str] = Counter()
            agreed: Counter[str] = Counter()
            seen = set()
            for row in rows.to_pylist():
                label = row["verdict"] + (f" ({row['cause']})" if row["cause"] else "")
                verdicts[label] += 1
                agreed[label] += row["incident_id"] in inside
                seen.add(row["incident_id"])
            for label in sorted(verdicts):
                print(f"| {clause.label} | {label} | {verdicts[label]:,} | {agreed[label]:,} |")
            kinds = dict(zip(ids, events["kind"].to_pylist(), strict=True))
            summaries = sum(kinds[i] == "summary" for i in inside)
            rest = len(inside - seen) - summaries
            print(
                f"| {clause.label} | *plain count in all* | | {len(inside):,} "
                f"({summaries:,} summaries, {rest:,} that touch nothing) |"
            )
        print()


if __name__ == "__main__":
    main()

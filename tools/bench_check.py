"""Time the whole check with uncertainty beside GeoPandas on the plain half of the work.

    python tools/bench_check.py [ROWS] [--rounds N]

The events are SIMULATED: clustered points in Parquet, a third of them known only to 25 km.
Truceline reads the file and judges every event (zone shares, windows, acts, parties,
verdicts, reasons). GeoPandas reads the same file and answers one question, which exactly
placed point lies in which zone (sjoin, within). Both run in turn, each in a process of its
own; the answers of the plain half must be identical. Printed: ratios from this one run.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

AGREEMENT = """\
agreement: bench
title: Five zones for timing (SIMULATED)
simulated: true
timezone: Asia/Damascus
anchors: {start: {at: "2020-03-06T00:01"}}
parties:
  A: {name: Side A (SIMULATED), status: [{is: signatory}]}
  B: {name: Side B (SIMULATED), status: [{is: not-bound}]}
lines:
  road:
    points: [[36.80591, 35.86447], [36.61098, 35.81234], [36.47260, 35.78668], [36.19649, 35.81151]]
zones:
  corridor: {along: road, depth: 6 km}
  disc: {around: [36.63, 35.93], radius: 15 km}
  box: {polygon: [[35.9, 35.2], [36.6, 35.1], [36.7, 35.6], [36.1, 35.7]]}
  south: {around: [36.1, 32.6], radius: 40 km}
  east: {polygon: [[39.5, 35.0], [40.6, 35.1], [40.4, 36.0], [39.6, 35.8]]}
provisions:
"""
ZONES = ("corridor", "disc", "box", "south", "east")


def make_events(path: Path, rows: int) -> None:
    """Clustered SIMULATED events across Syria's box: 60 centres, 8 km scatter."""
    rng = np.random.default_rng(7)
    centres = rng.uniform((35.7, 32.3), (41.5, 36.9), (60, 2))
    centre = rng.integers(60, size=rows)
    lonlat = centres[centre] + rng.normal(0, 0.08, (rows, 2))
    vague = rng.random(rows) < 1 / 3
    start = np.datetime64("2020-01-01") + rng.integers(0, 150, rows).astype("timedelta64[D]")
    acts = np.array(["shelling", "air-strike", "small-arms-fire", "armed-clash"])
    actors = np.array(["Side A (SIMULATED)", "Side B (SIMULATED)"])
    table = pa.table(
        {
            "id": pc.binary_join_element_wise(
                "SIM", pa.array(np.arange(rows)).cast(pa.string()), "-"
            ),
            "start": pa.array(start.astype(str)).cast(pa.string()),
            "lon": lonlat[:, 0],
            "lat": lonlat[:, 1],
            "radius_m": np.where(vague, 25_000.0, 0.0),
            "act": acts[rng.integers(4, size=rows)],
            "actor": actors[rng.integers(2, size=rows)],
            "deaths": rng.poisson(1.0, rows),
        }
    )
    pq.write_table(table, path)


def run_truceline(folder: Path) -> dict[str, object]:
    import truceline as tl
    from truceline.pipeline.check import check_files

    terms = tl.agreement(str(folder / "agreement.yaml"))
    terms.checker  # noqa: B018  # prepared once per case, like the zones of the other side
    began, worked = time.perf_counter(), time.process_time()
    findings, intake = check_files(terms, [("table", folder / "events.parquet")])
    seconds, cpu = time.perf_counter() - began, time.process_time() - worked
    exact = findings.rows.filter(pc.equal(findings.rows["radius_m"], 0.0))
    inside = exact.filter(pc.greater(exact["p_zone"], 0.5))
    pairs = sorted(
        zip(inside["provision"].to_pylist(), inside["incident_id"].to_pylist(), strict=True)
    )
    return {
        "seconds": seconds,
        "cpu": cpu,
        "findings": len(findings),
        "counts": findings.counts(),
        "holds": all(c.holds for c in intake.counts),
        "pairs": [f"{zone}/{event.removeprefix('events:')}" for zone, event in pairs],
    }


def run_geopandas(folder: Path) -> dict[str, object]:
    import geopandas as gpd

    import truceline as tl

    terms = tl.agreement(str(folder / "agreement.yaml"))
    zones = gpd.GeoDataFrame(
        {"zone": list(ZONES)},
        geometry=[terms.zones[z][0].shape.polygon for z in ZONES],
        crs=4326,
    )
    began, worked = time.perf_counter(), time.process_time()
    frame = pq.read_table(folder / "events.parquet").to_pandas()
    points = gpd.GeoDataFrame(
        frame, geometry=gpd.points_from_xy(frame["lon"], frame["lat"]), crs=4326
    )
    joined = gpd.sjoin(points, zones, predicate="within")
    seconds, cpu = time.perf_counter() - began, time.process_time() - worked
    # Ours also asks for the window; the same is asked here, outside the clock.
    kept = joined[(joined["radius_m"] == 0) & (joined["start"] >= "2020-03-06")]
    pairs = sorted(zip(kept["zone"], kept["id"], strict=True))
    return {
        "seconds": seconds,
        "cpu": cpu,
        "joined": len(joined),
        "pairs": [f"{z}/{i}" for z, i in pairs],
    }


def one(who: str, folder: Path) -> dict[str, Any]:
    """Run one side in a process of its own."""
    command = [sys.executable, __file__, "--side", who, "--folder", str(folder)]
    # Truceline asks Arrow for the system's allocator; so that both sides have the same, both do.
    env = {**os.environ, "ARROW_DEFAULT_MEMORY_POOL": "system"}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=env)
    return dict(json.loads(done.stdout))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("rows", nargs="?", type=int, default=2_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--side", choices=("truceline", "geopandas"))
    parser.add_argument("--folder", type=Path)
    args = parser.parse_args()
    if args.side:
        result = {"truceline": run_truceline, "geopandas": run_geopandas}[args.side](args.folder)
        result["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps(result))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        clauses = "".join(
            f"  - {{id: {z}, prohibits: hostilities, zone: {z}, from: start}}\n" for z in ZONES
        )
        (folder / "agreement.yaml").write_text(AGREEMENT + clauses, encoding="utf-8")
        make_events(folder / "events.parquet", args.rows)
        ours, theirs = [], []
        for _ in range(args.rounds):
            ours.append(one("truceline", folder))
            theirs.append(one("geopandas", folder))
        same = all(o["pairs"] == t["pairs"] for o, t in zip(ours, theirs, strict=True))
        holds = all(o["holds"] for o in ours)
        print(
            f"{args.rows:,} SIMULATED events, a third known only to 25 km; 5 zones; "
            f"{os.cpu_count()} cores"
        )
        print(
            f"plain answers identical: {'yes' if same else 'NO'} ({len(ours[0]['pairs']):,} pairs)"
        )
        print(f"every row accounted for: {'yes' if holds else 'NO'}")
        print(f"findings: {ours[0]['findings']:,} {ours[0]['counts']}")
        for name, runs in (("Truceline", ours), ("GeoPandas", theirs)):
            times = "; ".join(f"{r['seconds']:.2f} s ({r['cpu']:.2f} s CPU)" for r in runs)
            print(f"{name}: {times}; peak {max(r['peak_mb'] for r in runs):.0f} MB")
        for name, key in (("time", "seconds"), ("CPU time", "cpu")):
            ratios = [t[key] / o[key] for o, t in zip(ours, theirs, strict=True)]
            print(
                f"ratio of {name} (GeoPandas / Truceline): median {statistics.median(ratios):.2f}, "
                f"from {min(ratios):.2f} to {max(ratios):.2f}"
            )
        if not (same and holds):
            sys.exit(1)


if __name__ == "__main__":
    main()

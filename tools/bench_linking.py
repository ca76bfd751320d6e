"""Measure linking against the truth of fresh exercises, beside what a user would pick.

    python tools/bench_linking.py [--settings easy realistic hard hopeless] [--events N]
        [--rounds N | --seeds S ...] [--json F]
        [--sides ceiling truceline named learned splink plain nearest]
    python tools/bench_linking.py --speed [--sizes 100000 1000000]

Every event is SIMULATED (`truceline exercise`). Seeds are drawn afresh on each run and
printed; `--seeds` repeats a run. No weight is fitted on these settings. Each side runs in a
process of its own on the same events, read before its clock starts. The side `ceiling` is told
the truth and keeps the rules: no linker with these rules can find more. `--speed` makes two
sources of half the size each and prints ratios from this one run.
"""

import argparse
import json
import math
import os
import resource
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).parent))

from bench_linking_ceiling import ceiling
from bench_linking_sides import SIDES, missing

CEILING = "ceiling"
SHOWN = (
    ("pair_precision", "pair P"),
    ("pair_recall", "pair R"),
    ("b3_precision", "B3 P"),
    ("b3_recall", "B3 R"),
    ("exact_recall", "exact"),
    ("count_error", "count"),
)
TITLES = {
    CEILING: "ceiling: knows the truth",
    "truceline": "Truceline",
    "named": "Truceline, agreement's names",
    "learned": "Truceline --engine splink",
    "splink": "Splink (EM, DuckDB)",
    "plain": "same day, 5 km, other source",
    "nearest": "the same, nearest first",
}


def make(folder: Path, agreement: str, setting: str, events: int, seed: int, two: bool) -> None:
    """Write an exercise's events as they are read by the source `table`, and its truth."""
    import pyarrow as pa

    from truceline.model.batch import Context
    from truceline.monitor.exercise.settings import SETTINGS, Fires
    from truceline.pipeline.check import Intake
    from truceline.pipeline.exercise import make_exercise, save_exercise
    from truceline.pipeline.terms import load

    terms = load(agreement)
    chosen = SETTINGS[setting]
    if two:
        chosen = replace(chosen, observers=chosen.observers[:2], fires=Fires(0))
    made = make_exercise(terms, setting=chosen, events=events, seed=seed)
    files = save_exercise(made, folder)
    zone = terms.agreement.timezone
    intake = Intake(Context(timezone=zone))
    table = pa.concat_tables(list(intake.read([("table", f) for f in files])))
    pq.write_table(table, folder / "events.parquet")
    pq.write_table(made.seen, folder / "seen.parquet")
    lost = sum(c.problems for c in intake.counts)
    (folder / "about.json").write_text(
        json.dumps(
            {"timezone": zone, "agreement": agreement, "rows": table.num_rows, "problems": lost}
        )
    )


def run_side(side: str, folder: Path) -> dict[str, Any]:
    """One side on one exercise, in this process. Reading is outside the clock."""
    events = pq.read_table(folder / "events.parquet")
    about = json.loads((folder / "about.json").read_text())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    began, worked = time.perf_counter(), time.process_time()
    if side == CEILING:
        linked = ceiling(events, pq.read_table(folder / "seen.parquet"))
    else:
        linked = SIDES[side](events, about["timezone"], about["agreement"])
    seconds, cpu = time.perf_counter() - began, time.process_time() - worked
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    pq.write_table(linked, folder / f"{side}.parquet")
    return {"seconds": seconds, "cpu": cpu, "peak_mb": peak, "before_mb": before}


def _ours() -> dict[str, str]:
    """This environment, with this checkout first where Python looks."""
    paths = [str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    return os.environ | {"PYTHONPATH": os.pathsep.join(p for p in paths if p)}


def apart(side: str, folder: Path, limit_s: float) -> dict[str, Any]:
    """One side in a process of its own; a failure is a result."""
    command = [sys.executable, __file__, "--side", side, "--folder", str(folder)]
    try:
        done = subprocess.run(
            command, check=False, capture_output=True, text=True, timeout=limit_s, env=_ours()
        )
    except subprocess.TimeoutExpired:
        return {"failed": f"not done after {limit_s:.0f} s"}
    if done.returncode:
        return {"failed": (done.stderr.strip().splitlines() or ["no word"])[-1][:300]}
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


def measured(side: str, folder: Path, limit_s: float) -> dict[str, Any]:
    """Time, memory and score of one side on one exercise."""
    from truceline.monitor.exercise.score import score

    found = apart(side, folder, limit_s)
    if "failed" not in found:
        linked = pq.read_table(folder / f"{side}.parquet")
        found |= asdict(score(pq.read_table(folder / "seen.parquet"), linked))
    return found


def accuracy(args: argparse.Namespace, sides: Sequence[str], seeds: Sequence[int]) -> list[Any]:
    """Score every side on every setting and seed; print as it goes."""
    runs = []
    for setting in args.settings:
        rows: dict[str, list[dict[str, Any]]] = {side: [] for side in sides}
        for seed in seeds:
            with tempfile.TemporaryDirectory() as name:
                folder = Path(name)
                make(folder, args.agreement, setting, args.events, seed, two=False)
                for side in sides:
                    found = measured(side, folder, args.limit)
                    rows[side].append(found)
                    runs.append({"setting": setting, "seed": seed, "side": side, **found})
        print(f"\n{setting}: {args.events:,} rows under {args.agreement}, {len(seeds)} seeds")
        print(table(rows), flush=True)
    return runs


def table(rows: dict[str, list[dict[str, Any]]]) -> str:
    """The middle of the seeds, and the worst in brackets."""
    lines = [
        f"{'':30}" + "".join(f"{title:>17}" for _, title in SHOWN),
    ]
    for side, runs in rows.items():
        good = [r for r in runs if "failed" not in r]
        if not good:
            lines.append(f"{TITLES[side]:30} {runs[0]['failed'] if runs else 'not run'}")
            continue
        cells = []
        for key, _ in SHOWN:
            values = [r[key] for r in good if not math.isnan(r[key])]
            if not values:
                cells.append("-")
            elif key == "count_error":
                middle, worst = statistics.median(values), max(values, key=abs)
                cells.append(f"{middle:+.1%} ({worst:+.1%})")
            else:
                cells.append(f"{statistics.median(values):.3f} ({min(values):.3f})")
        lines.append(f"{TITLES[side]:30}" + "".join(f"{c:>17}" for c in cells))
        if len(good) < len(runs):
            lines.append(f"{'':30} failed on {len(runs) - len(good)} seeds")
    lines.append("")
    lines.append("pairwise recall and precision by kind of pair (all seeds), with true pairs:")
    for side, runs in rows.items():
        good = [r for r in runs if "failed" not in r]
        if good:
            lines.append(f"{TITLES[side]:30}" + "; ".join(_kinds(good)))
    return "\n".join(lines)


def _kinds(runs: list[dict[str, Any]]) -> list[str]:
    found = []
    for kind in runs[0]["recall_of"]:
        recall, pairs = _pooled([r["recall_of"][kind] for r in runs])
        precision, _ = _pooled([r["precision_of"][kind] for r in runs if r["precision_of"]])
        if pairs:
            found.append(f"{kind} R {recall:.3f} P {precision:.3f} ({pairs:,})")
    return found


def _pooled(shares: list[tuple[float, int]]) -> tuple[float, int]:
    pairs = sum(n for _, n in shares)
    right = sum(share * n for share, n in shares if n)
    return (right / pairs if pairs else math.nan), pairs


def speed(args: argparse.Namespace, sides: Sequence[str], seed: int) -> list[Any]:
    """Two sources of half of each size; time and memory as ratios to ours."""
    runs = []
    for size in args.sizes:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            make(folder, "syria-cessation-2016", "realistic", size, seed, two=True)
            print(
                f"\ntwo sources, {size:,} SIMULATED rows in all, {os.cpu_count()} cores, seed {seed}",
                flush=True,
            )
            ours: dict[str, Any] = {}
            for side in sides:
                run = measured(side, folder, args.limit)
                runs.append({"size": size, "seed": seed, "side": side, **run})
                print(_timed(side, run, ours), flush=True)
                if side == "truceline" and "failed" not in run:
                    ours = run
    return runs


def _timed(side: str, run: dict[str, Any], ours: dict[str, Any]) -> str:
    """A line for one side: time, memory, score, and ours as a share of its."""
    if "failed" in run:
        return f"{TITLES[side]:30} {run['failed']}"
    line = f"{TITLES[side]:30}{run['seconds']:8.1f} s ({run['cpu']:.1f} s CPU)"
    line += f"{run['peak_mb']:8,.0f} MB"
    line += f"  pair P {run['pair_precision']:.3f} R {run['pair_recall']:.3f}"
    if ours:
        line += f"  ours: {ours['seconds'] / run['seconds']:.2f} of its time"
        line += f", {ours['cpu'] / run['cpu']:.2f} of its CPU time"
        line += f", {ours['peak_mb'] / run['peak_mb']:.2f} of its memory"
    return line


def main() -> None:
    sides = [CEILING, *SIDES]
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--settings", nargs="+", default=["easy", "realistic", "hard", "hopeless"])
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--agreement", default="idlib-2020")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seeds", type=int, nargs="+")
    parser.add_argument("--sides", nargs="+", default=sides, choices=sides)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--limit", type=float, default=900, help="seconds for one side")
    parser.add_argument("--speed", action="store_true")
    parser.add_argument("--sizes", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--side", choices=sides, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.side:
        print(json.dumps(run_side(args.side, args.folder)))
        return
    seeds = args.seeds or [secrets.randbelow(10**9) for _ in range(args.rounds)]
    asked = [s for s in args.sides if not (args.speed and s == CEILING)]  # its time says nothing
    sides = [s for s in asked if not missing(s)]
    for side in asked:
        if side not in sides:
            print(f"{TITLES[side]}: {missing(side)}")
    print(f"seeds: {' '.join(map(str, seeds))}   (repeat with --seeds)", flush=True)
    if args.speed:
        runs = speed(args, sides, seeds[0])
    else:
        runs = accuracy(args, sides, seeds)
    if args.json:
        text = json.dumps(_told(runs), indent=1, allow_nan=False)
        args.json.write_text(text + "\n", encoding="utf-8")


def _told(value: Any) -> Any:
    """The same with null for what is not a number, as JSON wants it."""
    if isinstance(value, dict):
        return {k: _told(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_told(v) for v in value]
    return None if isinstance(value, float) and math.isnan(value) else value


if __name__ == "__main__":
    main()

"""Time patrols beside MovingPandas on the same fixes and the same plain work.

    python tools/bench_patrols.py [FIXES] [--rounds N] [--large FIXES] [--alone]

The fixes are SIMULATED: two parties drive a 60 km route to and fro, a fix a second, with
tunnels. The plain work is the same for both: sort each party's fixes, part them where two
neighbours are more than 120 s or 500 m apart, and sum the length of each part. Truceline
does all else besides: kilometre posts, directions, coverage, where both were together.
Each runs in a process of its own, in turn; the parts and their lengths must agree (to
0.5 %: MovingPandas measures on a sphere). Printed: ratios from this one run.

``--large`` then runs Truceline alone on so many fixes, read from GPX, and prints its peak
memory. ``--alone`` leaves MovingPandas out.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

GAP_S, GAP_M = 120.0, 500.0
T0 = datetime(2020, 3, 15, 6, tzinfo=UTC)
AGREEMENT = """\
agreement: bench-route
title: A route for timing (SIMULATED)
simulated: true
signed: 2020-03-05
timezone: UTC
parties:
  A: {name: Side A (SIMULATED), status: [{is: signatory}]}
  B: {name: Side B (SIMULATED), status: [{is: signatory}]}
lines:
  road: {points: [[36.20, 35.80], [36.45, 35.84], [36.62, 35.80], [36.85, 35.90]]}
provisions:
  - {id: patrols, requires: joint patrols, who: [A, B], along: road, from: 2020-03-10}
"""


def make_fixes(folder: Path, fixes: int) -> None:
    """Two GPX files of SIMULATED fixes, half of them each."""
    from truceline.pipeline.patrols import way
    from truceline.pipeline.terms import load

    (folder / "agreement.yaml").write_text(AGREEMENT)
    posts = way(load(str(folder / "agreement.yaml"))).posts
    rng = np.random.default_rng(11)
    each = fixes // 2
    for party, late in (("A", 0), ("B", 90)):
        way_m = np.arange(each) * 12.0
        turn = way_m % (2 * posts.length_m)
        at = np.where(turn < posts.length_m, turn, 2 * posts.length_m - turn)
        seconds = np.arange(each) + late
        seconds += (np.arange(each) // 3_000) * 300  # a tunnel of five minutes every 36 km
        with (folder / f"{party}.gpx").open("w") as out:
            out.write(
                '<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>\n'
            )
            for start in range(0, each, 100_000):
                part = slice(start, start + 100_000)
                lonlat = posts.places(at[part]) + rng.normal(0, 2e-5, (len(at[part]), 2))
                for (lon, lat), s in zip(lonlat, seconds[part], strict=True):
                    when = (T0 + timedelta(seconds=int(s))).strftime("%Y-%m-%dT%H:%M:%SZ")
                    out.write(
                        f'<trkpt lat="{lat:.6f}" lon="{lon:.6f}"><time>{when}</time></trkpt>\n'
                    )
            out.write("</trkseg></trk></gpx>\n")


def as_columns(folder: Path) -> None:
    """The same fixes as Parquet, so that neither side is timed on reading XML."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from truceline.sources.tracks.tracks import read_track

    for party in "AB":
        with (folder / f"{party}.gpx").open("rb") as file:
            fixes = read_track(file, party=party, name=party).fixes
        table = pa.table(
            {
                "time": pa.array(fixes.time, pa.timestamp("us", "UTC")),
                "lon": fixes.lon,
                "lat": fixes.lat,
            }
        )
        pq.write_table(table, folder / f"{party}.parquet")


def ours(folder: Path, ending: str) -> dict[str, object]:
    """Truceline: everything, and the plain half's answer."""
    from truceline.monitor.patrols.route import ways
    from truceline.pipeline.patrols import patrols
    from truceline.pipeline.terms import load

    terms = load(str(folder / "agreement.yaml"))
    begin = time.perf_counter()
    report = patrols(terms, [(p, folder / f"{p}.{ending}") for p in "AB"])
    took = time.perf_counter() - begin
    parts = []
    for track in report.tracks:
        fixes = track.fixes
        way = ways(fixes.lon, fixes.lat)
        apart = (way > GAP_M) | (np.diff(fixes.time) > GAP_S * 1e6)
        sums = np.add.reduceat(np.where(apart, 0.0, way), np.r_[0, np.flatnonzero(apart)])
        parts.append([round(float(s)) for s in sums if s > 0])
    return {
        "seconds": took,
        "parts": parts,
        "fixes": sum(len(t.fixes) for t in report.tracks),
        "joint_km": round(sum(p.joint_km for p in report.patrols), 2),
        "covered_km": round(sum(p.covered_km for p in report.patrols), 2),
        "patrols": len(report.patrols),
    }


def theirs(folder: Path) -> dict[str, object]:
    """MovingPandas: a trajectory for each party, parted at the gaps, and the lengths."""
    import warnings

    warnings.simplefilter("ignore")
    import geopandas as gpd
    import movingpandas as mpd
    import pandas as pd

    begin = time.perf_counter()
    parts = []
    for party in "AB":
        frame = pd.read_parquet(folder / f"{party}.parquet")
        frame["time"] = frame["time"].dt.tz_localize(None)
        points = gpd.GeoDataFrame(
            frame[["time"]], geometry=gpd.points_from_xy(frame.lon, frame.lat), crs=4326
        ).set_index("time")
        whole = mpd.Trajectory(points, party)
        found = mpd.ObservationGapSplitter(whole).split(gap=timedelta(seconds=GAP_S))
        parts.append([round(t.get_length()) for t in found.trajectories])
    return {"seconds": time.perf_counter() - begin, "parts": parts}


def child(what: str, folder: Path) -> dict[str, object]:
    """Run one side in a process of its own; its peak memory with it."""
    done = subprocess.run(
        [sys.executable, __file__, "--child", what, "--folder", str(folder)],
        check=True,
        capture_output=True,
        text=True,
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))


def peak_mb() -> float:
    """Peak resident memory of this process alone (getrusage would count its parent's)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    ask.add_argument("fixes", nargs="?", type=int, default=200_000)
    ask.add_argument("--rounds", type=int, default=3)
    ask.add_argument("--large", type=int, default=0)
    ask.add_argument("--alone", action="store_true")
    ask.add_argument("--child", default="")
    ask.add_argument("--folder", type=Path)
    given = ask.parse_args()
    if given.child:
        folder = given.folder
        found = theirs(folder) if given.child == "theirs" else ours(folder, given.child)
        found["peak_mb"] = peak_mb()
        print(json.dumps(found))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_fixes(folder, given.fixes)
        as_columns(folder)
        rounds = []
        for _ in range(given.rounds):
            mine = child("parquet", folder)
            rounds.append((mine, mine if given.alone else child("theirs", folder)))
        mine, other = rounds[-1]
        if not given.alone:
            agree(mine["parts"], other["parts"])
        seconds = statistics.median(float(m["seconds"]) for m, _ in rounds)  # type: ignore[arg-type]
        print(f"fixes\t{mine['fixes']:,}")
        print(f"Truceline, all of it\t{seconds:.2f} s\tpeak {mine['peak_mb']:,.0f} MB")
        if not given.alone:
            beside = statistics.median(float(o["seconds"]) for _, o in rounds)  # type: ignore[arg-type]
            ratio = statistics.median(float(o["seconds"]) / float(m["seconds"]) for m, o in rounds)  # type: ignore[arg-type]
            print(f"MovingPandas, the plain half\t{beside:.2f} s\tpeak {other['peak_mb']:,.0f} MB")
            print(f"ratio of this run\t{ratio:.1f}")
        print(
            f"patrols\t{mine['patrols']}\tcovered {mine['covered_km']} km\t"
            f"joint {mine['joint_km']} km"
        )
    if given.large:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            make_fixes(folder, given.large)
            size = sum(f.stat().st_size for f in folder.glob("*.gpx")) / 1e6
            found = child("gpx", folder)
            print(
                f"large, from {size:,.0f} MB of GPX\t{found['fixes']:,} fixes\t"
                f"{found['seconds']:.1f} s\tpeak {found['peak_mb']:,.0f} MB"
            )


def agree(mine: object, other: object) -> None:
    """The same parts, and their lengths within half a per cent."""
    assert isinstance(mine, list)
    assert isinstance(other, list)
    for a, b in zip(mine, other, strict=True):
        if len(a) != len(b):
            raise SystemExit(f"the parts differ: {len(a)} and {len(b)}")
        worst = max(abs(x / y - 1) for x, y in zip(a, b, strict=True))
        if worst > 0.005:
            raise SystemExit(f"the lengths differ by {worst:.2%}")
    print(f"parts and lengths agree\t{sum(len(a) for a in mine)} parts")


if __name__ == "__main__":
    main()

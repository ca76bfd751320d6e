"""Are the shares honest? Of reports said to be inside with p, a share p should be inside.

    python tools/calibration.py --agreement southwest-syria-2017 \
        --events ../shared/data/ucdp/ged_syria_2016-2019.csv [--out FOLDER]

Takes the GED reports whose place is known (``where_prec`` 1), hides it as the codebook says
of ``where_prec`` 2 ("at most a ca. 25 km radius around a known point"), asks for the share of
the 25 km disc inside each zone, and looks where the report really was. Nothing in Truceline
was fitted to these rows: a share is geometry alone. Where a hidden report is put:

* ``even``: anywhere within 25 km of the true place, evenly. The fair test of the rule as the
  codebook words it: seen from where the report was put, the truth lies evenly around.
* ``nearest``: at the nearest other place of the gazetteer (the places of the file itself).
* ``largest``: at the place within 25 km that most reports name: how "near Aleppo" is coded.
* ``capital``: at the place in its district that most reports name, where that is within
  25 km; other reports are left out.

The last three are what coders do with real places, and the codebook's disc is not made for
them: truths lie more thickly near a named place. Fails are printed as they are.

``--within`` gives the country's boundary (a COD-AB level 0 file). Every disc whose centre lies
in it is then cut to it, as the sources do where a row names its country (``rule`` is left out:
it knows no country).
"""

import argparse
import csv
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pyproj import Geod
from scipy.spatial import cKDTree
from shapely import contains_xy as contains

from truceline.model.event import REGIONS
from truceline.model.unit import Unit, Units
from truceline.monitor.locate.locate import Locator, Regions
from truceline.pipeline.terms import Terms, load
from truceline.store import boundaries

RADIUS_M = 25_000.0
GEOD = Geod(ellps="WGS84")
EDGES = np.array([0.0, 0.05, 0.2, 0.35, 0.5, 0.65, 0.8, 0.95, 1.0])
WAYS = ("rule", "even", "nearest", "largest", "capital")


@dataclass(frozen=True)
class Known:
    """Exactly placed reports: their place (degrees), and their district's number."""

    lon: np.ndarray
    lat: np.ndarray
    district: np.ndarray

    @property
    def at(self) -> np.ndarray:
        return np.column_stack([self.lon, self.lat])


@dataclass(frozen=True)
class Calibration:
    """One way of hiding, over some zones: what was said, and what was so."""

    way: str
    p: np.ndarray
    inside: np.ndarray

    @property
    def unsure(self) -> np.ndarray:
        """Reports that might lie on either side of an edge: the others test nothing."""
        return (self.p > 0.001) & (self.p < 0.999)

    def table(self) -> list[tuple[float, float, int, float, float]]:
        """Bins of the unsure: from, to, how many, mean p, share inside."""
        p, inside = self.p[self.unsure], self.inside[self.unsure]
        which = np.clip(np.digitize(p, EDGES) - 1, 0, len(EDGES) - 2)
        return [
            (EDGES[k], EDGES[k + 1], int(n), float(p[rows].mean()), float(inside[rows].mean()))
            for k in range(len(EDGES) - 1)
            if (n := (rows := which == k).sum())
        ]

    @property
    def error(self) -> float:
        """Expected calibration error over the unsure: mean |share inside - mean p|, by bin."""
        rows = self.table()
        n = sum(r[2] for r in rows)
        return sum(r[2] * abs(r[4] - r[3]) for r in rows) / n if n else float("nan")

    @property
    def brier(self) -> float:
        """Mean squared difference of p and the truth over the unsure (Brier 1950)."""
        rows = self.unsure
        return float(((self.p[rows] - self.inside[rows]) ** 2).mean()) if rows.any() else np.nan

    @property
    def best_brier(self) -> float:
        """What the Brier score would be were every p the truth's own chance: mean p (1 - p)."""
        p = self.p[self.unsure]
        return float((p * (1 - p)).mean()) if len(p) else np.nan

    def wrong(self, threshold: float) -> tuple[int, int, int, int]:
        """Said inside, of them outside; said outside though the disc reaches in, of them inside."""
        said, denied = self.p >= threshold, (self.p <= 1 - threshold) & (self.p > 0)
        return (
            int(said.sum()),
            int((said & ~self.inside).sum()),
            int(denied.sum()),
            int((denied & self.inside).sum()),
        )


def known_reports(path: Path) -> Known:
    """The rows of a GED file with where_prec 1 and a place."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [r for r in csv.DictReader(file) if r["where_prec"] == "1" and r["latitude"]]
    districts = {name: k for k, name in enumerate(sorted({r["adm_1"] + r["adm_2"] for r in rows}))}
    return Known(
        np.array([float(r["longitude"]) for r in rows]),
        np.array([float(r["latitude"]) for r in rows]),
        np.array([districts[r["adm_1"] + r["adm_2"]] for r in rows]),
    )


def hide(known: Known, way: str, seed: int = 1) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Where each report is put: rows kept, lon, lat."""
    every = np.arange(len(known.lon))
    if way in ("rule", "even"):
        rng = np.random.default_rng(seed)
        away = RADIUS_M * np.sqrt(rng.random(len(every)))
        lon, lat, _ = GEOD.fwd(known.lon, known.lat, 360 * rng.random(len(every)), away)
        return every, np.asarray(lon), np.asarray(lat)
    places, which, counts = np.unique(known.at, axis=0, return_inverse=True, return_counts=True)
    which = which.reshape(-1)
    put = _named(places, counts, known.district[np.unique(which, return_index=True)[1]], way)
    kept = np.flatnonzero(put[which] >= 0)
    lon, lat = places[put[which[kept]]].T
    return kept, lon, lat


def _named(places: np.ndarray, counts: np.ndarray, district: np.ndarray, way: str) -> np.ndarray:
    """For each place the number of the place that stands for it, or -1."""
    scale = np.array([np.cos(np.radians(places[:, 1].mean())), 1.0])
    tree = cKDTree(places * scale)
    reach = 1.1 * RADIUS_M / 110_500
    put = np.full(len(places), -1)
    for k, near in enumerate(tree.query_ball_point(places * scale, reach)):
        if way == "capital":
            same = np.flatnonzero(district == district[k])
            near = [int(same[counts[same].argmax()])]
        near = np.array([j for j in near if j != k or way != "nearest"], dtype=np.int64)
        if not len(near):
            continue
        here = np.broadcast_to(places[k], (len(near), 2))
        away = np.asarray(GEOD.inv(here[:, 0], here[:, 1], *places[near].T)[2])
        near, away = near[away <= RADIUS_M], away[away <= RADIUS_M]
        if len(near):
            put[k] = near[away.argmin() if way == "nearest" else counts[near].argmax()]
    return put


def calibrate(
    terms: Terms, known: Known, way: str, country: Unit | None = None
) -> Iterator[tuple[str, Calibration]]:
    """Each zone whose ground is known, in one way of hiding."""
    kept, lon, lat = hide(known, way)
    true = known.lon[kept], known.lat[kept]
    if way == "rule":
        again = hide(Known(lon, lat, known.district), way, seed=2)
        true = again[1], again[2]
    regions = discs(lon, lat, country)
    units = terms.units if country is None else Units((country,))
    for name, dated in terms.zones.items():
        shape = dated[0].shape
        if shape.op in ("unknown", "everywhere"):
            continue
        inside = contains(shape.polygon, *true)
        share = Locator(shape, units).share(regions)
        if ((share > 0.001) & (share < 0.999)).any():
            yield name, Calibration(way, share, inside)


def discs(lon: np.ndarray, lat: np.ndarray, country: Unit | None = None) -> Regions:
    """Discs of 25 km around places, cut to the country that their centres lie in."""
    size = len(lon)
    within = np.zeros(size, bool) if country is None else contains(country.polygon, lon, lat)
    none = np.full(size, np.nan)
    return Regions(
        code=np.full(size, REGIONS.index("disc"), dtype=np.int8),
        lon=lon,
        lat=lat,
        radius_m=np.full(size, RADIUS_M),
        unit=np.where(within, 0, -1).astype(np.int32),
        units=() if country is None else (country.code,),
        bearing=none,
        spread=none,
        range_min_m=none,
    )


def together(way: str, parts: list[Calibration]) -> Calibration:
    """Several zones as one."""
    return Calibration(
        way, np.concatenate([c.p for c in parts]), np.concatenate([c.inside for c in parts])
    )


def plot(found: list[Calibration], title: str, folder: Path) -> list[Path]:
    """A reliability plot, as SVG and PNG."""
    import matplotlib as mpl

    mpl.use("agg")
    mpl.rcParams["svg.hashsalt"] = "truceline"
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(6, 6), layout="constrained")
    axes.plot([0, 1], [0, 1], color="0.6", linewidth=1, label="what is said is so")
    for one, mark in zip(found, "xos^D", strict=False):
        rows = one.table()
        x, y, n = ([r[k] for r in rows] for k in (3, 4, 2))
        bars = [1.96 * np.sqrt(b * (1 - b) / c) for b, c in zip(y, n, strict=True)]
        label = f"{one.way}: error {one.error:.3f}, {sum(n):,} reports"
        axes.errorbar(x, y, yerr=bars, marker=mark, capsize=2, linewidth=1, label=label)
    axes.set(xlim=(0, 1), ylim=(0, 1), xlabel="share of the region said to be inside (p)")
    axes.set(ylabel="share of the reports that were inside", title=title, aspect="equal")
    axes.legend(loc="upper left", fontsize="small")
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"reliability.{kind}" for kind in ("svg", "png")]
    for path in paths:
        figure.savefig(path, dpi=120, metadata={"Date": None} if path.suffix == ".svg" else {})
    plt.close(figure)
    return paths


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--agreement", action="append", required=True, help="may be repeated")
    parser.add_argument("--events", type=Path, required=True, help="a UCDP GED file")
    parser.add_argument("--out", type=Path, help="a folder for the reliability plot")
    parser.add_argument("--within", type=Path, help="the country's boundary, level 0")
    given = parser.parse_args(arguments)
    if not given.events.is_file():
        print(f"calibration: no file {given.events}; give a UCDP GED csv file", file=sys.stderr)
        return 2
    known = known_reports(given.events)
    country = None
    if given.within:
        country = next(u for u in boundaries.read(given.within)[0] if u.level == 0)
    terms = [load(name) for name in given.agreement]
    print(
        f"{len(known.lon):,} reports with where_prec 1, hidden to within {RADIUS_M / 1000:g} km\n"
    )
    pooled = []
    for way in WAYS[1:] if country else WAYS:
        parts = [
            (f"{t.agreement.agreement} {z}", c)
            for t in terms
            for z, c in calibrate(t, known, way, country)
        ]
        if not parts:
            print(f"{way}: no hidden report can lie on either side of a zone's edge")
            continue
        whole = together(way, [c for _, c in parts])
        pooled.append(whole)
        print_one(whole, min(t.agreement.threshold for t in terms))
        for name, one in parts:
            print(
                f"  {name}: {one.unsure.sum():,} unsure, error {one.error:.3f}, Brier {one.brier:.3f}"
            )
        print()
    if not pooled:
        return 1
    headline = next(c for c in pooled if c.way == "even")
    print(f"expected calibration error (even): {headline.error:.4f}")
    if given.out:
        for path in plot(pooled, ", ".join(given.agreement), given.out):
            print(f"wrote {path}")
    return 0


def print_one(found: Calibration, threshold: float) -> None:
    print(
        f"{found.way}: {len(found.p):,} answers, {found.unsure.sum():,} unsure (0.001 < p < 0.999)\n"
        f"  expected calibration error {found.error:.4f}; Brier {found.brier:.4f} "
        f"(were every p right {found.best_brier:.4f}); "
        f"mean p {found.p[found.unsure].mean():.3f}, inside {found.inside[found.unsure].mean():.3f}"
    )
    print("  p from   to  reports  mean p  inside  off")
    for low, high, n, p, inside in found.table():
        # Beyond chance: more than three standard errors, as if reports were independent.
        off = abs(inside - p) > 3 * np.sqrt(max(p * (1 - p), 1e-9) / n)
        mark = "  FAILS" if off and abs(inside - p) > 0.05 else ""
        print(f"  {low:6.2f} {high:4.2f} {n:8,} {p:7.3f} {inside:7.3f} {inside - p:+.3f}{mark}")
    said, outside, denied, inside_ = found.wrong(threshold)
    print(
        f"  said inside (p >= {threshold:g}): {said:,}, of them {outside} outside; said outside "
        f"(p <= {1 - threshold:.2g}) though the disc reaches in: {denied:,}, of them {inside_} inside"
    )


if __name__ == "__main__":
    sys.exit(main())

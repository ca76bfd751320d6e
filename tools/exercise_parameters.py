"""Print the parameters of the exercise's settings as the tables of docs/exercise.md.

    python tools/exercise_parameters.py
    python tools/exercise_parameters.py --ged FILE

With ``--ged`` and UCDP GED for Syria: what that release has in the ground of `idlib-2020`,
and what the source `gamma` of the realistic exercise has there.
"""

import argparse
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from truceline.monitor.exercise.settings import PLACES, SETTINGS, Fires, Observer, World


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def shown(value: float) -> str:
    return f"{value:g}"


def world() -> str:
    rows = [
        [f"`{f.name}`", *(shown(getattr(s.world, f.name)) for s in SETTINGS.values())]
        for f in fields(World)
    ]
    rows += [
        [f"`fires.{f.name}`", *(shown(getattr(s.fires, f.name)) for s in SETTINGS.values())]
        for f in fields(Fires)
    ]
    return table(["parameter", *SETTINGS], rows)


def observers(setting: str) -> str:
    watching = SETTINGS[setting].observers
    rows = []
    for place in PLACES:
        cells = []
        for o in watching:
            share = o.places.get(place, 0.0) / sum(o.places.values())
            cells.append(f"{share:.0%}" if share else "-")
        rows.append([f"`places.{place}`", *cells])
    rows += [
        [f"`{f.name}`", *(shown(getattr(o, f.name)) for o in watching)]
        for f in fields(Observer)
        if f.name not in ("name", "places")
    ]
    return table([setting, *(o.name for o in watching)], rows)


def density(file: Path) -> str:
    """The figures of GED that the realistic setting is held to, and its own."""
    from truceline.monitor.exercise.truth import area_km2, ground_of
    from truceline.pipeline.exercise import make_exercise
    from truceline.pipeline.terms import load

    terms = load("idlib-2020")
    ground = ground_of([v.shape.polygon for versions in terms.zones.values() for v in versions])
    area = area_km2(ground) / 1000
    ged = pd.read_csv(file, low_memory=False, parse_dates=["date_start"])
    inside = shapely.contains_xy(ground, ged["longitude"], ged["latitude"])
    here = ged[inside & (ged["event_clarity"] == 1)]
    span = (ged["date_start"].max() - ged["date_start"].min()).days + 1
    months = here.groupby(here["date_start"].dt.to_period("M")).size()
    busiest = (months / months.index.days_in_month).max()
    places = here[here["where_prec"] == 1].groupby(["latitude", "longitude"]).size()
    top = np.sort(places.to_numpy())[::-1][:200]
    zipf = -np.polyfit(np.log(np.arange(1, len(top) + 1)), np.log(top), 1)[0]
    made = make_exercise(terms, events=20_000, seed=5)
    days = 2 * float(str(made.drawn["days_on_either_side"]))
    gamma = made.reports["gamma"].to_pandas()
    gamma = gamma[gamma["kind"] == "event"]
    return "\n".join(
        [
            f"GED: {len(here):,} rows, {len(here) / span / area:.2f} a day and 1,000 km2, "
            f"{busiest / area:.2f} in the busiest month",
            f"GED: {len(places) / area:.0f} places for 1,000 km2, exponent {zipf:.2f}, "
            f"deaths mean {here['best'].mean():.1f}, middle {here['best'].median():.0f}",
            f"gamma: {len(gamma) / days / area:.2f} a day and 1,000 km2, "
            f"deaths mean {gamma['deaths'].mean():.1f}, middle {gamma['deaths'].median():.0f}",
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--ged", type=Path)
    args = parser.parse_args()
    if args.ged:
        print(density(args.ged))
        return
    print(world())
    for setting in SETTINGS:
        print()
        print(observers(setting))


if __name__ == "__main__":
    main()

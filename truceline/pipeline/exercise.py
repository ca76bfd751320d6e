"""The built-in exercise on disk: SIMULATED reports under a real agreement."""

import json
from pathlib import Path

import pyarrow.csv as pacsv

from truceline.model.timeline import point_edge
from truceline.monitor.check.clauses import judges_events
from truceline.monitor.exercise.exercise import Exercise, exercise
from truceline.monitor.exercise.settings import SETTINGS, Setting
from truceline.pipeline.terms import Terms

DEMO_DAYS = 30.0


def make_exercise(
    terms: Terms,
    *,
    setting: Setting = SETTINGS["realistic"],
    events: int | None = None,
    incidents: int = 400,
    days: float | None = None,
    seed: int = 1,
) -> Exercise:
    """Make an exercise around the moment the agreement's fighting is to stop.

    The moment is where the first clause begins that judges events. Arguments and errors as
    ``monitor.exercise.exercise``; ValueError also where no clause has a beginning.
    """
    agreement = terms.agreement
    clause = next(
        (p for p in agreement.provisions if judges_events(p) and p.from_ is not None), None
    )
    if clause is None or clause.from_ is None:
        raise ValueError(f"{agreement.agreement} has no clause that begins at a moment")
    start = point_edge(agreement, clause.from_, "", {}).lo.astimezone(agreement.tz)
    return exercise(
        agreement,
        terms.zones,
        start,
        setting=setting,
        events=events,
        incidents=incidents,
        days=days,
        seed=seed,
    )


def save_exercise(made: Exercise, folder: Path) -> list[Path]:
    """Write one file for each source, the truth, and what was drawn.

    Gives the sources' files. Raises OSError where the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for name, table in made.reports.items():
        path = folder / f"{name}.csv"
        pacsv.write_csv(table, path)
        files.append(path)
    pacsv.write_csv(made.truth, folder / "truth.csv")
    pacsv.write_csv(made.seen, folder / "seen.csv")
    text = json.dumps(made.drawn, indent=2, ensure_ascii=False) + "\n"
    (folder / "parameters.json").write_text(text, encoding="utf-8")
    (folder / "SIMULATED.md").write_text(_readme(made, files), encoding="utf-8")
    return files


def write_exercise(
    terms: Terms, folder: Path, *, incidents: int = 400, seed: int = 1
) -> tuple[Exercise, list[Path]]:
    """The demo's exercise, made and written: the exercise and its sources' files.

    Raises:
        ValueError: the agreement has no clause with a start, no ground or no actors.
        OSError: the folder cannot be written.
    """
    made = make_exercise(terms, incidents=incidents, days=DEMO_DAYS, seed=seed)
    return made, save_exercise(made, folder)


def _readme(made: Exercise, files: list[Path]) -> str:
    drawn = made.drawn
    listed = "\n".join(
        f"- `{f.name}`: {made.reports[f.stem].num_rows:,} rows, source `{made.read_as[f.stem]}`"
        for f in files
    )
    return f"""# SIMULATED

Everything in this folder is made up by `truceline exercise`. Nothing here happened.

Agreement {drawn["agreement"]}, setting {drawn["setting"]}, seed {drawn["seed"]}:
{drawn["incidents"]:,} true incidents, {drawn["days_on_either_side"]} days on either side of the
moment the fighting is to stop, {drawn["answers"]:,} of them answers to an earlier one.

Reports:

{listed}

- `truth.csv`: every true incident; `answers` names the one it answers
- `seen.csv`: which report describes which incident. `incident` is the one that the row is
  about ('' for a summary, or a fire of no incident), `also` the others that it joins in
- `parameters.json`: what was drawn
"""

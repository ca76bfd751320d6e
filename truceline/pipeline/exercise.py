"""The built-in exercise on disk: SIMULATED reports under a real agreement."""

from pathlib import Path

import pyarrow.csv as pacsv

from truceline.model.timeline import point_edge
from truceline.monitor.clauses import judges_events
from truceline.monitor.exercise import Exercise, exercise
from truceline.pipeline.terms import Terms


def write_exercise(
    terms: Terms, folder: Path, *, incidents: int = 400, seed: int = 1
) -> tuple[Exercise, list[Path]]:
    """Make an exercise around the moment the fighting stops, and write its tables.

    One ``table`` file for each simulated source, ``truth.csv`` and ``seen.csv``. Returns
    the exercise and the sources' files.

    Raises:
        ValueError: the agreement has no clause with a start, no ground or no actors.
        OSError: the folder cannot be written.
    """
    agreement = terms.agreement
    clause = next(
        (p for p in agreement.provisions if judges_events(p) and p.from_ is not None), None
    )
    if clause is None or clause.from_ is None:
        raise ValueError(f"{agreement.agreement} has no clause that begins at a moment")
    start = point_edge(agreement, clause.from_, "", {}).lo.astimezone(agreement.tz)
    made = exercise(agreement, terms.zones, start, incidents=incidents, seed=seed)
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for name, table in made.reports.items():
        path = folder / f"{name}.csv"
        pacsv.write_csv(table, path)
        files.append(path)
    pacsv.write_csv(made.truth, folder / "truth.csv")
    pacsv.write_csv(made.seen, folder / "seen.csv")
    return made, files

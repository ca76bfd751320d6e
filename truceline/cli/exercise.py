"""truceline exercise: simulated reports with their truth, to practise and to measure on."""

from pathlib import Path
from typing import Annotated

import typer

from truceline.cli.talk import cannot_open, data, say, stop, terms_of
from truceline.monitor.exercise.formats import mixed
from truceline.monitor.exercise.settings import SETTINGS, changed
from truceline.pipeline.exercise import make_exercise, save_exercise

MOST_EVENTS = 5_000_000


def register(app: typer.Typer) -> None:
    """Add this command to the command line."""
    app.command()(exercise)


def exercise(
    out: Annotated[Path, typer.Option(help="The folder to write.")],
    events: Annotated[
        int,
        typer.Option(min=1, max=MOST_EVENTS, help="About how many rows all sources have together."),
    ] = 1_000,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same files.")] = 1,
    agreement: Annotated[
        str, typer.Option(help="A library name or an agreement file.")
    ] = "idlib-2020",
    setting: Annotated[
        str, typer.Option(help=f"How hard the sources make it: {', '.join(SETTINGS)}.")
    ] = "realistic",
    days: Annotated[
        float | None,
        typer.Option(help="Days on either side (as many as the setting's density asks for)."),
    ] = None,
    change: Annotated[
        list[str] | None,
        typer.Option("--set", help="A parameter, like wrong_day=0.1 or alpha.sees=0.9."),
    ] = None,
    mix: Annotated[
        bool, typer.Option("--mixed", help="alpha as an ACLED export, gamma as UCDP GED rows.")
    ] = False,
) -> None:
    """Make SIMULATED reports by several sources under an agreement, and write the truth."""
    if setting not in SETTINGS:
        stop(f"no setting '{setting}'; there are: {', '.join(SETTINGS)}")
    if out.exists() and not out.is_dir():
        stop(f"{out} cannot be written: it is a file; name a folder")
    if out.is_dir() and any(out.iterdir()) and not (out / "SIMULATED.md").is_file():
        stop(f"{out} holds other files than an exercise's; name a new folder, or an empty one")
    try:
        chosen = changed(SETTINGS[setting], dict(_pair(words) for words in change or ()))
    except ValueError as error:
        stop(str(error))
    terms = terms_of(agreement, with_boundaries=False)
    try:
        made = make_exercise(terms, setting=chosen, events=events, days=days, seed=seed)
        if mix:
            made = mixed(made)
        files = save_exercise(made, out)
    except ValueError as error:
        stop(str(error))
    except OSError as error:
        stop(cannot_open(error, str(out)))
    say(f"An exercise under {terms.agreement.title}: every row is SIMULATED.")
    for path in files:
        read_as = made.read_as[path.stem]
        data(f"{read_as}={path}\t{made.reports[path.stem].num_rows}")
    data(f"rows\t{made.drawn['rows']}")
    data(f"incidents\t{made.truth.num_rows}")
    say(f"the truth is in {out / 'truth.csv'}; who saw what in {out / 'seen.csv'}")


def _pair(words: str) -> tuple[str, float]:
    """``wrong_day=0.1``. Raises ValueError."""
    name, _, value = words.partition("=")
    try:
        return name.strip(), float(value)
    except ValueError:
        raise ValueError(
            f"'{words}' is no parameter: write NAME=NUMBER, like wrong_day=0.1"
        ) from None

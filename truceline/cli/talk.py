"""What every command shares: where talk goes, and how a command ends."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

# What a command does not need is not loaded before it: agreements and files of events are
# opened by a few functions below, and loading what they need takes longer than most commands.
if TYPE_CHECKING:
    from truceline.model.unit import Units
    from truceline.pipeline.check import Count
    from truceline.pipeline.terms import Terms
    from truceline.sources.agreement import Fault

Events = Annotated[
    list[str] | None,
    typer.Option("--events", help="A file of events, or SOURCE=FILE. May be repeated."),
]


def stop(message: str, code: int = 2) -> NoReturn:
    """End the command with one clear line. Code 2: usage; 1: what was checked does not hold."""
    say(f"truceline: {message}")
    raise typer.Exit(code)


def say(message: str) -> None:
    """Talk: to stderr."""
    typer.echo(message, err=True)


def data(text: str) -> None:
    """Data: to stdout, as it is, at once: a killed process loses no line that it gave."""
    sys.stdout.write(text if text.endswith("\n") else text + "\n")
    sys.stdout.flush()


def terms_of(name: str, *, with_boundaries: bool = True) -> "Terms":
    """The agreement, or the end of the command: code 1 for faults, 2 for an unknown name."""
    from truceline.pipeline.terms import AgreementFaultsError, load  # noqa: PLC0415 # see above
    from truceline.store.library import UnknownAgreementError  # noqa: PLC0415 # see above

    try:
        return load(name, user_units() if with_boundaries else None)
    except AgreementFaultsError as error:
        show_faults(error.faults)
        raise typer.Exit(1) from None
    except UnknownAgreementError as error:
        stop(str(error.args[0]))
    except OSError as error:
        stop(cannot_open(error, name))


def show_faults(faults: "tuple[Fault, ...]") -> None:
    """Every fault, a line each, to stdout: it is what was asked for."""
    for fault in faults:
        data(str(fault))
    say(f"{len(faults)} fault{'s' * (len(faults) != 1)}")


def user_units() -> "Units":
    """The boundaries that the user has added."""
    from truceline.store import boundaries  # noqa: PLC0415 # see above

    return boundaries.load()


def cannot_open(error: OSError, name: str) -> str:
    """One line for a file that cannot be opened."""
    return f"{error.filename or name} cannot be opened: {error.strerror or error}"


def must_end_in(path: Path | None, endings: tuple[str, ...]) -> None:
    """Stop, before the work, where a file to be written has no such ending or no folder."""
    if path is None:
        return
    if path.suffix.lower() not in endings:
        stop(f"'{path.name}' is no name to write to; end it in one of {', '.join(endings)}")
    if path.is_dir():
        stop(f"{path} cannot be written: it is a folder")
    if not path.parent.is_dir():
        stop(f"{path} cannot be written: there is no folder {path.parent}")


def show_counts(counts: "Sequence[Count]") -> None:
    """The sum that always has to hold, per file."""
    for count in counts:
        say(str(count))


def files_of(source: str, given: list[str]) -> list[tuple[str, Path]]:
    """``--events`` values as (source, file): ``FILE`` or ``SOURCE=FILE``."""
    from truceline.sources import SOURCES  # noqa: PLC0415 # see above

    pairs = []
    for value in given:
        name, mark, rest = value.partition("=")
        if mark and name in SOURCES and not Path(value).exists():
            pairs.append((name, Path(rest)))
        elif source:
            pairs.append((source, Path(value)))
        else:
            stop(f"which source is {value}? Give --source, or --events SOURCE={value}")
    for name, path in pairs:
        if name not in SOURCES:
            stop(f"no source '{name}'; there are: {', '.join(sorted(SOURCES))}")
        if not path.is_file():
            stop(f"{path} cannot be opened: no such file")
    return pairs


@contextmanager
def progress() -> Iterator[object]:
    """A bar on stderr over the bytes of the files; nothing where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console  # noqa: PLC0415 # see above
    from rich.progress import (  # noqa: PLC0415 # see above
        BarColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
    )

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, object] = {}

        def moved(name: str, done: int, whole: int) -> None:
            if name not in tasks:
                tasks[name] = bar.add_task(name, total=whole)
            bar.update(tasks[name], completed=done)  # type: ignore[arg-type] # rich's TaskID

        yield moved

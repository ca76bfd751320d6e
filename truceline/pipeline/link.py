"""Files and tables in, incidents out."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from truceline.model.batch import Context
from truceline.model.event import EVENT_SCHEMA
from truceline.monitor.link.link import DEFAULT, NONE, Decided, Linked, Weights
from truceline.monitor.link.link import link as link_events
from truceline.monitor.link.names import Parties
from truceline.pipeline.check import Intake, Progress

if TYPE_CHECKING:
    from truceline.pipeline.terms import Terms

ENGINES = ("default", "splink")
_SLICE = 65_536


def parties_in(terms: "Terms | None") -> Parties | None:
    """The parties behind names in an agreement's list of actors."""
    if terms is None:
        return None
    from truceline.monitor.check.who import Names  # noqa: PLC0415 # slow; only agreements need it

    return Names(terms.agreement).parties_of


def link_tables(
    events: Iterable[pa.Table],
    *,
    engine: str = "default",
    weights: Weights = DEFAULT,
    decided: Decided = NONE,
    names: Parties | None = None,
    former: tuple[str, ...] = (),
    chart: Path | None = None,
) -> Linked:
    """Link batches of events, with the explainable weights or with learned ones.

    ``chart`` is where the learned engine writes its match weights, an HTML page.

    Raises:
        ValueError: no such engine, or a chart of an engine that has none.
        truceline.pipeline.link_learned.LearnedError: Splink is not installed, or there is
            too little to learn from.
    """
    if engine not in ENGINES:
        raise ValueError(f"no engine '{engine}'; there are: {', '.join(ENGINES)}")
    if chart is not None and engine != "splink":
        raise ValueError("a chart of match weights is made by --engine splink only")
    tables = list(events)
    table = pa.concat_tables(tables) if tables else EVENT_SCHEMA.empty_table()
    if engine == "splink":
        from truceline.pipeline.link_learned import learned  # noqa: PLC0415 # an optional extra

        return learned(
            table, weights=weights, decided=decided, names=names, former=former, chart=chart
        )
    return link_events(table, weights=weights, decided=decided, names=names, former=former)


def link_files(
    files: Iterable[tuple[str, Path]],
    *,
    timezone: str = "UTC",
    terms: "Terms | None" = None,
    engine: str = "default",
    weights: Weights = DEFAULT,
    decided: Decided = NONE,
    chart: Path | None = None,
    progress: Progress | None = None,
) -> tuple[Linked, Intake]:
    """Link the events of (source, file) pairs; the intake holds what became of every row.

    Times without an offset are in ``timezone``. With ``terms``, the agreement's list of
    actors says which names are one party's, and its admin units are at hand.
    Raises as ``Intake.read`` and ``link_tables``.
    """
    context = Context(timezone=timezone)
    if terms is not None:
        context = Context(timezone=timezone, units=terms.units)
    intake = Intake(context, progress)
    linked = link_tables(
        intake.read(files),
        engine=engine,
        weights=weights,
        decided=decided,
        names=parties_in(terms),
        chart=chart,
    )
    return linked, intake


def incident_batches(linked: Linked) -> Iterator[pa.Table]:
    """Incidents in stretches, ready for ``pipeline.check.check``."""
    table = linked.incidents
    for start in range(0, max(table.num_rows, 1), _SLICE):
        yield table.slice(start, _SLICE)

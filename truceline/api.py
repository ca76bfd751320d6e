"""The Python interface: as good as the command line, on Arrow tables and GeoDataFrames."""

import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from truceline.model.batch import Context
from truceline.model.event import EVENT_SCHEMA
from truceline.model.finding import Findings
from truceline.model.unit import Units
from truceline.pipeline.check import Intake
from truceline.pipeline.check import check as _check
from truceline.pipeline.terms import AgreementFaultsError, Terms, load
from truceline.sources import SOURCES
from truceline.store import library


class EventProblemsError(ValueError):
    """Rows of a table that could not become events; ``problems`` lists them all."""

    def __init__(self, problems: tuple[Any, ...]) -> None:
        shown = "\n".join(str(p) for p in problems[:5])
        more = f"\n… and {len(problems) - 5} more" if len(problems) > 5 else ""
        super().__init__(f"{len(problems)} rows could not become events:\n{shown}{more}")
        self.problems = problems


def agreements() -> list[str]:
    """The names of the ceasefires that come with Truceline."""
    return library.names()


def agreement(name: str, units: Units | None = None) -> Terms:
    """An agreement by its library name or its file, with its ground built.

    ``units`` are the admin units to use where a zone is made of them
    (``truceline.store.boundaries.load()`` gives those the user has added); without them
    the agreement's own generalised outlines stand in.

    Raises:
        AgreementFaultsError: the file, or a geometry it names, has faults; all are listed.
        truceline.store.library.UnknownAgreementError: no such name or file.
    """
    return load(name, units)


def events(path: str | Path, source: str, terms: Terms) -> pa.Table:
    """The events of one file, in ``truceline.model.event.EVENT_SCHEMA``.

    Times without an offset are in the agreement's timezone. Rows that could not become
    events are dropped here; ``truceline.pipeline.check.Intake`` gives them as problems and
    reconciles every row.
    """
    intake = Intake(Context(timezone=terms.agreement.timezone, units=terms.units))
    tables = list(intake.read([(source, Path(path))]))
    return pa.concat_tables(tables) if tables else EVENT_SCHEMA.empty_table()


def check(terms: Terms, events: Any, threads: int | None = None) -> Findings:
    """Judge events against an agreement.

    ``events`` is an Arrow table in ``EVENT_SCHEMA``, or a table with the columns of the
    ``table`` source: an Arrow table, a pandas DataFrame, or a GeoDataFrame of points in any
    CRS; or an iterable of such tables (which is read once, in bounded memory).

    Raises:
        TypeError: events that are none of these.
        ValueError: a GeoDataFrame whose geometry is not points, or fewer threads than one.
        EventProblemsError: rows of a table of reports that cannot become events.
    """
    if threads is not None and threads < 1:
        raise ValueError(f"threads is {threads}; give 1 or more, or None for every core")
    if isinstance(events, pa.Table) or _is_frame(events):
        return _check(terms, _slices(_as_events(terms, events)), threads)
    if isinstance(events, Iterable) and not isinstance(events, str | bytes | Mapping):
        return _check(terms, (_as_events(terms, table) for table in events), threads)
    raise TypeError(_WANTED.format(type(events).__name__))


_WANTED = (
    "events are an Arrow table, a DataFrame, a GeoDataFrame or several of them, not {}; "
    "truceline.events(path, source, terms) reads a file"
)


def _as_events(terms: Terms, given: Any) -> pa.Table:
    if isinstance(given, pa.Table):
        return given if _is_events(given) else _reports(terms, given)
    if _is_frame(given):
        return _reports(terms, _frame_table(given))
    raise TypeError(_WANTED.format(type(given).__name__))


def _is_events(table: pa.Table) -> bool:
    return set(EVENT_SCHEMA.names) <= set(table.schema.names)


def _is_frame(value: object) -> bool:
    return hasattr(value, "columns") and hasattr(value, "iloc")


def _slices(table: pa.Table, rows: int = 50_000) -> list[pa.Table]:
    return [table.slice(start, rows) for start in range(0, max(table.num_rows, 1), rows)]


def _reports(terms: Terms, table: pa.Table) -> pa.Table:
    if table.num_rows == 0:
        return EVENT_SCHEMA.empty_table()
    out = io.BytesIO()
    pq.write_table(table, out)
    out.seek(0)
    context = Context(timezone=terms.agreement.timezone, units=terms.units)
    batches = list(SOURCES["table"].parse(out, name="table.parquet", sha256="", context=context))
    problems = tuple(p for b in batches for p in b.problems if p.severity != "note")
    if problems:
        raise EventProblemsError(problems)
    return pa.concat_tables([b.events for b in batches])


def _frame_table(frame: Any) -> pa.Table:
    """A DataFrame as Arrow; a GeoDataFrame's points become lon and lat (WGS 84), a named
    index becomes columns.
    """
    if hasattr(frame, "geometry") and hasattr(frame, "to_crs"):
        points = frame.geometry
        if points.crs is not None:
            points = points.to_crs(4326)
        if not (points.geom_type.dropna() == "Point").all():
            raise ValueError(
                "the geometry of reports must be points; give a point of each area, and its "
                "size as radius_m (metres)"
            )
        frame = frame.drop(columns=frame.geometry.name).assign(lon=points.x, lat=points.y)
    if any(name is not None for name in frame.index.names):
        frame = frame.reset_index()
    return pa.Table.from_pandas(frame, preserve_index=False)


__all__ = [
    "AgreementFaultsError",
    "EventProblemsError",
    "Findings",
    "Terms",
    "agreement",
    "agreements",
    "check",
    "events",
]

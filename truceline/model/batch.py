"""What a source hands on: events, problems and the sum that reconciles them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from truceline.model.problem import Problem
from truceline.model.unit import Units


@dataclass(frozen=True, slots=True)
class Batch:
    """A stretch of one file, parsed.

    ``events`` is in ``EVENT_SCHEMA``. ``rows`` are the records read; ``repeats`` those
    that say again, word for word, what an earlier row of the same file said under the
    same id. ``rows == events.num_rows + repeats + row problems`` always holds.
    """

    events: pa.Table
    problems: tuple[Problem, ...]
    rows: int
    repeats: int = 0

    @property
    def row_problems(self) -> int:
        """How many rows could not become events."""
        return sum(problem.severity == "row" for problem in self.problems)


@dataclass(frozen=True, slots=True)
class Context:
    """What a parser may know besides the file.

    ``timezone`` is the IANA name that times without an offset are in. ``units`` are the
    admin units at hand. ``options`` are a source's own settings, by name.
    """

    timezone: str = "UTC"
    units: Units = field(default_factory=lambda: Units(()))
    options: Mapping[str, str] = field(default_factory=dict)

"""What a source hands on: events, problems and the sum that reconciles them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from truceline.model.problem import Problem
from truceline.model.unit import Units

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# Which points and discs can touch an agreement at all: (lon, lat) in degrees (NaN where
# there is none), radius in metres, start and end in microseconds UTC; all of one length.
# Pure, and the answer for a row depends on that row alone.
Reach = Callable[[Floats, Floats, Floats, Ints, Ints], npt.NDArray[np.bool_]]


@dataclass(frozen=True, slots=True)
class Batch:
    """A stretch of one file, parsed.

    ``events`` is in ``EVENT_SCHEMA``. ``rows`` are the records read; ``repeats`` those
    that say again, word for word, what an earlier row of the same file said under the
    same id. ``far`` are events that the context's ``reach`` says no to: good rows of kind
    ``event`` that were checked like all others and are not in ``events``.
    ``rows == events.num_rows + far + repeats + row problems`` always holds.
    """

    events: pa.Table
    problems: tuple[Problem, ...]
    rows: int
    repeats: int = 0
    far: int = 0

    @property
    def row_problems(self) -> int:
        """How many rows could not become events."""
        return sum(problem.severity == "row" for problem in self.problems)


@dataclass(frozen=True, slots=True)
class Context:
    """What a parser may know besides the file.

    ``timezone`` is the IANA name that times without an offset are in. ``units`` are the
    admin units at hand. ``options`` are a source's own settings, by name. ``reach``, where
    given, says which points and discs matter: events of no matter are counted and not
    built. It changes no problem and no count.
    """

    timezone: str = "UTC"
    units: Units = field(default_factory=lambda: Units(()))
    options: Mapping[str, str] = field(default_factory=dict)
    reach: Reach | None = None

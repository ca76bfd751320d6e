"""Patrols: runs along a route, by whom, seen from tracks or announced.

Places along a route are kilometre posts: kilometres from the route's own start, measured
on the ellipsoid along its line. Times are datetimes with a zone.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, model_validator

from truceline.model.zone import Noun


@dataclass(frozen=True, slots=True)
class PatrolRules:
    """What counts as a patrol. Metres and seconds; the contract's own values.

    A fix counts within ``off_m`` of the route (or its accuracy, if wider). Nothing is filled
    in over more than ``gap_m`` or ``gap_s`` between two fixes. Two parties are together
    where they pass one post within ``joint_s`` and ``joint_m`` of one another, the same way.
    A patrol ends after ``silence_s`` without a fix from anyone. Who stays within ``still_m``
    stands still: it covers nothing, and for ``halt_s`` it is a halt. Going back less than
    ``turn_m`` is no turn. Faster than ``fastest_kmh`` is no fix. Moving along the route is
    to gain at least ``along`` metres of it for each metre of way (0.5: within 60 degrees).
    """

    off_m: float = 500.0
    gap_m: float = 500.0
    gap_s: float = 120.0
    joint_m: float = 1_000.0
    joint_s: float = 600.0
    silence_s: float = 10_800.0
    still_m: float = 50.0
    halt_s: float = 300.0
    turn_m: float = 100.0
    fastest_kmh: float = 200.0
    along: float = 0.5


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a route between two kilometre posts."""

    from_km: float
    to_km: float


@dataclass(frozen=True, slots=True)
class Halt:
    """Standing still at a post."""

    at_km: float
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class TurnBack:
    """Where somebody turned round on the route."""

    at_km: float
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Deviation:
    """Leaving the route at one post and coming back to it at another; metres at the farthest."""

    from_km: float
    to_km: float
    start: datetime | None
    end: datetime | None
    farthest_m: float


@dataclass(frozen=True, slots=True)
class Part:
    """What one participant did in a patrol.

    ``covered`` are its stretches, ``gaps`` what it did not cover, ``alone`` what it covered
    and not jointly. Speeds are km/h over the ground, halts left out; None without times.
    """

    party: str
    covered_km: float
    share: float
    covered: tuple[Stretch, ...]
    gaps: tuple[Stretch, ...]
    alone: tuple[Stretch, ...]
    mean_kmh: float | None
    fastest_kmh: float | None
    halts: tuple[Halt, ...]
    turns: tuple[TurnBack, ...]
    deviations: tuple[Deviation, ...]
    fixes: int
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Warned:
    """Something that a reader must know. ``kind`` is one word for machines."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Patrol:
    """One run along a route, as its tracks show it.

    ``joint_km`` is where all who owe the patrol were together; ``covered_km`` and ``gaps``
    are by anyone. Without times ``start`` and ``end`` are None: place only.
    """

    start: datetime | None
    end: datetime | None
    participants: tuple[str, ...]
    joint: bool
    joint_km: float
    covered_km: float
    route_km: float
    gaps: tuple[Stretch, ...]
    covered: tuple[Stretch, ...]
    together: tuple[Stretch, ...]
    parts: tuple[Part, ...]
    warnings: tuple[Warned, ...] = ()
    agreement: str = ""
    provision: str = ""
    route: str = ""
    accuracy_m: float = 0.0
    off_m: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """As plain values: kilometres with three decimals, times to the second with offset."""
        found = _plain(asdict(self))
        assert isinstance(found, dict)
        return found


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(v) for v in value]
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, float):
        return round(value, 3)
    return value


Outcome = Literal["done", "cut-short", "attacked", "bombed", "cancelled", "not-said"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)


class Numbered(Noun):
    """The number that somebody's count gives a patrol."""

    is_: Annotated[int, Field(alias="is", ge=1)]
    by: str = ""


class Announced(Noun):
    """A patrol that somebody announced or reported, as one row of the ledger.

    Every number it was given is kept, with whose count it is: counts disagree. ``on`` is
    None where the date was not found. ``planned`` is an announcement of one to come, whose
    outcome is not known yet. ``whole_route`` None is not said.
    """

    on: date | None = None
    numbers: tuple[Numbered, ...] = ()
    who: tuple[str, ...] = ()
    outcome: Outcome = "not-said"
    planned: bool = False
    whole_route: bool | None = None
    said: str = ""
    source: str = ""
    note: str = ""

    @property
    def id(self) -> str:
        """Its date, or its number where the date was not found."""
        if self.on is not None:
            return self.on.isoformat()
        return "number " + " or ".join(str(n.is_) for n in self.numbers)

    @model_validator(mode="after")
    def _known_by_something(self) -> "Announced":
        if self.on is None and not self.numbers:
            raise ValueError("a patrol has a date ('on') or a number; give one")
        return self


class Series(Noun):
    """Announced patrols of one agreement, in the order of their reports."""

    provision: str = ""
    who: tuple[str, ...] = ()
    source: Annotated[str, Field(min_length=1)]
    patrols: Annotated[tuple[Announced, ...], Field(min_length=1)]
    note: str = ""

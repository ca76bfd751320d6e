"""An agreement: the terms of a ceasefire as data. Frozen; knows no I/O.

The file form is described by its JSON Schema (``truceline agreement schema``) and in
docs/agreement-file.md. Every name that one part uses and another defines is checked by
``truceline.model.references``.
"""

from collections.abc import Mapping
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BeforeValidator, Field, model_validator

from truceline.model.provision import Names, Point, Provision
from truceline.model.quantity import Day, Duration, When
from truceline.model.zone import Line, Noun, Place, ZoneDef

STATUSES = (
    "signatory",
    "acceded",
    "guarantor",
    "unilateral-commitment",
    "not-bound",
    "in-force",
    "suspended",
    "expired",
    "denounced",
)
BINDING = frozenset({"signatory", "acceded", "guarantor", "unilateral-commitment", "in-force"})

Status = Literal[
    "signatory",
    "acceded",
    "guarantor",
    "unilateral-commitment",
    "not-bound",
    "in-force",
    "suspended",
    "expired",
    "denounced",
]


Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Weekdays = Annotated[tuple[Weekday, ...], Field(max_length=6)]
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Source(Noun):
    """Where a fact comes from: a document a reader can find."""

    title: str
    url: str = ""
    ref: str = ""
    date: When | None = None


class PartyStatus(Noun):
    """A party's relation to the terms, with its dates. ``for`` names the zones it holds for."""

    is_: Status = Field(alias="is")
    from_: Point | None = Field(None, alias="from")
    until: Point | None = None
    because: str = ""
    disputed: bool = False
    source: str = ""


class Party(Noun):
    """A party, or an armed actor that the terms speak of."""

    name: str
    status: tuple[PartyStatus, ...] = ()
    note: str = ""


class Group(Noun):
    """A named set of parties, as an exception or a clause names it."""

    members: Names
    because: str = ""
    source: str = ""


class AnchorReading(Noun):
    """One way to read a doubtful anchor."""

    at: When
    because: str = ""


class Anchor(Noun):
    """A moment that others count from.

    ``at`` a date means that whole day: the hour is not known. ``after`` and ``plus``
    chain it to another anchor. ``done`` is the moment at which a required act is done, known
    from evidence. ``unknown`` says that the text leaves it open.
    """

    at: When | None = None
    readings: Annotated[tuple[AnchorReading, ...], Field(min_length=2)] | None = None
    after: str | None = None
    plus: Duration | None = None
    done: str | None = None
    unknown: Literal["undisclosed", "to-be-agreed", "disputed"] | None = None
    because: str = ""
    source: str = ""

    @model_validator(mode="after")
    def _one(self) -> "Anchor":
        ways = [self.at, self.readings, self.after, self.done, self.unknown]
        if sum(way is not None for way in ways) != 1:
            raise ValueError(
                "an anchor gives one of: at, readings, after (with plus), done, unknown"
            )
        if (self.after is None) != (self.plus is None):
            raise ValueError("'after' and 'plus' go together, as in after: signature, plus: P14D")
        return self


class Amendment(Noun):
    """A change of the terms from a date. Zones and provisions it names replace those of their id."""

    date: When
    because: str = ""
    source: str = ""
    zones: Mapping[str, ZoneDef] = Field(default_factory=dict)
    provisions: tuple[Provision, ...] = ()
    repeals: Names = ()


def _zone_name(value: object) -> str:
    if isinstance(value, str):
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            pass
        else:
            return value
    raise ValueError(f"{value!r} is no IANA timezone; write one such as 'Asia/Damascus'")


class Agreement(Noun):
    """The terms of one ceasefire. See ``docs/agreement-file.md`` for the file form."""

    agreement: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    title: str
    instrument: str = ""
    signed: When | None = None
    timezone: Annotated[str, BeforeValidator(_zone_name)]
    threshold: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    simulated: bool = False
    summary: str = ""
    sources: tuple[Source, ...] = ()
    anchors: Mapping[str, Anchor] = Field(default_factory=dict)
    parties: Mapping[str, Party] = Field(default_factory=dict)
    groups: Mapping[str, Group] = Field(default_factory=dict)
    actors: Mapping[str, Names] = Field(default_factory=dict)
    places: Mapping[str, Place] = Field(default_factory=dict)
    lines: Mapping[str, Line] = Field(default_factory=dict)
    zones: Mapping[str, ZoneDef] = Field(default_factory=dict)
    provisions: tuple[Provision, ...] = ()
    amendments: tuple[Amendment, ...] = ()
    weekend: Weekdays = ()  # days of the week that are no working days
    calendar: tuple[Day, ...] = ()  # dates that are no working days
    note: str = ""

    @property
    def tz(self) -> ZoneInfo:
        """The agreement's timezone."""
        return ZoneInfo(self.timezone)

    def all_anchors(self) -> Mapping[str, Anchor]:
        """The anchors, with ``signature`` from ``signed`` where the file gives no other."""
        if self.signed is None or "signature" in self.anchors:
            return self.anchors
        return {"signature": Anchor(at=self.signed), **self.anchors}

    def provision(self, provision_id: str) -> Provision | None:
        """The provision of this id as first agreed, or None."""
        return next((p for p in self.provisions if p.id == provision_id), None)

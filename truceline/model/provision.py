"""Provisions: what one clause prohibits, requires, permits, limits or defines."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag, WithJsonSchema, model_validator

from truceline.model.quantity import Calibre, Clock, Duration, When
from truceline.model.zone import End, Noun


def _several(value: object) -> object:
    return (value,) if isinstance(value, str) else value


# One name or a list of them.
Names = Annotated[
    tuple[str, ...],
    BeforeValidator(_several),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]


class MomentReading(Noun):
    """One way to read a doubtful moment: a moment, or the name of an anchor."""

    at: When | None = None
    anchor: str | None = None
    because: str = ""

    @model_validator(mode="after")
    def _one(self) -> "MomentReading":
        if (self.at is None) == (self.anchor is None):
            raise ValueError("a reading of a moment gives either 'at' or 'anchor'")
        return self


class MomentReadings(Noun):
    """A doubtful moment: every reading is kept, the first leads."""

    readings: Annotated[
        tuple[
            Annotated[
                Annotated[str, Tag("name")] | Annotated[MomentReading, Tag("reading")],
                Discriminator(lambda v: "name" if isinstance(v, str) else "reading"),
            ],
            ...,
        ],
        Field(min_length=2),
    ]


def _point_kind(value: Any) -> str:
    if isinstance(value, dict | MomentReadings):
        return "readings"
    if isinstance(value, When) or (isinstance(value, str) and value[:1].isdecimal()):
        return "when"
    return "anchor"


# A date, a moment, the name of an anchor, or readings of one.
Point = Annotated[
    Annotated[When, Tag("when")]
    | Annotated[str, Tag("anchor")]
    | Annotated[MomentReadings, Tag("readings")],
    Discriminator(_point_kind),
]


class ZoneReading(Noun):
    """One way to read where a provision holds."""

    zone: str
    because: str = ""


class ZoneReadings(Noun):
    """A doubtful place: every reading is kept, the first leads."""

    readings: Annotated[tuple[ZoneReading, ...], Field(min_length=2)]


ZoneName = Annotated[
    Annotated[str, Tag("zone")] | Annotated[ZoneReadings, Tag("readings")],
    Discriminator(lambda v: "zone" if isinstance(v, str) else "readings"),
]


class DurationReading(Noun):
    """One way to read a doubtful duration."""

    is_: Duration = Field(alias="is")
    because: str = ""


class Daily(Noun):
    """A window that repeats every day, in the agreement's timezone. It may pass midnight."""

    from_: Clock = Field(alias="from")
    until: Clock


class Span(Noun):
    """Dated days or moments. A date ``until`` counts to the end of that day."""

    from_: Point | None = Field(None, alias="from")
    until: Point | None = None


class Carved(Span):
    """A part cut out of a clause: whose acts, which, where, when. Left out: any."""

    by: Names = ()
    acts: Names = ()
    zone: str | None = None


class Exemption(Carved):
    """What a clause does not forbid. ``contested``: whether it holds is itself disputed."""

    against: Names = ()
    answering: bool = False  # an act in answer to another's breach
    basis: str = ""
    contested: bool = False
    because: str = ""

    @model_validator(mode="after")
    def _some(self) -> "Exemption":
        if not (self.against or self.by or self.acts or self.zone or self.from_ or self.answering):
            raise ValueError(
                "an exception names what it excepts: against, by, acts, zone, from or answering"
            )
        return self


class Authorisation(Carved):
    """A dated record that lets a party do what is forbidden unless authorised, or a notice of it."""

    id: str
    issued_by: str = ""
    source: str = ""


class Weapons(Noun):
    """A class of weapons: by calibre, or by name."""

    calibre: Calibre | None = None
    types: Names = ()
    what: str = ""


class Limit(Noun):
    """A number that may not be passed: soldiers, vehicles, a stock, a rotation."""

    of: str
    at_most: Annotated[int, Field(ge=0)] | None = None
    at_least: Annotated[int, Field(ge=0)] | None = None
    per: Duration | None = None


class Ratio(Noun):
    """A ratio of exchange: so many of one for so many of another."""

    give: Annotated[int, Field(gt=0)]
    of: str
    for_: Annotated[int, Field(gt=0)] = Field(alias="for")
    of_the_other: str


class Renewal(Noun):
    """Renewed for a further period unless a party gives notice before the end."""

    for_: Duration = Field(alias="for")
    unless_notice: Duration


class Answer(Span):
    """What a person answered about a condition, for some days."""

    holds: Literal["yes", "no", "unclear"]
    who: str
    because: str = ""


class Condition(Noun):
    """A condition that no machine can judge: a person answers it, by date."""

    text: str
    answers: tuple[Answer, ...] = ()


class Suspension(Span):
    """Days on which a provision does not hold."""

    because: str = ""
    source: str = ""


class Provision(Noun):
    """One clause. Exactly one of prohibits, requires, permits, limits, defines says its kind.

    ``by`` says whose acts it speaks of (left out: anyone's); ``status`` narrows that to
    parties that have one of these statuses on the day. ``from``/``until`` bound the window;
    ``daily`` repeats inside it. ``who`` owes what is required, ``within`` a duration
    ``after`` a point, in calendar or working ``days``; ``counting`` is for a text that says how
    it counts them (docs/obligations.md). ``text`` is what the clause says, in the file's own
    short words.
    """

    id: str
    prohibits: str | None = None
    requires: str | None = None
    permits: str | None = None
    limits: str | None = None
    defines: str | None = None
    text: str = ""
    basis: str = ""
    where: str = ""
    zone: ZoneName | None = None
    acts: Names = ()
    by: Names = ()
    status: Names = ()
    against: Names = ()
    weapons: Weapons | None = None
    qualifier: Literal["offensive", "hostile", "armed", "indiscriminate"] | None = None
    from_: Point | None = Field(None, alias="from")
    until: Point | None = None
    for_: Duration | None = Field(None, alias="for")
    daily: Daily | None = None
    except_: tuple[Exemption, ...] = Field((), alias="except")
    unless_authorised_by: Names = ()
    authorisations: tuple[Authorisation, ...] = ()
    duty: Literal["prevent", "ensure"] | None = None
    of: Names = ()
    who: Names = ()
    along: str | None = None
    along_from: End | None = None
    along_to: End | None = None
    within: Duration | None = None
    after: Point | None = None
    by_date: Point | None = None
    days: Literal["calendar", "working"] = "calendar"
    counting: Literal["days-after", "first-day-included", "to-the-moment"] | None = None
    every: Duration | None = None
    limit: tuple[Limit, ...] = ()
    ratio: Ratio | None = None
    condition: Condition | None = None
    suspended: tuple[Suspension, ...] = ()
    renewal: Renewal | None = None
    disputed: str = ""
    threshold: Annotated[float, Field(gt=0.5, lt=1)] | None = None
    source: str = ""
    note: str = ""

    @model_validator(mode="after")
    def _kind(self) -> "Provision":
        said = [k for k in KINDS if getattr(self, k) is not None]
        if len(said) != 1:
            here = ", ".join(said) or "none"
            raise ValueError(f"a provision says exactly one of {', '.join(KINDS)} (here: {here})")
        return self

    @property
    def kind(self) -> str:
        """Which of the five this clause does."""
        return next(k for k in KINDS if getattr(self, k) is not None)

    @property
    def phrase(self) -> str:
        """The words after its kind."""
        return str(getattr(self, self.kind))


KINDS = ("prohibits", "requires", "permits", "limits", "defines")

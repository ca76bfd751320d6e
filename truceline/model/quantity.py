"""Distances, durations and moments as an agreement writes them: with their unit."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, GetJsonSchemaHandler, WithJsonSchema
from pydantic_core import core_schema

# Dates and durations that a clause can mean. Windows without an edge reach just past them.
FIRST_YEAR, LAST_YEAR, LONGEST_YEARS = 1800, 2199, 200

_METRES = {"m": 1.0, "km": 1_000.0, "mi": 1_609.344, "nmi": 1_852.0}
_DISTANCE = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*([A-Za-z]+)\s*$")
_CALIBRE = re.compile(r"^\s*(>=|>|<=|<)?\s*(\d+(?:\.\d+)?)\s*mm\s*$")
_DURATION = re.compile(
    r"^P(?=.)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?"
    r"(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$"
)
_CLOCK = re.compile(r"^([01]\d|2[0-4]):([0-5]\d)$")


def metres(value: object) -> float:
    """``"6 km"`` as metres. Units: m, km, mi (1,609.344 m), nmi (1,852 m).

    Raises:
        ValueError: no number, no unit, or a unit that is none of these.
    """
    if isinstance(value, str) and (match := _DISTANCE.match(value)):
        number, unit = match.groups()
        if unit in _METRES:
            return float(number) * _METRES[unit]
        raise ValueError(f"'{unit}' is no unit of distance; use one of {', '.join(_METRES)}")
    raise ValueError(f"{value!r} is not a distance; write a number and its unit, as in '6 km'")


Metres = Annotated[
    float,
    BeforeValidator(metres),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^\d+(\.\d+)? ?(m|km|mi|nmi)$",
            "description": "a distance with its unit, as in '6 km'",
        }
    ),
]


class _Text:
    """A value written as text: equality, hashing and JSON Schema for pydantic."""

    text: str
    schema_pattern = ""
    schema_description = ""

    @classmethod
    def parse(cls, value: object) -> Any:
        raise NotImplementedError  # each kind of text below reads its own form

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        return core_schema.no_info_plain_validator_function(
            lambda value: value if isinstance(value, cls) else cls.parse(value),
            serialization=core_schema.plain_serializer_function_ser_schema(lambda v: v.text),
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: GetJsonSchemaHandler) -> Any:
        return {
            "type": "string",
            "pattern": cls.schema_pattern,
            "description": cls.schema_description,
        }

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Duration(_Text):
    """An ISO 8601 duration. Years, months, weeks and days are calendar steps, in local time."""

    text: str
    months: int
    days: int
    seconds: int

    schema_pattern = _DURATION.pattern
    schema_description = "an ISO 8601 duration: P7D, PT48H, P6M"

    @classmethod
    def parse(cls, value: object) -> "Duration":
        """Read ``P7D``, ``PT48H``, ``P1Y6M``. Raises ValueError for anything else."""
        match = _DURATION.match(value) if isinstance(value, str) else None
        if match is None:
            raise ValueError(f"{value!r} is not an ISO 8601 duration; write P7D, PT48H or P6M")
        y, mo, w, d, h, mi, s = (int(g or 0) for g in match.groups())
        months, days, seconds = 12 * y + mo, 7 * w + d, 3600 * h + 60 * mi + s
        if months / 12 + days / 365 + seconds / 31_536_000 > LONGEST_YEARS:
            raise ValueError(f"'{value}' is longer than {LONGEST_YEARS} years; correct it")
        return cls(str(value), months, days, seconds)

    def after(self, start: datetime) -> datetime:
        """The moment this long after ``start`` (aware): calendar steps in start's own zone."""
        local = start
        if self.months:
            index = local.year * 12 + local.month - 1 + self.months
            year, month = divmod(index, 12)
            last = (date(year + month // 11, (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
            local = local.replace(year=year, month=month + 1, day=min(local.day, last))
        local = local + timedelta(days=self.days)
        if self.seconds:
            local = (local.astimezone(UTC) + timedelta(seconds=self.seconds)).astimezone(
                start.tzinfo
            )
        return local

    def times(self, number: int) -> "Duration":
        """This duration so many times over; -1 counts it back. ``text`` stays the file's own.

        Steps of months are taken together: three times P1M after 31 January is 30 April.
        """
        return Duration(self.text, *(number * n for n in (self.months, self.days, self.seconds)))

    @property
    def of_clock(self) -> bool:
        """True where the duration counts hours, so that its end is a moment and not a day."""
        return self.seconds > 0


@dataclass(frozen=True, slots=True)
class When(_Text):
    """A date, or a moment. Without an offset it is in the agreement's timezone."""

    text: str
    value: date | datetime

    schema_pattern = r"^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?)?$"
    schema_description = "a date (2020-03-15) or a moment (2020-03-06T00:01+03:00)"

    @classmethod
    def parse(cls, value: object) -> "When":
        """Read ``2020-03-15`` or ``2020-03-06T00:01+03:00``. Raises ValueError otherwise."""
        if isinstance(value, str) and re.match(cls.schema_pattern, value):
            if not FIRST_YEAR <= int(value[:4]) <= LAST_YEAR:
                raise ValueError(
                    f"'{value}' is not in the years {FIRST_YEAR} to {LAST_YEAR}; correct it, or "
                    "leave the key out where there is no end"
                )
            try:
                if len(value) == 10:
                    return cls(value, date.fromisoformat(value))
                return cls(value, datetime.fromisoformat(value))
            except ValueError as error:
                raise ValueError(f"'{value}' is on no calendar ({error}); correct it") from None
        raise ValueError(
            f"{value!r} is neither a date (2020-03-15) nor a moment (2020-03-06T00:01+03:00)"
        )

    @property
    def is_day(self) -> bool:
        """True for a date alone."""
        return not isinstance(self.value, datetime)

    def start(self, zone: ZoneInfo) -> datetime:
        """The first instant, aware: a date's local midnight."""
        if isinstance(self.value, datetime):
            return self.value if self.value.tzinfo else self.value.replace(tzinfo=zone)
        return datetime.combine(self.value, time(0), zone)

    def end(self, zone: ZoneInfo) -> datetime:
        """The instant after the last: the next local midnight for a date, else the moment."""
        if isinstance(self.value, datetime):
            return self.start(zone)
        return datetime.combine(self.value + timedelta(days=1), time(0), zone)


def _day(value: When) -> When:
    if not value.is_day:
        raise ValueError(f"'{value}' is a moment; write a date alone, as in 2020-03-15")
    return value


Day = Annotated[When, AfterValidator(_day)]


@dataclass(frozen=True, slots=True)
class Clock(_Text):
    """A time of day, ``09:00`` to ``24:00``, in the agreement's timezone."""

    text: str
    minutes: int

    schema_pattern = _CLOCK.pattern
    schema_description = "a time of day, 09:00"

    @classmethod
    def parse(cls, value: object) -> "Clock":
        """Read ``09:00``. Raises ValueError otherwise."""
        match = _CLOCK.match(value) if isinstance(value, str) else None
        minutes = int(match[1]) * 60 + int(match[2]) if match else 9_999
        if minutes > 24 * 60:
            raise ValueError(f"{value!r} is not a time of day; write it as '09:00'")
        return cls(str(value), minutes)


@dataclass(frozen=True, slots=True)
class Calibre(_Text):
    """A class of weapon by calibre: ``>=100 mm``."""

    text: str
    sign: str
    millimetres: float

    schema_pattern = _CALIBRE.pattern
    schema_description = "a class of weapon by its calibre: '>=100 mm'"

    @classmethod
    def parse(cls, value: object) -> "Calibre":
        """Read ``>=100 mm``. Raises ValueError otherwise."""
        match = _CALIBRE.match(value) if isinstance(value, str) else None
        if match is None:
            raise ValueError(f"{value!r} is not a calibre; write it as '>=100 mm'")
        return cls(str(value), match[1] or ">=", float(match[2]))

    def holds(self, millimetres: float) -> bool:
        """Whether a weapon of this calibre (in mm) belongs to the class."""
        return {
            ">=": millimetres >= self.millimetres,
            ">": millimetres > self.millimetres,
            "<=": millimetres <= self.millimetres,
            "<": millimetres < self.millimetres,
        }[self.sign]

"""Times as sources write them, read into UTC instants.

A date alone is the whole local day (23, 24 or 25 hours), a month or a year the whole
local month or year. A local time that the clocks showed twice is known only to the two
instants it could be. A local time that the clocks skipped is refused.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Instants = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

DAY_US = 86_400_000_000
_EPOCH = date(1970, 1, 1).toordinal()
_FIRST_DAY = date(1900, 1, 1).toordinal() - _EPOCH
_LAST_DAY = date(2100, 1, 1).toordinal() - _EPOCH
_DAY = r"^\d{4}-\d{2}-\d{2}$"
_LOCAL = r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?$"
_OFFSET = r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-](0\d|1[0-3]):?[0-5]\d)$"
_MONTH_NAMES = """jan january, feb february, mar march, apr april, may, jun june, jul july,
aug august, sep sept september, oct october, nov november, dec december"""
_MONTHS = {
    name: number
    for number, names in enumerate(_MONTH_NAMES.split(","), start=1)
    for name in names.split()
}
_TODO = "write an ISO date or time, like 2020-03-06 or 2020-03-06T00:01+02:00"


@dataclass
class Moments:
    """Times of a column: ``low`` and ``high`` UTC microseconds, equal for a moment.

    ``empty`` rows give no time. ``bad`` rows could not be read; ``why`` says why, by row.
    ``twice`` rows are local times that the clocks showed twice.
    """

    low: Instants
    high: Instants
    empty: Mask
    bad: Mask
    twice: Mask
    why: dict[int, str] = field(default_factory=dict)

    def at(self, rows: npt.NDArray[np.integer[Any]]) -> "Moments":
        """The times of these rows, in this order; a row may come many times."""
        bad = _marks_at(self.bad, rows)
        why = {int(i): self.why[int(rows[i])] for i in np.flatnonzero(bad)}
        low = self.low.take(rows)
        high = low if (self.low == self.high).all() else self.high.take(rows)
        empty, twice = _marks_at(self.empty, rows), _marks_at(self.twice, rows)
        return Moments(low, high, empty, bad, twice, why)


def _marks_at(marks: Mask, rows: npt.NDArray[np.integer[Any]]) -> Mask:
    return marks[rows] if marks.any() else np.zeros(len(rows), np.bool_)


@lru_cache(maxsize=65_536)
def midnight(day: int, zone: ZoneInfo) -> int:
    """The first instant of a local day (days since 1970), in UTC microseconds."""
    local = datetime.fromordinal(day + _EPOCH).replace(tzinfo=zone)
    return _micros(local)


def _micros(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def midnights(days: npt.NDArray[np.int64], zone: ZoneInfo) -> Instants:
    """The first instant of each local day, in UTC microseconds. Days count from 1970."""
    if not len(days):
        return np.empty(0, np.int64)
    first, last = int(days.min()), int(days.max())
    if last - first <= len(days):  # nearly always: a file covers a few years
        table = np.fromiter((midnight(d, zone) for d in range(first, last + 1)), np.int64)
        return table[days - first]
    unique, where = np.unique(days, return_inverse=True)
    found = np.fromiter((midnight(int(d), zone) for d in unique), np.int64, len(unique))
    return found[where]


def to_utc(local: Instants, zone: ZoneInfo) -> tuple[Instants, Instants, Mask]:
    """Local microseconds to UTC: earliest and latest instant, and which never existed."""
    days = np.floor_divide(local, DAY_US)
    both = midnights(np.concatenate([days, days + 1]), zone)
    begin, finish = both[: len(days)], both[len(days) :]
    low = begin + (local - days * DAY_US)
    high = low.copy()
    gap = np.zeros(len(local), np.bool_)
    for i in np.flatnonzero(finish - begin != DAY_US):  # a day on which the clocks changed
        naive = datetime(1970, 1, 1) + timedelta(microseconds=int(local[i]))
        two = [_micros(naive.replace(tzinfo=zone, fold=f)) for f in (0, 1)]
        low[i], high[i] = min(two), max(two)
        back = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=two[0])
        gap[i] = back.astimezone(zone).replace(tzinfo=None) != naive
    return low, high, gap


def read_moments(column: pa.Array, zone: ZoneInfo, *, order: str = "") -> Moments:
    """The times of an Arrow column of text, dates or timestamps.

    ``order`` is ``dmy`` or ``mdy`` where the source's codebook fixes how 03/04/2020 is to
    be read; without it such a date is refused unless it can be read in one way only.
    """
    n = len(column)
    out = Moments(
        np.zeros(n, np.int64),
        np.zeros(n, np.int64),
        np.ones(n, np.bool_),
        np.zeros(n, np.bool_),
        np.zeros(n, np.bool_),
    )
    if pa.types.is_null(column.type):
        return out
    if pa.types.is_date(column.type):
        out.empty = _np(pc.is_null(column))
        days = _np(pc.fill_null(column.cast(pa.date32()).cast(pa.int32()), 0)).astype(np.int64)
        _put_days(out, ~out.empty, days[~out.empty], zone)
    elif pa.types.is_timestamp(column.type):
        out.empty = _np(pc.is_null(column))
        zoned = column.type.tz is not None
        micros = column.cast(pa.timestamp("us", column.type.tz), safe=False).cast(pa.int64())
        values = _np(pc.fill_null(micros, 0))[~out.empty]
        _put_times(out, ~out.empty, values, None if zoned else zone)
    elif pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        _read_text(out, column, zone, order)
    else:
        out.empty = _np(pc.is_null(column))
        out.bad = ~out.empty
        out.why = dict.fromkeys(np.flatnonzero(out.bad).tolist(), f"a number is no time; {_TODO}")
    return out


def _read_text(out: Moments, column: pa.Array, zone: ZoneInfo, order: str) -> None:
    out.empty = _np(pc.equal(column, ""))
    rest = ~out.empty
    for pattern, kind, put in (
        (_DAY, pa.date32(), _put_days),
        (_LOCAL, pa.timestamp("us"), _put_times),
        (_OFFSET, pa.timestamp("us", "UTC"), _put_times),
    ):
        if not rest.any():
            return
        mask = rest & _np(pc.match_substring_regex(column, pattern))
        if not mask.any():
            continue
        try:
            cast = column.filter(pa.array(mask)).cast(kind)
        except pa.ArrowInvalid:  # a 30 February among them: left for the slow reading below
            continue
        whole = pa.int32() if kind == pa.date32() else pa.int64()
        put(out, mask, _np(cast.cast(whole)).astype(np.int64), None if pattern == _OFFSET else zone)
        rest &= ~mask
    _one_by_one(out, rest, column, zone, order)


def _one_by_one(out: Moments, rest: Mask, column: pa.Array, zone: ZoneInfo, order: str) -> None:
    for i in np.flatnonzero(rest):
        at = int(i)
        try:
            low, high, twice = read_moment(column[at].as_py(), str(zone), order)
        except ValueError as error:
            out.bad[at] = True
            out.why[at] = str(error)
        else:
            out.low[at], out.high[at], out.twice[at] = low, high, twice


def _put_days(out: Moments, mask: Mask, days: Instants, zone: ZoneInfo | None) -> None:
    assert zone is not None
    ok = (days >= _FIRST_DAY) & (days < _LAST_DAY)
    out.low[mask] = midnights(np.where(ok, days, 0), zone)
    out.high[mask] = midnights(np.where(ok, days + 1, 0), zone)
    _refuse(out, np.flatnonzero(mask)[~ok], "the year is not between 1900 and 2099; correct it")


def _put_times(out: Moments, mask: Mask, micros: Instants, zone: ZoneInfo | None) -> None:
    ok = (micros >= _FIRST_DAY * DAY_US) & (micros < _LAST_DAY * DAY_US)
    micros = np.where(ok, micros, 0)
    where = np.flatnonzero(mask)
    if zone is None:
        out.low[mask] = out.high[mask] = micros
    else:
        low, high, gap = to_utc(micros, zone)
        out.low[mask], out.high[mask] = low, high
        out.twice[mask] = (low != high) & ~gap
        _refuse(out, where[gap], _skipped(zone))
    _refuse(out, where[~ok], "the year is not between 1900 and 2099; correct it")


def _refuse(out: Moments, rows: npt.NDArray[np.int64], why: str) -> None:
    out.bad[rows] = True
    out.why.update(dict.fromkeys(rows.tolist(), why))


def _skipped(zone: ZoneInfo) -> str:
    return f"the clocks in {zone} skipped this time when they went forward; give its UTC offset"


@lru_cache(maxsize=65_536)
def read_moment(text: str, timezone: str, order: str = "") -> tuple[int, int, bool]:
    """One time of any style: earliest and latest UTC microseconds, and shown twice or not.

    Raises ValueError whose words say what is wrong and what to write instead.
    """
    zone = ZoneInfo(timezone)
    day, clock = _split(text, order)
    if isinstance(day, tuple):  # a month or a year
        first, after = (d.toordinal() - _EPOCH for d in day)
    else:
        first = day.toordinal() - _EPOCH
        after = first + 1
    if not _FIRST_DAY <= first < _LAST_DAY:
        raise ValueError("the year is not between 1900 and 2099; correct it")
    if not clock:
        return midnight(first, zone), midnight(after, zone), False
    if isinstance(day, tuple):
        raise ValueError(f"a time of day needs a whole date; {_TODO}")
    found = re.fullmatch(
        r"(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?\s*([ap]\.?m\.?)?\s*"
        r"(Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?",
        clock,
        re.IGNORECASE,
    )
    if not found:
        raise ValueError(f"this time of day cannot be read; {_TODO}")
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    if found[5]:
        if not 1 <= hour <= 12:
            raise ValueError(f"{hour} is no hour of a 12-hour clock; {_TODO}")
        hour = hour % 12 + (12 if found[5].lower().startswith("p") else 0)
    micros = int(((found[4] or "") + "000000")[:6])
    if (hour, minute, second, micros) == (24, 0, 0, 0):
        first, hour = first + 1, 0
    if hour > 23 or minute > 59 or second > 59:
        raise ValueError(f"there is no such time of day; {_TODO}")
    local = first * DAY_US + ((hour * 60 + minute) * 60 + second) * 1_000_000 + micros
    if found[6]:
        utc = local - _offset(found[6]) * 60_000_000
        return utc, utc, False
    low, high, gap = to_utc(np.array([local]), zone)
    if gap[0]:
        raise ValueError(_skipped(zone))
    return int(low[0]), int(high[0]), bool(low[0] != high[0])


def _offset(text: str) -> int:
    """Minutes east of UTC."""
    if text[0] not in "+-":
        return 0
    digits = text[1:].replace(":", "").ljust(4, "0")
    minutes = int(digits[:2]) * 60 + int(digits[2:])
    if minutes > 14 * 60:
        raise ValueError(f"no place is more than 14 hours from UTC; {_TODO}")
    return minutes if text[0] == "+" else -minutes


_Styles = tuple[tuple[str, Callable[[re.Match[str], str], date | tuple[date, date]]], ...]


def _split(text: str, order: str) -> tuple[date | tuple[date, date], str]:
    """The date (or the first day and the day after of a month or year) and the clock part."""
    for pattern, read in _STYLES:
        if found := re.match(pattern + r"(?=$|[T ,])", text, re.IGNORECASE):
            try:
                return read(found, order), text[found.end() :].strip("T ,")
            except KeyError:
                continue
            except ValueError as error:
                what = str(error)
                if "; " not in what:
                    what = f"there is no such day; {_TODO}"
                raise ValueError(what) from None
    raise ValueError(f"this is no date that can be read; {_TODO}")


def _numbers(found: re.Match[str], order: str) -> date:
    first, second, year = int(found[1]), int(found[2]), int(found[3])
    if order != "mdy" and (order == "dmy" or first > 12 or first == second):
        return date(year, second, first)
    if order == "mdy" or second > 12:
        return date(year, first, second)
    raise ValueError(
        f"{found[0]} can be read as day/month or as month/day; write it as year-month-day, "
        "or set the option dates to dmy or mdy"
    )


def _month(found: re.Match[str], order: str) -> tuple[date, date]:
    year, month = int(found[1]), int(found[2])
    return date(year, month, 1), date(year + month // 12, month % 12 + 1, 1)


def _year(found: re.Match[str], order: str) -> tuple[date, date]:
    return date(int(found[1]), 1, 1), date(int(found[1]) + 1, 1, 1)


_STYLES: _Styles = (
    (r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", lambda m, _: date(int(m[1]), int(m[2]), int(m[3]))),
    (r"(\d{4})(\d{2})(\d{2})", lambda m, _: date(int(m[1]), int(m[2]), int(m[3]))),
    (r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})", _numbers),
    (
        r"(\d{1,2})[- ]([a-z]+)\.?[- ,]+(\d{4})",
        lambda m, _: date(int(m[3]), _MONTHS[m[2].lower()], int(m[1])),
    ),
    (
        r"([a-z]+)\.? (\d{1,2}),? (\d{4})",
        lambda m, _: date(int(m[3]), _MONTHS[m[1].lower()], int(m[2])),
    ),
    (r"(\d{4})-(\d{2})", _month),
    (r"(\d{4})", _year),
)


def _np(array: pa.Array) -> Any:
    return array.to_numpy(zero_copy_only=False)

"""Anchor what is said on the calendar: publication day, tense, the day spoken of before."""

import calendar
import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from truceline.reading.names.places import zone_offset, zones_named
from truceline.reading.times.clock import Clock, as_delta, offset_from_pair, offset_text
from truceline.reading.times.dates_said import Day
from truceline.reading.times.lengths import Length, month_end, shift
from truceline.reading.times.pairing import Said
from truceline.reading.times.tense import tense_at


@dataclass(slots=True)
class Calendar:
    """What the document gives to anchor on. ``zone``: the one IANA zone it is about, or None."""

    published: date | None
    zone: str | None = None
    day: date | None = None  # the day last spoken of
    inforce_day: date | None = None
    mismatches: list[tuple[int, int, str, str]] = field(default_factory=list)
    force: str | None = None  # the entry into force
    signed: str | None = None  # the day or moment of the signature
    letters: dict[str, str] = field(default_factory=dict)  # "d": the date of D-day
    last: str | None = None  # the moment last spoken of
    hour: str | None = None  # the last one with a clock
    spell: "Length | None" = None  # the length of time last spoken of
    stretch: "list[Moment]" = field(default_factory=list)  # the last stretch of days: start, end
    history: bool = False  # it tells of years long past, and its days are of those
    formal: bool = False  # the text of an agreement: its times lie ahead
    headed: bool = False  # the day spoken of stands over what is read


@dataclass(frozen=True, slots=True)
class Moment:
    """An anchored date or moment. ``iso`` is None where nothing anchors it."""

    said: Said
    iso: str | None
    date: date | None
    readings: tuple[str, ...] = ()
    note: str | None = None
    sure: float = 0.95


def _nth_weekday(year: int, month: int, nth: int, weekday: int) -> date:
    if nth > 0:
        first = date(year, month, 1)
        return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))
    last = date(year, month, calendar.monthrange(year, month)[1])
    return last - timedelta(days=(last.weekday() - weekday) % 7)


_WAS_TO = re.compile(r"\b(?:would|was to|were to|should have|had to|had (?:\w+ly )?[a-z]+ed)\b")
_WILL = re.compile(
    r"\b(?:will|shall|must|(?:is|are|were|was) (?:to|due|set|scheduled|expected)|would|starting|beginning|begins?|starts?|takes|comes|enters|goes|opens)\b"
)


def _weekday(base: date, weekday: int, mod: str | None, tense: str, *, told: bool) -> date:
    back = (base.weekday() - weekday) % 7
    if mod is None and back == 1 and told:
        return base - timedelta(days=1)  # "it would cease on Friday", told on Saturday
    if mod == "last":
        return base - timedelta(days=back or 7)
    if mod == "next":
        ahead = (weekday - base.weekday()) % 7
        return base + timedelta(days=ahead if ahead > 1 else ahead + 7)
    if mod == "this":
        if tense == "past":
            return base - timedelta(days=back)
        return base + timedelta(days=(weekday - base.weekday()) % 7)
    if back == 0:
        return base
    return base - timedelta(days=back) if tense == "past" else base + timedelta(days=7 - back)


def _safe(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _likeliest(days: list[date], base: date, tense: str) -> date:
    """The day nearest to ``base``, one that the tense speaks against being the farther; most of all
    where a deadline ("ahead") is looked for."""
    against = {"none": 0, "ahead": 250, "past": 230}.get(tense, 170)
    return min(
        days,
        key=lambda d: (
            abs((d - base).days)
            + (against if (tense == "past") != (d <= base) and d != base else 0)
        ),
    )


def day_of(
    spec: Day | None,
    cal: Calendar,
    tense: str,
    *,
    role: str = "at",
    told: bool = False,
    beside: bool = False,
) -> tuple[date | None, str | None]:
    """The day, and ``YYYY-MM`` where only a month is said. ``told``: what was to be is told."""
    base = cal.published or cal.day
    if spec is None:
        return None, None
    kind = spec[0]
    if kind in ("date", "month", "monthend", "nth"):
        recent = base is not None and cal.day is not None and (base - cal.day).days < 3650
        if cal.day and cal.history and not (recent and tense == "future"):
            base = cal.day
        if isinstance(spec[1], str) and base:
            spoken = cal.day or base
            years = {"next": base.year + 1, "this": base.year, "that": spoken.year}
            spec = (kind, years[spec[1]], *spec[2:])
    if kind == "date":
        _, year, month, day = spec
        if isinstance(year, int):
            return _safe(year, month, day), None
        if base is None:
            return None, None
        near = [d for y in (base.year - 1, base.year, base.year + 1) if (d := _safe(y, month, day))]
        if not near:
            return None, None
        ahead = tense == "future" and (cal.formal or role in ("due", "until", "between"))
        return _likeliest(near, base, "ahead" if ahead else tense), None
    if kind in ("month", "monthend", "nth"):
        year, month = spec[1], spec[2]
        if not isinstance(year, int):
            if base is None:
                return None, None
            year = base.year
            if tense == "past" and month > base.month:
                year -= 1
            if tense == "future" and month < base.month:
                year += 1
            if tense == "none" and base.month - month > 6:
                year += 1
        if kind == "nth":
            return _nth_weekday(year, month, spec[3], spec[4]), None
        if kind == "monthend":
            return date(year, month, calendar.monthrange(year, month)[1]), None
        return None, f"{year:04d}-{month:02d}"
    if base is None:
        return None, None
    if kind == "weekday":
        weekday, mod = spec[1], spec[2]
        said = mod if isinstance(mod, str) else None
        if beside:  # "02:00 (23:00 GMT Thursday)": the nearest one
            away = (weekday - base.weekday() + 3) % 7 - 3
            return base + timedelta(days=away), None
        return _weekday(base, weekday, said, tense, told=told), None
    if kind == "end":
        if spec[1] == "year":
            return _safe(base.year + spec[2], 12, 31), None
        total = base.year * 12 + base.month - 1 + spec[2]
        year, month = divmod(total, 12)
        return date(year, month + 1, calendar.monthrange(year, month + 1)[1]), None
    if kind == "rel":
        return base + timedelta(days=spec[1]), None
    if kind == "after":
        return ((cal.day or base) + timedelta(days=spec[1])), None
    if kind == "weekend":
        if spec[1] == "last":
            return base - timedelta(days=(base.weekday() - 5) % 7 or 7), None
        return base + timedelta(days=(5 - base.weekday()) % 7), None
    if kind == "dom":
        far = 400 if cal.formal or cal.history else 60
        if cal.day and abs((cal.day - base).days) < far:
            past = cal.published is not None and (cal.published - cal.day).days > 20
            base = base if past and tense == "future" and not cal.history else cal.day
        near_to = base
        some: list[tuple[int, date]] = []
        for move in (0, 1, -1):
            year, month = divmod(base.year * 12 + base.month - 1 + move, 12)
            found = _safe(year, month + 1, spec[1])
            if found:
                wrong = found > near_to if tense == "past" else found < near_to
                some.append((abs((found - near_to).days) + (20 if wrong else 0), found))
        return (min(some)[1] if some else None), None
    return None, None


def count_of(spec: Day, cal: Calendar) -> str | None:
    """The moment, or the day, that a day of these kinds means; None where nothing dates it."""
    if spec[1] == "force":
        return cal.force[:10] if cal.force and spec[2] == "day" else cal.force
    if spec[0] == "event":
        return shift(cal.signed[:10], "P1D") if cal.signed and len(spec) > 2 else cal.signed
    if spec[0] == "that":
        if spec[1] == "hour" and cal.hour:
            return cal.hour
        return cal.last[:10] if cal.last and spec[1] == "day" else cal.last
    base = cal.letters.get(spec[1])
    if base is None:
        return None
    if len(spec) > 4:
        return base
    if spec[3]:
        return shift(base, f"PT{spec[3]}H")
    return shift(base[:10], f"P{spec[2]}D")


def _edge_of_month(month: str, role: str, before: str) -> date | None:
    """The first day of a month from which something is to be, the last one by which it is."""
    year, number = int(month[:4]), int(month[5:])
    if role == "start":
        return date(year, number, 1)
    if role == "due" and not before.rstrip().endswith("before"):
        return date.fromisoformat(month_end(month))
    return None


_STOPS_AT = re.compile(
    r"\b(?:cease|stop|halt)(?:s|ped|ed)?(?: at)?(?: (?:one|a) (?:minute|second) to)?\s*$"
)


_ENDED_AT = re.compile(
    r"\b(?:hostilities|fighting|fire|firing|war|shooting)\b[^,;]{0,30}\bended at\s*$"
)
_STAMP = re.compile(r"\s*(\d{1,2})[:.h](\d\d)\b")


def _is_over(day: date, cal: Calendar, clock: Clock, tense: str, text: str, place: int) -> bool:
    """Whether an hour that lies ahead is over on the day of publication: "starting at one minute past
    midnight", told in the day; "will end at four in the morning", in the entry of 21:40.
    """
    if tense != "future" or day != cal.published or clock.midnight or place < 4:
        return False
    if clock.hour == 0 and "midnight" in text[place : place + 40]:
        return True
    stamp = _STAMP.match(text)
    return stamp is not None and int(stamp[1]) >= 12 and clock.hour < 6


def anchor(said: Said, cal: Calendar, text: str, offset: int) -> Moment:
    """The moment that ``said`` means. ``text``: the lower-case sentence at ``offset``."""
    tense = tense_at(text, said.start - offset, said.role, formal=cal.formal)
    told = tense == "future" and (
        _WAS_TO.search(text, 0, said.start - offset) is not None
        or (said.role in ("start", "at") and said.clock is not None and _WILL.search(text) is None)
    )
    place = said.start - offset
    beside = said.clock is not None and place > 0 and text[place - 1] == "("
    day, month = day_of(said.day, cal, tense, role=said.role, told=told, beside=beside)
    note: str | None = None
    readings: tuple[str, ...] = ()
    sure = 0.95
    if day and said.weekday is not None and day.weekday() != said.weekday:
        names = calendar.day_name
        cal.mismatches.append(
            (
                said.start,
                said.end,
                f"{day.isoformat()} was a {names[day.weekday()]}, not a {names[said.weekday]}",
                names[day.weekday()],
            )
        )
        sure = 0.6
    clock = said.clock
    if said.day is not None and said.day[0] in ("count", "event", "that"):
        counted = count_of(said.day, cal)
        day = date.fromisoformat(counted[:10]) if counted else None
        if clock is None or day is None:
            return Moment(said, counted, day, sure=0.85)
    if clock is None and month is not None and said.part == "mid":
        day = date(int(month[:4]), int(month[5:]), 15)
    if clock is None:
        if month is not None and day is None:
            day = _edge_of_month(month, said.role, text[: said.start - offset])
        if day is None:
            return Moment(said, month, None, sure=0.7)
        return Moment(
            said,
            day.isoformat(),
            day,
            sure=sure if said.day and said.day[0] == "date" and said.day[1] else sure - 0.05,
        )
    if day is None and said.day is None:
        # A clock alone: the day spoken of, else the day of publication.
        day = cal.day or cal.published
        if day and cal.published and day < cal.published and tense == "future" and not cal.headed:
            day = cal.published
        told_of = tense == "past" or place < 4  # an hour that is past, or an entry's own
        if day and cal.published and day > cal.published and told_of and not cal.formal:
            day = cal.published
        note, sure = "no day is named beside the clock; taken from the day spoken of", 0.6
        ends = said.role in ("due", "until") or (tense == "future" and not cal.headed)
        late = clock.midnight and cal.day is not None and ends
        if day and (late or _is_over(day, cal, clock, tense, text, place)):
            day += timedelta(days=1)
        elif clock.midnight and cal.published and not cal.day:
            day = cal.published + timedelta(days=1) if tense == "future" else cal.published
    if day is None:
        return Moment(said, None, None, note="no day can be anchored", sure=0.4)
    at = datetime(day.year, day.month, day.day, clock.hour, clock.minute)
    today = said.lent and day is not None and cal.published is not None and day <= cal.published
    night = said.part == "night" and said.day is not None and said.day[0] in ("rel", "weekday")
    loose = said.day is not None and said.day[0] in ("weekday", "rel")
    early = (
        ((today and loose) or night) and clock.hour == 0 and clock.minute < 2 and not clock.midnight
    )
    if clock.next_day or (early and (tense == "future" or (night and tense != "past"))):
        at += timedelta(days=1)
    ambiguous = clock.midnight and said.part != "between"
    if said.part == "between":
        # midnight between A and B: the day is the second's
        pass
    if ambiguous and said.day is not None:
        first, second = at, at + timedelta(days=1)
        choose_later = said.role in ("until", "due") or said.part in ("night", "tonight")
        if said.day[0] == "rel" and said.day[1] == 0 and said.role != "until":
            choose_later = tense == "future"
        if today and (tense == "future" or said.role == "start"):
            choose_later = True  # "signed on Saturday a truce that holds from midnight"
        if said.role == "at" and said.day[0] == "date" and _STOPS_AT.search(text[:place]):
            choose_later = True  # "fire stops at midnight on 28 December"
        if said.day in (("after", 0), ("that", "day")) and said.role in ("start", "at"):
            choose_later = True  # "signed on 3 May, effective the same day at midnight"
        if said.weekday is not None and (day.weekday() - said.weekday) % 7 == 1:
            choose_later = False  # "at midnight on Monday night, 18 December", a Tuesday
        if said.role == "until" and said.day[0] == "date" and _ENDED_AT.search(text[:place]):
            choose_later = False  # "hostilities ended at midnight on 10 November"
        if clock.twelve:
            choose_later = True  # "12 midnight on 20 July"
        if said.day[0] == "rel" and said.day[1] > 0:
            choose_later = True  # "midnight tomorrow"
        if said.day[0] == "weekday" and cal.inforce_day != day:
            choose_later = True  # "midnight Friday" in the news ends Friday
        at = second if choose_later else first
        readings = tuple(f"{x.date().isoformat()}T{x:%H:%M}" for x in (first, second))
        sure = min(sure, 0.75)
    text_iso = f"{at.date().isoformat()}T{at:%H:%M}"
    minutes = None
    if isinstance(clock.zone, int):
        minutes = clock.zone
    elif clock.other is not None and offset_from_pair(clock) is not None:
        minutes = offset_from_pair(clock)
    elif isinstance(clock.zone, str) and clock.zone != "local":
        named = zones_named(clock.zone)
        minutes = zone_offset(named, at) if named else None
    elif cal.zone is not None:
        minutes = zone_offset(cal.zone, at)
    if minutes is not None:
        text_iso += offset_text(minutes)
        readings = tuple(r + offset_text(minutes) for r in readings)
    return Moment(said, text_iso, day, readings, note, sure)


def utc_of(text: str) -> datetime | None:
    """The UTC moment of ISO text with an offset, as a naive datetime; None without one."""
    match = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d)([+-])(\d\d):(\d\d)", text)
    if not match:
        return None
    minutes = (int(match[3]) * 60 + int(match[4])) * (1 if match[2] == "+" else -1)
    return datetime.fromisoformat(match[1]) - as_delta(minutes)

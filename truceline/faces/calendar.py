"""An agreement's dates as iCalendar (RFC 5545), for any calendar program.

A day is an all-day entry, a moment is in UTC; what comes every day at a local hour carries its
VTIMEZONE, so that summer time is kept. An entry keeps its UID when its date is corrected, so
that another import moves it; what an amendment replaces is cancelled. The same agreement gives the same bytes: DTSTAMP is the
day of its latest text, not of the export.
"""

import uuid
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Event, vRecur

from truceline.model.agreement import Agreement
from truceline.monitor.obligations.calendar import Entry, Repeat, entries
from truceline.version import __version__

_SPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "truceline.invalid")
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
# How long before an alarm rings: for a day, nine in the morning a week and a day before it.
_ALARMS_DAY = (timedelta(days=-6, hours=-15), timedelta(hours=-15))
_ALARMS_MOMENT = (timedelta(days=-7), timedelta(days=-1))


def calendar(agreement: Agreement) -> bytes:
    """The calendar as UTF-8 bytes with CRLF line ends, lines folded at 75 octets."""
    made = Calendar()
    made.add("prodid", f"-//Truceline//Truceline {__version__}//EN")
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    name = f"{'SIMULATED: ' if agreement.simulated else ''}{agreement.title}"
    made.add("name", name)  # RFC 7986
    made.add("x-wr-calname", name)
    stamp = _stamp(agreement)
    for entry in entries(agreement):
        made.add_component(_event(agreement, entry, stamp))
    first = min((d for e in made.events if (d := _day(e.start))), default=date(1970, 1, 1))
    made.add_missing_timezones(first_date=first.replace(month=1, day=1))
    return bytes(made.to_ical())


def _day(moment: date | datetime) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def uid_of(agreement: str, key: str) -> str:
    """The UID of an entry: the same for the same agreement and key, for ever."""
    return str(uuid.uuid5(_SPACE, f"{agreement}/{key}"))


def _stamp(agreement: Agreement) -> datetime:
    """When the text got its present form: its signature or its latest amendment."""
    days = [w for w in (agreement.signed, *(a.date for a in agreement.amendments)) if w is not None]
    days += [s.date for s in agreement.sources if s.date is not None and agreement.signed is None]
    latest = max((w.start(agreement.tz).astimezone(UTC) for w in days), default=None)
    return latest or datetime(1970, 1, 1, tzinfo=UTC)


def _event(agreement: Agreement, entry: Entry, stamp: datetime) -> Event:
    event = Event()
    event.add("uid", uid_of(agreement.agreement, entry.key))
    event.add("dtstamp", stamp)
    mark = "SIMULATED: " if agreement.simulated else ""
    event.add("summary", mark + entry.title)
    event.add("description", "\n".join((*entry.details, f"{agreement.title} (Truceline)")))
    event.add("categories", [entry.kind])
    event.add("transp", "TRANSPARENT")
    event.add("class", "PRIVATE")
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    if entry.first is not None:
        event.add("dtstart", entry.first)
        if entry.last is not None and entry.last > entry.first:
            event.add("dtend", entry.last + timedelta(days=1))
    else:
        assert entry.start is not None
        start, end = _clocked(entry, entry.start), _clocked(entry, entry.end or entry.start)
        event.add("dtstart", start)
        if end > start:
            event.add("dtend", end)
    if entry.repeat is not None:
        _repeat(event, entry, entry.repeat)
    if not entry.cancelled:
        for before in _alarms(entry):
            alarm = Alarm()
            alarm.add("action", "DISPLAY")
            alarm.add("description", mark + entry.title)
            alarm.add("trigger", before)
            event.add_component(alarm)
    return event


def _clocked(entry: Entry, moment: datetime) -> datetime:
    """In UTC; on its own clock where it comes again in days of that clock."""
    repeat = entry.repeat
    own = repeat is not None and not repeat.every.of_clock and isinstance(moment.tzinfo, ZoneInfo)
    return moment if own else moment.astimezone(UTC)


def _alarms(entry: Entry) -> tuple[timedelta, ...]:
    every = _ALARMS_DAY if entry.first is not None else _ALARMS_MOMENT
    if entry.repeat is not None:
        length = entry.repeat.every
        if not (length.months or length.days):
            return (timedelta(minutes=-15),)
        return (every[1],) if length.months or length.days > 1 else (timedelta(minutes=-15),)
    return every if entry.kind in ("deadline", "term") else every[1:]


def _repeat(event: Event, entry: Entry, repeat: Repeat) -> None:
    length = repeat.every
    rule: dict[str, object] = {}
    if length.months and not (length.days or length.seconds):
        rule |= _monthly(entry, length.months)
    elif length.days and not (length.months or length.seconds):
        weeks = length.days % 7 == 0 and not repeat.working
        rule["FREQ"] = "WEEKLY" if weeks else "DAILY"
        rule["INTERVAL"] = length.days // 7 if weeks else length.days
        if repeat.working:
            rule["BYDAY"] = [_DAYS[n] for n in repeat.working]
    elif length.seconds and not (length.months or length.days):
        for name, unit in (("HOURLY", 3600), ("MINUTELY", 60), ("SECONDLY", 1)):
            if length.seconds % unit == 0:
                rule |= {"FREQ": name, "INTERVAL": length.seconds // unit}
                break
    else:
        _dates(event, entry, repeat)
        return
    if repeat.until is not None:
        last = repeat.until
        rule["UNTIL"] = last.date() if entry.first is not None else last.astimezone(UTC)
    event.add("rrule", vRecur(rule))
    for day in repeat.but:
        if entry.first is not None and day >= entry.first:
            event.add("exdate", day)


def _monthly(entry: Entry, months: int) -> dict[str, object]:
    """Every so many months, on the last day where a month lacks the day (ETS 76, article 4)."""
    start = entry.first or (entry.start.date() if entry.start is not None else None)
    assert start is not None
    yearly = months % 12 == 0
    rule: dict[str, object] = {
        "FREQ": "YEARLY" if yearly else "MONTHLY",
        "INTERVAL": months // 12 if yearly else months,
    }
    if start.day > 28:
        rule |= {"BYMONTHDAY": list(range(28, start.day + 1)), "BYSETPOS": -1}
        if yearly:
            rule["BYMONTH"] = start.month
    return rule


def _dates(event: Event, entry: Entry, repeat: Repeat) -> None:
    """A rhythm that no rule says (P1M10D): its dates, up to two hundred."""
    at = entry.start or datetime.combine(entry.first or date.min, time(0), UTC)
    found = []
    for k in range(1, 200):
        moment = repeat.every.times(k).after(at)
        if repeat.until is not None and moment.astimezone(UTC) > repeat.until.astimezone(UTC):
            break
        found.append(moment.date() if entry.first is not None else moment.astimezone(UTC))
    if found:
        event.add("rdate", found)

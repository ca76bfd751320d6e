"""iCalendar: what RFC 5545 asks, and what a calendar program reads back."""

import re
from datetime import date, datetime, timedelta

import pytest
from icalendar import Calendar

from truceline.faces.calendar import calendar, uid_of
from truceline.model.agreement import Agreement
from truceline.pipeline.terms import load
from truceline.store import library

NAMES = library.names()


def made(**parts) -> Agreement:
    base = {"agreement": "x", "title": "X", "signed": "2024-03-01", "timezone": "Europe/Kyiv"}
    return Agreement.model_validate(base | parts)


def events(agreement: Agreement) -> dict[str, object]:
    return {str(e["summary"]): e for e in Calendar.from_ical(calendar(agreement)).events}


@pytest.mark.parametrize("name", NAMES)
def test_every_ceasefire_of_the_library_is_a_valid_calendar(name):
    agreement = load(name).agreement
    raw = calendar(agreement)
    assert raw == calendar(agreement)
    text = raw.decode("utf-8")
    lines = text.split("\r\n")
    assert lines[-1] == ""
    assert "\n" not in text.replace("\r\n", "")
    assert max(len(line.encode()) for line in lines) <= 75
    assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", text)
    read = Calendar.from_ical(raw)
    assert read["version"] == "2.0"
    assert read["prodid"]
    assert not read.errors
    uids = [str(e["uid"]) for e in read.events]
    assert uids
    assert len(set(uids)) == len(uids)
    zones = {str(z["tzid"]) for z in read.timezones}
    for event in read.events:
        assert not event.errors
        assert event["dtstamp"].dt.utcoffset() == timedelta(0)
        assert event["summary"]
        start, end = event["dtstart"], event.get("dtend")
        if isinstance(start.dt, datetime):
            assert start.dt.utcoffset() is not None
            assert start.params.get("tzid") is None or start.params["tzid"] in zones
        else:
            assert start.params["value"] == "DATE"
        if end is not None:
            assert type(end.dt) is type(start.dt)
            assert end.dt > start.dt
        if "rrule" in event and "UNTIL" in event["rrule"]:
            (until,) = event["rrule"]["UNTIL"]
            assert isinstance(until, datetime) == isinstance(start.dt, datetime)
        cancelled = event["status"] == "CANCELLED"
        assert bool(event.alarms.times) != cancelled
        for alarm in event.walk("VALARM"):
            assert alarm["action"] == "DISPLAY"
            assert alarm["description"]
            assert alarm["trigger"].dt < timedelta(0)
    needed = {p for e in read.events for p in [e["dtstart"].params.get("tzid")] if p}
    assert zones == needed


def test_both_readings_are_entries_of_their_own():
    found = events(load("idlib-2020").agreement)
    due = {s: e["dtstart"].dt for s, e in found.items() if s.startswith("Due: agree")}
    assert sorted(due.values()) == [date(2020, 3, 12), date(2020, 3, 13)]
    assert all("reading" in s for s in due)
    assert len([s for s in found if s.startswith("Cessation start")]) == 2


def test_a_deadline_put_off_is_cancelled_and_the_new_one_stands():
    found = events(load("karabakh-2020").agreement)
    old = found["Replaced: Due: hand over Kalbajar district (point-6-kalbajar)"]
    new = found["Due: hand over Kalbajar district (point-6-kalbajar@2020-11-15)"]
    assert (old["status"], old["dtstart"].dt) == ("CANCELLED", date(2020, 11, 15))
    assert (new["status"], new["dtstart"].dt) == ("CONFIRMED", date(2020, 11, 25))
    term = next(e for s, e in found.items() if s.startswith("Last day for notice"))
    assert term["dtstart"].dt == date(2025, 5, 9)


def test_a_daily_pause_keeps_its_hour_over_summer_time():
    raw = calendar(load("eastern-ghouta-2018").agreement)
    event = next(e for e in Calendar.from_ical(raw).events if "Each day" in str(e["summary"]))
    assert event["dtstart"].params["tzid"] == "Asia/Damascus"
    assert (event["dtstart"].dt.hour, event["dtend"].dt.hour) == (9, 14)
    assert event["rrule"]["FREQ"] == ["DAILY"]
    assert event["rrule"]["UNTIL"][0].date() == date(2018, 4, 14)


def test_a_uid_stays_when_the_date_is_corrected():
    a, b = (
        made(provisions=[{"id": "p", "requires": "x", "by-date": day}])
        for day in ("2024-04-01", "2024-04-02")
    )
    one, other = (events(x)["Due: x (p)"] for x in (a, b))
    assert one["uid"] == other["uid"] == uid_of("x", "p/due")
    assert one["dtstart"].dt != other["dtstart"].dt


def test_rhythms_as_rules():
    agreement = made(
        weekend=["saturday", "sunday"],
        calendar=["2024-03-08"],
        provisions=[
            {
                "id": "w",
                "requires": "meet",
                "from": "2024-03-04",
                "every": "P1W",
                "until": "2024-04-07",
            },
            {"id": "m", "requires": "report", "from": "2024-02-01", "every": "P1M"},
            {
                "id": "d",
                "requires": "call",
                "from": "2024-03-02",
                "every": "P1D",
                "days": "working",
            },
            {"id": "h", "requires": "ring", "from": "2024-03-04", "every": "PT12H"},
            {
                "id": "o",
                "requires": "rest",
                "from": "2024-03-04",
                "every": "P1M10D",
                "until": "2024-08-01",
            },
        ],
    )
    found = events(agreement)
    week = found["Due: meet (w)"]
    assert week["dtstart"].dt == date(2024, 3, 10)
    assert week["rrule"]["UNTIL"] == [date(2024, 4, 7)]
    month = found["Due: report (m)"]
    assert month["dtstart"].dt == date(2024, 2, 29)
    assert month["rrule"]["BYSETPOS"] == [-1]
    day = found["Due: call (d)"]
    assert day["dtstart"].dt == date(2024, 3, 4)
    assert day["rrule"]["BYDAY"] == ["MO", "TU", "WE", "TH", "FR"]
    assert [x.dt for x in day["exdate"].dts] == [date(2024, 3, 8)]
    assert found["Due: ring (h)"]["rrule"]["FREQ"] == ["HOURLY"]
    assert found["Due: rest (o)"]["rdate"].dts[0].dt == date(2024, 5, 23)


def test_what_a_text_says_cannot_break_a_line():
    sly = "x\r\nEND:VEVENT\r\nBEGIN:VEVENT;,\\ «قصف» \u2028"
    agreement = made(provisions=[{"id": "p", "requires": sly, "by-date": "2024-04-01"}])
    read = Calendar.from_ical(calendar(agreement))
    assert len(read.events) == 2
    assert any("قصف" in str(e["summary"]) for e in read.events)


def test_what_is_simulated_says_so_in_every_entry():
    agreement = made(
        simulated=True,
        provisions=[{"id": "p", "requires": "x", "within": "P1D", "after": "signature"}],
    )
    assert all(s.startswith("SIMULATED: ") for s in events(agreement))

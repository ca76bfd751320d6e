"""What the moments of one sentence say of each other: stretches, twins on another clock."""

import re
from dataclasses import replace
from datetime import datetime, timedelta

from truceline.reading.times.anchoring import Moment, utc_of
from truceline.reading.times.clock import offset_text
from truceline.reading.times.pairing import Said


def not_before(end: Moment, start: Moment) -> Moment:
    """The end of a stretch whose year is not said lies after its start."""
    day = end.said.day
    if (
        start.said.role != "start"
        or None in (start.date, end.date, end.iso)
        or day is None
        or day[:2] != ("date", None)
        or not (end.date and start.date and end.date < start.date)
    ):
        return end
    year = start.date.year + ((end.date.month, end.date.day) < (start.date.month, start.date.day))
    if (end.date.month, end.date.day) == (2, 29):
        return end
    later = end.date.replace(year=year)
    return replace(end, date=later, iso=f"{year}{(end.iso or '')[4:]}")


def begun_before(moments: list[Moment], end: Moment) -> list[Moment]:
    """A stretch told by weekdays begins before it ends: "from 6 p.m. on Saturday to midnight on
    Sunday", told on the Sunday."""
    start = moments[-1] if moments else None
    if start is None or start.said.role != "start" or end.said.role != "until":
        return moments
    day = start.said.day
    if None in (start.date, end.date, start.iso) or not day:
        return moments
    if day[:2] == ("date", None) and start.date and end.date and (end.date - start.date).days > 300:
        if (start.date.month, start.date.day) in ((2, 29), (end.date.month, end.date.day)):
            return moments
        later = start.date.replace(year=start.date.year + 1)
        iso = later.isoformat() + (start.iso or "")[10:]
        return [*moments[:-1], replace(start, date=later, iso=iso)]
    if day[0] != "weekday":
        return moments
    if not (start.date and end.date and end.date < start.date <= end.date + timedelta(days=7)):
        return moments
    date = start.date - timedelta(days=7)
    return [*moments[:-1], replace(start, date=date, iso=date.isoformat() + (start.iso or "")[10:])]


def hours_alone(said: list[Said]) -> bool:
    """Whether a sentence names hours from which to which, and no day."""
    return [s.role for s in said] == ["start", "until"] and not any(s.day for s in said)


_SAME_TIME = re.compile(r"\s*(?:\(|,? (?:which|that) is |/|,? or |,? i\.e\.,? )\s*")


def one_clock(moments: list[Moment], low: str, offset: int) -> None:
    """Join a moment with its twin on another clock: "2 a.m. Friday (2300 GMT Thursday)"."""
    i = 0
    while i + 1 < len(moments):
        first, second = moments[i], moments[i + 1]
        between = low[first.said.end - offset : second.said.start - offset]
        if (
            first.iso
            and second.iso
            and first.said.clock
            and second.said.clock
            and first.said.clock != second.said.clock
            and _SAME_TIME.fullmatch(between)
        ):
            ours, theirs = first.iso[:16], second.iso[:16]
            if len(ours) == len(theirs) == 16:
                if len(first.iso) > 16 and len(second.iso) == 16:
                    del moments[i + 1]
                    continue
                utc = utc_of(second.iso)
                if utc is not None and isinstance(second.said.clock.zone, int):
                    gap = (datetime.fromisoformat(ours) - utc).total_seconds() / 60
                    if abs(gap) <= 840 and gap % 15 == 0:
                        moments[i] = replace(first, iso=ours + offset_text(int(gap)), note=None)
                        del moments[i + 1]
                        continue
        i += 1

"""The page on patrols: weeks and districts for anyone, runs and gaps for who is cleared.

Patrols were bombed and attacked. So what is planned, what is under way, where nobody went
and who watches is closed unless the field ``patrols`` is cleared, and held back for a stated
number of days even then. The page plans no route and draws no way to come.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import shapely
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from truceline.faces.clearance import FIELDS, WITHHELD, Clearance
from truceline.faces.patrols.strip import age_strip, route_strip
from truceline.model.patrol import OUTCOMES, Announced, Patrol
from truceline.model.watch import Watch
from truceline.monitor.patrols.ledger import Seen, counted, last_seen, weeks
from truceline.pipeline.patrols import PatrolReport
from truceline.pipeline.patrols_case import watch_weeks
from truceline.pipeline.terms import Terms
from truceline.version import __version__

FIELD = "patrols"
_WORDS = {
    "done": "done",
    "cut-short": "cut short",
    "attacked": "attacked",
    "bombed": "bombed",
    "cancelled": "cancelled",
    "not-said": "outcome not said",
}
_COARSE = 0.1  # shares of the watch are rounded to a tenth where it is closed
_DISTRICT = 2  # the admin level that the open page names


@dataclass(frozen=True)
class _Cut:
    """What may be shown: ended before ``until``; the weeks before it, whole."""

    until: datetime
    last_day: date
    open: bool


def page(
    terms: Terms,
    report: PatrolReport | None,
    ledger: Sequence[Announced],
    watches: Sequence[Watch],
    *,
    on: datetime,
    clearance: str = "open",
    delay_days: int = 14,
) -> str:
    """The page as HTML text, to be written as UTF-8.

    Args:
        terms: the agreement.
        report: patrols of tracks; None where the agreement has no route.
        ledger: announced patrols.
        watches: who could see where and when.
        on: the moment the page is made for.
        clearance: ``open``, ``cleared``, or fields of ``faces.clearance`` with ``patrols``.
        delay_days: what ended later than so many days before ``on`` is not on the page.

    Raises:
        ValueError: an unknown clearance.
    """
    cleared = Clearance.parse(clearance)
    is_open = FIELD not in cleared.cleared
    until = on - timedelta(days=delay_days)
    monday = until.date() - timedelta(days=until.weekday())
    cut = _Cut(until, monday - timedelta(days=1) if is_open else until.date(), is_open)
    shown = _shown(report.patrols if report else (), cut)
    said = [
        _cleared(r, cleared) for r in ledger if not (r.planned and is_open) and _is_past(r, cut)
    ]
    held = sum(not r.planned and not _is_past(r, cut) for r in ledger)
    route_km = report.way.posts.length_m / 1000 if report else 0.0
    ages = last_seen(shown, route_km, until) if report and not is_open else []
    context = {
        "agreement": terms.agreement,
        "simulated": terms.agreement.simulated,
        "open": is_open,
        "delay_days": delay_days,
        "until": cut.last_day,
        "held": held,
        "field": FIELDS[FIELD],
        "route": report.way if report else None,
        "route_km": route_km,
        "patrols": [] if is_open else shown,
        "tracked": len(shown),
        "joint": sum(p.joint for p in shown),
        "weeks": _weeks(terms, report, said, shown, cut),
        "words": _WORDS,
        "outcomes": OUTCOMES,
        "strip": Markup(route_strip(shown, route_km)) if shown and not is_open else None,  # noqa: S704 - made from numbers
        "ages": Markup(age_strip(ages)) if ages else None,  # noqa: S704 - made from numbers
        "age_rows": _age_rows(ages),
        "ledger": said,
        "count": counted(said),
        "watch": _watch(terms, watches, cut),
        "watch_known": bool(watches),
        "warnings": report.warnings if report and not is_open else (),
        "version": __version__,
        "style": Markup(_style()),  # noqa: S704 - our own file
    }
    return _environment().get_template("patrols.html").render(context)


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("truceline.faces", "page"), autoescape=True, undefined=StrictUndefined
    )


@cache
def _style() -> str:
    return resources.files("truceline.faces").joinpath("page", "page.css").read_text("utf-8")


def _shown(patrols: Sequence[Patrol], cut: _Cut) -> list[Patrol]:
    """Those that ended long enough ago. Without times nobody can say so: they are held back."""
    return [
        p
        for p in patrols
        if p.end is not None and p.end <= cut.until and p.end.date() <= cut.last_day
    ]


def _is_past(row: Announced, cut: _Cut) -> bool:
    return row.on is None or row.on <= cut.last_day or (row.planned and not cut.open)


def _cleared(row: Announced, clearance: Clearance) -> Announced:
    """The row without what is closed: who said it and who counted, and their words."""
    closed: dict[str, Any] = {}
    if "source" not in clearance.cleared:
        closed["source"] = WITHHELD if row.source else ""
        closed["numbers"] = tuple(n.model_copy(update={"by": ""}) for n in row.numbers)
    if "text" not in clearance.cleared:
        closed |= {"said": "", "note": ""}
    return row.model_copy(update=closed)


def _weeks(
    terms: Terms,
    report: PatrolReport | None,
    said: Sequence[Announced],
    shown: Sequence[Patrol],
    cut: _Cut,
) -> list[dict[str, Any]]:
    """A row for each week from the provision's first to the last that may be shown."""
    days = [r.on for r in said if r.on] + [p.start.date() for p in shown if p.start]
    since = report.way.since if report else None
    if since is not None:
        days.append(since.astimezone(terms.agreement.tz).date())
    if not days:
        return []
    last = max(d for d in days)
    rows = []
    for week in weeks(said, shown, min(days), min(max(last, min(days)), cut.last_day)):
        own = [p for p in shown if p.start and 0 <= (p.start.date() - week.monday).days < 7]
        rows.append(
            {
                "monday": week.monday,
                "planned": week.planned,
                "outcomes": week.outcomes,
                "reported": week.reported,
                "tracked": week.tracked,
                "joint": week.joint,
                "joint_km": week.joint_km,
                "share": _share(own),
                "districts": _districts(terms, report, own),
            }
        )
    return rows


def _share(own: Sequence[Patrol]) -> str:
    covered = sum(p.covered_km for p in own)
    return f"{sum(p.joint_km for p in own) / covered:.0%}" if covered else ""


def _districts(terms: Terms, report: PatrolReport | None, own: Sequence[Patrol]) -> str:
    """The districts that a week's patrols passed, by name."""
    if report is None or not own:
        return ""
    units = [u for u in terms.units if u.level == _DISTRICT]
    if not units:
        return "no district boundaries at hand"
    at = [np.arange(s.from_km * 1000, s.to_km * 1000 + 1, 1000.0) for p in own for s in p.covered]
    if not at:
        return ""
    places = report.way.posts.places(np.concatenate(at))
    found = [
        u.names[0]
        for u in units
        if shapely.contains_xy(u.polygon, places[:, 0], places[:, 1]).any()
    ]
    return ", ".join(sorted(found))


def _age_rows(ages: Sequence[Seen]) -> list[dict[str, Any]]:
    """Neighbouring kilometres that were last seen together as one row."""
    rows: list[dict[str, Any]] = []
    for seen in ages:
        if rows and rows[-1]["last"] == seen.last:
            rows[-1]["to_km"] = seen.to_km
        else:
            rows.append(
                {
                    "from_km": seen.from_km,
                    "to_km": seen.to_km,
                    "last": seen.last,
                    "days": seen.days,
                }
            )
    return rows


def _watch(terms: Terms, watches: Sequence[Watch], cut: _Cut) -> list[dict[str, Any]]:
    """Each zone's weeks; where the watch is closed, in tenths and without its means."""
    rows = []
    for week in watch_weeks(terms, watches):
        if week.monday.date() + timedelta(days=6) > cut.last_day or week.share is None:
            continue
        watched = week.share.watched
        if cut.open:
            said = f"about {round(watched / _COARSE) * _COARSE:.0%}"
            if 0 < watched < _COARSE:
                said = "less than a tenth"
            means = ""
        else:
            said = f"{watched:.1%}"
            means = ", ".join(f"{m} {h:,.0f} h" for m, h in week.share.hours.items())
        rows.append(
            {"zone": week.zone, "monday": week.monday.date(), "watched": said, "means": means}
        )
    return rows

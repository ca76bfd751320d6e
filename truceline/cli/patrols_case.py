"""truceline track / announce / announced / watch: patrols and the watch of a case."""

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from truceline.cli.case import Dir, opened
from truceline.cli.patrols import clocks_of, tracks_of, zone_of
from truceline.cli.talk import cannot_open, data, must_end_in, say, stop
from truceline.faces.patrols.page import page
from truceline.model.patrol import OUTCOMES, Announced
from truceline.model.problem import Problem
from truceline.monitor.patrols.ledger import LedgerCount, counted, weeks
from truceline.pipeline.ingest import Case
from truceline.pipeline.patrols import PatrolReport, RouteQuestionError, TrackRefusedError
from truceline.pipeline.patrols_case import (
    SeriesError,
    WatchTableError,
    add_tracks,
    add_watch,
    case_patrols,
    case_watch,
    library_series,
    watch_weeks,
)
from truceline.pipeline.patrols_case import (
    announce as enter_announced,
)
from truceline.pipeline.patrols_case import (
    announced as ledger_of,
)
from truceline.pipeline.terms import Terms
from truceline.store.errors import CaseError
from truceline.store.library import UnknownAgreementError

_STOPS = (
    RouteQuestionError,
    TrackRefusedError,
    SeriesError,
    WatchTableError,
    CaseError,
    UnknownAgreementError,
)
Who = Annotated[str, typer.Option(help="Who enters it, for the audit log.")]


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    for command in (track, announce, announced, watch):
        app.command()(command)
    app.command("patrol-page")(patrol_page)


def track(
    folder: Dir,
    tracks: Annotated[list[str], typer.Argument(metavar="PARTY=FILE...", help="The tracks.")],
    clock: Annotated[
        list[str] | None, typer.Option(help="PARTY=+3h: that party's clock, entered beside it.")
    ] = None,
    timezone: Annotated[str, typer.Option(help="Of times without an offset in tables.")] = "",
    who: Who = "",
) -> None:
    """Keep patrols' tracks in a case: the originals, and an entry for each."""
    case, terms = opened(folder)
    try:
        done = add_tracks(
            case,
            terms,
            tracks_of(tracks),
            clock=clocks_of(terms, clock or []),
            timezone=zone_of(timezone),
            who=who,
        )
    except _STOPS as error:
        stop(str(error.args[0] if error.args else error))
    except OSError as error:
        stop(cannot_open(error, tracks[0]))
    for one, new in done:
        data(f"{one}{'' if new else ' (already in the case: nothing added)'}")
        _problems(one.problems)


def announce(
    folder: Dir,
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="A table or series (the library's own).")
    ] = None,
    who: Who = "",
) -> None:
    """Enter announced and reported patrols into a case's ledger; disagreeing numbers stay."""
    case, terms = opened(folder)
    try:
        done = enter_announced(case, terms, file, who=who)
    except _STOPS as error:
        stop(str(error.args[0] if error.args else error))
    except OSError as error:
        stop(cannot_open(error, str(file)))
    data(str(done))
    _problems(done.problems)


def announced(
    what: Annotated[str, typer.Argument(metavar="X|DIR", help="An agreement, or a case folder.")],
    by_week: Annotated[
        bool, typer.Option("--weeks", help="A line for each week: reports, and a case's tracks.")
    ] = False,
    provision: Annotated[
        str, typer.Option(help="Which provision, where several name a line.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """The ledger of announced patrols and its counts; where counts disagree, both."""
    report = None
    try:
        if (Path(what) / "case.db").exists():
            case, terms = opened(Path(what))
            rows = [row for _, row in ledger_of(case)]
            report = _report(case, terms, provision) if by_week else None
            note = ""
        else:
            series = library_series(what)
            if series is None:
                stop(f"no announced patrols lie beside {what}; a case keeps its own: announce DIR")
            rows, note = list(series.patrols), series.note
    except _STOPS as error:
        stop(str(error.args[0] if error.args else error))
    except OSError as error:
        stop(cannot_open(error, what))
    if by_week:
        _say_weeks(rows, report)
        return
    count = counted(rows)
    if as_json:
        data(json.dumps(_ledger_json(rows, count, note), ensure_ascii=False, indent=1))
        return
    for row in rows:
        numbers = " or ".join(f"{n.is_}{f' ({n.by})' if n.by else ''}" for n in row.numbers) or "?"
        kind = "planned" if row.planned else row.outcome
        words = "; ".join(w for w in (row.said, row.note) if w)
        data(f"{row.on or 'no date'}\tnumber {numbers}\t{kind}\t{words}".rstrip())
    for name, value in _counts(count):
        data(f"{name}\t{value}")
    if note:
        say(" ".join(note.split()))


def _say_weeks(rows: Sequence[Announced], report: PatrolReport | None) -> None:
    """Planned, each outcome, seen in tracks and joint: every week, the empty ones too."""
    patrols = report.patrols if report else ()
    days = [r.on for r in rows if r.on] + [p.start.date() for p in patrols if p.start]
    since = report.way.since.date() if report and report.way.since else None
    if not days:
        stop("no patrol has a date, so there are no weeks to show")
    data("\t".join(["week", "planned", *OUTCOMES, "in tracks", "joint", "joint km"]))
    for week in weeks(rows, patrols, min([*days, *([since] if since else [])]), max(days)):
        counts = [week.planned, *(week.outcomes.get(o, 0) for o in OUTCOMES)]
        seen = [week.tracked, week.joint, f"{week.joint_km:.1f}"]
        data("\t".join(map(str, [week.monday, *counts, *seen])))


def _counts(count: LedgerCount) -> list[tuple[str, str]]:
    return [
        ("rows", str(count.rows)),
        ("dated", str(count.dated)),
        ("planned", str(count.planned)),
        *((name, str(n)) for name, n in sorted(count.outcomes.items())),
        ("whole route", str(count.whole_route)),
        ("highest number", str(count.highest)),
        ("numbers nobody gave", ", ".join(map(str, count.unseen)) or "none"),
        ("without a number", str(count.unnumbered)),
        ("counts disagree", ", ".join(r.id for r in count.disagreeing) or "none"),
        ("longest time between", f"{count.longest_days} days, {count.from_} to {count.to}"),
    ]


def _ledger_json(rows: Sequence[Announced], count: LedgerCount, note: str) -> dict[str, Any]:
    return {
        "patrols": [{"id": r.id, **r.model_dump(mode="json", by_alias=True)} for r in rows],
        "rows": count.rows,
        "dated": count.dated,
        "planned": count.planned,
        "outcomes": dict(count.outcomes),
        "whole_route": count.whole_route,
        "highest": count.highest,
        "unseen": list(count.unseen),
        "unnumbered": count.unnumbered,
        "disagreeing": [r.id for r in count.disagreeing],
        "longest_days": count.longest_days,
        "note": " ".join(note.split()),
    }


def watch(
    folder: Dir,
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="FILE...", help="Tables of the watch to enter.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    who: Who = "",
) -> None:
    """Enter who could see where and when; then print the shares of zone and time per week."""
    case, terms = opened(folder)
    try:
        for file in files or []:
            done = add_watch(case, terms, file, who=who)
            say(str(done))
            _problems(done.problems)
        weeks = watch_weeks(terms, case_watch(case))
    except _STOPS as error:
        stop(str(error.args[0] if error.args else error))
    except OSError as error:
        stop(cannot_open(error, str((files or [folder])[0])))
    if as_json:
        data(json.dumps([_week_json(w) for w in weeks], ensure_ascii=False))
        return
    for week in weeks:
        share = week.share
        said = (
            "its ground is not known"
            if share is None
            else f"watched {share.watched:.1%}\ttime {share.time:.1%}\tspace {share.space:.1%}"
        )
        data(f"{week.monday.date()}\t{week.zone}\t{said}")
    if not weeks:
        say("no watch is recorded: quiet cannot be told from nobody looking")


def _week_json(week: Any) -> dict[str, Any]:
    share = week.share
    said = (
        {"watched": None, "time": None, "space": None, "hours": {}}
        if share is None
        else {
            "watched": round(share.watched, 4),
            "time": round(share.time, 4),
            "space": round(share.space, 4),
            "hours": {k: round(v, 2) for k, v in share.hours.items()},
        }
    )
    return {"week": week.monday.date().isoformat(), "zone": week.zone, **said}


def patrol_page(
    folder: Dir,
    out: Annotated[Path, typer.Option(help="The page to write: .html")] = Path("patrols.html"),
    clearance: Annotated[
        str, typer.Option(help="'open', 'cleared', or fields: patrols shows the runs.")
    ] = "open",
    delay: Annotated[int, typer.Option(help="Days that runs and watch are held back.", min=0)] = 14,
    provision: Annotated[
        str, typer.Option(help="Which provision, where several name a line.")
    ] = "",
    on: Annotated[str, typer.Option(help="The day it is made for (today).")] = "",
) -> None:
    """Write a page on a case's patrols; runs and gaps are closed unless cleared, and delayed."""
    must_end_in(out, (".html",))
    case, terms = opened(folder)
    try:
        text = page(
            terms,
            _report(case, terms, provision),
            [row for _, row in ledger_of(case)],
            case_watch(case),
            on=_moment(on, terms),
            clearance=clearance,
            delay_days=delay,
        )
        out.write_text(text, encoding="utf-8")
    except _STOPS as error:
        stop(str(error.args[0] if error.args else error))
    except ValueError as error:
        stop(str(error))
    except OSError as error:
        stop(cannot_open(error, str(out)))
    data(f"page\t{out}")


def _report(case: Case, terms: Terms, provision: str) -> PatrolReport | None:
    try:
        return case_patrols(case, terms, provision=provision)
    except RouteQuestionError as error:
        if provision:
            raise
        say(str(error.args[0]))
        return None


def _moment(text: str, terms: Terms) -> datetime:
    zone = terms.agreement.tz
    if not text:
        return datetime.now(zone)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        stop(f"'{text}' is no day or time; write it like 2020-08-31")
    return found if found.tzinfo else found.replace(tzinfo=zone)


def _problems(problems: Sequence[Problem]) -> None:
    for problem in problems[:10]:
        say(f"  {problem}")
    if len(problems) > 10:
        say(f"  … and {len(problems) - 10:,} more")

"""truceline patrols: who moved along the route, when, and where together."""

import json
import re
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from truceline.cli.case import opened
from truceline.cli.talk import cannot_open, data, must_end_in, say, stop, terms_of
from truceline.faces.patrols.tables import write_patrols
from truceline.faces.tables import ENDINGS, write_table
from truceline.model.patrol import PatrolRules
from truceline.model.problem import problem_table
from truceline.pipeline.patrols import (
    PatrolReport,
    RouteQuestionError,
    TrackRefusedError,
    party_named,
)
from truceline.pipeline.patrols import patrols as find
from truceline.pipeline.patrols_case import case_patrols
from truceline.pipeline.terms import Terms
from truceline.store.errors import CaseError

Agreement = Annotated[str, typer.Option(help="A library name or an agreement file.")]


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command()(patrols)


def patrols(
    folder: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="A case folder: its own tracks.")
    ] = None,
    agreement: Agreement = "",
    track: Annotated[
        list[str] | None, typer.Option(help="PARTY=FILE, a track of that party. May be repeated.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Patrols: .json .csv .parquet .geojson (else stdout).")
    ] = None,
    problems: Annotated[Path | None, typer.Option(help="Where to write the problems.")] = None,
    provision: Annotated[
        str, typer.Option(help="Which provision, where several name a line.")
    ] = "",
    route: Annotated[str, typer.Option(help="A line of the agreement, taken whole.")] = "",
    clock: Annotated[
        list[str] | None,
        typer.Option(help="PARTY=+3h: add this to that party's times (h, m, s)."),
    ] = None,
    timezone: Annotated[
        str, typer.Option(help="Of times without an offset in tables (the agreement's).")
    ] = "",
    off: Annotated[float, typer.Option(help="Metres off the route that still count.", min=0)] = 500,
    gap: Annotated[float, typer.Option(help="Metres between fixes that break off.", min=0)] = 500,
    gap_time: Annotated[float, typer.Option(help="Seconds between them.", min=0)] = 120,
    joint: Annotated[float, typer.Option(help="Metres that are together.", min=0)] = 1000,
    joint_time: Annotated[float, typer.Option(help="Seconds that are together.", min=0)] = 600,
    silence: Annotated[float, typer.Option(help="Hours without a fix that end it.", min=0)] = 3,
    fastest: Annotated[float, typer.Option(help="km/h that no vehicle passes.", min=1)] = 200,
) -> None:
    """Find patrols in tracks: what was covered, what was missed, and where all were together."""
    must_end_in(out, ENDINGS)
    must_end_in(problems, ENDINGS)
    if folder is None and not (agreement and track):
        stop("give at least one track, --agreement X --track PARTY=FILE, or a case folder")
    if folder is not None and (agreement or track or clock or timezone):
        stop("a case has its own agreement, tracks and clocks; add a track with 'truceline track'")
    rules = PatrolRules(
        off_m=off,
        gap_m=gap,
        gap_s=gap_time,
        joint_m=joint,
        joint_s=joint_time,
        silence_s=silence * 3600,
        fastest_kmh=fastest,
    )
    try:
        if folder is not None:
            case, terms = opened(folder)
            report = case_patrols(case, terms, rules, provision, route)
        else:
            terms = terms_of(agreement)
            report = find(
                terms,
                tracks_of(track or []),
                provision=provision,
                route=route,
                rules=rules,
                clock=clocks_of(terms, clock or []),
                timezone=zone_of(timezone),
            )
    except (RouteQuestionError, TrackRefusedError, CaseError) as error:
        stop(str(error.args[0]))
    except OSError as error:
        stop(cannot_open(error, str(folder or (track or [""])[0])))
    show(report, problems is None)
    text = json.dumps([p.to_json() for p in report.patrols], ensure_ascii=False, indent=1)
    try:
        if problems is not None:
            write_table(problem_table(report.problems), problems)
        if out is None:
            data(text)
        else:
            write_patrols(report.patrols, report.way.posts, terms.agreement.timezone, out)
    except OSError as error:
        stop(cannot_open(error, str(out)))


def tracks_of(given: list[str]) -> list[tuple[str, Path]]:
    """``PARTY=FILE`` values; stops where one is not, or its file is not there."""
    found = []
    for value in given:
        party, mark, name = value.partition("=")
        if not mark or not party or not name:
            stop(f"whose track is '{value}'? Give --track PARTY=FILE")
        path = Path(name)
        if not path.is_file():
            stop(
                f"{path} cannot be opened: {'it is a folder' if path.is_dir() else 'no such file'}"
            )
        found.append((party, path))
    return found


_SHIFT = re.compile(
    r"([+-]?)(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m(?:in)?)?(?:(\d+(?:\.\d+)?)s)?"
)


def clocks_of(terms: Terms, given: list[str]) -> dict[str, float]:
    """``PARTY=+3h`` values in seconds; stops where one cannot be read."""
    found: dict[str, float] = {}
    for value in given:
        party, mark, shift = value.partition("=")
        match = _SHIFT.fullmatch(shift.strip())
        if not mark or match is None or not any(match.groups()[1:]):
            stop(
                f"'{value}' is no shift of a clock; write --clock PARTY=+3h (or -30m, +1h30m, 45s)"
            )
        hours, minutes, seconds = (float(part or 0) for part in match.groups()[1:])
        sign = -1 if match[1] == "-" else 1
        try:
            found[party_named(terms, party)] = sign * (hours * 3600 + minutes * 60 + seconds)
        except RouteQuestionError as error:
            stop(str(error.args[0]))
    return found


def zone_of(name: str) -> str:
    """The name of a timezone, or the end of the command."""
    if name:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            stop(f"no timezone '{name}'; write one like Asia/Damascus, or UTC")
    return name


def show(report: PatrolReport, problems: bool) -> None:
    """The sums of the files, the warnings, and a line for each patrol: to stderr."""
    for one in report.tracks:
        say(str(one))
    way = report.way
    say(
        f"route {way.id}: {way.posts.length_m / 1000:.1f} km, known to {way.accuracy_m:,.0f} m; "
        f"a fix counts within {max(report.rules.off_m, way.accuracy_m):,.0f} m of it"
    )
    for warning in report.warnings:
        say(f"! {warning.text}")
    shown = [p for p in report.problems if problems]
    for problem in shown[:10]:
        say(f"  {problem}")
    if len(shown) > 10:
        say(f"  … and {len(shown) - 10:,} more: --problems FILE writes them all")
    for patrol in report.patrols:
        begin = patrol.start.isoformat(timespec="minutes") if patrol.start else "no times"
        say(
            f"{begin} {' and '.join(patrol.participants)}: {patrol.covered_km:.1f} of "
            f"{patrol.route_km:.1f} km covered, {patrol.joint_km:.1f} km together"
        )
    if not report.patrols:
        say("no patrol along this route")

"""From files of tracks to patrols along the route that a provision names.

report = patrols(terms, [("RUS", Path("a.gpx")), ("TUR", Path("b.gpx"))])
for patrol in report.patrols:
    print(patrol.to_json())
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from truceline.model.patrol import Patrol, PatrolRules, Warned
from truceline.model.problem import Problem
from truceline.model.provision import Provision
from truceline.model.quantity import When
from truceline.model.track import SECOND, Fixes, Track
from truceline.monitor.patrols.clean import cleaned
from truceline.monitor.patrols.clock import clocks
from truceline.monitor.patrols.part import moment
from truceline.monitor.patrols.patrols import patrols as find
from truceline.monitor.patrols.route import Posts
from truceline.monitor.patrols.runs import Chain, lay
from truceline.monitor.zones.zones import Route, route_lines
from truceline.pipeline.check import hash_file
from truceline.pipeline.terms import Terms
from truceline.sources.tracks.tracks import TrackRefusedError, read_track

__all__ = [
    "PatrolReport",
    "PatrolRules",
    "RouteQuestionError",
    "TrackRefusedError",
    "Way",
    "party_named",
    "patrols",
    "read_file",
    "shifted",
    "way",
]

FAR_M = 50_000.0  # a track all of whose fixes are farther than this is of another place


class RouteQuestionError(LookupError):
    """No route, several, or an unknown one; the message says which there are."""


@dataclass(frozen=True)
class Way:
    """A route measured out: its line by date is one version, chosen by the tracks' first day.

    ``owed`` are the parties that owe the patrol; ``since`` when the provision begins.
    """

    id: str
    provision: str
    owed: tuple[str, ...]
    posts: Posts
    accuracy_m: float
    note: str
    since: datetime | None = None


@dataclass(frozen=True)
class PatrolReport:
    """Patrols, what became of each file, every problem, and what a reader must know."""

    way: Way
    patrols: tuple[Patrol, ...]
    tracks: tuple[Track, ...]
    problems: tuple[Problem, ...]
    warnings: tuple[Warned, ...]
    rules: PatrolRules


def way(terms: Terms, provision: str = "", route: str = "", on: datetime | None = None) -> Way:
    """The route to measure along: of the provision that requires something along a line.

    Args:
        terms: the agreement.
        provision: which provision, where several name a line.
        route: a line of the agreement to take whole, whatever the provisions say.
        on: the moment whose version of the line is taken (the first, where it is None).

    Raises:
        RouteQuestionError: none, several, or no such; the message lists them.
    """
    ways = [p for p in terms.agreement.provisions if p.requires and p.along]
    chosen: Provision | None = None
    if provision:
        known = {p.id: p for p in terms.agreement.provisions}
        if provision not in known:
            raise RouteQuestionError(
                f"{terms.agreement.agreement} has no provision '{provision}'; along a line go: "
                + (", ".join(p.id for p in ways) or "none")
            )
        chosen = known[provision]
        if not chosen.along and not route:
            raise RouteQuestionError(
                f"provision '{provision}' names no line to go along; give --route LINE, one of: "
                + ", ".join(terms.agreement.lines)
            )
    elif len(ways) == 1:
        chosen = ways[0]
    elif not route:
        lines = ", ".join(terms.agreement.lines) or "none"
        raise RouteQuestionError(
            f"{terms.agreement.agreement} has several provisions along a line; choose with "
            f"--provision: {', '.join(p.id for p in ways)}"
            if ways
            else f"no provision of {terms.agreement.agreement} requires anything along a line; "
            f"give --route LINE (it has: {lines})"
        )
    if route and route not in terms.agreement.lines:
        raise RouteQuestionError(
            f"{terms.agreement.agreement} has no line '{route}'; it has: "
            + (", ".join(terms.agreement.lines) or "none")
        )
    asked = Route(route, route) if route else None
    if asked is None:
        assert chosen is not None
        asked = next(r for r in terms.routes if r.id == chosen.id)
    versions = route_lines(terms.ground, asked)
    held = [
        v
        for v in versions
        if on is None
        or (
            (v.valid_from is None or v.valid_from <= on) and (v.valid_to is None or on < v.valid_to)
        )
    ]
    line = held[0] if held else versions[0]
    stale = "" if held else "the line had no version on the day of the tracks; the first was taken"
    return Way(
        asked.along,
        chosen.id if chosen else "",
        _owed(terms, chosen),
        Posts(line.pieces),
        line.accuracy_m,
        "; ".join(n for n in (line.note, stale) if n),
        _since(chosen, terms),
    )


def _owed(terms: Terms, provision: Provision | None) -> tuple[str, ...]:
    if provision is None:
        return ()
    names = []
    for who in provision.who:
        group = terms.agreement.groups.get(who)
        names += list(group.members) if group is not None else [who]
    return tuple(dict.fromkeys(names))


def _since(provision: Provision | None, terms: Terms) -> datetime | None:
    if provision is not None and isinstance(provision.from_, When):
        return provision.from_.start(terms.agreement.tz)
    return terms.agreement.signed.start(terms.agreement.tz) if terms.agreement.signed else None


def party_named(terms: Terms, name: str) -> str:
    """A party's key by its key or its name, whatever its case. Raises RouteQuestionError."""
    parties = terms.agreement.parties
    for key, party in parties.items():
        if name.casefold() in (key.casefold(), party.name.casefold()):
            return key
    raise RouteQuestionError(
        f"{terms.agreement.agreement} has no party '{name}'; it has: {', '.join(parties)}"
    )


def read_file(path: Path, party: str, timezone: str) -> Track:
    """One file of one party. Raises TrackRefusedError, OSError."""
    with path.open("rb") as file:
        return read_track(
            file, party=party, name=path.name, sha256=hash_file(path), timezone=timezone
        )


def patrols(
    terms: Terms,
    files: Iterable[tuple[str, Path]],
    *,
    provision: str = "",
    route: str = "",
    rules: PatrolRules | None = None,
    clock: Mapping[str, float] | None = None,
    timezone: str = "",
) -> PatrolReport:
    """Patrols out of files, as (party, file) pairs.

    Args:
        terms: the agreement; its timezone is that of the answer.
        files: tracks; several files may be of one party.
        provision: which provision's route (see ``way``).
        route: a line of the agreement instead.
        rules: distances and times; the contract's where None.
        clock: seconds to add to a party's times.
        timezone: of times without an offset in tables (the agreement's, where empty).

    Raises:
        RouteQuestionError: the route or a party is not known.
        TrackRefusedError: a file is no track, damaged or hostile.
        OSError: a file cannot be read.
    """
    rules = rules or PatrolRules()
    way(terms, provision, route)  # a wrong question is answered before the work
    tracks: list[Track] = []
    seen: dict[tuple[str, str], str] = {}
    problems: list[Problem] = []
    for party, path in files:
        track = cleaned(
            read_file(path, party_named(terms, party), timezone or terms.agreement.timezone),
            rules.fastest_kmh,
        )
        first = seen.setdefault((track.party, track.sha256), track.file)
        if first is not track.file:
            problems.append(_again(track, first))
            track = replace(track, fixes=Fixes.none(), repeats=track.repeats + len(track.fixes))
        tracks.append(shifted(track, (clock or {}).get(track.party, 0.0)))
    return of_tracks(terms, tracks, way_of(terms, tracks, provision, route), rules, problems)


def way_of(terms: Terms, tracks: Sequence[Track], provision: str = "", route: str = "") -> Way:
    """The route in the version of the tracks' first day. Raises RouteQuestionError."""
    begins = [int(t.fixes.time.min()) for t in tracks if t.fixes.timed and len(t.fixes)]
    on = moment(min(begins), terms.agreement.tz) if begins else None
    return way(terms, provision, route, on)


def of_tracks(
    terms: Terms,
    tracks: Sequence[Track],
    along: Way,
    rules: PatrolRules,
    problems: Sequence[Problem] = (),
) -> PatrolReport:
    """Patrols of tracks that were read and cleaned."""
    found_problems = [*problems]
    chains: list[Chain] = []
    for track in tracks:
        found_problems += track.problems
        if not len(track.fixes):
            continue
        chain = lay(track.party, track.file, track.fixes, along.posts, along.accuracy_m, rules)
        if np.isnan(chain.at).all():
            found_problems.append(_elsewhere(track, along, rules))
        else:
            chains.append(chain)
    zone = terms.agreement.tz
    warnings = list(dict.fromkeys(clocks(chains, rules)))
    if along.note:
        warnings.append(Warned("route", f"{along.id}: {along.note}"))
    if extra := sorted({c.party for c in chains} - set(along.owed)) if along.owed else []:
        warnings.append(
            Warned("party", f"{', '.join(extra)} owes no patrol under {along.provision}")
        )
    found = find(chains, along.posts, along.owed, rules, zone)
    return PatrolReport(
        along,
        tuple(_finished(p, terms, along, rules, warnings, zone) for p in found),
        tuple(tracks),
        tuple(found_problems),
        tuple(warnings),
        rules,
    )


def _finished(
    patrol: Patrol,
    terms: Terms,
    along: Way,
    rules: PatrolRules,
    warnings: Sequence[Warned],
    zone: ZoneInfo,
) -> Patrol:
    own = [*patrol.warnings]
    if patrol.start and along.since and patrol.start < along.since:
        own.append(
            Warned(
                "before",
                f"it begins on {patrol.start.date()}, before {along.since.astimezone(zone).date()}, "
                f"when {along.provision or terms.agreement.agreement} begins: no patrol that it "
                "requires, or a clock is wrong",
            )
        )
    parties = set(patrol.participants)
    own += [w for w in warnings if w.kind in ("clock", "drift", "same-track") and len(parties) > 0]
    return replace(
        patrol,
        warnings=tuple(own),
        agreement=terms.agreement.agreement,
        provision=along.provision,
        route=along.id,
        accuracy_m=along.accuracy_m,
        off_m=max(rules.off_m, along.accuracy_m),
    )


def _again(track: Track, first: str) -> Problem:
    return Problem(
        "track",
        track.file,
        1,
        f"the file is the same as {first}, already given for {track.party}; it counts once",
        "leave one out",
        severity="note",
    )


def shifted(track: Track, seconds: float) -> Track:
    """The track with its clock moved, and a note that says so."""
    if not seconds or not track.fixes.timed:
        return track
    fixes = replace(track.fixes, time=track.fixes.time + int(seconds * SECOND))
    note = Problem(
        "track",
        track.file,
        1,
        f"its clock was shifted by {seconds / 3600:+g} h, as --clock asked",
        "nothing",
        severity="note",
    )
    return replace(track, fixes=fixes, problems=(*track.problems, note))


def _elsewhere(track: Track, along: Way, rules: PatrolRules) -> Problem:
    """A track none of whose fixes is near the route: how far, and why perhaps."""
    fixes = track.fixes
    rows = np.linspace(0, len(fixes) - 1, min(len(fixes), 500)).astype(int)
    lon, lat = fixes.lon[rows], fixes.lat[rows]
    distances = along.posts.far(lon, lat)
    nearest = int(np.argmin(distances))
    far = float(distances[nearest])
    off_m = max(rules.off_m, along.accuracy_m)
    what = (
        f"no fix lies within {off_m:,.0f} m of the route; the nearest is {far / 1000:,.1f} km from "
        f"it, at latitude {lat[nearest]:.3f}, longitude {lon[nearest]:.3f}"
        if far > off_m
        else f"no fix lies within {off_m:,.0f} m of the route"
    )
    todo = "check that it is the right track and the right route"
    if far > FAR_M and (np.abs(lon) <= 90).all():
        turned = float(along.posts.far(lat, lon).min())
        if turned < FAR_M:
            todo = "its longitude and latitude seem to be exchanged; correct the file"
    return Problem("track", track.file, 1, what, todo, "position", severity="file")

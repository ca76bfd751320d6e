"""Tracks, announced patrols and the watch of a case: into its register, and out again.

Tracks and tables are kept as documents under originals/, and the entries stand on them; a
patrol is computed from them each time and never stored.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from truceline.model.patrol import Announced, PatrolRules, Series
from truceline.model.problem import Problem
from truceline.model.track import Track
from truceline.model.watch import Watch
from truceline.monitor.patrols.clean import cleaned
from truceline.monitor.patrols.part import moment
from truceline.monitor.patrols.route import Posts
from truceline.monitor.watch import SIGHT_M, WatchWeek, of_fixes, weekly
from truceline.pipeline.patrols import (
    PatrolReport,
    RouteQuestionError,
    Way,
    of_tracks,
    party_named,
    read_file,
    shifted,
    way,
    way_of,
)
from truceline.pipeline.terms import Terms
from truceline.sources.patrols_series import SeriesError, parse_series, read_announced
from truceline.sources.tracks.tracks import read_track
from truceline.sources.watch_table import WatchTableError, read_watch
from truceline.store import audit, library
from truceline.store.case import Case
from truceline.store.register import Entry, New, current
from truceline.store.writer import writing

__all__ = [
    "Entered",
    "SeriesError",
    "WatchTableError",
    "add_tracks",
    "add_watch",
    "announce",
    "announced",
    "case_patrols",
    "case_watch",
    "library_series",
    "watch_of",
    "watch_weeks",
]


@dataclass(frozen=True, slots=True)
class Entered:
    """What became of one file: rows = entries + repeats + problems that are rows."""

    file: str
    rows: int
    entries: int
    repeats: int
    problems: tuple[Problem, ...] = ()

    def __str__(self) -> str:
        """The sum as it is printed."""
        bad = sum(p.severity == "row" for p in self.problems)
        return (
            f"{self.file}: {self.rows:,} rows = {self.entries:,} entries + "
            f"{self.repeats:,} repeats + {bad:,} problems"
        )


# ---- tracks ---------------------------------------------------------------------------------


def add_tracks(
    case: Case,
    terms: Terms,
    files: Sequence[tuple[str, Path]],
    *,
    clock: Mapping[str, float] | None = None,
    timezone: str = "",
    who: str = "",
) -> list[tuple[Track, bool]]:
    """Keep tracks in a case. Each with whether it was new: a party's same file counts once.

    Every file is read before the first is kept. ``clock`` (seconds by party) is entered with
    the track, and the original is left as it is.

    Raises:
        RouteQuestionError: no such party.
        TrackRefusedError, OSError: a file is no track, or cannot be read.
        CaseError: the case cannot be written.
    """
    zone = timezone or terms.agreement.timezone
    read = [(path, read_file(path, party_named(terms, party), zone)) for party, path in files]
    known = {(e.subject, e.document) for e in current(case.entered("track"))}
    done = []
    with writing(case, who or audit.whoami()) as writer:
        for path, track in read:
            new = (track.party, track.sha256) not in known
            if new:
                with path.open("rb") as file:
                    kept = writer.keep_document(file, path.name)
                said = {
                    "file": path.name,
                    "timezone": zone,
                    "clock_s": (clock or {}).get(track.party, 0.0),
                    "rows": track.rows,
                    "fixes": len(track.fixes),
                }
                writer.enter("track", [New(track.party, said, kept.sha256)])
                known.add((track.party, track.sha256))
            done.append((track, new))
    return done


def case_patrols(
    case: Case, terms: Terms, rules: PatrolRules | None = None, provision: str = "", route: str = ""
) -> PatrolReport:
    """The patrols of a case's tracks. Raises RouteQuestionError, TrackRefusedError, OSError."""
    rules = rules or PatrolRules()
    tracks = _tracks(case, rules)
    return of_tracks(terms, tracks, way_of(terms, tracks, provision, route), rules)


def _tracks(case: Case, rules: PatrolRules) -> list[Track]:
    tracks = []
    for entry in current(case.entered("track")):
        with case.original(entry.document).open("rb") as file:
            track = read_track(
                file,
                party=entry.subject,
                name=str(entry.said["file"]),
                sha256=entry.document,
                timezone=str(entry.said["timezone"]),
            )
        tracks.append(
            shifted(cleaned(track, rules.fastest_kmh), float(entry.said.get("clock_s", 0.0)))
        )
    return tracks


# ---- announced patrols ----------------------------------------------------------------------


def library_series(name: str) -> Series | None:
    """The announced patrols that lie beside an agreement, in patrols.yaml; None without.

    Raises UnknownAgreementError, SeriesError, OSError.
    """
    path = library.find(name).path.with_name("patrols.yaml")
    if not path.is_file():
        return None
    series = parse_series(path.read_text(encoding="utf-8"), path.name)
    rows = tuple(
        row.model_copy(update={"who": row.who or series.who, "source": row.source or series.source})
        for row in series.patrols
    )
    return series.model_copy(update={"patrols": rows})


def announce(case: Case, terms: Terms, path: Path | None = None, *, who: str = "") -> Entered:
    """Enter announced patrols: of a table or a series, or those that the library has.

    A row that the case holds word for word is a repeat. Rows that differ stay beside one
    another: neither overwrites the other.

    Raises:
        SeriesError: the file is no such table, or there is none in the library.
        OSError, CaseError.
    """
    problems: list[Problem] = []
    if path is None:
        name = terms.agreement.agreement
        try:
            series = library_series(name)
        except LookupError:
            series = None
        if series is None:
            raise SeriesError(
                f"the library has no announced patrols for {name}; give a file of them"
            )
        rows, total, label = list(series.patrols), len(series.patrols), "patrols.yaml"
    elif path.suffix.lower() in (".yaml", ".yml"):
        series = parse_series(path.read_text(encoding="utf-8"), path.name)
        rows = [
            r.model_copy(update={"who": r.who or series.who, "source": r.source or series.source})
            for r in series.patrols
        ]
        total, label = len(rows), path.name
    else:
        with path.open("rb") as file:
            rows, problems, total = read_announced(file, path.name)
        label = path.name
    said = [row.model_dump(mode="json", by_alias=True, exclude_defaults=True) for row in rows]
    entries, repeats = _enter(
        case, "patrol", [(row.id, one) for row, one in zip(rows, said, strict=True)], path, who
    )
    return Entered(label, total, entries, repeats, tuple(problems))


def announced(case: Case) -> list[tuple[Entry, Announced]]:
    """The announced patrols of a case that no later entry supersedes, by date."""
    rows = [(e, Announced.model_validate(e.said)) for e in current(case.entered("patrol"))]
    return sorted(rows, key=lambda r: (r[1].on is None, r[1].on or datetime.min.date(), r[0].id))


# ---- watch ----------------------------------------------------------------------------------


def add_watch(case: Case, terms: Terms, path: Path, *, who: str = "") -> Entered:
    """Enter the watch of a table (see ``sources.watch_table``).

    Raises WatchTableError, OSError, CaseError.
    """
    found = _way(terms)
    with path.open("rb") as file:
        watches, problems, rows = read_watch(
            file,
            name=path.name,
            timezone=terms.agreement.timezone,
            zones=terms.zones.keys(),
            route_km=found.posts.length_m / 1000 if found else None,
        )
    entries, repeats = _enter(case, "watch", [(w.watcher, w.to_json()) for w in watches], path, who)
    return Entered(path.name, rows, entries, repeats, tuple(problems))


def case_watch(case: Case, sight_m: float = SIGHT_M) -> list[Watch]:
    """All watch of a case: what was entered, and what its tracks could see."""
    found = [Watch.of_json(dict(e.said)) for e in current(case.entered("watch"))]
    rules = PatrolRules()
    for track in _tracks(case, rules):
        found += of_fixes(track.party, track.file, track.fixes, rules, sight_m)
    return found


def watch_of(case: Case, terms: Terms) -> tuple[list[Watch] | None, Posts | None]:
    """A case's watch for ``pipeline.rates``, and the route; None where it has no watch."""
    along = _way(terms)
    return case_watch(case) or None, along.posts if along else None


def watch_weeks(
    terms: Terms,
    watches: Sequence[Watch],
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[WatchWeek]:
    """Each zone's share under watch per week, over the time that is watched at all or given."""
    if not watches and (since is None or until is None):
        return []
    zone = terms.agreement.tz
    along = _way(terms)
    first = since or moment(min(w.start for w in watches), zone)
    last = until or moment(max(w.end for w in watches), zone)
    return list(weekly(terms.zones, watches, along.posts if along else None, zone, first, last))


def _way(terms: Terms) -> Way | None:
    try:
        return way(terms)
    except RouteQuestionError:
        return None


def _enter(
    case: Case,
    kind: str,
    rows: Sequence[tuple[str, Mapping[str, object]]],
    path: Path | None,
    who: str,
) -> tuple[int, int]:
    """Entries of rows that the case does not hold word for word, and how many it did."""
    known = {(e.subject, audit.canonical(e.said)) for e in current(case.entered(kind))}
    new = []
    for subject, said in rows:
        key = (subject, audit.canonical(said))
        if key not in known:
            known.add(key)
            new.append((subject, said))
    if new:
        with writing(case, who or audit.whoami()) as writer:
            document = ""
            if path is not None:
                with path.open("rb") as file:
                    document = writer.keep_document(file, path.name).sha256
            writer.enter(kind, [New(subject, said, document) for subject, said in new])
    return len(new), len(rows) - len(new)

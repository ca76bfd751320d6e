"""Faults inside an agreement that its form alone does not show.

Every name that one part uses must be defined by another, and no window may end before it
starts. ``faults`` lists all of them at once, each with its path into the file.
"""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime

from truceline.model.act import vocabulary
from truceline.model.agreement import Agreement
from truceline.model.provision import (
    Carved,
    MomentReading,
    MomentReadings,
    Point,
    Provision,
    ZoneReadings,
)
from truceline.model.quantity import When
from truceline.model.references_obligations import owed_faults
from truceline.model.timeline import (
    UnresolvedError,
    bounds,
    choices,
    point_edge,
    provision_doubts,
)
from truceline.model.zone import (
    Beyond,
    Corridor,
    Difference,
    Disc,
    End,
    Intersection,
    Union,
    Versions,
    ZoneDef,
)

Path = tuple[str | int, ...]
Fault = tuple[Path, str]


def _unknown(kind: str, name: str, known: Iterable[str]) -> str:
    known = sorted(known)
    near = difflib.get_close_matches(name, known, 1)
    hint = f"did you mean '{near[0]}'?" if near else f"define it, or use one of: {_few(known)}"
    return f"'{name}' is no {kind} of this agreement; {hint}"


def _few(names: list[str]) -> str:
    return ", ".join(names[:8]) + (", …" if len(names) > 8 else "") if names else "(none yet)"


def faults(agreement: Agreement) -> list[Fault]:
    """Every fault of names and windows, in the order of the file's parts."""
    return [
        *_anchors(agreement),
        *_parties(agreement),
        *_ground(agreement, agreement.zones, ("zones",)),
        *_provisions(agreement, agreement.provisions, ("provisions",)),
        *_amendments(agreement),
    ]


def _anchors(agreement: Agreement) -> Iterator[Fault]:
    known = agreement.all_anchors()
    for name, anchor in agreement.anchors.items():
        if anchor.done is not None:
            ids = {p.id for p in agreement.provisions if p.requires is not None}
            ids |= {p.id for a in agreement.amendments for p in a.provisions if p.requires}
            if anchor.done not in ids:
                yield (
                    ("anchors", name, "done"),
                    _unknown("provision that requires an act", anchor.done, ids),
                )
        if anchor.after is None:
            continue
        if anchor.after not in known:
            yield ("anchors", name, "after"), _unknown("anchor", anchor.after, known)
            continue
        seen, step = {name}, anchor.after
        while (following := known.get(step)) is not None and following.after is not None:
            if step in seen:
                yield (
                    ("anchors", name, "after"),
                    f"'{name}' counts from itself; break the chain",
                )
                break
            seen.add(step)
            step = following.after


def _point(agreement: Agreement, point: Point | None, path: Path) -> Iterator[Fault]:
    known = agreement.all_anchors()
    names: list[tuple[Path, str]] = []
    if isinstance(point, MomentReadings):
        for number, reading in enumerate(point.readings):
            if isinstance(reading, MomentReading):
                if reading.anchor:
                    names.append(((*path, "readings", number, "anchor"), reading.anchor))
            else:
                names.append(((*path, "readings", number), reading))
    elif isinstance(point, str):
        names.append((path, point))
    for where, name in names:
        if name not in known:
            yield where, _unknown("anchor", name, known)


def _span(
    agreement: Agreement, start: Point | None, end: Point | None, path: Path
) -> Iterator[Fault]:
    found = [
        *_point(agreement, start, (*path, "from")),
        *_point(agreement, end, (*path, "until")),
    ]
    yield from found
    if found or start is None or end is None:
        return
    try:
        opens = point_edge(agreement, start, "", {})
        closes = point_edge(agreement, end, "", {}, closing=True)
    except (UnresolvedError, KeyError, RecursionError):
        return
    if closes.hi <= opens.lo:
        yield (*path, "until"), f"ends ({end}) before it starts ({start}); correct one of the two"


def _parties(agreement: Agreement) -> Iterator[Fault]:
    for name, party in agreement.parties.items():
        for number, status in enumerate(party.status):
            yield from _span(
                agreement, status.from_, status.until, ("parties", name, "status", number)
            )
    for name, group in agreement.groups.items():
        for number, member in enumerate(group.members):
            if member not in agreement.parties:
                path = ("groups", name, "members", number)
                yield path, _unknown("party", member, agreement.parties)
        if name in agreement.parties:
            yield ("groups", name), f"'{name}' is a party too; give the group another name"
    for name in agreement.actors:
        if name not in agreement.parties and name != "not-a-party":
            yield ("actors", name), _unknown("party", name, agreement.parties)


def _dates(definition: object, path: Path, agreement: Agreement) -> Iterator[Fault]:
    opens: When | None = getattr(definition, "valid_from", None)
    closes: When | None = getattr(definition, "valid_to", None)
    if opens and closes and closes.end(agreement.tz) <= opens.start(agreement.tz):
        yield (*path, "valid-to"), f"ends ({closes}) before it starts ({opens}); correct one"


def _ground(agreement: Agreement, zones: Mapping[str, ZoneDef], path: Path) -> Iterator[Fault]:
    for name, line in agreement.lines.items() if path == ("zones",) else ():
        where = ("lines", name)
        if (line.file is None) == (line.points is None):
            yield where, "a line gives either 'file' or 'points'"
        if line.points is not None and len(line.points) < 2:
            yield (*where, "points"), "a line needs two points or more"
        yield from _dates(line, where, agreement)
    for name, definition in zones.items():
        yield from _zone(agreement, definition, (*path, name))


def _end(agreement: Agreement, end: End | None, path: Path) -> Iterator[Fault]:
    if end is not None and end.place not in agreement.places:
        yield (*path, "place"), _unknown("place", end.place, agreement.places)


def _zone(agreement: Agreement, definition: "ZoneDef | str", path: Path) -> Iterator[Fault]:
    known = set(agreement.zones) | {z for a in agreement.amendments for z in a.zones}
    if isinstance(definition, str):
        if definition not in known:
            yield path, _unknown("zone", definition, known)
        return
    yield from _dates(definition, path, agreement)
    if isinstance(definition, Corridor):
        if definition.along not in agreement.lines:
            yield (*path, "along"), _unknown("line", definition.along, agreement.lines)
        yield from _end(agreement, definition.from_, (*path, "from"))
        yield from _end(agreement, definition.to, (*path, "to"))
    elif isinstance(definition, Disc):
        if isinstance(definition.around, str) and definition.around not in agreement.places:
            yield (*path, "around"), _unknown("place", definition.around, agreement.places)
    elif isinstance(definition, Beyond):
        if definition.of not in agreement.lines:
            yield (*path, "of"), _unknown("line", definition.of, agreement.lines)
        yield from _zone(agreement, definition.within, (*path, "within"))
    elif isinstance(definition, Versions):
        for number, version in enumerate(definition.versions):
            yield from _zone(agreement, version, (*path, "versions", number))
    else:
        for key, kind in (
            ("union", Union),
            ("intersection", Intersection),
            ("difference", Difference),
        ):
            if isinstance(definition, kind):
                for number, part in enumerate(getattr(definition, key)):
                    yield from _zone(agreement, part, (*path, key, number))


def _names(agreement: Agreement, names: Iterable[str], path: Path) -> Iterator[Fault]:
    known = {*agreement.parties, *agreement.groups}
    for number, name in enumerate(names):
        if name not in known:
            yield (*path, number), _unknown("party or group", name, known)


def _act_words() -> list[str]:
    words = vocabulary()
    return [*words.acts, *(phrase.label for phrase in words.phrases())]


def _acts(acts: Iterable[str], path: Path) -> Iterator[Fault]:
    for number, act in enumerate(acts):
        if vocabulary().phrase(act) is None:
            yield (*path, number), _unknown("act", act, _act_words())


def _provisions(
    agreement: Agreement, provisions: Iterable[Provision], path: Path
) -> Iterator[Fault]:
    seen: set[str] = set()
    for number, provision in enumerate(provisions):
        where = (*path, number)
        if provision.id in seen:
            yield (*where, "id"), f"a second provision '{provision.id}'; give it another id"
        seen.add(provision.id)
        yield from _provision(agreement, provision, where)


def _provision(agreement: Agreement, p: Provision, path: Path) -> Iterator[Fault]:
    zones = set(agreement.zones) | {z for a in agreement.amendments for z in a.zones}
    found: list[Fault] = []
    for key, point in (
        ("from", p.from_),
        ("until", p.until),
        ("after", p.after),
        ("by-date", p.by_date),
    ):
        found += _point(agreement, point, (*path, key))
    yield from found
    if not found:
        yield from _window(agreement, p, path)
    for key in ("by", "against", "who", "of", "unless_authorised_by"):
        yield from _names(agreement, getattr(p, key), (*path, key.replace("_", "-")))
    if p.prohibits is not None and not p.acts and vocabulary().phrase(p.prohibits) is None:
        near = difflib.get_close_matches(p.prohibits, _act_words(), 1)
        hint = f"did you mean '{near[0]}'? If not, " if near else ""
        yield (
            (*path, "prohibits"),
            f"'{p.prohibits}' names no known acts; {hint}list the acts that it means under 'acts'",
        )
    yield from _acts(p.acts, (*path, "acts"))
    if isinstance(p.zone, ZoneReadings):
        for number, reading in enumerate(p.zone.readings):
            if reading.zone not in zones:
                where = (*path, "zone", "readings", number, "zone")
                yield where, _unknown("zone", reading.zone, zones)
    elif p.zone is not None and p.zone not in zones:
        yield (*path, "zone"), _unknown("zone", p.zone, zones)
    if p.along is not None and p.along not in agreement.lines:
        yield (*path, "along"), _unknown("line", p.along, agreement.lines)
    yield from _end(agreement, p.along_from, (*path, "along-from"))
    yield from _end(agreement, p.along_to, (*path, "along-to"))
    carved: tuple[tuple[str, tuple[Carved, ...]], ...] = (
        ("except", p.except_),
        ("authorisations", p.authorisations),
    )
    for key, parts in carved:
        for number, part in enumerate(parts):
            where = (*path, key, number)
            yield from _names(agreement, part.by, (*where, "by"))
            yield from _names(agreement, getattr(part, "against", ()), (*where, "against"))
            yield from _acts(part.acts, (*where, "acts"))
            yield from _span(agreement, part.from_, part.until, where)
            if part.zone is not None and part.zone not in zones:
                yield (*where, "zone"), _unknown("zone", part.zone, zones)
    yield from (((*path, *inner), message) for inner, message in owed_faults(agreement, p))
    for number, hole in enumerate(p.suspended):
        yield from _span(agreement, hole.from_, hole.until, (*path, "suspended", number))
    for number, answer in enumerate(p.condition.answers if p.condition else ()):
        yield from _span(
            agreement, answer.from_, answer.until, (*path, "condition", "answers", number)
        )


def _window(agreement: Agreement, provision: Provision, path: Path) -> Iterator[Fault]:
    for choice in choices(provision_doubts(agreement, provision)):
        try:
            start, end = bounds(agreement, provision, choice)
        except (UnresolvedError, KeyError, RecursionError):
            continue
        if end.hi <= start.lo:
            key = "until" if provision.until is not None else "for"
            yield (
                (*path, key),
                f"the window ends ({_local(agreement, end.hi)}) before it starts "
                f"({_local(agreement, start.lo)}); correct 'from' or '{key}'",
            )
            return


def _local(agreement: Agreement, moment: datetime) -> str:
    return moment.astimezone(UTC).astimezone(agreement.tz).isoformat(timespec="minutes")


def _amendments(agreement: Agreement) -> Iterator[Fault]:
    ids = {p.id for p in agreement.provisions}
    for number, amendment in enumerate(agreement.amendments):
        path = ("amendments", number)
        yield from _ground(agreement, amendment.zones, (*path, "zones"))
        yield from _provisions(agreement, amendment.provisions, (*path, "provisions"))
        for place, name in enumerate(amendment.repeals):
            if name not in ids:
                yield (*path, "repeals", place), _unknown("provision", name, ids)
        ids |= {p.id for p in amendment.provisions}

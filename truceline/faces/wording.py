"""The terms in words that a reader can check: parties, clauses, zones."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from truceline.faces.moments import (
    MAX_READINGS,
    cessation,
    edge_text,
    point_words,
)
from truceline.model.agreement import Agreement, PartyStatus
from truceline.model.amendments import DatedProvision, dated_provisions, dated_zones
from truceline.model.provision import (
    Exemption,
    Provision,
    ZoneReadings,
)
from truceline.model.timeline import (
    UnresolvedError,
    bounds,
    choices,
    provision_doubts,
)
from truceline.model.words import duration_words
from truceline.model.zone import (
    Admin,
    Beyond,
    Corridor,
    DatedShape,
    Depth,
    Difference,
    Disc,
    Drawn,
    Everywhere,
    Intersection,
    Polygon,
    Union,
    Unknown,
    Versions,
    ZoneDef,
)
from truceline.monitor.check.clauses import judges_events
from truceline.monitor.check.who import bound_on


@dataclass(frozen=True)
class Clause:
    """One version of a provision in words. ``judged``: findings are made against it."""

    label: str
    id: str
    kind: str
    phrase: str
    text: str
    where: str
    by: str
    zones: tuple[str, ...]
    windows: tuple[tuple[str, str], ...]
    exceptions: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    source: str
    judged: bool
    held: str = ""


@dataclass(frozen=True)
class PartyWords:
    """A party with its statuses, and whether it is bound when the fighting is to stop."""

    id: str
    name: str
    note: str
    statuses: tuple[str, ...]
    bound: str


@dataclass(frozen=True)
class ZoneWords:
    """A zone's definition in words. ``drawn`` is False where there is no ground to draw."""

    id: str
    words: str
    accuracy: str
    note: str
    source: str
    drawn: bool = field(default=True)


def distance(metres: float) -> str:
    """``2 km`` or ``500 m``."""
    return f"{metres / 1000:g} km" if metres >= 1000 else f"{metres:g} m"


def parties(agreement: Agreement) -> list[PartyWords]:
    """The parties with their statuses and whether the terms bind them at the start."""
    start = cessation(agreement)
    found = []
    for party_id, party in agreement.parties.items():
        bound = "unknown"
        if start is not None and start[1][0].edge is not None:
            bound = bound_on(agreement, party_id, start[1][0].edge.hi, {})
        said = tuple(_status(s) for s in party.status)
        found.append(PartyWords(party_id, party.name, party.note, said, bound))
    return found


def _status(status: PartyStatus) -> str:
    words = status.is_.replace("-", " ")
    if status.from_ is not None:
        words += f" from {point_words(status.from_)}"
    if status.until is not None:
        words += f" until {point_words(status.until)}"
    words += " (disputed)" if status.disputed else ""
    return words + (f": {status.because}" if status.because else "")


def clauses(agreement: Agreement) -> list[Clause]:
    """Every version of every provision, in words."""
    return [_clause(agreement, dated) for dated in dated_provisions(agreement)]


def _clause(agreement: Agreement, dated: DatedProvision) -> Clause:
    p = dated.provision
    zones: tuple[str, ...] = ()
    if isinstance(p.zone, ZoneReadings):
        zones = tuple(
            f"{r.zone}" + (f" ({r.because})" if r.because else "") for r in p.zone.readings
        )
    elif p.zone is not None:
        zones = (p.zone,)
    held = ""
    if dated.since is not None or dated.till is not None:
        held = f"as it held from {dated.since or 'the start'} until {dated.till or 'now'}"
    return Clause(
        label=dated.label,
        id=p.id,
        kind=p.kind,
        phrase=p.phrase,
        text=p.text,
        where=p.where,
        by=", ".join(p.by) + (f" ({' or '.join(p.status)})" if p.status else ""),
        zones=zones,
        windows=tuple(_windows(agreement, p)) if judges_events(p) or _dated_clause(p) else (),
        exceptions=tuple(_exception(e) for e in p.except_),
        facts=tuple(_facts(p)),
        source=p.source,
        judged=judges_events(p),
        held=held,
    )


def _dated_clause(p: Provision) -> bool:
    return any(v is not None for v in (p.from_, p.until, p.for_, p.daily))


def _windows(agreement: Agreement, p: Provision) -> Iterator[tuple[str, str]]:
    doubts = tuple(d for d in provision_doubts(agreement, p) if not d.key.endswith(" zone"))
    labels = {d.key: d.labels for d in doubts}
    seen: dict[str, str] = {}
    for choice in choices(doubts)[:MAX_READINGS]:
        reading = "; ".join(labels[key][number] for key, number in choice.items())
        try:
            start, end = bounds(agreement, p, choice)
        except UnresolvedError as error:
            seen.setdefault(str(error), reading)
            continue
        said = [f"from {edge_text(start, agreement.tz)}"] if start.lo.year > 1801 else []
        said += [f"until {edge_text(end, agreement.tz)}"] if end.hi.year < 2199 else []
        if p.daily is not None:
            said.append(f"each day from {p.daily.from_} to {p.daily.until}")
        seen.setdefault(", ".join(said) or "no dates: it holds throughout", reading)
    yield from ((reading, words) for words, reading in seen.items())


def _exception(e: Exemption) -> str:
    what = [f"acts against {', '.join(e.against)}"] if e.against else []
    what += [f"acts by {', '.join(e.by)}"] if e.by else []
    what += [", ".join(e.acts)] if e.acts else []
    what += [f"in {e.zone}"] if e.zone else []
    what += ["acts in answer to another's breach"] if e.answering else []
    what += [f"from {point_words(e.from_)}"] if e.from_ is not None else []
    what += [f"until {point_words(e.until)}"] if e.until is not None else []
    words = ", ".join(what) + (f" ({e.basis})" if e.basis else "")
    words += "; whether this holds is contested" if e.contested else ""
    return words + (f": {e.because}" if e.because else "")


def _facts(p: Provision) -> Iterator[tuple[str, str]]:
    if p.acts:
        yield "acts", ", ".join(p.acts)
    if p.who:
        yield "owed by", ", ".join(p.who)
    if p.within is not None:
        after = f" after {point_words(p.after)}" if p.after is not None else ""
        yield "due", f"within {duration_words(p.within)}{after}"
    if p.by_date is not None:
        yield "due", f"by {point_words(p.by_date)}"
    if p.every is not None:
        yield "every", duration_words(p.every)
    if p.along is not None:
        yield "along", p.along
    if p.qualifier is not None:
        yield "only", f"{p.qualifier} acts"
    if p.unless_authorised_by:
        yield "unless authorised by", ", ".join(p.unless_authorised_by)
    if p.condition is not None:
        yield "on condition that", p.condition.text
    if p.disputed:
        yield "disputed", p.disputed
    if p.basis:
        yield "basis", p.basis
    if p.note:
        yield "note", p.note


def zones(agreement: Agreement, shapes: Mapping[str, tuple[DatedShape, ...]]) -> list[ZoneWords]:
    """Every zone in words, as amended. ``shapes`` is its ground: a corridor's edge is known as
    well as its line, and an outline that stands in for boundaries less well than they.
    """
    found = []
    for name, definition in dated_zones(agreement).items():
        accuracy = max((v.shape.accuracy_m for v in shapes.get(name, ())), default=0.0)
        found.append(
            ZoneWords(
                name,
                zone_words(definition),
                f"its edge is known to {distance(accuracy)}" if accuracy else "",
                definition.note,
                getattr(definition, "source", ""),
                not isinstance(definition, Unknown | Everywhere),
            )
        )
    return found


def zone_words(definition: ZoneDef | str) -> str:
    """What a zone is, as the file defines it."""
    if isinstance(definition, str):
        return definition
    if isinstance(definition, Corridor):
        return f"within {_depth(definition.depth)} of {definition.along}"
    if isinstance(definition, Disc):
        around = definition.around
        place = around if isinstance(around, str) else f"{around[1]:g}, {around[0]:g}"
        return f"within {distance(definition.radius)} of {place}"
    if isinstance(definition, Drawn):
        return "an area drawn in a file beside the agreement"
    if isinstance(definition, Polygon):
        return f"an area of {len(definition.polygon)} corners"
    if isinstance(definition, Admin):
        return "the admin units " + ", ".join(definition.admin)
    if isinstance(definition, Union):
        return " and ".join(zone_words(z) for z in definition.union) + ", together"
    if isinstance(definition, Intersection):
        return "what is in " + " and also in ".join(zone_words(z) for z in definition.intersection)
    if isinstance(definition, Difference):
        first, *rest = (zone_words(z) for z in definition.difference)
        return f"{first} without {', '.join(rest)}"
    if isinstance(definition, Beyond):
        side = f" on its {definition.side} side" if definition.side else ""
        return (
            f"at least {distance(definition.beyond)} from {definition.of}{side}, "
            f"inside {zone_words(definition.within)}"
        )
    if isinstance(definition, Versions):
        return "; then ".join(_dated(v) for v in definition.versions)
    if isinstance(definition, Unknown):
        because = f" ({definition.because})" if definition.because else ""
        return f"{definition.unknown.replace('-', ' ')}{because}"
    return "wherever the act is done"


def _dated(definition: ZoneDef) -> str:
    start, end = (getattr(definition, k, None) for k in ("valid_from", "valid_to"))
    days = (f" from {start}" if start else "") + (f" until {end}" if end else "")
    return zone_words(definition) + days


def _depth(depth: Depth | float) -> str:
    if not isinstance(depth, Depth):
        return distance(depth)
    said = [
        f"{distance(metres)} {side}"
        for side, metres in depth.model_dump().items()
        if metres is not None
    ]
    return " and ".join(said)

"""Which moments to compare around: each start of a ban, on its ground, under every reading."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from truceline.model.agreement import Agreement
from truceline.model.provision import Daily, Provision
from truceline.model.timeline import (
    Edge,
    UnresolvedError,
    anchor_edge,
    choices,
    point_doubts,
)
from truceline.model.zone import DatedShape, Shape
from truceline.monitor.check.clauses import DatedClause, Part, Reading

_FIRST = datetime(1800, 1, 1, tzinfo=UTC)
_LAST = datetime(2200, 1, 1, tzinfo=UTC)
_CESSATION = "cessation-start"


@dataclass(frozen=True)
class Entry:
    """One piece of ground and the moment from which a ban holds there.

    ``zone`` is the zone's id ('' where the ban holds everywhere). ``provisions`` are the
    clauses that begin there and then; where none does, ``anchor`` is the anchor that the
    moment comes from. ``readings`` are the ways to read the text that give this moment on
    this ground. ``shape`` None is everywhere. ``end`` is None where the ban has no end.
    ``daily`` is set where the ban holds only some hours of each day.
    """

    zone: str
    shape: Shape | None
    provisions: tuple[str, ...]
    anchor: str
    readings: tuple[str, ...]
    start: Edge
    end: Edge | None
    daily: Daily | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Skipped:
    """A zone or clause that nothing can be compared for, and why."""

    what: str
    why: str

    def to_json(self) -> dict[str, str]:
        """As plain values."""
        return {"what": self.what, "why": self.why}


def entries(
    agreement: Agreement,
    zones: Mapping[str, tuple[DatedShape, ...]],
    clauses: Sequence[DatedClause],
) -> tuple[tuple[Entry, ...], tuple[Skipped, ...]]:
    """Every start of a prohibition, then every other zone from the cessation anchor.

    A clause that an amendment changed counts from its first version: the day on which its
    words changed is no entry into force. Equal starts on equal ground are one entry.
    """
    found: dict[object, Entry] = {}
    skipped: list[Skipped] = []
    seen: set[str] = set()
    for clause in clauses:
        provision = clause.provision
        if provision.kind != "prohibits" or provision.id in seen:
            continue
        seen.add(provision.id)
        starts = list(_starts(agreement, provision, clause.readings))
        for part, entry in starts:
            key: object = (part.key, entry.start, entry.end, entry.daily)
            found[key] = _joined(found.get(key), entry)
        if not starts:
            why = "no reading gives it a start and known ground"
            skipped.append(Skipped(f"provision {provision.id}", why))
    named = {entry.zone for entry in found.values()}
    name, edges = _cessation(agreement, clauses)
    for zone, dated in zones.items():
        if zone in named:
            continue
        shapes = [d for d in dated if d.shape.op not in ("unknown", "everywhere")]
        if not shapes:
            skipped.append(Skipped(f"zone {zone}", "its ground is not known, or is everywhere"))
        elif not edges:
            why = "no prohibition names it and the agreement has no known cessation anchor"
            skipped.append(Skipped(f"zone {zone}", why))
        for words, edge in edges if shapes else ():
            then = _valid(shapes, edge)
            late = () if _holds(then, edge) else ("the zone is not in force at this moment",)
            key = (zone, edge)
            entry = Entry(zone, then.shape, (), name, (words,), edge, None, None, late)
            found[key] = _joined(found.get(key), entry)
    return tuple(found.values()), tuple(skipped)


def _starts(
    agreement: Agreement, provision: Provision, readings: Sequence[Reading]
) -> Iterator[tuple[Part, Entry]]:
    for reading in readings:
        if reading.choice.get("open zone") == 0:
            continue  # read as inside of ground that is not known
        first = min((p.window.edges[0][0] for p in reading.parts if p.window.edges), default=None)
        for part in reading.parts:
            if not part.window.edges or (part.shape is not None and part.shape.op == "unknown"):
                continue
            start, end = part.window.edges[0]
            notes: tuple[str, ...] = ()
            if provision.daily is not None:
                end = part.window.edges[-1][1]
                notes = ("the ban holds some hours of each day; only these hours are compared",)
            if start.lo <= _FIRST:
                name, edges = _cessation(agreement, ())
                if not edges:
                    continue
                start = edges[0][1]
                notes += (f"the clause gives no start; compared around {name}",)
            if first is not None and start > first:
                notes += (
                    "the clause was in force before, on other ground: this is the day from "
                    "which it holds on this ground",
                )
            entry = Entry(
                reading.zone if part.shape is not None else "",
                part.shape,
                (provision.id,),
                "",
                (reading.words,),
                start,
                None if end.hi >= _LAST else end,
                provision.daily,
                notes,
            )
            yield part, entry


def _joined(one: Entry | None, other: Entry) -> Entry:
    if one is None:
        return other
    return Entry(
        one.zone,
        one.shape,
        tuple(dict.fromkeys(one.provisions + other.provisions)),
        one.anchor,
        tuple(dict.fromkeys(one.readings + other.readings)),
        one.start,
        one.end,
        one.daily,
        tuple(dict.fromkeys(one.notes + other.notes)),
    )


def _cessation(
    agreement: Agreement, clauses: Sequence[DatedClause]
) -> tuple[str, list[tuple[str, Edge]]]:
    """The anchor at which fighting stops, with each reading's words and moment.

    It is ``cessation-start``; where the file has none, the anchor from which its first
    prohibition runs.
    """
    names = [_CESSATION]
    names += [
        str(c.provision.from_)
        for c in clauses
        if c.provision.kind == "prohibits" and isinstance(c.provision.from_, str)
    ]
    for name in names:
        if name not in agreement.all_anchors():
            continue
        doubts = tuple(point_doubts(agreement, name, ""))
        labels = {d.key: d.labels for d in doubts}
        try:
            return name, [
                (
                    "; ".join(labels[key][n] for key, n in choice.items()),
                    anchor_edge(agreement, name, choice),
                )
                for choice in choices(doubts)
            ]
        except UnresolvedError:
            continue
    return "", []


def _holds(dated: DatedShape, edge: Edge) -> bool:
    opens, closes = dated.valid_from or _FIRST, dated.valid_to or _LAST
    return bool(opens <= edge.hi < closes)


def _valid(shapes: Sequence[DatedShape], edge: Edge) -> DatedShape:
    return next((d for d in shapes if _holds(d, edge)), shapes[0])

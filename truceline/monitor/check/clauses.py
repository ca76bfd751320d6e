"""Clauses: each version of a provision under each reading, as windows on ground.

A *reading* picks one way to understand every doubtful word. What the text leaves open (a
moment to be agreed, an undisclosed zone, a condition nobody has answered) is a pair of
readings too: it holds, it does not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from truceline.model.agreement import Agreement
from truceline.model.amendments import DatedProvision, dated_provisions
from truceline.model.provision import Carved, Provision, ZoneReadings
from truceline.model.timeline import (
    Choice,
    Doubt,
    Edge,
    Interval,
    UnresolvedError,
    choices,
    daily_intervals,
    meet,
    provision_doubts,
    span_bounds,
    when_edge,
    widest_bounds,
    without,
)
from truceline.model.zone import DatedShape, Shape
from truceline.monitor.check.rules import AUTHORISATIONS, Clause
from truceline.monitor.check.who import Names
from truceline.monitor.check.windows import Ints, Window, micros

_FIRST = datetime(1800, 1, 1, tzinfo=UTC)
_LAST = datetime(2200, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Part:
    """A window on one piece of ground. ``shape`` None means wherever."""

    key: str
    shape: Shape | None
    window: Window


@dataclass(frozen=True)
class Reading:
    """A clause under one choice: its parts, and what else depends on the choice.

    ``carved`` are the exceptions and authorisations that have a zone or a window of their
    own: (slot, parts), a part for each version of the zone. ``changes`` are the moments (microseconds, UTC) at which a party's
    status changes.
    """

    words: str
    choice: Choice
    zone: str
    accuracy_m: float
    parts: tuple[Part, ...]
    carved: tuple[tuple[int, tuple[Part, ...]], ...]
    changes: Ints

    def moments(self, first: int, last: int) -> tuple[datetime, ...]:
        """One instant in each stretch between changes of status, from ``first`` to ``last``."""
        found = []
        for k in range(first, last + 1):
            at = (
                int(self.changes[k - 1])
                if k
                else int(self.changes[0]) - 1
                if len(self.changes)
                else 0
            )
            found.append(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at))
        return tuple(found)


@dataclass(frozen=True)
class DatedClause:
    """One version of a provision with its readings; the first leads."""

    provision: Provision
    label: str
    threshold: float
    clause: Clause
    readings: tuple[Reading, ...]


def judges_events(provision: Provision) -> bool:
    """Whether events are findings against this provision: it forbids acts, or names them."""
    return provision.prohibits is not None or (
        bool(provision.acts) and provision.kind in ("requires", "limits")
    )


def clauses(
    agreement: Agreement,
    zones: Mapping[str, tuple[DatedShape, ...]],
    names: Names,
    last: datetime,
) -> tuple[DatedClause, ...]:
    """Every version of every provision that judges events, ready to be asked.

    ``last`` bounds windows that repeat daily without an end.
    """
    found = []
    for dated in dated_provisions(agreement):
        provision = dated.provision
        if not judges_events(provision):
            continue
        found.append(
            DatedClause(
                provision,
                dated.label,
                provision.threshold or agreement.threshold,
                Clause(agreement, provision, names),
                tuple(_readings(agreement, dated, zones, last)),
            )
        )
    return tuple(found)


def _open_doubts(
    agreement: Agreement, provision: Provision, zones: Mapping[str, tuple[DatedShape, ...]]
) -> list[Doubt]:
    """What the text leaves open, each as a pair of readings."""
    doubts = []
    for choice in choices(provision_doubts(agreement, provision)):
        why = widest_bounds(agreement, provision, choice)[2]
        if why:
            doubts.append(Doubt("open window", (f"in force ({why})", f"not in force ({why})")))
            break
    if any(_unknown(name, zones) for name in _zone_names(provision)):
        doubts.append(Doubt("open zone", ("inside the zone, which is not known", "outside it")))
    if provision.condition is not None:
        text = provision.condition.text
        doubts.append(Doubt("condition", (f"'{text}' holds", f"'{text}' does not hold")))
    return doubts


def _unknown(zone: str, zones: Mapping[str, tuple[DatedShape, ...]]) -> bool:
    return any(version.shape.op == "unknown" for version in zones.get(zone, ()))


def _settled(
    agreement: Agreement,
    provision: Provision,
    zones: Mapping[str, tuple[DatedShape, ...]],
    choice: Choice,
) -> frozenset[str]:
    """What is open under some readings of the other doubts, and is not under this one."""
    settled = set()
    if not widest_bounds(agreement, provision, choice)[2]:
        settled.add("open window")
    if not _unknown(_zone_of(provision, choice), zones):
        settled.add("open zone")
    return frozenset(settled)


def _zone_names(provision: Provision) -> list[str]:
    if isinstance(provision.zone, ZoneReadings):
        return [r.zone for r in provision.zone.readings]
    return [provision.zone] if provision.zone else []


def _readings(
    agreement: Agreement,
    dated: DatedProvision,
    zones: Mapping[str, tuple[DatedShape, ...]],
    last: datetime,
) -> list[Reading]:
    provision = dated.provision
    doubts = (*provision_doubts(agreement, provision), *_open_doubts(agreement, provision, zones))
    labels = {d.key: d.labels for d in doubts}
    found = []
    for every in choices(doubts):
        settled = _settled(agreement, provision, zones, every)
        if any(every.get(key) for key in settled):
            continue  # the same reading again: nothing is open under it
        choice = {key: number for key, number in every.items() if key not in settled}
        words = "; ".join(labels[key][number] for key, number in choice.items())
        intervals = _intervals(agreement, dated, choice, last)
        zone = _zone_of(provision, choice)
        parts = _parts(zone, zones, intervals, choice)
        found.append(
            Reading(
                words,
                choice,
                zone,
                max((p.shape.accuracy_m for p in parts if p.shape is not None), default=0.0),
                parts,
                tuple(_carved(agreement, provision, zones, choice)),
                _changes(agreement, choice),
            )
        )
    return found


def _zone_of(provision: Provision, choice: Choice) -> str:
    if isinstance(provision.zone, ZoneReadings):
        return provision.zone.readings[choice[f"{provision.id} zone"]].zone
    return provision.zone or ""


def _intervals(
    agreement: Agreement, dated: DatedProvision, choice: Choice, last: datetime
) -> list[Interval]:
    provision = dated.provision
    if choice.get("open window") == 1:
        return []
    start, end, _ = widest_bounds(agreement, provision, choice)
    whole = (start, end)
    intervals = daily_intervals(agreement, provision, whole, last)
    if dated.since is not None:
        intervals = meet(intervals, when_edge(agreement, dated.since, False), Edge.at(_LAST))
    if dated.till is not None:
        intervals = meet(intervals, Edge.at(_FIRST), when_edge(agreement, dated.till, False))
    holes = [
        span_bounds(agreement, s.from_, s.until, f"{provision.id} suspended {k}", choice)
        for k, s in enumerate(provision.suspended)
    ]
    if provision.condition is not None:
        holes += _condition_holes(agreement, provision, choice)
    return without(intervals, holes)


def _condition_holes(agreement: Agreement, provision: Provision, choice: Choice) -> list[Interval]:
    """Days on which the condition does not hold: answered no, or unanswered and read so."""
    assert provision.condition is not None
    spans: dict[str, list[Interval]] = {"yes": [], "no": [], "unclear": []}
    for k, answer in enumerate(provision.condition.answers):
        key = f"{provision.id} condition {k}"
        spans[answer.holds].append(span_bounds(agreement, answer.from_, answer.until, key, choice))
    holes = spans["no"]
    if choice["condition"] == 1:
        unanswered = without([(Edge.at(_FIRST), Edge.at(_LAST))], spans["yes"] + spans["no"])
        holes = holes + unanswered
    return holes


def _parts(
    zone: str,
    zones: Mapping[str, tuple[DatedShape, ...]],
    intervals: Sequence[Interval],
    choice: Choice,
) -> tuple[Part, ...]:
    if not zone:
        return (Part("", None, Window.of(intervals)),)
    parts = []
    for number, version in enumerate(zones.get(zone, ())):
        opens = Edge.at(version.valid_from or _FIRST)
        closes = Edge.at(version.valid_to or _LAST)
        window = Window.of(meet(list(intervals), opens, closes))
        read = choice.get("open zone") if version.shape.op == "unknown" else None
        if read == 1:
            continue  # what is read as outside of it
        wherever = version.shape.op == "everywhere" or read == 0
        shape = None if wherever else version.shape
        parts.append(Part(f"{zone} {number}" if shape else "", shape, window))
    return tuple(parts)


def _carved(
    agreement: Agreement,
    provision: Provision,
    zones: Mapping[str, tuple[DatedShape, ...]],
    choice: Choice,
) -> list[tuple[int, tuple[Part, ...]]]:
    found = []
    groups: tuple[tuple[int, str, tuple[Carved, ...]], ...] = (
        (0, "except", provision.except_),
        (AUTHORISATIONS, "authorisation", provision.authorisations),
    )
    for base, word, parts in groups:
        for number, part in enumerate(parts):
            if part.zone is None and part.from_ is None and part.until is None:
                continue
            key = f"{provision.id} {word} {number}"
            try:
                span = span_bounds(agreement, part.from_, part.until, key, choice)
            except UnresolvedError:
                span = (Edge.at(_FIRST), Edge.at(_LAST))
            found.append((base + number, _parts(part.zone or "", zones, [span], {})))
    return found


def _changes(agreement: Agreement, choice: Choice) -> Ints:
    moments = set()
    for party_id, party in agreement.parties.items():
        for number, status in enumerate(party.status):
            try:
                start, end = span_bounds(
                    agreement, status.from_, status.until, f"{party_id} {number}", choice
                )
            except UnresolvedError:
                continue
            moments |= {start.hi, end.hi}
    moments -= {_FIRST, _LAST}
    return np.array(sorted(micros(m) for m in moments), dtype=np.int64)

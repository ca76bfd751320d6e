"""A decision: what a person says of which events are one happening. It outranks every score.

* ``join``: the named events are one happening.
* ``never``: no two of the named events are one happening.
* ``split``: the named events are one happening of their own, apart from ``others``: those
  that stood in one incident with them when it was decided.

Decisions speak of events, never of incidents, so that they hold whatever is linked later.
A decision that was withdrawn, or replaced by another, no longer counts; it stays on record.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

KINDS = ("join", "split", "never")


@dataclass(frozen=True, slots=True)
class Decision:
    """What one person decided. ``event_ids`` are sorted; ``at`` is UTC, ISO 8601.

    ``number`` is its entry in the case's register.
    """

    kind: str
    event_ids: tuple[str, ...]
    who: str
    at: str
    because: str
    number: int
    others: tuple[str, ...] = ()

    @property
    def joined(self) -> tuple[str, ...]:
        """Events that it puts together; empty where it puts none together."""
        return self.event_ids if self.kind != "never" and len(self.event_ids) > 1 else ()

    @property
    def kept_apart(self) -> tuple[tuple[str, str], ...]:
        """Pairs of events that it keeps apart, each in rising order."""
        if self.kind == "never":
            return tuple(combinations(self.event_ids, 2))
        pairs = {(min(a, b), max(a, b)) for a in self.event_ids for b in self.others}
        return tuple(sorted(pairs))

    def __str__(self) -> str:
        """One line: who decided what, when and why."""
        ids = " ".join(self.event_ids)
        return f"{self.number}: {self.kind} {ids} ({self.who}, {self.at}: {self.because})"


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Decisions that cannot all hold: a chain of joins brings two events together that
    ``apart`` keeps apart. ``joins`` are the joins of their group.
    """

    apart: Decision
    pair: tuple[str, str]
    joins: tuple[Decision, ...]

    def __str__(self) -> str:
        """One line."""
        joins = ", ".join(str(d.number) for d in self.joins)
        return (
            f"decision {self.apart.number} ({self.apart.kind}) keeps {self.pair[0]} and "
            f"{self.pair[1]} apart, and decision {joins} puts them together"
        )


def groups(decisions: Iterable[Decision]) -> list[tuple[str, ...]]:
    """Events that decisions put together, joins that share an event as one; sorted."""
    leader: dict[str, str] = {}

    def find(event: str) -> str:
        while leader.setdefault(event, event) != event:
            leader[event] = leader[leader[event]]
            event = leader[event]
        return event

    for decision in decisions:
        for event in decision.joined[1:]:
            one, other = sorted((find(decision.joined[0]), find(event)))
            leader[other] = one
    found: dict[str, list[str]] = {}
    for event in sorted(leader):
        found.setdefault(find(event), []).append(event)
    return sorted(tuple(members) for members in found.values())


def contradiction(decisions: Sequence[Decision]) -> Contradiction | None:
    """The first decision, in their order, that others make impossible; None where all can hold."""
    group_of = {event: k for k, members in enumerate(groups(decisions)) for event in members}
    for decision in decisions:
        for pair in decision.kept_apart:
            one, other = (group_of.get(event) for event in pair)
            if one is not None and one == other:
                joins = [d for d in decisions if d.joined and group_of[d.joined[0]] == one]
                return Contradiction(decision, pair, tuple(joins))
    return None

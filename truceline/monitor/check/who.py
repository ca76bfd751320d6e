"""Who: from the names in a report to the parties of an agreement, and whether a clause
speaks of them.

A name maps to every party whose list in ``actors`` has it; a name in several lists is
lumped and could be any of them. A name written out in a list outranks patterns (``*``).
A name in no list is ``UNLISTED``: it may or may not be a party. A name listed under
``not-a-party`` is known to be none.

A report is asked as *scenarios*: who may have acted against whom. If the clause forbids the
act in every scenario, the answer is yes; in none, no; otherwise it cannot be told.
"""

import csv
import fnmatch
import functools
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from typing import Literal

from truceline.model.agreement import BINDING, Agreement, PartyStatus
from truceline.model.provision import Provision
from truceline.model.timeline import Choice, UnresolvedError, span_bounds

UNLISTED = "?"
NO_PARTY = "-"

Answer = Literal["yes", "no", "party"]  # the last is a doubt, named by its cause


@dataclass(frozen=True, slots=True)
class Report:
    """What a report says of who did what to whom."""

    actor: tuple[str, ...]
    target: tuple[str, ...]
    attribution: str


class Names:
    """An agreement's list of names in event data, ready to be asked."""

    def __init__(self, agreement: Agreement) -> None:
        self._agreement = agreement
        self._exact: dict[str, set[str]] = {}
        self._patterns: list[tuple[re.Pattern[str], str]] = []
        for party_id, party in agreement.parties.items():
            for name in (party_id, party.name):
                self._exact.setdefault(_key(name), set()).add(party_id)
        for party_id, names in agreement.actors.items():
            mapped = NO_PARTY if party_id == "not-a-party" else party_id
            for name in names:
                if "*" in name or "?" in name:
                    pattern = re.compile(fnmatch.translate(_key(name)))
                    self._patterns.append((pattern, mapped))
                else:
                    self._exact.setdefault(_key(name), set()).add(mapped)
        self.parties_of = functools.lru_cache(maxsize=65_536)(self._parties_of)

    def _parties_of(self, name: str) -> frozenset[str]:
        key = _key(name)
        found = self._exact.get(key) or self._exact.get(_key(_unmarked(name)))
        if not found:
            found = {
                party
                for pattern, party in self._patterns
                if pattern.match(key) or pattern.match(_key(_unmarked(name)))
            }
        return frozenset(found or {UNLISTED})


def _unmarked(name: str) -> str:
    """A simulated actor's name without its mark, so that an exercise meets the same rules."""
    return re.sub(r"\s*\(SIMULATED\)$", "", name)


def _key(name: str) -> str:
    """Case and spacing do not count; marks that patterns and labels need are kept."""
    return re.sub(r"\s+", " ", name.strip().casefold())


@functools.cache
def _shown() -> tuple[tuple[re.Pattern[str], str], ...]:
    table = resources.files("truceline").joinpath("vocabulary", "targets.csv")
    rows = csv.DictReader(io.StringIO(table.read_text(encoding="utf-8")))
    return tuple(
        (re.compile(r"\b" + re.escape(r["words"]).replace(r"\*", r"\w*") + r"\b"), r["shown"])
        for r in rows
    )


def shown_to_be(names: Iterable[str]) -> tuple[str, ...]:
    """What named targets are shown to be: civilians, aid, monitors, protected."""
    found = {
        shown for name in names for pattern, shown in _shown() if pattern.search(name.casefold())
    }
    return tuple(sorted(found))


def members(agreement: Agreement, names: Iterable[str]) -> frozenset[str]:
    """Party ids behind a clause's list of parties and groups."""
    found: set[str] = set()
    for name in names:
        group = agreement.groups.get(name)
        found.update(group.members if group else (name,))
    return frozenset(found)


def status_on(
    agreement: Agreement, party: str, moment: datetime, choice: Choice
) -> tuple[PartyStatus, ...]:
    """The statuses that a party has at an instant (aware), under a choice of readings."""
    found = []
    if party not in agreement.parties:
        return ()
    for number, status in enumerate(agreement.parties[party].status):
        try:
            start, end = span_bounds(
                agreement, status.from_, status.until, f"{party} {number}", choice
            )
        except UnresolvedError:
            continue
        if start.hi <= moment < end.hi:
            found.append(status)
    return tuple(found)


def bound_on(agreement: Agreement, party: str, moment: datetime, choice: Choice) -> str:
    """Whether the terms bind a party at an instant: yes, no, disputed or unknown.

    A denunciation, expiry or suspension in force outranks what bound the party before.
    """
    statuses = status_on(agreement, party, moment, choice)
    if not statuses:
        if party in agreement.parties and agreement.parties[party].status:
            return "no"  # the file knows this party's statuses, and none holds on this day
        return "unknown"
    ended = [s for s in statuses if s.is_ in ("denounced", "expired", "suspended")]
    binding = [s for s in statuses if s.is_ in BINDING]
    if any(s.disputed for s in (ended or statuses)) and not (
        any(not s.disputed for s in binding) and not ended
    ):
        return "disputed"
    if ended:
        return "no"
    return "yes" if binding else "no"


def bound_among(
    agreement: Agreement, parties: Iterable[str], moments: Sequence[datetime], choice: Choice
) -> str:
    """One answer for all who may have acted: theirs where they agree, else ``unknown``."""
    answers = {
        "unknown"
        if p in (UNLISTED,)
        else "no"
        if p == NO_PARTY
        else bound_on(agreement, p, m, choice)
        for p in parties
        for m in moments
    }
    if len(answers) == 1:
        return answers.pop()
    return "unknown"


@dataclass(frozen=True, slots=True)
class Scenario:
    """Somebody acted against somebody. Sets hold what a lumped name could be."""

    doers: tuple[frozenset[str], ...]
    targets: tuple[frozenset[str], ...]


def scenarios(names: Names, report: Report) -> list[Scenario]:
    """Who may have acted against whom, as the report leaves it open."""
    actors = tuple(names.parties_of(n) for n in report.actor)
    targets = tuple(names.parties_of(n) for n in report.target)
    if report.attribution == "dyad":
        return [Scenario(actors, targets), Scenario(targets, actors)]
    if report.attribution == "unknown":
        return [Scenario((frozenset({UNLISTED}),), targets or actors)]
    if report.attribution == "disputed":
        return _accounts(names, report)
    return [Scenario(actors or (frozenset({UNLISTED}),), targets)]


def _accounts(names: Names, report: Report) -> list[Scenario]:
    """Each named actor alone, against each named target and against all of them.

    Where accounts differ on who acted, each side may stand among the targets of the other's
    account: nobody is asked as having acted against itself while another target is named.
    """
    found: dict[Scenario, None] = {}
    for actor in report.actor or ("",):
        doer = names.parties_of(actor) if actor else frozenset({UNLISTED})
        others = [t for t in report.target if t != actor] or list(report.target)
        whole = tuple(names.parties_of(t) for t in others)
        for targets in (whole, *((t,) for t in whole)):
            found[Scenario((doer,), targets)] = None
    return list(found)


def spoken_of(
    agreement: Agreement,
    provision: Provision,
    party: str,
    moments: Sequence[datetime],
    choice: Choice,
) -> Answer:
    """Whether the clause speaks of a party's acts on the days that a report spans."""
    if provision.by:
        listed = members(agreement, provision.by)
        if party == UNLISTED:
            return "party"
        if party not in listed:
            return "no"
    if provision.status:
        if party == UNLISTED:
            return "party"
        if party == NO_PARTY:
            return "no"
        found = {
            _has_status(status_on(agreement, party, m, choice), provision.status) for m in moments
        }
        return found.pop() if len(found) == 1 else "party"
    return "yes"


def _has_status(statuses: Sequence[PartyStatus], wanted: Sequence[str]) -> Answer:
    held = [s for s in statuses if s.is_ in wanted]
    if not held:
        return "no"
    return "yes" if any(not s.disputed for s in held) else "party"

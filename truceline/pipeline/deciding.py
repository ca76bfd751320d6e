"""What people decide in a case: which events are one happening, and what a finding is worth.

Both are entries of the case's register: append-only, with a name, a reason and a moment. A
decision that is replaced or withdrawn stays on record and no longer counts.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from truceline.model.decision import KINDS, Decision, contradiction
from truceline.model.finding import Findings
from truceline.model.review import STATES, Look, Review
from truceline.monitor.check.standing import clause_of, seen, standings
from truceline.store import audit
from truceline.store.case import Case
from truceline.store.register import Entry, New
from truceline.store.writer import writing

WITHDRAWN = "withdrawn"
_SUBJECT = "incidents"  # one subject for all, so that any decision can replace any other


class UndecidedError(ValueError):
    """Something that cannot be decided or reviewed so; the message is one line."""


def decisions(case: Case) -> list[Decision]:
    """The decisions that count, in the order in which they were made."""
    entries = case.entered("decision")
    gone = {e.supersedes for e in entries}
    return [_decision(e) for e in entries if e.id not in gone and e.said["kind"] in KINDS]


def _decision(entry: Entry) -> Decision:
    said = entry.said
    return Decision(
        said["kind"],
        tuple(said["event_ids"]),
        entry.who,
        entry.at,
        said["because"],
        entry.id,
        tuple(said.get("others", ())),
    )


def decide(
    case: Case,
    kind: str,
    event_ids: Sequence[str],
    *,
    who: str,
    because: str,
    incidents: pa.Table | None = None,
    instead: int | None = None,
) -> Decision:
    """Record a decision. It holds at the next ``check``.

    Args:
        case: an open case.
        kind: ``join``, ``split`` or ``never``.
        event_ids: the events it speaks of.
        who: the person who decides; ``because``: why. Neither may be empty.
        because: as above.
        incidents: the case's linked incidents; ``split`` needs them, to know from which
            events the named ones are split.
        instead: the number of a decision that this one replaces.

    Raises:
        UndecidedError: unknown events, too few of them, a decision that others contradict.
        CaseError: the case cannot be written to.
    """
    _signed(who, because)
    if kind not in KINDS:
        raise UndecidedError(f"no decision '{kind}'; there are: {', '.join(KINDS)}")
    ids = tuple(sorted({e.strip() for e in event_ids if e.strip()}))
    if len(ids) < 2 and kind != "split":
        raise UndecidedError(f"'{kind}' needs two different events or more; here: {len(ids)}")
    if not ids:
        raise UndecidedError("'split' needs the events that are split off")
    _must_be_there(case, ids)
    others: tuple[str, ...] = ()
    if kind == "split":
        others = _others(ids, incidents)
    with writing(case, who) as writer:
        standing = [d for d in decisions(case) if d.number != instead]
        if instead is not None:
            _known(case, instead)
        new = Decision(kind, ids, who, audit.now(), because, 0, others)
        against = contradiction([*standing, new])
        if against is not None:
            there = [d for d in (against.apart, *against.joins) if d.number]
            raise UndecidedError(
                f"{against.pair[0]} and {against.pair[1]} would be both joined and kept apart: "
                + "; ".join(f"decision {d}" for d in there)
                + f"; replace it with --instead {there[0].number}, or withdraw it"
            )
        said: dict[str, Any] = {"kind": kind, "event_ids": ids, "because": because}
        if others:
            said["others"] = others
        entry = writer.enter("decision", [New(_SUBJECT, _typed(said), supersedes=instead)])[0]
    return _decision(entry)


def withdraw(case: Case, number: int, *, who: str, because: str) -> Decision:
    """Take a decision back: it stays on record and no longer counts.

    Raises UndecidedError where no decision of this number counts, CaseError as ``decide``.
    """
    _signed(who, because)
    with writing(case, who) as writer:
        old = _known(case, number)
        said = _typed({"kind": WITHDRAWN, "because": because})
        writer.enter("decision", [New(_SUBJECT, said, supersedes=number)])
    return old


def _known(case: Case, number: int) -> Decision:
    counting = {d.number: d for d in decisions(case)}
    if number not in counting:
        there = ", ".join(str(n) for n in counting) or "none"
        raise UndecidedError(f"no decision {number} that still counts; there are: {there}")
    return counting[number]


def _signed(who: str, because: str) -> None:
    if not who.strip():
        raise UndecidedError("a decision has a name: give --by NAME")
    if not because.strip():
        raise UndecidedError("a decision has a reason: give --because TEXT")


def _typed(said: Mapping[str, Any]) -> dict[str, Any]:
    """What is entered, with the login and machine it was typed on."""
    plain: dict[str, Any] = json.loads(json.dumps({**said, "typed_by": audit.whoami()}))
    return plain


def _must_be_there(case: Case, ids: Sequence[str]) -> None:
    wanted = pa.array(ids, pa.string())
    kinds: dict[str, str] = {}
    for table in case.events():
        some = table.select(["event_id", "kind"])
        kinds |= {
            row["event_id"]: row["kind"]
            for row in some.filter(pc.is_in(some["event_id"], value_set=wanted)).to_pylist()
        }
    missing = [e for e in ids if e not in kinds]
    if missing:
        raise UndecidedError(
            f"no event '{missing[0]}' in the case; an event's id is SOURCE:ID, as in the column "
            "event_ids of 'truceline check DIR --out F.csv'"
        )
    apart = [e for e in ids if kinds[e] != "event"]
    if apart:
        raise UndecidedError(f"{apart[0]} is a {kinds[apart[0]]}, and a {kinds[apart[0]]} is "
                             "never part of an incident")  # fmt: skip


def _others(ids: Sequence[str], incidents: pa.Table | None) -> tuple[str, ...]:
    if incidents is None:
        raise UndecidedError("'split' needs the case's incidents; check the case first")
    found = {tuple(members) for members in _holding(incidents, ids)}
    if len(found) != 1:
        raise UndecidedError(
            f"these events are in {len(found)} incidents already; 'split' speaks of events of one"
        )
    others = tuple(e for e in found.pop() if e not in ids)
    if not others:
        raise UndecidedError("these events are a whole incident; leave one of its events out")
    return others


def _holding(incidents: pa.Table, ids: Iterable[str]) -> list[list[str]]:
    """The members of each incident that holds any of these events."""
    lists = incidents["event_ids"].combine_chunks()
    hit = pc.is_in(lists.flatten(), value_set=pa.array(list(ids), pa.string()))
    return list(lists.take(pc.unique(pc.list_parent_indices(lists).filter(hit))).to_pylist())


def reviews(case: Case) -> list[Review]:
    """Every review, in the order in which they were made."""
    return [
        Review(
            entry.subject,
            entry.said["provision"],
            entry.said["clause"],
            tuple(entry.said["event_ids"]),
            entry.said["state"],
            entry.who,
            entry.at,
            entry.said["because"],
            entry.id,
            entry.document,
            entry.said["seen"],
        )
        for entry in case.entered("review")
    ]


def reviewed(findings: Findings, made: Sequence[Review]) -> tuple[Findings, tuple[Look, ...]]:
    """The findings with their standing, and the reviews that need another look.

    The digest stays as it was: it is of what was computed, not of what people found.
    """
    if not made:
        return findings, ()
    standing, looks = standings(findings.rows, made)
    place = findings.rows.schema.get_field_index("standing")
    rows = findings.rows.set_column(place, "standing", standing)
    return replace(findings, rows=rows), looks


def review(
    case: Case,
    findings: Findings,
    finding_id: str,
    *,
    state: str,
    who: str,
    because: str,
    document: Path | None = None,
) -> Review:
    """Record what a person found about a finding.

    Args:
        case: an open case.
        findings: those of the case as it is now.
        finding_id: one of them; or one that was reviewed and is no more, to say that its
            going was seen.
        state: one of ``truceline.model.review.STATES``.
        who: the reviewer; ``because``: the words. Neither may be empty.
        because: as above.
        document: a file that the review stands on; it is kept under originals/.

    Raises:
        UndecidedError: no such finding or state, or no name or words.
        OSError: the document cannot be read. CaseError: the case cannot be written to.
    """
    if state not in STATES:
        raise UndecidedError(f"no state '{state}'; there are: {', '.join(STATES)}")
    _signed(who, because)
    place = pc.index(findings.rows["finding_id"], finding_id).as_py()
    said: dict[str, Any]
    if place >= 0:
        row = findings.rows.slice(place, 1).to_pylist()[0]
        said = {
            "provision": row["provision"],
            "clause": clause_of(finding_id, row["incident_id"]),
            "event_ids": sorted(row["event_ids"]),
            "seen": seen(row),
        }
    else:
        before = [r for r in reviews(case) if r.finding_id == finding_id]
        if not before:
            raise UndecidedError(
                f"no finding '{finding_id}' in the case; the column finding_id of "
                "'truceline check DIR --out F.csv' lists them"
            )
        old = before[-1]
        there = {str(row["finding_id"]) for look in standings(findings.rows, [old])[1]
                 for row in look.now}  # fmt: skip
        if there:
            raise UndecidedError(
                f"'{finding_id}' is no finding any more; its events are in "
                f"{', '.join(sorted(there))} now: review that"
            )
        said = {
            "provision": old.provision,
            "clause": old.clause,
            "event_ids": old.event_ids,
            "seen": {},
        }
    said |= {"state": state, "because": because}
    with writing(case, who) as writer:
        kept = ""
        if document is not None:
            with document.open("rb") as file:
                kept = writer.keep_document(file, document.name).sha256
        entry = writer.enter("review", [New(finding_id, _typed(said), kept)])[0]
    return next(r for r in reviews(case) if r.number == entry.id)

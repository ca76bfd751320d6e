"""Incidents of a case, or of files: linked, with what people decided, and cached.

The cache is a table under ``cache/incidents/`` whose name is the hash of all that it rests
on: the batches, what superseded what, the decisions, the agreement's names and the linker. It
may be deleted at any time, and is never read where anything of that is otherwise.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from truceline.model.decision import Decision
from truceline.model.finding import Findings
from truceline.model.incident import INCIDENT_SCHEMA
from truceline.model.review import Look, Review
from truceline.monitor.link.again import relink
from truceline.monitor.link.link import DEFAULT, Decided, Linked
from truceline.pipeline.check import check
from truceline.pipeline.deciding import decisions, reviewed, reviews
from truceline.pipeline.link import link_tables, parties_in
from truceline.pipeline.link_kept import keep, kept
from truceline.pipeline.terms import Terms
from truceline.store import record
from truceline.store.case import Case
from truceline.version import __version__

_ROWS = 32_768


class EventsLostError(AssertionError):
    """An event is in no incident, or in two: a fault of ours, never of the data."""


@dataclass(frozen=True)
class Incidents:
    """Linked incidents; summaries and leads stand beside them as rows of their own kind.

    ``table`` is in ``INCIDENT_SCHEMA``, in the order of the ids. ``notes`` are what the
    linker has to say to a person, one line each.
    """

    table: pa.Table
    notes: tuple[str, ...] = ()

    @property
    def linked(self) -> pa.Table:
        """The incidents alone."""
        return self.table.filter(pc.equal(self.table["kind"], "event"))

    @property
    def counts(self) -> dict[str, int]:
        """``incidents``, the ``events`` that they stand for, ``summaries`` and ``leads``."""
        kinds = {v["values"]: v["counts"] for v in pc.value_counts(self.table["kind"]).to_pylist()}
        return {
            "incidents": kinds.get("event", 0),
            "events": pc.sum(pc.list_value_length(self.linked["event_ids"])).as_py() or 0,
            "summaries": kinds.get("summary", 0),
            "leads": kinds.get("lead", 0),
        }

    def __str__(self) -> str:
        """The sum that always has to hold."""
        c = self.counts
        return (
            f"{c['incidents']:,} incidents stand for {c['events']:,} events "
            f"({c['summaries']:,} summaries and {c['leads']:,} leads kept apart)"
        )

    def slices(self) -> Iterator[pa.Table]:
        """The rows a part at a time, to be judged."""
        for start in range(0, self.table.num_rows, _ROWS):
            yield self.table.slice(start, _ROWS)


def decided_of(made: Sequence[Decision]) -> Decided:
    """People's decisions as pairs of events, as the linker takes them."""
    joined = {(d.joined[0], other) for d in made for other in d.joined[1:]}
    return Decided(frozenset(joined), frozenset(pair for d in made for pair in d.kept_apart))


def link_events(terms: Terms, events: Iterable[pa.Table]) -> Incidents:
    """Link tables in ``EVENT_SCHEMA``. Raises EventsLostError where the sum does not hold."""
    tables = list(events)
    made = link_tables(tables, names=parties_in(terms))
    return _reconciled(made, sum(t.num_rows for t in tables))


def _reconciled(made: Linked, given: int) -> Incidents:
    found = Incidents(made.incidents, made.notes)
    counts = found.counts
    if counts["events"] + counts["summaries"] + counts["leads"] != given:
        raise EventsLostError(f"{given:,} events, and {found}; report this")
    return found


def case_incidents(case: Case, terms: Terms) -> Incidents:
    """The case's incidents, with its decisions.

    From the cache where nothing changed; where batches came in or decisions changed, only
    what these can touch is linked again. The result is that of linking everything at once.
    Former ids that somebody reviewed stay as aliases; any other former id of an incident is
    among its ``event_ids``.

    Raises CaseError where the case cannot be read.
    """
    made = decisions(case)
    former = tuple(sorted({r.finding_id.removeprefix(f"{r.clause}/") for r in reviews(case)}))
    with case.record.reading() as db:
        batches = {b.id: f"{b.events_sha256}{b.superseded_sha256}" for b in record.batches(db)}
    rests = _rests(terms)
    whole = [sorted(batches.items()), [(d.kind, d.event_ids, d.others) for d in made], former]
    path = case.path / "cache" / "incidents" / f"{_hash([rests, *whole])}.parquet"
    known = _kept(path)
    if known is None:
        linked = _linked(case, terms, batches, rests, decided_of(made))
        known = _reconciled(replace(linked, former=former), len(linked.reports))
        keep(case, linked, batches, rests)
        _keep(known, path)
    return known


def _linked(
    case: Case, terms: Terms, batches: Mapping[int, str], rests: str, decided: Decided
) -> Linked:
    names = parties_in(terms)
    with suppress(OSError, pa.ArrowException):  # reading it all, below, says what is wrong
        before = kept(case, batches, rests, names)
        if before is not None:
            return relink(before[0], before[1], decided=decided)
    return link_tables(case.events(), decided=decided, names=names)


def _rests(terms: Terms) -> str:
    """The hash of what linking rests on besides events and decisions."""
    agreement = terms.agreement
    names = {
        "parties": {k: p.name for k, p in agreement.parties.items()},
        "actors": {k: list(v) for k, v in agreement.actors.items()},
    }
    return _hash([names, f"{__version__} {DEFAULT}", INCIDENT_SCHEMA.to_string()])


def _hash(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def _kept(path: Path) -> Incidents | None:
    """What the cache has under this name; None where it has nothing that can be read."""
    try:
        table = pq.read_table(path, page_checksum_verification=True, memory_map=False)
    except (OSError, pa.ArrowException):
        return None
    notes = (table.schema.metadata or {}).get(b"notes")
    if notes is None or not table.schema.equals(INCIDENT_SCHEMA):
        return None
    return Incidents(table.replace_schema_metadata(None), tuple(json.loads(notes)))


def _keep(made: Incidents, path: Path) -> None:
    """Put incidents into the cache; a case that cannot be written to goes without."""
    notes = {b"notes": json.dumps(made.notes).encode()}
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f"{os.getpid()}.tmp")
        try:
            table = made.table.replace_schema_metadata(notes)
            pq.write_table(table, temporary, compression="zstd", write_page_checksum=True)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
        for old in path.parent.iterdir():
            if old != path and old.suffix == ".parquet":
                old.unlink(missing_ok=True)


@dataclass(frozen=True)
class Judged:
    """Findings on linked incidents, with their standing, and what needs another look."""

    findings: Findings
    incidents: Incidents
    looks: tuple[Look, ...] = ()
    reviews: tuple[Review, ...] = ()


def check_case(case: Case, terms: Terms, threads: int | None = None) -> Judged:
    """Judge the case's linked incidents; reviews give the findings their standing.

    Raises CaseError where the case cannot be read.
    """
    incidents = case_incidents(case, terms)
    made = reviews(case)
    findings, looks = reviewed(check(terms, incidents.slices(), threads), made)
    return Judged(findings, incidents, looks, tuple(made))


def check_linked(terms: Terms, events: Iterable[pa.Table], threads: int | None = None) -> Judged:
    """Link events at hand and judge the incidents."""
    incidents = link_events(terms, events)
    return Judged(check(terms, incidents.slices(), threads), incidents)

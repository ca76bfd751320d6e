"""Linking: from events to incidents.

Reports of several sources are compared where they could be of one happening
(``blocks``), scored as log-odds in parts (``score``), scored again with what all of them
teach about their sources (``lessons``), and grouped by a rule that knows no order
(``groups``). The method, its weights and their reasons:
docs/linking.md.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from truceline.monitor.link.blocks import candidates
from truceline.monitor.link.decided import settled
from truceline.monitor.link.density import Crowd
from truceline.monitor.link.groups import grouped
from truceline.monitor.link.incidents import incident_table
from truceline.monitor.link.lessons import Lesson, lessons
from truceline.monitor.link.names import Parties, parties_of
from truceline.monitor.link.reports import EVENT, LEAD, Floats, Ints, Reports, reports_of
from truceline.monitor.link.score import PARTS, Scorer
from truceline.monitor.link.twins import twin_notes
from truceline.monitor.link.voices import Known, told
from truceline.monitor.link.weights import DEFAULT, NONE, Decided, Weights
from truceline.monitor.link.words import pair_table

__all__ = ["DEFAULT", "NONE", "Decided", "Linked", "Scored", "Weights", "link"]


@dataclass(frozen=True)
class Scored:
    """Pairs of rows (i < j) that were compared and kept, sorted, and the parts of their score
    in the order of ``score.PARTS``.
    """

    i: Ints
    j: Ints
    parts: Floats

    @property
    def score(self) -> Floats:
        """Log-odds that both rows describe one happening."""
        found: Floats = np.round(self.parts.sum(axis=1, dtype=np.float64), 4)
        return found


@dataclass(frozen=True)
class Linked:
    """What linking gave. Tables are made when they are first asked for.

    ``first`` are the first scores of pairs, ``scored`` the same after ``lessons``. ``label``
    is for each report the row of its incident's least member.
    """

    reports: Reports
    crowd: Crowd
    first: Scored
    lessons: tuple[Lesson, ...]
    scored: Scored
    label: Ints
    supports: Ints  # for each lead the row of its incident's least member, else -1
    weights: Weights
    decided: Decided
    names: Parties | None
    former: tuple[str, ...]
    notes: tuple[str, ...]

    @cached_property
    def membership(self) -> pa.Table:
        """``incident_id``, ``event_id``: every event once, in the order of both."""
        order = np.lexsort((np.arange(len(self.label)), self.label))
        return pa.table(
            {
                "incident_id": self.reports.ids.take(pa.array(self.label[order])),
                "event_id": self.reports.ids.take(pa.array(order)),
            }
        )

    @cached_property
    def incidents(self) -> pa.Table:
        """All incidents in ``INCIDENT_SCHEMA``, in the order of their ids; summaries and leads
        are rows of their own kind.
        """
        return incident_table(
            self.reports, self.label, self.supports, self.former, parties_of(self.names)
        )

    @cached_property
    def pairs(self) -> pa.Table:
        """The compared pairs that were kept, in ``PAIR_SCHEMA``, in the order of their ids."""
        s = self.scored
        return pair_table(
            self.reports,
            s.i,
            s.j,
            s.parts,
            s.score,
            self.label,
            lessons=self.lessons,
        )

    @property
    def counts(self) -> dict[str, int]:
        """How many events, incidents, linked events, summaries and leads."""
        kind = self.reports.kind
        event = kind == EVENT
        incidents = np.unique(self.label[event], return_counts=True)[1]
        return {
            "events": int(event.sum()),
            "incidents": len(incidents),
            "reported more than once": int((incidents > 1).sum()),
            "summaries": int((kind == EVENT + 1).sum()),
            "leads": int((kind == LEAD).sum()),
        }


def link(
    events: pa.Table,
    *,
    weights: Weights = DEFAULT,
    decided: Decided = NONE,
    names: Parties | None = None,
    former: tuple[str, ...] = (),
) -> Linked:
    """Link events (a table in ``EVENT_SCHEMA``) into incidents.

    ``decided`` are people's decisions. ``names`` gives the parties behind an actor's name
    (``monitor.who.Names(agreement).parties_of``, or a mapping). ``former`` are incident ids
    that were given out before: each stays an alias of the incident that holds its event.
    The result depends on nothing else, and not on the order of the rows.
    """
    reports, notes = reports_of(events, weights)
    crowd = Crowd.of(reports, weights)
    scorer = Scorer(reports, crowd, weights, parties_of(names))
    some: list[tuple[Ints, Ints, Floats]] = []
    for i, j in candidates(reports, crowd, scorer, weights):
        kept, parts = scorer.score(i, j)
        if len(kept):
            some.append((i[kept], j[kept], parts))
    known = settled_on(reports, decided)
    first = sorted_pairs(some)
    learned, scored = taught(reports, first, weights)
    label = labels(reports, scored, known, weights)
    return linked(
        reports,
        crowd,
        first,
        learned,
        scored,
        label,
        known,
        weights,
        decided,
        names,
        former,
        notes,
    )


def sorted_pairs(some: list[tuple[Ints, Ints, Floats]]) -> Scored:
    """Stretches of scored pairs as one, in the order of their rows."""
    if not some:
        none = np.zeros(0, np.int64)
        return Scored(none, none, np.zeros((0, len(PARTS)), np.float32))
    i, j, parts = (np.concatenate([s[k] for s in some]) for k in range(3))
    order = np.lexsort((j, i))
    return Scored(i[order], j[order], parts[order].astype(np.float32))


def taught(reports: Reports, first: Scored, weights: Weights) -> tuple[tuple[Lesson, ...], Scored]:
    """What the pairs teach about their sources, and the pairs as they are after it."""
    learned, parts = lessons(reports, first.i, first.j, first.parts, weights)
    if not learned:
        return learned, first
    again = Scored(first.i, first.j, parts)
    kept = again.score >= weights.keep
    return learned, Scored(first.i[kept], first.j[kept], parts[kept])


def settled_on(reports: Reports, decided: Decided) -> tuple[Known, tuple[str, ...]]:
    """What grouping looks at, and the decisions that could not be followed."""
    join, split, notes = settled(reports, decided)
    return Known(reports.source.code, reports.vague, join, split), notes


def labels(
    reports: Reports, scored: Scored, settled_: tuple[Known, tuple[str, ...]], weights: Weights
) -> Ints:
    """For each report the row of its incident's least member."""
    event = reports.kind == EVENT
    both = event[scored.i] & event[scored.j]
    i, j = scored.i[both], scored.j[both]
    return grouped(settled_[0], i, j, scored.score[both], told(reports, i, j), weights)


def linked(
    reports: Reports,
    crowd: Crowd,
    first: Scored,
    lessons: tuple[Lesson, ...],
    scored: Scored,
    label: Ints,
    settled_: tuple[Known, tuple[str, ...]],
    weights: Weights,
    decided: Decided,
    names: Parties | None,
    former: tuple[str, ...],
    notes: tuple[str, ...],
) -> Linked:
    """All that was found, with what a person should know about it."""
    return Linked(
        reports=reports,
        crowd=crowd,
        first=first,
        lessons=lessons,
        scored=scored,
        label=label,
        supports=_supported(reports, scored, scored.score, label, weights),
        weights=weights,
        decided=decided,
        names=names,
        former=tuple(sorted(set(former))),
        notes=notes + settled_[1] + _heap_notes(crowd) + twin_notes(reports),
    )


def _supported(
    reports: Reports, scored: Scored, score: Floats, label: Ints, weights: Weights
) -> Ints:
    """For each lead the incident of the report that it fits best, if it fits one; else -1."""
    found = np.full(len(reports), -1, np.int64)
    kind = reports.kind
    one = (kind[scored.i] == LEAD) & (kind[scored.j] == EVENT)
    two = (kind[scored.j] == LEAD) & (kind[scored.i] == EVENT)
    some = np.flatnonzero((one | two) & (score >= weights.link))
    lead = np.where(one, scored.i, scored.j)[some]
    report = np.where(one, scored.j, scored.i)[some]
    order = np.lexsort((-report, score[some]))  # the last write wins: best score, least id
    found[lead[order]] = label[report[order]]
    return found


def _heap_notes(crowd: Crowd) -> tuple[str, ...]:
    found = []
    for lon, lat, day, count, sources in crowd.heaps[:5]:
        when = np.datetime64(day, "D")
        if sources:
            found.append(
                f"{sources:,} sources speak of about one place ({lon:g}, {lat:g}) and day ({when}), "
                f"in {count:,} reports: more than can be compared; each stands alone; if they are "
                "one source, give them one name in the column 'source'"
            )
            continue
        found.append(
            f"{count:,} reports stand on one point ({lon:g}, {lat:g}) and day ({when}): that looks "
            "like a gazetteer's default place; they are not linked by it"
        )
    if len(crowd.heaps) > 5:
        rest = sum(h[3] for h in crowd.heaps[5:])
        found.append(
            f"… and {len(crowd.heaps) - 5:,} more such points and places with {rest:,} reports"
        )
    return tuple(found)

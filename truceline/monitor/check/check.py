"""Check: incidents against provisions.

For each incident and provision, under every reading of a doubtful word:

    p_time = share of the report's span inside the provision's window
    p_zone = share of the report's region inside its zone, the edge's accuracy counted in
    p      = p_time * p_zone
    inside where p >= threshold, outside where p <= 1 - threshold, else cannot tell

and then whether the clause forbids such an act to those who may have done it
(``monitor.rules``). A verdict is ``breach`` only where it is so under every reading,
``no-breach`` likewise, else ``cannot-tell``. docs/method.md gives the method in full.

Work is done on whole Arrow batches; a row depends on nothing else in its batch.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from truceline.model.agreement import Agreement
from truceline.model.finding import BOUNDS, CAUSES, VERDICTS
from truceline.model.unit import Units
from truceline.model.zone import DatedShape
from truceline.monitor.check.clauses import DatedClause, Part, Reading, clauses
from truceline.monitor.check.columns import Columns, distinct
from truceline.monitor.check.outcome import (
    BREACH,
    CANNOT,
    CAUSE,
    NO,
    Merged,
    Outcome,
    merge,
    touched_rows,
)
from truceline.monitor.check.rules import Answer, Judgement
from truceline.monitor.check.sentences import (
    Sentences,
    ShareSentences,
    place_sentences,
    reading_sentence,
    time_sentences,
)
from truceline.monitor.check.who import Names
from truceline.monitor.check.windows import Floats, Ints
from truceline.monitor.locate.locate import Locator, Regions
from truceline.monitor.locate.reach import Reach

Bools = npt.NDArray[np.bool_]
_DOUBT = 10  # answers from here on are doubts: _DOUBT + the code of the cause
_ANSWER: Mapping[Answer, int] = {
    "no": 0,
    "yes": 1,
    "place": _DOUBT + CAUSE["place"],
    "act": _DOUBT + CAUSE["act"],
    "party": _DOUBT + CAUSE["party"],
    "text": _DOUBT + CAUSE["text"],
}
_PLACED: tuple[Answer, ...] = ("no", "yes", "place")
_SHARES = 10_000  # shares are told to four decimals
_SLACK = 1e-9  # shares are sums of floating point numbers; a threshold is met to this


@dataclass(frozen=True)
class Checked:
    """What one batch gave: findings (columns of ``finding_schema`` but ``reasons``), for
    each finding the indices of its sentences, and the counts.
    """

    rows: pa.Table
    pointers: pa.Array
    checked: int
    untouched: int
    summaries: int
    leads: int


class Checker:
    """An agreement and its ground, prepared once; ``batch`` judges any number of batches.

    Safe to call from several threads.
    """

    def __init__(
        self,
        agreement: Agreement,
        zones: Mapping[str, tuple[DatedShape, ...]],
        units: Units | None = None,
        locators: dict[str, Locator] | None = None,
    ) -> None:
        """``locators`` shares prepared kernels among checkers of the same ground."""
        self.agreement = agreement
        self.units = units or Units(())
        self.clauses = clauses(agreement, zones, Names(agreement), datetime(2100, 1, 1, tzinfo=UTC))
        self.reach = Reach.of(self.clauses)
        self.sentences = Sentences()
        self._locators = {} if locators is None else locators
        self._lock = threading.Lock()
        self._judged: dict[tuple[object, ...], Judgement] = {}
        self._by_shares: dict[tuple[str, int], Ints] = {}

    def locator(self, part: Part) -> Locator:
        """The prepared kernel of a part's zone, made when it is first asked for."""
        assert part.shape is not None
        with self._lock:
            found = self._locators.get(part.key)
            if found is None:
                found = self._locators[part.key] = Locator(part.shape, self.units)
            return found

    def batch(self, incidents: pa.Table) -> Checked:
        """Judge a table of incidents: ``EVENT_SCHEMA`` plus ``incident_id`` and ``event_ids``.

        Without those two columns each event is its own incident. Summaries and leads are
        counted and never judged.
        """
        events = pc.equal(incidents["kind"], "event")
        summaries = pc.sum(pc.equal(incidents["kind"], "summary")).as_py() or 0
        leads = pc.sum(pc.equal(incidents["kind"], "lead")).as_py() or 0
        if summaries or leads:
            incidents = incidents.filter(events)
        near = self.reach.near(incidents)
        if near is not None and len(near) < incidents.num_rows:
            columns = Columns.of(incidents.take(pa.array(near)))
        else:
            columns = Columns.of(incidents)
        shares = _Shares(self, columns)
        touched = np.zeros(columns.n, dtype=bool)
        tables, pointers = [], []
        for clause in self.clauses:
            outcomes = [self._outcome(clause, r, columns, shares) for r in clause.readings]
            index = touched_rows(outcomes, columns.n)
            if not len(index):
                continue
            touched[index] = True
            merged = merge(outcomes, index)
            tables.append(self._rows(clause, columns, index, outcomes, merged))
            pointers.append(_lists(self._said(clause, outcomes, merged)))
        return Checked(
            pa.concat_tables(tables) if tables else self._rows_of_none(columns),
            pa.concat_arrays(pointers) if pointers else pa.array([], pa.list_(pa.int32())),
            incidents.num_rows,
            incidents.num_rows - int(touched.sum()),
            summaries,
            leads,
        )

    def _outcome(
        self, clause: DatedClause, reading: Reading, columns: Columns, shares: "_Shares"
    ) -> Outcome:
        """The verdicts of one clause under one reading, for the rows it touches."""
        index, p_zone, p_time = _inside(reading, columns, shares)
        judged, which = self._judge(clause, reading, columns, index, shares)
        answer = np.array([_ANSWER[j.answer] for j in judged], dtype=np.int8)[which]
        p = p_zone * p_time
        vague = np.isnan(p)
        inside = ~vague & (p >= clause.threshold - _SLACK)
        outside = ~vague & (p <= 1 - clause.threshold + _SLACK)
        verdict = np.full(len(index), CANNOT, dtype=np.int8)
        verdict[inside & (answer == 1)] = BREACH
        verdict[outside | (answer == 0)] = NO
        cause = np.where(answer >= _DOUBT, answer - _DOUBT, 0).astype(np.int8)
        between = ~inside & ~outside
        lesser = np.where(vague | (p_zone <= p_time), CAUSE["place"], CAUSE["time"])
        cause[between] = lesser[between]
        cause[verdict != CANNOT] = 0
        return Outcome(index, verdict, cause, p_zone, p_time, tuple(judged), which)

    def _judge(
        self,
        clause: DatedClause,
        reading: Reading,
        columns: Columns,
        index: Ints,
        shares: "_Shares",
    ) -> tuple[list[Judgement], Ints]:
        """One judgement for each kind of report among the rows, and which row has which."""
        start, end = columns.start[index], columns.end[index]
        first = np.searchsorted(reading.changes, start, side="right")
        last = np.searchsorted(reading.changes, np.maximum(end - 1, start), side="right")
        placed = [
            _placed(parts, clause.threshold, columns, index, shares) for _, parts in reading.carved
        ]
        kinds, which = distinct([columns.deed[index], first, last, *placed])
        judged = []
        for kind in kinds:
            deed = columns.deeds[kind[0]]
            key = (clause.label, tuple(reading.choice.items()), deed, *kind[1:])
            found = self._judged.get(key)
            if found is None:
                codes = zip(reading.carved, kind[3:], strict=True)
                found = clause.clause.judge(
                    deed,
                    reading.moments(kind[1], kind[2]),
                    reading.choice,
                    {slot: _PLACED[code] for (slot, _), code in codes},
                )
                self._judged[key] = found
            judged.append(found)
        return judged, which

    def _said(self, clause: DatedClause, outcomes: Sequence[Outcome], merged: Merged) -> list[Ints]:
        """The sentences of each finding, slot by slot; -1 where a finding has none there."""
        add = self.sentences.add
        n = len(merged.shown)
        slots: list[Ints] = []
        for number, (reading, outcome) in enumerate(zip(clause.readings, outcomes, strict=True)):
            rows = np.flatnonzero(merged.shown == number)
            if not len(rows):
                continue
            at = merged.place[rows]
            said = [[add(*s) for s in j.sentences] for j in outcome.judged]
            width = max(len(s) for s in said)
            padded = np.array([s + [-1] * (width - len(s)) for s in said], dtype=np.int64)
            filled = [
                self._by_share(outcome.p_zone[at], place_sentences, clause, reading),
                self._by_share(outcome.p_time[at], time_sentences, clause, reading),
                *padded[outcome.which[at]].T,
            ]
            slots += [np.full(n, -1, dtype=np.int64) for _ in range(len(filled) - len(slots))]
            for slot, values in zip(slots, filled, strict=False):
                slot[rows] = values
        if len(outcomes) > 1:
            kinds, which = distinct(list(merged.by_reading.T))
            words = [
                reading_sentence(
                    [
                        (r.words, VERDICTS[code // len(CAUSES)], CAUSES[code % len(CAUSES)])
                        for r, code in zip(clause.readings, kind, strict=True)
                    ]
                )
                for kind in kinds
            ]
            slots.append(np.array([add(*w) for w in words], dtype=np.int64)[which])
        return slots

    def _by_share(
        self, share: Floats, write: ShareSentences, clause: DatedClause, reading: Reading
    ) -> Ints:
        """One sentence for each share to four decimals, written when it first comes up."""
        key = (write.__name__, id(reading))  # of the clauses that are kept here
        known = self._by_shares.setdefault(key, np.full(_SHARES + 2, -1, dtype=np.int64))
        codes = np.where(np.isnan(share), _SHARES + 1, np.round(share * _SHARES)).astype(np.int64)
        said = known.take(codes)
        if said.min(initial=0) < 0:
            new = np.unique(codes[said < 0]).tolist()
            stated = [None if code > _SHARES else code / _SHARES for code in new]
            words = write(clause, reading, stated, self.agreement.timezone)
            known[new] = self.sentences.add_all(*words)
            said = known.take(codes)
        return said

    def _rows(
        self,
        clause: DatedClause,
        columns: Columns,
        index: Ints,
        outcomes: Sequence[Outcome],
        merged: Merged,
    ) -> pa.Table:
        """The findings' columns, in the schema's order, without reasons."""
        n = len(index)
        p_zone, p_time = np.zeros(n), np.zeros(n)
        bound, party = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
        parties: list[list[str]] = []
        for number, outcome in enumerate(outcomes):
            rows = np.flatnonzero(merged.shown == number)
            at = merged.place[rows]
            p_zone[rows], p_time[rows] = outcome.p_zone[at], outcome.p_time[at]
            if len(rows):
                bounds = np.array([BOUNDS.index(j.bound) for j in outcome.judged])
                bound[rows] = bounds[outcome.which[at]]
                party[rows] = outcome.which[at] + len(parties)
            parties += [list(j.parties) for j in outcome.judged]
        wanted = [name for name in _ORDER if name in columns.source.schema.names]
        picked = columns.source.select(wanted).take(pa.array(index))
        prefix = f"{self.agreement.agreement}/{clause.label}/"
        own = {
            "finding_id": pc.binary_join_element_wise(prefix, picked["incident_id"], ""),
            "agreement": pa.repeat(self.agreement.agreement, n),
            "provision": pa.repeat(clause.provision.id, n),
            "verdict": pa.array(VERDICTS).take(pa.array(merged.verdict)),
            "cause": pa.array(CAUSES).take(pa.array(merged.cause)),
            "bound": pa.array(BOUNDS).take(pa.array(bound)),
            "standing": pa.repeat("apparent", n),
            "p_zone": pa.array(np.round(p_zone, 4), from_pandas=True),
            "p_time": pa.array(np.round(p_time, 4)),
            "party": pa.array(parties, pa.list_(pa.string())).take(pa.array(party)),
        }
        return pa.table({name: own[name] if name in own else picked[name] for name in _ORDER})

    def _rows_of_none(self, columns: Columns) -> pa.Table:
        empty = columns.source.slice(0, 0)
        own = {
            name: pa.array([], pa.float64() if name.startswith("p_") else pa.string())
            for name in _ORDER
            if name not in empty.schema.names
        }
        own["party"] = pa.array([], pa.list_(pa.string()))
        return pa.table({name: own[name] if name in own else empty[name] for name in _ORDER})


_ORDER = (
    "finding_id",
    "agreement",
    "provision",
    "incident_id",
    "event_ids",
    "verdict",
    "cause",
    "bound",
    "standing",
    "p_zone",
    "p_time",
    "act",
    "actor",
    "party",
    "start",
    "end",
    "lon",
    "lat",
    "radius_m",
    "deaths_low",
    "deaths_best",
    "deaths_high",
    "attribution",
    "count",
)


class _Shares:
    """p_zone of a batch's rows, asked of each zone once and only where it is needed."""

    def __init__(self, checker: Checker, columns: Columns) -> None:
        self._checker = checker
        self._regions = Regions.of(columns.source)
        self._n = columns.n
        self._known: dict[str, tuple[Bools, Floats]] = {}

    def of(self, part: Part, index: Ints) -> Floats:
        """Shares of the rows ``index``; 1 where the clause holds wherever it is done."""
        if part.shape is None:
            return np.ones(len(index))
        if part.key not in self._known:
            self._known[part.key] = np.zeros(self._n, dtype=bool), np.zeros(self._n)
        done, values = self._known[part.key]
        todo = index[~done[index]]
        if len(todo):
            values[todo] = self._checker.locator(part).share(self._regions.take(todo))
            done[todo] = True
        return values[index]


def _inside(reading: Reading, columns: Columns, shares: _Shares) -> tuple[Ints, Floats, Floats]:
    """The rows that a reading touches, with p_zone and p_time.

    A zone that changes by phase has several parts: p = sum of p_time * p_zone over them,
    p_time is the sum of theirs, and p_zone = p / p_time.
    """
    p_time, p = np.zeros(columns.n), np.zeros(columns.n)
    for part in reading.parts:
        near = np.flatnonzero(part.window.touches(columns.start, columns.end))
        share = part.window.share(columns.start[near], columns.end[near])
        near, share = near[share > 0], share[share > 0]
        p_time[near] += share
        p[near] += share * shares.of(part, near)
    index = np.flatnonzero((np.round(p, 4) > 0) | np.isnan(p))
    p_time, p = np.minimum(p_time[index], 1.0), p[index]
    return index, np.minimum(p / p_time, 1.0), p_time


def _placed(
    parts: Sequence[Part], threshold: float, columns: Columns, index: Ints, shares: _Shares
) -> Ints:
    """For an exception with a zone or a window: 0 outside it, 1 inside, 2 cannot tell."""
    share = np.zeros(len(index))
    for part in parts:
        during = part.window.share(columns.start[index], columns.end[index])
        share += np.where(during > 0, during * shares.of(part, index), 0.0)
    code = np.full(len(index), 2, dtype=np.int64)
    code[share >= threshold - _SLACK] = 1
    code[share <= 1 - threshold + _SLACK] = 0
    return code


def _lists(slots: Sequence[Ints]) -> pa.Array:
    """Slots of indices (-1 for none) as one list of indices for each row."""
    grid = np.stack(slots, axis=1)
    kept = grid >= 0
    offsets = np.concatenate(([0], np.cumsum(kept.sum(axis=1)))).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), pa.array(grid[kept].astype(np.int32)))

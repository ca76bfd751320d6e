"""Finding candidates among pairs, ranking them, and saying in plain words what speaks for each."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from truceline.monitor.answers.answering import Cue, plain
from truceline.monitor.answers.opposed import NOT, OPEN, RELATION_WORDS, RELATIONS, Sides
from truceline.monitor.answers.pairs import (
    ACTOR,
    NEAR,
    PLACE,
    SAID,
    Happenings,
    Pairs,
    alike,
    near_pairs,
    p_place,
    p_time,
)
from truceline.monitor.check.windows import Floats, Ints

Bools = npt.NDArray[np.bool_]
_BASES = ((NEAR, "near"), (SAID, "said"), (PLACE, "named-place"), (ACTOR, "named-actor"))
_LONGEST_NAME = 5  # words of a name that is looked for in a quote
_SAYS = {
    "answer": "a source says that this act was an answer",
    "self-defence": "a source tells of a claim of self-defence",
    "after": "a source says that this act came after an attack",
}


@dataclass(frozen=True, slots=True)
class Options:
    """The limits, all of which are a choice and can be told otherwise.

    48 hours and 20 km: an answer to fire is mostly given within a day or two, by what stands
    within the range of the fire that it answers (a 155 mm howitzer reaches about 20 km).
    ``least`` is the least p that makes a candidate. ``most`` candidates are listed of each
    incident. ``open_sides``: also where who acted is not known. ``depth``: how many steps a
    chain is followed back.
    """

    hours: float = 48.0
    km: float = 20.0
    named_hours: float = 168.0
    named_km: float = 100.0
    least: float = 0.2
    most: int = 5
    depth: int = 8
    open_sides: bool = False

    def __post_init__(self) -> None:
        for name in ("hours", "km", "named_hours", "named_km"):
            if not 0 < getattr(self, name) <= 100_000:
                raise ValueError(f"{name} is {getattr(self, name):g}; give more than 0")
        if not 0 < self.least < 1:
            raise ValueError(f"least is {self.least:g}; give a probability between 0 and 1")
        if self.most < 1 or self.depth < 1:
            raise ValueError("most and depth are at least 1")


DEFAULT = Options()


class Finder:
    """Candidates for the rows of one table, which are in the order of their start."""

    def __init__(
        self,
        table: pa.Table,
        rows: Happenings,
        sides: Sides,
        told: Mapping[int, Sequence[Cue]],
        options: Options,
    ) -> None:
        self.rows, self.sides, self.options = rows, sides, options
        self._told = np.zeros(table.num_rows, dtype=bool)
        self._told[list(told)] = True
        self._places, by_place = _coded(table["place"])
        self._actors, by_actor = _coded(pc.binary_join(table["actor"], "\x1f"))
        self._place_keys = self._mentioned(told, by_place, self._places, own=True)
        self._actor_keys = self._mentioned(told, by_actor, self._actors, own=False)

    @staticmethod
    def _mentioned(
        told: Mapping[int, Sequence[Cue]], names: Mapping[str, list[int]], codes: Ints, own: bool
    ) -> Ints:
        """Keys row * (number of codes) + code of what the quotes of a row name.

        A row's ``own`` place is no sign: the sentence says where the act itself was.
        """
        width = int(codes.max(initial=0)) + 1
        keys = {
            row * width + code
            for row, heard in told.items()
            for cue in heard
            for phrase in _phrases(cue.quote)
            for code in names.get(phrase, ())
            if not (own and code == codes[row])
        }
        return np.array(sorted(keys), dtype=np.int64)

    def found(self, asked: Bools, short: Bools) -> tuple[Pairs, Ints]:
        """The listed candidates in order, and how many each row has in all.

        ``asked`` rows can answer and be answered; those also ``short`` by nearness.
        """
        options, rows = self.options, self.rows
        sizes = np.zeros(len(asked), dtype=np.int64)
        kept = []
        # Of rows that say the same (a gazetteer's default place has thousands on one day) no
        # more than can be listed are compared; the others are counted with them.
        same = (rows.start, rows.end, rows.lon, rows.lat, rows.radius, self.sides.code)
        group, rank, many = alike([*same, self._places, self._actors, asked])
        first = rank <= options.most
        pairs = near_pairs(rows, short, first, options.hours, options.km, options.least)
        for later, earlier in pairs:
            some = self._near(later, earlier)
            own = group[some.later] == group[some.earlier]
            lead = rank[some.earlier] == np.where(own & (rank[some.later] == 0), 1, 0)
            told = np.where(lead, many[some.earlier] - own, 0)
            sizes += np.bincount(some.later, told, minlength=len(sizes)).astype(np.int64)
            kept.append(self._first(some))
        near = Pairs.joined(kept)
        named = self._named(asked)
        known = np.isin(self._key(named), self._key(near))
        # A named pair that is near too, and was not among the first, is counted already.
        near_too = named.basis & NEAR > 0
        sizes += np.bincount(named.take(~near_too).later, minlength=len(sizes))
        return self._first(Pairs.joined([near, named.take(~known)])), sizes

    def _key(self, pairs: Pairs) -> Ints:
        return pairs.later * len(self._told) + pairs.earlier

    def _near(self, later: Ints, earlier: Ints) -> Pairs:
        """The pairs that are near and by another side."""
        relation = self._relation(later, earlier)
        kept = relation < NOT
        later, earlier, relation = later[kept], earlier[kept], relation[kept]
        in_time = p_time(self.rows, later, earlier, self.options.hours)
        kept = in_time >= self.options.least
        some = self._pairs(later[kept], earlier[kept], relation[kept], in_time[kept])
        some = some.take(some.p_time * some.p_place >= self.options.least)
        some.basis[:] |= NEAR
        return some

    def _named(self, asked: Bools) -> Pairs:
        """The pairs of which a quote of the later names the earlier's place."""
        width = int(self._places.max(initial=0)) + 1
        rows, options = self.rows, self.options
        order = np.argsort(self._places, kind="stable")
        sorted_places = self._places[order]
        later, earlier = [], []
        for key in self._place_keys.tolist():
            row, place = divmod(key, width)
            if not asked[row]:
                continue
            lo, hi = np.searchsorted(sorted_places, [place, place + 1])
            there = order[lo:hi]
            early = rows.end[row] > rows.start[there]
            late = rows.end[there] >= rows.start[row] - options.named_hours
            there = there[early & late & asked[there] & (there != row)]
            later.append(np.full(len(there), row, dtype=np.int64))
            earlier.append(there.astype(np.int64))
        none = np.zeros(0, dtype=np.int64)
        one, other = np.concatenate([none, *later]), np.concatenate([none, *earlier])
        relation = self._relation(one, other)
        within = p_time(rows, one, other, options.named_hours) >= options.least
        kept = (relation < NOT) & within & (rows.apart_km(one, other) <= options.named_km)
        one, other, relation = one[kept], other[kept], relation[kept]
        some = self._pairs(one, other, relation, p_time(rows, one, other, options.hours))
        near = some.p_time * some.p_place >= options.least
        some.basis[near] |= NEAR
        return some

    def _relation(self, later: Ints, earlier: Ints) -> Ints:
        relation = self.sides.relation(later, earlier)
        if not self.options.open_sides:
            relation[relation == OPEN] = NOT
        return relation

    def _pairs(self, later: Ints, earlier: Ints, relation: Ints, in_time: Floats) -> Pairs:
        rows = self.rows
        apart = rows.apart_km(later, earlier)
        close = p_place(apart, rows.radius[later], rows.radius[earlier], self.options.km)
        basis = np.where(self._told[later], SAID, 0)
        for codes, keys, bit in (
            (self._places, self._place_keys, PLACE),
            (self._actors, self._actor_keys, ACTOR),
        ):
            width = int(codes.max(initial=0)) + 1
            basis = basis | np.where(np.isin(later * width + codes[earlier], keys), bit, 0)
        return Pairs(later, earlier, basis, relation, in_time, close, apart)

    def _first(self, some: Pairs) -> Pairs:
        """The first ``most`` of each later row, sorted by row and rank."""
        rows, options = self.rows, self.options
        middle = (rows.start + rows.end) / 2
        hours = np.maximum(middle[some.later] - middle[some.earlier], 0.0)
        far = hours / options.hours + some.apart / options.km
        named = some.basis & (PLACE | ACTOR) > 0
        order = np.lexsort((some.earlier, far, some.relation, ~named, some.later))
        some = some.take(order)
        return some.take(_rank(some.later) < options.most)


def _rank(later: Ints) -> Ints:
    """The place of each row in its run of equal values, from 0."""
    begins = np.flatnonzero(np.concatenate(([True], later[1:] != later[:-1])))[: len(later)]
    sizes = np.diff(np.concatenate((begins, [len(later)])))
    return np.arange(len(later)) - np.repeat(begins, sizes)


def _coded(column: pa.ChunkedArray) -> tuple[Ints, dict[str, list[int]]]:
    """A column as codes, and which codes bear which name, in small letters."""
    encoded = pc.fill_null(column, "").combine_chunks().dictionary_encode()
    names: dict[str, list[int]] = {}
    for code, joined in enumerate(encoded.dictionary.to_pylist()):
        for name in joined.split("\x1f"):
            for form in {plain(name), plain(re.sub(r"\s*\(.*?\)", "", name))}:
                if len(form.strip()) >= 3:
                    names.setdefault(" ".join(re.findall(r"\w+", form)), []).append(code)
    return encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64), names


def _phrases(quote: str) -> set[str]:
    """Every run of up to five words of a quote."""
    words = re.findall(r"\w+", plain(quote))
    return {
        " ".join(words[k : k + size])
        for size in range(1, _LONGEST_NAME + 1)
        for k in range(len(words) - size + 1)
    }


def listed(
    some: Pairs, sizes: Ints, rows: Happenings, told: Mapping[int, Sequence[Cue]], ids: pa.Array
) -> pa.Table:
    """Candidates as a table, each with its evidence in words."""
    later, earlier = some.later, some.earlier
    least = rows.start[later] - rows.end[earlier]
    most = rows.end[later] - rows.start[earlier]
    known = rows.radius[later] + rows.radius[earlier]
    heard = [told[k][0] if some.basis[n] & SAID else None for n, k in enumerate(later.tolist())]
    quotes = pa.array([c.quote if c else "" for c in heard], pa.string())
    says = pa.array([_SAYS[c.says] if c else "" for c in heard], pa.string())
    bases = [[word for bit, word in _BASES if k & bit] for k in range(16)]
    words = pa.array(RELATION_WORDS).take(pa.array(some.relation))
    evidence = pc.binary_join_element_wise(
        _text(some.apart, 1),
        pa.scalar(" km apart, known to "),
        _text(known, 1),
        pa.scalar(" km together; "),
        _when(least, most),
        pa.scalar("; "),
        words,
        pc.if_else(pc.equal(says, ""), "", pc.binary_join_element_wise("; ", says, ": “", quotes, "”", "")),
        pc.if_else(pa.array(some.basis & PLACE > 0), "; those words name its place", ""),
        pc.if_else(pa.array(some.basis & ACTOR > 0), "; those words name who did it", ""),
        "",
    )  # fmt: skip
    return pa.table(
        {
            "incident_id": ids.take(pa.array(later)),
            "candidate_id": ids.take(pa.array(earlier)),
            "rank": pa.array(_rank(later) + 1),
            "candidates": pa.array(sizes[later]),
            "basis": pa.array(bases, pa.list_(pa.string())).take(pa.array(some.basis)),
            "sides": pa.array(RELATIONS).take(pa.array(some.relation)),
            "p": pa.array(np.round(some.p_time * some.p_place, 4)),
            "p_time": pa.array(np.round(some.p_time, 4)),
            "p_place": pa.array(np.round(some.p_place, 4)),
            "hours_least": pa.array(np.round(least, 2)),
            "hours_most": pa.array(np.round(most, 2)),
            "apart_km": pa.array(np.round(some.apart, 2)),
            "known_km": pa.array(np.round(known, 2)),
            "said_by": pa.array([c.event_id if c else "" for c in heard], pa.string()),
            "quote": quotes,
            "evidence": evidence,
        }
    )


def _text(values: Floats, digits: int) -> pa.Array:
    return pc.cast(pc.round(pa.array(values), ndigits=digits), pa.string())


def _when(least: Floats, most: Floats) -> pa.Array:
    """How much earlier, in words."""
    low, high, after = (
        pa.array(np.round(v).astype(np.int64)).cast(pa.string()) for v in (least, most, -least)
    )
    same = pc.equal(low, high)
    sure = pc.if_else(same, high, pc.binary_join_element_wise(low, high, " to "))
    open_ = pc.binary_join_element_wise(
        "which came first is not known (up to ", high, " hours earlier, or ", after,
        " hours later)", "",
    )  # fmt: skip
    told = pc.binary_join_element_wise(sure, " hours earlier", "")
    return pc.if_else(pa.array(least >= 0), told, open_)

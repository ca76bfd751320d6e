"""Opposed: whether an earlier act was by the other side, as far as the data says.

An agreement names parties, not who stands with whom. So sides are taken from the reports
themselves: two parties are opposed where reports name one of them as acting against the
other. A name in no list of the agreement stands for itself.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from truceline.monitor.check.columns import distinct
from truceline.monitor.check.who import NO_PARTY, UNLISTED
from truceline.monitor.check.windows import Ints

PartiesOf = Callable[[str], frozenset[str]]
# From the strongest to the weakest; NOT is no candidate at all.
RELATIONS = ("struck", "opposed", "unsaid", "open", "not")
STRUCK, OPPOSED, UNSAID, OPEN, NOT = range(5)
RELATION_WORDS = (
    "it struck the side that acted here",
    "the two sides are named against each other in this data",
    "two sides, and nothing in this data says whether they are opposed",
    "who acted is not known in one of the two",
    "the same side, or sides that this data does not name against each other",
)
_SEPARATOR = "\x1f"
_MOST_KINDS = 5_000


@dataclass(frozen=True, slots=True)
class _Deed:
    """Who may have acted against whom, as parties. ``open``: who acted is not known.

    ``named_against`` are pairs that it names on two sides. A name that could be several
    parties, and accounts that differ on who acted, say nothing of who fights whom.
    """

    doers: frozenset[str]
    targets: frozenset[str]
    open: bool
    named_against: tuple[tuple[str, str], ...] = ()


class Sides:
    """The sides of a table of incidents or events, and how any two rows stand to each other."""

    def __init__(self, table: pa.Table, parties_of: PartiesOf) -> None:
        """Columns: actor, target, attribution."""
        words = [
            pc.fill_null(pc.binary_join(table["actor"], _SEPARATOR), ""),
            pc.fill_null(pc.binary_join(table["target"], _SEPARATOR), ""),
            table["attribution"],
        ]
        coded = [w.combine_chunks().dictionary_encode() for w in words]
        codes = [c.indices.to_numpy(zero_copy_only=False) for c in coded]
        values = [c.dictionary.to_pylist() for c in coded]
        kinds, self.code = distinct(codes)
        self._deeds = []
        for kind in kinds:
            actor, target, attribution = (v[k] for v, k in zip(values, kind, strict=True))
            self._deeds.append(_deed(actor, target, attribution, parties_of))
        self._against: Counter[tuple[str, str]] = Counter()
        sizes = np.bincount(self.code, minlength=len(kinds)).tolist()
        for deed, size in zip(self._deeds, sizes, strict=True):
            self._count(deed, size)
        self._known = {party for pair in self._against for party in pair}
        # Each pair of kinds is asked once; -1 is not asked yet. Too many kinds: asked anew.
        few = len(kinds) <= _MOST_KINDS
        self._table = np.full((len(kinds), len(kinds)), -1, dtype=np.int8) if few else None

    def _count(self, deed: _Deed, size: int) -> None:
        for one, other in deed.named_against:
            self._against[min(one, other), max(one, other)] += size

    def opposed(self) -> dict[tuple[str, str], int]:
        """Pairs of parties that are named against each other, and in how many rows."""
        return dict(sorted(self._against.items()))

    def open_rows(self) -> int:
        """How many rows leave open who acted."""
        return int(sum(self._deeds[c].open for c in self.code.tolist()))

    def relation(self, later: Ints, earlier: Ints) -> Ints:
        """How the doer of each earlier row stands to that of the later one, by ``RELATIONS``."""
        one, other = self.code[later], self.code[earlier]
        if self._table is None:
            mixed, inverse = np.unique(one * len(self._deeds) + other, return_inverse=True)
            known = [self._between(*divmod(m, len(self._deeds))) for m in mixed.tolist()]
            told: Ints = np.array(known, dtype=np.int64)[inverse.reshape(-1)]
            return told
        found = self._table[one, other]
        for a, b in set(zip(one[found < 0].tolist(), other[found < 0].tolist(), strict=True)):
            self._table[a, b] = self._between(a, b)
        found = self._table[one, other]
        return found.astype(np.int64)

    def _between(self, one: int, other: int) -> int:
        later, earlier = self._deeds[one], self._deeds[other]
        if later.open or earlier.open:
            return OPEN if later.doers != earlier.doers or len(later.doers) > 1 else NOT
        if later.doers & earlier.doers:
            return NOT
        if later.doers & earlier.targets:
            return STRUCK
        pairs = ((min(a, b), max(a, b)) for a in later.doers for b in earlier.doers)
        if any(pair in self._against for pair in pairs):
            return OPPOSED
        silent = not (self._known & (later.doers | earlier.doers))
        return UNSAID if silent and later.doers and earlier.doers else NOT


def _deed(actor: str, target: str, attribution: str, parties_of: PartiesOf) -> _Deed:
    doers, lumped = _parties(actor, parties_of)
    targets, vague = _parties(target, parties_of)
    pairs: tuple[tuple[str, str], ...] = ()
    if attribution in ("actor", "dyad") and not lumped and not vague:
        pairs = tuple((d, t) for d in doers for t in targets if d != t)
    if attribution == "dyad":
        return _Deed(doers | targets, doers | targets, True, pairs)
    return _Deed(doers, targets, attribution != "actor" or lumped or not doers, pairs)


def _parties(names: str, parties_of: PartiesOf) -> tuple[frozenset[str], bool]:
    """The parties behind joined names, and whether any name could be several of them."""
    found: set[str] = set()
    lumped = False
    for name in filter(None, names.split(_SEPARATOR)):
        parties = parties_of(name)
        lumped |= len(parties) > 1
        own = " ".join(name.casefold().split())
        found |= {own if p in (UNLISTED, NO_PARTY) else p for p in parties}
    return frozenset(found), lumped


def nobody(name: str) -> frozenset[str]:
    """For use without an agreement: every name stands for itself."""
    del name
    return frozenset({UNLISTED})

"""Which ids a file has already given, in about 32 bytes a row, so that large files fit.

An id and what its row says are kept as one 64-bit hash each. Ids are found again in an
open-addressing table with linear probing (Knuth, The Art of Computer Programming, vol. 3,
6.4, algorithm L), asked for a whole batch at a time.
"""

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from truceline.sources.building import whole

Hashes = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

_FREE = -1
_SMALLEST = 1 << 16
_ODD = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio: Fibonacci hashing, same volume


class Seen:
    """The ids of the rows so far, with what their rows said and where.

    Two of ten million different ids share a hash with a chance of about 1 in 370,000.
    """

    def __init__(self) -> None:
        self._slots = np.full(_SMALLEST, _FREE, np.int32)  # numbers of the rows kept
        self._ids, self._contents = np.empty(0, np.uint64), np.empty(0, np.uint64)
        self._lines = np.empty(0, np.int64)
        self._count = 0
        self._engine = duckdb.connect(config={"threads": 1})

    def add(self, keys: pa.Array, rows: pa.Table, lines: Ints) -> tuple[Mask, Mask, Ints]:
        """Remember rows; say which of them repeat an earlier row and which contradict one.

        ``keys`` are the rows' ids. Returns two masks and, where either holds, the line of
        the earlier row.
        """
        ids, contents = self._hash(keys), self.said(rows)
        new = self._keep(ids, contents, lines)
        before = self._find(ids, new)
        known = before != new
        same = contents == self._contents[before]
        return known & same, known & ~same, np.where(known, self._lines[before], 0)

    # ---- hashes ----------------------------------------------------------------------
    def _hash(self, values: pa.Array) -> Hashes:
        """A 64-bit hash of each value; the same value of one type has one hash in any batch."""
        if pa.types.is_dictionary(values.type):
            known = self._hash(pa.concat_arrays([values.dictionary, _nothing(values)]))
            codes = values.indices.cast(pa.int32()).fill_null(len(known) - 1)
            return known[codes.to_numpy()]
        return self._hash_rows([values])

    def _hash_rows(self, columns: list[pa.Array | pa.ChunkedArray]) -> Hashes:
        names = [f"c{i}" for i in range(len(columns))]
        self._engine.register("held", pa.table(columns, names=names))
        found = self._engine.sql(
            f"SELECT hash({', '.join(names)}) AS h FROM held"  # noqa: S608 - c0, c1, ...
        ).fetchnumpy()
        self._engine.unregister("held")
        return np.asarray(found["h"], np.uint64)

    def said(self, rows: pa.Table) -> Hashes:
        """A 64-bit hash of all that each row says: its columns' hashes, mixed in order.

        Of a dictionary each text is hashed once.
        """
        encoded = [c for c in rows.columns if pa.types.is_dictionary(c.type)]
        plain = [c for c in rows.columns if not pa.types.is_dictionary(c.type)]
        mixed = self._hash_rows(plain) if plain else np.zeros(rows.num_rows, np.uint64)
        for column in encoded:
            mixed = mixed * _ODD
            mixed ^= mixed >> np.uint64(32)
            mixed += self._hash(whole(column))
        return mixed

    # ---- the table -------------------------------------------------------------------
    def _keep(self, ids: Hashes, contents: Hashes, lines: Ints) -> npt.NDArray[np.int32]:
        """Append rows and give their numbers; the table stays at most half full."""
        first, self._count = self._count, self._count + len(ids)
        if self._count > len(self._ids):
            room = max(self._count, 2 * len(self._ids))
            self._ids = _grown(self._ids, room)
            self._contents = _grown(self._contents, room)
            self._lines = _grown(self._lines, room)
        kept = slice(first, self._count)
        self._ids[kept], self._contents[kept], self._lines[kept] = ids, contents, lines
        if 2 * self._count > len(self._slots):
            size = len(self._slots)
            while 2 * self._count > size:
                size *= 4
            self._slots = np.full(size, _FREE, np.int32)
            self._find(self._ids[:first], np.arange(first, dtype=np.int32))
        return np.arange(first, self._count, dtype=np.int32)

    def _find(self, ids: Hashes, new: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
        """The number of the first row with each id; rows that are first enter the table.

        All rows probe in step, so those of one id are always at one slot. Of several that
        want a free slot the earliest gets it.
        """
        slots, last = self._slots, np.int64(len(self._slots) - 1)
        shift = np.uint64(64 - len(slots).bit_length() + 1)
        at = ((ids * _ODD) >> shift).astype(np.int64)
        found = slots[at]
        free = np.flatnonzero(found == _FREE)
        slots[at[free[::-1]]] = new[free[::-1]]  # of equal places the last one written stays
        found[free] = slots[at[free]]
        left = np.flatnonzero(self._ids[found] != ids)
        while len(left):
            at[left] = (at[left] + 1) & last
            here = slots[at[left]]
            free = left[here == _FREE]
            slots[at[free[::-1]]] = new[free[::-1]]
            found[left] = slots[at[left]]
            left = left[self._ids[found[left]] != ids[left]]
        return found


def _grown(array: npt.NDArray[np.generic], room: int) -> npt.NDArray[np.generic]:
    bigger = np.empty(room, array.dtype)
    bigger[: len(array)] = array
    return bigger


def _nothing(values: pa.DictionaryArray) -> pa.Array:
    return pa.nulls(1, values.dictionary.type)

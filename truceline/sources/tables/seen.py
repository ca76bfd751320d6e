"""Which ids a file has already given, in about 32 bytes a row, so that large files fit.

An id and what its row says are kept as one 64-bit hash each. Ids are found again in an
open-addressing table with linear probing (Knuth, The Art of Computer Programming, vol. 3,
6.4, algorithm L), asked for a whole batch at a time.
"""

import sys
from collections.abc import Callable
from functools import cached_property
from hashlib import blake2b
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from truceline.sources.tables.building import letters_of, mask_of, trimmed, whole

Hashes = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

_Kind = TypeVar("_Kind", bound=np.generic)

_FREE = -1
_SMALLEST = 1 << 16
_ODD = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio: Fibonacci hashing, same volume


class Hasher:
    """64-bit hashes of values and of rows.

    Which way a column is hashed depends on its type alone, so what is said twice has one
    hash in any batch of a file. Hashes differ from run to run.
    """

    @cached_property
    def _engine(self) -> Any:
        import duckdb  # noqa: PLC0415 # slow to load; only columns of other kinds need it

        return duckdb.connect(config={"threads": 1})

    def values(self, values: pa.Array) -> Hashes:
        """A hash of each value."""
        return texts_hashed(values) if pa.types.is_string(values.type) else self._rows([values])

    def said(self, rows: pa.Table) -> Hashes:
        """A hash of all that each row says: its columns' hashes, mixed in order."""
        mixed = np.zeros(rows.num_rows, np.uint64)
        rest = []
        for column in rows.columns:
            kind = column.type
            if pa.types.is_dictionary(kind) and pa.types.is_string(kind.value_type):
                _mix(mixed, _coded(whole(column)))
            elif pa.types.is_string(kind):
                _mix(mixed, texts_hashed(whole(column)))
            elif kind in (pa.int64(), pa.float64()):
                _mix(mixed, _bits(whole(column)))
            else:
                rest.append(column)
        if rest:
            _mix(mixed, self._rows(rest))
        return mixed

    def _rows(self, columns: list[pa.Array | pa.ChunkedArray]) -> Hashes:
        names = [f"c{i}" for i in range(len(columns))]
        self._engine.register("held", pa.table(columns, names=names))
        found = self._engine.sql(
            f"SELECT hash({', '.join(names)}) AS h FROM held"  # noqa: S608 - c0, c1, ...
        ).fetchnumpy()
        self._engine.unregister("held")
        return np.asarray(found["h"], np.uint64)


def _coded(texts: pa.DictionaryArray) -> Hashes:
    """Hashes of texts that are kept once each."""
    known = np.array([hash(t) for t in (*texts.dictionary.to_pylist(), None)], np.int64)
    codes = texts.indices.cast(pa.int32()).fill_null(len(known) - 1)
    found: Hashes = np.take(known.view(np.uint64), codes.to_numpy())
    return found


def _bits(numbers: pa.Array) -> Hashes:
    """Numbers of 64 bits as they are; a null is a number that no file has."""
    if not numbers.null_count:
        return numbers.to_numpy().view(np.uint64)  # type: ignore[no-any-return]  # pyarrow has no types
    bits = numbers.fill_null(0).to_numpy().view(np.uint64)
    return np.where(mask_of(numbers.is_null()), _ODD, bits)


def _mix(mixed: Hashes, more: Hashes) -> None:
    """Put another column into hashes of rows: multiply and shift, as MurmurHash3 ends."""
    mixed ^= more
    mixed *= np.uint64(0xFF51AFD7ED558CCD)
    mixed ^= mixed >> np.uint64(33)


_UPPERMOST = 3 if sys.byteorder == "little" else 0  # of the quarters of a hash
_AT_ONCE = 32_768  # texts whose hashes fit a cache
_LONG = 2_048  # bytes
_KEPT = np.array([(1 << 8 * n) - 1 for n in range(9)], np.uint64)  # the first n of 8 bytes


def texts_hashed(texts: pa.StringArray) -> Hashes:
    """A hash of each text as it is; a null has one of its own."""
    out = np.empty(len(texts), np.uint64)
    for first in range(0, len(texts), _AT_ONCE):
        part = texts[first : first + _AT_ONCE]
        out[first : first + _AT_ONCE] = _by_eights(part, _stir, _LONG)
    if texts.null_count:
        out[mask_of(texts.is_null())] = _ODD
    return out


def _stir(mixed: Hashes, more: Hashes) -> None:
    """Put eight more bytes into hashes so that every bit of them counts in every bit
    (the whole end of MurmurHash3).
    """
    mixed ^= more
    mixed ^= mixed >> np.uint64(33)
    mixed *= np.uint64(0xFF51AFD7ED558CCD)
    mixed ^= mixed >> np.uint64(33)
    mixed *= np.uint64(0xC4CEB9FE1A85EC53)
    mixed ^= mixed >> np.uint64(33)


def brief(ids: pa.Array) -> Hashes:
    """A hash of each text without its outer blanks, quickly: eight bytes at a time."""
    out = np.empty(len(ids), np.uint64)
    for first in range(0, len(ids), _AT_ONCE):
        part = slice(first, first + _AT_ONCE)
        out[part] = _by_eights(trimmed(ids[part]), _mix)
    return out


def _by_eights(
    texts: pa.StringArray, put: Callable[[Hashes, Hashes], None], longest: int = 0
) -> Hashes:
    """Hashes of texts, eight bytes ``put`` in at a time. Of texts above ``longest`` bytes
    (0: of none) a digest of the whole: a single long one would hold up all.
    """
    letters = letters_of(texts)
    if len(letters) < 8:
        letters = np.concatenate([letters, np.zeros(8, np.uint8)])
    eights = np.ndarray((len(letters) - 7,), "<u8", letters, 0, (1,))
    ends = np.frombuffer(texts.buffers()[1], np.int32)[texts.offset :][: len(texts) + 1]
    at, left = ends[:-1] - ends[0], np.diff(ends)
    long = np.flatnonzero(left > longest) if longest else np.empty(0, np.int64)
    digests = [blake2b(letters[at[i] :][: left[i]].tobytes(), digest_size=8).digest() for i in long]
    left[long] = 0
    last = at + left - 8  # the last eight bytes of a text; some come twice then
    mixed = left.astype(np.uint64) * _ODD
    put(mixed, eights[at] if left.min(initial=8) >= 8 else _short(eights, at, left))
    while left.max(initial=0) > 8:
        at, left = np.minimum(at + 8, last), left - 8
        rows = slice(None) if left.min() > 0 else np.flatnonzero(left > 0)
        some = mixed[rows]
        put(some, eights[at[rows]])
        mixed[rows] = some
    mixed[long] = np.frombuffer(b"".join(digests), np.uint64)
    return mixed


def _short(eights: Hashes, at: npt.NDArray[np.int32], left: npt.NDArray[np.int32]) -> Hashes:
    """The first eight bytes of texts, zero behind their end."""
    start = np.minimum(at, len(eights) - 1)  # too near the end: from before, and shifted
    found: Hashes = eights[start] >> ((at - start).clip(0, 7) * 8).astype(np.uint64)
    found &= _KEPT.take(np.minimum(left, 8))
    return found


class Doubles:
    """Which of a file's ids come more than once, told from ``brief`` hashes of all."""

    def __init__(self, hashes: Hashes) -> None:
        """``hashes`` of the ids of all rows, in the file's order."""
        self._hashes = hashes
        twice = _twice(hashes)
        self._like = np.zeros(1 << 16, np.bool_)  # by a quarter of a hash: it fits a cache
        self._like[twice >> np.uint64(48)] = True
        self._twice = twice

    @property
    def none(self) -> bool:
        """Whether each row surely has an id of its own."""
        return not len(self._twice)

    def rows(self, start: int, n: int) -> Mask:
        """Of ``n`` rows from row ``start`` on, those whose id comes more than once."""
        found = np.zeros(n, np.bool_)
        if not self.none:
            own = self._hashes[start : start + n]
            some = np.flatnonzero(np.take(self._like, own.view(np.uint16)[_UPPERMOST::4]))
            found[some] = np.isin(own[some], self._twice)
        return found


def _twice(hashes: Hashes) -> Hashes:
    """The hashes that come more than once, each once.

    Each row writes its number into a slot that its hash gives, and the last to write stays.
    A row that finds its own number is done; one that finds a row of its own hash makes it a
    double; the others, about a third, go on with other bits of theirs. Sorting would take
    three times as long.
    """
    found: list[Hashes] = []
    left = key = hashes
    while len(left):
        bits = len(left).bit_length()
        at = (key >> np.uint64(64 - bits)).view(np.int64)
        own = np.arange(len(left), dtype=np.int32)
        slots = np.empty(1 << bits, np.int32)  # only what was written is read
        slots[at] = own
        last = slots.take(at)
        lost = np.flatnonzero(last != own)
        again = left.take(lost)
        same = again == left.take(last.take(lost))
        found.append(again[same])
        left, key = again[~same], key.take(lost)[~same] * _ODD
    return np.unique(np.concatenate(found)) if found else hashes[:0]


class Seen:
    """The ids of the rows so far, with what their rows said and where.

    Two of ten million different ids share a hash with a chance of about 1 in 370,000.
    """

    def __init__(self) -> None:
        self._slots = np.full(_SMALLEST, _FREE, np.int32)  # numbers of the rows kept
        self._ids, self._said = np.empty(0, np.uint64), np.empty(0, np.uint64)
        self._lines = np.empty(0, np.int64)
        self._count = 0
        self._hasher = Hasher()

    def add(self, keys: pa.Array, said: Hashes, lines: Ints) -> tuple[Mask, Mask, Ints]:
        """Remember rows; say which of them repeat an earlier row and which contradict one.

        ``keys`` are the rows' ids, ``said`` what ``Hasher.said`` gives for them. Returns two
        masks and, where either holds, the line of the earlier row.
        """
        ids = self._hasher.values(keys)
        new = self._keep(ids, said, lines)
        before = self._find(ids, new)
        known = before != new
        if not known.any():
            return known, known, np.zeros(len(ids), np.int64)
        same = said == self._said[before]
        return known & same, known & ~same, np.where(known, self._lines[before], 0)

    # ---- the table -------------------------------------------------------------------
    def _keep(self, ids: Hashes, said: Hashes, lines: Ints) -> npt.NDArray[np.int32]:
        """Append rows and give their numbers; the table stays at most half full."""
        first, self._count = self._count, self._count + len(ids)
        if self._count > len(self._ids):
            room = max(self._count, len(self._ids) * 5 // 4)
            self._ids = _grown(self._ids, room)
            self._said = _grown(self._said, room)
            self._lines = _grown(self._lines, room)
        kept = slice(first, self._count)
        self._ids[kept], self._said[kept], self._lines[kept] = ids, said, lines
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
        at = ((ids * _ODD) >> shift).view(np.int64)
        found = slots[at]
        free = np.flatnonzero(found == _FREE)[::-1]
        wanted = at[free]
        slots[wanted] = new[free]  # of equal places the last one written stays: the earliest
        found[free] = slots[wanted]
        left = np.flatnonzero(self._ids[found] != ids)
        while len(left):
            at[left] = (at[left] + 1) & last
            here = slots[at[left]]
            free = left[here == _FREE][::-1]
            slots[at[free]] = new[free]
            found[left] = slots[at[left]]
            left = left[self._ids[found[left]] != ids[left]]
        return found


def _grown(array: npt.NDArray[_Kind], room: int) -> npt.NDArray[_Kind]:
    bigger = np.empty(room, array.dtype)
    bigger[: len(array)] = array
    return bigger

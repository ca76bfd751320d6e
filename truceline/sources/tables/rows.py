"""Rows on their way to events: columns are read, faults are noted, a batch comes out."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from truceline.model.act import vocabulary
from truceline.model.batch import Batch, Reach
from truceline.model.event import EVENT_SCHEMA
from truceline.model.problem import Problem
from truceline.sources.tables.building import (
    column,
    default,
    far,
    letters_of,
    mask_of,
    trimmed,
    whole,
)
from truceline.sources.tables.frame import Frame
from truceline.sources.tables.seen import Hashes, Seen
from truceline.sources.tables.times import Moments, read_moments

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.object_]

_EMPTY = pa.array(["NA", "N/A", "n/a", "nan", "NaN", "null", "NULL", "None", "none", "-", "#N/A"])
_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"


class Rows:
    """The rows of one frame, with what is known to be wrong with each.

    A row that fails once is out: its first fault becomes its problem. Notes are about rows
    that become events all the same.
    """

    def __init__(
        self,
        frame: Frame,
        *,
        source: str,
        file: str,
        sha256: str,
        said: Hashes | None = None,
        reach: Reach | None = None,
    ) -> None:
        """``said`` are hashes of what each row says (``Hasher.said``), for ``once``."""
        self.source, self.file, self.sha256 = source, file, sha256
        self.reach = reach
        self.table, self.lines, self.again = frame.table, frame.lines, frame.again
        self.problems = list(frame.problems)
        self._unreadable = frame.rows - frame.table.num_rows
        self.n = frame.table.num_rows
        self.said = np.zeros(self.n, np.uint64) if said is None else said
        self.ok: Mask = np.ones(self.n, np.bool_)
        self.repeats = 0

    # ---- faults ----------------------------------------------------------------------
    def fail(self, bad: Mask, column: str, what: str, todo: str) -> None:
        """Each row of ``bad`` that has not failed yet fails, for this reason."""
        if not bad.any():
            return
        for i in np.flatnonzero(bad & self.ok):
            self.problems.append(self._problem(int(i), column, what, todo, "row"))
        self.ok &= ~bad

    def note(self, mask: Mask, column: str, what: str, todo: str) -> None:
        """Each row of ``mask`` that has not failed gets a note."""
        for i in np.flatnonzero(mask & self.ok):
            self.problems.append(self._problem(int(i), column, what, todo, "note"))

    def _problem(self, i: int, column: str, what: str, todo: str, severity: Any) -> Problem:
        value = self.table[column][i].as_py() if column in self.table.column_names else ""
        return Problem(
            source=self.source,
            file=self.file,
            line=int(self.lines[i]),
            what=what,
            todo=todo,
            column=column,
            value="" if value is None else str(value)[:200],
            severity=severity,
        )

    # ---- reading columns -------------------------------------------------------------
    def raw(self, column: str) -> pa.Array:
        """A column as it is, in one piece; nulls where the file has no such column."""
        if not column or column not in self.table.column_names:
            return pa.nulls(self.n)
        return whole(self.table[column])

    def text(self, column: str) -> pa.Array:
        """A column as text without outer blanks; '' for null and for a missing column."""
        array = self.raw(column)
        if pa.types.is_null(array.type):
            return blank(self.n)
        if pa.types.is_dictionary(array.type):
            array = self.words(column).dictionary_decode()
            return array.fill_null("") if array.null_count else array
        return trimmed(array)

    def words(self, column: str) -> pa.DictionaryArray:
        """The same as ``text``, each different text kept once."""
        array = self.raw(column)
        if not pa.types.is_dictionary(array.type):
            return pc.dictionary_encode(self.text(column))
        values = trimmed(array.dictionary)
        codes = array.indices.cast(pa.int32())
        if codes.null_count:
            values = pa.concat_arrays([values, pa.array([""])])
            codes = codes.fill_null(len(values) - 1)
        return pa.DictionaryArray.from_arrays(codes, values)

    def time_column(self, column: str) -> pa.Array:
        """A column of times: typed as the file has it, or text, '' where nothing is stated."""
        array = self.raw(column)
        if pa.types.is_dictionary(array.type):
            array = array.dictionary_decode()
        if pa.types.is_string(array.type) or pa.types.is_large_string(array.type):
            words = self.text(column)
            return pc.if_else(pc.is_in(words, _EMPTY), "", words)
        return array

    def moments(self, column: str, zone: ZoneInfo, *, order: str = "") -> Moments:
        """A column of times, as ``read_moments`` reads it; each different text is read once."""
        kind = self.raw(column).type
        kind = kind.value_type if pa.types.is_dictionary(kind) else kind
        if not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
            return read_moments(self.time_column(column), zone, order=order)
        words = self.words(column)
        values = pc.if_else(pc.is_in(words.dictionary, _EMPTY), "", words.dictionary)
        return read_moments(values, zone, order=order).at(words.indices.to_numpy())

    def number(
        self,
        column: str,
        *,
        comma: bool = False,
        loose: bool = False,
        only: Mask | None = None,
    ) -> Floats:
        """A column as floats; NaN where nothing is stated. Words that are no number fail.

        ``comma`` reads a decimal comma. ``loose`` makes an unreadable number a note and
        keeps the row. ``only`` reads these rows and leaves the others NaN.
        """
        array = self.raw(column)
        if pa.types.is_null(array.type):
            return np.full(self.n, np.nan)
        if pa.types.is_floating(array.type) or pa.types.is_integer(array.type):
            filled = array.cast(pa.float64(), safe=False)
            found: Floats = filled.fill_null(np.nan).to_numpy(zero_copy_only=False).copy()
            if not within(found, *_FINITE):
                finite = np.isfinite(found)
                nulls = mask_of(pc.is_null(filled))
                self.fail(~finite & ~nulls, column, *_NOT_FINITE)
                found[~finite] = np.nan
            return found
        words = self.text(column)
        if only is not None:
            words = pc.if_else(pa.array(only), words, "")
        if comma:
            words = pc.replace_substring(words, ",", ".")
        empty = pc.or_(pc.equal(words, ""), pc.is_in(words, _EMPTY))
        good = pc.match_substring_regex(words, _NUMBER)
        bad = mask_of(pc.invert(pc.or_(empty, good)))
        if bad.any():
            what, todo = "this is no number", "write a plain decimal number, like 35.86"
            (self.note if loose else self.fail)(bad, column, what, todo)
        numbers = pc.if_else(good, words, None).cast(pa.float64())
        out: Floats = numbers.fill_null(np.nan).to_numpy(zero_copy_only=False).copy()
        self.fail(np.isinf(out), column, *_NOT_FINITE)
        out[np.isinf(out)] = np.nan
        return out

    def whole_number(self, column: str, *, loose: bool = False, only: Mask | None = None) -> Floats:
        """A column of whole numbers that are not negative, as floats; NaN where not stated.

        Of a column that the file lacks all are NaN, and cannot be written to.
        """
        if pa.types.is_null(self.raw(column).type):
            return _never(self.n)
        found = self.number(column, loose=loose, only=only)
        if within(found, 0, np.inf) and pa.types.is_integer(self.raw(column).type):
            return found
        if np.isnan(found).all():
            return found
        with np.errstate(invalid="ignore"):
            self.fail(found < 0, column, "the number is negative", "correct it, or leave it empty")
            part = (found != np.floor(found)) & ~np.isnan(found)
        self.fail(part, column, "this counts things and is no whole number", "correct it")
        return found

    def stated(self, column: str) -> pa.Array:
        """A column as text, '' also where the file writes NA or the like."""
        words = self.text(column)
        return pc.if_else(pc.is_in(words, _EMPTY), "", words)

    def code(self, column: str, allowed: str, meaning: str, *, otherwise: str = "") -> Codes:
        """A column of one-character codes. What is none of ``allowed`` fails.

        ``otherwise`` is taken where the file or the row gives no code; without it that fails.
        """
        words = pc.replace_substring_regex(self.stated(column), r"\.0+$", "")
        if otherwise:
            words = pc.if_else(pc.equal(words, ""), otherwise, words)
        codes: Codes = words.to_numpy(zero_copy_only=False)
        self.fail(
            ~np.isin(codes, list(allowed)),
            column,
            f"{meaning} must be one of {', '.join(allowed)}",
            "see the source's codebook and correct it",
        )
        return codes

    def place(
        self, lon_column: str, lat_column: str, *, comma: bool = False, only: Mask | None = None
    ) -> tuple[Floats, Floats]:
        """Longitude and latitude in degrees; NaN in both where the row has no coordinates.

        ``only`` reads these rows and leaves the others without coordinates.
        """
        lon = self.number(lon_column, comma=comma, only=only)
        lat = self.number(lat_column, comma=comma, only=only)
        if within(lon, -180, 180) and within(lat, -90, 90):
            apart = lat.min() > 0 or lat.max() < 0 or lon.min() > 0 or lon.max() < 0
            if apart or not ((lon == 0) & (lat == 0)).any():
                return lon, lat
        with np.errstate(invalid="ignore"):
            swapped = (np.abs(lat) > 90) & (np.abs(lat) <= 180) & (np.abs(lon) <= 90)
            wrong_lat, wrong_lon = np.abs(lat) > 90, np.abs(lon) > 180
        self.fail(
            swapped,
            lat_column,
            "no latitude is beyond 90 degrees; latitude and longitude look swapped",
            "put the longitude (east) and the latitude (north) in their own columns",
        )
        todo = "correct it; coordinates are WGS 84 degrees"
        self.fail(wrong_lat, lat_column, "no latitude is beyond 90 degrees", todo)
        self.fail(wrong_lon, lon_column, "no longitude is beyond 180 degrees", todo)
        self.fail(
            (lon == 0) & (lat == 0),
            lat_column,
            "0, 0 lies in the sea off Ghana: a missing coordinate was written as zero",
            "give the coordinates, or leave both empty",
        )
        half = np.isnan(lon) != np.isnan(lat)
        missing = "one of the two coordinates is missing"
        self.fail(half, lat_column, missing, "give both, or leave both empty")
        return lon, lat

    def times(self, moments: Moments, column: str) -> None:
        """The faults of a column of times."""
        for i, why in sorted(moments.why.items()):
            if self.ok[i]:
                what, _, todo = why.partition("; ")
                self.problems.append(self._problem(i, column, what, todo or "correct it", "row"))
        self.ok &= ~moments.bad
        self.note(
            moments.twice,
            column,
            "the clocks showed this local time twice, so it is known to the hour only",
            "give its UTC offset",
        )

    def acts(self, words: pa.Array, column: str, *, table: str = "free-text") -> pa.Array:
        """The act of each row, by the vocabulary; a note on words that it does not know."""
        encoded = words if pa.types.is_dictionary(words.type) else pc.dictionary_encode(words)
        if not self.n:
            return blank(0)
        known = [vocabulary().match(w or "", table=table) for w in encoded.dictionary.to_pylist()]
        codes = encoded.indices.to_numpy(zero_copy_only=False)
        for code, (name, act) in enumerate(zip(encoded.dictionary.to_pylist(), known, strict=True)):
            if name and act == "unknown" and name.casefold() not in ("unknown", "act not stated"):
                first = np.zeros(self.n, np.bool_)
                first[int(np.argmax(codes == code))] = True
                self.note(
                    first,
                    column,
                    "these words name no act that the vocabulary knows; taken as not stated",
                    "use an act of the vocabulary, or add the words to it",
                )
        return pa.DictionaryArray.from_arrays(encoded.indices, pa.array(known, pa.string()))

    # ---- out -------------------------------------------------------------------------
    def once(self, ids: pa.Array, seen: Seen, column: str) -> None:
        """Take out rows whose id came before: repeats are counted, contradictions fail."""
        self.fail(
            mask_of(pc.equal(ids, "")),
            column,
            "the row has no id",
            "give every row an id that no other row of this source has",
        )
        good = np.flatnonzero(self.ok if self.again is None else self.ok & self.again)
        if not len(good):
            return
        chosen = ids if len(good) == self.n else ids.take(pa.array(good))
        repeat, clash, first = seen.add(chosen, self.said[good], self.lines[good])
        for i in np.flatnonzero(clash):
            one = np.zeros(self.n, np.bool_)
            one[good[i]] = True
            self.fail(
                one,
                column,
                f"line {first[i]} gave the same id with other content",
                "keep one of the two rows, or give them different ids",
            )
        self.repeats = int(repeat.sum())
        self.ok[good[repeat]] = False

    def batch(self, columns: Mapping[str, Any]) -> Batch:
        """The events of the rows that are left. Columns not given are empty or null.

        A column is an Arrow array, a numpy array (NaN is null), one value for all rows, or a
        function that makes the column from the ``Rows`` that are kept. Where there is a
        ``reach``, events out of it are counted and not built.
        """
        given: dict[str, Any] = {
            "source": self.source,
            "kind": "event",
            "file_sha256": self.sha256,
            "file": self.file,
            "line": self.lines,
            **columns,
        }
        stated = {f.name: given.get(f.name, default(f)) for f in EVENT_SCHEMA}
        kept = self.ok
        if self.reach is not None and self.n:
            kept = self.ok & ~far(self.reach, stated, self.n)
        index = None if kept.all() else np.flatnonzero(kept)
        part = self if index is None else self._only(index)
        arrays = []
        for field in EVENT_SCHEMA:
            value = stated[field.name]
            if callable(value):
                arrays.append(column(field, value(part), None, part.n))
            else:
                arrays.append(column(field, value, index, part.n))
        table = pa.Table.from_arrays(arrays, schema=EVENT_SCHEMA)
        problems = tuple(sorted(self.problems, key=lambda p: p.line))
        out = int(self.ok.sum()) - part.n
        return Batch(table, problems, self.n + self._unreadable, self.repeats, out)

    def _only(self, index: Ints) -> "Rows":
        frame = Frame(self.table.take(pa.array(index)), self.lines[index])
        return Rows(frame, source=self.source, file=self.file, sha256=self.sha256)


_FINITE = -np.finfo(np.float64).max, np.finfo(np.float64).max
_NOT_FINITE = ("the number is not finite", "give a finite number, or leave it empty")


def _never(n: int) -> Floats:
    return np.broadcast_to(np.nan, n)


def within(numbers: Floats, low: float, high: float) -> bool:
    """Whether all numbers are stated and lie within these bounds."""
    return bool(len(numbers) and numbers.min() >= low and numbers.max() <= high)


def blank(n: int) -> pa.Array:
    """``n`` empty texts."""
    return pa.repeat(pa.scalar("", pa.string()), n)


def _holds(words: pa.Array, mark: str) -> bool:
    """Whether any of the texts holds ``mark`` (or a percent-encoding)."""
    held = letters_of(words).tobytes()  # one memchr over all texts is far cheaper than a kernel
    return mark.encode() in held or b"%" in held


def listed(words: pa.Array, *, separator: str = "") -> pa.Array:
    """Texts as lists: one member each, or split at ``separator``; '' gives an empty list.

    With the separator ``|``, ``%7C`` and ``%25`` inside a member stand for ``|`` and ``%``.
    """
    if separator and _holds(words, separator):
        parts = pc.split_pattern(words, separator)
        flat = pc.utf8_trim_whitespace(parts.flatten())
        keep = mask_of(pc.not_equal(flat, ""))
        sizes = pc.list_value_length(parts).to_numpy(zero_copy_only=False).astype(np.int64)
        ends = np.concatenate([[0], np.cumsum(keep)])[np.concatenate([[0], np.cumsum(sizes)])]
        flat = flat.filter(pa.array(keep))
        if separator == "|":
            for code, mark in (("%7C", "|"), ("%7c", "|"), ("%25", "%")):
                flat = pc.replace_substring(flat, code, mark)
        return pa.ListArray.from_arrays(pa.array(ends.astype(np.int32)), flat)
    stated = mask_of(pc.not_equal(words, ""))
    ends = np.concatenate([[0], np.cumsum(stated)]).astype(np.int32)
    flat = words if stated.all() else words.filter(pa.array(stated))
    return pa.ListArray.from_arrays(pa.array(ends), flat)

"""Which ids a file has already given, in 24 bytes a row, so that large files fit."""

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

Hashes = npt.NDArray[np.uint64]
Lines = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


class Seen:
    """The ids of the rows so far, as 64-bit hashes, with what their rows said and where.

    Two of ten million different ids share a hash with a chance of about 1 in 370,000.
    """

    def __init__(self) -> None:
        self._runs: list[tuple[Hashes, Hashes, Lines]] = []
        self._engine = duckdb.connect(config={"threads": 1})

    def add(self, keys: pa.Array, rows: pa.Table, lines: Lines) -> tuple[Mask, Mask, Lines]:
        """Remember rows; say which of them repeat an earlier row and which contradict one.

        ``keys`` are the rows' ids. Returns two masks and, where either holds, the line of
        the earlier row.
        """
        ids, contents = self._hashes(keys, rows)
        n = len(ids)
        repeat, clash, first = np.zeros(n, np.bool_), np.zeros(n, np.bool_), np.zeros(n, np.int64)
        order = np.argsort(ids, kind="stable")
        sorted_ids = ids[order]
        is_first = np.ones(n, np.bool_)
        is_first[1:] = sorted_ids[1:] != sorted_ids[:-1]
        leader = order[np.maximum.accumulate(np.where(is_first, np.arange(n), 0))]
        later = order[~is_first]
        self._mark(later, contents, contents[leader[~is_first]], repeat, clash)
        first[later] = lines[leader[~is_first]]
        for run_ids, run_contents, run_lines in self._runs:
            at = np.minimum(np.searchsorted(run_ids, sorted_ids), len(run_ids) - 1)
            hit = np.flatnonzero(run_ids[at] == sorted_ids)
            known, at = order[hit], at[hit]
            self._mark(known, contents, run_contents[at], repeat, clash)
            first[known] = run_lines[at]
        fresh = order[is_first & ~(repeat | clash)[order]]
        if len(fresh):
            self._keep(ids[fresh], contents[fresh], lines[fresh])
        return repeat, clash, first

    def _hashes(self, keys: pa.Array, rows: pa.Table) -> tuple[Hashes, Hashes]:
        """64-bit hashes of the ids and of all that the rows say."""
        names = [f"c{i}" for i in range(rows.num_columns)]
        held = rows.rename_columns(names).append_column("id", keys)
        self._engine.register("held", held)
        found = self._engine.sql(
            f"SELECT hash(id) AS i, hash({', '.join(names)}) AS c FROM held"  # noqa: S608 - c0, c1, ...
        ).fetchnumpy()
        self._engine.unregister("held")
        return np.asarray(found["i"], np.uint64), np.asarray(found["c"], np.uint64)

    @staticmethod
    def _mark(
        rows: npt.NDArray[np.int64], now: Hashes, before: Hashes, repeat: Mask, clash: Mask
    ) -> None:
        same = now[rows] == before
        repeat[rows] = same
        clash[rows] = ~same

    def _keep(self, *run: npt.NDArray[np.generic]) -> None:
        ids, contents, lines = run
        # Runs are merged like the tiers of a log-structured store: few runs, few copies.
        while self._runs and len(self._runs[-1][0]) <= 2 * len(ids):
            last = self._runs.pop()
            ids, contents, lines = (
                np.concatenate(pair) for pair in zip((ids, contents, lines), last, strict=True)
            )
            order = np.argsort(ids, kind="stable")
            ids, contents, lines = ids[order], contents[order], lines[order]
        self._runs.append((ids, contents, lines))  # type: ignore[arg-type]  # the dtypes are kept

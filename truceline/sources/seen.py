"""Which ids a file has already given, in 24 bytes a row, so that large files fit."""

import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint64]
Lines = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


class Seen:
    """The ids of the rows so far, as 64-bit hashes, with what their rows said and where.

    Two of ten million different ids share a hash with a chance of about 1 in 370,000.
    """

    def __init__(self) -> None:
        self._runs: list[tuple[Hashes, Hashes, Lines]] = []

    def add(self, ids: Hashes, contents: Hashes, lines: Lines) -> tuple[Mask, Mask, Lines]:
        """Remember rows; say which of them repeat an earlier row and which contradict one.

        Returns two masks and, where either holds, the line of the earlier row.
        """
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
            at = np.minimum(np.searchsorted(run_ids, ids), len(run_ids) - 1)
            known = np.flatnonzero(run_ids[at] == ids)
            repeat[known] = clash[known] = False
            self._mark(known, contents, run_contents[at[known]], repeat, clash)
            first[known] = run_lines[at[known]]
        fresh = order[is_first & ~(repeat | clash)[order]]
        if len(fresh):
            self._keep(ids[fresh], contents[fresh], lines[fresh])
        return repeat, clash, first

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

"""Log-linear models learned by L-BFGS: one answer of several, and one of a group of candidates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

import numpy as np

ROUNDS = 150


class Bag:
    """Rows of features as a sparse matrix; ``group``: the text that each row is of."""

    def __init__(self, rows: list[set[str]], group: list[int]) -> None:
        from scipy.sparse import csr_matrix

        self.names: dict[str, int] = {}
        at, cols = [0], []
        for row in rows:
            cols += sorted(self.names.setdefault(f, len(self.names)) for f in sorted(row))
            at.append(len(cols))
        shape = (len(rows), len(self.names))
        self.x = csr_matrix((np.ones(len(cols)), np.array(cols, dtype=np.int32), at), shape=shape)
        self.group = np.array(group)

    def columns(self, rows: np.ndarray, least: int) -> np.ndarray:
        """The features that ``least`` texts of these rows have."""
        some = self.x[rows]
        texts = np.repeat(self.group[rows], np.diff(some.indptr))
        pairs = np.unique(texts.astype(np.int64) * some.shape[1] + some.indices)
        count = Counter((pairs % some.shape[1]).tolist())
        return np.array(sorted(f for f, k in count.items() if k >= least))

    def labels(self, columns: Iterable[int]) -> list[str]:
        names = list(self.names)
        return [names[n] for n in columns]


def softmax(x: Any, y: np.ndarray, answers: int, c: float) -> tuple[np.ndarray, np.ndarray]:
    """Weights (answer by feature) and starts of one answer of several; ``c``: how loose."""
    from scipy.optimize import minimize

    n, d = x.shape
    xt = x.T.tocsr()
    right = np.zeros((n, answers))
    right[np.arange(n), y] = 1

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        w = flat.reshape(d + 1, answers)
        odds = x @ w[:d] + w[d]
        odds -= odds.max(axis=1, keepdims=True)
        e = np.exp(odds)
        total = e.sum(axis=1, keepdims=True)
        lost = float(np.log(total).sum() - odds[np.arange(n), y].sum())
        gap = e / total - right
        slope = np.vstack([xt @ gap + w[:d] / c, gap.sum(axis=0)])
        return lost + float((w[:d] ** 2).sum()) / (2 * c), slope.ravel()

    start = np.zeros((d + 1) * answers)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": ROUNDS}).x
    w = found.reshape(d + 1, answers)
    return w[:d].T, w[d]


def shares_in(
    odds: np.ndarray, begins: np.ndarray, which: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """What each row has of its group, and the logarithm of each group's sum. ``begins``: the first row
    of each group; ``which``: the number of each row's group.
    """
    top = np.maximum.reduceat(odds, begins)
    e = np.exp(odds - top[which])
    total = np.add.reduceat(e, begins)
    return e / total[which], np.log(total) + top


def choice(
    x: Any, sizes: list[int], right: np.ndarray, c: float, share: np.ndarray | None = None
) -> np.ndarray:
    """Weights of a choice in each group of ``sizes`` rows; several of a group may be right.

    ``share``: what each group weighs; left out, all weigh one.
    """
    from scipy.optimize import minimize

    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(int)
    which = np.repeat(np.arange(len(sizes)), sizes)
    xt = x.T.tocsr()
    weigh = np.ones(len(sizes)) if share is None else share

    def loss(w: np.ndarray) -> tuple[float, np.ndarray]:
        odds = x @ w
        p, z = shares_in(odds, starts, which)
        q, y = shares_in(np.where(right, odds, -1e9), starts, which)
        slope = xt @ ((p - q) * weigh[which]) + w / c
        return float(((z - y) * weigh).sum() + w @ w / (2 * c)), slope

    start = np.zeros(x.shape[1])
    w: np.ndarray = minimize(
        loss, start, jac=True, method="L-BFGS-B", options={"maxiter": ROUNDS}
    ).x
    return w

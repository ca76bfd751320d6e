"""Stretches of a line as arrays: joined, cut, subtracted. Shape (n, 2): from, to, in metres."""

from collections.abc import Iterable, Sequence

import numpy as np

from truceline.model.patrol import Stretch
from truceline.model.track import Floats


def nothing() -> Floats:
    """No stretch."""
    return np.empty((0, 2))


def joined(parts: Iterable[Sequence[float] | Floats]) -> Floats:
    """Stretches in order, those that touch or overlap made one."""
    spans = np.asarray(list(parts), np.float64).reshape(-1, 2)
    spans = spans[spans[:, 1] > spans[:, 0]]
    if not len(spans):
        return nothing()
    spans = spans[np.argsort(spans[:, 0], kind="stable")]
    reach = np.maximum.accumulate(spans[:, 1])
    first = np.concatenate([[True], spans[1:, 0] > reach[:-1] + 1e-9])
    last = np.concatenate([first[1:], [True]])
    return np.column_stack([spans[first, 0], reach[last]])


def shared(a: Floats, b: Floats) -> Floats:
    """Where both are. Each is in order and free of overlaps."""
    found = []
    i = j = 0
    while i < len(a) and j < len(b):
        low, high = max(a[i, 0], b[j, 0]), min(a[i, 1], b[j, 1])
        if high > low:
            found.append((low, high))
        if a[i, 1] < b[j, 1]:
            i += 1
        else:
            j += 1
    return joined(found)


def without(a: Floats, b: Floats) -> Floats:
    """What of ``a`` lies outside ``b``."""
    found = []
    for low, high in a:
        at = low
        for b_low, b_high in b:
            if b_high <= at or b_low >= high:
                continue
            if b_low > at:
                found.append((at, b_low))
            at = max(at, b_high)
        if at < high:
            found.append((at, high))
    return joined(found)


def length(spans: Floats) -> float:
    """Metres in all."""
    return float((spans[:, 1] - spans[:, 0]).sum())


def stretches(spans: Floats, least_m: float = 0.0) -> tuple[Stretch, ...]:
    """As kilometre posts; shorter than ``least_m`` are left out."""
    return tuple(
        Stretch(float(low) / 1000, float(high) / 1000)
        for low, high in spans
        if high - low > least_m
    )

"""How well a linking found the truth of an exercise.

A linking says of each event which incident it is in. The truth (``seen`` of an exercise)
says which incident each report is about.

* Pairs: of all pairs of reports put together, the share that are about one incident
  (precision); of all pairs that are, the share put together (recall).
* B-cubed: the same, averaged over reports (Bagga and Baldwin, Entity-based cross-document
  coreferencing, COLING-ACL 1998).
* Exact: incidents whose reports were put together completely and with no other.
* Count: incidents that the linking says were reported, against those that were.

A row that joins several incidents is about its first; whether it is put together with a
report of one of its others counts neither for nor against. A summary is about nothing: to
put it together with anything counts against. Leads are left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Ints = npt.NDArray[np.int64]

PRECISE = ("exact", "village")
KINDS = ("both precise", "one vague", "both vague", "one source twice", "copied")
_MOST_LISTED = 20_000_000  # pairs put together beyond this are counted and not listed


@dataclass(frozen=True)
class Score:
    """Shares in [0, 1]; NaN where there is nothing to have a share of.

    ``count_error`` is found / true - 1. ``recall_of`` and ``precision_of`` give the same for
    kinds of pairs (``KINDS``; a pair is of the last kind that fits it), with the number of
    pairs; ``precision_of`` is empty where too many were put together to list.
    """

    reports: int
    summaries: int
    missing: int
    true_pairs: int
    found_pairs: int
    right_pairs: int
    set_aside: int
    pair_precision: float
    pair_recall: float
    b3_precision: float
    b3_recall: float
    exact_precision: float
    exact_recall: float
    incidents: int
    incidents_found: int
    count_error: float
    recall_of: Mapping[str, tuple[float, int]]
    precision_of: Mapping[str, tuple[float, int]]


def score(seen: pa.Table, linked: pa.Table) -> Score:
    """Score a linking, rows ``incident_id, event_id``, against an exercise's ``seen``.

    An event that the linking leaves out stands alone and is counted in ``missing``.

    Raises:
        ValueError: the linking has an event twice.
    """
    if len(pc.unique(linked["event_id"])) != linked.num_rows:
        raise ValueError("the linking has an event in two incidents")
    seen = seen.filter(pc.not_equal(seen["how"], "lead"))
    n = seen.num_rows
    at = pc.index_in(seen["event_id"], value_set=linked["event_id"].combine_chunks())
    left_out = pc.is_null(at).to_numpy(zero_copy_only=False)
    found = _codes(linked["incident_id"])
    put = np.full(n, -1)
    put[~left_out] = found[pc.drop_null(at).to_numpy()]
    put = _alone(put, left_out)
    about = pc.not_equal(seen["incident"], "").to_numpy(zero_copy_only=False)
    true = _alone(_codes(seen["incident"]), ~about)
    _, of_put, in_put = _sizes(put)
    _, of_true, in_true = _sizes(true)
    both = of_put * (len(in_true) + 1) + of_true
    _, of_both, in_both = _sizes(both)
    right = _pairs(in_both)
    true_pairs, found_pairs = _pairs(in_true), _pairs(in_put)
    aside = _aside(seen, of_put, of_true)
    same = in_both[of_both]
    whole = np.unique(of_both[(same == in_put[of_put]) & (same == in_true[of_true]) & about])
    with_report = len(np.unique(of_put[about]))
    incidents = len(np.unique(of_true[about]))
    kinds = _Kinds.of(seen)
    return Score(
        reports=int(about.sum()),
        summaries=int((~about).sum()),
        missing=int(left_out.sum()),
        true_pairs=true_pairs,
        found_pairs=found_pairs,
        right_pairs=right,
        set_aside=len(aside),
        pair_precision=_share(right, found_pairs - len(aside)),
        pair_recall=_share(right, true_pairs),
        b3_precision=_share(float((same / in_put[of_put]).sum()), n),
        b3_recall=_share(float((same / in_true[of_true]).sum()), n),
        exact_precision=_share(len(whole), with_report),
        exact_recall=_share(len(whole), incidents),
        incidents=incidents,
        incidents_found=with_report,
        count_error=_share(with_report, incidents) - 1,
        recall_of=_by_kind(kinds, *_listed(of_true), of_put),
        precision_of=_by_kind(kinds, *_listed(of_put), of_true, without=aside, n=n)
        if found_pairs <= _MOST_LISTED
        else {},
    )


@dataclass(frozen=True)
class _Kinds:
    """What the kind of a pair depends on, for each report."""

    vague: npt.NDArray[np.bool_]
    source: Ints
    copied: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, seen: pa.Table) -> "_Kinds":
        precise = pc.is_in(seen["precision"], pa.array(PRECISE)).to_numpy(zero_copy_only=False)
        source = pc.list_element(pc.split_pattern(seen["event_id"], ":", max_splits=1), 0)
        return cls(
            ~precise,
            _codes(source),
            pc.equal(seen["how"], "copy").to_numpy(zero_copy_only=False),
        )

    def kind(self, one: Ints, other: Ints) -> Ints:
        found = self.vague[one].astype(np.int64) + self.vague[other]
        found = np.where(self.copied[one] | self.copied[other], 4, found)
        return np.where(self.source[one] == self.source[other], 3, found)


def _by_kind(
    kinds: _Kinds,
    one: Ints,
    other: Ints,
    same: Ints,
    without: Ints | None = None,
    n: int = 0,
) -> dict[str, tuple[float, int]]:
    """Of the pairs (one, other) of each kind, the share that are also the same in ``same``."""
    if without is not None and len(without):
        keep = ~np.isin(np.minimum(one, other) * n + np.maximum(one, other), without)
        one, other = one[keep], other[keep]
    kind, hit = kinds.kind(one, other), same[one] == same[other]
    found = {}
    for number, name in enumerate(KINDS):
        of_kind = kind == number
        found[name] = (_share(int((hit & of_kind).sum()), int(of_kind.sum())), int(of_kind.sum()))
    return found


def _listed(group: Ints) -> tuple[Ints, Ints]:
    """All pairs of rows of one group."""
    order = np.argsort(group, kind="stable")
    ordered = group[order]
    ones, others = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    left = np.arange(len(order))
    for away in range(1, len(order)):
        left = left[left + away < len(order)]
        left = left[ordered[left] == ordered[left + away]]
        if not len(left):
            break
        ones.append(order[left])
        others.append(order[left + away])
    return np.concatenate(ones), np.concatenate(others)


def _aside(seen: pa.Table, put: Ints, true: Ints) -> Ints:
    """Pairs put together whose first incidents differ, and that share another.

    Each pair as smaller row * number of rows + larger row.
    """
    n = seen.num_rows
    joined = np.flatnonzero(pc.not_equal(seen["also"], "").to_numpy(zero_copy_only=False))
    if not len(joined):
        return np.zeros(0, np.int64)
    also = [words.split("|") for words in seen["also"].take(joined).to_pylist()]
    rows = np.concatenate([np.arange(n), np.repeat(joined, [len(a) for a in also])])
    named = pa.concat_arrays(
        [
            seen["incident"].combine_chunks(),
            pa.array([i for a in also for i in a], seen["incident"].type),
        ]
    )
    known = pc.not_equal(named, "").to_numpy(zero_copy_only=False)
    incident = _codes(pa.chunked_array([named]))[known]
    rows = rows[known]
    _, group, _ = _sizes(incident * (int(put.max()) + 1) + put[rows])
    one, other = _listed(group)
    one, other = rows[one], rows[other]
    differ = (true[one] != true[other]) & (one != other)
    one, other = one[differ], other[differ]
    return np.unique(np.minimum(one, other) * n + np.maximum(one, other))


def _alone(group: Ints, rows: npt.NDArray[np.bool_]) -> Ints:
    """The groups, with each of ``rows`` in one of its own."""
    first = int(group.max(initial=-1)) + 1
    return np.where(rows, first + np.arange(len(group)), group)


def _codes(column: pa.ChunkedArray) -> Ints:
    coded = column.cast(pa.string()).combine_chunks().dictionary_encode()
    found: Ints = coded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    return found


def _sizes(group: Ints) -> tuple[Ints, Ints, Ints]:
    """The groups, each row's number among them, and how many rows each has."""
    groups, of, sizes = np.unique(group, return_inverse=True, return_counts=True)
    return groups, of.reshape(-1).astype(np.int64), sizes.astype(np.int64)


def _pairs(sizes: Ints) -> int:
    return int((sizes * (sizes - 1) // 2).sum())


def _share(part: float, whole: float) -> float:
    return part / whole if whole else float("nan")

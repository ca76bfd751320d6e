"""The measures of a linking, on examples that can be counted by hand."""

from itertools import combinations
from math import isnan

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from truceline.monitor.exercise.score import Score, score


def seen_of(*rows: tuple[str, str] | tuple[str, str, str], **columns: list[str]) -> pa.Table:
    """Rows of (event, incident) or (event, incident, also); all own and precise."""
    n = len(rows)
    return pa.table(
        {
            "event_id": [r[0] for r in rows],
            "incident": [r[1] for r in rows],
            "also": pa.array([r[2] if len(r) == 3 else "" for r in rows], pa.string()),
            "how": columns.get("how", ["own"] * n),
            "precision": columns.get("precision", ["exact"] * n),
        }
    )


def linked_of(*groups: str) -> pa.Table:
    """Groups of events by blanks: ``"a:1 b:1"`` is one incident."""
    pairs = [(f"I{k}", e) for k, g in enumerate(groups) for e in g.split()]
    return pa.table(
        {
            "incident_id": pa.array([p[0] for p in pairs], pa.string()),
            "event_id": pa.array([p[1] for p in pairs], pa.string()),
        }
    )


FIVE = seen_of(("a:1", "X"), ("b:1", "X"), ("c:1", "X"), ("a:2", "Y"), ("b:2", "Y"))


def test_a_perfect_linking_is_perfect() -> None:
    found = score(FIVE, linked_of("a:1 b:1 c:1", "a:2 b:2"))
    assert (found.true_pairs, found.found_pairs, found.right_pairs) == (4, 4, 4)
    assert found.pair_precision == found.pair_recall == 1
    assert found.b3_precision == found.b3_recall == 1
    assert found.exact_precision == found.exact_recall == 1
    assert (found.incidents, found.incidents_found, found.count_error) == (2, 2, 0)


def test_one_report_in_the_wrong_incident() -> None:
    # {a1 b1} {c1 a2 b2}: pairs found ab, ca, cb, a2b2; right ab and a2b2; true 3 + 1.
    found = score(FIVE, linked_of("a:1 b:1", "c:1 a:2 b:2"))
    assert found.pair_precision == pytest.approx(2 / 4)
    assert found.pair_recall == pytest.approx(2 / 4)
    # B-cubed precision: 1, 1, 1/3, 2/3, 2/3; recall: 2/3, 2/3, 1/3, 1, 1.
    assert found.b3_precision == pytest.approx((1 + 1 + 1 / 3 + 2 / 3 + 2 / 3) / 5)
    assert found.b3_recall == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1 + 1) / 5)
    assert found.exact_precision == found.exact_recall == 0
    assert found.count_error == 0


def test_nothing_joined_finds_too_many() -> None:
    found = score(FIVE, linked_of("a:1", "b:1", "c:1", "a:2", "b:2"))
    assert isnan(found.pair_precision)
    assert found.pair_recall == 0
    assert found.b3_precision == 1
    assert found.count_error == pytest.approx(5 / 2 - 1)


def test_all_in_one_finds_too_few() -> None:
    found = score(FIVE, linked_of("a:1 b:1 c:1 a:2 b:2"))
    assert found.pair_precision == pytest.approx(4 / 10)
    assert found.pair_recall == 1
    assert found.count_error == pytest.approx(-0.5)


def test_a_summary_put_with_a_report_counts_against() -> None:
    seen = seen_of(
        ("a:1", "X"),
        ("b:1", "X"),
        ("a:S", ""),
        ("b:S", ""),
        how=["own", "own", "summary", "summary"],
    )
    found = score(seen, linked_of("a:1 b:1 a:S", "b:S"))
    assert found.pair_precision == pytest.approx(1 / 3)
    assert found.pair_recall == 1
    assert (found.incidents, found.incidents_found) == (1, 1)  # a summary alone is no incident
    together = score(seen, linked_of("a:1 b:1", "a:S b:S"))
    assert together.pair_precision == pytest.approx(1 / 2)


def test_leads_are_left_out() -> None:
    seen = seen_of(("a:1", "X"), ("b:1", "X"), ("f:1", "X"), how=["own", "own", "lead"])
    assert score(seen, linked_of("a:1 b:1", "f:1")).pair_recall == 1
    assert score(seen, linked_of("a:1 b:1 f:1")).pair_precision == 1


def test_a_joined_row_may_stand_with_any_of_its_incidents() -> None:
    seen = seen_of(("a:1", "X", "Y|Z"), ("b:1", "X"), ("b:2", "Y"), ("c:2", "Y"))
    found = score(seen, linked_of("a:1 b:2 c:2", "b:1"))
    assert found.set_aside == 2  # a1-b2 and a1-c2
    assert found.pair_precision == 1  # only b2-c2 is judged
    assert found.pair_recall == pytest.approx(1 / 2)  # a1-b1 is missed
    wrong = score(seen, linked_of("a:1 b:1 b:2", "c:2"))
    assert wrong.set_aside == 1
    assert wrong.pair_precision == pytest.approx(1 / 2)  # b1-b2 is wrong


def test_two_joined_rows_that_share_two_incidents_are_one_pair() -> None:
    seen = seen_of(("a:1", "X", "Y|Z"), ("b:1", "Y", "X"), ("c:1", "Z"))
    found = score(seen, linked_of("a:1 b:1 c:1"))
    assert found.set_aside == 2  # a1-b1 share X and Y, a1-c1 share Z
    assert found.found_pairs == 3
    assert found.pair_precision == 0  # b1-c1 share nothing


def test_an_event_that_the_linking_lost_is_counted_and_stands_alone() -> None:
    found = score(FIVE, linked_of("a:1 b:1", "a:2 b:2"))
    assert found.missing == 1
    assert found.pair_recall == pytest.approx(2 / 4)
    assert found.incidents_found == 3


def test_an_event_in_two_incidents_is_refused() -> None:
    with pytest.raises(ValueError, match="two incidents"):
        score(FIVE, linked_of("a:1 b:1", "a:1 c:1"))


def test_shares_by_kind_of_pair() -> None:
    seen = seen_of(
        ("a:1", "X"),
        ("b:1", "X"),
        ("c:1", "X"),
        ("b:9", "X"),
        precision=["exact", "village", "near", "exact"],
        how=["own", "own", "own", "copy"],
    )
    found = score(seen, linked_of("a:1 b:1", "c:1 b:9"))
    assert found.recall_of["both precise"] == (1.0, 1)  # a1-b1
    assert found.recall_of["one vague"] == (0.0, 2)  # a1-c1, b1-c1
    assert found.recall_of["one source twice"] == (0.0, 1)  # b1-b9: the last kind that fits
    assert found.recall_of["copied"] == (0.5, 2)  # a1-b9 missed, c1-b9 found
    assert found.precision_of["copied"] == (1.0, 1)


def by_hand(seen: pa.Table, linked: pa.Table) -> tuple[int, int, int]:
    """Found, right and set-aside pairs, one pair at a time."""
    put = {e: i for i, e in zip(*linked.to_pydict().values(), strict=True)}
    found = right = aside = 0
    for a, b in combinations(seen.to_pylist(), 2):
        if put[a["event_id"]] != put[b["event_id"]]:
            continue
        found += 1
        of_a, of_b = ({r["incident"], *r["also"].split("|")} - {""} for r in (a, b))
        if a["incident"] and a["incident"] == b["incident"]:
            right += 1
        elif of_a & of_b:
            aside += 1
    return found, right, aside


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["", "X", "Y", "Z"]),
            st.sampled_from(["", "X", "Z|W"]),
            st.integers(0, 3),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_counts_agree_with_counting_by_hand(rows: list[tuple[str, str, int]]) -> None:
    seen = seen_of(
        *((f"s{k % 3}:{k}", i, a if i and i not in a else "") for k, (i, a, _) in enumerate(rows))
    )
    linked = pa.table(
        {
            "incident_id": [str(group) for _, _, group in rows],
            "event_id": [f"s{k % 3}:{k}" for k in range(len(rows))],
        }
    )
    found: Score = score(seen, linked)
    assert (found.found_pairs, found.right_pairs, found.set_aside) == by_hand(seen, linked)

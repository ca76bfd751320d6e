"""Reviews against findings that stay, change, join, part and go."""

from datetime import UTC, datetime

import pyarrow as pa
import pytest

from truceline.model.review import SEEN, Review
from truceline.monitor.check.standing import seen, standings

NOON = datetime(1999, 5, 1, 12, tzinfo=UTC)


def rows(*incidents: str, deaths: int = 3, clause: str = "cease") -> pa.Table:
    """One finding for each incident, which is named by its events: 'ab' has a and b."""
    return pa.table(
        {
            "finding_id": [f"t/{clause}/{name[0]}" for name in incidents],
            "provision": [clause] * len(incidents),
            "incident_id": [name[0] for name in incidents],
            "event_ids": pa.array([sorted(name) for name in incidents], pa.list_(pa.string())),
            "verdict": ["breach"] * len(incidents),
            "cause": [""] * len(incidents),
            "bound": ["yes"] * len(incidents),
            "act": ["shelling"] * len(incidents),
            "actor": pa.array([["A"]] * len(incidents), pa.list_(pa.string())),
            "attribution": ["actor"] * len(incidents),
            "start": pa.array([NOON] * len(incidents), pa.timestamp("us", "UTC")),
            "end": pa.array([NOON] * len(incidents), pa.timestamp("us", "UTC")),
            "lon": [2.0] * len(incidents),
            "lat": [48.0] * len(incidents),
            "radius_m": [0.0] * len(incidents),
            "deaths_low": [deaths] * len(incidents),
            "deaths_best": [deaths] * len(incidents),
            "deaths_high": [deaths] * len(incidents),
            "count": pa.array([None] * len(incidents), pa.int64()),
        }
    )


def review(table: pa.Table, place: int, state: str, number: int) -> Review:
    row = table.slice(place, 1).to_pylist()[0]
    return Review(
        row["finding_id"],
        row["provision"],
        f"t/{row['provision']}",
        tuple(row["event_ids"]),
        state,
        "Reader",
        "1999-06-01",
        "because",
        number,
        seen=seen(row),
    )


def test_the_last_review_of_the_same_thing_stands() -> None:
    table = rows("ab", "c")
    made = [review(table, 0, "alleged", 1), review(table, 0, "confirmed", 2)]
    standing, looks = standings(table, made)
    assert (standing.to_pylist(), looks) == (["confirmed", "apparent"], ())
    other, _ = standings(rows("ab", clause="other"), made)
    assert other.to_pylist() == ["apparent"]


def test_shares_may_move_a_little() -> None:
    assert "p_zone" not in SEEN


@pytest.mark.parametrize(
    ("now", "why"),
    [
        (("abc",), "it was reviewed on 2 reports; 1 report joined: c"),
        (("a",), "it was reviewed on 2 reports; 1 report left: b"),
        (("a", "b"), "it was reviewed on 2 reports; they are 2 incidents now"),
        (("c",), "no finding of this clause rests on any of these reports now"),
    ],
)
def test_a_review_of_other_events_is_looked_at_again(now: tuple[str, ...], why: str) -> None:
    made = [review(rows("ab"), 0, "confirmed", 1)]
    standing, looks = standings(rows(*now), made)
    assert set(standing.to_pylist()) == {"apparent"}
    assert [look.why for look in looks] == [why]
    assert looks[0].review is made[0]
    assert len(looks[0].now) == (0 if now == ("c",) else len(now))


def test_what_is_said_now_and_was_not_said_then() -> None:
    made = [review(rows("ab"), 0, "confirmed", 1)]
    standing, looks = standings(rows("ab", deaths=5), made)
    assert standing.to_pylist() == ["apparent"]
    assert "deaths best was 3, is 5" in looks[0].why
    assert (looks[0].review.seen["deaths_best"], looks[0].now[0]["deaths_best"]) == (3, 5)


def test_a_look_is_settled_by_a_later_review_of_all_that_is_there_now() -> None:
    old = review(rows("ab"), 0, "confirmed", 1)
    joined = rows("abc")
    standing, looks = standings(joined, [old, review(joined, 0, "unfounded", 2)])
    assert (standing.to_pylist(), looks) == (["unfounded"], ())
    parted = rows("a", "b")
    half = [old, review(parted, 0, "unfounded", 2)]
    standing, looks = standings(parted, half)
    assert (standing.to_pylist(), len(looks)) == (["unfounded", "apparent"], 1)
    assert standings(parted, [*half, review(parted, 1, "confirmed", 3)])[1] == ()


def test_a_later_review_of_more_events_is_not_passed_over_when_they_part_again() -> None:
    small, large = rows("ab"), rows("abc")
    made = [review(small, 0, "confirmed", 1), review(large, 0, "unfounded", 2)]
    standing, looks = standings(small, made)
    assert (standing.to_pylist(), [look.review.number for look in looks]) == (["apparent"], [2])


def test_what_came_back_as_it_was_stands_as_it_was_reviewed() -> None:
    made = [review(rows("ab"), 0, "confirmed", 1)]
    assert standings(rows("abc"), made)[0].to_pylist() == ["apparent"]
    assert standings(rows("ab"), made)[0].to_pylist() == ["confirmed"]

"""Standing: what people's reviews say of the findings as they are now.

A review counts for a finding of the same clause that rests on the same events and says what
it said when it was reviewed. Where that is no longer so, the review is kept as it is, the
finding is apparent, and both are listed for another look, side by side. A look is settled by
later reviews of everything that now rests on any of the same events, and by nothing else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from truceline.model.review import APPARENT, SEEN, Look, Review


@dataclass(frozen=True, slots=True)
class _Finding:
    """A finding that rests on an event somebody has reviewed."""

    row: int
    clause: str
    provision: str
    event_ids: tuple[str, ...]
    about: Mapping[str, Any]

    @property
    def key(self) -> tuple[str, tuple[str, ...]]:
        return self.clause, self.event_ids


def standings(rows: pa.Table, reviews: Sequence[Review]) -> tuple[pa.Array, tuple[Look, ...]]:
    """The standing of every row of findings, and the reviews that need another look.

    ``rows`` are those of ``Findings``; ``reviews`` in the order in which they were made. Of
    several about the same clause and events the last one counts. Work is done only on
    findings that rest on reviewed events.
    """
    standing = np.full(rows.num_rows, APPARENT, dtype=object)
    last = {(r.clause, r.event_ids): r for r in reviews}
    found = _touched(rows, reviews)
    by_key = {f.key: f for f in found}
    holding = {
        key: r
        for key, r in last.items()
        if key in by_key and r.seen and not _changes(r.seen, by_key[key].about)
    }
    looks = []
    for key, review in last.items():
        if key in holding:
            continue
        over = [
            f
            for f in found
            if f.provision == review.provision and not set(f.event_ids).isdisjoint(review.event_ids)
        ]
        if not over and not review.seen:
            continue  # the reviewer saw that it was gone, and it is
        later = [holding.get(f.key) for f in over]
        if over and all(r is not None and r.number > review.number for r in later):
            continue
        now = tuple(f.about for f in over)
        looks.append((Look(review, _why(review, by_key.get(key), over), now), over))
    for key, review in holding.items():
        newer = (look.review.number for look, over in looks if by_key[key] in over)
        if all(number < review.number for number in newer):
            standing[by_key[key].row] = review.state
    ordered = sorted((look for look, _ in looks), key=lambda look: look.review.number)
    return pa.array(standing, pa.string()), tuple(ordered)


def seen(row: Mapping[str, Any]) -> dict[str, Any]:
    """What of a finding a reviewer is taken to have looked at, as JSON values; times UTC."""
    return {name: _plain(row[name]) for name in SEEN}


def clause_of(finding_id: str, incident_id: str) -> str:
    """The agreement and the clause, with its version, that a finding's id names."""
    return finding_id.removesuffix(f"/{incident_id}")


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, float):
        return None if np.isnan(value) else round(value, 6)
    return value


def _touched(rows: pa.Table, reviews: Sequence[Review]) -> list[_Finding]:
    """The findings that rest on any reviewed event, in the order of their ids."""
    if not reviews or not rows.num_rows:
        return []
    wanted = pa.array(sorted({e for r in reviews for e in r.event_ids}), pa.string())
    lists = rows["event_ids"].combine_chunks()
    hit = pc.is_in(lists.flatten(), value_set=wanted)
    index = pc.unique(pc.list_parent_indices(lists).filter(hit))
    some = rows.select(["finding_id", "incident_id", "provision", "event_ids", *SEEN]).take(index)
    found = [
        _Finding(
            number,
            clause_of(row["finding_id"], row["incident_id"]),
            row["provision"],
            tuple(sorted(row["event_ids"])),
            {"finding_id": row["finding_id"], "event_ids": sorted(row["event_ids"]), **seen(row)},
        )
        for number, row in zip(index.to_pylist(), some.to_pylist(), strict=True)
    ]
    return sorted(found, key=lambda f: str(f.about["finding_id"]))


def _changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    return [name for name in SEEN if name in old and old[name] != new[name]]


def _why(review: Review, same: _Finding | None, over: Sequence[_Finding]) -> str:
    if same is not None:
        if not review.seen:
            return "when it was reviewed there was no such finding"
        names = _changes(review.seen, same.about)
        said = (
            f"{name.replace('_', ' ')} was {_word(review.seen[name])}, is {_word(same.about[name])}"
            for name in names
        )
        return "it rests on the same reports and says something else: " + "; ".join(said)
    if not over:
        return "no finding of this clause rests on any of these reports now"
    was, now = set(review.event_ids), {e for f in over for e in f.event_ids}
    parts = [f"it was reviewed on {_reports(len(was))}"]
    if len(over) > 1:
        parts.append(f"they are {len(over)} incidents now")
    if now - was:
        parts.append(f"{_reports(len(now - was))} joined: {', '.join(sorted(now - was)[:5])}")
    if was - now:
        parts.append(f"{_reports(len(was - now))} left: {', '.join(sorted(was - now)[:5])}")
    return "; ".join(parts)


def _reports(number: int) -> str:
    return f"{number} report{'s' * (number != 1)}"


def _word(value: Any) -> str:
    if value is None or value in ("", []):
        return "not stated"
    return ", ".join(value) if isinstance(value, list) else str(value)

"""A review: what a person found about a finding. Proof and attribution live here.

It hangs on the clause and on the set of events that the reviewer saw, with what the finding
said then (``seen``). Where either is otherwise now, the review is not moved to what stands
there now: the finding is ``apparent`` again and is listed for another look.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

APPARENT = "apparent"  # no person has looked
STATES = ("alleged", "under-inquiry", "confirmed", "unfounded", "inconclusive")
STANDINGS = (APPARENT, *STATES)

# What a reviewer is taken to have looked at. Shares (p_zone, p_time) are left out: a better
# outline of a boundary moves them a little and changes nothing that a person confirmed.
SEEN = (
    "verdict",
    "cause",
    "bound",
    "act",
    "actor",
    "attribution",
    "start",
    "end",
    "lon",
    "lat",
    "radius_m",
    "deaths_low",
    "deaths_best",
    "deaths_high",
    "count",
)


@dataclass(frozen=True, slots=True)
class Review:
    """One step of a review. ``at`` is UTC, ISO 8601; ``document`` a SHA-256, or ''.

    ``provision`` is the clause's id; ``clause`` names it in the version that was judged, with
    its agreement ("idlib-2020/art-1"). ``event_ids`` are sorted. ``seen`` has JSON values under ``SEEN``;
    it is empty where the reviewer saw that there is no such finding any more.
    """

    finding_id: str
    provision: str
    clause: str
    event_ids: tuple[str, ...]
    state: str
    who: str
    at: str
    because: str
    number: int
    document: str = ""
    seen: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        """One line: who said what of which finding, when and why."""
        return (
            f"{self.number}: {self.finding_id} {self.state} ({self.who}, {self.at}: {self.because})"
        )


@dataclass(frozen=True, slots=True)
class Look:
    """A review that needs another look: what was reviewed, and what stands there now.

    ``why`` says what changed, in plain words. ``now`` are the findings of that clause that
    rest on any of the same events, as rows with ``finding_id``, ``event_ids`` and ``SEEN``.
    """

    review: Review
    why: str
    now: tuple[Mapping[str, Any], ...]

    def __str__(self) -> str:
        """One line."""
        there = ", ".join(str(row["finding_id"]) for row in self.now) or "no finding"
        r = self.review
        return f"{r.finding_id}: {r.state} by {r.who} on {r.at[:10]}; now {there}: {self.why}"

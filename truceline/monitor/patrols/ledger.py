"""The ledger of patrols: announced and reported ones, their numbers, and what tracks show.

Nothing is reconciled: a number that two counts give differently stays two numbers, and a
patrol that was reported is not one that tracks prove.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from truceline.model.patrol import Announced, Patrol


@dataclass(frozen=True, slots=True)
class LedgerCount:
    """What a ledger holds.

    ``highest`` is the highest number anybody gave; ``unseen`` the numbers up to it that no
    row bears; ``disagreeing`` the rows with more than one number. ``longest_days`` is the
    longest time between two dated rows, and ``from_``, ``to`` its days.
    """

    rows: int
    dated: int
    outcomes: Mapping[str, int]
    planned: int
    whole_route: int
    highest: int
    unseen: tuple[int, ...]
    unnumbered: int
    disagreeing: tuple[Announced, ...]
    longest_days: int
    from_: date | None
    to: date | None


def counted(rows: Sequence[Announced]) -> LedgerCount:
    """The counts of a ledger; nothing is added up across disagreeing counts."""
    days = sorted({r.on for r in rows if r.on is not None and not r.planned})
    pairs = [((b - a).days, a, b) for a, b in pairwise(days)]
    longest, start, end = max(pairs, default=(0, None, None), key=lambda p: p[0])
    numbers = {n.is_ for r in rows for n in r.numbers}
    highest = max(numbers, default=0)
    return LedgerCount(
        rows=len(rows),
        dated=sum(r.on is not None for r in rows),
        outcomes=dict(Counter(r.outcome for r in rows if not r.planned)),
        planned=sum(r.planned for r in rows),
        whole_route=sum(r.whole_route is True for r in rows),
        highest=highest,
        unseen=tuple(n for n in range(1, highest + 1) if n not in numbers),
        unnumbered=sum(not r.numbers for r in rows),
        disagreeing=tuple(r for r in rows if len({n.is_ for n in r.numbers}) > 1),
        longest_days=longest,
        from_=start,
        to=end,
    )


@dataclass(frozen=True, slots=True)
class Week:
    """One week from its Monday: what was planned, what reports say, and what tracks show."""

    monday: date
    planned: int
    outcomes: Mapping[str, int]
    tracked: int
    joint: int
    joint_km: float

    @property
    def reported(self) -> int:
        """Patrols that reports tell of, however they ended."""
        return sum(self.outcomes.values())


def weeks(
    rows: Sequence[Announced], patrols: Sequence[Patrol], since: date, until: date
) -> Iterator[Week]:
    """Every week from the one of ``since`` to the one of ``until``, the empty ones too."""
    monday = since - timedelta(days=since.weekday())
    while monday <= until:
        after = monday + timedelta(days=7)
        said = [r for r in rows if r.on is not None and monday <= r.on < after]
        seen = [p for p in patrols if p.start and monday <= p.start.date() < after]
        yield Week(
            monday=monday,
            planned=sum(r.planned for r in said),
            outcomes=dict(Counter(r.outcome for r in said if not r.planned)),
            tracked=len(seen),
            joint=sum(p.joint for p in seen),
            joint_km=sum(p.joint_km for p in seen),
        )
        monday = after


@dataclass(frozen=True, slots=True)
class Seen:
    """A kilometre of the route and when it was last covered jointly; None is never."""

    from_km: float
    to_km: float
    last: datetime | None
    days: float | None


def last_seen(patrols: Sequence[Patrol], route_km: float, on: datetime) -> list[Seen]:
    """Each kilometre: days from the end of the last patrol that covered all of it jointly.

    Only what began before ``on`` counts. A kilometre is seen where joint stretches of one
    patrol cover it but for 50 m at most.
    """
    before = sorted((p for p in patrols if p.end and p.start and p.start <= on), key=_end)
    found = []
    for k in range(max(int(-(-route_km // 1)), 1)):
        low, high = float(k), min(k + 1.0, route_km)
        last = None
        for patrol in before:
            shared = sum(
                max(0.0, min(s.to_km, high) - max(s.from_km, low)) for s in patrol.together
            )
            if high - low - shared <= 0.05:
                last = min(_end(patrol), on)
        days = (on - last).total_seconds() / 86_400 if last else None
        found.append(Seen(low, high, last, days))
    return found


def _end(patrol: Patrol) -> datetime:
    assert patrol.end is not None
    return patrol.end

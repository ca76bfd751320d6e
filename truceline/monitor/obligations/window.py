"""When a number or a term holds: from its start to its end, under each reading."""

from collections.abc import Iterator
from datetime import datetime

from truceline.model.agreement import Agreement
from truceline.model.amendments import DatedProvision
from truceline.monitor.obligations.count import Completions, Start, readings, start_of_when, utc

Held = tuple[str, datetime | None, datetime | None, str]


def window(
    agreement: Agreement, dated: DatedProvision, done: Completions, till: datetime | None
) -> Iterator[Held]:
    """(words, opens, closes, why it has no dates) under each reading.

    A clause that is renewed has no end of its own here; ``opens`` None: always.
    """
    p = dated.provision
    seen = set()
    for _, points in readings(agreement, p, ("from_", "after", "until"), done):
        start = points.get("from_") or points.get("after")
        if start is None and dated.since is not None:
            start = start_of_when(agreement, dated.since)
        until = points.get("until")
        for point in (start, until):
            if point is not None and not isinstance(point, Start):
                yield "", None, None, str(point)
                break
        else:
            opens = start.lo if isinstance(start, Start) else None
            closes = until.hi if isinstance(until, Start) else None
            if closes is None and p.for_ is not None and p.renewal is None and opens is not None:
                closes = p.for_.after(opens)
            if till is not None and (closes is None or utc(closes) > till):
                closes = till.astimezone(agreement.tz)
            if (opens, closes) not in seen:
                seen.add((opens, closes))
                words = "; ".join(start.words) if isinstance(start, Start) else ""
                yield words, opens, closes, ""

"""Faults of obligations: what is owed from nothing, by no date, or before it was agreed."""

from collections.abc import Iterator
from datetime import datetime

from truceline.model.agreement import WEEKDAYS, Agreement
from truceline.model.provision import MomentReading, MomentReadings, Point, Provision
from truceline.model.quantity import Duration, When

Inner = tuple[str | int, ...]


def owed_faults(agreement: Agreement, p: Provision) -> Iterator[tuple[Inner, str]]:
    """Every fault of one provision's deadlines, each with its path inside the provision."""
    if p.within is not None and p.after is None:
        yield ("within",), "'within' counts from nothing; add 'after: ANCHOR'"
    if p.after is not None and p.within is None and p.every is None:
        yield (
            ("after",),
            "'after' has no length; add 'within: P7D', or say 'from' or 'by-date' instead",
        )
    if p.within is not None and p.by_date is not None:
        yield (
            ("by-date",),
            "a deadline is counted ('within') or given ('by-date'), not both; where the text "
            "has two readings, give 'by-date' readings",
        )
    if p.every is not None and p.from_ is None and p.after is None:
        yield ("every",), "'every' begins nowhere; add 'from: ANCHOR' or a date"
    yield from _lengths(p)
    yield from _working(agreement, p)
    yield from _numbers(p)
    if p.requires is not None:
        yield from _before_signature(agreement, p)
        yield from _waits_for_itself(agreement, p)


def _lengths(p: Provision) -> Iterator[tuple[Inner, str]]:
    lengths: list[tuple[Inner, Duration | None]] = [(("every",), p.every)]
    lengths += [(("limit", n, "per"), limit.per) for n, limit in enumerate(p.limit)]
    if p.renewal is not None:
        lengths.append((("renewal", "for"), p.renewal.for_))
    for path, length in lengths:
        if length is not None and not (length.months or length.days or length.seconds):
            yield path, f"'{length}' has no length; write P1D, P1W or PT12H"


def _working(agreement: Agreement, p: Provision) -> Iterator[tuple[Inner, str]]:
    if p.days != "working":
        return
    if not agreement.weekend:
        yield ("days",), "working days need the days of rest; add 'weekend: [friday, saturday]'"
    elif set(agreement.weekend) >= set(WEEKDAYS):
        yield ("days",), "the weekend leaves no working day; correct 'weekend'"
    if p.within is not None and (p.within.months or p.within.seconds or "W" in p.within.text):
        yield ("within",), "working days are counted in days; write P10D"
    if p.counting == "to-the-moment":
        yield ("counting",), "working days end with a day; remove 'to-the-moment'"


def _numbers(p: Provision) -> Iterator[tuple[Inner, str]]:
    seen: dict[str, int] = {}
    for number, limit in enumerate(p.limit):
        if limit.at_most is None and limit.at_least is None:
            yield ("limit", number), "a limit gives 'at-most' or 'at-least'"
        elif limit.at_most is not None and (limit.at_least or 0) > limit.at_most:
            yield ("limit", number, "at-least"), "it is more than 'at-most'; correct one"
        if limit.of in seen and p.limit[seen[limit.of]].per == limit.per:
            yield ("limit", number, "of"), f"a second limit of '{limit.of}'; put them together"
        seen.setdefault(limit.of, number)


def _whens(point: Point | None) -> Iterator[tuple[Inner, When]]:
    if isinstance(point, When):
        yield (), point
    elif isinstance(point, MomentReadings):
        for number, reading in enumerate(point.readings):
            if isinstance(reading, MomentReading) and reading.at is not None:
                yield ("readings", number, "at"), reading.at


def _before_signature(agreement: Agreement, p: Provision) -> Iterator[tuple[Inner, str]]:
    if agreement.signed is None:
        return
    signed: datetime = agreement.signed.start(agreement.tz)
    for path, when in _whens(p.by_date):
        if when.end(agreement.tz) <= signed:
            yield (
                ("by-date", *path),
                f"falls due ({when}) before the agreement was signed ({agreement.signed}); "
                "correct one of the two",
            )


def _waits_for_itself(agreement: Agreement, p: Provision) -> Iterator[tuple[Inner, str]]:
    """A deadline that counts from when the act itself is done, by however many steps."""
    waits = {q.id: q.after for q in agreement.provisions if q.within is not None}
    seen: set[str] = set()
    todo = [p.id]
    while todo:
        for anchor in _anchors(agreement, waits.get(todo.pop())):
            done = agreement.anchors[anchor].done if anchor in agreement.anchors else None
            if done == p.id:
                yield ("after",), f"'{p.id}' counts from when '{p.id}' is done; break the chain"
                return
            if done is not None and done not in seen:
                seen.add(done)
                todo.append(done)


def _anchors(agreement: Agreement, point: Point | None) -> set[str]:
    names = {point} if isinstance(point, str) else set()
    if isinstance(point, MomentReadings):
        for r in point.readings:
            name = r if isinstance(r, str) else r.anchor
            names |= {name} if name else set()
    for name in list(names):
        anchor = agreement.anchors.get(name)
        while anchor is not None and anchor.after is not None and anchor.after not in names:
            names.add(anchor.after)
            anchor = agreement.anchors.get(anchor.after)
    return {str(n) for n in names}

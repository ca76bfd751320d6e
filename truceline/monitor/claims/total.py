"""Adding claims up, where that says something; a refusal with its reason where it does not."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from truceline.model.claim import Claim, Held, fold
from truceline.monitor.claims.claims import reach


@dataclass(frozen=True, slots=True)
class Total:
    """A sum of claims that do not overlap: ``low`` to ``high`` as their words allow.

    ``caution`` says what the sum is not.
    """

    value: float | None
    low: float
    high: float
    parts: int
    caution: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """Why claims are not added up, and two of them that show it."""

    why: str
    pair: tuple[Held, Held] | None = None


def total(held: Sequence[Held], gone: frozenset[int] = frozenset()) -> Total | Refused:
    """The sum of claims, or why there is none. ``gone``: numbers that are superseded.

    Refused: measures, people or sources that differ; a kind of figure or days not known;
    kinds that differ; stocks of different days; periods that overlap in one place; places
    of which one holds the other, or of which that cannot be told.
    """
    live = [h for h in held if h.number not in gone]
    if not live:
        return Refused("there is no claim to add up")
    for pick, words in (
        (lambda c: c.kind, "they count different things"),
        (lambda c: c.whom, "they count different people, who may be in both"),
        (lambda c: c.population, "they are of different kinds (stock, flow, cumulative)"),
        (lambda c: fold(c.teller), "two sources may count the same people"),
    ):
        first = live[0]
        other = next((h for h in live if pick(h.claim) != pick(first.claim)), None)
        if other is not None:
            return Refused(f"{words}: {_told(first.claim)}; {_told(other.claim)}", (first, other))
    return _refusal(live) or _sum(live)


def _refusal(live: Sequence[Held]) -> Refused | None:
    population = live[0].claim.population
    if population == "unknown":
        return Refused(
            "it is not known whether the figures are stocks, flows or running totals: "
            f"{_told(live[0].claim)}"
        )
    for h in live:
        if not h.claim.meant_to or (population == "flow" and not h.claim.meant_from):
            return Refused(f"it is not known of which days a figure speaks: {_told(h.claim)}")
        if not h.claim.where:
            return Refused(f"it is not known where a figure holds: {_told(h.claim)}")
    if population != "flow":
        first = live[0]
        for h in live:
            if _days(h.claim) != _days(first.claim):
                what = "stocks" if population == "stock" else "running totals"
                return Refused(
                    f"{what} of different days are about the same people: "
                    f"{_told(first.claim)}; {_told(h.claim)}",
                    (first, h),
                )
    return _places(live)


def _places(live: Sequence[Held]) -> Refused | None:
    by_place: dict[str, list[Held]] = defaultdict(list)
    for h in live:
        by_place[h.claim.where].append(h)
    for members in by_place.values():
        clash = _overlap(members)
        if clash:
            return Refused(
                f"their days overlap in one place: {_told(clash[0].claim)}; "
                f"{_told(clash[1].claim)}",
                clash,
            )
    for one, other in combinations(by_place.values(), 2):
        a, b = one[0].claim, other[0].claim
        apart = disjoint(a, b)
        if apart == "yes":
            continue
        clash = _overlap([*one, *other])
        if clash:
            held = (
                "one place lies in the other"
                if apart == "no"
                else ("whether one place lies in the other cannot be told (give P-codes)")
            )
            return Refused(f"{held}: {_told(clash[0].claim)}; {_told(clash[1].claim)}", clash)
    return None


def disjoint(one: Claim, other: Claim) -> str:
    """Whether two places share no ground, by P-codes: yes, no, or cannot-tell."""
    a, b = one.pcode, other.pcode
    if one.where == other.where or (a and a in other.within) or (b and b in one.within):
        return "no"
    if not a or not b:
        return "cannot-tell"
    if a.startswith(b) or b.startswith(a):  # a P-code begins with those of the wider units
        return "no"
    for x in (a, *one.within):
        for y in (b, *other.within):
            level = len(x) == len(y) and x[:2] == y[:2]
            level |= bool(_SETTLEMENT.fullmatch(x) and _SETTLEMENT.fullmatch(y))
            if x != y and level:  # two units of one level, and all that lies in them
                return "yes"
    return "cannot-tell"


_SETTLEMENT = re.compile(r"[A-Z]\d{2,}")  # OCHA numbers settlements apart from admin units


def _overlap(members: Sequence[Held]) -> tuple[Held, Held] | None:
    """Two of them whose days overlap; None where no two do."""
    ordered = sorted(members, key=lambda h: _days(h.claim))
    last: Held | None = None
    for h in ordered:
        if last is not None and h.claim.meant_from <= last.claim.meant_to:
            return last, h
        if last is None or h.claim.meant_to > last.claim.meant_to:
            last = h
    return None


def _days(claim: Claim) -> tuple[str, str]:
    return claim.meant_from, claim.meant_to


def _sum(live: Sequence[Held]) -> Total:
    reaches = [reach(h.claim) for h in live]
    values = [h.claim.value for h in live]
    exact = None if any(v is None for v in values) else sum(v for v in values if v is not None)
    claim = live[0].claim
    periods = len({_days(h.claim) for h in live})
    caution = ""
    if claim.population == "flow" and claim.measure not in ("killed",) and periods > 1:
        caution = "a sum over periods counts movements and not people: who moved twice counts twice"
    return Total(
        exact, sum(r.low for r in reaches), sum(r.high for r in reaches), len(live), caution
    )


def _told(claim: Claim) -> str:
    figure = claim.value if claim.value is not None else f"{claim.low}-{claim.high}"
    words = f"{figure:,.0f}" if isinstance(figure, float | int) else figure
    days = "/".join(dict.fromkeys(d for d in _days(claim) if d)) or "days not known"
    place = claim.place or claim.pcode or "place not stated"
    whom = f" {claim.of_whom}" if claim.of_whom else ""
    return f"{words}{whom} {claim.kind}, {place}, {claim.population}, {days}"

"""Views of the ledger: lines over time, newest figures, where sources disagree. Pure.

Nothing is mixed: a panel holds one measure, one place, one kind of figure (stock, flow,
cumulative, unknown), and for flows one length of period. Nothing is added up here; see
``truceline.monitor.claims.total``.
"""

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from truceline.model.claim import Claim, Held, fold, qualifier_class

ROUGH = 0.1  # "about" and "nearly" are taken to reach a tenth away, and surely not half
ROUGH_MOST = 0.5
ROUND_MOST = 0.05  # a round figure may be rounded, by at most so much of itself
NEAR_DAYS = 7  # stocks and running totals so many days apart are compared


@dataclass(frozen=True, slots=True)
class Reach:
    """The figures that a claim's words allow: ``low`` to ``high`` as they are commonly meant,
    ``least`` to ``most`` at the widest. ``why`` says what the widest rests on."""

    low: float
    high: float
    least: float
    most: float
    why: str = ""


def reach(claim: Claim) -> Reach:
    """What figures a claim can stand for. docs/ledger.md has the table."""
    value, low, high = claim.value, claim.low, claim.high
    if low is not None and high is not None:
        return Reach(low, high, low, high)
    kind = qualifier_class(claim.qualifier)
    if value is None:
        return Reach(low or 0.0, math.inf if high is None else high, low or 0.0, high or math.inf)
    if kind == "nearly":
        top = value if high is None else high
        words = f"how far below '{claim.qualifier}' reaches is not said"
        return Reach(min((1 - ROUGH) * value, top), top, min(ROUGH_MOST * value, top), top, words)
    if kind == "just-over":
        bottom = value if low is None else low
        words = f"how far above '{claim.qualifier}' reaches is not said"
        near, far = (max((1 + r) * value, bottom) for r in (ROUGH, ROUGH_MOST))
        return Reach(bottom, near, bottom, far, words)
    if low is not None or high is not None:
        bottom, top = low or 0.0, math.inf if high is None else high
        return Reach(bottom, top, bottom, top)
    if kind == "about":
        words = f"how far '{claim.qualifier}' reaches is not said"
        near, far = ROUGH * value, ROUGH_MOST * value
        return Reach(value - near, value + near, value - far, value + far, words)
    half = _rounding(value) / 2
    words = "a round figure may be rounded" if half else ""
    return Reach(value, value, value - half, value + half, words)


def _rounding(value: float) -> float:
    """To what a whole figure from 1,000 up may have been rounded; 0 where it ends in no zeros."""
    if value < 1_000 or not float(value).is_integer():
        return 0.0
    zeros = re.search(r"0*$", str(int(value)))
    unit = 10 ** len(zeros.group()) if zeros else 1
    return min(float(unit), 2 * ROUND_MOST * value) if unit > 1 else 0.0


def grain(claim: Claim) -> str:
    """How long a flow's period is: day, week, month, year, or so many days; '' for no flow."""
    if claim.population != "flow" or not (claim.meant_from and claim.meant_to):
        return ""
    first, last = date.fromisoformat(claim.meant_from), date.fromisoformat(claim.meant_to)
    days = (last - first).days + 1
    if days == 1:
        return "day"
    if days == 7:
        return "week"
    if 28 <= days <= 31 and (first.day == 1 or abs(days - 30) <= 1):
        return "month"
    return "year" if days in (365, 366) else f"{days:,} days"


@dataclass(frozen=True, slots=True)
class Point:
    """One figure of a line. ``day`` is ISO, '' where no day is known."""

    held: Held
    day: str
    reach: Reach
    superseded: bool


@dataclass(frozen=True, slots=True)
class Line:
    """What one source says over time, oldest first. ``newest`` is its newest figure."""

    teller: str
    whom: str
    by: str
    points: tuple[Point, ...]

    @property
    def newest(self) -> Point:
        """The newest figure that nothing supersedes: by the days meant, then when it was said."""
        return max(
            (p for p in self.points if not p.superseded),
            key=_age,
            default=self.points[-1],
        )


@dataclass(frozen=True, slots=True)
class Difference:
    """Two sources on one thing. ``verdict`` is agree, cannot-tell or disagree.

    ``apart`` is the least difference that the common meaning of the words leaves (people),
    ``ratio`` the larger over the smaller there; 0 and 1 where they agree.
    """

    first: Held
    second: Held
    verdict: str
    apart: float
    ratio: float
    why: str


@dataclass(frozen=True, slots=True)
class Panel:
    """One measure at one place, of one kind of figure: its lines, and where they differ.

    ``uncompared`` says which lines were not laid beside each other, and why.
    """

    kind: str
    place: str
    where: str
    population: str
    grain: str
    lines: tuple[Line, ...]
    differences: tuple[Difference, ...]
    uncompared: tuple[str, ...]

    @property
    def title(self) -> str:
        """For a person: "displaced, Idleb, flow by month"."""
        by = f" by {self.grain}" if self.grain in ("day", "week", "month", "year") else ""
        by = by or (f" over {self.grain}" if self.grain else "")
        kind = "kind of figure not known" if self.population == "unknown" else self.population
        place = self.place or self.where or "place not stated"
        code = f" ({self.where})" if self.where.isupper() and self.where != place else ""
        return f"{self.kind}, {place}{code}, {kind}{by}"


def panels(
    held: Iterable[Held], *, measure: str = "", place: str = "", near_days: int = NEAR_DAYS
) -> list[Panel]:
    """The ledger's panels, those with the most sources and figures first.

    ``measure`` and ``place`` narrow it: a measure or a source's word for it; a place's name
    or P-code, also of a wider place that it lies in.
    """
    every = list(held)
    gone = {h.supersedes for h in every if h.supersedes is not None}
    groups: dict[tuple[str, str, str, str], list[Held]] = defaultdict(list)
    for h in every:
        if _wanted(h.claim, measure, place):
            claim = h.claim
            groups[claim.kind, claim.where, claim.population, grain(claim)].append(h)
    found = [_panel(key, members, gone, near_days) for key, members in groups.items()]
    return sorted(
        found,
        key=lambda p: (
            -len({fold(line.teller) for line in p.lines}),
            -sum(len(line.points) for line in p.lines),
            p.title,
            p.where,
        ),
    )


def _wanted(claim: Claim, measure: str, place: str) -> bool:
    if measure and fold(measure) not in (claim.measure, fold(claim.kind), fold(claim.word)):
        return False
    names = {claim.pcode.casefold(), fold(claim.place), fold(claim.known_as)}
    names |= {code.casefold() for code in claim.within}
    return not place or fold(place) in names or place.casefold() in names


def _panel(
    key: tuple[str, str, str, str], members: Sequence[Held], gone: set[int], near_days: int
) -> Panel:
    lines: dict[tuple[str, str, str], list[Point]] = defaultdict(list)
    for h in members:
        claim = h.claim
        point = Point(h, claim.day, reach(claim), h.number in gone)
        lines[fold(claim.teller), claim.whom, fold(claim.by_whom)].append(point)
    made = []
    for (_, whom, _), points in sorted(lines.items()):
        points.sort(key=_age)
        claim = points[-1].held.claim
        made.append(Line(claim.teller, whom and claim.of_whom, claim.by_whom, tuple(points)))
    label = next((n for h in members if (n := h.claim.known_as or h.claim.place)), "")
    differences, uncompared = _differences(made, key[2], near_days)
    return Panel(key[0], label, key[1], key[2], key[3], tuple(made), differences, uncompared)


def _age(point: Point) -> tuple[str, str, int]:
    return point.day, point.held.claim.said, point.held.number


def _differences(
    lines: Sequence[Line], population: str, near_days: int
) -> tuple[tuple[Difference, ...], tuple[str, ...]]:
    found: list[Difference] = []
    apart: dict[str, None] = {}
    for one, other in combinations(lines, 2):
        if fold(one.teller) == fold(other.teller):
            continue
        if fold(one.whom) != fold(other.whom):
            counts = [f"{li.teller} counts {li.whom or 'people'}" for li in (one, other)]
            apart[f"{counts[0]} and {counts[1]}"] = None
            continue
        if one.by and other.by and fold(one.by) != fold(other.by):
            apart[f"{one.teller} and {other.teller} name different perpetrators"] = None
            continue
        pairs = _pairs(one, other, population, near_days)
        if not pairs:
            apart[f"{one.teller} and {other.teller} speak of different days"] = None
        found += [compare(a, b) for a, b in pairs]
    found.sort(key=lambda d: (_ORDER[d.verdict], -d.ratio, -d.apart, d.first.number))
    return tuple(found), tuple(apart)


_ORDER = {"disagree": 0, "cannot-tell": 1, "agree": 2}


def _pairs(one: Line, other: Line, population: str, near_days: int) -> list[tuple[Held, Held]]:
    """Figures of two lines that speak of the same days."""
    mine = [p for p in one.points if not p.superseded]
    theirs = [p for p in other.points if not p.superseded]
    if population == "flow":
        spans: dict[tuple[str, str], list[Held]] = defaultdict(list)
        for p in theirs:
            spans[_span(p.held.claim)].append(p.held)
        return [(p.held, h) for p in mine for h in spans[_span(p.held.claim)]]
    pairs = []
    for p in mine:
        near = min(theirs, key=lambda t: _days_apart(p.day, t.day), default=None)
        if near is not None and _days_apart(p.day, near.day) <= near_days:
            pairs.append((p.held, near.held))
    return pairs


def _span(claim: Claim) -> tuple[str, str]:
    return claim.meant_from, claim.meant_to


def _days_apart(one: str, other: str) -> float:
    if not one or not other:
        return 0.0 if one == other else math.inf
    return abs((date.fromisoformat(one) - date.fromisoformat(other)).days)


def compare(one: Held, other: Held) -> Difference:
    """Two figures beside each other. "Nearly 500" and "at least 450" do not disagree."""
    a, b = reach(one.claim), reach(other.claim)
    if a.low > b.low or (a.low == b.low and a.high > b.high):
        a, b = b, a
    apart = max(b.low - a.high, 0.0)
    ratio = b.low / a.high if apart and a.high else (math.inf if apart else 1.0)
    doubts = []
    if not apart:
        verdict, why = "agree", "the figures, as they are worded, allow each other"
        return Difference(one, other, verdict, 0.0, 1.0, why)
    verdict = "disagree"
    if max(a.least, b.least) <= min(a.most, b.most):
        verdict = "cannot-tell"
        doubts += [w for w in dict.fromkeys((a.why, b.why)) if w]
    if (unclear := _unclear(one.claim, other.claim)) and verdict == "disagree":
        verdict = "cannot-tell"
        doubts.append(unclear)
    if 800 <= ratio <= 1250:
        doubts.append("one is about a thousand times the other: one may be in thousands")
    why = "; ".join(doubts) or "no reading of the words brings the figures together"
    return Difference(one, other, verdict, apart, round(ratio, 4), why)


def _unclear(one: Claim, other: Claim) -> str:
    """Why two figures that differ may speak of different things; '' where they do not."""
    if one.population == "unknown" or other.population == "unknown":
        return "it is not known of which days they speak, so both may hold"
    if one.population == "cumulative" and one.meant_from != other.meant_from:
        return "they count from different days, or it is not known from which"
    if one.population == "flow" and not (one.meant_from and other.meant_from):
        return "it is not known of which days they speak, so both may hold"
    return ""


def superseding(
    held: Sequence[Held], new: Sequence[Claim], first: int
) -> tuple[list[Held], list[tuple[Claim, Claim]]]:
    """New claims as they will be held, numbered from ``first``, each with what it supersedes.

    A claim supersedes the current one of the same source that is about the same thing and
    the same days (``Claim.about``), where it was said later, or comes in a later file and
    neither says when. It never supersedes another source's. Returned with them: pairs of one
    file that contradict each other, of which neither supersedes the other.
    """
    gone = {h.supersedes for h in held}
    current: dict[tuple[str, ...], Held] = {}
    for h in held:
        if h.number not in gone:
            _put(current, h)
    made, clashes = [], []
    for number, claim in enumerate(new, start=first):
        old = current.get(claim.about()) if claim.meant_to and claim.teller else None
        over = None
        if old is not None:
            later = claim.said > old.claim.said if claim.said and old.claim.said else None
            if later or (later is None and claim.document != old.claim.document):
                over = old.number
            elif claim.said == old.claim.said and claim.document == old.claim.document:
                clashes.append((old.claim, claim))
            elif claim.said == old.claim.said:  # the same day, another file: the later file
                over = old.number
        entry = Held(claim, number, over)
        made.append(entry)
        _put(current, entry)
    return made, clashes


def _put(current: dict[tuple[str, ...], Held], entry: Held) -> None:
    """Note an entry as current, unless what is there was said on a later day."""
    about = entry.claim.about()
    old = current.get(about)
    if old is None or not entry.claim.said or entry.claim.said >= old.claim.said:
        current[about] = entry

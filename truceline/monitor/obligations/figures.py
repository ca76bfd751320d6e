"""Numbers: quotas and limits, per period or at any time, and ratios of exchange.

Every voice's figures are its own: they are added to each other over times that do not
overlap, and never to another voice's. Where two voices come to different answers the state
is ``disputed`` and both numbers are said. A figure of a longer time than the period (a month
against a daily quota) says nothing of one period, and stays listed.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from truceline.model.agreement import Agreement
from truceline.model.amendments import DatedProvision
from truceline.model.obligation import Due, DueReading, Evidence, Told
from truceline.model.provision import Limit, Provision
from truceline.model.words import day_words, duration_words
from truceline.monitor.obligations.count import Completions, as_day, utc
from truceline.monitor.obligations.repeat import Periods, further, periods
from truceline.monitor.obligations.state import Asked, happened, told_words
from truceline.monitor.obligations.window import window

Row = tuple[str, str, int | None, list[DueReading], list[Evidence]]
_YEARS = timedelta(days=366 * 400)


def rows(
    agreement: Agreement,
    dated: DatedProvision,
    kind: str,
    evidence: Sequence[Evidence],
    done: Completions,
    asked: Asked,
    till: datetime | None,
) -> Iterator[Row]:
    """(ending of the id, what, occurrence, readings, evidence) for each number of a clause."""
    p = dated.provision
    if kind == "ratio":
        yield _ratio(agreement, dated, evidence, done, asked, till)
        return
    for place, limit in enumerate(p.limit):
        mine = [e for e in evidence if e.says == "figure" and _of(e, limit, p)]
        name = f"/{place + 1}" if len(p.limit) > 1 else ""
        every = limit.per or p.every
        what = limit_words(limit)
        if every is None:
            judged = _stock(agreement, dated, limit, mine, done, asked, till)
            yield name, what, None, judged, mine
            continue
        found = periods(agreement, dated, every, done, asked, till)
        most = max((len(f.edges) for f in found), default=0)
        if not most:
            why = "; ".join(dict.fromkeys(f.why for f in found))
            reading = DueReading("", None, None, "cannot-tell", "anchor", why)
            yield name, what, 1, [reading], mine
        placed = [_placed(f, mine) for f in found]
        for k in range(most):
            made = [
                _period(f, k, limit, p, at[k], asked)
                for f, at in zip(found, placed, strict=True)
                if k < len(f.edges)
            ]
            number = next(f.numbers[k] for f in found if k < len(f.edges))
            inside = {e.entry: e for _, used in made for e in used}
            judged = list({(r.opens, r.state): r for r, _ in made}.values())
            judged = further(found, judged) if k == most - 1 else judged
            yield name, what, number, judged, list(inside.values())


def _placed(found: Periods, evidence: Sequence[Evidence]) -> dict[int, list[Evidence]]:
    """The figures that touch each period."""
    placed: dict[int, list[Evidence]] = defaultdict(list)
    for e in evidence:
        for k in found.holding(e.when):
            placed[k].append(e)
    return placed


def limit_words(limit: Limit) -> str:
    """``at most 90 armoured personnel carriers``."""
    least = f"at least {limit.at_least:,}" if limit.at_least is not None else ""
    most = f"at most {limit.at_most:,}" if limit.at_most is not None else ""
    said = f"{' and '.join(w for w in (least, most) if w)} {limit.of}"
    return said + (f" per {duration_words(limit.per).removeprefix('1 ')}" if limit.per else "")


def _of(e: Evidence, limit: Limit, p: Provision) -> bool:
    return e.of == limit.of or (not e.of and len(p.limit) == 1)


@dataclass(frozen=True, slots=True)
class Sum:
    """What one voice's figures of a period come to, and whether they cover all of it."""

    voice: str
    low: float
    high: float
    whole: bool

    def words(self) -> str:
        """``600 (as X says)``."""
        return f"{number_words(self.low, self.high)} (as {self.voice} says)"


def number_words(low: float, high: float) -> str:
    """``600``, ``at least 600`` or ``550 to 600``."""
    if high == float("inf"):
        return f"at least {low:,.12g}"
    return f"{low:,.12g}" if low == high else f"{low:,.12g} to {high:,.12g}"


def sums(
    evidence: Sequence[Evidence], a: datetime, b: datetime, asked: Asked
) -> tuple[list[Sum], list[Evidence]]:
    """Each voice's sum over ``[a, b)``, and the figures that lie inside it.

    One voice's later figure of the same time stands for its earlier; one of a longer time
    stands before those of the parts that it covers.
    """
    inside = [e for e in evidence if _inside(e.when, a, b) and happened(e, asked.now) is not False]
    voices = list(dict.fromkeys(e.voice for e in inside))
    found = []
    for voice in voices:
        latest = {(e.when.lo, e.when.hi): e for e in inside if e.voice == voice}
        chosen: list[Evidence] = []
        covered = timedelta()
        for e in sorted(latest.values(), key=lambda e: -_length(e.when)):
            if not any(_overlap(e.when, c.when) for c in chosen):
                chosen.append(e)
                covered += timedelta(seconds=_length(e.when))
        low, high = (sum(c.bounds[n] for c in chosen) for n in (0, 1))
        moments = len(chosen) == 1 and chosen[0].when.moment
        found.append(Sum(voice, low, high, covered >= b - a and not moments))
    return found, inside


def _length(told: Told) -> float:
    return (told.hi - (told.lo or told.hi)).total_seconds()


def _inside(told: Told, a: datetime, b: datetime) -> bool:
    return (
        told.lo is not None and told.lo >= a and told.hi <= b and not (told.moment and told.hi == b)
    )


def _overlap(one: Told, other: Told) -> bool:
    assert one.lo is not None
    assert other.lo is not None
    if one.moment or other.moment:
        return one.lo <= other.hi and other.lo <= one.hi
    return one.lo < other.hi and other.lo < one.hi


def verdict(limit: Limit, low: float, high: float, whole: bool, met: str) -> str:
    """What a number says of a limit: ``met``, ``within``, ``above``, ``below`` or ''."""
    if limit.at_most is not None and low > limit.at_most:
        return "above"
    if limit.at_least is not None and high < limit.at_least and whole:
        return "below"
    enough = limit.at_least is None or low >= limit.at_least
    bounded = limit.at_most is None or (high <= limit.at_most and whole)
    if enough and bounded:
        return met
    return ""


def _period(
    found: Periods, k: int, limit: Limit, p: Provision, evidence: Sequence[Evidence], asked: Asked
) -> tuple[DueReading, list[Evidence]]:
    opens, closes = found.edges[k]
    a, b = utc(opens), utc(closes)
    due = as_day(Due(closes, closes))
    over = asked.now >= b
    totals, inside = sums(evidence, a, b, asked)
    met = "done" if p.kind == "requires" else "within"
    said = {s.voice: verdict(limit, s.low, s.high, s.whole and over, met) for s in totals}
    if not over:  # what is not over can only be enough or too much already
        said = {
            v: s if s == "above" or (s == "done" and limit.at_most is None) else ""
            for v, s in said.items()
        }
    clear = {s for s in said.values() if s}
    numbers = "; ".join(s.words() for s in totals) or "nobody reported a figure"
    wide = [e for e in evidence if not _inside(e.when, a, b) and _overlap_span(e.when, a, b)]
    if wide and not totals:
        numbers = f"only a figure of a longer time ({wide[0].when.text}) was reported"
    if len(clear) > 1:
        state, cause = "disputed", ""
    elif clear:
        state, cause = clear.pop(), ""
    elif over:
        state, cause = "cannot-tell", "figures"
        part = totals and not all(s.whole for s in totals)
        numbers += "; not for the whole period" if part else ""
    else:
        soon = asked.near(due) and a < asked.now
        state, cause = ("due-soon" if soon else "pending"), ""
    reading = DueReading(found.words, opens, due, state, cause, numbers)
    return reading, [*inside, *(w for w in wide if w not in inside)]


def _overlap_span(told: Told, a: datetime, b: datetime) -> bool:
    return (told.lo is None or told.lo < b) and told.hi > a


def _stock(
    agreement: Agreement,
    dated: DatedProvision,
    limit: Limit,
    evidence: Sequence[Evidence],
    done: Completions,
    asked: Asked,
    till: datetime | None,
) -> list[DueReading]:
    """A number that holds at any time: by each voice's newest figure of a time it is in force."""
    judged = []
    for words, opens, closes, why in window(agreement, dated, done, till):
        if why:
            judged.append(DueReading(words, opens, None, "cannot-tell", "anchor", why))
        elif opens is not None and utc(opens) >= asked.now:
            said = f"holds from {day_words(opens)}"
            judged.append(DueReading(words, opens, None, "pending", "", said))
        else:
            judged.append(_newest(words, opens, closes, limit, evidence, asked))
    return list({(r.opens, r.state, r.said): r for r in judged}.values())


def _newest(
    words: str,
    opens: datetime | None,
    closes: datetime | None,
    limit: Limit,
    evidence: Sequence[Evidence],
    asked: Asked,
) -> DueReading:
    def inside(e: Evidence) -> bool:
        after = (
            opens is None or e.when.hi > utc(opens) or (e.when.moment and e.when.hi >= utc(opens))
        )
        before = closes is None or e.when.lo is None or e.when.lo < utc(closes)
        return after and before and happened(e, asked.now) is not False

    newest: dict[str, Evidence] = {}
    peaks: list[Evidence] = []
    for e in filter(inside, evidence):
        old = newest.get(e.voice)
        if old is None or e.when.hi >= old.when.hi:
            newest[e.voice] = e
        if verdict(limit, *e.bounds, True, "within") == "above":
            peaks.append(e)
    said = {v: verdict(limit, *e.bounds, True, "within") for v, e in newest.items()}
    clear = {s for s in said.values() if s}
    numbers = "; ".join(
        f"{number_words(*e.bounds)} {told_words(e.when)} (as {e.voice} says)"
        for e in newest.values()
    )
    earlier = [e for e in peaks if e not in newest.values()]
    if earlier and "above" not in clear:
        top = max(earlier, key=lambda e: e.bounds[0])
        numbers += f"; above it earlier: {number_words(*top.bounds)} {told_words(top.when)}"
        numbers += f" (as {top.voice} says)"
    if closes is not None and utc(closes) <= asked.now:
        ended = f"it held until {day_words((closes - timedelta(microseconds=1)).date())}"
        numbers = f"{numbers}; {ended}" if numbers else ended
        if not clear:
            return DueReading(words, opens, None, "ended", "", numbers)
    if len(clear) > 1:
        return DueReading(words, opens, None, "disputed", "", numbers)
    if clear:
        return DueReading(words, opens, None, clear.pop(), "", numbers)
    numbers = numbers or "nobody reported a figure"
    return DueReading(words, opens, None, "cannot-tell", "figures", numbers)


def _ratio(
    agreement: Agreement,
    dated: DatedProvision,
    evidence: Sequence[Evidence],
    done: Completions,
    asked: Asked,
    till: datetime | None,
) -> Row:
    """So many for so many: what was given so far against what was given for it."""
    p = dated.provision
    ratio = p.ratio
    assert ratio is not None
    mine = [e for e in evidence if e.says == "figure" and e.of in (ratio.of, ratio.of_the_other)]
    what = f"{ratio.give:,} {ratio.of} for {ratio.for_:,} {ratio.of_the_other}"
    judged = []
    for words, opens, _, why in window(agreement, dated, done, till):
        if why:
            judged.append(DueReading(words, opens, None, "cannot-tell", "anchor", why))
            continue
        a = utc(opens) if opens is not None else asked.now - _YEARS
        end = asked.now + timedelta(days=1)
        given, _ = sums([e for e in mine if e.of == ratio.of], a, end, asked)
        taken, _ = sums([e for e in mine if e.of == ratio.of_the_other], a, end, asked)
        voices = [s.voice for s in (*given, *taken)]
        states, numbers = set(), []
        for voice in dict.fromkeys(voices):
            one, two = ([s for s in side if s.voice == voice] for side in (given, taken))
            if not one or not two:
                side = one or two
                name = ratio.of if one else ratio.of_the_other
                numbers.append(f"only {name}: {side[0].words()}")
                continue
            g, t = one[0], two[0]
            numbers.append(
                f"{number_words(g.low, g.high)} {ratio.of} for {number_words(t.low, t.high)} "
                f"{ratio.of_the_other} (as {voice} says)"
            )
            if g.low * ratio.for_ >= t.high * ratio.give:
                states.add("within")
            elif g.high * ratio.for_ < t.low * ratio.give:
                states.add("below")
        said = "; ".join(numbers) or "nobody reported a figure"
        state = "disputed" if len(states) > 1 else next(iter(states), "cannot-tell")
        cause = "figures" if state == "cannot-tell" else ""
        judged.append(DueReading(words, opens, None, state, cause, said))
    judged = list({(r.opens, r.state, r.said): r for r in judged}.values())
    return "", what, None, judged, mine

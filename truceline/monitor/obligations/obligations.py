"""Obligations: every deadline, quota, number and term of an agreement with its state.

    found = obligations(agreement, evidence, Asked(now, Duration.parse("P7D")))

Pure. The state is that of the moment asked: evidence of what happened later is not counted,
an amendment made later does not hold yet. What the register held at some time is the
caller's choice of evidence.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from truceline.model.agreement import Agreement
from truceline.model.amendments import DatedProvision, dated_provisions
from truceline.model.obligation import Due, DueReading, Evidence, Obligation
from truceline.model.provision import Provision
from truceline.model.timeline import UnresolvedError
from truceline.model.words import day_words, duration_words
from truceline.monitor.obligations import figures
from truceline.monitor.obligations.count import (
    Completions,
    Start,
    WorkingDays,
    due_after,
    due_by,
    due_from,
    readings,
    utc,
)
from truceline.monitor.obligations.hold import held
from truceline.monitor.obligations.repeat import occurrences
from truceline.monitor.obligations.state import Asked, combined, happened, judge, standing
from truceline.monitor.obligations.term import terms

__all__ = ["Asked", "completions", "dues", "duties", "is_obligation", "kind_of", "obligations"]

_SETTLED = ("done", "done-late", "disputed", "waived")


def kind_of(p: Provision) -> str:
    """Which kind of obligation a provision is (see ``Obligation``); '' for none."""
    if p.kind not in ("requires", "limits"):
        return "term" if p.renewal is not None else ""
    if p.ratio is not None:
        return "ratio"
    if p.kind == "limits" or (p.limit and (p.every or any(n.per for n in p.limit))):
        return "count" if p.every or any(n.per for n in p.limit) else "limit"
    if p.every is not None:
        return "each"
    if p.within is not None or p.by_date is not None:
        return "once"
    if p.duty is not None:
        return ""  # a duty to prevent others' acts is judged by their acts, not by a date
    return "begin" if p.from_ is not None else "undated"


def is_obligation(p: Provision) -> bool:
    """Whether evidence can be entered about it."""
    return bool(kind_of(p)) or p.renewal is not None


def duties(agreement: Agreement) -> list[DatedProvision]:
    """Every version of every provision that is an obligation, in the file's order."""
    return [d for d in dated_provisions(agreement) if is_obligation(d.provision)]


def obligations(
    agreement: Agreement, evidence: Sequence[Evidence], asked: Asked
) -> list[Obligation]:
    """Everything owed under the terms as they stood at the moment asked, and its state.

    ``evidence`` is in the order of the register; one that supersedes another stands for it.
    """
    superseded = {e.supersedes for e in evidence}
    gone = {e.entry: e for e in evidence if e.entry in superseded}
    current = [e for e in evidence if e.entry not in superseded]
    done = completions(agreement, current, asked)
    found: list[Obligation] = []
    for dated in duties(agreement):
        if dated.since is not None and utc(dated.since.start(agreement.tz)) >= asked.now:
            continue  # not agreed yet
        mine = [e for e in current if e.provision == dated.provision.id]
        for made in _version(agreement, dated, mine, done, asked):
            found.append(_with_all(made, gone) if gone else made)
    return found


def completions(
    agreement: Agreement, evidence: Iterable[Evidence], asked: Asked
) -> dict[str, Start]:
    """When each required act was done, where nobody disputes it: for anchors ``done: ID``."""
    found = {}
    listed = list(evidence)
    for dated in duties(agreement):
        p = dated.provision
        voices = standing((e for e in listed if e.provision == p.id), asked.now)
        done = [e for e in voices if e.says == "done" and happened(e, asked.now)]
        parties = {e.party for e in done}
        whole = "" in parties or not p.who or parties >= set(p.who)
        if not done or len(done) != len(voices) or not whole:
            continue
        spans = [e.when for e in done]
        lows = [s.lo for s in spans if s.lo is not None]
        if len(lows) != len(spans):
            continue  # "by" a date: it began nobody knows when
        lo, hi = min(lows).astimezone(agreement.tz), max(s.hi for s in spans)
        in_days = all(s.last is not None for s in spans)
        words = (f"'{p.id}' was done {', '.join(dict.fromkeys(s.text for s in spans))}",)
        found[p.id] = Start(lo, hi.astimezone(agreement.tz), in_days, words)
    return found


def _with_all(made: Obligation, gone: Mapping[int, Evidence]) -> Obligation:
    """With the evidence that was superseded too, in the order of the register."""
    shown = {e.entry: e for e in made.evidence}
    todo = [e.supersedes for e in made.evidence]
    while todo:
        old = gone.get(todo.pop() or 0)
        if old is not None and old.entry not in shown:
            shown[old.entry] = old
            todo.append(old.supersedes)
    if len(shown) == len(made.evidence):
        return made
    return replace(made, evidence=tuple(shown[n] for n in sorted(shown)))


def _version(
    agreement: Agreement,
    dated: DatedProvision,
    evidence: Sequence[Evidence],
    done: Completions,
    asked: Asked,
) -> Iterator[Obligation]:
    till = None if dated.till is None else utc(dated.till.start(agreement.tz))
    if till is None or till >= asked.now:
        yield from _items(agreement, dated, evidence, done, asked, till)
        return
    before = Asked(till, asked.soon)  # the amendment begins with that moment
    for made in _items(agreement, dated, evidence, done, before, till):
        if made.state in _SETTLED or made.kind in ("each", "count"):
            yield made
            continue
        assert dated.till is not None
        because = next((a.because for a in agreement.amendments if a.date == dated.till), "")
        said = f"replaced from {day_words(till.astimezone(agreement.tz))}"
        said += f" ({because})" if because else ""
        gone = tuple(replace(r, state="not-owed", cause="", said=said) for r in made.readings)
        yield replace(made, state="not-owed", cause="", said=said, readings=gone)


def _items(
    agreement: Agreement,
    dated: DatedProvision,
    evidence: Sequence[Evidence],
    done: Completions,
    asked: Asked,
    till: datetime | None,
) -> Iterator[Obligation]:
    p = dated.provision
    kind = kind_of(p)
    if kind in ("once", "begin", "undated"):
        made = dues(agreement, p, kind, done)
        for party in _parties(p, evidence):
            mine = [e for e in evidence if e.party in ("", party)] if party else list(evidence)
            judged = [judge(w, o, due, why, mine, asked) for w, o, due, why in made]
            yield _made(agreement, dated, kind, party, None, judged, mine, asked)
    elif kind == "each":
        for k, judged, mine in occurrences(agreement, dated, evidence, done, asked, till):
            yield _made(agreement, dated, kind, "", k, judged, mine, asked)
    elif kind:
        for name, what, number, judged, mine in figures.rows(
            agreement, dated, kind, evidence, done, asked, till
        ):
            made_ = _made(agreement, dated, kind, "", number, judged, mine, asked)
            named = dated.label + name + (f"#{number}" if number is not None else "")
            yield replace(made_, id=named, what=f"{p.phrase}: {what}")
    if p.renewal is not None:
        for number, judged in terms(agreement, p, evidence, done, asked):
            said = [e for e in evidence if e.says in ("notice", "disputed")]
            made_ = _made(agreement, dated, "term", "", number, judged, said, asked)
            yield replace(made_, id=f"{dated.label}/term-{number}", what=f"term of: {p.phrase}")


def _parties(p: Provision, evidence: Sequence[Evidence]) -> list[str]:
    """Who is asked about apart: each that owes it, once evidence speaks of one alone."""
    if len(p.who) > 1 and any(e.party for e in evidence):
        return list(p.who)
    return [""]


Dated = tuple[str, datetime | None, Due | None, str]


def dues(agreement: Agreement, p: Provision, kind: str, done: Completions) -> list[Dated]:
    """Every reading's due date: (words, when the count begins, due, why there is none)."""
    if kind == "undated":
        return [("", None, None, "the text gives no date")]
    name = "by_date" if p.by_date is not None else "after" if p.within is not None else "from_"
    working = WorkingDays(agreement)
    found: list[Dated] = []
    for _, points in readings(agreement, p, (name,), done):
        start = points.get(name)
        if not isinstance(start, Start):
            found.append(("", None, None, str(start or "nothing says what it counts from")))
            continue
        try:
            if name == "by_date":
                words, due = "the date in the text", due_by(start)
            elif name == "after":
                assert p.within is not None
                words, due = _counted_words(p, start), due_after(start, p.within, p, working)
            else:
                words, due = "begins", due_from(start)
        except UnresolvedError as error:
            found.append(("", start.lo, None, str(error)))
            continue
        if name != "after":
            words = "; ".join(start.words) or words
        found.append((words, None if name == "by_date" else start.lo, due, ""))
    return _merged(found)


def _counted_words(p: Provision, start: Start) -> str:
    assert p.within is not None
    days = "working days" if p.days == "working" else ""
    length = f"{p.within.days} {days}" if days else duration_words(p.within)
    first, *rest = start.words or ("",)
    if isinstance(p.after, str):
        first, rest = p.after, list(start.words)
    elif not first:
        first = str(p.after)
    return f"{length} after {first}" + (f" ({'; '.join(rest)})" if rest else "")


def _merged(found: list[Dated]) -> list[Dated]:
    """Readings that come to the same day, as one: their clocks may differ by hours."""
    kept: dict[object, Dated] = {}
    for words, opens, due, why in found:
        key: object = (due.first, due.last) if due and due.day else due or why
        if key not in kept:
            kept[key] = (words, opens, due, why)
            continue
        old_words, old_opens, old, _ = kept[key]
        both = _either(old_words, words)
        if old is not None and due is not None:
            lo, hi = min(old.lo, due.lo, key=utc), max(old.hi, due.hi, key=utc)
            old = replace(old, lo=lo, hi=hi)
        kept[key] = (both, old_opens, old, why)
    last = datetime.max.replace(tzinfo=UTC)
    return sorted(kept.values(), key=lambda d: utc(d[2].lo) if d[2] else last)


def _either(one: str, other: str) -> str:
    """Two ways to read it as one: ``7 days after X (by one clock, or by another)``."""
    if other == one or f" or {other}" in one:
        return one
    same, _, why = other.partition(" (")
    if why and one.startswith(f"{same} ("):
        return f"{one.removesuffix(')')}, or {why}"
    return f"{one} or {other}"


def _made(
    agreement: Agreement,
    dated: DatedProvision,
    kind: str,
    party: str,
    number: int | None,
    judged: Sequence[DueReading],
    evidence: Sequence[Evidence],
    asked: Asked,
) -> Obligation:
    p = dated.provision
    told = tuple(held(agreement, p, r, evidence, asked) for r in judged)
    state, cause, said = combined(told)
    label = f"{dated.label}/{party}" if party else dated.label
    return Obligation(
        id=label if number is None else f"{label}#{number}",
        provision=p.id,
        version=dated.label,
        kind=kind,
        what=p.phrase,
        who=p.who or p.by,
        party=party,
        occurrence=number,
        state=state,
        cause=cause,
        said=said,
        readings=told,
        evidence=tuple(evidence),
        basis=p.source,
    )

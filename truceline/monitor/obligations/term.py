"""Terms: what runs out on a date, or is renewed unless a party gives notice before.

The last day for notice is counted back from the end. A notice that is given in time ends the
clause with its term; one given later is held against the next term.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from truceline.model.agreement import Agreement
from truceline.model.obligation import Due, DueReading, Evidence
from truceline.model.provision import Provision
from truceline.monitor.obligations.count import Completions, Start, as_day, readings, utc
from truceline.monitor.obligations.state import Asked, due_words, happened, timing, told_words

_MOST = 400  # terms


def term(p: Provision, start: Start, number: int) -> tuple[Due, Due]:
    """Term ``number`` (from 1): the last moment for notice, and the end of the term."""
    assert p.for_ is not None
    assert p.renewal is not None
    ends = []
    for moment in (start.lo, start.hi):
        first = p.for_.after(moment)
        ends.append(p.renewal.for_.times(number - 1).after(first) if number > 1 else first)
    if start.day:
        ends[1] = ends[0]  # a term from a day ends with the eve of that day
    notice = [p.renewal.unless_notice.times(-1).after(e) for e in ends]
    return as_day(Due(*notice)), as_day(Due(*ends))


def terms(
    agreement: Agreement,
    p: Provision,
    evidence: Sequence[Evidence],
    done: Completions,
    asked: Asked,
) -> Iterator[tuple[int, list[DueReading]]]:
    """Each term up to the first that is not renewed: its number and what each reading gives."""
    notices = [
        e
        for e in evidence
        if e.says in ("notice", "disputed") and happened(e, asked.now) is not False
    ]
    found = list(readings(agreement, p, ("from_",), done))
    if p.for_ is None:
        why = "the text gives no length of the term that is renewed"
        yield 1, [DueReading("", None, None, "cannot-tell", "anchor", why)]
        return
    for number in range(1, _MOST):
        judged = []
        for _, points in found:
            start = points.get("from_")
            if isinstance(start, Start):
                judged.append(_term(p, start, number, notices, asked))
            else:
                why = str(start or "nothing says when it begins")
                judged.append(DueReading("", None, None, "cannot-tell", "anchor", why))
        judged = list({(r.due, r.state): r for r in judged}.values())
        yield number, judged
        if any(r.state != "renewed" for r in judged):
            return


def _term(
    p: Provision, start: Start, number: int, notices: Sequence[Evidence], asked: Asked
) -> DueReading:
    last, end = term(p, start, number)
    before: datetime | None = None
    if number > 1:
        before = utc(term(p, start, number - 1)[0].hi)
    words = "; ".join(start.words)
    mine = [e for e in notices if before is None or e.when.hi > before]

    def so(state: str, said: str, cause: str = "") -> DueReading:
        return DueReading(words, start.lo, last, state, cause, said)

    runs = f"runs {due_words(end).replace('by ', 'to ')}"
    if doubted := [e for e in mine if e.says == "disputed"]:
        return so("disputed", f"{runs}; {doubted[-1].voice} says that the notice is disputed")
    given = [(e, timing(e.when, last)[0]) for e in mine if e.says == "notice"]
    if timely := [e for e, when in given if when == "in-time"]:
        e = timely[0]
        return so("ended", f"{runs} and ends: notice {told_words(e.when)} (as {e.voice} says)")
    if any(when == "unknown" for _, when in given):
        return so("cannot-tell", f"{runs}; the notice is not dated well enough", "time")
    notice = f"last day for notice {due_words(last).removeprefix('by ')}"
    if asked.past(last) is False:
        return so("due-soon" if asked.near(last) else "pending", f"{runs}; {notice}")
    none = "a notice came too late" if given else "no notice is entered"
    return so("renewed", f"{runs}, then renewed: {none} ({notice})")

"""The humanitarian ledger and the statements on a page: a section of the briefing, or alone.

Nothing here is added up. What a reader may see follows ``truceline.faces.clearance``: sources,
words, small places and who acted are closed unless they are cleared.
"""

from collections.abc import Sequence
from typing import Any

from truceline.faces.clearance import WITHHELD, Clearance
from truceline.faces.ledger.chart import cell, chart, legend, rows
from truceline.faces.ledger.closed import closed
from truceline.faces.ledger.words import (
    RIGHTS,
    VERDICTS,
    apart_words,
    day_words,
    days_words,
    figure_words,
    line_words,
    right_words,
)
from truceline.model.agreement import Agreement
from truceline.model.claim import Held
from truceline.model.unit import Units
from truceline.monitor.claims.claims import Difference, Panel, panels
from truceline.monitor.claims.rights import Right, right_in
from truceline.pipeline.ledger import Ledger, Said

CHARTS = 40
_ROWS, _DIFFERENCES, _SOURCED = 120, 40, 200


def section(
    ledger: Ledger,
    agreement: Agreement | None,
    clearance: Clearance,
    *,
    units: Units | None = None,
    charts: int = CHARTS,
    measure: str = "",
    place: str = "",
) -> dict[str, Any] | None:
    """What the template ``ledger.html`` shows; None where the ledger holds nothing."""
    if not ledger.claims and not ledger.statements:
        return None
    shown = closed(ledger, clearance, units)
    # Rights are found in the words as they are; what is shown of them is what is cleared.
    rights = [
        right_in(s.statement, agreement) if agreement is not None else None
        for s in ledger.statements
    ]
    found = panels(_narrowed(ledger, shown, measure, place))
    drawn = [(p, chart(p)) for p in found if _worth(p)]
    drawn = [(p, d) for p, d in drawn if d is not None or p.differences][:charts]
    kept = {id(p) for p, _ in drawn}
    single = [p for p in found if id(p) not in kept]
    singles = [(p, line, point) for p in single for line in p.lines for point in line.points]
    withheld = clearance.withheld() if shown is not ledger else {}
    return {
        "claims": sum(len(line.points) for p in found for line in p.lines),
        "superseded": len(shown.superseded),
        "panels": [_panel(k, p, d, "source" in withheld) for k, (p, d) in enumerate(drawn, 1)],
        "singles": [
            {
                "what": p.title,
                "whose": line_words(line),
                "figure": figure_words(point.held.claim),
                "when": days_words(point.held.claim),
                "said": day_words(point.held.claim.said) if point.held.claim.said else "",
                **_source(point.held, "text" in withheld),
            }
            for p, line, point in singles[: 5 * charts]
        ],
        "singles_more": max(len(singles) - 5 * charts, 0),
        "statements": [
            _statement(s, right, withheld)
            for s, right in zip(shown.statements, rights, strict=True)
        ],
        "reserved": sum(r is not None for r in rights),
        "withheld": withheld,
        "simulated": any(h.claim.simulated for h in ledger.claims)
        or any(s.statement.simulated for s in ledger.statements),
        "with_agreement": agreement is not None,
    }


def _narrowed(ledger: Ledger, shown: Ledger, measure: str, place: str) -> Sequence[Held]:
    """The claims to show: chosen by their real names, shown under those that are cleared."""
    if not measure and not place:
        return shown.claims
    wanted = {
        point.held.number
        for p in panels(ledger.claims, measure=measure, place=place)
        for line in p.lines
        for point in line.points
    }
    return [h for h in shown.claims if h.number in wanted]


def _worth(panel: Panel) -> bool:
    return len(panel.lines) > 1 or any(len(line.points) > 1 for line in panel.lines)


def _panel(number: int, panel: Panel, drawn: Any, closed_sources: bool) -> dict[str, Any]:
    table, more = rows(panel, _ROWS)
    differing = [d for d in panel.differences if d.verdict != "agree"]
    sourced = (
        []
        if closed_sources
        else [
            {"number": p.held.number, "figure": cell(p)["figure"], **_source(p.held, False)}
            for line in panel.lines
            for p in line.points
            if p.held.claim.words or p.held.claim.file
        ]
    )
    return {
        "id": f"ledger-{number}",
        "title": panel.title,
        "measure": panel.kind,
        "place": panel.place or "place not stated",
        "unknown": panel.population == "unknown",
        "simulated": any(p.held.claim.simulated for line in panel.lines for p in line.points),
        "chart": drawn,
        "legend": legend(panel.lines),
        "rows": table,
        "more": more,
        "differences": [_difference(d) for d in differing[:_DIFFERENCES]],
        "differences_more": max(len(differing) - _DIFFERENCES, 0),
        "disagree": sum(d.verdict == "disagree" for d in panel.differences),
        "doubtful": sum(d.verdict == "cannot-tell" for d in panel.differences),
        "agree": sum(d.verdict == "agree" for d in panel.differences),
        "uncompared": panel.uncompared[:_DIFFERENCES],
        "sourced": sourced[:_SOURCED],
        "sourced_more": max(len(sourced) - _SOURCED, 0),
    }


def _difference(found: Difference) -> dict[str, str]:
    one, other = found.first.claim, found.second.claim
    return {
        "one": one.teller,
        "one_figure": figure_words(one),
        "other": other.teller,
        "other_figure": figure_words(other),
        "when": days_words(one) if one.meant_to else day_words(one.said),
        "verdict": VERDICTS[found.verdict],
        "kind": found.verdict,
        "apart": apart_words(found),
        "why": found.why,
    }


def _source(held: Held, no_words: bool) -> dict[str, Any]:
    """From a figure to the file, its hash and the words."""
    claim = held.claim
    column = f", column {claim.column}" if claim.column else ""
    where = f"{claim.file}, row {claim.line}{column}" if claim.file else ""
    if claim.start is not None:
        where = f"{claim.file}, characters {claim.start:,} to {claim.end or 0:,}"
    return {
        "words": "" if no_words else claim.words,
        "where": where,
        "sha256": claim.document,
        "entered": held.entered_at[:10],
    }


def _statement(said: Said, right: Right | None, withheld: dict[str, str]) -> dict[str, Any]:
    statement = said.statement
    open_words = "text" not in withheld or statement.quote != WITHHELD
    found = None
    if right is not None:
        found = {
            "to": RIGHTS[right.to],
            "words": right.words if open_words else "",
            "outcome": right.outcome,
            "why": right_words(right),
            "provisions": right.provisions,
        }
    return {
        "speaker": statement.speaker or "speaker not stated",
        "quote": statement.quote if open_words else "",
        "said": day_words(statement.said),
        "source": statement.source,
        "where": f"{statement.file}, characters {statement.start:,} to {statement.end or 0:,}"
        if statement.start is not None
        else "",
        "sha256": statement.document,
        "right": found,
        "simulated": statement.simulated,
    }

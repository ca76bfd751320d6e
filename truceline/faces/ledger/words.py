"""The ledger in words: figures, days and lines as a person reads them, and for a terminal."""

import math
from collections.abc import Sequence
from typing import Any

from truceline.model.claim import Claim
from truceline.model.words import MONTHS
from truceline.monitor.claims.claims import Difference, Line, Panel, Point
from truceline.monitor.claims.rights import Right
from truceline.monitor.claims.total import Refused, Total

_PANELS = 80
VERDICTS = {
    "disagree": "they disagree",
    "cannot-tell": "cannot tell",
    "agree": "they do not disagree",
}
OUTCOMES = {
    "granted": "a clause grants it",
    "not-granted": "no clause of this agreement grants it",
    "cannot-tell": "cannot tell",
}
RIGHTS = {
    "answering": "to answer an act of the other side",
    "terrorists": "to act against those it calls terrorists",
    "fly": "to fly",
    "move": "to move or station forces",
    "strike": "to use force",
    "leave": "to leave or suspend the agreement",
    "": "not recognised",
}


def figure_words(claim: Claim) -> str:
    """ "nearly 500", "450 to 500", "at least 450", "around 1,000,000"."""
    value, low, high = claim.value, claim.low, claim.high
    if value is not None:
        words = f"{claim.qualifier} {number(value)}".strip()
        inside = low is not None and high is not None
        return f"{words} ({number(low)} to {number(high)})" if inside else words  # type: ignore[arg-type]  # both are numbers here
    if low is not None and high is not None:
        return f"{number(low)} to {number(high)}"
    return f"at least {number(low)}" if low is not None else f"at most {number(high or 0)}"


def number(value: float) -> str:
    """With thousands separators; "no limit" for infinity."""
    if math.isinf(value):
        return "no limit"
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"


def days_words(claim: Claim) -> str:
    """The days that a figure speaks of: "March 2020", "since 1 December 2019, on 6 March 2020"."""
    first, last = claim.meant_from, claim.meant_to
    if claim.population == "cumulative":
        return f"since {day_words(first) if first else 'a day not stated'}, to {day_words(last)}"
    if not last:
        return "days not known"
    if first == last:
        return day_words(last)
    if first[:7] == last[:7] and first.endswith("-01") and int(last[8:]) >= 28:
        return f"{MONTHS[int(first[5:7]) - 1]} {first[:4]}"
    if (first[5:], last[5:]) == ("01-01", "12-31") and first[:4] == last[:4]:
        return first[:4]
    return f"{day_words(first)} to {day_words(last)}"


def day_words(day: str) -> str:
    """ "2020-03-06" as "6 March 2020"; "a day not known" for nothing."""
    if not day:
        return "a day not known"
    return f"{int(day[8:10])} {MONTHS[int(day[5:7]) - 1]} {day[:4]}"


def line_words(line: Line) -> str:
    """Whose line it is, and whom it counts."""
    whom = f", {line.whom}" if line.whom else ""
    by = f", by {line.by}" if line.by else ""
    return f"{line.teller or 'source not stated'}{whom}{by}"


def difference_words(found: Difference) -> str:
    """One line: who says what, and how far apart."""
    one, other = found.first.claim, found.second.claim
    said = (
        f"{one.teller}: {figure_words(one)}; {other.teller}: {figure_words(other)}: "
        f"{VERDICTS[found.verdict]}"
    )
    if found.apart:
        said += f", {apart_words(found)}"
    return f"{said} ({found.why})"


def apart_words(found: Difference) -> str:
    """ "at least 20,000 apart (1.02 to 1)"."""
    if not found.apart:
        return ""
    ratio = f"{found.ratio:,.2f} to 1" if math.isfinite(found.ratio) else "one of them is 0"
    return f"{number(found.apart)} apart at the least ({ratio})"


def total_words(found: Total | Refused) -> str:
    """A sum, or why there is none."""
    if isinstance(found, Refused):
        return f"not added up: {found.why}"
    said = number(found.value) if found.value is not None else "no single figure"
    spread = "" if found.low == found.high else f" ({number(found.low)} to {number(found.high)})"
    caution = f"; {found.caution}" if found.caution else ""
    return f"{said}{spread} from {found.parts:,} figures{caution}"


def right_words(found: Right) -> str:
    """What the clauses say of a right, with "cannot tell" in front where they do not say."""
    return f"cannot tell: {found.why}" if found.outcome == "cannot-tell" else found.why


def panel_text(panel: Panel, most: int = 12) -> str:
    """A panel for a terminal: each source's line, newest figure first."""
    lines = [panel.title]
    for line in panel.lines:
        lines.append(f"  {line_words(line)}: newest {_point(line.newest)}")
        others = [p for p in reversed(line.points) if p is not line.newest]
        lines += [f"      {_point(p)}" for p in others[: most - 1]]
        if len(others) > most - 1:
            lines.append(f"      … and {len(others) - most + 1:,} earlier figures")
    shown = [d for d in panel.differences if d.verdict != "agree"]
    agreeing = len(panel.differences) - len(shown)
    lines += [f"  ! {difference_words(d)}" for d in shown[:most]]
    if len(shown) > most:
        lines.append(f"  ! … and {len(shown) - most:,} more differences")
    if agreeing:
        lines.append(f"  = {agreeing:,} pairs of figures do not disagree")
    lines += [f"  ? not compared: {why}" for why in panel.uncompared[:most]]
    return "\n".join(lines)


def _point(point: Point) -> str:
    claim = point.held.claim
    parts = [figure_words(claim), days_words(claim)]
    if claim.said and claim.said != claim.meant_to:
        parts.append(f"said {day_words(claim.said)}")
    if point.superseded:
        parts.append("superseded")
    elif point.held.supersedes is not None:
        parts.append(f"supersedes claim {point.held.supersedes}")
    if claim.file:
        parts.append(f"{claim.file}:{claim.line}")
    return f"[{point.held.number}] " + ", ".join(parts)


def panel_json(panel: Panel) -> dict[str, Any]:
    """A panel as JSON values."""
    return {
        "measure": panel.kind,
        "place": panel.place,
        "place_key": panel.where,
        "population": panel.population,
        "period": panel.grain,
        "lines": [
            {
                "source": line.teller,
                "of_whom": line.whom,
                "by_whom": line.by,
                "newest": line.newest.held.number,
                "points": [_point_json(p) for p in line.points],
            }
            for line in panel.lines
        ],
        "differences": [_difference_json(d) for d in panel.differences],
        "not_compared": list(panel.uncompared),
    }


def _point_json(point: Point) -> dict[str, Any]:
    return {
        "number": point.held.number,
        "day": point.day or None,
        "low": _finite(point.reach.low),
        "high": _finite(point.reach.high),
        "superseded": point.superseded,
        "supersedes": point.held.supersedes,
        "entered_by": point.held.entered_by or None,
        "entered_at": point.held.entered_at or None,
        "claim": point.held.claim.to_json(),
    }


def _difference_json(found: Difference) -> dict[str, Any]:
    return {
        "claims": [found.first.number, found.second.number],
        "sources": [found.first.claim.teller, found.second.claim.teller],
        "figures": [figure_words(found.first.claim), figure_words(found.second.claim)],
        "verdict": found.verdict,
        "apart": _finite(found.apart),
        "ratio": _finite(found.ratio),
        "why": found.why,
    }


def total_json(found: Total | Refused) -> dict[str, Any]:
    """A sum or its refusal as JSON values."""
    if isinstance(found, Refused):
        pair = [h.number for h in found.pair] if found.pair else []
        return {"refused": found.why, "claims": pair}
    return {
        "value": found.value,
        "low": _finite(found.low),
        "high": _finite(found.high),
        "parts": found.parts,
        "caution": found.caution,
    }


def _finite(value: float) -> float | int | None:
    """A number for JSON; None for infinity (no limit is stated)."""
    if math.isinf(value):
        return None
    return int(value) if float(value).is_integer() else value


def joined(panels: Sequence[Panel], most: int = 12) -> str:
    """Panels for a terminal; beyond ``_PANELS`` they are counted."""
    parts = [panel_text(p, most) for p in panels[:_PANELS]]
    if len(panels) > _PANELS:
        parts.append(f"… and {len(panels) - _PANELS:,} more; --measure and --place narrow it")
    return "\n\n".join(parts)

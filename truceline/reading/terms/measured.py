"""The distances of one clause, as depth, width or distance of a term."""

import re

from truceline.reading.marks import Marks
from truceline.reading.terms.drafting import Draft

_GAP = re.compile(
    r"\b(?:gap|separation|distances?|strip|corridor|space) (?:of )?(?:at least |about |some |not less than )?$"
)
_APART = re.compile(r"\bdistances? between\b[^;]{0,60}: |\bapart\b[^;,]{0,20}: ")
_BETWEEN = re.compile(r"\s*(?:apart|from (?:each|one an)other|between)\b")


def _is_gap(low: str, at: int, end: int) -> bool:
    """Whether a distance is that between two sides: "at least 600 metres apart"."""
    after = _BETWEEN.match(low, end)
    if _APART.search(low, 0, at):
        return True
    return after is not None and (
        not after.group().endswith("between") or _GAP.search(low, 0, at) is not None
    )


def set_distances(draft: Draft, marks: Marks, base: int, start: int, end: int, low: str) -> None:
    """Give a draft the distances of its clause (metres)."""
    inside = [d for d in marks.distances if start <= d.start - base < end]
    depths = [d for d in inside if d.role == "depth"]
    if (
        draft.kind == "zone"
        and len(depths) == 2
        and re.search(r"\b(?:north|east)", low)
        and re.search(r"\b(?:south|west)", low)
    ):
        draft.distance_m = depths[0].metres
        draft.width_m = depths[0].metres + depths[1].metres
        draft.notes.append("width: the depths on the two sides together")
        return
    for d in marks.distances:
        if not start <= d.start - base < end or d.role == "long":
            continue
        if draft.width_m is None and _is_gap(low, d.start - base, d.end - base):
            draft.width_m = d.metres
        if draft.kind == "zone":
            if d.role == "width" and draft.width_m is None:
                draft.width_m = d.metres
            elif d.role == "each-side":
                draft.distance_m, draft.each_side = d.metres, True
            elif d.role in ("depth", "from") and draft.distance_m is None:
                draft.distance_m = d.metres
            elif d.role == "plain" and draft.distance_m is None and draft.width_m is None:
                draft.distance_m = draft.width_m = d.metres
                draft.notes.append("the text does not say whether this is a depth or a width")
                draft.confidence = min(draft.confidence, 0.7)
        elif draft.distance_m is None and draft.kind in (
            "withdrawal",
            "prohibition",
            "patrol",
            "deployment",
            "monitoring",
            "cessation",
            "access",
            "exception",
        ):
            draft.distance_m = d.metres

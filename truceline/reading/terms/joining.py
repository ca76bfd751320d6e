"""Join what a document says twice of the same term; keep apart what differs."""

import re

from truceline.reading.terms.begun import begin
from truceline.reading.terms.drafting import Draft
from truceline.reading.times.lengths import iso as _iso

_MOMENTS = ("start", "due", "until")
_FIELDS = ("start", "due", "within", "until", "recurs", "distance_m", "width_m", "count")
_WORD = re.compile(r"[a-z]{4,}")
_COMMON = frozenset(
    [
        "shall",
        "will",
        "must",
        "from",
        "with",
        "within",
        "this",
        "that",
        "their",
        "they",
        "them",
        "have",
        "been",
        "under",
        "days",
        "hours",
        "weeks",
        "months",
        "agreement",
        "parties",
        "party",
        "both",
        "sides",
        "side",
        "after",
        "before",
        "into",
        "which",
        "also",
        "ceasefire",
        "truce",
        "according",
        "between",
        "other",
        "these",
        "those",
        "said",
        "text",
        "forces",
        "force",
    ]
)


def _compatible(a: object, b: object, name: str) -> bool:
    if a is None or b is None or a == b:
        return True
    if name in _MOMENTS and isinstance(a, str) and isinstance(b, str):
        short, long = sorted((a, b), key=len)
        return long.startswith(short) or ("T" in short and "T" in long and short[:16] == long[:16])
    if name == "within" and isinstance(a, str) and isinstance(b, str):
        return seconds(a) == seconds(b)
    return False


def seconds(text: str) -> float | None:
    """The length of an ISO 8601 duration in seconds (months as 30 days, years as 365)."""
    match = re.fullmatch(
        r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?",
        text,
    )
    if not match:
        return None
    units = ("Y", "MO", "W", "D", "H", "M", "S")
    return sum(_iso(float(n), u)[1] for n, u in zip(match.groups(), units, strict=True) if n)


def _words(draft: Draft) -> set[str]:
    return set(_WORD.findall(draft.low)) - _COMMON


_BACK = re.compile(
    r"\W*(?:[\d.]+\)? )?(?:it\b|this\b|its\b|the (?:[\w-]+ )?(?:zone|area|belt|strip|corridor|line)\b)"
)
# Words that tell a thing from the one named before it.
_FURTHER = re.compile(
    r"\b(?:further|another|second|third|next|other|restricted|outer|inner|beyond|behind it|also|likewise)\b"
)


_DATES = {"start", "due", "within"}
# "The withdrawal shall be completed by 10 December": of the one told just before.
_COMPLETES = re.compile(
    r"\W*(?:the|this) (?:withdrawal|disengagement|pull-?back|pull-?out|movement|exchange|handing-over|hand-?over|release|work|process|operation) (?:shall|should|must|will|is|has|was) (?:to )?(?:have )?(?:been |be )?(?:complet|finish|conclud|over\b|done|carried out)"
)


def _same(a: Draft, b: Draft, agreement: bool) -> bool:
    if a.kind != b.kind:
        return False
    if not all(_compatible(getattr(a, f), getattr(b, f), f) for f in _FIELDS):
        return False
    fa, fb = a.facts(), b.facts()
    shared = [f for f in fa if f in fb]
    if a.kind == "cessation":
        if _ends_first(a, b) or _ends_first(b, a):
            return False
        return not agreement or not fa or not fb or bool(shared)
    if a.kind == "duration":
        return bool(shared)
    words_a, words_b = _words(a), _words(b)
    overlap = len(words_a & words_b) / max(1, min(len(words_a), len(words_b)))
    if overlap < 1 and len(words_a & words_b) < 2 and not (a.weak or b.weak or a.kind == "zone"):
        overlap = min(overlap, 0.19)  # one word in common says little
    if a.kind == "zone":
        if _adds_up(a, b):
            return True
        later = max(a, b, key=lambda d: d.sentence).low
        if shared or _BACK.match(later):
            return (overlap >= 0.2 or not shared) and not _FURTHER.search(later)
        return overlap >= 0.5 and (abs(a.sentence - b.sentence) <= 3 or not fa or not fb)
    if (
        a.sentence == b.sentence
        and fa
        and fb
        and not shared
        and _DATES & set(fa)
        and _DATES & set(fb)
    ):
        return False  # "the wounded within 24 hours, all others by 8 June"
    if abs(a.sentence - b.sentence) == 1 and shared:
        first, second = (a, b) if a.sentence < b.sentence else (b, a)
        if _COMPLETES.match(second.low) and set(second.facts()) <= set(first.facts()):
            return True
    if a.sentence == b.sentence and shared and not set(fa) ^ set(fb) and overlap < 0.7:
        return False
    if agreement and abs(a.sentence - b.sentence) == 1 and (a.weak or b.weak) and overlap >= 0.2:
        return True
    if agreement:
        return overlap > 0.8 and (bool(shared) or (not fa and not fb))
    if shared and overlap >= 0.2:
        return a.sentence != b.sentence or overlap > 0.6
    if not fa or not fb:
        return (
            overlap >= 0.4
            or (a.kind in ("patrol", "meeting") and overlap >= 0.15)
            or a.weak
            or b.weak
        )
    return overlap >= 0.5


def _ends_first(a: Draft, b: Draft) -> bool:
    """Whether one halt is over when the other begins."""
    return bool(a.until and b.start and not a.start and a.until[:10] <= b.start[:10])


def _adds_up(a: Draft, b: Draft) -> bool:
    """Whether one zone's depth on either side makes the other's width, near by in the text."""
    deep, wide = (a, b) if b.distance_m is None else (b, a)
    return (
        wide.distance_m is None
        and deep.distance_m is not None
        and wide.width_m is not None
        and abs(wide.width_m - 2 * deep.distance_m) <= 0.01 * wide.width_m
        and deep.width_m in (None, wide.width_m)
        and abs(a.sentence - b.sentence) <= 3
    )


def _join(a: Draft, b: Draft) -> None:
    for name in _FIELDS:
        x, y = getattr(a, name), getattr(b, name)
        if x is None or (name in _MOMENTS and y is not None and len(y) > len(x)):
            setattr(a, name, y)
            if name == "start":
                a.readings = b.readings or a.readings
        if x is None and name == "count":
            a.of = b.of
    a.after = a.after or b.after
    a.told = a.told or b.told
    a.reference = a.reference or b.reference
    a.each_side = a.each_side or b.each_side
    a.spans.extend(s for s in b.spans if s not in a.spans)
    a.notes.extend(n for n in b.notes if n not in a.notes)
    a.confidence = max(a.confidence, b.confidence)
    a.weak = a.weak and b.weak
    a.effect = a.effect and b.effect


def join_terms(drafts: list[Draft], *, agreement: bool) -> list[Draft]:
    """The drafts with those that say the same joined, in the order of the document."""
    kept: list[Draft] = []
    ranked = sorted(range(len(drafts)), key=lambda i: (-len(drafts[i].facts()), i))
    order: dict[int, Draft] = {}
    for i in ranked:
        draft = drafts[i]
        twin = next((k for k in kept if _same(k, draft, agreement)), None)
        if twin is None:
            kept.append(draft)
            order[id(draft)] = draft
        else:
            _join(twin, draft)
    begun = [d.start for d in kept if d.kind == "cessation" and d.start and not d.effect]
    kept = [
        d
        for d in kept
        if not (
            d.effect
            and d.kind == "cessation"
            and any(agreement or _compatible(start, d.start, "start") for start in begun)
        )
    ]
    dated = {d.kind for d in kept if {"start", "until"} & set(d.facts())}
    lasting = {seconds(d.within) for d in kept if d.kind == "duration" and d.within}
    kept = [
        d
        for d in kept
        if not (
            # "Sides accept two-month truce", over a body that dates it and says how long
            d.kind == "cessation"
            and d.kind in dated
            and not agreement
            and d.sentence == 0
            and set(d.facts()) == {"within"}
            and d.within is not None
            and seconds(d.within) in lasting
        )
    ]
    has_facts = {d.kind for d in kept if d.facts()}
    kept = [
        d for d in kept if not (d.weak and not d.facts() and d.kind in has_facts and not agreement)
    ]
    for draft in kept:
        draft.spans.sort()
        if draft.each_side and draft.distance_m and draft.width_m is None:
            draft.width_m = 2 * draft.distance_m
            draft.notes.append("width: twice the depth on either side")
    begin(kept, agreement=agreement)
    return sorted(kept, key=lambda d: d.spans[0])

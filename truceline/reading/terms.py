"""Terms: clauses that cease, withdraw, release, allow, forbid …, with their times and numbers."""

import itertools
import re
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files

from ruamel.yaml import YAML

from truceline.reading.anchoring import Moment, shift
from truceline.reading.durations import Length
from truceline.reading.gates import PLAN, allows, is_background
from truceline.reading.marks import Marks
from truceline.reading.words import Sentence

ORDER = (
    "exception",
    "prohibition",
    "release",
    "handover",
    "withdrawal",
    "patrol",
    "monitoring",
    "deployment",
    "access",
    "meeting",
    "deliverable",
    "zone",
    "cessation",
)
_ONE_TIME = frozenset(("release", "handover", "withdrawal", "deliverable", "deployment"))
_BOUNDARY = re.compile(
    r"(?P<hard>;|\. |,? during which |,? under which |, while |, whereas |, after which |, followed by |, and then |, then | before (?=[a-z]+ing)|, with |, but |, in (?:return|exchange)[, ])|(?P<soft>, and | and |, | as well as |: | while | or )"
)
_ATTRIBUTION = re.compile(
    r"\b(?:said|says|announced|declared|agreed|signed|reached|reported|told [\w ]{1,30}|confirmed|brokered|adopted|dated|statement|memorand\w+|protocol|resolution(?: \d+)?|unveiled|published|issued|approved|mediated|negotiated|accord|met|meeting in \w+|ceremony|speaking|conference|added|warned|tweeted|posted|wrote)\s*,?\s*(?:in [a-z' -]{3,25} )?(?:of |on |late |early |late on |early on |at )*$"
)
_EFFECT = re.compile(
    r"(?:effect|force|beg[iua]n\w*|start\w*|commenc\w*|in place|kick\w* off|under way|underway|ceas\w*|halt\w*|stop\w*|silent|holds?|observe\w*|enter\w*)\b[^,;]{0,45}$"
)
_RECURS = (
    (
        re.compile(
            r"\b(?:daily|each day|every day|per day|a day|each morning|every morning|every evening|each evening|every night|every 24 hours|day-by-day)\b"
        ),
        "P1D",
    ),
    (
        re.compile(
            r"\b(?:weekly|each week|every week|per week|a week(?! (?:after|from|later|of|before))|once a week|every (?:mon|tues|wednes|thurs|fri|satur|sun)day|each (?:mon|tues|wednes|thurs|fri|satur|sun)day)\b"
        ),
        "P7D",
    ),
    (
        re.compile(
            r"\b(?:monthly|each month|every month|per month|a month(?! (?:after|from|later|of|before))|once a month)\b"
        ),
        "P1M",
    ),
    (re.compile(r"\b(?:hourly|every hour)\b"), "PT1H"),
    (re.compile(r"\b(?:every other day|every two days)\b"), "P2D"),
    (re.compile(r"\b(?:fortnightly|every two weeks|biweekly|every other week)\b"), "P14D"),
)
_CESSATION_NOUN = re.compile(
    r"\W{0,2}(?:[\w-]+\W){0,4}?(?:cease-?fire|truce|armistice|cessation|pause|lull|suspension|halt|calm|period|phase|deal|agreement|moratorium|extension|mandate|renewal|silence)\b"
)
_LASTING = re.compile(
    r"\b(?:ceasefire|cease-fire|truce|armistice|cessation|pause|lull|calm|agreement|accord|protocol|arrangement|deal|phase|stage|mandate|mission|force|suspension|moratorium|period|regime|it|they|contingent|peacekeep\w+|operation)\b"
)
_EXTEND = re.compile(r"\b(?:extend\w*|renew\w*|prolong\w*|extension|roll(?:ed|s)? over)\b")
_PREVIOUS = re.compile(r"\b(?:extended|renewed|prolonged)\b")


@dataclass(slots=True)
class Draft:
    """A term while it is being put together; spans are in the page's text."""

    kind: str
    spans: list[tuple[int, int]]
    low: str
    sentence: int
    start: str | None = None
    due: str | None = None
    within: str | None = None
    after: str | None = None
    until: str | None = None
    recurs: str | None = None
    distance_m: float | None = None
    width_m: float | None = None
    count: int | None = None
    of: str | None = None
    reference: str | None = None
    confidence: float = 0.9
    notes: list[str] = field(default_factory=list)
    readings: tuple[str, ...] = ()
    each_side: bool = False
    weak: bool = False
    counts_from: Length | None = None
    strength: int = 0

    def facts(self) -> dict[str, object]:
        """The fields that say something, by name."""
        names = ("start", "due", "within", "until", "recurs", "distance_m", "width_m", "count")
        return {n: getattr(self, n) for n in names if getattr(self, n) is not None}


@dataclass(frozen=True, slots=True)
class _Trigger:
    kind: str
    start: int
    end: int
    noun: bool


@lru_cache(maxsize=1)
def _frames() -> tuple[tuple[str, tuple[str, ...], re.Pattern[str], re.Pattern[str] | None], ...]:
    text = (files("truceline.reading") / "data" / "terms.yaml").read_text(encoding="utf-8")
    loaded = YAML(typ="safe", pure=True).load(text)
    found = []
    for kind in ORDER:
        frame = loaded[kind]
        verbs = re.compile(rf"(?<![\w-])(?:{frame['verbs']})")
        nouns = re.compile(rf"(?<![\w])(?:{frame['nouns']})") if "nouns" in frame else None
        found.append((kind, tuple(frame["stems"]), verbs, nouns))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Setting:
    """What is known of the document: is it the text of an agreement, and from which year."""

    agreement: bool
    year: int | None


def is_agreement(sentences: list[Sentence]) -> bool:
    """Whether the document is the text of an agreement rather than a report about one."""
    if not sentences:
        return False
    shall = sum(
        1
        for s in sentences
        if " shall " in s.low
        or " undertake" in s.low
        or "the parties agree" in s.low
        or " hereby " in s.low
    )
    said = sum(
        1
        for s in sentences
        if re.search(r"\b(?:said|told|reported|according to|spokes\w+)\b", s.low)
    )
    articles = sum(
        1
        for s in sentences
        if re.match(r"(?:article|section|clause|annex|point|para(?:graph)?)\s+[\divx]+\b", s.low)
    )
    numbered = sum(1 for s in sentences if re.match(r"\(?\d{1,2}[.)]\s", s.low))
    title = any(
        re.match(
            r"(?:[\w’' -]{0,60}\b)?(?:agreement|protocol|accord|memorandum|armistice|declaration|statement by the (?:president|prime)|understanding|arrangement)\b",
            s.low,
        )
        and len(s.low) < 160
        for s in sentences[:3]
    )
    if said > max(1, len(sentences) // 8):
        return False
    return (
        shall >= (1 if len(sentences) < 4 and not said else max(2, len(sentences) // 5))
        or articles >= 2
        or (title and (numbered >= 2 or shall >= 1))
    )


def _triggers(
    sentence: Sentence, setting: Setting, lead: bool, masked: list[tuple[int, int]]
) -> list[_Trigger]:
    low = sentence.low
    found: list[_Trigger] = []
    for kind, stems, verbs, nouns in _frames():
        if not any(stem in low for stem in stems):
            continue
        for noun, pattern in ((False, verbs), (True, nouns)):
            if pattern is None:
                continue
            for match in pattern.finditer(low):
                at, end = match.start(), match.end()
                if any(t.start <= at < t.end for t in found) or any(a <= at < b for a, b in masked):
                    continue
                if noun and re.search(
                    r"\b(?:after|following|before|until|upon|during|since|pending|prior to|from the (?:start|date|day|beginning) of|(?:start|beginning|signing|completion|entry into force) of) (?:the |its |their |this )?(?:[\w-]+ ){0,2}$",
                    low[:at],
                ):
                    continue
                if is_background(sentence, at, setting.year, setting.agreement):
                    continue
                if not allows(
                    sentence, at, end, noun=noun, kind=kind, agreement=setting.agreement, lead=lead
                ):
                    continue
                found.append(_Trigger(kind, at, end, noun))
    found.sort(key=lambda t: (t.start, ORDER.index(t.kind)))
    return found


def _clauses(
    sentence: Sentence, triggers: list[_Trigger], marks: Marks
) -> list[tuple[_Trigger, int, int, int]]:
    """(trigger, from, to, rank of the boundary before: 0 none, 1 soft, 2 hard)."""
    low = sentence.low
    kept: list[tuple[_Trigger, int, int]] = []
    for trigger in triggers:
        if not kept:
            head = max(low.rfind(";", 0, trigger.start) + 1, 0)
            kept.append((trigger, head, 0))
            continue
        before = kept[-1][0]
        between = low[before.end : trigger.start]
        cut, rank = -1, 0
        for match in _BOUNDARY.finditer(between):
            level = 2 if match.group("hard") else 1
            if level >= rank:
                cut, rank = before.end + match.start(), level
        if (
            before.noun
            and before.kind in ("monitoring", "patrol", "deployment", "access", "meeting")
            and trigger.kind == "deliverable"
            and low[trigger.start :].startswith("be ")
            and not re.search(r";|\band\b", between)
        ):
            continue  # the noun's own predicate: "A committee of 10, five from each side, shall be set up"
        if rank == 0:
            if (
                before.kind == "deliverable"
                and trigger.kind in ("zone", "monitoring", "access", "deployment")
                and re.match(
                    r"(?:be )?(?:establish|form|creat|set|constitut|prepar|provid|activat|mark|clear)",
                    low[before.start :],
                )
                and trigger.start - before.end < 60
            ):
                kept[-1] = (trigger, kept[-1][1], kept[-1][2])
            elif before.noun and before.kind == "monitoring" and trigger.kind == "deliverable":
                pass
            elif (
                _rank(trigger) < _rank(before)
                and (before.noun or trigger.kind == "exception")
                and before.kind not in ("exception", "prohibition")
            ):
                kept[-1] = (trigger, kept[-1][1], kept[-1][2])
            elif (
                trigger.kind == "zone"
                and before.kind not in ("prohibition", "exception")
                and any(
                    0 <= d.start - sentence.start - trigger.end < 30 and d.role != "from"
                    for d in marks.distances
                )
            ):
                kept.append((trigger, trigger.start, 1))
            elif trigger.kind == "exception" and before.kind != "exception":
                kept.append((trigger, trigger.start, 2))
            continue
        own = (
            any(cut <= m.said.start - sentence.start for m in marks.moments)
            or any(cut <= x.start - sentence.start for x in (*marks.lengths, *marks.distances))
            or any(cut <= sentence.tokens[q.first].start - sentence.start for q in marks.quantities)
        )
        if trigger.kind == before.kind and low[: trigger.start].endswith(" to "):
            continue
        if trigger.kind == before.kind and ((rank == 1 and not own) or (trigger.noun and not own)):
            continue
        if (
            before.kind in ("prohibition", "exception")
            and rank == 1
            and trigger.kind not in ("exception",)
        ):
            # "shall not deploy, station or move": one prohibition, unless a new subject has its own verb
            if (
                not re.search(r"\b(?:shall|will|must|may)\b", low[cut : trigger.start])
                or trigger.kind == "prohibition"
            ):
                continue
        if (
            trigger.kind == "cessation"
            and before.kind not in ("cessation", "exception", "prohibition")
            and trigger.noun
            and not own
        ):
            continue
        if (
            before.kind == "cessation"
            and before.noun
            and trigger.kind == "cessation"
            and rank == 1
            and not re.search(r"\b(?:will|shall|to)\b", low[cut : trigger.start])
        ):
            pass
        if (
            trigger.kind == "deliverable"
            and rank == 1
            and before.kind != "deliverable"
            and not own
            and not re.search(r"\b(?:shall|will|must|agreed|to)\b", low[cut : trigger.start])
        ):
            continue
        kept.append((trigger, cut, rank))
    result = []
    for i, (trigger, start, rank) in enumerate(kept):
        end = kept[i + 1][1] if i + 1 < len(kept) else len(low)
        result.append((trigger, start, end, rank))
    return result


def _rank(trigger: _Trigger) -> int:
    base = {
        "exception": 0,
        "prohibition": 1,
        "zone": 8,
        "cessation": 7,
        "meeting": 4,
        "deliverable": 6,
    }.get(trigger.kind, 3)
    return base + (10 if trigger.noun else 0)


def _usable(moment: Moment, sentence: Sentence) -> bool:
    left = sentence.low[: moment.said.start - sentence.start]
    if (
        len(left) < 40
        and re.match(
            r"\s*(?:\([^)]*\)\s*)?[-–—]\s", sentence.low[moment.said.end - sentence.start :]
        )
        and re.fullmatch(r"[A-ZÀ-Þ][\w’'./, -]*", sentence.text[: len(left)] or "A")
    ):
        return False  # a dateline
    if moment.said.role in ("start", "due", "until"):
        return True
    return _ATTRIBUTION.search(left[-70:]) is None


def read_terms(
    sentences: list[Sentence], marks: list[Marks], setting: Setting, leads: set[int]
) -> list[Draft]:
    """Every term that the sentences give, before the same terms are joined.

    ``leads``: numbers of the sentences that stand under a line such as "The deal provides for:".
    """
    found: list[Draft] = []
    for sentence, mark in zip(sentences, marks, strict=True):
        lead = sentence.index in leads
        masked = [
            (x.anchor_span[0] - sentence.start, x.anchor_span[1] - sentence.start)
            for x in mark.lengths
            if x.anchor_span
        ]
        triggers = _triggers(sentence, setting, lead, masked)
        if triggers:
            clauses = _clauses(sentence, triggers, mark)
            shared = _leading(sentence, mark, clauses)
            for n, (trigger, start, end, rank) in enumerate(clauses):
                if (
                    n + 1 < len(clauses)
                    and clauses[n + 1][3] == 1
                    and re.match(r",? and (?:to )?[a-z]+\b", sentence.low[end:])
                    and not re.match(
                        r",? and (?:[\w’'-]+ ){1,6}(?:shall|will|must)\b", sentence.low[end:]
                    )
                ):
                    late = _trailing(sentence, mark, clauses[n + 1])
                    if late[0] or late[1]:
                        found.extend(
                            _build(sentence, mark, trigger, start, end, late, setting, lead)
                        )
                        continue
                found.extend(
                    _build(
                        sentence,
                        mark,
                        trigger,
                        start,
                        end,
                        shared if rank else ([], []),
                        setting,
                        lead,
                    )
                )
        found.extend(_durations(sentence, mark, setting))
    return found


def _leading(
    sentence: Sentence, marks: Marks, clauses: list[tuple[_Trigger, int, int, int]]
) -> tuple[list[Moment], list[Length]]:
    """Times said before the first act ("Within 24 hours, … and …") hold for all that follow."""
    first = clauses[0][0].start
    moments = [
        m
        for m in marks.moments
        if m.said.start - sentence.start < min(25, first) and _usable(m, sentence)
    ]
    lengths = [
        x
        for x in marks.lengths
        if x.start - sentence.start < min(25, first) and x.role in ("within", "offset", "plain")
    ]
    return moments, lengths


def _trailing(
    sentence: Sentence, marks: Marks, clause: tuple[_Trigger, int, int, int]
) -> tuple[list[Moment], list[Length]]:
    """Times after a comma at the end of "withdraw … and hand over …, by 5 May" hold for both."""
    _, start, end, _ = clause
    comma = sentence.low.rfind(", ", start + 3, end)
    if comma < 0 or not re.match(
        r", (?:beginning|starting|to be|both|no later|within|by|not later|concluding|from)\b",
        sentence.low[comma:],
    ):
        return [], []
    return (
        [m for m in marks.moments if comma <= m.said.start - sentence.start < end],
        [x for x in marks.lengths if comma <= x.start - sentence.start < end],
    )


def _pieces(
    sentence: Sentence, start: int, end: int, trigger: _Trigger, marks: Marks
) -> list[tuple[int, int]]:
    """One clause with several dates or distances in a list is several terms."""
    low = sentence.low
    points: list[int] = []
    if trigger.kind in (
        "withdrawal",
        "handover",
        "release",
        "deployment",
        "access",
        "deliverable",
        "meeting",
        "zone",
    ):
        for kind in ("moment", "distance", "length"):
            if kind == "moment":
                spots = [
                    m.said.start - sentence.start
                    for m in marks.moments
                    if _usable(m, sentence) and m.said.role in ("due", "at", "until") and m.iso
                ]
            elif kind == "distance":
                spots = [
                    d.start - sentence.start
                    for d in marks.distances
                    if d.role
                    in (("width",) if trigger.kind == "zone" else ("from", "plain", "depth"))
                ]
            else:
                spots = [
                    x.start - sentence.start
                    for x in marks.lengths
                    if x.role in ("within", "offset")
                ]
            spots = [s for s in spots if start <= s < end]
            if len(spots) > 1:
                cuts = []
                for a, b in itertools.pairwise(spots):
                    edges = [
                        m
                        for m in _BOUNDARY.finditer(low, a, b)
                        if m.group() != " or " and m.start() > a + 3
                    ]
                    hard = [m for m in edges if m.group("hard") or m.group() in (", and ", " and ")]
                    if edges:
                        cuts.append(hard[-1].start() if hard else edges[0].start())
                if len(cuts) == len(spots) - 1:
                    points = cuts
                    break
    if trigger.kind == "release" and not points:
        swap = re.search(r",? in (?:exchange|return) for ", low[start:end])
        counts = [sentence.tokens[q.first].start - sentence.start for q in marks.quantities]
        if (
            swap
            and any(start <= c < start + swap.start() for c in counts)
            and any(start + swap.end() <= c < end for c in counts)
        ):
            points = [start + swap.start()]
    return list(itertools.pairwise([start, *points, end]))


def _build(
    sentence: Sentence,
    marks: Marks,
    trigger: _Trigger,
    start: int,
    end: int,
    shared: tuple[list[Moment], list[Length]],
    setting: Setting,
    lead: bool,
) -> list[Draft]:
    drafts = []
    for a, b in _pieces(sentence, start, end, trigger, marks):
        draft = _one(sentence, marks, trigger, a, b, shared, setting, lead)
        if draft:
            drafts.append(draft)
    return drafts


def _one(
    sentence: Sentence,
    marks: Marks,
    trigger: _Trigger,
    start: int,
    end: int,
    shared: tuple[list[Moment], list[Length]],
    setting: Setting,
    lead: bool,
) -> Draft | None:
    base = sentence.start
    low = sentence.low
    kind = trigger.kind
    span = (base + start, base + end)
    while span[0] < span[1] and sentence.text[span[0] - base] in " ,;:.":
        span = (span[0] + 1, span[1])
    draft = Draft(kind, [span], low[start:end], sentence.index, strength=0 if trigger.noun else 1)
    moments = [
        m for m in marks.moments if start <= m.said.start - base < end and _usable(m, sentence)
    ]
    lengths = [x for x in marks.lengths if start <= x.start - base < end]
    if not moments and not [x for x in lengths if x.role in ("within", "offset")]:
        moments = moments + shared[0]
        lengths = lengths + shared[1]
    _set_moments(draft, moments, sentence, trigger)
    _set_lengths(draft, lengths, sentence)
    clause = low[start:end]
    for pattern, iso in _RECURS:
        if draft.recurs is None and pattern.search(clause):
            draft.recurs = iso
    _set_distances(draft, marks, base, start, end, low)
    _set_count(draft, marks, sentence, start, end, trigger)
    if not _worth(draft, sentence, trigger, setting, lead, clause):
        return None
    return draft


def _set_moments(
    draft: Draft, moments: list[Moment], sentence: Sentence, trigger: _Trigger
) -> None:
    for moment in moments:
        said, iso = moment.said, moment.iso
        if iso is None:
            continue
        left = sentence.low[: said.start - sentence.start]
        role = said.role
        if role == "at" and draft.kind == "cessation":
            after_trigger = said.start - sentence.start > trigger.end
            if (
                (after_trigger and not trigger.noun)
                or _EFFECT.search(left)
                or not after_trigger
                or re.match(
                    r"\s*(?:cease-?fire|truce|pause)", sentence.low[said.end - sentence.start :]
                )
            ):
                role = "start"
            else:
                continue
        if role == "after":
            if said.clock is None:
                draft.after = (
                    draft.after
                    or sentence.text[said.start - sentence.start : said.end - sentence.start]
                )
                continue
            role = "start"
        if (
            role == "due"
            and draft.kind in ("meeting", "cessation")
            and re.search(r"\bdue(?: on| at)?\s*$", left)
        ):
            role = "start"
        if (
            role == "until"
            and draft.kind in ("handover", "withdrawal", "deliverable", "release")
            and not re.search(r"\b(?:from|between)\b", sentence.low)
        ):
            role = "due"
            draft.until = draft.until or iso
        if (
            role in ("start", "at")
            and draft.start
            and len(draft.start) == 10
            and iso.startswith(draft.start)
        ):
            draft.start, draft.readings = iso, moment.readings
            continue
        if role == "start" and draft.start is None:
            draft.start = iso
            draft.readings = moment.readings
        elif role == "until" and draft.until is None:
            draft.until = iso
        elif role == "due" and draft.due is None:
            draft.due = iso
        elif role == "at":
            if draft.start is None:
                draft.start = iso
            if draft.kind in _ONE_TIME and draft.due is None:
                draft.due = iso
        if moment.note:
            draft.notes.append(moment.note)
        draft.confidence = min(draft.confidence, moment.sure)


def settle(draft: Draft, cessation: str | None, signed: str | None) -> None:
    """Work out a day that counts from the signature or the start of the cessation, where known."""
    length = draft.counts_from
    if length is None or length.anchor is None:
        return
    known, name = None, ""
    if re.search(r"\bsign", length.anchor):
        known, name = signed, "signature"
    elif re.search(
        r"\b(?:cease-?fire|truce|cessation|effect|force|armistice|pause|start|hostilit|d-day)",
        length.anchor,
    ):
        known, name = cessation, "start of the cessation"
    moved = shift(known, length.iso, back=length.before) if known else None
    if moved is None:
        return
    if length.role == "within" and draft.due is None and draft.start is None:
        draft.due = moved
        draft.notes.append(f"due: {length.iso} from the {name}, {known}")
    elif length.role == "offset" and draft.start is None:
        draft.start = moved
        draft.due = draft.due or (moved if draft.kind in _ONE_TIME else None)
        draft.notes.append(f"start: {length.iso} from the {name}, {known}")


def _set_lengths(draft: Draft, lengths: list[Length], sentence: Sentence) -> None:
    for length in lengths:
        if length.role == "every":
            draft.recurs = draft.recurs or length.iso
        elif length.role in ("within", "offset"):
            if draft.within is None:
                draft.within, draft.after = length.iso, length.anchor or draft.after
                if length.anchor is None and re.search(r"\bthereafter|later\b", sentence.low):
                    draft.notes.append("counts from what is said before")
                draft.counts_from = length
        elif (
            draft.kind == "cessation"
            and draft.within is None
            and (
                length.role == "length"
                or (
                    length.role == "plain"
                    and _CESSATION_NOUN.match(sentence.low[length.end - sentence.start :])
                )
            )
        ) or (
            length.role == "length"
            and draft.within is None
            and draft.kind
            in ("deployment", "patrol", "monitoring", "access", "zone", "prohibition")
        ):
            draft.within = length.iso


def _set_distances(draft: Draft, marks: Marks, base: int, start: int, end: int, low: str) -> None:
    for d in marks.distances:
        if not start <= d.start - base < end or d.role == "long":
            continue
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


_NOT_COUNTED = re.compile(
    r"\W*(?:hours?|minutes?|sides?|parties|part(?:y)?|countries|governments?|nations|points?|articles?|phases?|stages?|years?|months?|days?|times?|weeks?|presidents?|leaders|warring|neighbou?rs|main|of the (?:two|parties)|or|and|to|in|at|on|by|percent|%|mm|rounds?|other|people (?:were )?killed|forces\b|armies|ministers|belligerents|states|directions?|groups?)\b"
)


def _set_count(
    draft: Draft, marks: Marks, sentence: Sentence, start: int, end: int, trigger: _Trigger
) -> None:
    if draft.kind in ("exception", "duration", "cessation", "meeting"):
        return
    best = None
    for q in marks.quantities:
        at = sentence.tokens[q.first].start - sentence.start
        if not start <= at < end:
            continue
        tail_at = sentence.tokens[q.last - 1].end - sentence.start
        tail = sentence.low[tail_at : tail_at + 60]
        if at > trigger.end and re.search(
            r", while |;|, whereas | while ", sentence.low[trigger.end : at]
        ):
            continue
        if _NOT_COUNTED.match(tail) or not re.match(r"[\s-]*[a-z]", tail):
            continue
        if re.match(
            r"[^,;.]{0,40}\b(?:were |was |have been )?(?:killed|wounded|injured|displaced|dead)\b",
            tail,
        ):
            continue
        value = q.value if q.value is not None else q.high
        if value is None or not float(value).is_integer():
            continue
        distance = (
            at
            if at >= trigger.start
            else 0
            if trigger.start - at < 25 and draft.kind == "access"
            else at + 1000
        )
        if best is None or distance < best[0]:
            words = re.match(r"[\s-]*((?:[\w’'-]+ ?){1,4})", sentence.text[tail_at:])
            best = (distance, int(value), words.group(1).strip() if words else None, q.qualifier)
    if best:
        draft.count, draft.of = best[1], best[2]
        if draft.of:
            cut = re.match(
                r"(.*?)\s+(?:to|in|from|on|at|by|for|will|shall|would|and|or|per|a day|each|every|with|within|held|are|is|be|must|over|under|during|through|into|daily|who|that|along)\b",
                draft.of,
            )
            draft.of = cut.group(1) if cut else draft.of


def _worth(
    draft: Draft, sentence: Sentence, trigger: _Trigger, setting: Setting, lead: bool, clause: str
) -> bool:
    """Whether a draft says enough to be a term."""
    facts = draft.facts()
    low = sentence.low
    planned = PLAN.search(low) is not None
    bound = setting.agreement or lead or planned
    kind = draft.kind
    if kind == "cessation":
        if trigger.noun and not facts:
            draft.weak = True
            if setting.agreement:
                return bool(
                    re.search(
                        r"\b(?:shall|agree|establish|declare|implement|observe|hereby|maintain|enter|begin|cease)",
                        clause,
                    )
                ) and not re.search(
                    r"\b(?:monitor|violation|supervis|compl\w+ with|provisions of|terms of)", clause
                )
            return bool(
                re.search(
                    r"\b(?:announced|declared|agreed|reached|signed|accepted|ordered|will|shall|takes? effect|came into|brokered)\b",
                    clause,
                )
            )
        if _EXTEND.search(clause) and "start" not in facts and trigger.noun:
            return False
        if (
            trigger.noun
            and not setting.agreement
            and not lead
            and re.search(
                r"\b(?:violat\w+|monitor\w*|breach\w*|implementation|committee|mission|mechanism)\b",
                clause[max(0, trigger.start - 30) :][:60],
            )
            and "start" not in facts
        ):
            return False
        if (
            re.match(
                r"[\w -]{3,40}?(?:stopped|ceased|fell silent|fallen silent|halted|ended)",
                low[trigger.start :],
            )
            and not trigger.noun
            and not setting.agreement
        ):
            return "T" in (draft.start or "")
        return True
    if kind == "meeting":
        if "count" in facts:
            draft.count = draft.of = None
        return bool({"start", "due", "recurs", "within"} & set(facts)) or (
            bound and not trigger.noun and bool(re.search(r"\b(?:shall|will)\b", clause))
        )
    if kind == "zone":
        if facts:
            return bool({"distance_m", "width_m"} & set(facts)) or bool(
                re.search(
                    r"\b(?:establish\w*|creat\w+|set up|set(?:ting)? up|declar\w+|defin\w+|delimit\w*|demarcat\w*)\b",
                    clause,
                )
            )
        draft.weak = True
        return bool(
            re.search(
                r"\b(?:establish(?:es|ed|ing)?|creates?|created|set up|sets up|delimited|is (?:hereby )?established)\b",
                low,
            )
        ) or (setting.agreement and bool(re.search(r"\bshall be (?:a |an )?(?:\w+ )?zone", clause)))
    if kind == "deliverable":
        if facts.keys() & {"start", "due", "within", "recurs", "until"}:
            return True
        return (
            setting.agreement
            and not trigger.noun
            and bool(re.search(r"\b(?:shall|will|undertake|agree to|must)\b", low))
            and bool(
                re.search(
                    r"\b(?:list|map|plan|report|committee|commission|parameters|modalities|hotline|centre|center|procedures|mechanism|timetable|information|notif|inform|mines?|minefields|road|annex|group)",
                    clause,
                )
            )
        )
    if kind == "monitoring":
        if trigger.noun and not facts:
            draft.weak = True
            return (
                bound
                and bool(
                    re.search(
                        r"\b(?:establish\w*|set up|create\w*|form(?:ed)?|oversee|supervis|monitor|responsib|mandate|shall|will)\b",
                        clause,
                    )
                )
            ) or bool(
                re.search(
                    r"\b(?:will|shall) (?:monitor|oversee|supervise|verify|establish|be set up|be established|be created)\b",
                    low,
                )
            )
        return True
    if kind == "access" and trigger.noun and not facts:
        if setting.agreement and not re.search(
            r"\b(?:shall|will|must|is|are|was|were|has|have|said)\b", low
        ):
            return True  # a provision without a verb: "Safe access for aid"
        return bound and bool(
            re.search(
                r"\b(?:shall|will|allow\w*|permit\w*|ensur\w*|facilitat\w*|guarant\w*|provid\w*|includ\w*|open\w*|call\w*|require\w*|be granted)\b",
                low,
            )
        )
    if kind == "exception":
        return bound or bool(
            re.search(
                r"\b(?:truce|ceasefire|cease-fire|armistice|pause|agreement|deal|cessation|protocol|withdraw|prohibit|ban)\w*\b",
                low,
            )
        )
    if kind == "prohibition":
        strong = re.match(
            r"prohibits?\b|(?:is|are) (?:\w+ )?(?:prohibited|banned|forbidden|barred|not (?:permitted|allowed))|(?:shall|must|may) not\b",
            low[trigger.start :],
        )
        return (
            bound
            or bool(strong)
            or bool(
                re.search(
                    r"\b(?:truce|ceasefire|cease-fire|armistice|agreement|deal|accord|parties|sides|both)\b",
                    low,
                )
            )
            or bool(facts)
        )
    if trigger.noun and not facts:
        draft.weak = True
        return bound
    return True


def _durations(sentence: Sentence, marks: Marks, setting: Setting) -> list[Draft]:
    found: list[Draft] = []
    low, base = sentence.low, sentence.start
    for length in marks.lengths:
        at, end = length.start - base, length.end - base
        left, right = low[max(0, at - 90) : at], low[end : end + 70]
        adjective = (
            length.role in ("plain", "length", "within")
            and _CESSATION_NOUN.match(right) is not None
            and (
                low[end - 1] != "s"
                or re.match(r"['’]? ?(?:cease|truce|pause|calm)", right)
                or (
                    re.match(r"\W?\s?(?:of|long)\b", right) is None
                    and re.match(r"['’ ]*(?:cease-?fire|truce|pause|lull)", right) is not None
                )
            )
        )
        clause_left = low[max(0, *(low.rfind(m, 0, at) for m in (";", ", while ", ". "))) : at]
        if not adjective:
            if length.role == "length":
                if not _LASTING.search(clause_left):
                    continue
            elif length.role == "offset" or length.role in ("past", "every", "within", "plain"):
                if not (
                    length.role == "plain"
                    and re.search(
                        r"\b(?:lasts?|last for|valid for|in force for|duration (?:is|of|shall be)|period of|extend\w* (?:by|for)|renew\w* for)\W*(?:[\w-]+ ){0,3}$",
                        left,
                    )
                ):
                    continue
        if (
            re.search(
                r"(?<!will )(?<!shall )(?<!to )(?<!and )(?<!would )\b(?:last|past|previous|more than|over the)\s+$",
                left,
            )
            and not adjective
        ):
            continue
        if is_background(sentence, at, setting.year, setting.agreement):
            continue
        if not setting.agreement and not allows(
            sentence, at, end, noun=True, kind="duration", agreement=False, lead=False
        ):
            if not re.search(
                r"\b(?:ceasefire|cease-fire|truce|pause|agreement|deal|phase|armistice|calm|cessation)\b[^.;]{0,80}\b(?:lasts?|extended|renew\w*|for (?:an? |the )?(?:initial |further |first )?(?:period )?)",
                low[:end],
            ) and not re.search(
                r"\b(?:announc\w+|declar\w+|agre\w+|accept\w*|began|begun|took|came|start\w*|effect|force)\b",
                low,
            ):
                continue
            if re.search(
                r"\b(?:call(?:ed|s|ing) for|demand\w*|urg\w+|propos\w+|reject\w*|seek\w*|discuss\w*|if|would|could|collapsed|expired)\b",
                clause_left,
            ):
                continue
        if re.search(
            r"\b(?:war|fighting|conflict|clashes|talks|negotiations|siege|offensive|imprison\w*|trip|visit|bombardment)\b",
            clause_left[-60:],
        ) and not re.search(r"\b(?:cease|truce|pause|agreement|phase)", clause_left):
            continue
        draft = Draft(
            "duration",
            [(base, sentence.end)],
            low,
            sentence.index,
            within=length.iso,
            after=length.anchor,
        )
        if _EXTEND.search(clause_left[-90:]) or re.match(r"\W*(?:extension|renew)", right):
            draft.notes.append("renewal")
            if re.search(
                r"\b(?:automatic\w*|renewable|further|successive|each|subsequent|periods)\b",
                low[max(0, at - 90) : end + 30],
            ):
                draft.recurs = length.iso
        for moment in marks.moments:
            if moment.iso and moment.said.role == "start" and draft.start is None:
                draft.start = moment.iso
            if moment.iso and moment.said.role == "until" and draft.until is None:
                draft.until = moment.iso
        if found and found[-1].within is not None and found[-1].within == draft.within:
            found[-1].recurs = found[-1].recurs or draft.recurs
            continue
        found.append(draft)
    if not found and not is_background(sentence, 0, setting.year, setting.agreement):
        ends = re.search(
            r"\b(?:ceasefire|cease-fire|truce|pause|armistice|agreement|deal|cessation|lull|phase|mandate)\b[^.;]{0,60}\b(?:expires?|ends?|(?:will|shall|to) (?:last|hold|run|remain(?: in force)?|expire|end)|lasts|runs|(?:is|was|been) extended|valid|in force)\b",
            low,
        )
        last = next(
            (
                m
                for m in marks.moments
                if m.iso
                and (
                    m.said.role == "until"
                    or (
                        ends
                        and m.said.role in ("at", "due")
                        and re.search(
                            r"\b(?:expires?|ends?|expire|end)(?: on| at)?\s*$",
                            low[: m.said.start - base],
                        )
                    )
                )
            ),
            None,
        )
        if (
            ends
            and last
            and ends.end() - 1 < last.said.start - base
            and not re.search(r"\b(?:if|would|could|unless it)\b", low[: ends.end()])
        ):
            found.append(
                Draft("duration", [(base, sentence.end)], low, sentence.index, until=last.iso)
            )
    return found

"""Terms: clauses that cease, withdraw, release, allow, forbid …, with their times and numbers."""

import re
from dataclasses import replace

from truceline.reading.marks import Marks
from truceline.reading.page.words import Sentence
from truceline.reading.terms.begun import AT_ONCE, stamped, told_day
from truceline.reading.terms.clauses import clauses_of, triggers_of
from truceline.reading.terms.counting import set_count
from truceline.reading.terms.details import (
    set_moments,
    tells_of_halt,
)
from truceline.reading.terms.drafting import ONE_TIME, Draft, Setting, Trigger
from truceline.reading.terms.lasting import durations_of
from truceline.reading.terms.limits import set_lengths
from truceline.reading.terms.lists import NOTHING, Under
from truceline.reading.terms.measured import set_distances
from truceline.reading.terms.own_times import is_weak
from truceline.reading.terms.pieces import leading_times, pieces_of, trailing_times
from truceline.reading.terms.reach import (
    dated,
    reach_of,
    stand_over,
    times_after,
    times_in,
    times_near,
)
from truceline.reading.terms.recurring import recurs_in, within_hours
from truceline.reading.terms.shares import by_places, lent_hour
from truceline.reading.terms.usable import is_usable
from truceline.reading.terms.worth import is_term
from truceline.reading.times.anchoring import Moment
from truceline.reading.times.lengths import Length
from truceline.reading.weighing.segments import segments_of

_BY_HOURS = ("access", "prohibition", "patrol")
_TERM_IS = re.compile(r"\W*(?:the |its |their )?(?:term|duration|period)\b")
# A report's own words below a heading such as "Access": they tell, they provide for nothing.
_TOLD = re.compile(
    r"[\"“«]|\b(?:we|our|i|was|were|had|did|reached|arrived|came|went|died|said|says|reported|remains?|needs?|told|received)\b"
)


def read_terms(
    sentences: list[Sentence],
    marks: list[Marks],
    setting: Setting,
    unders: dict[int, Under],
    seen: dict[int, list[Trigger]] | None = None,
) -> list[Draft]:
    """Every term that the sentences give, before the same terms are joined.

    ``unders``: what the sentences stand under, by number. ``seen`` is given, by the number of its
    sentence, every word that may make a term, whether it does or not (then its strength is 0).
    """
    stand_over(sentences, marks, unders)
    found: list[Draft] = []
    old = -1  # number of the last sentence that speaks of an older arrangement
    last: Trigger | None = None
    for sentence, mark in zip(sentences, marks, strict=True):
        if not setting.agreement and _tells_of_old(sentence, setting, old):
            old = sentence.index
            continue
        if sentence.low.endswith("?"):
            continue
        under = unders.get(sentence.index, NOTHING)
        lead = under.lead or setting.summary
        masked = [
            (x.anchor_span[0] - sentence.start, x.anchor_span[1] - sentence.start)
            for x in mark.lengths
            if x.anchor_span
        ]
        let_go: list[Trigger] = []
        triggers = triggers_of(sentence, setting, lead, masked, let_go)
        if seen is not None and (triggers or let_go):
            seen[sentence.index] = triggers + let_go
        if (
            under.kind
            and not any(not t.noun or t.kind == under.kind for t in triggers)
            and not (_TOLD.search(sentence.low) and not setting.agreement)
        ):
            at = _first_word(sentence)
            triggers = [Trigger(under.kind, at, at, False, 2, given=True)]
        if sentence.text.rstrip().endswith(":") and unders.get(sentence.index + 1, NOTHING).kind:
            triggers = []  # the items below say it
        if (
            sentence.heading
            and not any(t.noun is False for t in triggers)
            and not (mark.moments or mark.lengths or mark.distances)
        ):
            triggers = []
        if not triggers and last and _goes_on(sentence, mark, last):
            at = _first_word(sentence)
            triggers = [Trigger(last.kind, at, at, False, 2, given=True)]
        if setting.agreement and sentence.index == 0 and sentence.text.isupper():
            triggers = []  # the title
        last = triggers[-1] if triggers else last if len(sentence.low) < 60 else None
        if triggers:
            clauses = clauses_of(sentence, triggers, mark)
            shared = leading_times(sentence, mark, clauses)
            for n, (trigger, start, end, rank) in enumerate(clauses):
                if (
                    n + 1 < len(clauses)
                    and clauses[n + 1][3] == 1
                    and re.match(r",? and (?:to )?[a-z]+\b", sentence.low[end:])
                    and not re.match(
                        r",? and (?:[\w’'-]+ ){1,6}(?:shall|will|must)\b", sentence.low[end:]
                    )
                ):
                    late = trailing_times(sentence, mark, clauses[n + 1])
                    if late[0] or late[1]:
                        found.extend(
                            build(sentence, mark, trigger, start, end, late, setting, lead)
                        )
                        continue
                found.extend(
                    build(
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
        found.extend(durations_of(sentence, mark, setting))
    return found


_OLD = re.compile(
    r"(?:(?:under|in|by) (?:that|its|this) (?:accord|truce|deal|agreement|one|text|pact|cease-?fire)|(?:that|the) (?:accord|truce|deal|agreement|one|pact|cease-?fire) (?:had|was|never|lasted|collapsed|failed))\b"
)
_ONCE = re.compile(
    r"\bthe (?:19|20)\d\d (?:one|armistice|truce|cease-?fire|accord|agreement|deal|pact)\b|\b(?:never (?:reached|took|held|was|got)|broke down within|collapsed|fell apart)\b"
)


def _tells_of_old(sentence: Sentence, setting: Setting, old: int) -> bool:
    """Whether a sentence tells of an older truce, or goes on with one that the last one told of."""
    low = sentence.low
    if old == sentence.index - 1 and old >= 0 and _OLD.match(low):
        return True
    once = _ONCE.search(low)
    if once is None or re.search(r"\b(?:will|shall|must|is to|are to)\b", low):
        return False
    years = [int(y) for y in re.findall(r"(?<!\d)((?:19|20)\d\d)(?!\d)", low)]
    return bool(years) and setting.year is not None and max(years) < setting.year


def _goes_on(sentence: Sentence, mark: Marks, last: Trigger) -> bool:
    """Whether a sentence goes on about the thing of the last term: "It shall extend two kilometres"."""
    if last.kind not in ("zone", "deployment", "monitoring", "patrol"):
        return False
    if not re.match(
        r"\W*(?:\d[\d.)]* )?(?:it|they|this|these|the (?:zone|strip|corridor|area|force|mission|buffer|belt))\b",
        sentence.low,
    ):
        return False
    if not re.search(
        r"\b(?:shall|will|must|is|are|extends?|measures?|runs?|covers?|reaches)\b", sentence.low
    ):
        return False
    return (
        bool(mark.distances)
        if last.kind == "zone"
        else bool(mark.distances or mark.quantities or [m for m in mark.moments if m.iso])
    )


def leading_kind(sentence: Sentence, setting: Setting) -> str | None:
    """The kind of term that the verb of a line with a colon makes, if the line says no more."""
    triggers = triggers_of(sentence, setting, True, [])
    if not triggers or len(sentence.low) - triggers[-1].end > 60:
        return None
    return triggers[-1].kind


def _first_word(sentence: Sentence) -> int:
    """Where a list item's own words begin, after its number, bullet or label."""
    match = re.match(
        r"\s*(?:[•·▪‣◦●■*|–—-]|\(?(?:\d{1,2}(?:\.\d{1,2})?|[a-z]|[ivx]+)[.)])?\s*", sentence.low
    )
    return match.end() if match else 0


def build(
    sentence: Sentence,
    marks: Marks,
    trigger: Trigger,
    start: int,
    end: int,
    shared: tuple[list[Moment], list[Length]],
    setting: Setting,
    lead: bool,
) -> list[Draft]:
    """The terms of one clause ``[start, end)``: several where it lists dates or distances.

    ``shared``: times that the sentence says for all its clauses.
    """
    drafts = []
    for a, b in pieces_of(sentence, start, end, trigger, marks):
        if a > start and not shared[0] and not shared[1]:
            shared = times_in(marks, sentence, start, max(start, trigger.start))
        draft = _one(sentence, marks, trigger, a, b, shared, setting, lead)
        if draft:
            drafts.append(draft)
    return drafts


def _one(
    sentence: Sentence,
    marks: Marks,
    trigger: Trigger,
    start: int,
    end: int,
    shared: tuple[list[Moment], list[Length]],
    setting: Setting,
    lead: bool,
) -> Draft | None:
    draft = drafted(sentence, marks, trigger, start, end, shared)
    if not is_term(draft, sentence, trigger, setting, lead, sentence.low[start:end]):
        return None
    return draft


def drafted(
    sentence: Sentence,
    marks: Marks,
    trigger: Trigger,
    start: int,
    end: int,
    shared: tuple[list[Moment], list[Length]] = ([], []),
) -> Draft:
    """The term that ``[start, end)`` of a sentence gives, if it gives one, with its fields."""
    base = sentence.start
    low = sentence.low
    kind = trigger.kind
    span = (base + start, base + end)
    while span[0] < span[1] and sentence.text[span[0] - base] in " ,;:.":
        span = (span[0] + 1, span[1])
    draft = Draft(kind, [span], low[start:end], sentence.index, strength=trigger.strength)
    draft.at = base + trigger.start
    draft.now = marks.now
    if kind == "cessation":
        draft.told = told_day(marks.moments, sentence, start, end)
    moments = [
        m
        for m in marks.moments
        if start <= m.said.start - base < end and is_usable(m, sentence, kind)
    ]
    lengths = [x for x in marks.lengths if start <= x.start - base < end]
    if kind == "cessation":
        halts = [x for x in lengths if x.role == "offset" and tells_of_halt(x)]
        lengths = [x for x in lengths if x not in halts]
        if halts or not any(x.role == "offset" and x.moment for x in lengths):
            moments += [m for m in marks.counted_from if start <= m.said.start - base < end]
    weak = [m for m in moments if m.iso]
    if weak and kind != "cessation" and all(is_weak(m, sentence) for m in weak):
        found = times_near(sentence, marks, start, end)
        if any(m.iso and m not in weak for m in found[0]):
            moments = [m for m in moments if m not in weak] + found[0]
    if not dated(moments, lengths):
        if not shared[0] and not shared[1] and not (draft.told and AT_ONCE.search(low)):
            shared = times_near(sentence, marks, start, end)
        moments = moments + shared[0]
        lengths = lengths + shared[1]
    else:
        late = times_after(sentence, marks, start, end, (moments, lengths))
        moments, lengths = moments + late[0], lengths + late[1]
    if kind == "duration":
        moments += [m for m in marks.moments if m not in moments and is_usable(m, sentence)]
    if kind == "cessation" and not moments and AT_ONCE.search(low):
        # "agreed on Friday to a truce with immediate effect"
        moments = [m for m in marks.moments if m.iso and m.said.start - base < end]
        moments = [m for m in moments if m.iso == draft.told][:1] or moments[:1]
        moments = [replace(m, said=replace(m.said, role="start")) for m in moments]
    if kind == "cessation" and not any(m.said.role == "start" and m.iso for m in moments):
        hour = stamped(marks, sentence, start, end)
        if hour is not None:
            draft.start = hour
            draft.notes.append("start: the hour of the entry that tells it")
            draft.confidence = min(draft.confidence, 0.7)
    if kind == "cessation" and len(marks.moments) > 1 and by_places(sentence, marks, 0, len(low)):
        moments = lent_hour(moments, marks, sentence)
    set_moments(draft, moments, sentence, trigger)
    set_lengths(draft, lengths, sentence)
    if kind in ("deployment", "monitoring") and draft.within is None and marks.next is not None:
        following, its = marks.next
        told = [x for x in its.lengths if x.role == "length"]
        if not told and _TERM_IS.match(following.low):
            told = [replace(x, role="length") for x in its.lengths if x.role == "plain"]
        set_lengths(draft, told[:1], following)
    if draft.kind in ONE_TIME and draft.due is None and draft.within is None:
        draft.due = draft.day
    if draft.recurs is None:
        a, b = reach_of(sentence, start, end)
        draft.recurs = recurs_in(low[start:end])
        if draft.recurs is None and (a, b) != (start, end):
            draft.recurs = recurs_in(low[a:b])
    if draft.recurs is None and kind in _BY_HOURS and within_hours(moments, low[start:end]):
        draft.recurs = "P1D"
        draft.notes.append("daily: its hours are given and no day that they end on")
        draft.confidence = min(draft.confidence, 0.6)
    set_distances(draft, marks, base, start, end, low)
    if kind == "withdrawal" and draft.distance_m is None and marks.distances:
        after = next((b for a, b in segments_of(sentence) if a <= start < b), end)
        set_distances(draft, marks, base, end, after, low)
    set_count(draft, marks, sentence, start, end, trigger)
    if draft.count is None:
        a, b = reach_of(sentence, start, end)
        if (a, b) != (start, end):
            set_count(draft, marks, sentence, a, b, trigger)
    return draft

"""Terms: clauses that cease, withdraw, release, allow, forbid …, with their times and numbers."""

import re

from truceline.reading.anchoring import Moment
from truceline.reading.clauses import (
    clauses_of,
    is_usable,
    leading_times,
    pieces_of,
    trailing_times,
    triggers_of,
)
from truceline.reading.details import set_count, set_distances, set_lengths, set_moments
from truceline.reading.drafting import Draft, Setting, Trigger
from truceline.reading.durations import Length
from truceline.reading.lasting import durations_of
from truceline.reading.lists import NOTHING, Under
from truceline.reading.marks import Marks
from truceline.reading.words import Sentence
from truceline.reading.worth import is_term

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


_PREVIOUS = re.compile(r"\b(?:extended|renewed|prolonged)\b")


def read_terms(
    sentences: list[Sentence], marks: list[Marks], setting: Setting, unders: dict[int, Under]
) -> list[Draft]:
    """Every term that the sentences give, before the same terms are joined.

    ``unders``: what the sentences stand under, by number.
    """
    found: list[Draft] = []
    for sentence, mark in zip(sentences, marks, strict=True):
        under = unders.get(sentence.index, NOTHING)
        lead = under.lead
        masked = [
            (x.anchor_span[0] - sentence.start, x.anchor_span[1] - sentence.start)
            for x in mark.lengths
            if x.anchor_span
        ]
        triggers = triggers_of(sentence, setting, lead, masked)
        if under.kind and not any(not t.noun or t.kind == under.kind for t in triggers):
            at = _first_word(sentence)
            triggers = [Trigger(under.kind, at, at, False, 2, given=True)]
        if sentence.text.rstrip().endswith(":") and unders.get(sentence.index + 1, NOTHING).kind:
            triggers = []  # the items below say it
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
        found.extend(durations_of(sentence, mark, setting))
    return found


def leading_kind(sentence: Sentence, setting: Setting) -> str | None:
    """The kind of term that the verb of a line with a colon makes, if the line says no more."""
    triggers = triggers_of(sentence, setting, True, [])
    if not triggers or len(sentence.low) - triggers[-1].end > 60:
        return None
    return triggers[-1].kind


def _first_word(sentence: Sentence) -> int:
    """Where a list item's own words begin, after its number, bullet or label."""
    match = re.match(r"\s*(?:[•·▪‣◦●■*|–—-]|\(?(?:\d{1,2}(?:\.\d{1,2})?|[a-z]|[ivx]+)[.)])?\s*", sentence.low)
    return match.end() if match else 0


def _build(
    sentence: Sentence,
    marks: Marks,
    trigger: Trigger,
    start: int,
    end: int,
    shared: tuple[list[Moment], list[Length]],
    setting: Setting,
    lead: bool,
) -> list[Draft]:
    drafts = []
    for a, b in pieces_of(sentence, start, end, trigger, marks):
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
    base = sentence.start
    low = sentence.low
    kind = trigger.kind
    span = (base + start, base + end)
    while span[0] < span[1] and sentence.text[span[0] - base] in " ,;:.":
        span = (span[0] + 1, span[1])
    draft = Draft(kind, [span], low[start:end], sentence.index, strength=trigger.strength)
    moments = [
        m for m in marks.moments if start <= m.said.start - base < end and is_usable(m, sentence)
    ]
    lengths = [x for x in marks.lengths if start <= x.start - base < end]
    if not moments and not [x for x in lengths if x.role in ("within", "offset")]:
        moments = moments + shared[0]
        lengths = lengths + shared[1]
    set_moments(draft, moments, sentence, trigger)
    set_lengths(draft, lengths, sentence)
    clause = low[start:end]
    for pattern, iso in _RECURS:
        if draft.recurs is None and pattern.search(clause):
            draft.recurs = iso
    set_distances(draft, marks, base, start, end, low)
    set_count(draft, marks, sentence, start, end, trigger)
    if not is_term(draft, sentence, trigger, setting, lead, clause):
        return None
    return draft

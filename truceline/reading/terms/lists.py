"""What stands over a sentence: a line that leads a list, a label, a table's head, a heading.

A provision is often no sentence of its own: "(a) tanks, to 10 km within 5 days" under "Each
Party shall withdraw:", "Buffer: 500 metres", a row of a table. Here each sentence is given what
the layout says of it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from truceline.reading.page.page import Page
from truceline.reading.page.words import Sentence


@dataclass(frozen=True, slots=True)
class Under:
    """What a sentence stands under. ``lead``: it tells what is agreed; ``kind``: the kind of term
    that a leading verb, a label or a heading gives it, where it has no verb of its own."""

    lead: bool
    kind: str | None = None


NOTHING = Under(False)

_LEAD = re.compile(
    r"\b(?:provides?(?: for)?|agreed|include[sd]?|calls? for|stipulates?|terms|following|commit(?:s|ted)?|points|provisions|measures|elements|follows|truce|ceasefire|plan|phase|stage|undertak\w+|undertook|requires?|key|deal|agreement|shall|will|must|days?|hours|force|obliged|pledged|promised)\b[^.]*:\s*$"
)
_LEAD_HEAD = re.compile(
    r"\b(?:what (?:has been|was|is|the (?:deal|agreement|parties|sides|text|truce|accord)|they|both|happens|we know)|key (?:points|terms|provisions|elements)|terms of|main (?:points|provisions|elements|terms)|provisions|the (?:deal|terms|agreement|text|accord|truce) (?:in|at|says|provides)|agreed (?:points|terms)|points of the|recap|at a glance|implementation of|elements of)\b"
)
_FOLLOWS = re.compile(
    r"\b(?:(?:main|key|principal) (?:points|provisions|elements|terms)|(?:has|contains|comprises|consists of|sets out|makes|made up of|in) (?:[\w-]+ ){0,3}(?:elements|points|provisions|parts|commitments|articles|clauses|steps|stages|phases)|(?:are|is) as follows|(?:points|provisions|terms|steps) (?:follow|are these)|here is what|these are the (?:terms|points)|on the following (?:steps|points|terms|measures))\b[^;]*[.:]\s*$"
)
_DIGEST = re.compile(
    r"\b(?:key (?:provisions|points|terms|elements)|main (?:points|provisions|elements|terms)|what (?:is|[’']s) in\b|fact ?-?sheet|in brief\b|at a glance|explainer|explained\b|summary of|\w+ points from|timeline|what the (?:parties|sides|two) (?:have )?(?:signed|agreed)|what (?:has been|was) agreed|outcome document|q ?& ?a\b|questions and answers|terms of the|text of the|abridged|extracts?\b|provisions of|how (?:will|does) the (?:truce|ceasefire|deal|pause)|road-?map|memorandum|accord in|joint (?:statement|communiqu[eé])|nine points|points? from)"
)
_ABOUT = re.compile(
    r"\b(?:agreement|cease-?fire|truce|accord|deal|armistice|disengagement|cessation|pause|protocol|text|peace process|memorandum|document|parties)\b"
)
_ITEM = re.compile(r"\s*(?:[•·▪‣◦●■*–—-]|\(?(?:\d{1,2}(?:\.\d{1,2})?|[a-z]|[ivx]+)[.)])\s*")
_LABEL = re.compile(
    r"(?:\s*(?:[•·▪‣◦●■*–—-]|\(?\d{1,2}[.)])\s*)?([A-Z][^:;.!?\"“”|]{2,48}):\s+(?=\S)"
)
_LABELS = (
    ("exception", r"exceptions?|exempt\w*|exclu\w+|carve-?outs?|not covered"),
    (
        "prohibition",
        r"(?:prohibited|banned|forbidden)(?: acts?| activities| actions)?|prohibit\w*|banned|bans?|not allowed|forbidden|prohibitions",
    ),
    ("duration", r"duration|length|validity|term|in force for|period"),
    (
        "cessation",
        r"effective(?: date)?|entry into force|starts?|start(?:ing)? (?:date|time)|begins?|in force(?: from)?|takes effect|cease-?fire|truce|cessation(?: of hostilities)?|permanent cessation.*|d-day|date and time",
    ),
    (
        "zone",
        r"(?:buffer|security|demilitari[sz]ed|safety|separation)(?: zone| strip| area)?|zones?|separation(?: of forces)?|corridor width",
    ),
    (
        "monitoring",
        r"(?:local |international |joint )?(?:monitoring|verification|monitors|observers?|oversight|supervision)(?: teams?| mission| mechanism)?|local teams",
    ),
    (
        "withdrawal",
        r"withdrawals?|pull-?backs?|redeployment|disengagement|(?:schedule|timetable|calendar) (?:of|for) (?:the )?(?:\w+ )?withdrawals?|.*withdrawal schedule|.*pull-?back schedule",
    ),
    (
        "handover",
        r"weapons|disarmament|hand-?over|arms|decommissioning|.*(?:schedule|timetable) (?:of|for) (?:the )?hand-?over",
    ),
    (
        "release",
        r"prisoners?|detainees?|hostages?|prisoner exchange|exchange(?: of prisoners)?|prisoners and detainees|captives|.*(?:schedule|timetable) (?:of|for) (?:the )?releases?",
    ),
    (
        "access",
        r"(?:humanitarian )?(?:aid|access|corridors?|relief)(?: and services)?|crossings?(?: points?)?|.*crossing points|.*opening hours|roads",
    ),
    ("deployment", r"deployment|peacekeepers?|peacekeeping force|force|troops"),
    ("meeting", r"talks|(?:next )?meetings?|next round|follow-up|negotiations|dialogue"),
    ("deliverable", r"deadlines?|maps|lists|deliverables"),
)
_LABEL_KINDS = tuple((kind, re.compile(words)) for kind, words in _LABELS)
_QUESTIONS = (
    ("duration", r"how long|until when|when does it end"),
    (
        "cessation",
        r"when (?:does|will|did) (?:it|the (?:truce|ceasefire|deal|pause|agreement)) (?:start|begin|take effect|come)|when is it|since when",
    ),
    ("exception", r"(?:are|is) there (?:any )?exceptions?|what is (?:not covered|exempt|excluded)"),
)
_SECTION = re.compile(r"(?:annex|section|chapter|part|appendix|schedule)\b", re.I)
_FINITE = re.compile(r"\b(?:was|were|had|has|have|said|shall|will|must|is|are|may|can|would)\b")


def _asked(words: str) -> str | None:
    """The kind of term that a heading asks for ("How long will it last?")."""
    low = words.lower()
    return (
        next((kind for kind, asks in _QUESTIONS if re.search(asks, low)), None)
        if "?" in low
        else None
    )


def _style(text: str) -> str:
    """How a list item is marked: by a figure, a letter or a bullet."""
    match = re.match(r"\s*\(?([\w.]+?|[^\w\s])[.)\s]", text)
    mark = match.group(1) if match else ""
    return (
        "figure"
        if mark[:1].isdecimal()
        else "letter"
        if mark.isalpha() and len(mark) < 5
        else "bullet"
    )


_HEAD_END = re.compile(
    r"(?:annex|section|chapter|part|appendix|article)?\s*[\divxa-z]{0,4}\s*[.:–—-]*\s*", re.I
)


_IN_BRACKETS = re.compile(r"\s*\(.*?\)")


def kind_of_label(words: str) -> str | None:
    """The kind of term that a label or heading such as "Buffer" or "Talks" stands for."""
    low = _IN_BRACKETS.sub("", words.lower()).strip(" :.–—-•*")
    for kind, pattern in _LABEL_KINDS:
        if pattern.fullmatch(low):
            return kind
    return None


def is_digest(page: Page, sentences: list[Sentence]) -> bool:
    """Whether the document sums up what an agreement says, by its first lines."""
    head = " ".join(s.low for s in sentences[:3] if len(s.low) < 220)
    heads = " ".join(s.low for s in sentences if page.blocks[s.block].kind == "h")[:1500]
    first = _DIGEST.search(head)
    return bool(first and (_ABOUT.search(head) or _ABOUT.search(heads)))


def is_row(text: str) -> bool:
    """Whether a line is a row of a table."""
    return text.count("|") >= 2 or text.count("\t") >= 2


_PART = re.compile(r"(?:annex|section|chapter|part|appendix)", re.I)


def unders_of(
    page: Page, sentences: list[Sentence], leading_kind: Callable[[Sentence], str | None]
) -> dict[int, Under]:
    """What each sentence stands under, by its number. ``leading_kind``: the kind of term that the
    verb of a line with a colon makes ("Each Party shall withdraw:")."""
    found: dict[int, Under] = {}
    under: int | None = None  # block of the line that leads the list that goes on
    kind: str | None = None
    follows: int | None = None
    heading: str | None = None
    headed, style = False, ""
    labels = sum(1 for s in sentences if (m := _LABEL.match(s.text)) and kind_of_label(m.group(1)))
    for n, sentence in enumerate(sentences):
        block = page.blocks[sentence.block]
        text = sentence.text
        stripped = text.rstrip()
        label = _LABEL.match(text)
        own = kind_of_label(label.group(1)) if label else None
        section = len(text) < 90 and (
            _SECTION.match(text) is not None
            or (stripped.endswith("?") and _ITEM.match(text) is not None)
        )
        valued = label is not None and re.search(r"\d|open|closed", text[label.end() :]) is not None
        if (block.kind == "h" or section) and not is_row(text) and own is None and not valued:
            bare = _HEAD_END.sub("", stripped, count=1) if _PART.match(stripped) else stripped
            heading = kind_of_label(bare) or _asked(bare)
            headed = _LEAD_HEAD.search(sentence.low) is not None
            follows = None
            if not stripped.endswith(":"):
                under, kind = (sentence.block, None) if headed else (None, None)
                continue
        if stripped.endswith(":") and (
            _LEAD.search(sentence.low) or _LEAD_HEAD.search(sentence.low)
        ):
            under, kind, style = sentence.block, leading_kind(sentence), ""
            continue
        item = _ITEM.match(text) is not None
        here = NOTHING
        if is_row(text) and block.kind != "head":
            here = Under(heading is not None, heading)
        elif own is not None and labels >= 2:
            here = Under(True, own)
        elif under is not None and sentence.block > under:
            same = (
                n > 0
                and sentences[n - 1].block == sentence.block
                and found.get(n - 1, NOTHING).lead
            )
            mark = _style(text)
            if item and not style:
                style = mark
            if item and mark != style:
                under, kind, style = None, None, ""
            elif (
                item
                or same
                or (sentence.block == under + 1 and len(text) < 260)
                or (
                    found.get(n - 1, NOTHING).lead
                    and (text[:1].islower() or sentences[n - 1].text.rstrip().endswith(";"))
                )
                or headed
            ):
                here = Under(True, kind)
            else:
                under, kind, style = None, None, ""
        if here is NOTHING and follows is not None:
            if sentence.block == sentences[follows].block or (
                sentences[follows + 1].block != sentences[follows].block and block.kind != "h"
            ):
                here = Under(True, None)
            else:
                follows = None
        if (
            here is NOTHING
            and heading is not None
            and (item or len(text) < 60)
            and not _FINITE.search(sentence.low)
        ):
            here = Under(False, heading)
        if _FOLLOWS.search(sentence.low) and n + 1 < len(sentences):
            follows = n
        if here is not NOTHING:
            found[n] = here
    return found

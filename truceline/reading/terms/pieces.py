"""Which times belong to which clause, and clauses whose lists of dates are several terms."""

import itertools
import re

from truceline.reading.marks import Marks
from truceline.reading.page.words import Sentence
from truceline.reading.terms.bans import several_bans
from truceline.reading.terms.clauses import BOUNDARY
from truceline.reading.terms.drafting import Trigger
from truceline.reading.terms.shares import by_places, deadlines_apart
from truceline.reading.terms.usable import is_usable
from truceline.reading.times.anchoring import Moment
from truceline.reading.times.lengths import Length

_BEGUN = re.compile(r"\b(?:begin|start|commence|resume|open)(?:s|ning|ing|ncing)?\b")
_FOR = re.compile(r"(?: in all| deep| wide)? for ")  # "50 km for guns, 70 km for rockets"
# "Georgian troops shall leave the valley, and Abkhazian troops the village": the verb is said once.
_GAPPING = ("withdrawal", "handover", "release")
_GAPPED = re.compile(
    r",? and (?:the )?[\w’'-]+ (?:[\w’'-]+ )?(?:those |the same )|(?:, (?:and|or) (?:for )?(?:the |those of )?(?:[\w’'-]+ ){0,3}(?:troops|forces|units|formations|fighters|rebels|army|side|men|soldiers|party)|,? and [\w-]+['’]s?)[,–—-]* (?:– )?"
    r"(?:the (?!same)|to the |from the |behind |to (?=[a-z]+$))(?![^,;]*\b(?:shall|will|must|are to|is to|have|has)\b)"
)
# ", and a telephone link will be installed": a subject and a verb of its own.
_SUBJECTS = (
    "monitoring",
    "prohibition",
    "access",
    "withdrawal",
    "handover",
    "deployment",
    "release",
    "exception",
)
_SUBJECT = re.compile(
    r"(?:; (?:and )?(?:that )?|, (?:and|while|but) (?:that )?)(?!it\b|they\b|this\b|that\b|these\b|those\b|all (?:of )?th|both (?:of|periods|times|dates)\b|who\b|which\b|he\b|she\b|if\b|when\b|the (?:period|work|process|whole|operation)\b)"
    r"[\w’'-]+ (?:[\w’'/-]+ ){0,7}?(?:shall|will|must|may|is to|are to)\b"
)
_DATED = (*_GAPPING, "access", "deployment", "deliverable")
_ENLISTED = re.compile(
    r",? and (?:another |a further )?(?:\d[\d,]*|[a-z-]+) (?:into |to |in |for )?the (?:\w+ ){0,2}(?:police|army|guard|navy|gendarmerie|air force)\b"
)
_EACH_GIVES = re.compile(
    r",? and (?:the )?[A-Z][\w’'-]+ (?:[A-Z][\w’'-]+ )?(?:an? |some |about |up to |the same )?(?:\d[\d,]* |far |larger |smaller |number )+[a-z]"
)
_DONE = re.compile(r"\b(?:complet|conclud|finish|end)(?:e|ed|es|ing|s)?\b")


def leading_times(
    sentence: Sentence, marks: Marks, clauses: list[tuple[Trigger, int, int, int]]
) -> tuple[list[Moment], list[Length]]:
    """Times said before the first act ("Within 24 hours, … and …") hold for all that follow."""
    first = clauses[0][0].start
    moments = [
        m
        for m in marks.moments
        if m.said.start - sentence.start < min(25, first) and is_usable(m, sentence)
    ]
    lengths = [
        x
        for x in marks.lengths
        if x.start - sentence.start < min(25, first) and x.role in ("within", "offset", "plain")
    ]
    return moments, lengths


def trailing_times(
    sentence: Sentence, marks: Marks, clause: tuple[Trigger, int, int, int]
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


def pieces_of(
    sentence: Sentence, start: int, end: int, trigger: Trigger, marks: Marks
) -> list[tuple[int, int]]:
    """One clause with several dates or distances in a list is several terms."""
    low = sentence.low
    points: list[int] = []
    if trigger.kind in (
        "prohibition",
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
                    for before, m in zip([None, *marks.moments], marks.moments, strict=False)
                    if is_usable(m, sentence)
                    and m.said.role in ("due", "at", "until")
                    and m.iso
                    and not (m.said.role == "until" and before and before.said.role == "start")
                ]
            elif kind == "distance":
                spots = [
                    d.start - sentence.start
                    for d in marks.distances
                    if d.role
                    in (("width",) if trigger.kind == "zone" else ("from", "plain", "depth"))
                    or _FOR.match(low, d.end - sentence.start)
                ]
            else:
                spots = [
                    x.start - sentence.start
                    for x in marks.lengths
                    if x.role in ("within", "offset", "day")
                ]
            spots = [s for s in spots if start <= s < end]
            if len(spots) > 1:
                cuts = []
                for a, b in itertools.pairwise(spots):
                    if _BEGUN.search(low[max(start, a - 45) : a]) and _DONE.search(low[a:b]):
                        break  # "begin on … and be completed by …" is one act
                    edges = [
                        m
                        for m in BOUNDARY.finditer(low, a, b)
                        if m.group() != " or " and m.start() > a + 3
                    ]
                    hard = [m for m in edges if m.group("hard") or m.group() in (", and ", " and ")]
                    if edges:
                        cuts.append(hard[-1].start() if hard else edges[0].start())
                if len(cuts) == len(spots) - 1:
                    points = cuts
                    break
    if trigger.kind == "cessation" and " in " in low:
        points = by_places(sentence, marks, start, end)
    if trigger.kind in _DATED and not points:
        points = deadlines_apart(sentence, marks, max(start, trigger.end), end)
    if trigger.kind in _SUBJECTS and not points and (", " in low or "; " in low):
        points = [m.start() for m in _SUBJECT.finditer(low, max(start + 20, trigger.end), end)]
    if trigger.kind == "prohibition" and not points:
        points = several_bans(low, start, end)
    if trigger.kind in _GAPPING and not points and " and " in low:
        points = [m.start() for m in _GAPPED.finditer(low, max(start, trigger.end), end)][:1]
    if trigger.kind in ("release", "handover") and not points:
        # "the rebels free 50 women, and Israel 150 prisoners"
        said = _EACH_GIVES.finditer(sentence.text, max(start, trigger.end), end)
        points = [m.start() for m in said][:1]
    if trigger.kind == "deployment" and not points and marks.quantities:
        points = [m.start() for m in _ENLISTED.finditer(low, max(start, trigger.end), end)][:1]
    if trigger.kind == "release" and len(points) < 2:
        last = points[0] if points else end
        swap = re.search(
            r",? in (?:exchange|return) for |,? and (?=(?:about |some |up to )?(?:\d|one|two|three|four|five|six|seven|eight|nine|ten|[a-z]+ty|[a-z]+teen|a hundred))",
            low[start:last],
        )
        counts = [sentence.tokens[q.first].start - sentence.start for q in marks.quantities]
        if (
            swap
            and any(start <= c < start + swap.start() for c in counts)
            and any(start + swap.end() <= c < last for c in counts)
        ):
            points = [start + swap.start(), *points]
    return list(itertools.pairwise([start, *points, end]))

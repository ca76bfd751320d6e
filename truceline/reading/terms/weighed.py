"""Terms by weight: what learned words add to the rules, and what they take away.

The rules (``terms``) find a term where a verb of a known family is bound. Here each segment
of a sentence is weighed: from its words, and from what the rules found and let go, comes for each
kind the chance that it is such a term. A term of the rules that is unlikely is dropped; a likely one that
they lack is added, with the same grammar of times and numbers.
"""

import re
from dataclasses import dataclass

from truceline.reading.hints import Hinted, Several
from truceline.reading.marks import Marks
from truceline.reading.page.words import Sentence
from truceline.reading.terms.drafting import Draft, Setting, Trigger
from truceline.reading.terms.gates import (
    in_quotes,
    is_background,
    is_planned,
)
from truceline.reading.terms.lists import NOTHING, Under, is_row
from truceline.reading.terms.pieces import pieces_of
from truceline.reading.terms.terms import drafted
from truceline.reading.weighing.features import (
    frame_features,
    kinds_of_tokens,
    said_words,
    word_features,
)
from truceline.reading.weighing.segments import segments_of
from truceline.reading.weighing.together import FEW
from truceline.reading.weighing.weights import Weights

_ITEM = re.compile(r"\s*(?:[•·▪‣◦●■*–—-]|\(?(?:\d{1,2}(?:\.\d{1,2})*|[a-z]|[ivx]+)[.)])\s")
_ARTICLE = re.compile(r"\s*(?:article|section|clause|point|para(?:graph)?)\b")
_SIGNS = Several(
    (name, Hinted(words))
    for name, words in (
        ("will", r"\b(?:shall|will|must|'ll|is to|are to|(?:has|have) to)\b"),
        ("may", r"\b(?:may|can|free to|entitled|allowed|permitted)\b"),
        ("not", r"\b(?:not|no|neither|none|never|nor|without|n['’]t|cannot)\b"),
        ("was", r"\b(?:was|were|had|did|been)\b"),
        ("has", r"\b(?:has|have)\b"),
        ("now", r"\b(?:is|are|do|does)\b"),
        ("said", r"\b(?:said|says|told|reported|according|added|claimed|accused|warned|asked|spokes\w+)\b"),
        ("demand", r"\b(?:called (?:for|on)|urg\w+|demand\w*|want\w*|appeal\w*|should|hop\w+|propos\w+|sought|seek\w*|insist\w*|refus\w+|reject\w*)\b"),
        ("wish", r"\b(?:call(?:s|ing)? (?:for|on)|push\w* (?:for|to)|press(?:es|ed|ing)? (?:for|to)|plead\w*|beg(?:s|ged|ging)?|suggest\w*|offer\w*|ask(?:s|ed|ing)?|trying to|aims? (?:to|at)|consider\w*|weigh\w*|discuss\w*|expect\w*|negotiating)\b"),
        ("if", r"\b(?:if|whether|unless|could|might|would|in case|provided)\b"),
        ("agreed", r"\b(?:agree[ds]?|undertak\w+|undertook|commit\w*|pledg\w+|promis\w+|accept\w*|sign\w*|announc\w+|declar\w+|order\w*)\b"),
        ("broken", r"\b(?:violat\w+|breach\w*|broke\w*|collaps\w+|fail\w+)\b"),
        ("old", r"\b(?:previous|earlier|former|last year|years? ago|in (?:19|20)\d\d)\b"),
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Segment:
    """``[start, end)`` of a sentence, its features, and the rules' drafts that stand in it."""

    sentence: Sentence
    marks: Marks
    start: int
    end: int
    features: set[str]
    drafts: tuple[int, ...]
    triggers: tuple[Trigger, ...]


def _shared(sentence: Sentence, under: Under, setting: Setting) -> set[str]:
    """What holds for every segment of a sentence."""
    low = sentence.low
    found = {"text:agreement" if setting.agreement else "text:report"}
    if setting.summary:
        found.add("text:summary")
    if under.lead:
        found.add("lead")
    if under.kind:
        found.add("u:" + under.kind)
    if sentence.heading:
        found.add("heading")
    if is_planned(sentence):
        found.add("planned")
    if low.rstrip().endswith("?"):
        found.add("question")
    if low.rstrip().endswith(":"):
        found.add("colon")
    found.add(f"at:{min(sentence.index, 3)}")
    if _ITEM.match(low):
        found.add("item")
    if _ARTICLE.match(low):
        found.add("article")
    if len(low) < 60:
        found.add("short")
    return found


def segments_weighed(
    sentences: list[Sentence],
    marks: list[Marks],
    setting: Setting,
    unders: dict[int, Under],
    drafts: list[Draft],
    seen: dict[int, list[Trigger]],
) -> list[Segment]:
    """Every segment of the sentences with what is known of it."""
    found: list[Segment] = []
    of: dict[int, list[int]] = {}
    for n, draft in enumerate(drafts):
        of.setdefault(draft.sentence, []).append(n)
    before: set[str] = set()
    side = "A&" if setting.agreement else "N&"
    for sentence, mark in zip(sentences, marks, strict=True):
        under = unders.get(sentence.index, NOTHING)
        shared = _shared(sentence, under, setting)
        shared |= before
        kinds = kinds_of_tokens(sentence, mark)
        stretches = segments_of(sentence)
        words = [said_words(sentence, kinds, a, b) for a, b in stretches]
        left = [["l:" + w for w in bare] for _, bare in words[:-1]]
        right = [["r:" + w for w in bare] for _, bare in words[1:]]
        here = of.get(sentence.index, [])
        triggers = seen.get(sentence.index, [])
        # segments begin and end at a blank or a mark, so their signs are also the sentence's
        signs = [(name, s) for name, s in _SIGNS.likely(sentence.low) if s.search(sentence.low)]
        facts_at = [("moment", m.said.start - sentence.start) for m in mark.moments]
        facts_at += [("length", x.start - sentence.start) for x in mark.lengths]
        facts_at += [("metres", d.start - sentence.start) for d in mark.distances]
        for n, (a, b) in enumerate(stretches):
            features = set(shared)
            said = []
            for name, sign in signs:
                if sign.search(sentence.low, a, b):
                    said.append(name)
                    features.add("is:" + name)
                elif sign.search(sentence.low, 0, a):
                    features.add("left:" + name)
            features.update([f"i:{x}+{y}" for k, x in enumerate(said) for y in said[k + 1 :]])
            middle = (a + b) // 2
            if in_quotes(sentence, middle):
                features.add("quoted")
            if is_background(sentence, middle, setting.year, setting.agreement):
                features.add("old")
            if n == 0:
                features.add("first")
            inside = []
            for number in here:
                draft = drafts[number]
                if any(
                    max(x, sentence.start + a) < min(y, sentence.start + b) for x, y in draft.spans
                ):
                    whole = any(
                        (min(y, sentence.start + b) - max(x, sentence.start + a)) * 2 > b - a
                        for x, y in draft.spans
                    )
                    inside.append(number)
                    facts = draft.facts()
                    features.add(f"R:{draft.kind}" + ("" if whole else ":part"))
                    features.add(f"R:{draft.kind}:" + ("said" if facts else "bare"))
                    features.update(f"R:{draft.kind}:{f}" for f in facts)
                    features.add("R")
            if not inside:
                features.add("no R")
            mine = tuple(t for t in triggers if a <= t.start < b)
            for trigger in mine:
                features.add(f"t:{trigger.kind}:{trigger.strength}:{'n' if trigger.noun else 'v'}")
            features.update([f"has:{fact}" for fact, at in facts_at if a <= at < b])
            features.update([side + f for f in features if f.startswith(("is:", "t:", "R:"))])
            word_features(*words[n], features)
            frame_features(words[n][0], features)
            features.update(*left[:n], *right[n:])
            found.append(Segment(sentence, mark, a, b, features, tuple(inside), mine))
        before = {"p:" + drafts[n].kind for n in here}
    return found


def drafted_by_weight(segment: Segment, kind: str) -> list[Draft]:
    """Terms of a kind that the rules lack, from one segment."""
    sentence, a, b = segment.sentence, segment.start, segment.end
    low = sentence.low
    near = next((t for t in segment.triggers if t.kind == kind), None)
    if near is None:
        first = re.match(r"\W*(?:(?:and|but|while|or|then)\b)?\W*", low[a:b])
        at = a + (first.end() if first else 0)
        near = Trigger(kind, at, at, False, 2, given=True)
    found = []
    for start, end in pieces_of(sentence, a, b, near, segment.marks):
        found.append(drafted(sentence, segment.marks, near, start, end))
    return found


SPOKEN = 0.6  # the least chance of a term in somebody's own words, quoted in a report
ALONE = 0.6  # and where there are too few stretches to bear one another out


def _act(draft: Draft) -> tuple[int, str, int]:
    """What the pieces of a list share: "in stages: by 1 May, by 1 June"."""
    return draft.sentence, draft.kind, draft.at if draft.at >= 0 else -1 - draft.spans[0][0]


def weighed(drafts: list[Draft], segments: list[Segment], weights: Weights) -> list[Draft]:
    """The rules' drafts without the unlikely ones, and the likely ones that they lack."""
    best: dict[tuple[int, str, int], float] = {}  # pieces of one act stand or fall together
    added: list[Draft] = []
    lowest = min(weights.least["add:" + kind] for kind in weights.answers)
    together = weights.chances_together(
        [s.features for s in segments],
        [s.sentence.index for s in segments],
        any("text:agreement" in s.features for s in segments),
    )
    for segment, chances in zip(segments, together, strict=True):
        if not segment.drafts and max(chances.values()) < lowest:
            continue
        kinds = {drafts[n].kind for n in segment.drafts}
        for n in segment.drafts:
            act = _act(drafts[n])
            best[act] = max(best.get(act, 0.0), chances[drafts[n].kind])
        for kind, chance in chances.items():
            least = weights.least["add:" + kind]
            if "text:report" in segment.features:
                if "is:if" in segment.features and "left:demand" in segment.features:
                    continue  # "rejected a proposal under which troops would leave"
                if "quoted" in segment.features:
                    least = max(least, SPOKEN)
            if len(segments) < FEW:
                least = max(least, ALONE)
            if kind not in kinds and chance >= least:
                new = drafted_by_weight(segment, kind)
                if is_row(segment.sentence.text):
                    new = [d for d in new if d.facts()]  # the head of a table says nothing
                for draft in new:
                    draft.confidence = min(draft.confidence, round(chance, 2))
                    draft.notes.append("found by the weight of its words")
                added += new
    kept = [d for d in drafts if best.get(_act(d), 1.0) >= weights.least["keep:" + d.kind]]
    return sorted(kept + added, key=lambda d: (d.sentence, d.spans[0]))

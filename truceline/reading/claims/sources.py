"""Who gave a figure: a choice among those whom the text names near it, by weight.

Candidates are the noun phrases (``mentions``) of the sentence and of the two before it, the one who
is quoted, the label of the paragraph, the source of the figure before, the document's own voice
("we"), what the grammar of speech says, and nobody.
"""

import math
from dataclasses import dataclass, field
from functools import lru_cache

from truceline.reading.claims.cast import BACK, WE, Cast
from truceline.reading.claims.figures import Spot
from truceline.reading.claims.mentions import Mention, bare, gives, noun_kind, stem_of
from truceline.reading.claims.subjects import OPENS, elided, lead_of, subject_of
from truceline.reading.page.words import Sentence
from truceline.reading.weighing.scale import Scale

_NO_NAMES = frozenset(("him", "her", "them", "us", "it", "me", "q", "and"))


@dataclass(slots=True)
class Candidate:
    """One who may have given a figure, with what speaks for it."""

    name: str  # "" for nobody
    features: set[str] = field(default_factory=set)


@lru_cache(maxsize=4096)
def name_key(name: str) -> str:
    """A name as it is compared."""
    return bare(name).lower()


def _away(n: int) -> str:
    return str(n) if n < 3 else "3" if n < 6 else "6" if n < 12 else "12"


_CLAUSE = frozenset((";", "while", "whereas", "but", "though", "although"))
_REPORTED = frozenset(("that", "had", "were", "was"))


def side_of(sentence: Sentence, spot: Spot, mention: Mention, back: int) -> str:
    """Where a mention stands: "b" before the figure, "a" after it, "p" in a sentence before."""
    return "p" if back else "b" if mention.first < spot.q.first else "a"


def of_mention(
    sentence: Sentence,
    spot: Spot,
    mention: Mention,
    where: Sentence,
    shared: set[str],
    inner: bool,
    governs: str,
) -> set[str]:
    """What speaks for a mention as the source of a figure."""
    tokens = where.tokens
    back = sentence.index - where.index
    after, beyond, at = subject_of(where, mention)
    giving = at < len(tokens) and (gives(tokens[at].low))
    lead = lead_of(where)
    before = stem_of(tokens[mention.first - 1]) if mention.first > lead else "^"
    two = stem_of(tokens[mention.first - 2]) + " " + before if mention.first > lead + 1 else before
    found: set[str] = set()
    if inner:
        found.add("inner")
    if tokens[mention.last - 1].low.endswith(("'s", "’s", "s'", "s’")) and any(
        noun_kind(t.low) == "paper" for t in tokens[mention.last : mention.last + 4]
    ):
        found |= {"owner", side_of(sentence, spot, mention, back) + "owner"}
    if governs:
        found |= {"governs:" + governs, f"governs:{governs}:{mention.kind}"}
    if back == 0:
        side = "b" if mention.first < spot.q.first else "a"
        a, b = (mention.last, spot.q.first) if side == "b" else (spot.q.last, mention.first)
        between = [t.low for t in tokens[a:b]]
        gap = _away(len(between))
        marks = [] if _CLAUSE.isdisjoint(between) else [w for w in between if w in _CLAUSE]
        if marks:
            found.add(f"{side}cut:{marks[0]}")
        commas = between.count(",")
        found.add(f"{side}commas:{min(commas, 3)}")
        if ":" in between:
            found.add(side + "colon")
        if not _REPORTED.isdisjoint(between[:6]):
            found.add(side + "reported")
        others = sum(map(gives, between))
        found.add(f"{side}verbs:{min(others, 3)}")
        if any(w[0].isdecimal() for w in between):
            found.add(side + "number")
        if "“" in between or '"' in between:
            found.add(side + "mark")
        found.add(f"{side}gap:{gap}")
    else:
        side = f"p{back}" + ("" if where.block == sentence.block else "x")
        found.add(f"{side}first:{_away(mention.first)}")
    found |= {
        side,
        f"{side}kind:{mention.kind}",
        f"{side}after:{beyond}",
        f"{side}before:{before}",
        f"{side}before2:{two}",
        f"after:{beyond}",
        f"before:{before}",
        f"before2:{two}",
        f"noun:{mention.noun}",
        f"{side}gives:{giving}:{mention.kind}",
        f"{side}gives:{giving}",
    }
    if after == ":":
        found.add(side + "label")
    if mention.first <= lead:
        found.add(side + "start")
        if after == ":":  # "Phnom Penh: eight civilians"
            proper = mention.kind in ("place", "name", "body", "person")
            found |= {f"{side}lead:{proper}", f"{side}lead:{mention.kind}"}
    else:
        found.add(f"{side}opens:{tokens[mention.first - 1].text in ',;:“—–'}:{giving}")
    if tokens[mention.first].low in ("the", "a", "an", "his", "its", "their", "our"):
        found.add(f"det:{tokens[mention.first].low}:{mention.kind}")
    if mention.last > mention.head:
        found.add("long")
    if back == 0 and side == "b":
        leads = mention.first <= lead or tokens[mention.first - 1].low in OPENS
        if leads and not marks and not commas:  # the subject of the clause that has the figure
            found |= {f"head:{mention.kind}", f"head:{mention.kind}:{gap}", f"head:{beyond}"}
            found.add(f"head:others:{min(others, 2)}:{side + 'number' in found}")
        if elided(tokens, mention, spot):
            found |= {"elided", f"elided:{mention.kind}", f"elided:{before}"}
    if mention.kind == "pronoun":
        found.add(f"{side}pronoun:{mention.noun}:{giving}")
    found |= {f"{side}&{f}" for f in shared}
    return found


def _governing(
    mentions: list[Mention], sentence: Sentence, spot: Spot
) -> tuple[Mention | None, Mention | None]:
    """The nearest mentions before and after a figure that stand as subject of a verb that gives
    figures, with no end of a clause between.
    """
    before = after = None
    tokens = sentence.tokens
    seen: set[int] = set()
    for mention in mentions:
        if mention.last in seen:
            continue
        seen.add(mention.last)
        at = subject_of(sentence, mention)[2]
        turned = mention.first > 0 and gives(tokens[mention.first - 1].low)
        if at < len(tokens) and (gives(tokens[at].low) or tokens[at].text == ":" or turned):
            if mention.last <= spot.q.first and at <= spot.q.first:
                before = mention
            elif mention.first >= spot.q.last and after is None:
                after = mention
    if before and any(t.low in _CLAUSE for t in tokens[before.last : spot.q.first]):
        before = None
    if after and any(t.low in _CLAUSE for t in tokens[spot.q.last : after.first]):
        after = None
    return before, after


def candidates_of(
    cast: Cast,
    sentences: list[Sentence],
    i: int,
    spot: Spot,
    *,
    previous: tuple[str, int, int] | None,
    rule: str | None,
    quoted: str | None,
    label: str | None,
    inside: bool,
    measure: str,
    headed: str | None = None,
) -> list[Candidate]:
    """Those who may have given a figure; the first is nobody.

    ``previous``: the source of the figure before, how many sentences and tokens ago.
    """
    sentence = sentences[i]
    shared = {"quoted" if inside else "plain"}
    if inside:
        shared.add("speaker" if quoted else "nobody")
    ours = any(t.low in WE for t in sentence.tokens)
    nobody = Candidate("", {"none", f"none:{measure}"} | {"none&" + f for f in shared})
    if ours:
        nobody.features.add("none&we")
    if any(gives(t.low) for t in sentence.tokens):
        nobody.features.add("none&gives")
    else:
        shared = shared | {"mute"}  # no verb of one who gives figures
        if sentence.heading or len(sentence.tokens) < 12:
            shared |= {"short"}
        nobody.features |= {"none&" + f for f in shared}
    nobody.features.add(f"none&size:{spot.single}")
    nobody.features.add(f"none&rule:{bool(rule)}")
    if previous is None:
        nobody.features.add("none&noprevious")
    else:
        nobody.features.add(
            f"none&previous:{min(previous[1], 3)}:{'none' if not previous[0] else 'some'}"
        )
    found = [nobody]
    gapped = any(elided(sentence.tokens, m, spot) for m in cast.by_sentence.get(i, []))
    if gapped:
        nobody.features.add("none&gapped")
    before, after = _governing(cast.by_sentence.get(i, []), sentence, spot)
    nobody.features.add(f"none&governed:{before is not None}:{after is not None}")
    for back in range(BACK + 1):
        k = i - back
        if k < 0 or sentence.block - sentences[k].block > 1:
            break
        last = (-1, -1)
        for mention in cast.by_sentence.get(k, ()):
            inner = mention.last == last[1] and mention.first > last[0]
            last = last if inner else (mention.first, mention.last)
            if not mention.name or (
                noun_kind(mention.noun) == "paper" and mention.kind == "paper" and back
            ):
                continue
            if back == 0 and mention.first < spot.q.last and spot.q.first < mention.last:
                continue
            if back > 1 and mention.first > 8:
                continue
            found.append(
                Candidate(
                    mention.name,
                    of_mention(
                        sentence,
                        spot,
                        mention,
                        sentences[k],
                        shared,
                        inner,
                        "b" if mention is before else "a" if mention is after else "",
                    ),
                )
            )
    if previous is not None and previous[0]:
        near = min(previous[1], 3)
        more = {f"prev:{near}", "prev"}
        if previous[1] == 0:
            tokens = sentence.tokens[max(0, spot.q.first - previous[2]) : spot.q.first]
            between = [t.low for t in tokens]
            more.add(f"prev:gap:{_away(len(between))}")
            more.add(f"prev:cut:{any(w in _CLAUSE for w in between)}")
            more.add(f"prev:verbs:{min(2, sum(gives(w) for w in between))}")
            more |= {"prev:w:" + w for w in between[-4:]}
            more.add("prev:words:" + " ".join(between[:5]))
        else:
            first = sentence.tokens[0].low
            more.add(f"prev:{near}:first:{first}")
            if spot.q.first == 0 or sentence.tokens[spot.q.first - 1].low == "of":
                more.add(f"prev:{near}:of")
        if rule:
            more.add("prev:otherrule")
        if gapped:
            more.add("prev:gapped")
        start = [t.low for t in sentence.tokens[: max(1, spot.q.first)]][:3]
        if "another" in start or "further" in start or "more" in start:
            more |= {"prev:further", f"prev:further:{near}"}
        if any(t.low in ("it", "he", "she", "they") for t in sentence.tokens[:2]):
            more.add(f"prev:pronoun:{near}")
        more |= {"prev&" + f for f in shared}
        found.append(Candidate(previous[0], more))
    for what, name in (("rule", rule), ("speaker", quoted), ("label", label), ("headed", headed)):
        if name and name.lower() not in _NO_NAMES:
            found.append(Candidate(bare(name), {what} | {f"{what}&{f}" for f in shared}))
    if cast.issuer:
        found.append(
            Candidate(
                cast.issuer, {"issuer", f"issuer&we:{ours}"} | {"issuer&" + f for f in shared}
            )
        )
    if cast.teller:
        found.append(Candidate(cast.teller, {"teller"} | {"teller&" + f for f in shared}))
    _agree(found, rule, quoted, previous)
    return found


def _agree(
    found: list[Candidate],
    rule: str | None,
    quoted: str | None,
    previous: tuple[str, int, int] | None,
) -> None:
    """Mark those who are also what another way of asking gives."""
    keys = {
        "isrule": name_key(rule or ""),
        "isspeaker": name_key(quoted or ""),
        "isprev": name_key(previous[0]) if previous else "",
    }
    for what, key in keys.items():
        if not key:
            continue
        words = set(key.split())
        for candidate in found[1:]:
            mine = set(name_key(candidate.name).split())
            if mine and (mine <= words or words <= mine):
                candidate.features.add(what)


NOBODY_LESS = 0.5  # of its probability


def choose(known: Scale, found: list[Candidate]) -> tuple[str, float]:
    """The likeliest source ("" for nobody) and its probability."""
    odds = known.of_first([c.features for c in found])
    top = max(odds)
    share = [math.exp(x - top) for x in odds]
    total = sum(share)
    by_name: dict[str, float] = {}
    fullest: dict[str, str] = {}
    for candidate, chance in zip(found, share, strict=True):
        key = name_key(candidate.name)
        by_name[key] = by_name.get(key, 0.0) + chance / total
        fullest.setdefault(key, candidate.name)
    by_name[""] *= NOBODY_LESS
    best = max(by_name, key=lambda key: by_name[key])
    return fullest[best], by_name[best]

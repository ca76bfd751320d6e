"""Cut a sentence into clauses, one for each act that it speaks of."""

import re
from functools import lru_cache
from importlib.resources import files

from ruamel.yaml import YAML

from truceline.reading.marks import Marks
from truceline.reading.page.words import Sentence
from truceline.reading.terms.drafting import ORDER, Setting, Trigger
from truceline.reading.terms.gates import is_background, is_noun, strength_of
from truceline.reading.terms.lexicon import act_at, acts

BOUNDARY = re.compile(
    r"(?P<hard>;|,? during which |,? under which |, while |, whereas |, after which |, followed by |, and then |, then | before (?=[a-z]+ing)|, with |, but |, in (?:return|exchange)[, ])|(?P<soft>, and | and |, | as well as |: | while | or )"
)


@lru_cache(maxsize=1)
def _frames() -> tuple[
    tuple[str, tuple[str, ...], re.Pattern[str] | None, re.Pattern[str] | None], ...
]:
    text = (files("truceline.reading") / "data" / "terms.yaml").read_text(encoding="utf-8")
    loaded = YAML(typ="safe", pure=True).load(text)
    found = []
    for kind in ORDER:
        frame = loaded[kind]
        verbs = re.compile(rf"(?<![\w-])(?:{frame['phrases']})") if "phrases" in frame else None
        nouns = re.compile(rf"(?<![\w])(?:{frame['nouns']})") if "nouns" in frame else None
        found.append((kind, tuple(frame["stems"]), verbs, nouns))
    return tuple(found)


@lru_cache(maxsize=1)
def _stems() -> tuple[dict[str, tuple[tuple[str, str], ...]], tuple[tuple[str, str], ...]]:
    """(stem, kind) by the first three letters of words, and those that are more than a word."""
    by_start: dict[str, list[tuple[str, str]]] = {}
    anywhere: list[tuple[str, str]] = []
    for kind, stems, _, _ in _frames():
        for stem in stems:
            if stem.isalpha() and len(stem) >= 3:
                by_start.setdefault(stem[:3], []).append((stem, kind))
            else:
                anywhere.append((stem, kind))
    return {k: tuple(v) for k, v in by_start.items()}, tuple(anywhere)


@lru_cache(maxsize=20_000)
def _kinds_of(word: str) -> frozenset[str]:
    """The kinds of term one of whose stems a word begins with."""
    some = _stems()[0].get(word[:3], ())
    return frozenset(kind for stem, kind in some if word.startswith(stem))


def _kinds_in(sentence: Sentence) -> set[str]:
    """The kinds of term whose stems stand in a sentence: a cheap test before the grammar."""
    _, anywhere = _stems()
    found: set[str] = set().union(*[_kinds_of(token.low) for token in sentence.tokens])
    low = sentence.low
    for stem, kind in anywhere:
        if kind not in found and stem in low:
            found.add(kind)
    return found


def triggers_of(
    sentence: Sentence,
    setting: Setting,
    lead: bool,
    masked: list[tuple[int, int]],
    let_go: list[Trigger] | None = None,
) -> list[Trigger]:
    """Every word of a sentence that may make a term and is governed so that it does.

    ``let_go`` is given the words that may make one and are not so governed.
    """
    low = sentence.low
    found: list[Trigger] = []

    def add(
        kind: str, at: int, end: int, *, noun: bool, form: str = "", passive: bool = False
    ) -> None:
        if any(t.start <= at < t.end for t in found) or any(a <= at < b for a, b in masked):
            return
        if is_background(sentence, at, setting.year, setting.agreement):
            if let_go is not None:
                let_go.append(Trigger(kind, at, end, noun, 0))
            return
        strength = strength_of(
            sentence,
            at,
            end,
            noun=noun,
            kind=kind,
            form=form,
            passive=passive,
            agreement=setting.agreement,
            lead=lead or setting.summary,
        )
        if strength == 1 and sentence.heading and not lead and not setting.summary:
            return
        if strength:
            found.append(Trigger(kind, at, end, noun, strength))
        elif let_go is not None:
            let_go.append(Trigger(kind, at, end, noun, 0))

    here = _kinds_in(sentence)
    frames = [f for f in _frames() if f[0] in here]
    for kind, _, phrases, _ in frames:
        if phrases is not None:
            for match in phrases.finditer(low):
                if kind == "cessation" and _ends_as(_ANCHOR, low, match.start()):
                    continue  # "on the day the deal takes effect"
                add(kind, match.start(), match.end(), noun=kind == "zone")
    known = acts()
    for token in sentence.tokens:
        if token.low not in known:
            continue
        at, end = token.start - sentence.start, token.end - sentence.start
        left = low[low.rfind("; ", 0, at) + 1 : at]
        stop = low.find(";", end, end + 150)
        hit = act_at(token.low, left, low[end : stop if stop >= 0 else end + 150])
        if hit is None:
            continue
        act, _, passive = hit
        if is_noun(left, low[end : end + 24], act.form):
            continue
        add(act.kind, at, end, noun=False, form=act.form, passive=passive)
    for kind, _, _, nouns in frames:
        if nouns is None:
            continue
        for match in nouns.finditer(low):
            if not _ends_as(_AFTER_WHAT, low, match.start()) or _COMES.match(low, match.end()):
                add(kind, match.start(), match.end(), noun=True)
    found.sort(key=lambda t: (t.start, ORDER.index(t.kind)))
    return found


_LOOK_BACK = 120  # characters: more than the few words of the patterns that look back


def _ends_as(pattern: re.Pattern[str], low: str, at: int) -> bool:
    """Whether a pattern that ends in ``$`` is met right before offset ``at``."""
    return pattern.search(low, max(0, at - _LOOK_BACK), at) is not None


_ANCHOR = re.compile(
    r"\b(?:day|date|moment|time|when|once|after|before|until|of|from) (?:that |the |this |on which )*(?:[\w-]+ )?$"
)
_COMES = re.compile(
    r" (?:was|is|were|are) (?:due|set|scheduled|expected|to)\b| (?:will|would|shall) (?:start|begin|come|take|enter)\b"
)
_AFTER_WHAT = re.compile(
    r"\b(?:after|following|before|until|upon|during|since|pending|prior to|from the (?:start|date|day|beginning) of|(?:start|beginning|signing|completion|entry into force) of) (?:the |its |their |this )?(?:[\w-]+ ){0,2}$"
)


# "for 18 ships to enter and for two flights to land": an act of its own.
_FOR_TO = re.compile(r"\bfor [^,;]{3,60} to $")


def clauses_of(
    sentence: Sentence, triggers: list[Trigger], marks: Marks
) -> list[tuple[Trigger, int, int, int]]:
    """(trigger, from, to, rank of the boundary before: 0 none, 1 soft, 2 hard)."""
    low = sentence.low
    kept: list[tuple[Trigger, int, int]] = []
    for trigger in triggers:
        if not kept:
            head = max(low.rfind(";", 0, trigger.start) + 1, 0)
            kept.append((trigger, head, 0))
            continue
        before = kept[-1][0]
        between = low[before.end : trigger.start]
        cut, rank = -1, 0
        for match in BOUNDARY.finditer(between):
            level = 2 if match.group("hard") else 1
            name_at = before.end + match.end()
            if match.group() == " and " and sentence.text[name_at : name_at + 1].isupper():
                continue  # between two names
            if level >= rank:
                cut, rank = before.end + match.start(), level
        if (
            trigger.noun
            and trigger.kind == "monitoring"
            and before.kind in ("deployment", "monitoring")
            and re.search(r"\b(?:with|of|including|by)\b[^,;]{0,30}$", between)
        ):
            continue  # "a mission will be deployed, with up to 60 observers"
        if (
            before.noun
            and before.kind == "monitoring"
            and trigger.kind == "deployment"
            and not re.search(r"[;,]", between)
        ):
            kept[-1] = (trigger, kept[-1][1], kept[-1][2])
            continue  # "monitors from Kenya and Ghana will deploy"
        if (
            before.noun
            and before.kind in ("monitoring", "patrol", "deployment", "access", "meeting")
            and trigger.kind == "deliverable"
            and low[trigger.start :].startswith("be ")
            and not re.search(r";|\band\b", between)
        ):
            continue  # the noun's own predicate: "A committee of 10, five from each side, shall be set up"
        if rank == 0 and trigger.strength < before.strength and trigger.kind != "exception":
            continue  # "declared for the purpose of exchanging prisoners"
        if rank == 0:
            if (
                before.kind == "deliverable"
                and trigger.kind in ("zone", "monitoring", "access", "deployment")
                and re.match(
                    r"(?:be )?(?:establish|form|creat|set|constitut|activat)",
                    low[before.start :],
                )
                and trigger.start - before.end < 60
            ):
                kept[-1] = (trigger, kept[-1][1], kept[-1][2])
            elif (
                before.kind == "zone"
                and trigger.kind in ("withdrawal", "prohibition", "deployment")
                and any(
                    kept[-1][1] <= d.start - sentence.start < trigger.start for d in marks.distances
                )
            ):
                kept.append((trigger, before.end, 1))
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
            or any(cut <= x.start - sentence.start for x in marks.lengths)
            or any(cut <= d.start - sentence.start for d in marks.distances)
            or any(cut <= sentence.tokens[q.first].start - sentence.start for q in marks.quantities)
        )
        if trigger.kind == before.kind and re.search(
            r", (?:which|who|that)\b[^,;]{0,40}$| of (?:that|which|this)\b[^,;]{0,20}$", between
        ):
            continue
        if (
            trigger.kind == before.kind
            and low[: trigger.start].endswith(" to ")
            and not (own and _FOR_TO.search(low[cut : trigger.start]))
        ):
            continue
        if (
            before.noun
            and trigger.kind == before.kind
            and not trigger.noun
            and re.search(r",\s*(?:may|shall|will|must|are to|is to)(?: be)?\s+$", between)
            and ";" not in between
        ):
            kept[-1] = (trigger, kept[-1][1], kept[-1][2])
            continue  # "peacekeepers, numbering 300, may be stationed": one act
        earlier = low[kept[-1][1] : cut]
        alone = not (
            any(kept[-1][1] <= m.said.start - sentence.start < cut for m in marks.moments)
            or any(kept[-1][1] <= x.start - sentence.start < cut for x in marks.lengths)
            or any(kept[-1][1] <= d.start - sentence.start < cut for d in marks.distances)
            or any(
                kept[-1][1] <= sentence.tokens[q.first].start - sentence.start < cut
                for q in marks.quantities
            )
        )
        if (
            trigger.kind == before.kind
            and rank == 1
            and alone
            and re.fullmatch(r"(?: [a-z]+ly)?,? (?:and|or) (?:be |to |then )*", between)
        ):
            continue  # "marked and cleared": one act, what follows holds for both
        fresh = re.search(
            r"[a-z]{3,}\s(?:[\w’-]+ )*?(?:shall|will|must|may|is to|are to)\b",
            re.sub(r"^\W*(?:and|or)\b", "", low[cut : trigger.end]),
        )
        if trigger.kind == before.kind and (
            (
                rank == 1
                and not own
                and not (fresh and re.search(r"\b(?:shall|will|must|may|is to|are to)\b", earlier))
            )
            or (trigger.noun and not own)
        ):
            continue
        if (
            trigger.kind == before.kind
            and before.noun
            and trigger.noun
            and re.fullmatch(r",? (?:and|or) ", between)
        ):
            continue  # "release and exchange of"
        if before.kind == "monitoring" and low.startswith("report", trigger.start) and not fresh:
            continue
        # "shall not deploy, station or move": one prohibition, unless a new subject has its own verb
        own_verb = re.search(
            r"\b(?:shall|will|must)\b(?! not)", low[cut : trigger.start]
        ) or re.search(
            r"[a-z]{3,}[^,;]*\b(?:shall|will|must|may)\b",
            re.sub(r"^\W*(?:and|or)\b", "", low[cut : trigger.end]),
        )
        if (
            before.kind in ("prohibition", "exception")
            and rank == 1
            and trigger.kind != "exception"
            and not own_verb
            and not (trigger.noun and low.startswith("no ", before.start))
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


def _rank(trigger: Trigger) -> int:
    base = {
        "exception": 0,
        "prohibition": 1,
        "zone": 8,
        "cessation": 7,
        "meeting": 4,
        "deliverable": 6,
    }.get(trigger.kind, 3)
    return base + (10 if trigger.noun else 0)

"""Cues: what speaks for a mention as the speaker of a quotation, as a set of short texts.

``R`` stands after the quotation in its sentence (``Rn``: in a sentence of its own there), ``L``
before it, ``P`` in a sentence before, ``N`` in one after; ``q``: with another quotation between.
"""

from bisect import bisect_left
from dataclasses import dataclass

from truceline.reading.speech.beside import Beside, word_class
from truceline.reading.speech.mentions import Mention, Scene, Word
from truceline.reading.speech.nouns import SURE
from truceline.reading.speech.quotation import Quote

BACK, AHEAD = 3, 1  # blocks before and after that are looked at
EARLIER, LATER = 14, 10  # mentions before and after
SAYING = ("say", "speak")
_OWNERS = frozenset(["his", "her", "its", "their", "my", "our", "your"])
_TOLD = frozenset(
    [
        "told",
        "tells",
        "telling",
        "assured",
        "assures",
        "informed",
        "reminded",
        "urged",
        "thanked",
        "asked",
        "against",
    ]
)
_AGREE = {
    ("he", "m"): "yes", ("he", "f"): "no", ("he", "p"): "no", ("she", "f"): "yes",
    ("she", "m"): "no", ("she", "p"): "no", ("they", "p"): "yes", ("they", "m"): "no",
    ("they", "f"): "no", ("it", "m"): "no", ("it", "f"): "no", ("we", "p"): "yes",
}  # fmt: skip


@dataclass(slots=True)
class Before:
    """The quotation before: its number and the entity that said it."""

    quote: int
    entity: int


@dataclass(slots=True)
class _View:
    """A mention as seen from a quotation."""

    scene: Scene
    near: Beside
    i: int
    mention: Mention
    words: list[Word]  # of the mention's block
    at: int  # the quotation's word, where it stands in the same block
    after: str  # class of the word after the mention
    before: str
    verb_next: bool
    subject: bool  # it stands where a clause begins
    aged: bool  # its age is told


def candidates(scene: Scene, n: int) -> list[int]:
    """The mentions that may be the speaker of quotation ``n``, by number."""
    block, at = scene.place_of[n]
    mark = scene.words[block][at]
    cut = bisect_left(scene.mentions, mark.start, key=lambda m: m.start)
    earlier = [
        i for i in range(max(0, cut - EARLIER), cut) if scene.mentions[i].block >= block - BACK
    ]
    later = [
        i
        for i in range(cut, min(cut + LATER, len(scene.mentions)))
        if scene.mentions[i].block <= block + AHEAD
        and scene.mentions[i].sentence <= mark.sentence + 3
    ]
    return earlier + later


def _bucket(n: int) -> str:
    return str(n) if n < 3 else "3-5" if n < 6 else "6-10" if n < 11 else "11+"


def _coarse(name: str) -> str:
    return "say" if name == "speak" else name


def _view(scene: Scene, near: Beside, i: int, at: int) -> _View:
    m = scene.mentions[i]
    words = scene.words[m.block]
    at_end, aged = _past_brackets(words, m.whole)
    after = word_class(words[at_end] if at_end < len(words) else None)
    if after == "," and at_end + 1 < len(words):
        second = words[at_end + 1]
        if second.low in ("who", "whose", "which"):
            after = "who"
    before = word_class(words[m.first - 1] if m.first else None)
    k = at_end
    while k < len(words) and k < at_end + 3 and word_class(words[k]) in ("aux", "ly", "link"):
        k += 1
    verb_next = k < len(words) and word_class(words[k]) in SAYING
    subject = before in ("end", ".", "quote", "and", "link", "mark", ";", "say", "speak", ",")
    return _View(
        scene, near, i, m, words, at, _coarse(after), _coarse(before), verb_next, subject, aged
    )


def _past_brackets(words: list[Word], k: int) -> tuple[int, bool]:
    """Where the sentence goes on after "(Georgia)" or ", 34,"; whether an age stood there."""
    aged = False
    if k < len(words) and words[k].low == "(":
        for n in range(k + 1, min(k + 8, len(words))):
            if words[n].low == ")":
                aged = n == k + 2 and words[k + 1].text.isdecimal()
                k = n + 1
                break
    if k + 1 < len(words) and words[k].low == "," and words[k + 1].text.isdecimal():
        aged = True
        k += 2
        if k < len(words) and words[k].low == ",":
            k += 1
    return k, aged


def features(
    scene: Scene, n: int, i: int, near: Beside, rank: int, label: int | None
) -> tuple[set[str], str]:
    """What speaks for or against mention ``i`` as the speaker of quotation ``n``; its zone."""
    block, at = scene.place_of[n]
    own = scene.words[block][at].sentence
    v = _view(scene, near, i, at)
    m = v.mention
    f: set[str] = set()
    for name, holds in (
        ("inside", m.inside),
        ("aged", v.aged),
        ("owned", m.owned),
        ("caps", m.caps),
        ("possessed", v.words[m.first].low in _OWNERS),
        ("indefinite", not m.definite and m.kind == "role"),
    ):
        if holds:
            f.add(name)
    if m.block == block and m.first > at:
        zone = _right(v, f)
    elif m.block == block and m.sentence == own:
        zone = _left(v, f, own)
    elif m.start < scene.words[block][at].start:
        zone = _earlier(v, f, own - m.sentence, block - m.block, rank)
    else:
        zone = "N"
        f |= {f"N:{near.own}", f"N:first:{int(m.first == 0)}", f"N:{m.kind}:{near.own}"}
    _agreement(v, f, zone[:1])
    if near.starts and not near.right:
        f.add(f"alone:{zone[:1]}")
    if label is not None:
        f.add("label" if m.entity == label else "not-label")
    return f, zone[:1]


def _right(v: _View, f: set[str]) -> str:
    m, near, scene = v.mention, v.near, v.scene
    same = near.right and m.sentence == near.right[0].sentence
    zone = "R" if same else "R2"
    gap = v.words[v.at + 1 : m.first]
    others = sum(
        1
        for k in range(max(0, v.i - 8), v.i)
        if scene.mentions[k].block == m.block
        and scene.mentions[k].first > v.at
        and not scene.mentions[k].inside
    )
    if any(w.quote >= 0 for w in gap):
        zone += "q"
    elif near.right_new:
        zone += "n"
    said = [word_class(w) for w in gap if w.low not in (",", "-", "–", "—")]
    first = _coarse(said[0]) if said else "none"
    few, nth = _bucket(len(said)), min(others, 2)
    f |= {
        zone,
        f"{zone}:{m.kind}",
        f"{zone}:nth:{min(others, 3)}",
        f"{zone}:gap:{few}",
        f"{zone}:first:{first}:{min(others, 1)}",
        f"{zone}:before:{v.before}",
        f"{zone}:after:{v.after}",
        f"{zone}:after:{v.after}:nth:{nth}",
    }
    spoken = any(c in SAYING for c in said)
    if spoken:
        f.add(f"{zone}:verbgap:{min(others, 1)}:{few}")
    if "and" in said or "link" in said:
        f.add(f"{zone}:past-link")
    if near.ends:
        f.add(f"{zone}:closed:{first}")
    if near.pronoun.startswith("R"):
        f.add(f"{zone}:pronoun")
    if v.verb_next:
        f.add(f"{zone}:verb-next:{nth}")
    according = any(w.low in ("according", "words") for w in gap[-5:])
    if according:
        f.add("according")
    if zone == "R":
        plain = all(c in (*SAYING, "ly", "aux", "link", "as") for c in said)
        if according:
            f.add("strong")
        elif not others and plain and len(said) < 4 and not m.owned:
            if spoken or v.verb_next:
                f |= {"strong", f"strong:R:{'verb-X' if spoken else 'X-verb'}"}
            elif near.cue == "R" and len(said) < 2:
                f |= {"strong", "strong:R:X-…-verb"}
    if m.first and v.words[m.first - 1].low in _TOLD:
        f.add("told")
    k = m.whole  # it may lead to the next quotation: "X said: …"
    while k < len(v.words) and k < m.whole + 8 and v.words[k].quote < 0:
        if v.words[k].sentence != m.sentence:
            break
        k += 1
    if k < len(v.words) and v.words[k].quote >= 0:
        mark = v.words[k - 1].low
        f.add(f"{zone}:then-quote:{mark if mark in ',:' else 'x'}:{int(near.right_new)}")
    return zone


def _left(v: _View, f: set[str], own: int) -> str:
    m, near, scene = v.mention, v.near, v.scene
    gap = v.words[m.whole : v.at]
    zone = "Lq" if any(w.quote >= 0 for w in gap) else "L"
    count = sum(
        1
        for k in range(v.i + 1, min(v.i + 9, len(scene.mentions)))
        if scene.mentions[k].block == m.block
        and scene.mentions[k].first < v.at
        and not scene.mentions[k].inside
        and scene.mentions[k].entity != m.entity
    )
    last = _coarse(word_class(v.words[v.at - 1]))
    said = [word_class(w) for w in gap]
    f |= {
        zone,
        f"{zone}:{m.kind}",
        f"{zone}:from-end:{min(count, 3)}",
        f"{zone}:gap:{_bucket(len(gap))}",
        f"{zone}:before:{v.before}",
        f"{zone}:after:{v.after}",
        f"{zone}:after:{v.after}:{last}",
        f"{zone}:last:{last}:{min(count, 1)}",
    }
    if v.subject:
        f.add(f"{zone}:subject")
        if not any(
            scene.mentions[k].sentence == own and not scene.mentions[k].inside
            for k in range(max(0, v.i - 6), v.i)
        ):
            f.add(f"{zone}:first-subject")
    if any(c in SAYING for c in said):
        f.add(f"{zone}:verbgap:{min(count, 2)}")
        f.add(f"{zone}:verb:{'first' if said[0] in SAYING else 'later'}:{v.after}")
    if any(c in ("link", "and", "that", "who") for c in said):
        f.add(f"{zone}:past-link")
    if near.pronoun[:1] in ("L", "C"):
        where = next((w.start for w in near.left if w.low == near.pronoun[2:]), m.end)
        f.add(f"{zone}:pronoun:{'before' if where < m.start else 'after'}")
    if near.cue == "R" and near.right and not near.right_new:
        f.add(f"{zone}:verb-right")
    if v.verb_next and v.subject:
        f |= {"strong:L:X-verb", f"L:X-verb:{min(count, 2)}"}
        if zone == "L":
            f.add("strong")
    if m.first and v.words[m.first - 1].low in _TOLD:
        f.add("told")
    if last == ":" and not count and not m.owned:
        f |= {"strong", "strong:L:colon"}
    back = [w.low for w in v.words[max(0, m.first - 4) : m.first]]
    if "according" in back or "words" in back or back[-1:] == ["by"]:
        f.add("according")
    return zone


def _earlier(v: _View, f: set[str], far: int, blocks: int, rank: int) -> str:
    m, near, words = v.mention, v.near, v.words
    cue = near.own
    f |= {
        f"P:far:{min(far, 5)}",
        f"P:block:{min(blocks, 2)}:{int(near.starts)}",
        f"P:{m.kind}",
        f"P:rank:{min(rank, 5)}",
        f"P:{cue}:far:{min(far, 4)}",
        f"P:{cue}:rank:{min(rank, 4)}",
    }
    if v.subject:
        f |= {f"P:subject:{min(far, 2)}", f"P:{cue}:subject"}
    first = m.first == 0 or words[m.first - 1].sentence != m.sentence
    if first:
        f |= {f"P:first:{min(far, 2)}", f"P:{cue}:first"}
    if v.after == "say":
        f.add(f"P:says:{min(far, 2)}")
    if v.before in ("of", "prep", "to", "by", "in", "for", "from"):
        f.add(f"P:after:{v.before}")
    if blocks == 1 and near.starts:
        closing = next((w for w in reversed(words) if w.quote < 0), None)
        if closing is not None and closing.low == ":" and m.sentence == closing.sentence:
            f.add("P:colon")
            if first:
                f.add("P:colon:first")
    return "P"


def _agreement(v: _View, f: set[str], zone: str) -> None:
    """Whether a pronoun that says it may stand for the mention, by gender and number."""
    if not v.near.pronoun:
        return
    word = v.near.pronoun[2:]
    agree = _AGREE.get((word, v.scene.genders.get(v.mention.entity, "")), "may")
    if word == "it":
        person = v.mention.kind in ("person", "role", "single")
        agree = "no" if person else f"it:{v.mention.kind}"
    if word in ("he", "she"):
        if v.mention.kind not in ("person", "role", "single"):
            agree = "thing"
        elif agree == "may":
            parts = v.scene.labels.get(v.mention.entity, "").split()
            name = next((x for x in parts if x[0].isupper()), "")
            agree += (":a" if name[-1:] in ("a", "e") else ":x") + word
    f.add(f"agree:{agree}:{zone}")


def going_on(
    scene: Scene, quotes: list[Quote], n: int, near: Beside, before: Before, zone: str
) -> set[str]:
    """What speaks for or against the speaker of the quotation before."""
    block, at = scene.place_of[n]
    b2, at2 = scene.place_of[before.quote]
    f = {f"last:{zone}"}
    if quotes[before.quote].runs_on and block - b2 <= 1:
        f.add("last:runs-on")
    if b2 != block:
        f.add(f"last:block:{min(block - b2, 3)}:{near.own}")
        return f
    between = scene.words[block][at2 + 1 : at]
    stops = len({w.sentence for w in between})
    if stops == 1 and len(between) < 25 and any(w.low in SURE for w in between):
        f.add("last:split")
    f |= {
        f"last:here:{near.own}",
        f"last:stops:{min(stops, 3)}",
        f"last:gap:{_bucket(len(between))}",
    }
    if not near.left:
        f.add("last:fresh")
    else:
        f.add(f"last:from:{_coarse(word_class(near.left[0]))}")
        if near.left[0].low in ("asked", "pressed", "questioned"):
            f.add("last:asked")
    return f

"""What stands before and after a quotation, and whether its words are a statement at all."""

import re
from dataclasses import dataclass

from truceline.reading.page.page import Page
from truceline.reading.speech.mentions import Scene, Word
from truceline.reading.speech.nouns import (
    AUX,
    CALLS,
    DETS,
    LINKS,
    PAPERS,
    PREPS,
    SAID,
    SURE,
    TITLED,
)
from truceline.reading.speech.quotation import Quote

_WORDS = frozenset(["words", "phrase", "opinion", "view", "expression"])
_OWNERS = {"its": "it", "their": "they", "his": "he", "her": "she"}


@dataclass(slots=True)
class Beside:
    """What stands before and after a quotation in its own sentence."""

    left: list[Word]
    right: list[Word]
    right_new: bool  # what follows is a sentence of its own
    starts: bool  # nothing of the sentence stands before it
    ends: bool  # its own last mark ends a sentence
    pronoun: str  # side and word of a pronoun that says it: "R:he"
    cue: str  # side of a verb of saying with a subject: R, L, or ""

    @property
    def own(self) -> str:
        """What tells the speaker beside the quotation itself: a pronoun, a verb, nothing."""
        return self.pronoun[:1] or self.cue or ("starts" if self.starts else "none")


def word_class(word: Word | None) -> str:
    """What kind of word stands there."""
    if word is None:
        return "end"
    if word.quote >= 0:
        return "quote"
    low = word.low
    if low in SURE:
        return "say"
    if low in SAID:
        return "speak"
    if low in AUX:
        return "aux"
    if low in PREPS:
        return low if low in ("of", "to", "by", "in", "for", "from") else "prep"
    if low in ("and", "or", "but"):
        return "and"
    if low in ("who", "whose", "which", "that", "as"):
        return low
    if low in LINKS:
        return "link"
    if low in DETS:
        return "det"
    if not low[0].isalnum():
        return low if low in ",:.;(" else "mark"
    if low.endswith("ed"):
        return "ed"
    if low.endswith("ing"):
        return "ing"
    if low.endswith("ly"):
        return "ly"
    return "word"


def beside(page: Page, scene: Scene, quotes: list[Quote], n: int) -> Beside:
    """The words around quotation ``n`` in its sentence, and whether a verb of saying is there."""
    block, at = scene.place_of[n]
    words = scene.words[block]
    quote = quotes[n]
    own = words[at].sentence
    left: list[Word] = []
    k = at - 1
    while k >= 0 and words[k].quote < 0 and words[k].sentence == own:
        left.append(words[k])
        k -= 1
    previous = k
    split = k >= 0 and words[k].quote >= 0 and words[k].sentence == own
    left.reverse()
    inner = page.text[max(quote.start, quote.end - 1) : quote.end]
    ends = inner in ".!?…"
    right: list[Word] = []
    k = at + 1
    sentence = words[k].sentence if k < len(words) else -1
    while k < len(words) and words[k].quote < 0 and words[k].sentence == sentence:
        right.append(words[k])
        k += 1
    new = bool(right) and ends and right[0].text[0].isupper()
    starts = not left and not split
    pronoun = cue = ""
    for side, some in (("R", right[:9]), ("L", left[-12:])):
        verbs = [i for i, w in enumerate(some) if word_class(w) in ("say", "speak")]
        for i, w in enumerate(some):
            if pronoun:
                break
            if w.low in ("he", "she", "they", "it", "i", "we") and any(
                abs(v - i) <= 3 for v in verbs
            ):
                pronoun = f"{side}:{w.low}"
            elif w.low in _OWNERS:
                things = {x.low for x in some[i + 1 : i + 3]}
                if things & _WORDS or (verbs and things & PAPERS):
                    pronoun = f"{side}:{_OWNERS[w.low]}"
        if verbs and not cue:
            cue = side
    if not pronoun and left and left[-1].low == ":":
        for w in left:
            if w.low in ("he", "she", "they", "it", "his", "her"):
                pronoun = f"C:{ {'his': 'he', 'her': 'she'}.get(w.low, w.low) }"
                break
    if not pronoun and not cue and previous >= 0 and not left:
        stop = words[previous].sentence
        first = previous
        while first > 0 and words[first - 1].sentence == stop:
            first -= 1
        if words[first].low in ("he", "she", "they"):
            pronoun = f"S:{words[first].low}"
    return Beside(left, right, new, starts, ends, pronoun, cue)


def stretch_features(near: Beside, words: str) -> set[str]:
    """What speaks for or against a stretch between marks being a statement."""
    parts = re.findall(r"[^\W\d_][\w’'-]*", words)
    count = len(parts)
    f = {f"n:{min(count, 8)}", f"n>:{int(count > 2)}{int(count > 3)}{int(count > 5)}"}
    lows = [p.lower() for p in parts]
    if near.ends:
        f.add("closed")
        f.add(f"closed:{min(count, 4)}")
    if words.rstrip().endswith(",") or (
        near.right and near.right[0].low == "," and near.cue == "R"
    ):
        f.add("comma")
    last = near.left[-1] if near.left else None
    f.add("left:" + word_class(last))
    if last is not None and word_class(last) == "det":
        f.add("left:" + last.low)
    if last is not None and last.low in TITLED:
        f.add("titled")
    back = [w.low for w in near.left[-8:]]
    if any(w in CALLS for w in back):
        f |= {"calls", f"calls:{min(count, 4)}"}
    f.add("right:" + word_class(near.right[0] if near.right else None))
    if near.cue:
        f.add("cue:" + near.cue)
    if near.pronoun:
        f.add("pronoun")
    if count and all(p[0].isupper() for p in parts):
        f.add("capitals")
    if parts and parts[0][0].islower():
        f.add("lower")
    if any(
        x in AUX
        or x in ("i", "we", "you", "they", "our", "my", "your", "it's", "they're", "don’t", "don't")
        for x in lows
    ):
        f.add("clause")
    if near.starts and not near.right:
        f.add("alone")
    if "(" in [w.low for w in near.left[-1:]]:
        f.add("bracket")
    if near.right and near.right[0].low == "means":
        f.add("defined")
    if any("/" in w.low for w in near.left[-2:] + near.right[:2]):
        f.add("slash")
    return f

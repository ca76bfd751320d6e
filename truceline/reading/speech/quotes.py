"""Statements: direct quotations, who said them, and what is only a name or a scare quote."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from rapidfuzz import fuzz

from truceline.reading.names.people import People
from truceline.reading.page.page import Page
from truceline.reading.page.words import Sentence
from truceline.reading.speech.beside import Beside, beside, stretch_features
from truceline.reading.speech.cues import Before, candidates, features, going_on
from truceline.reading.speech.mentions import Mention, scene_of
from truceline.reading.speech.quotation import Quote
from truceline.reading.speech.same import settle
from truceline.reading.speech.speech import Attribution
from truceline.reading.weighing.scale import Scale, scale

SURE = 0.5  # from this probability a stretch is a statement


@dataclass(slots=True)
class Said:
    """A statement found: spans in the page's text."""

    quote: str
    spans: list[tuple[int, int]]
    speaker: str | None
    how: str
    confidence: float


def clean(words: str) -> str:
    """The words of a quotation in one line, without the comma that its sentence wants."""
    return re.sub(r"\s*,$", "", re.sub(r"\s+", " ", words).strip())


@dataclass(frozen=True)
class Learnt:
    """What tells a statement from another stretch in marks, and who said it."""

    stretch: Scale
    speaker: Scale


def learnt() -> Learnt:
    """The nets of ``data``: ``stretch-net`` and ``speaker-net``."""
    return Learnt(scale("stretch-net"), scale("speaker-net"))


class Choosing:
    """The quotations of a text with the mentions that may have said them."""

    def __init__(
        self,
        page: Page,
        sentences: list[Sentence],
        people: People,
        quotes: list[Quote],
        said: Mapping[int, list[Attribution]],
    ) -> None:
        self.page = page
        self.quotes = quotes
        self.scene = scene_of(page, sentences, quotes)
        settle(page, self.scene, people)
        self.quotes = quotes = [q for n, q in enumerate(quotes) if n not in self.scene.names]
        self.scene.place_of = {
            new: self.scene.place_of[old]
            for new, old in enumerate(n for n in sorted(self.scene.place_of))
        }
        self.near: list[Beside] = [beside(page, self.scene, quotes, n) for n in range(len(quotes))]
        self.headings = [self._is_heading(q) for q in quotes]
        self.labels = self._labels()
        self.sentences, self.said = sentences, said
        self._known: dict[int, list[tuple[int, set[str], str]]] = {}

    def _is_heading(self, quote: Quote) -> bool:
        block = self.page.blocks[quote.block]
        return (
            block.kind == "h" and quote.open_at - block.start < 2 and block.end - quote.close_at < 2
        )

    def _repeats(self, n: int) -> bool:
        """Whether a headline or a paragraph of its own only says again what another quotation says."""
        quote = self.quotes[n]
        block = self.page.blocks[quote.block]
        alone = quote.open_at - block.start <= 2 and block.end - quote.close_at <= 2
        headline = block.end - quote.close_at <= 2 and block.end - block.start < 120
        if not alone and (not headline or self.page.text[quote.end - 1] in ".,!?"):
            return False
        said = self.words(n).strip(" .!?,").lower()
        for k in range(max(0, n - 30), min(len(self.quotes), n + 30)):
            other = self.words(k).strip(" .!?,").lower()
            if k != n and said in other and (len(said) < len(other) - 4 or (headline and k > n)):
                return True
        return False

    def _labels(self) -> dict[int, int]:
        """The entity that a block names at its start before a colon: "COL. X: …"."""
        found: dict[int, int] = {}
        for m in self.scene.mentions:
            words = self.scene.words[m.block]
            if m.inside or m.first > 8 or any(w.low[0].isalpha() for w in words[: m.first]):
                continue
            k = m.whole
            if k < len(words) and words[k].low == "(":
                while k < len(words) and words[k].low != ")":
                    k += 1
                k += 1
            if k < len(words) and words[k].low == ":":
                found.setdefault(m.block, m.entity)
        return found

    def words(self, n: int) -> str:
        """The words of quotation ``n``."""
        return clean(self.page.text[self.quotes[n].start : self.quotes[n].end])

    def stretch(self, n: int) -> set[str]:
        """What speaks for quotation ``n`` being a statement at all."""
        raw = self.page.text[self.quotes[n].start : self.quotes[n].end]
        found = stretch_features(self.near[n], raw)
        strong = {s for _, f, _ in self._rows(n) for s in f if s.startswith("strong:")}
        found |= strong or {"strong:none"}
        return found

    def _rows(self, n: int) -> list[tuple[int, set[str], str]]:
        """The mentions that may be the speaker of ``n``: number, features and zone of each."""
        if n in self._known:
            return self._known[n]
        block, at = self.scene.place_of[n]
        own = self.scene.words[block][at].sentence
        some = candidates(self.scene, n)
        mentions = self.scene.mentions
        ranks: dict[int, int] = {}
        for i in reversed(some):
            m = mentions[i]
            if m.sentence < own and m.kind in ("person", "role", "single", "body"):
                ranks.setdefault(m.entity, len(ranks))
        label = self.labels.get(block)
        found = []
        for i in some:
            rank = ranks.get(mentions[i].entity, 9)
            f, zone = features(self.scene, n, i, self.near[n], rank, label)
            f |= self._attributed(own, mentions[i], zone)
            thing = mentions[i].kind == "other"
            if not thing or "strong" in f or any(":verb-next" in x for x in f):
                found.append((i, f, zone))
        strong = {mentions[i].entity for i, f, _ in found if "strong" in f}
        for i, f, zone in found if strong else ():
            if mentions[i].entity not in strong:
                f |= {"rival", f"rival:{zone if zone in 'RL' else 'far'}"}
        self._known[n] = found
        return found

    def _attributed(self, own: int, m: Mention, zone: str) -> set[str]:
        """Whether the grammar of attributions takes the mention for one who speaks near it."""
        found: set[str] = set()
        if zone not in "RL":
            return found
        for a in self.said.get(m.sentence, ()):
            at = self.sentences[m.sentence].start + a.subject_start
            if not a.pronoun and m.start - 5 <= at < m.end:
                found.add(f"attr:{zone}:{a.kind}:{min(abs(own - m.sentence), 2)}")
        return found

    def rows(self, n: int, before: Before | None) -> list[tuple[int, set[str]]]:
        """The mentions that may be the speaker of ``n``, each with its features."""
        found: list[tuple[int, set[str]]] = []
        for i, f, zone in self._rows(n):
            if before is not None and self.scene.mentions[i].entity == before.entity:
                more = going_on(self.scene, self.quotes, n, self.near[n], before, zone)
                if "rival" in f:
                    more.add("rival:last")
                found.append((i, f | more))
            else:
                found.append((i, f))
        return found

    def statements(self, known: Learnt) -> list[Said]:
        """Every statement with its speaker."""
        found: list[Said] = []
        before: Before | None = None
        for n, quote in enumerate(self.quotes):
            words = self.words(n)
            if not re.search(r"\w", words):
                continue
            end = quote.start + len(self.page.text[quote.start : quote.end].rstrip(" ,\n"))
            if self.headings[n]:
                found.append(Said(words, [(quote.start, end)], None, "heading", 0.4))
                continue
            if self._repeats(n):
                continue
            (odds,) = known.stretch.of_first([self.stretch(n)])
            if odds < math.log(SURE / (1 - SURE)):
                continue
            chosen, sure, how = self._speaker(n, before, known.speaker)
            speaker = None
            if chosen is not None:
                speaker = self.scene.labels[chosen]
                before = Before(n, chosen)
            found.append(Said(words, [(quote.start, end)], speaker, how, sure))
        return _join_headings(_once(found))

    def _speaker(
        self, n: int, before: Before | None, known: Scale
    ) -> tuple[int | None, float, str]:
        rows = self.rows(n, before)
        if not rows:
            return None, 0.4, ""
        scores = known.of_first([feats for _, feats in rows])
        top = max(scores)
        total = sum(math.exp(s - top) for s in scores)
        shares: dict[int, float] = {}
        for (i, _), s in zip(rows, scores, strict=True):
            entity = self.scene.mentions[i].entity
            shares[entity] = shares.get(entity, 0.0) + math.exp(s - top) / total
        chosen = max(shares, key=lambda e: shares[e])
        best = max(
            (k for k, (i, _) in enumerate(rows) if self.scene.mentions[i].entity == chosen),
            key=lambda k: scores[k],
        )
        return chosen, round(min(0.97, max(0.3, shares[chosen])), 2), _how(rows[best][1])


def _how(found: set[str]) -> str:
    for feature, words in (
        ("last:split", "the same speaker goes on"),
        ("last:runs-on", "the paragraph before goes on"),
        ("label", "named at the start of the paragraph"),
        ("R", "named after the quotation"),
        ("Rn", "named after the quotation"),
        ("L", "named before the quotation"),
        ("Lq", "named before the quotation"),
        ("last:fresh", "the same speaker goes on"),
    ):
        if feature in found:
            return words
    if any(f.startswith("agree:") for f in found):
        return "by pronoun"
    if any(f.startswith("last:") for f in found):
        return "the same speaker goes on"
    return "named in a sentence near" if found else ""


def statements_of(
    page: Page,
    sentences: list[Sentence],
    people: People,
    quotes: list[Quote],
    said: Mapping[int, list[Attribution]],
) -> list[Said]:
    """Every statement of the body with its speaker. ``said``: attributions by sentence."""
    if not quotes:
        return []
    return Choosing(page, sentences, people, quotes, said).statements(learnt())


def _once(found: list[Said]) -> list[Said]:
    """The same words of the same speaker, printed twice, are one statement."""
    kept: dict[tuple[str, str | None], Said] = {}
    for said in found:
        twin = kept.setdefault((said.quote.lower(), said.speaker), said)
        if twin is not said:
            twin.spans.extend(said.spans)
    return list(kept.values())


def _join_headings(found: list[Said]) -> list[Said]:
    """A quotation used as a heading belongs to the statement it repeats; alone it is dropped."""
    kept = [s for s in found if s.how != "heading"]
    for head in (s for s in found if s.how == "heading"):
        twin = max(
            kept,
            key=lambda s: fuzz.token_set_ratio(s.quote.lower(), head.quote.lower()),
            default=None,
        )
        if twin and fuzz.token_set_ratio(twin.quote.lower(), head.quote.lower()) >= 70:
            twin.spans.extend(head.spans)
    return kept

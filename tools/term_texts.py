"""Texts with gold answers as segments with labels, for learning which clauses are terms."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from ruamel.yaml import YAML

sys.path.insert(0, str(Path(__file__).resolve().parent))
from bench_reading import same_moment
from gold_texts import answered

from truceline.reading import reader
from truceline.reading.answer import TERM_KINDS
from truceline.reading.marks import Marks, marks_of
from truceline.reading.names.places import country_zone
from truceline.reading.names.who import the_zone
from truceline.reading.page.body import mark_body
from truceline.reading.page.document import open_page
from truceline.reading.page.words import Sentence, sentences_of
from truceline.reading.terms.drafting import Draft, Setting, is_agreement
from truceline.reading.terms.joining import seconds
from truceline.reading.terms.lists import Under, is_digest, unders_of
from truceline.reading.terms.terms import leading_kind, read_terms
from truceline.reading.terms.weighed import Segment, drafted_by_weight, segments_weighed
from truceline.reading.times.anchoring import Calendar
from truceline.reading.times.published import find_published


@dataclass
class Text:
    name: str
    page: Any
    drafts: list[Draft]
    segments: list[Segment]
    agreement: bool
    signed: str | None
    gold: list[dict[str, Any]]
    sentences: list[Sentence]
    marks: list[Marks]
    sheet: bool = False  # whether it is of a sheet


_MARK = re.compile(r"\{(\w+): ?([^{}]*)\}")


def bank_of(path: Path) -> list[Text]:
    """Sentences with their clauses marked: ``FLAG | text with {kind: the clause}``."""
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        flag, _, said = line.partition(" | ")
        if flag not in ("A", "L", "N") or not said.strip():
            continue
        gold = [{"kind": m[1], "evidence": [{"text": m[2].strip()}]} for m in _MARK.finditer(said)]
        plain = _MARK.sub(lambda m: m[2].strip(), said)
        text = observed(f"{path.name}:{number}", plain.encode(), {"terms": gold}, flag)
        found.append(text)
    return found


def cases_of(path: Path) -> list[Text]:
    """The sentences of the tests: most terms are given without the words that say them."""
    cases = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    return [
        observed(f"{path.name}:{n}", words.encode(), {"published": str(day), "terms": terms})
        for n, (day, words, terms, *_) in enumerate(cases)
    ]


def texts_of(paths: list[Path]) -> list[Text]:
    """The texts of folders, of sheets, of files of single sentences and of the tests' cases."""
    found = []
    for path in paths:
        if path.suffix == ".txt":
            found += bank_of(path)
        elif path.suffix == ".yaml":
            found += cases_of(path)
        else:
            some = [observed(t.name, t.data, t.gold, "", t.file) for t in answered([path])]
            found += [replace(t, sheet=path.suffix == ".sheet") for t in some]
    return found


def observed(
    name: str, data: bytes, gold: dict[str, Any], flag: str = "", file: str = "a.txt"
) -> Text:
    page = open_page(data, name=file)
    if flag:
        for block in page.blocks:
            block.reason = None
    else:
        mark_body(page)
    stated = gold.get("document", {}).get("published") or gold.get("published")
    published = date.fromisoformat(stated) if stated else None if flag else find_published(page)[0]
    sentences = sentences_of(page)
    cal = Calendar(published, the_zone(sentences, country_zone, published))
    agreement = flag == "A" if flag else is_agreement(sentences)
    reader._in_force(sentences, cal)
    marks = [marks_of(s, cal) for s in sentences]
    setting = Setting(
        agreement, cal.published.year if cal.published else None, is_digest(page, sentences)
    )
    unders = unders_of(page, sentences, lambda s: leading_kind(s, setting))
    if flag == "L":
        unders = {s.index: Under(True) for s in sentences}
    seen: dict[int, list[Any]] = {}
    drafts = read_terms(sentences, marks, setting, unders, seen)
    segments = segments_weighed(sentences, marks, setting, unders, drafts, seen)
    return Text(
        name, page, drafts, segments, agreement, cal.signed, gold.get("terms", []), sentences, marks
    )


def spans_of(text: Text, term: dict[str, Any]) -> list[tuple[int, int]]:
    found = []
    for e in term.get("evidence", []):
        at = text.page.source.find(e["text"])
        if at >= 0:
            found.append((at, at + len(e["text"])))
    return found


def overlap(text: Text, segment: Segment, spans: list[tuple[int, int]]) -> float:
    a, b = text.page.span(
        segment.sentence.start + segment.start, segment.sentence.start + segment.end
    )
    return sum(max(0, min(b, y) - max(a, x)) for x, y in spans) / max(1, b - a)


def fields_fit(text: Text, segment: Segment, term: dict[str, Any]) -> int:
    """How many of the gold's numbers and times stand in the segment, roughly."""
    m = segment.marks
    base = segment.sentence.start
    n = 0
    for key in ("start", "due", "until"):
        if term.get(key) and any(
            x.iso
            and x.iso[:10] == term[key][:10]
            and segment.start <= x.said.start - base < segment.end
            for x in m.moments
        ):
            n += 1
    if term.get("within") and any(segment.start <= x.start - base < segment.end for x in m.lengths):
        n += 1
    if (term.get("distance_m") or term.get("width_m")) and any(
        segment.start <= d.start - base < segment.end for d in m.distances
    ):
        n += 1
    return n


def draft_fit(text: Text, segment: Segment, term: dict[str, Any]) -> int:
    """How many of the gold's fields a draft of its kind from this segment would have."""
    drafts = [text.drafts[d] for d in segment.drafts if text.drafts[d].kind == term["kind"]]
    drafts = drafts or drafted_by_weight(segment, term["kind"])
    best = 0
    for draft in drafts:
        facts = draft.facts()
        n = sum(
            same_moment(term[k], facts.get(k)) for k in ("start", "due", "until") if term.get(k)
        )
        n += sum(
            seconds(term[k]) == seconds(facts[k])
            for k in ("within", "recurs")
            if term.get(k) and facts.get(k)
        )
        n += sum(
            abs(facts[k] - term[k]) <= 0.01 * term[k]
            for k in ("distance_m", "width_m", "count")
            if term.get(k) is not None and facts.get(k) is not None
        )
        best = max(best, n)
    return best


def candidates_of(text: Text) -> list[list[int]]:
    """For each gold term the segments that may be it."""
    found = []
    for term in text.gold:
        spans = spans_of(text, term)
        if spans:
            some = [(overlap(text, s, spans), n) for n, s in enumerate(text.segments)]
            best = max((o for o, _ in some), default=0)
            found.append([n for o, n in some if o > 0.3 or (o > 0 and o == best)])
        else:  # the answer has no words: the rules' drafts that fit, else nothing is known
            found.append(
                [
                    n
                    for n, s in enumerate(text.segments)
                    if any(text.drafts[d].kind == term["kind"] for d in s.drafts)
                ]
            )
    return found


def rank(
    n: int, *, text: Text, term: dict[str, Any], free: set[int], table: Any
) -> tuple[float, ...]:
    """How well segment ``n`` stands for a gold term, for choosing one of several."""
    s = text.segments[n]
    fit = fields_fit(text, s, term) + 2 * draft_fit(text, s, term)
    rule = any(text.drafts[d].kind == term["kind"] for d in s.drafts)
    trig = any(t.kind == term["kind"] for t in s.triggers)
    mine = float(table[n]) if table is not None else 2.0 * rule + trig
    return (float(n in free), 2.0 * fit + mine, -n)


def labels_of(
    texts: list[Text], chosen: list[list[list[int]]], odds: list[np.ndarray] | None
) -> list[np.ndarray]:
    """For each text a table segment x kind: 1 a term, 0 none, -1 not known."""
    found = []
    for number, (text, some) in enumerate(zip(texts, chosen, strict=True)):
        y = np.zeros((len(text.segments), len(TERM_KINDS)), np.int8)
        dark = [t for t, s in zip(text.gold, some, strict=True) if not t.get("evidence")]
        for kind in {t["kind"] for t in dark}:
            y[:, TERM_KINDS.index(kind)] = -1
        taken: set[tuple[int, str]] = set()
        for term, fits in zip(text.gold, some, strict=True):
            k = TERM_KINDS.index(term["kind"])
            if not fits:
                continue

            table = odds[number][:, k] if odds is not None else None
            free = {n for n in fits if (n, term["kind"]) not in taken}
            best = max(fits, key=partial(rank, text=text, term=term, free=free, table=table))
            y[best, k] = 1
            taken.add((best, term["kind"]))
            for n in fits:  # the evidence may run over several: the others are not counted against
                if y[n, k] == 0:
                    y[n, k] = -1
        found.append(y)
    return found

"""Learn the weights of words for terms from texts with gold answers.

    python tools/learn_reading.py FOLDER ... [--folds 8] [--write]

Prints what cross-validation by text gives with and without the weights, scored as
tools/bench_reading.py scores. ``--write`` learns from all and writes the data file.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import zlib
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))
from bench_reading import pair, same_moment, same_term

from truceline.reading import reader
from truceline.reading.marks import marks_of
from truceline.reading.names.places import country_zone
from truceline.reading.names.who import the_zone
from truceline.reading.page.body import mark_body
from truceline.reading.page.document import open_page
from truceline.reading.page.words import sentences_of
from truceline.reading.terms.details import settle
from truceline.reading.terms.drafting import Draft, Setting, is_agreement
from truceline.reading.terms.joining import join_terms, seconds
from truceline.reading.terms.lists import Under, is_digest, unders_of
from truceline.reading.terms.terms import leading_kind, read_terms
from truceline.reading.terms.weighed import (
    KINDS,
    Segment,
    drafted_by_weight,
    segments_weighed,
    weighed,
)
from truceline.reading.times.anchoring import Calendar
from truceline.reading.times.published import find_published
from truceline.reading.weighing.weights import Weights

PRUNE = 0.03
DATA = Path(reader.__file__).parent / "data" / "term-weights.json"


@dataclass
class Text:
    name: str
    page: Any
    drafts: list[Draft]
    segments: list[Segment]
    agreement: bool
    signed: str | None
    gold: list[dict[str, Any]]


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


def texts_of(folders: list[Path]) -> list[Text]:
    found = []
    for folder in folders:
        if folder.suffix == ".txt":
            found += bank_of(folder)
            continue
        for answer in sorted(folder.glob("*.gold.json")):
            stem = answer.name.removesuffix(".gold.json")
            source = next(
                (p for p in (folder / f"{stem}.txt", folder / f"{stem}.html") if p.exists()), None
            )
            if source is None:
                continue
            gold = json.loads(answer.read_text(encoding="utf-8"))
            found.append(
                observed(f"{folder.name}/{stem}", source.read_bytes(), gold, "", source.name)
            )
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
    return Text(name, page, drafts, segments, agreement, cal.signed, gold.get("terms", []))


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
        y = np.zeros((len(text.segments), len(KINDS)), np.int8)
        dark = [t for t, s in zip(text.gold, some, strict=True) if not t.get("evidence")]
        for kind in {t["kind"] for t in dark}:
            y[:, KINDS.index(kind)] = -1
        taken: set[tuple[int, str]] = set()
        for term, fits in zip(text.gold, some, strict=True):
            k = KINDS.index(term["kind"])
            if not fits:
                continue

            table = odds[number][:, k] if odds is not None else None
            free = {n for n in fits if (n, term["kind"]) not in taken}
            best = max(fits, key=partial(rank, text=text, term=term, free=free, table=table))
            y[best, k] = 1
            taken.add((best, term["kind"]))
            for n in fits:  # the evidence may run over several: the others are not counted against
                if y[n, k] == 0 and any(
                    text.drafts[d].kind == term["kind"] for d in text.segments[n].drafts
                ):
                    y[n, k] = -1
        found.append(y)
    return found


def vocabulary(texts: list[Text], least: int) -> dict[str, int]:
    count: Counter[str] = Counter()
    for text in texts:
        here: set[str] = set()
        for s in text.segments:
            here |= s.features
        count.update(here)
    return {f: n for n, f in enumerate(sorted(f for f, c in count.items() if c >= least))}


# Rare kinds of feature are held nearer to nothing.
SCALE = {"g": 0.5, "x": 0.5, "o": 0.5, "l": 0.5, "r": 0.5, "b": 0.7, "f": 0.7}


def scale_of(feature: str) -> float:
    return SCALE.get(feature.partition(":")[0], 1.0) if ":" in feature else 1.0


def matrix(texts: list[Text], vocab: dict[str, int]) -> Any:
    from scipy.sparse import csr_matrix

    rows, cols = [], []
    n = 0
    for text in texts:
        for s in text.segments:
            for f in s.features:
                if f in vocab:
                    rows.append(n)
                    cols.append(vocab[f])
            n += 1
    scale = np.array([scale_of(f) for f in vocab])
    return csr_matrix((scale[cols], (rows, cols)), shape=(n, len(vocab)))


def learn(
    texts: list[Text], *, c: float, least: int = 2, rounds: int = 2, l1: bool = False
) -> dict[str, Any]:
    from sklearn.linear_model import LogisticRegression

    vocab = vocabulary(texts, least)
    x = matrix(texts, vocab)
    chosen = [candidates_of(t) for t in texts]
    odds: list[np.ndarray] | None = None
    answers = ["term", *KINDS]
    coef = np.zeros((len(answers), len(vocab)))
    start = np.zeros(len(answers))
    for _ in range(rounds):
        y = np.concatenate(labels_of(texts, chosen, odds))
        any_ = (y == 1).any(axis=1)
        known = any_ | ~(y < 0).any(axis=1)
        model = LogisticRegression(
            C=c, solver="liblinear", max_iter=400, random_state=0, intercept_scaling=10
        )
        model.fit(x[known], any_[known])
        coef[0], start[0] = model.coef_[0], model.intercept_[0]
        rows, kinds = np.nonzero(y == 1)
        many = LogisticRegression(C=c, solver="lbfgs", max_iter=400)
        many.fit(x[rows], kinds)
        coef[1:], start[1:] = 0, -20
        for n, k in enumerate(many.classes_):
            coef[1 + k], start[1 + k] = many.coef_[n], many.intercept_[n]
        flat = x @ coef.T + start
        whether = 1 / (1 + np.exp(-flat[:, :1]))
        share = np.exp(flat[:, 1:] - flat[:, 1:].max(axis=1, keepdims=True))
        flat = np.log(1e-9 + whether * share / share.sum(axis=1, keepdims=True))
        odds, at = [], 0
        for t in texts:
            odds.append(flat[at : at + len(t.segments)])
            at += len(t.segments)
    coef *= np.array([scale_of(f) for f in vocab])
    features = {}
    for f, n in vocab.items():
        some = {
            str(k): round(float(coef[k, n]), 2)
            for k in range(len(answers))
            if abs(coef[k, n]) >= PRUNE
        }
        if some:
            features[f] = some
    return {
        "answers": answers,
        "start": [round(float(v), 3) for v in start],
        "features": features,
        "least": {},
    }


def written(learned: dict[str, Any], path: Path) -> None:
    lines = [
        f"  {json.dumps(f, ensure_ascii=False)}: {json.dumps(w)}"
        for f, w in sorted(learned["features"].items())
    ]
    head = {k: v for k, v in learned.items() if k != "features"}
    text = json.dumps(head)[:-1] + ', "features": {\n' + ",\n".join(lines) + "\n}}\n"
    path.write_text(text, encoding="utf-8")
    print(path, len(learned["features"]), "features", len(text) // 1000, "kB")


def as_weights(learned: dict[str, Any], keep: float, add: float) -> Weights:
    from truceline.reading.weighing.weights import weights_from

    least = {f"keep:{k}": keep for k in KINDS} | {f"add:{k}": add for k in KINDS}
    return weights_from(learned | {"least": least})


def answer(text: Text, weights: Weights | None) -> list[dict[str, Any]]:
    drafts = [replace(d, spans=list(d.spans), notes=list(d.notes)) for d in text.drafts]
    if weights is not None:
        drafts = weighed(drafts, text.segments, weights)
    first = join_terms(drafts, agreement=text.agreement)
    cessation = next((d.start for d in first if d.kind == "cessation" and d.start), None)
    for draft in first:
        settle(draft, cessation, text.signed)
    return [{"kind": d.kind, **d.facts(), "evidence": [{"text": d.low}]} for d in first]


def scored(texts: list[Text], weights_of: Any) -> tuple[float, float, float]:
    hits = missed = extra = 0
    for n, text in enumerate(texts):
        h, m, e = pair(text.gold, answer(text, weights_of(n)), same_term)
        hits, missed, extra = hits + h, missed + len(m), extra + len(e)
    p, r = hits / max(1, hits + extra), hits / max(1, hits + missed)
    return p, r, 2 * p * r / max(1e-9, p + r)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--also", nargs="*", type=Path, default=[], help="learned from, not scored")
    parser.add_argument("--folds", type=int, default=6)
    parser.add_argument("--c", type=float, nargs="*", default=[0.5])
    parser.add_argument("--least", type=int, default=2)
    parser.add_argument("--l1", action="store_true")
    parser.add_argument(
        "--write", action="store_true", help="learn from all and write the data file"
    )
    parser.add_argument("--keep", type=float, default=0.3)
    parser.add_argument("--add", type=float, default=0.35)
    args = parser.parse_args()
    if args.write:
        learned = learn(texts_of(args.folders + args.also), c=args.c[0], least=args.least)
        learned["least"] = {f"keep:{k}": args.keep for k in KINDS} | {
            f"add:{k}": args.add for k in KINDS
        }
        written(learned, DATA)
        return
    texts = texts_of(args.folders)
    also = texts_of(args.also)
    fold = [zlib.crc32(t.name.encode()) % args.folds for t in texts]
    print(
        len(texts),
        "texts",
        sum(len(t.gold) for t in texts),
        "terms",
        sum(len(t.segments) for t in texts),
        "segments",
    )
    print("rules alone: P {:.3f} R {:.3f} F1 {:.3f}".format(*scored(texts, lambda n: None)))
    for c in args.c:
        learned = [
            learn(
                [t for t, f in zip(texts, fold, strict=True) if f != k] + also,
                c=c,
                least=args.least,
                l1=args.l1,
            )
            for k in range(args.folds)
        ]
        for keep in (0.1, 0.2, 0.3):
            for add in (0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5):
                made = [as_weights(w, keep, add) for w in learned]
                print(
                    "C {:.2f} keep {:.2f} add {:.2f}: P {:.3f} R {:.3f} F1 {:.3f}".format(
                        c, keep, add, *scored(texts, lambda n, made=made: made[fold[n]])
                    )
                )
        print("features", np.mean([len(w["features"]) for w in learned]))


if __name__ == "__main__":
    main()

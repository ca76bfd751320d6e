"""Learn who says a quotation, and what is a statement, from texts with gold answers.

    python tools/learn_speakers.py FOLDER ... [--folds 8] [--write] [--misses]

Prints what cross-validation by text gives, scored as tools/bench_reading.py scores. ``--write``
learns from all and writes the data file.
"""

from __future__ import annotations

import argparse
import json
import sys
import zlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from ruamel.yaml import YAML
from scipy.optimize import minimize

sys.path.insert(0, str(Path(__file__).resolve().parent))
from bench_reading import pair, quote_key, same_name, same_statement
from gold_texts import answered

from truceline.reading import reader
from truceline.reading.names.people import people_of
from truceline.reading.page.body import mark_body
from truceline.reading.page.document import open_page
from truceline.reading.page.words import sentences_of
from truceline.reading.speech.cues import Before
from truceline.reading.speech.quotation import quotes_of
from truceline.reading.speech.quotes import Choosing
from truceline.reading.speech.said import said_in

DATA = Path(reader.__file__).parent / "data" / "speaker-weights.json"
LEAST = 2  # texts that must show a feature


@dataclass
class Text:
    name: str
    choosing: Choosing
    gold: list[dict[str, Any]]
    match: list[dict[str, Any] | None]  # for each quotation the gold statement
    before: list[Before | None]
    rows: list[tuple[list[set[str]], list[bool]]]  # features of each candidate, whether it is right


def observed(name: str, data: bytes, file: str, gold: dict[str, Any]) -> Text:
    page = open_page(data, name=file)
    mark_body(page)
    sentences = sentences_of(page)
    people = people_of(sentences)
    quotes = quotes_of(page)
    said = said_in(sentences, people, [(q.start, q.end) for q in quotes])
    choosing = Choosing(page, sentences, people, quotes, said)
    quotes = choosing.quotes
    statements = gold.get("statements", [])
    left = list(statements)
    match: list[dict[str, Any] | None] = []
    for q in quotes:
        key = quote_key(page.text[q.start : q.end])
        g = next((s for s in left if quote_key(s["quote"]) == key), None)
        if g is not None:
            left.remove(g)
        else:
            g = next((s for s in statements if quote_key(s["quote"]) == key), None)
        match.append(g)
    text = Text(name, choosing, statements, match, [], [])
    last: Before | None = None
    for n, g in enumerate(match):
        text.before.append(last)
        some = choosing.rows(n, last) if g is not None else []
        feats = [f for _, f in some]
        right = [
            g is not None
            and same_name(
                g.get("speaker"), choosing.scene.labels[choosing.scene.mentions[i].entity]
            )
            for i, _ in some
        ]
        text.rows.append((feats, right))
        if g is not None:
            hit = next(
                (
                    choosing.scene.mentions[i].entity
                    for (i, _), r in zip(some, right, strict=True)
                    if r
                ),
                None,
            )
            last = Before(n, hit) if hit is not None else None
    return text


def texts_of(paths: list[Path]) -> list[Text]:
    """The texts of folders, of sheets, and of YAML files of cases."""
    found = []
    for path in paths:
        if path.suffix == ".yaml":
            found += texts_of_cases(path)
            continue
        found += [observed(t.name, t.data, t.file, t.gold) for t in answered([path])]
    return found


def texts_of_cases(file: Path) -> list[Text]:
    """The texts of a YAML file with the speaker of every stretch between marks."""
    found = []
    for number, case in enumerate(YAML(typ="safe").load(file.read_text(encoding="utf-8"))):
        found.append(
            observed(f"{file.stem}/{number}", case["text"].encode(), "case.txt", gold_of(case))
        )
    return found


def gold_of(case: dict[str, Any]) -> dict[str, Any]:
    """The answer of a case: its quotations in order, each with its speaker."""
    page = open_page(case["text"].encode(), name="case.txt")
    mark_body(page)
    quotes = [page.text[q.start : q.end] for q in quotes_of(page)]
    if len(quotes) != len(case["speakers"]):
        raise ValueError(
            f"{len(quotes)} quotations, {len(case['speakers'])} speakers: {case['text'][:60]} {quotes}"
        )
    return {
        "statements": [
            {"quote": q, "speaker": None if s == "~" else s}
            for q, s in zip(quotes, case["speakers"], strict=True)
            if s != "-"
        ]
    }


def learn_speaker(texts: list[Text], l2: float) -> dict[str, float]:
    seen: Counter[str] = Counter()
    for t in texts:
        here: set[str] = set()
        for feats, _ in t.rows:
            for f in feats:
                here |= f
        seen.update(here)
    vocab = {f: k for k, f in enumerate(sorted(f for f, c in seen.items() if c >= LEAST))}
    rows = []
    for t in texts:
        for feats, right in t.rows:
            if not any(right) or all(right):
                continue
            x = np.zeros((len(feats), len(vocab)), np.float32)
            for k, f in enumerate(feats):
                for name in f:
                    if name in vocab:
                        x[k, vocab[name]] = 1
            rows.append((x, np.array(right)))

    def loss(w: np.ndarray) -> tuple[float, np.ndarray]:
        total, grad = 0.5 * l2 * float(w @ w), l2 * w
        for x, y in rows:
            s = x @ w
            s -= s.max()
            p = np.exp(s)
            p /= p.sum()
            good = p[y].sum()
            total -= np.log(max(good, 1e-12))
            q = np.where(y, p / max(good, 1e-12), 0)
            grad = grad + x.T @ (p - q)
        return total, grad.astype(float)

    w = minimize(
        loss, np.zeros(len(vocab)), jac=True, method="L-BFGS-B", options={"maxiter": 150}
    ).x
    return {f: round(float(w[k]), 3) for f, k in vocab.items() if abs(w[k]) > 0.02}


def learn_stretch(texts: list[Text], l2: float) -> dict[str, float]:
    seen: Counter[str] = Counter()
    rows: list[tuple[set[str], bool]] = []
    for t in texts:
        for n, g in enumerate(t.match):
            f = t.choosing.stretch(n)
            rows.append((f, g is not None))
            seen.update(f)
    vocab = {f: k for k, f in enumerate(sorted(f for f, c in seen.items() if c >= LEAST))}
    x = np.zeros((len(rows), len(vocab) + 1))
    y = np.array([r for _, r in rows], float)
    x[:, -1] = 1
    for k, (f, _) in enumerate(rows):
        for name in f:
            if name in vocab:
                x[k, vocab[name]] = 1

    def loss(w: np.ndarray) -> tuple[float, np.ndarray]:
        s = x @ w
        p = 1 / (1 + np.exp(-s))
        total = -float((y * np.log(p + 1e-9) + (1 - y) * np.log(1 - p + 1e-9)).sum())
        reg = np.append(w[:-1], 0)
        return total + 0.5 * l2 * float(reg @ reg), x.T @ (p - y) + l2 * reg

    w = minimize(loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B").x
    found = {f: round(float(w[k]), 3) for f, k in vocab.items() if abs(w[k]) > 0.02}
    found["start"] = round(float(w[-1]), 3)
    return found


def scored(texts: list[Text], weights: dict[str, dict[str, float]], misses: bool) -> Counter[str]:
    total: Counter[str] = Counter()
    for t in texts:
        ours = [{"quote": s.quote, "speaker": s.speaker} for s in t.choosing.statements(weights)]
        hits, missed, extra = pair(t.gold, ours, same_statement)
        folder = t.name.split("/")[0]
        total[f"{folder} hits"] += hits
        total[f"{folder} missed"] += len(missed)
        total[f"{folder} extra"] += len(extra)
        if misses:
            for g in missed:
                o = next((o for o in extra if quote_key(o["quote"]) == quote_key(g["quote"])), None)
                near = ""
                for n, q in enumerate(t.choosing.quotes):
                    if t.match[n] is g:
                        text = t.choosing.page.text
                        any_right = any(t.rows[n][1])
                        near = f"{'' if any_right else '[NO CANDIDATE] '}…{text[max(0, q.open_at - 160) : q.close_at + 110]!r}"
                print(
                    f"- {t.name}: {g.get('speaker')!r} for {o['speaker'] if o else 'NOTHING'!r} {near or g['quote']}"
                )
            for o in extra:
                if not any(quote_key(o["quote"]) == quote_key(g["quote"]) for g in missed):
                    print(f"+ {t.name}: {o}")
    return total


def report(total: Counter[str]) -> None:
    folders = sorted({k.rsplit(" ", 1)[0] for k in total})
    for f in [*folders, "all"]:
        h, m, e = (
            sum(
                v
                for k, v in total.items()
                if k == f"{f} {x}" or (f == "all" and k.endswith(" " + x))
            )
            for x in ("hits", "missed", "extra")
        )
        print(
            f"{f:12} P {h / max(1, h + e):.3f}  R {h / max(1, h + m):.3f}  F1 {2 * h / max(1, 2 * h + m + e):.3f}  ({h} right, {m} missed, {e} extra)"
        )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--folds", type=int, default=8)
    parser.add_argument("--l2", type=float, default=2.0)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--misses", action="store_true")
    parser.add_argument("--score", action="store_true", help="score the weights in use, learn none")
    given = parser.parse_args()
    texts = texts_of(given.folders)
    lost = sum(
        1 for t in texts for n, g in enumerate(t.match) if g is not None and not any(t.rows[n][1])
    )
    print(f"{sum(len(t.gold) for t in texts)} statements; speaker is no candidate for {lost}")
    if given.score:
        report(scored(texts, json.loads(DATA.read_text(encoding="utf-8")), given.misses))
        return
    total: Counter[str] = Counter()
    for fold in range(given.folds):
        test = [t for t in texts if zlib.crc32(t.name.encode()) % given.folds == fold]
        train = [t for t in texts if zlib.crc32(t.name.encode()) % given.folds != fold]
        weights = {
            "speaker": learn_speaker(train, given.l2),
            "stretch": learn_stretch(train, given.l2),
        }
        total += scored(test, weights, given.misses)
    report(total)
    weights = {"speaker": learn_speaker(texts, given.l2), "stretch": learn_stretch(texts, given.l2)}
    print("learnt from all, scored on the same:")
    report(scored(texts, weights, False))
    if given.write:
        DATA.write_text(
            json.dumps(weights, indent=0, sort_keys=True, ensure_ascii=False) + "\n",
            encoding="utf-8",
        )
        print(f"wrote {DATA} ({sum(len(w) for w in weights.values())} weights)")


if __name__ == "__main__":
    main()

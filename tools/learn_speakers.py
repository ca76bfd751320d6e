"""Learn who says a quotation, and what is a statement, from texts with gold answers.

    python tools/learn_speakers.py FOLDER ... [--folds 8] [--write] [--misses]

Prints what cross-validation by writer gives, scored as tools/bench_reading.py scores. ``--write``
learns from all and writes the data files.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from ruamel.yaml import YAML

sys.path.insert(0, str(Path(__file__).resolve().parent))
from bench_reading import pair, quote_key, same_name, same_statement
from gold_texts import answered, fold_of, writer_of
from loglinear import Bag, choice
from nets import Found, Learned

from truceline.reading.names.people import people_of
from truceline.reading.page.body import mark_body
from truceline.reading.page.document import open_page
from truceline.reading.page.words import sentences_of
from truceline.reading.speech.cues import Before
from truceline.reading.speech.quotation import quotes_of
from truceline.reading.speech.quotes import Choosing, Learnt, learnt
from truceline.reading.speech.said import said_in

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


def learn_speaker(texts: list[Text], c: float) -> Found:
    rows, group, sizes, right = [], [], [], []
    for number, t in enumerate(texts):
        for feats, fits in t.rows:
            if not any(fits) or all(fits):
                continue
            rows += feats
            group += [number] * len(feats)
            sizes.append(len(feats))
            right += fits
    bag = Bag(rows, group)
    columns = bag.columns(np.arange(len(rows)), LEAST)
    x, fits = bag.x[:, columns], np.array(right)
    line = choice(x, sizes, fits, c)
    return Found(("speaker",), bag.labels(columns), Learned.of_line(line[:, None], np.zeros(1)))


def learn_stretch(texts: list[Text], c: float) -> Found:
    from sklearn.linear_model import LogisticRegression

    rows, group, y = [], [], []
    for number, t in enumerate(texts):
        for n, g in enumerate(t.match):
            rows.append(t.choosing.stretch(n))
            group.append(number)
            y.append(int(g is not None))
    bag = Bag(rows, group)
    columns = bag.columns(np.arange(len(rows)), LEAST)
    x, known = bag.x[:, columns], np.array(y)
    line = LogisticRegression(C=c, max_iter=1000).fit(x, known)
    said = Learned.of_line(line.coef_.T, line.intercept_)  # a net is no better here
    return Found(("statement",), bag.labels(columns), said)


def learnt_from(texts: list[Text], c: float) -> tuple[Found, Found]:
    """Of stretches, and of speakers."""
    return learn_stretch(texts, c), learn_speaker(texts, c)


def as_read(found: tuple[Found, Found]) -> Learnt:
    return Learnt(found[0].scale(), found[1].scale())


def scored(texts: list[Text], known: Learnt, misses: bool) -> Counter[str]:
    total: Counter[str] = Counter()
    for t in texts:
        ours = [{"quote": s.quote, "speaker": s.speaker} for s in t.choosing.statements(known)]
        hits, missed, extra = pair(t.gold, ours, same_statement)
        folder = writer_of(t.name)
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
    parser.add_argument("--c", type=float, default=0.5, help="how loose the lines are")
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
        report(scored(texts, learnt(), given.misses))
        return
    total: Counter[str] = Counter()
    for fold in range(given.folds):
        test = [t for t in texts if fold_of(t.name, given.folds) == fold]
        train = [t for t in texts if fold_of(t.name, given.folds) != fold]
        total += scored(test, as_read(learnt_from(train, given.c)), given.misses)
    report(total)
    if given.write:
        stretch, speaker = learnt_from(texts, given.c)
        print("learnt from all, scored on the same:")
        report(scored(texts, as_read((stretch, speaker)), False))
        stretch.write("stretch-net")
        speaker.write("speaker-net")


if __name__ == "__main__":
    main()

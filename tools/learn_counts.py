"""Learn which number of a text a term counts, from texts with gold answers.

    python tools/learn_counts.py PATH ... [--also PATH ...] [--check PATH ...] [--folds 8] [--write]

Prints how many of the counts are wrong when the kinds of terms are given: by cross-validation over
the writers of PATH, and for those of ``--check`` with what PATH and ``--also`` teach. ``--also``: texts
that are learned from and not scored. ``--write`` learns from PATH and ``--also`` and writes
``count-net.npz`` of the reader's data.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))
from bench_reading import same_moment
from gold_texts import fold_of
from loglinear import Bag, choice
from nets import Found, How, any_right, learn
from term_texts import Text, candidates_of, labels_of, spans_of, texts_of

from truceline.reading.answer import TERM_KINDS
from truceline.reading.terms.counted import UNCOUNTED, Choice, Numbers, choose
from truceline.reading.terms.drafting import Draft
from truceline.reading.terms.weighed import drafted_by_weight
from truceline.reading.weighing.scale import Scale

COUNTS = How(hidden=32, rounds=12, step=64, less=0.4)
LESS = 0.3  # what a term without a count in the answers weighs beside one that has one

Case = tuple[dict[str, Any], Draft, list[Choice]]


def drafts_of(text: Text) -> list[Draft]:
    """The drafts of a text when the kinds of its segments are given."""
    chosen = labels_of([text], [candidates_of(text)], None)[0]
    found: list[Draft] = []
    used: set[int] = set()
    for n, segment in enumerate(text.segments):
        for k, kind in enumerate(TERM_KINDS):
            if chosen[n, k] != 1:
                continue
            mine = [d for d in segment.drafts if text.drafts[d].kind == kind]
            if not mine:
                found += drafted_by_weight(segment, kind)
            for d in mine:
                if d not in used:
                    used.add(d)
                    found.append(replace(text.drafts[d], spans=list(text.drafts[d].spans)))
    return found


def fit(text: Text, draft: Draft, term: dict[str, Any]) -> float:
    """How well a draft stands for a gold term, its count aside."""
    a, b = text.page.span(*draft.spans[0])
    common = sum(max(0, min(b, y) - max(a, x)) for x, y in spans_of(text, term))
    fields = sum(
        same_moment(term[k], getattr(draft, k)) for k in ("start", "due", "until") if term.get(k)
    )
    return common / max(1, b - a) + 0.3 * fields if common else 0.0


def cases_of(text: Text) -> list[Case]:
    """The gold terms with the draft that stands for each and what it may count."""
    drafts = drafts_of(text)
    numbers = Numbers(text.sentences, text.marks, drafts)
    place = {s.index: n for n, s in enumerate(text.sentences)}
    ranked = sorted(
        (
            (fit(text, d, t), -n, -m)
            for n, t in enumerate(text.gold)
            for m, d in enumerate(drafts)
            if d.kind == t["kind"]
        ),
        reverse=True,
    )
    found = []
    terms: set[int] = set()
    taken: set[int] = set()
    for well, n, m in ranked:
        if well <= 0 or n in terms or m in taken:
            continue
        terms.add(n)
        taken.add(m)
        draft = drafts[-m]
        if draft.kind in UNCOUNTED:
            continue
        found.append((text.gold[-n], draft, numbers.choices(draft, place[draft.sentence])))
    return found


def learned(cases: list[list[Case]], c: float, least: int) -> Found:
    """A log-linear choice among the numbers; all that are equal to the answer's are right."""
    rows: list[set[str]] = []
    group: list[int] = []
    sizes: list[int] = []
    right: list[bool] = []
    share: list[float] = []
    for number, text in enumerate(cases):
        for term, _, some in text:
            fits = [x.value == term.get("count") for x in some]
            if len(some) == 1 or not any(fits):
                continue
            sizes.append(len(some))
            share.append(LESS if term.get("count") is None else 1.0)
            rows += [set(x.features) for x in some]
            group += [number] * len(some)
            right += fits
    bag = Bag(rows, group)
    columns = bag.columns(np.arange(len(rows)), least)
    x, fits, weigh = bag.x[:, columns], np.array(right), np.array(share)
    line = choice(x, sizes, fits, c, weigh)
    net = learn(x, 1, any_right(fits, sizes, weigh), COUNTS, 0.0, sizes)
    return Found(("count",), bag.labels(columns), net.beside(line[:, None], np.zeros(1)))


def wrong(known: Scale | None, cases: list[list[Case]], show: bool = False) -> Counter[str]:
    """How many counts are wrong; without weights, those of the rules."""
    count: Counter[str] = Counter()
    for text in cases:
        for term, draft, some in text:
            ours = draft.count if known is None else choose(known, some).value
            gold = term.get("count")
            words = " ".join(draft.low.split())[:230]
            if gold is None:
                count["more"] += ours is not None
                if show and ours is not None:
                    print(f"  + {term['kind']}: ours {ours} | {words}")
                continue
            there = any(x.value == gold for x in some)
            count["of"] += 1
            count["wrong"] += ours != gold
            count["lost"] += not there
            if show and ours != gold:
                missing = "" if there else " (not there)"
                print(f"  - {term['kind']}: {gold}{missing}, ours {ours} | {words}")
    return count


def told(count: Counter[str]) -> str:
    return (
        f"{count['wrong']} wrong of {count['of']} ({count['lost']} not there), "
        f"{count['more']} where the answer has none"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", nargs="+", type=Path)
    parser.add_argument("--also", nargs="*", type=Path, default=[])
    parser.add_argument("--check", nargs="*", type=Path, default=[])
    parser.add_argument("--folds", type=int, default=8)
    parser.add_argument("--c", type=float, default=0.2)
    parser.add_argument("--least", type=int, default=2)
    parser.add_argument("--show", action="store_true", help="list what is wrong")
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    texts = texts_of(args.paths)
    cases = [cases_of(t) for t in texts]
    also = [cases_of(t) for t in texts_of(args.also)]
    print("rules: ", told(wrong(None, cases)))
    made: list[list[Case]] = []
    if args.folds > 1:
        fold = [fold_of(t.name, args.folds) for t in texts]
        has: Counter[str] = Counter()
        for k in range(args.folds):
            others = [x for x, f in zip(cases, fold, strict=True) if f != k]
            data = learned(others + also, args.c, args.least).scale()
            held = [x for x, f in zip(cases, fold, strict=True) if f == k]
            has += wrong(data, held, args.show)
        print("by folds:", told(has))
    if args.check:
        data = learned(cases + also, args.c, args.least).scale()
        for path in args.check:
            made = [cases_of(t) for t in texts_of([path])]
            print(path.name, "rules:", told(wrong(None, made)))
            print(path.name, "weights:", told(wrong(data, made, args.show)))
    if args.write:
        learned(cases + also, args.c, args.least).write("count-net")


if __name__ == "__main__":
    main()

"""Learn the weights of words for terms from texts with gold answers.

    python tools/learn_reading.py PATH ... [--also PATH ...] [--folds 4] [--write]

A PATH is a folder or a sheet, each by one writer. Prints what cross-validation gives with and
without the weights, scored as tools/bench_reading.py scores, and from which chance on each kind is
best given; whole writers are left out, as unseen texts are by other hands. ``--also``: paths, and
files of single sentences, that are learned from and not scored. ``--write`` then learns from all and
writes the data file.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))
from bench_reading import pair, same_term
from gold_texts import writer_of
from nets import How, Learned, each, learn
from term_texts import Text, candidates_of, labels_of, texts_of
from weight_files import write_net

from truceline.reading.answer import TERM_KINDS
from truceline.reading.terms.counted import set_counts
from truceline.reading.terms.details import settle
from truceline.reading.terms.joining import join_terms
from truceline.reading.terms.weighed import weighed
from truceline.reading.weighing.net import Net
from truceline.reading.weighing.together import FEW, voices
from truceline.reading.weighing.weights import Weights


def vocabulary(texts: list[Text], least: int) -> dict[str, int]:
    count: Counter[str] = Counter()
    for text in texts:
        here: set[str] = set()
        for s in text.segments:
            here |= s.features
        count.update(here)
    return {f: n for n, f in enumerate(sorted(f for f, c in count.items() if c >= least))}


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
    return csr_matrix((np.ones(len(cols), np.float32), (rows, cols)), shape=(n, len(vocab)))


@dataclass
class First:
    """What one learning gives: log-odds by word, each kind by itself."""

    vocab: dict[str, int]
    net: Learned

    def odds(self, texts: list[Text]) -> list[Any]:
        """For each text log-odds, segment x kind."""
        flat = self.net.odds(matrix(texts, self.vocab)).astype(float)
        ends = np.cumsum([len(t.segments) for t in texts])
        return np.split(flat, ends[:-1])


def learn_first(texts: list[Text], y: list[Any], *, least: int, how: How) -> First:
    """The net of words, from the labels of the texts' segments."""
    from sklearn.linear_model import LogisticRegression

    vocab = vocabulary(texts, least)
    x, known = matrix(texts, vocab), np.concatenate(y)

    def one(k: int) -> Any:
        rows = known[:, k] >= 0
        model = LogisticRegression(
            C=0.7, solver="liblinear", max_iter=400, random_state=0, intercept_scaling=10
        )
        return model.fit(x[rows], known[rows, k] == 1)

    with ThreadPoolExecutor(2) as pool:
        lines = list(pool.map(one, range(len(TERM_KINDS))))
    net = learn(x, len(TERM_KINDS), each(known), how)
    starts = np.array([m.intercept_[0] for m in lines])
    return First(vocab, net.beside(np.array([m.coef_[0] for m in lines]).T, starts))


def learn_second(texts: list[Text], y: list[Any], odds: list[Any]) -> dict[str, list[float]]:
    """How the segments of a text speak for one another, from log-odds of words that were learned
    without the text.
    """
    from sklearn.linear_model import LogisticRegression

    some = [n for n, t in enumerate(texts) if len(t.segments) >= FEW]
    spoken = np.concatenate([heard(texts[n], odds[n]) for n in some])
    known = np.concatenate([y[n] for n in some])
    found = {}
    for k, kind in enumerate(TERM_KINDS):
        rows = known[:, k] >= 0
        x = spoken[rows, k]
        middle, spread = x.mean(axis=0), x.std(axis=0) + 1e-6
        model = LogisticRegression(max_iter=1000).fit((x - middle) / spread, known[rows, k] == 1)
        weight = model.coef_[0] / spread
        start = float(model.intercept_[0] - weight @ middle)
        found[kind] = [round(float(v), 3) for v in (start, *weight)]
    return found


def heard(text: Text, odds: Any) -> Any:
    return voices(odds, [s.sentence.index for s in text.segments], text.agreement)


def as_learned(first: First, second: dict[str, list[float]], least: dict[str, float]) -> Weights:
    """As the reader uses them."""
    return Weights(TERM_KINDS, Net(first.net.layers(list(first.vocab))), least, second)


def from_chances(weights: Weights, keep: float, add: float) -> Weights:
    """The same weights, every kind kept and added from these chances."""
    least = {f"keep:{k}": keep for k in TERM_KINDS} | {f"add:{k}": add for k in TERM_KINDS}
    return replace(weights, least=least)


def answer(text: Text, weights: Weights | None) -> list[dict[str, Any]]:
    drafts = [replace(d, spans=list(d.spans), notes=list(d.notes)) for d in text.drafts]
    if weights is not None:
        drafts = weighed(drafts, text.segments, weights)
    set_counts(drafts, text.sentences, text.marks)
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


KEEP = (0.2, 0.3, 0.4, 0.5)
ADD = (0.25, 0.3, 0.35, 0.42, 0.5, 0.58)


def tuned(texts: list[Text], fold: list[int], learned: list[Weights]) -> dict[str, float]:
    """For each kind the chances from which a term is kept and added, best by cross-validation.

    The documents of folders count together as much as those of sheets, which are more and hold
    more terms a line than most pages do.
    """
    documents = sum(not t.sheet for t in texts)
    times = max(1, round((len(texts) - documents) / max(1, documents)))
    counts: dict[tuple[float, float], Counter[tuple[str, str]]] = {}
    # each of the two is tried beside the middle of the other
    for keep, add in {*((k, 0.3) for k in KEEP), *((0.2, a) for a in ADD)}:
        made = [from_chances(w, keep, add) for w in learned]
        count: Counter[tuple[str, str]] = Counter()
        for text, f in zip(texts, fold, strict=True):
            _, missed, extra = pair(text.gold, answer(text, made[f]), same_term)
            for name, terms in (("gold", text.gold), ("missed", missed), ("extra", extra)):
                for term in terms:
                    count[term["kind"], name] += 1 if text.sheet else times
        counts[keep, add] = count

    def f1(count: Counter[tuple[str, str]], kind: str) -> float:
        hits = count[kind, "gold"] - count[kind, "missed"]
        return 2 * hits / max(1, 2 * hits + count[kind, "missed"] + count[kind, "extra"])

    least: dict[str, float] = {}
    for kind in TERM_KINDS:
        by_keep = {k: f1(counts[k, 0.3], kind) for k in KEEP}
        by_add = {a: f1(counts[0.2, a], kind) for a in ADD}
        # what the rules found is dropped, and what they lack is added, only where that gains
        keep = min(k for k in KEEP if by_keep[k] >= max(by_keep.values()) - 0.002)
        add = max(a for a in ADD if by_add[a] >= max(by_add.values()) - 0.002)
        least[f"keep:{kind}"], least[f"add:{kind}"] = keep, add
        for what, least_of, tried in (("kept", keep, by_keep), ("added", add, by_add)):
            line = " ".join(f"{k} {v:.3f}" for k, v in tried.items())
            print(f"{kind:12} {what:5} from {least_of}: {line}")
    return least


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--also", nargs="*", type=Path, default=[], help="learned from, not scored")
    parser.add_argument("--folds", type=int, default=4)
    parser.add_argument("--hidden", type=int, default=96, help="units in the middle of the net")
    parser.add_argument("--rounds", type=int, default=20, help="how often all rows are seen")
    parser.add_argument("--least", type=int, default=4, help="texts a word must stand in")
    parser.add_argument("--write", action="store_true", help="write the data file")
    args = parser.parse_args()
    how = How(hidden=args.hidden, rounds=args.rounds)
    texts, also = texts_of(args.folders), texts_of(args.also)
    writers = sorted({writer_of(t.name) for t in texts})
    fold = [writers.index(writer_of(t.name)) % args.folds for t in texts]
    terms, segments = sum(len(t.gold) for t in texts), sum(len(t.segments) for t in texts)
    print(f"{len(texts)} texts, {terms} terms, {segments} segments; {len(also)} sentences beside")
    print("rules alone: P {:.3f} R {:.3f} F1 {:.3f}".format(*scored(texts, lambda _: None)))
    chosen = [candidates_of(t) for t in texts]
    y, y_also = (
        labels_of(texts, chosen, None),
        labels_of(also, [candidates_of(t) for t in also], None),
    )
    odds: list[Any] = [None] * len(texts)  # by words that were learned without the text's writer
    firsts = []
    for k in range(args.folds):
        rest = [n for n, f in enumerate(fold) if f != k]
        firsts.append(
            learn_first(
                [texts[n] for n in rest] + also,
                [y[n] for n in rest] + y_also,
                least=args.least,
                how=how,
            )
        )
        mine = [n for n, f in enumerate(fold) if f == k]
        for n, found in zip(mine, firsts[k].odds([texts[n] for n in mine]), strict=True):
            odds[n] = found
        print(f"learned without fold {k}", flush=True)
    learned = []
    for k in range(args.folds):
        rest = [n for n, f in enumerate(fold) if f != k]
        some = [[x[n] for n in rest] for x in (texts, y, odds)]
        learned.append(as_learned(firsts[k], learn_second(*some), {}))
    least = tuned(texts, fold, learned)
    made = [replace(w, least=least) for w in learned]
    for writer in [*writers, ""]:
        some = [n for n, t in enumerate(texts) if t.name.startswith(writer and writer + "/")]
        figures = scored([texts[n] for n in some], lambda n, some=some: made[fold[some[n]]])
        print(f"{writer or 'all':12} P {{:.3f}} R {{:.3f}} F1 {{:.3f}}".format(*figures))
    if args.write:
        y = labels_of(texts, chosen, odds)  # of several segments the likeliest is the term
        whole = learn_first(texts + also, y + y_also, least=args.least, how=how)
        second = learn_second(texts, y, odds)
        rest = {"answers": TERM_KINDS, "least": least, "second": second}
        write_net("term-net", whole.net.layers(list(whole.vocab)), rest)


if __name__ == "__main__":
    main()

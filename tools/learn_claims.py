"""Learn the weights of words for claims from texts with gold answers.

    python tools/learn_claims.py FOLDER|SHEET ... [--also FOLDER|SHEET ...] [--folds 6] [--write]

Prints what cross-validation gives for the folders and sheets, scored as tools/bench_reading.py
scores. It leaves out whole writers (``--by writer``): a text to be read is by nobody known.
``--also``: folders that are learned from and not scored. ``--write`` learns from all and writes
``claim-net.npz`` and ``source-net.npz`` of the reader's data.
"""

from __future__ import annotations

import argparse
import sys
import zlib
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))
from bench_reading import pair, same_claim, same_name
from claim_texts import Text, bank_of, cases_of, texts_of
from gold_texts import writer_of
from loglinear import Bag, choice, softmax
from nets import Found, How, any_right, learn, one_of

from truceline.reading.claims import claims as claims_module
from truceline.reading.claims.sources import choose
from truceline.reading.weighing.scale import Scale, scale

MEASURES = How(hidden=64, less=0.7)
SOURCES = How(hidden=32, rounds=12, step=64, less=0.4)


class Measures:
    """The figures of texts with their measures, to learn from some of the texts."""

    def __init__(self, texts: list[Text]) -> None:
        rows, group, self.y = [], [], []
        for n, text in enumerate(texts):
            for features, label in claims_module.taught(text.scene, text.label):
                if label is not None:
                    rows.append(features)
                    group.append(n)
                    self.y.append(label)
        self.bag = Bag(rows, group)

    def learn(self, some: set[int], c: float, least: int) -> Found:
        """The weights by the texts ``some``."""
        rows = np.flatnonzero(np.isin(self.bag.group, sorted(some)))
        columns = self.bag.columns(rows, least)
        answers = sorted({self.y[n] for n in rows})
        y = np.array([answers.index(self.y[n]) for n in rows])
        x = self.bag.x[rows][:, columns]
        w, start = softmax(x, y, len(answers), c)
        net = learn(x, len(answers), one_of(y, len(answers)), MEASURES, out_start=0.0)
        return Found(tuple(answers), self.bag.labels(columns), net.beside(w.T, start))


class Sources:
    """The candidates of each claim; all that bear the right name are right."""

    def __init__(self, texts: list[Text], lost: bool = False) -> None:
        rows: list[set[str]] = []
        group: list[int] = []
        self.of: list[int] = []  # the text of each claim
        self.spans: list[tuple[int, int]] = []
        right: list[bool] = []
        self.lost = self.named = 0
        for n, text in enumerate(texts):
            for some, answer in claims_module.taught_sources(text.scene, text.label, text.said):
                self.named += bool(answer)
                fits = [same_name(answer, x.name) if answer else not x.name for x in some]
                if not any(fits):
                    self.lost += 1
                    if lost:
                        print(f"{text.name}: no candidate for {answer}")
                    continue
                self.spans.append((len(rows), len(rows) + len(some)))
                rows += [x.features for x in some]
                group += [n] * len(some)
                self.of.append(n)
                right += fits
        self.right = np.array(right)
        self.bag = Bag(rows, group)

    def learn(self, some: set[int], c: float, least: int) -> Found:
        """The weights by the texts ``some``."""
        spans = [s for s, n in zip(self.spans, self.of, strict=True) if n in some]
        rows = np.concatenate([np.arange(a, b) for a, b in spans])
        columns = self.bag.columns(rows, least)
        sizes = [b - a for a, b in spans]
        x, right = self.bag.x[rows][:, columns], self.right[rows]
        w = choice(x, sizes, right, c)
        net = learn(x, 1, any_right(right, sizes), SOURCES, 0.0, sizes)
        line = net.beside(w[:, None], np.zeros(1))
        return Found(("source",), self.bag.labels(columns), line)


def score(
    texts: list[Text], made: list[list[dict[str, Any]]], same: Any
) -> tuple[float, float, float]:
    hits = missed = extra = 0
    for text, ours in zip(texts, made, strict=True):
        h, m, e = pair(text.gold, ours, same)
        hits, missed, extra = hits + h, missed + len(m), extra + len(e)
    p, r = hits / max(1, hits + extra), hits / max(1, hits + missed)
    return p, r, 2 * p * r / max(1e-9, p + r)


def same_measure(gold: dict[str, Any], ours: dict[str, Any]) -> bool:
    return same_claim({**gold, "said_by": None}, ours)


def claims_of(text: Text, measures: Scale | None, sources: Scale | None) -> list[dict[str, Any]]:
    found = claims_module.figures_of(text.scene, measures, sources)
    return [
        {
            "measure": f.measure,
            "value": f.value,
            "low": f.low,
            "high": f.high,
            "said_by": f.said_by,
            "evidence": [{"text": text.page.text[slice(*f.span)]}],
        }
        for f in found
    ]


def folds_of(texts: list[Text], by: str, folds: int) -> list[int]:
    """The fold of each text: whole writers (folders and sheets) together, or text by text."""
    if by == "text":
        return [zlib.crc32(t.name.encode()) % folds for t in texts]
    size = Counter(writer(t) for t in texts)
    full = [0] * folds
    place = {}
    for name, n in size.most_common():
        place[name] = full.index(min(full))
        full[place[name]] += n
    return [place[writer(t)] for t in texts]


def writer(text: Text) -> str:
    return writer_of(text.name)


def report(texts: list[Text], made: list[list[dict[str, Any]]]) -> None:
    """The scores of all texts and of each folder or sheet."""
    for name in ["all", *dict.fromkeys(map(writer, texts))]:
        mine = [n for n, t in enumerate(texts) if name in ("all", writer(t))]
        some, ours = [texts[n] for n in mine], [made[n] for n in mine]
        number = score(some, ours, same_measure)[2]
        print(
            f"{name:12} P %.3f R %.3f F1 %.3f" % score(some, ours, same_claim),
            f" measure and number F1 {number:.3f}",
        )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", nargs="+", type=Path, help="folders and sheets")
    parser.add_argument("--also", nargs="*", type=Path, default=[])
    parser.add_argument("--cases", nargs="*", type=Path, default=[])
    parser.add_argument("--bank", nargs="*", type=Path, default=[])
    parser.add_argument("--by", choices=("writer", "text"), default="writer")
    parser.add_argument("--folds", type=int, default=6)
    parser.add_argument("--c", type=float, default=0.5, help="how loose the line of measures is")
    parser.add_argument("--cs", type=float, default=0.5, help="how loose that of sources is")
    parser.add_argument("--least", type=int, default=4, help="texts that a feature must be in")
    parser.add_argument("--score", action="store_true", help="score with the weights as they are")
    parser.add_argument("--why", action="store_true", help="print what spoke for each measure")
    parser.add_argument("--misses", nargs="?", const="", help="show misses [of these writers]")
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    texts = texts_of(args.folders)
    if args.why:
        why(texts, scale("claim-net"))
        return
    if args.score:
        measures, sources = scale("claim-net"), scale("source-net")
        report(texts, [claims_of(t, measures, sources) for t in texts])
        return
    also = texts_of(args.also) + bank_of(args.bank)
    for path in args.cases:
        also += cases_of(path)
    everything = texts + also
    figures, sources_all = Measures(everything), Sources(everything, args.misses is not None)
    if args.write:
        whole = set(range(len(everything)))
        figures.learn(whole, args.c, args.least).write("claim-net")
        sources_all.learn(whole, args.cs, args.least).write("source-net")
        return
    print(f"answers that are no candidate: {sources_all.lost}, of {sources_all.named} named")
    count_lost(texts)
    fold = folds_of(texts, args.by, args.folds)
    made: list[list[dict[str, Any]]] = [[] for _ in texts]
    right: Counter[str] = Counter()
    for k in sorted(set(fold)):
        some = {n for n in range(len(everything)) if n >= len(fold) or fold[n] != k}
        known = figures.learn(some, args.c, args.least).scale()
        who = sources_all.learn(some, args.cs, args.least).scale()
        for n, text in enumerate(texts):
            if fold[n] == k:
                made[n] = claims_of(text, known, who)
                count_sources(text, who, right)
    print("sources, where the figure and the source before are given:", dict(right))
    if args.misses is not None:
        show(texts, made, args.misses)
    report(texts, made)


def count_sources(text: Text, who: Scale, right: Counter[str]) -> None:
    """Count the sources that are right where the figure and the source before are given."""
    for some, answer in claims_module.taught_sources(text.scene, text.label, text.said):
        hit = same_name(answer, choose(who, some)[0])
        right[("named " if answer else "nobody ") + ("right" if hit else "wrong")] += 1


def count_lost(texts: list[Text]) -> None:
    """Print how many answers no number of the text stands for."""
    claims = sum(len(t.gold) for t in texts)
    found = sum(1 for t in texts for key in t.said if t.label.get(key) not in (None, "none"))
    print(f"answers that no number stands for: {claims - found}, of {claims}")


def why(texts: list[Text], known: Scale) -> None:
    """For each claim the features that spoke most for its measure."""
    for text in texts:
        scene = text.scene
        for (i, n), (measure, chance) in claims_module.measures_of(scene, known).items():
            sentence, spot = scene.sentences[i], scene.spots[i][n]
            reasons = ", ".join(
                f"{f} {w:+.1f}" for f, w in known.why(scene.features[i, n], measure, 5)
            )
            figure = sentence.text[max(0, spot.start - 30) : spot.end + 30].replace("\n", " ")
            print(f"{text.name}: {measure} {chance:.2f} «{figure}»: {reasons}")


def show(texts: list[Text], made: list[list[dict[str, Any]]], writers: str) -> None:
    """What was missed and what was too much."""
    for text, ours in zip(texts, made, strict=True):
        if writers and writer(text) not in writers.split(","):
            continue
        _, missed, extra = pair(text.gold, ours, same_claim)
        for sign, some in (("-", missed), ("+", extra)):
            for c in some:
                kept = [c["measure"], c.get("value"), c.get("low"), c.get("high"), c.get("said_by")]
                words = " | ".join(e["text"][:120] for e in c.get("evidence", []))
                print(f"  {sign} {text.name}: {kept} «{words}»")


if __name__ == "__main__":
    main()

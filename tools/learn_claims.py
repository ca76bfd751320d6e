"""Learn the weights of words for claims from texts with gold answers.

    python tools/learn_claims.py FOLDER ... [--also FOLDER ...] [--folds 8] [--write]

Prints what cross-validation by text gives for the folders, scored as tools/bench_reading.py scores.
``--also``: folders that are learned from and not scored. ``--write`` learns from all and writes
``claim-weights.json`` and ``source-weights.json`` of the reader's data.
"""

from __future__ import annotations

import argparse
import json
import sys
import zlib
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))
from bench_reading import pair, same_claim, same_name
from claim_texts import Text, bank_of, cases_of, texts_of

from truceline.reading import reader
from truceline.reading.claims import claims as claims_module
from truceline.reading.claims import sources as sources_module
from truceline.reading.claims.scoring import Table, table
from truceline.reading.claims.sources import choose

DATA = Path(reader.__file__).parent / "data"


def table_of(rows: list[set[str]], vocab: dict[str, int]) -> Any:
    from scipy.sparse import csr_matrix

    at, cols = [], []
    for n, row in enumerate(rows):
        some = [vocab[f] for f in row if f in vocab]
        at += [n] * len(some)
        cols += some
    return csr_matrix((np.ones(len(cols)), (at, cols)), shape=(len(rows), len(vocab)))


def learn_measures(texts: list[Text], c: float, least: int) -> dict[str, Any]:
    from sklearn.linear_model import LogisticRegression

    rows, answers = [], []
    count: Counter[str] = Counter()
    for text in texts:
        here: set[str] = set()
        for features, label in claims_module.taught(text.scene, text.label):
            if label is not None:
                rows.append(features)
                answers.append(label)
                here |= features
        count.update(here)
    vocab = {f: n for n, f in enumerate(sorted(f for f, k in count.items() if k >= least))}
    x = table_of(rows, vocab)
    model = LogisticRegression(C=c, max_iter=300)
    model.fit(x, answers)
    return {
        "answers": [str(a) for a in model.classes_],
        "start": [round(float(v), 3) for v in model.intercept_],
        "features": {
            f: row
            for f, n in vocab.items()
            if (
                row := {
                    str(k): round(float(v), 2)
                    for k, v in enumerate(model.coef_[:, n])
                    if abs(v) >= 0.04
                }
            )
        },
        "least": {},
    }


def learn_sources(texts: list[Text], c: float, least: int) -> dict[str, Any]:
    """A log-linear choice among candidates; all that bear the right name are right."""
    from scipy.optimize import minimize

    rows: list[set[str]] = []
    groups: list[tuple[int, int]] = []
    right: list[bool] = []
    count: Counter[str] = Counter()
    lost = 0
    for text in texts:
        here: set[str] = set()
        for some, answer in claims_module.taught_sources(text.scene, text.label, text.said):
            fits = [same_name(answer, x.name) if answer else not x.name for x in some]
            if not any(fits):
                lost += 1
                continue
            groups.append((len(rows), len(rows) + len(some)))
            rows += [x.features for x in some]
            right += fits
            here.update(*[x.features for x in some])
        count.update(here)
    vocab = {f: n for n, f in enumerate(sorted(f for f, k in count.items() if k >= least))}
    x = table_of(rows, vocab)
    starts = np.array([a for a, _ in groups])
    which = np.repeat(np.arange(len(groups)), [b - a for a, b in groups])
    good = np.array(right)

    def shares(odds: np.ndarray, mask: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
        odds = odds if mask is None else np.where(mask, odds, -1e9)
        top = np.maximum.reduceat(odds, starts)
        e = np.exp(odds - top[which])
        total = np.add.reduceat(e, starts)
        return e / total[which], np.log(total) + top

    def loss(w: np.ndarray) -> tuple[float, np.ndarray]:
        odds = x @ w
        p, z = shares(odds, None)
        q, y = shares(odds, good)
        return float((z - y).sum() + w @ w / (2 * c)), x.T @ (p - q) + w / c

    w = minimize(
        loss, np.zeros(len(vocab)), jac=True, method="L-BFGS-B", options={"maxiter": 200}
    ).x
    return {
        "answers": ["source"],
        "start": [0.0],
        "features": {
            f: {"0": round(float(w[n]), 2)} for f, n in vocab.items() if abs(w[n]) >= 0.03
        },
        "least": {},
        "lost": lost,
    }


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


def claims_of(text: Text, measures: Table | None, sources: Table | None) -> list[dict[str, Any]]:
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--also", nargs="*", type=Path, default=[])
    parser.add_argument("--cases", nargs="*", type=Path, default=[])
    parser.add_argument("--bank", nargs="*", type=Path, default=[])
    parser.add_argument("--folds", type=int, default=6)
    parser.add_argument("--c", type=float, default=1.0)
    parser.add_argument("--cs", type=float, default=0.5)
    parser.add_argument("--score", action="store_true", help="score with the weights as they are")
    parser.add_argument("--why", action="store_true", help="print what spoke for each measure")
    parser.add_argument("--misses", action="store_true")
    parser.add_argument("--least", type=int, default=1)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--nobody", type=float, default=0.5)
    parser.add_argument("--doubt", type=float, default=0.7)
    args = parser.parse_args()
    claims_module.NONE_LESS = args.doubt
    sources_module.NOBODY_LESS = args.nobody
    if args.why:
        why(texts_of(args.folders), table("claim-weights"))
        return
    if args.score:
        measures, sources = table("claim-weights"), table("source-weights")
        texts = texts_of(args.folders)
        made = [claims_of(t, measures, sources) for t in texts]
        for name, same in (("claims", same_claim), ("measure and number", same_measure)):
            print(f"{name:20} P %.3f R %.3f F1 %.3f" % score(texts, made, same))
        return
    texts = texts_of(args.folders)
    also = texts_of(args.also) + bank_of(args.bank)
    for path in args.cases:
        also += cases_of(path)
    if args.write:
        everything = texts + also
        for name, learned in (
            ("claim-weights", learn_measures(everything, args.c, args.least)),
            ("source-weights", learn_sources(everything, args.cs, 2)),
        ):
            write(DATA / f"{name}.json", learned)
        return
    fold = [zlib.crc32(t.name.encode()) % args.folds for t in texts]
    learned = [
        Table(
            learn_measures(
                [t for t, f in zip(texts, fold, strict=True) if f != k] + also, args.c, args.least
            )
        )
        for k in range(args.folds)
    ]
    sources = [
        learn_sources(
            [t for t, f in zip(texts, fold, strict=True) if f != k] + also, args.cs, args.least
        )
        for k in range(args.folds)
    ]
    print("answers that are no candidate:", [s["lost"] for s in sources])
    sources = [Table(s) for s in sources]
    right: Counter[str] = Counter()
    for n, text in enumerate(texts):
        for some, answer in claims_module.taught_sources(text.scene, text.label, text.said):
            who, _ = choose(sources[fold[n]], some)
            key = ("named " if answer else "nobody ") + (
                "right" if same_name(answer, who) else "wrong"
            )
            right[key] += 1
    print("sources, where the figure and the source before are given:", dict(right))
    for what, some, who in (
        ("rules", None, None),
        ("weighed", learned, sources),
    ):
        made = [
            claims_of(t, some[fold[n]] if some else None, who[fold[n]] if who else None)
            for n, t in enumerate(texts)
        ]
        if args.misses and some:
            show(texts, made)
        for name, same in (("claims", same_claim), ("measure and number", same_measure)):
            for folder in [None, *args.folders]:
                mine = [
                    n
                    for n, t in enumerate(texts)
                    if folder is None or t.name.startswith(folder.name + "/")
                ]
                got = score([texts[n] for n in mine], [made[n] for n in mine], same)
                print(
                    f"{name:20} {what:8} {folder.name if folder else 'all':10} P %.3f R %.3f F1 %.3f"
                    % got
                )


def write(path: Path, learned: dict[str, Any]) -> None:
    """One feature a line, so that a change of weights can be read."""
    head = {k: v for k, v in learned.items() if k not in ("features", "lost")}
    lines = [
        f"{json.dumps(f, ensure_ascii=False)}: {json.dumps(row, separators=(',', ':'))}"
        for f, row in sorted(learned["features"].items())
    ]
    body = json.dumps(head)[:-1] + ', "features": {\n' + ",\n".join(lines) + "\n}}\n"
    path.write_text(body, encoding="utf-8")


def why(texts: list[Text], known: Table) -> None:
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


def show(texts: list[Text], made: list[list[dict[str, Any]]]) -> None:
    """What was missed and what was too much."""
    for text, ours in zip(texts, made, strict=True):
        _, missed, extra = pair(text.gold, ours, same_claim)
        for sign, some in (("-", missed), ("+", extra)):
            for c in some:
                kept = [c["measure"], c.get("value"), c.get("low"), c.get("high"), c.get("said_by")]
                words = " | ".join(e["text"][:120] for e in c.get("evidence", []))
                print(f"  {sign} {text.name}: {kept} «{words}»")


if __name__ == "__main__":
    main()

"""Learn the weights of words for claims from texts with gold answers.

    python tools/learn_claims.py FOLDER ... [--also FOLDER ...] [--folds 8] [--write]

Prints what cross-validation by text gives for the folders, scored as tools/bench_reading.py scores.
``--also``: folders that are learned from and not scored. ``--write`` learns from all and writes
``claim-weights.json`` and ``source-weights.json`` of the reader's data.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import zlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))
from bench_reading import pair, same_claim, same_name

from truceline.reading import reader
from truceline.reading.claims import claims as claims_module
from truceline.reading.claims import sources as sources_module
from truceline.reading.claims import weighed
from truceline.reading.claims.claims import Scene
from truceline.reading.claims.sources import choose
from truceline.reading.weighing.weights import Weights, weights, weights_from

DATA = Path(reader.__file__).parent / "data"


@dataclass
class Text:
    """A text as the reader sees it, with its gold claims."""

    name: str
    page: Any
    scene: Scene
    gold: list[dict[str, Any]]
    label: dict[tuple[int, int], str | None] = field(default_factory=dict)  # None: not known
    said: dict[tuple[int, int], str | None] = field(default_factory=dict)


def cases_of(path: Path) -> list[Text]:
    """The sentences of the tests."""
    from ruamel.yaml import YAML

    found = []
    for n, (day, words, _, claims) in enumerate(YAML(typ="safe").load(path.read_text("utf-8"))):
        page, scene = scene_of(words.encode(), date.fromisoformat(str(day)))
        text = Text(f"{path.name}:{n}", page, scene, claims)
        align(text)
        found.append(text)
    return found


_MARK = re.compile(r"\[([^|\]]*)\|([^|\]]*)\|([^|\]]*)\]")


def bank_of(paths: list[Path]) -> list[Text]:
    """Passages with their claims marked: ``[figure|measure|source]``, "-" for no source."""
    found = []
    for path in paths:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
            if not line.strip() or line.startswith("#"):
                continue
            line = line.replace(" // ", "\n\n")
            plain, marks = "", []
            at = 0
            for match in _MARK.finditer(line):
                plain += line[at : match.start()]
                marks.append((len(plain), len(plain) + len(match[1]), match[2], match[3]))
                plain += match[1]
                at = match.end()
            plain += line[at:]
            page, scene = scene_of(plain.encode(), None)
            text = Text(f"{path.name}:{number + 1}", page, scene, [])
            for i, spots in scene.spots.items():
                for n, spot in enumerate(spots):
                    text.label[i, n] = weighed.NONE
                    base = scene.sentences[i].start
                    a, b = page.span(base + spot.start, base + spot.end)
                    for x, y, measure, who in marks:
                        if x <= a and b <= y:
                            text.label[i, n] = measure
                            text.said[i, n] = None if who == "-" else who
            if len(text.said) != len(marks):
                print(f"{text.name}: {len(marks)} marks, {len(text.said)} figures", file=sys.stderr)
            found.append(text)
    return found


def scene_of(data: bytes, published: date | None, name: str = "text.txt") -> tuple[Any, Scene]:
    """What the reader hands to the claims."""
    kept: dict[str, Any] = {}
    keep, ask = reader.open_page, reader.read_claims

    def opened(*args: Any, **more: Any) -> Any:
        kept["page"] = keep(*args, **more)
        return kept["page"]

    def asked(scene: Scene) -> Any:
        kept["scene"] = scene
        return []

    reader.open_page, reader.read_claims = opened, asked
    try:
        reader.read(data, name=name, published=published)
    finally:
        reader.open_page, reader.read_claims = keep, ask
    return kept["page"], kept["scene"]


def texts_of(folders: list[Path]) -> list[Text]:
    found = []
    for folder in folders:
        for answer in sorted(folder.glob("*.gold.json")):
            stem = answer.name.removesuffix(".gold.json")
            source = next(
                (p for p in (folder / f"{stem}.txt", folder / f"{stem}.html") if p.exists()), None
            )
            if source is None:
                continue
            gold = json.loads(answer.read_text(encoding="utf-8"))
            stated = gold.get("document", {}).get("published") or gold.get("published")
            day = date.fromisoformat(stated) if stated else None
            page, scene = scene_of(source.read_bytes(), day, source.name)
            text = Text(f"{folder.name}/{stem}", page, scene, gold.get("claims", []))
            align(text)
            found.append(text)
    return found


def same_number(claim: dict[str, Any], q: Any) -> bool:
    if claim.get("value") is not None:
        return q.value is not None and abs(q.value - claim["value"]) < 1e-6 * max(1, claim["value"])
    if claim.get("low") is None and claim.get("high") is None:
        return q.value is None
    return all(
        claim.get(side) is None or (mine is not None and abs(mine - claim[side]) <= 1)
        for side, mine in (("low", q.low), ("high", q.high))
    )


def align(text: Text) -> None:
    """Give each number of a text the measure and source that the gold gives it."""
    scene = text.scene
    rules = scene.by_rule
    where = {}
    for i, spots in scene.spots.items():
        for n, spot in enumerate(spots):
            base = scene.sentences[i].start
            where[i, n] = text.page.span(base + spot.start, base + spot.end)
    for key in where:
        text.label[key] = weighed.NONE
    taken: set[tuple[int, int]] = set()
    unknown: set[tuple[int, int]] = set()
    for claim in text.gold:
        spans = []
        for e in claim.get("evidence", []):
            at = text.page.source.find(e["text"]) if "text" in e else e["start"]
            if at >= 0:
                spans.append((at, at + len(e["text"])))
        fits = [
            key
            for key, (x, y) in where.items()
            if same_number(claim, scene.spots[key[0]][key[1]].q)
            and (not spans or any(a - 2 <= x and y <= b + 2 for a, b in spans))
        ]
        free = [key for key in fits if key not in taken]
        best = sorted(free, key=lambda key: (rules.get(key) != claim["measure"], key))[:1]
        if spans or len(fits) == 1 or (best and rules.get(best[0]) == claim["measure"]):
            for key in best:
                taken.add(key)
                text.label[key] = claim["measure"]
                text.said[key] = claim.get("said_by")
        else:
            unknown |= set(free)
        if claim.get("value") is None or claim["value"] >= 10:
            unknown |= {
                key for key in where if same_number(claim, scene.spots[key[0]][key[1]].q)
            }
        else:
            unknown |= {key for key in fits if rules.get(key) == claim["measure"]}
    for key in unknown - taken:
        text.label[key] = None


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

    w = minimize(loss, np.zeros(len(vocab)), jac=True, method="L-BFGS-B", options={"maxiter": 200}).x
    return {
        "answers": ["source"],
        "start": [0.0],
        "features": {f: {"0": round(float(w[n]), 2)} for f, n in vocab.items() if abs(w[n]) >= 0.03},
        "least": {},
        "lost": lost,
    }


def score(texts: list[Text], answer: Any, same: Any = same_claim) -> tuple[float, float, float]:
    hits = missed = extra = 0
    for n, text in enumerate(texts):
        h, m, e = pair(text.gold, answer(n, text), same)
        hits, missed, extra = hits + h, missed + len(m), extra + len(e)
    p, r = hits / max(1, hits + extra), hits / max(1, hits + missed)
    return p, r, 2 * p * r / max(1e-9, p + r)


def same_measure(gold: dict[str, Any], ours: dict[str, Any]) -> bool:
    return same_claim({**gold, "said_by": None}, ours)


def claims_of(text: Text, measures: Weights | None, sources: Weights | None) -> list[dict[str, Any]]:
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
    parser.add_argument("--misses", action="store_true")
    parser.add_argument("--least", type=int, default=1)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--nobody", type=float, default=0.5)
    parser.add_argument("--doubt", type=float, default=0.7)
    args = parser.parse_args()
    claims_module.NONE_LESS = args.doubt
    sources_module.NOBODY_LESS = args.nobody
    if args.score:
        measures, sources = weights("claim-weights"), weights("source-weights")
        texts = texts_of(args.folders)
        made = [claims_of(t, measures, sources) for t in texts]
        for name, same in (("claims", same_claim), ("measure and number", same_measure)):
            print(f"{name:20} P %.3f R %.3f F1 %.3f" % score(texts, lambda k, t: made[k], same))
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
        weights_from(
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
    sources = [weights_from(s) for s in sources]
    right: Counter[str] = Counter()
    for n, text in enumerate(texts):
        for some, answer in claims_module.taught_sources(text.scene, text.label, text.said):
            who, _ = choose(sources[fold[n]], some)
            key = ("named " if answer else "nobody ") + ("right" if same_name(answer, who) else "wrong")
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
                got = score([texts[n] for n in mine], lambda k, t: made[mine[k]], same)
                print(f"{name:20} {what:8} {folder.name if folder else 'all':10} P %.3f R %.3f F1 %.3f" % got)


def write(path: Path, learned: dict[str, Any]) -> None:
    """One feature a line, so that a change of weights can be read."""
    head = {k: v for k, v in learned.items() if k not in ("features", "lost")}
    lines = [
        f"{json.dumps(f, ensure_ascii=False)}: {json.dumps(row, separators=(',', ':'))}"
        for f, row in sorted(learned["features"].items())
    ]
    body = json.dumps(head)[:-1] + ', "features": {\n' + ",\n".join(lines) + "\n}}\n"
    path.write_text(body, encoding="utf-8")


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

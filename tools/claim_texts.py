"""Texts with their claims, as they are learned from: gold folders, marked passages, test sentences."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from gold_texts import answered
from ruamel.yaml import YAML

from truceline.reading import reader
from truceline.reading.claims import weighed
from truceline.reading.claims.claims import Scene


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
    found = []
    for n, (day, words, _, claims, *_) in enumerate(YAML(typ="safe").load(path.read_text("utf-8"))):
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


def texts_of(paths: list[Path]) -> list[Text]:
    """The texts of folders and sheets."""
    found = []
    for t in answered(paths):
        page, scene = scene_of(t.data, t.published, t.file)
        text = Text(t.name, page, scene, t.gold.get("claims", []))
        align(text)
        found.append(text)
    return found


def same_number(claim: dict[str, Any], q: Any) -> bool:
    if q is None:
        return False
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
            if (
                same_number(claim, scene.spots[key[0]][key[1]].q)
                or same_number(claim, scene.rule.get((key[0], scene.spots[key[0]][key[1]].q.core)))
            )
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
            unknown |= {key for key in where if same_number(claim, scene.spots[key[0]][key[1]].q)}
        else:
            unknown |= {key for key in fits if rules.get(key) == claim["measure"]}
    for key in unknown - taken:
        text.label[key] = None

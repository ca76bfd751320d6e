"""Score the reader on a folder of texts with gold answers, and time it.

    python tools/bench_reading.py [FOLDER ...] [--misses] [--no-speed] [--no-spacy]

A folder holds NAME.txt, NAME.html or NAME.pdf with NAME.gold.json: the object of
``read --json`` (evidence may be left out). A term counts when its kind and every time (to
the minute), duration, distance (to 1 %) and count that the gold gives agree; a claim when
measure and value or range agree and ``said_by`` is right where given; a statement when
quotation and speaker agree. The body is whole when nothing of the gold's body is missing.
Where the extra ``spacy`` is installed, the reader with it stands beside the default one.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz

sys.path.insert(0, str(Path(__file__).resolve().parent))
from gold_texts import answered

from truceline.model.parsed import Parser
from truceline.reading import Reading, read
from truceline.reading.terms.joining import seconds
from truceline.sources.spacy_parser import ParserFault, SpacyParser

HERE = Path(__file__).resolve().parent.parent / "tests" / "reading" / "gold"


def same_moment(gold: str, ours: str | None) -> bool:
    if ours is None:
        return False
    if len(gold) == 10 or "T" not in gold:
        return ours[: len(gold)] == gold and (len(ours) == len(gold) or "T" not in gold)
    if "T" not in ours:
        return False

    def parse(text: str) -> tuple[datetime, timedelta | None]:
        at = datetime.fromisoformat(text.replace("Z", "+00:00"))
        return at.replace(tzinfo=None, second=0, microsecond=0), at.utcoffset()

    (a, za), (b, zb) = parse(gold), parse(ours)
    if za is None or zb is None:
        return a == b
    return a - za == b - zb


def same_term(gold: dict[str, Any], ours: dict[str, Any]) -> bool:
    if gold["kind"] != ours["kind"]:
        return False
    for name in ("start", "due", "until"):
        if gold.get(name) and not same_moment(gold[name], ours.get(name)):
            return False
    for name in ("within", "recurs"):
        if gold.get(name) and (not ours.get(name) or seconds(gold[name]) != seconds(ours[name])):
            return False
    for name in ("distance_m", "width_m"):
        if gold.get(name) is not None and (
            ours.get(name) is None or abs(ours[name] - gold[name]) > 0.01 * abs(gold[name])
        ):
            return False
    return gold.get("count") is None or ours.get("count") == gold["count"]


def name_key(name: str | None) -> str:
    return re.sub(r"[^\w ]", " ", re.sub(r"^(?:the|a|an)\s+", "", (name or "").lower())).strip()


def same_name(gold: str | None, ours: str | None) -> bool:
    a, b = name_key(gold), name_key(ours)
    if not a or not b:
        return a == b
    return (
        a == b
        or set(a.split()) <= set(b.split())
        or set(b.split()) <= set(a.split())
        or fuzz.ratio(a, b) >= 88
    )


def same_claim(gold: dict[str, Any], ours: dict[str, Any]) -> bool:
    if gold["measure"] != ours["measure"]:
        return False
    if gold.get("value") is not None:
        if ours.get("value") is None or abs(ours["value"] - gold["value"]) > 1e-6 * max(
            1, abs(gold["value"])
        ):
            return False
    else:
        for side in ("low", "high"):
            if gold.get(side) is not None and (
                ours.get(side) is None or abs(ours[side] - gold[side]) > 1
            ):
                return False
    return gold.get("said_by") is None or same_name(gold["said_by"], ours.get("said_by"))


def quote_key(quote: str) -> str:
    return re.sub(r"\W+", " ", quote.lower()).strip()


def same_statement(gold: dict[str, Any], ours: dict[str, Any]) -> bool:
    return quote_key(gold["quote"]) == quote_key(ours["quote"]) and same_name(
        gold.get("speaker"), ours.get("speaker")
    )


SAME = {"terms": same_term, "claims": same_claim, "statements": same_statement}


def pair(
    gold: list[dict[str, Any]], ours: list[dict[str, Any]], same: Any
) -> tuple[int, list[dict[str, Any]], list[dict[str, Any]]]:
    """Matches, gold that was missed, ours that is too much (best matching by augmenting paths)."""
    fits = [[j for j, o in enumerate(ours) if same(g, o)] for g in gold]
    owner: dict[int, int] = {}

    def place(i: int, seen: set[int]) -> bool:
        for j in fits[i]:
            if j not in seen:
                seen.add(j)
                if j not in owner or place(owner[j], seen):
                    owner[j] = i
                    return True
        return False

    hits = sum(place(i, set()) for i in range(len(gold)))
    found = set(owner.values())
    return (
        hits,
        [g for i, g in enumerate(gold) if i not in found],
        [o for j, o in enumerate(ours) if j not in owner],
    )


def placed(gold: dict[str, Any], reading: Reading) -> None:
    """Give spans that are stated by their words alone their place in the document."""
    for key in ("body", "dropped"):
        for span in gold.get("document", {}).get(key, []):
            if "start" not in span:
                at = reading.source.find(span["text"])
                span["start"], span["end"] = (at, at + len(span["text"])) if at >= 0 else (0, 0)


def body_missing(gold: dict[str, Any], reading: Reading) -> str:
    """The gold body's characters (white space aside) that our body lacks."""
    ours = bytearray(len(reading.source))
    for a, b in reading.body:
        ours[a:b] = b"\1" * (b - a)
    missing = []
    for span in gold.get("document", {}).get("body", []):
        for i in range(span["start"], min(span["end"], len(ours))):
            if not ours[i] and not reading.source[i].isspace():
                missing.append(reading.source[i])
    text = "".join(missing)
    return re.sub(r"<[^>]*>", "", text) if reading.format == "html" else text


def extra_body(gold: dict[str, Any], reading: Reading) -> int:
    inside = bytearray(len(reading.source))
    for span in gold.get("document", {}).get("body", []):
        inside[span["start"] : span["end"]] = b"\1" * (span["end"] - span["start"])
    return sum(
        1
        for a, b in reading.body
        for i in range(a, b)
        if not inside[i] and not reading.source[i].isspace()
    )


def score(folder: Path, misses: bool, parser: Parser | None = None) -> Counter[str]:
    total: Counter[str] = Counter()
    for text in answered([folder]):
        stem, gold = text.name.partition("/")[2], text.gold
        reading = read(text.data, name=text.file, published=text.published, parser=parser)
        ours = reading.to_json()
        line = [f"{stem + (f' ({parser.name})' if parser else ''):36}"]
        for field, same in SAME.items():
            hits, missed, extra = pair(gold.get(field, []), ours[field], same)
            total[f"{field} hits"] += hits
            total[f"{field} missed"] += len(missed)
            total[f"{field} extra"] += len(extra)
            line.append(f"{field} {hits}/{hits + len(missed)} +{len(extra)}")
            if misses:
                for g in missed:
                    print(f"  - {stem} {field}: missed {compact(g)}")
                for o in extra:
                    print(f"  + {stem} {field}: extra  {compact(o)}")
        placed(gold, reading)
        missing = body_missing(gold, reading)
        total["bodies"] += 1
        total["bodies whole"] += not missing.strip()
        total["body extra characters"] += (
            extra_body(gold, reading) if gold.get("document", {}).get("body") else 0
        )
        if missing.strip() and misses:
            print(f"  - {stem} body: missing {missing[:100]!r}")
        for field in SAME:
            for item in ours[field]:
                assert item["evidence"], f"{stem}: {field} without evidence"
                for e in item["evidence"]:
                    assert reading.source[e["start"] : e["end"]] == e["text"], (
                        f"{stem}: evidence is off"
                    )
        print("  ".join(line) + ("" if not missing.strip() else "  BODY NOT WHOLE"))
    return total


def compact(item: dict[str, Any]) -> str:
    kept = {
        k: v
        for k, v in item.items()
        if v not in (None, [], ())
        and k not in ("evidence", "confidence", "parties", "places", "notes", "how")
    }
    words = " | ".join(e["text"][:90] for e in item.get("evidence", []))
    return f"{json.dumps(kept, ensure_ascii=False)}  «{words}»"


def report(name: str, totals: dict[str, Counter[str]]) -> None:
    """Precision, recall and F1 of each field, the readers side by side."""
    print(f"\n{name}")
    print(" " * 12 + "".join(f"  {reader:^49}" for reader in totals))
    head = f"  {'precision':>9} {'recall':>7} {'F1':>7}  {'right':>5} {'missed':>7} {'extra':>6}"
    print(f"{'field':12}" + f"{head:51}" * len(totals))
    for field in SAME:
        line = f"{field:12}"
        for total in totals.values():
            hits, missed, extra = (total[f"{field} {k}"] for k in ("hits", "missed", "extra"))
            precision, recall = hits / max(1, hits + extra), hits / max(1, hits + missed)
            f1 = 2 * precision * recall / max(1e-9, precision + recall)
            cells = f"  {precision:9.3f} {recall:7.3f} {f1:7.3f}  {hits:5} {missed:7} {extra:6}"
            line += f"{cells:51}"
        print(line.rstrip())
    total = next(iter(totals.values()))
    print(
        f"body whole: {total['bodies whole']} of {total['bodies']}; {total['body extra characters']} characters too many"
    )


def speed(folders: list[Path], readers: dict[str, Parser | None]) -> None:
    texts = [p.read_bytes() for f in folders for p in sorted(f.glob("*.txt"))]
    if not texts:
        return
    print()
    for name, parser in readers.items():
        for data in texts:
            read(data, published=date(2024, 1, 1), parser=parser)
        runs, began, size = 0, time.process_time(), 0
        while time.process_time() - began < 3:
            for data in texts:
                read(data, published=date(2024, 1, 1), parser=parser)
                runs += 1
                size += len(data)
        spent = time.process_time() - began
        print(
            f"speed ({name}): {runs / spent:.0f} plain-text articles a second on one core ({size / runs:.0f} bytes each on average, {size / spent / 1e6:.2f} MB/s)"
        )


def readers(with_spacy: bool) -> dict[str, Parser | None]:
    """The default reader, and the one with spaCy where that is installed."""
    found: dict[str, Parser | None] = {"default": None}
    if with_spacy:
        try:
            found["spacy"] = SpacyParser()
        except ParserFault:
            print(
                "spaCy is not installed, so only the default reader is measured; "
                "for both run: pip install 'truceline[spacy]'\n"
            )
    return found


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument(
        "--misses", action="store_true", help="show what was missed and what was too much"
    )
    parser.add_argument("--no-speed", action="store_true")
    parser.add_argument("--no-spacy", action="store_true", help="the default reader alone")
    given = parser.parse_args()
    folders = given.folders or [p for p in (HERE / "dev", HERE / "test") if p.is_dir()]
    both = readers(not given.no_spacy)
    for folder in folders:
        report(str(folder), {n: score(folder, given.misses, p) for n, p in both.items()})
    if not given.no_speed:
        speed(folders, both)


if __name__ == "__main__":
    main()

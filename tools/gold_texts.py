"""Texts with answers, from folders (``NAME.txt`` beside ``NAME.gold.json``) and from sheets.

A sheet is one file with many short texts, each followed by its answers a line
(``tests/reading/sheets/README.md`` gives the form).
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

_NUMBERS = frozenset(("value", "low", "high", "distance_m", "width_m", "count"))
_LISTS = frozenset(("parties", "places"))


@dataclass(frozen=True)
class Answered:
    """A text as received, and what a careful reader finds in it (the form of ``read --json``)."""

    name: str  # FOLDER/NAME or SHEET/NAME
    file: str  # a file name whose ending tells the format
    data: bytes
    gold: dict[str, Any]

    @property
    def published(self) -> date | None:
        stated = self.gold.get("document", {}).get("published") or self.gold.get("published")
        return date.fromisoformat(stated) if stated else None


def answered(paths: list[Path]) -> Iterator[Answered]:
    """The texts of folders and sheets, in the order of their names."""
    for path in paths:
        if path.is_dir():
            yield from _folder(path)
        else:
            yield from sheet(path)


def _folder(folder: Path) -> Iterator[Answered]:
    for answer in sorted(folder.glob("*.gold.json")):
        stem = answer.name.removesuffix(".gold.json")
        some = (folder / f"{stem}{e}" for e in (".txt", ".html", ".pdf"))
        source = next((p for p in some if p.exists()), None)
        if source is None:
            raise FileNotFoundError(f"{answer}: no text beside it")
        gold = json.loads(answer.read_text(encoding="utf-8"))
        yield Answered(f"{folder.name}/{stem}", source.name, source.read_bytes(), gold)


def sheet(path: Path) -> Iterator[Answered]:
    """The texts of one sheet. Raises ValueError with file, line and what is wrong."""
    head: list[str] = []
    lines: list[str] = []
    answers: list[tuple[int, str]] | None = None
    text = path.read_text(encoding="utf-8") + "\n=== end | - | -"
    for number, line in enumerate(text.split("\n"), 1):
        if line.startswith("=== "):
            if head:
                yield _one(path, head, lines, answers or [])
            head = [x.strip() for x in line[4:].split("|")]
            lines, answers = [], None
        elif answers is not None:
            if line.strip():
                answers.append((number, line))
        elif line.strip() == "---":
            answers = []
        elif head:
            lines.append(line)


def _one(path: Path, head: list[str], lines: list[str], answers: list[tuple[int, str]]) -> Answered:
    text = "\n".join(lines).strip() + "\n"
    gold: dict[str, Any] = {
        "document": {"published": None if head[1] == "-" else head[1], "dropped": []},
        "terms": [],
        "claims": [],
        "statements": [],
    }
    for number, line in answers:
        parts = [x.strip() for x in line[2:].split("|")]
        sign = line[:2].strip()
        where = f"{path}:{number}"
        if sign in ("T", "C") and len(parts) == 3:
            found = {"kind" if sign == "T" else "measure": parts[0], **_fields(parts[1], where)}
            found["evidence"] = [
                {"text": _there(text, piece, where)} for piece in parts[2].split(" ++ ")
            ]
            gold["terms" if sign == "T" else "claims"].append(found)
        elif sign == "S" and len(parts) == 2:
            quote = _there(text, parts[1], where)
            gold["statements"].append(
                {"speaker": parts[0], "quote": quote, "evidence": [{"text": quote}]}
            )
        elif sign == "D" and len(parts) == 2:
            dropped = {"reason": parts[0], "text": _there(text, parts[1], where)}
            gold["document"]["dropped"].append(dropped)
        else:
            raise ValueError(f"{where}: no answer line: {line[:60]!r}")
    return Answered(f"{path.stem}/{head[0]}", "text.txt", text.encode(), gold)


def _fields(said: str, where: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field in filter(None, (x.strip() for x in said.split(";"))):
        name, mark, value = (x.strip() for x in field.partition("="))
        if not mark:
            raise ValueError(f"{where}: no '=' in {field!r}")
        if name in _NUMBERS:
            found[name] = float(value) if "." in value else int(value)
        elif name in _LISTS:
            found[name] = [x.strip() for x in value.split(",")]
        else:
            found[name] = value
    return found


def _there(text: str, words: str, where: str) -> str:
    """The words as they stand in the text: any white space may stand for a blank."""
    match = re.search(r"\s+".join(re.escape(w) for w in words.split()), text)
    if match is None:
        raise ValueError(f"{where}: not in the text: {words[:60]!r}")
    return match[0]


def writer_of(name: str) -> str:
    """Who wrote a text: the folder or the sheet before the "/" of its name."""
    return name.partition("/")[0]


def fold_of(name: str, folds: int) -> int:
    """The fold of a text by its writer."""
    return zlib.crc32(writer_of(name).encode()) % folds

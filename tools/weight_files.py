"""The reader's data files of weights, as the tools that learn them write them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from truceline.reading import reader

DATA = Path(reader.__file__).parent / "data"


def write(name: str, learned: dict[str, Any]) -> None:
    """``NAME.json``: a feature a line, so that a change of weights can be read."""
    head = {k: v for k, v in learned.items() if k != "features"}
    lines = [
        f"{json.dumps(f, ensure_ascii=False)}: {json.dumps(row, separators=(',', ':'))}"
        for f, row in sorted(learned["features"].items())
    ]
    body = json.dumps(head)[:-1] + ', "features": {\n' + ",\n".join(lines) + "\n}}\n"
    (DATA / f"{name}.json").write_text(body, encoding="utf-8")
    print(f"{name}: {len(lines)} features, {len(body) // 1000} kB")

"""The reader's data files of weights, as the tools that learn them write them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from truceline.reading import reader
from truceline.reading.weighing.net import Layers

DATA = Path(reader.__file__).parent / "data"


def write_net(name: str, layers: Layers, rest: dict[str, Any]) -> None:
    """``NAME.npz``: the layers, and ``rest`` as JSON."""
    held = {
        "features": np.frombuffer("\n".join(layers.features).encode(), np.uint8),
        "rows": layers.rows,
        "start": layers.start,
        "out": layers.out,
        "out_start": layers.out_start,
        "rest": np.frombuffer(json.dumps(rest).encode(), np.uint8),
    }
    path = DATA / f"{name}.npz"
    np.savez_compressed(path, **held)
    print(f"{name}: {len(layers.features)} features, {path.stat().st_size // 1000} kB")

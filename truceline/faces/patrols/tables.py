"""Patrols as files: JSON as the contract has it; tables with the lists as JSON text; GeoJSON."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from truceline.faces.tables import write_table
from truceline.model.patrol import Patrol
from truceline.monitor.patrols.route import Posts

_LISTS = ("gaps", "covered", "together", "parts", "warnings")


def write_patrols(patrols: Sequence[Patrol], posts: Posts, timezone: str, path: Path) -> None:
    """Write patrols by the ending of ``path``; lists are written out.

    Raises:
        ValueError: an ending that Truceline does not write.
        OSError: the file cannot be written.
    """
    ending = path.suffix.lower()
    if ending == ".json":
        rows = [p.to_json() for p in patrols]
        path.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    elif ending == ".geojson":
        features = [_feature(p, posts) for p in patrols]
        collection = {"type": "FeatureCollection", "features": features}
        path.write_text(json.dumps(collection, ensure_ascii=False), encoding="utf-8")
    else:
        write_table(table(patrols, timezone), path)


def table(patrols: Sequence[Patrol], timezone: str) -> pa.Table:
    """One row for each patrol; what is a list is JSON text, participants a list."""
    when = pa.timestamp("us", timezone)
    rows = []
    for patrol in patrols:
        row = patrol.to_json()
        row |= {k: json.dumps(row[k], ensure_ascii=False) for k in _LISTS}
        row |= {"start": patrol.start, "end": patrol.end}
        rows.append(row)
    schema = pa.schema(
        [
            ("start", when),
            ("end", when),
            ("participants", pa.list_(pa.string())),
            ("joint", pa.bool_()),
            *((k, pa.float64()) for k in ("joint_km", "covered_km", "route_km")),
            *((k, pa.string()) for k in _LISTS),
            *((k, pa.string()) for k in ("agreement", "provision", "route")),
            ("accuracy_m", pa.float64()),
            ("off_m", pa.float64()),
        ]
    )
    return pa.Table.from_pylist(rows, schema=schema)


def _feature(patrol: Patrol, posts: Posts) -> dict[str, Any]:
    lines = []
    for stretch in patrol.covered:
        at = np.arange(stretch.from_km * 1000, stretch.to_km * 1000, 100.0)
        at = np.append(at, stretch.to_km * 1000)
        lines.append([[round(x, 6), round(y, 6)] for x, y in posts.places(at)])
    return {
        "type": "Feature",
        "geometry": {"type": "MultiLineString", "coordinates": lines} if lines else None,
        "properties": patrol.to_json(),
    }

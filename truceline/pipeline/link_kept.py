"""What linking a case gave, kept in its cache, so that new batches link again only what they
can touch.

One file, ``cache/incidents/links.npz``: arrays and a JSON text, no objects. It names the batches
it was made from and all else that it rests on; where any of that is otherwise, or the file is
damaged, everything is linked at once instead, with the same result.
"""

import json
import os
import zipfile
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from truceline.model.event import EVENT_SCHEMA
from truceline.monitor.link.density import Crowd
from truceline.monitor.link.link import DEFAULT, Decided, Linked, Scored, taught
from truceline.monitor.link.names import Parties
from truceline.monitor.link.reports import reports_of
from truceline.store import record
from truceline.store.batches import read_events
from truceline.store.case import Case

_FILE = "links.npz"
_ARRAYS = ("i", "j", "parts", "label", "rate", "heaped")


def keep(case: Case, linked: Linked, batches: Mapping[int, str], rests: str) -> None:
    """Keep what was linked. ``batches`` are the case's, id to SHA-256; ``rests`` is the hash
    of all else. A case that cannot be written to goes without.
    """
    about = {
        "rests": rests,
        "batches": sorted(batches.items()),
        "rows": len(linked.reports),
        "heaps": linked.crowd.heaps,
        "join": sorted(linked.decided.join),
        "split": sorted(linked.decided.split),
        "notes": linked.notes,
    }
    arrays: dict[str, Any] = {
        "i": linked.first.i.astype(np.int32),
        "j": linked.first.j.astype(np.int32),
        "parts": linked.first.parts,
        "label": linked.label.astype(np.int32),
        "rate": linked.crowd.rate,
        "heaped": linked.crowd.heaped,
        "about": np.frombuffer(json.dumps(about, default=_plain).encode(), dtype=np.uint8),
    }
    folder = case.path / "cache" / "incidents"
    temporary = folder / f"links.{os.getpid()}.tmp"
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        try:
            with temporary.open("wb") as file:
                np.savez(file, **arrays)
            temporary.replace(folder / _FILE)
        finally:
            temporary.unlink(missing_ok=True)


def _plain(value: Any) -> Any:
    return value.item()  # a number of numpy's


def kept(
    case: Case, batches: Mapping[int, str], rests: str, names: Parties | None
) -> tuple[Linked, pa.Table] | None:
    """What was linked before, and the events that came or changed since; None where there is
    nothing that can be used. Raises OSError, pa.ArrowException where a batch cannot be read.
    """
    found = _read(case.path / "cache" / "incidents" / _FILE)
    if found is None:
        return None
    arrays, about = found
    known = {int(number): sha256 for number, sha256 in about["batches"]}
    if about["rests"] != rests or any(batches.get(n) != sha for n, sha in known.items()):
        return None
    before, since = _events(case, set(known))
    if before.num_rows != about["rows"] or len(arrays["label"]) != about["rows"]:
        return None
    pairs = (frozenset((a, b) for a, b in about[name]) for name in ("join", "split"))
    heaps = tuple((x, y, int(d), int(n), int(of)) for x, y, d, n, of in about["heaps"])
    i, j, label = (arrays[name].astype(np.int64) for name in ("i", "j", "label"))
    reports, first = reports_of(before, DEFAULT)[0], Scored(i, j, arrays["parts"])
    lessons, scored = taught(reports, first, DEFAULT)
    linked = Linked(
        reports=reports,
        crowd=Crowd(arrays["rate"], arrays["heaped"], heaps),
        first=first,
        lessons=lessons,
        scored=scored,
        label=label,
        supports=np.full(before.num_rows, -1, np.int64),  # linking again finds them anew
        weights=DEFAULT,
        decided=Decided(*pairs),
        names=names,
        former=(),
        notes=tuple(about["notes"]),
    )
    return linked, since


def _read(path: Path) -> tuple[dict[str, npt.NDArray[Any]], dict[str, Any]] | None:
    try:
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            arrays = {name: file[name] for name in _ARRAYS}
            about = json.loads(file["about"].tobytes())
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
    return arrays, about


def _events(case: Case, known: set[int]) -> tuple[pa.Table, pa.Table]:
    """The events as they were when only ``known`` batches were there, and those that are
    current now and stand in other batches. Both in ``EVENT_SCHEMA``.
    """
    old, new = [EVENT_SCHEMA.empty_table()], [EVENT_SCHEMA.empty_table()]
    with case.record.reading() as db:
        then, now = defaultdict(list), defaultdict(list)
        for mark in record.superseded(db):
            now[mark.batch].append(mark.row)
            if mark.said_in in known:
                then[mark.batch].append(mark.row)
        for batch in record.batches(db):
            if not batch.events_sha256:
                continue
            table = read_events(case.event_path(batch.id))
            here, gone = (old, then) if batch.id in known else (new, now)
            current = np.ones(table.num_rows, np.bool_)
            current[gone[batch.id]] = False
            here.append(table.filter(pa.array(current)))
    return pa.concat_tables(old), pa.concat_tables(new)

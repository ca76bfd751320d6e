"""Sentences: the reasons of findings, in plain words, each kept once."""

import threading
from collections.abc import Sequence

import pyarrow as pa

from truceline.model.finding import REASON
from truceline.monitor.clauses import DatedClause, Reading
from truceline.monitor.windows import edge_words


class Sentences:
    """A growing list of (rule, outcome, detail); ``add`` gives the index of one. Thread-safe."""

    def __init__(self) -> None:
        self._index: dict[tuple[str, str, str], int] = {}
        self._lock = threading.Lock()

    def add(self, rule: str, outcome: str, detail: str) -> int:
        """The index of this sentence, new or known."""
        key = (rule, outcome, detail)
        found = self._index.get(key)
        if found is None:
            with self._lock:
                found = self._index.setdefault(key, len(self._index))
        return found

    def array(self) -> pa.Array:
        """All sentences as a struct array of ``rule``, ``outcome``, ``detail``."""
        rows = [{"rule": r, "outcome": o, "detail": d} for r, o, d in self._index]
        return pa.array(rows, type=REASON)


def _share_words(share: float) -> str:
    if share >= 1:
        return "All"
    return f"{share:.2%}"


def _outcome(share: float | None, threshold: float) -> str:
    if share is None:
        return "cannot tell"
    if share >= threshold:
        return "inside"
    return "outside" if share <= 1 - threshold else "cannot tell"


def place_sentence(
    clause: DatedClause, reading: Reading, share: float | None, tz: str
) -> tuple[str, str, str]:
    """Where: how much of the region that the report allows lies inside the zone."""
    del tz
    if not reading.zone:
        return ("place", "inside", "The clause holds wherever the act is done.")
    known = any(part.shape is not None for part in reading.parts)
    if "open zone" in reading.choice and not known:
        return ("place", "cannot tell", f"The ground of '{reading.zone}' is not known.")
    edge = f" (its edge is known to {_distance(reading.accuracy_m)})" if reading.accuracy_m else ""
    if share is None:
        return (
            "place",
            "cannot tell",
            f"The report gives no place that can be laid beside the zone '{reading.zone}'{edge}.",
        )
    return (
        "place",
        _outcome(share, clause.threshold),
        f"{_share_words(share)} of the place that the report allows lies inside the zone "
        f"'{reading.zone}'{edge}.",
    )


def time_sentence(
    clause: DatedClause, reading: Reading, share: float | None, tz: str
) -> tuple[str, str, str]:
    """When: how much of the report's span lies inside the window."""
    assert share is not None
    edges = [e for part in reading.parts for e in part.window.edges]
    if not edges:
        window = "which is empty under this reading"
    else:
        start, end = min(e[0] for e in edges), max(e[1] for e in edges)
        window = f"from {edge_words(start, tz)}" if start.lo.year > 1801 else "without a beginning"
        window += f" until {edge_words(end, tz)}" if end.hi.year < 2099 else ", with no end"
        daily = clause.provision.daily
        if daily is not None:
            window += f", each day from {daily.from_} to {daily.until}"
    return (
        "time",
        _outcome(share, clause.threshold),
        f"{_share_words(share)} of the time that the report allows lies inside the window, "
        f"{window} ({tz}).",
    )


def reading_sentence(readings: Sequence[tuple[str, str, str]]) -> tuple[str, str, str]:
    """What each way to read the text gives: (words, verdict, cause) each."""
    said = "; ".join(
        f"read as {words}: {verdict}" + (f" ({cause})" if cause else "")
        for words, verdict, cause in readings
    )
    same = len({(v, c) for _, v, c in readings}) == 1
    return ("reading", "agree" if same else "differ", said[:1].upper() + said[1:] + ".")


def _distance(metres: float) -> str:
    return f"{metres / 1000:g} km" if metres >= 1000 else f"{metres:g} m"

"""Sentences: the reasons of findings, in plain words, each kept once."""

import threading
from collections.abc import Callable, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from truceline.model.finding import REASON
from truceline.monitor.check.clauses import DatedClause, Reading
from truceline.monitor.check.windows import edge_words

_BETWEEN = "\x1f"


class Sentences:
    """A growing list of (rule, outcome, detail); ``add`` gives the index of one. Thread-safe."""

    def __init__(self) -> None:
        self._index: dict[str, int] = {}  # one text each: lighter by far than a tuple
        self._lock = threading.Lock()

    def add(self, rule: str, outcome: str, detail: str) -> int:
        """The index of this sentence, new or known."""
        return self.add_all(rule, [outcome], [detail])[0]

    def add_all(self, rule: str, outcomes: Sequence[str], details: Sequence[str]) -> list[int]:
        """The indices of sentences of one rule."""
        words = zip(outcomes, details, strict=True)
        keys = [f"{rule}{_BETWEEN}{outcome}{_BETWEEN}{detail}" for outcome, detail in words]
        with self._lock:
            index = self._index
            return [index.setdefault(key, len(index)) for key in keys]

    def array(self) -> pa.Array:
        """All sentences as a struct array of ``rule``, ``outcome``, ``detail``."""
        keys = pa.array(list(self._index), pa.string())
        parts = pc.split_pattern(keys, _BETWEEN, max_splits=2)
        columns = [pc.list_element(parts, k) for k in range(3)]
        return pa.StructArray.from_arrays(columns, fields=list(REASON))


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


Shared = tuple[str, Sequence[str], Sequence[str]]  # a rule, and outcome and detail for each share
ShareSentences = Callable[[DatedClause, Reading, Sequence[float | None], str], Shared]


def place_sentences(
    clause: DatedClause, reading: Reading, shares: Sequence[float | None], tz: str
) -> Shared:
    """Where: how much of the region that the report allows lies inside the zone.

    One sentence for each share; None where nothing can be told.
    """
    del tz
    n = len(shares)
    if not reading.zone:
        return "place", ["inside"] * n, ["The clause holds wherever the act is done."] * n
    known = any(part.shape is not None for part in reading.parts)
    if "open zone" in reading.choice and not known:
        unknown = f"The ground of '{reading.zone}' is not known."
        return "place", ["cannot tell"] * n, [unknown] * n
    edge = f" (its edge is known to {_distance(reading.accuracy_m)})" if reading.accuracy_m else ""
    zone = f"the zone '{reading.zone}'{edge}."
    nothing = f"The report gives no place that can be laid beside {zone}"
    part = f" of the place that the report allows lies inside {zone}"
    outcomes = [_outcome(share, clause.threshold) for share in shares]
    return "place", outcomes, [nothing if s is None else _share_words(s) + part for s in shares]


def time_sentences(
    clause: DatedClause, reading: Reading, shares: Sequence[float | None], tz: str
) -> Shared:
    """When: how much of the report's span lies inside the window. One for each share."""
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
    part = f" of the time that the report allows lies inside the window, {window} ({tz})."
    outcomes = [_outcome(share, clause.threshold) for share in shares]
    return "time", outcomes, [_share_words(share or 0.0) + part for share in shares]


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

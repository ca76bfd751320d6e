"""A finding: one incident against one provision. Computed, never stored as truth.

``verdict`` is ``breach``, ``no-breach`` or ``cannot-tell``; it is apparent (``standing``)
until a person has reviewed it. ``bound`` answers apart from it whether the actor is bound.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

VERDICTS = ("no-breach", "breach", "cannot-tell")
CAUSES = ("", "place", "time", "act", "party", "text")
BOUNDS = ("yes", "no", "disputed", "unknown")

REASON = pa.struct([("rule", pa.string()), ("outcome", pa.string()), ("detail", pa.string())])


def finding_schema(timezone: str) -> pa.Schema:
    """The columns of a finding. Times are instants shown in the agreement's timezone;
    probabilities have four decimals; (lon, lat) in degrees, ``radius_m`` in metres.
    """
    text = pa.string()
    time = pa.timestamp("us", tz=timezone)
    return pa.schema(
        [
            ("finding_id", text),
            ("agreement", text),
            ("provision", text),
            ("incident_id", text),
            ("event_ids", pa.list_(text)),
            ("verdict", text),
            ("cause", text),
            ("bound", text),
            ("standing", text),
            ("p_zone", pa.float64()),
            ("p_time", pa.float64()),
            ("act", text),
            ("actor", pa.list_(text)),
            ("party", pa.list_(text)),
            ("start", time),
            ("end", time),
            ("lon", pa.float64()),
            ("lat", pa.float64()),
            ("radius_m", pa.float64()),
            ("deaths_low", pa.int64()),
            ("deaths_best", pa.int64()),
            ("deaths_high", pa.int64()),
            ("reasons", pa.list_(REASON)),
            # The contract's columns end here; what was added since stands behind them.
            ("attribution", text),
            ("count", pa.int64()),  # how many of the act the report counted; null: not stated
        ]
    )


@dataclass(frozen=True)
class Findings:
    """Findings of a run, with what the run counted.

    ``rows`` holds every column but ``reasons``; the sentences are kept once each
    (``sentences``, a struct array) and pointed to (``pointers``, a list array of indices),
    because a million findings share a few thousand of them.

    ``untouched`` counts incidents that touch no provision: nothing of them that four
    decimals can show lies in any zone and window. ``checked`` counts incidents judged,
    ``summaries`` and ``leads`` the events that are never an incident.
    """

    rows: pa.Table
    sentences: pa.Array
    pointers: pa.ChunkedArray
    timezone: str
    checked: int = 0
    untouched: int = 0
    summaries: int = 0
    leads: int = 0
    basis: str = ""
    notes: tuple[str, ...] = field(default=())

    def __len__(self) -> int:
        return int(self.rows.num_rows)

    def table(self) -> pa.Table:
        """All findings as one Arrow table in ``finding_schema``."""
        chunks = []
        for chunk in self.pointers.chunks:
            picked = self.sentences.take(chunk.flatten().cast(pa.int64()))
            starts = pc.subtract(chunk.offsets, chunk.offsets[0]) if len(chunk.offsets) else chunk
            chunks.append(pa.ListArray.from_arrays(starts, picked))
        reasons = pa.chunked_array(chunks, type=pa.list_(REASON))
        schema = finding_schema(self.timezone)
        return self.rows.append_column("reasons", reasons).select(schema.names).cast(schema)

    def reasons(self, finding_id: str) -> list[dict[str, str]]:
        """The reasons of one finding. Raises KeyError where there is none of this id."""
        place = pc.index(self.rows["finding_id"], finding_id).as_py()
        if place < 0:
            raise KeyError(f"no finding '{finding_id}'; list the ids with 'finding_id'")
        return [self.sentences[i].as_py() for i in self.pointers[place].as_py()]

    def counts(self) -> dict[str, int]:
        """How many findings of each verdict, cannot-tell by its cause."""
        found: dict[str, int] = {}
        columns = self.rows.group_by(["verdict", "cause"]).aggregate([([], "count_all")])
        for row in columns.to_pylist():
            name = f"{row['verdict']} ({row['cause']})" if row["cause"] else row["verdict"]
            found[name] = row["count_all"]
        return dict(sorted(found.items()))

    def counted(self) -> dict[tuple[str, str], int]:
        """How many acts the reports themselves counted ("45 explosions"), by provision and
        verdict. Reports that give no count are left out.
        """
        stated = self.rows.filter(pc.is_valid(self.rows["count"]))
        sums = stated.group_by(["provision", "verdict"]).aggregate([("count", "sum")]).to_pylist()
        return {
            (r["provision"], r["verdict"]): r["count_sum"]
            for r in sorted(sums, key=lambda r: (r["provision"], r["verdict"]))
        }

    def standings(self) -> dict[str, int]:
        """How many findings of each standing that a person gave; nothing where nobody did."""
        found = pc.value_counts(self.rows["standing"]).to_pylist()
        return {v["values"]: v["counts"] for v in sorted(found, key=lambda v: str(v["values"]))
                if v["values"] != "apparent"}  # fmt: skip

    def digest(self) -> str:
        """SHA-256 over the findings as canonical rows, sorted by id, and over ``basis``
        (the agreement, every geometry and every crosswalk used). Independent of the order
        of rows and of how many threads or which engine made them, and of what people found
        in reviews (``standing``): it is of what was computed.
        """
        columns = [
            pa.repeat("apparent", len(self))
            if name == "standing"
            else pc.fill_null(_canonical(self.rows[name]), "")
            for name in self.rows.schema.names
        ]
        lines = pc.binary_join_element_wise(*columns, "\x1f")
        order = pc.sort_indices(self.rows["finding_id"])
        digest = hashlib.sha256(self.basis.encode())
        ordered = lines.take(order)
        for chunk in _slices(ordered, 65_536):
            digest.update("\n".join(chunk).encode())
            digest.update(b"\n")
        return digest.hexdigest()


def _slices(lines: pa.ChunkedArray, size: int) -> Iterable[list[str]]:
    for start in range(0, len(lines), size):
        yield lines.slice(start, size).to_pylist()


def _canonical(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_list(column.type):
        return pc.binary_join(column, "\x1e")
    if pa.types.is_timestamp(column.type):
        return column.cast(pa.int64()).cast(pa.string())
    if pa.types.is_floating(column.type):
        return pc.round(column, ndigits=7).cast(pa.string())
    return column.cast(pa.string())

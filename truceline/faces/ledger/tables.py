"""The ledger as tables: claims as Arrow, statements as JSON values."""

from typing import Any

import pyarrow as pa

from truceline.faces.clearance import WITHHELD, Clearance
from truceline.faces.ledger.closed import closed
from truceline.model.agreement import Agreement
from truceline.monitor.claims.rights import right_in
from truceline.pipeline.ledger import Ledger

CLAIM_COLUMNS: tuple[tuple[str, pa.DataType], ...] = (
    ("number", pa.int64()),
    ("supersedes", pa.int64()),
    ("superseded", pa.bool_()),
    *((name, pa.string()) for name in ("measure", "word")),
    *((name, pa.float64()) for name in ("value", "low", "high")),
    *((n, pa.string()) for n in ("qualifier", "of_whom", "by_whom", "place", "known_as", "pcode")),
    *((name, pa.float64()) for name in ("lon", "lat")),
    *((n, pa.string()) for n in ("population", "meant_from", "meant_to", "said", "said_by")),
    *((n, pa.string()) for n in ("source", "url", "document", "words")),
    *((name, pa.int64()) for name in ("start", "end")),
    ("file", pa.string()),
    ("line", pa.int64()),
    ("column", pa.string()),
    ("entered_by", pa.string()),
    ("entered_at", pa.string()),
)


def claim_table(ledger: Ledger) -> pa.Table:
    """Every claim as a row, superseded ones too. Days are ISO text, '' where not known."""
    gone = ledger.superseded
    schema = pa.schema(list(CLAIM_COLUMNS))
    extra = ("number", "supersedes", "superseded", "entered_by", "entered_at")
    own = [name for name in schema.names if name not in extra]
    return pa.Table.from_pylist(
        [
            {
                "number": h.number,
                "supersedes": h.supersedes,
                "superseded": h.number in gone,
                "entered_by": h.entered_by,
                "entered_at": h.entered_at,
                **{name: getattr(h.claim, name) for name in own},
            }
            for h in ledger.claims
        ],
        schema=schema,
    )


def statement_rows(
    ledger: Ledger, agreement: Agreement | None, clearance: Clearance
) -> list[dict[str, Any]]:
    """Every statement as JSON values, with the right it reserves and what the clauses say."""
    shown = closed(ledger, clearance)
    made = []
    for real, said in zip(ledger.statements, shown.statements, strict=True):
        right = right_in(real.statement, agreement) if agreement is not None else None
        row: dict[str, Any] = {"number": said.number, **said.statement.to_json(), "right": None}
        if right is not None:
            row["right"] = {
                "words": right.words if said.statement.quote != WITHHELD else WITHHELD,
                "to": right.to,
                "outcome": right.outcome,
                "provisions": list(right.provisions),
                "why": right.why,
            }
        made.append(row)
    return made

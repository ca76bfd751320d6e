"""Which events a case knows, what they say and which row is current: an index in DuckDB.

Built from the batch files when an ingest needs it, and thrown away: the files and the
record stay the only truth. It spills to the case's cache beyond a fixed memory, so that a
case of any size can be added to.
"""

from collections.abc import Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

MEMORY = "384MB"

_LOOK = """
SELECT said.row AS row, known.content = said.content AS same, known.rank AS rank,
       known.file AS file, known.batch AS batch, known.row AS known_row
FROM said JOIN known USING (event_id)
ORDER BY said.row
"""


class Known:
    """The current version of every event in a case: where it is and what it says.

    ``rank`` orders versions (see ``record.FileRow``); rows count from 0 in their batch.
    """

    def __init__(self, cache: Path) -> None:
        self._db = duckdb.connect(
            config={
                "memory_limit": MEMORY,
                "temp_directory": str(cache),
                "preserve_insertion_order": False,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            }
        )
        self._db.execute(
            "CREATE TABLE known (event_id VARCHAR, content BLOB, rank INTEGER, file INTEGER,"
            " batch INTEGER, row INTEGER)"
        )

    def load(self, path: Path, rank: int, file: int, batch: int, superseded: Sequence[int]) -> None:
        """Take in a committed batch file, without its superseded rows."""
        gone = pa.table({"row": pa.array(superseded, pa.int64())})
        self._db.register("gone", gone)
        self._db.execute(
            "INSERT INTO known SELECT event_id, content, ?, ?, ?, file_row_number"
            " FROM read_parquet(?, file_row_number = true)"
            " WHERE file_row_number NOT IN (SELECT row FROM gone)",
            [rank, file, batch, str(path)],
        )
        self._db.unregister("gone")

    def look(self, ids: pa.Array, contents: pa.Array) -> pa.Table:
        """What is known of these events: a row for each that is known, in their order.

        Columns ``row`` (the position in ``ids``), ``same`` (it says the same), and ``rank``,
        ``file``, ``batch``, ``known_row`` of the current version.
        """
        said = pa.table(
            {"row": pa.array(range(len(ids)), pa.int64()), "event_id": ids, "content": contents}
        )
        self._db.register("said", said)
        found = self._db.sql(_LOOK).to_arrow_table()
        self._db.unregister("said")
        return found

    def add(
        self,
        ids: pa.Array,
        contents: pa.Array,
        rank: int,
        file: int,
        batch: int,
        rows: pa.Array,
        *,
        replaces: bool,
    ) -> None:
        """These are current now. ``replaces``: some in place of what the same id said before."""
        said = pa.table({"event_id": ids, "content": contents, "row": rows})
        self._db.register("said", said)
        if replaces:
            self._db.execute("DELETE FROM known WHERE event_id IN (SELECT event_id FROM said)")
        self._db.execute(
            "INSERT INTO known SELECT event_id, content, ?, ?, ?, row FROM said",
            [rank, file, batch],
        )
        self._db.unregister("said")

    def close(self) -> None:
        """Let go of the memory and of what was spilled."""
        self._db.close()

"""Tables as files: .parquet, .csv, .geojson and .json, told apart by their ending.

The forms are the contract's: times are ``YYYY-MM-DDTHH:MM:SS±HH:MM`` in the column's own
timezone (Parquet: timestamps with zone); probabilities (``p_zone``, ``p_time``) have four
decimals; in CSV a list is joined by ``|`` with ``|`` and ``%`` inside percent-encoded, and
``reasons`` is JSON text. Nothing that a source wrote is changed: a cell may begin with
``=`` or ``+``, and a spreadsheet may take that for a formula (docs/decisions/faces-tables.md).

Text is made column by column, and once for each different value: a million findings share
a few thousand sentences.
"""

import json
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from truceline.faces.cells import MADE, Slices, csv_lines, geojson_lines, json_lines
from truceline.model.finding import REASON, Findings, finding_schema

ENDINGS = (".parquet", ".csv", ".geojson", ".json")
_SLICE = 65_536  # rows made into text at a time: bounds memory, and Arrow's 2 GB per string array


def write_findings(findings: Findings, path: Path) -> None:
    """Write findings by the ending of ``path``; the file appears whole or not at all.

    Raises:
        ValueError: an ending that is none of ``ENDINGS``.
        OSError: the file cannot be written.
    """
    ending = _ending(path)
    if ending == ".parquet":
        schema = finding_schema(findings.timezone)
        _write_parquet(_with_reasons(findings), schema, path)
        return
    _write_lines(_LINES[ending](_with_reason_text(findings)), path)


def write_table(table: pa.Table, path: Path) -> None:
    """Write any Arrow table by the ending of ``path``, in the same forms.

    GeoJSON needs the columns ``lon`` and ``lat``; a row without them has a null geometry.

    Raises:
        ValueError: an ending that is none of ``ENDINGS``.
        OSError: the file cannot be written.
    """
    ending = _ending(path)
    if ending == ".parquet":
        _write_parquet(iter([table]), table.schema, path)
        return
    _write_lines(_LINES[ending](_slices(table)), path)


def findings_csv(findings: Findings) -> Iterator[bytes]:
    """The findings as CSV with a header, UTF-8, in pieces."""
    return csv_lines(_with_reason_text(findings))


def findings_json(findings: Findings) -> Iterator[bytes]:
    """The findings as one JSON list of objects, in pieces."""
    return json_lines(_with_reason_text(findings))


def findings_geojson(findings: Findings) -> Iterator[bytes]:
    """The findings as a GeoJSON FeatureCollection of points (lon, lat), in pieces."""
    return geojson_lines(_with_reason_text(findings))


def table_csv(table: pa.Table) -> Iterator[bytes]:
    """Any Arrow table as CSV with a header, UTF-8, in pieces."""
    return csv_lines(_slices(table))


def table_json(table: pa.Table) -> Iterator[bytes]:
    """Any Arrow table as one JSON list of objects, in pieces."""
    return json_lines(_slices(table))


def _ending(path: Path) -> str:
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise ValueError(
            f"{path.name}: '{ending or path.name}' is no format that Truceline writes; "
            f"end the name in one of {', '.join(ENDINGS)}"
        )
    return ending


def _slices(table: pa.Table) -> Slices:
    for start in range(0, max(table.num_rows, 1), _SLICE):
        yield table.slice(start, _SLICE)


def _findings_slices(findings: Findings) -> Iterator[tuple[pa.Table, pa.Array]]:
    for start in range(0, max(len(findings), 1), _SLICE):
        pointers = findings.pointers.slice(start, _SLICE)
        yield (
            findings.rows.slice(start, _SLICE),
            pa.concat_arrays(
                [
                    pa.array([], findings.pointers.type),
                    *pointers.chunks,
                ]
            ),
        )


def _with_reasons(findings: Findings) -> Slices:
    """Slices in ``finding_schema``."""
    schema = finding_schema(findings.timezone)
    for rows, pointers in _findings_slices(findings):
        picked = findings.sentences.take(pointers.flatten().cast(pa.int64()))
        lengths = pc.fill_null(pc.list_value_length(pointers), 0).to_numpy(zero_copy_only=False)
        offsets = pa.array(np.concatenate(([0], np.cumsum(lengths))).astype(np.int32))
        reasons = pa.ListArray.from_arrays(offsets, picked.cast(REASON))
        table = rows.append_column("reasons", reasons)
        yield table.select(schema.names).cast(schema)


def _with_reason_text(findings: Findings) -> Slices:
    """Slices in the order of ``finding_schema``, ``reasons`` as JSON text: written once for each
    sentence, joined once for each different set of them.
    """
    names = finding_schema(findings.timezone).names
    said = [json.dumps(s, ensure_ascii=False) for s in findings.sentences.to_pylist()]
    times = {n: pa.timestamp("us", tz=findings.timezone) for n in ("start", "end")}
    for rows, pointers in _findings_slices(findings):
        sets = pc.binary_join(pointers.cast(pa.list_(pa.string())), " ").dictionary_encode()
        texts = pa.array(
            [
                "[" + ", ".join(said[int(k)] for k in (kind or "").split()) + "]"
                for kind in sets.dictionary.to_pylist()
            ],
            pa.string(),
        )
        reasons = pa.DictionaryArray.from_arrays(sets.indices, texts)
        table = rows.append_column(pa.field("reasons", reasons.type, metadata=MADE), reasons)
        for name, kind in times.items():
            place = table.schema.get_field_index(name)
            table = table.set_column(place, name, table[name].cast(kind))
        yield table.select(names)


# --- files ------------------------------------------------------------------------------------


_LINES: dict[str, Callable[[Slices], Iterator[bytes]]] = {
    ".csv": csv_lines,
    ".json": json_lines,
    ".geojson": geojson_lines,
}


def _write_lines(pieces: Iterable[bytes], path: Path) -> None:
    def fill(file: BinaryIO) -> None:
        for piece in pieces:
            file.write(piece)

    _whole(path, fill)


def _write_parquet(slices: Slices, schema: pa.Schema, path: Path) -> None:
    def fill(file: BinaryIO) -> None:
        with pq.ParquetWriter(file, schema, compression="zstd") as writer:
            for table in slices:
                writer.write_table(table)

    _whole(path, fill)


def _whole(path: Path, fill: Callable[[BinaryIO], None]) -> None:
    """Fill a file beside ``path`` and move it there, so that no half of it is ever seen."""
    if path.exists() and not path.is_file():  # a pipe or a device cannot be moved onto
        with path.open("wb") as file:
            fill(file)
        return
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            fill(file)
        umask = os.umask(0)
        os.umask(umask)
        Path(name).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~umask)
        Path(name).replace(path)
    except BaseException:
        with suppress(FileNotFoundError):
            Path(name).unlink()
        raise

"""What a row says, and batches as other programs read them."""

import math
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import geopandas
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from truceline.model.event import EVENT_SCHEMA
from truceline.store.batches import contents, event_file, put_bytes, read_events

VALUES: dict[str, Any] = {
    "string": st.one_of(st.none(), st.text("ab|\\\x1e\x1f=0eu", max_size=4)),
    "double": st.one_of(st.none(), st.sampled_from([0.0, -0.0, 0.1, 0.1 + 2**-56, 1e300])),
    "int64": st.one_of(st.none(), st.integers(-2, 12)),
    "timestamp[us, tz=UTC]": st.one_of(
        st.none(), st.sampled_from([datetime(2020, 3, 6, 0, 0, s, tzinfo=UTC) for s in (0, 1)])
    ),
    "list<item: string>": st.one_of(
        st.none(), st.lists(st.one_of(st.none(), st.text("a\x1f\\0:", max_size=2)), max_size=3)
    ),
}


def _kind(field: pa.Field) -> str:
    return "list<item: string>" if pa.types.is_list(field.type) else str(field.type)


ROW = st.fixed_dictionaries({f.name: VALUES[_kind(f)] for f in EVENT_SCHEMA})
OWN = ("file_sha256", "file", "line")


def table(rows: list[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=EVENT_SCHEMA)


def spoken(row: dict[str, Any]) -> tuple[Any, ...]:
    """The content as a plain value, independently of how it is hashed."""
    said = []
    for name, value in row.items():
        if name not in OWN:
            said.append(tuple(value) if isinstance(value, list) else value)
    return tuple(said)


@settings(deadline=None, max_examples=60)
@given(st.lists(ROW, min_size=1, max_size=8), st.data())
def test_rows_have_the_same_content_exactly_where_they_say_the_same(
    rows: list[dict[str, Any]], data: st.DataObject
) -> None:
    twin = dict(rows[0]) | {"file": "another", "line": 7}
    name = data.draw(st.sampled_from([n for n in EVENT_SCHEMA.names if n not in OWN]))
    near = dict(rows[0]) | {name: data.draw(VALUES[_kind(EVENT_SCHEMA.field(name))])}
    rows = [*rows, twin, near]
    keys = contents(table(rows)).to_pylist()
    for i, one in enumerate(rows):
        for j, other in enumerate(rows):
            assert (keys[i] == keys[j]) == (spoken(one) == spoken(other)), (one, other)


@settings(deadline=None, max_examples=30)
@given(st.lists(ROW, min_size=2, max_size=6))
def test_a_row_says_the_same_in_any_batch(rows: list[dict[str, Any]]) -> None:
    whole = contents(table(rows)).to_pylist()
    assert whole == [contents(table([row])).to_pylist()[0] for row in rows]
    assert whole[1:] == contents(table(rows).slice(1)).to_pylist()


def test_a_column_that_a_later_version_adds_changes_nothing() -> None:
    # Fixed for good: what is stored is compared with it for as long as cases live.
    row = dict.fromkeys(EVENT_SCHEMA.names) | {"event_id": "a:1", "lon": 36.5, "actor": ["A", "B"]}
    found = contents(table([row])).to_pylist()[0].hex()
    assert found == "671845199f9799de4648fc9a9787cd1660e05508d9601fecc90eb56067b03d00"


def test_other_programs_read_a_batch_as_points(tmp_path: Path) -> None:
    rows = [
        dict.fromkeys(EVENT_SCHEMA.names) | {"event_id": "a:1", "lon": 36.5, "lat": 35.25},
        dict.fromkeys(EVENT_SCHEMA.names) | {"event_id": "a:2"},
        dict.fromkeys(EVENT_SCHEMA.names) | {"event_id": "a:3", "lon": -10.0, "lat": 36.0},
    ]
    events = table(rows)
    path = tmp_path / "batch.parquet"
    put_bytes(path, event_file(events, contents(events)))
    frame = geopandas.read_parquet(path)
    assert frame.crs.to_authority() == ("OGC", "CRS84")
    assert frame.geometry.iloc[0].coords[0] == (36.5, 35.25)
    assert frame.geometry.iloc[1] is None
    assert list(frame.total_bounds) == [-10.0, 35.25, 36.5, 36.0]
    assert read_events(path).equals(events)


def test_a_batch_without_places_or_rows_is_a_batch(tmp_path: Path) -> None:
    for rows in ([], [dict.fromkeys(EVENT_SCHEMA.names) | {"event_id": "a:1", "lon": math.nan}]):
        events = table(rows)
        path = tmp_path / "batch.parquet"
        put_bytes(path, event_file(events, contents(events)))
        assert len(geopandas.read_parquet(path)) == len(rows)


def test_a_batch_from_before_a_column_was_added_has_nulls_there(tmp_path: Path) -> None:
    events = table([dict.fromkeys(EVENT_SCHEMA.names) | {"event_id": "a:1"}])
    path = tmp_path / "old.parquet"
    pq.write_table(events.drop(["calibre_mm"]), path)
    assert read_events(path).equals(events)


def test_what_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "x.tmp").symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left"):
        put_bytes(tmp_path / "x", b"content")
    assert not list(tmp_path.iterdir())

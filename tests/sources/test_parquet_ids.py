"""Parquet: the ids are told apart before the rows are read, and nothing else changes."""

import io
import os
import random
import time
from collections import Counter
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest

from truceline.model.batch import Batch, Context
from truceline.sources import SOURCES
from truceline.sources.tables import files
from truceline.sources.tables.files import reader
from truceline.sources.tables.seen import Doubles, brief, texts_hashed


def parse(data: bytes, name: str) -> list[Batch]:
    return list(SOURCES["table"].parse(io.BytesIO(data), name=name, sha256="", context=Context()))


def parquet(table: pa.Table, **options: object) -> bytes:
    out = io.BytesIO()
    pq.write_table(table, out, **options)
    return out.getvalue()


def csv(table: pa.Table) -> bytes:
    out = io.BytesIO()
    pacsv.write_csv(table, out)
    return out.getvalue()


def summed(batches: list[Batch]) -> tuple[int, int, int, int, set[str]]:
    assert all(b.rows == b.events.num_rows + b.repeats + b.row_problems for b in batches)
    ids = {i for b in batches for i in b.events["event_id"].to_pylist()}
    return (
        sum(b.rows for b in batches),
        sum(b.events.num_rows for b in batches),
        sum(b.repeats for b in batches),
        sum(b.row_problems for b in batches),
        ids,
    )


def reports(ids: list[object], rng: random.Random) -> pa.Table:
    return pa.table(
        {
            "id": ids,
            "start": ["2020-03-06"] * len(ids),
            "lon": [round(rng.choice([36.1, 36.2]), 1) for _ in ids],
            "lat": [35.5] * len(ids),
            "deaths": [rng.choice([1, 1, 1, 2]) for _ in ids],
            "mark": [rng.choice(["x", "x", "y"]) for _ in ids],  # a column that is not used
        }
    )


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.int64()])
@pytest.mark.parametrize("doubled", [0.0, 0.1])
def test_parquet_says_what_csv_says(
    kind: pa.DataType, doubled: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_PARQUET_ROWS", 700)
    rng = random.Random(3)
    ids = [str(rng.randrange(10**9)) for _ in range(3_000)]
    ids = [rng.choice(ids[: i + 1]) if rng.random() < doubled else own for i, own in enumerate(ids)]
    table = reports(ids, rng)
    typed = table.set_column(0, "id", table["id"].cast(kind))
    wanted = summed(parse(csv(table), "r.csv"))
    assert summed(parse(parquet(typed, row_group_size=1_100), "r.parquet")) == wanted
    assert (wanted[2] > 20 and wanted[3] > 20) is bool(doubled)


def test_ids_that_differ_by_outer_blanks_are_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_PARQUET_ROWS", 2)
    table = pa.table({"id": ["a", "b", " a", "b\u00a0", "c"], "start": ["2020-03-06"] * 5})
    assert summed(parse(parquet(table), "r.parquet"))[:4] == (5, 3, 2, 0)


def test_long_ids_are_read_again_rather_than_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    table = reports([f"a-long-id-{k:060d}" for k in range(500)], random.Random(1))
    wanted = summed(parse(parquet(table), "r.parquet"))
    monkeypatch.setattr(files, "_KEPT_BYTES", 1_000)
    assert summed(parse(parquet(table), "r.parquet")) == wanted
    assert wanted[1] == 500


def test_a_row_without_an_id_is_a_problem() -> None:
    table = pa.table({"id": ["a", None, ""], "start": ["2020-03-06"] * 3})
    assert summed(parse(parquet(table), "r.parquet"))[:4] == (3, 1, 0, 2)


def test_brief_hashes_tell_texts_apart_in_any_slice() -> None:
    rng = random.Random(1)
    words = ["".join(rng.choices("ab \u00e9x", k=rng.randrange(40))) for _ in range(20_000)]
    hashes = brief(pa.array(words))
    known: dict[str, int] = {}
    for word, own in zip(words, hashes.tolist(), strict=True):
        assert known.setdefault(word.strip(), own) == own
    assert len(set(known.values())) == len(known)
    cut = np.concatenate([brief(pa.array(words).slice(i, 7)) for i in range(0, len(words), 7)])
    assert (cut == hashes).all()
    counts = Counter(word.strip() for word in words)
    twice = Doubles(hashes).rows(100, 5_000)
    assert twice.tolist() == [counts[word.strip()] > 1 for word in words[100:5_100]]


def test_no_ids_at_all() -> None:
    assert brief(pa.array([], pa.string())).tolist() == []
    assert Doubles(np.empty(0, np.uint64)).none


def many_groups(path: Path) -> Path:
    ids = pa.array([f"SIM-{i}" for i in range(60_000)])
    table = pa.table({"id": ids, "start": pa.repeat("2020-03-06", 60_000)})
    path.write_bytes(parquet(table, row_group_size=2_000))
    return path


class Slow(io.BufferedReader):
    """A file that lets others go first whenever its size is asked for."""

    def seek(self, offset: int, whence: int = 0, /) -> int:
        place = super().seek(offset, whence)
        if whence == io.SEEK_END:
            time.sleep(0.002)
        return place


def test_threads_that_read_one_file_do_not_move_it_under_each_other(tmp_path: Path) -> None:
    """Opening a file asks for its size, which moves the place in it: wrong bytes were read."""
    data = many_groups(tmp_path / "r.parquet").read_bytes()
    for _ in range(5):
        file = cast(BinaryIO, Slow(cast(io.RawIOBase, io.BytesIO(data))))
        frames = list(reader(file, source="table", name="r").frames("id"))
        assert sum(f.rows for f in frames) == 60_000
        assert not any(f.again.any() for f in frames if f.again is not None)
        assert frames[-1].table["id"][-1].as_py() == "SIM-59999"


def test_the_place_in_a_file_shows_how_far_its_reading_is(tmp_path: Path) -> None:
    with many_groups(tmp_path / "r.parquet").open("rb") as file:
        for _ in reader(file, source="table", name="r").frames("id"):
            pass
        assert file.tell() == os.fstat(file.fileno()).st_size


def test_a_file_that_took_the_others_name_is_not_read(tmp_path: Path) -> None:
    path = many_groups(tmp_path / "r.parquet")
    with path.open("rb") as file:
        path.rename(tmp_path / "old.parquet")
        path.write_bytes(parquet(pa.table({"id": ["X"], "start": ["2020-03-06"]})))
        assert sum(f.rows for f in reader(file, source="table", name="r").frames("id")) == 60_000


@pytest.mark.parametrize("n", [0, 1, 2, 1_000, 70_000])
def test_hashes_that_come_twice_are_found(n: int) -> None:
    rng = np.random.default_rng(n)
    alone = rng.integers(0, 1 << 64, n, np.uint64)
    for hashes in (alone, np.concatenate([alone, alone[: n // 3], alone[:2]]), alone >> 52):
        unique, counts = np.unique(hashes, return_counts=True)
        doubles = Doubles(hashes)
        assert doubles.none == (counts < 2).all()
        wanted = np.isin(hashes, unique[counts > 1])
        assert (doubles.rows(0, len(hashes)) == wanted).all()
        assert (doubles.rows(n // 2, n - n // 2) == wanted[n // 2 : n]).all()


def test_texts_that_differ_have_hashes_that_differ() -> None:
    rng = random.Random(5)
    texts = {"".join(rng.choices("ab1 2\x00é", k=rng.randrange(40))) for _ in range(40_000)}
    texts |= {f"{i}" for i in range(100_000)} | {"1" + "0" * 8, "2" + "0" * 9}
    texts |= {"x" * n for n in range(2_040, 2_060)} | {"x" * 5_000, "x" * 4_999 + "y"}
    texts |= {f"SIM-{i // 100:07d}-{i % 100:09d}" for i in range(100_000)}
    known = sorted(texts)
    hashes = texts_hashed(pa.array(known))
    assert len(np.unique(hashes)) == len(known)
    assert (texts_hashed(pa.array(["", *known])[1:]) == hashes).all()
    one_by_one = [int(texts_hashed(pa.array([t]))[0]) for t in known[:: len(known) // 500]]
    assert one_by_one == hashes[:: len(known) // 500].tolist()


def test_a_null_is_no_empty_text() -> None:
    null, empty, other = texts_hashed(pa.array([None, "", "a"])).tolist()
    assert len({null, empty, other}) == 3

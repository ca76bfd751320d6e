"""The sides that linking is measured against, on reports that a person can link."""

import importlib.util
import io
import json
import sys
from pathlib import Path
from types import ModuleType

import pyarrow as pa
import pytest

from truceline.model.batch import Context
from truceline.sources.table import SOURCE

TOOLS = Path(__file__).resolve().parents[2] / "tools"
pytest.importorskip("pandas")


@pytest.fixture(scope="module")
def sides() -> ModuleType:
    return _tool("bench_linking_sides")


def _tool(name: str) -> ModuleType:
    sys.path.insert(0, str(TOOLS))
    try:
        spec = importlib.util.spec_from_file_location(name, TOOLS / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(TOOLS))
    return module


def events_of(*rows: str) -> pa.Table:
    """Rows of ``source id start lon lat kind radius_m``, the last may be left out; at latitude
    36, 0.01 degrees north is 1.1 km.
    """
    lines = ["source,id,start,lon,lat,kind,radius_m", *(_padded(r.split(" ")) for r in rows)]
    file = io.BytesIO("\n".join(lines).encode())
    batches = SOURCE.parse(file, name="e.csv", sha256="0" * 64, context=Context())
    return pa.concat_tables([b.events for b in batches])


def _padded(cells: list[str]) -> str:
    return ",".join(cells + [""] * (7 - len(cells)))


def groups(linked: pa.Table) -> set[frozenset[str]]:
    found: dict[str, set[str]] = {}
    for row in linked.to_pylist():
        found.setdefault(row["incident_id"], set()).add(row["event_id"])
    assert sum(len(g) for g in found.values()) == linked.num_rows
    return {frozenset(g) for g in found.values()}


CHAIN = (
    "a 1 2020-03-06 36.50 36.00 event",
    "b 1 2020-03-06 36.50 36.035 event",  # 3.9 km from a:1
    "c 1 2020-03-06 36.50 36.06 event",  # 2.8 km from b:1, 6.7 km from a:1
    "a 2 2020-03-06 36.50 36.07 event",  # 1.1 km from c:1
)


def test_the_plain_rule_joins_what_hangs_together(sides: ModuleType) -> None:
    linked = sides.plain(events_of(*CHAIN), "UTC")
    assert groups(linked) == {frozenset({"a:1", "b:1", "c:1", "a:2"})}


def test_nearest_first_takes_no_source_twice(sides: ModuleType) -> None:
    linked = sides.nearest(events_of(*CHAIN), "UTC")
    assert groups(linked) == {frozenset({"c:1", "a:2", "b:1"}), frozenset({"a:1"})}


@pytest.mark.parametrize("name", ["plain", "nearest"])
@pytest.mark.parametrize(
    "other",
    [
        "a 2 2020-03-06 36.50 36.00 event",  # the same source
        "b 2 2020-03-07 36.50 36.00 event",  # another day
        "b 2 2020-03-06 36.50 36.05 event",  # 5.6 km
        "b 2 2020-03 36.50 36.00 event",  # a month is no day
        "b 2 2020-03-06 36.50 36.00 summary",
        "b 2 2020-03-06   event",  # no place
    ],
)
def test_what_the_rule_leaves_apart_is_there_by_itself(
    sides: ModuleType, name: str, other: str
) -> None:
    events = events_of("a 1 2020-03-06 36.50 36.00 event", other)
    linked = sides.SIDES[name](events, "UTC", "")
    assert groups(linked) == {frozenset({i}) for i in events["event_id"].to_pylist()}


def test_days_are_local(sides: ModuleType) -> None:
    rows = (
        "a 1 2020-03-06T22:30Z 36.5 36.0 event",
        "b 1 2020-03-07T01:30Z 36.5 36.0 event",
    )
    assert len(groups(sides.plain(events_of(*rows), "UTC"))) == 2
    assert len(groups(sides.plain(events_of(*rows), "Asia/Damascus"))) == 1


def test_splink_finds_what_is_plain_to_see(sides: ModuleType, tmp_path: Path) -> None:
    pytest.importorskip("splink")
    bench = _tool("bench_linking")
    bench.make(tmp_path, "idlib-2020", "easy", 1_500, 5, two=False)
    found = bench.measured("splink", tmp_path, 250)
    assert found["pair_precision"] > 0.9
    assert found["pair_recall"] > 0.8
    assert found["missing"] == 0


def test_a_side_that_fails_is_a_result(tmp_path: Path) -> None:
    bench = _tool("bench_linking")
    bench.make(tmp_path, "idlib-2020", "easy", 300, 5, two=True)
    (tmp_path / "events.parquet").write_bytes(b"no parquet")
    found = bench.measured("plain", tmp_path, 60)
    assert "rquet" in found["failed"]


def test_the_table_names_the_middle_and_the_worst(tmp_path: Path) -> None:
    bench = _tool("bench_linking")
    runs = []
    for seed in (1, 2, 3):
        folder = tmp_path / str(seed)
        bench.make(folder, "idlib-2020", "realistic", 800, seed, two=False)
        runs.append(bench.measured("plain", folder, 60))
    shown = bench.table({"plain": runs})
    recalls = sorted(r["pair_recall"] for r in runs)
    assert f"{recalls[1]:.3f} ({recalls[0]:.3f})" in shown
    assert json.dumps(bench._told(runs), allow_nan=False)


def test_our_linker_beats_the_plain_rule(tmp_path: Path) -> None:
    """The seeds here are of this test alone: what is measured is drawn afresh each time."""
    bench = _tool("bench_linking")
    bench.make(tmp_path, "idlib-2020", "realistic", 3_000, 20_201, two=False)
    ours, plain = (bench.measured(side, tmp_path, 120) for side in ("truceline", "plain"))
    assert "failed" not in ours, ours
    assert ours["missing"] == plain["missing"] == 0
    assert ours["pair_precision"] > 0.93
    assert ours["pair_recall"] > 0.7
    assert ours["pair_precision"] > plain["pair_precision"] + 0.2
    assert ours["b3_recall"] > plain["b3_recall"] - 0.05
    assert ours["exact_recall"] > plain["exact_recall"] + 0.1


def test_what_cannot_be_linked_stays_apart(tmp_path: Path) -> None:
    """Hopeless: to put everything together would be worse than to put nothing together."""
    bench = _tool("bench_linking")
    bench.make(tmp_path, "idlib-2020", "hopeless", 4_000, 20_202, two=False)
    found = bench.measured("truceline", tmp_path, 120)
    assert found["missing"] == 0
    assert found["found_pairs"] < found["true_pairs"] / 2
    assert found["b3_precision"] > 0.85
    assert found["seconds"] < 60


def test_the_page_tells_what_our_linker_makes_of_meltt(shared_data: Path) -> None:
    meltt = _tool("bench_linking_meltt")
    rows = meltt.records(shared_data / "linking")
    near = meltt.Near(rows)
    window = (near.km <= meltt.KM) & (near.days <= meltt.DAYS)
    span = near.longer[near.i] == near.longer[near.j]
    rule = near.groups(window & ~near.differ.any(axis=1) & span)
    assert meltt.figures(rule, len(rows)) == meltt.PUBLISHED
    assert len(meltt.published() & rule) == 8
    found, _ = meltt.ours(rows)
    page = (TOOLS.parent / "docs" / "linking-measured.md").read_text(encoding="utf-8")
    for name, count in meltt.figures(found, len(rows)).items():
        line = next(x for x in page.splitlines() if x.startswith(name.ljust(16)))
        assert line.split()[-1] == str(count), f"run tools/bench_linking_meltt.py: {name}"


def test_meltts_answer_is_left_out_where_its_records_are_absent(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    meltt = _tool("bench_linking_meltt")
    meltt.DATA = tmp_path / "shared" / "data" / "linking"
    meltt.main()
    assert "not here" in capsys.readouterr().out


def linked_knowing(truth: dict[str, str], *rows: str) -> set[frozenset[str]]:
    """What the ceiling makes of rows, told which incident each report is about."""
    ceiling = _tool("bench_linking_ceiling")
    seen = pa.table(
        {"event_id": pa.array(truth, pa.string()), "incident": list(truth.values())},
        schema=pa.schema([("event_id", pa.string()), ("incident", pa.string())]),
    )
    return groups(ceiling.ceiling(events_of(*rows), seen))


def test_the_ceiling_knows_the_truth_and_keeps_the_rules() -> None:
    rows = (
        "a 1 2020-03-06 36.50 36.00 event",
        "a 2 2020-03-06 36.50 36.00 event",  # the same again, and does not say so
        "b 1 2020-03-06 36.50 36.00 event",
        "c 1 2020-03-06 36.50 36.10 event",  # 11 km off: a wrong town
        "c 2 2020-03-09 36.50 36.00 event",  # three days off
        "b 2 2020-03-06 36.50 36.00 event",  # of another incident
    )
    truth = dict.fromkeys(("a:1", "a:2", "b:1", "c:1", "c:2"), "one") | {"b:2": "two"}
    assert linked_knowing(truth, *rows) == {
        frozenset({"a:1", "b:1"}),
        frozenset({"a:2"}),
        frozenset({"c:1"}),
        frozenset({"c:2"}),
        frozenset({"b:2"}),
    }


def test_the_ceiling_joins_through_a_third_and_leaves_summaries() -> None:
    rows = (
        "a 1 2020-03-06 36.50 36.000 event",
        "b 1 2020-03-06 36.50 36.015 event",
        "c 1 2020-03-06 36.50 36.030 event",  # 3.3 km from a:1, each known to a kilometre
        "d 1 2020-03-06 36.50 36.000 summary",
    )
    truth = dict.fromkeys(("a:1", "b:1", "c:1"), "one") | {"d:1": ""}
    found = linked_knowing(truth, *rows)
    assert found == {frozenset({"a:1", "b:1", "c:1"}), frozenset({"d:1"})}
    # A vague one may stand with one of two precise ones, and does not pull them together.
    vague = (rows[0], rows[2], "b 1 2020-03-06 36.50 36.015 event 25000")
    truth = dict.fromkeys(("a:1", "b:1", "c:1"), "one")
    assert linked_knowing(truth, *vague) == {frozenset({"a:1", "b:1"}), frozenset({"c:1"})}


def test_no_side_beats_the_ceiling(tmp_path: Path) -> None:
    bench = _tool("bench_linking")
    bench.make(tmp_path, "idlib-2020", "realistic", 1_500, 20_203, two=False)
    top, ours = (bench.measured(side, tmp_path, 120) for side in ("ceiling", "truceline"))
    assert top["pair_precision"] == top["b3_precision"] == 1.0
    assert 0.9 < top["pair_recall"] < 1.0
    assert top["pair_recall"] > ours["pair_recall"]

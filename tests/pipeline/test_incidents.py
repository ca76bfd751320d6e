"""Incidents of a case: what is carried over gives what linking all at once gives."""

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow.compute as pc
import pytest

from truceline.pipeline.deciding import decide, decisions
from truceline.pipeline.incidents import case_incidents, check_case, decided_of
from truceline.pipeline.ingest import Case, case_terms, ingest, new_case
from truceline.pipeline.link import link_tables, parties_in
from truceline.pipeline.link_kept import kept

HEAD = "id,start,lon,lat,radius_m,act,actor,target,deaths,source,kind\n"


def _row(source: str, number: int, rng: random.Random, deaths: int | None = None) -> str:
    """A report of one of forty happenings, with errors of its own."""
    which = random.Random(number)  # what happened is the same for every source
    day, lon, lat = which.randrange(12), which.uniform(36.4, 36.8), which.uniform(35.7, 36.0)
    radius = rng.choice([500, 2_000, 25_000])
    lon, lat = lon + rng.gauss(0, radius / 4e5), lat + rng.gauss(0, radius / 4e5)
    act = rng.choice(["shelling", "artillery fire", "air strike"])
    actor = rng.choice(["Government of Syria", "Military Forces of Syria", "HTS"])
    kind = "summary" if number % 13 == 0 else "event"
    killed = rng.randrange(4) if deaths is None else deaths
    return (
        f"{number},2020-04-{10 + day + (rng.random() < 0.1):02},{lon:.4f},{lat:.4f},{radius},{act},"
        f"{actor},,{killed},{source},{kind}\n"
    )


def _batches(seed: int) -> list[str]:
    """Reports of three sources in five files; the later ones also revise earlier reports."""
    rng = random.Random(seed)
    rows = [_row(s, k, rng) for s in ("north", "south", "west") for k in range(40)]
    rng.shuffle(rows)
    parts = [rows[k::4] for k in range(4)]
    revised = [_row("north", k, rng, 9) for k in rng.sample(range(40), 8)]
    return ["".join(p) for p in [*parts, revised]]


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return new_case(tmp_path / "case", "idlib-2020")


def _ingest(case: Case, number: int, rows: str) -> None:
    file = case.path.parent / f"part{number}.csv"
    file.write_text(HEAD + rows, encoding="utf-8")
    ingest(case, "table", [file])


@pytest.mark.parametrize("seed", [1, 2])
def test_a_day_at_a_time_gives_what_all_at_once_gives(case: Case, seed: int) -> None:
    terms = case_terms(case)
    for number, rows in enumerate(_batches(seed)):
        _ingest(case, number, rows)
        found = case_incidents(case, terms)
        if number == 1:
            events = pc.list_flatten(found.linked["event_ids"]).to_pylist()
            decide(case, "never", events[:3], who="Ana", because="she was there")
        if number == 2:
            decide(case, "join", [events[5], events[9]], who="Ana", because="she was there")
            case_incidents(case, terms)
    found = case_incidents(case, terms)
    shutil.rmtree(case.path / "cache")
    again = case_incidents(case, terms)
    assert found.table.equals(again.table)
    assert found.notes == again.notes
    assert found.counts["events"] + found.counts["summaries"] == 120
    assert found.counts["incidents"] < 100
    direct = link_tables(
        case.events(), decided=decided_of(decisions(case)), names=parties_in(terms)
    )
    assert found.table.drop_columns("aliases").equals(direct.incidents.drop_columns("aliases"))


def test_the_order_of_arrival_changes_nothing(tmp_path: Path) -> None:
    parts = _batches(3)[:4]
    tables = []
    for name, order in (("one", parts), ("other", parts[::-1])):
        case = new_case(tmp_path / name / "case", "idlib-2020")
        terms = case_terms(case)
        for number, rows in enumerate(order):
            _ingest(case, number, rows)
            found = case_incidents(case, terms)
        own = ["file", "file_sha256", "line"]
        tables.append(found.table.drop_columns(own))
        digest = check_case(case, terms).findings.digest()
        tables[-1] = (tables[-1], digest)
    assert tables[0][0].equals(tables[1][0])
    assert tables[0][1] == tables[1][1]


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-30])


def _other(path: Path) -> None:
    path.write_bytes(b"not what it was")


@pytest.mark.parametrize("harm", [_cut, _other, Path.unlink])
def test_a_harmed_cache_is_passed_over(case: Case, harm: Callable[[Path], None]) -> None:
    terms, parts = case_terms(case), _batches(4)
    _ingest(case, 0, parts[0])
    case_incidents(case, terms)
    folder = case.path / "cache" / "incidents"
    harm(folder / "links.npz")
    _ingest(case, 1, parts[1])
    found = case_incidents(case, terms)
    shutil.rmtree(folder)
    assert found.table.equals(case_incidents(case, terms).table)


def test_what_was_kept_is_used_only_for_what_it_rests_on(case: Case) -> None:
    terms = case_terms(case)
    _ingest(case, 0, _batches(5)[0])
    case_incidents(case, terms)
    _ingest(case, 1, _batches(5)[1])
    assert kept(case, {}, "something else", None) is None
    assert kept(case, {1: "another batch"}, "something else", None) is None


@pytest.mark.parametrize("sources", [1, 400])
def test_a_heap_is_carried_over(case: Case, sources: int) -> None:
    """Hundreds of reports on one village and day, of one source and of many, and a later file."""
    terms = case_terms(case)
    heap = "".join(
        f"{k},2020-04-10,36.6,35.9,1000,shelling,HTS,,1,s{k % sources},event\n" for k in range(400)
    )
    _ingest(case, 0, heap)
    case_incidents(case, terms)
    _ingest(case, 1, "a,2020-04-20,36.5,35.8,1000,shelling,HTS,,1,late,event\n")
    found = case_incidents(case, terms)
    assert found.counts["events"] == 401
    assert found.notes
    direct = link_tables(case.events(), names=parties_in(terms))
    assert found.table.drop_columns("aliases").equals(direct.incidents.drop_columns("aliases"))
    assert found.notes == direct.notes

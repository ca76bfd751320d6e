"""kill -9 at any point of an ingest: nothing acknowledged is lost, nothing is counted twice."""

import multiprocessing
import os
import random
import shutil
import signal
import sys
import traceback
from collections import Counter
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from tests.pipeline.test_ingest_lines import LINES, lines, put, said, sums
from truceline.model.act import vocabulary
from truceline.pipeline.ingest import Case, case_problems, ingest, new_case, open_case, verify

AGREEMENT = """\
agreement: quiet
title: A quiet agreement
instrument: for a test
signed: 2020-03-05
timezone: UTC
anchors:
  start: {at: "2020-03-06T00:00+00:00"}
parties:
  A: {name: One side}
  B: {name: The other}
zones:
  all: {everywhere: true}
provisions:
  - id: art-1
    prohibits: shelling
    acts: [shelling]
    zone: all
    from: start
"""
OLD = [f"{n},{n}" for n in range(6)]
NEW = ["3,30", "0,0", "6,6", "7,x", "1,1", "8,8", "2,20", "9,9", "10,y", "11,11", "12,12"]
BATCH = 3
spawning = multiprocessing.get_context("spawn")
# Where a process can die and leave something on the disk.
_STEPS = {"open", "write", "fsync", "close", "replace", "unlink", "execute", "executemany", "rmdir"}


def take_in(folder: str, path: str, heard: str, die_at: int, rows: int) -> None:
    """In a process of its own: ingest, note every acknowledgement, die at a given step."""
    case = open_case(Path(folder))
    ear = os.open(heard, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    steps = 0

    def count(frame: FrameType, event: str, called: Any) -> None:
        nonlocal steps
        if not event.startswith("c_") or called.__name__ not in _STEPS:
            return
        if str(frame.f_globals["__name__"]).startswith(("truceline.store.", "pathlib")):
            steps += 1
            if steps == die_at:
                os.kill(os.getpid(), signal.SIGKILL)

    if die_at >= 0:
        sys.setprofile(count)
    ingest(
        case,
        "lines",
        [Path(path)],
        acknowledged=lambda a: os.write(ear, f"{a.total}\n".encode()) and None,
        options={"batch": str(rows)},
        sources=LINES,
        who="a process",
    )
    sys.setprofile(None)
    os.write(ear, f"steps {steps}\n".encode())


Job = tuple[str, str, str, int, int]


def server(asked: Connection) -> None:
    """Everything imported and warm; for each job a fork of its own, which may be killed."""
    vocabulary()
    while (jobs := asked.recv()) is not None:
        pids = [_forked(job) for job in jobs]
        asked.send(pids)
        asked.send([os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids])


def _forked(job: Job) -> int:
    pid = os.fork()
    if pid == 0:
        try:
            take_in(*job)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return pid


class Bench:
    """A case with one file in it, to be copied and ingested into by processes that die."""

    def __init__(self, folder: Path, blank: Case, ask: Connection) -> None:
        self.folder = folder
        self.blank = blank
        self.ask = ask
        self.runs = 0

    def fresh(self) -> Case:
        self.runs += 1
        return open_case(shutil.copytree(self.blank.path, self.folder / f"case{self.runs}"))

    def run(
        self, case: Case, path: Path, *, die_at: int, rows: int = BATCH, wait_s: float = 60
    ) -> tuple[int, int]:
        """The rows that were acknowledged before the process ended, and its steps."""
        heard = case.path.with_suffix(".heard")
        self.ask.send([(str(case.path), str(path), str(heard), die_at, rows)])
        (pid,) = self.ask.recv()
        if not self.ask.poll(wait_s):
            os.kill(pid, signal.SIGKILL)
        (code,) = self.ask.recv()
        assert code in (0, -signal.SIGKILL), "the process failed by itself"
        said = heard.read_text().splitlines() if heard.exists() else []
        steps = next((int(s.split()[1]) for s in said if s.startswith("steps")), 0)
        return max((int(s) for s in said if s.isdigit()), default=0), steps


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    folder = tmp_path_factory.mktemp("bench")
    (folder / "quiet.yaml").write_text(AGREEMENT)
    blank = new_case(folder / "blank", str(folder / "quiet.yaml"))
    put(blank, lines(folder, "old.csv", *OLD), batch=BATCH)
    ours, theirs = spawning.Pipe()
    process = spawning.Process(target=server, args=(theirs,))
    process.start()
    yield Bench(folder, blank, ours)
    ours.send(None)
    process.join(30)
    shutil.rmtree(folder)


def everything(case: Case) -> tuple[dict[str, int], Counter[int]]:
    problems = Counter(r["line"] for t in case_problems(case) for r in t.to_pylist())
    return said(case), problems


def test_killed_at_every_step_nothing_is_lost_or_doubled(bench: Bench) -> None:
    path = lines(bench.folder, "new.csv", *NEW)
    whole = bench.fresh()
    acknowledged, steps = bench.run(whole, path, die_at=0)
    wanted = everything(whole)
    assert acknowledged == len(NEW)
    assert steps > 100
    died = partly = 0
    for die_at in range(1, steps + 1, max(steps // 24, 1)):
        case = bench.fresh()
        acknowledged, ended = bench.run(case, path, die_at=die_at)
        died += not ended
        partly += 0 < acknowledged < len(NEW)
        found = verify(case)
        assert found.holds, f"step {die_at}: {found}"
        now = said(case)
        for row in NEW[:acknowledged]:
            event, deaths = row.split(",")
            assert not deaths.isdigit() or now[event] == int(deaths), f"step {die_at}: lost {row}"
        again = put(case, path, batch=BATCH)[0]
        assert again.already or sums(again) == (11, 5, 2, 2, 2), f"step {die_at}: {again}"
        assert everything(case) == wanted, f"step {die_at}"
        assert verify(case).holds
        shutil.rmtree(case.path)
    assert died >= 20
    assert partly >= 5


def test_killed_again_and_again_at_random_moments_an_ingest_still_ends(bench: Bench) -> None:
    path = lines(bench.folder, "long.csv", *(f"{n},{n}" for n in range(600)))
    case = bench.fresh()
    chance = random.Random(20200306)
    total = kills = 0
    for _ in range(10):
        acknowledged, ended = bench.run(
            case, path, die_at=-1, rows=5, wait_s=chance.uniform(0.05, 0.6)
        )
        kills += not ended
        total = max(total, acknowledged)
        found = verify(case)
        assert found.holds, str(found)
        assert {str(n) for n in range(total)} <= set(said(case))
    assert kills
    count = put(case, path, batch=5)[0]
    assert count.already or sums(count)[0] == 600
    assert said(case) == {str(n): n for n in range(600)}
    assert verify(case).holds


def test_two_processes_at_once_both_end_and_neither_harms_the_other(bench: Bench) -> None:
    case = bench.fresh()
    paths = [
        lines(bench.folder, f"both{k}.csv", *(f"{n},{n + k}" for n in range(40))) for k in (0, 1)
    ]
    bench.ask.send([(str(case.path), str(p), f"{case.path}.{p.name}", -1, 10) for p in paths])
    assert len(set(bench.ask.recv())) == 2
    assert bench.ask.recv() == [0, 0]
    assert verify(case).holds
    last = case.files()[-1][0].name
    assert said(case) == {str(n): n + int(last == "both1.csv") for n in range(40)}
    assert verify(case).rows == len(OLD) + 80

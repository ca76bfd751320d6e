"""A disk that takes no more: one clear error, and a case that holds."""

import resource
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.pipeline.test_ingest_kill import AGREEMENT
from tests.pipeline.test_ingest_lines import LINES, lines, put, said, sums
from truceline.pipeline.ingest import Acknowledged, Case, ingest, new_case, open_case, verify
from truceline.store.errors import CaseFullError

ROWS = [f"{n},{n},{n * 7919 % 10007:x}" for n in range(400)]


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Case:
    folder = tmp_path_factory.mktemp("blank")
    (folder / "quiet.yaml").write_text(AGREEMENT)
    return new_case(folder / "case", str(folder / "quiet.yaml"))


@pytest.fixture
def case(blank: Case, tmp_path: Path) -> Case:
    return open_case(shutil.copytree(blank.path, tmp_path / "case"))


@contextmanager
def no_file_beyond(size: int) -> Iterator[None]:
    """This process may write no file beyond ``size`` bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("size", [0, 3_000, 20_000, 40_000])
def test_a_limit_on_file_sizes_is_one_clear_error(case: Case, tmp_path: Path, size: int) -> None:
    path = lines(tmp_path, "a.csv", *ROWS)
    with no_file_beyond(size), pytest.raises(CaseFullError) as caught:
        put(case, path, batch=40)
    message = str(caught.value)
    assert "\n" not in message
    assert "no room to write" in message or "refuses to take" in message
    assert "run the same command again" in message
    assert verify(case).holds
    (count,) = put(case, path, batch=40)
    assert sums(count) == (400, 400, 0, 0, 0)
    assert len(said(case)) == 400
    assert verify(case).holds


def test_a_disk_that_fills_up_at_a_batch_is_one_clear_error(case: Case, tmp_path: Path) -> None:
    path = lines(tmp_path, "a.csv", *ROWS[:12])

    def fill(done: Acknowledged) -> None:
        # /dev/full answers every write as a full disk does: ENOSPC.
        following = case.event_path(done.batch + 1)
        following.with_name(following.name + ".tmp").symlink_to("/dev/full")

    with pytest.raises(CaseFullError, match=r"no room to write batch 2 \(No space left on device"):
        ingest(case, "lines", [path], acknowledged=fill, options={"batch": "4"}, sources=LINES)
    assert verify(case).holds
    assert len(said(case)) == 4
    assert put(case, path)[0].resumed == 4
    assert len(said(case)) == 12


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of 400 kB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = shutil.which("mount")
    made = mount and subprocess.run(
        [mount, "-t", "tmpfs", "-o", "size=400k", "tmpfs", str(disk)],
        capture_output=True,
        check=False,
    )
    if not made or made.returncode:
        pytest.skip("this user may not mount a small file system")
    yield disk
    subprocess.run([str(shutil.which("umount")), str(disk)], check=True)


def test_a_full_file_system_is_one_clear_error(
    blank: Case, small_disk: Path, tmp_path: Path
) -> None:
    case = open_case(shutil.copytree(blank.path, small_disk / "case"))
    path = lines(tmp_path, "a.csv", *ROWS)
    ballast = small_disk / "ballast"
    told: list[int] = []

    def fill(done: Acknowledged) -> None:
        told.append(done.total)
        if len(told) == 3:
            with ballast.open("wb") as file:
                free = shutil.disk_usage(small_disk).free
                file.write(b"\0" * max(free - 4096, 0))

    with pytest.raises(CaseFullError, match="make room and run the same command again"):
        ingest(case, "lines", [path], acknowledged=fill, options={"batch": "40"}, sources=LINES)
    assert told
    with pytest.raises(CaseFullError):
        put(case, path, batch=40)
    assert verify(case).holds, "even while the disk is full"
    assert len(said(case)) >= told[-1]
    ballast.unlink()
    put(case, path, batch=40)
    assert len(said(case)) == 400
    assert verify(case).holds


def test_a_new_case_that_does_not_fit_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "quiet.yaml").write_text(AGREEMENT)
    with no_file_beyond(1000), pytest.raises(CaseFullError):
        new_case(tmp_path / "case", str(tmp_path / "quiet.yaml"))
    assert [p.name for p in tmp_path.iterdir()] == ["quiet.yaml"]

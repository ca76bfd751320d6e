"""The plan of rooms is held by tests."""

import ast
from pathlib import Path

import pytest

import truceline

ROOT = Path(truceline.__file__).parent
LAYERS = {
    "cli": 5,
    "faces": 4,
    "api": 4,
    "pipeline": 3,
    "monitor": 2,
    "reading": 2,
    "sources": 2,
    "store": 2,
    "model": 1,
    "version": 0,
}
MODULES = sorted(ROOT.rglob("*.py"))


def _room(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def _imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("truceline."):
            found.add(str(node.module).split(".")[1])
    return found


def test_every_room_is_on_the_plan() -> None:
    rooms = {_room(path) for path in MODULES} - {"__init__", "__main__"}
    assert rooms == set(LAYERS)


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_point_down(path: Path) -> None:
    room = _room(path)
    if room in ("__init__", "__main__"):
        return
    upward = {r for r in _imports(path) - {room} if LAYERS[r] >= LAYERS[room]}
    assert not upward, f"{room} imports {upward}"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_files_stay_small(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= 420, f"{lines} lines: split it"


def test_exports_are_what_is_promised() -> None:
    assert sorted(truceline.__all__) == truceline.__all__
    for name in truceline.__all__:
        assert getattr(truceline, name).__doc__ or name == "__version__"

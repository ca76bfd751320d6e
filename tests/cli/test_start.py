"""What a command does not need is not loaded before it: the command line answers at once."""

import subprocess
import sys

import pytest

from truceline.cli.app import _COMMANDS, _Commands

# Each takes from a tenth of a second to two seconds to load.
HEAVY = {
    "duckdb",
    "lingua",
    "lxml",
    "matplotlib",
    "numpy.testing",
    "openpyxl",
    "pandas",
    "pyarrow",
    "pyogrio",
    "pypdf",
    "pyproj",
    "rapidfuzz",
    "scipy",
    "splink",
    "statsmodels",
    "trafilatura",
}
GROUND = {"numpy", "shapely"}  # an agreement's geometry is read with these
FILES = {"pydantic", "ruamel.yaml"}  # an agreement's file is read with these


def loaded(*words: str) -> set[str]:
    """The modules that a process holds when a command ends."""
    code = (
        "import atexit, sys\n"
        "atexit.register(lambda: sys.stderr.write('\\n'.join(['', *sys.modules])))\n"
        f"sys.argv = ['truceline', *{words!r}]\n"
        "from truceline.cli import main\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    return set(done.stderr.splitlines())


@pytest.mark.parametrize(
    ("words", "allowed"),
    [
        (("--help",), set()),
        (("--version",), set()),
        (("agreement", "--help"), GROUND | FILES),
        (("agreement", "list"), GROUND | FILES),
        (("agreement", "schema"), GROUND | FILES),
    ],
    ids=lambda v: " ".join(v) if isinstance(v, tuple) else "",
)
def test_what_is_slow_to_load_is_not_loaded(words: tuple[str, ...], allowed: set[str]) -> None:
    found = loaded(*words)
    assert "truceline.cli.app" in found
    assert not found & ((HEAVY | GROUND | FILES) - allowed)


@pytest.mark.parametrize("name", _COMMANDS)
def test_the_list_of_commands_says_what_the_commands_say(name: str) -> None:
    own = _Commands()[name].help or ""
    assert " ".join(own.split("\n\n")[0].split()) == _COMMANDS[name].says

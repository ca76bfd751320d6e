"""docs/exercise.md holds what its command prints."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "exercise.md").read_text(encoding="utf-8")


def _print(*words: str) -> str:
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "exercise_parameters.py"), *words],
        check=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
    )
    return done.stdout


def test_the_parameters_are_what_the_command_prints() -> None:
    assert _print().strip() in PAGE


def test_the_figures_of_ged_are_what_the_command_prints(shared_data: Path) -> None:
    printed = _print("--ged", str(shared_data / "ucdp" / "ged_syria_2016-2019.csv"))
    figures = re.findall(r"\d[\d,.]*\d|\d", printed.replace("1,000 km2", ""))
    assert len(figures) == 10
    told = PAGE.split("What is taken from a published source")[1].split("**All else")[0]
    missing = [
        f for f in figures if not re.search(rf"(?<![\d.,]){re.escape(f)}(?![\d,]|\.\d)", told)
    ]
    assert not missing, missing

"""docs/validation.md holds what its command prints."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def _print(tool: str, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / tool), *words],
        check=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
    )
    return done.stdout


def test_the_calibration_is_what_the_command_prints(shared_data: Path) -> None:
    ged = shared_data / "ucdp" / "ged_syria_2016-2019.csv"
    printed = _print("calibration.py", "--agreement", "southwest-syria-2017", "--events", str(ged))
    page = (ROOT / "docs" / "validation.md").read_text(encoding="utf-8")
    errors = re.findall(r"expected calibration error ([0-9.]+);", printed)
    assert len(errors) >= 4
    assert all(f"| {error} |" in page for error in errors), errors


def test_the_tables_are_what_the_command_prints(shared_data: Path) -> None:
    ged = shared_data / "ucdp" / "ged_syria_2016-2019.csv"
    printed = _print("validation.py", str(ged))
    page = (ROOT / "docs" / "validation.md").read_text(encoding="utf-8")
    missing = [line for line in printed.splitlines() if line not in page]
    assert missing == []

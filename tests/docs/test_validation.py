"""docs/validation.md holds what its command prints."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_tables_are_what_the_command_prints(shared_data: Path) -> None:
    ged = shared_data / "ucdp" / "ged_syria_2016-2019.csv"
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "validation.py"), str(ged)],
        check=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
    )
    page = (ROOT / "docs" / "validation.md").read_text(encoding="utf-8")
    missing = [line for line in done.stdout.splitlines() if line not in page]
    assert missing == []

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
    _holds_the_errors(printed)


def test_the_calibration_with_boundaries_is_what_the_command_prints(shared_data: Path) -> None:
    ged = shared_data / "ucdp" / "ged_syria_2016-2019.csv"
    country = shared_data / "admin" / "syr_admin0.shp"
    given = "--agreement", "southwest-syria-2017", "--events", str(ged), "--within", str(country)
    printed = _print("calibration.py", *given)
    page = _holds_the_errors(printed)
    headline = printed.split("expected calibration error (even): ")[1].split()[0]
    assert f"**One number: {headline}**" in page


def _holds_the_errors(printed: str) -> str:
    """Each error, and what was said inside and was not, stands in one row of the page."""
    page = (ROOT / "docs" / "validation.md").read_text(encoding="utf-8")
    errors = re.findall(r"expected calibration error ([0-9.]+);", printed)
    said = re.findall(r"said inside \(p >= 0.95\): ([0-9,]+), of them (\d+) outside", printed)
    ways = re.findall(r"^(\w+): [0-9,]+ answers", printed, re.MULTILINE)
    assert len(errors) >= 4
    for way, error, (inside, wrong) in zip(ways, errors, said, strict=True):
        row = next(line for line in page.splitlines() if f"(`{way}`" in line)
        counts = "" if way == "rule" else f" {inside}, {wrong} |"
        assert f"| {error} |{counts}" in row, (way, error, inside, wrong)
    return page


def test_the_tables_are_what_the_command_prints(shared_data: Path) -> None:
    ged = shared_data / "ucdp" / "ged_syria_2016-2019.csv"
    printed = _print("validation.py", str(ged))
    page = (ROOT / "docs" / "validation.md").read_text(encoding="utf-8")
    missing = [line for line in printed.splitlines() if line not in page]
    assert missing == []


def test_the_rates_are_what_the_command_prints(shared_data: Path) -> None:
    printed = _print("validation.py", "--rates", str(_named(shared_data)))
    page = (ROOT / "docs" / "validation.md").read_text(encoding="utf-8")
    missing = [line for line in printed.splitlines() if line not in page]
    assert missing == []
    assert "because" not in page.casefold()


def _named(shared_data: Path) -> Path:
    """The file as the page names it, seen from the repository."""
    ged = Path("../shared/data/ucdp/ged_syria_2016-2019.csv")
    return ged if (ROOT / ged).is_file() else shared_data / "ucdp" / ged.name

"""The calibration tool, on reports that are simulated here."""

import csv
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
SQUARE = """\
agreement: sim-calibration
title: SIMULATED agreement for the calibration
simulated: true
timezone: UTC
zones:
  square:
    polygon: [[36.0, 33.0], [36.6, 33.0], [36.6, 33.5], [36.0, 33.5]]
"""


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("calibration", ROOT / "tools" / "calibration.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["calibration"] = module
    spec.loader.exec_module(module)
    return module


def ged(path: Path, inside_alone: bool) -> Path:
    rng = np.random.default_rng(1)
    lon, lat = rng.uniform(35.4, 37.2, 3000), rng.uniform(32.5, 34.0, 3000)
    if inside_alone:
        keep = (lon > 36.0) & (lon < 36.6) & (lat > 33.0) & (lat < 33.5)
        lon, lat = lon[keep], lat[keep]
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(["where_prec", "longitude", "latitude", "adm_1", "adm_2"])
        out.writerows([1, x, y, "SIM", f"SIM {x > 36.3}"] for x, y in zip(lon, lat, strict=True))
        out.writerow([2, 36.3, 33.2, "SIM", "SIM True"])
    return path


def run(tool: ModuleType, tmp_path: Path, capsys, inside_alone: bool) -> str:
    agreement = tmp_path / "agreement.yaml"
    agreement.write_text(SQUARE, encoding="utf-8")
    events = ged(tmp_path / "ged.csv", inside_alone)
    given = ["--agreement", str(agreement), "--events", str(events), "--out", str(tmp_path / "out")]
    assert tool.main(given) == 0
    return capsys.readouterr().out


def test_even_reports_are_calibrated_and_a_plot_is_drawn(tool, tmp_path, capsys) -> None:
    out = run(tool, tmp_path, capsys, inside_alone=False)
    assert "3,000 reports" in out
    error = float(out.split("expected calibration error (even): ")[1].split()[0])
    assert error < 0.04
    assert (tmp_path / "out" / "reliability.svg").stat().st_size > 5_000
    assert (tmp_path / "out" / "reliability.png").stat().st_size > 5_000


def test_reports_that_cluster_in_the_zone_are_told_to_fail(tool, tmp_path, capsys) -> None:
    out = run(tool, tmp_path, capsys, inside_alone=True)
    rule = out.split("\nrule:")[1].split("\neven:")[0]
    even = out.split("\neven:")[1].split("\nnearest:")[0]
    assert "FAILS" not in rule  # the arithmetic holds
    assert "FAILS" in even  # the world is not even, and it says so


def test_a_named_place_stands_for_its_neighbours(tool) -> None:
    lon = np.array([36.0, 36.05, 36.05, 36.05, 39.0])
    known = tool.Known(lon, np.full(5, 33.0), np.zeros(5, dtype=int))
    kept, x, _ = tool.hide(known, "nearest")
    assert kept.tolist() == [0, 1, 2, 3]  # nothing lies near the last
    assert x.tolist() == [36.05, 36.0, 36.0, 36.0]
    kept, x, _ = tool.hide(known, "largest")
    assert x.tolist() == [36.05, 36.05, 36.05, 36.05, 39.0]


def test_a_missing_file_is_one_clear_line(tool, tmp_path, capsys) -> None:
    assert tool.main(["--agreement", "idlib-2020", "--events", str(tmp_path / "no.csv")]) == 2
    assert "give a UCDP GED csv file" in capsys.readouterr().err

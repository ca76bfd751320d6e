"""A new case from an agreement, and real files through it."""

import shutil
from pathlib import Path

import pytest
import shapely

from truceline.model.batch import Context
from truceline.model.unit import Unit, Units
from truceline.pipeline import terms
from truceline.pipeline.check import Intake, check
from truceline.pipeline.ingest import (
    Case,
    case_events,
    case_terms,
    ingest,
    new_case,
    open_case,
    verify,
)
from truceline.pipeline.terms import AgreementFaultsError
from truceline.store.case import create
from truceline.store.errors import CaseError
from truceline.store.library import UnknownAgreementError


def unit(code: str, level: int, box: tuple[float, ...], *parents: str) -> Unit:
    polygon = shapely.box(*box)
    return Unit(code, level, (code,), parents, polygon, polygon.centroid.x, polygon.centroid.y, 5e4)


SYRIA = (
    unit("SY", 0, (35.7, 32.3, 42.4, 37.3)),
    unit("SY07", 1, (36.1, 35.3, 37.2, 36.3), "SY"),
    unit("SY08", 1, (39.0, 35.5, 42.4, 37.3), "SY"),
)
COLOMBIA = (unit("CO", 0, (-79, -4, -67, 12)), unit("CO05", 1, (-77, 5, -74, 9), "CO"))


def test_a_case_copies_the_countries_near_its_ground(tmp_path: Path) -> None:
    case = new_case(tmp_path / "case", "idlib-2020", Units((*COLOMBIA, *SYRIA)))
    assert [u.code for u in case.units()] == ["SY", "SY07", "SY08"]


def test_a_case_does_not_depend_on_where_its_agreement_came_from(tmp_path: Path) -> None:
    given = terms.load("idlib-2020")
    source = tmp_path / "given"
    shutil.copytree(given.folder.path.parent, source)
    case = new_case(tmp_path / "case", str(source))
    shutil.rmtree(source)
    own = case_terms(case)
    assert own.basis == given.basis
    assert (case.path / "cases.yaml").is_file()


def test_a_library_name_that_is_none_makes_no_folder(tmp_path: Path) -> None:
    with pytest.raises(UnknownAgreementError):
        new_case(tmp_path / "case", "nowhere-1900")
    (tmp_path / "bad.yaml").write_text("agreement: x\nsigned: never\n")
    with pytest.raises(AgreementFaultsError):
        new_case(tmp_path / "case", str(tmp_path / "bad.yaml"))
    assert not (tmp_path / "case").exists()


def test_geometry_outside_the_agreements_folder_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match="lies outside the agreement's folder"):
        create(tmp_path / "case", "agreement: x\n", {"../m4.geojson": b""}, Units(()), "me")


def test_a_fault_edited_into_the_agreement_stops_an_ingest(tmp_path: Path) -> None:
    case = new_case(tmp_path / "case", "idlib-2020")
    text = case.agreement.read_text(encoding="utf-8")
    case.agreement.write_text(text.replace("signed:", "singed:"), encoding="utf-8")
    (tmp_path / "a.csv").write_text("id,start\n1,2020-03-06\n")
    with pytest.raises(AgreementFaultsError, match="singed"):
        ingest(case, "table", [tmp_path / "a.csv"])
    assert verify(case).rows == 0


def test_a_table_that_corrects_itself(tmp_path: Path) -> None:
    case = new_case(tmp_path / "case", "idlib-2020")
    head = "id,start,lon,lat,radius_m,act,actor,deaths,source\n"
    row = "1,2020-03-07T10:00,36.5,35.7,0,shelling,SYR,{},obs\n"
    for month, deaths in (("march", 3), ("april", 5)):
        (tmp_path / f"{month}.csv").write_text(head + row.format(deaths))
    counts = ingest(case, "table", [tmp_path / "march.csv", tmp_path / "april.csv"])
    assert [(c.events, c.revisions) for c in counts] == [(1, 0), (0, 1)]
    (table,) = case_events(case)
    assert table["deaths_best"].to_pylist() == [5]
    assert table["event_id"].to_pylist() == ["obs:1"]


def _syria(shared_data: Path, folder: Path) -> tuple[Case, Path]:
    return new_case(folder / "case", "idlib-2020"), shared_data / "ucdp/ged_syria_2016-2019.csv"


def test_real_events_give_the_same_findings_through_a_case(
    shared_data: Path, tmp_path: Path
) -> None:
    case, path = _syria(shared_data, tmp_path)
    (count,) = ingest(case, "ucdp", [path])
    assert count.holds
    assert count.rows == 16_566
    found = check(case_terms(case), case_events(open_case(case.path)))
    given = terms.load("idlib-2020")
    direct = check(given, Intake(Context(given.agreement.timezone)).read([("ucdp", path)]))
    assert found.digest() == direct.digest()
    assert found.basis == direct.basis
    assert verify(case).holds


def test_another_copy_of_a_file_says_again_what_the_first_said(
    shared_data: Path, tmp_path: Path
) -> None:
    case, path = _syria(shared_data, tmp_path)
    other = tmp_path / "again.csv"
    other.write_bytes(path.read_bytes().rstrip() + b"\n\n")
    first, again = ingest(case, "ucdp", [path, other])
    assert not again.already
    assert again.holds
    assert (again.events, again.revisions) == (0, 0)
    assert again.repeats == first.events

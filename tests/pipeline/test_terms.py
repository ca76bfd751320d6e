"""Terms from files on disk: faults of text and geometry come together."""

from pathlib import Path

import pytest

from truceline.pipeline.cases import CaseFileError, run_cases
from truceline.pipeline.terms import AgreementFaultsError, load

TEXT = """\
agreement: test-1999
title: A test
timezone: Europe/Paris
zones:
  area: {file: area.geojson, accuracy: 1 km}
provisions:
  - {id: art-1, prohibits: all military actions, zone: aera}
"""


def _faults(folder: Path, text: bytes) -> list[str]:
    file = folder / "agreement.yaml"
    file.write_bytes(text)
    with pytest.raises(AgreementFaultsError) as caught:
        load(str(file))
    return [str(f).removeprefix(str(file)) for f in caught.value.faults]


def test_faults_of_names_and_of_geometry_come_at_once(tmp_path: Path) -> None:
    geometry, name = _faults(tmp_path, TEXT.encode())
    assert geometry.startswith(":5:16: the geometry file 'area.geojson' is not beside")
    assert name.startswith(":7:56: 'aera' is no zone")


def test_a_file_that_is_no_text_is_a_fault_at_its_first_bad_byte(tmp_path: Path) -> None:
    assert _faults(tmp_path, TEXT.encode().replace(b"A test", b"A \xfftest")) == [
        ":2:10: not UTF-8 text; save the file as UTF-8"
    ]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('{"type": "FeatureCollection", "features": [null]}', "not GeoJSON as RFC 7946"),
        ('{"type": "FeatureCollection"}', "not GeoJSON as RFC 7946"),
        ('{"type": "Feature", "geometry": "x"}', "not GeoJSON as RFC 7946"),
        ("[" * 50_000, "not GeoJSON as RFC 7946"),
        ('{"type":"Polygon","coordinates":[[[2,48],[3,NaN],[3,49],[2,48]]]}', "NaN is no"),
        ('{"type":"LineString","coordinates":[[2,48]]}', "cannot be used"),
        (
            '{"type":"Polygon","coordinates":[[[48,102],[48,103],[49,103],[48,102]]]}',
            "in that order",
        ),
        ("", "is not GeoJSON"),
    ],
)
def test_geometry_that_cannot_be_used_is_a_fault_of_one_line(
    tmp_path: Path, content: str, says: str
) -> None:
    (tmp_path / "area.geojson").write_text(content, encoding="utf-8")
    (fault,) = _faults(tmp_path, TEXT.replace("aera", "area").encode())
    assert fault.startswith(":5:16: 'area.geojson'")
    assert says in fault
    assert "\n" not in fault


def test_a_case_with_an_unknown_column_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "agreement.yaml"
    file.write_text(
        TEXT.replace("aera", "area")
        .replace("file: area.geojson", "everywhere: true")
        .replace(", accuracy: 1 km", ""),
        encoding="utf-8",
    )
    case = '- {case: a, source: s, event: {start: "1999-01-01", actt: shelling}, expect: {}}'
    with pytest.raises(
        CaseFileError, match=r"c.yaml:1: an event has no 'actt'; did you mean 'act'"
    ):
        run_cases(load(str(file)), case, "c.yaml")

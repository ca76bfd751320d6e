import json
from pathlib import Path

import pytest

from truceline.model.spot import key_of
from truceline.pipeline.gazetteers import gazetteer
from truceline.sources.gazetteer import GazetteerFault

SQUARE = [[[36.0, 35.0], [37.0, 35.0], [37.0, 36.0], [36.0, 36.0], [36.0, 35.0]]]


def test_admin_units_stand_at_a_point_inside_them(tmp_path: Path) -> None:
    file = tmp_path / "adm1.geojson"
    row = {
        "type": "Feature",
        "properties": {
            "ADM0_PCODE": "SY",
            "ADM1_PCODE": "SY07",
            "ADM1_EN": "Idleb",
            "ADM1_AR": "إدلب",
        },
        "geometry": {"type": "Polygon", "coordinates": SQUARE},
    }
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [row]}))
    (spot,) = gazetteer(str(file)).among(frozenset()).named(key_of("إدلب"))
    assert (spot.name, spot.country, spot.level, spot.code) == ("Idleb", "SY", 1, "SY07")
    assert 36 < spot.lon < 37


def test_a_map_file_of_neither_says_both(tmp_path: Path) -> None:
    file = tmp_path / "x.geojson"
    row = {
        "type": "Feature",
        "properties": {"depth": 3},
        "geometry": {"type": "Polygon", "coordinates": SQUARE},
    }
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [row]}))
    with pytest.raises(GazetteerFault, match=r"no column of names.*no admin units"):
        gazetteer(str(file))


def test_cod_ab_of_syria() -> None:
    for parent in Path(__file__).parents:
        file = parent.parent / "shared" / "data" / "admin" / "syr_admin3.shp"
        if file.exists():
            break
    else:
        pytest.skip("the admin units are not beside the checkout")
    (ariha,) = gazetteer(str(file)).among(frozenset()).named("ariha")
    assert ariha.country == "SY"
    assert ariha.level == 3
    assert "SY07" in ariha.parents

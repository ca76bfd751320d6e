"""Boundary files of every make become admin units; what cannot be read says why."""

import json
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely
from pyproj import Transformer

from truceline.store import boundaries
from truceline.store.boundaries import BoundaryError, add, load, read


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TRUCELINE_HOME", str(tmp_path / "home"))
    return tmp_path / "home" / "boundaries"


SQUARE = shapely.box(36, 35, 37, 36)


def geojson(path: Path, rows: list[dict[str, Any]], shapes: list[Any] | None = None) -> Path:
    made = shapes or [shapely.box(36 + i, 35, 37 + i, 36) for i in range(len(rows))]
    collection = {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": row,
                "geometry": None if s is None else shapely.geometry.mapping(s),
            }
            for row, s in zip(rows, made, strict=True)
        ],
    }
    path.write_text(json.dumps(collection, ensure_ascii=False), encoding="utf-8")
    return path


MAKES = {
    "COD-AB": {"ADM0_PCODE": "SY", "ADM0_EN": "Syria", "ADM1_PCODE": "SY06", "ADM1_EN": "Idleb", "ADM1_AR": "ادلب", "ADM1_REF": "Idlib", "date": "2020-01-01"},
    "COD-AB 2025": {"adm1_name": "Idleb", "adm1_name1": "ادلب", "adm1_pcode": "SY06", "adm1_ref_n": "Idlib", "adm0_name": "Syria", "adm0_pcode": "SY", "area_sqkm": 1.5},
    "COD-AB old": {"admin0Pcode": "SY", "admin0Name_en": "Syria", "admin1Pcode": "SY06", "admin1Name_en": "Idleb", "admin1Name_ar": "ادلب", "admin1RefName": "Idlib"},
    "GADM": {"GID_0": "SY", "COUNTRY": "Syria", "GID_1": "SY06", "NAME_1": "Idleb", "VARNAME_1": "Idlib|Edlib", "NL_NAME_1": "ادلب", "TYPE_1": "Muhafazah", "ENGTYPE_1": "Province"},
}  # fmt: skip


@pytest.mark.parametrize("make", MAKES)
def test_every_make_of_file_is_read(make: str, tmp_path: Path) -> None:
    units, notes = read(geojson(tmp_path / "a.geojson", [MAKES[make]]))
    assert notes == ()
    (unit,) = units
    assert (unit.code, unit.level, unit.parents) == ("SY06", 1, ("SY",))
    assert {"Idleb", "ادلب"} <= set(unit.names)
    assert not {"Syria", "SY06", "Province", "Muhafazah", "2020-01-01"} & set(unit.names)
    assert units.named(1, "idlib") is unit or make == "COD-AB old"
    assert unit.polygon.exterior.is_ccw
    assert shapely.contains_xy(unit.polygon, unit.lon, unit.lat)
    # A degree square between 35 and 36 north: about 90.6 km by 110.9 km.
    assert np.pi * unit.radius_m**2 / 1e6 == pytest.approx(10_055, rel=2e-3)


def test_a_file_that_names_its_level_is_enough(tmp_path: Path) -> None:
    row = {"shapeName": "Idleb", "shapeISO": "SY-ID", "shapeGroup": "SYR", "shapeType": "ADM1"}
    (unit,) = read(geojson(tmp_path / "a.geojson", [row]))[0]
    assert (unit.code, unit.level, unit.names) == ("SY-ID", 1, ("Idleb",))
    (unit,) = read(geojson(tmp_path / "syr_adm2.geojson", [{"id": "x", "name": "Idleb"}]))[0]
    assert (unit.code, unit.level) == ("x", 2)


def test_a_geopackage_in_another_projection_with_several_layers(tmp_path: Path) -> None:
    path = tmp_path / "all.gpkg"
    to_utm = Transformer.from_crs(4326, 32637, always_xy=True)
    square = shapely.segmentize(SQUARE, 0.01)
    moved = shapely.transform(square, lambda xy: np.column_stack(to_utm.transform(*xy.T)))
    for level in (1, 2):
        fields = [f"ADM{k}_PCODE" for k in range(1, level + 1)] + [f"ADM{level}_EN"]
        values = [np.array([c], dtype=object) for c in ("SY06", "SY0601")[:level]]
        pyogrio.raw.write(
            path, np.array([shapely.to_wkb(moved)], dtype=object), [*values, np.array(["Idleb"], dtype=object)],
            fields, layer=f"adm{level}", crs="EPSG:32637", geometry_type="Polygon", append=level > 1,
        )  # fmt: skip
    units, notes = read(path)
    assert notes == ()
    assert [(u.code, u.level, u.parents) for u in units] == [
        ("SY06", 1, ()),
        ("SY0601", 2, ("SY06",)),
    ]
    assert all(shapely.hausdorff_distance(u.polygon, SQUARE) < 1e-6 for u in units)


def test_bad_rows_are_mended_or_left_out_and_said(tmp_path: Path) -> None:
    rows = [{"ADM1_PCODE": c, "ADM1_EN": n} for c, n in (("A1", "bow"), ("", "no code"), ("A3", "no area"), ("A4", "east"), ("A4", "west"))]  # fmt: skip
    bow = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    shapes = [bow, SQUARE, None, shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)]
    units, notes = read(geojson(tmp_path / "a.geojson", rows, shapes))
    assert {u.code: u.polygon.area for u in units} == {
        "A1": pytest.approx(2),
        "A4": pytest.approx(2),
    }
    assert units.get("A4").names == ("east", "west")  # type: ignore[union-attr]  # it is there
    said = "\n".join(notes)
    for part in (
        "row 1 (A1): mended",
        "row 2: left out, it has no code",
        "row 3: left out, it has no area",
        "A4: 2 rows",
    ):
        assert part in said


def test_errors_name_what_was_found(tmp_path: Path) -> None:
    with pytest.raises(BoundaryError, match=r"no column of P-codes; its columns are foo, bar"):
        read(geojson(tmp_path / "a.geojson", [{"foo": "1", "bar": "2"}]))
    with pytest.raises(BoundaryError, match="which admin level"):
        read(geojson(tmp_path / "b.geojson", [{"pcode": "1", "name": "2"}]))
    with pytest.raises(FileNotFoundError):
        read(tmp_path / "none.shp")
    (tmp_path / "c.geojson").write_text("not a map")
    with pytest.raises(BoundaryError, match="cannot be read as boundaries"):
        read(tmp_path / "c.geojson")
    off = shapely.box(300_000, 3_900_000, 400_000, 4_000_000)
    with pytest.raises(BoundaryError, match="off the globe"):
        read(geojson(tmp_path / "d.geojson", [{"ADM1_PCODE": "A", "ADM1_EN": "a"}], [off]))
    points = geojson(
        tmp_path / "e.geojson", [{"ADM1_PCODE": "A", "ADM1_EN": "a"}], [shapely.Point(1, 2)]
    )
    with pytest.raises(BoundaryError, match="no layer of areas"):
        read(points)


def test_added_units_are_there_for_later_commands(tmp_path: Path, own_home: Path) -> None:
    assert len(load()) == 0
    row = {"ADM1_PCODE": "SY06", "ADM1_EN": "Idleb"}
    added = add(geojson(tmp_path / "first.geojson", [row, row | {"ADM1_PCODE": "SY02"}]))
    assert str(added) == "first.geojson: 2 of level 1 admin units added"
    assert added.path.parent == own_home
    assert sorted(u.code for u in load()) == ["SY02", "SY06"]
    time.sleep(0.02)
    add(geojson(tmp_path / "second.geojson", [row | {"ADM1_EN": "Idlib"}]))
    assert {u.code: u.names for u in load()} == {"SY02": ("Idleb",), "SY06": ("Idlib",)}
    added.path.write_bytes(b"broken")
    with pytest.raises(BoundaryError, match="damaged"):
        load()


def test_syria_whole(shared_data: Path) -> None:
    for level in range(4):
        add(shared_data / "admin" / f"syr_admin{level}.shp")
    units = load()
    assert Counter(u.level for u in units) == {0: 1, 1: 14, 2: 62, 3: 272}
    # Each level covers the country: the same area within rounding, as the file itself states it.
    for level in range(4):
        total = sum(boundaries.area_m2(u.polygon) for u in units if u.level == level) / 1e6
        assert total == pytest.approx(188_138.4, rel=3e-4)
    azaz = units.named(2, "اعزاز")
    assert azaz is not None
    assert (azaz.code, azaz.parents) == ("SY0204", ("SY", "SY02"))
    assert units.named(2, "Azaz", within=["Aleppo"]) is azaz
    began = time.perf_counter()
    assert load() is units
    assert time.perf_counter() - began < 0.1

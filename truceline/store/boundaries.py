"""Admin units that the user supplies: read from any boundary file, kept, and loaded.

``add`` reads a file (shapefile, GeoJSON, GeoPackage, GeoParquet: whatever GDAL opens), in
any coordinate system, with the column names of OCHA COD-AB (``ADM2_PCODE``, ``ADM2_EN``,
``adm2_pcode``, ``adm2_name``, ``admin2Pcode`` ...), geoBoundaries (``shapeISO``) or GADM (``GID_2``,
``NAME_2``) files. Each admin level that a file describes by itself becomes units: the level
of its rows, not the parents that the rows name.

Kept as one GeoParquet file per file added, in the user's Truceline folder. The folder is
``TRUCELINE_HOME`` where that is set.
"""

import os
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import platformdirs
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from pyproj import CRS, Geod, Transformer
from pyproj.exceptions import CRSError

from truceline.model.unit import Unit, Units

GEOD = Geod(ellps="WGS84")

# A column's role and level, by name, whatever its case. First the code, then names.
_CODES = (
    re.compile(r"adm(?:in)?_?([0-5])_?_?p_?code", re.I),
    re.compile(r"gid_([0-5])", re.I),
    re.compile(r"adm(?:in)?_?([0-5])_?(?:code|id|cod)", re.I),
    re.compile(r"p_?code_?(?:adm)?([0-5])", re.I),
)
_NAMES = (
    re.compile(r"adm(?:in)?_?([0-5])_?name_?\w*", re.I),
    re.compile(r"adm(?:in)?_?([0-5])_?(?:[a-z]{2}|[a-z]{3})", re.I),
    re.compile(r"adm(?:in)?_?([0-5])_?(?:alt|alternate|ref|alt1|alt2)\w*", re.I),
    re.compile(r"(?:nl_|var)?name_([0-5])", re.I),
)
_NO_NAME = re.compile(r"adm(?:in)?_?[0-5]_?(?:id|cod|code|typ|type|date|pcode)\w*", re.I)
_COUNTRY_NAME = re.compile(r"country(?:_?name)?", re.I)
_PLAIN_CODE = re.compile(r"p_?code|shapeiso|shapeid|code|id", re.I)
_PLAIN_NAME = re.compile(r"name(?:_?(?:en|ar|fr|es))?|shapename|name:\w+|alias(?:es)?", re.I)
_PLAIN_LEVEL = re.compile(r"(?:adm(?:in)?_?)?level|shapetype|admin_level", re.I)
_SCHEMA = pa.schema(
    [
        ("code", pa.string()),
        ("level", pa.int32()),
        ("names", pa.list_(pa.string())),
        ("parents", pa.list_(pa.string())),
        ("lon", pa.float64()),
        ("lat", pa.float64()),
        ("radius_m", pa.float64()),
        ("geometry", pa.binary()),
    ]
)
_GEO = (
    b'{"version":"1.0.0","primary_column":"geometry","columns":'
    b'{"geometry":{"encoding":"WKB","geometry_types":["Polygon","MultiPolygon"]}}}'
)


class BoundaryError(ValueError):
    """A file that gives no admin units; the message says what was found and what to do."""


@dataclass(frozen=True, slots=True)
class Added:
    """What ``add`` kept: units per level, what was left out and why, and where it is kept."""

    file: str
    levels: Mapping[int, int]
    notes: tuple[str, ...]
    path: Path

    def __str__(self) -> str:
        counts = ", ".join(f"{n} of level {level}" for level, n in sorted(self.levels.items()))
        return "\n".join([f"{self.file}: {counts} admin units added", *self.notes])


def home() -> Path:
    """The folder of the boundaries at hand: ``TRUCELINE_HOME``, else the user's data folder."""
    given = os.environ.get("TRUCELINE_HOME")
    base = Path(given) if given else Path(platformdirs.user_data_dir("truceline", appauthor=False))
    return base / "boundaries"


def read(file: Path) -> tuple[Units, tuple[str, ...]]:
    """The admin units of a file, WGS 84, and notes on rows left out or mended.

    Raises:
        FileNotFoundError: there is no such file.
        BoundaryError: it is no file of areas, or has no column of P-codes.
    """
    if not file.exists():
        raise FileNotFoundError(2, "no such file", str(file))
    units: list[Unit] = []
    notes: list[str] = []
    why: list[str] = []
    for layer in _layers(file):
        try:
            found, said = _layer(file, layer)
        except BoundaryError as error:
            why.append(str(error))
            continue
        units += found
        notes += said
    if not units:
        raise BoundaryError("; ".join(why) or f"{file.name} holds no layer of areas")
    merged, said = _distinct(units)
    return Units(merged), tuple(notes + said + (why if units else []))


def add(file: Path, folder: Path | None = None) -> Added:
    """Keep a file's admin units for later commands. A unit added again replaces its older self.

    Raises:
        OSError: the file cannot be read, or the folder cannot be written.
        BoundaryError: see ``read``.
    """
    file = Path(file)
    units, notes = read(file)
    folder = home() if folder is None else folder
    folder.mkdir(parents=True, exist_ok=True)
    stem = re.sub(r"[^\w.-]", "_", file.stem)
    path = folder / f"{stem}.parquet"
    save(units, path)
    return Added(file.name, Counter(u.level for u in units), notes, path)


def save(units: Units, path: Path) -> None:
    """Write units as GeoParquet, whole or not at all."""
    rows = list(units)
    table = pa.table(
        {
            "code": [u.code for u in rows],
            "level": [u.level for u in rows],
            "names": [list(u.names) for u in rows],
            "parents": [list(u.parents) for u in rows],
            "lon": [u.lon for u in rows],
            "lat": [u.lat for u in rows],
            "radius_m": [u.radius_m for u in rows],
            "geometry": [shapely.to_wkb(u.polygon) for u in rows],
        },
        schema=_SCHEMA.with_metadata({b"geo": _GEO}),
    )
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    pq.write_table(table, part, compression="zstd")
    part.replace(path)


def load(folder: Path | None = None) -> Units:
    """The admin units at hand, empty where none were added; the newest file's unit wins.

    Raises:
        BoundaryError: a kept file is damaged.
    """
    folder = home() if folder is None else folder
    files = sorted(folder.glob("*.parquet"), key=lambda p: (p.stat().st_mtime_ns, p.name))
    return _load(tuple((str(p), p.stat().st_mtime_ns, p.stat().st_size) for p in files))


@lru_cache(maxsize=4)
def _load(files: tuple[tuple[str, int, int], ...]) -> Units:
    found: dict[str, Unit] = {}
    for name, _, _ in files:
        try:
            table = pq.read_table(name, schema=_SCHEMA)
            polygons = shapely.from_wkb(table["geometry"].to_pylist())
        except (pa.ArrowInvalid, shapely.errors.GEOSException, KeyError) as error:
            raise BoundaryError(
                f"{name} is damaged ({error}); delete it and add its boundaries again"
            ) from error
        for row, polygon in zip(table.drop(["geometry"]).to_pylist(), polygons, strict=True):
            found[row["code"]] = Unit(
                row["code"], row["level"], tuple(row["names"]), tuple(row["parents"]),
                polygon, row["lon"], row["lat"], row["radius_m"],
            )  # fmt: skip
    return Units(tuple(sorted(found.values(), key=lambda u: (u.level, u.code))))


def _layers(file: Path) -> list[str]:
    import pyogrio  # noqa: PLC0415 # slow to load; only adding boundaries needs it

    try:
        rows = pyogrio.list_layers(file)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise BoundaryError(
            f"{file.name} cannot be read as boundaries ({error}); give a shapefile (.shp with "
            "its .dbf and .shx), a GeoJSON file or a GeoPackage"
        ) from error
    return [str(name) for name, kind in rows if not re.search("Point|Line", str(kind))]


def _layer(file: Path, layer: str) -> tuple[list[Unit], list[str]]:
    import pyogrio  # noqa: PLC0415 # as above

    try:
        meta, _, wkb, values = pyogrio.raw.read(file, layer=layer)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, UnicodeError) as error:
        raise BoundaryError(f"{file.name} cannot be read ({error}); export it again") from error
    columns = dict(zip([str(f) for f in meta["fields"]], values, strict=True))
    where = f"{file.name}, layer {layer}" if layer != file.stem else file.name
    if wkb is None:
        raise BoundaryError(f"{where} has no geometry; give the file with the areas")
    level, codes, names = _columns(columns, file, where)
    shapes = _to_wgs84(shapely.force_2d(shapely.from_wkb(wkb)), meta.get("crs"), where)
    units, notes = [], []
    levels = _levels(columns, len(shapes), level, where)
    for i, shape in enumerate(shapes):
        code = _text(columns[codes[-1]][i]) if codes else ""
        mended, why = _mend(shape)
        if not code or mended is None:
            notes.append(f"{where}, row {i + 1}: left out, {why or 'it has no code'}")
            continue
        if why:
            notes.append(f"{where}, row {i + 1} ({code}): {why}")
        said = [_text(columns[name][i]) for name in names]
        own = tuple(dict.fromkeys(n for s in said for n in s.split("|") if n not in ("", "NA")))
        parents = tuple(p for c in codes[:-1] if (p := _text(columns[c][i])))
        units.append(_unit(code, levels[i], own, parents, mended))
    return units, notes


def _columns(
    columns: Mapping[str, Any], file: Path, where: str
) -> tuple[int | None, list[str], list[str]]:
    """The level of a layer's rows, its code columns from the country down, and name columns."""
    codes: dict[int, str] = {}
    for pattern in _CODES:
        for name in columns:
            if match := pattern.fullmatch(name):
                codes.setdefault(int(match[1]), name)
        if codes:
            break
    if codes:
        level = max(k for k, c in codes.items() if any(_text(v) for v in columns[c]) or k == 0)
        names = [n for n in columns if _level_of_name(n) == level and n != codes[level]]
        if level == 0 and not names:
            names = [n for n in columns if _COUNTRY_NAME.fullmatch(n)]
        return level, [codes[k] for k in sorted(codes) if k <= level], names
    plain = next((n for n in columns if _PLAIN_CODE.fullmatch(n)), None)
    names = [n for n in columns if _PLAIN_NAME.fullmatch(n)]
    if plain is None or not names:
        raise BoundaryError(
            f"{where} has no column of P-codes; its columns are {', '.join(columns) or 'none'}. "
            "Name the codes ADM1_PCODE, ADM2_PCODE ... by level and the names ADM1_EN, ADM2_EN ..."
        )
    found = re.search(r"adm(?:in)?_?([0-5])", file.stem, re.I)
    return (int(found[1]) if found else None), [plain], names


def _level_of_name(column: str) -> int | None:
    if _NO_NAME.fullmatch(column):
        return None
    for pattern in _NAMES:
        if match := pattern.fullmatch(column):
            return int(match[1])
    return None


def _levels(columns: Mapping[str, Any], count: int, level: int | None, where: str) -> Sequence[int]:
    if level is not None:
        return [level] * count
    name = next((n for n in columns if _PLAIN_LEVEL.fullmatch(n)), None)
    found = [re.search(r"[0-5]", _text(v)) for v in columns[name]] if name else []
    if not found or None in found:
        raise BoundaryError(
            f"{where} does not say which admin level its rows are; name its code column "
            "ADM1_PCODE, ADM2_PCODE ... by level, or its file ..._adm1, ..._adm2"
        )
    return [int(m[0]) for m in found if m]


def _text(value: Any) -> str:
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, float | np.floating) and float(value).is_integer():
        value = int(value)
    if isinstance(value, list | tuple | np.ndarray):
        return "|".join(_text(v) for v in value)
    return str(value).strip()


def _to_wgs84(shapes: Any, crs: str | None, where: str) -> Any:
    try:
        system = CRS.from_user_input(crs) if crs else CRS.from_epsg(4326)
    except CRSError as error:
        raise BoundaryError(
            f"{where} has a coordinate system that is not known ({error}); export it in WGS 84"
        ) from error
    if system.to_epsg() != 4326 and system.to_authority() != ("OGC", "CRS84"):
        change = Transformer.from_crs(system, "EPSG:4326", always_xy=True)
        shapes = shapely.transform(
            shapes, lambda xy: np.column_stack(change.transform(xy[:, 0], xy[:, 1]))
        )
    coords = shapely.get_coordinates(shapes)
    if len(coords) and not (
        np.isfinite(coords).all() and (np.abs(coords) <= np.array([180.0, 90.0])).all()
    ):
        raise BoundaryError(
            f"{where} has coordinates off the globe; it does not say its coordinate system "
            "(a shapefile needs its .prj) or gives latitude first"
        )
    return shapes


def _mend(shape: Any) -> tuple[Any, str]:
    if shape is None or shape.is_empty:
        return None, "it has no area"
    why = ""
    if not shape.is_valid:
        why = f"mended: {shapely.is_valid_reason(shape)}"
        shape = shapely.make_valid(shape, method="structure", keep_collapsed=False)
    parts = [p for p in shapely.get_parts(shapely.get_parts(shape)) if p.geom_type == "Polygon"]
    if not parts:
        return None, "it has no area"
    whole = parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)
    return shapely.orient_polygons(whole), why


def area_m2(polygon: Any) -> float:
    """Area on the ellipsoid, square metres. Edges count as geodesics: over an admin
    unit's short edges the difference is far below its accuracy."""
    total = 0.0
    for part in shapely.get_parts(polygon):
        for i, ring in enumerate([part.exterior, *part.interiors]):
            lon, lat = shapely.get_coordinates(ring).T
            size = abs(GEOD.polygon_area_perimeter(lon, lat)[0])
            total += -size if i else size
    return float(total)


def _unit(
    code: str, level: int, names: tuple[str, ...], parents: tuple[str, ...], polygon: Any
) -> Unit:
    point = shapely.point_on_surface(polygon)
    radius = float(np.sqrt(area_m2(polygon) / np.pi))
    return Unit(code, level, names, parents, polygon, float(point.x), float(point.y), radius)


def _distinct(units: list[Unit]) -> tuple[tuple[Unit, ...], list[str]]:
    """Rows that share a code are parts of one unit."""
    groups: dict[str, list[Unit]] = {}
    for unit in units:
        groups.setdefault(unit.code, []).append(unit)
    found, notes = [], []
    for code, rows in groups.items():
        if len(rows) == 1:
            found.append(rows[0])
            continue
        if len({u.level for u in rows}) > 1:
            raise BoundaryError(f"the code {code} is given at two admin levels; correct the file")
        notes.append(f"{code}: {len(rows)} rows are joined as parts of one unit")
        names = tuple(dict.fromkeys(n for u in rows for n in u.names))
        whole, _ = _mend(shapely.union_all([u.polygon for u in rows]))
        found.append(_unit(code, rows[0].level, names, rows[0].parents, whole))
    return tuple(found), notes

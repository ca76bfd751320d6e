"""The map of a page: zones, lines, places and findings, as data and as a plain drawing.

The drawing is what a page shows without WebGL and what it prints. Coordinates are
(lon, lat) in degrees; ground across the 180th meridian is drawn with longitudes past 180.
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely.geometry import mapping, shape

from truceline.faces.clearance import CELL_DEG, CELL_RADIUS_M, Clearance, rounded, simulated_rows
from truceline.faces.listing import VERDICTS
from truceline.faces.wording import distance
from truceline.model.finding import Findings
from truceline.monitor.zones.zones import features
from truceline.pipeline.terms import Terms

MAX_MARKS = 20_000
_WIDTH, _HEIGHT = 960.0, 620.0
_BIN = 22.0  # marks of the drawing nearer than this are counted together, in its units
_KM_PER_DEGREE = 111.195
_VAGUE_M = 1_500.0
_MAX_RINGS = 80


@dataclass(frozen=True)
class Ground:
    """Zones and lines to draw. ``undrawn`` are (zone, why) that have no ground to draw."""

    zones: list[dict[str, Any]]
    lines: list[dict[str, Any]]
    places: list[dict[str, Any]]
    undrawn: list[tuple[str, str]]
    past: bool  # longitudes below 0 are drawn past 180


def ground(terms: Terms) -> Ground:
    """The agreement's ground, simplified to what a screen can show."""
    zones: list[dict[str, Any]] = []
    lines: list[dict[str, Any]] = []
    undrawn: list[tuple[str, str]] = []
    for feature in features(terms.ground):
        about = feature["properties"]
        if feature["geometry"] is None:
            undrawn.append((about["id"], about["note"] or "the text does not give its ground"))
            continue
        found = shape(feature["geometry"])
        west, south, east, north = found.bounds
        if east - west > 355 and north - south > 170:
            undrawn.append((about["id"], "it holds everywhere"))
            continue
        entry = {
            "id": about["id"],
            "name": about.get("name") or about["id"],
            "accuracy": about["accuracy_m"] or 0,
            "from": about["valid_from"] or "",
            "to": about["valid_to"] or "",
            "note": about.get("note") or "",
            "shape": found,
        }
        (zones if about["kind"] == "zone" else lines).append(entry)
    past = _past([e["shape"] for e in (*zones, *lines)])
    for entry in (*zones, *lines):
        entry["shape"] = _simple(_shift(entry["shape"], past))
        point = entry["shape"].representative_point()
        entry["at"] = [round(point.x, 5), round(point.y, 5)]
        entry["geometry"] = mapping(shapely.set_precision(entry["shape"], 0))
    places = [
        {"name": name, "lon": _x(place.at[0], past), "lat": place.at[1]}
        for name, place in terms.agreement.places.items()
    ]
    return Ground(zones, lines, places, undrawn, past)


def _past(shapes: Sequence[Any]) -> bool:
    parts = shapely.get_parts(np.array(shapes, dtype=object)) if shapes else []
    if not len(parts):
        return False
    middle = [(p.bounds[0] + p.bounds[2]) / 2 for p in parts]
    return bool(max(middle) - min(middle) > 180)


def _x(lon: float, past: bool) -> float:
    return lon + 360 if past and lon < 0 else lon


def _shift(geometry: Any, past: bool) -> Any:
    if not past:
        return geometry
    parts = [
        shapely.transform(p, lambda c: c + np.array([360.0, 0.0])) if p.bounds[0] < 0 else p
        for p in shapely.get_parts(geometry)
    ]
    return shapely.union_all(parts)


def _simple(geometry: Any) -> Any:
    west, south, east, north = geometry.bounds
    step = max(east - west, north - south) / 8_000
    simple = shapely.simplify(geometry, step)
    return shapely.transform(geometry if simple.is_empty else simple, lambda c: np.round(c, 5))


def marks(findings: Findings, clearance: Clearance, listed: Mapping[int, int], past: bool) -> Any:
    """The findings as marks: those of one place and verdict are counted together.

    Each is ``[lon, lat, radius_m, verdict, count, numbers in the list]``. Where there are
    more than ``MAX_MARKS`` places they are drawn together on a coarser grid.
    """
    rows = findings.rows
    lon = rows["lon"].to_numpy(zero_copy_only=False).astype(float)
    lat = rows["lat"].to_numpy(zero_copy_only=False).astype(float)
    radius = np.nan_to_num(rows["radius_m"].to_numpy(zero_copy_only=False).astype(float))
    verdict = np.array([VERDICTS.index(v) for v in rows["verdict"].to_pylist()], dtype=np.int64)
    free = simulated_rows(rows["incident_id"], rows["actor"])
    if "position" in clearance.withheld():
        closed = ~free
        lon[closed], lat[closed] = rounded(lon[closed]), rounded(lat[closed])
        radius[closed] += CELL_RADIUS_M
    known = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
    grid = 5
    lon, lat = np.round(lon, grid), np.round(lat, grid)
    step = CELL_DEG
    while len(np.unique(np.stack([lon[known], lat[known], verdict[known]]), axis=1).T) > MAX_MARKS:
        lon, lat = np.round(lon / step) * step, np.round(lat / step) * step
        step *= 2
    groups: dict[tuple[float, float, int], list[int]] = defaultdict(list)
    for row in known.tolist():
        groups[float(lon[row]), float(lat[row]), int(verdict[row])].append(row)
    return [
        [
            round(_x(x, past), 5),
            round(y, 5),
            round(float(max(radius[r] for r in members))),
            code,
            len(members),
            sorted(listed[r] for r in members if r in listed)[:60],
        ]
        for (x, y, code), members in sorted(groups.items())
    ]


def unplaced(findings: Findings) -> int:
    """How many findings give no place that could be drawn."""
    return int(findings.rows["lon"].null_count)


@dataclass(frozen=True)
class View:
    """An equirectangular view, true to scale at its middle latitude."""

    west: float
    south: float
    east: float
    north: float

    @property
    def across(self) -> float:
        """Units of the drawing per degree of longitude."""
        return self.up * math.cos(math.radians((self.south + self.north) / 2))

    @property
    def up(self) -> float:
        """Units of the drawing per degree of latitude."""
        cos = math.cos(math.radians((self.south + self.north) / 2))
        return min(
            _WIDTH / max((self.east - self.west) * cos, 1e-9),
            _HEIGHT / max(self.north - self.south, 1e-9),
        )

    def at(self, lon: float, lat: float) -> tuple[float, float]:
        """A point of the drawing, y down."""
        x = _WIDTH / 2 + (lon - (self.west + self.east) / 2) * self.across
        y = _HEIGHT / 2 - (lat - (self.south + self.north) / 2) * self.up
        return round(x, 1), round(y, 1)


def view(land: Ground, found: Sequence[Sequence[Any]]) -> View | None:
    """What to look at: the zones and lines, or where they are lacking the findings."""
    boxes = [e["shape"].bounds for e in (*land.zones, *land.lines)]
    points = [(m[0], m[1], m[0], m[1]) for m in found]
    if not boxes:
        boxes = points
    elif points:
        west, east = np.percentile([p[0] for p in points], [2, 98])
        south, north = np.percentile([p[1] for p in points], [2, 98])
        boxes.append((float(west), float(south), float(east), float(north)))
    if not boxes:
        return None
    west, south = min(b[0] for b in boxes), min(b[1] for b in boxes)
    east, north = max(b[2] for b in boxes), max(b[3] for b in boxes)
    pad = max(east - west, north - south, 0.02) * 0.06
    return View(west - pad, max(south - pad, -89), east + pad, min(north + pad, 89))


def drawing(land: Ground, found: Sequence[Sequence[Any]], seen: View) -> dict[str, Any]:
    """The plain drawing: paths, marks and labels in units of ``width`` × ``height``."""
    return {
        "width": _WIDTH,
        "height": _HEIGHT,
        "zones": [{"id": z["id"], "path": _path(z["shape"], seen)} for z in land.zones],
        "lines": [
            {"id": z["name"], "path": _path(z["shape"], seen), "band": _band(z, seen)}
            for z in land.lines
        ],
        "places": _names(land, seen),
        "rings": _rings(found, seen),
        "marks": _binned(found, seen),
        "scale": _scale(seen),
        "graticule": graticule(seen),
    }


def _names(land: Ground, seen: View) -> list[dict[str, Any]]:
    """Places in view; a name that would lie on another is left out, its dot stays."""
    taken: list[tuple[float, float, float]] = []
    names = []
    for place in land.places:
        x, y = seen.at(place["lon"], place["lat"])
        if not (0 <= x <= _WIDTH and 0 <= y <= _HEIGHT):
            continue
        end = x + 14 + 7.2 * len(place["name"])
        clash = any(a < end and x - 4 < b and abs(c - y) < 15 for a, b, c in taken)
        if not clash:
            taken.append((x - 4, end, y))
        names.append({"name": "" if clash else place["name"], "x": x, "y": y})
    return names


def _path(geometry: Any, seen: View) -> str:
    said = []
    for part in shapely.get_parts(geometry):
        rings = [part.exterior, *part.interiors] if part.geom_type == "Polygon" else [part]
        for ring in rings:
            points = " ".join(f"{x},{y}" for x, y in (seen.at(*c[:2]) for c in ring.coords))
            said.append(f"M{points}" + ("Z" if part.geom_type == "Polygon" else ""))
    return "".join(said)


def _band(line: Mapping[str, Any], seen: View) -> float:
    """The width of a line's accuracy band, both sides."""
    return round(2 * float(line["accuracy"]) / 1000 / _KM_PER_DEGREE * seen.up, 1)


def _rings(found: Sequence[Sequence[Any]], seen: View) -> list[dict[str, Any]]:
    vague = [m for m in found if m[2] >= _VAGUE_M]
    if len(vague) > _MAX_RINGS:
        return []
    return [
        {"x": x, "y": y, "r": round(m[2] / 1000 / _KM_PER_DEGREE * seen.up, 1), "v": VERDICTS[m[3]]}
        for m in vague
        for x, y in [seen.at(m[0], m[1])]
    ]


def _binned(found: Sequence[Sequence[Any]], seen: View) -> list[dict[str, Any]]:
    bins: dict[tuple[int, int, int], list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    for lon, lat, _, code, count, _ in found:
        x, y = seen.at(lon, lat)
        if not (0 <= x <= _WIDTH and 0 <= y <= _HEIGHT):
            continue
        cell = bins[int(x // _BIN), int(y // _BIN), code]
        cell[0] += x * count
        cell[1] += y * count
        cell[2] += count
    drawn = [
        {
            "x": round(sx / n, 1),
            "y": round(sy / n, 1),
            "v": VERDICTS[code],
            "n": int(n),
            "r": round(min(5 + 2.2 * math.log2(n), 18), 1),
        }
        for (_, _, code), (sx, sy, n) in sorted(bins.items())
    ]
    return sorted(drawn, key=lambda d: (-VERDICTS.index(d["v"]), -d["n"]))


def _scale(seen: View) -> dict[str, Any]:
    km = _WIDTH / seen.up * _KM_PER_DEGREE / 5
    power = 10 ** math.floor(math.log10(max(km, 1e-6)))
    nice = max(k * power for k in (1, 2, 5) if k * power <= max(km, 1e-6))
    return {"width": round(nice / _KM_PER_DEGREE * seen.up, 1), "label": distance(nice * 1000)}


def graticule(seen: View) -> dict[str, Any]:
    """Meridians and parallels at a round step, with their labels."""
    wide = max(seen.east - seen.west, seen.north - seen.south)
    step = next(s for s in (0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 45) if wide / s <= 9 or s == 45)
    half_x, half_y = _WIDTH / seen.across / 2, _HEIGHT / seen.up / 2
    middle_x, middle_y = (seen.west + seen.east) / 2, (seen.south + seen.north) / 2
    lons = _ticks(middle_x - half_x, middle_x + half_x, step)
    lats = [v for v in _ticks(middle_y - half_y, middle_y + half_y, step) if -90 < v < 90]
    return {
        "step": step,
        "lons": [{"at": v, "x": seen.at(v, 0)[0], "label": _degrees(v, "EW")} for v in lons],
        "lats": [{"at": v, "y": seen.at(0, v)[1], "label": _degrees(v, "NS")} for v in lats],
    }


def _ticks(low: float, high: float, step: float) -> list[float]:
    first = math.ceil(low / step)
    return [round(k * step, 4) for k in range(first, math.floor(high / step) + 1)]


def _degrees(value: float, sides: str) -> str:
    if sides == "EW" and value > 180:
        value -= 360
    side = "" if value == 0 else sides[0] if value > 0 else sides[1]
    return f"{abs(value):g}° {side}".strip()

"""Areas on the globe: checked, cut at the 180th meridian, rounded and wound as RFC 7946 asks."""

from typing import Any

import numpy as np
import shapely

from truceline.monitor.zones.line import (
    GEOD,
    Coords,
    GroundError,
    on_globe,
    unwrap,
)
from truceline.monitor.zones.offset import arc_step

GRID_DEG = 1e-7  # about a centimetre
CRUMB_M2 = 4.0  # a hole or part smaller than this is rounding, not ground
WORLD = shapely.box(-180, -90, 180, 90)
NOTHING = shapely.Polygon()


def _ring(ring: Any) -> Coords:
    coords: Coords = shapely.get_coordinates(ring)
    step = np.abs(np.diff(coords[:, 0]))
    if not ((step > 180) & (step < 360)).any():
        return coords
    coords = unwrap(coords)
    if abs(coords[-1, 0] - coords[0, 0]) > 180:
        raise GroundError(
            "the area goes round a pole; cut it at the 180th meridian (RFC 7946, section 3.1.9)"
        )
    return coords


def area(geometry: Any) -> Any:
    """The polygons of a geometry, checked and ready for use, (lon, lat).

    Polygons inside collections count, points and lines beside them do not. A ring that
    crosses the 180th meridian is cut there.

    Raises:
        GroundError: no polygon, a ring that crosses itself, or a point off the globe.
    """
    parts = [
        g
        for g in shapely.get_parts(shapely.get_parts(shapely.force_2d(geometry)))
        if g.geom_type == "Polygon" and not g.is_empty
    ]
    if not parts:
        raise GroundError("holds no area; give a Polygon or MultiPolygon")
    on_globe(parts)
    found = []
    for part in parts:
        moved = shapely.Polygon(_ring(part.exterior), [_ring(r) for r in part.interiors])
        if not moved.is_valid:
            raise GroundError(
                f"is not a valid area ({shapely.is_valid_reason(moved)}, lon lat); draw its rings "
                "so that they do not cross or touch along an edge"
            )
        found.append(moved)
    return finish(shapely.union_all(found))


def wrap(shape: Any) -> Any:
    """A geometry with continuous longitudes, cut at the 180th meridian, within -180 to 180."""
    if shape.is_empty:
        return shape
    west, _, east, _ = shape.bounds
    if west >= -180 and east <= 180:
        return shape
    found = []
    for turn in range(int(np.floor((west + 180) / 360)), int(np.ceil((east - 180) / 360)) + 1):
        window = shapely.box(-180 + 360 * turn, -90, 180 + 360 * turn, 90)
        piece = shapely.intersection(shape, window)
        found.append(shapely.transform(piece, lambda xy, t=turn: xy - np.array([360.0 * t, 0.0])))
    return shapely.union_all(found)


def around(shape: Any, lon: float) -> Any:
    """The same area with longitudes within 180 degrees of ``lon``."""
    west, east = lon - 180, lon + 180
    if shape.is_empty or (shape.bounds[0] >= west and shape.bounds[2] <= east):
        return shape
    copies = [
        shapely.transform(shape, lambda xy, t=turn: xy + np.array([360.0 * t, 0.0]))
        for turn in (-1, 0, 1)
    ]
    return shapely.intersection(shapely.union_all(copies), shapely.box(west, -90, east, 90))


def _ring_area(ring: Any) -> float:
    lon, lat = shapely.get_coordinates(ring).T
    return abs(float(GEOD.polygon_area_perimeter(lon, lat)[0]))


def polygons(shape: Any) -> list[Any]:
    """The polygons of a geometry; lines and points that an overlay leaves behind are no ground."""
    parts = shapely.get_parts(shapely.get_parts(shape))
    return [p for p in parts if p.geom_type == "Polygon" and not p.is_empty]


def finish(shape: Any) -> Any:
    """A Polygon or MultiPolygon in -180 to 180, valid, to 1e-7 degrees, outer rings anticlockwise."""
    found = polygons(shapely.set_precision(wrap(shape), GRID_DEG))
    kept = []
    sizes = [_ring_area(part.exterior) for part in found]
    for part, size in zip(found, sizes, strict=True):
        if size < min(CRUMB_M2, max(sizes)):
            continue
        holes = [r for r in part.interiors if _ring_area(r) >= CRUMB_M2]
        kept.append(shapely.Polygon(part.exterior, holes))
    if not kept:
        return NOTHING
    whole = kept[0] if len(kept) == 1 else shapely.MultiPolygon(kept)
    return shapely.orient_polygons(whole)


def disc(lon: float, lat: float, radius: float) -> Any:
    """What lies within ``radius`` metres of a point: a geodesic circle.

    Raises:
        GroundError: the circle reaches a pole.
    """
    _, _, to_pole = GEOD.inv(lon, lat, lon, 90.0 if lat >= 0 else -90.0)
    if to_pole <= radius * 1.001:
        raise GroundError("the disc reaches a pole, where longitudes meet; draw it as a file")
    count = max(int(np.ceil(2 * np.pi / min(arc_step(radius), 2_000 / radius))), 64)
    azimuth = np.linspace(0, -360, count, endpoint=False)
    x, y, _ = GEOD.fwd(np.full(count, lon), np.full(count, lat), azimuth, np.full(count, radius))
    ring = np.column_stack([lon + (np.asarray(x) - lon + 180) % 360 - 180, y])
    return finish(shapely.Polygon(ring))

"""Lines on the ground: joined, densified, cut, and asked for their direction.

Coordinates are arrays of shape (n, 2): (lon, lat) in degrees, WGS 84. An edge is straight
in longitude and latitude (RFC 7946, section 3.1.1). Longitudes of one line are continuous:
a line across the 180th meridian goes on to 181 and is cut only when it is handed out.
"""

from typing import Any, Literal

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod, Proj

Coords = NDArray[np.float64]
Side = Literal["left", "right"]

GEOD = Geod(ellps="WGS84")
EARTH_M = 6_371_008.8  # mean radius (IUGG); for steps and margins, never for distances
EDGE_M = 0.1  # how far a densified edge may lie from the true one, metres
MERIDIAN_DEG = 5.0  # a line this close to a compass direction has no side of that name


class GroundError(ValueError):
    """Ground that cannot be drawn; the message says what is wrong and what to do.

    ``at`` is where in the definition: a path of keys, as the file writes them.
    """

    def __init__(self, message: str, *at: str | int) -> None:
        super().__init__(message)
        self.at = at


def unwrap(coords: Coords) -> Coords:
    """The same points with continuous longitudes: a step over 180 degrees goes the short way."""
    lon = coords[:, 0]
    step = np.diff(lon)
    turns = np.where(np.abs(step) > 180, -np.round(step / 360), 0.0)
    return np.column_stack([lon + 360 * np.concatenate([[0.0], np.cumsum(turns)]), coords[:, 1]])


def edge_length(lat: float) -> float:
    """How long an edge may be at a latitude, metres.

    An edge of length s, straight in lon and lat, leaves the geodesic by at most
    s^2 tan(lat) / 8R: the sagitta of a parallel's curvature tan(lat) / R.
    """
    bend = np.tan(np.radians(min(abs(lat), 89.0)))
    return float(min(5_000.0, np.sqrt(8 * EARTH_M * EDGE_M / max(bend, 1e-9))))


def densify(coords: Coords, step_m: float) -> Coords:
    """Points added along the edges, evenly in lon and lat, no more than ``step_m`` apart."""
    return _densify(coords, step_m)[0]


def _densify(coords: Coords, step_m: float) -> tuple[Coords, NDArray[np.float64]]:
    """The densified points, and the position of each on the line it came from."""
    a, b = coords[:-1], coords[1:]
    _, _, length = GEOD.inv(a[:, 0], a[:, 1], b[:, 0], b[:, 1])
    # A long edge along a parallel is longer than its geodesic: count the degrees too.
    degrees = np.abs(b - a).max(axis=1)
    pieces = np.maximum(np.ceil(np.asarray(length) / step_m), np.ceil(degrees / 0.5))
    pieces = np.maximum(pieces, 1).astype(np.int64)
    which = np.repeat(np.arange(len(a)), pieces)
    share = (np.arange(len(which)) - np.repeat(np.cumsum(pieces) - pieces, pieces)) / pieces[which]
    inner = a[which] + share[:, None] * (b - a)[which]
    return np.vstack([inner, coords[-1:]]), np.append(which + share, len(a))


def along(coords: Coords) -> NDArray[np.float64]:
    """Metres from the line's start to each of its points, on the ellipsoid."""
    _, _, step = GEOD.inv(coords[:-1, 0], coords[:-1, 1], coords[1:, 0], coords[1:, 1])
    return np.concatenate([[0.0], np.cumsum(np.asarray(step))])


def centred(lon: float, lat: float) -> Proj:
    """The azimuthal equidistant projection of the ellipsoid, metres, centred there.

    A distance D from a point r metres off the centre is wrong by at most r^2 D / 6R^2.
    """
    return Proj(proj="aeqd", lat_0=lat, lon_0=lon, ellps="WGS84")


def project(proj: Proj, coords: Coords) -> Coords:
    """(lon, lat) to (x, y) in metres."""
    x, y = proj(coords[:, 0], coords[:, 1])
    return np.column_stack([x, y])


def unproject(proj: Proj, xy: Coords, near: float) -> Coords:
    """(x, y) in metres to (lon, lat), longitudes within 180 degrees of ``near``."""
    lon, lat = proj(xy[:, 0], xy[:, 1], inverse=True)
    lon = near + (np.asarray(lon) - near + 180) % 360 - 180
    return np.column_stack([lon, lat])


def _tidy_part(part: Any) -> Coords | None:
    coords = unwrap(shapely.get_coordinates(part))
    keep = np.concatenate([[True], np.any(np.diff(coords, axis=0) != 0, axis=1)])
    return coords[keep] if keep.sum() > 1 else None


def _join(parts: list[Coords]) -> list[Coords]:
    """Parts that follow one another become one; the 180th meridian is no gap."""
    chains = [parts[0]]
    for part in parts[1:]:
        turn = np.round((chains[-1][-1, 0] - part[0, 0]) / 360) * 360
        moved = part + np.array([turn, 0.0])
        if np.allclose(moved[0], chains[-1][-1], rtol=0, atol=1e-9):
            chains[-1] = np.vstack([chains[-1], moved[1:]])
        else:
            chains.append(part)
    if len(chains) == 1:
        return chains
    multi = shapely.MultiLineString([c.tolist() for c in chains])
    directed = shapely.get_parts(shapely.line_merge(multi, directed=True))
    merged = shapely.get_parts(shapely.line_merge(multi))
    if len(merged) == len(directed):
        return [shapely.get_coordinates(line) for line in directed]
    return [_as_most_run(line, chains) for line in merged]


def _as_most_run(line: Any, chains: list[Coords]) -> Coords:
    """A line merged from parts of both directions runs as most of its length was drawn."""
    votes = 0.0
    for chain in chains:
        part = shapely.LineString(chain)
        if shapely.covers(line, part):
            where = shapely.line_locate_point(line, shapely.points(chain[:2]))
            votes += part.length * float(np.sign(where[1] - where[0]))
    coords: Coords = shapely.get_coordinates(line)
    return coords[::-1].copy() if votes < 0 else coords


def chains(geometry: Any) -> list[Coords]:
    """The connected pieces of a line geometry, each as points with continuous longitudes.

    Lines inside collections count, points beside them do not. Pieces that touch at their
    ends are joined, so that a trace in many ways reads as one.

    Raises:
        GroundError: no line is there, or a coordinate is not a longitude and latitude.
    """
    found = [
        g
        for g in shapely.get_parts(shapely.get_parts(shapely.force_2d(geometry)))
        if g.geom_type in ("LineString", "LinearRing") and not g.is_empty
    ]
    on_globe(found)
    parts = [p for g in found if (p := _tidy_part(g)) is not None]
    if not parts:
        raise GroundError(
            "holds no line of two different points; give a LineString or MultiLineString"
        )
    return _join(parts)


def on_globe(geometries: list[Any]) -> None:
    """Raise GroundError where a coordinate is no longitude and latitude in degrees."""
    coords = shapely.get_coordinates(geometries)
    bad = ~(
        np.isfinite(coords).all(axis=1) & (np.abs(coords) <= np.array([180.0, 90.0])).all(axis=1)
    )
    if bad.any():
        x, y = coords[bad][0]
        raise GroundError(
            f"the point ({x:.10g}, {y:.10g}) is not on the globe; write longitude, then "
            "latitude, in degrees (WGS 84)"
        )


def nearest(coords: Coords, lon: float, lat: float) -> tuple[float, float]:
    """Where on a line the point nearest to a place is, and how far away.

    Returns (position, metres): position 3.25 is a quarter along the edge after point 3.
    """
    dense, position = _densify(coords, edge_length(float(np.abs(coords[:, 1]).max())))
    xy = project(centred(lon, lat), dense)
    a, d = xy[:-1], np.diff(xy, axis=0)
    t = np.clip(-(a * d).sum(axis=1) / np.maximum((d**2).sum(axis=1), 1e-12), 0, 1)
    distance = np.hypot(*(a + t[:, None] * d).T)
    i = int(np.argmin(distance))
    return float(position[i] + t[i] * (position[i + 1] - position[i])), float(distance[i])


def cut(coords: Coords, start: float, end: float) -> Coords:
    """The stretch of a line between two positions (see ``nearest``), in the line's direction."""
    first, last = sorted((start, end))

    def at(position: float) -> Coords:
        i = min(int(position), len(coords) - 2)
        share = position - i
        found: Coords = coords[i : i + 1] + share * (coords[i + 1] - coords[i])
        return found

    inner = coords[int(np.floor(first)) + 1 : int(np.ceil(last))]
    stretch = np.vstack([at(first), inner, at(last)])
    keep = np.concatenate([[True], np.any(np.diff(stretch, axis=0) != 0, axis=1)])
    kept: Coords = stretch[keep]
    return kept


def side_of(coords: Coords, compass: str) -> Side:
    """Which side of a line ``north``, ``south``, ``east`` or ``west`` is, by its overall direction.

    The overall direction is the azimuth from its first point to its last.

    Raises:
        GroundError: the line comes back to its start, or runs along that compass axis.
    """
    (lon0, lat0), (lon1, lat1) = coords[0], coords[-1]
    azimuth, _, chord = GEOD.inv(lon0, lat0, lon1, lat1)
    length = float(along(coords)[-1])
    if chord < 0.05 * length:
        raise GroundError(
            f"the line comes back to where it starts, so it has no {compass} side; "
            "write left and right of its own direction"
        )
    toward = {"north": 0.0, "east": 90.0, "south": 180.0, "west": -90.0}[compass]
    turn = (toward - azimuth + 180) % 360 - 180  # clockwise from the line to the compass point
    if abs(np.sin(np.radians(turn))) < np.sin(np.radians(MERIDIAN_DEG)):
        other = "east or west" if compass in ("north", "south") else "north or south"
        raise GroundError(
            f"the line runs toward {azimuth % 360:.0f} degrees, so it has no {compass} side; "
            f"write {other}, or left and right of its own direction"
        )
    return "right" if turn > 0 else "left"

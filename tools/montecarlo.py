"""Compare the share of a region inside a zone with independent draws, on random cases.

    python tools/montecarlo.py [--cases 300] [--seed 1]

prints the worst difference of each kind of zone and the case it came from. Nothing
here uses the kernel's geometry: points are geodesic destinations (pyproj.Geod), distances
are shapely's in an azimuthal equidistant plane centred on the region, and a shared edge
error is drawn for each point.
"""

import argparse
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from pyproj import Geod, Transformer
from scipy.special import ndtri

from truceline.model.event import EVENT_SCHEMA
from truceline.model.unit import Unit, Units
from truceline.model.zone import Shape, Spine
from truceline.monitor.locate.locate import Locator, Regions

GEOD = Geod(ellps="WGS84")
RADII = (1e3, 2e3, 5e3, 1e4, 1.5e4, 2.5e4, 3e4, 5e4, 1e5)
KINDS = ("corridor", "sided", "flat", "polygon", "narrow", "multi", "composed")


@dataclass
class Case:
    """A zone, a region and the kind of both, as the columns of an event."""

    kind: str
    shape: Shape
    region: dict[str, Any]

    def __str__(self) -> str:
        r = {k: (round(v, 4) if isinstance(v, float) else v) for k, v in self.region.items()}
        leaves = ", ".join(
            f"{leaf.accuracy_m:.0f} m" for leaf in (self.shape.parts or (self.shape,))
        )
        return f"{self.kind}, accuracy {leaves}, {r}"


def plane(lon: float, lat: float) -> Transformer:
    """To metres, azimuthal equidistant around (lon, lat)."""
    here = f"+proj=aeqd +lon_0={lon} +lat_0={lat} +datum=WGS84 +units=m"
    return Transformer.from_crs("EPSG:4326", here, always_xy=True)


def to_plane(geometry: Any, to: Transformer, back: bool = False) -> Any:
    """A geometry moved into the plane, or back to (lon, lat)."""

    def move(points: np.ndarray) -> np.ndarray:
        x, y = to.transform(points[:, 0], points[:, 1], direction="INVERSE" if back else "FORWARD")
        return np.column_stack([x, y])

    return shapely.transform(geometry, move)


def region_table(regions: list[dict[str, Any]]) -> pa.Table:
    """Regions as rows of the event schema."""
    names = ("region", "lon", "lat", "radius_m", "unit", "bearing_deg", "spread_deg", "range_min_m")
    fields = [EVENT_SCHEMA.field(n) for n in names]
    rows = [{n: r.get(n) for n in names} for r in regions]
    return pa.Table.from_pylist(rows, schema=pa.schema(fields))


# -- random cases ------------------------------------------------------------------------


def random_line(rng: np.random.Generator, size: float) -> Any:
    turns = np.cumsum(rng.normal(0, 0.35, rng.integers(2, 12)))
    steps = np.cumsum(np.column_stack([np.cos(turns), np.sin(turns)]), axis=0)
    points = np.vstack([[0, 0], steps]) * size / len(turns)
    return shapely.LineString(points - points.mean(axis=0))


def random_star(rng: np.random.Generator, size: float, at: tuple[float, float] = (0, 0)) -> Any:
    angle = np.sort(rng.uniform(0, 2 * np.pi, rng.integers(5, 40)))
    angle = np.concatenate([angle, [0.1, 2.2, 4.3]])
    angle.sort()
    radius = size / 2 * rng.uniform(0.4, 1.0, len(angle))
    ring = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)]) + at
    return shapely.make_valid(shapely.Polygon(ring)).buffer(0)


def round_ends(line: Any, depth: float, side: int) -> list[Any]:
    """The quarter discs of a side beyond both ends of a line; ``side`` 1 is its left."""
    quarters = []
    ends = shapely.get_coordinates(line)
    for end, inner, out in ((ends[0], ends[1], -1), (ends[-1], ends[-2], 1)):
        along = (end - inner) / np.hypot(*(end - inner)) * out
        across = np.array([-along[1], along[0]]) * side
        turn = np.linspace(0, np.pi / 2, 65)[:, None]
        arc = end + depth * (np.cos(turn) * along * out + np.sin(turn) * across)
        quarters.append(shapely.Polygon([end, *arc]))
    return quarters if depth else []


def random_leaf(
    rng: np.random.Generator, kind: str, to: Transformer, size: float, accuracy: float
) -> Shape:
    """A leaf zone of about ``size`` metres around the plane's centre."""
    if kind in {"corridor", "sided", "flat"}:
        line = random_line(rng, size)
        left = size * 10 ** rng.uniform(-2, -0.7)
        right = left if kind == "corridor" else left * rng.choice([0.0, 0.5, 2.0])
        ring = [line.buffer(left, quad_segs=64)]
        if kind != "corridor":
            ring = [
                line.buffer(d, quad_segs=64, single_sided=True, cap_style="flat")
                for d in (left, -right)
                if d
            ]
        if kind == "sided":
            ring += [*round_ends(line, left, 1), *round_ends(line, right, -1)]
        polygon = shapely.union_all(ring)
        spine = Spine(to_plane(line, to, True), left, right, kind == "flat")
        return Shape("z", "leaf", to_plane(polygon, to, True), accuracy, spine)
    if kind == "narrow":
        polygon = random_line(rng, size).buffer(size * 10 ** rng.uniform(-3.5, -2), quad_segs=2)
    elif kind == "multi":
        parts = [random_star(rng, size / 3, tuple(rng.uniform(-size, size, 2) / 2)) for _ in "abc"]
        polygon = shapely.union_all(parts)
        polygon = polygon.difference(
            random_star(rng, size / 8, tuple(rng.uniform(-1, 1, 2) * size / 4))
        )
    else:
        polygon = random_star(rng, size)
    return Shape("z", "leaf", to_plane(polygon, to, True), accuracy)


def random_accuracy(rng: np.random.Generator) -> float:
    return 0.0 if rng.random() < 0.25 else float(10 ** rng.uniform(1, 4))


def random_case(rng: np.random.Generator, kind: str) -> Case:
    """A zone between 100 m and 1000 km, and a region that its edge or middle meets."""
    lon, lat = float(rng.uniform(-170, 170)), float(rng.uniform(-60, 70))
    to = plane(lon, lat)
    size = 10 ** rng.uniform(2, 6)
    if abs(lat) > 60:
        size = min(size, 3e5)
    if kind == "composed":
        parts = tuple(
            random_leaf(rng, k, to, size * f, random_accuracy(rng))
            for k, f in (
                (rng.choice(["polygon", "corridor"]), 1.0),
                ("corridor", 0.8),
                ("multi", 0.7),
            )
        )
        op = str(rng.choice(["union", "intersection", "difference"]))
        a, b, c = (p.polygon for p in parts)
        whole = {
            "union": lambda: shapely.union_all([a, b, c]),
            "intersection": lambda: a.intersection(b).intersection(c),
            "difference": lambda: a.difference(b).difference(c),
        }[op]()
        shape = Shape("z", op, whole, 0.0, None, parts)  # type: ignore[arg-type]  # op is one of three
        edge = shapely.union_all([shapely.boundary(p) for p in (a, b, c)])
        sigma = max(p.accuracy_m for p in parts) / 2
    else:
        shape = random_leaf(rng, kind, to, size, random_accuracy(rng))
        edge = shapely.boundary(shape.polygon)
        sigma = shape.accuracy_m / 2
    what = rng.choice(["disc", "disc", "disc", "disc", "point", "sector"])
    radius = float(10 ** rng.uniform(1, 5)) if rng.random() < 0.5 else float(rng.choice(RADII))
    on = shapely.line_interpolate_point(shapely.get_parts(edge)[0], rng.random(), normalized=True)
    away = abs(rng.normal(0, 0.7)) * (radius * (what != "point") + sigma)
    x, y, _ = GEOD.fwd(on.x, on.y, rng.uniform(0, 360), away)
    region: dict[str, Any] = {"region": str(what), "lon": float(x), "lat": float(y)}
    region["radius_m"] = 0.0 if what == "point" else radius
    if what == "sector":
        region["bearing_deg"] = float(rng.uniform(0, 360))
        region["spread_deg"] = float(rng.uniform(2, 90))
        region["range_min_m"] = float(rng.uniform(0, 0.8) * radius)
    return Case(kind, shape, region)


# -- the independent answer --------------------------------------------------------------


def draw(rng: np.random.Generator, region: dict[str, Any], across: int) -> tuple[Any, Any]:
    """Points drawn evenly over the region (one in each of across x across strata)."""
    count = across * across
    if region["region"] == "point":
        return np.full(count, region["lon"]), np.full(count, region["lat"])
    k = np.arange(count)
    u = (k // across + rng.random(count)) / across
    v = (k % across + rng.random(count)) / across
    near, far = region.get("range_min_m") or 0.0, region["radius_m"]
    bearing = region.get("bearing_deg") or 0.0
    spread = region.get("spread_deg") if region["region"] == "sector" else 180.0
    distance = np.sqrt(near**2 + u * (far**2 - near**2))
    turn = bearing + spread * (2 * v - 1)
    lon, lat = np.full(count, region["lon"]), np.full(count, region["lat"])
    x, y, _ = GEOD.fwd(lon, lat, turn, distance)
    return np.asarray(x), np.asarray(y)


def clearance(leaf: Shape, to: Transformer, lon: Any, lat: Any, reach: float) -> Any:
    """Metres from the edge, positive inside, by shapely in the region's own plane."""
    x, y = to.transform(lon, lat)
    points = shapely.points(x, y)
    box = shapely.box(-reach, -reach, reach, reach)

    def near(lines: Any) -> Any:
        size = max(np.ptp(shapely.get_coordinates(lines), axis=0).max() / 300, 1e-9)
        # The plane cannot show what is on the other side of the world; nor is it needed.
        flat = to_plane(shapely.segmentize(lines, size), to)
        return shapely.intersection(flat, box) if reach < 1e6 else flat

    def away(lines: Any) -> Any:
        return np.full(len(points), 1e9) if lines.is_empty else shapely.distance(lines, points)

    spine = leaf.spine
    if spine is None:
        inside = shapely.contains_xy(leaf.polygon, lon, lat)
        return np.where(inside, 1, -1) * away(near(shapely.boundary(leaf.polygon)))
    line = near(spine.line) if spine.left_m == spine.right_m else None
    if line is not None and not spine.flat:
        return spine.left_m - away(line)
    line = to_plane(shapely.segmentize(spine.line, max(spine.line.length / 300, 1e-9)), to)
    along = shapely.line_locate_point(line, points)
    step = line.length * 1e-4
    before = shapely.get_coordinates(
        shapely.line_interpolate_point(line, np.maximum(along - step, 0))
    )
    after = shapely.get_coordinates(
        shapely.line_interpolate_point(line, np.minimum(along + step, line.length))
    )
    t = (after - before) / np.hypot(*(after - before).T)[:, None]
    foot = shapely.get_coordinates(shapely.line_interpolate_point(line, along))
    q = np.column_stack([x, y]) - foot
    cross = t[:, 0] * q[:, 1] - t[:, 1] * q[:, 0]
    side = np.sign(cross) * away(line)
    lateral = np.minimum(spine.left_m - side, spine.right_m + side)
    if not spine.flat:
        return lateral
    cuts = []
    ends = shapely.get_coordinates(line)
    for end, run in ((ends[0], ends[1] - ends[0]), (ends[-1], ends[-1] - ends[-2])):
        d = run / np.hypot(*run)
        normal = np.array([-d[1], d[0]])
        cuts.append(shapely.LineString([end + spine.left_m * normal, end - spine.right_m * normal]))
    cut = np.minimum(*(shapely.distance(c, points) for c in cuts))
    forward = (t * q).sum(axis=1)
    over = ((along <= 0) & (forward < 0)) | ((along >= line.length) & (forward > 0))
    return np.where(over, -cut, np.minimum(lateral, cut))


def drawn_share(case: Case, rng: np.random.Generator, across: int = 150, errors: int = 32) -> float:
    """The share by draws: points, for each some errors (standard normal, one in each of as
    many strata), which every leaf shares.
    """
    lon, lat = draw(rng, case.region, across)
    strata = np.arange(errors)[:, None] + rng.random((errors, len(lon)))
    z = ndtri(strata / errors)
    to = plane(case.region["lon"], case.region["lat"])

    def inside(shape: Shape, z: Any) -> Any:
        if shape.parts:
            first = inside(shape.parts[0], z)
            for part in shape.parts[1:]:
                if shape.op == "union":
                    first = first | inside(part, z)
                elif shape.op == "intersection":
                    first = first & inside(part, z)
                else:
                    # min(P_A, 1 - P_B): what is taken away shrinks as the first grows.
                    first = first & ~inside(part, -z)
            return first
        sigma = shape.accuracy_m / 2
        if sigma == 0:
            return np.broadcast_to(shapely.contains_xy(shape.polygon, lon, lat), z.shape)
        depth = max(shape.spine.left_m, shape.spine.right_m) if shape.spine else 0.0
        reach = case.region["radius_m"] * 1.1 + 6 * sigma + depth + 100
        return clearance(shape, to, lon, lat, reach) + z * sigma > 0

    return float(inside(case.shape, z).mean())


def compare(case: Case, rng: np.random.Generator, across: int = 150) -> tuple[float, float]:
    """The kernel's share, and that by draws."""
    table = region_table([case.region])
    found = float(Locator(case.shape, Units(())).share(Regions.of(table))[0])
    return found, drawn_share(case, rng, across)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--cases", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--across", type=int, default=150, help="draws are the square of this")
    arguments = parser.parse_args()
    worst: dict[str, tuple[float, str]] = {}
    every = []
    start = time.perf_counter()
    for i in range(arguments.cases):
        rng = np.random.default_rng([arguments.seed, i])
        case = random_case(rng, KINDS[i % len(KINDS)])
        found, drawn = compare(case, rng, arguments.across)
        gap = abs(found - drawn)
        every.append(gap)
        text = f"{found:.4f} by draws {drawn:.4f}: case {i}, {case}"
        if not gap <= worst.get(case.kind, (-1.0, ""))[0]:
            worst[case.kind] = (gap, text)
    for kind, (gap, text) in sorted(worst.items()):
        print(f"{kind:10s} {gap:.4f}  {text}")
    seconds = time.perf_counter() - start
    print(
        f"worst {max(every):.4f}, mean {np.mean(every):.5f} "
        f"over {len(every)} cases of {arguments.across**2} points and 32 errors each ({seconds:.0f} s)"
    )


__all__ = ["Case", "Unit", "compare", "drawn_share", "random_case", "region_table"]

if __name__ == "__main__":
    main()

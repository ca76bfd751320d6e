"""The building of zones: each kind of definition turned into dated shapes."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

import shapely

from truceline.model.unit import Units
from truceline.model.zone import (
    Admin,
    Beyond,
    Corridor,
    DatedShape,
    Difference,
    Disc,
    Drawn,
    End,
    Everywhere,
    Intersection,
    Line,
    Place,
    Polygon,
    Shape,
    Spine,
    Union,
    Unknown,
    Versions,
    ZoneDef,
)
from truceline.monitor.zones.corridor import corridor, within
from truceline.monitor.zones.days import (
    ALWAYS,
    compose,
    dated,
    each_day,
    meet,
    open_ends,
    span,
    span_of,
    unknown,
)
from truceline.monitor.zones.line import EARTH_M, GEOD, GroundError, along, chains
from truceline.monitor.zones.sides import on_side
from truceline.monitor.zones.spine import DatedLine, as_lines, depths, side_named, stretch
from truceline.monitor.zones.world import NOTHING, WORLD, area, around, disc, finish

Path = tuple[str | int, ...]
Fault = tuple[Path, str]


class Builder:
    """Builds each zone and line once, and gathers the faults."""

    def __init__(
        self,
        zones: Mapping[str, ZoneDef],
        lines: Mapping[str, Any],
        places: Mapping[str, Place],
        files: Mapping[str, Any],
        units: Units,
        zone: ZoneInfo,
    ) -> None:
        self.zones, self.line_defs, self.places = zones, lines, places
        self.files, self.units, self.zone = files, units, zone
        self.faults: list[Fault] = []
        self.done: dict[str, tuple[DatedShape, ...]] = {}
        self.lines: dict[str, tuple[DatedLine, ...]] = {}
        self.open: list[str] = []

    def fault(self, path: Path, message: str) -> tuple[DatedShape, ...]:
        """Keep a fault, once; it leaves no shapes."""
        if (path, message) not in self.faults:
            self.faults.append((path, message))
        return ()

    def file(self, name: str) -> Any:
        """The geometry of a file. Raises GroundError."""
        if name not in self.files:
            raise GroundError(f"the file '{name}' was not found; put it beside the agreement")
        return self.files[name]

    # Lines

    def line(self, name: str) -> tuple[DatedLine, ...]:
        """A line by date; empty where it has a fault."""
        if name in self.lines:
            return self.lines[name]
        given = self.line_defs[name]
        many = list(getattr(given, "versions", given if isinstance(given, list | tuple) else ()))
        found = []
        for number, one in enumerate(many or [given]):
            path: Path = ("lines", name, *(("versions", number) if many else ()))
            if (line := self._line(name, one, path)) is not None:
                found.append(line)
        self.lines[name] = tuple(found)
        return self.lines[name]

    def _line(self, name: str, line: Line, path: Path) -> DatedLine | None:
        key = "file" if line.file is not None else "points"
        try:
            if line.file is not None:
                geometry = self.file(line.file)
            elif line.points is not None and len(line.points) > 1:
                geometry = shapely.LineString(line.points)
            else:
                raise GroundError("a line needs a file, or two points or more")
            pieces = chains(geometry)
        except GroundError as error:
            where = f"'{line.file}' " if line.file and str(error).startswith("holds") else ""
            self.fault((*path, key), where + str(error))
            return None
        days = span(line.valid_from, line.valid_to, self.zone)
        return DatedLine(
            name,
            as_lines(pieces),
            line.accuracy or 0.0,
            *open_ends(days),
            line.name,
            line.source,
            line.note,
            tuple(pieces),
        )

    # Zones

    def named(self, name: str, path: Path) -> tuple[DatedShape, ...]:
        """A zone by name, asked for at ``path``."""
        if name in self.done:
            return self.done[name]
        if name in self.open:
            way = " > ".join([*self.open[self.open.index(name) :], name])
            return self.fault(
                path, f"zone '{name}' is made of itself ({way}); remove one reference"
            )
        if name not in self.zones:
            known = ", ".join(sorted(self.zones))
            return self.fault(path, f"zone '{name}' is not defined; the zones are {known}")
        self.open.append(name)
        self.done[name] = self.shapes(self.zones[name], ("zones", name), name)
        self.open.pop()
        return self.done[name]

    def ref(self, given: Any, path: Path, name: str) -> tuple[DatedShape, ...]:
        """A zone given by name, or inline under the name of its parent."""
        return self.named(given, path) if isinstance(given, str) else self.shapes(given, path, name)

    def shapes(self, definition: Any, path: Path, name: str) -> tuple[DatedShape, ...]:
        """A definition at ``path`` as dated shapes; empty where it has a fault."""
        if isinstance(definition, Versions):
            return self._versions(definition, path, name)
        if isinstance(definition, Everywhere):
            return (dated(Shape(name, "everywhere", WORLD), ALWAYS),)
        days = span(definition.valid_from, definition.valid_to, self.zone)
        if days[0] >= days[1]:
            return self.fault(
                (*path, "valid-to"),
                f"ends ({definition.valid_to}) before it starts ({definition.valid_from}); "
                "correct one",
            )
        make: Callable[..., Iterable[DatedShape]] = _KINDS[type(definition)]
        try:
            return tuple(
                dated(one.shape, both)
                for one in make(self, definition, path, name)
                if (both := meet(days, span_of(one))) is not None
            )
        except GroundError as error:
            return self.fault((*path, *error.at), str(error))

    def _versions(self, definition: Versions, path: Path, name: str) -> tuple[DatedShape, ...]:
        found: list[tuple[DatedShape, int]] = []
        for number, version in enumerate(definition.versions):
            where = (*path, "versions", number)
            for one in self.shapes(version, where, name):
                for other, earlier in found:
                    if earlier != number and meet(span_of(other), span_of(one)):
                        self.fault(
                            where,
                            f"holds on days on which version {earlier + 1} also holds; give "
                            "valid-from and valid-to that do not overlap",
                        )
                        break
                found.append((one, number))
        return tuple(sorted((d for d, _ in found), key=lambda d: span_of(d)[0]))

    def _corridor(self, zone: Corridor, path: Path, name: str) -> Iterable[DatedShape]:
        for line in self._lines_of(zone.along, "along"):
            pieces = stretch(line, self._end(zone.from_, "from"), self._end(zone.to, "to"))
            left, right = depths(zone.depth, pieces)
            try:
                ground = finish(corridor(pieces, left, right, zone.ends == "flat"))
            except GroundError as error:
                raise GroundError(str(error), "depth") from error
            accuracy = line.accuracy_m if zone.accuracy is None else zone.accuracy
            spine = Spine(as_lines(pieces), left, right, zone.ends == "flat")
            shape = Shape(name, "leaf", ground, accuracy, spine, of=zone.along)
            yield dated(shape, span_of(line))

    def _lines_of(self, name: str, key: str) -> tuple[DatedLine, ...]:
        if name not in self.line_defs:
            known = ", ".join(sorted(self.line_defs)) or "none"
            raise GroundError(f"line '{name}' is not defined; the lines are: {known}", key)
        return self.line(name)

    def _end(self, end: End | None, key: str) -> tuple[str, Place] | None:
        if end is None:
            return None
        if end.place not in self.places:
            raise GroundError(
                f"place '{end.place}' is not defined; add it under places", key, "place"
            )
        return end.place, self.places[end.place]

    def _disc(self, zone: Disc, path: Path, name: str) -> Iterable[DatedShape]:
        if isinstance(zone.around, str):
            if zone.around not in self.places:
                raise GroundError(
                    f"place '{zone.around}' is not defined; add it under places", "around"
                )
            (lon, lat), own = self.places[zone.around].at, self.places[zone.around].accuracy
        else:
            (lon, lat), own = zone.around, 0.0
        if zone.radius <= 0:
            raise GroundError("has no size; give a radius above 0", "radius")
        accuracy = own if zone.accuracy is None else zone.accuracy
        try:
            ground = disc(float(lon), float(lat), zone.radius)
        except GroundError as error:
            raise GroundError(str(error), "radius") from error
        yield dated(Shape(name, "leaf", ground, accuracy), ALWAYS)

    def _area(self, geometry: Any, accuracy: float | None, name: str, key: str) -> DatedShape:
        try:
            return dated(Shape(name, "leaf", area(geometry), accuracy or 0.0), ALWAYS)
        except GroundError as error:
            raise GroundError(f"the area {error}", key) from error

    def _drawn(self, zone: Drawn, path: Path, name: str) -> Iterable[DatedShape]:
        try:
            geometry = self.file(zone.file)
        except GroundError as error:
            raise GroundError(str(error), "file") from error
        yield self._area(geometry, zone.accuracy, name, "file")

    def _polygon(self, zone: Polygon, path: Path, name: str) -> Iterable[DatedShape]:
        yield self._area(shapely.Polygon(zone.polygon), zone.accuracy, name, "polygon")

    def _admin(self, zone: Admin, path: Path, name: str) -> Iterable[DatedShape]:
        found = {code: self.units.get(code) for code in zone.admin}
        missing = [code for code, unit in found.items() if unit is None]
        for code in missing:
            # Boundaries of this country and level are at hand, so the code is a slip.
            kin = sorted(
                u.code for u in self.units if u.code[:2] == code[:2] and len(u.code) == len(code)
            )
            if kin:
                raise GroundError(
                    f"no admin unit has the P-code {code}; the boundaries at hand hold "
                    f"{len(kin)} such codes, from {kin[0]} to {kin[-1]}",
                    "admin",
                    zone.admin.index(code),
                )
        if not missing:
            ground = finish(shapely.union_all([u.polygon for u in found.values() if u]))
            yield dated(Shape(name, "leaf", ground, zone.unit_accuracy), ALWAYS)
        elif zone.outline is not None:
            try:
                geometry = self.file(zone.outline)
            except GroundError as error:
                raise GroundError(str(error), "outline") from error
            yield self._area(geometry, zone.accuracy, name, "outline")
        else:
            why = (
                f"no boundaries of {', '.join(missing)} are at hand; add them once with "
                "'truceline boundaries add FILE'"
            )
            yield dated(Shape(name, "unknown", NOTHING, why=why), ALWAYS)

    def _unknown(self, zone: Unknown, path: Path, name: str) -> Iterable[DatedShape]:
        why = f"{zone.unknown}: {zone.because}" if zone.because else zone.unknown
        yield dated(Shape(name, "unknown", NOTHING, why=why), ALWAYS)

    def _composed(
        self, zone: Union | Intersection | Difference, path: Path, name: str
    ) -> Iterable[DatedShape]:
        op: Any = type(zone).__name__.lower()
        refs = getattr(zone, op)
        parts = [self.ref(r, (*path, op, i), f"{name}/{i + 1}") for i, r in enumerate(refs)]
        if not all(parts):  # a part without ground has its own fault
            return
        for days, ones in each_day(parts):
            then = [one.shape for one in ones if one is not None]
            whole = ones[0] is not None if op == "difference" else None not in ones
            if not then or (op != "union" and not whole):
                continue
            shape = compose(op, name, then, zone.accuracy)
            if shape.polygon.is_empty and not unknown(shape):
                raise GroundError(
                    f"the {op} is empty: its zones "
                    + ("do not meet" if op == "intersection" else "leave nothing")
                    + "; correct one of them",
                    op,
                )
            yield dated(shape, days)

    def _beyond(self, zone: Beyond, path: Path, name: str) -> Iterable[DatedShape]:
        lines = self._lines_of(zone.of, "of")
        inner = self.ref(zone.within, (*path, "within"), f"{name}/within")
        for days, (line, one) in each_day([lines, inner]):
            if line is not None and one is not None:
                yield dated(self._beyond_on(zone, name, line, one.shape), days)

    def _beyond_on(self, zone: Beyond, name: str, line: DatedLine, inner: Shape) -> Shape:
        """Within a zone, less the corridor of the line: on one side only, the corridor takes
        all of the other side too."""
        pieces = list(line.pieces)
        side = zone.side
        here = around(inner.polygon, float(pieces[0][:, 0].mean()))
        near = within(pieces, zone.beyond) if zone.beyond > 0 else NOTHING
        left = right = zone.beyond
        rest = shapely.difference(here, near)
        if side is not None:
            reach = _reach(inner.polygon, line)
            mine = side_named(side, pieces, "side")
            rest = on_side(rest, pieces, mine, reach)
            left, right = (zone.beyond, reach) if mine == "left" else (reach, zone.beyond)
        ground = finish(rest)
        if ground.is_empty and not unknown(inner):
            raise GroundError("leaves nothing of the zone within; correct one of them", "beyond")
        if zone.accuracy is not None and not unknown(inner):
            return Shape(name, "leaf", ground, zone.accuracy, of=zone.of)
        taken = finish(near if side is None else shapely.difference(inner.polygon, ground))
        spine = Spine(line.geometry, left, right)
        strip = Shape(f"{name}/near", "leaf", taken, line.accuracy_m, spine, of=zone.of)
        accuracy = max(inner.accuracy_m, line.accuracy_m)
        return Shape(name, "difference", ground, accuracy, parts=(inner, strip), of=zone.of)


def _reach(shape: Any, line: DatedLine) -> float:
    """A distance that reaches from anywhere on a line to anywhere in a shape, metres."""
    corners = shapely.get_coordinates(shapely.box(*shape.bounds)) if not shape.is_empty else None
    if corners is None:
        return EARTH_M
    start = line.pieces[0][0]
    away = max(float(GEOD.inv(*start, *corner)[2]) for corner in corners)
    return 1.1 * away + sum(float(along(p)[-1]) for p in line.pieces)


_KINDS: Mapping[type, Any] = {
    Corridor: Builder._corridor,
    Disc: Builder._disc,
    Drawn: Builder._drawn,
    Polygon: Builder._polygon,
    Admin: Builder._admin,
    Union: Builder._composed,
    Intersection: Builder._composed,
    Difference: Builder._composed,
    Beyond: Builder._beyond,
    Unknown: Builder._unknown,
}

"""Where a row of figures speaks of: the agreement's places, the boundaries, or its own words."""

from collections.abc import Mapping

from truceline.model.claim import fold
from truceline.model.unit import Units
from truceline.sources.claims.taken import Taken, Told


def place_of(
    taken: Taken, told: Told, row: Mapping[str, str], line: int, level: int | None
) -> tuple[str, str, str, float | None, float | None]:
    """(as named, as known, P-code, lon, lat). Nothing is guessed: two candidates are none."""
    name, code = row.get("place", "").strip(), row.get("pcode", "").strip()
    lon, lat = _coordinates(row)
    unit = told.units.get(code) if code else None
    if code and unit is None and len(told.units):
        taken.note(
            line,
            "the P-code is none of the boundaries at hand; it is kept without coordinates",
            "add the boundaries of that level, or nothing",
        )
    if not code and name:
        near = told.places.get(fold(name))
        found = _units_named(told.units, name, level)
        if len(found) == 1:
            unit = told.units.get(found[0])
        elif near is not None:
            here = (near[1], near[2]) if lon is None else (lon, lat)
            return name, near[0], "", here[0], here[1]
        elif len(found) > 1:
            taken.note(
                line,
                f"'{name}' is the name of {len(found)} units; none of them is taken",
                "give its P-code",
            )
        elif len(told.units) or told.places:
            taken.note(
                line,
                f"'{name}' is no place of the agreement or of the boundaries at hand; it is kept "
                "by its name",
                "give a P-code or lon and lat",
            )
    if unit is not None:
        at = (unit.lon, unit.lat) if lon is None else (lon, lat)
        return name or unit.names[0], unit.names[0], unit.code, at[0], at[1]
    return name or code, "", code, lon, lat


def within_of(row: Mapping[str, str], told: Told, code: str) -> tuple[str, ...]:
    """The P-codes of the wider places, widest first: of the boundaries, else of the row."""
    unit = told.units.get(code) if code else None
    if unit is not None:
        return unit.parents
    return tuple(c for c in row.get("within", "").split("|") if c and c != code)


def _units_named(units: Units, name: str, level: int | None) -> list[str]:
    levels = range(5) if level is None else (level,)
    found = [units.named(n, name) for n in levels]
    return [u.code for u in found if u is not None]


def _coordinates(row: Mapping[str, str]) -> tuple[float | None, float | None]:
    texts = [row.get("lon", "").strip(), row.get("lat", "").strip()]
    if not any(texts):
        return None, None
    try:
        lon, lat = (float(t.replace(",", ".")) for t in texts)
    except ValueError:
        raise ValueError(
            "the coordinates are no two numbers; give both in degrees, or leave both empty"
        ) from None
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise ValueError(
            "there is no such longitude and latitude; give lon (east) and lat (north) in degrees"
        )
    if lon == 0 and lat == 0:
        raise ValueError(
            "0, 0 lies in the sea off Ghana; give the coordinates, or leave both empty"
        )
    return lon, lat

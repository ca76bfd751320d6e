"""Terms: an agreement, read and with its ground built, ready to be asked.

This is what ``truceline.agreement("idlib-2020")`` gives.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import shapely

from truceline.model.act import vocabulary
from truceline.model.agreement import Agreement
from truceline.model.amendments import dated_zones
from truceline.model.unit import Units
from truceline.model.zone import Admin, DatedShape, End, Place
from truceline.monitor.zones.zones import Ground, Route, build, route_lines
from truceline.sources.agreement import AgreementText, Fault, parse, undecodable
from truceline.store import library
from truceline.version import __version__

if TYPE_CHECKING:
    from truceline.monitor.check.check import Checker
    from truceline.monitor.locate.locate import Locator


class AgreementFaultsError(ValueError):
    """An agreement file has faults; ``faults`` lists them all, each with line and column."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("\n".join(str(f) for f in faults))
        self.faults = faults


@dataclass(frozen=True)
class Terms:
    """An agreement with its ground. ``basis`` is the SHA-256 of everything a finding rests
    on besides the events: the agreement file, each geometry, the boundaries it uses, the
    vocabulary of acts and this version of Truceline.
    """

    agreement: Agreement
    text: AgreementText
    folder: library.AgreementFolder
    ground: Ground
    units: Units
    basis: str
    locators: "dict[str, Locator]" = field(default_factory=dict, repr=False, compare=False)

    @property
    def zones(self) -> Mapping[str, tuple[DatedShape, ...]]:
        """Each zone's ground by date."""
        return self.ground.zones

    @property
    def routes(self) -> tuple[Route, ...]:
        """The routes that requirements name: a line, cut where the clause says."""
        places = self.agreement.places

        def end(named: End | None) -> tuple[str, Place] | None:
            return (named.place, places[named.place]) if named is not None else None

        return tuple(
            Route(p.id, p.along, end(p.along_from), end(p.along_to))
            for p in self.agreement.provisions
            if p.along is not None
        )

    @cached_property
    def checker(self) -> "Checker":
        """The prepared kernel."""
        from truceline.monitor.check.check import Checker  # noqa: PLC0415 # slow to load

        return Checker(self.agreement, self.zones, self.units, self.locators)


def load(name: str, units: Units | None = None) -> Terms:
    """An agreement by library name, file or folder, with its ground built.

    Raises:
        truceline.store.library.UnknownAgreementError: no such name or file.
        AgreementFaultsError: the file or a geometry it names has faults.
        OSError: the file cannot be read.
    """
    try:
        folder = library.find(name)
    except UnicodeDecodeError as error:
        raise AgreementFaultsError((undecodable(name, error),)) from None
    return read(folder, units)


def read(folder: library.AgreementFolder, units: Units | None = None) -> Terms:
    """Terms from an agreement file found by ``store.library``. Raises AgreementFaultsError."""
    text = parse(folder.text, folder.name)
    if text.agreement is None:
        raise AgreementFaultsError(tuple(sorted({*text.faults, *_geometry_faults(text, folder)})))
    return _build(text, folder, units or Units(()))


def _geometry_faults(text: AgreementText, folder: library.AgreementFolder) -> list[Fault]:
    """Faults of the geometry that a faulty file names, so that all its faults come at once."""
    if text.rest is None:
        return []
    found = library.geometry(text.rest.agreement, folder.path.parent)
    return [text.fault(text.rest.origin(path), message) for path, message in found.faults]


def _build(text: AgreementText, folder: library.AgreementFolder, units: Units) -> Terms:
    agreement = text.agreement
    assert agreement is not None
    geometry = library.geometry(agreement, folder.path.parent)
    faults = [text.fault(path, message) for path, message in geometry.faults]
    if faults:
        raise AgreementFaultsError(tuple(sorted(faults)))
    ground = build(
        dated_zones(agreement),
        agreement.lines,
        agreement.places,
        geometry.files,
        units,
        agreement.tz,
    )
    faults = [text.fault(path, message) for path, message in ground.faults]
    basis = _basis(agreement, folder.text, geometry.hashes, units)
    terms = Terms(agreement, text, folder, ground, units, basis)
    if not faults:
        faults = [text.fault(path, message) for path, message in _route_faults(terms)]
    if faults:
        raise AgreementFaultsError(tuple(sorted(faults)))
    return terms


def _route_faults(terms: Terms) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Routes that cannot be cut where their clause says."""
    numbers = {p.id: number for number, p in enumerate(terms.agreement.provisions)}
    for route in terms.routes:
        try:
            route_lines(terms.ground, route)
        except ValueError as error:
            yield ("provisions", numbers[route.id], "along"), str(error)


def _basis(agreement: Agreement, text: str, hashes: Mapping[str, str], units: Units) -> str:
    used = {
        code: hashlib.sha256(shapely.to_wkb(unit.polygon)).hexdigest()
        for definition in dated_zones(agreement).values()
        for code in _codes(definition)
        if (unit := units.get(code)) is not None
    }
    parts = {
        "agreement": hashlib.sha256(text.encode()).hexdigest(),
        "geometry": dict(sorted(hashes.items())),
        "units": dict(sorted(used.items())),
        "vocabulary": vocabulary().digest,
        "truceline": __version__,
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _codes(definition: Any) -> list[str]:
    if isinstance(definition, Admin):
        return list(definition.admin)
    found = []
    for key in ("versions", "union", "intersection", "difference"):
        for part in getattr(definition, key, ()):
            found += _codes(part)
    if hasattr(definition, "within"):
        found += _codes(definition.within)
    return found

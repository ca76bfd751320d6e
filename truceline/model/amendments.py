"""The terms of a day: provisions and zones as amended, each with the days it held."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from truceline.model.agreement import Agreement
from truceline.model.provision import Provision
from truceline.model.quantity import When
from truceline.model.zone import Versions, ZoneDef


@dataclass(frozen=True, slots=True)
class DatedProvision:
    """A provision as it held from ``since`` (included) until ``till`` (not included).

    None is open. ``label`` is its id, with the amendment's date where it is not the first.
    """

    provision: Provision
    since: When | None
    till: When | None
    label: str


def dated_provisions(agreement: Agreement) -> list[DatedProvision]:
    """Every version of every provision, in the file's order."""
    current: dict[str, tuple[Provision, When | None]] = {
        p.id: (p, None) for p in agreement.provisions
    }
    ended: list[DatedProvision] = []
    for amendment in sorted(agreement.amendments, key=lambda a: a.date.text):
        replaced = [*amendment.repeals, *(p.id for p in amendment.provisions)]
        for name in replaced:
            if name in current:
                old, since = current.pop(name)
                ended.append(DatedProvision(old, since, amendment.date, _label(old, since)))
        for provision in amendment.provisions:
            current[provision.id] = (provision, amendment.date)
    live = [DatedProvision(p, since, None, _label(p, since)) for p, since in current.values()]
    order = [p.id for p in agreement.provisions]
    order += [p.id for a in agreement.amendments for p in a.provisions]
    return sorted(
        ended + live, key=lambda d: (order.index(d.provision.id), d.since.text if d.since else "")
    )


def _label(provision: Provision, since: When | None) -> str:
    return provision.id if since is None else f"{provision.id}@{since.text[:10]}"


def dated_zones(agreement: Agreement) -> Mapping[str, ZoneDef]:
    """Zone definitions, with an amended zone as its versions by date."""
    zones: dict[str, ZoneDef] = dict(agreement.zones)
    for amendment in sorted(agreement.amendments, key=lambda a: a.date.text):
        day = date.fromisoformat(amendment.date.text[:10])
        eve = When.parse((day - timedelta(days=1)).isoformat())
        for name, definition in amendment.zones.items():
            new = _versions(definition, "valid_from", amendment.date)
            old = zones.get(name)
            before = [] if old is None else _versions(old, "valid_to", eve)
            zones[name] = Versions(versions=(*before, *new))
    return zones


def _versions(definition: ZoneDef, key: str, day: When) -> list[ZoneDef]:
    """A definition's versions, with an open ``key`` set to ``day``."""
    versions = definition.versions if isinstance(definition, Versions) else (definition,)
    return [
        v.model_copy(update={key: day}) if hasattr(v, key) and getattr(v, key) is None else v
        for v in versions
    ]

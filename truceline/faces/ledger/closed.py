"""What a reader of the ledger may see: the rules of ``truceline.faces.clearance`` for claims.

Where a field is closed its values become "source A", "place B" and so on, the same one always
the same, so that lines stay apart and nobody is named. Governorates and districts stay.
"""

import re
from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from truceline.faces.clearance import WITHHELD, Clearance, rounded
from truceline.model.claim import Claim, Held, fold
from truceline.model.unit import Units
from truceline.pipeline.ledger import Ledger, Said

# Groups of people that name no side: they stay where actors are closed.
_NO_SIDE = frozenset(
    {"", "civilians", "civilian", "children", "child", "women", "men", "women and girls"}
    | {"men and boys", "adults", "elderly people", "infants", "people", "families", "journalists"}
    | {"aid workers", "health workers", "host community", "idps", "persons", "boys", "girls"}
)
_DISTRICT = re.compile(r"[A-Z]{2}\d{0,4}")  # a country's, governorate's or district's P-code


class _Names:
    """Stand-ins, in the order in which names are met."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._known: dict[str, str] = {}

    def __call__(self, name: str) -> str:
        key = fold(name)
        if not key:
            return ""
        return self._known.setdefault(key, f"{self.kind} {_letters(len(self._known))}")


def _letters(number: int) -> str:
    found = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        found = chr(65 + rest) + found
    return found


def closed(ledger: Ledger, clearance: Clearance, units: Units | None = None) -> Ledger:
    """The ledger as a reader with this clearance may see it. SIMULATED rows stay as they are."""
    shut = set(clearance.withheld())
    if not shut:
        return ledger
    names = {k: _Names(k) for k in ("source", "place", "group", "speaker")}
    known = units or Units(())
    return Ledger(
        tuple(h if h.claim.simulated else _claim(h, shut, names, known) for h in ledger.claims),
        tuple(
            s if s.statement.simulated else _statement(s, shut, names) for s in ledger.statements
        ),
    )


def _claim(held: Held, shut: set[str], names: dict[str, _Names], units: Units) -> Held:
    claim = held.claim
    if "position" in shut and claim.lon is not None and claim.lat is not None:
        lon, lat = (float(v) for v in rounded(np.array([claim.lon, claim.lat])))
        claim = replace(claim, lon=lon, lat=lat)
    if "text" in shut:
        claim = replace(claim, words="", url="", start=None, end=None)
        if not _wide(claim, units):
            stand_in = names["place"](claim.where)
            claim = replace(
                claim, place=stand_in, known_as="", pcode="", within=_open(claim.within)
            )
    if "actor" in shut:
        claim = replace(
            claim,
            by_whom=names["group"](claim.by_whom),
            of_whom=claim.of_whom
            if fold(claim.of_whom) in _NO_SIDE
            else names["group"](claim.of_whom),
        )
    entered_by = held.entered_by
    if "source" in shut:
        teller = names["source"](claim.teller)
        claim = replace(
            claim, said_by=teller, source="", url="", document="", file="", line=0, column=""
        )
        entered_by = ""
    return replace(held, claim=claim, entered_by=entered_by)


def _wide(claim: Claim, units: Units) -> bool:
    """Whether a place is a district or wider, or none is stated."""
    if not claim.where:
        return True
    unit = units.get(claim.pcode)
    if unit is not None:
        return unit.level <= 2
    return bool(_DISTRICT.fullmatch(claim.pcode))


def _open(codes: Iterable[str]) -> tuple[str, ...]:
    return tuple(c for c in codes if _DISTRICT.fullmatch(c))


def _statement(said: Said, shut: set[str], names: dict[str, _Names]) -> Said:
    statement = said.statement
    if "text" in shut:
        statement = replace(statement, quote=WITHHELD, url="", start=None, end=None)
    entered_by = said.entered_by
    if "source" in shut:
        statement = replace(
            statement,
            speaker=names["speaker"](statement.speaker),
            source=names["source"](statement.source),
            how="",
            document="",
            file="",
            line=0,
            url="",
        )
        entered_by = ""
    return replace(said, statement=statement, entered_by=entered_by)

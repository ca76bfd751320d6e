"""Place names: aliases, coordinates, countries and clock zones, from small data files.

Coordinates are rounded facts (WGS 84). Zones come from the tz database's own tables.
A user's gazetteer and the agreement's own places go before the built-in list.
"""

import csv
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


@dataclass(frozen=True, slots=True)
class Known:
    """A known place: its usual name, country code, WGS 84 degrees and gazetteer."""

    name: str
    country: str
    lon: float | None
    lat: float | None
    gazetteer: str | None
    kind: str  # country, capital, place, people
    key: str = ""  # tells places of one name apart, where a list has several
    level: int | None = None  # of an admin unit


def _rows(name: str) -> list[dict[str, str]]:
    text = (files("truceline.reading") / "data" / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@lru_cache(maxsize=1)
def known_places() -> dict[str, Known]:
    """Every alias of the built-in list, in lower case, with its place. Demonyms are ``people``."""
    found: dict[str, Known] = {}
    for row in _rows("countries.csv"):
        lon, lat = float(row["lon"]), float(row["lat"])
        country = Known(row["name"], row["code"], lon, lat, "truceline countries", "country")
        for alias in (row["name"], *row["aliases"].split("|")):
            if alias:
                found[alias.lower()] = country
        found.setdefault(
            row["capital"].lower(),
            Known(row["capital"], row["code"], None, None, "truceline countries", "capital"),
        )
        for people in row["demonyms"].split("|"):
            found.setdefault(
                people.lower(),
                Known(row["name"], row["code"], None, None, "truceline countries", "people"),
            )
    for row in _rows("places.csv"):
        place = Known(
            row["name"],
            row["country"],
            float(row["lon"]),
            float(row["lat"]),
            "truceline places",
            "place",
        )
        for alias in (row["name"], *row["aliases"].split("|")):
            if alias and (alias.lower() not in found or found[alias.lower()].kind == "capital"):
                found[alias.lower()] = place
    for alias, name in (("gaza", "Gaza"), ("gaza strip", "Gaza"), ("west bank", "West Bank")):
        found[alias] = Known(
            name,
            "PS",
            34.4 if name == "Gaza" else 35.2,
            31.4 if name == "Gaza" else 31.9,
            "truceline places",
            "place",
        )
    return found


@lru_cache(maxsize=1)
def _zones_by_country() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    table = files("tzdata") / "zoneinfo" / "zone1970.tab"
    for line in table.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            codes, _, zone = line.split("\t")[:3]
            for code in codes.split(","):
                found.setdefault(code, []).append(zone)
    legacy = files("tzdata") / "zoneinfo" / "zone.tab"
    for line in legacy.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            code, _, zone = line.split("\t")[:3]
            if zone not in found.get(code, []) and len(found.get(code, [])) == 1:
                found[code] = [zone]
            found.setdefault(code, [zone])
    found["UA"] = ["Europe/Kyiv"]
    found["CY"] = ["Asia/Nicosia"]
    found["PS"] = ["Asia/Gaza"]
    found.setdefault("XK", ["Europe/Belgrade"])
    return found


def country_zone(code: str) -> str | None:
    """The one zone of a country, None where it has several."""
    zones = _zones_by_country().get(code, [])
    return zones[0] if len(zones) == 1 else None


@lru_cache(maxsize=256)
def zones_named(words: str) -> str | None:
    """The zone of "Damascus", "Moscow", "Israeli", "East Africa" (as in "... time")."""
    low = words.lower().removeprefix("the ").removesuffix(" standard").removesuffix(" daylight")
    fixed = {
        "east africa": "Africa/Nairobi",
        "west africa": "Africa/Lagos",
        "central africa": "Africa/Maputo",
        "korea": "Asia/Seoul",
        "korean": "Asia/Seoul",
        "indian": "Asia/Kolkata",
        "eastern": "America/New_York",
        "new york": "America/New_York",
        "washington": "America/New_York",
        "greenwich mean": "UTC",
        "moscow": "Europe/Moscow",
        "russian": "Europe/Moscow",
        "central european": "Europe/Paris",
        "eastern european": "Europe/Kyiv",
        "us eastern": "America/New_York",
        "kinshasa": "Africa/Kinshasa",
        "goma": "Africa/Lubumbashi",
        "universal": "UTC",
        "jakarta": "Asia/Jakarta",
    }
    if low in fixed:
        return fixed[low]
    for zones in _zones_by_country().values():
        for zone in zones:
            if zone.rsplit("/", 1)[-1].replace("_", " ").lower() == low:
                return zone
    place = known_places().get(low)
    return country_zone(place.country) if place else None


@lru_cache(maxsize=4_000)
def zone_offset(zone: str, at: datetime) -> int | None:
    """Minutes east of UTC of a local time in an IANA zone."""
    try:
        delta = at.replace(tzinfo=ZoneInfo(zone)).utcoffset()
    except (ZoneInfoNotFoundError, ValueError, OverflowError):
        return None
    return None if delta is None else int(delta.total_seconds() // 60)

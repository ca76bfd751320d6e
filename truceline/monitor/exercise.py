"""The exercise: simulated incidents under a real agreement, seen by several sources.

Everything made here is SIMULATED and says so: ids begin with ``SIM-``, every actor's name
ends with ``(SIMULATED)``, every text begins with ``SIMULATED:``. The exercise knows its own
truth, so that what Truceline finds can be measured.

True incidents happen around a few centres in and near the agreement's zones, in the days
before and after the fighting is to stop, with fewer after. Each source sees a share of
them, with its own place error, precision, delay, wrong days, renamed actors, counts of
deaths, double entries and copies from another source.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely

from truceline.model.agreement import Agreement
from truceline.model.zone import DatedShape

MARK = " (SIMULATED)"
ACTS = ("shelling", "air-strike", "small-arms-fire", "ground-assault", "explosive-device")
ACT_WEIGHTS = (0.4, 0.2, 0.2, 0.1, 0.1)
METRES_PER_DEGREE = 111_320.0  # along a meridian; good to 1 % for scattering points


@dataclass(frozen=True, slots=True)
class Observer:
    """How one simulated source sees. Shares are in [0, 1]; distances in metres.

    ``sees`` is the share of incidents it reports; ``radii`` the precisions it gives with
    their weights (the place error is drawn inside the radius it states); ``wrong_day`` the
    share dated a day off; ``day_only`` the share without a clock; ``renames`` the share in
    which the actor has its other name; ``twice`` the share entered twice; ``copies`` the
    share of another source's reports that it repeats, citing it.
    """

    name: str
    sees: float
    radii: Mapping[int, float]
    wrong_day: float = 0.02
    day_only: float = 0.5
    renames: float = 0.05
    twice: float = 0.01
    copies: float = 0.0
    summaries: int = 0


REALISTIC = (
    Observer("alpha", 0.65, {500: 0.7, 2_000: 0.3}, day_only=0.2),
    Observer("beta", 0.5, {1_000: 0.5, 5_000: 0.5}, wrong_day=0.05, copies=0.05),
    Observer("gamma", 0.4, {5_000: 0.4, 25_000: 0.6}, wrong_day=0.08, day_only=1.0, summaries=4),
)


@dataclass(frozen=True)
class Exercise:
    """What was made: one table of reports for each source, and the true incidents.

    The reports have the columns of the ``table`` source. ``truth`` has ``incident``,
    ``start``, ``lon``, ``lat``, ``act``, ``actor``, ``deaths``; ``seen`` says which report
    (``source:id``) describes which incident ('' for a summary).
    """

    reports: Mapping[str, pa.Table]
    truth: pa.Table
    seen: pa.Table
    notes: tuple[str, ...] = field(default=())


def exercise(
    agreement: Agreement,
    zones: Mapping[str, tuple[DatedShape, ...]],
    start: datetime,
    *,
    incidents: int = 400,
    days: int = 30,
    drop: float = 0.35,
    seed: int = 1,
    observers: Sequence[Observer] = REALISTIC,
) -> Exercise:
    """Make an exercise around ``start`` (aware), the moment the fighting is to stop.

    ``incidents`` happen within ``days`` on either side; ``drop`` is the rate after as a
    share of the rate before. The same arguments give the same exercise.

    Raises:
        ValueError: the agreement has no zone with ground, or no actors.
    """
    rng = np.random.default_rng(seed)
    ground = [v.shape.polygon for versions in zones.values() for v in versions]
    ground = [g for g in ground if g is not None and not shapely.is_empty(g)]
    names = {
        party: [n for n in listed if "*" not in n][:2] or [agreement.parties[party].name]
        for party, listed in agreement.actors.items()
        if party in agreement.parties
    }
    if not ground or not names:
        raise ValueError("an exercise needs an agreement with a zone on the ground and with actors")
    truth = _truth(rng, shapely.union_all(ground), names, start, incidents, days, drop)
    reports: dict[str, pa.Table] = {}
    seen: list[dict[str, str]] = []
    for observer in observers:
        rows = _reports(rng, observer, truth, names, list(reports.values()), seen, start, days)
        reports[observer.name] = pa.Table.from_pylist(rows, schema=_SCHEMA)
    shown = [{k: v for k, v in t.items() if k != "party"} for t in truth]
    return Exercise(reports, pa.Table.from_pylist(shown), pa.Table.from_pylist(seen))


_SCHEMA = pa.schema(
    [
        (name, pa.string())
        for name in ("id", "start", "end", "lon", "lat", "radius_m", "act", "actor", "target")
    ]
    + [(name, pa.string()) for name in ("deaths", "source", "url", "text", "kind")]
)


def _truth(
    rng: np.random.Generator,
    ground: shapely.Geometry,
    names: Mapping[str, list[str]],
    start: datetime,
    incidents: int,
    days: int,
    drop: float,
) -> list[dict[str, object]]:
    west, south, east, north = ground.bounds
    lat_mid = np.radians((south + north) / 2)
    margin = 10_000 / METRES_PER_DEGREE
    centres = rng.uniform((west - margin, south - margin), (east + margin, north + margin), (14, 2))
    centre = rng.integers(len(centres), size=incidents)
    scatter = rng.normal(0, 4_000 / METRES_PER_DEGREE, (incidents, 2))
    lon = centres[centre, 0] + scatter[:, 0] / np.cos(lat_mid)
    lat = centres[centre, 1] + scatter[:, 1]
    after = rng.random(incidents) < drop / (1 + drop)
    offset = rng.uniform(0, days * 86_400, incidents) * np.where(after, 1, -1)
    deaths = rng.negative_binomial(0.6, 0.2, incidents)
    parties = sorted(names)
    found: list[dict[str, object]] = []
    for k in np.argsort(offset, kind="stable"):
        doer, other = rng.choice(parties, 2, replace=len(parties) < 2)
        moment = start + timedelta(seconds=int(offset[k]))
        found.append(
            {
                "incident": f"SIM-{len(found) + 1:05d}",
                "start": moment.isoformat(timespec="minutes"),
                "lon": round(float(lon[k]), 5),
                "lat": round(float(lat[k]), 5),
                "act": str(rng.choice(ACTS, p=ACT_WEIGHTS)),
                "actor": names[doer][0] + MARK,
                "target": names[other][0] + MARK,
                "deaths": int(deaths[k]),
                "party": str(doer),
            }
        )
    return found


def _reports(
    rng: np.random.Generator,
    observer: Observer,
    truth: Sequence[Mapping[str, object]],
    names: Mapping[str, list[str]],
    others: Sequence[pa.Table],
    seen: list[dict[str, str]],
    start: datetime,
    days: int,
) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = []

    def enter(row: dict[str, str], incident: str) -> None:
        row["id"] = f"SIM-{observer.name}-{len(rows) + 1:05d}"
        rows.append(row)
        seen.append({"event_id": f"{observer.name}:{row['id']}", "incident": incident})

    for happening in truth:
        if rng.random() >= observer.sees:
            continue
        row = _one(rng, observer, happening, names)
        enter(row, str(happening["incident"]))
        if rng.random() < observer.twice:
            enter(dict(row), str(happening["incident"]))
    known = {entry["event_id"]: entry["incident"] for entry in seen}
    for table in others if observer.copies else ():
        for original in table.to_pylist():
            if rng.random() < observer.copies:
                copied = dict(original)
                cited = copied["source"]
                copied["text"] = f"SIMULATED: as reported by {cited}. {copied['text']}"
                copied["source"] = observer.name
                enter(copied, known[f"{cited}:{original['id']}"])
    for number in range(observer.summaries):
        first = start + timedelta(days=-days + number * 2 * days // observer.summaries)
        enter(
            {
                "start": first.date().isoformat(),
                "end": (first + timedelta(days=6)).date().isoformat(),
                "lon": rows[0]["lon"],
                "lat": rows[0]["lat"],
                "radius_m": "100000",
                "act": "attack",
                "actor": "",
                "target": "",
                "deaths": str(int(rng.poisson(20))),
                "source": observer.name,
                "url": "",
                "text": "SIMULATED: a summary of a week over the whole area",
                "kind": "summary",
            },
            "",
        )
    return rows


def _one(
    rng: np.random.Generator,
    observer: Observer,
    happening: Mapping[str, object],
    names: Mapping[str, list[str]],
) -> dict[str, str]:
    radii = list(observer.radii)
    weights: npt.NDArray[np.float64] = np.array([observer.radii[r] for r in radii], dtype=float)
    radius = int(rng.choice(radii, p=weights / weights.sum()))
    away = radius * np.sqrt(rng.random())
    angle = rng.uniform(0, 2 * np.pi)
    lat = float(str(happening["lat"])) + away * np.sin(angle) / METRES_PER_DEGREE
    lon = float(str(happening["lon"])) + away * np.cos(angle) / (
        METRES_PER_DEGREE * np.cos(np.radians(lat))
    )
    moment = datetime.fromisoformat(str(happening["start"]))
    if rng.random() < observer.wrong_day:
        moment += timedelta(days=int(rng.choice((-1, 1))))
    day_only = rng.random() < observer.day_only
    actor = str(happening["actor"])
    other_names = names[str(happening["party"])]
    if len(other_names) > 1 and rng.random() < observer.renames:
        actor = other_names[1] + MARK
    deaths = max(int(str(happening["deaths"])) + int(rng.integers(-1, 2)), 0)
    return {
        "start": moment.date().isoformat() if day_only else moment.isoformat(timespec="minutes"),
        "end": "",
        "lon": f"{lon:.5f}",
        "lat": f"{lat:.5f}",
        "radius_m": str(radius),
        "act": str(happening["act"]),
        "actor": actor,
        "target": str(happening["target"]),
        "deaths": str(deaths),
        "source": observer.name,
        "url": "",
        "text": f"SIMULATED: {str(happening['act']).replace('-', ' ')} reported",
        "kind": "event",
    }

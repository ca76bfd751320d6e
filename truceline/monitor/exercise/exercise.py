"""The exercise: simulated incidents under a real agreement, seen by several sources.

Everything made here is SIMULATED and says so: ids begin with ``SIM-``, every actor's and
place's name ends with ``(SIMULATED)``, every text begins with ``SIMULATED:``. The exercise
knows its own truth, so that what Truceline finds can be measured.

``settings`` says what can be told it, ``exercise_truth`` makes what happens,
``reports`` what each source sees of it, ``exercise_tables`` the tables.
docs/exercise.md explains every part.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from truceline.model.agreement import Agreement
from truceline.model.zone import DatedShape
from truceline.monitor.exercise.reports import Rows, local_days, observed
from truceline.monitor.exercise.settings import SETTINGS, Setting
from truceline.monitor.exercise.tables import (
    fires_table,
    report_table,
    seen_table,
    truth_table,
)
from truceline.monitor.exercise.truth import (
    ACTS,
    BURNS,
    DAY_S,
    Sides,
    Towns,
    Truth,
    area_km2,
    ground_of,
    sides_of,
    towns_of,
    truth_of,
)

LEAST_DAYS, MOST_DAYS = 10.0, 3_650.0
_PILOT = 3_000


@dataclass(frozen=True)
class Exercise:
    """What was made: one table of reports for each source, and the truth.

    ``reports`` have the columns of the ``table`` source. ``truth`` has a row for each
    incident, ``seen`` one for each report (docs/exercise.md lists the columns). ``drawn``
    says with which parameters and how many of everything; ``read_as`` which kind of source
    reads each table.
    """

    reports: Mapping[str, pa.Table]
    truth: pa.Table
    seen: pa.Table
    drawn: Mapping[str, object] = field(default_factory=dict)
    read_as: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Stage:
    """Where an exercise plays, and by which rules."""

    towns: Towns
    sides: Sides
    zone: ZoneInfo
    start_s: int
    setting: Setting
    seed: int


@dataclass(frozen=True)
class _Play:
    """What happened within ``days`` on either side, and who saw what."""

    days: float
    truth: Truth
    seen: tuple[Rows, ...]
    fires: tuple[pa.Table, pa.Table]

    @property
    def incidents(self) -> int:
        return len(self.truth)

    @property
    def rows(self) -> int:
        return sum(len(r) for r in self.seen) + int(self.fires[0].num_rows)


def exercise(
    agreement: Agreement,
    zones: Mapping[str, tuple[DatedShape, ...]],
    start: datetime,
    *,
    setting: Setting = SETTINGS["realistic"],
    events: int | None = None,
    incidents: int = 400,
    days: float | None = None,
    seed: int = 1,
) -> Exercise:
    """Make an exercise around ``start`` (aware), the moment the fighting is to stop.

    ``events`` is about how many rows all sources have together (within 2 per cent from some hundred on);
    where it is left out, ``incidents`` is how many incidents truly happen. They happen
    within ``days`` on either side; left out, the days are as many as the setting's density
    of acts asks for, from 10 to 3,650. The same arguments give the same exercise.

    Raises:
        ValueError: the agreement has no zone with ground, or no actors; or a number makes
            no sense.
    """
    if events is not None and events < 1:
        raise ValueError("an exercise needs at least 1 event")
    if seed < 0:
        raise ValueError("the seed is 0 or more")
    if days is not None and not 1 <= days <= MOST_DAYS:
        raise ValueError(f"the days on either side are from 1 to {MOST_DAYS:,.0f}")
    ground = ground_of([v.shape.polygon for versions in zones.values() for v in versions])
    rng = np.random.default_rng([seed, 0])
    towns = towns_of(ground, setting.world, rng)
    stage = _Stage(
        towns,
        sides_of(agreement, setting.world, rng),
        agreement.tz,
        int(start.timestamp()),
        setting,
        seed,
    )
    if events is None:
        play = _played(incidents, days, stage)
    else:
        play = _sized(events, days, stage)
    return _tables(play, stage, area_km2(ground), agreement.agreement, events)


def _sized(events: int, days: float | None, stage: _Stage) -> _Play:
    """A play with about so many rows: a small one tells how many incidents that takes."""
    play = best = _played(min(events, _PILOT), days, stage)
    tried = {play.incidents}
    for _ in range(12):
        if abs(best.rows - events) <= max(0.01 * events, 1):
            break
        count = int(np.clip(round(play.incidents * events / max(play.rows, 1)), 1, 5 * events))
        while count in tried:  # another number of incidents draws other numbers throughout
            count += 1
        tried.add(count)
        play = _played(count, days, stage)
        best = min(best, play, key=lambda p: abs(p.rows - events))
    return best


def _played(incidents: int, days: float | None, stage: _Stage) -> _Play:
    """What happens, and the rows of each observer, each with random numbers of its own."""
    setting = stage.setting
    if days is None:
        daily = setting.world.per_town_day * len(stage.towns) * (1 + setting.world.drop)
        days = float(np.clip(incidents / daily, LEAST_DAYS, MOST_DAYS))
    truth = truth_of(
        incidents,
        stage.start_s,
        days,
        stage.towns,
        stage.sides,
        setting.world,
        np.random.default_rng([stage.seed, 1]),
    )
    seen: list[Rows] = []
    for number, observer in enumerate(setting.observers):
        rng = np.random.default_rng([stage.seed, 3 + number])
        seen.append(
            observed(
                observer,
                truth,
                stage.towns,
                stage.sides,
                seen,
                stage.zone,
                days,
                stage.start_s,
                rng,
            )
        )
    return _Play(days, truth, tuple(seen), _fires(truth, stage, days))


def _fires(truth: Truth, stage: _Stage, days: float) -> tuple[pa.Table, pa.Table]:
    rng, fires = np.random.default_rng([stage.seed, 2]), stage.setting.fires
    burning = np.isin(truth.act, [i for i, a in enumerate(ACTS) if a[0] in BURNS])
    caught = np.flatnonzero(burning & (rng.random(len(truth)) < fires.sees))
    noise = int(rng.poisson(len(caught) * fires.noise))
    first, last = (stage.start_s + int(sign * days * DAY_S) for sign in (-1, 1))
    return fires_table(caught, truth, stage.towns, noise, (first, last), stage.zone, rng)


def _tables(
    play: _Play, stage: _Stage, ground: float, agreement: str, asked: int | None
) -> Exercise:
    setting, truth, days = stage.setting, play.truth, play.days
    names = [o.name for o in setting.observers]
    reports, seen, counted = {}, [], {}
    for number, (name, own) in enumerate(zip(names, play.seen, strict=True)):
        reports[name] = report_table(
            name, own, stage.towns, stage.sides, names[:number], stage.zone
        )
        seen.append(seen_table(name, own, name))
        counted[name] = _counted(own, truth, stage.zone)
    if setting.fires.sees:
        reports["fires"] = play.fires[0]
        seen.append(play.fires[1])
        counted["fires"] = {"rows": play.fires[0].num_rows}
    led = np.unique(np.concatenate([r.incident for r in play.seen]))
    drawn: dict[str, object] = {
        "SIMULATED": "everything in this folder is made up",
        "agreement": agreement,
        "setting": setting.name,
        "seed": stage.seed,
        "events_asked": asked,
        "rows": play.rows,
        "incidents": len(truth),
        "incidents_leading_a_report": int((led >= 0).sum()),
        "answers": int(truth.answers.sum()),
        "days_on_either_side": round(days, 2),
        "ground_km2": round(ground),
        "towns": len(stage.towns),
        "incidents_per_day_and_1000_km2": round(len(truth) / (2 * days) / ground * 1000, 3),
        "sources": counted,
        "world": asdict(setting.world),
        "observers": [{**asdict(o), "places": dict(o.places)} for o in setting.observers],
        "fires": asdict(setting.fires),
    }
    return Exercise(
        reports,
        truth_table(truth, stage.towns, stage.sides, stage.zone),
        pa.concat_tables(seen),
        drawn,
        dict.fromkeys(reports, "table"),
    )


def _counted(rows: Rows, truth: Truth, zone: ZoneInfo) -> dict[str, int]:
    """What was drawn for one source, counted on its rows."""
    known = rows.incident >= 0
    of = truth.time[np.maximum(rows.incident, 0)]
    clocked = known & (rows.how_timed <= 1)
    wrong = clocked & (local_days(rows.time, zone) != local_days(of, zone))
    east = (rows.lon - truth.lon[np.maximum(rows.incident, 0)]) * np.cos(np.radians(rows.lat))
    north = rows.lat - truth.lat[np.maximum(rows.incident, 0)]
    away = np.hypot(east, north) * 111_320.0
    return {
        "rows": len(rows),
        "own": int((rows.how == 0).sum()),
        "entered_twice_marked": int(((rows.how == 1) & rows.marked).sum()),
        "entered_twice_unmarked": int(((rows.how == 1) & ~rows.marked).sum()),
        "copies": int((rows.how == 2).sum()),
        "summaries": int((rows.how == 3).sum()),
        "summaries_not_marked": int(((rows.how == 3) & ~rows.kind_marked).sum()),
        "joined_rows": len(rows.also),
        "incidents_only_joined_in": sum(len(m) for m in rows.also.values()),
        "on_a_wrong_day": int(wrong.sum()),
        "month_only": int((rows.how_timed == 2).sum()),
        "farther_than_stated": int((known & (away > rows.radius_m)).sum()),
        "lumped_actor": int((known & (rows.named == 1)).sum()),
        "unnamed_actor": int((known & (rows.named == 2)).sum()),
        "two_sides_only": int((known & rows.dyad).sum()),
        "wider_act": int((known & (rows.act_as == 1)).sum()),
        "wrong_act": int((known & (rows.act_as == 2)).sum()),
    }

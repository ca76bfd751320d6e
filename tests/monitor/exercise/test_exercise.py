"""The exercise: its parameters hold in what is drawn, and its truth is consistent."""

from collections import Counter
from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest

from truceline.model.act import vocabulary
from truceline.monitor.exercise.exercise import Exercise
from truceline.monitor.exercise.settings import SETTINGS, Setting, changed
from truceline.monitor.exercise.truth import ACTS
from truceline.pipeline.exercise import make_exercise
from truceline.pipeline.terms import Terms, load


@pytest.fixture(scope="module")
def idlib() -> Terms:
    return load("idlib-2020")


@pytest.fixture(scope="module")
def made(idlib: Terms) -> Exercise:
    return make_exercise(idlib, events=6_000, seed=11)


def of(idlib: Terms, events: int = 3_000, seed: int = 4, **parameters: float) -> Exercise:
    setting = changed(SETTINGS["realistic"], parameters)
    return make_exercise(idlib, setting=setting, events=events, seed=seed)


def far(made: Exercise, source: str) -> np.ndarray:
    """Metres from each own report of ``source`` to its incident."""
    truth = {r["incident"]: r for r in made.truth.to_pylist()}
    seen = {r["event_id"]: r for r in made.seen.to_pylist()}
    found = []
    for row in made.reports[source].to_pylist():
        entry = seen[f"{source}:{row['id']}"]
        if entry["how"] == "own":
            true = truth[entry["incident"]]
            east = (row["lon"] - true["lon"]) * np.cos(np.radians(true["lat"]))
            found.append(111_320 * float(np.hypot(east, row["lat"] - true["lat"])))
    return np.array(found)


def test_every_row_says_that_it_is_simulated(made: Exercise) -> None:
    for table in made.reports.values():
        for row in table.to_pylist():
            assert row["id"].startswith("SIM-")
            assert row["text"].startswith("SIMULATED: ")
            for name in ("actor", "target"):
                assert row[name] == "" or row[name].endswith(" (SIMULATED)")
    for row in made.truth.to_pylist():
        assert row["incident"].startswith("SIM-")
        assert row["actor"].endswith(" (SIMULATED)")
        assert row["target"].endswith(" (SIMULATED)")


@pytest.mark.parametrize("events", [500, 3_000, 20_000])
@pytest.mark.parametrize("setting", list(SETTINGS))
def test_there_are_about_as_many_rows_as_asked_for(idlib: Terms, events: int, setting: str) -> None:
    made = make_exercise(idlib, setting=SETTINGS[setting], events=events, seed=3)
    rows = sum(t.num_rows for t in made.reports.values())
    assert rows == made.drawn["rows"] == made.seen.num_rows
    assert abs(rows - events) <= max(0.02 * events, 30)


def test_the_same_arguments_give_the_same_exercise(idlib: Terms) -> None:
    one, two, other = (of(idlib, seed=s) for s in (4, 4, 5))
    assert one == two
    assert not one.truth.equals(other.truth)


def test_a_parameter_of_one_source_leaves_the_others_alone(idlib: Terms) -> None:
    base = SETTINGS["realistic"]
    plain, worse = (
        make_exercise(idlib, setting=s, incidents=500, days=40, seed=2)
        for s in (base, changed(base, {"gamma.wrong_day": 0.5}))
    )
    assert plain.truth.equals(worse.truth)
    assert plain.reports["alpha"].equals(worse.reports["alpha"])
    assert not plain.reports["gamma"].equals(worse.reports["gamma"])


def test_the_rate_drops_when_the_fighting_is_to_stop(idlib: Terms) -> None:
    made = of(idlib, events=20_000, drop=0.3)
    start = datetime.fromisoformat("2020-03-06T00:01+02:00")
    after = sum(datetime.fromisoformat(t) >= start for t in made.truth["start"].to_pylist())
    before = made.truth.num_rows - after
    assert after / before == pytest.approx(0.3, abs=0.04)


def test_answers_are_of_the_other_side_later_and_near(made: Exercise) -> None:
    truth = {r["incident"]: r for r in made.truth.to_pylist()}
    answers = [r for r in truth.values() if r["answers"]]
    assert len(answers) / len(truth) == pytest.approx(0.25, abs=0.02)
    for row in answers:
        cause = truth[row["answers"]]
        assert datetime.fromisoformat(cause["start"]) <= datetime.fromisoformat(row["start"])
        assert row["actor"] != cause["actor"]
        if not cause["target"].startswith("Civilians"):
            assert row["actor"] == cause["target"]
    hours = [
        (datetime.fromisoformat(r["start"]) - datetime.fromisoformat(truth[r["answers"]]["start"]))
        / timedelta(hours=1)
        for r in answers
    ]
    assert 9 < np.mean(hours) < 14  # answer_hours is 12; those past the drop or the end come sooner


def test_reports_lie_where_their_precision_says(idlib: Terms) -> None:
    exact = {f"places.{p}": 0.0 for p in ("near", "district", "governorate")}
    changes = {f"beta.{k}": v for k, v in exact.items()} | {"beta.places.village": 0.0}
    away = far(of(idlib, wrong_town=0.0, **changes), "beta")
    assert away.max() <= 505
    assert np.mean(away <= 250) == pytest.approx(0.25, abs=0.04)  # evenly over the disc
    away = far(of(idlib, wrong_town=0.3, **changes), "beta")
    assert np.mean(away > 505) == pytest.approx(0.3, abs=0.05)


def test_copies_cite_their_source_and_repeat_its_errors(made: Exercise) -> None:
    alpha = {r["id"]: r for r in made.reports["alpha"].to_pylist()}
    places = {(r["lon"], r["lat"], r["radius_m"]) for r in alpha.values()}
    how = dict(zip(made.seen["event_id"].to_pylist(), made.seen["how"].to_pylist(), strict=True))
    copies = [r for r in made.reports["beta"].to_pylist() if how[f"beta:{r['id']}"] == "copy"]
    assert len(copies) > 50
    for row in copies:
        assert row["cites"] == "alpha"
        assert row["text"].startswith("SIMULATED: as reported by alpha: ")
        assert (row["lon"], row["lat"], row["radius_m"]) in places


def test_a_row_entered_twice_is_of_the_same_incident(idlib: Terms) -> None:
    made = of(idlib, twice_marked=0.1, twice=0.1)
    seen = {r["event_id"]: r for r in made.seen.to_pylist()}
    marked = 0
    for name in ("alpha", "beta", "gamma"):
        for row in made.reports[name].to_pylist():
            if row["text"].startswith("SIMULATED: update of "):
                marked += 1
                assert seen[row["cites"]]["incident"] == seen[f"{name}:{row['id']}"]["incident"]
                assert row["cites"].startswith(f"{name}:SIM-{name}-")
    how = Counter(r["how"] for r in seen.values())
    assert marked == pytest.approx(how["twice"] / 2, rel=0.25)


def test_joined_rows_say_what_they_join(idlib: Terms) -> None:
    made = of(idlib, per_town_day=1.0, **{"alpha.joins": 1.0})
    seen = {r["event_id"]: r for r in made.seen.to_pylist()}
    truth = {r["incident"]: r for r in made.truth.to_pylist()}
    joined = 0
    for row in made.reports["alpha"].to_pylist():
        entry = seen[f"alpha:{row['id']}"]
        also = [i for i in entry["also"].split("|") if i]
        if also and entry["how"] == "own":
            joined += 1
            assert row["count"] == 1 + len(also)
            of_row = [truth[i] for i in (entry["incident"], *also)]
            assert len({t["place"] for t in of_row}) == 1
            assert len({t["start"][:10] for t in of_row}) == 1
    assert joined > 50


def test_a_source_of_deadly_events_reports_no_others(idlib: Terms) -> None:
    made = of(idlib)
    truth = {r["incident"]: r["deaths"] for r in made.truth.to_pylist()}
    own = [r for r in made.seen.to_pylist() if r["event_id"].startswith("gamma:")]
    assert all(truth[r["incident"]] >= 1 for r in own if r["incident"])


def test_summaries_and_fires_of_no_incident_are_of_none(made: Exercise) -> None:
    for row in made.seen.to_pylist():
        if row["how"] == "summary":
            assert row["incident"] == ""
    fires = [r["incident"] for r in made.seen.to_pylist() if r["how"] == "lead"]
    assert fires.count("") > len(fires) / 2  # noise is 2 for each


def test_every_act_is_known() -> None:
    known = vocabulary()
    for name, _, wide, wrong in ACTS:
        for act in (name, wide, wrong):
            assert known.match(act.replace("-", " ")) == act


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"colour": 1.0}, "no parameter 'colour'"),
        ({"delta.sees": 0.5}, "no parameter 'delta.sees'"),
        ({"sees": 1.5}, "a share, from 0 to 1"),
        ({"wrong_day": -0.1}, "from 0 to"),
        ({"per_town_day": float("nan")}, "from 0 to"),
        ({"per_town_day": 0.0}, "more than 0"),
        ({"answered": 0.7, "again": 0.4}, "stay below 1"),
        (
            {f"places.{p}": 0.0 for p in ("exact", "village", "near", "district", "governorate")},
            "needs a precision",
        ),
    ],
)
def test_parameters_that_make_no_sense_are_refused(changes: dict[str, float], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        changed(SETTINGS["realistic"], changes)


def test_parameters_reach_the_one_they_name() -> None:
    setting: Setting = changed(
        SETTINGS["easy"], {"beta.sees": 0.1, "drop": 0.5, "fires.noise": 7, "alpha.places.near": 3}
    )
    assert [o.sees for o in setting.observers] == [0.65, 0.1, 0.45]
    assert setting.world.drop == 0.5
    assert setting.fires.noise == 7
    assert setting.observers[0].places["near"] == 3


@pytest.mark.parametrize("silent", [("alpha",), ("alpha", "beta", "gamma")])
def test_a_source_may_see_nothing(idlib: Terms, silent: tuple[str, ...]) -> None:
    made = of(idlib, events=300, **{f"{s}.sees": 0.0 for s in silent})
    assert all(isinstance(t, pa.Table) for t in made.reports.values())
    assert all(
        r["incident"] == ""
        for r in made.seen.to_pylist()
        if r["event_id"].startswith(silent) and r["how"] == "own"
    )

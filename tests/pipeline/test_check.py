"""From reports to findings: the rules of the method, one by one, on a small agreement."""

import textwrap
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import truceline as tl
from truceline.model.batch import Context
from truceline.pipeline.check import Intake

AGREEMENT = textwrap.dedent(
    """\
    agreement: test-1999
    title: A test (SIMULATED)
    simulated: true
    signed: 1999-01-01
    timezone: Europe/Paris
    anchors:
      start:
        readings:
          - {at: "1999-01-02T12:00", because: one clock}
          - {at: "1999-01-02T13:00", because: another clock}
    parties:
      A: {name: Army A, status: [{is: signatory, from: 1999-01-01, until: 1999-06-30},
                                 {is: denounced, from: 1999-07-01}]}
      B: {name: Army B, status: [{is: not-bound}]}
      X: {name: Group X}
    groups:
      listed: {members: [X]}
    actors:
      A: [Forces of A, Rebels]
      X: [Rebels, "Group X*"]
      not-a-party: [Bandits]
    zones:
      box: {polygon: [[2.0, 48.0], [3.0, 48.0], [3.0, 49.0], [2.0, 49.0]]}
      half:
        versions:
          - {polygon: [[2.0, 48.0], [2.5, 48.0], [2.5, 49.0], [2.0, 49.0]], valid-to: 1999-03-31}
          - {polygon: [[2.5, 48.0], [3.0, 48.0], [3.0, 49.0], [2.5, 49.0]], valid-from: 1999-04-01}
      hidden: {unknown: undisclosed}
    provisions:
      - id: cease
        prohibits: hostilities
        zone: box
        from: start
        except: [{against: listed, basis: a list}]
      - id: side-a
        prohibits: air strikes
        zone: box
        by: A
        from: 1999-01-03
        until: 1999-01-31
      - id: phased
        prohibits: shelling of any kind
        zone: half
        from: 1999-01-03
      - id: night
        prohibits: small-arms fire
        zone: box
        from: 1999-01-03
        daily: {from: "22:00", until: "06:00"}
      - id: secret
        prohibits: overflight
        zone: hidden
        from: 1999-01-03
    """
)


@pytest.fixture(scope="module")
def terms(tmp_path_factory: pytest.TempPathFactory) -> tl.Terms:
    path = tmp_path_factory.mktemp("a") / "agreement.yaml"
    path.write_text(AGREEMENT, encoding="utf-8")
    return tl.agreement(str(path))


def _report(**columns: object) -> dict[str, Any]:
    row = {
        "id": "1",
        "start": "1999-02-01T10:00",
        "end": "",
        "lon": 2.5,
        "lat": 48.5,
        "radius_m": 0.0,
        "act": "shelling",
        "actor": "Forces of A",
        "target": "",
        "source": "s",
    }
    return row | columns


def _findings(terms: tl.Terms, **columns: object) -> dict[str, dict[str, Any]]:
    table = tl.check(terms, pa.Table.from_pylist([_report(**columns)])).table()
    return {row["provision"]: row for row in table.to_pylist()}


def _verdict(row: dict[str, Any]) -> str:
    return row["verdict"] + (f" ({row['cause']})" if row["cause"] else "")


@pytest.mark.parametrize(
    ("start", "verdict"),
    [
        ("1999-01-02T11:59", None),
        ("1999-01-02T12:00", "cannot-tell (text)"),
        ("1999-01-02T12:59", "cannot-tell (text)"),
        ("1999-01-02T13:00", "breach"),
        ("1999-01-02", "cannot-tell (time)"),
        ("1999-01-03", "breach"),
    ],
)
def test_the_clock_and_its_readings(terms: tl.Terms, start: str, verdict: str | None) -> None:
    found = _findings(terms, start=start).get("cease")
    assert (found and _verdict(found)) == verdict


def test_the_reading_with_the_least_inside_is_shown(terms: tl.Terms) -> None:
    assert _findings(terms, start="1999-01-02")["cease"]["p_time"] == round(11 / 24, 4)


@pytest.mark.parametrize(
    ("columns", "verdict"),
    [
        ({"target": "Group X, north"}, "no-breach"),
        ({"target": "Army B"}, "breach"),
        ({"target": "Somebody"}, "breach"),
        ({"target": "Rebels"}, "cannot-tell (party)"),
        ({"target": "Group X|Army B"}, "breach"),
        ({"act": "reinforcement"}, "cannot-tell (text)"),
        ({"act": "abduction"}, "cannot-tell (text)"),
        ({"act": "protest"}, "no-breach"),
        ({"act": "no words we know"}, "cannot-tell (act)"),
        ({"actor": ""}, "breach"),
        ({"actor": "Army B", "attribution": "dyad", "target": "Forces of A"}, "breach"),
        ({"actor": "Group X", "attribution": "dyad", "target": "Army B"}, "cannot-tell (party)"),
        ({"lon": 4.0}, None),
        ({"radius_m": 30_000.0}, "breach"),
        ({"radius_m": 60_000.0}, "cannot-tell (place)"),
    ],
)
def test_act_party_exception_and_place(
    terms: tl.Terms, columns: dict[str, object], verdict: str | None
) -> None:
    found = _findings(terms, **columns).get("cease")
    assert (found and _verdict(found)) == verdict


@pytest.mark.parametrize(
    ("columns", "verdict"),
    [
        ({"actor": "Forces of A"}, "breach"),
        ({"actor": "Army B"}, "no-breach"),
        ({"actor": "Rebels"}, "cannot-tell (party)"),
        ({"actor": "Somebody else"}, "cannot-tell (party)"),
        ({"actor": "Bandits"}, "no-breach"),
        ({"actor": "Army B|Forces of A"}, "breach"),
        ({"actor": ""}, "cannot-tell (party)"),
        ({"start": "1999-01-31"}, "breach"),
        ({"start": "1999-02-01"}, None),
        ({"start": "1999-01-02"}, None),
        ({"act": "explosion"}, "cannot-tell (act)"),
        (
            {"actor": "Army B", "attribution": "dyad", "target": "Forces of A"},
            "cannot-tell (party)",
        ),
    ],
)
def test_a_clause_that_speaks_of_one_party(
    terms: tl.Terms, columns: dict[str, object], verdict: str | None
) -> None:
    defaults: dict[str, object] = {"act": "air-strike", "start": "1999-01-20T10:00"}
    found = _findings(terms, **(defaults | columns)).get("side-a")
    assert (found and _verdict(found)) == verdict


@pytest.mark.parametrize(
    ("columns", "bound"),
    [
        ({"actor": "Forces of A"}, "yes"),
        ({"actor": "Army B"}, "no"),
        ({"actor": "Forces of A", "start": "1999-07-01"}, "no"),
        ({"actor": "Group X"}, "unknown"),
        ({"actor": "Somebody"}, "unknown"),
        ({"actor": "Forces of A", "attribution": "dyad", "target": "Army B"}, "unknown"),
    ],
)
def test_bound_is_answered_apart(terms: tl.Terms, columns: dict[str, object], bound: str) -> None:
    found = _findings(terms, **columns)["cease"]
    assert (found["verdict"], found["bound"]) == ("breach", bound)


def test_a_zone_that_changes_by_phase(terms: tl.Terms) -> None:
    assert _verdict(_findings(terms, lon=2.25)["phased"]) == "breach"
    assert "phased" not in _findings(terms, lon=2.25, start="1999-04-01")
    both = _findings(terms, lon=2.25, start="1999-03-31", end="1999-04-01")["phased"]
    assert (both["p_zone"], both["p_time"], _verdict(both)) == (0.5, 1.0, "cannot-tell (place)")


def test_a_daily_window_past_midnight(terms: tl.Terms) -> None:
    fire = {"act": "small-arms-fire"}
    assert _verdict(_findings(terms, **fire, start="1999-02-01T23:30")["night"]) == "breach"
    assert _verdict(_findings(terms, **fire, start="1999-02-01T05:59")["night"]) == "breach"
    assert "night" not in _findings(terms, **fire, start="1999-02-01T06:00")
    assert _findings(terms, **fire, start="1999-02-01")["night"]["p_time"] == round(8 / 24, 4)


def test_an_undisclosed_zone_can_never_be_told(terms: tl.Terms) -> None:
    assert _verdict(_findings(terms, act="overflight")["secret"]) == "cannot-tell (text)"


def test_reasons_are_sentences_with_the_words_that_count(terms: tl.Terms) -> None:
    reasons = _findings(terms, start="1999-01-02T12:30")["cease"]["reasons"]
    said = {r["rule"]: r["detail"] for r in reasons}
    assert {"place", "time", "act", "party", "bound", "reading"} <= set(said)
    assert "one clock" in said["reading"]
    assert "another clock" in said["reading"]
    assert all(detail.endswith(".") for detail in said.values())


reports = st.fixed_dictionaries(
    {
        "lon": st.floats(1.8, 3.2),
        "lat": st.floats(47.8, 49.2),
        "radius_m": st.sampled_from([0.0, 500.0, 7_300.0, 25_000.0]),
        "start": st.sampled_from(["1999-01-02", "1999-01-02T12:30", "1999-03-31", "1999-01-20"]),
        "act": st.sampled_from(["shelling", "air-strike", "overflight", "attack", ""]),
        "actor": st.sampled_from(["Forces of A", "Army B", "Rebels", "", "Somebody"]),
        "target": st.sampled_from(["", "Group X", "Rebels", "Army B"]),
    }
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(reports, min_size=2, max_size=12), st.randoms(use_true_random=False))
def test_same_digest_in_any_order_batching_and_threads(
    terms: tl.Terms, rows: list[dict[str, object]], random: Any
) -> None:
    rows = [_report(**row, id=str(k)) for k, row in enumerate(rows)]
    first = tl.check(terms, pa.Table.from_pylist(rows), threads=1)
    shuffled = random.sample(rows, len(rows))
    again = tl.check(terms, pa.Table.from_pylist(shuffled), threads=2)
    alone = [tl.check(terms, pa.Table.from_pylist([row])) for row in rows]
    assert first.digest() == again.digest()
    found = {r["finding_id"]: r for r in first.table().to_pylist()}
    single = {r["finding_id"]: r for f in alone for r in f.table().to_pylist()}
    assert found == single
    assert first.checked == len(rows)


def test_repeats_and_revisions_across_files(terms: tl.Terms, tmp_path: Path) -> None:
    head = "id,start,lon,lat,act\n"
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    one.write_text(head + "1,1999-02-01,2.5,48.5,shelling\n2,1999-02-01,2.5,48.5,shelling\n")
    two.write_text(
        head.replace("id", "id,source").replace("id,source", "source,id")
        + "one,1,1999-02-01,2.5,48.5,shelling\none,2,1999-02-02,2.5,48.5,shelling\n"
        + "one,3,1999-02-02,,,shelling\none,,1999-02-02,2,48,shelling\n"
    )
    intake = Intake(Context(timezone="Europe/Paris"))
    events = pa.concat_tables(intake.read([("table", one), ("table", two)]))
    assert all(count.holds for count in intake.counts)
    second = intake.counts[1]
    assert (second.rows, second.repeats, second.revisions) == (4, 1, 1)
    starts = dict(zip(events["event_id"].to_pylist(), events["start"].to_pylist(), strict=True))
    assert starts["one:2"].isoformat().startswith("1999-02-01T23:00")  # midnight in Paris
    assert terms.agreement.agreement == "test-1999"


CONTRACT = (
    "finding_id,agreement,provision,incident_id,event_ids,verdict,cause,bound,standing,p_zone,p_time,"
    "act,actor,party,start,end,lon,lat,radius_m,deaths_low,deaths_best,deaths_high,reasons"
)


def test_the_contracts_columns_come_first_and_in_order(terms: tl.Terms) -> None:
    found = tl.check(terms, pa.Table.from_pylist([_report()]))
    names = found.table().schema.names
    assert ",".join(names[: len(CONTRACT.split(","))]) == CONTRACT
    assert names[len(CONTRACT.split(",")) :] == ["attribution", "count"]

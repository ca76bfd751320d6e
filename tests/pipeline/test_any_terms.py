"""Any agreement that loads can judge any report: no clause and no event bring it down.

Agreements are put together at random from every key a clause may have, events from every
kind of region, span and attribution. What must hold: no error, one verdict of three for each
finding, a cause exactly for cannot-tell, reasons for everything, the same digest in any order.
"""

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from truceline.model.act import vocabulary
from truceline.model.event import ATTRIBUTIONS, EVENT_SCHEMA, REGIONS
from truceline.model.finding import CAUSES, VERDICTS
from truceline.monitor.locate.locate import Locator
from truceline.pipeline.check import check
from truceline.pipeline.terms import read
from truceline.store.library import AgreementFolder

PARTIES = ("AAA", "BBB", "CCC")
NAMES = (*PARTIES, "Army of A", "Lumped", "Stranger", "Civilians")
ACTS = sorted(vocabulary().acts)
ZONES = ("square", "strip", "disc", "nowhere-known", "world", "moving", "far")


KERNELS: dict[str, Locator] = {}  # the ground is the same in every agreement


def ring(west: float, south: float, side: float) -> list[list[float]]:
    return [[west, south], [west + side, south], [west + side, south + side], [west, south + side]]


points = st.one_of(
    st.sampled_from(["2020-01-10", "2020-01-20T12:00", "signature", "doubtful", "later", "open"]),
    st.just({"readings": ["signature", {"at": "2020-01-05", "because": "local"}]}),
    st.just({"readings": ["open", {"anchor": "doubtful", "because": "text"}]}),
)
ends = st.one_of(
    st.sampled_from(["2020-02-10", "2020-02-20T12:00", "open"]),
    st.just({"readings": ["open", {"at": "2020-02-05", "because": "local"}]}),
)
zone_names = st.one_of(
    st.sampled_from(ZONES),
    st.lists(st.sampled_from(ZONES), min_size=2, max_size=3, unique=True).map(
        lambda z: {"readings": [{"zone": n} for n in z]}
    ),
)
some_parties = st.lists(st.sampled_from((*PARTIES, "pair")), min_size=1, max_size=2, unique=True)
some_acts = st.lists(st.sampled_from(ACTS), min_size=1, max_size=3, unique=True)


def keys(**optional: st.SearchStrategy[object]) -> st.SearchStrategy[dict[str, object]]:
    return st.fixed_dictionaries(
        {}, optional={k.rstrip("_").replace("_", "-"): v for k, v in optional.items()}
    )


carved = keys(
    by=some_parties,
    acts=some_acts,
    zone=st.sampled_from(ZONES),
    from_=st.sampled_from(["2020-01-15", "doubtful", "open"]),
    until=st.sampled_from(["2020-02-01", "2020-02-02T10:00"]),
)
exceptions = st.tuples(
    carved,
    keys(against=some_parties, answering=st.booleans(), contested=st.booleans()),
    some_parties,
).map(lambda t: {"by": t[2], **t[0], **t[1], "basis": "annex"})
clause = keys(
    acts=some_acts,
    by=some_parties,
    status=st.just(["signatory", "acceded"]),
    against=some_parties,
    weapons=st.sampled_from([{"calibre": ">=100 mm"}, {"types": ["tanks"]}]),
    qualifier=st.sampled_from(["offensive", "hostile", "armed", "indiscriminate"]),
    zone=zone_names,
    from_=points,
    until=ends,
    daily=st.sampled_from(
        [{"from": "09:00", "until": "14:00"}, {"from": "22:00", "until": "02:00"}]
    ),
    except_=st.lists(exceptions, min_size=1, max_size=2),
    duty=st.just("prevent"),
    of=some_parties,
    disputed=st.just("the text is disputed"),
    suspended=st.just([{"from": "2020-01-25", "until": "2020-01-26", "because": "talks"}]),
    condition=st.sampled_from(
        [
            {"text": "while talks go on"},
            {
                "text": "while talks go on",
                "answers": [
                    {"from": "2020-01-12", "until": "2020-01-30", "holds": "yes", "who": "X"},
                    {"from": "2020-02-01", "holds": "unclear", "who": "X"},
                ],
            },
        ]
    ),
    renewal=st.just({"for": "P1M", "unless-notice": "P7D"}),
    threshold=st.sampled_from([0.6, 0.99]),
)
prohibits = st.sampled_from(
    ["all military actions", "air strikes", "offensive operations", "reinforcement"]
)


@st.composite
def agreements(draw: st.DrawFn) -> dict[str, object]:
    provisions = []
    for number in range(draw(st.integers(1, 3))):
        made = {"id": f"art-{number}", "prohibits": draw(prohibits), **draw(clause)}
        if "daily" in made:  # without bounds it is every day of three hundred years
            made |= {"from": "doubtful", "until": "2020-02-10"}
        if draw(st.booleans()):
            made["unless-authorised-by"] = ["AAA"]
            made["authorisations"] = [{"id": "R1", **draw(carved)}]
        provisions.append(made)
    amended = draw(st.booleans())
    return {
        "agreement": "any-2020",
        "title": "Any (SIMULATED)",
        "signed": draw(st.sampled_from(["2020-01-05", "2020-01-05T18:00"])),
        "timezone": draw(st.sampled_from(["Asia/Damascus", "UTC", "America/New_York"])),
        "anchors": {
            "doubtful": {
                "readings": [
                    {"at": "2020-01-06T00:01+03:00", "because": "capitals"},
                    {"at": "2020-01-06T00:01+02:00", "because": "local"},
                ]
            },
            "later": {"after": "doubtful", "plus": "P14D"},
            "open": {"unknown": "to-be-agreed"},
        },
        "parties": {
            "AAA": {"name": "A-land", "status": [{"is": "signatory", "from": "2020-01-05"}]},
            "BBB": {
                "name": "B-land",
                "status": [
                    {"is": "acceded", "from": "doubtful", "until": "2020-01-31"},
                    {"is": "denounced", "from": "2020-02-01", "disputed": True},
                ],
            },
            "CCC": {"name": "C-front", "status": [{"is": "not-bound"}]},
        },
        "groups": {"pair": {"members": ["BBB", "CCC"]}},
        "actors": {
            "AAA": ["Army of A*", "Lumped"],
            "BBB": ["Lumped"],
            "not-a-party": ["Civilians"],
        },
        "lines": {"road": {"points": [[10, 30.2], [10.6, 30.3], [11, 30.2]], "accuracy": "2 km"}},
        "zones": {
            "square": {"polygon": ring(10, 30, 1), "accuracy": "3 km"},
            "strip": {"along": "road", "depth": {"north": "6 km", "south": "3 km"}},
            "disc": {"around": [10.5, 30.5], "radius": "20 km", "accuracy": "0 m"},
            "nowhere-known": {"unknown": "undisclosed"},
            "world": {"everywhere": True},
            "moving": {
                "versions": [
                    {"polygon": ring(10, 30, 0.5), "accuracy": "0 m", "valid-to": "2020-01-20"},
                    {"unknown": "to-be-agreed", "valid-from": "2020-01-21"},
                ]
            },
            "far": {"beyond": "10 km", "of": "road", "within": "square", "accuracy": "0 m"},
        },
        "provisions": provisions,
        **(
            {"amendments": [{"date": "2020-01-22", "provisions": [provisions[0]]}]}
            if amended
            else {}
        ),
    }


@st.composite
def events(draw: st.DrawFn) -> list[dict[str, object]]:
    rows = []
    names = st.lists(st.sampled_from(NAMES), max_size=2, unique=True)
    for number in range(draw(st.integers(1, 12))):
        start = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(
            minutes=draw(st.integers(0, 60 * 24 * 60))
        )
        span = draw(st.sampled_from([0, 60, 1_440, 7 * 1_440, 31 * 1_440]))
        region = draw(st.sampled_from(REGIONS))
        deaths = draw(st.one_of(st.none(), st.integers(0, 50)))
        nowhere = region == "nowhere"
        rows.append(
            dict.fromkeys(EVENT_SCHEMA.names)
            | {
                "event_id": f"s:{number}",
                "source": "s",
                "kind": draw(st.sampled_from(["event", "event", "event", "summary", "lead"])),
                "as_of": "",
                "start": start,
                "end": start + timedelta(minutes=span),
                "lon": None if nowhere else 10 + draw(st.floats(-0.2, 1.2)),
                "lat": None if nowhere else 30 + draw(st.floats(-0.2, 1.2)),
                "radius_m": None
                if nowhere
                else 0.0
                if region == "point"
                else draw(st.sampled_from([200.0, 5_000.0, 25_000.0])),
                "region": region,
                "unit": "XX01" if region == "unit" else "",
                "bearing_deg": 30.0 if region == "sector" else None,
                "spread_deg": 10.0 if region == "sector" else None,
                "range_min_m": 0.0 if region == "sector" else None,
                "act": draw(st.sampled_from(ACTS)),
                "actor": draw(names),
                "target": draw(names),
                "attribution": draw(st.sampled_from(ATTRIBUTIONS)),
                "deaths_low": deaths,
                "deaths_best": deaths,
                "deaths_high": deaths,
                "cites": [],
                "calibre_mm": draw(st.sampled_from([None, 82.0, 122.0])),
                "file_sha256": "0" * 64,
                "file": "f",
                "line": number,
            }
        )
    return rows


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(agreements(), events())
def test_any_agreement_that_loads_judges_any_report(
    terms: dict[str, object], rows: list[dict[str, object]]
) -> None:
    out = io.StringIO()
    YAML(typ="safe", pure=True).dump(terms, out)
    text = out.getvalue()
    loaded = read(AgreementFolder(Path("agreement.yaml"), text))
    loaded.locators.update(KERNELS)
    table = pa.Table.from_pylist(rows, schema=EVENT_SCHEMA)
    found = check(loaded, [table], threads=1)
    listed = found.table().to_pylist()
    for row in listed:
        assert row["verdict"] in VERDICTS
        assert row["cause"] in CAUSES
        assert (row["verdict"] == "cannot-tell") == bool(row["cause"])
        assert row["standing"] == "apparent"
        assert row["reasons"]
        assert all(r["rule"] and r["outcome"] and r["detail"] for r in row["reasons"])
        assert row["p_zone"] is None or 0 <= row["p_zone"] <= 1
        assert 0 < row["p_time"] <= 1
    judged = sum(r["kind"] == "event" for r in rows)
    assert found.checked == judged
    assert len({r["incident_id"] for r in listed}) == judged - found.untouched
    KERNELS.update(loaded.locators)
    again = check(loaded, [table.take(list(range(len(rows)))[::-1])], threads=1)
    assert again.digest() == found.digest()

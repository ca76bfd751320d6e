"""The ledger on a page: lines, ranges, tables, and nobody named who is not cleared."""

import re
from calendar import monthrange
from dataclasses import replace
from pathlib import Path

import pyarrow.compute as pc
import pytest

from truceline.faces.clearance import Clearance
from truceline.faces.ledger.chart import chart
from truceline.faces.ledger.closed import closed
from truceline.faces.ledger.ledger import section
from truceline.faces.ledger.page import page
from truceline.faces.ledger.tables import claim_table, statement_rows
from truceline.faces.ledger.words import days_words, figure_words
from truceline.model.claim import Claim, Held
from truceline.model.statement import Statement
from truceline.monitor.claims.claims import panels
from truceline.pipeline.ledger import Ledger, Said
from truceline.pipeline.terms import load

SECRETS = (
    "Dr Karim",
    "مرصد",
    "Kafr Secret",
    "Faction X",
    "whispered",
    "secret.csv",
    "ab" * 32,
    "Minister Z",
)


def claim(value: float | None, month: int = 3, **more: object) -> Claim:
    return replace(
        Claim(
            measure="displaced",
            value=value,
            place="Idleb",
            pcode="SY07",
            population="flow",
            meant_from=f"2020-{month:02d}-01",
            meant_to=f"2020-{month:02d}-{monthrange(2020, month)[1]}",
            said="2020-06-01",
            said_by="Dr Karim",
            source="مرصد",
            document="ab" * 32,
            words="whispered words",
            file="secret.csv",
            line=7,
        ),
        **more,  # type: ignore[arg-type]  # the fields of a claim
    )


@pytest.fixture
def ledger() -> Ledger:
    claims = [
        claim(100.0, 1),
        claim(200.0, 2),
        claim(300.0, 4),
        claim(150.0, 1, said_by="مرصد", qualifier="at least", low=150.0),
        claim(9.0, 2, said_by="مرصد", place="Kafr Secret", pcode="C4126", within=("SY07",)),
        claim(
            5.0, 2, of_whom="Faction X fighters", by_whom="Faction X", lon=36.123456, lat=35.654321
        ),
    ]
    held = [Held(c, n, None, "anna", "2026-01-01T00:00:00+00:00") for n, c in enumerate(claims, 1)]
    held.append(Held(claim(210.0, 2, said="2020-07-01"), 7, 2))
    spoken = Statement(
        "Minister Z",
        "whispered: reserves the right to retaliate",
        "2020-03-06",
        "مرصد",
        document="ab" * 32,
        start=3,
        end=9,
        file="secret.csv",
    )
    return Ledger(tuple(held), (Said(spoken, 8),))


def test_an_open_page_names_nobody_and_the_cleared_one_does(ledger):
    agreement = load("idlib-2020").agreement
    opened, cleared = (page(ledger, agreement, c) for c in ("open", "cleared"))
    for secret in SECRETS:
        assert secret not in opened, secret
        assert secret in cleared, secret
    assert "Idleb" in opened
    assert "source A" in opened
    assert "no clause of this agreement grants it" in opened
    assert "Withheld here" in opened


def test_tables_and_statements_follow_the_clearance(ledger):
    shut = closed(ledger, Clearance.parse("open"))
    table = claim_table(shut)
    text = str(table.to_pylist()) + str(statement_rows(ledger, None, Clearance.parse("open")))
    assert not [s for s in SECRETS if s in text]
    assert pc.max(table["lon"]).as_py() == pytest.approx(36.15)
    assert claim_table(ledger)["superseded"].to_pylist().count(True) == 1
    assert table.num_rows == 7


def test_each_field_is_cleared_by_itself(ledger):
    some = page(ledger, None, "source")
    assert "Dr Karim" in some
    assert "Faction X" not in some
    assert "Kafr Secret" not in some
    with pytest.raises(ValueError, match="no clearance"):
        page(ledger, None, "secret")


def test_closing_keeps_lines_apart_and_differences_as_they_are(ledger):
    real = panels(ledger.claims)
    shut = panels(closed(ledger, Clearance.parse("open")).claims)
    assert [len(p.lines) for p in shut] == [len(p.lines) for p in real]
    told = [[(d.verdict, d.apart) for d in p.differences] for p in real]
    assert [[(d.verdict, d.apart) for d in p.differences] for p in shut] == told


def test_what_is_simulated_is_shown_and_marked(ledger):
    own = Ledger(
        (
            Held(claim(1.0, said_by="Monitor (SIMULATED)", source="x"), 1),
            Held(claim(2.0, 4, said_by="Monitor (SIMULATED)", source="x"), 2),
        )
    )
    text = page(own, None, "open")
    assert "Monitor (SIMULATED)" in text
    assert "<strong>SIMULATED</strong>" in text


def test_no_line_is_drawn_over_a_month_without_a_figure(ledger):
    found = panels([h for h in ledger.claims if h.number in (1, 3, 7)])[0]
    drawn = chart(found)
    assert drawn is not None
    line = drawn["strips"][0]["lines"][0]
    assert line["path"].count("M") == 1  # January to February; March lacks, April stands alone
    assert len(line["points"]) == 3


def test_a_range_without_an_end_is_drawn_as_one(ledger):
    found = next(p for p in panels(ledger.claims) if len(p.lines) > 1)
    ranges = [r for li in chart(found)["strips"][0]["lines"] for r in li["ranges"]]
    assert [r["open"] for r in ranges] == [True]


def test_higher_figures_stand_higher_and_later_ones_further_right():
    held = [Held(claim(float(v), m), m) for m, v in ((1, 10), (2, 40), (3, 20))]
    points = chart(panels(held)[0])["strips"][0]["lines"][0]["points"]
    xs, ys = [p["x"] for p in points], [p["y"] for p in points]
    assert xs == sorted(xs)
    assert ys[1] < ys[2] < ys[0]


def test_a_crowd_of_sources_is_drawn_in_strips_and_stays_small():
    held = [
        Held(
            claim(
                1000.0 * k + m,
                1 + m % 12,
                said_by=f"S{k} (SIMULATED)",
                meant_from=f"{2000 + m // 12}-{1 + m % 12:02d}-01",
                meant_to=f"{2000 + m // 12}-{1 + m % 12:02d}-28",
            ),
            300 * k + m + 1,
        )
        for k in range(12)
        for m in range(300)
    ]
    drawn = chart(panels(held)[0])
    assert len(drawn["strips"]) == 12
    assert len(page(Ledger(tuple(held)), None)) < 700_000


def test_the_table_under_a_chart_has_every_figure(ledger):
    made = section(ledger, None, Clearance.parse("cleared"))
    cells = [
        c["figure"] for p in made["panels"] for r in p["rows"] for cs in r["cells"] for c in cs
    ]
    assert sorted(cells) == ["100", "200", "210", "300", "5", "at least 150"]
    assert [s["figure"] for s in made["singles"]] == ["9"]


def test_a_page_is_whole_and_asks_the_network_for_nothing(ledger):
    text = page(ledger, load("idlib-2020").agreement, "cleared")
    assert "default-src 'none'" in text
    assert not re.search(r"""(?:src|href)=["'](?!#)""", text)
    assert "<script" not in text
    assert text.count('role="img"') == text.count('class="figures-chart"')
    assert "<bdi>مرصد</bdi>" in text
    ids = re.findall(r' id="([^"]+)"', text)
    assert len(ids) == len(set(ids))


def test_hostile_words_stay_words():
    nasty = '<script>alert(1)</script>"&'
    own = Ledger(
        (Held(claim(1.0, place=nasty, pcode="", words=nasty, said_by=nasty), 1),),
        (Said(Statement(nasty, nasty), 2),),
    )
    assert "<script>alert" not in page(own, None, "cleared")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (claim(500.0, qualifier="nearly", high=499.0), "nearly 500"),
        (claim(None, low=450.0, high=500.0), "450 to 500"),
        (claim(None, low=450.0), "at least 450"),
        (claim(1_000_000.0, qualifier="around"), "around 1,000,000"),
        (claim(5.0, low=4.0, high=6.0), "5 (4 to 6)"),
    ],
)
def test_figures_in_words(given, words):
    assert figure_words(given) == words


@pytest.mark.parametrize(
    ("population", "first", "last", "words"),
    [
        ("flow", "2020-03-01", "2020-03-31", "March 2020"),
        ("flow", "2019-01-01", "2019-12-31", "2019"),
        ("stock", "2020-03-06", "2020-03-06", "6 March 2020"),
        ("cumulative", "2019-12-01", "2020-03-06", "since 1 December 2019, to 6 March 2020"),
        ("unknown", "", "", "days not known"),
    ],
)
def test_days_in_words(population, first, last, words):
    given = claim(1.0, population=population, meant_from=first, meant_to=last)
    assert days_words(given) == words


def test_an_empty_ledger_is_no_section(tmp_path: Path):
    assert section(Ledger(), None, Clearance.parse("open")) is None
    assert "holds nothing yet" in page(Ledger(), None)


def test_a_page_can_be_narrowed_by_real_names_though_they_are_closed(ledger):
    text = page(ledger, None, "open", place="Kafr Secret")
    assert "place A" in text
    assert "Kafr Secret" not in text
    assert "Idleb" not in text


def test_a_briefing_with_simulated_claims_is_marked(ledger):
    from truceline.faces.briefing import briefing
    from truceline.model.finding import Findings
    from truceline.pipeline.check import check

    terms = load("idlib-2020")
    findings: Findings = check(terms, [])
    plain = briefing(terms, findings, [], [], ledger=ledger)
    assert "<strong>SIMULATED</strong>" not in plain
    own = Ledger((Held(claim(1.0, said_by="Monitor (SIMULATED)"), 1),))
    assert "<strong>SIMULATED</strong>" in briefing(terms, findings, [], [], ledger=own)
    assert 'id="ledger"' not in briefing(terms, findings, [], [])

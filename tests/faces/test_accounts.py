"""Incidents on the page: accounts that differ, answers, reviews, and what is withheld of them."""

from datetime import timedelta
from typing import Any

import pyarrow as pa
import pytest

from tests.faces.conftest import START, event, events
from tests.faces.test_briefing import Page
from truceline.faces.accounts import accounts, looks_again
from truceline.faces.briefing import briefing
from truceline.faces.clearance import Clearance
from truceline.faces.listing import listing
from truceline.model.finding import Findings
from truceline.model.review import Look, Review
from truceline.monitor.check.standing import seen, standings
from truceline.pipeline.answers import answers
from truceline.pipeline.incidents import Incidents, check_linked
from truceline.pipeline.terms import Terms

# Made-up names: no such force, place or source exists.
GUARD, BRIGADE = "Quixotic Guard", "Windmill Brigade"


def told(number: int, source: str, actor: str, target: str, **more: Any) -> dict[str, Any]:
    row = {
        "event_id": f"{source}:{number}",
        "source": source,
        "actor": [actor],
        "target": [target],
        "text": f"{source} saw the guns behind the mill",
        "place": "Mill Lane",
        "url": "",
        "file": f"{source}.csv",
        "start": START,
        "end": START,
        "lon": 36.63217,
        "lat": 35.80431,
        "deaths_best": 2,
    }
    return event(number, **(row | more))


HOUR = timedelta(hours=5)
ROWS = [
    told(1, "ledger", GUARD, BRIGADE),
    told(2, "almanac", GUARD, BRIGADE, deaths_best=5, deaths_low=5),
    told(
        3,
        "ledger",
        BRIGADE,
        GUARD,
        start=START + HOUR,
        end=START + HOUR,
        text="Fire in response to guns behind the mill",
    ),
]
Linked = tuple[Findings, Incidents, pa.Table]


@pytest.fixture(scope="module")
def linked(terms: Terms) -> Linked:
    table = events(ROWS)
    judged = check_linked(terms, [table])
    return judged.findings, judged.incidents, table


def review_of(findings: Findings, place: int, state: str = "confirmed") -> Review:
    row = findings.rows.slice(place, 1).to_pylist()[0]
    ids = tuple(sorted(row["event_ids"]))
    words = ("Sancho Reviewer", "2020-06-01T10:00:00+00:00", "the miller told me")
    return Review(
        row["finding_id"], "art-1", "idlib-2020/art-1", ids, state, *words, 1, seen=seen(row)
    )


def page(terms: Terms, linked: Linked, clearance: str, **more: Any) -> str:
    findings, incidents, table = linked
    return briefing(
        terms,
        findings,
        [],
        [],
        events=table,
        incidents=incidents.table,
        answers=answers(terms, incidents.table, [table]),
        clearance=clearance,
        **more,
    )


def test_two_accounts_of_one_act_and_what_answered_it(terms: Terms, linked: Linked) -> None:
    findings, incidents, table = linked
    assert incidents.counts["incidents"] == 2
    listed = listing(findings, table, Clearance.parse("cleared"), [], 10)
    first, second = accounts(
        listed, findings, incidents.table, answers(terms, incidents.table, [table]), []
    )
    assert (first["sources"], first["independent"], first["answers"]) == (2, 2, None)
    assert any(d.startswith("killed: ") and "almanac says" in d for d in first["differ"])
    (only,) = second["answers"]["rows"]
    assert (only["n"], only["basis"]) == (
        1,
        "near in time and place, a source says that this act was an answer",
    )
    assert only["quote"] == "Fire in response to guns behind the mill"
    assert [s["n"] for s in second["answers"]["chain"]] == [2, 1]
    assert second["answers"]["last"] == "the earliest act reported in this data"
    none = accounts(listed, findings, None, None, [])
    assert (none[0]["sources"], none[0]["differ"], none[0]["answers"]) == (None, [], None)


def test_the_page_says_what_incidents_stand_for(terms: Terms, linked: Linked) -> None:
    said = Page(page(terms, linked, "cleared")).text
    assert "2 incidents were judged, which stand for 3 reports." in said
    findings, _, table = linked
    alone = Page(briefing(terms, findings, [], [], events=table)).text
    assert "which stand for" not in alone


@pytest.mark.parametrize("clearance", ["open", "cleared", "source", "actor", "text,source"])
def test_what_is_not_cleared_is_nowhere_in_the_page(
    terms: Terms, linked: Linked, clearance: str
) -> None:
    findings = linked[0]
    made = review_of(findings, 0)
    rows = pa.concat_tables([findings.rows.slice(1)])  # the reviewed finding is another now
    _, looks = standings(rows, [made])
    assert len(looks) == 1
    html = page(terms, linked, clearance, reviews=[made], looks=looks)
    secrets = {
        "position": ["36.63217", "35.80431"],
        "text": ["saw the guns", "Mill Lane", "in response to guns"],
        "actor": ["Quixotic", "Windmill"],
        "source": ["ledger", "almanac"],
    }
    cleared = Clearance.parse(clearance).cleared
    for name, words in secrets.items():
        for word in words:
            assert (word in html) == (name in cleared), (name, word)
    for word in ("Sancho", "the miller told me"):
        assert (word in html) == ({"source", "text"} <= cleared), word
    assert "killed" in str(Page(html).data["accounts"][0]["differ"])


def test_old_and_new_stand_side_by_side(terms: Terms, linked: Linked) -> None:
    findings, _, table = linked
    made = review_of(findings, 0)
    row = findings.rows.slice(0, 1).to_pylist()[0]
    now = {"finding_id": row["finding_id"], "event_ids": ["x"], **seen(row), "deaths_best": 9}
    look = Look(made, "1 report joined: x", (now,))
    html = page(terms, linked, "cleared", looks=[look])
    assert 'href="#looks"' in html
    said = Page(html).text
    for words in ("For another look", "As it was reviewed, on 2 reports", "on 1 report",
                  "1 report joined: x", "the miller told me", "9 (from"):  # fmt: skip
        assert words in said
    assert 'class="changed"' in html
    gone = Look(made, "no finding", ())
    text = Page(page(terms, linked, "cleared", looks=[gone])).text
    assert "No finding of this clause rests on any of these reports." in text
    listed = listing(findings, table, Clearance.parse("open"), [], 10)
    (shut,) = looks_again([look], listed, findings, Clearance.parse("open"), free=False)
    assert (shut["who"], shut["facts"]["place"], shut["facts"]["verdict"]) == (
        "withheld",
        "withheld",
        "breach",
    )


def test_a_confirmed_finding_names_who_acted_only_if_one_is_named(terms: Terms) -> None:
    rows = [told(1, "ledger", GUARD, BRIGADE, attribution=how) for how in ("actor", "disputed")]
    for row, shown in zip(rows, (True, False), strict=True):
        judged = check_linked(terms, [events([row])])
        findings = judged.findings
        place = findings.rows.schema.get_field_index("standing")
        confirmed = pa.array(["confirmed"] * len(findings))
        stood = Findings(
            findings.rows.set_column(place, "standing", confirmed),
            findings.sentences,
            findings.pointers,
            findings.timezone,
        )
        html = briefing(terms, stood, [], [], events=events([row]))
        assert (GUARD in html) is shown
        assert "People have reviewed 1 finding: 1 confirmed." in Page(html).text

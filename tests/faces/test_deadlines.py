"""Deadlines on the page: both readings, states in words, nothing that was not cleared."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.faces.test_browser import CONTRAST, browser  # noqa: F401 - a fixture
from truceline.faces.briefing import briefing
from truceline.faces.clearance import Clearance
from truceline.faces.deadlines import deadlines
from truceline.model.agreement import Agreement
from truceline.monitor.obligations.entry import entry, evidence_of
from truceline.pipeline.obligations import Owed, owed
from truceline.pipeline.terms import Terms

AT = datetime(2020, 4, 1, tzinfo=UTC)
OPEN, CLEARED = Clearance.parse("open"), Clearance.parse("cleared")


def entered(agreement: Agreement, rows: list[dict[str, str]], on: str) -> Owed:
    found = [
        evidence_of(
            number,
            row["provision"],
            entry(agreement, row, AT),
            row["by"],
            AT,
            ("", ""),
            None,
            agreement,
        )
        for number, row in enumerate(rows, 1)
    ]
    return owed(agreement, found, on=on)


ROWS = [
    {
        "provision": "art-2-parameters",
        "state": "done",
        "on": "2020-03-13",
        "by": "Anna",
        "words": "a <b>secret</b> letter",
    },
    {"provision": "art-3", "state": "done", "on": "2020-03", "by": "Ben"},
    {"provision": "art-3", "state": "not-done", "on": "2020-03-31", "by": "Cleo"},
]


def page(terms: Terms, some: Any, on: str, clearance: str) -> str:
    found = entered(terms.agreement, ROWS, on)
    return briefing(terms, some[0], [], [], owed=found, clearance=clearance)


def section(text: str) -> str:
    return text[text.index('<section id="deadlines"') :].partition("</section>")[0]


def test_the_table_has_both_readings_and_the_drawing_a_mark_for_each(terms, some):
    text = section(page(terms, some, "2020-04-01", "cleared"))
    assert "by 12 March 2020" in text
    assert "by 13 March 2020" in text
    assert "done: in time by one reading, one day late by the other" in text
    assert len(re.findall(r'<path class="due ', text)) == 3 + 1  # and one in the legend
    assert "a &lt;b&gt;secret&lt;/b&gt; letter" in text
    assert "entered by Anna on 2020-04-01" in text


def test_who_said_it_is_withheld_unless_cleared(terms, some):
    text = section(page(terms, some, "2020-04-01", "open"))
    assert not [w for w in ("Anna", "Ben", "Cleo", "secret") if w in text]
    assert "source 2 says that it was done" in text
    assert "withheld" in text


def test_there_is_no_section_where_nobody_asked(terms, some):
    text = briefing(terms, some[0], [], [])
    assert 'id="deadlines"' not in text
    assert 'href="#deadlines"' not in text
    assert deadlines(terms.agreement, None, OPEN) is None


def test_a_thousand_periods_are_one_row():
    agreement = Agreement.model_validate(
        {"agreement": "x", "title": "X", "timezone": "UTC", "signed": "2020-01-01"}
        | {"provisions": [{"id": "a", "requires": "call", "from": "2020-01-01", "every": "P1D"}]}
    )
    found = deadlines(agreement, owed(agreement, on="2023-01-01"), CLEARED)
    assert found is not None
    assert len(found.lines) == 1
    assert found.lines[0].more + len(found.lines[0].parts) == 1098
    assert found.drawing is not None
    assert len(found.drawing["rows"][0]["spans"]) < 10


def test_every_mark_stands_in_the_drawing(terms):
    for on in ("1990-01-01", "2020-03-06", "2020-03-20", "2090-01-01"):
        found = deadlines(terms.agreement, owed(terms.agreement, on=on), CLEARED)
        assert found is not None
        drawing = found.drawing
        assert drawing is not None
        for row in drawing["rows"]:
            for mark in (*row["spans"], *row["dues"], *row["told"]):
                assert drawing["left"] <= mark["x"] <= mark["x"] + mark["w"] <= drawing["right"] + 1


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 375])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_can_be_read(terms, some, browser, tmp_path, width, scheme):  # noqa: F811 - the fixture
    path = tmp_path / "page.html"
    path.write_text(page(terms, some, "2020-04-01", "open"), encoding="utf-8")
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True
    )
    try:
        opened = context.new_page()
        heard: list[str] = []
        opened.on("console", lambda m: heard.append(m.text))
        opened.on("pageerror", lambda e: heard.append(str(e)))
        opened.goto(path.as_uri())
        opened.locator("#deadlines table").first.wait_for()
        assert opened.evaluate("document.documentElement.scrollWidth") <= width
        assert opened.locator("#deadlines tbody tr").count() == 2
        assert heard == []
        found = opened.evaluate(CONTRAST)
        assert found["bad"] == []
    finally:
        context.close()

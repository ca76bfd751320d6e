"""The briefing as text: what it says, what it withholds, what it never does."""

import base64
import hashlib
import json
import re
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from tests.faces.conftest import SHA, START, event, many
from truceline.faces.briefing import briefing, embedded
from truceline.faces.clearance import FIELDS, Clearance, rounded, simulated_rows
from truceline.faces.listing import choose, reference
from truceline.faces.moments import anchors, span_words
from truceline.faces.sides import compared, sides
from truceline.faces.strip import timeline
from truceline.faces.wording import clauses
from truceline.model.finding import Findings
from truceline.model.problem import Problem
from truceline.pipeline.check import Count
from truceline.pipeline.rates import rates
from truceline.pipeline.terms import Terms

Made = tuple[Findings, pa.Table]
COUNTS = [Count("/somewhere/private/alpha.csv", SHA, 36, 34, 1, 0, 1)]
PROBLEM = Problem("alpha", "alpha.csv", 7, "no date in 'soon'", "give a date", "start", "soon")
# A real row has no mark. These names are made up, and no such force or place exists.
REAL = {
    "event_id": "ledger:4711",
    "source": "ledger",
    "actor": ["Quixotic Guard"],
    "target": ["Windmill Brigade"],
    "text": "a neighbour saw the guns behind the mill",
    "place": "Mill Lane",
    "file": "neighbours.csv",
    "url": "https://example.org/mill",
    "lon": 36.63217,
    "lat": 35.80431,
}


class Page(HTMLParser):
    """The words of a page, its elements and its data."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.blocks: list[tuple[str, dict[str, str | None], str]] = []
        self._open: tuple[str, dict[str, str | None]] | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._open = (tag, dict(attrs)) if tag in ("script", "style") else None

    def handle_endtag(self, tag: str) -> None:
        self._open = None

    def handle_data(self, data: str) -> None:
        if self._open:
            self.blocks.append((*self._open, data))
        else:
            self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words))

    @property
    def data(self) -> Any:
        return json.loads(next(b[2] for b in self.blocks if b[1].get("id") == "data"))


@pytest.fixture(scope="module")
def html(terms: Terms, some: Made) -> str:
    findings, table = some
    return briefing(terms, findings, COUNTS, [PROBLEM], events=table)


def test_the_counts_are_those_of_the_findings(html: str, some: Made) -> None:
    findings, _ = some
    text = Page(html).text
    counts = findings.counts()
    assert counts["breach"] > 0
    assert f"{counts['breach']} apparent breaches" in text
    cannot = sum(n for name, n in counts.items() if name.startswith("cannot-tell"))
    assert f"{cannot} that cannot be told" in text
    assert f"{counts['cannot-tell (place)']} place : the place is not known" in text
    assert "36 rows = 34 events + 1 repeats + 0 revisions + 1 problems" in text
    assert "34 events = 33 incidents judged + 1 summary + 0 leads." in text
    assert findings.digest() in text
    assert len(Page(html).data["records"]) == len(findings)


def test_nothing_is_called_a_violation(html: str) -> None:
    assert re.findall(r"[^.]*violat[^.]*", Page(html).text) == [
        " Nothing on this page is called a violation"
    ]
    assert "reviewed by nobody yet" in Page(html).text


def test_it_asks_the_network_for_nothing(html: str) -> None:
    page = Page(html)
    for tag, attributes in page.elements:
        for name in ("src", "srcset", "data", "poster", "action", "background"):
            assert name not in attributes or name == "data", (tag, attributes)
        if tag == "link":
            pytest.fail("a link element would be fetched")
        if "href" in attributes and tag != "a":
            assert str(attributes["href"]).startswith("#"), (tag, attributes)
    styles = "".join(b[2] for b in page.blocks if b[0] == "style")
    assert "@import" not in styles
    urls = set(re.findall(r"url\(['\"]?([^)'\"]{0,5})", styles))
    assert urls <= {"data:", "#hatc"}


def test_the_policy_allows_only_the_scripts_that_are_there(html: str) -> None:
    page = Page(html)
    policy = next(str(a["content"]) for t, a in page.elements if t == "meta" and "http-equiv" in a)
    scripts = [b[2] for b in page.blocks if b[0] == "script" and not b[1]]
    hashes = {
        "'sha256-" + base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() + "'"
        for s in scripts
    }
    assert len(scripts) == 4
    assert hashes == set(re.findall(r"'sha256-[^']+'", policy))
    assert "default-src 'none'" in policy
    assert "connect-src 'none'" in policy
    assert not re.search(r"script-src[^;]*unsafe", policy)
    assert html.index("Content-Security-Policy") < html.index("<style>")


def test_simulated_is_on_the_page_the_map_and_every_row(html: str, some: Made) -> None:
    rows = re.findall(r'<tr role="row" id="f\d+">.*?</tr>', html, re.S)
    assert len(rows) == len(some[0])
    assert all('<span class="sim">SIMULATED</span>' in row for row in rows)
    assert html.count('class="map-sim"') == html.count('class="watermark"') == 1
    assert "<title>SIMULATED" in html
    assert all(r["sim"] for r in Page(html).data["records"])
    assert "nothing had to be withheld" in Page(html).text


def test_a_real_case_is_not_marked(terms: Terms, judged: Any) -> None:
    findings, table = judged([event(1, **REAL)])
    html = briefing(terms, findings, [], [], events=table)
    assert "SIMULATED" not in Page(html).text
    assert 'class="simulated"' not in html


@pytest.mark.parametrize("clearance", ["open", "cleared", "text", "actor,position", "source"])
def test_what_is_not_cleared_is_nowhere_in_the_file(
    terms: Terms, judged: Any, clearance: str
) -> None:
    findings, table = judged([event(1, **REAL)])
    assert len(findings) == 1
    counts = [Count("/home/someone/neighbours.csv", SHA, 2, 1, 0, 0, 1)]
    problem = Problem("ledger", "neighbours.csv", 9, "no day in 'Mill Lane'", "correct it")
    html = briefing(
        terms,
        findings,
        counts,
        [problem],
        events=table,
        clearance=clearance,
        command="truceline brief --events ledger=neighbours.csv --events my neighbours.csv",
    )
    secrets = {
        "position": ["36.63217", "35.80431"],
        "text": ["saw the guns", "Mill Lane", "example.org/mill"],
        "actor": ["Quixotic", "Windmill"],
        "source": ["ledger", "neighbours.csv"],
    }
    cleared = Clearance.parse(clearance).cleared
    for name, words in secrets.items():
        for word in words:
            assert (word in html) == (name in cleared), (name, word)
    assert "/home/someone" not in html
    said = Page(html).text
    for name, meaning in FIELDS.items():
        assert (f"{name} : {meaning}" in said) == (name not in cleared)
    assert reference(findings.rows["finding_id"][0].as_py()) in html
    record = Page(html).data["records"][0]
    assert record["bound"] in ("withheld",) or "actor" in cleared
    rules = {s["rule"]: s["outcome"] for s in Page(html).data["sentences"]}
    for rule in ("party", "bound"):
        assert (rules[rule] == "withheld") == ("actor" not in cleared)
    assert rules["place"] != "withheld"


def test_one_sign_of_simulation_does_not_open_a_row() -> None:
    ids = pa.chunked_array([["a:SIM-1", "a:SIM-1", "a:1", "a:SIM-1", "a:xSIM-1"]])
    actors = pa.chunked_array(
        [[["X (SIMULATED)"], ["X (SIMULATED)", "Y"], ["X (SIMULATED)"], [], ["X (SIMULATED)"]]]
    )
    assert simulated_rows(ids, actors).tolist() == [True, False, False, True, False]


def test_a_rounded_place_lies_in_its_own_cell() -> None:
    values = np.array([36.63217, -0.001, -58.4, 0.0, 179.99])
    middle = rounded(values)
    assert np.abs(middle - values).max() <= 0.05 + 1e-9
    assert np.allclose(middle, [36.65, -0.05, -58.35, 0.05, 179.95])


def test_an_unknown_clearance_is_one_clear_line(terms: Terms, some: Made) -> None:
    with pytest.raises(ValueError, match="there are: open, cleared"):
        briefing(terms, some[0], [], [], clearance="secret")


def test_what_a_source_wrote_cannot_become_markup(terms: Terms, judged: Any) -> None:
    attack = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"
    actor = [f"{attack} (SIMULATED)"]
    findings, table = judged([event(1, text=attack, actor=actor, url="javascript:alert(3)")])
    bad = Problem("alpha", attack, 1, attack, attack)
    counts = [Count(attack, SHA, 1, 1, 0, 0, 0)]
    html = briefing(
        terms, findings, counts, [bad], events=table, clearance="cleared", command=attack
    )
    page = Page(html)
    assert "<img" not in html
    assert "<script>alert" not in html
    assert not any(t == "a" and "javascript" in str(a.get("href")) for t, a in page.elements)
    assert page.data["reports"][0]["text"] == attack
    assert embedded({"k": "\u2028&<>"}) == '{"k":"\\u2028\\u0026\\u003c\\u003e"}'


def test_without_reports_the_page_says_so(terms: Terms, some: Made) -> None:
    text = Page(briefing(terms, some[0], COUNTS, [])).text
    assert "the reports were not at hand when this page was made" in text


def test_no_findings_and_no_files_still_make_a_page(terms: Terms, judged: Any) -> None:
    findings, table = judged([])
    text = Page(briefing(terms, findings, [], [], events=table)).text
    assert "0 incidents were judged" in text
    assert "0 rows = 0 events" in text


def test_the_same_findings_give_the_same_page(terms: Terms, some: Made, html: str) -> None:
    assert briefing(terms, some[0], COUNTS, [PROBLEM], events=some[1]) == html


def test_every_reading_and_every_clause_is_there(html: str, terms: Terms) -> None:
    text = Page(html).text
    assert "5 March 2020, 23:01 (UTC+02:00)" in text
    assert "6 March 2020, 00:01 (UTC+02:00)" in text
    assert "cessation start · 2 readings" in text
    for provision in terms.agreement.provisions:
        assert f'id="clause-{provision.id}"' in html
        assert provision.text in text
    for party in terms.agreement.parties.values():
        assert party.name in text
    assert [c.windows[0][1] for c in clauses(terms.agreement) if c.id == "art-1"] == [
        "from 5 March 2020, 23:01 (UTC+02:00)"
    ]


def test_a_large_case_stays_small_and_says_what_it_leaves_out(terms: Terms) -> None:
    findings = many(30_000)
    html = briefing(terms, findings, [], [], limit=600)
    assert len(html) < 6_000_000
    page = Page(html)
    assert "600 of 30,000 findings are listed here." in page.text
    assert "apparent breach 9,600, cannot tell 9,900, no breach 9,900" in page.text
    assert len(page.data["records"]) == 600
    assert sum(mark[4] for mark in page.data["map"]["marks"]) == 30_000
    assert len(page.data["map"]["marks"]) <= 20_000


def test_the_list_takes_the_surest_of_each_verdict() -> None:
    rows = many(300).rows
    p = pa.array([k / 300 for k in range(300)])
    rows = rows.set_column(rows.schema.get_field_index("p_zone"), "p_zone", p)
    kept = choose(rows, 60)
    verdicts = [rows["verdict"][int(k)].as_py() for k in kept]
    assert verdicts == ["breach"] * 40 + ["cannot-tell"] * 10 + ["no-breach"] * 10
    assert min(int(k) for k, v in zip(kept, verdicts, strict=True) if v == "no-breach") >= 270


def test_a_month_is_a_bar_and_no_spike(terms: Terms, judged: Any) -> None:
    month = event(200)
    month["start"] = month["start"].replace(month=3, day=31, hour=21)
    month["end"] = month["end"].replace(month=4, day=30, hour=21)
    findings, _ = judged([event(1), *[month | {"event_id": f"a:SIM-{k}"} for k in range(50)]])
    drawn = timeline(findings, anchors(terms.agreement), None, terms.agreement.tz)
    assert drawn is not None
    assert drawn["unit"] == "day"
    assert max(sum(row["counts"]) for row in drawn["rows"]) == 1
    assert [bar["n"] for bar in drawn["lanes"]] == [50]
    assert drawn["long"] == [{"when": "1–30 April 2020", "verdict": "apparent breach", "n": 50}]


@pytest.mark.parametrize("clearance", ["open", "cleared"])
def test_before_and_after_are_the_rates_of_each_source(
    terms: Terms, judged: Any, clearance: str
) -> None:
    def at(days: int, source: str, **other: Any) -> dict[str, Any]:
        moment = START + timedelta(days=days)
        ids = {"event_id": f"{source}:{days}", "source": source}
        return event(1, **(REAL | ids | {"start": moment, "end": moment} | other))

    rows = [at(days, "ledger") for days in range(-30, 25)]
    rows += [at(days, "diary") for days in range(-30, -3)]
    findings, table = judged(rows)
    found = rates(terms, [table], days=20, draws=20)
    html = briefing(terms, findings, [], [], events=table, rates=found, clearance=clearance)
    page = Page(html)
    for name, letter in (("ledger", "source A"), ("diary", "source B")):
        assert (name in html) == (clearance == "cleared")
        assert (letter in page.text) == (clearance == "open")
    for rate in found.rates:
        ratio = rate.measures["events"].ratio
        if ratio is not None:
            assert f"{ratio:.2f}" in page.text
    assert "never add sources together" in page.text


def test_without_rates_the_page_makes_them(terms: Terms, some: Made) -> None:
    report, left_out = compared(terms, some[1])
    assert left_out == 0
    found = sides(report, left_out, Clearance.parse("cleared"), True)
    assert [row["source"] for row in found.rows] == ["alpha"] * len(found.rows)
    assert found.rows
    assert {row["days"] for row in found.rows} == {"28"}


def test_spans_read_as_people_write_them(terms: Terms) -> None:
    tz = terms.agreement.tz
    day = event(0)["start"].replace(hour=22)
    assert span_words(day, day.replace(day=9), tz) == "9 March 2020"
    assert span_words(day, day.replace(day=10), tz) == "9–10 March 2020"
    assert span_words(day, day, tz) == "9 March 2020, 00:00"
    later = day.replace(hour=23, minute=30)
    assert span_words(day, later, tz) == "9 March 2020, 00:00–01:30"

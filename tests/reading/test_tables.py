"""Tables of a web page are read as rows, as plain-text tables are."""

import random

import pytest

from tools.bench_reading import pair, same_term
from truceline.reading import Reading, read

PLAIN = """AGREEMENT ON THE WITHDRAWAL OF HEAVY WEAPONS

Signed on 4 May 2017

Article 1. The Parties shall withdraw their heavy weapons by the schedule below.

Annex. Withdrawal schedule

| Type | Distance from the line | To be completed by |
| Mortars up to 82 mm | 10 km | 10 May 2017 |
| Tanks | 15 km | 15 May 2017 |
| Rocket launchers | 30 km | 20 May 2017 |
"""
HEAD = "<html><body><article><h1>AGREEMENT ON THE WITHDRAWAL OF HEAVY WEAPONS</h1><p>Signed on 4 May 2017</p>"
FIRST = "<p>Article 1. The Parties shall withdraw their heavy weapons by the schedule below.</p>"
TABLE = """<h2>Annex. Withdrawal schedule</h2><table><thead><tr><th>Type</th><th>Distance from the
line</th><th>To be completed by</th></tr></thead><tbody>
<tr><td>Mortars up to 82&nbsp;mm</td><td>10 km</td><td>10 May 2017</td></tr>
<tr><td>Tanks</td><td>15 km</td><td><b>15</b> May 2017.</td></tr>
<tr><td>Rocket launchers<td>30 km<td>20 May 2017</table>"""
END = "</article></body></html>"


def terms_of(reading: Reading) -> list[dict]:
    found = reading.to_json()
    for field in ("terms", "claims", "statements", "actors", "places"):
        for item in found[field]:
            assert item["evidence"]
            for e in item["evidence"]:
                assert e["start"] < e["end"]
                assert reading.source[e["start"] : e["end"]] == e["text"]
    return found["terms"]


def test_a_timetable_gives_what_the_same_in_plain_text_gives() -> None:
    plain = terms_of(read(PLAIN.encode()))
    page = terms_of(read((HEAD + FIRST + TABLE + END).encode()))
    assert len(plain) == len(page) == 4
    assert pair(plain, page, same_term)[1:] == ([], [])
    tanks = next(t for t in page if t["distance_m"] == 15000)
    assert tanks["evidence"][0]["text"] == "Tanks</td><td>15 km</td><td><b>15</b> May 2017"


def test_no_row_is_dropped_as_a_menu() -> None:
    reading = read((HEAD + FIRST + TABLE + END).encode())
    assert not reading.dropped


def test_a_cell_over_several_rows_holds_for_each_and_shows_where_it_stands() -> None:
    table = """<p>The parties have agreed on these measures.</p><table><caption>Timetable</caption>
<tr><th>Measure</th><th>Deadline</th><th>Who</th></tr>
<tr><td>Withdrawal of tanks to 15 km</td><td rowspan="2">within 7 days of signature</td><td>Both</td></tr>
<tr><td>Release of 40 prisoners</td><td>Party A</td></tr>
<tr><td colspan=3>The ceasefire shall last 60 days.</td></tr></table>"""
    page = read((HEAD + table + END).encode())
    told = {t["kind"]: t for t in terms_of(page)}
    assert told["withdrawal"]["within"] == told["release"]["within"] == "P7D"
    assert told["duration"]["within"] == "P60D"
    words = [e["text"] for e in told["release"]["evidence"]]
    assert words == ["Release of 40 prisoners</td><td>Party A", "within 7 days of signature"]


def test_a_label_over_several_rows() -> None:
    table = """<h2>Schedule of withdrawal</h2><table><tr><td rowspan=2>Tanks</td><td>Sector North</td><td>15 km</td></tr>
<tr><td>Sector South</td><td>20 km</td></tr></table>"""
    found = terms_of(read((HEAD + FIRST + table + END).encode()))
    south = next(t for t in found if t["distance_m"] == 20000)
    assert [e["text"] for e in south["evidence"]] == ["Sector South</td><td>20 km", "Tanks"]


@pytest.mark.parametrize(
    "table",
    [
        "<table role=presentation><tr><td>{}</td><td>x</td></tr><tr><td>y</td><td>z</td></tr></table>",
        "<table><tr><td><table><tr><td>a</td><td>b</td></tr></table>{}</td><td>Menu</td></tr></table>",
        "<table><tr><td>{}</td></tr></table>",
    ],
)
def test_a_table_for_layout_is_read_as_the_text_in_it(table: str) -> None:
    sentence = "The Parties shall release 30 prisoners within ten days."
    page = read((HEAD + FIRST + table.format(f"<p>{sentence}</p>") + END).encode())
    (release,) = [t for t in terms_of(page) if t["kind"] == "release"]
    assert release["evidence"][0]["text"].startswith("The Parties shall release")


def test_a_menu_in_a_table_is_no_body() -> None:
    menu = "<nav><table><tr><td><a href=x>Home</a></td><td><a href=y>News</a></td></tr><tr><td><a href=z>World</a></td><td><a href=w>Sport</a></td></tr></table></nav>"
    reading = read((HEAD + menu + FIRST + END).encode())
    assert {d.reason for d in reading.dropped} == {"menu"}


def test_wild_markup_breaks_nothing() -> None:
    draw = random.Random(7)
    parts = ["<table>", "</table>", "<tr>", "</tr>", "<td>", "<td rowspan=3>", "<td colspan=2>"]
    parts += [
        "<th>",
        "</td>",
        "<p>",
        "</p>",
        "Tanks",
        "15 km",
        "10 May 2017.",
        "<td rowspan=9999999>",
    ]
    parts += [
        "<caption>",
        "<tbody>",
        "<td colspan=-4>",
        "<td rowspan=x>",
        "40 prisoners",
        "&nbsp;",
        "<br><br>",
    ]
    for _ in range(120):
        table = "".join(draw.choice(parts) for _ in range(draw.randint(5, 60)))
        reading = read((HEAD + FIRST + table + END).encode())
        terms_of(reading)
        last = 0
        for a, b in reading.body:
            assert last <= a < b, table
            last = b


def test_cells_that_claim_to_span_everything_are_not_said_again_without_end() -> None:
    cell = f"<td rowspan=200>{'tanks ' * 60}</td>"
    rows = "".join(f"<tr>{cell * 8}<td>row {n}</td></tr>" for n in range(150))
    reading = read((HEAD + FIRST + f"<table>{rows}</table>" + END).encode())
    assert reading.body

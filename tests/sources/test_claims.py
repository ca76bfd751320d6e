"""Ways into the ledger: every row is a claim, a repeat or a problem, whatever the file is."""

import datetime
import hashlib
import io
import json

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from truceline.model.unit import Unit, Units
from truceline.sources.claims.claims import take
from truceline.sources.claims.figure import NoFigureError, read_figure, scale_of
from truceline.sources.claims.row import days_of
from truceline.sources.claims.taken import Taken, Told

UNITS = Units(
    (
        Unit("SY07", 1, ("Idleb", "إدلب"), ("SY",), None, 36.6, 35.8, 40_000.0),
        Unit("SY0700", 2, ("Idleb",), ("SY", "SY07"), None, 36.6, 35.9, 20_000.0),
        Unit("SY04", 1, ("Homs",), ("SY",), None, 38.0, 34.5, 90_000.0),
    )
)
TOLD = Told(
    timezone="Asia/Damascus",
    units=UNITS,
    places={"saraqib": ("Saraqib", 36.8, 35.86)},
    signed="2020-03-05",
    today="2026-11-23",
)


def read(data: bytes | str, kind: str = "", told: Told = TOLD, **more: str) -> Taken:
    raw = data.encode() if isinstance(data, str) else data
    name, sha256 = "file.csv", hashlib.sha256(raw).hexdigest()
    found = take(raw, name=name, sha256=sha256, told=told, kind=kind, **more)
    whole = len(found.claims) + len(found.statements) + found.repeats + found.row_problems
    assert found.rows == whole
    return found


def workbook(*sheets: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets):
        sheet = book.create_sheet(f"sheet {number}")
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


# ---- figures -------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("cell", "scale", "expected"),
    [
        ("1234", 1, (1234, None, None, "")),
        ("1,234", 1, (1234, None, None, "")),
        ("1 234 567", 1, (1_234_567, None, None, "")),
        ("1\u00a0234", 1, (1234, None, None, "")),
        ("1.234.567", 1, (1_234_567, None, None, "")),
        ("1'234", 1, (1234, None, None, "")),
        ("1234.0", 1, (1234, None, None, "")),
        ("1E+05", 1, (100_000, None, None, "")),
        ("٥٠٠", 1, (500, None, None, "")),
        ("0", 1, (0, None, None, "")),
        ("3.6 million", 1, (3_600_000, None, None, "")),
        ("500k", 1, (500_000, None, None, "")),
        ("3.6", 1000, (3600, None, None, "")),
        ("214.513", 1000, (214_513, None, None, "")),
        ("~500", 1, (500, None, None, "~")),
        ("nearly 500", 1, (500, None, 499, "nearly")),
        ("at least 450 people", 1, (450, 450, None, "at least")),
        ("450+", 1, (450, 450, None, "at least")),
        ("450-500", 1, (None, 450, 500, "")),
        ("between 450 and 500", 1, (None, 450, 500, "")),
        ("2 to 3 million", 1, (None, 2_000_000, 3_000_000, "")),
    ],
)
def test_figures_as_people_write_them(cell, scale, expected):
    found = read_figure(cell, scale)
    assert (found.value, found.low, found.high, found.qualifier) == expected


@pytest.mark.parametrize(
    ("cell", "scale", "words"),
    [
        ("-5", 1, "negative"),
        ("−5", 1, "negative"),
        ("2.5", 1, "whole number"),
        ("3.6", 1, "in thousands"),
        ("1.234", 1, "1234 or a number with decimals"),
        ("99999999999", 1, "unit"),
        ("5 thousand", 1000, "say it once"),
        ("12 %", 1, "no number of people"),
        ("abc", 1, "no number"),
        ("=1+1", 1, "write a number"),
        ("500-450", 1, "above the high"),
    ],
)
def test_figures_that_are_none(cell, scale, words):
    with pytest.raises(ValueError, match=words):
        read_figure(cell, scale)


@pytest.mark.parametrize("cell", ["", "n/a", "N/A", "-", "—", "?", "no data", "~"])
def test_no_figure(cell):
    with pytest.raises(NoFigureError):
        read_figure(cell)


@given(st.text(max_size=20))
def test_any_cell_is_a_figure_or_a_plain_refusal(cell):
    try:
        found = read_figure(cell)
    except ValueError:
        return  # the only error that it may raise
    assert found.value is None or found.value >= 0


@given(st.integers(min_value=0, max_value=10**9))
def test_separators_change_nothing(value):
    assert read_figure(f"{value:,}").value == value
    assert read_figure(f"{value:,}".replace(",", " ")).value == value


@pytest.mark.parametrize(
    ("header", "expected"),
    [("displaced (in thousands)", 1e3), ("IDPs, '000", 1e3), ("in millions", 1e6), ("people", 1)],
)
def test_what_a_header_counts_in(header, expected):
    assert scale_of(header) == expected


# ---- days ----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2020-02", ("2020-02-01", "2020-02-29")),
        ("March 2020", ("2020-03-01", "2020-03-31")),
        ("2020-03-01/2020-03-15", ("2020-03-01", "2020-03-15")),
        ("2020-03-01 to 2020-03-15", ("2020-03-01", "2020-03-15")),
        ("2020", ("2020-01-01", "2020-12-31")),
        ("2020-03-06T23:30", ("2020-03-06", "2020-03-06")),
    ],
)
def test_days(text, expected):
    assert days_of(text, "Asia/Damascus") == expected


@pytest.mark.parametrize(
    "text", ["2020-02-31", "31 February 2020", "2020-13-01", "yesterday", "43891"]
)
def test_days_that_do_not_exist(text):
    with pytest.raises(ValueError, match="; "):
        days_of(text, "UTC")


# ---- plain tables --------------------------------------------------------------------------
HEAD = "measure,value,place,date,said_by\n"


def test_a_plain_table():
    found = read(
        "measure,value,qualifier,of_whom,place,since,date,said,said_by,source,text\n"
        "displaced,980000,,people,Saraqib,2019-12-01,2020-03-05,2020-03-05,UN,wire,words\n"
    )
    claim = found.claims[0]
    assert (claim.population, claim.meant_from, claim.meant_to) == (
        "cumulative",
        "2019-12-01",
        "2020-03-05",
    )
    assert (claim.known_as, claim.lon, claim.lat) == ("Saraqib", 36.8, 35.86)
    assert (claim.file, claim.line, claim.column) == ("file.csv", 2, "value")
    assert (claim.said_by, claim.source, claim.words) == ("UN", "wire", "words")


def test_a_wrong_unit_is_refused_and_a_stated_one_is_used():
    found = read("measure,value (in thousands),place\ndisplaced,3.6,Homs\n")
    assert found.claims[0].value == 3600
    found = read(
        "measure,value,unit,place\ndisplaced,3.6,thousands,Homs\ndisplaced,9,families,Homs\n"
    )
    assert [c.value for c in found.claims] == [3600]
    assert "households" in found.problems[0].what
    found = read("Figures in thousands,,\nmeasure,value,place\ndisplaced,3.6,Homs\n")
    assert found.claims[0].value == 3600
    assert read(HEAD + "displaced,3.6,Homs,2020-03,X\n").row_problems == 1


def test_a_column_for_each_measure():
    found = read(
        "Date,Place,Civilians killed,Displaced (in thousands)\n2020-03-06,Homs,12,3.6\n2020-03-07,Homs,,\n"
    )
    assert [(c.measure, c.value, c.of_whom) for c in found.claims] == [
        ("killed", 12, "civilians"),
        ("displaced", 3600, ""),
    ]
    assert found.rows == 3


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        ("killed,5,Homs,2020-02-31,X", "date", "no such day"),
        ("killed,5,Homs,03/04/2020,X", "date", "day/month"),
        ("killed,n/a,Homs,2020-03,X", "value", "no figure"),
        (",5,Homs,2020-03,X", "measure", "what it counts"),
        ("killed,-5,Homs,2020-03,X", "value", "negative"),
    ],
)
def test_a_bad_row_is_a_problem_with_its_place(row, column, words):
    found = read(HEAD + row + "\nkilled,6,Homs,2020-03,X\n")
    problem = next(p for p in found.problems if p.severity == "row")
    assert (problem.line, problem.column) == (2, column)
    assert words in problem.what
    assert problem.todo
    assert len(found.claims) == 1


def test_doubts_are_noted_and_the_figure_is_kept():
    found = read(HEAD + "killed,5,Nowhere-at-all,2020-01-01,X\nkilled,5,Idleb,2030-01-01,X\n")
    notes = " ".join(p.what for p in found.problems)
    assert len(found.claims) == 2
    assert "before the agreement was signed" in notes
    assert "no place of the agreement" in notes
    assert "the future" in notes
    assert "'Idleb' is the name of 2 units" in notes


def test_a_row_of_totals_is_pointed_out():
    found = read(HEAD + "killed,5,Homs,2020-03,X\nkilled,5,Grand Total,2020-03,X\n")
    assert len(found.claims) == 2
    assert any("looks like a sum" in p.what for p in found.problems)


def test_repeats_and_contradictions_in_one_file():
    found = read(HEAD + 2 * "killed,5,Homs,2020-03,X\n" + "killed,7,Homs,2020-03,X\n")
    assert (len(found.claims), found.repeats) == (2, 1)


@pytest.mark.parametrize(
    "data",
    [
        ("\ufeff" + HEAD + "killed,5,إدلب,2020-03,X\n").encode(),
        (HEAD + "killed,5,إدلب,2020-03,X\n").encode("utf-16"),
        (HEAD + "killed,5,إدلب,2020-03,X\n").replace(",", ";").encode(),
        ("A title of the table,,,,\n,,,,\n" + HEAD + "killed,5,إدلب,2020-03,X\n").encode(),
        workbook(
            [
                ["Overview"],
                ["What", None, "Where"],
                HEAD.strip().split(","),
                ["killed", 5, "إدلب", "2020-03", "X"],
            ]
        ),
        workbook(
            [[]],
            [HEAD.strip().split(","), ["killed", 5, "إدلب", datetime.datetime(2020, 3, 1), "X"]],
        ),
    ],
)
def test_other_ways_to_write_the_same_table(data):
    found = read(data)
    assert [(c.measure, c.value, c.place, c.pcode) for c in found.claims] == [
        ("killed", 5, "إدلب", "SY07")
    ]


def test_another_encoding_is_named():
    data = "measure,value,place\nkilled,5,Orléans\n".encode("latin-1")
    assert "UTF-8" in read(data).problems[0].what
    assert read(data, told=Told(encoding="latin-1")).claims[0].place == "Orléans"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"   \n\n",
        HEAD.encode(),
        bytes(range(256)) * 9,
        workbook([]),
        workbook([["measure", "value"], ["killed", 5]])[:900],
        b"\xd0\xcf\x11\xe0 an old workbook",
        b'{"foo": 1}',
        b"[1, 2",
    ],
)
def test_files_that_give_nothing_say_so(data):
    found = read(data)
    assert found.claims == []
    assert [p.severity for p in found.problems] == ["file"]
    assert found.problems[0].todo


@pytest.mark.parametrize("data", ["a,b,c\n1,2,3\n4,5,6\n", "value,place,date\n5,Homs,2020\n"])
def test_wrong_columns_lose_no_row(data):
    found = read(data)
    assert found.claims == []
    assert found.row_problems == found.rows > 0
    assert sum(p.severity == "file" for p in found.problems) == 1


def test_ragged_rows_and_open_quotes():
    found = read(
        HEAD + 'killed,5,Homs,2020-03,X,more\nkilled,5,"Homs,2020-03,X\nkilled,6,Homs,2020-03,X\n'
    )
    assert [c.value for c in found.claims] == [6]
    assert [p.line for p in found.problems if p.severity == "row"] == [2, 3]


# ---- HXL -----------------------------------------------------------------------------------
def test_tags_say_what_columns_are_wherever_they_stand():
    found = read(
        "Datum,Gov,Code,Tote,Vertriebene,Wer,Woher\nnoch,eine,Zeile,,,,\n"
        "#date,#adm1+name,#adm1+code,#affected+killed,#affected+displaced+f,#org,#meta+source\n"
        "2020-03-06,Idleb,SY07,5,1200,WHO,report 1\n2020-02-31,Idleb,SY07,5,,WHO,report 1\n"
    )
    assert found.kind == "hxl"
    killed, displaced = found.claims
    assert (killed.measure, killed.pcode, killed.said_by, killed.source) == (
        "killed",
        "SY07",
        "WHO",
        "report 1",
    )
    assert (displaced.of_whom, displaced.value, displaced.line) == ("women and girls", 1200, 4)
    assert (found.problems[0].line, found.problems[0].column) == (5, "date")


def test_tags_for_bounds_for_stocks_and_for_households():
    found = read(
        "#date+start,#date+end,#adm1+code,#affected+killed+min,#affected+killed+max,"
        "#population+idps,#affected+hh,#indicator\n2020-03-01,2020-03-31,SY07,5,9,1000,55,7\n"
    )
    killed, stock = found.claims
    assert (killed.low, killed.high, killed.population) == (5, 9, "flow")
    assert (stock.measure, stock.value, stock.population) == ("displaced", 1000, "stock")
    assert "households" in next(p.what for p in found.problems if p.severity == "row")
    assert "#indicator" in next(p.what for p in found.problems if p.severity == "note")


# ---- readings ------------------------------------------------------------------------------
TEXT = "Since December some 900 people fled. In February 30 soldiers were killed. Camps now hold 50 people."


def reading(claims: list[object], statements: object = (), **about: object) -> str:
    return json.dumps(
        {
            "document": {"sha256": "s", "name": "paper.txt", "published": "2020-03-06", **about},
            "claims": claims,
            "statements": statements,
        }
    )


def item(words: str, **more: object) -> dict[str, object]:
    at = TEXT.index(words)
    return {"evidence": [{"start": at, "end": at + len(words), "text": words}], **more}


def test_a_reading_with_its_words_and_what_kind_of_figure_they_make():
    found = read(
        reading(
            [
                item("some 900 people fled", measure="displaced", value=900, qualifier="some"),
                item("30 soldiers were killed", measure="killed", value=30, who="soldiers"),
                item("now hold 50 people", measure="displaced", value=50, said_by="Ministry"),
            ],
            [item("Camps now hold", speaker="A", quote="Camps now hold")],
        ),
        text=TEXT,
        document="d" * 64,
    )
    kinds = [(c.population, c.meant_from, c.meant_to) for c in found.claims]
    assert kinds == [
        ("cumulative", "2019-12-01", "2020-03-06"),
        ("flow", "2020-02-01", "2020-02-29"),
        ("stock", "2020-03-06", "2020-03-06"),
    ]
    assert {c.document for c in found.claims} == {"d" * 64}
    assert [c.teller for c in found.claims] == ["paper", "paper", "Ministry"]
    assert TEXT[found.claims[0].start : found.claims[0].end] == found.claims[0].words
    assert found.statements[0].said == "2020-03-06"


def test_words_that_do_not_stand_there_are_refused():
    claims = [
        {"measure": "killed", "value": 9, "evidence": [{"start": 3, "end": 9, "text": "killed"}]}
    ]
    found = read(reading(claims), text=TEXT, document="d" * 64)
    assert found.claims == []
    assert "do not stand" in found.problems[0].what


def test_a_damaged_reading_loses_no_item():
    good = item("50 people", measure="displaced", value=50)
    claims = [
        5,
        {**good, "measure": "x"},
        {**good, "value": -1},
        {**good, "value": 3.5},
        {"measure": "killed"},
        good,
    ]
    found = read(reading(claims, "no"))
    assert (len(found.claims), found.row_problems, found.rows) == (1, 6, 7)


def test_an_unknown_kind():
    with pytest.raises(ValueError, match="no kind"):
        read(HEAD, kind="excel")

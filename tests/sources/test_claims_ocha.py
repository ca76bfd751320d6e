"""OCHA's displacement workbook: every figure of it, with sums known from the file."""

import hashlib
import warnings
from collections import defaultdict

import openpyxl
import pytest

from truceline.sources.claims.claims import take
from truceline.sources.claims.taken import Taken, Told

MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
NAME = "idp_gov_2016-2021.xlsx"


@pytest.fixture(scope="module")
def book(shared_data):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # parts that only a spreadsheet program draws
        return openpyxl.load_workbook(shared_data / "displacement" / NAME, data_only=True)


@pytest.fixture(scope="module")
def taken(shared_data) -> Taken:
    data = (shared_data / "displacement" / NAME).read_bytes()
    sha256 = hashlib.sha256(data).hexdigest()
    return take(data, name=NAME, sha256=sha256, told=Told(signed="2020-03-05"))


def by_month(book, first: int, last: int) -> dict[tuple[str, str], float]:
    """Governorate and month to figure, straight from the cells of one block of the sheet."""
    sheet = book["Summarysince2016"]
    years: dict[int, str] = {}
    year = ""
    for column in range(2, 80):
        year = str(sheet.cell(4, column).value or year).split(" ")[0]
        years[column] = year
    found = {}
    for row in range(first, last + 1):
        name = sheet.cell(row, 1).value
        for column in range(2, 80):
            month, value = sheet.cell(5, column).value, sheet.cell(row, column).value
            if name and month in MONTHS and value is not None:
                found[name, f"{years[column]}-{MONTHS.index(month) + 1:02d}"] = float(value)
    return found


def test_the_sum_holds_and_the_kind_is_found_out(taken):
    assert taken.kind == "ocha"
    assert taken.rows == len(taken.claims) + taken.repeats + taken.row_problems
    assert {c.said_by for c in taken.claims} == {"OCHA"}
    assert {c.population for c in taken.claims} == {"flow"}


@pytest.mark.parametrize(
    ("kind", "first", "last"), [("displaced", 6, 19), ("other: returned", 30, 42)]
)
def test_every_governorate_and_month(taken, book, kind, first, last):
    wanted = by_month(book, first, last)
    got = {
        (c.place, c.meant_from[:7]): c.value
        for c in taken.claims
        if c.kind == kind and c.column.startswith("Summarysince2016!")
    }
    assert got == wanted
    assert len(wanted) > 500


def test_figures_that_the_project_quotes(taken):
    idleb = {
        c.meant_from[:7]: c.value
        for c in taken.claims
        if (c.place, c.kind, c.column[:7]) == ("Idleb", "displaced", "Summary")
    }
    months = ("2019-12", "2020-01", "2020-02", "2020-03", "2020-04", "2020-05", "2020-06")
    assert [idleb[m] for m in months] == [214513, 320582, 453556, 32432, 53957, 23660, 28287]


def test_every_community_of_the_last_month(taken, book):
    sums: dict[str, float] = defaultdict(float)
    for row in book["Flow_Estimation"].iter_rows(min_row=2, values_only=True):
        if row[1]:
            sums[row[1]] += row[10]
    got: dict[str, float] = defaultdict(float)
    for c in taken.claims:
        if c.column.startswith("Flow_Estimation!"):
            got["IDP" if c.kind == "displaced" else "Returnees"] += c.value or 0
            assert (c.meant_from, c.meant_to) == ("2021-12-01", "2021-12-31")
            assert c.pcode.startswith("C")
            assert len(c.within) == 3
    assert got == sums
    matrix = book["Table_Origin_vs_Departure"]
    assert got["IDP"] == next(
        r[11].value for r in matrix.iter_rows() if r[0].value == "Grand Total"
    )


def test_years_are_their_own_claims_and_totals_are_checked_not_entered(taken, book):
    years = {
        (c.place, c.meant_from[:4]): c.value for c in taken.claims if c.column.startswith("IDP!")
    }
    sheet = list(book["IDP"].iter_rows(values_only=True))
    wanted = {
        (row[0], str(year)): float(value)
        for row in sheet[1:]
        for year, value in zip(sheet[0][1:], row[1:], strict=True)
        if row[0] and value is not None
    }
    assert years == wanted
    assert not [c for c in taken.claims if "otal" in c.place]
    assert any("0 differ" in p.what for p in taken.problems)


def test_what_is_not_a_claim_is_said(taken):
    problems = [p.what for p in taken.problems if p.severity == "row"]
    assert sum("gives no days" in what for what in problems) == 26
    assert sum("names no place" in what for what in problems) == 1
    assert len(problems) == 27

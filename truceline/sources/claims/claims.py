"""Ways into the ledger: what a file is, and its figures as claims.

read    what ``truceline read --json`` printed
table   a plain table of claims (docs/ledger.md names its columns)
hxl     a table with a row of HXL #tags
ocha    OCHA's workbook of displacement movements in Syria
"""

import json
from dataclasses import replace
from pathlib import PurePath
from typing import Any

from truceline.sources.claims import hxl as claims_hxl
from truceline.sources.claims import ocha as claims_ocha
from truceline.sources.claims import read as claims_read
from truceline.sources.claims import table as claims_table
from truceline.sources.claims.grid import Grid, grids
from truceline.sources.claims.taken import Taken, Told
from truceline.sources.tables.files import UnreadableError

KINDS = ("read", "table", "hxl", "ocha")


def reading_of(data: bytes) -> dict[str, Any] | None:
    """A reading's JSON where the bytes hold one, else None."""
    start = data[:64].removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start.startswith(b"{"):
        return None
    try:
        found = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def take(
    data: bytes,
    *,
    name: str,
    sha256: str,
    told: Told,
    kind: str = "",
    text: str = "",
    document: str = "",
) -> Taken:
    """The claims and statements of a file. Pure over its bytes; never raises over bad data.

    Args:
        data: the file.
        name: its name, for its problems.
        sha256: its hash.
        told: context.
        kind: one of ``KINDS``; '' finds it out.
        text: the text that a reading was made from, where it is at hand.
        document: that text's SHA-256 where it is kept.

    Raises:
        ValueError: ``kind`` is none of ``KINDS``.
    """
    if kind and kind not in KINDS:
        raise ValueError(f"no kind of ledger file '{kind}'; there are: {', '.join(KINDS)}")
    taken = Taken(name, kind or "table", sha256)
    stem = PurePath(name).name.split(".")[0]
    start = data[:64].removeprefix(b"\xef\xbb\xbf").lstrip()
    if kind == "read" or (not kind and start.startswith((b"{", b"["))):
        taken.kind = "read"
        _reading(taken, told, data, text, document)
        return taken.settle()
    try:
        sheets = grids(data, source=taken.kind, name=name, encoding=told.encoding)
    except UnreadableError as error:
        taken.problems.append(error.problem)
        return taken.settle()
    if not any(sheet.rows or sheet.faults for sheet in sheets):
        taken.about_file("the file is empty", "get it again, or leave it out")
        return taken.settle()
    if not kind:
        kind = _kind(sheets)
        taken.kind = kind
    if kind == "ocha":
        told = replace(
            told,
            source=told.source or claims_ocha.SAID_BY,
            said_by=told.said_by or claims_ocha.SAID_BY,
        )
        claims_ocha.take(taken, told, sheets)
    else:
        told = replace(told, stem=stem)
        way = claims_hxl.take if kind == "hxl" else claims_table.take
        lacking = [sheet for sheet in sheets if not way(taken, told, sheet)]
        for sheet in lacking:
            _headless(taken, sheet, kind, beside=len(lacking) < len(sheets))
    return taken.settle()


def _reading(taken: Taken, told: Told, data: bytes, text: str, document: str) -> None:
    found = reading_of(data)
    try:
        if found is None:
            raise claims_read.NotAReadingError("it is no JSON object that can be read")
        claims_read.take(taken, told, found, text=text, document=document)
    except claims_read.NotAReadingError as error:
        taken.about_file(
            f"the file is no reading: {error}", "make one with 'truceline read FILE --json'"
        )


def _kind(sheets: list[Grid]) -> str:
    if any(claims_hxl.tags_of(sheet) is not None for sheet in sheets):
        return "hxl"
    return "ocha" if claims_ocha.is_ocha(sheets) else "table"


def _headless(taken: Taken, sheet: Grid, kind: str, *, beside: bool) -> None:
    """A sheet without a header that is known: said once, and each of its rows is a problem.

    ``beside``: another sheet of the workbook was read. Then rows of words alone are notes
    for people, and only rows with figures are problems.
    """
    where = f"sheet {sheet.name}: " if sheet.name else ""
    lacking = "no row of #tags" if kind == "hxl" else "no row that names known columns"
    first = sheet.rows[0] if sheet.rows else (1, [])
    taken.about_file(
        f"{where}there is {lacking} among the first 30 rows",
        f"it begins with {', '.join(c for c in first[1] if c)[:200] or 'nothing'}; see docs/ledger.md",
        first[0],
    )
    for line, cells in sheet.rows:
        if beside and not any(c.isdecimal() for cell in cells for c in cell):
            continue
        taken.rows += 1
        taken.fail(
            line,
            "",
            ", ".join(c for c in cells if c),
            f"{where}there is {lacking}",
            "see the problem of the table",
        )
    taken.rows += len(sheet.faults)
    taken.problems += sheet.faults

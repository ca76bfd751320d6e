"""Plain tables of claims: a row for each figure, or a column for each measure.

The header is looked for among the first rows, so titles, merged cells and a second header
row above it do no harm. docs/ledger.md explains each column.
"""

import re
from collections.abc import Mapping, Sequence

from truceline.sources.claims.grid import HEAD, Grid, cells_of, letter
from truceline.sources.claims.row import measure_word, put
from truceline.sources.claims.taken import Taken, Told
from truceline.sources.tables.columns import plain

COLUMNS = {
    "measure": ("measure", "indicator", "what", "category", "type", "idp_returnees"),
    "word": ("word", "own_word"),
    "value": (
        *("value", "figure", "number", "count", "total", "people", "persons", "individuals"),
        *("sum_of_idp_flow_estimation", "idp_flow_estimation", "flow_estimation"),
    ),
    "low": ("low", "min", "minimum", "value_low", "at_least"),
    "high": ("high", "max", "maximum", "value_high", "at_most"),
    "qualifier": ("qualifier", "words_before", "precision"),
    "unit": ("unit", "units", "counted_in", "scale"),
    "of_whom": ("of_whom", "whom", "who", "population_group", "group", "of"),
    "by_whom": ("by_whom", "by", "perpetrator", "actor"),
    "place": ("place", "location", "place_name", "where", "community"),
    "pcode": ("pcode", "p_code", "place_pcode", "unit_pcode", "community_pcode"),
    "lon": ("lon", "longitude", "lng", "x"),
    "lat": ("lat", "latitude", "y"),
    "population": ("population", "kind", "stock_or_flow", "figure_kind"),
    "date": ("date", "day", "when", "month", "period", "reporting_month", "date_meant", "year"),
    "from": ("from", "start", "meant_from", "date_from", "period_start", "start_date"),
    "to": ("to", "end", "until", "meant_to", "date_to", "period_end", "end_date"),
    "since": ("since", "cumulative_since"),
    "said": ("said", "date_said", "reported_on", "published", "report_date", "date_reported"),
    "said_by": ("said_by", "according_to", "who_said", "claimed_by", "org", "organisation"),
    "source": ("source", "sources", "publisher", "outlet"),
    "url": ("url", "link", "href"),
    "text": ("text", "words", "quote", "notes", "note", "description"),
}
# Wider and wider places; the narrowest that a row fills is its place.
LEVELS: tuple[tuple[int, tuple[str, ...], tuple[str, ...]], ...] = (
    (0, ("country", "adm0", "admin0", "adm0_name"), ("adm0_pcode", "admin0_pcode", "iso3")),
    (
        1,
        ("governorate", "province", "mohafaza", "adm1", "admin1", "adm1_name", "admin1_name"),
        ("adm1_pcode", "admin1_pcode", "adm1_code", "mohafaza_pcode", "governorate_pcode"),
    ),
    (
        2,
        ("district", "mantika", "adm2", "admin2", "adm2_name", "admin2_name"),
        ("adm2_pcode", "admin2_pcode", "adm2_code", "mantika_pcode", "district_pcode"),
    ),
    (
        3,
        ("subdistrict", "sub_district", "nahya", "nahia", "adm3", "admin3", "adm3_name"),
        ("adm3_pcode", "admin3_pcode", "adm3_code", "nahya_pcode", "subdistrict_pcode"),
    ),
)
_NAMES = {spelling: ours for ours, names in COLUMNS.items() for spelling in names}
_PLACES = {n: (level, "place") for level, names, _ in LEVELS for n in names} | {
    c: (level, "pcode") for level, _, codes in LEVELS for c in codes
}
_UNIT = re.compile(r"[(\[,]?\s*\b(?:in )?(?:thousands?|millions?|mn|mln|'?0?00s?)\b\s*[)\]]?", re.I)


def header_of(grid: Grid) -> int | None:
    """Which row is the header: the one with the most names that are known, two at least."""
    best, most = None, 1
    for at, (_, cells) in enumerate(grid.rows[:HEAD]):
        known = len({_ours(c) for c in cells} - {""})
        if known > most and (known > len([c for c in cells if c]) / 4):
            best, most = at, known
    return best


def _bare(header: str) -> str:
    """A header without the unit that it states: "value (in thousands)" is value."""
    return plain(_UNIT.sub(" ", header).strip(" ()[],:-")) or plain(header)


def _ours(cell: str) -> str:
    name = _bare(cell)
    if name in _NAMES:
        return _NAMES[name]
    if name in _PLACES:
        return f"{_PLACES[name][1]} {_PLACES[name][0]}"
    return f"figures of {measured(cell)[0]}" if measured(cell)[0] else ""


def measured(header: str) -> tuple[str, str]:
    """The measure that a column's header names, its unit left aside; '' for none."""
    bare = _UNIT.sub(" ", header).strip(" ()[],:-")
    measure, word = measure_word(bare)
    return ("", "") if measure == "other" and not word else (measure, word)


def take(taken: Taken, told: Told, grid: Grid, *, population: str = "") -> bool:
    """The rows of a sheet into ``taken``; False where it has no header of such a table.

    ``population`` is what the rows are where they do not say it.
    """
    at = header_of(grid)
    if at is None:
        return False
    line, header = grid.rows[at]
    columns: dict[str, int] = {}
    places: dict[tuple[int, str], int] = {}
    figures: list[tuple[int, str]] = []
    unknown: list[str] = []
    for number, name in enumerate(header):
        own = _bare(name)
        if own in _NAMES and _NAMES[own] not in columns:
            columns[_NAMES[own]] = number
        elif own in _PLACES and _PLACES[own] not in places:
            places[_PLACES[own]] = number
        elif measured(name)[0]:
            figures.append((number, name))
        elif name:
            unknown.append(name)
    value = columns.get("value", columns.get("low", columns.get("high")))
    if "measure" in columns and value is not None:
        figures = []
    elif not figures or value is not None:
        lacking = "measure" if value is not None else "value"
        _refuse(taken, grid, at, lacking, header)
        return True
    above = " ".join(" ".join(c for c in cells if c) for _, cells in grid.rows[:at])
    if unknown:
        taken.note(
            line,
            f"columns that stand for nothing known: {', '.join(unknown[:20])}",
            "see docs/ledger.md for the columns that are read",
        )
    _strays(taken, grid, at, len(header))
    sheet = f"{grid.name}!" if grid.name else ""
    monthly = "date" in columns and "month" in plain(header[columns["date"]])
    for number, cells in grid.rows[at + 1 :]:
        filled = list(cells_of(cells, len(header)))
        if not any(filled):  # only cells beside the table
            continue
        row = {ours: filled[k] for ours, k in columns.items()}
        if monthly and re.fullmatch(r"\d{4}-\d{2}-01", row["date"]):
            row["date"] = row["date"][:7]  # a spreadsheet writes a month as its first day
        if population and not row.get("population"):
            row["population"] = population
        level = placed(row, filled, places)
        if not figures:
            assert value is not None
            put(
                taken,
                told,
                row,
                line=number,
                column=f"{sheet}{header[value]}",
                header=f"{above} {header[value]}",
                level=level,
            )
            continue
        given = [(k, name) for k, name in figures if filled[k]]
        for k, name in given or figures[:1]:
            measure, word = measured(name)
            one = {**row, "measure": word or measure, "value": filled[k]}
            put(
                taken,
                told,
                one,
                line=number,
                column=f"{sheet}{name}",
                header=f"{above} {name}",
                level=level,
            )
    taken.rows += len(grid.faults)
    taken.problems += grid.faults
    if len(grid.rows) == at + 1 and not grid.faults:
        taken.about_file("the table has a header and no rows", "get the file again", line)
    return True


def _refuse(taken: Taken, grid: Grid, at: int, lacking: str, header: Sequence[str]) -> None:
    """A table that lacks a column: said once, and every row of it is a problem."""
    line = grid.rows[at][0]
    taken.about_file(
        f"the table has no column '{lacking}'",
        f"it has {', '.join(h for h in header if h)}; rename or add what is missing",
        line,
    )
    for number, _ in grid.rows[at + 1 :]:
        taken.rows += 1
        taken.fail(
            number, "", "", f"the table has no column '{lacking}'", "see the problem of the table"
        )
    taken.rows += len(grid.faults)
    taken.problems += grid.faults


def _strays(taken: Taken, grid: Grid, at: int, width: int) -> None:
    """Cells to the right of the header are no part of any row; they are counted, not read."""
    stray = [
        (number, k)
        for number, cells in grid.rows[at + 1 :]
        for k, cell in enumerate(cells[width:], start=width)
        if cell
    ]
    if stray:
        number, k = stray[0]
        taken.note(
            number,
            f"{len(stray)} cells stand in columns without a header (the first in column "
            f"{letter(k)}); they are not read",
            "give the column a header, or nothing",
        )


def placed(
    row: dict[str, str], cells: Sequence[str], places: Mapping[tuple[int, str], int]
) -> int | None:
    """Give a row the narrowest place that it fills, and the level of it."""
    codes = [cells[places[n, "pcode"]] for n, _, _ in LEVELS if (n, "pcode") in places]
    row["within"] = "|".join(c for c in codes if c)
    if row.get("place") or row.get("pcode"):
        return None
    for level, _, _ in reversed(LEVELS):
        name = cells[places[level, "place"]] if (level, "place") in places else ""
        code = cells[places[level, "pcode"]] if (level, "pcode") in places else ""
        if name or code:
            row["place"], row["pcode"] = name, code
            return level
    return None

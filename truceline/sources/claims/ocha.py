"""OCHA's workbook of displacement movements in Syria (HDX, "IDP movements").

Three shapes of sheet are read: a row for each community and month; governorates by month,
under three header rows; governorates by year. Movements are flows: people may move twice, so
months are never added up to people. Totals, days and averages under and beside the figures
are sums of them: they are checked, not entered.
"""

import re
from dataclasses import dataclass, field

from truceline.sources.claims import table as claims_table
from truceline.sources.claims.figure import read_figure
from truceline.sources.claims.grid import HEAD, Grid, letter
from truceline.sources.claims.row import put
from truceline.sources.claims.taken import Taken, Told

SAID_BY = "OCHA"
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DERIVED = re.compile(r"\b(?:total|days|average)\b", re.IGNORECASE)
_WORD = {"idp": "displaced", "idps": "displaced", "returnees": "returned", "returnee": "returned"}


def is_ocha(grids: list[Grid]) -> bool:
    """Whether any sheet is of one of this workbook's shapes."""
    return any(
        _months(g) is not None
        or any(c.casefold() == "mohafaza_pcode" for _, cells in g.rows[:3] for c in cells)
        for g in grids
    )


def take(taken: Taken, told: Told, grids: list[Grid]) -> None:
    """All sheets of the workbook into ``taken``."""
    codes = _codes(grids)
    for grid in grids:
        if any("From" in c and "To" in c for _, cells in grid.rows[:HEAD] for c in cells[:1]):
            _matrix(taken, grid)
        elif _months(grid) is not None:
            _by_month(taken, told, grid, codes)
        elif (years := _years(grid)) is not None:
            _by_year(taken, told, grid, years, codes)
        elif not _listed(taken, told, grid):
            _unread(taken, grid)


def _listed(taken: Taken, told: Told, grid: Grid) -> bool:
    """A row for each community: a plain table in which "IDP" and "Returnees" are the measure."""
    at = claims_table.header_of(grid)
    if at is None:
        return False
    header = [c.casefold() for c in grid.rows[at][1]]
    if "idp_returnees" in header:
        k = header.index("idp_returnees")
        rows = [
            (n, [*cells[:k], _word(cells[k]), *cells[k + 1 :]] if len(cells) > k else cells)
            for n, cells in grid.rows[at + 1 :]
        ]
        grid = Grid(grid.name, [*grid.rows[: at + 1], *rows], grid.faults)
    return claims_table.take(taken, told, grid, population="flow")


def _word(cell: str) -> str:
    return _WORD.get(cell.strip().casefold(), cell.strip())


def _codes(grids: list[Grid]) -> dict[str, str]:
    """The workbook's own P-codes of governorates, by name."""
    found = {}
    for grid in grids:
        header = [c.casefold() for c in grid.rows[0][1]]
        if {"mohafaza", "mohafaza_pcode"} <= set(header):
            name, code = header.index("mohafaza"), header.index("mohafaza_pcode")
            for _, cells in grid.rows[1:]:
                if len(cells) > max(name, code) and cells[code]:
                    found[cells[name]] = cells[code]
    return found


# ---- governorates by month ---------------------------------------------------------------
@dataclass(slots=True)
class _Block:
    """One table of a sheet: its months by column, and the sums that it should come to."""

    word: str
    months: dict[int, str]
    years: dict[int, str]  # columns that total a year
    whole: list[int]  # columns that total everything
    sums: dict[int, float] = field(default_factory=dict)


def _months(grid: Grid, after: int = 0) -> int | None:
    """Which row names months in six columns or more."""
    for at, (_, cells) in enumerate(grid.rows[after:], start=after):
        if sum(c[:3].casefold() in _MONTHS for c in cells) >= 6:
            return at
    return None


def _by_month(taken: Taken, told: Told, grid: Grid, codes: dict[str, str]) -> None:
    at = _months(grid)
    derived = differing = 0
    while at is not None:
        after = _months(grid, at + 1)
        block = _block(taken, grid, at)
        until = len(grid.rows) if after is None else max(after - 2, at + 1)  # its two title rows
        for line, cells in grid.rows[at + 1 : until]:
            name = cells[0] if cells else ""
            if _DERIVED.search(name):
                derived += sum(bool(c) for c in cells[1:])
                if name.casefold().startswith("grand total"):
                    differing += _check_columns(taken, grid, block, line, cells)
            elif name and any(cells[1:]):
                derived += _row(taken, told, grid, block, line, cells, codes)
                differing += _check_row(taken, grid, block, line, cells)
            elif any(k in block.months for k, c in enumerate(cells) if c):
                taken.rows += 1
                given = sum(bool(c) for c in cells)
                taken.fail(
                    line,
                    f"{grid.name}!A",
                    "",
                    f"a row of {given} figures names no place",
                    "give the place in the first column, or take the row out",
                )
        at = after
    if derived:
        taken.note(
            grid.rows[0][0],
            f"sheet {grid.name}: {derived:,} totals, days and averages are sums of the figures; "
            f"they are checked and not entered, {differing} differ",
            "nothing" if not differing else "see the notes of the totals that differ",
        )


def _block(taken: Taken, grid: Grid, at: int) -> _Block:
    """The three header rows: what moved, in which year, in which month."""
    names = grid.rows[at][1]
    years = grid.rows[at - 1][1] if at else []
    titles = grid.rows[at - 2][1] if at > 1 else []
    title = next((c for c in titles[1:] if c), "")
    word = _word(title.split()[0]) if title else _word(grid.name)
    block, year = _Block(word, {}, {}, []), ""
    for k in range(1, max(len(names), len(years), len(titles))):
        over = years[k] if k < len(years) else ""
        if re.fullmatch(r"\d{4}", over):
            year = over
        month = names[k][:3].casefold() if k < len(names) else ""
        if month in _MONTHS and year:
            block.months[k] = f"{year}-{_MONTHS.index(month) + 1:02d}"
        elif _DERIVED.search(over) and (total := re.match(r"(\d{4})", over)):
            block.years[k] = total[1]
        elif k < len(titles) and _DERIVED.search(titles[k]):
            block.whole.append(k)
        elif month or over:
            taken.note(
                grid.rows[at][0],
                f"sheet {grid.name}: column {letter(k)} is under no month; it is not read",
                "write a month and, above it, its year",
            )
    return block


def _row(
    taken: Taken,
    told: Told,
    grid: Grid,
    block: _Block,
    line: int,
    cells: list[str],
    codes: dict[str, str],
) -> int:
    """A governorate's months. Returns how many of its cells are totals."""
    for k, month in block.months.items():
        if k < len(cells) and cells[k]:
            put(
                taken,
                told,
                {
                    "measure": block.word,
                    "value": cells[k],
                    "place": cells[0],
                    "pcode": codes.get(cells[0], ""),
                    "date": month,
                    "population": "flow",
                },
                line=line,
                column=f"{grid.name}!{letter(k)}",
                level=1,
            )
            block.sums[k] = block.sums.get(k, 0) + _plain(cells[k])
    return sum(bool(cells[k]) for k in (*block.years, *block.whole) if k < len(cells))


def _check_row(taken: Taken, grid: Grid, block: _Block, line: int, cells: list[str]) -> int:
    months = {k: _plain(cells[k]) for k in block.months if k < len(cells)}
    differ = 0
    for k, year in block.years.items():
        parts = sum(v for m, v in months.items() if block.months[m].startswith(year))
        differ += _check(taken, grid, line, k, cells, parts, f"the months of {year}")
    for k in block.whole:
        differ += _check(taken, grid, line, k, cells, sum(months.values()), "all months")
    return differ


def _check_columns(taken: Taken, grid: Grid, block: _Block, line: int, cells: list[str]) -> int:
    return sum(
        _check(taken, grid, line, k, cells, block.sums.get(k, 0), "the figures above")
        for k in block.months
    )


def _check(
    taken: Taken, grid: Grid, line: int, k: int, cells: list[str], parts: float, what: str
) -> int:
    if k >= len(cells) or not cells[k] or _plain(cells[k]) == parts:
        return 0
    taken.note(
        line,
        f"sheet {grid.name}, column {letter(k)}: the total says {cells[k]} and {what} come to "
        f"{parts:,.0f}",
        "ask the source which is right; the figures are kept as they are",
    )
    return 1


def _plain(cell: str) -> float:
    try:
        return read_figure(cell).value or 0.0
    except ValueError:
        return 0.0


# ---- governorates by year, and what is not read --------------------------------------------
def _years(grid: Grid) -> int | None:
    for at, (_, cells) in enumerate(grid.rows[:HEAD]):
        if len(cells) > 2 and all(re.fullmatch(r"(19|20)\d{2}", c) for c in cells[1:] if c):
            return at
    return None


def _by_year(taken: Taken, told: Told, grid: Grid, at: int, codes: dict[str, str]) -> None:
    header = grid.rows[at][1]
    for line, cells in grid.rows[at + 1 :]:
        if not cells[0] or _DERIVED.search(cells[0]):
            continue
        for k, year in enumerate(header[1:], start=1):
            if k < len(cells) and cells[k]:
                put(
                    taken,
                    told,
                    {
                        "measure": _word(grid.name),
                        "value": cells[k],
                        "place": cells[0],
                        "pcode": codes.get(cells[0], ""),
                        "date": year,
                        "population": "flow",
                    },
                    line=line,
                    column=f"{grid.name}!{letter(k)}",
                    level=1,
                )


def _matrix(taken: Taken, grid: Grid) -> None:
    """Origins by destinations: the sheet gives no days, so its rows are no claims."""
    for line, cells in grid.rows:
        if any(re.fullmatch(r"\d+", c) for c in cells[1:]) and not _DERIVED.search(cells[0]):
            taken.rows += 1
            taken.fail(
                line,
                f"{grid.name}!A",
                cells[0],
                f"sheet {grid.name} counts movements from place to place and gives no days",
                "enter those that matter in a plain table with their days",
            )


def _unread(taken: Taken, grid: Grid) -> None:
    for line, cells in grid.rows:
        if any(re.fullmatch(r"\d+(\.\d+)?", c) for c in cells):
            taken.rows += 1
            taken.fail(
                line,
                f"{grid.name}!A",
                cells[0] if cells else "",
                f"sheet {grid.name} is in no shape that is known",
                "enter it as a plain table",
            )

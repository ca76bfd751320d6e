"""Tables of a web page as grids: each row becomes one block, "| Tanks | 15 km | 15 May 2017 |".

So a web page's timetable is read as one in plain text is. A cell that spans rows is said again in
each of them; its copy has no place of its own in the source, so ``Page.shared`` tells where it
stands. Tables that only lay out a page (with tables, paragraphs or menus in their cells) are left
as they are.
"""

from array import array
from dataclasses import dataclass, field

from truceline.reading.page.page import Block, Shared

_LONGEST = 600  # characters of a cell; a longer one holds an article
_MOST = 1000  # columns of a row by all their spans: a page may claim any number
_SPAN = 200  # rows or columns that a cell may span
_AGAIN = 100_000  # characters that a page may say again


@dataclass(slots=True)
class Cell:
    """A cell: blocks ``[first, last)``, and how many columns and rows it spans."""

    first: int
    last: int
    columns: int
    rows: int
    head: bool


@dataclass(slots=True)
class Grid:
    """A table's rows of cells. ``plain``: no table inside it, and it is not there for layout."""

    rows: list[list[Cell]] = field(default_factory=list)
    plain: bool = True
    cell: Cell | None = None


class Grids:
    """Follows the tags of tables while a page is parsed."""

    def __init__(self) -> None:
        self.open: list[Grid] = []
        self.found: list[Grid] = []

    def start(self, tag: str, values: dict[str, str], blocks: int) -> None:
        """A tag opens; ``blocks`` have been closed before it."""
        if tag == "table":
            for outer in self.open:
                outer.plain = False
            grid = Grid(plain=values.get("role", "") not in ("presentation", "none"))
            self.open.append(grid)
            self.found.append(grid)
        elif self.open and tag in ("tr", "thead", "tbody", "tfoot", "caption"):
            self._close(blocks)
            if tag == "tr":
                self.open[-1].rows.append([])
        elif self.open and tag in ("td", "th"):
            self._close(blocks)
            grid = self.open[-1]
            if not grid.rows:
                grid.rows.append([])
            columns, rows = _number(values.get("colspan")), _number(values.get("rowspan"))
            grid.cell = Cell(blocks, blocks, columns, rows, tag == "th")
            grid.rows[-1].append(grid.cell)

    def end(self, tag: str, blocks: int) -> None:
        """A tag closes; ``blocks`` have been closed by now."""
        if self.open and tag in ("table", "tr", "td", "th", "thead", "tbody", "tfoot"):
            self._close(blocks)
            if tag == "table":
                self.open.pop()

    def _close(self, blocks: int) -> None:
        grid = self.open[-1]
        if grid.cell is not None:
            grid.cell.last = blocks
            grid.cell = None


def _number(said: str | None) -> int:
    try:
        return max(1, min(_SPAN, int(said or "1")))
    except ValueError:
        return 1


@dataclass(slots=True)
class Written:
    """A page's text while it is written anew."""

    text: list[str] = field(default_factory=list)
    starts: "array[int]" = field(default_factory=lambda: array("q"))
    ends: "array[int]" = field(default_factory=lambda: array("q"))
    blocks: list[Block] = field(default_factory=list)
    shared: list[Shared] = field(default_factory=list)
    again: int = 0

    def put(self, words: str, at: int) -> None:
        """Write words that have no place of their own in the source but stand ``at`` one."""
        self.text.extend(words)
        self.starts.extend([at] * len(words))
        self.ends.extend([at] * len(words))


def with_rows(
    text: list[str],
    starts: "array[int]",
    ends: "array[int]",
    blocks: list[Block],
    found: list[Grid],
) -> Written | None:
    """The page with each row of its grids as one block; None where it has no grid."""
    cells = {i: g for g in found if _is_grid(g, text, blocks) for i in _blocks_of(g)}
    if not cells:
        return None
    done: set[int] = set()
    new = Written()
    for number, block in enumerate(blocks):
        grid = cells.get(number)
        if grid is None:
            _copy(new, block, text, starts, ends)
        elif id(grid) not in done:
            done.add(id(grid))
            _rows(new, grid, text, starts, ends, blocks)
    return new


def _blocks_of(grid: Grid) -> list[int]:
    return [i for row in grid.rows for c in row for i in range(c.first, c.last)]


def _is_grid(grid: Grid, text: list[str], blocks: list[Block]) -> bool:
    """Whether a table holds data: two rows of two filled cells, each a few words in one block."""
    if not grid.plain:
        return False
    wide = 0
    linked = size = 0.0
    for row in grid.rows:
        filled = [c for c in row if c.last > c.first]
        wide += len(filled) >= 2
        for cell in filled:
            inside = blocks[cell.first : cell.last]
            length = sum(b.end - b.start for b in inside)
            if length > _LONGEST or len(inside) > 4 or any(b.reason for b in inside):
                return False
            size += length
            linked += sum(b.linked * (b.end - b.start) for b in inside)
    return wide >= 2 and linked <= 0.5 * size


def _copy(
    new: Written, block: Block, text: list[str], starts: "array[int]", ends: "array[int]"
) -> None:
    if new.text:
        new.put("\n\n", starts[block.start])
    at = len(new.text)
    new.text.extend(text[block.start : block.end])
    new.starts.extend(starts[block.start : block.end])
    new.ends.extend(ends[block.start : block.end])
    new.blocks.append(Block(at, len(new.text), block.kind, block.reason, block.linked, block.main))


def _rows(
    new: Written,
    grid: Grid,
    text: list[str],
    starts: "array[int]",
    ends: "array[int]",
    blocks: list[Block],
) -> None:
    over: dict[int, tuple[Cell, int]] = {}  # column -> the cell from above and its rows to come
    for row in grid.rows:
        line: list[tuple[Cell, bool]] = []
        column = 0
        mine = list(row)
        while (mine or column in over) and column < _MOST:
            if column in over:
                cell, left = over.pop(column)
                line.append((cell, True))
                if left > 1:
                    over[column + _MOST] = (cell, left - 1)  # set aside until the row is done
            else:
                cell = mine.pop(0)
                line.append((cell, False))
                if cell.rows > 1:
                    over[column + _MOST] = (cell, cell.rows - 1)
            column += cell.columns
        over = {c % _MOST: kept for c, kept in over.items()}
        own = [c for c, copied in line if not copied and c.last > c.first]
        if not own:
            continue
        if len(own) == 1 and len(line) == 1:
            for i in range(own[0].first, own[0].last):  # a heading or a sentence over all columns
                _copy(new, blocks[i], text, starts, ends)
                new.blocks[-1].kind = "h" if _is_head(blocks[i], text) else "p"
            continue
        _row(new, line, text, starts, ends, blocks)


def _is_head(block: Block, text: list[str]) -> bool:
    return block.end - block.start < 90 and text[block.end - 1] not in ".;,!?"


def _stops(last: list[str]) -> bool:
    """Whether the last three characters end a sentence: not those of "p.m."."""
    return last[-1] == "." and last[0] != "."


def _row(
    new: Written,
    line: list[tuple[Cell, bool]],
    text: list[str],
    starts: "array[int]",
    ends: "array[int]",
    blocks: list[Block],
) -> None:
    own = [c for c, copied in line if not copied and c.last > c.first]
    place = starts[blocks[own[0].first].start]
    if new.text:
        new.put("\n\n", place)
    at = len(new.text)
    new.put("| ", place)
    for cell, copied in line:
        begun = len(new.text)
        for i in range(cell.first, cell.last):
            block = blocks[i]
            end = block.end
            if i == cell.last - 1 and end - block.start > 4 and _stops(text[end - 3 : end]):
                end -= 1  # a full stop at a cell's end would end the row
            if i > cell.first:
                new.put("; ", place)
            if copied:
                new.again += end - block.start
                if new.again <= _AGAIN:
                    new.put("".join(text[block.start : end]), place)
            else:
                new.text.extend(text[block.start : end])
                new.starts.extend(starts[block.start : end])
                new.ends.extend(ends[block.start : end])
                place = ends[end - 1]
        if copied and cell.last > cell.first and len(new.text) > begun:
            first, last = blocks[cell.first], blocks[cell.last - 1]
            where = (starts[first.start], ends[last.end - 1])
            new.shared.append(Shared(begun, len(new.text), *where))
        if cell.last > cell.first:
            new.put(" | ", place)
    new.text.pop()
    new.starts.pop()
    new.ends.pop()
    head = all(c.head for c in own)
    new.blocks.append(Block(at, len(new.text), "head" if head else "row"))

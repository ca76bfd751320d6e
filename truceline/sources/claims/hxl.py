"""Tables tagged with the Humanitarian Exchange Language (https://hxlstandard.org).

The row of #tags may stand under any number of headers; it says what each column is. Each
column of figures (#affected+killed, #population+idps …) gives one figure a row.
"""

from dataclasses import dataclass, field

from truceline.sources.claims.grid import HEAD, Grid, cells_of
from truceline.sources.claims.row import put
from truceline.sources.claims.taken import Taken, Told

_MEASURES = {
    "killed": "killed dead deaths fatalities",
    "injured": "injured wounded",
    "displaced": "displaced idps idp",
    "refugees": "refugees refugee asylumseekers",
    "detained": "detained",
    "captured": "captured abducted",
    "evacuated": "evacuated",
    "besieged": "besieged",
    "missing": "missing",
}
_MEASURE = {word: measure for measure, words in _MEASURES.items() for word in words.split()}
_WHOM = {
    "f": "women and girls",
    "m": "men and boys",
    "children": "children",
    "adults": "adults",
    "elderly": "elderly people",
    "infants": "infants",
    "civilian": "civilians",
    "civilians": "civilians",
    "military": "soldiers",
    "host": "host community",
    "nonhost": "people not of the host community",
}
_FIGURES = frozenset({"affected", "population", "casualties", "inneed", "targeted", "reached"})
_BOUNDS = {"min": "low", "low": "low", "max": "high", "high": "high"}
_NO_MEASURE = frozenset({"num", "ind", "total", "new", "est", "hh"})


@dataclass(frozen=True, slots=True)
class _Tag:
    """A hashtag with its attributes: ``#affected+killed+f`` is affected, {killed, f}."""

    name: str
    attributes: frozenset[str]

    @classmethod
    def parse(cls, text: str) -> "_Tag":
        name, *attributes = (p.strip() for p in text.lstrip("#").casefold().split("+"))
        return cls(name, frozenset(attributes))


@dataclass(slots=True)
class _Column:
    """The columns of one figure: its value, and its bounds where they have their own."""

    tag: _Tag
    text: str
    header: str
    value: int | None = None
    bounds: dict[str, int] = field(default_factory=dict)


def tags_of(grid: Grid) -> int | None:
    """Which row holds the tags: the first in which every filled cell is one, two at least."""
    for at, (_, cells) in enumerate(grid.rows[:HEAD]):
        filled = [c for c in cells if c]
        if len(filled) >= 2 and all(c.startswith("#") and c[1:2].isalpha() for c in filled):
            return at
    return None


def take(taken: Taken, told: Told, grid: Grid) -> bool:
    """The rows under the tags into ``taken``; False where the sheet has no tags."""
    at = tags_of(grid)
    if at is None:
        return False
    line, tags = grid.rows[at]
    above = grid.rows[at - 1][1] if at else []
    titles = " ".join(" ".join(cells) for _, cells in grid.rows[: max(at - 1, 0)])
    fields, places, figures, unread = _columns(tags, above)
    if unread:
        taken.note(line, f"tags that are not read: {', '.join(unread)}", "see docs/ledger.md")
    if not figures:
        taken.about_file(
            "no tag counts people",
            "tag a column of figures, such as #affected+killed or #affected+displaced",
            line,
        )
    for number, cells in grid.rows[at + 1 :]:
        filled = list(cells_of(cells, len(tags)))
        if not any(filled):
            continue
        row = {name: filled[k] for name, k in fields.items() if filled[k]}
        level = _place(row, filled, places)
        given = [
            c
            for c in figures
            if any(filled[k] for k in (c.value, *c.bounds.values()) if k is not None)
        ]
        if not figures:
            taken.rows += 1
            taken.fail(number, "", "", "no tag counts people", "see the problem of the table")
        for column in given or figures[:1]:
            put(
                taken,
                told,
                {**row, **_figure(column, filled)},
                line=number,
                column=column.text,
                header=f"{titles} {column.header} {'hh' if 'hh' in column.tag.attributes else ''}",
                level=level,
            )
    taken.rows += len(grid.faults)
    taken.problems += grid.faults
    if len(grid.rows) == at + 1 and not grid.faults:
        taken.about_file("there are tags and no rows under them", "get the file again", line)
    return True


def _columns(
    tags: list[str], above: list[str]
) -> tuple[dict[str, int], dict[tuple[int, str], int], list[_Column], list[str]]:
    fields: dict[str, int] = {}
    places: dict[tuple[int, str], int] = {}
    figures: dict[tuple[str, frozenset[str]], _Column] = {}
    unread = []
    for number, text in enumerate(tags):
        if not text:
            continue
        tag = _Tag.parse(text)
        if tag.name in _FIGURES:
            bound = next((_BOUNDS[a] for a in sorted(tag.attributes) if a in _BOUNDS), "")
            key = (tag.name, tag.attributes - set(_BOUNDS))
            header = above[number] if number < len(above) else ""
            column = figures.setdefault(key, _Column(_Tag(*key), text, header))
            if bound:
                column.bounds.setdefault(bound, number)
            elif column.value is None:
                column.value, column.text, column.header = number, text, header
            else:
                unread.append(f"{text} (again)")
            continue
        level = _level(tag)
        if level is not None:
            part = "pcode" if "code" in tag.attributes else "place"
            places.setdefault((level, part), number)
            continue
        name = _field(tag)
        if name and name not in fields:
            fields[name] = number
        else:
            unread.append(text)
    return fields, places, list(figures.values()), unread


def _level(tag: _Tag) -> int | None:
    if tag.name == "country":
        return 0
    if tag.name == "loc":
        return 9
    if tag.name.startswith("adm") and tag.name[3:].isdecimal():
        return int(tag.name[3:])
    return None


def _field(tag: _Tag) -> str:
    """Which column of the plain table a tag is; '' for none."""
    has = tag.attributes
    if tag.name == "date":
        if has & {"reported", "published", "updated"}:
            return "said"
        return "from" if "start" in has else "to" if "end" in has else "date"
    if tag.name == "geo":
        return "lat" if "lat" in has else "lon" if "lon" in has else ""
    if tag.name == "meta":
        return "url" if "url" in has else "source" if "source" in has else ""
    if tag.name == "source":
        return "source"
    if tag.name == "org":
        return "said_by"
    return {"actor": "by_whom", "description": "text"}.get(tag.name, "")


def _place(row: dict[str, str], cells: list[str], places: dict[tuple[int, str], int]) -> int | None:
    """The narrowest place that a row fills."""
    codes = [cells[k] for (_, part), k in sorted(places.items()) if part == "pcode"]
    row["within"] = "|".join(c for c in codes if c)
    for level in sorted({n for n, _ in places}, reverse=True):
        name, code = (
            cells[places[level, p]] if (level, p) in places else "" for p in ("place", "pcode")
        )
        if name or code:
            row["place"], row["pcode"] = name, code
            return level if level < 9 else None
    return None


def _figure(column: _Column, cells: list[str]) -> dict[str, str]:
    """What the tag says of its figure, as columns of the plain table."""
    tag = column.tag
    measure = next((_MEASURE[a] for a in sorted(tag.attributes) if a in _MEASURE), "")
    if not measure:
        words = sorted(tag.attributes - set(_WHOM) - _NO_MEASURE)
        measure = words[0] if words else {"inneed": "in need"}.get(tag.name, tag.name)
    found = {
        "measure": measure,
        "value": cells[column.value] if column.value is not None else "",
        **{name: cells[k] for name, k in column.bounds.items()},
    }
    whom = [_WHOM[a] for a in sorted(tag.attributes) if a in _WHOM]
    if whom:
        found["of_whom"] = ", ".join(whom)
    if tag.name == "population":
        found["population"] = "stock"
    elif "new" in tag.attributes:
        found["population"] = "flow"
    elif tag.attributes & {"total", "cumulative"}:
        found["population"] = "cumulative"
    return found

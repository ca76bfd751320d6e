"""Announced patrols in files: a series in YAML, or a table with a row for each."""

from datetime import date
from typing import BinaryIO

from pydantic import ValidationError

from truceline.model.patrol import OUTCOMES, Announced, Numbered, Series
from truceline.model.problem import Problem
from truceline.sources.agreement import plain_yaml, yaml_reader
from truceline.sources.tables.columns import named
from truceline.sources.tables.files import UnreadableError, reader

NAME = "patrols"
COLUMNS = {
    "on": ("on", "date", "day", "start"),
    "number": ("number", "numbers", "no", "nr", "count"),
    "who": ("who", "parties", "participants", "party"),
    "outcome": ("outcome", "result", "status"),
    "planned": ("planned", "announced"),
    "whole_route": ("whole_route", "whole"),
    "said": ("said", "text", "report"),
    "source": ("source", "reported_by", "url"),
    "note": ("note", "notes", "remarks"),
}


class SeriesError(ValueError):
    """A file of announced patrols that cannot be used; the message has file and line."""


def parse_series(text: str, name: str) -> Series:
    """A series in YAML. Raises SeriesError, which says file, line and what is wrong."""
    try:
        tree = yaml_reader().load(text)
    except Exception as error:
        raise SeriesError(f"{name}: not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(tree, dict) or not isinstance(tree.get("patrols"), list):
        raise SeriesError(f"{name}:1: a series has 'source' and a list 'patrols'")
    try:
        return Series.model_validate(plain_yaml(tree))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = [p for p in first["loc"] if p != "patrols"]
        line = 1
        if where and isinstance(where[0], int):
            line = tree["patrols"].lc.item(where[0])[0] + 1
        said = ".".join(str(p) for p in where[1:])
        raise SeriesError(f"{name}:{line}: {said + ': ' if said else ''}{first['msg']}") from error


def read_announced(file: BinaryIO, name: str) -> tuple[list[Announced], list[Problem], int]:
    """Announced patrols of a table: the rows, their problems, and how many rows there were.

    Columns: on (a date), number (several joined by ``|``, each ``20`` or ``20 (whose count)``),
    who (party keys joined by ``|``), outcome, planned and whole_route (yes, no), said, source,
    note. Raises SeriesError where the file is no such table.
    """
    try:
        opened = reader(file, source=NAME, name=name)
    except UnreadableError as error:
        raise SeriesError(str(error.problem)) from None
    columns, _ = named(opened.header, COLUMNS, (), source=NAME, file=name)
    if not columns["on"] and not columns["number"]:
        raise SeriesError(
            f"{name}: a table of announced patrols has a column 'on' (the date) or 'number'; "
            f"it has {', '.join(opened.header) or 'none'}"
        )
    found: list[Announced] = []
    problems: list[Problem] = []
    rows = 0
    for frame in opened.frames():
        problems += frame.problems
        rows += frame.rows
        for line, said in frame.texts(columns):
            try:
                found.append(_row(said))
            except ValueError as error:
                what = (
                    error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
                )
                what, _, todo = what.removeprefix("Value error, ").partition("; ")
                problems.append(Problem(NAME, name, line, what, todo or "correct it"))
    return found, problems, rows


def _row(said: dict[str, str]) -> Announced:
    outcome = said.get("outcome", "").casefold().replace(" ", "-").replace("_", "-") or "not-said"
    if outcome not in OUTCOMES:
        raise ValueError(f"'{said['outcome']}' is no outcome; write one of {', '.join(OUTCOMES)}")
    day = said.get("on", "")
    try:
        on = date.fromisoformat(day[:10]) if day else None
    except ValueError:
        raise ValueError(f"'{day}' is no day of the calendar; write it like 2020-03-15") from None
    return Announced(
        on=on,
        numbers=tuple(_numbered(n) for n in said.get("number", "").split("|") if n.strip()),
        who=tuple(w.strip() for w in said.get("who", "").split("|") if w.strip()),
        outcome=outcome,
        planned=_yes(said.get("planned", "")) or False,
        whole_route=_yes(said.get("whole_route", "")),
        said=said.get("said", ""),
        source=said.get("source", ""),
        note=said.get("note", ""),
    )


def _numbered(text: str) -> Numbered:
    number, _, by = text.strip().partition("(")
    if not number.strip().isdecimal():
        raise ValueError(
            f"'{text.strip()}' is no number of a patrol; write 20, or 20 (whose count)"
        )
    return Numbered(is_=int(number), by=by.rstrip(") "))


def _yes(text: str) -> bool | None:
    if not text:
        return None
    if text.casefold() in ("yes", "true", "1", "y"):
        return True
    if text.casefold() in ("no", "false", "0", "n"):
        return False
    raise ValueError(f"'{text}' is neither yes nor no; write one of them")

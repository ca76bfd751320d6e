"""Which column of a file is which, by name, however its author spelled it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from truceline.model.batch import Batch
from truceline.model.problem import Problem
from truceline.sources.tables.frame import Frame
from truceline.sources.tables.rows import Rows


def plain(name: str) -> str:
    """A header for comparison: lower case, words joined by one underscore."""
    return re.sub(r"[^\w]+|_+", "_", name.strip().lstrip("\ufeff").casefold()).strip("_")


def named(
    header: Sequence[str],
    names: Mapping[str, Sequence[str]],
    needed: Sequence[str],
    *,
    source: str,
    file: str,
) -> tuple[dict[str, str], list[Problem]]:
    """The file's own name of each column we know, and what is missing.

    ``names`` gives for each of our columns the spellings it is known by, best first. A
    column that the file lacks is ''.
    """
    by_plain: dict[str, str] = {}
    for own in header:
        by_plain.setdefault(plain(own), own)
    found = {
        ours: next((by_plain[s] for s in spellings if s in by_plain), "")
        for ours, spellings in names.items()
    }
    missing = [names[ours][0] for ours in needed if not found[ours]]
    if not missing:
        return found, []
    if not any(header):
        what, todo = "the file is empty", "get it again, or leave it out"
    else:
        what = f"the file has no column {', '.join(repr(m) for m in missing)}"
        todo = f"it has {', '.join(header[:40])}; rename or add what is missing"
    return found, [Problem(source=source, file=file, line=1, what=what, todo=todo, severity="file")]


def unknown(header: Sequence[str], found: Mapping[str, str]) -> list[str]:
    """The file's columns that stand for nothing we know."""
    used = set(found.values())
    return [own for own in header if own not in used]


def refused(
    faults: Sequence[Problem], frames: Iterator[Frame], *, source: str, file: str, sha256: str
) -> Iterator[Batch]:
    """A file that cannot be read as its source: its fault, and each of its rows as a problem."""
    what, todo = faults[0].what, "see the problem of the whole file"
    first = list(faults)
    for frame in frames:
        rows = Rows(frame, source=source, file=file, sha256=sha256)
        rows.fail(np.ones(rows.n, np.bool_), "", what, todo)
        batch = rows.batch({})
        yield replace(batch, problems=(*first, *batch.problems))
        first = []
    if first:
        yield empty(source, file, tuple(first))


def empty(source: str, file: str, problems: tuple[Problem, ...]) -> Batch:
    """A batch of no rows that carries problems about the file."""
    rows = Rows(Frame.of_nothing(), source=source, file=file, sha256="")
    return replace(rows.batch({}), problems=problems)


def no_rows(source: str, file: str) -> Problem:
    """A file with a header and nothing under it: an empty answer is never silent."""
    return Problem(
        source=source,
        file=file,
        line=1,
        what="the file has a header and no rows",
        todo="if the source had something to report, get the file again",
        severity="file",
    )

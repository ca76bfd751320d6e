"""What a way into the ledger is told, and what it gives: claims, statements, problems, sums."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from truceline.model.claim import Claim
from truceline.model.problem import Problem
from truceline.model.statement import Statement
from truceline.model.unit import Units


@dataclass(frozen=True, slots=True)
class Told:
    """What a way into the ledger may know besides the file.

    ``places`` gives the agreement's own places: any of their names, folded, to the name and
    (lon, lat). ``signed``, ``today`` and ``document_date`` are ISO dates, '' where unknown.
    ``source`` names who printed the file, ``said_by`` who is answerable for its figures;
    ``stem``, the file's name, stands in where neither a row nor anybody says.
    """

    timezone: str = "UTC"
    units: Units = field(default_factory=lambda: Units(()))
    places: Mapping[str, tuple[str, float, float]] = field(default_factory=dict)
    signed: str = ""
    today: str = ""
    document_date: str = ""
    source: str = ""
    said_by: str = ""
    stem: str = ""
    order: str = ""
    encoding: str = ""


@dataclass(slots=True)
class Taken:
    """What became of a file: ``rows == len(claims) + len(statements) + repeats + row problems``.

    A row of a table is one figure, unless the table has several columns of figures.
    """

    file: str
    kind: str
    sha256: str
    rows: int = 0
    repeats: int = 0
    claims: list[Claim] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    _noted: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    _known: dict[str, int] = field(default_factory=dict)

    @property
    def row_problems(self) -> int:
        """How many rows could not be taken in."""
        return sum(p.severity == "row" for p in self.problems)

    def fail(self, line: int, column: str, value: str, what: str, todo: str = "") -> None:
        """A row that could not be taken in. ``what`` may hold the todo after "; "."""
        if not todo:
            what, _, todo = what.partition("; ")
        self.problems.append(
            Problem(
                source=self.kind,
                file=self.file,
                line=line,
                column=column,
                value=value[:200],
                what=what,
                todo=todo or "correct it",
            )
        )

    def note(self, line: int, what: str, todo: str) -> None:
        """Something a person should know of a row. The same note on many rows is one line."""
        self._noted.setdefault((what, todo), []).append(line)

    def add(self, claim: Claim) -> None:
        """A claim of the file; one that an earlier row made is a repeat."""
        key = claim.key()
        if key in self._known:
            self.repeats += 1
            return
        self._known[key] = claim.line
        self.claims.append(claim)

    def say(self, statement: Statement) -> None:
        """A statement of the file; one that an earlier row made is a repeat."""
        key = "statement " + statement.key()
        if key in self._known:
            self.repeats += 1
            return
        self._known[key] = statement.line
        self.statements.append(statement)

    def settle(self) -> "Taken":
        """Put the notes among the problems, each once with the lines that it is about."""
        for (what, todo), lines in self._noted.items():
            many = f" ({len(lines):,} rows, the first)" if len(lines) > 1 else ""
            self.problems.append(
                Problem(
                    source=self.kind,
                    file=self.file,
                    line=lines[0],
                    what=what + many,
                    todo=todo,
                    severity="note",
                )
            )
        self._noted.clear()
        return self

    def about_file(self, what: str, todo: str, line: int = 1) -> None:
        """A fault of the whole file or sheet; it counts no row."""
        self.problems.append(
            Problem(
                source=self.kind, file=self.file, line=line, what=what, todo=todo, severity="file"
            )
        )

"""Cases: sentences that a lawyer can check, run against an agreement.

A file ``cases.yaml`` beside the agreement is a list of:

    - case: "At 00:30 on 6 March, local time, shelling of Saraqib is an apparent breach."
      source: protocol, article 1
      event: {start: "2020-03-06T00:30", place: Saraqib, radius_m: 500, act: shelling}
      expect: {art-1: breach}

``event`` has the columns of the ``table`` source, and ``place``, a place that the agreement
names. ``expect`` gives for a provision a verdict, with its cause in brackets where it is
``cannot-tell``, or ``nothing`` where the event must not touch it. ``bound`` may give for a
provision what is expected of ``bound``.
"""

import csv
import difflib
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa
from pydantic import Field, ValidationError

from truceline.model.agreement import Agreement
from truceline.model.batch import Context
from truceline.model.zone import Noun
from truceline.pipeline.terms import Terms
from truceline.sources import SOURCES
from truceline.sources.agreement import plain_yaml, yaml_reader
from truceline.sources.table import COLUMNS, OPTIONAL


class Case(Noun):
    """One sentence with its event and what is expected of it."""

    case: str
    source: str = Field(min_length=1)
    event: Mapping[str, str | int | float | list[str] | None]
    expect: Mapping[str, str]
    bound: Mapping[str, str] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CaseResult:
    """How one case went. ``differences`` is empty where it passed."""

    line: int
    case: str
    differences: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether everything expected came out."""
        return not self.differences


class CaseFileError(ValueError):
    """A cases file that cannot be used; the message has file and line."""


_BARE = re.compile(r'^(\s*- )(".*"|\'.*\')\s*$')


def parse_cases(text: str, name: str) -> list[tuple[int, Case]]:
    """The cases of a file with the line each begins on. Raises CaseFileError."""
    # A sentence alone on its line begins a case: it reads better than YAML allows.
    lines = [_BARE.sub(r"\1case: \2", line) for line in text.splitlines()]
    try:
        tree = yaml_reader().load("\n".join(lines))
    except Exception as error:
        raise CaseFileError(f"{name}: not YAML: {error}") from error
    if not isinstance(tree, list) or not tree:
        raise CaseFileError(f"{name}:1: a cases file is a list; begin each case with '- case:'")
    found = []
    for item in tree:
        line = item.lc.line + 1 if hasattr(item, "lc") else 1
        try:
            found.append((line, Case.model_validate(plain_yaml(item))))
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = ".".join(str(part) for part in first["loc"])
            raise CaseFileError(f"{name}:{line}: {where}: {first['msg']}") from error
    return found


def case_events(agreement: Agreement, cases: list[tuple[int, Case]], name: str) -> pa.Table:
    """The cases' events as the ``table`` source reads them; event ids ``case:LINE``.

    Raises CaseFileError where an event cannot be read.
    """
    rows = [_row(agreement, line, case, name) for line, case in cases]
    columns = sorted({column for row in rows for column in row})
    out = io.StringIO()
    writer = csv.DictWriter(out, ["id", *(c for c in columns if c != "id")])
    writer.writeheader()
    writer.writerows(rows)
    batches = list(
        SOURCES["table"].parse(
            io.BytesIO(out.getvalue().encode()),
            name="case.csv",
            sha256="",
            context=Context(timezone=agreement.timezone),
        )
    )
    wrong = [p for b in batches for p in b.problems if p.severity != "note"]
    if wrong:
        line = cases[max(wrong[0].line - 2, 0)][0]
        raise CaseFileError(f"{name}:{line}: {wrong[0].what}; {wrong[0].todo}")
    return pa.concat_tables([b.events for b in batches])


_COLUMNS = {word for words in (COLUMNS | OPTIONAL).values() for word in words}


def _row(agreement: Agreement, line: int, case: Case, name: str) -> dict[str, str]:
    for column in case.event:
        if column not in _COLUMNS:
            near = difflib.get_close_matches(column, _COLUMNS, 1)
            hint = f"; did you mean '{near[0]}'?" if near else "; correct its spelling or remove it"
            raise CaseFileError(f"{name}:{line}: an event has no '{column}'{hint}")
    row = {
        column: "|".join(str(v) for v in value) if isinstance(value, list) else str(value)
        for column, value in case.event.items()
        if value is not None
    }
    if "place" in row and "lon" not in row:
        named = {
            n.casefold(): place
            for key, place in agreement.places.items()
            for n in (key, *place.names)
        }
        place = named.get(row["place"].casefold())
        if place is None:
            raise CaseFileError(
                f"{name}:{line}: '{row['place']}' is no place of the agreement; add it to "
                "'places' or give lon and lat"
            )
        row["lon"], row["lat"] = (str(c) for c in place.at)
    row["id"] = str(line)
    return row


def run_cases(terms: Terms, text: str, name: str) -> list[CaseResult]:
    """Judge every case of a file. Raises CaseFileError where the file cannot be used."""
    cases = parse_cases(text, name)
    events = case_events(terms.agreement, cases, name)
    rows = terms.checker.batch(events).rows.select(
        ["provision", "incident_id", "verdict", "cause", "bound"]
    )
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for row in rows.to_pylist():
        verdict = f"{row['verdict']} ({row['cause']})" if row["cause"] else row["verdict"]
        found[row["incident_id"], row["provision"]] = verdict, row["bound"]
    known = {p.id for p in terms.agreement.provisions} | {
        p.id for a in terms.agreement.amendments for p in a.provisions
    }
    results = []
    for line, case in cases:
        differences = []
        for number, expected in enumerate((case.expect, case.bound)):
            for provision, wanted in expected.items():
                if provision not in known:
                    differences.append(f"{provision} is no provision of the agreement")
                    continue
                got = found.get((f"case:{line}", provision), ("nothing", "nothing"))[number]
                if got != wanted:
                    what = ("", " bound")[number]
                    differences.append(f"{provision}{what}: expected {wanted}, found {got}")
        results.append(CaseResult(line, case.case, tuple(differences)))
    return results

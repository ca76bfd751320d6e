"""truceline ledger add / show / statements: what somebody claimed, and what somebody said."""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from truceline.cli.case import opened
from truceline.cli.talk import cannot_open, data, must_end_in, say, stop, terms_of, user_units
from truceline.faces.clearance import Clearance
from truceline.faces.ledger.closed import closed
from truceline.faces.ledger.page import page
from truceline.faces.ledger.tables import claim_table, statement_rows
from truceline.faces.ledger.words import (
    OUTCOMES,
    day_words,
    joined,
    panel_json,
    total_json,
    total_words,
)
from truceline.faces.tables import write_table
from truceline.model.agreement import Agreement
from truceline.model.claim import MEASURES
from truceline.model.problem import Problem, problem_table
from truceline.model.unit import Units
from truceline.monitor.claims.claims import NEAR_DAYS, panels
from truceline.monitor.claims.total import total
from truceline.pipeline.ledger import KINDS, Added, Ledger, Options, add, of_case, of_files
from truceline.store.errors import CaseError

app = typer.Typer(
    help="Claims and statements: who gave which figure, who said what, and where they differ.",
    no_args_is_help=True,
)
PAGES = (".html", ".json", ".csv", ".parquet")

Kind = Annotated[str, typer.Option(help=f"What the files are: {', '.join(KINDS)}. Else found out.")]
DocumentDate = Annotated[
    str, typer.Option("--document-date", help="The day the figures were said, YYYY-MM-DD.")
]
Source = Annotated[str, typer.Option(help="Who printed the files (else what they say).")]
SaidBy = Annotated[str, typer.Option("--said-by", help="Who is answerable for the figures.")]
Dates = Annotated[str, typer.Option(help="dmy or mdy: how 03/04/2020 is to be read.")]
Encoding = Annotated[str, typer.Option(help="The files' encoding, where it is not UTF-8.")]
Given = Annotated[
    list[Path], typer.Argument(metavar="DIR|FILE...", help="A case folder, or files of claims.")
]
AgreementName = Annotated[
    str, typer.Option(help="Beside files: a library name or an agreement file.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Reader = Annotated[
    str,
    typer.Option(
        help="Of --out: 'open' (sources, words, small places and actors are closed), "
        "'cleared', or fields with commas."
    ),
]


def register(parent: typer.Typer) -> None:
    """Add these commands to the command line."""
    parent.add_typer(app, name="ledger")


def options_of(
    kind: str,
    document_date: str,
    source: str,
    said_by: str,
    dates: str,
    encoding: str,
    text: Path | None = None,
) -> Options:
    """The options, or the end of the command."""
    if kind and kind not in KINDS:
        stop(f"no kind of ledger file '{kind}'; there are: {', '.join(KINDS)}")
    if dates not in ("", "dmy", "mdy"):
        stop(f"'{dates}' is no order of dates; give dmy or mdy")
    if document_date:
        try:
            date.fromisoformat(document_date)
        except ValueError:
            stop(f"'{document_date}' is no date; write it as 2020-03-06")
    return Options(kind, document_date, source, said_by, encoding, dates, text)


@app.command("add")
def ledger_add(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The case folder.")],
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="The files.")],
    kind: Kind = "",
    document_date: DocumentDate = "",
    source: Source = "",
    said_by: SaidBy = "",
    text: Annotated[
        Path | None, typer.Option(help="The document that a reading was made from.")
    ] = None,
    dates: Dates = "",
    encoding: Encoding = "",
    problems: Annotated[Path | None, typer.Option(help="Where to write the problems.")] = None,
) -> None:
    """Take claims and statements into a case: nothing overwritten, nothing twice."""
    must_end_in(problems, (".csv", ".json", ".parquet"))
    options = options_of(kind, document_date, source, said_by, dates, encoding, text)
    case, _ = opened(folder)
    try:
        found = add(case, files, options)
    except CaseError as error:
        stop(str(error))
    except OSError as error:
        stop(cannot_open(error, str(files[0])))
    for added in found:
        data(str(added))
    _show_problems(found, problems)


def _show_problems(found: list[Added], out: Path | None) -> None:
    every = [p for added in found for p in added.problems]
    if out is not None:
        try:
            write_table(problem_table(every), out)
        except OSError as error:
            stop(cannot_open(error, str(out)))
        return
    listed: dict[tuple[str, str], list[Problem]] = {}
    for problem in sorted(every, key=lambda p: ("file", "row", "note").index(p.severity)):
        listed.setdefault((problem.severity, problem.what), []).append(problem)
    for (severity, _), alike in list(listed.items())[:20]:
        value = f" ('{alike[0].value}')" if alike[0].value and severity == "row" else ""
        more = f" [and {len(alike) - 1:,} more rows]" if len(alike) > 1 else ""
        say(f"  {severity}: {alike[0]}{value}{more}")
    if len(listed) > 20:
        say(f"  … and {len(listed) - 20:,} other kinds: --problems FILE writes them all")


@dataclass(frozen=True)
class _Read:
    """A ledger and what goes with it."""

    ledger: Ledger
    agreement: Agreement | None
    units: Units


def _ledger_of(given: list[Path], agreement: str, options: Options) -> _Read:
    if len(given) == 1 and given[0].is_dir():
        case, terms = opened(given[0])
        try:
            return _Read(of_case(case), terms.agreement, case.units())
        except CaseError as error:
            stop(str(error))
    terms_ = terms_of(agreement) if agreement else None
    units = user_units()
    own = terms_.agreement if terms_ is not None else None
    try:
        ledger, found = of_files(given, options, agreement=own, units=units)
    except OSError as error:
        stop(cannot_open(error, str(given[0])))
    for added in found:
        say(str(added))
    _show_problems(found, None)
    return _Read(ledger, own, units)


@app.command("show")
def ledger_show(
    given: Given,
    measure: Annotated[
        str, typer.Option(help=f"One of {', '.join(MEASURES)}, or a source's own word.")
    ] = "",
    place: Annotated[str, typer.Option(help="A place's name, or a P-code and all in it.")] = "",
    days: Annotated[
        int, typer.Option(help="Stocks and totals so many days apart are compared.", min=0)
    ] = NEAR_DAYS,
    with_total: Annotated[
        bool, typer.Option("--total", help="Add the figures up, or say why that says nothing.")
    ] = False,
    as_json: AsJson = False,
    out: Annotated[Path | None, typer.Option(help=f"A file: {' '.join(PAGES)}")] = None,
    clearance: Reader = "open",
    agreement: AgreementName = "",
    kind: Kind = "",
    document_date: DocumentDate = "",
    source: Source = "",
    said_by: SaidBy = "",
    dates: Dates = "",
    encoding: Encoding = "",
) -> None:
    """Show the ledger: a line for each source, its newest figure, and where sources differ.

    What is printed is for whoever holds the case; what is written with --out is closed as
    a briefing is, unless it is cleared.
    """
    must_end_in(out, PAGES)
    cleared = _clearance(clearance)
    options = options_of(kind, document_date, source, said_by, dates, encoding)
    read = _ledger_of(given, agreement, options)
    found = panels(read.ledger.claims, measure=measure, place=place, near_days=days)
    chosen = {p.held.number for panel in found for line in panel.lines for p in line.points}
    live = [h for h in read.ledger.claims if h.number in chosen]
    summed = total(live, read.ledger.superseded) if with_total else None
    if out is not None:
        _write(read, out, clearance, cleared, measure, place, days)
    if as_json:
        printed: dict[str, Any] = {
            "claims": len(live),
            "panels": [panel_json(p) for p in found],
        }
        if summed is not None:
            printed["total"] = total_json(summed)
        data(json.dumps(printed, ensure_ascii=False, indent=2, allow_nan=False))
    elif out is None:
        data(joined(found) if found else _nothing(read.ledger, measure, place))
        if summed is not None:
            data(f"\ntotal: {total_words(summed)}")


def _nothing(ledger: Ledger, measure: str, place: str) -> str:
    if not ledger.claims:
        return "the ledger holds no claims"
    kinds = sorted({h.claim.kind for h in ledger.claims})
    asked = " and ".join(
        w
        for w in (f"measure '{measure}'" if measure else "", f"place '{place}'" if place else "")
        if w
    )
    return f"no claim has {asked}; the ledger counts: {', '.join(kinds[:20])}"


def _clearance(text: str) -> Clearance:
    try:
        return Clearance.parse(text)
    except ValueError as error:
        stop(str(error))


def _write(
    read: _Read, out: Path, clearance: str, cleared: Clearance, measure: str, place: str, days: int
) -> None:
    """The ledger as a file, with what this clearance opens."""
    shown = closed(read.ledger, cleared, read.units)
    found = panels(read.ledger.claims, measure=measure, place=place, near_days=days)
    chosen = {p.held.number for panel in found for line in panel.lines for p in line.points}
    shown = shown.narrowed(h for h in shown.claims if h.number in chosen)
    try:
        if out.suffix.lower() == ".html":
            made = page(
                read.ledger,
                read.agreement,
                clearance,
                units=read.units,
                measure=measure,
                place=place,
            )
            out.write_text(made, encoding="utf-8")
        elif out.suffix.lower() == ".json":
            printed = {
                "withheld": cleared.withheld(),
                "claims": len(chosen),
                "panels": [panel_json(p) for p in panels(shown.claims, near_days=days)],
            }
            text = json.dumps(printed, ensure_ascii=False, indent=2, allow_nan=False)
            out.write_text(text + "\n", encoding="utf-8")
        else:
            write_table(claim_table(shown), out)
    except OSError as error:
        stop(cannot_open(error, str(out)))
    say(f"{len(chosen):,} claims in {out}")
    if cleared.withheld():
        say(f"withheld: {', '.join(cleared.withheld())}; --clearance cleared writes them")


@app.command("statements")
def ledger_statements(
    given: Given,
    as_json: AsJson = False,
    out: Annotated[Path | None, typer.Option(help="A file: .json")] = None,
    clearance: Reader = "open",
    agreement: AgreementName = "",
    document_date: DocumentDate = "",
    source: Source = "",
) -> None:
    """Show who said what and when, and what the clauses say of a right that is reserved."""
    must_end_in(out, (".json",))
    cleared = _clearance(clearance)
    read = _ledger_of(given, agreement, options_of("", document_date, source, "", "", ""))
    if out is not None:
        rows = statement_rows(read.ledger, read.agreement, cleared)
        printed = {"withheld": cleared.withheld(), "statements": rows}
        try:
            text = json.dumps(printed, ensure_ascii=False, indent=2)
            out.write_text(text + "\n", encoding="utf-8")
        except OSError as error:
            stop(cannot_open(error, str(out)))
        say(f"{len(rows):,} statements in {out}")
    rows = statement_rows(read.ledger, read.agreement, Clearance.parse("cleared"))
    if as_json:
        data(json.dumps({"statements": rows}, ensure_ascii=False, indent=2))
    elif out is None:
        data("\n\n".join(_spoken(r) for r in rows) or "the ledger holds no statements")
        if rows and read.agreement is None:
            say("no agreement is given, so no right is looked up: --agreement X")


def _spoken(row: dict[str, Any]) -> str:
    said = day_words(row.get("said", ""))
    lines = [f"[{row['number']}] {row.get('speaker') or 'speaker not stated'}, {said}:"]
    lines.append(f"  “{row['quote']}”")
    if row.get("start") is not None:
        lines.append(f"  {row.get('file', '')}, characters {row['start']} to {row['end']}")
    if row["right"] is not None:
        right = row["right"]
        told = OUTCOMES[right["outcome"]]
        why = right["why"] if right["why"].startswith(told) else f"{told}: {right['why']}"
        lines.append(f"  a right reserved: {why}")
    return "\n".join(lines)

"""truceline obligations / evidence: what is owed by when, and what people say was done."""

import json
from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Annotated

import typer

from truceline.cli.case import opened
from truceline.cli.talk import cannot_open, data, must_end_in, say, stop, terms_of
from truceline.faces.tables import write_table
from truceline.model.obligation import Evidence, Obligation, due_text
from truceline.monitor.obligations.entry import EntryError
from truceline.monitor.obligations.figures import number_words
from truceline.pipeline.obligations import SOON, Owed, case_obligations, enter, enter_table, owed
from truceline.store.errors import CaseError

_LISTED = 8  # occurrences shown of one clause; --json and --out give all
_ENDINGS = (".json", ".csv", ".parquet")


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command()(obligations)
    app.command()(evidence)


def obligations(
    case: Annotated[Path | None, typer.Argument(metavar="DIR", help="A case folder.")] = None,
    agreement: Annotated[str, typer.Option(help="A library name or an agreement file.")] = "",
    on: Annotated[str, typer.Option(help="The day (its end) or moment asked about; now.")] = "",
    known_by: Annotated[str, typer.Option(help="Leave out what was entered after this day.")] = "",
    soon: Annotated[str, typer.Option(help="How near a deadline is due soon.")] = SOON,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    out: Annotated[Path | None, typer.Option(help="Write a table: .json .csv .parquet")] = None,
) -> None:
    """Show due dates with every reading, their states, and the evidence."""
    must_end_in(out, _ENDINGS)
    if (case is None) == (not agreement):
        stop("give a case folder, or --agreement X")
    try:
        if case is not None:
            folder, terms = opened(case)
            found = case_obligations(folder, terms.agreement, on=on, soon=soon, known_by=known_by)
        else:
            found = owed(terms_of(agreement).agreement, on=on, soon=soon)
    except (ValueError, CaseError) as error:
        stop(str(error))
    if case is None:
        say("no case: no evidence is at hand, so that what is past shows as overdue or unknown")
    for problem in found.problems:
        say(f"  {problem}")
    if out is not None:
        try:
            write_table(found.table(), out)
        except OSError as error:
            stop(cannot_open(error, str(out)))
        say(f"{found.table().num_rows} rows in {out}")
    if as_json:
        data(json.dumps(found.to_json(), ensure_ascii=False))
    elif out is None:
        data("\n".join(_lines(found)))


def _lines(found: Owed) -> Iterator[str]:
    mark = " (SIMULATED)" if found.simulated else ""
    known = f"; as the register stood on {found.known_by}" if found.known_by else ""
    yield f"{found.agreement}{mark}: obligations as of {found.on} ({found.timezone}){known}"
    for _, group in groupby(found.obligations, lambda o: (o.version, o.kind, o.what, o.party)):
        items = list(group)
        if len(items) > 1 and items[0].occurrence is not None:
            yield from _many(items)
        else:
            for item in items:
                yield from _item(item)
    tally = Counter(o.state for o in found.obligations)
    yield (
        ", ".join(f"{n} {state}" for state, n in tally.most_common()) or "nothing is owed by a date"
    )


def _many(items: list[Obligation]) -> Iterator[str]:
    tally = Counter(o.state for o in items)
    said = ", ".join(f"{n} {state}" for state, n in tally.most_common())
    first = items[0]
    who = f" ({', '.join(first.who)})" if first.who else ""
    yield f"{first.version}  {first.what}{who}: {len(items)} periods: {said}"
    told = [o for o in items if o.evidence]
    shown = {o.id: o for o in (*told[-_LISTED:], *items[-2:])}
    for item in items:
        if item.id in shown:
            yield from _item(item, "  ")
    if len(items) > len(shown):
        yield f"    … and {len(items) - len(shown)} more periods: --json or --out lists all"


def _item(o: Obligation, indent: str = "") -> Iterator[str]:
    who = f" ({o.party or ', '.join(o.who)})" if o.who or o.party else ""
    state = o.state.upper() + (f" ({o.cause})" if o.cause else "")
    yield f"{indent}{o.id}  {state}  {o.what}{who}"
    yield f"{indent}    {o.said}"
    for r in o.readings:
        if len(o.readings) > 1 or r.words:
            due = due_text(r.due)
            by = f"due {due}" if due else "no due date"
            yield f"{indent}    {by}" + (f", {r.words}" if r.words else "") + f": {r.state}"
    gone = {e.supersedes for e in o.evidence}
    for e in o.evidence:
        yield f"{indent}    {_evidence(e)}" + (" (superseded)" if e.entry in gone else "")


def _evidence(e: Evidence) -> str:
    number = f" {e.of}: {number_words(*e.bounds)}" if e.says == "figure" else ""
    party = f" by {e.party}" if e.party else ""
    source = f", says {e.source}" if e.source else ""
    document = f", {e.document_name} ({e.document[:10]})" if e.document else ", no document"
    said = "".join(c if c.isprintable() else " " for c in e.words)  # no terminal's commands
    words = f', "{said}"' if said else ""
    return (
        f"evidence {e.entry}: {e.says}{number}{party}, {e.when.text}{source}; "
        f"entered by {e.by} {e.at:%Y-%m-%d %H:%M}Z{document}{words}"
    )


def evidence(
    case: Annotated[Path, typer.Argument(metavar="DIR", help="The case folder.")],
    provision: Annotated[str, typer.Argument(metavar="PROVISION", help="Its id.")] = "",
    state: Annotated[
        str,
        typer.Option(help="done, not-done, waived, disputed, figure, notice, holds, holds-not"),
    ] = "",
    on: Annotated[str, typer.Option(help="When: a day, 2020-03, A/B, 'by 2020-03-12'.")] = "",
    by: Annotated[str, typer.Option(help="Who enters it (this user, if left out).")] = "",
    source: Annotated[str, typer.Option(help="Whose statement it is, if not the enterer's.")] = "",
    document: Annotated[Path | None, typer.Option(help="The file that it stands on.")] = None,
    words: Annotated[str, typer.Option(help="The document's own words.")] = "",
    party: Annotated[str, typer.Option(help="Of which party, where several owe it.")] = "",
    occurrence: Annotated[str, typer.Option(help="Of which period, from 1.")] = "",
    of: Annotated[str, typer.Option(help="What a figure counts.")] = "",
    value: Annotated[str, typer.Option(help="A figure.")] = "",
    low: Annotated[str, typer.Option(help="At least so many.")] = "",
    high: Annotated[str, typer.Option(help="At most so many.")] = "",
    supersedes: Annotated[int | None, typer.Option(help="The entry that this corrects.")] = None,
    table: Annotated[Path | None, typer.Option(help="Enter the rows of a table instead.")] = None,
) -> None:
    """Enter evidence about an obligation. Nothing that was entered is ever overwritten."""
    folder, terms = opened(case)
    try:
        if table is not None:
            if provision or state or on:
                stop("give a provision with --state and --on, or --table FILE, not both")
            made = enter_table(folder, terms.agreement, table, by=by)
        else:
            given = {"provision": provision, "state": state, "on": on, "source": source}
            given |= {"words": words, "party": party, "occurrence": occurrence}
            given |= {"of": of, "value": value, "low": low, "high": high}
            made = enter(
                folder, terms.agreement, given, by=by, document=document, supersedes=supersedes
            )
    except OSError as error:
        stop(cannot_open(error, str(table or document)))
    except (EntryError, ValueError, CaseError) as error:
        stop(str(error))
    for problem in made.problems:
        data(str(problem))
    for note in made.notes:
        say(f"look again: {note}")
    data(str(made))
    for entry in made.entries:
        data(f"entry\t{entry}")

"""truceline decide / review: what people decide in a case, with a name and a reason."""

from pathlib import Path
from typing import Annotated

import typer

from truceline.cli.case import Dir, opened
from truceline.cli.talk import cannot_open, data, say, stop
from truceline.faces.listing import reference
from truceline.model.decision import KINDS
from truceline.model.review import STATES
from truceline.pipeline.deciding import (
    UndecidedError,
    decisions,
    reviews,
    withdraw,
)
from truceline.pipeline.deciding import (
    decide as put_down,
)
from truceline.pipeline.deciding import (
    review as put_review,
)
from truceline.pipeline.incidents import case_incidents, check_case
from truceline.store.errors import CaseError

By = Annotated[str, typer.Option("--by", help="Who decides: a person's name.")]
Because = Annotated[str, typer.Option(help="Why, in the person's own words.")]


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command()(decide)
    app.command()(review)


def decide(
    folder: Dir,
    kind: Annotated[
        str, typer.Argument(metavar="WHAT", help="join, split, never; or list, withdraw.")
    ] = "list",
    events: Annotated[
        list[str] | None,
        typer.Argument(metavar="EVENT_ID...", help="Events; for withdraw the decision's number."),
    ] = None,
    by: By = "",
    because: Because = "",
    instead: Annotated[
        int | None, typer.Option(help="The number of a decision that this one replaces.")
    ] = None,
) -> None:
    """Decide which events are one happening: join, split off, or never join.

    Decisions outrank every score, and hold whatever is linked later.
    """
    case, terms = opened(folder)
    try:
        if kind == "list":
            for decision in decisions(case):
                data(str(decision))
            return
        if kind == "withdraw":
            if len(events or []) != 1 or not (events or [""])[0].isdecimal():
                stop("'withdraw' takes one decision's number; 'truceline decide DIR' lists them")
            gone = withdraw(case, int((events or ["0"])[0]), who=by, because=because)
            say(f"withdrawn: {gone}")
            return
        if kind not in KINDS:
            stop(f"'{kind}' is none of {', '.join(KINDS)}, list, withdraw")
        incidents = case_incidents(case, terms).linked if kind == "split" else None
        made = put_down(
            case,
            kind,
            events or [],
            who=by,
            because=because,
            incidents=incidents,
            instead=instead,
        )
    except (UndecidedError, CaseError) as error:
        stop(str(error))
    data(str(made))


def review(
    folder: Dir,
    finding: Annotated[
        str,
        typer.Argument(
            metavar="FINDING_ID", help="A finding's id, its F- name on a page; or 'list'."
        ),
    ] = "list",
    state: Annotated[str, typer.Option(help=f"One of {', '.join(STATES)}.")] = "",
    by: By = "",
    because: Because = "",
    document: Annotated[
        Path | None, typer.Option(help="A file that the review stands on; a copy is kept.")
    ] = None,
) -> None:
    """Review a finding: alleged, under-inquiry, then confirmed, unfounded or inconclusive.

    The review is kept for good. Where other reports join or leave the incident, or the
    finding changes, it is listed for another look and moved to nothing.
    """
    case, terms = opened(folder)
    try:
        if finding == "list":
            for made in reviews(case):
                data(str(made))
            for look in check_case(case, terms).looks:
                data(f"another look\t{look}")
            return
        findings = check_case(case, terms).findings
        if finding.startswith("F-"):
            ids = findings.rows["finding_id"].to_pylist()
            finding = next((i for i in ids if reference(i) == finding), finding)
        made = put_review(
            case, findings, finding, state=state, who=by, because=because, document=document
        )
    except (UndecidedError, CaseError) as error:
        stop(str(error))
    except OSError as error:
        stop(cannot_open(error, str(document)))
    data(str(made))

"""The briefing: one HTML file that a colonel, a researcher and a hostile lawyer can read.

It asks the network for nothing, and its content security policy forbids it to. All that it
says is computed from findings, or is what a named person found; nothing in it is called a
violation by a machine.
"""

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from importlib.util import find_spec
from pathlib import Path, PurePath
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from truceline.faces import moments, wording
from truceline.faces.accounts import accounts, looks_again
from truceline.faces.clearance import FIELDS, WITHHELD, Clearance, any_sign, simulated_rows
from truceline.faces.deadlines import deadlines
from truceline.faces.ledger.ledger import section as ledger_section
from truceline.faces.listing import VERDICT_WORDS, VERDICTS, listing
from truceline.faces.nearby import reports
from truceline.faces.picture import (
    Ground,
    drawing,
    graticule,
    ground,
    marks,
    unplaced,
    view,
)
from truceline.faces.sides import Sides, compared, sides
from truceline.faces.strip import timeline
from truceline.model.finding import BOUNDS, CAUSES, Findings
from truceline.model.problem import Problem
from truceline.model.review import Look, Review
from truceline.monitor.answers.answers import Answers
from truceline.monitor.rates.report import RatesReport
from truceline.pipeline.check import Count
from truceline.pipeline.ledger import Ledger
from truceline.pipeline.obligations import Owed
from truceline.pipeline.terms import Terms
from truceline.version import __version__

LIMIT = 1_500
_MAX_PROBLEMS = 200
_SCRIPTS = ("page.js", "findings.js", "map.js")
_CAUSE_WORDS = {
    "place": "the place is not known well enough",
    "time": "the time is not known well enough",
    "act": "the act is not known well enough",
    "party": "who acted, or against whom, is not known",
    "text": "the text allows more than one reading",
}
_BOUND_WORDS = {
    "yes": "bound",
    "no": "not shown to be bound",
    "disputed": "bound is disputed",
    "unknown": "not known",
}

_BOUND_FIGURES = {
    "yes": "by an actor that the terms bind",
    "no": "by an actor not shown to be bound",
    "disputed": "where it is disputed whether the actor is bound",
    "unknown": "where it is not known whether the actor is bound",
}


def briefing(
    terms: Terms,
    findings: Findings,
    counts: Sequence[Count],
    problems: Sequence[Problem],
    *,
    events: pa.Table | None = None,
    incidents: pa.Table | None = None,
    answers: Answers | None = None,
    reviews: Sequence[Review] = (),
    looks: Sequence[Look] = (),
    rates: RatesReport | None = None,
    owed: Owed | None = None,
    clearance: str = "open",
    simulated: bool | None = None,
    generated: str | None = None,
    command: str = "",
    limit: int = LIMIT,
    ledger: Ledger | None = None,
) -> str:
    """The briefing as HTML text, to be written as UTF-8.

    Args:
        terms: the agreement with its ground.
        findings: what ``pipeline.check.check`` gave; its counts of summaries and leads too.
        counts: what became of each file's rows.
        problems: all problems, notes included.
        events: the reports in ``EVENT_SCHEMA``. With them the page shows each source's own
            words, file, line and SHA-256, and counts before and after; without them it says
            that they are not at hand.
        incidents: the linked incidents that were judged, in ``INCIDENT_SCHEMA``; None where
            each report was judged by itself.
        answers: what the incidents may have answered, of ``pipeline.answers.answers``.
        reviews: what people found.
        looks: the reviews that need another look.
        rates: before and after, of ``pipeline.rates.rates``; None makes them from ``events``
            (the sources with the most events, 28 days on either side).
        owed: deadlines with their states, of ``pipeline.obligations``; None leaves them out.
        clearance: ``open`` (exact positions, words, actors and sources are withheld),
            ``cleared``, or fields of ``truceline.faces.clearance.FIELDS`` with commas. What
            is SIMULATED through and through is never withheld.
        simulated: whether the page is marked SIMULATED; None looks for the marks itself.
        generated: when it was made, as the reader is to see it; None leaves it out, so that
            the same findings give the same page.
        command: the command that made it, as the reader is to see it.
        limit: how many findings are listed; the rest are counted.
        ledger: the claims and statements of a case, for a section of their own.

    Raises:
        ValueError: an unknown clearance.
    """
    cleared = Clearance.parse(clearance)
    marked = _simulated(terms, findings, events) if simulated is None else simulated
    free = _wholly_simulated(findings, events)
    clauses = wording.clauses(terms.agreement)
    prefix = f"{terms.agreement.agreement}/"
    labels = sorted(((f"{prefix}{c.label}/", c.label) for c in clauses), key=lambda p: -len(p[0]))
    listed = listing(findings, events, cleared, labels, limit)
    seen = reports(terms, events, _last(findings)) if events is not None else None
    land = ground(terms)
    found = marks(findings, cleared, {r: k for k, r in enumerate(listed.index.tolist())}, land.past)
    looked = view(land, found)
    anchors = moments.anchors(terms.agreement)
    ledger_shown = ledger_section(
        ledger or Ledger(), terms.agreement, cleared, units=terms.units, charts=12
    )
    ledger_style = _text("ledger.css") if ledger_shown else ""
    if ledger_shown and simulated is None:
        marked = marked or ledger_shown["simulated"]
    context = {
        "agreement": terms.agreement,
        "simulated": marked,
        "anchors": anchors,
        "parties": wording.parties(terms.agreement),
        "zones": wording.zones(terms.agreement, terms.zones),
        "clauses": clauses,
        "cessation": moments.cessation(terms.agreement),
        "headline": _headline(findings),
        "listed": listed,
        "land": land,
        "unplaced": unplaced(findings),
        "drawing": drawing(land, found, looked) if looked else None,
        "timeline": timeline(findings, anchors, seen, terms.agreement.tz),
        "sides": _sides(terms, events, incidents, rates, cleared, free),
        "stand_for": _stand_for(incidents),
        "looks": looks_again(looks, listed, findings, cleared, free),
        "standings": findings.standings(),
        "chained": answers is not None,
        "deadlines": deadlines(terms.agreement, owed, cleared),
        "files": _files(counts, cleared, free),
        "problems": _problems(problems, cleared, free),
        "findings": findings,
        "clearance": cleared,
        "fields": FIELDS,
        "digest": findings.digest(),
        "version": __version__,
        "generated": generated,
        "command": _command(command, cleared, free),
        "with_events": events is not None,
        "verdicts": VERDICT_WORDS,
        "causes": _CAUSE_WORDS,
        "bounds": _BOUND_WORDS,
        "bound_figures": _BOUND_FIGURES,
        "withheld": WITHHELD,
        "ledger": ledger_shown,
    }
    data = {
        "records": listed.records,
        "sentences": listed.sentences,
        "reports": listed.reports,
        "accounts": accounts(listed, findings, incidents, answers, reviews),
        "linked": incidents is not None,
        "chained": answers is not None,
        "clauses": {c.label: _clause_data(c) for c in clauses},
        "words": {"verdict": VERDICT_WORDS, "cause": _CAUSE_WORDS, "bound": _BOUND_WORDS},
        "withheld": WITHHELD,
        "simulated": marked,
        "withEvents": events is not None,
        "map": _map_data(land, found, looked) if looked else None,
    }
    scripts = (
        [_map_library(), *(_text(name) for name in _SCRIPTS)]
        if looked
        else [_text(name) for name in _SCRIPTS[:2]]
    )
    return (
        _environment()
        .get_template("briefing.html")
        .render(
            context,
            scripts=[Markup(s) for s in scripts],  # noqa: S704 - our own files, and MapLibre's
            policy=_policy(scripts),
            map_style=Markup(_map_css()) if looked else "",  # noqa: S704 - MapLibre's own file
            style=Markup(_text("page.css") + ledger_style),  # noqa: S704 - our own filess
            data=Markup(embedded(data)),  # noqa: S704 - escaped by embedded()
        )
    )


def embedded(data: object) -> str:
    """JSON that can stand inside a script element: no ``<``, ``>``, ``&`` or line separator."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _simulated(terms: Terms, findings: Findings, events: pa.Table | None) -> bool:
    if terms.agreement.simulated or any(
        "(SIMULATED)" in p.name for p in terms.agreement.parties.values()
    ):
        return True
    if any_sign(findings.rows["incident_id"], findings.rows["actor"]):
        return True
    return events is not None and any_sign(events["event_id"], events["actor"])


def _last(findings: Findings) -> int:
    """When the last finding ends, microseconds UTC."""
    return int(pc.max(findings.rows["end"].cast(pa.int64())).as_py() or 0)


def _wholly_simulated(findings: Findings, events: pa.Table | None) -> bool:
    """Whether every finding and every report at hand is SIMULATED through and through."""
    parts = [simulated_rows(findings.rows["incident_id"], findings.rows["actor"])]
    if events is not None:
        parts.append(simulated_rows(events["event_id"], events["actor"]))
    return any(len(p) for p in parts) and all(bool(p.all()) for p in parts)


def _headline(findings: Findings) -> dict[str, Any]:
    """Counts by verdict, cause, clause and, for breaches, by whether the actor is bound."""
    rows = findings.rows.group_by(["provision", "verdict", "cause", "bound"])
    tally = rows.aggregate([([], "count_all")]).to_pylist()

    def count(**wanted: str) -> int:
        return sum(row["count_all"] for row in tally if all(row[k] == v for k, v in wanted.items()))

    provisions = list(dict.fromkeys(findings.rows["provision"].to_pylist()))
    return {
        "total": len(findings),
        "incidents": pc.count_distinct(findings.rows["incident_id"]).as_py(),
        "verdicts": {v: count(verdict=v) for v in VERDICTS},
        "causes": {c: n for c in CAUSES if c and (n := count(verdict="cannot-tell", cause=c))},
        "bounds": {b: n for b in BOUNDS if (n := count(verdict="breach", bound=b))},
        "provisions": [
            (p, {v: count(provision=p, verdict=v) for v in VERDICTS}) for p in provisions
        ],
    }


def _sides(
    terms: Terms,
    events: pa.Table | None,
    incidents: pa.Table | None,
    rates: RatesReport | None,
    cleared: Clearance,
    free: bool,
) -> Sides:
    if rates is not None:
        return sides(rates, 0, cleared, free)
    if events is None:
        return Sides((), why="the reports were not at hand when this page was made")
    if not events.num_rows:
        return Sides((), why="there are no reports")
    return sides(*compared(terms, events, incidents), cleared, free)


def _stand_for(incidents: pa.Table | None) -> int | None:
    """How many events the linked incidents stand for; None where nothing was linked."""
    if incidents is None:
        return None
    happened = incidents.filter(pc.equal(incidents["kind"], "event"))
    return int(pc.sum(pc.list_value_length(happened["event_ids"])).as_py() or 0)


def _command(command: str, cleared: Clearance, free: bool) -> str:
    """The command, without the names of files where sources are closed."""
    if "source" not in cleared.withheld() or free:
        return command
    return re.sub(r"--events .*?(?=\s--|$)", "--events …", command)


def _files(counts: Sequence[Count], cleared: Clearance, free: bool) -> list[dict[str, Any]]:
    """Each file's sum. A file's name may name its source, its path a machine."""
    closed = "source" in cleared.withheld() and not free
    return [
        {
            "name": f"file {number}" if closed else PurePath(c.file.replace("\\", "/")).name,
            "sha256": c.sha256,
            "rows": c.rows,
            "events": c.events,
            "repeats": c.repeats,
            "revisions": c.revisions,
            "problems": c.problems,
            "holds": c.holds,
        }
        for number, c in enumerate(counts, 1)
    ]


def _problems(problems: Sequence[Problem], cleared: Clearance, free: bool) -> dict[str, Any]:
    """Problems to show: all their words, or only how many of each kind and column."""
    closed = bool({"text", "source"} & set(cleared.withheld())) and not free
    tally: dict[tuple[str, str], int] = {}
    for p in problems:
        tally[p.severity, p.column] = tally.get((p.severity, p.column), 0) + 1
    order = {"row": 0, "file": 1, "note": 2}
    shown = sorted(problems, key=lambda p: (order[p.severity], p.file, p.line))[:_MAX_PROBLEMS]
    return {
        "closed": closed,
        "total": len(problems),
        "tally": sorted(tally.items(), key=lambda item: (order[item[0][0]], -item[1])),
        "rows": [] if closed else shown,
        "more": 0 if closed else max(len(problems) - _MAX_PROBLEMS, 0),
    }


def _clause_data(clause: wording.Clause) -> dict[str, Any]:
    return {
        "id": clause.id,
        "kind": clause.kind,
        "phrase": clause.phrase,
        "text": clause.text,
        "where": clause.where,
        "by": clause.by,
        "zones": clause.zones,
        "windows": clause.windows,
        "exceptions": clause.exceptions,
        "facts": clause.facts,
        "source": clause.source,
        "held": clause.held,
    }


def _map_data(land: Ground, found: list[Any], looked: Any) -> dict[str, Any]:
    def feature(entry: Mapping[str, Any]) -> dict[str, Any]:
        about = {k: entry[k] for k in ("id", "name", "accuracy", "from", "to", "at")}
        return {"type": "Feature", "properties": about, "geometry": entry["geometry"]}

    grid = graticule(looked)
    return {
        "zones": [feature(z) for z in land.zones],
        "lines": [feature(line) for line in land.lines],
        "places": land.places,
        "marks": found,
        "bounds": [looked.west, looked.south, looked.east, looked.north],
        "step": grid["step"],
    }


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("truceline.faces", "page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["n"] = lambda value: f"{value:,}"
    return made


@cache
def _text(name: str) -> str:
    found = resources.files("truceline.faces").joinpath("page", name)
    return found.read_text(encoding="utf-8").replace("\r\n", "\n")


@cache
def _maplibre(name: str) -> str:
    """A file of the ``maplibre`` wheel. The package is not imported: that would run its code."""
    found = find_spec("maplibre")
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError("the map needs the package 'maplibre'; install truceline again")
    path = Path(found.submodule_search_locations[0], "srcjs", name)
    return path.read_text(encoding="utf-8").replace("\r\n", "\n")


def _map_library() -> str:
    """MapLibre GL JS with its licence line, safe inside a script element."""
    text = _maplibre("maplibre-gl.js")
    return text.replace("</script", "<\\/script").replace("<!--", "<\\!--")


def _map_css() -> str:
    return _maplibre("maplibre-gl.css").replace("</style", "<\\/style")


def _policy(scripts: Sequence[str]) -> str:
    """A content security policy under which the page can ask for nothing and runs only its own."""
    hashes = " ".join(
        "'sha256-" + base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() + "'"
        for s in scripts
    )
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; "
        "img-src data: blob:; worker-src blob:; connect-src 'none'; base-uri 'none'; "
        "form-action 'none'"
    )

"""Every ceasefire of the library: its cases hold, and every rule is needed by one of them."""

import dataclasses
from collections.abc import Iterator

import pytest

from truceline.model.agreement import Agreement, Anchor
from truceline.model.provision import MomentReading, MomentReadings, Provision, ZoneReadings
from truceline.monitor.check.clauses import judges_events
from truceline.pipeline.cases import parse_cases, run_cases
from truceline.pipeline.terms import Terms, load
from truceline.store import library

NAMES = library.names()
_cache: dict[str, tuple[Terms, str]] = {}


def _terms(name: str) -> tuple[Terms, str]:
    if name not in _cache:
        terms = load(name)
        _cache[name] = terms, terms.folder.cases.read_text(encoding="utf-8")
    return _cache[name]


def test_the_ceasefires_that_must_be_there_are_there() -> None:
    assert {
        "idlib-2020",
        "southwest-syria-2017",
        "syria-cessation-2016",
        "eastern-ghouta-2018",
    } <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_cases_pass(name: str) -> None:
    terms, text = _terms(name)
    results = run_cases(terms, text, name)
    assert [(r.line, r.differences) for r in results if not r.passed] == []
    assert len(results) >= 8


@pytest.mark.parametrize("name", NAMES)
def test_facts_have_sources(name: str) -> None:
    agreement = _terms(name)[0].agreement
    assert agreement.sources
    assert all(p.source for p in agreement.provisions), "each provision names its clause's source"
    for line in agreement.lines.values():
        assert line.accuracy, "a line says how accurately it is known"
    assert all(case.source for _, case in parse_cases(_terms(name)[1], name))


def _provisions(agreement: Agreement, number: int, new: Provision | None) -> Agreement:
    kept = list(agreement.provisions)
    kept[number : number + 1] = [] if new is None else [new]
    return agreement.model_copy(update={"provisions": tuple(kept)})


def _clause_mutations(p: Provision) -> Iterator[tuple[str, Provision | None]]:
    yield "the rule", None
    for key in ("from_", "until", "for_", "daily", "qualifier", "weapons", "condition", "duty"):
        if getattr(p, key) is not None:
            yield key.rstrip("_"), p.model_copy(update={key: None})
    for key in ("by", "status", "against", "of"):
        if getattr(p, key):
            yield key, p.model_copy(update={key: ()})
    if p.disputed:
        yield "disputed", p.model_copy(update={"disputed": ""})
    for key in ("except_", "suspended", "authorisations"):
        parts = getattr(p, key)
        for k in range(len(parts)):
            left = parts[:k] + parts[k + 1 :]
            yield f"{key.rstrip('_')} {k}", p.model_copy(update={key: left})
    if isinstance(p.zone, ZoneReadings):
        for k, reading in enumerate(p.zone.readings):
            left = tuple(r.zone for n, r in enumerate(p.zone.readings) if n != k)
            yield f"zone reading {reading.zone}", p.model_copy(update={"zone": left[0]})
    elif p.zone is not None:
        yield "zone", p.model_copy(update={"zone": None})
    for key in ("from_", "until"):
        point = getattr(p, key)
        if isinstance(point, MomentReadings):
            for k in range(len(point.readings)):
                left = point.readings[1 - k if len(point.readings) == 2 else (k + 1) % 3]
                value = (left.at or left.anchor) if isinstance(left, MomentReading) else left
                yield f"{key.rstrip('_')} reading {k}", p.model_copy(update={key: value})


def _anchors_of_clauses(agreement: Agreement) -> set[str]:
    used: set[str] = set()
    for p in agreement.provisions:
        if judges_events(p):
            used |= {x for x in (p.from_, p.until) if isinstance(x, str)}
    grown = True
    while grown:
        more = {agreement.anchors[n].after for n in used if n in agreement.anchors} - {None} - used
        used |= {str(m) for m in more}
        grown = bool(more)
    return used


def mutations(agreement: Agreement) -> Iterator[tuple[str, Agreement]]:
    """The agreement with one thing taken out, for each thing that judges events."""
    for number, p in enumerate(agreement.provisions):
        if judges_events(p):
            for what, new in _clause_mutations(p):
                yield f"{p.id}: {what}", _provisions(agreement, number, new)
    for name in sorted(_anchors_of_clauses(agreement) & set(agreement.anchors)):
        anchor = agreement.anchors[name]
        for k in range(len(anchor.readings or ())):
            assert anchor.readings
            left = anchor.readings[:k] + anchor.readings[k + 1 :]
            new = (
                Anchor(at=left[0].at)
                if len(left) == 1
                else anchor.model_copy(update={"readings": left})
            )
            yield (
                f"anchor {name}: reading {k}",
                agreement.model_copy(update={"anchors": {**agreement.anchors, name: new}}),
            )
    for k in range(len(agreement.amendments)):
        left = agreement.amendments[:k] + agreement.amendments[k + 1 :]
        yield f"amendment {k}", agreement.model_copy(update={"amendments": left})


@pytest.mark.parametrize("name", NAMES)
def test_every_rule_is_needed_by_a_case(name: str) -> None:
    terms, text = _terms(name)
    idle = [
        what
        for what, mutated in mutations(terms.agreement)
        if all(
            r.passed for r in run_cases(dataclasses.replace(terms, agreement=mutated), text, name)
        )
    ]
    assert idle == [], "no case fails without these"

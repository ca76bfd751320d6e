"""An agreement as a person reads it: plain text, no markup."""

import textwrap
from collections.abc import Iterator

from truceline.model.agreement import Agreement, Anchor
from truceline.model.provision import MomentReading, MomentReadings, Point, Provision, ZoneReadings


def show_agreement(agreement: Agreement) -> str:
    """The whole agreement in plain text, 100 columns."""
    return "\n".join(_lines(agreement))


def _wrap(text: str, indent: str = "    ") -> str:
    return textwrap.fill(
        " ".join(text.split()), 100, initial_indent=indent, subsequent_indent=indent
    )


def _lines(a: Agreement) -> Iterator[str]:
    yield f"{a.title}" + (" (SIMULATED)" if a.simulated else "")
    yield f"  {a.agreement}; {a.instrument or 'instrument not stated'}; signed {a.signed or '—'}"
    yield f"  clock: {a.timezone}; threshold {a.threshold:g}"
    if a.summary:
        yield ""
        yield _wrap(a.summary, "  ")
    yield "\nMoments"
    for name, anchor in a.all_anchors().items():
        yield f"  {name}: {_anchor(anchor)}"
    yield "\nParties"
    for party_id, party in a.parties.items():
        yield f"  {party_id}  {party.name}"
        for status in party.status:
            dates = " ".join(
                [f"from {status.from_}"] * (status.from_ is not None)
                + [f"until {status.until}"] * (status.until is not None)
            )
            doubt = " (disputed)" if status.disputed else ""
            because = f"; {status.because}" if status.because else ""
            yield f"       {status.is_} {dates}{doubt}{because}".rstrip()
    yield "\nZones"
    for name, definition in a.zones.items():
        said = definition.model_dump(by_alias=True, exclude_none=True, exclude_defaults=True)
        yield _wrap(f"{name}: " + ", ".join(f"{k} {_short(v)}" for k, v in said.items()), "  ")
    if a.lines:
        yield "\nLines"
    for name, line in a.lines.items():
        said = line.model_dump(by_alias=True, exclude_none=True, exclude_defaults=True)
        yield _wrap(f"{name}: " + ", ".join(f"{k} {_short(v)}" for k, v in said.items()), "  ")
    if a.groups:
        yield "\nGroups"
    for name, group in a.groups.items():
        said = group.model_dump(by_alias=True, exclude_none=True, exclude_defaults=True)
        yield _wrap(f"{name}: " + ", ".join(f"{k} {_short(v)}" for k, v in said.items()), "  ")
    yield "\nProvisions"
    for provision in a.provisions:
        yield from _provision(provision)
    for amendment in a.amendments:
        yield f"\nAmended from {amendment.date}: {amendment.because}"
        for provision in amendment.provisions:
            yield from _provision(provision)
        if amendment.repeals:
            yield f"  repeals {', '.join(amendment.repeals)}"
    yield "\nSources"
    for source in a.sources:
        yield _wrap(
            " — ".join(part for part in (source.title, source.ref, source.url) if part), "  "
        )


def _short(value: object) -> str:
    if isinstance(value, float):
        return f"{value / 1000:g} km" if value >= 1000 else f"{value:g} m"
    if isinstance(value, dict):
        return ", ".join(f"{k} {_short(v)}" for k, v in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_short(v) for v in value)
    return str(value)


def _anchor(anchor: Anchor) -> str:
    if anchor.readings:
        return " or ".join(
            f"{r.at}" + (f" ({r.because})" if r.because else "") for r in anchor.readings
        )
    if anchor.after is not None:
        return f"{anchor.plus} after {anchor.after}"
    if anchor.done is not None:
        return f"when {anchor.done} is done"
    return str(anchor.at or anchor.unknown)


def _point(point: Point) -> str:
    if isinstance(point, MomentReadings):
        return (
            " or ".join(r if isinstance(r, str) else str(r.at or r.anchor) for r in point.readings)
            if all(isinstance(r, str | MomentReading) for r in point.readings)
            else ""
        )
    return str(point)


def _provision(p: Provision) -> Iterator[str]:
    who = f" {', '.join(p.by)}:" if p.by else ""
    yield f"  {p.id}{who} {p.kind} {p.phrase}"
    if p.text:
        yield _wrap(f"“{p.text}”", "       ")
    facts = []
    if p.zone is not None:
        zone = (
            " or ".join(r.zone for r in p.zone.readings)
            if isinstance(p.zone, ZoneReadings)
            else p.zone
        )
        facts.append(f"in {zone}")
    if p.from_ is not None:
        facts.append(f"from {_point(p.from_)}")
    if p.until is not None:
        facts.append(f"until {_point(p.until)}")
    if p.for_ is not None:
        facts.append(f"for {p.for_}")
    if p.daily is not None:
        facts.append(f"each day {p.daily.from_} to {p.daily.until}")
    if p.along is not None:
        facts.append(f"along {p.along}")
    if p.who:
        facts.append(f"owed by {', '.join(p.who)}")
    if p.within is not None and p.after is not None:
        facts.append(f"within {p.within} of {_point(p.after)}")
    if facts:
        yield _wrap("; ".join(facts), "       ")
    for exception in p.except_:
        what = ", ".join(
            [
                *(f"against {n}" for n in exception.against),
                *(f"by {n}" for n in exception.by),
                *exception.acts,
            ]
        )
        mark = " (contested)" if exception.contested else ""
        yield _wrap(f"except {what}{mark} {exception.because}".rstrip(), "       ")

"""A draft agreement file from a reading: every gap is a marked line, every clause carries its words."""

import json
import re

from truceline.reading.answer import Reading, Term

_VERB = {
    "cessation": "prohibits",
    "prohibition": "prohibits",
    "exception": "permits",
    "zone": "defines",
    "duration": "defines",
}
_WHAT = {
    "cessation": "all military actions",
    "zone": "a zone",
    "duration": "how long the terms hold",
    "patrol": "patrols",
    "withdrawal": "withdrawal",
    "handover": "handover",
    "deployment": "deployment",
    "monitoring": "monitoring",
    "deliverable": "a thing to be delivered or agreed",
    "release": "release of persons",
    "access": "access",
    "meeting": "a meeting",
}


def _quote(text: str) -> str:
    return json.dumps(re.sub(r"\s+", " ", text).strip(), ensure_ascii=False)


def _comment(text: str, indent: str) -> list[str]:
    words = re.sub(r"\s+", " ", text).strip()
    lines, line = [], ""
    for word in words.split(" "):
        if len(line) + len(word) > 88:
            lines.append(line)
            line = ""
        line = f"{line} {word}".strip()
    return [f"{indent}# {x}" for x in [*lines, line] if x]


def _days(iso: str) -> str:
    """Weeks as days: every reader of ISO 8601 takes them."""
    match = re.fullmatch(r"P(\d+)W", iso)
    return f"P{int(match.group(1)) * 7}D" if match else iso


def _codes(names: list[str]) -> dict[str, str]:
    codes: dict[str, str] = {}
    for name in names:
        letters = re.sub(r"[^A-Za-z]", "", name).upper() or "PARTY"
        for size in range(3, len(letters) + 1):
            if letters[:size] not in codes.values():
                codes[name] = letters[:size]
                break
        else:
            codes[name] = f"{letters}{len(codes)}"
    return codes


def draft(reading: Reading, *, name: str | None = None, timezone: str | None = None) -> str:
    """YAML text of a draft agreement file.

    ``name``: the agreement's id (kebab-case), from the document's name where None.
    ``timezone``: an IANA zone; where None a line marked FILL stands in. Every line that a
    person must fill carries the word FILL; the quoted words stand above each provision.
    """
    stem = re.sub(r"\.[A-Za-z0-9]{1,5}$", "", name or reading.name.rsplit("/", 1)[-1])
    slug = re.sub(r"[^a-z0-9]+", "-", stem.lower()).strip("-") or "draft"
    lines = [
        f"# A draft, read by machine from {reading.name} (SHA-256 {reading.sha256[:16]}…).",
        "# Check every line against the document. Lines marked FILL need a person.",
        f"agreement: {slug}",
        f"title: {_quote(f'FILL: title (draft from {stem})')}  # FILL: the agreement's title",
        "# FILL: signed: YYYY-MM-DD",
        f"timezone: {timezone}"
        if timezone
        else "timezone: Etc/UTC  # FILL: the IANA timezone of the place, such as Asia/Damascus",
    ]
    if reading.published:
        lines += [
            "sources:",
            f"  - title: {_quote(reading.name)}",
            f"    date: {reading.published}",
        ]
    lines += _anchors(reading)
    names = []
    for term in reading.terms:
        names += [p for p in term.parties if p not in names]
    codes = _codes(names)
    if codes:
        lines.append("parties:")
        for party, code in codes.items():
            lines += [
                f"  {code}:",
                f"    name: {_quote(party)}",
                "    status: []  # FILL: signatory, guarantor, not-bound …, with dates",
            ]
    lines.append("provisions:" if reading.terms else "provisions: []  # FILL: no term was found")
    counts: dict[str, int] = {}
    cessation = any(t.kind == "cessation" and t.start for t in reading.terms)
    for term in reading.terms:
        counts[term.kind] = counts.get(term.kind, 0) + 1
        lines += _provision(term, f"{term.kind}-{counts[term.kind]}", codes, cessation)
    for caution in reading.warnings:
        lines += _comment(f"warning, {caution.kind}: {caution.text}", "")
    return "\n".join(lines) + "\n"


def _anchors(reading: Reading) -> list[str]:
    first = next((t for t in reading.terms if t.kind == "cessation" and t.start), None)
    lines = ["anchors:"]
    if first is None or first.start is None:
        lines.append(
            "  cessation-start: {unknown: undisclosed}  # FILL: at: the moment when it begins"
        )
    else:
        others = [
            n.removeprefix("readings: ").split(" or ")
            for n in first.notes
            if n.startswith("readings: ")
        ]
        if others and len(set(others[0])) > 1:
            lines += ["  cessation-start:", "    readings:"]
            ordered = sorted(set(others[0]), key=lambda r: r != first.start)
            lines += [
                f"      - {{at: {_quote(at)}, because: {_quote('one way to read the words')}}}"
                for at in ordered
            ]
        else:
            lines.append(f"  cessation-start: {{at: {_quote(first.start)}}}")
    lines.append(
        "  signature: {unknown: undisclosed}  # FILL: delete this line once signed: is given above"
    )
    return lines


def _provision(term: Term, ident: str, codes: dict[str, str], cessation: bool) -> list[str]:
    verb = _VERB.get(term.kind, "requires")
    words = " … ".join(e.text for e in term.evidence)
    lines = _comment(f"“{words}”", "  ")
    lines.append(f"  - id: {ident}")
    what = words if term.kind in ("prohibition", "exception") else _WHAT.get(term.kind, term.kind)
    if term.count is not None and term.kind not in ("prohibition", "exception"):
        what = f"{what} ({term.count} {term.of or ''})".replace(" )", ")")
    gap = "  # FILL: the acts that this forbids, as acts: […]" if term.kind == "prohibition" else ""
    lines.append(f"    {verb}: {_quote(what)}{gap}")
    lines.append(f"    text: {_quote(words)}")
    who = [codes[p] for p in term.parties if p in codes]
    if who and verb == "requires":
        lines.append(f"    who: [{', '.join(who)}]  # FILL: only those that owe it")
    daily = (
        re.fullmatch(r".*T(\d\d:\d\d).*", term.start or ""),
        re.fullmatch(r".*T(\d\d:\d\d).*", term.until or ""),
    )
    if term.recurs in ("P1D", "PT24H") and daily[0] and daily[1]:
        lines.append(f"    from: {_quote((term.start or '')[:10])}")
        lines.append(
            f"    daily: {{from: {_quote(daily[0].group(1))}, until: {_quote(daily[1].group(1))}}}"
        )
    else:
        if term.kind == "cessation" and cessation:
            lines.append("    from: cessation-start")
        elif term.start and len(term.start) >= 10:
            lines.append(f"    from: {_quote(term.start)}")
        if term.until and len(term.until) >= 10:
            lines.append(f"    until: {_quote(term.until)}")
        if term.recurs and verb == "requires":
            lines.append(f"    every: {_days(term.recurs)}")
    if term.within and verb == "requires":
        lines.append(f"    within: {_days(term.within)}")
        anchor = (
            "signature"
            if re.search(r"\bsign", term.after or "")
            else "cessation-start"
            if term.after
            else None
        )
        if anchor:
            lines.append(
                f"    after: {anchor}  # FILL: the document says {_quote(term.after or '')}"
            )
        else:
            lines.append(
                "    after: {readings: [signature, cessation-start]}  # FILL: the document names no anchor"
            )
    elif term.within:
        lines.append(f"    for: {_days(term.within)}")
    if term.due and verb == "requires" and not term.within and len(term.due) >= 10:
        lines.append(f"    by-date: {_quote(term.due)}")
    notes = list(term.notes)
    if term.distance_m is not None:
        notes.append(f"distance {term.distance_m:g} m")
    if term.width_m is not None:
        notes.append(f"total width {term.width_m:g} m")
    if notes:
        lines.append(f"    note: {_quote('; '.join(notes))}")
    if term.kind == "zone":
        lines.append(
            "    # FILL: zone: draw it under zones: (along a line with a depth, a disc, or a file)"
        )
    return lines

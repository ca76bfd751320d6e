"""Evidence before it is entered: what is wrong with it, in words that say what to do."""

import difflib
import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from truceline.model.agreement import Agreement
from truceline.model.obligation import SAYS, Evidence, Told
from truceline.model.provision import Provision
from truceline.monitor.obligations.count import utc
from truceline.monitor.obligations.obligations import duties, kind_of

FIELDS = (
    "provision",
    "state",
    "on",
    "source",
    "party",
    "occurrence",
    "of",
    "value",
    "low",
    "high",
    "words",
)
_NUMBERED = ("limit", "count", "ratio")


class EntryError(ValueError):
    """Evidence that cannot be entered: ``field`` is wrong as ``what`` says; do ``todo``."""

    def __init__(self, field: str, what: str, todo: str) -> None:
        super().__init__(f"{field}: {what}; {todo}")
        self.field, self.what, self.todo = field, what, todo


def entry(agreement: Agreement, given: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """What is entered under ``given['provision']``, as JSON values. ``now`` is aware.

    Raises EntryError at the first thing that is wrong.
    """
    row = {name: given.get(name, "").strip() for name in FIELDS}
    versions = _versions(agreement, row["provision"])
    says = row["state"].lower()
    if says not in SAYS:
        near = difflib.get_close_matches(says, SAYS, 1)
        hint = f"did you mean '{near[0]}'?" if near else f"write one of {', '.join(SAYS)}"
        raise EntryError("state", f"'{row['state']}' is nothing that evidence can say", hint)
    _says_fits(versions, says)
    told = _told(agreement, row["on"], now)
    said: dict[str, Any] = {"says": says, "on": told.text}
    said |= {name: row[name] for name in ("source", "party", "words") if row[name]}
    if row["party"] and not any(row["party"] in (*p.who, *p.by) for p in versions):
        owed = sorted({n for p in versions for n in (*p.who, *p.by)})
        raise EntryError("party", f"'{row['party']}' does not owe it", f"it is owed by {owed}")
    if row["occurrence"]:
        said["occurrence"] = _occurrence(row["occurrence"], versions)
    if says == "figure":
        said |= _figure(versions, row)
    elif any(row[name] for name in ("value", "low", "high", "of")):
        raise EntryError("value", f"'{says}' takes no number", "write state 'figure' for a number")
    return said


def evidence_of(
    number: int,
    provision: str,
    said: Mapping[str, Any],
    who: str,
    at: datetime,
    document: tuple[str, str],
    supersedes: int | None,
    agreement: Agreement,
) -> Evidence:
    """An entry of the register as evidence. Raises ValueError, KeyError for what is none."""
    says = str(said["says"])
    if says not in SAYS:
        raise ValueError(f"'{says}' is nothing that evidence can say")
    return Evidence(
        entry=number,
        provision=provision,
        says=says,
        when=Told.parse(str(said["on"]), agreement.tz),
        by=who,
        at=utc(at),
        source=str(said.get("source", "")),
        party=str(said.get("party", "")),
        occurrence=said.get("occurrence"),
        of=str(said.get("of", "")),
        value=said.get("value"),
        low=said.get("low"),
        high=said.get("high"),
        words=str(said.get("words", "")),
        document=document[0],
        document_name=document[1],
        supersedes=supersedes,
    )


def unlikely(agreement: Agreement, provision: str, said: Mapping[str, Any]) -> str:
    """What makes a figure look as if its unit were wrong; '' for nothing."""
    if said.get("says") != "figure":
        return ""
    number = next((said[k] for k in ("value", "low", "high") if said.get(k)), 0)
    for p in (d.provision for d in duties(agreement) if d.provision.id == provision):
        for limit in p.limit:
            bound = limit.at_most or limit.at_least or 0
            if limit.of == said.get("of", limit.of) and bound and number:
                if number >= 200 * bound:
                    return (
                        f"{number:,.12g} is {number / bound:,.0f} times the {bound:,} of the text"
                    )
                if 200 * number <= bound:
                    return f"{number:,.12g} beside the {bound:,} of the text: is it in thousands?"
    return ""


def _versions(agreement: Agreement, name: str) -> list[Provision]:
    owed = {d.provision.id for d in duties(agreement)}
    if name in owed:
        return [d.provision for d in duties(agreement) if d.provision.id == name]
    listed = f"evidence is about: {', '.join(sorted(owed)) or 'nothing (no obligations)'}"
    every = [*agreement.provisions, *(p for a in agreement.amendments for p in a.provisions)]
    for p in every:
        if p.id == name:
            what = f"'{name}' {p.kind} {p.phrase}, and is no obligation"
            raise EntryError("provision", what, listed)
    if not name:
        raise EntryError("provision", "no provision is named", listed)
    near = difflib.get_close_matches(name, owed, 1)
    hint = f"did you mean '{near[0]}'?" if near else listed
    raise EntryError("provision", f"'{name}' is no provision of {agreement.agreement}", hint)


def _says_fits(versions: list[Provision], says: str) -> None:
    kinds = {kind_of(p) for p in versions}
    if says == "figure" and not kinds & set(_NUMBERED) and not any(p.limit for p in versions):
        raise EntryError(
            "state", "the clause has no number to report", "write 'done' or 'not-done'"
        )
    if says == "notice" and not any(p.renewal for p in versions):
        raise EntryError("state", "the clause is not renewed, so that no notice ends it", "correct")
    if says.startswith("holds") and not any(p.condition for p in versions):
        raise EntryError("state", "the clause has no condition", "write 'done' or 'not-done'")
    if says in ("done", "not-done", "waived") and kinds <= {*_NUMBERED, "term"}:
        raise EntryError("state", f"'{says}' says nothing of a number", "write 'figure' and value")


def _told(agreement: Agreement, text: str, now: datetime) -> Told:
    if not text:
        raise EntryError("on", "no date is given", "write when it happened, as in 2020-03-12")
    try:
        told = Told.parse(text, agreement.tz)
    except ValueError as error:
        what, _, todo = str(error).partition("; ")
        raise EntryError("on", what, todo or "correct it") from None
    if told.lo is not None and told.lo > utc(now):
        raise EntryError(
            "on", f"'{text}' is in the future", "enter it when it has happened, or correct the date"
        )
    if agreement.signed is not None and told.hi <= utc(agreement.signed.start(agreement.tz)):
        raise EntryError(
            "on",
            f"'{text}' is before the agreement (signed {agreement.signed})",
            "correct the date; what happened before is no evidence of it",
        )
    return told


def _occurrence(text: str, versions: list[Provision]) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise EntryError("occurrence", f"'{text}' counts nothing", "write 1 for the first period")
    if not any(p.every or any(n.per for n in p.limit) or p.renewal for p in versions):
        raise EntryError("occurrence", "the clause does not repeat", "leave it out")
    return int(text)


def _figure(versions: list[Provision], row: Mapping[str, str]) -> dict[str, Any]:
    known = {limit.of for p in versions for limit in p.limit}
    known |= {n for p in versions if p.ratio for n in (p.ratio.of, p.ratio.of_the_other)}
    of = row["of"]
    if not of and len(known) > 1:
        raise EntryError("of", "the clause counts several things", f"write one of {sorted(known)}")
    if of and of not in known:
        near = difflib.get_close_matches(of, known, 1)
        hint = f"did you mean '{near[0]}'?" if near else f"write one of {sorted(known)}"
        raise EntryError("of", f"'{of}' is not what the clause counts", hint)
    found: dict[str, Any] = {"of": of or next(iter(known))}
    for name in ("value", "low", "high"):
        if row[name]:
            found[name] = _number(name, row[name])
    if not {"value", "low", "high"} & set(found):
        raise EntryError("value", "a figure without a number", "give value, or low and high")
    low, high = found.get("low", found.get("value")), found.get("high", found.get("value"))
    if low is not None and high is not None and low > high:
        raise EntryError("low", f"{low:g} is more than {high:g}", "put the lower number first")
    value = found.get("value")
    if value is not None and not (low or 0) <= value <= (value if high is None else high):
        raise EntryError("value", f"{value:g} is not between low and high", "correct one of them")
    return found


def _number(name: str, text: str) -> float:
    try:
        number = float(text.replace(",", "").replace("\u00a0", "").replace(" ", ""))
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or number < 0 or (text.count(",") and not _thousands(text)):
        raise EntryError(name, f"'{text}' is no number", "write digits alone, as in 1960")
    return int(number) if number == int(number) else number


def _thousands(text: str) -> bool:
    first, *rest = text.split(",")
    return len(first) <= 3 and all(len(part.split(".")[0]) == 3 for part in rest)

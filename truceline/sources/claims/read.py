"""What ``truceline read --json`` found in a document, as claims and statements.

With the document's own text at hand every piece of evidence is looked up in it: words that do
not stand at their offsets are refused.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from truceline.model.claim import MEASURES, MOST, Claim, fold, stated_bounds
from truceline.model.statement import Statement
from truceline.sources.claims.row import days_of
from truceline.sources.claims.taken import Taken, Told

_MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
_SINCE = re.compile(
    rf"\bsince (?:(?:early|mid|late|the (?:start|beginning|end) of)[ -])?"
    rf"(?:(?P<day>\d{{1,2}}) )?(?P<month>{_MONTHS})(?: (?P<day2>\d{{1,2}})\b)?,?(?: (?P<year>\d{{4}}))?",
    re.IGNORECASE,
)
_IN = re.compile(
    rf"\b(?:in|during|throughout) (?P<month>{_MONTHS})(?: (?P<year>\d{{4}}))?\b", re.IGNORECASE
)
_SO_FAR = re.compile(r"\b(?:so far|to date|since|in total|altogether)\b", re.IGNORECASE)
_NOW = re.compile(
    r"\b(?:now|currently|still|remains?|hosts?|hosting|home to|live|lives|living|shelter\w*|"
    r"in camps|are in|holds?|held)\b",
    re.IGNORECASE,
)
_STOCKS = frozenset({"refugees", "displaced", "besieged", "detained", "missing"})
_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"”’')\]]*\s+(?=[\"“‘'(\[]?[A-Z])|\n\s*\n")


class NotAReadingError(ValueError):
    """The JSON is no answer of ``truceline read --json``; the message says what it lacks."""


def take(taken: Taken, told: Told, found: Any, *, text: str = "", document: str = "") -> None:
    """Claims and statements of a reading into ``taken``.

    Args:
        taken: receives them; ``taken.sha256`` is the JSON file's.
        told: context; ``told.source`` names who printed the document.
        found: the parsed JSON.
        text: the document as the offsets count it; '' where it is not at hand.
        document: the document's SHA-256 where the case keeps it, else ''.

    Raises:
        NotAReadingError: it is other JSON.
    """
    if not isinstance(found, dict) or not isinstance(found.get("document"), dict):
        raise NotAReadingError("it has no 'document'; give what 'truceline read --json' prints")
    about = found["document"]
    said = _published(taken, told, about)
    name = str(about.get("name") or taken.file)
    base: dict[str, Any] = {
        "source": told.source or _stem(name),
        "document": document or taken.sha256,
        "file": name.replace("\\", "/").rsplit("/", 1)[-1],
    }
    places = {
        fold(str(n)): p
        for p in _dicts(found.get("places"))
        for n in (p.get("name", ""), *_strings(p.get("variants")))
    }
    for number, item in enumerate(_members(found, "claims"), start=1):
        taken.rows += 1
        evidence = _evidence(taken, item, text, number, "claims")
        if evidence is None:
            continue
        claim = _claim(taken, told, item, number, said, _around(text, evidence))
        if claim is None:
            continue
        place = _placed(told, str(item.get("place") or ""), places)
        taken.add(Claim(**claim, **place, **base, **_at(evidence), line=number))
    for number, item in enumerate(_members(found, "statements"), start=1):
        taken.rows += 1
        evidence = _evidence(taken, item, text, number, "statements")
        if evidence is None:
            continue
        quote = str(item.get("quote") or "").strip()
        if not quote:
            taken.fail(number, "statements", "", "the statement has no words", "give its 'quote'")
            continue
        start, end, _ = evidence
        taken.say(
            Statement(
                speaker=str(item.get("speaker") or ""),
                quote=quote,
                said=said,
                how=str(item.get("how") or ""),
                start=start,
                end=end,
                line=number,
                **base,
            )
        )


def _published(taken: Taken, told: Told, about: Mapping[str, Any]) -> str:
    text = told.document_date or str(about.get("published") or "")
    if not text:
        taken.note(
            1,
            "the document has no date, so nothing in it has the day it was said",
            "read it again with --published, or give --document-date",
        )
        return ""
    try:
        return days_of(text, told.timezone)[1]
    except ValueError as error:
        what, _, todo = str(error).partition("; ")
        taken.note(1, f"published {text}: {what}", todo)
        return ""


def _members(found: Mapping[str, Any], name: str) -> list[Any]:
    items = found.get(name, [])
    return items if isinstance(items, list) else [items]


def _dicts(items: Any) -> list[dict[str, Any]]:
    return [i for i in items if isinstance(i, dict)] if isinstance(items, list) else []


def _strings(items: Any) -> list[str]:
    return [i for i in items if isinstance(i, str)] if isinstance(items, list) else []


def _stem(name: str) -> str:
    return re.sub(r"\.\w{1,5}$", "", name.replace("\\", "/").rsplit("/", 1)[-1])


Evidence = tuple[int, int, str]


def _evidence(taken: Taken, item: Any, text: str, number: int, part: str) -> Evidence | None:
    """The first piece of evidence, or None after saying what is wrong with it."""
    if not isinstance(item, dict):
        taken.fail(number, part, str(item), f"item {number} is no object", "read the file again")
        return None
    for piece in _dicts(item.get("evidence")):
        start, end, words = piece.get("start"), piece.get("end"), piece.get("text")
        if not (isinstance(start, int) and isinstance(end, int) and 0 <= start < end):
            continue
        if isinstance(words, str) and words:
            if text and text[start:end] != words:
                taken.fail(
                    number,
                    part,
                    words,
                    f"the words do not stand at {start} to {end} of the document",
                    "read the document again; this reading is of another text",
                )
                return None
            return start, end, words
    taken.fail(
        number,
        part,
        str(item.get("value", item.get("quote", ""))),
        f"item {number} has no evidence",
        "a claim without its words is not taken in",
    )
    return None


def _at(evidence: Evidence) -> dict[str, Any]:
    return {"start": evidence[0], "end": evidence[1], "words": evidence[2]}


def _around(text: str, evidence: Evidence) -> str:
    """The sentence that the words stand in; the words alone where there is no text."""
    start, end, words = evidence
    if not text:
        return words
    before = max(
        (m.end() for m in _SENTENCE_END.finditer(text, max(0, start - 600), start)),
        default=max(0, start - 600),
    )
    after = _SENTENCE_END.search(text, end, end + 600)
    return text[before : after.start() if after else end + 200]


def _claim(
    taken: Taken, told: Told, item: Mapping[str, Any], number: int, said: str, around: str
) -> dict[str, Any] | None:
    measure, word = str(item.get("measure") or ""), str(item.get("word") or "")
    if measure not in MEASURES:
        taken.fail(
            number,
            "measure",
            measure,
            f"'{measure}' is no measure that the ledger knows",
            f"use one of {', '.join(MEASURES)}",
        )
        return None
    value, low, high = (_number(item.get(k)) for k in ("value", "low", "high"))
    numbers = [v for v in (value, low, high) if v is not None]
    if not numbers or any(v < 0 or v > MOST for v in numbers):
        taken.fail(number, "value", str(item.get("value")), "there is no figure", "read it again")
        return None
    if measure != "other" and any(not v.is_integer() for v in numbers):
        taken.fail(
            number,
            "value",
            str(item.get("value")),
            "it is no whole number of people",
            "look at the unit that the words state",
        )
        return None
    qualifier = str(item.get("qualifier") or "")
    if value is not None and low is None and high is None:
        low, high = stated_bounds(value, qualifier)
    kind, meant = _when(taken, told, item, number, measure, said, around)
    return {
        "measure": measure,
        "value": value,
        "low": low,
        "high": high,
        "qualifier": qualifier,
        "word": word if measure == "other" else "",
        "of_whom": str(item.get("who") or ""),
        "by_whom": str(item.get("by") or ""),
        "population": kind,
        "meant_from": meant[0],
        "meant_to": meant[1],
        "said": said,
        "said_by": str(item.get("said_by") or ""),
    }


def _number(value: Any) -> float | None:
    good = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e15
    return float(value) if good else None


def _when(
    taken: Taken,
    told: Told,
    item: Mapping[str, Any],
    number: int,
    measure: str,
    said: str,
    around: str,
) -> tuple[str, tuple[str, str]]:
    """The kind of figure and the days it speaks of, by the words around it; else unknown."""
    if (found := _SINCE.search(around)) and (since := _month(found, said, first=True)):
        return "cumulative", (since[0], said)
    time = str(item.get("time") or "")
    if time:
        try:
            return "flow", days_of(time, told.timezone)
        except ValueError:
            taken.note(number, f"the time '{time}' cannot be read; it is left out", "read it again")
    if (found := _IN.search(around)) and (month := _month(found, said, first=False)):
        return "flow", month
    if _SO_FAR.search(around):
        return "cumulative", ("", said)
    if measure in _STOCKS and _NOW.search(around):
        return "stock", (said, said)
    return "unknown", ("", "")


def _month(found: re.Match[str], said: str, *, first: bool) -> tuple[str, str] | None:
    """The days of a named month; without a year the last such month before it was said."""
    number = _MONTHS.split("|").index(found["month"].casefold()) + 1
    year = found["year"]
    if not year:
        if not said:
            return None
        day = date.fromisoformat(said)
        year = str(day.year if number <= day.month else day.year - 1)
    start, end = days_of(f"{year}-{number:02d}", "UTC")
    if first and (day_ := found["day"] or found["day2"]):
        try:
            start = date(int(year), number, int(day_)).isoformat()
        except ValueError:
            return None
    return start, end


def _placed(told: Told, name: str, places: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """A place with the coordinates of the agreement, else those that the reading gives."""
    own = told.places.get(fold(name))
    if own is not None:
        return {"place": name, "known_as": own[0], "lon": own[1], "lat": own[2]}
    near = places.get(fold(name), {})
    lon, lat = _number(near.get("lon")), _number(near.get("lat"))
    known = str(near.get("name") or "") if name else ""
    return {
        "place": name,
        "known_as": known,
        "lon": lon if name else None,
        "lat": lat if name else None,
    }

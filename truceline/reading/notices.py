"""Warnings: what a careful editor would mark, each with the words that show it."""

import re
from functools import lru_cache

from rapidfuzz import fuzz

from truceline.model.spot import Spot
from truceline.reading.marks import Marks
from truceline.reading.names.people import People, known_actors
from truceline.reading.names.who import Mention
from truceline.reading.page.page import Page
from truceline.reading.page.words import Sentence
from truceline.reading.terms.drafting import Draft
from truceline.reading.times.anchoring import Calendar

Notice = tuple[str, str, tuple[int, int], str | None]
_TOTAL = re.compile(r"\b(?:a total of|totall?ing|in total|altogether|in all)\b")
_ROLED = re.compile(
    r"\b(?:troops|forces|army|military|government|ministry|president|soldiers|officials?|delegation|authorities|leader|spokes\w+|minister|fighters|rebels|regime|side|movement|group|ally|backed|supported)\b",
    re.I,
)


def notices_of(
    page: Page,
    sentences: list[Sentence],
    marks: list[Marks],
    cal: Calendar,
    people: People,
    actors: list[Mention],
    drafts: list[Draft],
) -> list[Notice]:
    """Every warning: kind, sentence, span in the page's text, suggestion."""
    found: list[Notice] = []
    for start, end, what, suggestion in cal.mismatches:
        found.append(
            ("weekday", f"the weekday does not fit the date: {what}", (start, end), suggestion)
        )
    for mark in marks:
        for moment in mark.moments:
            if moment.readings and moment.iso:
                a, b = moment.readings
                found.append(
                    (
                        "ambiguous time",
                        f"“midnight” may begin or end the day: {a} or {b}; {moment.iso} was chosen",
                        (moment.said.start, moment.said.end),
                        moment.iso,
                    )
                )
    found.extend(_garbled(sentences))
    found.extend(_sums(page, drafts, sentences, marks))
    found.extend(_spellings(actors))
    found.extend(_no_anchor(drafts, page))
    found.extend(_roleless(actors, sentences))
    return found


def unsure_places(places: list[Mention], unsure: dict[str, tuple[Spot, ...]]) -> list[Notice]:
    """Names of several places between which the document does not choose: none is given."""
    found: list[Notice] = []
    for place in places:
        spots = next((unsure[v] for v in place.variants if v in unsure), None)
        if spots is not None:
            told = ", ".join(
                f"{s.name}{f' ({s.country})' if s.country else ''} at {s.lat:.2f}, {s.lon:.2f}"
                for s in spots[:4]
            )
            found.append(
                (
                    "ambiguous place",
                    f"“{place.name}” may be {len(spots)} places of {spots[0].gazetteer}: {told}; none was chosen",
                    place.spans[0],
                    "give the one meant in a gazetteer of your own, before this one",
                )
            )
    return found


@lru_cache(maxsize=1)
def _known_persons() -> list[tuple[str, list[str], str, str]]:
    """The known persons of more than one name: name, its parts, the first, the last."""
    names = sorted({name for name, kind in known_actors().values() if kind == "person"})
    split = [(name, name.split()) for name in names]
    return [(n, p, p[0], re.sub(r"^(?:al|el)-", "", p[-1])) for n, p in split if len(p) > 1]


def _garbled(sentences: list[Sentence]) -> list[Notice]:
    """A known person's first and last names with strange words between them."""
    found: list[Notice] = []
    whole = "\n".join(s.text for s in sentences)
    for name, parts, first, last in _known_persons():
        if first not in whole or last not in whole:
            continue
        for sentence in sentences:
            if first not in sentence.text or last not in sentence.text:
                continue
            for match in re.finditer(
                rf"\b{re.escape(first)}\s+(?P<between>[^.;:!?\"“”()]{{3,40}}?)\s*\b(?:al-|el-)?{re.escape(last)}\b",
                sentence.text,
            ):
                between = match.group("between").strip()
                inside = " ".join(parts[1:-1])
                if (
                    not between
                    or between.lower() in (inside.lower(), "al", "el", "al-", "el-")
                    or " and " in f" {between} "
                    or "," in between
                    or (inside and fuzz.ratio(between.lower(), inside.lower()) >= 70)
                ):
                    continue
                if len(between.split()) <= 4:
                    span = (sentence.start + match.start(), sentence.start + match.end())
                    rest = re.sub(r"(?:al|el)-[A-Z]\w+", "", between).strip()
                    found.append(
                        (
                            "garbled name",
                            f"“{match.group()}” looks like {name}, garbled",
                            span,
                            f"{rest} of {name}" if rest.islower() else name,
                        )
                    )
    return found


def _sums(
    page: Page, drafts: list[Draft], sentences: list[Sentence], marks: list[Marks]
) -> list[Notice]:
    found: list[Notice] = []
    for draft in drafts:
        if (
            draft.kind == "zone"
            and draft.each_side
            and draft.distance_m
            and draft.width_m
            and abs(2 * draft.distance_m - draft.width_m) > 0.02 * draft.width_m
        ):
            found.append(
                (
                    "sum",
                    f"{draft.distance_m / 1000:g} km on either side is {2 * draft.distance_m / 1000:g} km, not the {draft.width_m / 1000:g} km said",
                    draft.spans[0],
                    f"{2 * draft.distance_m / 1000:g} km in total",
                )
            )
    for sentence, mark in zip(sentences, marks, strict=True):
        match = _TOTAL.search(sentence.low)
        values = [
            (q.value, sentence.tokens[q.first].start, sentence.tokens[q.last - 1].end)
            for q in mark.quantities
            if q.value is not None and q.qualifier is None
        ]
        if (
            match
            and len(values) >= 3
            and re.search(
                r":|comprising|of which|made up of|including both|consisting", sentence.low
            )
        ):
            total = max(values)
            parts = [v for v in values if v[0] != total[0]]
            if (
                re.search(r"comprising|made up of|consisting|:", sentence.low)
                and sum(v[0] for v in parts) != total[0]
            ):
                found.append(
                    (
                        "sum",
                        f"the parts add up to {sum(v[0] for v in parts):g}, not {total[0]:g}",
                        (total[1], total[2]),
                        f"{sum(v[0] for v in parts):g}",
                    )
                )
    return found


def _spellings(actors: list[Mention]) -> list[Notice]:
    found: list[Notice] = []
    for actor in actors:
        if actor.kind != "person" or len(actor.variants) < 2:
            continue
        shapes: dict[str, str] = {}
        full = actor.name.split()
        for variant in actor.variants:
            parts = variant.split()
            if not all(any(p == f for f in full) for p in parts):
                shapes[variant] = variant
        for variant in shapes:
            at = next((s for s in actor.spans if s[1] - s[0] == len(variant)), actor.spans[0])
            found.append(
                (
                    "spelling",
                    f"“{variant}” and “{actor.name}” are one person, spelled in two ways",
                    at,
                    actor.name,
                )
            )
    return found


def _no_anchor(drafts: list[Draft], page: Page) -> list[Notice]:
    return [
        (
            "no anchor",
            f"the text does not say from when the {d.within} are counted (signature, entry into force and the start of the cessation are possible)",
            d.spans[0],
            None,
        )
        for d in drafts
        if d.within
        and d.after is None
        and d.kind
        in (
            "deliverable",
            "withdrawal",
            "handover",
            "release",
            "deployment",
            "monitoring",
            "meeting",
            "access",
        )
        and not any("counts from" in n for n in d.notes)
        and d.start is None
    ]


def _roleless(actors: list[Mention], sentences: list[Sentence]) -> list[Notice]:
    """An armed group or person named without a word of what they are."""
    found: list[Notice] = []
    for actor in actors:
        if actor.kind not in ("armed group", "person") or len(actor.spans) > 1:
            continue
        start, end = actor.spans[0]
        sentence = next((s for s in sentences if s.start <= start < s.end), None)
        if sentence is None:
            continue
        near = sentence.text[max(0, start - sentence.start - 60) : end - sentence.start + 60]
        if actor.kind == "armed group" and not _ROLED.search(near):
            found.append(
                (
                    "party without a role",
                    f"{actor.name} is named without a word of its part in this",
                    (start, end),
                    None,
                )
            )
    return found

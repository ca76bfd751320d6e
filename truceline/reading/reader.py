"""read(): one document, read once, from bytes to a ``Reading``. Pure: no file, no network."""

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from truceline.reading.answer import (
    Actor,
    Caution,
    Claim,
    Evidence,
    Place,
    Reading,
    Statement,
    Term,
)
from truceline.reading.claims.claims import Scene, read_claims
from truceline.reading.claims.rules import Figure
from truceline.reading.marks import Marks, marks_of
from truceline.reading.names.people import People, people_of
from truceline.reading.names.places import Gazetteer, country_zone
from truceline.reading.names.who import Mention, also_named, mentions_of, the_zone, without_garbled
from truceline.reading.notices import notices_of
from truceline.reading.page.body import body_and_dropped, mark_body
from truceline.reading.page.document import MAX_BYTES, open_page
from truceline.reading.page.page import Page
from truceline.reading.page.words import Sentence, sentences_of
from truceline.reading.speech.labels import labels_of
from truceline.reading.speech.quotation import quotes_of
from truceline.reading.speech.quotes import said_in, statements_of
from truceline.reading.terms.details import settle
from truceline.reading.terms.drafting import Draft, Setting, is_agreement
from truceline.reading.terms.joining import join_terms
from truceline.reading.terms.lists import is_digest, unders_of
from truceline.reading.terms.terms import leading_kind, read_terms
from truceline.reading.times.anchoring import Calendar, anchor
from truceline.reading.times.published import find_published
from truceline.reading.times.times import moments_of

if TYPE_CHECKING:
    from lingua import LanguageDetector

_ENGLISH = frozenset(
    [
        "the",
        "of",
        "and",
        "to",
        "in",
        "a",
        "is",
        "that",
        "for",
        "on",
        "with",
        "as",
        "by",
        "at",
        "from",
        "are",
        "were",
        "was",
        "has",
        "have",
        "it",
        "this",
        "be",
        "will",
        "shall",
        "not",
        "said",
        "or",
    ]
)
_FORCE = re.compile(
    r"\b(?:came into (?:force|effect)|took effect|entered into (?:force|effect)|went into effect|has begun|began|started|stopped)\b"
)
_CEASE = re.compile(r"\b(?:cease-?fire|truce|armistice|cessation|hostilities|pause)\b")


@lru_cache(maxsize=1)
def _detector() -> "LanguageDetector":
    from lingua import LanguageDetectorBuilder  # noqa: PLC0415 # slow to load, seldom asked

    return LanguageDetectorBuilder.from_all_spoken_languages().with_low_accuracy_mode().build()


def language_of(text: str) -> str | None:
    """ISO 639-1 code of the text's language, None where it cannot be told."""
    words = re.findall(r"[a-z]+", text[:4000].lower())
    if len(words) >= 20 and sum(w in _ENGLISH for w in words) >= 0.2 * len(words):
        return "en"
    found = _detector().detect_language_of(text[:2000])
    return found.iso_code_639_1.name.lower() if found else None


def read(
    data: bytes,
    *,
    name: str = "document",
    published: date | None = None,
    places: Mapping[str, object] | None = None,
    gazetteer: str = "given",
    max_bytes: int = MAX_BYTES,
) -> Reading:
    """Read a news article, a web page or the text of an agreement.

    ``data`` is plain text, HTML or PDF as received. ``published``: the publication day,
    found in the document where None. ``places``: names with (lon, lat) in WGS 84 degrees,
    as the agreement or a gazetteer file called ``gazetteer`` gives them.

    Raises:
        Unreadable: the document as a whole cannot be read; its text is one clear line.
    """
    page = open_page(data, name=name, max_bytes=max_bytes)
    mark_body(page)
    found_from = "given" if published else None
    if published is None:
        published, found_from = find_published(page)
    body, dropped = body_and_dropped(page)
    running = (
        " ".join(page.text[b.start : b.end] for b in page.blocks[:60] if b.reason is None)
        or page.text
    )
    language = language_of(running)
    sentences = sentences_of(page)
    cal = Calendar(published, the_zone(sentences, country_zone, published))
    agreement = is_agreement(sentences)
    _in_force(sentences, cal)
    marks = [marks_of(s, cal) for s in sentences]
    people = people_of(sentences)
    drafts, cessation = _terms(page, sentences, marks, cal, agreement)
    quotes = quotes_of(page)
    quoted = [(q.start, q.end) for q in quotes]
    said = said_in(sentences, people, quoted)
    counted = _counted(drafts, sentences, marks)
    labels = labels_of(page, sentences, people)
    statements = statements_of(page, sentences, people, said, quotes, labels)
    spoken = [(a, b, s.speaker) for s in statements for a, b in s.spans]
    figures = read_claims(Scene(sentences, marks, said, counted, spoken, labels, people))
    actors, spots = mentions_of(sentences, people, Gazetteer(places, gazetteer))
    also_named(page, actors)
    notices = notices_of(page, sentences, marks, cal, people, actors, drafts)
    actors = without_garbled(actors, [n[2] for n in notices if n[0] == "garbled name"])
    warnings = [
        Caution(kind, text, (page.evidence(*span),), hint) for kind, text, span, hint in notices
    ]
    warnings = _about_document(page, language, published, found_from, cessation) + warnings
    return Reading(
        name=name,
        sha256=page.sha256,
        format=page.format,
        encoding=page.encoding,
        source=page.source,
        published=published.isoformat() if published else None,
        published_from=found_from,
        language=language,
        body=body,
        dropped=dropped,
        terms=tuple(_term(page, d, actors, spots) for d in drafts),
        claims=tuple(_claim(page, f, spots) for f in figures),
        statements=tuple(
            Statement(
                s.quote,
                tuple(page.evidence(a, b) for a, b in s.spans),
                s.speaker,
                s.how,
                s.confidence,
            )
            for s in statements
        ),
        actors=tuple(
            Actor(
                m.name,
                tuple(m.variants),
                m.kind,
                len(m.spans),
                tuple(page.evidence(*s) for s in m.spans),
                people_role(people, m),
            )
            for m in actors
        ),
        places=tuple(
            Place(
                m.name,
                tuple(m.variants),
                len(m.spans),
                tuple(page.evidence(*s) for s in m.spans),
                m.lon,
                m.lat,
                m.gazetteer,
            )
            for m in spots
        ),
        warnings=tuple(warnings),
    )


def people_role(people: People, mention: Mention) -> str | None:
    """The role that the text gives a person, if any."""
    return (
        next((role for role, name in people.roles.items() if name == mention.name), None)
        if mention.kind == "person"
        else None
    )


def _in_force(sentences: list[Sentence], cal: Calendar) -> None:
    """The day on which the text says that the cessation began: it decides "midnight Friday"."""
    for sentence in sentences:
        match = _FORCE.search(sentence.low)
        if match and (
            _CEASE.search(sentence.low) or "strikes" in sentence.low or "fighting" in sentence.low
        ):
            for said in moments_of(sentence.tokens, sentence.low, sentence.start):
                if (
                    said.day
                    and not (said.clock and said.clock.midnight)
                    and 0 <= said.start - sentence.start - match.end() < 40
                ):
                    cal.inforce_day = (
                        cal.inforce_day or anchor(said, cal, sentence.low, sentence.start).date
                    )
    cal.mismatches.clear()


def _terms(
    page: Page, sentences: list[Sentence], marks: list[Marks], cal: Calendar, agreement: bool
) -> tuple[list[Draft], str | None]:
    year = cal.published.year if cal.published else None
    setting = Setting(agreement, year, is_digest(page, sentences))
    unders = unders_of(page, sentences, lambda s: leading_kind(s, setting))
    first = join_terms(read_terms(sentences, marks, setting, unders), agreement=agreement)
    cessation = next((d.start for d in first if d.kind == "cessation" and d.start), None)
    signed = _signed(sentences, marks)
    for draft in first:
        settle(draft, cessation, signed)
    return first, cessation


def _signed(sentences: list[Sentence], marks: list[Marks]) -> str | None:
    for sentence, mark in zip(sentences, marks, strict=True):
        for moment in mark.moments:
            left = sentence.low[
                max(0, moment.said.start - sentence.start - 60) : moment.said.start - sentence.start
            ]
            if (
                moment.iso
                and moment.date
                and re.search(r"\b(?:signed|done (?:at|in)|signature)\b[^.;]{0,40}$", left)
            ):
                return moment.iso
    return None


def _counted(drafts: list[Draft], sentences: list[Sentence], marks: list[Marks]) -> set[int]:
    taken: set[int] = set()
    for draft in drafts:
        if draft.count is None:
            continue
        for start, end in draft.spans:
            for sentence, mark in zip(sentences, marks, strict=True):
                if sentence.start <= start < sentence.end:
                    taken |= {
                        sentence.tokens[q.core].start
                        for q in mark.quantities
                        if q.value == draft.count and start <= sentence.tokens[q.core].start < end
                    }
    return taken


def _term(page: Page, draft: Draft, actors: list[Mention], spots: list[Mention]) -> Term:
    def within(mention: Mention) -> bool:
        return any(a <= s[0] < b for s in mention.spans for a, b in draft.spans)

    notes = list(draft.notes)
    if draft.readings:
        notes.append("readings: " + " or ".join(draft.readings))
    return Term(
        draft.kind,
        tuple(page.evidence(a, b) for a, b in draft.spans),
        draft.start,
        draft.due,
        draft.within,
        draft.after,
        draft.until,
        draft.recurs,
        draft.distance_m,
        draft.width_m,
        draft.count,
        draft.of,
        draft.reference,
        tuple(m.name for m in spots if within(m)),
        tuple(m.name for m in actors if within(m) and m.kind != "person"),
        round(min(draft.confidence, 0.75 if draft.readings else 1.0), 2),
        tuple(notes),
    )


def _claim(page: Page, figure: Figure, spots: list[Mention]) -> Claim:
    near = [
        m
        for m in spots
        for s in m.spans
        if 0 <= s[0] - figure.at < 120
        and "\n" not in page.text[figure.at : s[0]]
        and ". " not in page.text[figure.at : s[0]]
    ]
    return Claim(
        figure.measure,
        (page.evidence(*figure.span),),
        figure.value,
        figure.low,
        figure.high,
        figure.qualifier,
        figure.word,
        figure.who,
        figure.by,
        near[0].name if near else None,
        figure.time,
        figure.said_by,
        figure.confidence,
    )


def _about_document(
    page: Page,
    language: str | None,
    published: date | None,
    found_from: str | None,
    cessation: str | None,
) -> list[Caution]:
    first = next(
        (b for b in page.blocks if b.reason is None), page.blocks[0] if page.blocks else None
    )
    where: tuple[Evidence, ...] = (
        (page.evidence(first.start, min(first.end, first.start + 80)),)
        if first
        else (Evidence(0, 0, ""),)
    )
    found: list[Caution] = []
    if published is None:
        found.append(
            Caution(
                "no date",
                "no publication date is given or found; weekdays and dates without a year are not anchored",
                where,
                "give --published DATE",
            )
        )
    elif found_from not in ("given", "metadata of the page"):
        found.append(
            Caution(
                "date found",
                f"the publication date {published} was taken from {found_from}",
                where,
                None,
            )
        )
    if language not in (None, "en"):
        found.append(
            Caution(
                "language",
                f"the text seems to be in “{language}”; the grammars read English, so this answer is partial",
                where,
                "translate it first, or use a second reader",
            )
        )
    if language is None:
        found.append(
            Caution(
                "language", "the language cannot be told; this answer may be partial", where, None
            )
        )
    if page.guessed_encoding:
        found.append(
            Caution(
                "encoding",
                f"the bytes are not UTF-8; read as {page.encoding}, which is a guess",
                where,
                "save it as UTF-8",
            )
        )
    if "\ufffd" in page.text:
        at = page.text.index("\ufffd")
        found.append(
            Caution(
                "encoding",
                "the text holds characters that were lost before it came here",
                (page.evidence(at, at + 1),),
                None,
            )
        )
    if not any(b.reason is None for b in page.blocks):
        found.append(
            Caution(
                "no body",
                "no body was found; everything looks like menus, captions or teasers",
                where,
                None,
            )
        )
    return found

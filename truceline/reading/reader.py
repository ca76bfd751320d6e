"""read(): one document, read once, from bytes to a ``Reading``. Pure: no file, no network."""

from collections.abc import Mapping, Sequence
from datetime import date

from truceline.model.parsed import Parser
from truceline.reading.about import about_document, language_of
from truceline.reading.answer import (
    Actor,
    Caution,
    Claim,
    Place,
    Reading,
    Statement,
    Term,
)
from truceline.reading.claims.claims import Scene, read_claims
from truceline.reading.claims.rules import Figure
from truceline.reading.marks import Marks, marks_of
from truceline.reading.names.gazetteer import Gazetteer, Lookup
from truceline.reading.names.people import People, people_of
from truceline.reading.names.places import country_zone
from truceline.reading.names.who import Mention, also_named, mentions_of, the_zone, without_garbled
from truceline.reading.notices import notices_of, unsure_places
from truceline.reading.page.body import body_and_dropped, mark_body
from truceline.reading.page.document import MAX_BYTES, open_page
from truceline.reading.page.page import Page
from truceline.reading.page.words import Sentence, sentences_of
from truceline.reading.parsing.acts import seen_terms
from truceline.reading.parsing.names import see_names, see_people
from truceline.reading.parsing.roles import see_roles
from truceline.reading.parsing.seen import MOST, Seen, see
from truceline.reading.parsing.speakers import see_speakers
from truceline.reading.speech.labels import labels_of
from truceline.reading.speech.quotation import quotes_of
from truceline.reading.speech.quotes import statements_of
from truceline.reading.speech.said import said_in
from truceline.reading.terms.counted import set_counts
from truceline.reading.terms.details import settle
from truceline.reading.terms.drafting import Draft, Setting, Trigger, is_agreement
from truceline.reading.terms.joining import join_terms
from truceline.reading.terms.lists import is_digest, unders_of
from truceline.reading.terms.terms import leading_kind, read_terms
from truceline.reading.terms.weighed import segments_weighed, weighed
from truceline.reading.times.anchoring import Calendar
from truceline.reading.times.grounding import ground
from truceline.reading.times.published import find_published
from truceline.reading.weighing.weights import weights


def read(
    data: bytes,
    *,
    name: str = "document",
    published: date | None = None,
    places: Mapping[str, object] | None = None,
    gazetteer: str = "given",
    gazetteers: Sequence[Lookup] = (),
    parser: Parser | None = None,
    max_bytes: int = MAX_BYTES,
) -> Reading:
    """Read a news article, a web page or the text of an agreement.

    ``data`` is plain text, HTML or PDF as received. ``published``: the publication day,
    found in the document where None. ``places``: names with (lon, lat) in WGS 84 degrees,
    as the agreement gives them; ``gazetteer`` is what they are called. ``gazetteers``: lists of
    places (``truceline.model.spot.Spots``), asked after them in their order. ``parser``: an
    optional one (``truceline.sources.spacy_parser``), whose names and clauses are added to what
    the rules find in an English text.

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
    parsed = see(sentences, parser) if parser is not None and language == "en" else {}
    cal = Calendar(published, the_zone(sentences, country_zone, published))
    agreement = is_agreement(sentences)
    _in_force(sentences, cal, agreement)
    marks = [marks_of(s, cal) for s in sentences]
    people = people_of(sentences)
    see_people(parsed, people)
    drafts, cessation = _terms(page, sentences, marks, cal, agreement, parsed, parser)
    quotes = quotes_of(page)
    quoted = [(q.start, q.end) for q in quotes]
    said = said_in(sentences, people, quoted)
    see_speakers(sentences, parsed, people, said, quoted)
    counted = _counted(drafts, sentences, marks)
    labels = labels_of(page, sentences, people)
    statements = statements_of(page, sentences, people, quotes, said)
    spoken = [(a, b, s.speaker) for s in statements for a, b in s.spans]
    figures = read_claims(Scene(sentences, marks, said, counted, spoken, labels, people))
    see_roles(sentences, parsed, figures)
    lookup = Gazetteer(places, gazetteer, gazetteers)
    actors, spots = mentions_of(sentences, people, lookup)
    see_names(sentences, parsed, actors, spots, lookup)
    also_named(page, actors)
    notices = notices_of(page, sentences, marks, cal, people, actors, drafts)
    notices += unsure_places(spots, lookup.unsure)
    actors = without_garbled(actors, [n[2] for n in notices if n[0] == "garbled name"])
    warnings = [
        Caution(kind, text, (page.evidence(*span),), hint) for kind, text, span, hint in notices
    ]
    if parsed and sentences[-1].start >= MOST:
        told = f"only the first {MOST} characters were given to the parser"
        last = sentences[-1]
        warnings.append(
            Caution("parser", told, (page.evidence(last.start, last.end),), "cut it into parts")
        )
    warnings = about_document(page, language, published, found_from, cessation) + warnings
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
        extra={"parser": parser.name} if parser is not None and parsed else {},
    )


def people_role(people: People, mention: Mention) -> str | None:
    """The role that the text gives a person, if any."""
    return (
        next((role for role, name in people.roles.items() if name == mention.name), None)
        if mention.kind == "person"
        else None
    )


def _in_force(sentences: list[Sentence], cal: Calendar, agreement: bool | None = None) -> None:
    """Find what the document's times count from. ``agreement``: whether it is the text of one."""
    if agreement is None:
        agreement = is_agreement(sentences)
    formal = agreement or sum(" shall " in s.low for s in sentences) > 3
    ground(sentences, cal, formal=formal)


def _terms(
    page: Page,
    sentences: list[Sentence],
    marks: list[Marks],
    cal: Calendar,
    agreement: bool,
    parsed: dict[int, Seen],
    parser: Parser | None,
) -> tuple[list[Draft], str | None]:
    year = cal.published.year if cal.published else None
    setting = Setting(agreement, year, is_digest(page, sentences))
    unders = unders_of(page, sentences, lambda s: leading_kind(s, setting))
    seen: dict[int, list[Trigger]] = {}
    by_rule = read_terms(sentences, marks, setting, unders, seen)
    segments = segments_weighed(sentences, marks, setting, unders, by_rule, seen)
    found = weighed(by_rule, segments, weights("term-net"))
    if parser is not None and parsed:
        found += seen_terms(sentences, marks, setting, unders, parsed, found, parser.name)
    set_counts(found, sentences, marks)
    first = join_terms(found, agreement=agreement)
    cessation = next((d.start for d in first if d.kind == "cessation" and d.start), None)
    for draft in first:
        settle(draft, cessation, cal.signed)
    return first, cessation


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
        tuple(e for a, b in draft.spans for e in page.evidences(a, b)),
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
        page.evidences(*figure.span),
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

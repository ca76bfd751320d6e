"""Statements: direct quotations, who said them, and what is only a name or a scare quote."""

import re
from dataclasses import dataclass

from rapidfuzz import fuzz

from truceline.reading.names.people import NAME, People, is_person_name, names_in, strip_titles
from truceline.reading.page.page import Page
from truceline.reading.page.words import Sentence
from truceline.reading.speech.quotation import Quote
from truceline.reading.speech.saying import SAYING
from truceline.reading.speech.speech import Attribution, attributions, name_of

_TITLED = re.compile(
    r"(?:film|documentary|book|song|novel|titled|entitled|called|named|known as|dubbed|so-called|codenamed|operation|newspaper|magazine|report|programme|program|podcast|term|word|headlined)\s*,?\s*$",
    re.I,
)


# A person or body without a name as the subject of a sentence: "At 10:25 a commander of …".
_SOMEONE = re.compile(
    r"(?:(?:At|On|In|Near|After|Outside|Inside) [^,]{2,60}?,? )?(?P<who>(?:[Aa]n?|[Tt]he|[Oo]ne) (?:[\w’-]+ ){0,3}?(?:m[ae]n|wom[ae]n|commander|soldier|officer|fighter|resident|nurse|doctor|teacher|official|diplomat|guard|driver|spokes\w+|minister|president|envoy)\b)(?! (?:of|in) (?:the )?(?:forces|age))"
)
_OFFICE_HOLDER = re.compile(
    r"\b(?:minister|president|premier|spokes\w+|official|commander|envoy|governor|mayor|general|colonel|chief|leader|resident|diplomat|officer|doctor|nurse|teacher|man|woman|soldier|fighter|ambassador|secretary|negotiator|mediator|elder|activist|farmer|driver|worker|mother|father|witness)\b",
    re.I,
)
_A_BODY = re.compile(
    r"(?P<who>The (?:[\w’-]+ ){0,2}?(?:army|ministry|government|presidency|movement|group|mission|agency|committee|council|alliance|front|command|police|union))\b"
)
_IT_SAYS = re.compile(
    r"\b[Ii]t (?:also |later |has |had )?(?:said|says|warned|warns|added|adds|stated|announced|wrote|insisted|asked|urged)\b"
)
_SOURCED = (
    "ccording to",
    "citing",
    "source",
    "speak",
    "spoke",
    "count",
    "tally",
    "figures",
    "estimate",
    "data",
    "statement",
    "records",
    "quoting",
    " gave ",
    " gives ",
    "confirm ",
    "verify ",
)


@dataclass(slots=True)
class Said:
    """A statement found: spans in the page's text."""

    quote: str
    spans: list[tuple[int, int]]
    speaker: str | None
    how: str
    confidence: float


def _clean(words: str) -> str:
    words = re.sub(r"\s+", " ", words).strip()
    return re.sub(r"\s*,$", "", words)


def statements_of(
    page: Page,
    sentences: list[Sentence],
    people: People,
    by_sentence: dict[int, list[Attribution]],
    quotes: list[Quote],
    labels: dict[int, str],
) -> list[Said]:
    """Every statement of the body with its speaker. ``by_sentence``: who speaks, per sentence;
    ``labels``: who speaks in a block that names its speaker at the start."""
    if not quotes:
        return []
    found: list[Said] = []
    last_by_block: dict[int, str] = {}
    carried: tuple[str | None, int] | None = None
    for quote in quotes:
        words = _clean(page.text[quote.start : quote.end])
        count = len(re.findall(r"[\w’'-]+", words))
        if count == 0:
            continue
        heading = (
            page.blocks[quote.block].kind == "h"
            and quote.open_at - page.blocks[quote.block].start < 2
            and page.blocks[quote.block].end - quote.close_at < 2
        )
        if heading:
            found.append(
                Said(
                    words,
                    [
                        (
                            quote.start,
                            quote.start + len(page.text[quote.start : quote.end].rstrip(" ,")),
                        )
                    ],
                    None,
                    "heading",
                    0.4,
                )
            )
            continue
        speaker, how, sure = _speaker(
            page, quote, sentences, by_sentence, people, last_by_block, found
        )
        if speaker is None and quote.block in labels:
            speaker, how, sure = labels[quote.block], "named at the start of the paragraph", 0.9
        if carried and quote.block == carried[1] + 1 and speaker is None:
            speaker, how, sure = carried[0], "the paragraph before goes on", 0.8
        if _is_scare(page, quote, words, count, speaker, how):
            continue
        if speaker is None and count < 6:
            continue
        end = quote.start + len(page.text[quote.start : quote.end].rstrip(" ,\n"))
        found.append(Said(words, [(quote.start, end)], speaker, how, sure))
        if speaker:
            last_by_block[quote.block] = speaker
        carried = (speaker, quote.block) if quote.runs_on else None
    return _join_headings(_once(found))


def said_in(
    sentences: list[Sentence], people: People, spans: list[tuple[int, int]]
) -> dict[int, list[Attribution]]:
    """Attributions per sentence, those inside a quotation left out; pronouns followed."""
    found: dict[int, list[Attribution]] = {}
    last: str | None = None
    person: str | None = None  # the person spoken of last, for "he said"
    body: str | None = None  # the body spoken of last, for "it said"
    for sentence in sentences:
        hits: list[Attribution] = []
        if any(word in sentence.low for word in _SOURCED) or any(
            t.low in SAYING for t in sentence.tokens
        ):
            for a in attributions(
                sentence,
                people,
                body
                if body and _IT_SAYS.search(sentence.text)
                else person
                if person and re.search(r"\b(?:[Hh]e|[Ss]he)\b", sentence.text)
                else last,
            ):
                at = sentence.start + a.verb_start
                if not any(s <= at < e for s, e in spans):
                    hits.append(a)
        found[sentence.index] = hits
        named = [a.who for a in hits if not a.pronoun]
        if named:
            last = named[-1]
            if is_person_name(last) or _OFFICE_HOLDER.search(last):
                person = last
            else:
                body = last
        else:
            persons = list(_persons(sentence, people, spans))
            if persons:
                last = person = persons[0]
            elif (a_body := _A_BODY.match(sentence.text)) is not None:
                body = a_body.group("who")
            elif (someone := _SOMEONE.match(sentence.text)) is not None:
                last = person = someone.group("who")
    return found


def _persons(sentence: Sentence, people: People, spans: list[tuple[int, int]]) -> list[str]:
    names = []
    for match in names_in(sentence):
        at = sentence.start + match.start()
        if any(s <= at < e for s, e in spans):
            continue
        name = strip_titles(re.sub(r"['’]s?$", "", match.group()))[0]
        if name in people.spans or is_person_name(name):
            names.append(people.resolve(name))
    return names


def _speaker(
    page: Page,
    quote: Quote,
    sentences: list[Sentence],
    by_sentence: dict[int, list[Attribution]],
    people: People,
    last_by_block: dict[int, str],
    found: list[Said],
) -> tuple[str | None, str, float]:
    block = page.blocks[quote.block]
    text = page.text
    # 1. straight after the closing mark: "…," said X / "…," X said
    after = text[quote.close_at : min(block.end, quote.close_at + 200)]
    inside = [s for s in sentences if s.block == quote.block]
    tail = [
        s
        for s in inside
        if s.start <= quote.close_at <= s.end + 1 or s.start <= quote.end - 1 < s.end
    ]
    closing = text[quote.end - 1 : quote.end]
    ended = closing in ".!?" and re.match(r"\s*[A-Z“\"«]", after) is not None
    for sentence in tail:
        for a in by_sentence.get(sentence.index, []):
            at = sentence.start + a.verb_start
            gap = text[quote.close_at : at]
            if at >= quote.close_at and "“" not in gap and '"' not in gap and "«" not in gap:
                near = len(gap)
                if a.kind == "after" and near < 25:
                    return a.who, "named after the quotation", 0.95
                if (
                    a.kind == "before"
                    and sentence.start + a.subject_start >= quote.close_at
                    and not re.search(
                        r"(?<!\bMr)(?<!\bMs)(?<!\bDr)(?<!\bMrs)(?<!\bGen)(?<!\bCol)(?<!\bMaj)(?<!\bCapt)(?<!\bBrig)(?<!\bLt)(?<!\bSgt)(?<!\bProf)(?<!\bSt)(?<!\bAdm)(?<!\b[A-Z])[.;:]\s|\b(?:and|but|while)\b",
                        text[quote.close_at : sentence.start + a.subject_start],
                    )
                    and sentence.start + a.subject_start - quote.close_at < 70
                    and near < 140
                ) and not (ended and re.match(r"[^.]{0,80}[:,]\s*[“\"«]", text[at:])):
                    return a.who, "named after the quotation", 0.95
                if a.kind == "according" and near < 8:
                    return a.who, "named after the quotation", 0.9
    # a sentence that begins after a closed quotation: "…." X said.
    follows = next(
        (s for s in inside if s.start >= quote.close_at - 1 and s.start - quote.close_at < 4), None
    )
    if follows is not None and closing in "?!.":
        for a in by_sentence.get(follows.index, []):
            if (
                follows.start + a.verb_start - quote.close_at < 70
                and "“" not in follows.text[: a.verb_start]
                and '"' not in follows.text[: a.verb_start]
                and not re.match(r"[^.]{0,60}[:,]?\s*(?:that )?[“\"«]", follows.text[a.verb_end :])
                and len(follows.text) < 120
            ):
                return a.who, "named after the quotation", 0.85
    signed = re.match(r"\s*(?:[—–-]|\()\s*(?=[A-Z])", after)
    if signed and (named := NAME.match(after, signed.end())):
        name = strip_titles(named.group())[0]
        if is_person_name(name) or name in people.spans:
            return people.resolve(name), "named after a dash", 0.85
    # 2. before it, in the same sentence (nearest verb)
    best: Attribution | None = None
    for sentence in inside:
        if sentence.start <= quote.open_at <= sentence.end:
            for a in by_sentence.get(sentence.index, []):
                if sentence.start + a.verb_start < quote.open_at and a.kind in (
                    "before",
                    "according",
                ):
                    best = a
            if best is not None:
                how = "by pronoun" if best.pronoun else "named before the quotation"
                return best.who, how, 0.85 if best.pronoun else 0.92
            # attribution at the end of the sentence: he wanted "…", X said
            for a in by_sentence.get(sentence.index, []):
                at = sentence.start + a.verb_start
                if (
                    at > quote.close_at
                    and a.kind in ("after", "before")
                    and sentence.start + a.subject_start > quote.close_at
                    and re.match(r"[^\"“«]*$", text[quote.close_at : at])
                ):
                    return a.who, "named at the end of the sentence", 0.85
                if a.kind == "according":
                    return a.who, "according to", 0.85
    introduced = _introduced(text[block.start : quote.open_at], people)
    if introduced is not None:
        return introduced, "named before the quotation", 0.8
    # 3. the same speaker goes on in the paragraph
    if quote.block in last_by_block and found:
        return last_by_block[quote.block], "the same speaker goes on", 0.85
    # 4. the sentence before, here or at the end of the paragraph before
    earlier = [s for s in sentences if s.end <= quote.open_at + 1 and quote.block - s.block <= 1]
    if (earlier and quote.open_at - block.start < 3) or (
        earlier and earlier[-1].block == quote.block
    ):
        previous = earlier[-1]
        hits = by_sentence.get(previous.index, [])
        if hits and (
            previous.text.rstrip().endswith(":")
            or quote.block == previous.block
            or previous.block == quote.block - 1
        ):
            return hits[-1].who, "named in the sentence before", 0.8
        persons = _persons(previous, people, [])
        if persons and previous.text.find(persons[0].split()[0]) in range(12):
            return persons[0], "named in the sentence before", 0.7
        if persons and re.search(
            r"\b(?:said|spoke|told|speech|statement|asked|address|interview|statement|remarks|comment\w*|reaction|message|letter|phone|warn\w*|view|optimis\w*|angry|relie\w*|welcom\w*|sceptical|skeptical|described|insist\w*|recall\w*|reject\w*|condemn\w*|critici\w*|prais\w*|stood|sat|waited|returned|walked|looked|lost|fled|lives|was|is)\b",
            previous.low,
        ):
            return persons[0], "named in the sentence before", 0.7
        lead = re.match(
            r"(?:The |A |An )(?:[\w’'-]+ ){0,4}?(?:spokes\w+|minister|ministry|official|statement|army|military|envoy|commander)\b",
            previous.text,
        )
        if lead and re.search(
            r"\b(?:statement|issued|released|spoke|was|reject\w*|condemn\w*|welcom\w*|critici\w*)\b",
            previous.low,
        ):
            return name_of(lead.group(), people)[0], "by office in the sentence before", 0.65
    # the speaker is named after a pronoun: "…," she said. Mariam Sow, 29, has walked …
    if re.match(r"\W*(?:(?:he|she) [a-z]+|[a-z]+ (?:he|she))\b", after):
        later = next(
            (
                s
                for s in sentences
                if s.start > quote.close_at
                and s.block - quote.block <= 1
                and s.start - quote.close_at > 3
            ),
            None,
        )
        names = _persons(later, people, []) if later is not None else []
        if names:
            return names[0], "named in the sentence after", 0.65
    # 5. by office or body in the same sentence: Turkey demanded support for "…"
    return None, "", 0.4


_KNOWN_AS = re.compile(
    r"(?:known as|alias|nicknamed|goes by|called himself|under the name(?: of)?)\s+[“\"«‘']([^”\"»’']{2,40})[”\"»’']"
)
_INTRO = re.compile(
    r"(?P<np>(?:[A-Z]|the |an? )[^.:;!?“”\"«»]*?(?:[“\"«][^”\"»]{2,40}[”\"»])?)\s+(?:was|were|is|had|has|put|sounded|struck|went|remained|took|gave|made|offered|sent|\w+ed)\b[^.:;!?“”\"«»]{0,90}:\s*$"
)


# "The head of mission, Tor Furuhovd: …", "Minister Patrik Muyaya, who spoke on our air, again: …"
_ALONE = re.compile(
    r"(?:(?:[Tt]he |[Aa]n? )?[^,:;.!?]{2,60}, )?(?P<np>[A-Z][^,:;.!?]{2,50}?)(?:, (?:who|which|a|an|the|his|her)\b[^:;.!?]{2,60}(?:,[^:;.!?]{0,20})?)?:$"
)


def _named_alone(words: str, people: People) -> str | None:
    """The person named in words without a verb of their own that end in a colon."""
    match = _ALONE.fullmatch(words)
    if match is None:
        return None
    name = strip_titles(match.group("np"))[0]
    return people.resolve(name) if is_person_name(name) or name in people.spans else None


def _introduced(before: str, people: People) -> str | None:
    """Who is spoken of in words that end in a colon before a quotation: "X was blunter: …"."""
    if not before.rstrip().endswith(":"):
        return None
    sentence = re.split(r"(?<=[.!?”\"»]) (?=[A-Z])", before)[-1]
    alias = list(_KNOWN_AS.finditer(sentence))
    if alias:
        return alias[-1].group(1).strip()
    match = _INTRO.match(sentence.strip())
    if match is None:
        return _named_alone(sentence.strip(), people)
    return name_of(match.group("np"), people)[0]


def _is_scare(
    page: Page, quote: Quote, words: str, count: int, speaker: str | None, how: str
) -> bool:
    before = page.text[max(page.blocks[quote.block].start, quote.open_at - 45) : quote.open_at]
    if _TITLED.search(before):
        return True
    stands_alone = quote.open_at - page.blocks[quote.block].start < 2 or before.rstrip().endswith(
        (":", ",", ".", "said", "added")
    )
    closing = page.text[quote.end - 1 : quote.end] in ".,!?"
    if count <= 2 and not (closing and stands_alone and speaker):
        return True
    if (
        re.search(
            r"\b(?:the|a|an|this|its|their|his|her|these|those|common|new|joint|so-called|called)\s+$",
            before,
        )
        and count <= 3
    ):
        return True
    if speaker is None:
        return not (closing and count >= 6) and count < 9
    if how.startswith(("the same", "named in", "by office")) and count < 5 and not closing:
        return True
    if count == 3 and not closing and not stands_alone:
        called = re.search(
            r"\b(?:call|describ|dismiss|brand|label|hail|denounc|condemn|slam|term|character)\w*\b[^.;]{0,40}$",
            before.lower(),
        )
        return words.istitle() or called is None
    return False


def _once(found: list[Said]) -> list[Said]:
    """The same words of the same speaker, printed twice, are one statement."""
    kept: dict[tuple[str, str | None], Said] = {}
    for said in found:
        twin = kept.setdefault((said.quote.lower(), said.speaker), said)
        if twin is not said:
            twin.spans.extend(said.spans)
    return list(kept.values())


def _join_headings(found: list[Said]) -> list[Said]:
    """A quotation used as a heading belongs to the statement it repeats; alone it is dropped."""
    kept = [s for s in found if s.how != "heading"]
    for head in (s for s in found if s.how == "heading"):
        twin = max(
            kept,
            key=lambda s: fuzz.token_set_ratio(s.quote.lower(), head.quote.lower()),
            default=None,
        )
        if twin and fuzz.token_set_ratio(twin.quote.lower(), head.quote.lower()) >= 70:
            twin.spans.extend(head.spans)
    return kept

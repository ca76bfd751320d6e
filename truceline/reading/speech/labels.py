"""Who speaks in a paragraph that names its speaker at the start ("SPOKESPERSON: …")."""

import re

from truceline.reading.names.people import People, is_person_name, last_name, strip_titles
from truceline.reading.page.page import Page
from truceline.reading.page.words import Sentence

_SPOKEN = re.compile(
    r"\W*(?:\d{1,2}[:.]\d\d\W+)?(?P<who>[A-Z][^:;.!?“”\"«»|]{2,60}):\s+(?=[\"“«„A-Z0-9])"
)


_OFFICE = re.compile(
    r"spokes\w+|question|minister|governor|president|envoy|mayor|general|commander|chief|official|moderator|reporter|secretary|ambassador|colonel|adviser|ministry|army|staff",
    re.I,
)


def labels_of(page: Page, sentences: list[Sentence], people: People) -> dict[int, str]:
    """Who speaks in a block, by number, where its first words name them ("SPOKESPERSON: …")."""
    found: dict[int, str] = {}
    block = -1
    for sentence in sentences:
        if sentence.block == block:
            continue
        block = sentence.block
        match = _SPOKEN.match(sentence.text)
        if match is None or page.blocks[block].kind == "h":
            continue
        phrase = match.group("who").strip()
        name, _ = strip_titles(phrase)
        if (
            is_person_name(name)
            or name in people.spans
            or (" " not in name and last_name(name) in people.full)
        ):
            found[block] = people.resolve(name)
        elif (
            _OFFICE.search(phrase)
            and len(phrase.split()) <= 6
            and phrase.lower() not in ("question", "q", "moderator", "reporter")
        ):
            found[block] = phrase
    return found

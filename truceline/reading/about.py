"""What is to be said of a document as a whole: its language, date and encoding."""

import re
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from truceline.reading.answer import Caution, Evidence
from truceline.reading.page.page import Page

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


@lru_cache(maxsize=1)
def _detector() -> "LanguageDetector":
    from lingua import LanguageDetectorBuilder  # noqa: PLC0415 # slow to load, seldom asked

    return LanguageDetectorBuilder.from_all_spoken_languages().with_low_accuracy_mode().build()


def language_of(text: str) -> str | None:
    """ISO 639-1 code of the text's language, None where it cannot be told."""
    words = re.findall(r"[a-z]+", text[:4000].lower())
    if len(words) >= 20 and sum(map(_ENGLISH.__contains__, words)) >= 0.2 * len(words):
        return "en"
    found = _detector().detect_language_of(text[:2000])
    return found.iso_code_639_1.name.lower() if found else None


def about_document(
    page: Page,
    language: str | None,
    published: date | None,
    found_from: str | None,
    cessation: str | None,
) -> list[Caution]:
    """Warnings about the document: no date or a date found, another language, a guessed encoding."""
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

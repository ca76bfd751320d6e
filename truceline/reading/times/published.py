"""The publication day, where the caller gives none: metadata, a stamp, a dateline, a signature."""

import re
from datetime import date

from truceline.reading.page.page import Page
from truceline.reading.page.words import tokens_of
from truceline.reading.times.dates import day_at

_STAMP = re.compile(
    r"(?:published|posted|updated|issued|date|released|last modified|publication date|as of|report(?:ing)? (?:date|period))\b\s*(?:on|at)?\s*:?\s*",
    re.I,
)
_SIGNED = re.compile(
    r"\b(?:done (?:at|in)|signed (?:at|in|on)|done on|concluded (?:at|in))\b", re.I
)
_DATELINE = re.compile(
    r"^[A-ZÀ-Þ][A-ZÀ-Þ’' .,/-]{2,60}?[,\s(]+(?=(?:[A-Z][a-z]{2,8}\.? \d|\d{1,2} [A-Z]))|^[A-Z][\w’' -]{2,30},\s+(?=\d{1,2} [A-Z][a-z]+|[A-Z][a-z]+ \d)|^[A-ZÀ-Þ][\w’' ,-]{2,40}\((?:[\w ]+)\)\s*[-–—,]?\s*(?=[A-Z][a-z]+ \d|\d{1,2} [A-Z])"
)


def _first_date(text: str, *, near: int = 60) -> date | None:
    tokens = tokens_of(text[: near + 40])
    for i, token in enumerate(tokens):
        if token.start > near:
            return None
        found = day_at(tokens, i)
        if found and found[0][0] == "date" and isinstance(found[0][1], int):
            _, year, month, day = found[0]
            try:
                return date(year, month, day)
            except ValueError:
                return None
    return None


def find_published(page: Page) -> tuple[date | None, str | None]:
    """The day and where it was found, or (None, None)."""
    if page.published:
        try:
            return date.fromisoformat(page.published), page.published_from
        except ValueError:
            pass
    blocks = page.blocks
    order = [*blocks[:8], *blocks[-4:]] if len(blocks) > 12 else blocks
    for block in order:
        said = page.text[block.start : min(block.end, block.start + 400)]
        match = _STAMP.search(said[:80])
        if match and (day := _first_date(said[match.end() :], near=30)):
            return day, "a stamp in the text"
    for block in blocks[:6]:
        said = page.text[block.start : min(block.end, block.start + 200)]
        match = _DATELINE.match(said)
        if match and (day := _first_date(said[match.end() :], near=10)):
            return day, "the dateline"
    for block in blocks[:5]:
        said = page.text[block.start : block.end].strip()
        if len(said) < 60 and (day := _first_date(said, near=45)):
            return day, "a date that stands alone"
    for block in [*blocks[:6], *blocks[-6:]]:
        said = page.text[block.start : block.end]
        match = _SIGNED.search(said)
        if match and (day := _first_date(said[match.end() :], near=70)):
            return day, "the place and date of signature"
    for block in blocks[:3]:
        said = page.text[block.start : block.end]
        if block.reason == "caption" and (day := _first_date(said, near=200)):
            return day, "the date in a picture's caption"
    for block in blocks[:2]:
        said = page.text[block.start : block.end]
        if len(said) < 250 and (day := _first_date(said, near=200)):
            return day, "the first date in the heading"
    return None, None

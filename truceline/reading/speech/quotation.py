"""Where quotations stand: marks of every kind, nested, reversed, run on over paragraphs."""

import re
from dataclasses import dataclass

from truceline.reading.page.page import Page

_PAIRS = {"“": "”", "«": "»", "„": "“”", '"': '"', "‟": "”", "「": "」", "‹": "›"}


_OPENING = re.compile("[“”«»„\"‟「‘'‹]")


@dataclass(frozen=True, slots=True)
class Quote:
    """Marks and words of a quotation: the words are ``[start, end)`` of the page's text."""

    start: int
    end: int
    block: int
    open_at: int
    close_at: int
    runs_on: bool = False  # the next paragraph goes on with it


def quotes_of(page: Page) -> list[Quote]:
    """The outermost quotations of the body."""
    found: list[Quote] = []
    for number, block in enumerate(page.blocks):
        if block.reason is not None:
            continue
        text = page.text
        i = block.start
        while i < block.end:
            opening = _OPENING.search(text, i, block.end)
            if opening is None:
                break
            i = opening.start()
            char = text[i]
            close = _PAIRS.get(char)
            if (
                char == "”"
                and (i == block.start or text[i - 1] in " (")
                and i + 1 < block.end
                and text[i + 1].isalnum()
            ):
                close = "”“"
            if (
                char == "»"
                and (i == block.start or text[i - 1] in " (\u00a0")
                and i + 1 < block.end
                and text[i + 1].isalnum()
                and "«" in text[i + 1 : block.end]
            ):
                close = "«"  # the German way round
            single = (
                char in "‘'"
                and (i == block.start or text[i - 1] in " (\u00a0")
                and i + 1 < block.end
                and text[i + 1].isalnum()
            )
            if close is None and not single:
                i += 1
                continue
            if char == '"' and i > block.start and text[i - 1].isdecimal():
                i += 1
                continue
            end = _close(text, i, block.end, close) if close else _close_single(text, i, block.end)
            if end is None:
                if close and i == block.start:
                    found.append(Quote(i + 1, block.end, number, i, block.end, True))
                    break
                if close and block.end - i > 25 and not single:
                    found.append(Quote(i + 1, block.end, number, i, block.end, True))
                    break
                i += 1
                continue
            found.append(Quote(i + 1, end, number, i, end + 1))
            i = end + 1
    return found


def _close(text: str, at: int, limit: int, close: str) -> int | None:
    depth = 0
    opened = text[at]
    for j in range(at + 1, limit):
        char = text[j]
        if char in close:
            if (
                opened == '"'
                and j + 1 < limit
                and text[j - 1] == " "
                and text[j + 1].isalnum()
                and text.count('"', j + 1, limit) % 2 == 0
                and depth == 0
                and text.count('"', at, limit) % 2 == 1
            ):
                continue
            if depth == 0:
                return j
            depth -= 1
        elif char == opened and opened not in close:
            depth += 1
    return None


def _close_single(text: str, at: int, limit: int) -> int | None:
    for j in range(at + 2, limit):
        if (
            text[j] in "’'"
            and (j + 1 >= limit or not text[j + 1].isalnum())
            and (
                text[j - 1] in ",.!?"
                or not (text[j - 1] == "s" and j + 2 < limit and text[j + 2].islower())
            )
        ):
            return j
    return None

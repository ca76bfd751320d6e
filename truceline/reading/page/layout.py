"""Plain text into blocks: paragraphs, headings, list items; hard-wrapped lines joined."""

import re

from truceline.reading.page.page import Block

_LINE = re.compile(r"[^\r\n\f\v\x85\u2028\u2029]+")
_ITEM = re.compile(
    r"\s*(?:[•·▪‣◦●■–—*|]\s|-\s|\(?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5})[.)]\s"
    r"|(?:article|section|clause|point|annex|chapter|phase|art\.)\s+[\dIVXA-Z]{1,5}\b)",
    re.I,
)
_BULLET = re.compile(r"\s*(?:[•·▪‣◦●■*]\s|[-–—]\s)")
_LABELLED = re.compile(r"[A-Z][^:.;!?]{1,40}:\s+\S")
_ROW = re.compile(r"[^|]*\|[^|]*\||[-+=| ]{9,}$|\S(?:.{0,28}\S)? {3,}\S")
_DATED = re.compile(
    r"(?:\d{1,2}(?:st|nd|rd|th)? [A-Z][a-z]{2,8}|[A-Z][a-z]{2,8}\.? \d{1,2}|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? \d{1,2}[a-zA-Z ]*)(?: \d{4})?\s*(?:[:|–—]|- | {2})"
)
_ENDS = tuple('.!?:;”"»)’')


def text_blocks(text: str) -> list[Block]:
    """Cut ``text`` into blocks; every character that is no white space is in one."""
    chunks: list[list[tuple[int, int]]] = []
    previous_end = 0
    for match in _LINE.finditer(text):
        line = match.group()
        lead = len(line) - len(line.lstrip("\ufeff \t\xa0\u3000"))
        start, end = match.start() + lead, match.start() + len(line.rstrip())
        if start >= end:
            continue
        between = text[previous_end:start]
        breaks = between.count("\n") or between.count("\r")
        if not chunks or breaks > 1 or "\f" in between or "\u2029" in between:
            chunks.append([])
        chunks[-1].append((start, end))
        previous_end = end
    blocks: list[Block] = []
    for lines in chunks:
        blocks.extend(_chunk_blocks(text, lines))
    return blocks


_FIRST_WORD = re.compile(r"\S+")


def _chunk_blocks(text: str, lines: list[tuple[int, int]]) -> list[Block]:
    width = max(end - start for start, end in lines)
    wrapped = len(lines) > 1 and 30 <= width <= 140
    blocks: list[Block] = []
    for i, (start, end) in enumerate(lines):
        line = text[start:end]
        item = _ITEM.match(line) is not None
        if _ROW.match(line):  # of a table drawn with bars or blanks
            blocks.append(Block(start, end))
            continue
        if blocks and not item and wrapped:
            before, last = lines[i - 1]
            room = width - (last - before)
            first = _FIRST_WORD.match(line)
            # A wrapped line is full: its successor's first word had no room on it.
            full = first is not None and room <= len(first.group()) + 6
            closed = text[last - 1] in _ENDS
            apart = (
                _LABELLED.match(line)
                or _DATED.match(line)
                or (text[before:last].isupper() and not line.isupper() and len(lines) > 1)
            )
            if (full and not apart and not (closed and room > 25)) or line[:1].islower():
                blocks[-1].end = end
                continue
        if blocks and not item and blocks[-1].kind == "li" and line[:1].islower():
            blocks[-1].end = end
            continue
        kind = "li" if _BULLET.match(line) else "p"
        if not item and end - start < 90 and not line.endswith((".", ",", ";", "!", "?")):
            kind = "h"
        blocks.append(Block(start, end, kind))
    return blocks

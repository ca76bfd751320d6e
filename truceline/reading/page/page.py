"""A page: one clean text whose every character knows where it came from.

``Page.text`` is what the grammars read. ``Page.source`` is what offsets count in: the
decoded plain text, the decoded HTML source, or a PDF's extracted text. For plain text
and PDF the two are the same; for HTML ``starts`` and ``ends`` lead from one to the other.
"""

from __future__ import annotations  # array is no generic at run time before Python 3.12

from array import array
from dataclasses import dataclass, field

from truceline.reading.answer import Evidence


@dataclass(slots=True)
class Block:
    """A paragraph, heading, list item or cell: ``[start, end)`` of ``Page.text``.

    ``reason`` is why it is no part of the body, or None. ``linked`` is the share of its
    characters inside links. ``main`` is False where a library that finds the main text
    of a web page left it out, None where no such library was asked.
    """

    start: int
    end: int
    kind: str = "p"  # p, h (heading), li (list item), cell, row and head (of a table)
    reason: str | None = None
    linked: float = 0.0
    main: bool | None = None


@dataclass(frozen=True, slots=True)
class Shared:
    """``[start, end)`` of the text says again what stands at ``[at, to)`` of the source: a cell
    that spans rows."""

    start: int
    end: int
    at: int
    to: int


@dataclass(slots=True)
class Page:
    """The text to read, its blocks and the way back to the source's offsets."""

    name: str
    format: str  # text, html, pdf
    encoding: str
    sha256: str
    source: str
    text: str
    blocks: list[Block]
    starts: array[int] | None = None
    ends: array[int] | None = None
    published: str | None = None  # from metadata, ISO date
    published_from: str | None = None
    guessed_encoding: bool = False
    partial: str | None = None
    shared: list[Shared] = field(default_factory=list)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Offsets into ``source`` of ``text[start:end]``, white space at the ends left out."""
        while start < end and self.text[start].isspace():
            start += 1
        while end > start and self.text[end - 1].isspace():
            end -= 1
        if self.starts is None or self.ends is None:
            return start, end
        if end <= start:
            at = self.starts[start] if start < len(self.starts) else len(self.source)
            return at, at
        return self.starts[start], self.ends[end - 1]

    def evidence(self, start: int, end: int) -> Evidence:
        """The evidence for ``text[start:end]``."""
        a, b = self.span(start, end)
        return Evidence(a, b, self.source[a:b])

    def evidences(self, start: int, end: int) -> tuple[Evidence, ...]:
        """The evidence for ``text[start:end]``: of what it says again, the place where it stands."""
        found = [self.evidence(start, end)]
        for one in self.shared:
            if one.start < end and start < one.end:
                found.append(Evidence(one.at, one.to, self.source[one.at : one.to]))
        return tuple(e for e in found if e.text) or tuple(found[:1])

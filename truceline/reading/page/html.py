"""HTML source into blocks, each character with its offset in the source.

The standard library's tolerant parser gives positions; it opens no file and no address,
whatever the source's entities say. trafilatura, which knows how web pages are laid out
but keeps no offsets, is asked afterwards which blocks it takes for the main text.
"""

import html
import json
import logging
import re
from array import array
from html.parser import HTMLParser

from truceline.reading.page.markup import (
    BLOCK_TAGS,
    DATE_NAMES,
    HINTS,
    ISO_DAY,
    MAIN,
    SILENT,
    TAG_REASON,
    VOID,
)
from truceline.reading.page.page import Block, Page
from truceline.reading.page.tables import Grids, Written, with_rows

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)


class _Blocks(HTMLParser):
    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=False)
        self.source = source
        self.line_starts = [0]
        for match in re.finditer("\n", source):
            self.line_starts.append(match.end())
        self.text: list[str] = []
        self.starts: array[int] = array("q")
        self.ends: array[int] = array("q")
        self.blocks: list[Block] = []
        self.stack: list[tuple[str, str | None]] = []
        self.links = 0
        self.silent = 0
        self.open_from = -1
        self.linked = 0
        self.space_at = -1
        self.kind = "p"
        self.reason: str | None = None
        self.published: str | None = None
        self.jsonld = False
        self.script: list[str] = []
        self.breaks = 0
        self.grids = Grids()

    def at(self) -> int:
        line, column = self.getpos()
        return self.line_starts[line - 1] + column

    # -- text ------------------------------------------------------------------
    def put(self, char: str, start: int, end: int) -> None:
        if char.isspace():
            if self.open_from >= 0 and self.space_at < 0:
                self.space_at = start
            return
        if self.open_from < 0:
            if self.text:
                for _ in range(2):
                    self.text.append("\n")
                    self.starts.append(start)
                    self.ends.append(start)
            self.open_from = len(self.text)
            self.linked = 0
        elif self.space_at >= 0:
            self.text.append(" ")
            self.starts.append(self.space_at)
            self.ends.append(self.space_at + 1)
        self.space_at = -1
        self.breaks = 0
        self.text.append(char)
        self.starts.append(start)
        self.ends.append(end)
        if self.links:
            self.linked += 1

    def close_block(self) -> None:
        if self.open_from >= 0:
            end = len(self.text)
            self.blocks.append(
                Block(
                    self.open_from,
                    end,
                    self.kind,
                    self.reason,
                    self.linked / max(1, end - self.open_from),
                )
            )
        self.open_from, self.space_at = -1, -1

    def set_context(self) -> None:
        self.reason, self.kind = None, "p"
        for tag, reason in self.stack:
            self.reason = self.reason or reason
            if tag[0] == "h" and tag[1:].isdecimal():
                self.kind = "h"
                if tag == "h1" and self.reason in ("menu", "byline"):
                    self.reason = None
            elif tag in ("li", "dt", "dd"):
                self.kind = "li"
            elif tag == "caption":
                self.kind = "h"
            elif tag in ("td", "th"):
                self.kind = "cell"

    # -- what the parser calls ---------------------------------------------------
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {k: v or "" for k, v in attrs}
        if tag == "meta":
            name = (
                values.get("property") or values.get("name") or values.get("itemprop") or ""
            ).lower()
            if name in DATE_NAMES and self.published is None:
                found = ISO_DAY.search(values.get("content", ""))
                self.published = found.group() if found else None
            return
        if tag == "time" and self.published is None:
            found = ISO_DAY.search(values.get("datetime", ""))
            if found and ("pubdate" in values or "publish" in str(values).lower()):
                self.published = found.group()
        if tag == "br":
            self.breaks += 1
            if self.breaks > 1:
                self.close_block()
            elif self.open_from >= 0 and self.space_at < 0:
                self.space_at = self.at()
            return
        if tag in VOID and tag != "hr":
            return
        if tag in BLOCK_TAGS:
            self.close_block()
            self.grids.start(tag, values, len(self.blocks))
            if tag in ("p", "li", "td", "th", "tr", "dt", "dd", "option"):
                self._close_open(
                    {tag} | ({"p"} if tag != "p" else set()),
                    {"ul", "ol", "table", "div", "article"},
                )
        if tag == "hr":
            return
        if tag == "q" and not self.silent:
            self._mark("“")
        if tag in SILENT:
            self.silent += 1
            self.jsonld = tag == "script" and "ld+json" in values.get("type", "")
        if tag == "a":
            self.links += 1
        self.stack.append((tag, self._reason(tag, values)))
        if len(self.stack) > 100:
            del self.stack[0]
        if tag in BLOCK_TAGS:
            self.set_context()

    def _reason(self, tag: str, values: dict[str, str]) -> str | None:
        if "hidden" in values or re.search(r"display\s*:\s*none", values.get("style", ""), re.I):
            return "hidden"
        if values.get("role", "") in (
            "navigation",
            "menu",
            "banner",
            "contentinfo",
            "complementary",
            "search",
        ):
            return "menu"
        if tag in ("html", "body", "main", "article", "h1"):
            return None
        if tag in TAG_REASON:
            return TAG_REASON[tag]
        if tag not in BLOCK_TAGS and tag != "span":
            return None
        words = f"{values.get('class', '')} {values.get('id', '')} {values.get('itemprop', '')}"
        if words.strip():
            for reason, pattern in HINTS:
                if pattern.search(words) and not (
                    MAIN.search(words)
                    and reason not in ("teaser", "tags", "byline", "footer", "comments")
                ):
                    if tag == "span" and reason not in ("hidden", "caption"):
                        return None
                    return reason
        return None

    def _close_open(self, tags: set[str], fences: set[str]) -> None:
        for i in range(len(self.stack) - 1, -1, -1):
            tag = self.stack[i][0]
            if tag in tags:
                del self.stack[i:]
                return
            if tag in fences:
                return

    def _mark(self, mark: str) -> None:
        """Put the quotation mark that a <q> stands for in the place of its tag."""
        at = self.at()
        self.put(mark, at, self.source.find(">", at) + 1 or len(self.source))

    def handle_endtag(self, tag: str) -> None:
        if tag == "q" and not self.silent:
            self._mark("”")
        if tag in BLOCK_TAGS:
            self.close_block()
            self.grids.end(tag, len(self.blocks))
        if tag in SILENT and self.silent:
            self.silent -= 1
            if self.jsonld:
                self._read_jsonld("".join(self.script))
                self.script.clear()
                self.jsonld = False
        if tag == "a" and self.links:
            self.links -= 1
        for i in range(len(self.stack) - 1, max(-1, len(self.stack) - 60), -1):
            if self.stack[i][0] == tag:
                del self.stack[i:]
                break
        if tag in BLOCK_TAGS:
            self.set_context()

    def handle_data(self, data: str) -> None:
        if self.silent:
            if self.jsonld:
                self.script.append(data)
            return
        at = self.at()
        for i, char in enumerate(data):
            self.put(char, at + i, at + i + 1)

    def _reference(self, written: str) -> None:
        if self.silent:
            return
        at = self.at()
        end = at + len(written)
        if self.source[end : end + 1] == ";":
            end += 1
        for char in html.unescape(self.source[at:end]):
            self.put(char, at, end)

    def handle_entityref(self, name: str) -> None:
        self._reference(f"&{name}")

    def handle_charref(self, name: str) -> None:
        self._reference(f"&#{name}")

    def _read_jsonld(self, text: str) -> None:
        if self.published is None:
            try:
                json.loads(text)
            except (ValueError, RecursionError):
                return
            found = re.search(r'"datePublished"\s*:\s*"(\d{4}-\d\d-\d\d)', text)
            self.published = found.group(1) if found else None


def html_page(source: str, *, name: str, sha256: str, encoding: str) -> Page:
    """The page of an HTML ``source``; blocks in menus, captions and so on carry a reason."""
    parser = _Blocks(source)
    parser.feed(source)
    parser.close()
    parser.close_block()
    new = with_rows(parser.text, parser.starts, parser.ends, parser.blocks, parser.grids.found)
    if new is None:
        new = Written(parser.text, parser.starts, parser.ends, parser.blocks)
    text, blocks = "".join(new.text), new.blocks
    # A page whose markup calls everything a menu or a teaser tells us nothing.
    kept = sum(b.end - b.start for b in blocks if b.reason is None and b.linked < 0.5)
    if kept < 200 and len(text) > 400:
        for block in blocks:
            if block.reason not in ("page title", "hidden", "caption", "footer", "menu"):
                block.reason = None
    if any(b.reason is None and (b.linked > 0.3 or b.end - b.start < 120) for b in blocks):
        _ask_main_text(source, text, blocks)
    return Page(
        name,
        "html",
        encoding,
        sha256,
        source,
        text,
        blocks,
        new.starts,
        new.ends,
        parser.published,
        "metadata of the page" if parser.published else None,
        shared=new.shared,
    )


def _squeeze(text: str) -> str:
    return re.sub(r"\W+", "", text).lower()


def _ask_main_text(source: str, text: str, blocks: list[Block]) -> None:
    import trafilatura  # noqa: PLC0415 # slow to load; only web pages need it

    try:
        found = trafilatura.extract(
            source,
            favor_recall=True,
            include_comments=False,
            include_tables=True,
            deduplicate=False,
        )
    except Exception:  # a voter that fails has no vote; our own rules remain
        return
    if not found:
        return
    main = _squeeze(found)
    for block in blocks:
        squeezed = _squeeze(text[block.start : block.end])
        block.main = squeezed in main if squeezed else None

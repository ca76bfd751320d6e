"""Find the body: mark every block that is no part of the article or agreement.

The rules look at shape (a line of links, a caption's credit, a list of tags at the end)
and at the set phrases of web pages; nothing is dropped for its subject.
"""

import re
from collections import Counter

from truceline.reading.answer import Dropped
from truceline.reading.hints import Hinted, folded
from truceline.reading.page.furniture import foreign_in, furniture
from truceline.reading.page.page import Block, Page

_AGENCY = r"(?:AFP|Reuters|AP|EPA|EPA-EFE|EFE|Getty(?: Images)?|Anadolu(?: Agency)?|Xinhua|TASS|Sputnik|dpa|Shutterstock|Alamy|Bloomberg|UPI|UN Photo|Handout|POOL)"
_CREDIT = Hinted(
    rf"(?:\b(?:photo(?:graph)?s?|image|picture|video|credit|courtesy)\s*(?:credit|by|:|courtesy|/)\s*:?\s*\S"
    rf"|©\s*\S|\bfile photo\b|\bvia Getty\b|[/|\u2013-]\s*{_AGENCY}\s*[).\]]*\s*$|[\[(]{_AGENCY}(?:/[^)\]]*)?[\])]\s*$"
    rf"|[\[(](?:[^)\]]*/)?\s*{_AGENCY}[\])]\s*$|\b{_AGENCY}\s*/\s*{_AGENCY}\b)",
    re.I,
)
_CAPTION_LABEL = re.compile(
    r"\s*(?:photo|image|picture|caption|file|video|map|graphic|infographic|gallery)\s*(?::|\||–|—)\s*\S",
    re.I,
)
_PHRASES = (
    (
        "read-more",
        r"(?:read|see|learn|find out|watch|listen)\s+(?:more|also|next|on|the full (?:story|text|report))\b|also read\b|see also\b|read\s*:|more (?:on this|from|stories|news|coverage)\b|continue reading\b|click (?:here|to)\b|view (?:all|more|gallery)\b|show more\b|load more\b|(?:full|live) coverage\b|go deeper\b|further reading\b|watch\s*:|listen\s*:|video\s*:|in pictures\s*:|explainer\s*:|analysis\s*:|opinion\s*[:|]",
    ),
    (
        "teaser",
        r"related(?: (?:stories|articles|news|topics|content|links|posts|coverage|reading))?\s*:?\s*$|related\s*[:|]|recommended\b|you (?:may|might) (?:also )?(?:like|be interested)|more (?:headlines|top stories)|top stories\b|most (?:read|popular|viewed|shared)\b|trending\b|editor['’]s picks?\b|don['’]t miss\b|up next\b|what to read next|latest (?:news|stories|headlines)\s*$|in other news|elsewhere\s*:|must[- ]reads?\b|popular (?:now|stories)|previous (?:article|post|story)\b|next (?:article|post|story)\b|also on\b",
    ),
    (
        "advert",
        r"advert(?:isement|ising)?s?\b\s*$|advertisement\b|sponsored\b|promoted\b|paid content\b|sign up\b|subscribe\b|get (?:our|the) (?:\w+ ){0,3}(?:newsletter|app|briefing|alerts)|newsletter\b|download (?:our|the) \w*\s*app|support (?:our|independent) |donate\b|become a (?:member|subscriber)|start your free|already a subscriber|this site uses cookies|we use cookies|accept (?:all )?cookies|your privacy|enter your email|join our|shop now|limited[- ]time offer|book now\b|buy now\b|\d+ ?% off\b|get \d+ months",
    ),
    (
        "share",
        r"share (?:this|on|via|the|article)?\b\s*|follow us\b|follow @|print (?:this|article)?\s*$|e-?mail (?:this|article)?\s*$|copy link\b|facebook\b|twitter\b|whatsapp\b|telegram\s*$|linkedin\b|tweet\s*$|save (?:article|story)?\s*$|like us on",
    ),
    (
        "tags",
        r"tags?\s*:|topics?\s*:|filed under\b|keywords?\s*:|categor(?:y|ies)\s*:|posted in\b|tagged\b",
    ),
    (
        "comments",
        r"comments?\s*(?:\(\d+\)|$)|leave a (?:reply|comment)|\d+ comments?\s*$|join the (?:conversation|discussion)|post a comment",
    ),
    (
        "footer",
        r"(?:copyright\b|©|\(c\)\s*\d{4}|\bc\s*\d{4}\b)|all rights reserved|terms (?:of|and|&)\b|privacy (?:policy|notice)|cookie (?:policy|settings)|contact us\b|about us\b|careers\s*$|advertise with|site ?map\b|back to (?:top|home)|(?:this|our) (?:website|site) (?:is|uses)|powered by\b|\w+ is not responsible for|this (?:article|story|material) (?:was|has been|may not)|unsubscribe\b|printed from\b",
    ),
    (
        "menu",
        r"skip to\b|jump to\b|menu\s*$|home\s*$|search\s*$|log ?in\b\s*$|sign in\b|register\s*$|my account|toggle\b|open menu|close\s*$|language\s*:|english\s*[|/]|you are here|navigation\s*$",
    ),
    (
        "byline",
        r"by [A-Z][\w.'’-]+(?: [A-Z][\w.'’-]+){0,4}(?:\s*(?:,|\||and|&|–|-|—|in )\s*[^.]{0,70})?\s*$|(?:reporting|writing|additional reporting|edited|editing|reported|translated|written|compiled) by\b|(?:first |last )?(?:published|updated|posted|modified|issued)(?: (?:on|at))?\s*:?\s*(?:\w+,? )?\d|(?:published|updated|last updated|last modified|posted|date|issued)\s*(?:on|at)?\s*:|\d+ min(?:ute)?s? read\b|estimated reading|(?:from|by) our (?:own |special )?correspondents?\b[^.]{0,40}$|from our correspondent\s*$|staff (?:writer|reporter)s?\s*$|correspondent\s*$|source\s*:\s*\S+(?: \S+){0,4}\s*$|(?:machine|automatic(?:ally)?)[- ]translat",
    ),
    ("page number", r"(?:page\s*)?\d{1,4}\s*(?:(?:of|/)\s*\d{1,4})?\s*$|-\s*\d{1,3}\s*-\s*$"),
)
_SET = tuple(
    (reason, re.compile(r"[\s»>›→•\-–—\[(*]*(?:" + pattern + ")", re.I))
    for reason, pattern in _PHRASES
)
_BY = re.compile(r"\s*by\s+[A-Z]")
_SECTION = re.compile(
    r"(?:world|politics|international|business|economy|opinion|sports?|video|culture|science|technology|health|travel|"
    r"life(?:style)?|europe|asia|africa|americas|middle east|local|national|news|entertainment|photos?|live|podcasts?|"
    r"features?|analysis|society|environment|weather|magazine|in pictures|gallery|explainer|editorial|letters)s?"
)
_CRUMB = re.compile(r"^[^.!?]{2,30}(?:\s*[>›»|/·•]\s*[^.!?>›»|/·•]{2,40}){2,}$")
_MEDIA = re.compile(
    r"\s*(?:VIDEO|PHOTOS?|WATCH|LISTEN|LIVE|PODCAST|GALLERY|IN PICTURES|MAP|INFOGRAPHIC|OPINION|EXCLUSIVE)\b\s*[.:|–—]"
)
_VERB = re.compile(
    r"\b(?:is|are|was|were|be|been|has|have|had|will|shall|would|must|may|can|could|said|says|agreed|announced|"
    r"reported|told|took|came|began|\w{3,}ed)\b",
    re.I,
)
_BULLET = re.compile(r"^[\s•·▪‣◦●■*–—-]+")
_NUMBERED = re.compile(
    r"\s*(?:\(?\d{1,3}[.)]|\(?[a-z][.)]|article\b|section\b|annex\b|\d{1,2}[:.h]\d\d\b)", re.I
)


def _bare(text: str) -> str:
    return _BULLET.sub("", text).strip()


def _is_label(text: str) -> bool:
    return _SECTION.fullmatch(_bare(text).strip(":").lower()) is not None


def _phrase(text: str) -> str | None:
    if len(text) > 260:
        return None
    for reason, pattern in _SET:
        if pattern.match(text):
            by = reason == "byline" and re.match(r"\s*by\s", text, re.I)
            if by and (not _BY.match(text) or text.rstrip().endswith((".", ",", ";", ":"))):
                continue
            # A whole sentence that begins like a set phrase is still a sentence.
            closed = text.rstrip().endswith((".", ".”", '."')) and len(text) > 70
            if closed and reason in ("share", "menu", "byline", "comments", "tags"):
                continue
            if closed and len(text) > 150 and reason != "footer":
                continue
            return reason
    return None


def _is_tag(text: str) -> bool:
    bare = _bare(text)
    words = bare.split()
    return (
        0 < len(words) <= 5
        and not bare.endswith((".", ":", ";", "!", "?", ","))
        and not re.search(r"\d{1,2}:\d\d", bare)
        and not _NUMBERED.match(bare)
        and (words[0][0].isupper() or words[0][0] in "#@" or words[0][0].isdecimal())
    )


def _is_headline(text: str) -> bool:
    bare = _bare(text)
    return len(bare) < 220 and not bare.endswith((".", ".”", '."', ";", ":"))


_GENRE = re.compile(r"\s*(?:explainer|analysis|opinion|video|in pictures)\s*[:|]", re.I)


def mark_body(page: Page) -> None:
    """Set ``Block.reason`` on every block that is no part of the body."""
    text, blocks = page.text, page.blocks
    rows = [(b, b.reason) for b in blocks if b.kind in ("row", "head")]
    words = [text[b.start : b.end] for b in blocks]
    for block, said in zip(blocks, words, strict=True):
        if block.reason is not None:
            continue
        block.reason = _shape(block, said)
        if block.reason == "read-more" and block is blocks[0] and _GENRE.match(said):
            block.reason = None  # the story's own title
    _repeats(page, words)
    last = _last_paragraph(blocks, words)
    first = _first_paragraph(blocks, words)
    head = text[:4000]
    latin = head.isascii()
    if not latin:
        letters = [c for c in head if c.isalpha()]
        latin = len(letters) - foreign_in(letters) > 0.7 * len(letters)
    for i, block in enumerate(blocks):
        if block.reason is None:
            edge = i < min(first, 4) or i > last
            bars = words[i].count("|")
            table = bars and any(
                0 <= k < len(words) and words[k].count("|") == bars for k in (i - 1, i + 1)
            )
            if not table:
                block.reason = furniture(words[i], edge=edge, latin=latin)
    _tags(blocks, words, last)
    _teasers(blocks, words, first, last)
    _captions(blocks, words, first)
    for block, reason in rows:
        block.reason = reason  # a table's row is short, and no menu


_CELLS = re.compile(r"  +\||\|  +")  # a row of a table: its cells are padded


def _shape(block: Block, said: str) -> str | None:
    reason = _phrase(said)
    if reason:
        return reason
    if (
        len(said) < 400
        and _CREDIT.search(said, folded(said))
        and not re.match(r"[^a-z]{3,60}[(–—-]", said)
    ):
        sentences = len(re.findall(r"[.!?]\s+[A-Z]", said))
        if sentences <= 2:
            return "caption"
    if len(said) < 300 and _CAPTION_LABEL.match(said):
        return "caption"
    if len(said) < 160 and _CRUMB.match(said) and not _VERB.search(said):
        row = re.match(r"\s*\d{1,2}\s*\|", said) or _CELLS.search(said)  # a row of a table
        return None if row else "menu"
    if block.linked > 0.85 and (len(said) < 160 or block.main is False):
        return "teaser" if len(said) > 30 else "menu"
    if block.linked > 0.5 and block.main is False:
        return "teaser"
    if block.main is False and len(said) < 80 and not said.endswith((".", ":", "!", "?", "”", '"')):
        return None if _NUMBERED.match(said) or block.kind == "h" else "menu"
    return None


_NUMBERS = re.compile(r"[\d\s]+")


def _repeats(page: Page, words: list[str]) -> None:
    """Headers and footers that come back on every page, page numbers set aside."""
    keys = [_NUMBERS.sub(" ", w).strip().lower() for w in words]
    said_exactly = Counter(w.strip() for w in words)
    counts = Counter(k for k, w in zip(keys, words, strict=True) if len(w) < 120 and len(k) > 3)
    for block, key, said in zip(page.blocks, keys, words, strict=True):
        if (
            block.reason is None
            and counts[key] > 1
            and not _is_label(said)
            and not said.rstrip().endswith((".", ";", ":", "!", "?", "”", '"'))
        ):
            exact = said_exactly[said.strip()]
            paged = page.format == "pdf" or counts[key] > 2
            same_line = exact > 1 or (paged and re.search(r"\bpage\b|\d\s*$|^\s*\d", said, re.I))
            if same_line and not _NUMBERED.match(said):
                block.reason = "repeated header or footer"


_SENTENCE_END = re.compile(r"[.!?;:][\"”’»)]*$")


def _is_paragraph(block: Block, said: str) -> bool:
    if block.reason is not None:
        return False
    return (len(said) > 140 and bool(_SENTENCE_END.search(said.rstrip()))) or (
        said.rstrip().endswith((".", '."', ".”")) and bool(_VERB.search(said))
    )


def _last_paragraph(blocks: list[Block], words: list[str]) -> int:
    last = -1
    for i, (block, said) in enumerate(zip(blocks, words, strict=True)):
        if _is_paragraph(block, said) and not _MEDIA.match(said):
            last = i
    return last


def _first_paragraph(blocks: list[Block], words: list[str]) -> int:
    return next((i for i, b in enumerate(blocks) if _is_paragraph(b, words[i])), 0)


def _teasers(blocks: list[Block], words: list[str], first: int, last: int) -> None:
    """Headlines of other stories: under a section's label, after a marked head, or at the end."""
    live = [i for i, b in enumerate(blocks) if b.reason is None]
    for n, i in enumerate(live):
        said = words[i]
        nxt = live[n + 1] if n + 1 < len(live) else None
        if _is_label(said) and (
            i > last
            or i < first
            or (
                nxt is not None
                and _is_headline(words[nxt])
                and len(words[nxt]) < 220
                and nxt != last
            )
        ):
            after_head = nxt is not None and _is_headline(words[nxt]) and not _is_label(words[nxt])
            if i < first and blocks[i].kind != "li":
                blocks[i].reason = "menu"
                continue
            blocks[i].reason = "teaser" if after_head else "tags"
            if (
                after_head
                and nxt is not None
                and i > first
                and (nxt > last or _MEDIA.match(words[nxt]))
            ):
                blocks[nxt].reason = "teaser"
        elif _MEDIA.match(said) and _is_headline(said) and i != first and blocks[i].reason is None:
            blocks[i].reason = "teaser"
    # What follows a head such as "Related stories" is a list of headlines until a paragraph.
    for i, block in enumerate(blocks):
        if (
            block.reason in ("teaser", "read-more")
            and len(words[i]) < 60
            and re.match(
                r"\W*(?:related|more|recommended|most|top|trending|latest|read (?:more|also|next)|see also|also read|you m|up next|in other|editor|don|popular|[iİ]lg[iİ]l[iİ]|관련|à? ?lire aussi|lea tamb|leia tamb|читайте|по теме|siehe auch|mehr zum|noticias rel|articles li|leggi)",
                words[i],
                re.I,
            )
        ):
            for j in range(i + 1, min(i + 12, len(blocks))):
                if blocks[j].reason is not None:
                    continue
                if not _is_headline(words[j]) or _NUMBERED.match(words[j]):
                    break
                if (
                    j < last
                    and len(words[j]) < 60
                    and blocks[j].kind != "li"
                    and j + 1 < len(blocks)
                    and _is_paragraph(blocks[j + 1], words[j + 1])
                ):
                    break  # a subheading of the story itself
                blocks[j].reason = "teaser"


def _tags(blocks: list[Block], words: list[str], last: int) -> None:
    """Runs of short names: a tag list at the end, a menu at the beginning."""
    run: list[int] = []
    runs: list[list[int]] = []
    for i, block in enumerate(blocks):
        if block.reason in (None, "tags", "menu", "share") and _is_tag(words[i]):
            run.append(i)
        elif run:
            runs.append(run)
            run = []
    if run:
        runs.append(run)
    for run in runs:
        bulleted = all(_BULLET.match(words[i]) or blocks[i].kind == "li" for i in run)
        known = any(blocks[i].reason for i in run)
        if run[0] > last >= 0 and (len(run) >= 3 or bulleted or known):
            reason = "tags"
        elif len(run) >= 4 and run[-1] < max(last, 0) and (bulleted or run[0] <= 1):
            reason = "menu" if run[0] <= 2 else "tags"
        else:
            continue
        if any(
            re.search(
                r"\b(?:signed|done at|for the|minister|president|colonel|general)\b", words[i], re.I
            )
            for i in run
        ):
            continue  # a block of signatures
        for i in run:
            if blocks[i].reason is None and not _looks_like_title(words, i, run):
                blocks[i].reason = reason


def _looks_like_title(words: list[str], i: int, run: list[int]) -> bool:
    return i == run[-1] and len(words[i].split()) > 4


def _captions(blocks: list[Block], words: list[str], first: int) -> None:
    """A picture's legend before the story: present participle or "during", with a date, no verb."""
    for i in range(min(first, 4)):
        said = words[i]
        if (
            blocks[i].reason is None
            and re.search(
                r"\b(?:during|pictured|seen here|left|right|centre|center|stands?|walks?|shakes? hands)\b.*\b(?:19|20)\d\d\b",
                said,
            )
            and len(said) < 260
            and not _NUMBERED.match(said)
            and i > 0
        ):
            blocks[i].reason = "caption"


def body_and_dropped(page: Page) -> tuple[tuple[tuple[int, int], ...], tuple[Dropped, ...]]:
    """Offsets into ``page.source``: the body's spans (neighbours joined) and what was dropped."""
    body: list[tuple[int, int]] = []
    dropped: list[Dropped] = []
    joined = False
    for block in page.blocks:
        a, b = page.span(block.start, block.end)
        if block.reason is None:
            if joined and page.format != "html":
                body[-1] = (body[-1][0], b)
            else:
                body.append((a, b))
            joined = True
        else:
            dropped.append(Dropped(a, b, block.reason))
            joined = False
    return tuple(body), tuple(dropped)

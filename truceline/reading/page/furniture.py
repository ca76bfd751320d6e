"""The furniture of web pages and channels: menus, counters, promotions, notes of the webmaster.

What is told apart by shape (separators, gaps, signs, another script) and by the set phrases of
sites. A block that reads like a sentence of the story is left alone.
"""

import re

from truceline.reading.hints import Hinted, Several, folded

_PARTS = re.compile(r"\s*(?:[|·›»⁞•‖▸→✦◆‣¦]|\s>\s|\s/\s)\s*|[ \t\u00a0]{2,}")
_SIGN = re.compile(
    r"\s*(?:[\U0001F300-\U0001FAFF\u2600-\u27BF\u25A0-\u25FF\u2190-\u21FF]|\* \* \*|>>|<<|»»)"
)
_SENTENCE = re.compile(r"[a-z\d)%][.!?][\"”’»)]*(?:\s|$)")
_VERB = re.compile(
    r"\b(?:is|are|was|were|has|have|had|will|shall|would|must|may|can|could|said|says|agreed)\b"
)

# Phrases that stand in the page's furniture and hardly in a story: a short block with one is none.
_SITE = (
    (
        "menu",
        r"\b(?:log|sign) ?in(?=\s*(?:$|[|/·]|\s{2}|or\b|join\b))|\b(?:join free|my notes|jump to:|skip to|search this|site ?map)\b",
    ),
    (
        "menu",
        r"\blisten (?:us |to us )?live\b|\b(?:live|direct) broadcast\b|^[^.]*\bhot ?line\b(?! (?:between|of|to|will|shall|is|must|that|from)\b)[^.]*$",
    ),
    (
        "advert",
        r"\badvertis(?:ing|ement)\b\s*[:–—-]|^\W*publicity\b|\b\d+ ?% (?:off|sale|discount)|\bdiscount\b"
        r"|\bbuy (?:your|tickets|now)\b|\bfrom [$€£]\d|\binstal?lments?\b.*\bcall\b"
        r"|\b(?:page|edition) (?:is )?(?:brought|sponsored)\b|\bbrought to you by\b"
        r"|\bpartner materials\b|\bnews of (?:our )?partners\b|^\W*\[(?:event|ad|promo)\]|\bcookies help us\b",
    ),
    (
        "share",
        r"\b\d[\d.,]*\s?[KkMm]\s+(?:subscribers|members|followers|views)\b|\b\d[\d.,]* (?:subscribers|followers)\b|\bpinned message\b"
        r"|\bforwarded from\b|\bshare\W+tweet\b|\b(?:tweet|facebook)\W+(?:whatsapp|twitter)\b",
    ),
    (
        "menu",
        r"\b(?:print(?:er)?[- ](?:version|friendly)|pdf version|(?:font|text) size|back to (?:the )?top|rate this (?:page|story|article))\b"
        r"|\bviews?\s*:\s*\d|\b\d+ (?:views|reads|shares|likes|reactions)\b|\d ?°[CF]\b|\bA ?- ?A ?\+|\bhoroscope\b|\bclassifieds\b|\bcrossword\b",
    ),
    (
        "advert",
        r"\b(?:half price|free delivery|special offer|clearance|buy one|win a (?:car|trip|prize|phone)|lottery results|download (?:the|our) app|book (?:now|your)|order (?:now|today)|open an account|best (?:price|deal)s?)\b"
        r"|\b(?:join|follow|write to|contact|call) (?:us|our (?:channel|page|group))\b",
    ),
    (
        "comments",
        r"^\W*\d+ comments\b|\bstar(?:s|red)?\b.*\bdownload pdf\b|\bdo you have a \w+\? whatsapp\b",
    ),
    (
        "footer",
        r"\bctrl ?\+ ?enter\b|\bfound (?:a|an) (?:mistake|error|typo)\b|\bunauthori[sz]ed reproduction\b"
        r"|\b(?:reproduction|redistribution|reprint\w*) (?:is |without |only )?(?:\w+ ){0,2}(?:prohibited|forbidden|permission|reference)\b"
        r"|\bmaterials on this site\b|\btechnical support\b|\bbest viewed\b|\bwebmaster\b|\bupdated by\b"
        r"|\bhyperlink is (?:obligatory|required|mandatory)\b|\bis a (?:senior )?fellow of\b.*\bread more\b",
    ),
    (
        "teaser",
        r"^\W*(?:also inside|recent(?: posts)?\b\s*:?|read also|follow reading|topics connected|more news|next chapter"
        r"|students also|most read|quick quiz|did you know\?\s*\W*watch|related\b\s*:|up next)"
        r"|\b(?:students|readers|users) also (?:viewed|read)\b|\bmost read\s*:|^recent posts\b",
    ),
    (
        "tags",
        r"^\W*(?:themes|themen|temas|etiketler|tags|keywords|hashtags)\s*:|^(?:\s*#\w+){2,}\s*$",
    ),
    (
        "byline",
        r"^\W*(?:for immediate (?:release|use)\W*$|(?:media|press) (?:contact|enquiries|inquiries)\b)|^\W*source\s*:.*\beditor\s*:|\binput \d{4}\.\d\d|\breading time\b|^\W*photo(?:graph)? (?:from|[A-Z]{3,}|gallery)"
        r"|^\W*\[photo gallery",
    ),
    (
        "read-more",
        r"^\W*(?:[iİ]lg[iİ]l[iİ] haberler|관련기사|lire aussi|à lire aussi|lea también|leia também|читайте также|по теме|siehe auch|mehr zum thema"
        r"|noticias relacionadas|articles liés|leggi anche)",
    ),
)
_SITE_RES = Several((reason, Hinted(pattern, re.I)) for reason, pattern in _SITE)


_CRUMBS = re.compile(r"[^.!?:>›»]{2,25}(?:\s[>›»]\s[^.!?:>›»]{2,25})+")
_INITIALS = re.compile(r"[A-Z]\. [A-Z]\w+(?: / (?:[A-Z]\. )?[A-Z]\w+)+")
_ABOUT = re.compile(r"\b(?:who we are|what we do|where we are)\b", re.I)


def reads_like_story(said: str) -> bool:
    """Whether a block has a closed sentence with a verb of some length."""
    return len(said) > 60 and _VERB.search(said) is not None and _SENTENCE.search(said) is not None


def foreign_in(letters: list[str]) -> int:
    """How many of these letters are no Latin ones."""
    return sum([c > _LAST_LATIN for c in letters])


_LAST_LATIN = "\u024f"


_NUMBERED = re.compile(r"\s*(?:\(?\d{1,2}\s*[.)|]|\|)")


def furniture(said: str, *, edge: bool, latin: bool) -> str | None:
    """Why a block is furniture, or None.

    ``edge``: it stands before the first paragraph or after the last; ``latin``: the document as a
    whole is in Latin letters.
    """
    if len(said) > 320 or _NUMBERED.match(said):
        return None
    story = reads_like_story(said)
    start = said[:40] if story else said  # only at its head is a phrase of sites no story's
    for reason, pattern in _SITE_RES.likely(folded(start)):
        if pattern.search(start):
            return reason
    if story:
        return None
    if latin and len(said) < 150 and not said.isascii():
        letters = [c for c in said if c.isalpha()]
        foreign = foreign_in(letters)
        if foreign > 4 and foreign > 0.4 * len(letters):
            return "menu"
    if not edge:
        return None
    if _CRUMBS.fullmatch(said) or _INITIALS.fullmatch(said):
        return "menu"
    parts = [p for p in _PARTS.split(said.strip()) if p.strip()]
    if latin and len(parts) > 3 and sum(ord(p[0]) > 0x24F for p in parts) > len(parts) // 2:
        return "menu"
    if (
        len(parts) >= 4
        and not _VERB.search(_ABOUT.sub("", said))
        and all(len(p.split()) <= 5 and not re.search(r"\d", p) for p in parts)
        and not said.rstrip().endswith((".", ":", ";"))
    ):
        return "menu"
    if _SIGN.match(said) and not _SENTENCE.search(said) and len(said) < 120:
        return "share"
    return None

"""Whether the words around a time speak of what is past or of what is ahead."""

import re

_FUTURE = re.compile(
    r"\b(?:takes|goes|comes|runs|falls|pulls|withdraws|leaves|reopens|frees|hands|lifts|resumes|returns|kicks|sits?|travels?|arrives?|departs?|shuts?|closes?|flies|will|shall|would|should|must|is to|are to|be|to be|due|set to|scheduled|expected|plans?|planned|slated|going to|"
    r"agree|agrees|begins?|starts?|takes effect|come into|enters?|opens?|ends?|expires?|next|coming|upcoming|until|ready to|hopes? to|meets?|may|can|could)\b"
)
_PAST = re.compile(
    r"\b(?:was|were|had|has|have|did|said|came|took|began|went|held|fell|broke|met|told|left|saw|made|brought|gave|hit|struck|shot|fled|entered|"
    r"resumed|signed|announced|declared|collapsed|killed|wounded|stopped|ended|started|opened|since|ago|(?!un[a-z]+ed\b|(?:arm|unit|wound|displac|mix|limit|detain|captur|occupi|belov|relat)ed\b)[a-z]{3,}ed)\b"
)
_ANNOUNCE = re.compile(
    r"\b(?:decreed|granted|offered|decided|pledged|vowed|promised|undertook|unveiled|said|announced|declared|told|agreed|signed|reported|added|confirmed|reached|brokered|accepted|approved|ordered|scheduled|planned|expected|proposed|set|requested|called|demanded|urged)\b"
)
# A past verb that binds what comes: "agreed on Friday to", "have undertaken to", "decided that".
_BINDS = re.compile(
    r"\b(?:(?:has|have|had|was|were) )?(?:\w+ly )?(?:agreed|pledged|undertook|undertaken|promised|vowed|committed|decided|ordered|accepted|engaged|obliged|required|due|scheduled|planned|expected|set|meant|supposed|instructed|asked|"
    r"announced|declared|said|confirmed|bound|determined)(?: (?!to\b|that\b)[\w’'-]+){0,6}? (?:to|that|would)\b"
)
_OWNS = re.compile(r" (?:its|their|an?|the|no|one|two|three|four|five|seven|ten|on|at|\d+)\b")
_NO_TENSE = re.compile(r"\b(?:agreed|scheduled|planned|expected|set|slated|called)\b")
# "the ceasefire of 18 June": a day on which something was agreed
_PACT_OF = re.compile(
    r"\b(?:cease-?fire|truce|armistice|hostilities|agreement|accord|protocol|memorandum|communiqu[eé]) (?:of|dated)(?: the)? $"
)
_OF_AN_EVENT = re.compile(
    r"\w+day[’']s (?:signature|signing|accord|agreement|deal|pact|statement|meeting|announcement|summit)\b"
)


# "approved for Monday", "every Tuesday"
_SET_FOR = re.compile(
    r"\b(?:announced|approved|scheduled|set|planned|promised|due|slated|fixed|called|cleared|expected|convened|foreseen|arranged|booked|agreed)\b[^,;.]{0,40} for(?: (?:early|late|next))? $|\b(?:every|each) $"
)
# ", a spokesman said, "
_ASIDE = re.compile(
    r", (?!and\b|but\b|while\b)(?:[\w’'.-]+ ){1,6}(?:said|says|told \w+|added|announced|reported)(?: [\w’' -]{1,30})?, "
)
_SINCE = re.compile(r"\bsince(?: (?:on|at|the|about|early|late|noon|midnight))*\s*$")


_TOLD_BEFORE = re.compile(
    r"\b(?:said|announced|declared|agreed|signed|reached|told|confirmed|brokered|adopted|approved|reported|signatures?|put their names)(?: (?:to [\w -]{1,40})?(?:on|late|early))*\s*$"
)


def tense_at(text: str, at: int, role: str, *, formal: bool = False) -> str:
    """``past`` or ``future`` for words at offset ``at`` of the lower-case sentence ``text``."""
    left = max(text.rfind(mark, 0, at) for mark in (";", ":", " while ", " whereas ", "—", " – "))
    segment = text[max(0, left) : at]
    if _SINCE.search(segment):
        return "past"
    if _SET_FOR.search(segment):
        return "future"
    if role == "at" and _TOLD_BEFORE.search(segment):
        return "past"
    if _OF_AN_EVENT.match(text, at) or _PACT_OF.search(segment):
        return "past"
    if role in ("due", "until"):
        return (
            "future"
            if not re.search(r"\b(?:had|was|were|expired|ended)\b[^,;]{0,40}$", segment)
            else "past"
        )
    segment = _ASIDE.sub(", ", segment)
    comma = segment.rfind(",")
    nearest = ""
    where = -1
    pieces = (
        [segment[comma + 1 :], segment] if comma >= 0 and len(segment) - comma > 12 else [segment]
    )
    for piece in pieces:
        for match in _FUTURE.finditer(piece):
            if match.start() > where:
                nearest, where = "future", match.start()
        for match in _BINDS.finditer(piece):
            if match.end() > where:
                nearest, where = "future", match.end()
        for match in _PAST.finditer(piece):
            if match.start() >= where and not _NO_TENSE.fullmatch(match.group()):
                if role == "start" and _ANNOUNCE.fullmatch(match.group()):
                    continue
                if nearest == "future" and (
                    (match.group().endswith("ed") and match.start() - where < 18)
                    or piece[: match.start()].endswith(" be ")
                ):
                    continue  # "will be completed", "will be held"
                if piece[: match.start()].endswith((" is ", " are ")):
                    if match.group() == "held":
                        nearest, where = "future", match.start()
                    continue  # "the mines are cleared": what a text provides for
                if match.group() in ("has", "have") and _OWNS.match(piece, match.end()):
                    continue  # "has its first sitting on Sunday"
                if match.group() in ("has", "have", "had") and re.match(
                    r"(?:has|have|had) to\b", piece[match.start() :]
                ):
                    nearest, where = "future", match.start()
                    continue
                if (
                    role == "start"
                    and match.group() in ("has", "have", "had")
                    and _ANNOUNCE.match(piece, match.end() + 1)
                ):
                    continue
                if match.group() in ("has", "have") and re.match(
                    r"(?:has|have) until\b", piece[match.start() :]
                ):
                    nearest, where = "future", match.start()
                    continue
                nearest, where = "past", match.start()
        if nearest:
            return nearest
    after = text[at:]
    future = _FUTURE.search(after)
    past = next((m for m in _PAST.finditer(after) if not _ANNOUNCE.fullmatch(m.group())), None)
    if future and (not past or future.start() <= past.start()):
        return "future"
    if past:
        return "past"
    return "future" if role == "start" or formal else "none"

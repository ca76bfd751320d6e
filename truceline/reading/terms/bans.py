"""Where a clause forbids several things: "may not lay mines, recruit boys or move guns by night".

Each thing with a verb or preposition of its own is a term of its own; nouns that share one verb
("arms, munitions and fuel") are one.
"""

import itertools
import re

from truceline.reading.terms.lexicon import is_verb

_LINK = r"(?:, (?:and |or |nor )?| and | or | nor |; (?:and |or |nor )?)"
_OWN = re.compile(
    rf"{_LINK}(?P<by>not to be [a-z]+|(?:not )?to [a-z]+|from (?:the )?[a-z]+(?:ing\b)?|(?:the )?[a-z]+ing of|the use of|acts of|as (?:is|are)|(?:a ban )?on (?:the )?[a-z]+|(?:bars|forbids|prohibits|bans) [a-z]+|(?:neither|no|nobody) [^,;]{{2,40}}? (?:may|shall|will|is|are|can))(?= [a-z]|,|\.|$| and | or )"
)
_BARE = re.compile(
    rf"{_LINK}(?:to )?(?P<verb>[a-z]+) (?!of\b|and\b|or\b|to\b|by\b|that\b|in\b|at\b)[\w’'-]"
)
_NOR = re.compile(r",? nor (?P<verb>[a-z]+) [a-z]")
_LEAD = re.compile(
    r"\b(?:not to|(?:may|can|shall|will|must|would|should|do|does)(?: not| neither| in no case| never)?|neither|nor|cannot|won['’]t|not|forbid \w+ to|forbids? (?:[\w’'-]+ ){1,5}to) (?:[a-z]+ly )?(?P<verb>[a-z]+) "
)
_NO_VERB = frozenset(
    ["of", "in", "at", "by", "to", "the", "a", "an", "any", "all", "no", "every", "each", "their", "its", "his", "her",
     "other", "such", "as", "with", "without", "for", "from", "on", "under", "over", "into",
     "near", "towards", "across", "along", "against", "while", "when", "where", "who", "which",
     "whose", "this", "these", "those", "both", "either", "including", "except", "save",
     "unless", "until", "after", "before", "during", "within", "not", "neither", "only", "even"]
)  # fmt: skip
_FROM = re.compile(r"\bfrom (?:the )?[a-z]+")
_TO = re.compile(r"\b(?:not|forbidden|prohibited|barred|banned|unlawful) to [a-z]+")
_ON = re.compile(r"\bban on [a-z]+")
# "The following are forbidden: ambushes, the laying of mines, propaganda"
_LISTED = re.compile(
    r"\b(?:prohibited|forbidden|banned|barred|outlawed|not allowed|not permitted)(?: (?:acts|are))?\s*:"
)
_ITEM = re.compile(r"[,;] (?:and |or )?(?:\([a-z\d]\) )?(?=[a-z])")
_OBJECTS = re.compile(
    r"\b(?:forbids?|prohibits?|bans?|bars?|renounc\w+|rul\w+ out|outlaws?|exclud\w+|giv\w+ up) "
)


def several_bans(low: str, start: int, end: int) -> list[int]:
    """The offsets in ``[start, end)`` of a lower-case sentence at which a further ban begins."""
    cuts: list[int] = []
    for match in _OWN.finditer(low, start, end):
        by, left = match["by"], low[start : match.start()]
        if by.startswith("from "):
            told = _FROM.search(left) is not None and " to " not in match.group()
        elif by.startswith(("not to ", "to ")):
            told = _TO.search(left) is not None
        elif by.startswith(("on ", "a ban on ")):
            told = _ON.search(left) is not None
        elif by.startswith(("as ", "neither ", "no", "nobody")):
            told = match.group().startswith((", ", ";"))
        else:
            told = _OBJECTS.search(left) is not None
        if told:
            cuts.append(match.start())
    if ":" in low and (listed := _LISTED.search(low, max(low.rfind(".", 0, start), 0), end)):
        edges = [m.start() for m in _ITEM.finditer(low, max(start + 1, listed.end()), end)]
        words = [low[a:b].count(" ") for a, b in itertools.pairwise([*edges, end])]
        if sum(n > 2 for n in words) * 2 >= len(words):  # not a mere list of names
            cuts += edges
    if " nor " in low:
        further = _NOR.finditer(low, start + 10, end)
        cuts += [m.start() for m in further if m["verb"] not in _NO_VERB]
    head = max(low.rfind(";", 0, start), 0)
    lead = next((m for m in _LEAD.finditer(low, head, end) if is_verb(m["verb"])), None)
    if lead is not None:
        bare = list(_BARE.finditer(low, max(start, lead.end()) + 2, end))
        verbs = [m.start() for m in bare if is_verb(m["verb"])]
        # "recruit minors, plant landmines or attack pipelines": the last tells what the others are
        cuts += verbs
        cuts += [
            m.start()
            for m in bare
            if verbs
            and m.start() < verbs[-1]
            and m.group().startswith(", ")
            and m["verb"] not in _NO_VERB
        ]
    return sorted(set(cuts))

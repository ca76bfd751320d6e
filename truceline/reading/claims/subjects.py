"""Subjects: what follows a mention, and whether its verb was left out."""

from truceline.reading.claims.figures import Spot
from truceline.reading.claims.mentions import Mention, stem_of
from truceline.reading.page.words import Sentence, Token

_SKIPPED = frozenset(
    [
        "has",
        "have",
        "had",
        "also",
        "later",
        "now",
        "then",
        "only",
        "itself",
        "themselves",
        "never",
        "still",
        "since",
        "already",
        "again",
        "alone",
        "too",
        "both",
        "all",
        "did",
        "does",
        "do",
    ]
)
OPENS = frozenset((",", ";", "and", "but", "while", ":", "—", "–", "or", "whom"))
_FILLERS = frozenset(("of", "as", "at", "only", "for", "with", "just", "some", "about", ":", "to"))
_LISTED = frozenset((",", ";", "and", "but", "while"))
_ASIDE = frozenset(("part", "turn", "side", "far", "all"))


def subject_of(sentence: Sentence, mention: Mention) -> tuple[str, str, int]:
    """The word after a mention, that after an insertion in commas, and where the latter stands."""
    tokens = sentence.tokens
    n = mention.last
    after = stem_of(tokens[n]) if n < len(tokens) else "."
    while n < len(tokens) - 1 and tokens[n].text in '"”’':
        n += 1
        after = stem_of(tokens[n])
    if n < len(tokens) and tokens[n].low in ("who", "which", "that"):
        n += 1
    if after in (",", "("):
        close = ")" if after == "(" else ","
        for k in range(n + 1, min(n + 18, len(tokens) - 1)):
            if tokens[k].text == close:
                return after, stem_of(tokens[k + 1]), k + 1
            if tokens[k].text in ";:":
                break
    while n < len(tokens) - 1:
        low = tokens[n].low
        if low in _SKIPPED or (low.endswith("ly") and tokens[n + 1].low.isalpha()):
            n += 1
        elif low in ("for", "on", "in", "so") and n + 3 < len(tokens):  # "for its part"
            step = next((k for k in (1, 2) if tokens[n + k].low in _ASIDE), 0)
            if not step:
                break
            n += step + 1
        else:
            break
    return after, stem_of(tokens[n]) if n < len(tokens) else ".", n


def lead_of(sentence: Sentence) -> int:
    """The first token after a clock, a number or marks that lead a line ("11.40am", "•", "07")."""
    for n, token in enumerate(sentence.tokens[:6]):
        if token.low[0].isalpha() and token.low not in ("am", "pm", "a.m.", "p.m.", "h", "gmt"):
            return n
    return 0


def elided(tokens: list[Token], mention: Mention, spot: Spot) -> bool:
    """Whether the verb is left out between a mention and a figure: "…, and RENAMO of 16"."""
    if not 0 <= spot.q.first - mention.last <= 2 or mention.first <= 2:
        return False
    return (
        tokens[mention.first - 1].low in OPENS
        and all(t.low in _FILLERS for t in tokens[mention.last : spot.q.first])
        and any(t.low in _LISTED for t in tokens[mention.first - 3 : mention.first])
    )

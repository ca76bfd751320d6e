"""What the counted are and what they do or suffer: the frame in which a figure stands.

"Some 36,000 people, most of them women, have been driven out" has the noun "people" and the verb
"drive", however many words stand between; "police hold 84 people" has the verb "hold" before.
"""

_BE = frozenset(("is", "are", "was", "were", "be", "been", "being", "remain", "got", "get"))
_HAVE = frozenset(("has", "have", "had", "having"))
_MODAL = frozenset(("will", "would", "shall", "should", "may", "might", "can", "could", "must"))
_STOPS = frozenset((".", ";", ":", "while", "whereas", "but", "?", "!", "according", "said"))
_LINKS = frozenset(
    [
        "in",
        "at",
        "on",
        "of",
        "from",
        "to",
        "for",
        "with",
        "by",
        "near",
        "under",
        "across",
        "inside",
        "within",
        "among",
        "between",
        "since",
        "during",
        "after",
        "before",
        "over",
        "into",
        "out",
        "through",
        "without",
        "against",
        "around",
        "about",
        "as",
        "than",
    ]
)
_SMALL = frozenset(
    [
        "the",
        "a",
        "an",
        "this",
        "that",
        "these",
        "those",
        "its",
        "his",
        "her",
        "their",
        "our",
        "my",
        "no",
        "any",
        "all",
        "both",
        "each",
        "other",
        "more",
        "most",
        "some",
        "about",
        "around",
        "nearly",
        "almost",
        "roughly",
        "only",
        "just",
        "least",
        "at",
        "up",
    ]
)
_BETWEEN = frozenset(
    [
        "still",
        "now",
        "also",
        "since",
        "already",
        "not",
        "never",
        "reportedly",
        "thus",
        "then",
        "later",
        "again",
        "alone",
        "so",
        "far",
        "currently",
        "all",
        "both",
        "together",
        "themselves",
        "believed",
        "thought",
        "feared",
        "said",
        "reported",
        "known",
        "estimated",
        "to",
        "have",
    ]
)
_PAST = frozenset(
    [
        "fled",
        "left",
        "went",
        "came",
        "died",
        "fell",
        "took",
        "lost",
        "got",
        "found",
        "gave",
        "ran",
        "made",
        "sought",
        "stood",
        "lay",
        "sat",
        "hid",
        "drowned",
        "froze",
        "lived",
        "live",
        "moved",
        "returned",
        "escaped",
        "flee",
        "need",
        "needs",
        "lack",
        "lacks",
        "await",
        "sleep",
        "sleeps",
        "stay",
        "remain",
        "remains",
        "shelter",
        "depend",
        "depends",
        "cross",
        "return",
        "lives",
        "sit",
        "wait",
        "waits",
        "face",
        "faces",
        "go",
        "come",
        "die",
        "leave",
        "perish",
        "vanish",
        "disappear",
    ]
)
_AHEAD = 16


def frame_of(
    lows: list[str],
    words: list[str],
    kinds: list[frozenset[str]],
    first: int,
    last: int,
) -> set[str]:
    """The noun, the verb after it and the word that governs the figure ``[first, last)``.

    ``lows``: the tokens in lower case; ``words``: without their endings; ``kinds``: their classes.
    """
    found: set[str] = set()
    noun, at = _noun(lows, words, last)
    sort = _sort(kinds[noun]) if noun >= 0 else "bare"
    if noun >= 0:
        found |= {"H:" + words[noun], "Hs:" + sort}
    verb, how = _verb(lows, words, at)
    if verb >= 0:
        name = words[verb]
        found |= {f"V:{how}:{name}", "V:" + name, f"HV:{sort}:{name}"}
        follow = words[verb + 1] if verb + 1 < len(words) else "."
        found |= {f"V2:{name} {follow}", f"V2s:{sort}:{name} {follow}"}
        if follow in _LINKS or follow in _SMALL:
            for n in range(verb + 2, min(verb + 5, len(words))):
                if words[n] not in _SMALL and words[n] not in _LINKS:
                    found.add(f"V3:{name} {follow} {words[n]}")
                    found |= {f"V3c:{name}:{c}" for c in kinds[n]}
                    break
        if name in _LINKS:  # "remain in Thai custody"
            for n in range(verb + 1, min(verb + 6, len(words))):
                if kinds[n]:
                    found.add(f"Vo:{name}:{words[n]}")
                    for c in kinds[n]:
                        found |= {f"Voc:{name}:{c}", f"HVoc:{sort}:{c}"}
                    break
        for c in kinds[verb]:
            found |= {"Vc:" + c, f"Vc:{how}:{c}", f"HVc:{sort}:{c}"}
    else:
        found |= {"V:-", "HV:" + sort}
    n = first - 1
    step = ""
    while n >= 0 and first - n < 6 and (lows[n] in _SMALL or lows[n] in _LINKS):
        if lows[n] in _LINKS and not step:
            step = lows[n]
        n -= 1
    if n >= 0 and lows[n][0].isalpha():
        name = words[n]
        found |= {f"O:{name}:{step}", "O:" + name, f"HO:{sort}:{name}"}
        found |= {f"Oc:{c}:{step}" for c in kinds[n]}
        found.add(f"OV:{name}|{words[verb] if verb >= 0 else '-'}")
        if verb < 0:
            found |= {f"only:{name}", f"onlyH:{sort}:{name}"}
            found |= {f"onlyc:{sort}:{c}" for c in kinds[n]}
    else:
        found.add(f"O:^:{sort}")
    return found


def _sort(kinds: frozenset[str]) -> str:
    return "+".join(sorted(kinds)) if kinds else "?"


def _noun(lows: list[str], words: list[str], i: int) -> tuple[int, int]:
    """The noun that is counted (-1 for none) and the token after it."""
    n = len(lows)
    if i < n and lows[i] == "of":  # "of them", "of the 40 villagers"
        i += 1
        while i < n and (lows[i] in _SMALL or words[i] == "<n>"):
            if lows[i] in ("these", "those"):
                break
            i += 1
    best = -1
    while i < n and i < best + 5 if best >= 0 else i < n:
        low = lows[i]
        if low in "-‑'’\"“”«»":
            i += 1
            continue
        if (
            not low[0].isalpha()
            or low in _LINKS
            or low in _BE
            or low in _HAVE
            or low in _MODAL
            or low in _PAST
            or (
                low in ("and", "or", "who", "which", "that", "not", "more", "other", "others")
                and best >= 0
            )
            or (best >= 0 and low.endswith(("ed", "ing")))
        ):
            break
        best = i
        i += 1
    return best, i


def _verb(lows: list[str], words: list[str], i: int) -> tuple[int, str]:
    """The verb of the counted after ``i`` (-1 for none), and how it stands."""
    n = len(lows)
    how = ""
    stop = min(n, i + _AHEAD)
    comma = False
    while i < stop:
        low = lows[i]
        if low in _STOPS or (words[i] == "<n>" and not comma and lows[i - 1] in ("and", ",", "or")):
            return -1, ""
        if low == ",":
            comma = not comma
        if low in _BE or low in _HAVE or low in _MODAL:
            how = "be" if low in _BE else "have" if low in _HAVE else "may"
            k = i + 1
            while k < n and (
                lows[k] in _BE
                or lows[k] in _HAVE
                or lows[k] in _BETWEEN
                or (lows[k].endswith("ly") and lows[k] not in ("family", "july"))
            ):
                if lows[k] in _BE and how == "have":
                    how = "be"
                k += 1
            return (k, how) if k < n and lows[k][0].isalpha() else (-1, "")
        if not comma and low in _PAST:
            return i, "past"
        if not comma and low.endswith("ed") and len(low) > 4 and low != "united":
            return i, "ed"
        if not comma and low == "dead":
            return i, "ed"
        i += 1
    return -1, ""

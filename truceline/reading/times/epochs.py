"""The moments of a document that its other times count from: signature, D-day, "that hour".

A lettered day ("D-Day", "E+30", "H+72 hours", "EIF + 2 days") and a moment spoken of before ("from
that hour", "by the same date", "upon signature") are read here as days of their own kinds:
("count", letter, days, hours), ("event", "signature") and ("that", "hour" or "day").
"""

import re
from datetime import date

from truceline.reading.hints import Hinted
from truceline.reading.numbers import number_at
from truceline.reading.page.words import Sentence, Token
from truceline.reading.times.anchoring import Moment
from truceline.reading.times.dates_said import Day
from truceline.reading.times.lengths import nth, number_of_words, shift

REFERRED = ("count", "event", "that")  # kinds of day that refer to another moment
_SPANS = {"hour": "hour", "minute": "hour", "moment": "last", "instant": "hour", "time": "last"}
_SPANS |= {"date": "day", "day": "day"}
_SAME = frozenset(("same", "latter", "said", "very", "second", "last", "first"))
_SIGNING = frozenset(("signature", "signing"))


_CLOCKS = frozenset(("GMT", "UTC", "UT", "CET", "EET", "UN", "EU"))


def is_letter(tokens: list[Token], i: int) -> bool:
    """Whether a lettered day may begin at token ``i``: a cheap test."""
    text = tokens[i].text
    if tokens[i].low == "day":
        letter = tokens[i + 1].text if i + 1 < len(tokens) else ""
        return len(letter) == 1 and letter.isupper() and letter not in "IA"
    if len(text) > 3 or not text.isalpha() or i + 1 >= len(tokens) or text in _CLOCKS:
        return False
    after = tokens[i + 1]
    if text.isupper():
        return after.text in "+-‑–" or after.low in ("day", "hour", "plus", "to")
    return len(text) == 1 and after.text in "+-" and text not in "ai"


def lettered_at(tokens: list[Token], i: int) -> tuple[Day, int] | None:
    """The lettered day at token ``i`` and the token after it: "D-Day", "D + 7", "H+72 hours"."""
    n = len(tokens)
    if not is_letter(tokens, i):
        return None
    named = tokens[i].low == "day"
    if named and (i + 2 >= n or tokens[i + 2].low not in ("+", "plus")):
        return ("count", tokens[i + 1].low, 0, 0, "named"), i + 2
    i = i + 1 if named else i
    letter, j = tokens[i].low, i + 1
    if tokens[j].text in "-‑–" and j + 1 < n and tokens[j + 1].low in ("day", "hour"):
        j, named = j + 2, True
    elif tokens[j].low in ("day", "hour"):
        j, named = j + 1, True
    hours = named and tokens[j - 1].low == "hour"
    if j + 1 < n and tokens[j].low in ("+", "plus") and (said := number_at(tokens, j + 1)):
        amount, j = int(said[0]), said[1]
        unit = tokens[j].low if j < n else ""
        if unit in ("day", "days", "hour", "hours", "hrs", "h"):
            j += 1
        if unit.startswith("h") or ((hours or letter == "h") and not unit.startswith("day")):
            return ("count", letter, 0, amount), j
        return ("count", letter, amount, 0), j
    if named:
        return ("count", letter, 0, 0, "named"), j
    if tokens[j].low == "to" and lettered_at(tokens, j + 1) is not None and letter in "deh":
        return ("count", letter, 0, 0), j  # "D to D+5"
    return None


def spoken_of_at(tokens: list[Token], i: int) -> tuple[Day, int] | None:
    """ "that hour", "the same date", "then" and "the signature" at token ``i``."""
    n, low = len(tokens), tokens[i].low
    before = tokens[i - 1].low if i else ""
    if low in _SIGNING:
        led = ("upon", "on", "at", "from", "between", "since", "until", "of", "its", "by")
        return (("event", "signature"), i + 1) if before in led else None
    if low == "entry":
        after_it = before in ("upon", "on", "from", "at", "its")
        forced = [t.low for t in tokens[i + 1 : i + 3]] in (["into", "force"], ["into", "effect"])
        return (("event", "force", "moment"), i + 3) if after_it and forced else None
    if low == "then":
        return (("that", "last"), i + 1) if before in _THEN else None
    if i + 1 >= n:
        return None
    after = tokens[i + 1].low
    if low == "the":
        if after in ("opening", "first") and tokens[i + 2 : i + 3] and tokens[i + 2].low == "day":
            whose = [t.low for t in tokens[i + 3 : i + 6]]
            if after == "opening" or (whose[:2] == ["of", "the"] and whose[2:] in _HALTS):
                return ("event", "force", "day"), i + 3
        if after in _SIGNING:
            inner = spoken_of_at(tokens, i + 1)
            return inner or (("event", "signature"), i + 2)
        if after in _SPANS and i + 2 < n:
            words = [t.low for t in tokens[i + 2 : i + 8]]
            for size in (2, 3):  # "the day of its signature", "the moment it was signed"
                if words[:1] == ["of"] and words[size - 1 : size] and words[size - 1] in _SIGNING:
                    return ("event", "signature"), i + 2 + size
            later = words[:1] in (["following"], ["after"])
            last = next((n for n, w in enumerate(words[1:3], 1) if w in _SIGNING), None)
            if later and tokens[i + 1].low == "day" and last:
                return ("event", "signature", 1), i + 3 + last
            if words[:1] and words[0] in ("it", "this", "these") and "signed" in words[1:5]:
                return ("event", "signature"), i + 3 + words.index("signed")
            if (begins := _BEGINS.match(" ".join(words))) and after != "time":
                day = "day" if after in ("day", "date") else "moment"
                return ("event", "force", day), i + 2 + begins.group().count(" ") + 1
    if low in ("the", "that", "same"):
        k = i + 1
        while low != "same" and k < n and tokens[k].low in _SAME:
            k += 1
        plain = low == "the" and (k == i + 1 or tokens[k - 1].low in ("first", "last", "second"))
        if k < n and not plain and (what := _SPANS.get(tokens[k].low)):
            if tokens[k].low == "time" and before not in _AT_TIME:
                return None
            return ("that", what), k + 1
    return None


_THEN = frozenset(("from", "since", "until", "by", "before"))
_HALTS = (["truce"], ["ceasefire"], ["cease-fire"], ["cessation"])
# "the day the cease-fire takes effect", "the day of the entry into force"
_BEGINS = re.compile(
    r"(?:on which |when )?(?:the |this |it )?(?:truce |cease - fire |ceasefire |agreement |accord |cessation )?(?:takes effect|comes into (?:force|effect)|enters into (?:force|effect)|begins|starts)\b"
    r"|of (?:the |its )?(?:entry into (?:force|effect)|start of the (?:truce|ceasefire|cease - fire))\b"
)
_AT_TIME = frozenset(("from", "by", "until", "since", "of", "after", "before"))


_LETTER = re.compile(
    r"\b(?:([a-z]|eif)[-‑– ](?:day|hour)\b|day [\"“']?([a-z])\b|([a-z]) ?(?==))(?! ?\+)"
)
_MEANS = re.compile(
    r"\b(?:is|means?|be|falls?|fixed|called|known|named?|designated|notified|was)\b|[:=(,|]"
)
_NO_DATE = re.compile(r"\b(?:no later|not later|by|before|at the latest|after)\b")
_SIGNED = re.compile(
    r"\b(?:signed|signatures?|signing|put (?:their|its) names?|done (?:at|in|on)|initiall?ed|concluded)\b"
)
_AGREED = re.compile(r"\b(?:agreed|signed|initialled|concluded|undertook)\b")
_NTH_AFTER = re.compile(r"\b([a-z-]+(?:th|st|nd|rd)) day (?:after|following|from) (?:the )?sign")


_OTHER_DAY = re.compile(r"[.;]|, and |\b(?:days|hours|weeks|by|until|before|within|that is)\b")
_PACT = r"(?:agreement|accord|deal|memorandum|protocol|pact|truce|cease-?fire|act|understanding|statement|communiqu[eé])"
_OF_PACT = re.compile(rf"\b{_PACT} (?:of|dated|reached on|concluded on|struck on) (?:the )?$")
_PACT_OF = re.compile(rf"[’']?s? {_PACT}\b")
_OLDEST = 400  # days before the publication; an older signature is of another agreement


# "within 30 days of the signing, that is by 2 December": the signing is as long before.
_COUNTED = re.compile(
    r"\b(?P<n>\d{1,3}|[a-z]+(?:-[a-z]+)?) (?P<unit>day|week|month)s? (?:of|after|from) (?:the |its )?sign(?:ing|ature),? (?:that is|which is|namely|i\.e\.)?,? ?(?:to say )?(?:by|on|until)? $"
)


def _back(said: re.Match[str], end: str) -> str | None:
    """The day from which the length of the words ``said`` leads to ``end``."""
    amount = int(said["n"]) if said["n"].isdecimal() else int(number_of_words(said["n"]) or 0)
    unit = {"day": "D", "week": "W", "month": "M"}[said["unit"]]
    return shift(end[:10], f"P{amount}{unit}", back=True) if amount else None


def signed_in(
    sentences: list[Sentence], moments_in: "list[list[Moment] | None]", published: date | None
) -> tuple[int, str] | None:
    """How surely (0 best) a day or moment is that of the signature, by the words beside it, and
    which that is."""
    found: list[tuple[int, int, str]] = []
    for sentence, moments in zip(sentences, moments_in, strict=True):
        for moment in moments or ():
            if moment.iso is None or moment.date is None:
                continue
            if published and not -60 <= (published - moment.date).days <= _OLDEST:
                continue
            low = sentence.low
            at, end = moment.said.start - sentence.start, moment.said.end - sentence.start
            near = list(_SIGNED.finditer(low, max(0, at - 60), at))
            rank = None
            if near and not _OTHER_DAY.search(low, near[-1].end(), at):
                rank = 0
            elif _OF_PACT.search(low[:at]) or _PACT_OF.match(low, end):
                rank = 1
            elif at < 12 and _AGREED.search(low, end, end + 140):
                rank = 2  # "On 4 October the two sides agreed …"
            ahead = rank is None and " sign" in low
            counted = _COUNTED.search(low, 0, at) if ahead else None
            if counted is not None and (back := _back(counted, moment.iso)):
                found.append((1, len(found), back))
            if rank is not None:
                found.append((rank, len(found), moment.iso))
    return (min(found)[0], min(found)[2]) if found else None


_IN_FORCE = re.compile(
    r"\b(?:enter(?:s|ed)?|come[s]?|came|coming|entry|go(?:es)?|went|tak(?:es?|ing)|took|be|is)\b[^.;:]{0,30}?\b(?:force|effect)\b"
)


_ON_SIGNING = re.compile(
    r"\b(?:up)?on (?:its |the |being )?sign(?:ature|ing|ed)|\b(?:day|date|moment|hour) (?:of (?:its )?sign|it is signed)|\bwhen (?:it is )?signed|\bimmediately"
)


def force_in(
    sentences: list[Sentence], moments_in: "list[list[Moment] | None]", signed: str | None
) -> str | None:
    """The day or moment of the entry into force, by the words before a date or "upon signature"."""
    for sentence, moments in zip(sentences, moments_in, strict=True):
        for moment in moments or ():
            if moment.iso is None or moment.date is None or moment.said.day is None:
                continue
            at = moment.said.start - sentence.start
            near = list(_IN_FORCE.finditer(sentence.low, max(0, at - 90), at))
            if near and at - near[-1].end() < 40:
                return moment.iso
        telling = signed and moments is not None and _IN_FORCE.search(sentence.low)
        if telling and _ON_SIGNING.search(sentence.low):
            return signed
    return None


def letters_in(
    sentences: list[Sentence], moments_in: "list[list[Moment] | None]", signed: str | None
) -> dict[str, str]:
    """The dates of lettered days that the document defines."""
    found: dict[str, str] = {}
    for n, (sentence, moments) in enumerate(zip(sentences, moments_in, strict=True)):
        low = sentence.low
        for match in _LETTER.finditer(low):
            letter = match.group(1) or match.group(2) or match.group(3)
            if letter in found or letter in "ai":
                continue
            near = None
            for moment in moments or ():
                if moment.iso is None or moment.date is None or moment.said.day is None:
                    continue
                if moment.said.day[0] in ("count", "that", "event"):
                    continue
                at, end = moment.said.start - sentence.start, moment.said.end - sentence.start
                between = low[match.end() : at] if at >= match.end() else low[end : match.start()]
                if len(between) < 70 and _MEANS.search(between) and not _NO_DATE.search(between):
                    near = moment.iso
                    break
            if near is None and (nth_day := _NTH_AFTER.search(low)) and signed:
                near = shift(signed[:10], f"P{nth(nth_day.group(1))}D")
            if near is None and _MEANS.search(low[match.end() :][:20]) and signed:
                near = signed if _SIGNED.search(low[match.end() :][:90]) else None
            if near is None and re.search(
                r"\b(?:called|known as) (?:the )?[\"“]?$", low[: match.start()]
            ):
                later = moments_in[n + 1] if n + 1 < len(sentences) else None
                near = next((m.iso for m in later or () if m.iso and m.date), None)
            if near is not None:
                found[letter] = near
    return found


DATED = Hinted(
    r"\bday\b|\bhour\b| ?=|\bforce\b|\beffect\b|\bsign|\bdone (?:at|in|on)|initiall?ed|concluded|put (?:their|its) name|agree|undertook|notified|accord|deal\b|pact\b|memorandum|protocol"
)

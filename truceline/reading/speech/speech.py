"""Who said it: verbs of saying, the noun phrase beside them, and whom it names."""

import re
from dataclasses import dataclass

from truceline.reading.names.people import (
    NAME,
    People,
    is_person_name,
    known_actors,
    last_name,
    strip_titles,
)
from truceline.reading.names.places import known_places
from truceline.reading.page.words import Sentence
from truceline.reading.speech.saying import (
    BASE,
    FIGURE_NEXT_TO,
    FIGURE_ONLY,
    INVERTS,
    SAYING,
    TAKES_OBJECT,
    WEAK,
)
from truceline.reading.speech.subjects import subject_after, subject_before

_QUOTE_JUST = re.compile(r"[”\"»“]\s*,?\s*[^“”\"«».;]{0,60}$")
_QUOTE_NEXT = re.compile(r"[^;.]{0,45}?[“\"«„‘]")
_FIGURE_NEXT = re.compile(r"[^;.]{0,40}\d|[^;.]{0,20}\b(?:no|at least|dozens|hundreds|thousands)\b")


_PRONOUN = re.compile(r"(?:he|she|it|they|i|we|who)$", re.I)


_ACCORDING = re.compile(
    r"\b(?:according to|as per|citing|quoting|in the words of|in the (?:count|view|estimate|opinion) of|(?:by|on) the (?:count|estimate|figures|reckoning) of|in (?:a|the) (?:\w+ )?statement (?:made |issued |released )?by|figures from|data from)\s+",
    re.I,
)
_ACCORDING_HINT = re.compile(
    r"according|as per|citing|quoting|words of|the (?:count|view|estimate|opinion|figures|reckoning)|(?:figures|data) from|statement"
)
# "by the ministry's count", "(source: Department of Welfare)", "the ministry's figures show"
_SOURCE = re.compile(
    r"(?:\b[Bb]y |\b)(?P<who>(?:the |[A-Z])[^,;:.()“”\"]{2,50}?)['’]s? (?:own |latest |official )?(?:count|tally|reckoning|estimate|figures|data|records)\b(?: (?:show|shows|suggest|put|say))?|\((?:[Ss]ource|SOURCE)s?: (?P<who2>[^()]{2,60})\)"
)
_REPORTED_BY = re.compile(
    r"\b(?:reported|recorded|documented|counted|verified|registered|alleged|claimed|logged|cited) by (?P<who>(?:the |an? )?(?:(?:[A-Z]\.){2,}|[^,;:.()“”\"])+?)(?=\s*(?:[,;:.()]|$|\b(?:on|in|since|between|during|over|at|as|was|were|and)\b))"
)
_CLOSED = re.compile(r"(?:[\"”»“«]|[,.!?][’'])\s*,?\s*$")
_SPEAKS_OF = re.compile(
    r"\b(?:(?:speaks?|spoke|talks?|talked) (?:at first |now |only )?of|(?:gave|gives|gave out) (?:its|their|his|her|the) [^.;,]{3,30} (?:as|at)|(?:could|can|was able to|were able to) (?:only |so far |independently )*(?:confirm|verify)(?: only| just)?) (?=[^.;]{0,40}\d|[^.;]{0,30}\b(?:dozens|hundreds|thousands))"
)


# "The command will …, its statement said"; "The delegation did not …, but in its statement said"
_OWN_PAPER = re.compile(
    r"(?:its|their|the|a|an) (?:[\w-]+ )?(?:statement|communiqu[eé]|announcement|message)", re.I
)
_COORDINATED = re.compile(
    r"\b(?:and|but)(?:,? in (?:its|their|his|her|a|the) (?:[\w-]+ )?(?:statement|message|post|letter),?)?\s*$"
)
_HEAD = re.compile(
    r"(?P<np>(?:The |An? )?[A-Z]?[\w’' .-]{2,60}?)\s+(?:will|would|has|have|had|is|was|were|are|did|does|do|\w+ed|took|left|went|spoke|gave|made|met)\b"
)
_SPEAKS_HINT = re.compile(r"(?:k|ke|ks|ked) of |\bg[ai]ves? |\b(?:confirm|verify) ")


@dataclass(frozen=True, slots=True)
class Attribution:
    """A verb of saying with its subject. Offsets are in the sentence's text."""

    who: str
    verb: str
    verb_start: int
    verb_end: int
    subject_start: int
    kind: str  # before (X said …), after (… said X), according
    pronoun: bool = False


_BY_OFFICE = re.compile(
    r"(?:the\s+)(?:\w+ )?(spokes\w+|envoy|minister|president|official|commander|coordinator|governor|chief|head)",
    re.I,
)


_OF_BEFORE = re.compile(r"\b(?:of|for|from|at|in|with)\s+(?:the )?$")


_OWNED_HERE = re.compile(r"['’]s\b")


_OWNER_MARK = re.compile(r"['’]s?$")


_ITS_PAPER = re.compile(
    r"(?:(?:his|her|their|its|the) (?:\w+ )?(?:statement|spokes\w+|office|communiqu[eé]|message|letter|post|text|announcement))",
    re.I,
)


_POSSESSIVE = re.compile(r"(?:his|her|their|its)\b.*", re.I)


_LINKING = re.compile(
    r"^(?:Earlier|Later|Meanwhile|Separately|However|Yesterday|Today|Also|Then),? "
)


_ON_A_DAY = re.compile(
    r"^(?:(?:on|in|at|by|late|early) )?(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day,? "
)


_BLANKS = re.compile(r"\s+")


def name_of(phrase: str, people: People, before: str | None = None) -> tuple[str | None, bool]:
    """Whom a noun phrase names, in the text's fullest words; whether it was a pronoun.

    ``before``: who was spoken of last, for a pronoun.
    """
    phrase = _BLANKS.sub(" ", phrase).strip(" ,.;:\"“”'’")
    phrase = _ON_A_DAY.sub("", phrase)
    phrase = _LINKING.sub("", phrase)
    if not phrase:
        return None, False
    if _PRONOUN.match(phrase):
        return before, True
    if _POSSESSIVE.fullmatch(phrase):
        names = [
            m.group()
            for m in NAME.finditer(phrase)
            if " " in m.group() and is_person_name(strip_titles(m.group())[0])
        ]
        if names:
            return people.resolve(strip_titles(names[-1])[0]), False
    if (
        before
        and _ITS_PAPER.fullmatch(phrase)
        and not re.match(r"the spokes|the office", phrase, re.I)
    ):
        return before, True
    for match in reversed(list(NAME.finditer(phrase))):
        words = _OWNER_MARK.sub("", match.group())
        if _OWNED_HERE.match(
            phrase[match.end() - (len(match.group()) - len(words)) :]
        ) or _OF_BEFORE.search(phrase[: match.start()]):
            continue
        name, _ = strip_titles(words)
        while (
            " " in name
            and known_places().get(name.split()[0].lower()) is not None
            and not is_person_name(name)
        ):
            name = name.split(" ", 1)[1]
        if (
            is_person_name(name)
            or known_actors().get(name.lower(), ("", ""))[1] == "person"
            or name in people.spans
            or (last_name(name) in people.full and " " not in name)
        ) and match.end() >= len(phrase) - 45:
            rest = phrase[match.end() :]
            if not re.match(r"\s+[a-z]", rest) or re.match(r"\s+(?:of|from|for|at|in)\b", rest):
                return people.resolve(name), False
    bare = re.sub(r"^(?:the|a|an|one)\s+", "", phrase, flags=re.I)
    if bare.lower() in people.bodies and phrase[:4].lower() == "the ":
        return people.bodies[bare.lower()], False
    role = _BY_OFFICE.fullmatch(phrase)
    if role and role.group(1).lower() in people.roles and " " not in bare:
        return people.resolve(people.roles[role.group(1).lower()]), False
    return bare or None, False


def _head_of(words: str) -> str:
    """The last noun phrase of words that begin with a preposition ("At a post an armed man")."""
    if not re.match(
        r"(?:At|In|On|Near|From|After|During|Before|Outside|Inside|By|Under|Over|With)\b", words
    ):
        return words
    last = list(re.finditer(r"\b(?:an?|the|one|its|his|her|their)\s", words))
    return words[last[-1].start() :] if last else words


_DIGIT = re.compile(r"\d")


_WITH_HAS = re.compile(r"(?P<np>.*?)\s+(?:has|have|had)\s*$")


_NO_SPEAKER = re.compile(r"(?:that|which|what|there|this)\b", re.I)


_CLOSED_BEFORE = re.compile(r"[,.!?]?[\"”»“«]\s*,?\s*$|,\s*$|[,.!?][’']\s*$")


_NO_VERB_OF_SAYING = re.compile(
    r"(?:\b(?:to|be|been|is|was|were|are|being|as|the|of|an|a|his|her|their|this|that)|,)\s+$"
)


_HAS_BEFORE = re.compile(r"\s(?:has|have|had)\s+(?:also\s+)?$")


def attributions(sentence: Sentence, people: People, before: str | None) -> list[Attribution]:
    """Every verb of saying in a sentence with whom it names."""
    text = sentence.text
    found: list[Attribution] = []
    spoke = before  # who spoke last, this sentence included
    low = sentence.low
    sourced = any(
        w in low
        for w in ("count", "tally", "reckoning", "estimate", "figures", "data", "records", "source")
    )
    for match in _SOURCE.finditer(text) if sourced else ():
        who, pronoun = name_of(match.group("who") or match.group("who2"), people, before)
        if who:
            at = max(match.start("who"), match.start("who2"))
            found.append(
                Attribution(
                    who, "according to", match.start(), match.end(), at, "according", pronoun
                )
            )
    for match in _SPEAKS_OF.finditer(text) if _SPEAKS_HINT.search(low) else ():
        subject = subject_before(text, match.start())
        if subject:
            who, pronoun = name_of(subject[0], people, before)
            if who:
                found.append(
                    Attribution(
                        who, "speaks of", match.start(), match.end(), subject[1], "before", pronoun
                    )
                )
    for match in _ACCORDING.finditer(text) if _ACCORDING_HINT.search(low) else ():
        after = re.match(
            r"(?:the |a |an )?(?:(?:[A-Z]\.){2,}|[^,;:.\"“”«»()])+?(?=\s*(?:[,;:\"“”«»()]|\.(?:\s|$)|\b(?:which|who|that|said|has|have|had|was|were|is|are)\b|$))",
            text[match.end() :],
        )
        if after:
            phrase = after.group()
            if re.search(
                r"\b(?:text|agreement|deal|terms|accord|protocol|plan|document|treaty|schedule|timetable|memorandum|truce|ceasefire)\b",
                phrase,
                re.I,
            ):
                continue
            who, pronoun = name_of(phrase, people, before)
            if who:
                found.append(
                    Attribution(
                        who,
                        "according to",
                        match.start(),
                        match.end(),
                        match.end(),
                        "according",
                        pronoun,
                    )
                )
    for token in sentence.tokens:
        low = token.low
        if low not in SAYING:
            continue
        before = spoke
        if found and re.search(
            r"\b(?:it|they)\s+(?:also |later )?$", text[: token.start - sentence.start], re.I
        ):
            before = found[-1].who  # "the ministry puts the dead at 606; it says …"
        at, end = token.start - sentence.start, token.end - sentence.start
        if low in BASE and re.search(
            r"\b(?:would|will|could|can|may|might|not|to|should|must)\s+$", text[:at]
        ):
            continue
        if low in ("believed", "considered", "thought") and text[end : end + 4] in (" to ", " dea"):
            continue  # "believed to have 1,500 fighters" says no one's words
        if re.search(r"\bwho\s+(?:has |had |also )?$", text[:at]) and not re.match(
            r"[^,;]{0,60}[:,]?\s*[“\"«]", text[end:]
        ):
            continue
        has = _HAS_BEFORE.search(text[:at])
        behind = (
            text[: has.start() + 1]
            if has and _CLOSED.search(text[: has.start() + 1])
            else text[:at]
        )
        if _NO_VERB_OF_SAYING.search(text[:at].lower()[-7:]) and not text[:at].rstrip().endswith(
            (",", "”", '"', "»", "’")
        ):
            continue
        after_quote = _CLOSED_BEFORE.search(behind) is not None
        quoted = _CLOSED.search(behind) is not None
        if (
            low in WEAK
            and not quoted
            and not _QUOTE_JUST.search(text[:at])
            and not _QUOTE_NEXT.match(text[end:])
            and not (
                low in FIGURE_NEXT_TO
                and (_FIGURE_NEXT.match(text[end:]) or re.search(r"\d[^;]*$", text[:at]))
            )
        ):
            continue
        inserted = (
            text[:at].rstrip().endswith(",")
            and re.search(
                r"[^,;:\"“”«»]+,\s*(?:(?:who|which|the|a|an|its|his|her|their|whose|head|director|chief|deputy|commander|\d\d|[\w-]+ (?:for|of|at))\b[^,;:\"“”«»]*|(?:[A-Z][\w’.-]+ ){1,3}[A-Z][\w’-]+),\s*$",
                text[:at],
            )
            is not None
        )
        if (
            after_quote
            and low not in FIGURE_ONLY
            and low not in TAKES_OBJECT
            and (
                quoted
                or (
                    not inserted
                    and low in INVERTS
                    and re.match(r"\s+(?:the|a|an|one|its|his|her|their|[A-Z])", text[end:])
                )
            )
        ):
            subject = subject_after(text, end)
            if subject:
                who, pronoun = name_of(subject[0], people, before)
                if (who and not re.match(r"(?:that|there|he|they|it)\b", subject[0])) or (
                    who and pronoun
                ):
                    found.append(Attribution(who, low, at, end, subject[1], "after", pronoun))
                    continue
        subject = subject_before(text, at)
        if low in ("warning", "saying", "adding", "stating", "demanding"):
            if found:
                previous = found[-1]
                found.append(
                    Attribution(previous.who, low, at, end, previous.subject_start, "before")
                )
            elif subject and (
                head := re.match(
                    r"(?P<np>(?:The |the |An? )?[\w’' .-]{2,60}?)\s+(?:has|have|had|is|was|\w+ed|rejected|left|went|spoke)\b",
                    text,
                )
            ):
                who, pronoun = name_of(_head_of(head.group("np")), people, before)
                if who:
                    found.append(Attribution(who, low, at, end, 0, "before", pronoun))
            continue
        if not subject and _COORDINATED.search(text[:at]) and (head := _HEAD.match(text)):
            subject = (_head_of(head.group("np")), head.start("np"))
        if not subject:
            if found and re.search(r"\band\s*$", text[:at]) and found[-1].kind == "before":
                found.append(
                    Attribution(found[-1].who, low, at, end, found[-1].subject_start, "before")
                )
            continue
        phrase = subject[0]
        if _NO_SPEAKER.match(phrase) or len(phrase.split()) > 16:
            continue
        long = _WITH_HAS.match(phrase)
        who, pronoun = name_of(long.group("np") if long else phrase, people, before)
        if who and _OWN_PAPER.fullmatch(who) and (head := _HEAD.match(text)):
            who, pronoun = name_of(_head_of(head.group("np")), people, before)
        if who and not _DIGIT.search(who):
            found.append(Attribution(who, low, at, end, subject[1], "before", pronoun))
    return found

"""Who said it: verbs of saying, the noun phrase beside them, and whom it names."""

import csv
import re
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files

from rapidfuzz import fuzz

from truceline.reading.places import known_places
from truceline.reading.words import Sentence

VERBS = (
    "said|says|say|estimate|claim|told|tells|added|adds|announced|announces|stated|states|declared|declares|warned|warns|warning|reported|reports|claimed|claims|insisted|insists|noted|notes|"
    "explained|explains|confirmed|confirms|stressed|stresses|emphasi[sz]ed|emphasi[sz]es|argued|argues|wrote|writes|tweeted|posted|commented|continued|concluded|asserted|asserts|alleged|alleges|"
    "acknowledged|admitted|replied|responded|remarked|recalled|pointed out|estimated|estimates|expressed|hoped|hopes|has hoped|demanded|demands|called|vowed|pledged|promised|"
    "urged|urges|cautioned|observed|affirmed|reiterated|repeated|denounced|condemned|welcomed|described|hailed|praised|denied|complained|lamented|recounted|accused|underlined|underscored|maintained|"
    "asked|thanked|disclosed|revealed|suggested|recorded|documented|counted|registered|tallied|verified|put|puts|acknowledges|joked|shouted|quipped|testified|boasted|appealed|threatened|spoke|predicted|believes|thinks|demanding|saying|stating|adding"
)
_FIGURE_ONLY = frozenset(
    [
        "recorded",
        "documented",
        "counted",
        "registered",
        "tallied",
        "verified",
        "put",
        "puts",
        "estimated",
        "estimates",
        "observed",
    ]
)
SAYING = frozenset(VERBS.split("|"))
_W = r"(?:[A-ZÀ-ÞŞĞİÇÖÜ][\w’'\-]*\.?|(?:al|el|ad|as|an|ar|at|az|ash|ul)[- ][A-Z][\w’'\-]*)"
_PART = r"(?:al|el|bin|ibn|bint|abu|de|del|da|dos|van|von|der|den|la|le|ul|ur|e|y)"
NAME = re.compile(rf"{_W}(?:\s+(?:{_PART}\s+){{0,2}}{_W})+|{_W}")
_TITLE = re.compile(
    r"(?:president|minister|premier|secretary(?:[- ]general)?|general|spokes(?:man|woman|person)|envoy|ambassador|colonel|col|gen|lt|lieutenant|brig|brigadier|maj|major|capt|captain|sgt|sergeant|adm|admiral|marshal|"
    r"commander|chief|leader|sheikh|sheik|dr|mr|mrs|ms|prof|professor|director|coordinator|representative|official|chairman|chairwoman|chair|head|governor|mayor|negotiator|mediator|king|queen|prince|emir|sultan|imam|ayatollah|pope|"
    r"bishop|archbishop|rabbi|senator|congressman|lawmaker|deputy|counterpart|analyst|researcher|doctor|nurse|resident|activist|journalist|teacher|farmer|driver|shopkeeper|student|worker|monitor|observer|chancellor|rebel|adviser|advisor|commissioner|delegate|diplomat|surgeon|lawyer|volunteer|manager|mother|father|founder|member|vice|vice-president|undersecretary|under-secretary(?:[- ]general)?|speaker|rapporteur|strongman|warlord|fighter|soldier|officer|chieftain|elder|baker|trader|fisherman|engineer|pharmacist|paramedic|medic|rescuer|housewife|grandmother|grandfather|widow|refugee|pediatrician|paediatrician|headteacher|merchant|villager|prosecutor|judge|counsel|correspondent|economist|historian|expert|scholar|priest|pastor|cleric|mukhtar|foreign|defen[cs]e|prime|interior|humanitarian|special|acting|former|interim)s?\.?",
    re.I,
)
_PRONOUN = re.compile(r"(?:he|she|it|they|i|we|who)$", re.I)
_STOP = re.compile(
    r"\s*(?:,|;|:|\.(?=\s|$)|\(|\)|—|–|\"|“|”|«|»|\b(?:in|on|at|during|after|before|as|while|who|when|where|to|from|by|about|that|via|through|adding|ahead|amid|following|late|early|earlier|yesterday|today|with|for|and|but|if|because|over|under|is|was|has|had|were|also|later|of whom|monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b)",
    re.I,
)
_NOT_NAMES = frozenset(
    [
        "the",
        "a",
        "an",
        "in",
        "on",
        "at",
        "it",
        "he",
        "she",
        "they",
        "we",
        "i",
        "but",
        "and",
        "or",
        "if",
        "this",
        "that",
        "these",
        "those",
        "there",
        "his",
        "her",
        "their",
        "its",
        "for",
        "by",
        "from",
        "to",
        "as",
        "with",
        "after",
        "before",
        "while",
        "when",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
        "article",
        "under",
        "according",
        "no",
        "not",
        "all",
        "both",
        "each",
        "one",
        "two",
        "three",
        "speaking",
        "earlier",
        "later",
        "meanwhile",
        "however",
        "yesterday",
        "today",
        "tomorrow",
        "video",
        "photo",
        "ceasefire",
        "truce",
        "agreement",
        "phase",
        "within",
        "since",
        "until",
        "during",
        "despite",
        "among",
        "between",
        "about",
        "over",
        "more",
        "some",
        "most",
        "many",
        "several",
        "on-the-ground",
        "parties",
        "party",
        "agreed",
        "moscow-time",
        "gmt",
        "utc",
        "our",
        "your",
        "my",
        "what",
        "who",
        "why",
        "how",
        "where",
        "asked",
        "nearly",
        "around",
    ]
)


@lru_cache(maxsize=1)
def known_actors() -> dict[str, tuple[str, str]]:
    """Every alias, lower case, with (usual name, kind)."""
    found: dict[str, tuple[str, str]] = {}
    text = (files("truceline.reading") / "data" / "actors.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        for alias in (row["name"], *row["aliases"].split("|")):
            if alias:
                found[alias.lower()] = (row["name"], row["kind"])
    return found


def names_in(sentence: Sentence) -> list[re.Match[str]]:
    """The runs of capitalised words in a sentence, looked for once."""
    if sentence.names is None:
        sentence.names = list(NAME.finditer(sentence.text))
    return sentence.names


@dataclass(slots=True)
class People:
    """The persons of a document: full names by their last name, with every spelling seen."""

    full: dict[str, list[str]] = field(
        default_factory=dict
    )  # last name -> full names, most said first
    spans: dict[str, list[tuple[int, int]]] = field(default_factory=dict)  # spelling -> where
    roles: dict[str, str] = field(
        default_factory=dict
    )  # role ("spokesman") -> last full name with it

    def resolve(self, name: str) -> str:
        """The text's own fullest name for ``name``, spellings of one person merged."""
        last = _last(name)
        known = known_actors().get(name.lower())
        best = name
        for other in self.full.get(last, []):
            if _one_person(name, other) and (len(other.split()), self._count(other)) > (
                len(best.split()),
                self._count(best),
            ):
                best = other
        if known and known[1] == "person":
            spelled = [
                n
                for names in self.full.values()
                for n in names
                if known_actors().get(n.lower(), ("", ""))[0] == known[0]
            ]
            if spelled:
                usual = [n for n in spelled if n == known[0]]
                best = (
                    max(spelled, key=lambda n: (len(n.split()), self._count(n)))
                    if not usual
                    else usual[0]
                )
        else:
            twin = known_actors().get(best.lower())
            if twin is None:
                for names in self.full.values():
                    for other in names:
                        if other != best and self._spelling(best, other):
                            best = other
        return best

    def _spelling(self, name: str, other: str) -> bool:
        known = known_actors().get(other.lower())
        if (
            known is None
            or known[1] != "person"
            or len(name.split()) < 2
            or len(name.split()) != len(other.split())
        ):
            return False
        return fuzz.ratio(name.lower(), other.lower()) >= 88 and all(
            fuzz.ratio(a.lower(), b.lower()) >= 70
            for a, b in zip(name.split(), other.split(), strict=True)
        )

    def _count(self, name: str) -> int:
        return len(self.spans.get(name, []))


def _last(name: str) -> str:
    return re.sub(r"^(?:al|el|ad|as|an|ar|at|az|ash)-", "", name.rsplit(maxsplit=1)[-1].lower())


def _one_person(a: str, b: str) -> bool:
    if _last(a) != _last(b):
        return False
    wa, wb = a.lower().split()[:-1], b.lower().split()[:-1]
    if not wa or not wb:
        return True
    if wa[0] == wb[0] or wa[0].rstrip(".") == wb[0][:1] or wb[0].rstrip(".") == wa[0][:1]:
        return True
    return fuzz.ratio(" ".join(wa), " ".join(wb)) >= 82


def is_person_name(words: str) -> bool:
    """Whether capitalised words look like a person's full name and no known place or body."""
    low = words.lower()
    known = known_actors().get(low)
    if known:
        return known[1] == "person"
    if low in known_places():
        return False
    parts = words.split()
    if len(parts) < 2 or len(parts) > 6:
        return False
    if any(
        p.lower().strip(".,") in _NOT_NAMES
        or (p.lower() in known_places() and known_places()[p.lower()].kind in ("people", "country"))
        for p in parts
    ):
        return False
    if re.search(
        r"\b(?:Agreement|Council|Ministry|Army|Forces?|Front|Party|Union|Nations|Committee|Commission|Mission|Organi[sz]ation|Government|State|States|Republic|Protocol|Office|Agency|Group|Movement|Line|Zone|Corridor|River|City|Province|District|Region|Strip|Heights|Airport|Port|Camp|Hospital|University|Court|Centre|Center|Cross|Crescent|Programme|Program|Fund|Bank|Alliance|Coalition|Command|Brigade|Battalion|Division|Guard|Police|Authority|Assembly|Parliament|Congress|Senate|House|Street|Road|Highway|Bridge|Square|Mountains?|Valley|Sea|Gulf|Bay|Island|Islands|North|South|East|West|Northern|Southern|Eastern|Western|Central|Observatory|Helmets|Watch|International|Resolution|Article|Chapter|Security|Foreign|Defen[cs]e|Joint|General Staff|War|Peace|News|Times|Television|Radio|Press|Post|Declaration|Accords?|Memorandum|Treaty|Phase|Article|Crossing|Mechanism|Rights|Monitoring|Action|Tribunal|Institute|Foundation|Association|Federation|Confederation|Kingdom|Emirates|Day|Eid|Ramadan|Christmas|Easter)\b",
        words,
    ):
        return False
    return all(
        re.match(
            r"[A-ZÀ-ÞŞĞİÇÖÜ]|(?:al|el|bin|ibn|bint|abu|de|del|da|dos|van|von|der|den|la|le|ul|ur|e|y)\b|(?:al|el|ad|as|an|ar|at|az|ash)-",
            p,
        )
        for p in parts
    )


def strip_titles(words: str) -> tuple[str, str | None]:
    """The name without titles before it ("Turkish Foreign Minister X" -> "X"), and the role."""
    parts = words.split()
    cut, role = 0, None
    for i, part in enumerate(parts):
        if _TITLE.fullmatch(part.strip(",")) and i + 1 < len(parts):
            cut, role = i + 1, part.strip(".,").lower()
    rest = " ".join(parts[cut:])
    return (rest, role) if rest else (words, None)


def people_of(sentences: list[Sentence]) -> People:
    """Every person named in the sentences."""
    people = People()
    counts: Counter[str] = Counter()
    for sentence in sentences:
        for match in names_in(sentence):
            words = re.sub(r"['’]s?$", "", match.group().strip())
            known = known_actors().get(words.lower())
            if known and known[1] == "person" and " " not in words:
                people.spans.setdefault(words, []).append(
                    (sentence.start + match.start(), sentence.start + match.start() + len(words))
                )
                continue
            bare = words
            while True:
                first = bare.split(" ", 1)
                if len(first) == 2 and (
                    first[0].lower().strip(".,") in _NOT_NAMES
                    or (
                        known_places().get(first[0].lower()) is not None
                        and known_places()[first[0].lower()].kind
                        in ("people", "country", "capital")
                    )
                ):
                    bare = first[1]
                    continue
                break
            name, role = strip_titles(bare)
            if " " not in name or not is_person_name(name):
                continue
            at = match.start() + match.group().find(name)
            people.spans.setdefault(name, []).append(
                (sentence.start + at, sentence.start + at + len(name))
            )
            counts[name] += 1
            before = sentence.low[max(0, at - 40) : at]
            said_role = role or (
                m.group()
                if (
                    m := re.search(
                        r"(spokes\w+|envoy|minister|president|official|commander|coordinator|governor)\s*,?\s*$",
                        before,
                    )
                )
                else None
            )
            after = re.match(
                r",? (?:the |a |an )?(?:[\w’'-]+ ){0,5}?(spokes\w+|envoy|minister|president|official|commander|coordinator|governor|chief|head)\b",
                sentence.low[at + len(name) :],
            )
            said_role = said_role or (after.group(1) if after else None)
            if said_role:
                people.roles[said_role.strip(" ,")] = name
    for name, _ in counts.most_common():
        people.full.setdefault(_last(name), []).append(name)
    return people


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


def subject_before(text: str, at: int) -> tuple[str, int] | None:
    """The noun phrase that ends just before the verb at ``at``."""
    left = text[:at].rstrip()
    left = re.sub(
        r"\s+(?:also|later|earlier|has|have|had|then|further|previously|repeatedly|reportedly|would|already|since|again|(?:on |early |late |earlier |later )?(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)$",
        "",
        left,
    )
    left = re.sub(r"\s+(?:also|later|has|have|had)$", "", left)
    # a relative or apposition between commas: "X, a spokesman, said"
    apposition = re.search(
        r"([^,;:\"“”«»]+),\s*((?:who|which|the|a|an|its|his|her|their|whose|head|director|chief|deputy|commander|\d\d|[\w-]+ (?:for|of|at)|[a-z][\w-]+)\b[^,;:\"“”«»]*),$",
        left,
    )
    if apposition:
        left = left[: apposition.end(1)]
    left = left.rstrip(",")
    start = 0
    for match in re.finditer(
        r"[,;:\"“”«»(—–]|\b(?:and|but|while|as|that|when|where|after|because|although|whereas|if|which|since|before|with)\b|\.\s",
        left,
    ):
        if (
            match.group() == "and"
            and re.search(r"[A-Z]\w*\s*$", left[: match.start()])
            and re.match(r"\s*(?:the )?[A-Z]", left[match.end() :])
            and match.start() < 60
        ):
            continue
        start = match.end()
    subject = left[start:].strip()
    if not subject or len(subject) > 160:
        return None
    return subject, start + (len(left[start:]) - len(left[start:].lstrip()))


def subject_after(text: str, at: int) -> tuple[str, int] | None:
    """The noun phrase that begins just after the verb at ``at``."""
    right = text[at:]
    lead = len(right) - len(right.lstrip(" ,"))
    right = right[lead:]
    if not right:
        return None
    stop = None
    for match in _STOP.finditer(right):
        word = match.group().strip().lower()
        if match.start() < 2:
            return None
        if word == "." and re.search(
            r"(?:^|\s)(?:[A-Z]|Col|Gen|Lt|Maj|Brig|Capt|Dr|Mr|Mrs|Ms|Adm|Sgt|St|Prof)$",
            right[: match.start()],
        ):
            continue
        if (
            word in ("for", "of", "in", "at", "to", "on")
            and not re.search(r"[A-Z]\w+$", right[: match.start()].rstrip())
            and re.match(r"(?:a|an|the|one|its|his|her|their|another|two|some)\b", right, re.I)
        ):
            continue
        if (
            word in ("and",)
            and re.search(r"[A-Z]\w*$", right[: match.start()].rstrip())
            and re.match(r"\s+[A-Z]", right[match.end() :])
            and not re.search(r"[a-z]", right[: match.start()][:1])
        ):
            continue
        stop = match.start()
        break
    subject = right[: stop if stop is not None else len(right)].strip(" .,")
    named = (
        re.match(r",\s*((?:[A-Z][\w’'-]+\.?\s+){1,3}[A-Z][\w’'-]+)(?=\s*[,.]|$)", right[stop:])
        if stop is not None
        else None
    )
    if (
        named
        and not re.search(r"[A-Z][\w’-]+ [A-Z]", subject)
        and is_person_name(strip_titles(named.group(1))[0])
    ):
        subject = named.group(1)
    if re.match(r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b", subject):
        return None
    if not subject or len(subject) > 120:
        return None
    return subject, at + lead


def name_of(phrase: str, people: People, before: str | None = None) -> tuple[str | None, bool]:
    """Whom a noun phrase names, in the text's fullest words; whether it was a pronoun.

    ``before``: who was spoken of last, for a pronoun.
    """
    phrase = re.sub(r"\s+", " ", phrase).strip(" ,.;:\"“”'’")
    phrase = re.sub(
        r"^(?:(?:on|in|at|by|late|early) )?(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day,? ",
        "",
        phrase,
    )
    phrase = re.sub(
        r"^(?:Earlier|Later|Meanwhile|Separately|However|Yesterday|Today|Also|Then),? ", "", phrase
    )
    if not phrase:
        return None, False
    if _PRONOUN.match(phrase):
        return before, True
    if re.fullmatch(r"(?:his|her|their|its)\b.*", phrase, re.I):
        names = [
            m.group()
            for m in NAME.finditer(phrase)
            if " " in m.group() and is_person_name(strip_titles(m.group())[0])
        ]
        if names:
            return people.resolve(strip_titles(names[-1])[0]), False
    for match in reversed(list(NAME.finditer(phrase))):
        words = re.sub(r"['’]s?$", "", match.group())
        if re.match(
            r"['’]s\b", phrase[match.end() - (len(match.group()) - len(words)) :]
        ) or re.search(r"\b(?:of|for|from|at|in|with)\s+(?:the )?$", phrase[: match.start()]):
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
            or (_last(name) in people.full and " " not in name)
        ) and match.end() >= len(phrase) - 45:
            rest = phrase[match.end() :]
            if not re.match(r"\s+[a-z]", rest) or re.match(r"\s+(?:of|from|for|at|in)\b", rest):
                return people.resolve(name), False
    bare = re.sub(r"^(?:the|a|an|one)\s+", "", phrase, flags=re.I)
    role = re.fullmatch(
        r"(?:the\s+)(?:\w+ )?(spokes\w+|envoy|minister|president|official|commander|coordinator|governor|chief|head)",
        phrase,
        re.I,
    )
    if role and role.group(1).lower() in people.roles and " " not in bare:
        return people.resolve(people.roles[role.group(1).lower()]), False
    return bare or None, False


def attributions(sentence: Sentence, people: People, before: str | None) -> list[Attribution]:
    """Every verb of saying in a sentence with whom it names."""
    text = sentence.text
    found: list[Attribution] = []
    for match in re.finditer(
        r"\b(?:according to|as per|citing|quoting|in the words of)\s+", text, re.I
    ):
        after = re.match(
            r"(?:the |a |an )?[^,;:.\"“”«»()]+?(?=\s*(?:[,;:\"“”«»()]|\.(?:\s|$)|\b(?:which|who|that|said|has|have|had|was|were|is|are)\b|$))",
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
        at, end = token.start - sentence.start, token.end - sentence.start
        if re.search(
            r"(?:\b(?:to|be|been|is|was|were|are|being|as|the|of|a|his|her|their|this|that)|,)\s+$",
            text[:at].lower()[-7:],
        ) and not text[:at].rstrip().endswith((",", "”", '"', "»", "’")):
            continue
        after_quote = re.search(r"[,.!?]?[\"”»]\s*,?\s*$|,\s*$", text[:at]) is not None
        quoted = re.search(r"[\"”»]\s*,?\s*$", text[:at]) is not None
        inserted = (
            re.search(
                r"[^,;:\"“”«»]+,\s*(?:who|which|the|a|an|its|his|her|their|whose|head|director|chief|deputy|commander|\d\d|[\w-]+ (?:for|of|at))\b[^,;:\"“”«»]*,\s*$",
                text[:at],
            )
            is not None
        )
        if (
            after_quote
            and low not in _FIGURE_ONLY
            and low not in ("told", "asked", "thanked", "urged", "tells")
            and (
                quoted
                or (
                    not inserted
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
                who, pronoun = name_of(head.group("np"), people, before)
                if who:
                    found.append(Attribution(who, low, at, end, 0, "before", pronoun))
            continue
        if not subject:
            if found and re.search(r"\band\s*$", text[:at]) and found[-1].kind == "before":
                found.append(
                    Attribution(found[-1].who, low, at, end, found[-1].subject_start, "before")
                )
            continue
        phrase = subject[0]
        if re.match(r"(?:that|which|what|there|this)\b", phrase, re.I) or len(phrase.split()) > 16:
            continue
        long = re.match(r"(?P<np>.*?)\s+(?:has|have|had)\s*$", phrase)
        who, pronoun = name_of(long.group("np") if long else phrase, people, before)
        if who and not re.search(r"\d", who):
            found.append(Attribution(who, low, at, end, subject[1], "before", pronoun))
    return found

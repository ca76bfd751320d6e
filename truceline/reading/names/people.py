"""The persons that a document names, spellings of one person merged."""

import csv
import re
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files

from rapidfuzz import fuzz

from truceline.reading.names.places import known_places
from truceline.reading.page.words import Sentence

_W = r"(?:[A-ZÀ-ÞŞĞİÇÖÜ][\w’'\-]*\.?|(?<!\w)(?:al|el|ad|as|an|ar|at|az|ash|ul)[- ][A-Z][\w’'\-]*)"


_PART = r"(?:al|el|bin|ibn|bint|abu|de|del|da|dos|van|von|der|den|la|le|ul|ur|e|y)"


NAME = re.compile(rf"{_W}(?:\s+(?:{_PART}\s+){{0,2}}{_W}){{1,7}}|{_W}")


_TITLE = re.compile(
    r"(?:president|minister|premier|secretary(?:[- ]general)?|general|spokes(?:man|woman|person)|envoy|ambassador|colonel|col|gen|lt|lieutenant|brig|brigadier|maj|major|capt|captain|sgt|sergeant|adm|admiral|marshal|"
    r"commander|chief|leader|sheikh|sheik|dr|mr|mrs|ms|prof|professor|director|coordinator|representative|official|chairman|chairwoman|chair|head|governor|mayor|negotiator|mediator|king|queen|prince|emir|sultan|imam|ayatollah|pope|"
    r"bishop|archbishop|rabbi|senator|congressman|lawmaker|deputy|counterpart|analyst|researcher|doctor|nurse|resident|activist|journalist|teacher|farmer|driver|shopkeeper|student|worker|monitor|observer|chancellor|rebel|adviser|advisor|commissioner|delegate|diplomat|surgeon|lawyer|volunteer|manager|mother|father|founder|member|vice|vice-president|undersecretary|under-secretary(?:[- ]general)?|speaker|rapporteur|strongman|warlord|fighter|soldier|officer|chieftain|elder|baker|trader|fisherman|engineer|pharmacist|paramedic|medic|rescuer|housewife|grandmother|grandfather|widow|refugee|pediatrician|paediatrician|headteacher|merchant|villager|prosecutor|judge|counsel|correspondent|economist|historian|expert|scholar|priest|pastor|cleric|mukhtar|foreign|defen[cs]e|prime|interior|humanitarian|special|acting|former|interim)s?\.?",
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


def is_no_name(low: str) -> bool:
    """Whether a word, lower case, is written large only where it opens a sentence, or names a day."""
    return low in _NOT_NAMES


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


def unowned(words: str) -> str:
    """Words without a genitive's mark at their end."""
    return _OWNED.sub("", words) if words.endswith(_MARKED) else words


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
    bodies: dict[str, str] = field(default_factory=dict)  # "group" -> the last group with a name
    roles: dict[str, str] = field(
        default_factory=dict
    )  # role ("spokesman") -> last full name with it

    def resolve(self, name: str) -> str:
        """The text's own fullest name for ``name``, spellings of one person merged."""
        last = last_name(name)
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


@lru_cache(maxsize=4096)
def last_name(name: str) -> str:
    """The last part of a name, lower case, without an Arabic article."""
    return re.sub(r"^(?:al|el|ad|as|an|ar|at|az|ash)-", "", name.rsplit(maxsplit=1)[-1].lower())


def _one_person(a: str, b: str) -> bool:
    if last_name(a) != last_name(b):
        return False
    wa, wb = a.lower().split()[:-1], b.lower().split()[:-1]
    if not wa or not wb:
        return True
    if wa[0] == wb[0] or wa[0].rstrip(".") == wb[0][:1] or wb[0].rstrip(".") == wa[0][:1]:
        return True
    return fuzz.ratio(" ".join(wa), " ".join(wb)) >= 82


@lru_cache(maxsize=4096)
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


@lru_cache(maxsize=4096)
def strip_titles(words: str) -> tuple[str, str | None]:
    """The name without titles before it ("Turkish Foreign Minister X" -> "X"), and the role."""
    parts = words.split()
    cut, role = 0, None
    for i, part in enumerate(parts):
        if _TITLE.fullmatch(part.strip(",")) and i + 1 < len(parts):
            cut, role = i + 1, part.strip(".,").lower()
    rest = " ".join(parts[cut:])
    return (rest, role) if rest else (words, None)


_BODY = re.compile(
    r"(?:[A-Z][\w’-]+ ){1,4}(?P<head>group|agency|organi[sz]ation|charity|network|watchdog|association|foundation|collective)\b"
)


_HEAD = re.compile(
    r"group|agency|organi|charity|network|watchdog|association|foundation|collective"
)
_OWNED = re.compile(r"['’]s?$")
_MARKED = ("'s", "’s", "'", "’")
_OFFICE_BEFORE = re.compile(
    r"(spokes\w+|envoy|minister|president|official|commander|coordinator|governor)\s*,?\s*$"
)
_OFFICE_AFTER = re.compile(
    r",? (?:the |a |an )?(?:[\w’'-]+ ){0,5}?(spokes\w+|envoy|minister|president|official|commander|coordinator|governor|chief|head)\b"
)


def people_of(sentences: list[Sentence]) -> People:
    """Every person named in the sentences."""
    people = People()
    counts: Counter[str] = Counter()
    for sentence in sentences:
        for body in _BODY.finditer(sentence.text) if _HEAD.search(sentence.low) else ():
            people.bodies[body.group("head")] = body.group()
        for match in names_in(sentence):
            words = unowned(match.group().strip())
            if words.endswith(".") and len(words.rsplit(maxsplit=1)[-1]) > 4:
                words = words[:-1]  # the sentence's end, no initial or "Gen."
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
            said_role = role or (m.group() if (m := _OFFICE_BEFORE.search(before)) else None)
            after = _OFFICE_AFTER.match(sentence.low, at + len(name))
            said_role = said_role or (after.group(1) if after else None)
            if said_role:
                people.roles[said_role.strip(" ,")] = name
    for name, _ in counts.most_common():
        people.full.setdefault(last_name(name), []).append(name)
    return people

"""An act: what was done, in one vocabulary for all sources and all agreements.

The vocabulary is data, in ``truceline/vocabulary``: ``acts.yaml`` (the acts),
``phrases.yaml`` (the classes of acts that clauses speak of), and one crosswalk per
source's own codes, with a reference for every row.

A report is often vaguer than a clause. ``could_be`` says which acts a report may stand
for; ``Phrase.covers`` says whether a clause's words cover a report: ``yes``, ``no``,
``perhaps`` (the report is too vague) or ``arguably`` (the words are too vague).
"""

import csv
import hashlib
import io
import re
import threading
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Any, Literal

from ruamel.yaml import YAML

Cover = Literal["yes", "no", "perhaps", "arguably"]
TABLES = ("acled", "ucdp", "cameo", "osce")
_ARABIC_PREFIX = "(?:وال|بال|لل|ال|و|ب|ل)?"


@dataclass(frozen=True, slots=True)
class Act:
    """One act. ``kinetic`` says that armed force is used; ``reference`` where it is defined.

    ``kind_of`` is the id of the wider act that this is a kind of, or ''. ``could_be`` are
    the acts a report of this one may stand for; a specific act stands for itself alone.
    """

    id: str
    label: str
    kinetic: bool
    definition: str
    reference: str
    kind_of: str
    could_be: frozenset[str]

    @property
    def specific(self) -> bool:
        """Whether a report of this act can be no other act."""
        return self.could_be == {self.id}


@dataclass(frozen=True, slots=True)
class Phrase:
    """A class of acts that a clause names.

    ``acts`` are surely covered. ``arguably`` are those that readers in good faith
    disagree about. ``acts_against`` are covered too where the report's target is shown to
    be ``against`` (``civilians``, ``aid``, ``monitors`` or ``protected``; '' for none).
    """

    id: str
    label: str
    also: tuple[str, ...]
    acts: frozenset[str]
    arguably: frozenset[str]
    against: str
    acts_against: frozenset[str]
    reference: str

    def covers(self, act: Act, *, target: str = "") -> Cover:
        """Whether the phrase covers a report of ``act``.

        ``target`` is what the target is shown to be, one of the words of ``against``.

        ``yes``: whatever the report stands for is covered. ``arguably``: the act is known
        and the phrase's words leave it open. ``perhaps``: the report is too vague to say.
        ``no``: nothing that the report may stand for is covered.
        """
        acts = self.acts
        if target and target == self.against:
            acts = acts | self.acts_against
        if act.id in acts or act.could_be <= acts:
            return "yes"
        if act.id in self.arguably or act.could_be <= self.arguably:
            return "arguably"
        if act.could_be & (acts | self.arguably):
            return "perhaps"
        return "no"


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """All acts, all phrases and the crosswalks into them.

    ``digest`` is the SHA-256 of the files it was read from: it belongs in the digest of
    every finding.
    """

    acts: Mapping[str, Act]
    digest: str
    _phrases: Mapping[str, Phrase]
    _names: Mapping[str, str]
    _crosswalks: Mapping[str, Mapping[str, str]]
    _words: re.Pattern[str] = field(repr=False)
    _word_acts: tuple[str, ...] = field(repr=False)

    def could_be(self, act_id: str) -> frozenset[str]:
        """The acts that a report of ``act_id`` may stand for. KeyError for an unknown id."""
        return self.acts[act_id].could_be

    def phrases(self) -> list[Phrase]:
        """Every phrase that a clause may use, in the order of the file."""
        return list(self._phrases.values())

    def phrase(self, name: str) -> Phrase | None:
        """The phrase of this id, label or other wording, or one made of a single act, or None."""
        folded = _fold(name)
        if found := self._phrases.get(self._names.get(folded, "")):
            return found
        return self._act_phrase(folded)

    def _act_phrase(self, folded: str) -> Phrase | None:
        act = next((a for a in self.acts.values() if folded in (_fold(a.id), _fold(a.label))), None)
        if act is None:
            return None
        acts = frozenset(kinds(self.acts, [act.id]))
        rest = act.could_be - acts
        return Phrase(act.id, act.label, (), acts, rest, "", frozenset(), act.reference)

    def members(self, name: str) -> frozenset[str] | None:
        """The ids of the acts that a phrase or an act surely covers, or None if it is unknown."""
        found = self.phrase(name)
        return found.acts if found else None

    def crosswalk(self, table: str) -> Mapping[str, str]:
        """A source's codes (folded: lower case, no punctuation) to act ids.

        ``table`` is one of ``TABLES``. KeyError for another.
        """
        return self._crosswalks[table]

    def match(self, text: str, *, table: str = "free-text") -> str:
        """The id of the act that ``text`` names; ``unknown`` where it names none.

        With ``table`` one of ``TABLES`` the text is that source's own code or name.
        ``free-text`` looks for known words in English, French, Spanish, Russian,
        Ukrainian, Arabic and Turkish. The narrowest act wins ("artillery shelling" is
        artillery fire). Words for several acts give the act that takes in all of them:
        "air strikes and shelling" is a bombardment, by air or from the ground.
        """
        if table == "free-text":
            return _match(self, text)
        code = _fold(text)
        walk = self._crosswalks[table]
        if table == "cameo":  # a longer code is a finer one: 1841 falls back to 184, then 18
            while code and code not in walk:
                code = code[:-1]
        return walk.get(code, "unknown")

    def _narrowest(self, found: list[str]) -> str:
        kept = [
            a
            for a in found
            if (a != "other" or len(found) == 1)
            and not any(
                self.could_be(b) < self.could_be(a) or self.acts[b].kind_of == a for b in found
            )
        ]
        if any(self.acts[a].kinetic for a in kept):
            kept = [a for a in kept if self.acts[a].kinetic]
        if len(kept) == 1:
            return kept[0]
        parents = {self.acts[a].kind_of or a for a in kept}
        if len(parents) == 1:
            return parents.pop()
        everything = frozenset().union(*(self.could_be(a) for a in kept))
        for wide in ("bombardment", "attack", "unknown-non-kinetic"):
            if everything <= self.could_be(wide):
                return wide
        return "unknown"


@lru_cache(maxsize=100_000)
def _match(vocabulary: Vocabulary, text: str) -> str:
    folded = _fold(text)
    if not folded:
        return "unknown"
    for act in vocabulary.acts.values():
        if folded in (_fold(act.id), _fold(act.label)):
            return act.id
    found: list[str] = []
    for hit in vocabulary._words.finditer(folded):
        act_id = vocabulary._word_acts[(hit.lastindex or 1) - 1]
        if act_id not in found:
            found.append(act_id)
    return vocabulary._narrowest(found) if found else "unknown"


def kinds(acts: Mapping[str, Any], ids: Iterable[str]) -> set[str]:
    """``ids`` and every act that is a kind of one of them."""
    found = set(ids)
    while True:
        more = {i for i, act in acts.items() if _parent(act) in found} - found
        if not more:
            return found
        found |= more


def _parent(act: Any) -> str:
    return act.kind_of if isinstance(act, Act) else str(act.get("kind_of", ""))


@cache
def _fold(text: str) -> str:
    """Lower case, no accents, one space between words, a wildcard star kept."""
    if text.isascii():
        text = text.casefold()
    else:
        text = unicodedata.normalize("NFKD", text).casefold().replace("ı", "i")
        text = "".join(c for c in text if not unicodedata.combining(c) and c != "ـ")
    return re.sub(r"[^\w*]+|_+", " ", text).strip()


def _wide(raw: Mapping[str, Any], names: Iterable[str]) -> set[str]:
    """Names of a data file as ids, ``*kinetic``, ``*non-kinetic`` and ``*`` resolved."""
    found: set[str] = set()
    for name in names:
        if name == "*":
            found |= set(raw)
        elif name == "*kinetic":
            found |= {i for i, a in raw.items() if a["kinetic"]}
        elif name == "*non-kinetic":
            found |= {i for i, a in raw.items() if not a["kinetic"]}
        elif name in raw:
            found.add(name)
        else:
            raise ValueError(f"the vocabulary names an act that it does not define: {name}")
    return kinds(raw, found)


def _acts(raw: Mapping[str, Any]) -> dict[str, Act]:
    vague = {i for i, a in raw.items() if "could_be" in a}
    acts = {}
    for act_id, entry in raw.items():
        if act_id in vague:
            could_be = _wide(raw, entry["could_be"])
            # A vague act stands for acts, not for other vague reports of them.
            could_be -= vague
        else:
            could_be = kinds(raw, [act_id])
        acts[act_id] = Act(
            id=act_id,
            label=entry["label"],
            kinetic=entry["kinetic"],
            definition=entry["definition"],
            reference=entry["reference"],
            kind_of=entry.get("kind_of", ""),
            could_be=frozenset(could_be),
        )
    return acts


def _phrase(raw: Mapping[str, Any], phrase_id: str, entry: Mapping[str, Any]) -> Phrase:
    without = _wide(raw, entry.get("without", ()))
    acts = _wide(raw, entry["acts"]) - without
    return Phrase(
        id=phrase_id,
        label=entry["label"],
        also=tuple(entry.get("also", ())),
        acts=frozenset(acts),
        arguably=frozenset(_wide(raw, entry.get("arguably", ())) - acts),
        against=entry.get("against", ""),
        acts_against=frozenset(_wide(raw, entry.get("acts-against", ()))),
        reference=entry["reference"],
    )


def _word_pattern(words: str) -> str:
    parts = []
    for word in _fold(words).split(" "):
        body = re.escape(word).replace(r"\*", r"\w*")
        parts.append(_ARABIC_PREFIX + body if re.match(r"[\u0600-\u06ff]", word) else body)
    return " ".join(parts)


def _rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def _read(folder: Traversable) -> dict[str, str]:
    names = ["acts.yaml", "phrases.yaml", "free-text.csv", *(f"{t}.csv" for t in TABLES)]
    return {n: folder.joinpath(n).read_text(encoding="utf-8") for n in names}


_READING = threading.Lock()


def vocabulary() -> Vocabulary:
    """The packaged vocabulary, read once."""
    with _READING:
        return _vocabulary()


@cache
def _vocabulary() -> Vocabulary:
    files = _read(resources.files("truceline").joinpath("vocabulary"))
    yaml = YAML(typ="safe")
    raw: Mapping[str, Any] = yaml.load(files["acts.yaml"])
    phrases = {i: _phrase(raw, i, e) for i, e in yaml.load(files["phrases.yaml"]).items()}
    names: dict[str, str] = {}
    for phrase in phrases.values():
        for name in (phrase.id, phrase.label, *phrase.also):
            if names.setdefault(_fold(name), phrase.id) != phrase.id:
                raise ValueError(f"two phrases share the words: {name}")
    walks = {
        t: MappingProxyType({_fold(r["code"]): r["act"] for r in _rows(files[f"{t}.csv"])})
        for t in TABLES
    }
    # Longest words first: at one place of a text the most particular wording wins.
    words = sorted(_rows(files["free-text.csv"]), key=lambda r: -len(r["words"].rstrip("*")))
    pattern = "|".join(f"({_word_pattern(r['words'])})" for r in words)
    return Vocabulary(
        acts=MappingProxyType(_acts(raw)),
        digest=hashlib.sha256("\0".join(files[n] for n in sorted(files)).encode()).hexdigest(),
        _phrases=MappingProxyType(phrases),
        _names=MappingProxyType(names),
        _crosswalks=MappingProxyType(walks),
        _words=re.compile(rf"(?<!\w)(?:{pattern})(?!\w)"),
        _word_acts=tuple(r["act"] for r in words),
    )

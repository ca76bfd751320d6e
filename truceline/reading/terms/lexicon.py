"""The verbs that make terms, by families with roles: ``data/acts.yaml`` made ready for look-up."""

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from ruamel.yaml import YAML

BASE, THIRD, ING, PARTICIPLE = "base", "s", "ing", "participle"


@dataclass(frozen=True, slots=True)
class Act:
    """One form of a verb: what it makes, and what must stand beside it.

    ``particle`` follows the verb, words may stand between. ``object``: what the act is done
    to; ``subject``: who does it; ``follow``: what must come after; ``never``: what must not.
    """

    kind: str
    order: int
    form: str
    particle: re.Pattern[str] | None
    object: re.Pattern[str] | None
    acted_on: re.Pattern[str] | None
    subject: re.Pattern[str] | None
    follow: re.Pattern[str] | None
    never: re.Pattern[str] | None
    strict: bool


def _forms(verb: str, irregular: dict[str, str], doubled: frozenset[str]) -> list[tuple[str, str]]:
    third = (
        verb[:-1] + "ies"
        if verb.endswith("y") and verb[-2] not in "aeo"
        else verb + ("es" if verb.endswith(("s", "x", "ch", "sh", "z", "go")) else "s")
    )
    if verb in doubled:
        stem = verb + verb[-1]
    elif verb.endswith("e") and not verb.endswith(("ee", "ye")):
        stem = verb[:-1]
    else:
        stem = verb
    past = (
        irregular[verb]
        if verb in irregular
        else verb + "d"
        if verb.endswith("e")
        else verb[:-1] + "ied"
        if verb.endswith("y") and verb[-2] not in "aeo"
        else stem + "ed"
    )
    found = [(verb, BASE), (third, THIRD), (stem + "ing", ING)]
    found.append((past, PARTICIPLE))
    return found


def _either(names: list[str], classes: dict[str, str]) -> str:
    return "|".join(classes.get(name, name) for name in names)


@lru_cache(maxsize=2)
def _file(name: str) -> dict[str, Any]:
    text = (files("truceline.reading") / "data" / f"{name}.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = YAML(typ="safe", pure=True).load(text)
    return loaded


@lru_cache(maxsize=1)
def acts() -> dict[str, tuple[Act, ...]]:
    """Every form of every verb, lower case, with its acts in the order of the file."""
    loaded = _file("acts")
    classes = {k: str(v) for k, v in loaded["classes"].items()}
    irregular = dict(loaded["irregular"])
    doubled = frozenset(loaded["doubled"])
    found: dict[str, list[Act]] = {}
    for order, family in enumerate(loaded["acts"]):
        of = _either(family.get("of") or [], classes)
        by = _either(family.get("by") or [], classes)
        to = "|".join(family.get("to") or [])
        reach = int(family.get("reach", 9))
        near = re.compile(rf"\s+(?:[^;:\s]+ ){{0,{reach}}}?(?:{of})\b") if of else None
        acted = re.compile(rf"(?<![\w-])(?:{of})\b") if of else None
        doer = re.compile(rf"(?<![\w-])(?:{by})\b") if by else None
        follow = re.compile(rf"\s*(?:{to})") if to else None
        never = re.compile(family["not"]) if family.get("not") else None
        for verb in family["verbs"]:
            head, _, rest = verb.partition(" ")
            particle = re.compile(rf"(?:\s+[\w’',.-]+){{0,7}}?\s+{rest}\b") if rest else None
            for word, form in _forms(head, irregular, doubled):
                found.setdefault(word, []).append(
                    Act(
                        family["kind"],
                        order,
                        form,
                        particle,
                        near,
                        acted,
                        doer,
                        follow,
                        never,
                        bool(family.get("strict")),
                    )
                )
    return {word: tuple(sorted(uses, key=lambda a: a.order)) for word, uses in found.items()}


@lru_cache(maxsize=1)
def _bases() -> frozenset[str]:
    """The base forms of all verbs of ``data/acts.yaml`` and ``data/senses.yaml``."""
    text = (files("truceline.reading") / "data" / "senses.yaml").read_text(encoding="utf-8")
    senses: dict[str, str] = YAML(typ="safe", pure=True).load(text)["verbs"]
    known = {verb for verbs in senses.values() for verb in verbs.split(", ")}
    return frozenset(known | {w for w, uses in acts().items() if uses[0].form == BASE})


def is_verb(word: str) -> bool:
    """Whether a lower-case word is the base form of a known verb."""
    return word in _bases()


_IS = re.compile(
    r"\b(?:be|been|being|is|are|was|were|get|gets|isn't|aren't)\s+(?:(?:\w+ly|also|not|now|first|then|all|both|immediately|jointly|mutually|hereby|thereby|further|fully|to be) ){0,3}(?:re-)?$"
)
_AND_IS = re.compile(
    r"\b(?:be|been|being|is|are|was|were)\s+[^.;:]{0,60}\b(?:and|or|,)\s+(?:\w+ly |then |also )?$"
)


def is_passive(left: str, form: str) -> bool:
    """Whether a participle after the words ``left`` is a passive."""
    if form != PARTICIPLE:
        return False
    return _IS.search(left[-40:]) is not None or (
        left.endswith(("and ", "or ", "ly ", ", ")) and _AND_IS.search(left[-110:]) is not None
    )


def act_at(word: str, left: str, right: str) -> tuple[Act, int, bool] | None:
    """The act of a verb form between ``left`` and ``right`` of its clause (lower case).

    Gives the act, how many characters of ``right`` its particle takes, and whether it is passive.
    """
    best: tuple[int, Act, int, bool] | None = None
    for act in acts().get(word, ()):
        if act.form == ING and act.kind == "meeting":
            continue  # "the meeting" is no verb
        taken = 0
        if act.particle is not None:
            match = act.particle.match(right)
            if match is None:
                continue
            taken = match.end()
        passive = is_passive(left, act.form)
        if act.form == BASE and word.endswith("t") and _IS.search(left[-40:]):
            continue  # "be set free": the same letters as the participle
        if (
            act.form == PARTICIPLE
            and not passive
            and word in acts()
            and any(a.form == BASE for a in acts()[word])
        ):
            continue
        if act.never is not None and act.never.match(right):
            continue
        if (
            act.follow is not None
            and act.follow.match(right, taken) is None
            and act.follow.match(right) is None
        ):
            continue
        far = _distance(act, left, right, passive)
        if far is not None and (best is None or far < best[0]):
            best = (far, act, taken, passive)
    return best[1:] if best else None


_NO_ROLE, _BY_SUBJECT = 200, 60  # farther than an object near by


def _distance(act: Act, left: str, right: str, passive: bool) -> int | None:
    """How far the words are that fill the act's role, in characters; None where they lack."""
    if act.object is None and act.subject is None:
        return _NO_ROLE
    found: list[int | None] = []
    if act.object is not None and act.acted_on is not None:
        if passive:
            # the first fits best: the subject's head stands before what describes it
            at = max(
                0,
                len(left) - 130,
                *(left.rfind(m) + 1 for m in (":", ", and ", ", but ", ", while ")),
            )
            first = act.acted_on.search(left, at)
            found.append(first.start() - at if first else None)
        else:
            reach = act.object.match(right)
            found.append(reach.end() if reach else None)
    if act.subject is not None:
        agent = passive and re.match(r"\s+(?:[\w-]+ ){0,3}?by ", right)
        doer = act.subject.search(right[:110]) if agent else act.subject.search(left[-110:])
        found.append(_BY_SUBJECT if doer else None)
    filled = [f for f in found if f is not None]
    if not filled or (act.strict and not passive and len(filled) < len(found)):
        return None
    return min(filled)


@lru_cache(maxsize=1)
def _classes() -> tuple[tuple[str, re.Pattern[str]], ...]:
    found = _file("acts")["classes"].items()
    return tuple((name, re.compile(f"(?:{words})")) for name, words in found)


@lru_cache(maxsize=1)
def _senses() -> dict[str, tuple[str, ...]]:
    """Every form of every word of ``data/senses.yaml`` with its senses."""
    acts_file, loaded = _file("acts"), _file("senses")
    irregular, doubled = dict(acts_file["irregular"]), frozenset(acts_file["doubled"])
    found: dict[str, set[str]] = {}
    for sense, verbs in loaded["verbs"].items():
        for verb in verbs.split(", "):
            for form, _ in _forms(verb, irregular, doubled):
                found.setdefault(form, set()).add(sense)
    for sense, words in loaded["words"].items():
        for word in words.split(", "):
            for form in (word, word + "s", word + "es"):
                found.setdefault(form, set()).add(sense)
    return {word: tuple(sorted(senses)) for word, senses in found.items()}


@lru_cache(maxsize=20_000)
def word_classes(word: str) -> tuple[str, ...]:
    """The classes of things (``FORCES``, ``ARMS`` …) and the senses (``leave``, ``give`` …) that a
    word, lower case, stands for.
    """
    return tuple(name for name, words in _classes() if words.fullmatch(word)) + _senses().get(
        word, ()
    )

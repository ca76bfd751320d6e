"""Which mentions are one and the same person or body, and its fullest name in the text."""

import re

from truceline.reading.names.people import People, last_name
from truceline.reading.names.people import strip_titles as bare_name
from truceline.reading.page.page import Page
from truceline.reading.speech.mentions import Mention, Scene, proper
from truceline.reading.speech.nouns import AUX, BODIES, CLOSED, PEOPLE, SURE

_CALLED = re.compile(
    r"\b(?:known as|called|named|nicknamed|alias|goes by|uses? the name|(?:gave|gives|giving) (?:his|her|their) name"
    r"|(?:calls?|called|introduced|introduces|identified) (?:him|her)self|identified|by the name|name:)\b[^.,;:]{0,16}$",
    re.I,
)


_NAME_IS = re.compile(r"\b(?:His|Her|Their) (?:full |real )?names? (?:is|was|are|were)\W*$")
_GENERIC = frozenset(
    [
        "group",
        "movement",
        "militia",
        "organisation",
        "organization",
        "party",
        "charity",
        "agency",
        "watchdog",
        "faction",
        "guerrillas",
        "guerrilla",
        "rebels",
    ]
)


_NAMED = ("person", "single")
_CLOSING = frozenset([",", ".", "“", ":", ")", ";", "-", "–", "—", "("]) | SURE | AUX


class _Groups:
    """Mentions joined to groups; two persons of different names are never joined."""

    def __init__(self, mentions: list[Mention]) -> None:
        self.parent = list(range(len(mentions)))
        self.last = {
            n: last_name(bare_name(proper(m.name))[0])
            for n, m in enumerate(mentions)
            if m.kind in _NAMED
        }

    def root(self, n: int) -> int:
        while self.parent[n] != n:
            self.parent[n] = self.parent[self.parent[n]]
            n = self.parent[n]
        return n

    def is_named(self, n: int) -> bool:
        return self.root(n) in self.last

    def join(self, n: int, other: int) -> bool:
        a, b = self.root(n), self.root(other)
        name, twin = self.last.get(a), self.last.get(b)
        if name and twin and name != twin:
            return False
        self.parent[a] = b
        if name:
            self.last[b] = name
        return True


_BLANKS = re.compile(r"\s+")


def settle(page: Page, scene: Scene, people: People) -> None:
    """Give every mention its entity, and every entity its fullest name and its gender."""
    known = {last_name(m.name) for m in scene.mentions if m.kind in _NAMED}
    for m in scene.mentions:
        if m.kind == "first" and last_name(m.name) in known:
            m.kind = "single"
    groups = _Groups(scene.mentions)
    _beside(page, scene, groups)
    _again(page, scene, groups, people)
    _told_later(scene, groups)
    members: dict[int, list[Mention]] = {}
    for n, m in enumerate(scene.mentions):
        m.entity = groups.root(n)
        members.setdefault(m.entity, []).append(m)
    for entity, some in members.items():
        if all(m.kind in _NAMED and _is_where(scene, m) for m in some):
            for m in some:
                m.kind = "place"
        scene.labels[entity] = _label(page, scene, some, people)
        scene.genders[entity] = next((m.gender for m in some if m.gender), "")


_WHERE = frozenset(
    [
        "in",
        "at",
        "near",
        "outside",
        "around",
        "inside",
        "into",
        "towards",
        "toward",
        "via",
        "between",
    ]
)


def _is_where(scene: Scene, m: Mention) -> bool:
    """Whether a name stands as that of a place: "in Deir al-Balah"."""
    before = scene.words[m.block][m.first - 1].low if m.first else ""
    return (before in _WHERE or (m.inside and before in ("of", "to"))) and not m.titled


def _beside(page: Page, scene: Scene, groups: _Groups) -> None:
    """Join what stands side by side: "X, the mission's spokesman", "a woman called X"."""
    mentions = scene.mentions
    for n, m in enumerate(mentions[1:], 1):
        k = n - 1
        while k > 0 and mentions[k].inside and not m.inside:
            k -= 1
        p = mentions[k]
        if (
            m.kind in _NAMED
            and not m.inside
            and _NAME_IS.search(page.text[max(0, m.start - 30) : m.start])
        ):
            _introduce(mentions, groups, n)
            continue
        if p.block != m.block or m.inside:
            continue
        words = scene.words[m.block]
        lows = [w.low for w in words[p.whole : m.first]]
        pair = (p.kind in _NAMED and m.kind == "role") or (
            p.kind in ("role", "other") and m.kind in _NAMED
        )
        if p.kind == "role" and m.kind == "body" and page.text[m.start].isupper():
            pair = " " in m.name
        after = words[m.whole].low if m.whole < len(words) else "."
        plain = not any(w in CLOSED or w in SURE or not w[0].isalpha() for w in lows[1:])
        between = page.text[p.end : m.start]
        if pair and not p.owned and lows[:1] == [","] and len(lows) < 4 and plain:
            if after in _CLOSING and (m.kind != "single" or p.kind == "role"):
                groups.join(n, k)
                p.whole = max(p.whole, m.whole)
        elif (pair and not p.owned and not lows and p.kind in ("role", "other")) or (
            m.kind in (*_NAMED, "body")
            and len(between) < 60
            and _CALLED.search(between)
            and "." not in between.strip(" .")
        ):
            groups.join(n, k)
            p.whole = max(p.whole, m.whole)


def _introduce(mentions: list[Mention], groups: _Groups, n: int) -> None:
    """Join a name with who was spoken of before it: "A woman … Her name is X"."""
    for h in range(n - 1, max(-1, n - 13), -1):
        host = mentions[h]
        if host.kind != "role" or host.gender == "p" or host.inside or groups.is_named(h):
            continue
        if host.sentence < mentions[n].sentence:
            groups.join(n, h)
            return


def _again(page: Page, scene: Scene, groups: _Groups, people: People) -> None:
    """Join what is named again: by last name, or "the spokesman" after "a spokesman, X"."""
    mentions = scene.mentions
    by_last: dict[str, int] = {}
    by_head: dict[str, list[int]] = {}
    last_body: int | None = None
    for n, m in enumerate(mentions):
        if m.kind in _NAMED:
            name = bare_name(proper(m.name))[0]
            known = m.kind == "person" or last_name(name) in people.full
            key = last_name(people.resolve(name) if known else name)
            if key in by_last:
                groups.join(n, by_last[key])
            if m.kind == "person" or key not in by_last:
                by_last[key] = n
            for word in m.name.split()[:-1]:
                if word.lower() in PEOPLE:
                    by_head.setdefault(word.lower(), []).append(n)
            continue
        if m.kind not in ("role", "body", "paper", "other"):
            continue
        lows = set(m.name.lower().split())
        earlier = by_head.setdefault(m.head, [])
        its = scene.words[m.block][m.first].low in ("his", "her", "its", "their")
        if m.definite and not m.owned and not (its and groups.is_named(n)):
            for e in reversed(earlier[-20:]):
                if (
                    lows <= set(mentions[e].name.lower().split())
                    and mentions[e].kind in (m.kind, "person")
                    and groups.join(n, e)
                ):
                    break
            else:
                if m.head in _GENERIC and len(lows) == 1 and last_body is not None:
                    groups.join(n, last_body)
        elif page.text[m.start].isupper():
            for e in reversed(earlier[-20:]):
                if mentions[e].name.lower() == m.name.lower():
                    groups.join(n, e)
                    break
        earlier.append(n)
        if m.kind == "body" and m.name[0].isupper() and m.head not in BODIES:
            last_body = n


def _told_later(scene: Scene, groups: _Groups) -> None:
    """Join "the general" with the first "General X" after it, where nobody was named before."""
    mentions = scene.mentions
    for n, m in enumerate(mentions):
        if m.kind != "role" or not m.definite or m.owned or m.inside or groups.is_named(n):
            continue
        if groups.root(n) != n and any(groups.root(k) == groups.root(n) for k in range(n)):
            continue
        lows = set(m.name.lower().split())
        for k in range(n + 1, min(n + 40, len(mentions))):
            later = mentions[k]
            if later.kind == "person" and lows <= set(later.name.lower().split()):
                groups.join(n, k)
                break


def _label(page: Page, scene: Scene, some: list[Mention], people: People) -> str:
    persons = [m for m in some if m.kind == "person"]
    if persons:
        names = [people.resolve(bare_name(proper(m.name))[0]) for m in persons]
        best = max(names, key=lambda s: (len(s.split()), len(s)))
        if " " not in best:  # "Mr. Otakhonov": the title is all that the text adds
            return max((m.name for m in persons), key=len)
        return best
    singles = [m for m in some if m.kind == "single"]
    if singles:
        return max((m.name for m in singles), key=len)
    best_name = ""
    for m in some:
        words = scene.words[m.block]
        last = m.whole if m.whole > m.last and not m.owned else m.last
        tail = words[m.last : last]
        phrase = m.name
        if tail and tail[0].low in ("of", "for", "in", "at", "from", "to") and len(tail) < 7:
            phrase = m.name + _BLANKS.sub(" ", page.text[m.end : words[last - 1].end])
        if len(phrase) > len(best_name):
            best_name = phrase
    return best_name

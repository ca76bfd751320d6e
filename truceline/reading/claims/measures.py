"""What happened to the people that a figure counts: killed, injured, displaced …"""

import re
from functools import lru_cache
from importlib.resources import files

from ruamel.yaml import YAML

from truceline.reading.hints import Hinted

_ORDER = (
    "killed",
    "injured",
    "missing",
    "besieged",
    "evacuated",
    "captured",
    "detained",
    "refugees",
    "displaced",
    "other",
)


PEOPLE = re.compile(
    r"people|persons?|civilians?|soldiers?|troops|fighters?|rebels?|militants?|insurgents?|children|child|women|woman|men\b|man\b|boys?|girls?|police\w*|officers?|servicem[ea]n|residents|villagers|journalists?|medics?|"
    r"workers?|families|others?|more|personnel|combatants|gunmen|jihadists|peacekeepers|terrorists|guerrillas|victims|inhabitants|[a-z]+ians?\b|[a-z]+ese\b|[a-z]+is\b|syrians|turks|kurds|afghans|iraqis|yemenis|members|infants|babies|students|patients|nationals|citizens|recruits|households|of (?:them|whom)|refugees|prisoners|hostages|commanders?|conscripts|staff|doctors?|nurses?|protesters|migrants|pilots?|crew|volunteers?|bodies|souls|lives|minors|elderly|farmers|fishermen|muslims|christians|serbs|croats|tamils|filipinos|dead|wounded|injured|mercenaries|guards?"
)


_BUILDINGS = re.compile(
    r"(?:[\w-]+ ){0,2}?(?:homes?|houses?|buildings?|schools?|hospitals?|mosques?|churches|clinics|structures|shops|dwellings|apartments|health facilities|villages)\b"
)


@lru_cache(maxsize=1)
def _words() -> dict[str, tuple[Hinted, re.Pattern[str], Hinted]]:
    text = (files("truceline.reading") / "data" / "claims.yaml").read_text(encoding="utf-8")
    loaded = YAML(typ="safe", pure=True).load(text)
    aux = r"(?:(?:were|was|have|has|had|been|are|is|be|being|reported|reportedly|also|confirmed|feared|left|remain(?:s|ed)?|still|listed as|went|go(?:ne)?|now|already|presumed|found|either|who|have been|themselves|believed|to be|or|officially|became|severely|seriously|critically|slightly|lightly|newly|recently|internally|forcibly)\s+)*"
    found = {}
    for measure in _ORDER:
        w = loaded[measure]
        after = Hinted(
            rf"(?P<who>(?:[\w’'.-]+,?\s+(?!\d)){{0,7}}?){aux}(?P<word>{w['after']})(?![\w-])"
        )
        before = re.compile(
            rf"(?<![\w-])(?P<word>{w['before']})\s+(?:(?:the|a|an|another|some|its|their|all|of|as many as)\s+)*$"
        )
        head = Hinted(rf"(?P<who>(?:[a-z’'-]+\s+){{0,3}}?)(?P<word>{w['heads']})(?![\w-])")
        found[measure] = (after, before, head)
    return found


_COUNTED_NOUN = re.compile(
    r"((?:[\w’'-]+ ?){1,4}?)(?=\s*(?:$|[,.;:)(]|\b(?:were|was|have|has|had|been|are|is|who|in|on|at|from|by|and|since|as|to|towards?|during|killed|dead|wounded|injured|displaced|after|when|over|of the|with)\b))"
)


def counted_people(right: str, measure: str) -> str | None:
    """The words for those who are counted, after a figure."""
    match = _COUNTED_NOUN.match(right)
    words = match.group(1).strip() if match else ""
    return (
        words
        if words and not re.match(r"(?:in|on|at|from|by|to|of|and|since|were|was)\b", words)
        else None
    )


def measure_of(left: str, right: str, near: str) -> tuple[str, str | None, str | None] | None:
    """(measure, its word, who) of a figure between the words ``left`` and ``right`` of it."""
    words = _words()
    best: tuple[int, str, str | None, str | None] | None = None
    for measure in _ORDER:
        after, before, head = words[measure]
        match = head.match(right)
        if match:
            if re.search(r"\b(?:and|or)\s", match.group("who")):
                continue
            if measure in ("captured", "detained") and re.match(
                r"\W*(?:were |was |have been |are |to be |will be |being )*(?:freed|released|exchanged|swapped|returned)",
                right[match.end() :],
            ):
                continue
            score = len(match.group("who").split())
            if best is None or score < best[0]:
                whole = measure in ("refugees", "displaced")
                said = match.group("who") + (match.group("word") if whole else "")
                best = (score, measure, match.group("word"), _clean_who(said))
    if best and best[1] != "other":
        follow = re.match(
            r"[\w\s-]{0,40}?\b(?:were |been )?(killed|dead|died|wounded|injured|missing|evacuated)\b",
            right,
        )
        if best[1] in ("refugees",) and follow:
            return (
                "killed"
                if follow.group(1) in ("killed", "dead", "died")
                else "injured"
                if follow.group(1) in ("wounded", "injured")
                else follow.group(1),
                follow.group(1),
                _clean_who(best[3] or ""),
            )
        return best[1], best[2], best[3]
    passive: tuple[int, str, str | None, str | None] | None = None
    for measure in _ORDER:
        after, _, _ = words[measure]
        match = after.match(right)
        if match:
            who = match.group("who")
            if (
                measure == "other"
                and re.fullmatch(r"destroyed|damaged", match.group("word"))
                and not _BUILDINGS.match(right)
            ):
                continue
            if re.search(r"\b(?:and|or)\s*$", who):
                continue
            if "," in who and not re.search(r",\s*(?:[\w’'-]+\s+){0,5}$", who):
                continue
            score = match.start("word")
            if passive is None or score < passive[0]:
                passive = (score, measure, match.group("word"), _clean_who(who))
    active: tuple[str, str | None, str | None] | None = None
    for measure in _ORDER:
        _, before, _ = words[measure]
        match = before.search(left)
        if match:
            if measure == "other":
                named = words["other"][2].match(right)
                if (
                    not re.search(r"neutrali|eliminat|affect", match.group("word"))
                    and not named
                    and not (
                        re.search(r"destroy|damag", match.group("word")) and _BUILDINGS.match(right)
                    )
                ):
                    continue
            if (
                measure == "killed"
                and re.fullmatch(
                    r"lost|claim(?:ed|ing|s)?|cost(?:ing)?|buried", match.group("word")
                )
                and not (
                    re.match(r"(?:[\w-]+ ){0,2}?lives", right)
                    or (re.fullmatch(r"lost|buried", match.group("word")) and PEOPLE.match(right))
                )
            ):
                continue
            if (
                measure == "killed"
                and re.match(
                    r"recovered|found|pulled|retrieved|unearthed|dug|collected", match.group("word")
                )
                and not re.match(r"(?:[\w-]+ )?(?:bodies|corpses)\b", right)
            ):
                continue
            if (
                measure == "captured"
                and re.fullmatch(r"took|(?:still )?hold(?:s|ing)", match.group("word"))
                and not re.match(
                    r"(?:[\w-]+ ){0,3}?(?:hostages?|prisoners?|captives?|soldiers captive)", right
                )
                and not (
                    match.group("word").startswith("still")
                    and (re.match(r"\W*$|[.,;]|(?:of|in|since)\b", right) or PEOPLE.match(right))
                )
            ):
                continue
            if (
                measure == "evacuated"
                and not re.match(r"evacuat|airlift", match.group("word"))
                and not re.search(r"\bto safety\b|\bout of\b", right)
            ):
                continue
            if measure == "refugees" and not (
                PEOPLE.match(right) or re.match(r"(?:[\w-]+ )?refugees", right)
            ):
                continue
            if (
                measure == "displaced"
                and re.fullmatch(
                    r"forc(?:ed|ing)|push(?:ed|ing)|driv(?:en|ing)|drove", match.group("word")
                )
                and not re.search(r"\b(?:homes?|flee|houses|leave|villages|out)\b", right)
            ):
                continue
            active = (measure, match.group("word"), counted_people(right, measure))
            break
    if active and (
        passive is None
        or passive[0] > 40
        or ((passive[3] is None and active[0] != passive[1]) and passive[0] > 25)
    ):
        return active
    if (
        passive
        and active
        and active[0] == "killed"
        and passive[1] in ("displaced", "refugees")
        and passive[0] > 12
    ):
        return active
    if passive:
        return passive[1], passive[2], passive[3]
    if best:
        return best[1], best[2], best[3]
    return None


_SUBJECT = re.compile(
    r"\b(?P<word>casualties|deaths|fatalities|killings|violations|explosions|attacks|air ?strikes|incidents|clashes|displaced|refugees|wounded|injured|detainees|arrests|dead|death toll|toll)\b[^.;,]{0,50}?"
    r"\b(?:rose|risen|fell|fallen|dropped|decreased|declined|increased|climbed|grew|went (?:up|down)|jumped|reached|stands at|stood at|totall?ed|numbered|amounted to|came to|ran to)\b(?: by [^.;,]{1,30})?(?: from [\d,.]+(?: million| thousand)?)?(?: to| at|)\s*(?:about |around |some |nearly |at least |more than )?$"
)


_SUBJECTS = {
    "deaths": "killed",
    "fatalities": "killed",
    "killings": "killed",
    "dead": "killed",
    "death toll": "killed",
    "toll": "killed",
    "displaced": "displaced",
    "refugees": "refugees",
    "wounded": "injured",
    "injured": "injured",
    "detainees": "detained",
    "arrests": "detained",
}


def measure_of_subject(left: str) -> tuple[str, str | None, str | None] | None:
    """ "casualties fell from 213 to", "the toll rose to": the figure's measure is the subject."""
    match = _SUBJECT.search(left)
    if not match:
        return None
    word = match.group("word")
    return _SUBJECTS.get(word, "other"), word, None


_QUALIFIED = (
    r"(?:about |around |some |nearly |at least |more than |over |no fewer than |fewer than )?$"
)
_COUNTED = re.compile(
    r"\b(?:number|total|count|figure|tally|toll|estimate)s? (?:of )?(?P<what>[^.;,]{0,80}?)\s*"
    r"(?:\b(?:rose|risen|fell|fallen|doubled|trebled|tripled|dropped|increased|decreased|climbed|grew|grown|jumped|stands?|stood|is|was|put|has|had)\b[^.;,]{0,50}?\s(?:to|at|is|was|be)"
    r"|\b(?:reached|passed|exceeded|topped|is|was|to|at))\s+" + _QUALIFIED
)
_AT = re.compile(
    r"\b(?P<what>dead|killed|deaths|injured|wounded|missing|displaced|detained|refugees|captured|arrested|homeless)(?:(?: [^.;,]{0,30}?)? at |\s*:\s*)"
    + _QUALIFIED,
    re.I,
)
_WHAT = (
    ("killed", r"\b(?:killed|dead|deaths?|died|fatalities|slain)\b"),
    ("injured", r"\b(?:injured|wounded|hurt)\b"),
    ("missing", r"\b(?:missing|disappeared)\b"),
    ("refugees", r"\b(?:refugees?|asylum|abroad|crossed)\b"),
    ("displaced", r"\b(?:displaced|flee|fled|uprooted|homeless|idps)\b"),
    ("detained", r"\b(?:detained|arrested|detainees|jailed)\b"),
    ("captured", r"\b(?:hostages|captives|captured|abducted|kidnapped)\b"),
    ("besieged", r"\b(?:besieged|trapped|siege)\b"),
    ("evacuated", r"\b(?:evacuated|evacuees)\b"),
    ("other", r"\b(?:violations|breaches|attacks|incidents|in need|returnees|returned)\b"),
)


def measure_of_number(left: str) -> tuple[str, str | None, str | None] | None:
    """ "the number forced to flee doubled to", "put the dead at … and the injured at"."""
    match = _AT.search(left) or _COUNTED.search(left)
    if not match:
        return None
    for measure, words in _WHAT:
        said = re.search(words, match.group("what"))
        if said:
            return measure, said.group(), None
    return None


_BLANKS = re.compile(r"\s+")


def _clean_who(words: str) -> str | None:
    words = _BLANKS.sub(" ", words).strip(" ,")
    words = re.sub(
        r"\b(?:were|was|have|has|had|been|are|being|who|reported|left|also|displaced|lost)\b.*$"
        if not words.lower().startswith(("displaced", "internally"))
        else r"\b(?:were|was|have|has|had)\b.*$",
        "",
        words,
    ).strip(" ,")
    return words or None

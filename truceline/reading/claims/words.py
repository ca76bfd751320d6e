"""Words and phrases beside a figure, by class (``data/claim-words.yaml``, ``claim-phrases.yaml``)."""

from functools import lru_cache
from importlib.resources import files

from ruamel.yaml import YAML

from truceline.reading.hints import Hinted, Several
from truceline.reading.weighing.features import stem

# The kinds of phrases that stand for the measure `other`.
OTHER = ("acts", "mixed", "neutralised", "back", "need", "taken")
NOTHING: frozenset[str] = frozenset()
PEOPLE = frozenset(("people",))
_PERSON = ("man", "woman", "men", "women")  # herdsman, craftswomen
_NO_PERSON = frozenset(
    [
        "spokesman",
        "spokeswoman",
        "spokesmen",
        "chairman",
        "chairwoman",
        "ombudsman",
        "ombudswoman",
        "specimen",
        "regimen",
        "ottoman",
        "talisman",
        "abdomen",
        "congressman",
        "congresswoman",
    ]
)
_PEOPLES = ("ans", "ese", "ites", "enes")  # Malians, Sudanese


@lru_cache(maxsize=1)
def _table() -> dict[str, frozenset[str]]:
    text = (files("truceline.reading") / "data" / "claim-words.yaml").read_text(encoding="utf-8")
    loaded = YAML(typ="safe", pure=True).load(text)
    found: dict[str, set[str]] = {}
    for name, words in loaded.items():
        for word in words.split():
            found.setdefault(word, set()).add(name)
            found.setdefault(stem(word), set()).add(name)
    return {word: frozenset(names) for word, names in found.items()}


@lru_cache(maxsize=20_000)
def classes(word: str) -> frozenset[str]:
    """The classes of a word in lower case."""
    table = _table()
    found = table.get(word) or table.get(stem(word))
    if found is None and len(word) > 6 and word.endswith(_PEOPLES):
        return PEOPLE
    if found is None and len(word) > 6 and word.endswith(_PERSON) and word not in _NO_PERSON:
        return PEOPLE
    return found or NOTHING


@lru_cache(maxsize=1)
def _patterns() -> Several:
    text = (files("truceline.reading") / "data" / "claim-phrases.yaml").read_text(encoding="utf-8")
    loaded = YAML(typ="safe", pure=True).load(text)
    return Several((name, Hinted("|".join(some))) for name, some in loaded.items())


@lru_cache(maxsize=64)
def phrases_in(low: str) -> list[tuple[int, int, str]]:
    """Where the phrases of a sentence in lower case stand, with their class, in order."""
    found = [
        (match.start(), match.end(), name)
        for name, pattern in _patterns().likely(low)
        for match in pattern.finditer(low)
    ]
    return sorted(found)

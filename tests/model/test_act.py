"""The vocabulary of acts: closed, referenced, and honest about what is vague."""

import csv
from importlib import resources

import pytest

from truceline.model.act import TABLES, vocabulary

FILES = resources.files("truceline").joinpath("vocabulary")


def rows(name: str) -> list[dict[str, str]]:
    with FILES.joinpath(name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("name", [*(f"{t}.csv" for t in TABLES), "free-text.csv"])
def test_every_crosswalk_row_names_a_known_act_and_a_reference(name: str) -> None:
    found = rows(name)
    assert found
    for row in found:
        assert row["act"] in vocabulary().acts, row
        assert row["reference"], row


def test_every_act_and_phrase_has_a_definition_and_a_reference() -> None:
    for act in vocabulary().acts.values():
        assert act.label
        assert act.definition.endswith(".")
        assert act.reference
        assert act.could_be
        assert act.could_be <= set(vocabulary().acts)
    for phrase in vocabulary().phrases():
        assert phrase.reference
        assert phrase.acts
        assert not phrase.acts & phrase.arguably


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("Artillery shelling", "artillery-fire"),
        ("air raid", "air-strike"),
        ("barrel bomb", "helicopter-strike"),
        ("IED", "explosive-device"),
        ("sniper", "sniping"),
        ("45 explosions", "explosion"),
        ("armed drone strike", "drone-strike"),
        ("Shelling/artillery/missile attack", "shelling"),
        ("Air/drone strike", "air-strike"),
        ("air-strike", "air-strike"),
        ("small arms fire", "small-arms-fire"),
        ("violence", "attack"),
        ("airstrikes and shelling", "bombardment"),
        ("mortar and artillery fire", "shelling"),
        ("shelling and small arms fire", "attack"),
        ("qasf", "unknown"),
        ("", "unknown"),
        ("وقصف مدفعي", "artillery-fire"),
        ("غارات جوّية", "air-strike"),
        ("обстрел из миномёта", "mortar-fire"),
        ("Frappe aérienne", "air-strike"),
        ("enfrentamientos", "armed-clash"),
        ("çatışma", "armed-clash"),
        ("movement of a patrol: denial of access", "movement-denied"),
    ],
)
def test_free_text(text: str, act: str) -> None:
    assert vocabulary().match(text) == act


def test_a_specific_act_stands_for_itself_and_a_vague_one_for_what_it_could_be() -> None:
    v = vocabulary()
    assert v.could_be("drone-strike") == {"drone-strike"}
    assert v.acts["drone-strike"].specific
    assert v.could_be("air-strike") == {"air-strike", "drone-strike", "helicopter-strike"}
    assert {"air-strike", "mortar-fire", "small-arms-fire"} <= v.could_be("unknown-lethal")
    assert "reinforcement" not in v.could_be("unknown-lethal")
    assert "reinforcement" in v.could_be("unknown")


@pytest.mark.parametrize(
    ("phrase", "act", "cover"),
    [
        ("all military actions", "unknown-lethal", "yes"),
        ("all military actions", "reinforcement", "arguably"),
        ("all military actions", "protest", "no"),
        ("all military actions", "unknown", "perhaps"),
        ("air strikes", "drone-strike", "yes"),
        ("air strikes", "unknown-lethal", "perhaps"),
        ("air strikes", "mortar-fire", "no"),
        ("drone strikes", "air-strike", "perhaps"),
        ("offensive operations", "shelling", "arguably"),
        ("attacks on civilians", "attack-on-civilians", "yes"),
        ("attacks on civilians", "air-strike", "no"),
        ("shelling", "mortar-fire", "yes"),
        ("hostilities", "fire-detected", "perhaps"),
        ("weapon-sighted", "weapon-sighted", "yes"),
    ],
)
def test_a_phrase_covers_a_report(phrase: str, act: str, cover: str) -> None:
    found = vocabulary().phrase(phrase)
    assert found is not None
    assert found.covers(vocabulary().acts[act]) == cover


def test_an_air_strike_on_civilians_is_an_attack_on_civilians() -> None:
    phrase = vocabulary().phrase("attacks on civilians")
    assert phrase is not None
    assert phrase.covers(vocabulary().acts["air-strike"], target="civilians") == "yes"


def test_cameo_falls_back_to_the_wider_code() -> None:
    assert vocabulary().match("1952", table="cameo") == "drone-strike"
    assert vocabulary().match("1959", table="cameo") == "air-strike"
    assert vocabulary().match("0256", table="cameo") == "other"
    assert vocabulary().match("99", table="cameo") == "unknown"


def test_acled_names_do_not_depend_on_case_or_punctuation() -> None:
    v = vocabulary()
    assert v.match("SHELLING/ARTILLERY/MISSILE ATTACK", table="acled") == "shelling"
    assert v.match("Battle-No change of territory", table="acled") == "armed-clash"


def test_an_unknown_phrase_is_none() -> None:
    assert vocabulary().members("dancing") is None
    assert vocabulary().phrase("") is None

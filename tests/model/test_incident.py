"""The one act for what several sources name."""

import pytest

from truceline.model.act import vocabulary
from truceline.model.event import EVENT_SCHEMA
from truceline.model.incident import INCIDENT_SCHEMA, act_of, acts_agree, takes_in


@pytest.mark.parametrize(
    ("acts", "one"),
    [
        ({"shelling"}, "shelling"),
        ({"shelling", "artillery-fire"}, "artillery-fire"),
        ({"unknown-lethal", "shelling", "artillery-fire"}, "artillery-fire"),
        ({"artillery-fire", "mortar-fire"}, "shelling"),
        ({"shelling", "air-strike"}, "bombardment"),
        ({"sniping", "abduction"}, "unknown"),
        ({"shelling", "no such act"}, "shelling"),
        (set(), "unknown"),
    ],
)
def test_the_narrower_or_the_narrowest_that_takes_in_all(acts: set[str], one: str) -> None:
    assert act_of(frozenset(acts)) == one


def test_whatever_acts_are_named_the_one_act_leaves_all_of_them_open() -> None:
    known = vocabulary().acts
    for a in known:
        for b in known:
            one = act_of(frozenset({a, b}))
            if acts_agree({a, b}):
                assert one in (a, b)
                assert known[one].could_be == known[a].could_be & known[b].could_be
            else:
                assert known[one].could_be >= known[a].could_be | known[b].could_be


def test_taking_in() -> None:
    assert takes_in("shelling", "artillery-fire")
    assert not takes_in("artillery-fire", "shelling")
    assert takes_in("shelling", "shelling")
    assert not takes_in("no such act", "shelling")


def test_an_incident_has_all_that_an_event_has() -> None:
    assert INCIDENT_SCHEMA.names[: len(EVENT_SCHEMA.names)] == EVENT_SCHEMA.names
    assert len(set(INCIDENT_SCHEMA.names)) == len(INCIDENT_SCHEMA.names)

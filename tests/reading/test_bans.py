"""Clauses that forbid several things."""

import pytest

from truceline.reading.terms.bans import several_bans


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("neither side may lay mines, blow bridges or move guns by night.", 3),
        ("they pledged not to recruit boys, or to tax the ferries.", 2),
        ("both refrain from looting, from kidnapping and from the carrying of arms.", 3),
        ("looting is forbidden, as is the use of schools.", 2),
        ("no one may flood the fields, nor fly balloons over them.", 2),
        ("the pact forbids acts of revenge, the mining of roads and the use of gas.", 3),
        ("no commander may sell, burn or mine any road.", 1),
        ("the import of rifles, shells and fuel is forbidden.", 1),
        ("no attack by land, sea or air may take place.", 1),
    ],
)
def test_things_forbidden(said: str, number: int) -> None:
    assert len(several_bans(said, 0, len(said))) + 1 == number

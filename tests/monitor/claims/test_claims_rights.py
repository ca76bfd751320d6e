"""Rights reserved in a statement, beside the clauses."""

import pytest

from truceline.model.agreement import Agreement
from truceline.model.statement import Statement
from truceline.monitor.claims.rights import right_in
from truceline.pipeline.terms import load

RETALIATE = "reserves the right to retaliate with all its strength and everywhere"


def said(quote: str) -> Statement:
    return Statement("Speaker", quote)


def agreement(**clause: object) -> Agreement:
    base = {"id": "art-1", "prohibits": "all military actions", **clause}
    return Agreement.model_validate(
        {"agreement": "a", "title": "A", "timezone": "UTC", "provisions": [base]}
    )


def test_the_protocol_of_2020_grants_no_right_to_retaliate():
    found = right_in(said(RETALIATE), load("idlib-2020").agreement)
    assert found is not None
    assert (found.outcome, found.to) == ("not-granted", "answering")
    assert "no clause of this agreement grants it" in found.why
    assert found.provisions == ("art-1",)


def test_a_contested_exception_leaves_it_open():
    found = right_in(said("We reserve the right to fight terrorists"), load("idlib-2020").agreement)
    assert found is not None
    assert (found.outcome, found.provisions) == ("cannot-tell", ("art-1",))
    assert "contested" in found.why


def test_an_exception_for_answers_grants_it_with_its_clause():
    own = agreement(**{"except": [{"answering": True, "basis": "article 4"}]})
    found = right_in(said(RETALIATE), own)
    assert found is not None
    assert (found.outcome, found.provisions) == ("granted", ("art-1",))


def test_a_clause_that_permits_self_defence_grants_it():
    base = {"agreement": "a", "title": "A", "timezone": "UTC"}
    own = Agreement.model_validate(
        {
            **base,
            "provisions": [{"id": "p", "permits": "proportionate use of force in self-defence"}],
        }
    )
    found = right_in(said("retains the right to self-defence"), own)
    assert found is not None
    assert found.outcome == "granted"


@pytest.mark.parametrize(
    "quote",
    [
        "reserve the right to respond",
        "We reserve our full right to respond in kind",
        "has the right to defend itself",
        "se réserve le droit de riposter",
        "оставляет за собой право на ответ",
        "تحتفظ بحق الرد",
        "misilleme hakkını saklı tutuyor",
    ],
)
def test_a_reservation_is_found_in_its_own_words(quote):
    found = right_in(said(quote), agreement())
    assert found is not None, quote
    if "misilleme" not in quote:
        assert (found.to, found.outcome) == ("answering", "not-granted")


@pytest.mark.parametrize(
    "quote",
    [
        "refugees have the right to return to their homes",
        "an immediate and lasting cessation of hostilities",
        "a solid basis for putting an end to the fighting",
        "human rights must be respected",
        "the reserve battalion turned right",
    ],
)
def test_words_that_reserve_no_right(quote):
    assert right_in(said(quote), agreement()) is None


def test_a_right_that_is_not_recognised_is_left_to_a_person():
    found = right_in(said("reserves the right to publish the maps"), agreement())
    assert found is not None
    assert found.outcome == "cannot-tell"


def test_leaving_the_agreement_is_not_decided():
    found = right_in(said("reserves the right to withdraw from the agreement"), agreement())
    assert found is not None
    assert found.outcome == "cannot-tell"


def test_a_text_that_is_not_public_may_grant_what_is_not_known():
    found = right_in(said("reserves the right to respond"), load("southwest-syria-2017").agreement)
    assert found is not None
    assert found.outcome == "cannot-tell"
    assert "not public" in found.why


def test_only_clauses_that_forbid_force_are_named_with_it():
    found = right_in(said(RETALIATE), load("south-sudan-coha-2017").agreement)
    assert found is not None
    assert found.outcome == "not-granted"
    assert "access" not in found.provisions
    assert "cessation" in found.provisions

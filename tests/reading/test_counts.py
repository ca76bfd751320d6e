"""What a term counts: the number chosen among those that its text says."""

import numpy as np
import pytest

from truceline.reading.marks import Marks, marks_of
from truceline.reading.page.document import open_page
from truceline.reading.page.words import Sentence, sentences_of
from truceline.reading.terms.counted import Numbers, choose, set_counts
from truceline.reading.terms.counted_numbers import joined
from truceline.reading.terms.drafting import Draft
from truceline.reading.times.anchoring import Calendar
from truceline.reading.weighing.net import UNIT, Layers, Net
from truceline.reading.weighing.scale import Scale, scale


def looked_at(text: str) -> tuple[list[Sentence], list[Marks]]:
    sentences = sentences_of(open_page(text.encode(), name="a.txt"))
    cal = Calendar(None, None)
    return sentences, [marks_of(s, cal) for s in sentences]


def draft_of(kind: str, sentence: Sentence, verb: str) -> Draft:
    draft = Draft(kind, [(sentence.start, sentence.end)], sentence.low, sentence.index)
    draft.at = sentence.start + sentence.low.index(verb)
    return draft


def counted(kind: str, verb: str, text: str) -> int | None:
    """What a term in the first sentence of ``text`` counts."""
    sentences, marks = looked_at(text)
    draft = draft_of(kind, sentences[0], verb)
    set_counts([draft], sentences, marks)
    return draft.count


@pytest.mark.parametrize(
    ("kind", "verb", "text", "count"),
    [
        ("deployment", "deploy", "The Union will deploy 650 soldiers in the valley by 3 May.", 650),
        ("release", "free", "The movement will free forty-two prisoners on Sunday.", 42),
        ("monitoring", "raised", "The number of observers will be raised to 136.", 136),
        ("deployment", "go", "A battalion of 600 is to go to the capital on Monday.", 600),
        ("monitoring", "number", "The teams that watch the truce will number 14.", 14),
        ("access", "pass", "Each day 40 lorries with food may pass the bridge.", 40),
        ("withdrawal", "gather", "The fighters will gather at 28 camps by 1 June.", 28),
        ("release", "released", "In that phase 33 hostages are to be released.", 33),
        ("access", "cross", "Women over 55 may cross between 0800 and 1600.", None),
        ("handover", "hand", "The rebels hand over their arms under Art. 7 within 30 days.", None),
    ],
)
def test_what_a_term_counts(kind: str, verb: str, text: str, count: int | None) -> None:
    assert counted(kind, verb, text) == count


def test_a_number_in_the_next_sentence_becomes_part_of_the_evidence() -> None:
    sentences, marks = looked_at(
        "Turkish observation posts will be set up on the line of contact. There are twelve of them."
    )
    draft = draft_of("deployment", sentences[0], "set up")
    set_counts([draft], sentences, marks)
    assert draft.count == 12
    assert draft.spans[1:] == [(sentences[1].start, sentences[1].end)]


@pytest.mark.parametrize(
    ("text", "together"),
    [
        ("They will gather in 23 zones and eight camps.", [31]),
        ("A commission, five members from each side, will watch it.", []),
        ("A joint force of five Russian, three Moldovan and two local battalions.", [10]),
        ("There are 300 men; 20 posts are built.", []),
    ],
)
def test_what_numbers_make_together(text: str, together: list[int]) -> None:
    sentences, marks = looked_at(text)
    said = Numbers(sentences, marks, []).of(0)
    assert [x.value for x in joined(sentences[0], said)] == together


def test_a_sum_says_of_what_it_is_made() -> None:
    sentences, marks = looked_at("They will gather in 23 zones and eight camps.")
    some = Numbers(sentences, marks, []).together(0)
    assert [x.made for x in some] == ["23 + 8"]


@pytest.mark.parametrize(
    "text",
    [
        "A four-star general will watch it.",
        "Guns of 100 mm are withdrawn.",
        "The strip narrows from 300 to 100 metres.",
        "(1) The sides free their prisoners.",
        "The road at kilo 16 opens.",
        "Monitors of sector 3 will look on.",
        "The gate opens at 0800 hours.",
    ],
)
def test_hours_names_and_measures_are_no_counts(text: str) -> None:
    sentences, marks = looked_at(text)
    assert Numbers(sentences, marks, []).of(0) == []


def test_a_term_beside_which_no_number_stands_counts_nothing() -> None:
    sentences, marks = looked_at("The army leaves the hills.")
    draft = draft_of("withdrawal", sentences[0], "leaves")
    found = Numbers(sentences, marks, [draft]).choices(draft, 0)
    assert [c.value for c in found] == [None]
    assert choose(scale("count-net"), found).value is None


def test_equal_numbers_are_one_answer() -> None:
    sentences, marks = looked_at("The army sends 90 men to the hills. All 90 men leave in May.")
    draft = draft_of("deployment", sentences[0], "sends")
    found = Numbers(sentences, marks, [draft]).choices(draft, 0)
    rows = np.array([[5]], np.int8)  # "none" speaks for nothing, and for no other choice
    one = np.full((1, 1), UNIT // 10, np.int32)
    layers = Layers(["none"], rows, np.zeros(1, np.int32), one, np.zeros(1, np.int64))
    known = Scale(("count",), Net(layers))
    assert [c.value for c in found] == [None, 90, 90]
    assert choose(known, found).value == 90

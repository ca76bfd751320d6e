"""Weights of words: what they add up to, and that it is the same in every run."""

import itertools
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from truceline.reading import read
from truceline.reading.answer import TERM_KINDS
from truceline.reading.weighing.features import stem
from truceline.reading.weighing.net import UNIT, Layers, Net, net_file
from truceline.reading.weighing.scale import Scale
from truceline.reading.weighing.segments import segments_of
from truceline.reading.weighing.together import VOICES, voices
from truceline.reading.weighing.weights import Weights, weights


def small(rows: dict[str, list[int]]) -> Net:
    """A net whose answers are its hidden units, a log-odd each, cut off below 9 less than 0."""
    width = len(next(iter(rows.values())))
    return Net(
        Layers(
            list(rows),
            np.array(list(rows.values()), np.int8),
            np.full(width, 9, np.int32),
            np.eye(width, dtype=np.int32) * UNIT,
            np.full(width, -9 * UNIT, np.int64),
        )
    )


SMALL = Weights(
    ("any", "a", "b"), small({"w:x": [2, 1, 0], "w:y": [-3, 0, 0], "w:z": [0, 0, 4]}), {}
)


def test_each_answer_stands_by_itself() -> None:
    (chances,) = SMALL.chances_together([{"w:x", "w:z"}], [0], False)
    assert chances["any"] == pytest.approx(1 / (1 + 2.718281828459045**-2))
    assert chances["b"] == pytest.approx(1 / (1 + 2.718281828459045**-4))
    assert sum(chances.values()) > 1  # a stretch of text may be several things
    assert SMALL.chances_together([{"w:x", "w:y"}], [0], False)[0]["any"] < 0.5


def test_unknown_features_weigh_nothing() -> None:
    assert SMALL.log_odds({"w:x", "w:never"}) == SMALL.log_odds({"w:x"})
    assert "w:never" not in SMALL.net
    assert "w:x" in SMALL.net
    assert len(SMALL.net) == 3


def test_why_names_what_spoke_for_it() -> None:
    assert SMALL.why({"w:x", "w:y", "w:z"}, "b") == [("w:z", 4.0)]


def test_log_odds_of_several_stretches_are_those_of_each() -> None:
    both = SMALL.net.log_odds([{"w:x", "w:y", "w:z"}, (), {"w:y"}])
    assert both == [[-1.0, 1.0, 4.0], [0.0, 0.0, 0.0], [-3.0, 0.0, 0.0]]
    assert SMALL.net.log_odds([]) == []


def test_a_hidden_unit_below_zero_says_nothing() -> None:
    net = small({"w:a": [-20], "w:b": [15]})
    assert net.log_odds([{"w:a"}, {"w:b"}, {"w:a", "w:b"}]) == [[-9.0], [15.0], [-5.0]]


def test_one_of_several_answers_by_a_scale() -> None:
    known = Scale(("killed", "none"), small({"w:dead": [2, 0], "w:tank": [0, 3]}))
    chances = known.chances({"w:dead"})
    assert sum(chances.values()) == pytest.approx(1)
    assert chances["killed"] == pytest.approx(1 / (1 + 2.718281828459045**-2))
    assert known.of_first([{"w:dead"}, {"w:tank"}]) == [2.0, 0.0]
    assert known.why({"w:dead", "w:tank"}, "none") == [("w:tank", 3.0)]


NETS = ("term-net", "claim-net", "source-net", "count-net", "speaker-net", "stretch-net")


@pytest.mark.parametrize("name", NETS)
def test_a_net_of_the_data_is_whole(name: str) -> None:
    layers, rest = net_file(name)
    features, hidden = layers.rows.shape
    assert len(layers.features) == len(set(layers.features)) == features
    assert layers.start.shape == (hidden,)
    assert layers.out.shape == (hidden, len(rest["answers"]))
    assert layers.out_start.shape == (len(rest["answers"]),)
    # no sum of the rows of a stretch of a thousand features leaves 32 bits
    assert int(np.abs(layers.start).max()) + 1000 * 127 < 2**31


@pytest.mark.parametrize("name", NETS)
def test_a_net_is_the_same_in_any_order(name: str) -> None:
    layers, _ = net_file(name)
    net = Net(layers)
    some = list(layers.features[:: max(1, len(layers.features) // 60)])
    assert net.log_odds([some, some[::-1]]) == [net.log_odds([some])[0]] * 2


def test_every_kind_has_its_weights() -> None:
    known = weights("term-net")
    assert known.answers == TERM_KINDS
    assert {f"{use}:{kind}" for use in ("keep", "add") for kind in TERM_KINDS} == set(known.least)
    assert known.net.width == len(known.answers)


@pytest.mark.parametrize(
    ("words", "alike"),
    [
        (("withdraw", "withdraws", "withdrawing"), "withdraw"),
        (("release", "releases", "released", "releasing"), "releas"),
        (("stop", "stopped", "stopping", "stops"), "stop"),
        (("verify", "verifies", "verified"), "verify"),
        (("this", "his", "gas"), None),
    ],
)
def test_stems(words: tuple[str, ...], alike: str | None) -> None:
    for word in words:
        assert stem(word) == (alike or word)


def test_the_same_terms_whatever_the_order_of_sets() -> None:
    text = (
        "Under the accord both armies shall draw back their guns ten kilometres from the river "
        "within five days. Aid lorries will be let through the crossing from Monday."
    )
    script = (
        "import json,sys;from datetime import date;from truceline.reading import read;"
        "print(json.dumps(read(sys.argv[1].encode(),published=date(2020,3,5)).to_json()['terms']))"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", script, text],
            capture_output=True,
            check=True,
            text=True,
            cwd=Path(__file__).resolve().parents[2],
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(said) == 1
    assert {t["kind"] for t in json.loads(said.pop())} >= {"withdrawal", "access"}


def test_what_is_found_by_weight_says_so_and_has_its_words() -> None:
    text = (
        b"PROTOCOL\n\nArticle 1. The parties agree to a ceasefire from 5 March 2020.\n\n"
        b"Article 2. Not one gun shall be left nearer to the bridge than five kilometres after "
        b"10 March 2020.\n\nArticle 3. Fishing boats may put to sea again.\n"
    )
    reading = read(text)
    for term in reading.terms:
        for e in term.evidence:
            assert reading.source[e.start : e.end] == e.text
        if "found by the weight of its words" in term.notes:
            assert term.confidence < 0.95


def test_segments_are_the_sentence() -> None:
    from truceline.reading.page.document import open_page
    from truceline.reading.page.words import sentences_of

    page = open_page(
        b"The army shall leave the ridge by Friday, and aid will be let in; nobody may fire.",
        name="a",
    )
    (sentence,) = sentences_of(page)
    pieces = segments_of(sentence)
    assert pieces[0][0] == 0
    assert pieces[-1][1] == len(sentence.text)
    assert all(a[1] <= b[0] for a, b in itertools.pairwise(pieces))
    assert len(pieces) == 3


def test_without_second_weights_a_stretch_speaks_for_itself() -> None:
    alone = SMALL.chances_together([{"w:x"}, {"w:z"}], [0, 0], False)
    assert [round(c["b"], 3) for c in alone] == [0.5, 0.982]
    assert SMALL.chances_together([], [], False) == []


def test_a_likelier_stretch_elsewhere_speaks_against_one() -> None:
    against = [0.0] * VOICES
    against[0], against[3] = 1.0, -1.0  # its own log-odds, less the best of the others
    heard = replace(SMALL, second={"b": [0.5, *against]})
    one, two, *_ = heard.chances_together([{"w:z"}, {"w:x"}, (), ()], [0, 1, 2, 3], False)
    assert one["b"] == pytest.approx(1 / (1 + 2.718281828459045 ** -(0.5 + 4.0 - 0.0)))
    assert two["b"] == pytest.approx(1 / (1 + 2.718281828459045 ** -(0.5 + 0.0 - 4.0)))
    assert one["any"] == 0.5
    few = heard.chances_together([{"w:z"}, {"w:x"}], [0, 1], False)
    assert few == SMALL.chances_together([{"w:z"}, {"w:x"}], [0, 1], False)  # no document


@given(
    st.lists(
        st.tuples(st.floats(-9, 9), st.floats(-9, 9), st.floats(-9, 9)), min_size=1, max_size=8
    ),
    st.booleans(),
)
def test_voices_are_of_one_shape_and_within_bounds(
    odds: list[tuple[float, float, float]], agreement: bool
) -> None:
    found = voices(odds, [n // 2 for n in range(len(odds))], agreement)
    assert found.shape == (len(odds), 3, VOICES)
    assert abs(found).max() <= 8
    for k in range(3):
        best = max(range(len(odds)), key=lambda n: (min(6.0, max(-6.0, odds[n][k])), -n))
        assert found[best, k, 13] == 1  # the first of its kind
        assert found[:, k, 13].sum() == 1

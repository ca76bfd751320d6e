"""Learning a net: what a line cannot tell, and whole numbers that stand for real ones."""

import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from truceline.reading.weighing.net import Net

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
from nets import How, Learned, any_right, each, learn, one_of

QUICK = How(hidden=32, rounds=150, step=8, less=0.0, less_hidden=0.0)
ROWS = csr_matrix(np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]] * 20))
ODD = np.array([0, 1, 1, 0] * 20)


def test_a_net_tells_what_hangs_on_two_features_together() -> None:
    odds = learn(ROWS, 1, each(ODD[:, None]), QUICK).odds(ROWS[:4])[:, 0]
    assert (odds > 0).tolist() == [False, True, True, False]


def test_one_of_several_answers() -> None:
    odds = learn(ROWS, 2, one_of(ODD, 2), QUICK).odds(ROWS[:4])
    assert odds.argmax(axis=1).tolist() == [0, 1, 1, 0]


def test_a_choice_in_groups_whose_rows_stay_together() -> None:
    sizes = [2] * 40  # in each the row with one of the first two features, not both or none
    right = ODD.astype(bool)
    odds = learn(ROWS, 1, any_right(right, sizes), QUICK, 0.0, sizes).odds(ROWS)[:, 0]
    assert all(odds[a : a + 2].argmax() == right[a : a + 2].argmax() for a in range(0, 80, 2))


def test_unknown_answers_teach_nothing() -> None:
    some = np.where(np.arange(80) < 40, ODD, -1)[:, None]
    told = learn(ROWS, 1, each(some), QUICK).odds(ROWS[:4])[:, 0]
    assert (told > 0).tolist() == [False, True, True, False]
    assert not each(np.full((2, 1), -1))(np.ones((2, 1)), np.array([0, 1])).any()


@pytest.mark.parametrize("made", ["net", "net and line", "line"])
def test_whole_numbers_stand_for_the_real_ones(made: str) -> None:
    line = np.array([[0.5], [-2.0], [1.0]]), np.array([0.25])
    net = Learned.of_line(*line)
    if made != "line":
        net = learn(ROWS, 1, each(ODD[:, None]), QUICK)
    if made == "net and line":
        net = net.beside(*line)
    whole = Net(net.layers(["x", "y", "z"]))
    named = [["z"], ["y", "z"], ["x", "z"], ["x", "y", "z"], []]
    wanted = net.odds(csr_matrix(np.vstack([ROWS[:4].toarray(), np.zeros((1, 3))])))
    assert np.array(whole.log_odds(named)) == pytest.approx(wanted, abs=0.1)


def test_the_same_seed_gives_the_same_net() -> None:
    one, two = (learn(ROWS, 1, each(ODD[:, None]), QUICK).rows for _ in range(2))
    assert np.array_equal(one, two)

"""Who says what, and what is furniture: invented texts with their answers."""

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tools.bench_reading import pair, same_statement
from truceline.reading import read
from truceline.reading.page.furniture import furniture

HERE = Path(__file__).parent
TEXTS = YAML(typ="safe").load((HERE / "statements.yaml").read_text(encoding="utf-8"))
LINES = YAML(typ="safe").load((HERE / "furniture.yaml").read_text(encoding="utf-8"))


def test_statements_of_invented_texts() -> None:
    from tools.learn_speakers import gold_of

    right = missed = extra = 0
    for case in TEXTS:
        ours = read(case["text"].encode(), name="case.txt").to_json()["statements"]
        hits, lost, more = pair(gold_of(case)["statements"], ours, same_statement)
        right, missed, extra = right + hits, missed + len(lost), extra + len(more)
    assert 2 * right / (2 * right + missed + extra) > 0.88, (right, missed, extra)


@pytest.mark.parametrize(
    ("text", "speaker", "quote"),
    [
        ('"It is quiet," said the mayor, Ana Brko.', "Ana Brko", "It is quiet"),
        ("<p>He was brief. <q>We go</q>, said General Ivo Han, and left.</p>", "Ivo Han", "We go"),
        ("COL. RESTREPO: “The road is open and stays open.”", "COL. RESTREPO", "The road is open"),
        ("„Wir gehen heute nach Hause“, said Major Udo Kern.", "Udo Kern", "Wir gehen"),
        ("»Wir gehen heute nach Hause«, said Major Udo Kern.", "Udo Kern", "Wir gehen"),
        ("'We leave at dawn,' said Major Udo Kern.", "Udo Kern", "We leave at dawn"),
        ("A woman called Mina spoke. “I saw it all,” she said.", "Mina", "I saw it all"),
    ],
)
def test_speaker(text: str, speaker: str, quote: str) -> None:
    name = "a.html" if text.startswith("<") else "a.txt"
    found = read(text.encode(), name=name).to_json()["statements"]
    assert len(found) == 1
    assert found[0]["quote"].startswith(quote)
    assert speaker in found[0]["speaker"]


def test_names_in_marks_are_no_statements() -> None:
    text = 'Operation "Quiet Harvest" ended. The rebel known as "Commander Smoke" came home.'
    assert read(text.encode()).to_json()["statements"] == []


@pytest.mark.parametrize("line", LINES["dropped"])
def test_furniture(line: str) -> None:
    assert furniture(line, edge=True, latin=True) is not None


@pytest.mark.parametrize("line", LINES["kept"])
def test_no_furniture(line: str) -> None:
    assert furniture(line, edge=True, latin=True) is None

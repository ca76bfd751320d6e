"""What a source's own words say of an answer, in the languages of the data file."""

import csv
import io
from importlib import resources

import pyarrow as pa
import pytest

from truceline.monitor.answers.answering import SAYS, cue_in, cues


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Army A shelled the hills in response to mortar fire from Teal.", "answer"),
        ("RETALIATORY strikes hit three positions.", "answer"),
        ("The army said it had acted in self‑defence.", "self-defence"),
        ("Five were killed after an attack by gunmen.", "after"),
        ("L'armée a tiré en riposte à des tirs venus du nord.", "answer"),
        ("Удар был нанесён в ответ на обстрел.", "answer"),
        ("Saldırıya karşılık olarak mevziler vuruldu.", "answer"),
        ("قصف الجيش التلال رداً على هجوم", "answer"),
        ("قصف الجيش التلال ردًا على هجوم", "answer"),
        ("El ejército disparó en respuesta a un ataque.", "answer"),
        ("It was not in response to anything.", None),
        ("The ministry denied retaliatory intent.", None),
        ("Shelling was met with return calls for calm.", None),
        ("Calm prevailed.", None),
        ("", None),
    ],
)
def test_words_that_speak_backwards_from_the_act(text: str, says: str | None) -> None:
    told = cue_in(text)
    assert (told and told[0]) == says
    table = pa.table({"event_id": ["x"], "text": [text]})
    assert {k: c.says for k, c in cues(table).items()} == ({"x": says} if says else {})


def test_the_quote_is_the_sentence() -> None:
    told = cue_in("Two died. It was in retaliation for the raid on Teal. Then calm.")
    assert told == ("answer", "It was in retaliation for the raid on Teal.")
    long = "word " * 200 + "in response to the raid " + "word " * 200
    assert len((cue_in(long) or ("", ""))[1]) <= 240


def test_every_row_of_the_lexicon_is_found_as_it_stands() -> None:
    table = resources.files("truceline").joinpath("vocabulary", "answering.csv")
    rows = list(csv.DictReader(io.StringIO(table.read_text(encoding="utf-8"))))
    assert len({(r["language"], r["words"]) for r in rows}) == len(rows)
    for row in rows:
        assert row["says"] in SAYS
        text = f"x {row['words'].replace('*', '')} y"
        assert cues(pa.table({"event_id": ["e"], "text": [text]})), row

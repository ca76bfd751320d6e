"""The sheets hold: every answer stands in its text, in the contract's own words."""

import re
from datetime import datetime
from pathlib import Path

import pytest

from tools.gold_texts import answered, sheet
from truceline.model.claim import MEASURES
from truceline.reading.answer import TERM_KINDS
from truceline.reading.terms.joining import seconds

SHEETS = sorted((Path(__file__).parent / "sheets").glob("*.sheet"))
FIELDS = frozenset(
    [
        "kind",
        "start",
        "due",
        "within",
        "after",
        "until",
        "recurs",
        "distance_m",
        "width_m",
        "count",
        "of",
        "reference",
        "places",
        "parties",
        "evidence",
    ]
)


@pytest.mark.parametrize("path", SHEETS, ids=[p.stem for p in SHEETS])
def test_a_sheet_holds(path: Path) -> None:
    names = set()
    for text in answered([path]):
        assert text.name not in names
        names.add(text.name)
        assert "SIMULATED" in text.data.decode(), text.name
        for term in text.gold["terms"]:
            assert term["kind"] in TERM_KINDS, (text.name, term)
            assert set(term) <= FIELDS, (text.name, term)
            for name in ("start", "due", "until"):
                if term.get(name):
                    datetime.fromisoformat(term[name].replace("Z", "+00:00"))
            for name in ("within", "recurs"):
                assert not term.get(name) or seconds(term[name]), (text.name, term)
        assert all(c["measure"] in MEASURES for c in text.gold["claims"]), text.name
    assert len(names) > 50


def test_a_bad_line_is_told_with_its_place(tmp_path: Path) -> None:
    bad = tmp_path / "bad.sheet"
    bad.write_text("=== a | - | wire\nThe guns fell silent.\n---\nT cessation | | the drums\n")
    with pytest.raises(ValueError, match=re.escape(f"{bad}:4: not in the text: 'the drums'")):
        list(sheet(bad))
    bad.write_text("=== a | - | wire\nThe guns fell silent.\n---\nX what | is this\n")
    with pytest.raises(ValueError, match=re.escape("bad.sheet:4: no answer line")):
        list(sheet(bad))


def test_any_white_space_stands_for_a_blank(tmp_path: Path) -> None:
    one = tmp_path / "one.sheet"
    one.write_text(
        "=== a | 2020-03-06 | wire\nA truce will\nlast 60 days.\n---\n"
        "T duration | within=P60D; parties=A, B | truce will last 60 days\n"
        "C killed | value=4.5; said_by=them | A truce ++ 60 days\n"
    )
    (text,) = sheet(one)
    assert text.published is not None
    assert text.name == "one/a"
    (term,) = text.gold["terms"]
    assert term["evidence"] == [{"text": "truce will\nlast 60 days"}]
    assert term["within"] == "P60D"
    assert term["parties"] == ["A", "B"]
    (claim,) = text.gold["claims"]
    assert claim["value"] == 4.5
    assert [e["text"] for e in claim["evidence"]] == [
        "A truce",
        "60 days",
    ]

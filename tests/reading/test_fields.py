"""Given its kind, a term's fields: sentences with what must be read in them."""

from datetime import date
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tools.bench_reading import same_term
from truceline.reading.marks import marks_of
from truceline.reading.page.body import mark_body
from truceline.reading.page.document import open_page
from truceline.reading.page.words import sentences_of
from truceline.reading.reader import _in_force
from truceline.reading.terms.details import settle
from truceline.reading.terms.drafting import Setting, Trigger
from truceline.reading.terms.lists import unders_of
from truceline.reading.terms.pieces import pieces_of
from truceline.reading.terms.reach import stand_over
from truceline.reading.terms.terms import drafted, leading_kind
from truceline.reading.times.anchoring import Calendar
from truceline.reading.weighing.segments import segments_of

CASES = YAML(typ="safe", pure=True).load(Path(__file__).with_name("fields.yaml"))


def fields_of(text: str, published: date, kind: str) -> list[dict[str, object]]:
    """What the grammar of fields reads in each segment of a text, were it a term of this kind."""
    page = open_page(text.encode(), name="text.txt")
    mark_body(page)
    sentences = sentences_of(page)
    cal = Calendar(published)
    _in_force(sentences, cal)
    marks = [marks_of(s, cal) for s in sentences]
    setting = Setting(agreement=True, year=published.year)
    unders = unders_of(page, sentences, lambda s: leading_kind(s, setting))
    stand_over(sentences, marks, unders)
    found = []
    for sentence, mark in zip(sentences, marks, strict=True):
        for start, end in segments_of(sentence):
            trigger = Trigger(kind, start, start, False, given=True)
            for a, b in pieces_of(sentence, start, end, trigger, mark):
                found.append(drafted(sentence, mark, trigger, a, b))
                if found[-1].each_side and found[-1].distance_m:
                    found[-1].width_m = 2 * found[-1].distance_m
    halt = [
        m.iso
        for s, m in ((s, m) for s, ms in zip(sentences, marks, strict=True) for m in ms.moments)
        if m.iso and ("truce" in s.low or "hostilities" in s.low)
    ]
    for draft in found:
        settle(draft, halt[0] if halt else None, cal.signed)
    return [{"kind": kind, **d.facts()} for d in found]


@pytest.mark.parametrize("case", CASES, ids=[c[1][:60] for c in CASES])
def test_fields(case: list) -> None:
    published, text, wanted = case
    found = fields_of(text, date.fromisoformat(str(published)), wanted["kind"])
    assert any(same_term(wanted, f) for f in found), found

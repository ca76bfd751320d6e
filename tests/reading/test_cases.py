from datetime import date
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tools.bench_reading import pair, same_claim, same_term
from truceline.reading import read

CASES = YAML(typ="safe").load((Path(__file__).parent / "cases.yaml").read_text(encoding="utf-8"))


def cases() -> list:
    """Each sentence; a fifth field says what is still read wrongly (the test tells when it is not)."""
    wrong = [pytest.mark.xfail(reason=c[4], strict=True) if len(c) > 4 else () for c in CASES]
    return [pytest.param(c, id=c[1][:60], marks=w) for c, w in zip(CASES, wrong, strict=True)]


@pytest.mark.parametrize("case", cases())
def test_sentence(case: list) -> None:
    published, text, terms, claims, *_ = case
    found = read(text.encode(), published=date.fromisoformat(str(published))).to_json()
    assert pair(terms, found["terms"], same_term)[1:] == ([], []), found["terms"]
    assert pair(claims, found["claims"], same_claim)[1:] == ([], []), found["claims"]

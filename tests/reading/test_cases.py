from datetime import date
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tools.bench_reading import pair, same_claim, same_term
from truceline.reading import read

CASES = YAML(typ="safe").load((Path(__file__).parent / "cases.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=[c[1][:60] for c in CASES])
def test_sentence(case: list) -> None:
    published, text, terms, claims = case
    found = read(text.encode(), published=date.fromisoformat(str(published))).to_json()
    assert pair(terms, found["terms"], same_term)[1:] == ([], []), found["terms"]
    assert pair(claims, found["claims"], same_claim)[1:] == ([], []), found["claims"]

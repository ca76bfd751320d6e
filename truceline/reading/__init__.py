"""Reading: from a document to terms, claims and statements, each with the words that prove it."""

from truceline.reading.answer import (
    Actor,
    Caution,
    Claim,
    Dropped,
    Evidence,
    Place,
    Reading,
    Statement,
    Term,
    Unreadable,
)
from truceline.reading.draft import draft
from truceline.reading.reader import read

__all__ = [
    "Actor",
    "Caution",
    "Claim",
    "Dropped",
    "Evidence",
    "Place",
    "Reading",
    "Statement",
    "Term",
    "Unreadable",
    "draft",
    "read",
]

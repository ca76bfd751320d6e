"""What a document's times count from: its signature, its entry into force, D-day."""

import re

from truceline.reading.page.words import Sentence
from truceline.reading.times.anchoring import Calendar, anchor
from truceline.reading.times.epochs import DATED, force_in, letters_in, signed_in
from truceline.reading.times.times import moments_in

_FORCE = re.compile(
    r"\b(?:came into (?:force|effect)|took effect|entered into (?:force|effect)|went into effect|has begun|began|started|stopped)\b"
)
_YEAR = re.compile(r"(?<![\d.,-])(?:19|20)\d\d(?![\d,])")
_CEASE = re.compile(r"\b(?:cease-?fire|truce|armistice|cessation|hostilities|pause)\b")


def ground(sentences: list[Sentence], cal: Calendar, *, formal: bool) -> None:
    """Find what the document's times count from, before they are read. ``formal``: it is the text of
    an agreement, dated by its signature and looking ahead."""
    years = {int(y) for s in sentences for y in _YEAR.findall(s.low)}
    if years and cal.published:
        cal.history = max(years) < cal.published.year - 1
    _halted(sentences, cal)
    _epochs(sentences, cal, formal=formal)
    cal.mismatches.clear()
    cal.day = cal.last = cal.hour = None


def _halted(sentences: list[Sentence], cal: Calendar) -> None:
    """The day on which the text says that the cessation began: it decides "midnight Friday"."""
    for sentence in sentences:
        match = _FORCE.search(sentence.low)
        if match and (
            _CEASE.search(sentence.low) or "strikes" in sentence.low or "fighting" in sentence.low
        ):
            for said in moments_in(sentence):
                if (
                    said.day
                    and not (said.clock and said.clock.midnight)
                    and 0 <= said.start - sentence.start - match.end() < 40
                ):
                    cal.inforce_day = (
                        cal.inforce_day or anchor(said, cal, sentence.low, sentence.start).date
                    )


def _dated_line(sentences: list[Sentence], cal: Calendar) -> str | None:
    """The date of an agreement by the line that says no more, under its title or at its end:
    "Rawa, 9 June 1999"."""
    for sentence in [*sentences[:6], *sentences[-4:]]:
        if len(sentence.low) > 60 or not _YEAR.search(sentence.low):
            continue
        said = moments_in(sentence)
        if len(said) != 1 or len(sentence.tokens) - (said[0].last - said[0].first) > 5:
            continue
        moment = anchor(said[0], cal, sentence.low, sentence.start)
        if moment.date and said[0].role == "at":
            if cal.published and not 0 <= (cal.published - moment.date).days <= 60:
                continue
            return moment.iso
    return None


def _epochs(sentences: list[Sentence], cal: Calendar, *, formal: bool) -> None:
    """The signature and the lettered days that other times of the document count from."""
    cal.formal = formal
    moments = [
        [anchor(m, cal, s.low, s.start) for m in moments_in(s)] if DATED.search(s.low) else None
        for s in sentences
    ]
    signed = signed_in(sentences, moments, cal.published)
    if (signed is None or signed[0]) and formal and (headed := _dated_line(sentences, cal)):
        signed = (0, headed)
    if (signed is None or signed[0]) and formal and cal.published:
        signed = (0, cal.published.isoformat())
    cal.signed = signed[1] if signed else None
    cal.force = force_in(sentences, moments, cal.signed)
    cal.letters = letters_in(sentences, moments, cal.signed)

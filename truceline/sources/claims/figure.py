"""A cell of a table as a figure of people: "1,234", "3.6 million", "~500", "450-500", "n/a"."""

import re
import unicodedata
from dataclasses import dataclass

from truceline.model.claim import MOST, qualifier_class, stated_bounds

_NONE = frozenset(
    [
        "",
        "-",
        "--",
        "–",
        "—",
        "n/a",
        "na",
        "n.a.",
        "nan",
        "null",
        "none",
        "nil",
        "?",
        "unknown",
        "not available",
        "no data",
        "tbc",
        "tbd",
        "x",
        "..",
        "...",
        "#n/a",
        "~",
        "*",
    ]
)
_SCALES = {
    "k": 1e3,
    "thousand": 1e3,
    "thousands": 1e3,
    "m": 1e6,
    "mn": 1e6,
    "mln": 1e6,
    "million": 1e6,
    "millions": 1e6,
    "bn": 1e9,
    "billion": 1e9,
}
_IN_THOUSANDS = re.compile(
    r"\b(?:in|per|unit[:=]?|figures in)?\s*(?:thousands?\b|'000s?|’000s?|\(000s?\)|1[,. ]?000s?\b)"
    r"|['’]000|\b000s\b",
    re.IGNORECASE,
)
_IN_MILLIONS = re.compile(
    r"\bin millions?\b|\(\s*millions?\s*\)|\((?:mn|mln)\)|,\s*millions?\b", re.IGNORECASE
)
_NUMBER = re.compile(
    r"(?P<sign>[-−+]?)\s*(?P<digits>\d[\d.,'’٬٫\u00a0\u202f\u2009 ]*?)"
    r"(?:e\+?(?P<power>\d{1,2}))?\s*(?P<scale>[a-z]*)\.?",
    re.IGNORECASE,
)
_PEOPLE = re.compile(
    r"\s*\b(?:people|persons?|individuals|civilians|idps|inhabitants|ind)\b\.?\s*$", re.IGNORECASE
)
_GROUPED = re.compile(r"\d{1,3}(?:([,'’٬\u00a0\u202f\u2009 ])\d{3})(?:\1\d{3})*(?:\.0+)?")


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure read from a cell: see ``Claim`` for what its parts mean."""

    value: float | None
    low: float | None
    high: float | None
    qualifier: str


class NoFigureError(ValueError):
    """The cell gives no figure ("n/a", or nothing)."""


def scale_of(header: str) -> float:
    """What a header says its figures are counted in: 1,000 for "(in thousands)"; else 1."""
    if _IN_MILLIONS.search(header):
        return 1e6
    return 1e3 if _IN_THOUSANDS.search(header) else 1.0


def read_figure(cell: str, scale: float = 1.0, qualifier: str = "") -> Figure:
    """A cell as a figure of whole people. ``scale``: what its header says it is counted in.

    Raises:
        NoFigureError: the cell gives none.
        ValueError: it gives no figure of people; the words say why, and after "; " what to do.
    """
    text = unicodedata.normalize("NFKC", cell).replace("\u2212", "-").strip()
    if text.casefold() in _NONE:
        raise NoFigureError("there is no figure; leave the row out, or give one")
    text = _PEOPLE.sub("", text)
    parts = re.fullmatch(
        r"(?:between |from )?(\d[^-–—]*?)\s*(?:-|–|—|\bto\b|\band\b)\s*(\d.*)", text, re.IGNORECASE
    )
    if parts and not re.fullmatch(r"\d{4}-\d{2}(-\d{2})?", text):
        low, high = parts[1], parts[2]
        word = _trailing_scale(high)
        if word and not _trailing_scale(low):
            low = f"{low} {word}"  # "2 to 3 million"
        least, most = _people(low, scale), _people(high, scale)
        if least > most:
            raise ValueError("the low figure is above the high one; correct them")
        return Figure(None, least, most, qualifier)
    words = qualifier
    if found := re.match(r"[^\d+−-]+(?=\s*\d)|[~<>≤≥]=?", text):
        words, text = found.group().strip(), text[found.end() :].strip()
    elif found := re.search(r"(?<=\d)\s*(?:\+|or more)$", text):
        words, text = "at least", text[: found.start()]
    if words and not qualifier_class(words):
        raise ValueError(
            f"'{words}' says nothing known of a figure; write a number, or words such as "
            "'at least', 'nearly', 'around' before it"
        )
    value = _people(text, scale)
    low_, high_ = stated_bounds(value, words)
    return Figure(value, low_, high_, words)


def _trailing_scale(text: str) -> str:
    found = re.search(r"[a-z]+$", text.strip(), re.IGNORECASE)
    return found.group() if found and found.group().casefold() in _SCALES else ""


def _people(text: str, scale: float) -> float:
    found = _NUMBER.fullmatch(text.strip())
    if not found:
        raise ValueError("this is no number of people; write a whole number, such as 1234")
    if found["sign"] == "-":
        raise ValueError("a number of people is never negative; correct it")
    word = found["scale"].casefold()
    if word and word not in _SCALES:
        raise ValueError(f"'{found['scale']}' is no unit of people; write a whole number")
    own = _SCALES.get(word, 1.0)
    if word and scale > 1:
        raise ValueError(
            f"the cell says '{word}' and its header says that figures are in "
            f"{'thousands' if scale == 1e3 else 'millions'}; say it once"
        )
    value = _number(found["digits"].strip(), scaled=own * scale > 1)
    value = value * 10 ** int(found["power"] or 0) * own * scale
    if abs(value - round(value)) > 1e-6 * max(value, 1):
        raise ValueError(
            f"{text.strip()} is no whole number of people; if it counts thousands, say so in the "
            "header ('in thousands') or in a column 'unit'"
        )
    if value > MOST:
        raise ValueError(
            "there are fewer people than that; look at the unit that the header or the cell states"
        )
    return float(round(value))


def _number(digits: str, *, scaled: bool) -> float:
    """Digits with separators. A lone group of three behind a point or comma is settled by the
    comma's use in English figures; behind a point it is refused where it could be either."""
    plain = "".join(str(unicodedata.digit(c)) if c.isdecimal() else c for c in digits)
    if _GROUPED.fullmatch(plain):
        return float(re.sub(r"[^\d.]", "", plain))
    if re.fullmatch(r"\d{1,3}(?:\.\d{3}){2,}", plain):
        return float(plain.replace(".", ""))
    if re.fullmatch(r"[1-9]\d{0,2}\.\d{3}", plain) and not scaled:
        raise ValueError(
            f"{digits} can be {plain.replace('.', '')} or a number with decimals; "
            "write it without the point, or say in the header that it counts thousands"
        )
    if re.fullmatch(r"\d+(?:[.,٫]\d+)?", plain):
        return float(plain.replace(",", ".").replace("٫", "."))
    raise ValueError(f"{digits} is grouped in no way that is known; write the figure without signs")

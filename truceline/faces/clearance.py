"""Clearance: what a reader may see, field by field.

Sources, exact positions, the words of a report and who is accused are closed unless they
are cleared; each field is cleared by itself. What is SIMULATED harms nobody and is shown.
"""

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

FIELDS = {
    "position": "exact positions: drawn at the middle of a cell of 0.1 degree",
    "text": "the words of the source, the place it names and its links",
    "actor": "who is said to have acted or suffered, and whether they are bound, row by row",
    "patrols": "planned and tracked runs of patrols, their gaps, and who watched: by week and "
    "district only, and late",
    "source": "which source reported it: its name, its ids, its file names and lines",
}
CELL_DEG = 0.1
# Half the diagonal of a cell of 0.1 degree at the equator, in metres: how far rounding moves.
CELL_RADIUS_M = 7_872.0
# The sentences that say nothing of who acted or against whom. Others are withheld with them.
OPEN_RULES = frozenset({"place", "time", "act", "reading", "duty", "text"})
WITHHELD = "withheld"
_ID = re.compile(r"(^|[^A-Za-z0-9])SIM-")
_MARK = "(SIMULATED)"


@dataclass(frozen=True, slots=True)
class Clearance:
    """The fields that are cleared for this reader. ``name`` is how it was asked for."""

    name: str
    cleared: frozenset[str]

    @classmethod
    def parse(cls, text: str) -> "Clearance":
        """``open`` (nothing is cleared), ``cleared`` (everything), or fields with commas.

        Raises:
            ValueError: a word that is none of these.
        """
        if text == "open":
            return cls(text, frozenset())
        if text == "cleared":
            return cls(text, frozenset(FIELDS))
        words = frozenset(word.strip() for word in text.split(","))
        if unknown := sorted(words - set(FIELDS)):
            raise ValueError(
                f"'{unknown[0]}' is no clearance; there are: open, cleared, or any of "
                + ", ".join(FIELDS)
                + " joined by commas"
            )
        return cls(text, words)

    def withheld(self) -> dict[str, str]:
        """The fields that this reader does not see, and what that means."""
        return {name: said for name, said in FIELDS.items() if name not in self.cleared}


def simulated_rows(ids: pa.ChunkedArray, actors: pa.ChunkedArray) -> npt.NDArray[np.bool_]:
    """Rows that are SIMULATED through and through: a ``SIM-`` id, and no actor without its mark.

    One sign alone does not open a row: a real source may number its rows ``SIM-1``.
    """
    marked = pc.match_substring_regex(ids, _ID.pattern).to_numpy(zero_copy_only=False)
    names = pc.fill_null(pc.binary_join(actors, "\x1f"), "").cast(pa.string())
    kinds = names.combine_chunks().dictionary_encode()
    plain = np.array(
        [
            any(n and not n.rstrip().endswith(_MARK) for n in (joined or "").split("\x1f"))
            for joined in kinds.dictionary.to_pylist()
        ],
        dtype=bool,
    )
    if not len(marked):
        return np.zeros(0, dtype=bool)
    found: npt.NDArray[np.bool_] = marked.astype(bool) & ~plain[kinds.indices.to_numpy()]
    return found


def any_sign(ids: pa.ChunkedArray, actors: pa.ChunkedArray) -> bool:
    """Whether any row bears any sign of being simulated: then the whole page is marked."""
    if pc.any(pc.match_substring_regex(ids, _ID.pattern)).as_py():
        return True
    joined = pc.binary_join(actors, "\x1f")
    return bool(pc.any(pc.match_substring(joined, _MARK)).as_py())


def rounded(degrees: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The middle of the cell that a coordinate lies in."""
    middle: npt.NDArray[np.float64] = np.round(
        (np.floor(degrees / CELL_DEG + 1e-9) + 0.5) * CELL_DEG, 4
    )
    return middle

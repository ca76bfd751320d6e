"""A statement: what somebody said, word for word, and when. It changes no term."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from truceline.model.claim import fold


@dataclass(frozen=True, slots=True)
class Statement:
    """Words that somebody is quoted with.

    ``said`` is an ISO date, '' where it is not known. ``source`` printed the words;
    ``document`` is the SHA-256 of the file they stand in, ``start``/``end`` their offsets in
    code points. ``how`` says how the speaker was found.
    """

    speaker: str
    quote: str
    said: str = ""
    source: str = ""
    url: str = ""
    how: str = ""
    document: str = ""
    start: int | None = None
    end: int | None = None
    file: str = ""
    line: int = 0

    def to_json(self) -> dict[str, Any]:
        """JSON values, without what is empty."""
        return {k: v for k, v in asdict(self).items() if v not in (None, "")}

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> "Statement":
        """Read what ``to_json`` wrote; keys of later versions are passed over."""
        known = {f.name for f in fields(cls)}
        return cls(**{"speaker": "", "quote": "", **{k: v for k, v in said.items() if k in known}})

    @property
    def simulated(self) -> bool:
        """Whether it is marked as SIMULATED."""
        return "(SIMULATED)" in (self.speaker + self.source)

    @property
    def subject(self) -> str:
        """What the register files it under: the speaker."""
        return self.speaker or "speaker not stated"

    def key(self) -> str:
        """SHA-256 of who said what, where: the same statement taken in again has the same key."""
        where = [self.document, self.start] if self.start is not None else [fold(self.source)]
        parts = [fold(self.speaker), " ".join(self.quote.split()), self.said, *where]
        return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()

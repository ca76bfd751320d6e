"""What every way in has in common."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from truceline.model.batch import Batch, Context


class Parse(Protocol):
    """Bytes in, batches out. Pure over the bytes; reads forward and keeps memory bounded."""

    def __call__(
        self, file: BinaryIO, *, name: str, sha256: str, context: Context
    ) -> Iterator[Batch]:
        """Parse ``file`` (its ``name`` and ``sha256`` go into every event)."""
        ...


@dataclass(frozen=True, slots=True)
class Source:
    """A source that ``truceline ingest`` and ``check`` know by ``name``.

    ``kinds`` are the kinds of events it gives. ``options`` are the settings it takes from
    ``Context.options``, with what they mean.
    """

    name: str
    title: str
    parse: Parse
    kinds: tuple[str, ...]
    options: dict[str, str]

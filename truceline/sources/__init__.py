"""Ways in: each source's own files into events and problems, with their uncertainty.

``SOURCES`` names the ways in. Parsing is pure: bytes in, batches out; fetching is apart,
in ``truceline.sources.fetch``.
"""

from collections.abc import Mapping
from types import MappingProxyType

from truceline.sources import acled, firms, gdelt, table, ucdp
from truceline.sources.source import Source

__all__ = ["SOURCES", "Source"]

SOURCES: Mapping[str, Source] = MappingProxyType(
    {m.SOURCE.name: m.SOURCE for m in (acled, firms, gdelt, table, ucdp)}
)

"""Sources: the ways in. ``parse`` is pure over the bytes it is given and yields batches."""

from collections.abc import Mapping
from types import MappingProxyType

from truceline.sources import table, ucdp
from truceline.sources.source import Source

SOURCES: Mapping[str, Source] = MappingProxyType(
    {source.name: source for source in (table.SOURCE, ucdp.SOURCE)}
)
"""Every source by its name."""

"""Ways in: each source's own files into events and problems, with their uncertainty.

``SOURCES`` names the ways in. Parsing is pure: bytes in, batches out; fetching is apart,
in ``truceline.sources.fetch``.
"""

import importlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from truceline.sources.source import Source

    SOURCES: Mapping[str, Source]

__all__ = ["SOURCES", "Source"]

_NAMES = ("acled", "firms", "gdelt", "table", "ucdp")


def __getattr__(name: str) -> Any:
    """Public names are loaded when first asked for: agreement files need no source of events."""
    if name == "Source":
        return importlib.import_module("truceline.sources.source").Source
    if name != "SOURCES":
        raise AttributeError(f"module 'truceline.sources' has no attribute '{name}'")
    modules = [importlib.import_module(f"truceline.sources.{n}") for n in _NAMES]
    found = MappingProxyType({m.SOURCE.name: m.SOURCE for m in modules})
    globals()["SOURCES"] = found
    return found

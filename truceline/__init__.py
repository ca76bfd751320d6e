"""Truceline: monitor and verify ceasefires.

    import truceline as tl

    terms = tl.agreement("idlib-2020")
    events = tl.events("reports.csv", source="table", terms=terms)
    findings = tl.check(terms, events)
    findings.table()                      # an Arrow table, reasons included
    findings.counts(), findings.digest()

Everything public is listed in ``__all__``; docs/python.md shows each in use.
"""

import importlib
import os
from typing import TYPE_CHECKING, Any

from truceline.version import __version__

# Arrow's own allocator gives large pieces back and gets them again page by page, a fifth of
# the whole time of a check; the system's keeps them. It must be told before Arrow is loaded.
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")

if TYPE_CHECKING:
    from truceline.api import (
        AgreementFaultsError,
        EventProblemsError,
        Findings,
        Terms,
        agreement,
        agreements,
        check,
        events,
    )

__all__ = [
    "AgreementFaultsError",
    "EventProblemsError",
    "Findings",
    "Terms",
    "__version__",
    "agreement",
    "agreements",
    "check",
    "events",
]


def __getattr__(name: str) -> Any:
    """Public names are loaded when first asked for, so that a room can be used alone."""
    if name in __all__:
        return getattr(importlib.import_module("truceline.api"), name)
    raise AttributeError(f"module 'truceline' has no attribute '{name}'")

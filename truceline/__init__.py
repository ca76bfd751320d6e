"""Truceline: monitor and verify ceasefires.

    import truceline as tl

    terms = tl.agreement("idlib-2020")
    events = tl.events("reports.csv", source="table", terms=terms)
    findings = tl.check(terms, events)
    findings.table()                      # an Arrow table, reasons included
    findings.counts(), findings.digest()

Everything public is listed in ``__all__``; docs/python.md shows each in use.
"""

from truceline.api import (
    AgreementFaultsError,
    Findings,
    Terms,
    agreement,
    agreements,
    check,
    events,
)
from truceline.version import __version__

__all__ = [
    "AgreementFaultsError",
    "Findings",
    "Terms",
    "__version__",
    "agreement",
    "agreements",
    "check",
    "events",
]

"""The ledger as a page of its own."""

from markupsafe import Markup

from truceline.faces.briefing import _environment, _text  # the page is a part of the briefing's
from truceline.faces.clearance import FIELDS, Clearance
from truceline.faces.ledger.ledger import section
from truceline.model.agreement import Agreement
from truceline.model.unit import Units
from truceline.pipeline.ledger import Ledger
from truceline.version import __version__


def page(
    ledger: Ledger,
    agreement: Agreement | None,
    clearance: str = "open",
    *,
    units: Units | None = None,
    measure: str = "",
    place: str = "",
) -> str:
    """A page of the ledger alone, as HTML that asks the network for nothing.

    Raises ValueError for an unknown clearance.
    """
    cleared = Clearance.parse(clearance)
    made = section(ledger, agreement, cleared, units=units, measure=measure, place=place)
    return (
        _environment()
        .get_template("ledger_page.html")
        .render(
            ledger=made,
            agreement=agreement,
            clearance=cleared,
            fields=FIELDS,
            simulated=bool(made and made["simulated"]) or bool(agreement and agreement.simulated),
            version=__version__,
            style=Markup(_text("page.css") + _text("ledger.css")),  # noqa: S704 - our own files
        )
    )

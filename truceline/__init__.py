"""Truceline: monitor and verify ceasefires.

>>> import truceline as tl
>>> terms = tl.agreement("idlib-2020")
>>> findings = tl.check(terms, events)  # an Arrow table, or a GeoDataFrame
"""

__version__ = "0.1.0"

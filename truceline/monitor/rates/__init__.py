"""Rates: before and after entry into force, with placebo dates."""

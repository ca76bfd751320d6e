"""Statements: quotations and who said them."""

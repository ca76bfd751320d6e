"""The humanitarian ledger, shown."""

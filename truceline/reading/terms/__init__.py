"""Terms: clauses that cease, withdraw, release, allow or forbid."""

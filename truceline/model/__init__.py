"""Model: the nouns. Frozen, no I/O."""

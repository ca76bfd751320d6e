"""Sources: the ways in. parse() is pure and yields batches."""

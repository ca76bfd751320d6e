"""Monitor: the verbs. Pure, no I/O, on whole batches."""

"""Store: memory on disk."""

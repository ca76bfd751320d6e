"""The page: from bytes to a clean body whose characters know where they came from."""

"""Names: persons, actors and places, spellings merged."""

"""Pipeline: the straight line; it introduces the rooms to each other."""

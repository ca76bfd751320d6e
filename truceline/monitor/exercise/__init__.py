"""The exercise: simulated incidents, and how several sources see them."""

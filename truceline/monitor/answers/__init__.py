"""Answers: what an act may have answered, with its alternatives."""

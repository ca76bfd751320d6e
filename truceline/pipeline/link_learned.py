"""Learned weights: Splink."""


class LearnedError(RuntimeError):
    """The learned engine cannot be used; the message says why, and what to do."""

"""Weighing: learned weights of words, where a grammar alone does not decide."""

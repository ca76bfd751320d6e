"""Faces: the ways out."""

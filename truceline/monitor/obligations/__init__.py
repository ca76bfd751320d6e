"""Obligations: due dates under every reading, and their states."""

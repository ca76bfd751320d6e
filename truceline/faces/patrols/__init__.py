"""Patrols, shown."""

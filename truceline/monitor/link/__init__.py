"""Incidents: which events describe one happening, and why."""

"""Patrols: who moved along a route, when, and where together."""

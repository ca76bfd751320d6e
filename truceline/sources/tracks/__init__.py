"""Tracks of receivers: GPX, KML, GeoJSON and tables."""

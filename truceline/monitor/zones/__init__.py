"""Zones: from an agreement's definitions to dated shapes on the ground."""

"""Placement API v1: where there is room, and who holds it."""

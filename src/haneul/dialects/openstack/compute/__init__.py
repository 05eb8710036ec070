"""Compute API v2.1, as Nova speaks it."""

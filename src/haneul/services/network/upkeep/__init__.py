"""Loops that make the world follow, and mend what drifts in it."""

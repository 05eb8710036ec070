"""Loops that mend what drifts in block storage."""

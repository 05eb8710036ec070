"""Loops that mend what drifts in identity."""

"""Loops that mend what drifts: no input, the same verbs."""

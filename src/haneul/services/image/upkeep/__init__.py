"""Loops that mend drift, a file each."""

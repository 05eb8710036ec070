"""What a new cloud is given, so that there is something to log in to: all through its public APIs."""

from haneul.cli.first_cloud.prepare import Plan, Prepared, passwords, prepare, prepared

__all__ = ["Plan", "Prepared", "passwords", "prepare", "prepared"]

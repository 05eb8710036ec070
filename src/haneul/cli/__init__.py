"""The operator's command line: how Haneul is put on a machine and looked after there."""

from haneul.cli.commands import Programs, main

__all__ = ["Programs", "main"]

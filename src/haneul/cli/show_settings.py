"""`haneul settings`: every setting, what holds here, and what it is for."""

from __future__ import annotations

import argparse
import re

from haneul import settings


def run(args: argparse.Namespace) -> int:
    known = settings.read(args.state)
    print(f"# In force for {known.state}. To change one, write it into {known.state / 'settings.toml'}.")
    for name, default, promise in settings.explained():
        value = _without_password(getattr(known, name))
        print(f"\n# {promise}" + (f" Default: {default}." if default else ""))
        print(f"{name} = {_toml(value)}")
    return 0


def _without_password(value: object) -> object:
    """A URL may hold a password, which a terminal need not show."""
    return re.sub(r"(://[^:/@]*):[^@]*@", r"\1:***@", value) if isinstance(value, str) else value


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'

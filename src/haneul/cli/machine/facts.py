"""What `haneul up` found out about this machine, kept in `<state>/machine.toml` for the other commands."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

_HEADING = "# Found out by `haneul up`. Write what you want otherwise into settings.toml beside this file.\n"


def learn(state: Path, **facts: str) -> bool:
    """Note these facts beside those already known; True if one of them is new."""
    path = state / "machine.toml"
    known = tomllib.loads(path.read_text()) if path.exists() else {}
    if all(known.get(name) == value for name, value in facts.items()):
        return False
    _write(path, known | facts)
    return True


def forget(state: Path, *names: str) -> None:
    """Have these facts found out anew; fine if they are not known."""
    path = state / "machine.toml"
    if path.exists():
        known = tomllib.loads(path.read_text())
        _write(path, {name: value for name, value in known.items() if name not in names})


def _write(path: Path, known: Mapping[str, object]) -> None:
    draft = path.with_suffix(".draft")
    lines = [f'{name} = "{_escaped(str(value))}"\n' for name, value in sorted(known.items())]
    draft.write_text(_HEADING + "".join(lines))
    draft.chmod(0o600)
    draft.replace(path)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')

"""What `haneul up` found out about this machine, kept in `<state>/machine.toml` for the other commands."""

from __future__ import annotations

import tomllib
from pathlib import Path

_HEADING = "# Found out by `haneul up`. Write what you want otherwise into settings.toml beside this file.\n"


def learn(state: Path, **facts: str) -> bool:
    """Note these facts beside those already known; True if one of them is new."""
    path = state / "machine.toml"
    known = tomllib.loads(path.read_text()) if path.exists() else {}
    if all(known.get(name) == value for name, value in facts.items()):
        return False
    draft = path.with_suffix(".draft")
    lines = [f'{name} = "{_escaped(str(value))}"\n' for name, value in sorted((known | facts).items())]
    draft.write_text(_HEADING + "".join(lines))
    draft.chmod(0o600)
    draft.replace(path)
    return True


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')

"""The reference pages say what the code says."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

GENERATOR = Path(__file__).parents[2] / "docs" / "generate.py"


def _generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", GENERATOR)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_reference_pages_are_up_to_date() -> None:
    assert _generator().stale() == [], "run `python docs/generate.py` and commit what it writes"


def test_every_setting_is_explained() -> None:
    rows = [line for line in _generator().settings_page().splitlines() if line.startswith("| `")]
    assert [row for row in rows if row.rstrip().endswith("|  |")] == []


def test_every_refusal_says_what_to_do() -> None:
    silent = [
        code for code, (_kind, message) in _generator().codes().items() if len(message) < 12 and "<" not in message
    ]
    assert silent == []

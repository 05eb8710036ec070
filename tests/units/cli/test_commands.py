"""The command line as a whole."""

from __future__ import annotations

import importlib
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from haneul import cli
from haneul.cli import commands
from tests.units.cli.programs import PROGRAMS


def test_help_imports_nothing_heavy():
    heavy = "{'sqlalchemy', 'starlette', 'cryptography', 'msgspec', 'yaml'} & set(sys.modules)"
    program = (
        f"import sys; sys.path[:] = {sys.path}; from haneul.cli import commands; commands.parser(); print({heavy})"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "set()"


def test_every_command_has_a_module_that_runs():
    for command in commands.COMMANDS:
        if command.module:
            assert callable(importlib.import_module(f"haneul.cli.{command.module}").run)


def test_the_programs_get_the_state_directory(tmp_path: Path):
    seen: list[object] = []
    programs = replace(
        PROGRAMS,
        serve=lambda state: seen.append(("serve", state)) or 0,
        agent=lambda state: seen.append(("agent", state)) or 0,
        join=lambda state, token: seen.append(("join", token)) or "h1",
    )

    for words in (["serve"], ["agent"], ["join", "abc"]):
        cli.main([*words, "--state", str(tmp_path)], programs)

    assert seen == [("serve", tmp_path), ("agent", tmp_path), ("join", "abc")]


def test_a_wrong_setting_is_told_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "settings.toml").write_text("nonsense = 1\n")

    code = cli.main(["settings", "--state", str(tmp_path)], PROGRAMS)

    assert code == 1
    assert "nonsense" in capsys.readouterr().err

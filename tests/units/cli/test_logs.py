"""Logs are shown as lines that people read."""

from __future__ import annotations

from pathlib import Path

import pytest

from haneul import cli
from haneul.cli import logs
from tests.units.cli.programs import PROGRAMS


def test_a_line_of_json_becomes_words():
    line = '{"time": "12:00", "level": "info", "message": "server is up", "request_id": "req-1"}'

    assert logs.readable(line) == "12:00 info server is up request_id=req-1"


def test_a_line_that_is_no_json_stays():
    assert logs.readable("{oops") == "{oops"


def test_the_last_lines_of_each_part_are_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "log").mkdir()
    (tmp_path / "log" / "control.log").write_text("one\ntwo\nthree\n")
    (tmp_path / "log" / "agent.log").write_text("four\n")

    code = cli.main(["logs", "-n", "2", "--state", str(tmp_path)], PROGRAMS)

    assert code == 0
    assert capsys.readouterr().out.split() == ["agent", "|", "four", "control", "|", "two", "control", "|", "three"]


def test_an_unknown_part_is_answered_with_those_that_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "log").mkdir()
    (tmp_path / "log" / "control.log").write_text("")

    assert cli.main(["logs", "contrl", "--state", str(tmp_path)], PROGRAMS) == 1
    assert "control" in capsys.readouterr().err


def test_without_logs_the_remedy_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert cli.main(["logs", "--state", str(tmp_path)], PROGRAMS) == 1
    assert "haneul up" in capsys.readouterr().err

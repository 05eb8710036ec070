from __future__ import annotations

from pathlib import Path

from haneul.agent.chores import CONSOLE_KEPT_BYTES, CONSOLE_LIMIT_BYTES, shorten


def test_a_long_console_log_keeps_its_end_and_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "console.log"
    path.write_bytes(b"a" * CONSOLE_LIMIT_BYTES + b"the end")
    with path.open("ab") as guest:
        shorten(path)
        guest.write(b" and more")

    text = path.read_bytes()
    assert len(text) == CONSOLE_KEPT_BYTES + len(b" and more")
    assert text.endswith(b"the end and more")


def test_a_short_console_log_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "console.log"
    path.write_bytes(b"short")

    shorten(path)
    shorten(tmp_path / "none.log")

    assert path.read_bytes() == b"short"

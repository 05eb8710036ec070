"""Every conversation of this folder, each in a cloud of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.clouds import OpenCloud
from tests.conversations.talk import Talk

HERE = Path(__file__).parent
FILES = sorted(HERE.glob("*/*.yaml"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_conversation(file: Path, cloud: OpenCloud) -> None:
    talk = Talk(cloud.http, file.parent.name, cloud.token_of, cloud.work, dict(cloud.names))
    talk.hold(file)
    cloud.work()
    assert cloud.leftovers() == []

"""What every test may ask for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.clouds import OpenCloud


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[OpenCloud]:
    """A cloud of its own, furnished, with two fake hosts."""
    from tests.clouds import open_cloud

    with open_cloud(tmp_path) as cloud:
        yield cloud

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from haneul.kit.db import Database
from haneul.kit.errors import Unavailable


def test_a_full_disk_is_named_and_forgotten_once_there_is_room(tmp_path: Path) -> None:
    db = Database(f"sqlite:///{tmp_path / 'full.db'}")
    with db.write() as connection:
        connection.execute(text("CREATE TABLE things (data BLOB)"))
        connection.execute(text("PRAGMA max_page_count = 10"))

    with pytest.raises(Unavailable) as refusal, db.write() as connection:
        connection.execute(text("INSERT INTO things VALUES (zeroblob(1000000))"))

    assert refusal.value.code == "database.full"
    assert "full.db" in refusal.value.message
    with db.write() as connection:
        connection.execute(text("PRAGMA max_page_count = 1000000"))
        connection.execute(text("INSERT INTO things VALUES (zeroblob(1000000))"))

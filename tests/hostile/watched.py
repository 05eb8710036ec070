"""A control plane's state under watch: has it changed, where, and back to how it was."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
Dump = dict[str, list[tuple[Any, ...]]]


class WatchedState:
    """The database in a state directory, watched on a connection of its own, and the images beside it."""

    def __init__(self, state: Path) -> None:
        self._live = sqlite3.connect(state / "haneul.db", isolation_level=None, check_same_thread=False)
        self._images = state / "images"
        self._files: dict[Path, bytes] = {}
        self._kept = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self._version = -1
        self.keep()

    def close(self) -> None:
        self._live.close()
        self._kept.close()

    def keep(self) -> None:
        """From here on, changes count."""
        self._live.backup(self._kept)
        self._version = self._data_version()
        self._files = self._read_files()

    def is_touched(self) -> bool:
        """Whether anything has been committed since `keep` or `restore`."""
        return self._data_version() != self._version

    def restore(self) -> None:
        """As it was at `keep`."""
        self._kept.backup(self._live)
        self._version = self._data_version()
        now = self._read_files()
        for file in now.keys() - self._files.keys():
            file.unlink()
        for file in self._files.keys() - now.keys():
            file.write_bytes(self._files[file])

    def _read_files(self) -> dict[Path, bytes]:
        """The files never change, so those that are known need not be read again."""
        found = (file for file in self._images.rglob("*") if file.is_file())
        return {file: self._files.get(file) or file.read_bytes() for file in found}

    def changes(self) -> dict[str, str]:
        """Table -> which rows came and went since `keep`, in words."""
        before, after = _dump(self._kept), _dump(self._live)
        strays = self._read_files().keys() - self._files.keys()
        return ({"files": str(strays)} if strays else {}) | {
            table: f"gone {[row for row in rows if row not in after[table]][:2]}, "
            f"new {[row for row in after[table] if row not in rows][:2]}"
            for table, rows in before.items()
            if rows != after[table]
        }

    def tables(self) -> Dump:
        """Every row of every table."""
        return _dump(self._live)

    def table_names(self) -> list[str]:
        return [str(name) for (name,) in self._live.execute(_TABLES)]

    def key_columns(self, table: str) -> list[str]:
        return [str(row[1]) for row in self._live.execute(f'PRAGMA table_info("{table}")') if row[5]]

    def column(self, table: str, column: str) -> list[Any]:
        return [value for (value,) in self._live.execute(f'SELECT "{column}" FROM "{table}"')]

    def rows(self, table: str, column: str, value: Any) -> list[tuple[Any, ...]]:
        return self._live.execute(f'SELECT * FROM "{table}" WHERE "{column}" = ?', (value,)).fetchall()

    def _data_version(self) -> int:
        return int(self._live.execute("PRAGMA data_version").fetchone()[0])


def _dump(connection: sqlite3.Connection) -> Dump:
    names = connection.execute(_TABLES).fetchall()
    return {name: sorted(connection.execute(f"""SELECT * FROM "{name}" """), key=repr) for (name,) in names}

"""What belongs into a backup, how it is taken, and how it is put back."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from haneul.cli.backup.archive import DATABASE
from haneul.cli.machine import facts
from haneul.cli.trouble import TroubleError
from haneul.kit.audit import SEAL_KEY
from haneul.settings import Settings

if TYPE_CHECKING:
    from haneul.cli.commands import Programs

_FILES = ("settings.toml", "machine.toml", "clouds.yaml", "openrc", "first-cloud.json")
_FOLDERS = ("keys", "policy")
_IMAGES = "images"
_OF_THE_MACHINE = ("accelerator", "datapath", "host_address")
"""Facts in machine.toml that `haneul up` finds out anew where the cloud comes to live."""


@contextmanager
def workplace(beside: Path) -> Iterator[Path]:
    """A folder for its owner alone, on the file system where the backup is, gone at the end."""
    if not beside.is_dir():
        raise TroubleError(f"{beside} is not there: make that folder first.")
    with tempfile.TemporaryDirectory(prefix=".haneul-backup-", dir=beside) as folder:
        yield Path(folder)


def save_database(programs: Programs, settings: Settings, folder: Path) -> dict[str, int]:
    """All rows into an SQLite file, whatever the cloud keeps them in; how many by table."""
    url = f"sqlite:///{folder / DATABASE}"
    programs.prepare_database(url)
    return programs.copy_database(settings, url)


def files_of(state: Path, with_images: bool) -> list[Path]:
    """The files that make this cloud what it is, beside its database."""
    folders = [*_FOLDERS, *([_IMAGES] if with_images else [])]
    inside = [path for name in folders for path in sorted((state / name).rglob("*")) if path.is_file()]
    return [path for path in (state / name for name in _FILES) if path.is_file()] + inside


def check_database(folder: Path, rows: dict[str, int]) -> None:
    """Raises TroubleError unless SQLite finds it sound, every reference leads somewhere and no row is missing."""
    with closing(sqlite3.connect(folder / DATABASE)) as connection:
        said = str(connection.execute("PRAGMA integrity_check").fetchone()[0])
        if said != "ok":
            raise TroubleError(f"The saved database is damaged: {said}. Use another backup.")
        dangling = connection.execute("PRAGMA foreign_key_check").fetchone()
        if dangling is not None:
            raise TroubleError(f"A row of {dangling[0]} in the saved database refers to one that is not there.")
        for table, wanted in rows.items():
            found = connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]
            if found != wanted:
                raise TroubleError(f"The saved database has {found} rows of {wanted} in {table}: use another backup.")


def check_keys(folder: Path) -> None:
    """Raises TroubleError unless every key can be used; without them nothing that was sealed can be opened."""
    try:
        for path in (folder / "keys").rglob("*"):
            if path.name.isdigit():
                Fernet(path.read_bytes())
            elif path.suffix == ".key":
                load_pem_private_key(path.read_bytes(), None)
            elif path.name == SEAL_KEY:
                bytes.fromhex(path.read_text())
    except ValueError as error:
        raise TroubleError(f"{path.relative_to(folder)} in the backup is no key: {error}.") from error


def put_back(folder: Path, state: Path) -> None:
    """Every file but the database to its place, for its owner alone."""
    for path in sorted(folder.rglob("*")):
        place = state / path.relative_to(folder)
        if path.is_dir():
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
        elif path.relative_to(folder).parts[0] in (*_FOLDERS, _IMAGES, *_FILES):
            shutil.copy2(path, place)
            place.chmod(0o600)
    facts.forget(state, *_OF_THE_MACHINE)


def load_database(programs: Programs, settings: Settings, folder: Path) -> None:
    """All rows into the database that the settings name."""
    programs.prepare_database(settings.database)
    saved = msgspec.structs.replace(settings, database_url=f"sqlite:///{folder / DATABASE}")
    programs.copy_database(saved, settings.database)

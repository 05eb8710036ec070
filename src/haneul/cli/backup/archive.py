"""The file: a plain tar of readable things, with a manifest that tells whether all of them are whole."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tarfile
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import haneul
from haneul.cli.trouble import TroubleError

DATABASE = "haneul.db"
_MANIFEST = "manifest.json"
_CHUNK = 2**20


@dataclass(frozen=True)
class Manifest:
    release: str
    made_at: str
    rows: dict[str, int]
    """By table."""
    digests: dict[str, str]
    """SHA-256 of every other file, by its path below the state directory."""


def write(file: Path, folder: Path, state: Path, chosen: list[Path], rows: dict[str, int]) -> None:
    """The database in `folder` and the chosen files below `state`; readable by its owner only, whole or not there."""
    draft = file.with_name(f".{file.name}.draft")
    draft.unlink(missing_ok=True)
    members = {DATABASE: folder / DATABASE} | {str(path.relative_to(state)): path for path in chosen}
    made_at = datetime.now(UTC).isoformat(timespec="seconds")
    manifest = Manifest(haneul.__version__, made_at, rows, {name: _digest(path) for name, path in members.items()})
    (folder / _MANIFEST).write_text(json.dumps(asdict(manifest), indent=1))
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as raw, tarfile.open(fileobj=raw, mode="w") as tar:
        tar.add(folder / _MANIFEST, _MANIFEST)
        for name, path in members.items():
            tar.add(path, name)
        tar.close()
        raw.flush()
        os.fsync(raw.fileno())
    draft.replace(file)


def read(file: Path, folder: Path) -> Manifest:
    """Unpack into `folder`; raises TroubleError, naming what is wrong, unless everything is as it was written."""
    try:
        with tarfile.open(file) as tar:
            for member in tar:
                _unpack(tar, member, folder)
        raw = json.loads((folder / _MANIFEST).read_text())
        manifest = Manifest(**raw)
    except FileNotFoundError as error:
        raise TroubleError(f"{error.filename} is not there: is {file} a backup of Haneul?") from error
    except (tarfile.TarError, ValueError, TypeError, OSError) as error:
        raise TroubleError(f"{file} cannot be read as a backup of Haneul: {error}.") from error
    for name, wanted in manifest.digests.items():
        path = folder / name
        if not path.is_file() or _digest(path) != wanted:
            raise TroubleError(f"{name} in {file} is not what was saved: use another backup.")
    return manifest


def _unpack(tar: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    """One file to its place below `folder`, for its owner alone; nothing else has a place in a backup."""
    place = folder / member.name
    content = tar.extractfile(member) if member.isreg() else None
    if content is None or not place.resolve().is_relative_to(folder.resolve()):
        raise TroubleError(f"{member.name} in it is not a file of a cloud: this is no backup of Haneul.")
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with content, os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        shutil.copyfileobj(content, out, _CHUNK)
    os.utime(place, (member.mtime, member.mtime))


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()

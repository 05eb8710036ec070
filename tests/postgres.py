"""A PostgreSQL server for tests: in a folder of its own, on a socket, gone at the end."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg

_BINARIES = Path("/usr/lib/postgresql")
_USER = "postgres"
_START_S = 60
_QUICK = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "max_connections=200", "shared_buffers=64MB")
"""Tests end processes, not machines: what the disk has is of no account."""


class Server:
    """A server that listens on a socket in `folder` and nowhere else."""

    def __init__(self, folder: Path, settings: tuple[str, ...] = _QUICK) -> None:
        self.folder = folder
        self._settings = settings
        self._account = _USER if os.geteuid() == 0 else None
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, database: str) -> str:
        """SQLAlchemy's URL of one of its databases."""
        return f"postgresql+psycopg://{_USER}@/{database}?host={self.folder}"

    def create(self) -> None:
        """The files of an empty server; PostgreSQL refuses to run as root, so they are another's then."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if self._account:
            account = pwd.getpwnam(self._account)
            os.chown(self.folder, account.pw_uid, account.pw_gid)
        options = ("-D", str(self._data), "-U", _USER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
        subprocess.run((program("initdb"), *options), check=True, capture_output=True, user=self._account, cwd="/")

    def start(self) -> None:
        """Start it and wait until it answers."""
        places = ("-D", str(self._data), "-k", str(self.folder), "-c", "listen_addresses=")
        options = [part for setting in self._settings for part in ("-c", setting)]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                (program("postgres"), *places, *options), stdout=log, stderr=log, user=self._account, cwd="/"
            )
        deadline = time.monotonic() + _START_S
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start: {(self.folder / 'log').read_text()[-2000:]}")

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it: SIGINT throws its clients out, SIGKILL is an accident."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(_START_S)
            self._process = None

    def administer(self, statement: str) -> None:
        """Have the server itself do something."""
        options = f"host={self.folder} user={_USER} dbname=postgres"
        with psycopg.connect(options, autocommit=True) as connection:
            connection.execute(statement.encode())

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def _answers(self) -> bool:
        options = f"host={self.folder} user={_USER} dbname=postgres connect_timeout=5"
        try:
            psycopg.connect(options).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
            return False
        return True


def program(name: str) -> str:
    """One of PostgreSQL's own programs, of the newest version that is installed."""
    found = sorted(_BINARIES.glob(f"*/bin/{name}"), key=lambda path: float(path.parts[-3]))
    if not found:
        raise RuntimeError("PostgreSQL is not installed; `./haneul test postgres` as root installs it")
    return str(found[-1])


def new_folder() -> Path:
    """A place for a server's files, in memory where there is such a file system."""
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="haneul-postgres-", dir=memory if memory.is_dir() else None))
    folder.chmod(0o755)
    return folder


def throw_away(folder: Path) -> None:
    shutil.rmtree(folder)

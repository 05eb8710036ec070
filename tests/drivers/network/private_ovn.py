"""A private OVN without hosts: two databases and northd, started without any privilege."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

NEEDED = ("ovsdb-server", "ovsdb-tool", "ovn-northd", "ovn-nbctl", "ovn-trace")
SCHEMAS = Path("/usr/share/ovn")
START_S = 20


def is_installed() -> bool:
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    return all(shutil.which(tool, path=path) for tool in NEEDED) and (SCHEMAS / "ovn-nb.ovsschema").exists()


@dataclass(frozen=True)
class PrivateOvn:
    folder: Path

    @property
    def northbound(self) -> str:
        return f"unix:{self.folder}/nb.sock"

    @property
    def southbound(self) -> str:
        return f"unix:{self.folder}/sb.sock"

    def nbctl(self, *words: str) -> str:
        return self._run("ovn-nbctl", f"--db={self.northbound}", "--timeout=10", *words)

    def sbctl(self, *words: str) -> str:
        return self._run("ovn-sbctl", f"--db={self.southbound}", "--timeout=10", *words)

    def trace(self, switch: str, flow: str) -> str:
        """What OVN would do with a packet, once northd has taken in every change."""
        self.nbctl("--wait=sb", "sync")
        return self._run(
            "ovn-trace", f"--db={self.southbound}", "--ct", "new", "--ct", "new", "--minimal", switch, flow
        )

    def _run(self, *words: str) -> str:
        return subprocess.run(words, check=True, capture_output=True, text=True, timeout=30, env=self._env()).stdout

    def _env(self) -> dict[str, str]:
        rundir = {"OVN_RUNDIR": str(self.folder), "OVS_RUNDIR": str(self.folder)}
        return os.environ | rundir | {"PATH": os.environ.get("PATH", "") + ":/usr/sbin:/sbin"}


@contextmanager
def private_ovn(folder: Path) -> Iterator[PrivateOvn]:
    """OVN's databases and northd in a folder, ended when the block ends."""
    ovn = PrivateOvn(folder)
    processes = []
    try:
        for name in ("nb", "sb"):
            ovn._run("ovsdb-tool", "create", f"{folder}/{name}.db", f"{SCHEMAS}/ovn-{name}.ovsschema")
            processes.append(
                _start(
                    ovn,
                    "ovsdb-server",
                    f"{folder}/{name}.db",
                    f"--remote=punix:{folder}/{name}.sock",
                    f"--unixctl={folder}/{name}.ctl",
                    f"--log-file={folder}/{name}.log",
                )
            )
        _until_there(folder / "nb.sock", folder / "sb.sock")
        ovn.nbctl("--no-wait", "init")
        ovn.sbctl("init")
        processes.append(
            _start(
                ovn,
                "ovn-northd",
                f"--ovnnb-db={ovn.northbound}",
                f"--ovnsb-db={ovn.southbound}",
                f"--unixctl={folder}/northd.ctl",
                f"--log-file={folder}/northd.log",
            )
        )
        yield ovn
    finally:
        for process in processes:
            process.kill()
            process.wait()


def _start(ovn: PrivateOvn, *words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([*words, "-vconsole:off"], env=ovn._env(), stdin=subprocess.DEVNULL)


def _until_there(*sockets: Path) -> None:
    deadline = time.monotonic() + START_S
    while not all(socket.exists() for socket in sockets):
        assert time.monotonic() < deadline, f"OVN's databases did not start: see the logs in {sockets[0].parent}"
        time.sleep(0.02)

"""A machine inside this one: namespaces of its own, in which the whole product runs beside anything else."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
_SET_UP = """
mount --make-rprivate /
mount -t proc proc /proc
mount -t sysfs -o ro sysfs /sys
mount -t tmpfs tmpfs /run
mkdir -p /run/netns /run/lock /run/libvirt
mount -t tmpfs tmpfs /etc/ssh/ssh_config.d
cat > /etc/ssh/ssh_config.d/lab.conf <<END
StrictHostKeyChecking no
UserKnownHostsFile /dev/null
LogLevel ERROR
BatchMode yes
ConnectTimeout 10
END
hostname lab
ip link set lo up
echo ready
read -r _
"""


class Enclosure:
    """One machine without systemd; ends with everything that was started in it."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="haneul-lab-", dir="/tmp"))
        self.state = self.folder / "state"
        self.home = self.folder / "home"
        self.home.mkdir()
        flags = ("--net", "--mount", "--uts", "--ipc", "--pid", "--fork", "--kill-child")
        self._init = subprocess.Popen(
            ["unshare", *flags, "bash", "-ec", _SET_UP], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._init.stdout is not None
        assert self._init.stdout.readline() == "ready\n", "the namespaces could not be made: are you root?"
        self.pid = int(Path(f"/proc/{self._init.pid}/task/{self._init.pid}/children").read_text().split()[0])

    def sh(self, command: str, timeout_s: float = 120, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a line of shell in it and leave the judgement to the test."""
        inside = ("--net", "--mount", "--uts", "--ipc", "--pid")
        return subprocess.run(
            ["nsenter", "--target", str(self.pid), *inside, "--wd=" + str(self.folder), "bash", "-c", command],
            env=self._environment() | environment,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=timeout_s,
            check=False,
        )

    def ok(self, command: str, timeout_s: float = 120, **environment: str) -> str:
        """Run a line of shell that has to succeed; what it printed."""
        done = self.sh(command, timeout_s, **environment)
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}\n{self.last_words()}"
        return done.stdout

    def haneul(self, *words: str, timeout_s: float = 600) -> subprocess.CompletedProcess[str]:
        return self.sh(f"{ROOT}/haneul {' '.join(words)}", timeout_s)

    def last_words(self) -> str:
        """The ends of the logs, for whoever reads a failure."""
        words = []
        for log in sorted((self.state / "log").glob("*.log")):
            lines = log.read_text(errors="replace").splitlines()[-15:]
            words.append(f"--- {log.name}\n" + "\n".join(lines))
        return "\n".join(words)

    def close(self) -> None:
        self._init.kill()
        self._init.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _environment(self) -> dict[str, str]:
        bin_folder = ROOT / ".venv" / "bin"
        return {
            "PATH": f"{bin_folder}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "TERM": "dumb",
            "HANEUL_STATE": str(self.state),
            "USER": os.environ.get("USER", "root"),
        }

"""A machine that systemd runs: a Debian of its own in namespaces, booted, rebooted and cut off as machines are."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import uuid
from pathlib import Path

from tests.lab.debian import Debian
from tests.lab.enclosure import ROOT
from tests.lab.people import until

CLONE = "haneul"
"""The repository's copy in the home of each user."""
OPERATOR, VISITOR = "owner", "visitor"
"""One who may use sudo, and one who may not."""
IMAGE = "/srv/tiny.qcow2"
_MIRROR = "deb [trusted=yes] file:/srv/packages ./\n"
_NO_MIRROR = "deb http://127.0.0.1:9/debian bookworm main\n"
"""Nobody listens there."""
_FURNISH = f"""
useradd --create-home --shell /bin/bash {OPERATOR}
useradd --create-home --shell /bin/bash {VISITOR}
echo '{OPERATOR} ALL=(ALL:ALL) NOPASSWD: ALL' > /etc/sudoers.d/{OPERATOR}
cp -r /srv/clone /home/{OPERATOR}/{CLONE}
mv /srv/clone /home/{VISITOR}/{CLONE}
chown -R {OPERATOR}: /home/{OPERATOR}
chown -R {VISITOR}: /home/{VISITOR}
rm -f /etc/resolv.conf
echo machine > /etc/hostname
echo 127.0.0.1 localhost machine > /etc/hosts
printf '[global]\\nno-index = true\\nfind-links = /srv/wheels\\n' > /etc/pip.conf
mkdir /srv/packages /srv/wheels
"""
_DISK = """
mount --make-rprivate /
mount -t tmpfs -o mode=755,size=6g tmpfs "$1"
mkdir "$1/cgroup" "$1/root"
tar -xf "$2" -C "$1/root"
echo ready
read -r _
"""
"""In memory: a disk is slow to take a whole machine and slower to forget it. It is there as long as this runs."""
_OWN_CGROUP = """
mount -t cgroup2 cgroup2 "$1/cgroup"
mkdir -p "$1/cgroup/$2"
echo $$ > "$1/cgroup/$2/cgroup.procs"
umount "$1/cgroup"
shift 2
exec "$@"
"""
_NO_CGROUP = """
mount -t cgroup2 cgroup2 "$1/cgroup"
find "$1/cgroup/$2" -depth -type d -exec rmdir {} +
"""
_BOOT = """
root=$1/root
mount --make-rprivate /
mount --bind $root $root
mount -t proc proc $root/proc
mount -t sysfs sysfs $root/sys
mount -t cgroup2 cgroup2 $root/sys/fs/cgroup
mount -o remount,bind,ro $root/sys
mount --bind $root/proc/sys $root/proc/sys
mount --bind $root/proc/sys/net $root/proc/sys/net
mount --bind $1/boot-id $root/proc/sys/kernel/random/boot_id
mount -o remount,bind,ro $root/proc/sys
mount -t tmpfs -o mode=755 tmpfs $root/dev
mkdir $root/dev/net $root/dev/pts $root/dev/shm
while read -r name major minor; do mknod -m 666 $root/dev/$name c $major $minor; done <<END
null 1 3
zero 1 5
full 1 7
random 1 8
urandom 1 9
tty 5 0
net/tun 10 200
END
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts $root/dev/pts
mount -t tmpfs tmpfs $root/dev/shm
ln -s pts/ptmx $root/dev/ptmx
ln -s /proc/self/fd $root/dev/fd
ln -s fd/0 $root/dev/stdin
ln -s fd/1 $root/dev/stdout
ln -s fd/2 $root/dev/stderr
mount -t tmpfs -o mode=755 tmpfs $root/run
mount --bind -o ro $2 $root/srv/packages
mount --bind -o ro $3 $root/srv/wheels
ip link set lo up
ip link add eth0 type veth peer name world
ip link set world up
ip address add 192.0.2.20/24 dev eth0
ip link set eth0 up
ip route add default via 192.0.2.1
cd $root
mkdir -p .before
pivot_root . .before
exec chroot . sh -c 'umount -l /.before; exec env -i container=lab PATH=/usr/sbin:/usr/bin:/sbin:/bin /sbin/init'
"""
"""As container managers do it (systemd.io/CONTAINER_INTERFACE): the kernel's knobs are for reading, save the network's;
every boot has an id of its own."""
_NAMESPACES = ("--net", "--mount", "--uts", "--ipc", "--pid", "--cgroup")


class BootedMachine:
    """One machine, off until `boot`; a login shell for each command."""

    def __init__(self, debian: Debian, image: Path) -> None:
        self._debian = debian
        self._place = tempfile.mkdtemp(prefix="haneul-lab-", dir="/tmp")
        self._disk = subprocess.Popen(
            ["unshare", "--mount", "bash", "-ec", _DISK, "disk", self._place, debian.root],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._disk.stdout is not None
        assert self._disk.stdout.readline() == b"ready\n", "the namespaces could not be made: are you root?"
        self.folder = Path(f"/proc/{self._disk.pid}/root{self._place}")
        """The disk as it is seen from outside."""
        self._root = self.folder / "root"
        self._init: subprocess.Popen[bytes] | None = None
        self._pid = 0
        shutil.copy(image, self._root / IMAGE.removeprefix("/"))
        left_out = shutil.ignore_patterns(".git", ".venv", ".*_cache", "__pycache__", "*.qcow2")
        shutil.copytree(ROOT, self._root / "srv" / "clone", ignore=left_out, symlinks=True)
        subprocess.run([*self._at_disk(), "chroot", f"{self._place}/root", "bash", "-ec", _FURNISH], check=True)
        self.has_mirror(True)

    def has_mirror(self, there: bool) -> None:
        """Whether apt reaches a package mirror."""
        (self._root / "etc/apt/sources.list").write_text(_MIRROR if there else _NO_MIRROR)

    def boot(self) -> None:
        """Returns when systemd says that everything has been started."""
        (self.folder / "boot-id").write_text(f"{uuid.uuid4()}\n")
        flags = (*_NAMESPACES, "--fork", "--kill-child")
        places = (self._place, str(self._debian.packages), str(self._debian.wheels))
        with (self.folder / "boot.log").open("ab") as log:
            self._init = subprocess.Popen(
                [*self._with_cgroups(_OWN_CGROUP), "unshare", *flags, "bash", "-ec", _BOOT, "boot", *places],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self._pid = until(self._find_first_process, 60, "a first process", (self.folder / "boot.log").read_text)
        until(self._is_up, 120, "systemd to have started everything", self.last_words)

    def sh(self, command: str, user: str = "root", timeout_s: float = 120) -> subprocess.CompletedProcess[str]:
        """Run a line of shell as this user has it after a login, and leave the judgement to the test."""
        enter = ["nsenter", "--target", str(self._pid), *_NAMESPACES, "--root", "--wdns=/"]
        return subprocess.run(
            [*enter, "env", "-i", "PATH=/usr/sbin:/usr/bin", "TERM=dumb", "runuser", "--login", user, "-c", command],
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=timeout_s,
            check=False,
        )

    def ok(self, command: str, user: str = "root", timeout_s: float = 120) -> str:
        """Run a line of shell that has to succeed; what it printed."""
        done = self.sh(command, user, timeout_s)
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}\n{self.last_words()}"
        return done.stdout

    def reboot(self) -> None:
        """As an operator does it; returns when the machine is up again."""
        self.sh("systemctl reboot")
        assert self._init is not None
        self._init.wait(timeout=120)
        self.boot()

    def lose_power(self) -> None:
        """Everything ends at once, in the midst of whatever it does; returns when the machine is up again."""
        self._end()
        self.boot()

    def _end(self) -> None:
        if self._init is not None:
            self._init.kill()
            self._init.wait()
            until(lambda: not Path(f"/proc/{self._pid}").exists(), 20, "every process to be gone")

    def last_words(self) -> str:
        """What the journal and the logs say, for whoever reads a failure."""
        journal = self.sh("systemctl list-jobs; systemctl --failed; journalctl -b --no-pager -n 60").stdout
        words = [journal]
        for log in sorted((self._root / "var/lib/haneul/log").glob("*.log")):
            words.append("\n".join([f"--- {log.name}", *log.read_text(errors="replace").splitlines()[-15:]]))
        return "\n".join(words)

    def close(self) -> None:
        self._end()
        subprocess.run(self._with_cgroups(_NO_CGROUP), capture_output=True, check=False)
        self._disk.kill()
        self._disk.wait()
        Path(self._place).rmdir()

    def _at_disk(self) -> list[str]:
        return ["nsenter", "--target", str(self._disk.pid), "--mount"]

    def _with_cgroups(self, script: str) -> list[str]:
        """With cgroup2 mounted: not every machine has it, or at the same place."""
        return [*self._at_disk(), "bash", "-ec", script, "cgroup", self._place, f"haneul-lab-{os.getpid()}"]

    def _find_first_process(self) -> int:
        """The child with a pid namespace of its own; others help to get there and are gone at once."""
        assert self._init is not None
        for child in Path(f"/proc/{self._init.pid}/task/{self._init.pid}/children").read_text().split():
            with contextlib.suppress(OSError):
                if Path(f"/proc/{child}/ns/pid").readlink() != Path("/proc/self/ns/pid").readlink():
                    return int(child)
        return 0

    def _is_up(self) -> bool:
        assert self._init is not None
        assert self._init.poll() is None, (self.folder / "boot.log").read_text()
        return self.sh("systemctl is-system-running").stdout.strip() in ("running", "degraded")

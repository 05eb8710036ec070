"""A guest under plain QEMU, without any cloud around it: to try an image on its own."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

BOOT_DEADLINE_S = 120
"""An emulated boot takes 5 s on an idle machine; the rest is for busy ones."""


@dataclass(frozen=True)
class Key:
    """A key pair in files."""

    file: Path

    @property
    def public(self) -> str:
        return self.file.with_suffix(".pub").read_text().strip()


@dataclass(frozen=True)
class Hardware:
    """In what a guest differs from others."""

    uuid: str
    disk: str = "virtio-blk-pci"
    controllers: tuple[str, ...] = ()
    network: str = ""
    """Options of QEMU's user network, beginning with a comma."""
    extra: tuple[str, ...] = ()


@dataclass(frozen=True)
class PlainGuest:
    """A running guest: its ssh port on the loopback, its console log, its QEMU monitor."""

    process: subprocess.Popen[bytes]
    port: int
    console_file: Path
    monitor_file: Path
    agent_file: Path
    keys: list[Key] = field(default_factory=list)

    def run(self, command: str, user: str = "cirros", key: Key | None = None) -> str:
        """What `command` prints in the guest; AssertionError if it fails."""
        done = self.try_run(command, user, key)
        assert done.returncode == 0, f"{command}: {done.stderr}\n{self.console()}"
        return done.stdout.strip()

    def try_run(self, command: str, user: str = "cirros", key: Key | None = None) -> subprocess.CompletedProcess[str]:
        options = [
            "BatchMode=yes",
            "StrictHostKeyChecking=no",
            "UserKnownHostsFile=/dev/null",
            "ConnectTimeout=5",
        ]
        words = [word for option in (*options, "LogLevel=ERROR", "IdentitiesOnly=yes") for word in ("-o", option)]
        where = ["-i", str((key or self.keys[0]).file), "-p", str(self.port), f"{user}@127.0.0.1"]
        return subprocess.run(
            ["ssh", *words, *where, command], capture_output=True, text=True, timeout=120, check=False
        )

    def console(self) -> str:
        return self.console_file.read_text(errors="replace") if self.console_file.exists() else ""

    def wait_for_login(self) -> None:
        self.wait_until(lambda: self.try_run("true").returncode == 0, "ssh lets nobody in")

    def wait_until(self, claim: Callable[[], bool], complaint: str, deadline_s: float = BOOT_DEADLINE_S) -> None:
        """Return once `claim` holds; AssertionError with the console's end if the guest dies or is late."""
        until = time.monotonic() + deadline_s
        while not claim():
            ended = self.process.poll()
            assert ended is None, f"{complaint}; qemu ended with {ended}\n{self.console()[-3000:]}"
            assert time.monotonic() < until, f"{complaint}\n{self.console()[-3000:]}"
            time.sleep(0.1)

    def tell_monitor(self, command: str, **arguments: object) -> object:
        """What QEMU's monitor (QMP) answers to `command`."""
        return _ask(self.monitor_file, {"execute": command, "arguments": arguments}, greeted=True)

    def tell_agent(self, command: str, **arguments: object) -> object:
        """What the guest agent answers to `command`."""
        return _ask(self.agent_file, {"execute": command, "arguments": arguments}, greeted=False)


@contextlib.contextmanager
def plain_guest(disk: Path, scratch: Path, keys: list[Key], hardware: Hardware) -> Iterator[PlainGuest]:
    """A guest that boots from `disk`, on emulated hardware; it is switched off at the end."""
    scratch.mkdir(parents=True, exist_ok=True)
    port, console = _free_port(), scratch / "console.log"
    monitor, agent = scratch / "monitor.sock", scratch / "agent.sock"
    machine = ["-M", "pc", "-accel", "tcg", "-m", "256", "-display", "none", "-nodefaults"]
    root = ["-drive", f"file={disk},if=none,id=root,format=qcow2"]
    root += [*hardware.controllers, "-device", f"{hardware.disk},drive=root", "-uuid", hardware.uuid]
    forward = f"user,id=net0,restrict=on,hostfwd=tcp:127.0.0.1:{port}-:22{hardware.network}"
    card = ["-netdev", forward, "-device", "virtio-net-pci,netdev=net0", "-device", "virtio-rng-pci"]
    channels = ["-serial", f"file:{console}", "-qmp", f"unix:{monitor},server=on,wait=off"]
    agent_port = "virtserialport,chardev=agent,name=org.qemu.guest_agent.0"
    channels += [
        "-device",
        "virtio-serial-pci",
        "-chardev",
        f"socket,id=agent,path={agent},server=on,wait=off",
    ]
    command = ["qemu-system-x86_64", *machine, *root, *card, *channels, "-device", agent_port, *hardware.extra]
    process = subprocess.Popen(command)
    try:
        yield PlainGuest(process, port, console, monitor, agent, keys)
    finally:
        process.terminate()
        process.wait(timeout=30)


def make_key(kind: str, folder: Path) -> Key:
    """A new key pair of this kind (`ecdsa`, `rsa`, `ed25519`)."""
    file = folder / kind
    subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-f", file], check=True)
    return Key(file)


def write_config_drive(
    file: Path, meta_data: dict[str, object], user_data: str, content: tuple[bytes, ...] = ()
) -> None:
    """An ISO 9660 config drive in OpenStack's form."""
    tree = file.with_suffix(".tree")
    latest = tree / "openstack" / "latest"
    latest.mkdir(parents=True)
    (latest / "meta_data.json").write_text(json.dumps(meta_data))
    (latest / "user_data").write_text(user_data)
    (tree / "openstack" / "content").mkdir()
    for number, data in enumerate(content):
        (tree / "openstack" / "content" / f"{number:04}").write_bytes(data)
    subprocess.run(["genisoimage", "-quiet", "-R", "-J", "-V", "config-2", "-o", file, tree], check=True)


def make_overlay(image: Path, file: Path, size: str) -> Path:
    """A disk of this size whose first content is `image`."""
    create = ["qemu-img", "create", "-q", "-f", "qcow2", "-b", str(image), "-F", "qcow2", str(file), size]
    subprocess.run(create, check=True)
    return file


def _ask(file: Path, question: dict[str, object], greeted: bool) -> object:
    with socket.socket(socket.AF_UNIX) as wire:
        wire.settimeout(30)
        wire.connect(str(file))
        lines = wire.makefile("rw", encoding="utf-8")
        questions = [question]
        if greeted:
            lines.readline()
            questions.insert(0, {"execute": "qmp_capabilities"})
        for each in questions:
            lines.write(json.dumps(each) + "\n")
            lines.flush()
            answer = json.loads(lines.readline())
            while "event" in answer:
                answer = json.loads(lines.readline())
        assert "error" not in answer, answer
        return answer["return"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port

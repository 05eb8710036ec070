"""Volumes of the demo user, and what guests say of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from tests.lab.cloud import LabCloud
from tests.lab.people import until
from tests.lab.servers import SERVERS

API = "/volume/v3"
LATEST = {"openstack-api-version": "volume latest"}
PATIENCE_S = 60
WRITE = "sudo dd if=/dev/urandom of=/mnt/data bs=64k count=64 2>/dev/null; sync; md5sum < /mnt/data"
READ = "sudo mount {} /mnt && md5sum < /mnt/data; sudo umount /mnt"


def ask(cloud: LabCloud, method: str, path: str, body: Any = None) -> Any:
    """What block storage answers, which has to agree."""
    answer = cloud.demo.try_to(method, f"{API}{path}", body, **LATEST)
    assert answer.status < 300, f"{method} {path}: {answer.status} {answer.text[:1000]}"
    return answer.body


def make(cloud: LabCloud, **wanted: Any) -> str:
    """The id of a new volume, once it is available."""
    volume = str(ask(cloud, "POST", "/volumes", {"volume": {"size": 1, **wanted}})["volume"]["id"])
    until_status(cloud, volume, "available")
    return volume


def snapshot(cloud: LabCloud, volume: str) -> str:
    """The id of a new snapshot, once it is available."""
    made = str(ask(cloud, "POST", "/snapshots", {"snapshot": {"volume_id": volume, "force": True}})["snapshot"]["id"])
    until_status(cloud, made, "available", "snapshot")
    return made


def show(cloud: LabCloud, thing: str, noun: str = "volume") -> Any:
    return ask(cloud, "GET", f"/{noun}s/{thing}")[noun]


def until_status(cloud: LabCloud, thing: str, status: str, noun: str = "volume") -> None:
    """The test fails at once if it ends in an error instead."""

    def arrived() -> bool:
        now = str(show(cloud, thing, noun)["status"])
        assert now == status or not now.startswith("error"), f"{noun} {thing} is {now}\n{cloud.machine.last_words()}"
        return now == status

    until(arrived, PATIENCE_S, f"{noun} {thing} to be {status}", cloud.machine.last_words)


def act(cloud: LabCloud, volume: str, action: str, **words: Any) -> None:
    ask(cloud, "POST", f"/volumes/{volume}/action", {action: words})


def attach(cloud: LabCloud, server: str, volume: str, **more: Any) -> None:
    """Returns when the guest has it."""
    path = f"{SERVERS}/{server}/os-volume_attachments"
    cloud.demo.ask("POST", path, {"volumeAttachment": {"volumeId": volume, **more}})
    until_status(cloud, volume, "in-use")


def detach(cloud: LabCloud, server: str, volume: str) -> None:
    """Returns when the guest has let go of it."""
    cloud.demo.ask("DELETE", f"{SERVERS}/{server}/os-volume_attachments/{volume}")
    until_status(cloud, volume, "available")


def delete(cloud: LabCloud, volume: str) -> None:
    """With its snapshots; returns when it is gone."""
    ask(cloud, "DELETE", f"/volumes/{volume}?cascade=true")
    until(partial(is_gone, cloud, volume), PATIENCE_S, f"volume {volume} to be gone", cloud.machine.last_words)


def is_gone(cloud: LabCloud, volume: str) -> bool:
    return cloud.demo.try_to("GET", f"{API}/volumes/{volume}", **LATEST).status == 404


class Shell:
    """The inside of a server, by ssh to its floating IP."""

    def __init__(self, cloud: LabCloud, address: str) -> None:
        self._cloud = cloud
        self._login = f"ssh -i state/keys/first cirros@{address}"

    def wait(self) -> None:
        """Returns when one can log in."""
        again = lambda: self._cloud.machine.sh(f"{self._login} true").returncode == 0  # noqa: E731
        until(again, 180, f"a login by {self._login}", self._cloud.machine.last_words)

    def run(self, command: str) -> str:
        return self._cloud.machine.ok(f"{self._login} '{command}'").strip()

    def serial(self, device: str) -> str:
        """What the disk calls itself; empty while there is no such disk."""
        return self.run(f"cat /sys/block/{device}/serial 2>/dev/null || true")

    def until_serial(self, device: str, volume: str) -> None:
        """The guest takes a moment to look at what was plugged into it."""
        until(self._is_there(device, volume), 20, f"{device} to be {volume}", self._cloud.machine.last_words)

    def _is_there(self, device: str, volume: str) -> Callable[[], bool]:
        return lambda: self.serial(device) == volume[:20]

    def until_absent(self, device: str) -> None:
        until(lambda: not self.serial(device), 20, f"{device} to be gone", self._cloud.machine.last_words)

    def gib(self, device: str) -> float:
        return int(self.run(f"cat /sys/block/{device}/size")) * 512 / 1024**3

"""Ephemeral disks and swap in real guests: there, formatted, kept and given up as their server changes."""

from __future__ import annotations

from tests.lab import servers
from tests.lab.cloud import LabCloud
from tests.lab.servers import SERVERS
from tests.lab.test_boot_from_volume import act, address, boot, enter

__all__ = ["address"]

WRITE = "sudo mount /dev/vdb /mnt && sudo dd if=/dev/urandom of=/mnt/data bs=64k count=16 2>/dev/null; sync"
SUM = "sudo mount /dev/vdb /mnt 2>/dev/null; md5sum < /mnt/data"


def _flavor(cloud: LabCloud, name: str, ephemeral: int, swap: int) -> str:
    body = {"name": name, "vcpus": 1, "ram": 128, "disk": 1, "swap": swap, "OS-FLV-EXT-DATA:ephemeral": ephemeral}
    return str(cloud.admin.ask("POST", "/compute/v2.1/flavors", {"flavor": body})["flavor"]["id"])


def test_ephemeral_disks_are_kept_and_swap_is_renewed(cloud: LabCloud, address: str) -> None:
    before, after = _flavor(cloud, "roomy", 1, 64), _flavor(cloud, "roomier", 2, 32)
    server = boot(cloud, "roomy", flavorRef=before)
    shell = enter(cloud, server, address)
    assert [shell.gib(disk) for disk in ("vdb", "vdc")] == [1, 1 / 16]
    shell.run("sudo swapon /dev/vdc && grep -q vdc /proc/swaps")
    shell.run(WRITE)
    written = shell.run(SUM)

    act(cloud, server, "SHUTOFF", **{"os-stop": None})
    act(cloud, server, "ACTIVE", **{"os-start": None})
    shell.wait()
    assert shell.run(SUM) == written

    act(cloud, server, "VERIFY_RESIZE", resize={"flavorRef": after})
    shell.wait()
    assert ([shell.gib(disk) for disk in ("vdb", "vdc")], shell.run(SUM)) == ([2, 1 / 32], written)
    shell.run("sudo rm /mnt/data; sync; sudo umount /mnt")
    act(cloud, server, "ACTIVE", revertResize=None)
    shell.wait()
    assert ([shell.gib(disk) for disk in ("vdb", "vdc")], shell.run(SUM)) == ([1, 1 / 16], written)

    image = cloud.demo.ask("GET", f"{SERVERS}/{server}")["server"]["image"]["id"]
    act(cloud, server, "ACTIVE", rebuild={"imageRef": image})
    shell = enter(cloud, server, address)
    assert shell.run("sudo mount /dev/vdb /mnt && ls /mnt") == "lost+found"

    servers.delete(cloud, [server])
    assert server not in cloud.machine.ok("ls state/agent/disks")
    for flavor in (before, after):
        cloud.admin.ask("DELETE", f"/compute/v2.1/flavors/{flavor}")

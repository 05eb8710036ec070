"""Servers that boot from volumes, as the drills need them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.faults.drill import settle
from tests.faults.lab import do, resize
from tests.faults.volume_lab import VolumeLab, attach, beside, server, snapshot, volume, write


def _create(lab: VolumeLab, *disks: dict[str, Any]) -> None:
    body = {
        "name": "web",
        "flavorRef": lab.cloud.names["small"],
        "networks": [{"uuid": lab.network}],
        "block_device_mapping_v2": [{"destination_type": "volume", **disk} for disk in disks],
    }
    lab.server = lab.ask("POST", "/servers", {"server": body})["server"]["id"]


def on_new(lab: VolumeLab) -> None:
    """From an image, and an empty one beside it that stays."""
    root = {"source_type": "image", "uuid": lab.cloud.names["tiny"], "volume_size": 1, "boot_index": 0}
    _create(lab, root | {"delete_on_termination": True}, {"source_type": "blank", "volume_size": 1})


def on_old(lab: VolumeLab) -> None:
    """From one that somebody has written to."""
    _create(lab, {"source_type": "volume", "uuid": lab.ids["volume"], "boot_index": 0})


def on_snapshot(lab: VolumeLab) -> None:
    _create(lab, {"source_type": "snapshot", "uuid": lab.ids["snapshot"], "boot_index": 0})


def bootable(lab: VolumeLab) -> None:
    lab.act_with("volume", **{"os-set_bootable": {"bootable": True}})


def delete(lab: VolumeLab) -> None:
    lab.ask("DELETE", f"/servers/{lab.server}")


def delete_while_building(lab: VolumeLab) -> None:
    on_new(lab)
    delete(lab)


def other_image(lab: VolumeLab) -> None:
    """Made once for all trials."""
    names, cloud = lab.cloud.names, lab.cloud
    if "other" not in names:
        new = {"name": "other", "disk_format": "raw", "container_format": "bare"}
        names["other"] = cloud.ask("POST", "/image/v2/images", new)["id"]
        headers = {"x-auth-token": cloud.token_of("demo") or "", "content-type": "application/octet-stream"}
        cloud.http.request("PUT", f"/image/v2/images/{names['other']}/file", headers=headers, content=b"another image")


def rebuild(lab: VolumeLab) -> None:
    """The volume begins anew."""
    lab.act(rebuild={"imageRef": lab.cloud.names["other"]})


OLD = (volume, write, bootable)
Steps = tuple[Callable[[VolumeLab], None], ...]
BOOT_SCENARIOS: dict[str, tuple[Steps, Callable[[VolumeLab], None]]] = {
    "create_server on new volumes": ((), on_new),
    "create_server on a volume": (OLD, on_old),
    "create_server on a snapshot": ((*OLD, snapshot), on_snapshot),
    "delete_server on new volumes": ((on_new,), delete),
    "delete_server on volumes while it is built": ((), delete_while_building),
    "create_image of volumes": ((*OLD, on_old), do(createImage={"name": "picture"})),
    "shelve_server on a volume": ((*OLD, on_old), do(shelve=None)),
    "unshelve_server on a volume": ((*OLD, on_old, do(shelve=None)), do(unshelve=None)),
    "rebuild_server on a volume": ((other_image, on_new), rebuild),
    "resize_server on a volume": ((*OLD, on_old), resize),
    "revert_resize on a volume": ((*OLD, on_old, resize), do(revertResize=None)),
    "shelve_server with a volume": ((server, volume, write, beside, attach), do(shelve=None)),
    "unshelve_server with a volume": ((server, volume, write, beside, attach, do(shelve=None)), do(unshelve=None)),
}
"""What has to be there, each thing finished before the next, and what is disturbed."""


def prepare_boot(lab: VolumeLab, name: str) -> None:
    """Clear the lab and bring about what the scenario needs."""
    lab.clear()
    for step in BOOT_SCENARIOS[name][0]:
        step(lab)
        settle(lab, lab.engine, lab.turn)

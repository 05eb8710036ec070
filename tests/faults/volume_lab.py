"""Block storage as the drills need it: what is built, what is disturbed, and what has to hold however it ends."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from haneul.hostapi import VolumePlace
from tests.clouds import OpenCloud
from tests.faults.drill import settle
from tests.faults.lab import Lab, furnish

RESTING = {"available", "in-use", "error", "error_deleting", "error_extending", "error_restoring", "error_backing-up"}
NOUNS = ("volumes", "snapshots", "backups", "groups", "group_snapshots")
DATA = b"what a guest wrote" * 1000


@dataclass
class VolumeLab(Lab):
    ids: dict[str, str] = field(default_factory=dict)
    """The last thing made of each noun."""

    def of(self, method: str, path: str, body: Any = None, user: str = "demo") -> Any:
        return self.cloud.ask(method, "/volume/v3" + path, body, user=user)

    def leftovers(self) -> Sequence[object]:
        return [*super().leftovers(), *self._busy(), *self._changed()]

    def _busy(self) -> Iterator[str]:
        for noun in NOUNS:
            for thing in self.of("GET", f"/{noun}/detail?all_tenants=1", user="admin")[noun]:
                if thing["status"] not in RESTING:
                    yield f"{noun} {thing['id']} is {thing['status']}"

    def _changed(self) -> Iterator[str]:
        """What was written stays, whatever was done to the volume but its deletion."""
        for host in self.cloud.reality.hosts.hosts.values():
            for place, volume in host.volumes.items():
                if place.volume_id == self.ids.get("written") and volume.data != DATA:
                    yield f"volume {place.volume_id} lost what was written to it"

    def clear(self) -> None:
        super().clear()
        self.ids.clear()
        for noun in ("backups", "group_snapshots"):
            for thing in self.of("GET", f"/{noun}/detail?all_tenants=1", user="admin")[noun]:
                self.of("DELETE", f"/{noun}/{thing['id']}", user="admin")
            settle(self, self.engine, self.turn)
        for group in self.of("GET", "/groups")["groups"]:
            self.of("POST", f"/groups/{group['id']}/action", {"delete": {"delete-volumes": True}})
        settle(self, self.engine, self.turn)
        for snapshot in self.of("GET", "/snapshots")["snapshots"]:
            self.of("POST", f"/snapshots/{snapshot['id']}/action", {"os-force_delete": {}}, "admin")
        settle(self, self.engine, self.turn)
        for volume in self.of("GET", "/volumes")["volumes"]:
            self.of("POST", f"/volumes/{volume['id']}/action", {"os-force_delete": {}}, "admin")
        settle(self, self.engine, self.turn)
        assert self.of("GET", "/volumes")["volumes"] == []

    def make(self, noun: str, body: dict[str, Any]) -> None:
        self.server = self.ids[noun] = self.of("POST", f"/{noun}s", {noun: body})[noun]["id"]

    def act_with(self, noun: str, **action: Any) -> None:
        self.server = self.ids[noun]
        self.of(
            "POST", f"/{noun}s/{self.ids[noun]}/action", action, "admin" if "os-migrate_volume" in action else "demo"
        )


def volume(lab: VolumeLab) -> None:
    lab.make("volume", {"size": 1})


def write(lab: VolumeLab) -> None:
    """A guest has written to the volume."""
    found = lab.of("GET", f"/volumes/{lab.ids['volume']}", user="admin")["volume"]
    lab.ids["written"] = found["id"]
    for host in lab.cloud.reality.hosts.hosts.values():
        place = VolumePlace("directory", found["id"])
        for backend in ("directory", "second"):
            place = VolumePlace(backend, found["id"])
            if place in host.volumes:
                host.volumes[place].data = DATA


def from_image(lab: VolumeLab) -> None:
    lab.make("volume", {"size": 1, "imageRef": lab.cloud.names["tiny"]})


def from_volume(lab: VolumeLab) -> None:
    lab.make("volume", {"source_volid": lab.ids["volume"]})


def snapshot(lab: VolumeLab) -> None:
    lab.make("snapshot", {"volume_id": lab.ids["volume"]})


def from_snapshot(lab: VolumeLab) -> None:
    lab.make("volume", {"snapshot_id": lab.ids["snapshot"]})


def backup(lab: VolumeLab) -> None:
    lab.make("backup", {"volume_id": lab.ids["volume"]})
    lab.server = lab.ids["volume"]


def restore(lab: VolumeLab) -> None:
    lab.of("POST", f"/backups/{lab.ids['backup']}/restore", {"restore": {"volume_id": lab.ids["volume"]}})
    lab.server = lab.ids["volume"]


def gone(noun: str) -> Callable[[VolumeLab], None]:
    def delete(lab: VolumeLab) -> None:
        lab.server = lab.ids[noun]
        lab.ids.pop("written", None)
        cascade = "?cascade=true" if noun == "volume" else ""
        lab.of("DELETE", f"/{noun}s/{lab.ids[noun]}{cascade}")

    return delete


def elsewhere(lab: VolumeLab) -> None:
    """To the other host."""
    there = lab.of("GET", f"/volumes/{lab.ids['volume']}", user="admin")["volume"]["os-vol-host-attr:host"]
    pools = lab.of("GET", "/scheduler-stats/get_pools", user="admin")["pools"]
    other = next(pool["name"] for pool in pools if pool["name"].split("@")[0] != there.split("@")[0])
    lab.act_with("volume", **{"os-migrate_volume": {"host": other}})


def upload(lab: VolumeLab) -> None:
    lab.act_with("volume", **{"os-volume_upload_image": {"image_name": "copy", "disk_format": "raw"}})


def group(lab: VolumeLab) -> None:
    types = lab.of("GET", "/group_types", user="admin")["group_types"]
    if not types:
        types = [lab.of("POST", "/group_types", {"group_type": {"name": "any"}}, "admin")["group_type"]]
    default = lab.of("GET", "/types/default")["volume_type"]["id"]
    lab.make("group", {"group_type": types[0]["id"], "volume_types": [default]})
    lab.of("PUT", f"/groups/{lab.ids['group']}", {"group": {"add_volumes": lab.ids["volume"]}})


def group_snapshot(lab: VolumeLab) -> None:
    lab.make("group_snapshot", {"group_id": lab.ids["group"]})


def group_gone(lab: VolumeLab) -> None:
    lab.ids.pop("written", None)
    lab.act_with("group", delete={"delete-volumes": True})


def do(**action: Any) -> Callable[[VolumeLab], None]:
    return lambda lab: lab.act_with("volume", **action)


def revert(lab: VolumeLab) -> None:
    lab.act_with("volume", revert={"snapshot_id": lab.ids["snapshot"]})


def reimage(lab: VolumeLab) -> None:
    lab.ids.pop("written", None)
    lab.act_with("volume", **{"os-reimage": {"image_id": lab.cloud.names["tiny"]}})


def import_again(lab: VolumeLab) -> None:
    """The record of a backup under another id, as after a database was lost."""
    record = lab.of("GET", f"/backups/{lab.ids['backup']}/export_record", user="admin")["backup-record"]
    told = json.loads(b64decode(record["backup_url"])) | {"id": str(uuid4())}
    record["backup_url"] = b64encode(json.dumps(told).encode()).decode()
    made = lab.of("POST", "/backups/import_record", {"backup-record": record}, "admin")
    lab.server = lab.ids["imported"] = made["backup"]["id"]


def server(lab: VolumeLab) -> None:
    """On the host on which the volume lies."""
    lab.create()
    lab.ids["server"] = lab.server


def beside(lab: VolumeLab) -> None:
    """The volume goes to the host on which the server is."""
    view = lab.cloud.ask("GET", f"/compute/v2.1/servers/{lab.ids['server']}", user="admin")["server"]
    volume = lab.of("GET", f"/volumes/{lab.ids['volume']}", user="admin")["volume"]
    host = view["OS-EXT-SRV-ATTR:host"]
    if not volume["os-vol-host-attr:host"].startswith(f"{host}@"):
        lab.act_with("volume", **{"os-migrate_volume": {"host": f"{host}@directory#directory"}})


def apart(lab: VolumeLab) -> None:
    """The volume goes to a host on which the server is not."""
    beside(lab)
    settle(lab, lab.engine, lab.turn)
    elsewhere(lab)


def attach(lab: VolumeLab) -> None:
    lab.server = lab.ids["server"]
    body = {"volumeAttachment": {"volumeId": lab.ids["volume"]}}
    lab.ask("POST", f"/servers/{lab.server}/os-volume_attachments", body)


def detach(lab: VolumeLab) -> None:
    lab.server = lab.ids["server"]
    lab.ask("DELETE", f"/servers/{lab.server}/os-volume_attachments/{lab.ids['volume']}")


def second(lab: VolumeLab) -> None:
    """Another one; the first is remembered as such."""
    lab.ids["first"] = lab.ids["volume"]
    volume(lab)


def swap(lab: VolumeLab) -> None:
    """The first volume for the second."""
    lab.server = lab.ids["server"]
    path = f"/servers/{lab.server}/os-volume_attachments/{lab.ids['first']}"
    lab.ask("PUT", path, {"volumeAttachment": {"volumeId": lab.ids["volume"]}}, user="admin")


def swap_and_delete(lab: VolumeLab) -> None:
    swap(lab)
    lab.ask("DELETE", f"/servers/{lab.server}")


Steps = tuple[Callable[[VolumeLab], None], ...]
VOLUME_SCENARIOS: dict[str, tuple[Steps, Callable[[VolumeLab], None]]] = {
    "create_volume": ((), volume),
    "create_volume from an image": ((), from_image),
    "create_volume from a volume": ((volume, write), from_volume),
    "create_volume from a snapshot": ((volume, write, snapshot), from_snapshot),
    "delete_volume": ((volume, snapshot), gone("volume")),
    "extend_volume": ((volume, write), do(**{"os-extend": {"new_size": 3}})),
    "revert_volume": ((volume, write, snapshot), revert),
    "reimage_volume": ((volume, write), reimage),
    "move_volume": ((volume, write), elsewhere),
    "upload_volume": ((volume, write), upload),
    "create_snapshot": ((volume, write), snapshot),
    "delete_snapshot": ((volume, write, snapshot), gone("snapshot")),
    "create_group_snapshot": ((volume, write, group), group_snapshot),
    "delete_group_snapshot": ((volume, write, group, group_snapshot), gone("group_snapshot")),
    "delete_group": ((volume, group), group_gone),
    "back_up_volume": ((volume, write), backup),
    "restore_backup": ((volume, write, backup), restore),
    "attach_volume": ((server, volume, write, beside), attach),
    "attach_volume from another host": ((server, volume, write, apart), attach),
    "detach_volume": ((server, volume, write, beside, attach), detach),
    "swap_volume": ((server, volume, write, beside, attach, second, beside), swap),
    "delete_server while a volume is exchanged": (
        (server, volume, write, beside, attach, second, beside),
        swap_and_delete,
    ),
    "import_backup": ((volume, write, backup), import_again),
    "delete_backup": ((volume, write, backup), gone("backup")),
}
"""What has to be there, each thing finished before the next, and what is disturbed."""


def furnish_volumes(cloud: OpenCloud) -> VolumeLab:
    return VolumeLab(cloud, network=furnish(cloud).network)


def prepare_volumes(lab: VolumeLab, name: str) -> None:
    """Clear the lab and bring about what the scenario needs."""
    lab.clear()
    for step in VOLUME_SCENARIOS[name][0]:
        step(lab)
        settle(lab, lab.engine, lab.turn)
